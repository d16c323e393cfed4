"""Consignments: what is to be shipped, split by lane and destination.

UnknownSource              neither a proposal nor an open purchase order, or nothing in it is shipped

One pool, N destinations: the pool is the shipments of a distribution proposal, or the open units of one purchase
order, which go through the first hub and are split where they are worth most.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Seller
from skills.distribution import Allocation
from skills.vocabulary import Refusal, mark, name_rows
from tasks.approvals.standing import read_standing
from tasks.costs import Costs
from tasks.landing import name_freight
from tasks.lines import flatten, number_lines
from tasks.nights import Night
from tasks.proposals import kept_lines
from tasks.store.ledger import list_events
from tasks.store.proposals import Proposal, read_current, read_proposal
from tasks.store.snapshots import Snapshot

OPEN, RELEASED = "open", "released"
_NO_BORDER = ("ex_works", "tooling_share", "qc_pack", "handling", "freight")
"""Components of a landed cost that a choice of lane is not charged for, or is charged for apart."""
LONGEST_NUMBER = 24
LANE_GONE = mark(
    "Lane {lane} is not in the table of lanes any more. Add it again, or run `nightly` for new shipments."
)
LINES = (
    "consignment", "sku", "country", "lane", "from_node", "to_node", "mode", "units", "cartons", "carton_units",
    "departs_on", "expires", "reason", "capped_by", "expected_value_minor", "weekly_mean", "position_units",
    "number", "state",
)  # fmt: skip


class UnknownSource(Refusal):
    """Nothing to ship by that name."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is to be shipped.

    Attributes:
        proposal: The distribution proposal that it comes from; None for a purchase order.
        purchase_order: Its number, or "".
        ready_on: When it can leave.
        units: One row per sku of a purchase order: sku, units; empty for a proposal.
        states: Line number of the proposal → open or released; rejected lines are not shipped.
    """

    proposal: Proposal | None
    purchase_order: str
    ready_on: date
    units: pd.DataFrame
    states: dict[str, str]


def name_journey(purchase_order: str, proposal: str) -> str:
    """The journey under which the shipment stands: one for a morning's distribution, one for each purchase order.

    Raises:
        UnknownSource: both are named, or the order's number is longer than one can be.
    """
    if purchase_order and proposal:
        raise UnknownSource(
            mark("Both purchase order {order} and proposal {digest} are named; one of them is shipped at a time."),
            order=purchase_order,
            digest=proposal,
        )
    if len(purchase_order) > LONGEST_NUMBER:
        raise UnknownSource(
            mark("The purchase order's number {order!r} is longer than {most} characters."),
            order=purchase_order,
            most=LONGEST_NUMBER,
        )
    return f"ship_inbound {purchase_order}".strip()


@task(name="consignments · read the pool", cache_policy=NO_CACHE)
def read_pool(night: Night, known: Snapshot, purchase_order: str, proposal: str) -> Pool:
    """What is to be shipped: a purchase order by its number, or a proposal by its digest ("": the one that stands).

    Raises:
        UnknownSource: nothing is known by that name, or nothing in it is shipped.
        UnknownProposal: no proposal of that digest.
    """
    if purchase_order:
        return _read_order(known, purchase_order, night.as_of)
    found = read_proposal(proposal) if proposal else read_current(night.seller.id, "nightly", night.as_of)
    if found is None:
        raise UnknownSource(
            mark(
                "No distribution proposal stands for {seller} on {as_of}. Run `nightly` for that morning first, or "
                "name a purchase order: {orders}."
            ),
            seller=night.seller.id,
            as_of=night.as_of.isoformat(),
            orders=_name_orders(known),
        )
    body = found.body
    ships = [number for number, decision, _ in number_lines(body) if decision["kind"] == "ship"]
    if body["seller"] != night.seller.id or body["as_of"] != night.as_of.isoformat() or not ships:
        raise UnknownSource(
            mark(
                "Proposal {digest} is of {seller}, {as_of}, with {count} shipment lines. Expected shipments of "
                "{asked} on {morning}: name its own morning as as_of, or another proposal."
            ),
            digest=found.digest[:12],
            seller=body["seller"],
            as_of=body["as_of"],
            count=len(ships),
            asked=night.seller.id,
            morning=night.as_of.isoformat(),
        )
    states = _read_states(found, night.seller)
    wanted = {number: states[number] for number in ships if states.get(number) in (OPEN, RELEASED)}
    if not wanted:
        raise UnknownSource(
            mark("Every shipment line of proposal {digest} was rejected, left out or changed: nothing is shipped."),
            digest=found.digest[:12],
        )
    return Pool(found, "", night.as_of, pd.DataFrame(columns=["sku", "units"]), wanted)


def offer_pool(known: Snapshot, pool: Pool) -> pd.DataFrame:
    """The stock to split: that of the snapshot, with the hub holding the purchase order's units and nothing else."""
    if pool.proposal is not None:
        return known.stock
    hubs = sorted(known.nodes.loc[known.nodes["stage"] == "hub", "node"])
    offered = pool.units.assign(node=hubs[0], state="available")
    elsewhere = known.stock[~(known.stock["node"].isin(hubs) & (known.stock["state"] == "available"))]
    return pd.concat([elsewhere, offered[known.stock.columns].astype(known.stock.dtypes)], ignore_index=True)


def hold_pool(pool: Pool) -> pd.DataFrame:
    """What the split keeps as it is, for `distribution.allocate_stock`: nothing of a purchase order's units."""
    countries = {str(decision["country"]) for decision in _ships(pool)}
    return kept_lines(pool.proposal.body if pool.proposal else None, countries)


def split_pool(pool: Pool, allocation: Allocation, known: Snapshot) -> pd.DataFrame:
    """The pool as consignments: one per lane; what was released already is a consignment of its own.

    Args:
        pool: From `read_pool`.
        allocation: From `distribution.allocate_stock`: the split of a purchase order, and what stands behind a
            proposal's lines.

    Returns:
        One row per (consignment, sku), sorted, the columns of `LINES`; number is the line's in its proposal.

    Raises:
        UnknownSource: no unit of the purchase order is worth shipping anywhere.
    """
    facts = allocation.slots.frame[["sku", "country", "lane", "weekly_mean", "position"]]
    rows = _proposal_rows(pool) if pool.proposal is not None else _order_rows(allocation, known)
    if not rows:
        raise UnknownSource(
            mark(
                "No unit of {order} is worth more abroad than at the hub this morning: nothing is shipped. The "
                "morning report says what each SKU waits for."
            ),
            order=pool.purchase_order,
        )
    lines = pd.DataFrame(rows).merge(facts, how="left", on=["sku", "country", "lane"])
    lines = lines.assign(
        weekly_mean=lines["weekly_mean"].fillna(0.0), position_units=lines["position"].fillna(0.0).round()
    )
    lines = lines.astype({"position_units": "int64"})
    return lines[[*LINES]].sort_values(["consignment", "sku"], kind="stable", ignore_index=True)


def _read_order(known: Snapshot, number: str, as_of: date) -> Pool:
    rows = known.purchase_orders
    rows = rows[(rows["purchase_order"] == number) & (rows["units_open"] > 0)]
    if rows.empty:
        raise UnknownSource(
            mark("There is no open purchase order {order!r}. Open are: {orders}. Name one of them."),
            order=number,
            orders=_name_orders(known),
        )
    units = rows.groupby("sku")["units_open"].sum().rename("units").reset_index()
    ready = max(as_of, rows["ready_on"].max().date())
    return Pool(None, number, ready, units, {})


def _name_orders(known: Snapshot) -> str:
    orders = known.purchase_orders
    return name_rows(sorted(set(orders.loc[orders["units_open"] > 0, "purchase_order"]))) or "–"


def _read_states(proposal: Proposal, seller: Seller) -> dict[str, str]:
    events = list_events(proposal=proposal.digest, book="decision")
    standing = read_standing(proposal.body, events, seller.policy.approvals.timeout_hours, datetime.now(UTC))
    states = {number: RELEASED for number, line in standing.lines.items() if line.state in ("approved", "rule")}
    return states | dict.fromkeys(standing.open, OPEN)


def _ships(pool: Pool) -> list[dict[str, Any]]:
    decisions = pool.proposal.body["decisions"] if pool.proposal else []
    return [decision for decision in decisions if decision["kind"] == "ship"]


def _proposal_rows(pool: Pool) -> list[dict[str, Any]]:
    rows = []
    for number, decision, line in number_lines(pool.proposal.body) if pool.proposal else ():
        state = pool.states.get(number)
        if state is None:
            continue
        facts = flatten(line)
        rows.append(
            {name: facts.get(name, "") for name in LINES}
            | {
                "consignment": decision["lane"] if state == OPEN else f"{decision['lane']} {RELEASED}",
                "departs_on": date.fromisoformat(decision["deadline"]),
                "number": number,
                "state": state,
            }
        )
    return [{name: row[name] for name in row if name not in ("weekly_mean", "position_units")} for row in rows]


def _order_rows(allocation: Allocation, known: Snapshot) -> list[dict[str, Any]]:
    lanes = known.lanes.set_index("lane")
    rows = []
    for line in allocation.lines.to_dict("records"):
        lane = lanes.loc[line["lane"]]
        rows.append(
            {name: line[name] for name in ("sku", "country", "lane", "units", "cartons", "reason", "capped_by")}
            | {
                "consignment": line["lane"],
                "from_node": lane["from_node"],
                "to_node": lane["to_node"],
                "mode": lane["mode"],
                "carton_units": line["units"] // line["cartons"],
                "departs_on": line["depart_on"].date(),
                "expires": line["cutoff"].date().isoformat(),
                "expected_value_minor": line["value_base_minor"],
                "number": "",
                "state": OPEN,
            }
        )
    return rows


def list_candidates(ready: Ready, lanes: pd.DataFrame, pool: Pool) -> pd.DataFrame:
    """Every lane that a consignment could take instead: from the same node to the same one.

    Args:
        ready: Lines and boxes that can go.
        lanes: One row per lane.

    Returns:
        One row per (consignment, lane): country, postcode (""), boxes, weight_g, volume_cm3, longest_mm, ready_on.
    """
    packed, lines = ready.boxes, ready.lines
    boxes = packed.assign(
        weight=packed["count"] * packed["weight_g"],
        volume=packed["count"] * packed["length_mm"] * packed["width_mm"] * packed["height_mm"],
        longest=packed[["length_mm", "width_mm", "height_mm"]].max(axis=1),
    )
    loads = boxes.groupby("consignment").agg(
        boxes=("count", "sum"),
        weight_g=("weight", "sum"),
        volume_mm3=("volume", "sum"),
        longest_mm=("longest", "max"),
    )
    places = lines[["consignment", "country", "from_node", "to_node"]].drop_duplicates()
    ways = lanes[["lane", "from_node", "to_node"]]
    found = places.merge(ways, on=["from_node", "to_node"]).merge(loads.reset_index(), on="consignment")
    return found.assign(
        postcode="", volume_cm3=-(-found["volume_mm3"] // 1000), ready_on=pd.Timestamp(pool.ready_on)
    ).drop(columns=["volume_mm3", "from_node", "to_node"])


def list_ways(ready: Ready, candidates: pd.DataFrame) -> pd.DataFrame:
    """The lines on every candidate lane, each lane an entry of its own, to ask what its border takes.

    Returns:
        As `as_entries`; an entry is `consignment|lane`.
    """
    lines = as_entries(ready.lines).drop(columns="lane")
    ways = lines.merge(candidates[["consignment", "lane"]], left_on="entry", right_on="consignment")
    return ways.assign(entry=ways["entry"] + "|" + ways["lane"]).drop(columns="consignment")


def add_border(quotes: pd.DataFrame, costs: Costs) -> pd.DataFrame:
    """The quotes with what the border takes on each lane; a lane that cannot be costed cannot be taken.

    Args:
        quotes: From `freight.quote_freight`.
        costs: Of `list_ways`.

    Returns:
        The quotes with import_minor: duty, tax that is a cost, fees, insurance, less the rebate [base minor units].
    """
    landed = costs.landed[costs.landed["in_cost"] & ~costs.landed["component"].isin(_NO_BORDER)]
    sums = landed.groupby("entry")["amount_minor"].sum()
    refused = costs.refused.drop_duplicates("entry").set_index("entry")
    entries = quotes["consignment"] + "|" + quotes["lane"]
    reasons = [
        (reason, values)
        if reason or entry not in refused.index
        else (
            refused.loc[entry, "reason"],
            json.dumps({key: str(v) for key, v in refused.loc[entry, "values"].items()}),
        )
        for entry, reason, values in zip(entries, quotes["reason"], quotes["values"], strict=True)
    ]
    return quotes.assign(
        import_minor=entries.map(sums).fillna(0).astype("int64"),
        reason=[reason for reason, _ in reasons],
        values=[values for _, values in reasons],
    )


def list_needs(lines: pd.DataFrame, contribution: pd.DataFrame) -> pd.DataFrame:
    """What each consignment's units are waited for, as the mode choice reads it.

    Args:
        lines: From `split_pool`.
        contribution: From `distribution.quote_contribution`; the lane's own row, else the best one's of the country.

    Returns:
        One row per (consignment, sku): units, weekly_mean, position_units, contribution_minor (of one unit, before
        freight), holding_week_minor.
    """
    quoted = contribution.assign(before_freight=contribution["contribution"] + contribution["freight"])
    best = quoted.sort_values(["sku", "country", "before_freight"], kind="stable", na_position="first")
    best = best.drop_duplicates(["sku", "country"], keep="last")
    best = best[["sku", "country", "before_freight", "holding_week"]]
    needs = lines.merge(best, how="left", on=["sku", "country"])
    return needs[["consignment", "sku", "units", "weekly_mean", "position_units"]].assign(
        contribution_minor=needs["before_freight"].fillna(0.0).clip(lower=0.0).round().astype("int64"),
        holding_week_minor=needs["holding_week"].fillna(0.0).round().astype("int64"),
    )


@dataclass(frozen=True)
class Ready:
    """What can be shipped, and what is set aside.

    Attributes:
        lines: Rows of `split_pool`'s answer that can go.
        boxes: Their cartons.
        values: Their customs values.
        refused: One row per (consignment, sku) that cannot: country, units, reason (a sentence of the catalogue) and
            values (what fills its places).
    """

    lines: pd.DataFrame
    boxes: pd.DataFrame
    values: pd.DataFrame
    refused: pd.DataFrame


def as_entries(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines as lines of customs entries: a consignment is an entry, and its units are committed to it."""
    named = lines.rename(columns={"consignment": "entry"})
    return named[["entry", "sku", "country", "lane", "units", "departs_on"]].assign(committed=True)


def set_aside(lines: pd.DataFrame, boxes: pd.DataFrame, values: pd.DataFrame, *refusals: pd.DataFrame) -> Ready:
    """Take every line that one of the skills refused out of the shipment, whole, with the first reason.

    Args:
        lines: From `split_pool`.
        boxes: Packed cartons.
        values: From `customs.value_lines`.
        refusals: Frames with consignment or entry, sku, reason and values (a mapping, or JSON).
    """
    units = {(row["consignment"], row["sku"]): row for row in lines.to_dict("records")}
    refused: dict[tuple[str, str], dict[str, Any]] = {}
    for frame in refusals:
        for row in frame.to_dict("records"):
            place = (str(row.get("consignment", row.get("entry"))), str(row["sku"]))
            said = json.loads(row["values"]) if isinstance(row["values"], str) else dict(row["values"])
            line = units[place]
            about = {"consignment": place[0], "sku": place[1], "country": line["country"], "units": line["units"]}
            refused.setdefault(place, {**about, "reason": row["reason"], "values": said})

    def keep(frame: pd.DataFrame, name: str) -> pd.DataFrame:
        out = [place in refused for place in zip(frame[name], frame["sku"], strict=True)]
        return frame[~pd.Series(out, frame.index, dtype=bool)].reset_index(drop=True)

    columns = ["consignment", "sku", "country", "units", "reason", "values"]
    return Ready(
        keep(lines, "consignment"),
        keep(boxes, "consignment"),
        keep(values, "entry"),
        pd.DataFrame([*refused.values()], columns=columns),
    )


def set_more_aside(ready: Ready, *refusals: pd.DataFrame) -> Ready:
    """The same with more lines taken out, as `set_aside` does; what was refused before stays refused."""
    kept = set_aside(ready.lines, ready.boxes, ready.values, *refusals)
    return replace(kept, refused=pd.concat([ready.refused, kept.refused], ignore_index=True))


def enter_freight(lines: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """The lines as lines of entries, each with the freight of its whole consignment as it was quoted."""
    return as_entries(lines).merge(name_freight(quotes), on=["entry", "lane"])


def name_countries(lines: pd.DataFrame) -> dict[str, str]:
    """Consignment → country."""
    return dict(zip(lines["consignment"].astype("str"), lines["country"].astype("str"), strict=True))


def join_lanes(ready: Ready, modes: pd.DataFrame, lanes: pd.DataFrame) -> Ready:
    """A purchase order's lines on the lane that costs least all told; what leaves on one lane is one consignment.

    Lines leave, and hold, until the day of that lane's quote. A consignment is called by its lane afterwards.

    Args:
        modes: From `freight.choose_mode`: consignment, lane, least, departs_on.
        lanes: One row per lane.
    """
    taken = modes[modes["least"].astype(bool)].set_index("consignment")
    lane = {str(name): str(value) for name, value in taken["lane"].items()}
    leaves = {str(row["lane"]): row["departs_on"].date() for row in taken.to_dict("records")}
    way = dict(zip(lanes["lane"], lanes["mode"], strict=True))

    def rename(frame: pd.DataFrame, name: str) -> pd.DataFrame:
        own = frame[name].astype("str").map(lambda value: lane.get(value, value))
        return frame.assign(**{name: own.astype("str")})

    lines = rename(ready.lines, "consignment")
    on = lines["consignment"].where(lines["consignment"].isin(list(leaves)), lines["lane"]).astype("str")
    lines = lines.assign(
        lane=on,
        mode=on.map(way).fillna(lines["mode"]).astype("str"),
        departs_on=[leaves.get(name, day) for name, day in zip(on, lines["departs_on"], strict=True)],
        expires=[leaves[name].isoformat() if name in leaves else day
                 for name, day in zip(on, lines["expires"], strict=True)],
    )  # fmt: skip
    return replace(
        ready,
        lines=_add_up(lines, ["consignment", "sku"], ("units", "cartons", "expected_value_minor")),
        boxes=_add_up(rename(ready.boxes, "consignment"), ["consignment", "carton"], ("count",)),
        values=_add_up(rename(ready.values, "entry"), ["entry", "sku"], ("units", "customs_value_minor")),
    )


def _add_up(frame: pd.DataFrame, keys: list[str], sums: tuple[str, ...]) -> pd.DataFrame:
    """One row per key, its sums added up, everything else as in its first row."""
    rules = {name: "sum" if name in sums else "first" for name in frame.columns if name not in keys}
    joined = frame.groupby(keys, as_index=False, sort=True).agg(rules) if len(frame) else frame
    return joined[[*frame.columns]].astype(frame.dtypes)


def keep_quoted(ready: Ready, modes: pd.DataFrame) -> tuple[Ready, pd.DataFrame]:
    """What can go on the lane that each consignment has, and the row of modes of that lane.

    A consignment whose lane cannot be quoted is set aside with the reason of its quote.
    """
    said = {(row["consignment"], row["lane"]): (row["reason"], row["values"]) for row in modes.to_dict("records")}
    refused = []
    for row in ready.lines.to_dict("records"):
        gone = (LANE_GONE, {"lane": row["lane"]})
        reason, values = said.get((row["consignment"], row["lane"]), gone)
        if reason:
            refused.append({"consignment": row["consignment"], "sku": row["sku"], "reason": reason, "values": values})
    kept = set_more_aside(ready, pd.DataFrame(refused))
    lanes = kept.lines[["consignment", "lane", "country"]].drop_duplicates()
    return kept, lanes.merge(modes, on=["consignment", "lane"])


def list_left(pool: Pool, ready: Ready) -> dict[str, int]:
    """SKU → units of a purchase order that are in no consignment: they stay at the hub; nothing of a proposal's."""
    placed = pd.concat([ready.lines[["sku", "units"]], ready.refused[["sku", "units"]]]).groupby("sku")["units"].sum()
    left = {
        str(row["sku"]): int(row["units"]) - int(placed.get(row["sku"], 0)) for row in pool.units.to_dict("records")
    }
    return {sku: units for sku, units in sorted(left.items()) if units > 0 and pool.proposal is None}
