"""Shipments on the way: where each unit is, what customs says, how late, and what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.bills.facts import known_events
from skills.bills.policy import BillsPolicy
from skills.bills.receipts import count_units
from skills.vocabulary import check_columns, mark

NOT_FILED, FILED, EXAM = mark("not filed"), mark("filed"), mark("exam")
RELEASED, HELD = mark("released"), mark("held")
CUSTOMS = {"customs_filed": FILED, "customs_exam": EXAM, "customs_held": HELD, "customs_released": RELEASED}
WAITING, MOVING, AT_CUSTOMS = mark("waiting to depart"), mark("on the way"), mark("at customs")
TO_RECEIVE, RECEIVING = mark("to be received"), mark("being received")
RECEIVED, RECEIVED_SHORT = mark("received"), mark("received short")
NEXT_STEPS = {
    WAITING: mark("departure"),
    MOVING: mark("arrival"),
    AT_CUSTOMS: mark("release by customs"),
    TO_RECEIVE: mark("receipt at the warehouse"),
    RECEIVING: mark("rest of the receipt"),
    RECEIVED: mark("nothing, it is closed"),
    RECEIVED_SHORT: mark("claim for what is short"),
}
UNIT_STATES = ("waiting_units", "moving_units", "customs_units", "to_receive_units", "received_units", "short_units")
BOARD = ["shipment", "containers", "bills_of_lading", "lane", "mode", "from_node", "to_node", "state", "customs",
         "shipped_units", *UNIT_STATES, "over_units", "etd", "departed_on", "eta", "date_changes", "received_on",
         "finished", "due_p50", "due_p90", "days_late_p50", "days_late_p90", "next_step", "next_on"]  # fmt: skip
CHANGES = ["shipment", "event", "known_on", "day", "moved_days", "source"]
INBOUND_COLUMNS = ("shipment", "sku", "from_node", "to_node", "mode", "units", "eta")
LANE_COLUMNS = ("lane", "from_node", "to_node", "mode", "transit_days_p50", "transit_days_p90")


def track_shipments(
    inbound: pd.DataFrame, events: pd.DataFrame, lanes: pd.DataFrame, policy: BillsPolicy, as_of: date
) -> pd.DataFrame:
    """One row per shipment that is under way or has events; each unit is in exactly one state.

    Shipped are the units of its `departed` or `booked` events, else those of the inbound table. The lane is the one
    an event names, else the only one with its nodes and mode. It is late against departure (else ETD) plus the
    lane's transit days, measured to the receipt, else to the ETA or as_of, whichever is later.

    Args:
        inbound: One row per (shipment, sku): from_node, to_node, mode, units, eta.
        events: One row per event: see SKILL.md.
        lanes: One row per lane: from_node, to_node, mode, transit_days_p50, transit_days_p90.
    Returns:
        containers, bills_of_lading, lane ("" if not known), mode, from_node, to_node, state, customs, shipped_units =
        waiting + moving + customs + to_receive + received + short units, over_units (received beyond shipped), etd,
        departed_on, eta, date_changes (times that ETD or ETA moved), received_on (last receipt), finished, due_p50,
        due_p90, days_late_p50, days_late_p90 (below 0: early; <NA> without lane or departure), next_step, next_on.
    Raises:
        MissingColumns: of a table.
    """
    check_columns("inbound", inbound.columns, INBOUND_COLUMNS)
    check_columns("lanes", lanes.columns, LANE_COLUMNS)
    events = known_events(events, as_of)
    units = count_units(inbound, events, policy, as_of)
    changes = list_date_changes(events, as_of).groupby("shipment").size()
    rows = []
    for shipment, counted in units.groupby("shipment", sort=True):
        happened = events[events["shipment"] == shipment]
        listed = inbound[inbound["shipment"] == shipment]
        rows.append(
            {"shipment": shipment, "date_changes": int(changes.get(shipment, 0))}
            | _find_lane(happened, listed, lanes)
            | _describe(happened, listed, counted, pd.Timestamp(as_of))
        )
    frame = pd.DataFrame([_date(row, pd.Timestamp(as_of)) for row in rows], columns=BOARD)
    for name in ("etd", "departed_on", "eta", "received_on", "due_p50", "due_p90", "next_on"):
        frame[name] = pd.to_datetime(frame[name])
    late = ["days_late_p50", "days_late_p90"]
    return frame.astype(dict.fromkeys(late, "Int64"))


def list_date_changes(events: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per time that an announced ETD or ETA moved, oldest news first.

    Returns:
        shipment, event (etd, eta), known_on, day, moved_days (after the day announced before; below 0: earlier),
        source (who said so).
    Raises:
        MissingColumns: of the events.
    """
    events = known_events(events, as_of)
    announced = events[events["event"].isin(["etd", "eta"]) & events["day"].notna()]
    before = announced.groupby(["shipment", "event"])["day"].shift()
    moved = (announced["day"] - before).dt.days
    changed = announced.assign(moved_days=moved)[moved.notna() & (moved != 0)]
    return changed.astype({"moved_days": "int64"})[CHANGES].reset_index(drop=True)


def _find_lane(happened: pd.DataFrame, listed: pd.DataFrame, lanes: pd.DataFrame) -> dict[str, Any]:
    named = [lane for lane in happened["lane"] if lane]
    found = lanes[lanes["lane"] == named[-1]] if named else lanes.iloc[:0]
    way = listed.iloc[0] if len(listed) else None
    if found.empty and way is not None:
        found = lanes[(lanes[["from_node", "to_node", "mode"]] == way[["from_node", "to_node", "mode"]]).all(axis=1)]
    if len(found) == 1:
        row = found.iloc[0]
        names = ("lane", "mode", "from_node", "to_node", "transit_days_p50", "transit_days_p90")
        return {name: row[name] for name in names}
    ends = {name: way[name] if way is not None else "" for name in ("mode", "from_node", "to_node")}
    return {"lane": "", **ends, "transit_days_p50": pd.NA, "transit_days_p90": pd.NA}


def _describe(
    happened: pd.DataFrame, listed: pd.DataFrame, counted: pd.DataFrame, as_of: pd.Timestamp
) -> dict[str, Any]:
    days = {
        name: happened.loc[happened["event"] == name, column].dropna()
        for name, column in (("etd", "day"), ("eta", "day"), ("departed", "happened_on"), ("arrived", "happened_on"),
                             ("received", "happened_on"))
    }  # fmt: skip
    etd, departed = _last(days["etd"]), _last(days["departed"])
    eta = _last(days["eta"]) if len(days["eta"]) else _last(listed["eta"].dropna())
    customs = [CUSTOMS[name] for name in happened["event"] if name in CUSTOMS]
    status = customs[-1] if customs else NOT_FILED
    shipped, received, short, over = (
        int(counted[name].sum()) for name in ("shipped_units", "received_units", "short_units", "over_units")
    )
    rest = shipped - received - short
    left = len(days["departed"]) > 0 or (happened.empty and len(listed) > 0)
    if rest == 0 and len(days["received"]):
        state, place = (RECEIVED_SHORT if short else RECEIVED), ""
    elif len(days["received"]):
        state, place = RECEIVING, "to_receive_units"
    elif status == RELEASED and len(days["arrived"]):
        state, place = TO_RECEIVE, "to_receive_units"
    elif len(days["arrived"]):
        state, place = AT_CUSTOMS, "customs_units"
    else:
        state, place = (MOVING, "moving_units") if left else (WAITING, "waiting_units")
    return {
        "containers": _name(happened["container"]),
        "bills_of_lading": _name(happened["bill_of_lading"]),
        "state": state,
        "customs": status,
        "shipped_units": shipped,
        **{name: rest if name == place else 0 for name in UNIT_STATES},
        "received_units": received,
        "short_units": short,
        "over_units": over,
        "etd": etd,
        "departed_on": departed,
        "eta": eta,
        "received_on": _last(days["received"]),
        "finished": state in (RECEIVED, RECEIVED_SHORT),
        "next_step": NEXT_STEPS[state],
        "next_on": {WAITING: etd, RECEIVED: pd.NaT, RECEIVED_SHORT: pd.NaT}.get(state, eta),
    }


def _date(row: dict[Any, Any], as_of: pd.Timestamp) -> dict[str, Any]:
    begun = row["departed_on"] if pd.notna(row["departed_on"]) else row["etd"]
    end = row["received_on"] if row["finished"] else max(day for day in (row["eta"], as_of) if pd.notna(day))
    dated = dict(row)
    for name in ("p50", "p90"):
        known = pd.notna(begun) and pd.notna(row[f"transit_days_{name}"])
        due = begun + pd.Timedelta(days=int(row[f"transit_days_{name}"])) if known else pd.NaT
        dated |= {f"due_{name}": due, f"days_late_{name}": (end - due).days if known else pd.NA}
    return dated


def _last(days: pd.Series) -> Any:
    return days.iloc[-1] if len(days) else pd.NaT


def _name(values: pd.Series) -> str:
    return ", ".join(sorted({str(value) for value in values if value}))
