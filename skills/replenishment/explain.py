"""Why each order line came out as it did: every number on the way, so that a person can redo it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from skills.replenishment.calendar import SCENARIOS
from skills.replenishment.orders import ARRIVALS
from skills.replenishment.position import SELLABLE
from skills.vocabulary import mark, minor_digits

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


@dataclass(frozen=True, slots=True)
class _Step:
    """One step for all SKUs; a SKU whose value is empty has no such row."""

    label: str | list[str]
    values: list[str]
    unit: str | list[str]
    notes: list[str]


def explain_replenishment(orders: pd.DataFrame) -> pd.DataFrame:
    """How each order came about, step by step.

    Args:
        orders: What `plan_replenishment` returned, or some of its rows.
    Returns:
        One row per (sku, step): sku, step (from 1), label, value, unit, note (source or formula with its numbers).
        Steps that did nothing (no state of stock, no cap that bound) are left out.
    """
    rows = [dict(zip(orders.columns, row, strict=True)) for row in orders.itertuples(index=False, name=None)]
    steps = [*_time(rows), *_demand(rows), *_stock(rows), *_quantity(rows), *_money(rows), *_risk(rows)]
    count, total = len(rows), len(rows) * len(steps)
    labels = [label for step in steps for label in _spread(step.label, count)]
    units = [unit for step in steps for unit in _spread(step.unit, count)]
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


def _spread(value: str | list[str], count: int) -> list[str]:
    return [value] * count if isinstance(value, str) else value


def _time(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    yield _step(mark("This order is placed on"), "date", ((_date(row["order_on"]), "") for row in rows))
    yield _step(
        mark("Production"),
        "days",
        (
            (
                str(row["production_days_p50"]) if _date(row["ready_on"]) else "",
                f"p10/p50/p90 {'/'.join(str(row[f'production_days_{name}']) for name in SCENARIOS)} "
                f"working days, {row['working_days_per_week']} a week, + {max(row['closed_days'], 0)} closed days "
                f"→ {_date(row['ready_on'])}",
            )
            for row in rows
        ),
    )
    yield _step(
        mark("Quality check"), "days", ((str(row["qc_days"]) if _date(row["ready_on"]) else "", "") for row in rows)
    )
    yield _step(
        mark("Hub to shelf, weighted by the countries' demand"),
        "days",
        (
            (
                str(row["transit_days_p50"]) if _date(row["ready_on"]) else "",
                f"p10/p50/p90 {row['transit_days_p10']}/{row['transit_days_p50']}/{row['transit_days_p90']}"
                + (f" = {row['transit_note']}" if row["transit_note"] else ""),
            )
            for row in rows
        ),
    )
    yield _step(
        mark("This order arrives on"),
        "date",
        (
            (
                _date(row["arrival_p50"]),
                f"{_date(row['ready_on'])} + {row['qc_days']} d + {row['transit_days_p50']} d; "
                f"p10–p90 {_date(row['arrival_p10'])} – {_date(row['arrival_p90'])}",
            )
            for row in rows
        ),
    )
    yield _step(mark("Next feasible order"), "date", ((_date(row["next_order_on"]), "") for row in rows))
    yield _step(
        mark("The next order is ready on"),
        "date",
        (
            (
                _date(row["next_ready_on"]),
                f"{_date(row['next_order_on'])} + {row['production_days_p50']} working days, "
                f"{row['working_days_per_week']} a week, + {max(row['next_closed_days'], 0)} closed days",
            )
            for row in rows
        ),
    )
    yield _step(
        mark("The next order arrives on; stock must last until then"),
        "date",
        (
            (
                _date(row["next_arrival_p50"]),
                f"{_date(row['next_ready_on'])} + {row['qc_days']} d + {row['transit_days_p50']} d; "
                f"p10–p90 {_date(row['next_arrival_p10'])} – {_date(row['next_arrival_p90'])}",
            )
            for row in rows
        ),
    )


def _demand(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    def days(row: dict[str, Any]) -> int:
        return 0 if pd.isna(row["next_arrival_p50"]) else (row["next_arrival_p50"] - row["as_of"]).days

    known = [row["order_up_to"] > 0 for row in rows]
    yield _step(
        mark("Expected demand until then"),
        "units",
        (
            (_rounded(row["demand_mean"]) if use else "", f"{_number(row['daily_mean'])} / d × {days(row)} d")
            for row, use in zip(rows, known, strict=True)
        ),
    )
    scenarios = {
        "early": mark("Demand at the service level if the next order comes early"),
        "usual": mark("Demand at the service level if the next order comes as usual"),
        "late": mark("Demand at the service level if the next order comes late"),
    }
    for (name, label), (quantile, weight) in zip(scenarios.items(), SCENARIOS.items(), strict=True):
        yield _step(
            label,
            "units",
            (
                (
                    _rounded(row[f"demand_{name}"]) if use else "",
                    f"P{row['service_percent']} → {_date(row[f'next_arrival_{quantile}'])}, × {weight}",
                )
                for row, use in zip(rows, known, strict=True)
            ),
        )
    yield _step(
        mark("Days beyond the forecast, at its last weekly mean"),
        "days",
        ((str(row["extended_days"]) if row["extended_days"] else "", "") for row in rows),
    )
    yield _step(
        mark("Order-up-to level: what demand stays within at the service level, over the three arrivals"),
        "units",
        (
            (
                str(row["order_up_to"]) if use else "",
                " + ".join(
                    f"{weight} × {row[f'covered_{name}']:.4f}"
                    for name, weight in zip(ARRIVALS, SCENARIOS.values(), strict=True)
                )
                + f" = {row['service_percent']} %; {_number(row['service_quantile'])} → {row['order_up_to']}",
            )
            for row, use in zip(rows, known, strict=True)
        ),
    )


def _stock(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    for state, label in _STATES.items():
        yield _step(label, "units", ((str(row[state]) if row[state] else "", "") for row in rows))
    yield _step(
        mark("Position: stock that counts, on the way and on order"),
        "units",
        (
            (
                str(row["position"]),
                f"{' + '.join(str(row[state]) for state in _COUNTED if row[state]) or '0'} = {row['position']}",
            )
            for row in rows
        ),
    )


def _quantity(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    yield _step(
        mark("Need"),
        "units",
        (
            (
                str(row["raw_need"]) if row["order_up_to"] else "",
                f"max(0, {row['order_up_to']} − {row['position']}) = {row['raw_need']}",
            )
            for row in rows
        ),
    )
    yield _step(
        mark("Rounded up to full cartons"),
        "units",
        (
            (
                str(row["need_cartons"] * row["carton_units"]) if row["raw_need"] else "",
                f"⌈{row['raw_need']} / {row['carton_units']}⌉ = {-(-row['raw_need'] // row['carton_units'])}"
                + (f"; ≥ {row['threshold_units']}" if row["threshold_units"] else ""),
            )
            for row in rows
        ),
    )
    yield _step(
        mark("After the supplier's joint minimum"),
        "units",
        _changed(rows, "need_cartons", "moq_cartons", lambda row: f"MOQ {row['joint_moq_units']}"),
    )
    yield _step(
        mark("After the supplier's weekly capacity"),
        "units",
        _changed(rows, "moq_cartons", "capacity_cartons", lambda row: f"≤ {row['weekly_capacity_units']}"),
    )
    yield _step(
        mark("After this week's cash"), "units", _changed(rows, "capacity_cartons", "cartons", lambda row: "")
    )
    yield _step(
        mark("Order"),
        "units",
        (
            (str(row["order_units"]), f"{row['cartons']} × {row['carton_units']} = {row['order_units']}")
            for row in rows
        ),
    )
    yield _Step([row["reason"] for row in rows], ["–"] * len(rows), "", [""] * len(rows))


def _money(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    ordered = [row["order_units"] > 0 for row in rows]
    yield _Step(
        mark("Unit cost"),
        [_amount(row["unit_cost_minor"], row["cost_currency"]) if use else "" for row, use in _pair(rows, ordered)],
        [row["cost_currency"] for row in rows],
        [""] * len(rows),
    )
    yield _step(
        mark("Rate of exchange"),
        [f"{row['base_currency']} / {row['cost_currency']}" for row in rows],
        ((row["fx_rate"] if use and row["fx_note"] else "", row["fx_note"]) for row, use in _pair(rows, ordered)),
    )
    base = [row["base_currency"] for row in rows]
    yield _step(
        mark("Value of the order line"),
        base,
        (
            (
                _amount(row["value_base_minor"], row["base_currency"]) if use else "",
                f"{row['order_units']} × {_amount(row['unit_cost_minor'], row['cost_currency'])} "
                f"{row['cost_currency']}" + (f" × {row['fx_rate']}" if row["fx_note"] else ""),
            )
            for row, use in _pair(rows, ordered)
        ),
    )
    yield _step(
        mark("Deposit, due now"),
        base,
        (
            (
                _amount(row["deposit_base_minor"], row["base_currency"]) if use else "",
                f"{row['deposit_percent']} % × {_amount(row['value_base_minor'], row['base_currency'])}",
            )
            for row, use in _pair(rows, ordered)
        ),
    )
    yield _step(
        mark("Balance, due later"),
        base,
        (
            (
                _amount(row["balance_base_minor"], row["base_currency"]) if use else "",
                f"{_date(row['ready_on'])} + {row['balance_days']} d = {_date(row['balance_on'])}",
            )
            for row, use in _pair(rows, ordered)
        ),
    )


def _risk(rows: list[dict[str, Any]]) -> Iterator[_Step]:
    yield _step(
        mark("Position runs out in the median on"), "date", ((_date(row["stock_out_p50"]), "P50") for row in rows)
    )
    yield _step(
        mark("Position runs out at the service level on"),
        "date",
        ((_date(row["stock_out_service"]), f"P{row['service_percent']}") for row in rows),
    )
    yield _step(
        mark("Last day to order and still arrive before the median stock-out"),
        "date",
        ((_date(row["last_safe_date"]) if row["order_units"] else "", "") for row in rows),
    )
    yield _step(
        mark("Arrives after the median stock-out by"),
        "days",
        ((str(row["late_days"]) if row["late_days"] and row["order_units"] else "", "") for row in rows),
    )
    yield _step(
        mark("Change of demand that would reverse this"),
        "%",
        (
            (
                "" if pd.isna(row["flip_demand_percent"]) else f"{row['flip_demand_percent']:+.1f}",
                f"{row['position']} / {_number(row['service_quantile'])} − 1",
            )
            for row in rows
        ),
    )


def _step(label: str, unit: str | list[str], cells: Iterable[tuple[str, str]]) -> _Step:
    listed = list(cells)
    return _Step(label, [value for value, _ in listed], unit, [note for _, note in listed])


def _changed(rows: list[dict[str, Any]], before: str, after: str, note: Any) -> Iterator[tuple[str, str]]:
    for row in rows:
        changed = row[before] != row[after]
        units = row["carton_units"]
        yield (
            str(row[after] * units) if changed else "",
            f"{row[before] * units} → {row[after] * units}" + (f" ({note(row)})" if note(row) else ""),
        )


def _pair(rows: list[dict[str, Any]], ordered: list[bool]) -> list[tuple[dict[str, Any], bool]]:
    return list(zip(rows, ordered, strict=True))


def _date(value: Any) -> str:
    return "" if pd.isna(value) else str(value.date())


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _rounded(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _amount(minor: int, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{Decimal(int(minor)).scaleb(-digits):.{digits}f}"
