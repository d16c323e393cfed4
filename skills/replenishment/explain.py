"""Why each order line came out as it did: every number on the way, so that a person can redo it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from skills.replenishment.calendar import SCENARIOS
from skills.replenishment.explain_level import explain_level
from skills.replenishment.explain_order import (
    explain_changes,
    explain_modes,
    explain_money,
    explain_quantity,
    explain_risk,
)
from skills.replenishment.led import NOT_LED
from skills.replenishment.orders import ARRIVALS
from skills.replenishment.position import SELLABLE
from skills.replenishment.steps import Step, make_step, say_date, say_number, say_rounded, spread
from skills.vocabulary import mark

_STATES = {
    "available": mark("Available"),
    "qc_hold": mark("In quality check"),
    "receiving": mark("Being received"),
    "researching": mark("Under investigation"),
    "inbound": mark("On the way"),
    "on_order": mark("Open purchase orders"),
    "reserved": mark("Reserved (sold, not counted)"),
    "stranded": mark("Stranded (not counted)"),
    "unfulfillable": mark("Unfulfillable (not counted)"),
}
_COUNTED = (*SELLABLE, "inbound", "on_order")


def explain_replenishment(orders: pd.DataFrame) -> pd.DataFrame:
    """How each order came about, step by step.

    Args:
        orders: What `plan_replenishment` returned, or some of its rows.
    Returns:
        One row per (sku, step): sku, step (from 1), label, value, unit, note (source or formula with its numbers).
        Steps that did nothing (no state of stock, no cap that bound) are left out.
    """
    rows = [dict(zip(orders.columns, row, strict=True)) for row in orders.itertuples(index=False, name=None)]
    steps = [
        *(*_time(rows), *_demand(rows), *explain_level(rows), *_stock(rows)),
        *(*explain_quantity(rows), *explain_changes(rows)),
        *(*explain_money(rows), *explain_modes(rows), *explain_risk(rows)),
    ]
    count, total = len(rows), len(rows) * len(steps)
    labels = [label for step in steps for label in spread(step.label, count)]
    units = [unit for step in steps for unit in spread(step.unit, count)]
    frame = pd.DataFrame(
        {
            "sku": pd.array(orders["sku"].tolist() * len(steps), dtype="str"),
            "line": np.tile(np.arange(count), len(steps)),
            "order": np.arange(total),
            "label": pd.array(labels, dtype="str"),
            "value": pd.array([value for step in steps for value in step.values], dtype="str"),
            "unit": pd.array(units, dtype="str"),
            "note": pd.array([note for step in steps for note in step.notes], dtype="str"),
        }
    )
    frame = frame.loc[(frame["value"] != "") & (frame["label"] != "")]
    frame = frame.sort_values(["line", "order"], kind="stable").reset_index(drop=True)
    frame = frame.assign(step=frame.groupby("line", sort=False).cumcount() + 1)
    return frame[["sku", "step", "label", "value", "unit", "note"]].astype({"step": "int64"})


def _time(rows: list[dict[str, Any]]) -> Iterator[Step]:
    yield make_step(mark("This order is placed on"), "date", ((say_date(row["order_on"]), "") for row in rows))
    yield make_step(
        mark("Production"),
        "days",
        (
            (
                str(row["production_days_p50"]) if say_date(row["ready_on"]) else "",
                f"p10/p50/p90 {'/'.join(str(row[f'production_days_{name}']) for name in SCENARIOS)} "
                f"working days, {row['working_days_per_week']} a week, + {max(row['closed_days'], 0)} closed days "
                f"→ {say_date(row['ready_on'])}",
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("Made after more urgent lines of the supplier"),
        "days",
        (
            (
                str(row["make_days"]) if row["make_days"] else "",
                f"{row['weekly_capacity_units']} / 7 d"
                + (f" − {row['busy_units']}" if row["busy_units"] else "")
                + f" → {say_date(row['ready_on'])}",
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("Quality check"),
        "days",
        ((str(row["qc_days"]) if say_date(row["ready_on"]) else "", "") for row in rows),
    )
    yield make_step(
        mark("Hub to shelf, weighted by the countries' demand"),
        "days",
        (
            (
                str(row["transit_days_p50"]) if say_date(row["ready_on"]) else "",
                f"p10/p50/p90 {row['transit_days_p10']}/{row['transit_days_p50']}/{row['transit_days_p90']}"
                + (f" = {row['transit_note']}" if row["transit_note"] else ""),
            )
            for row in rows
        ),
    )
    for name, label in (
        ("wait_days", mark("Waiting for the cut-off, weighted by the countries' demand")),
        ("receiving_days", mark("Receiving slower than usual, weighted by the countries' demand")),
    ):
        yield make_step(
            label,
            "days",
            ((say_rounded(row[name]) if row[name] and say_date(row["ready_on"]) else "", "") for row in rows),
        )
    yield make_step(
        mark("This order arrives on"),
        "date",
        (
            (
                say_date(row["arrival_p50"]),
                f"{say_date(row['ready_on'])} + {row['qc_days']} d + {_travel_days(row, '')} d; "
                f"p10–p90 {say_date(row['arrival_p10'])} – {say_date(row['arrival_p90'])}",
            )
            for row in rows
        ),
    )
    yield make_step(mark("Next feasible order"), "date", ((say_date(row["next_order_on"]), "") for row in rows))
    yield make_step(
        mark("The next order is ready on"),
        "date",
        (
            (
                say_date(row["next_ready_on"]),
                f"{say_date(row['next_order_on'])} + {row['production_days_p50']} working days, "
                f"{row['working_days_per_week']} a week, + {max(row['next_closed_days'], 0)} closed days",
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("The next order arrives on; stock must last until then"),
        "date",
        (
            (
                say_date(row["next_arrival_p50"]),
                f"{say_date(row['next_ready_on'])} + {row['qc_days']} d + {_travel_days(row, 'next_')} d; "
                f"p10–p90 {say_date(row['next_arrival_p10'])} – {say_date(row['next_arrival_p90'])}",
            )
            for row in rows
        ),
    )


def _travel_days(row: dict[str, Any], when: str) -> int:
    """Transit, waiting and receiving together, as they were rounded."""
    arrival, ready = row[f"{when}arrival_p50"], row[f"{when}ready_on"]
    return 0 if pd.isna(arrival) or pd.isna(ready) else int((arrival - ready).days - row["qc_days"])


def _demand(rows: list[dict[str, Any]]) -> Iterator[Step]:
    def days(row: dict[str, Any]) -> int:
        return 0 if pd.isna(row["next_arrival_p50"]) else (row["next_arrival_p50"] - row["as_of"]).days

    known = [row["order_up_to"] > 0 and row["led_by"] == NOT_LED and not row["tuned"] for row in rows]
    yield make_step(
        mark("Expected demand until then"),
        "units",
        (
            (say_rounded(row["demand_mean"]) if use else "", f"{say_number(row['daily_mean'])} / d × {days(row)} d")
            for row, use in zip(rows, known, strict=True)
        ),
    )
    scenarios = {
        "early": mark("Demand at the service level if the next order comes early"),
        "usual": mark("Demand at the service level if the next order comes as usual"),
        "late": mark("Demand at the service level if the next order comes late"),
    }
    for (name, label), (quantile, weight) in zip(scenarios.items(), SCENARIOS.items(), strict=True):
        yield make_step(
            label,
            "units",
            (
                (
                    say_rounded(row[f"demand_{name}"]) if use else "",
                    f"P{row['service_percent']} → {say_date(row[f'next_arrival_{quantile}'])}, × {weight}",
                )
                for row, use in zip(rows, known, strict=True)
            ),
        )
    yield make_step(
        mark("Days beyond the forecast, at its last weekly mean"),
        "days",
        ((str(row["extended_days"]) if row["extended_days"] else "", "") for row in rows),
    )
    yield make_step(
        mark("Order-up-to level: what demand stays within at the service level, over the three arrivals"),
        "units",
        (
            (
                str(row["order_up_to"]) if use else "",
                " + ".join(
                    f"{weight} × {row[f'covered_{name}']:.4f}"
                    for name, weight in zip(ARRIVALS, SCENARIOS.values(), strict=True)
                )
                + f" = {row['service_percent']} %; {say_number(row['service_quantile'])} → {row['order_up_to']}",
            )
            for row, use in zip(rows, known, strict=True)
        ),
    )


def _stock(rows: list[dict[str, Any]]) -> Iterator[Step]:
    for state, label in _STATES.items():
        yield make_step(label, "units", ((str(row[state]) if row[state] else "", "") for row in rows))
    yield make_step(
        [
            mark("Arrives after the next order (not counted)")
            if row["led_by"] == NOT_LED
            else mark("Arrives after the days that the level covers (not counted)")
            for row in rows
        ],
        "units",
        ((str(row["too_late_units"]) if row["too_late_units"] else "", "") for row in rows),
    )
    yield make_step(
        mark("Position: stock that counts, on the way and on order"),
        "units",
        (
            (
                str(row["position"]),
                f"{' + '.join(str(row[state]) for state in _COUNTED if row[state]) or '0'}"
                + (f" − {row['too_late_units']}" if row["too_late_units"] else "")
                + f" = {row['position']}",
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("Short, in the median, before this order can arrive; it cannot mend that"),
        "units",
        (
            (
                str(row["short_units"]) if row["short_units"] else "",
                f"{say_date(row['short_from'])} – {say_date(row['arrival_p50'])}",
            )
            for row in rows
        ),
    )
