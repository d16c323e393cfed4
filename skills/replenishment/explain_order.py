"""The second half of an explanation: quantity, money, risk, what moved since last night, and what should fly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from skills.replenishment.led import NOT_LED
from skills.replenishment.limits import CASH_PATH
from skills.replenishment.steady import CAUSES, EFFECTS
from skills.replenishment.steps import (
    Step,
    list_changed,
    make_step,
    pair,
    say_amount,
    say_date,
    say_number,
)
from skills.vocabulary import mark, minor_digits


def explain_quantity(rows: list[dict[str, Any]]) -> Iterator[Step]:
    yield make_step(
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
    yield make_step(
        mark("Expected to be sold within the most cover, in full cartons"),
        "units",
        (
            (
                str(row["need_cartons"] * row["carton_units"]) if _lies_long(row) else "",
                f"{say_date(row['next_arrival_p50'])} + {row['most_safety_weeks']} × 7 d: "
                f"⌊({say_number(row['most_level'])} − {row['position']}) / {row['carton_units']}⌋ = "
                f"{row['need_cartons']}",
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("Rounded up to full cartons"),
        "units",
        (
            (
                str(row["need_cartons"] * row["carton_units"]) if row["raw_need"] and not _lies_long(row) else "",
                f"⌈{row['raw_need']} / {row['carton_units']}⌉ = {-(-row['raw_need'] // row['carton_units'])}"
                + (f"; ≥ {row['threshold_units']}" if row["threshold_units"] else ""),
            )
            for row in rows
        ),
    )
    yield make_step(
        mark("Sold within the shelf life at most"),
        "units",
        ((str(row["fresh_units"]) if row["shelf_life_days"] else "", f"{row['shelf_life_days']} d") for row in rows),
    )
    yield make_step(
        mark("Built up before the supplier's closure"),
        "units",
        list_changed(rows, "need_cartons", "build_cartons", lambda row: ""),
    )
    yield make_step(
        mark("After the supplier's joint minimum"),
        "units",
        list_changed(rows, "build_cartons", "moq_cartons", lambda row: f"MOQ {row['joint_moq_units']}"),
    )
    yield make_step(
        mark("After the supplier's weekly capacity"),
        "units",
        list_changed(rows, "moq_cartons", "capacity_cartons", lambda row: f"≤ {row['order_capacity_units']}"),
    )
    cash = list(list_changed(rows, "capacity_cartons", "cash_cartons", _say_lack))
    by_path = [row["capped_by"] == CASH_PATH for row in rows]
    for label, wanted in ((mark("After this week's cash"), False), (mark("After 13 weeks of cash"), True)):
        yield make_step(
            label,
            "units",
            ((value if path is wanted else "", note) for (value, note), path in zip(cash, by_path, strict=True)),
        )
    yield make_step(
        mark("Kept at last night's quantity: the change is too small"),
        "units",
        list_changed(rows, "cash_cartons", "cartons", lambda row: ""),
    )
    yield make_step(
        mark("Order"),
        "units",
        (
            (str(row["order_units"]), f"{row['cartons']} × {row['carton_units']} = {row['order_units']}")
            for row in rows
        ),
    )
    yield Step([row["reason"] for row in rows], ["–"] * len(rows), "", [""] * len(rows))


def _lies_long(row: dict[str, Any]) -> bool:
    """Whether the most cover cut the need."""
    if row["most_safety_weeks"] < 0 or row["led_by"] != NOT_LED:
        return False
    most = max(0, int(round((row["most_level"] - row["position"]) / row["carton_units"], 6) // 1))
    return bool(row["need_cartons"] == most < -(-row["raw_need"] // row["carton_units"]))


def _say_lack(row: dict[str, Any]) -> str:
    lack = say_amount(row["cash_lack_base_minor"], row["base_currency"])
    return f"{say_date(row['cash_week'])}: {row['base_currency']} −{lack}"


def explain_changes(rows: list[dict[str, Any]]) -> Iterator[Step]:
    """What moved against last night and by how much; nothing where there was no plan to compare with."""
    yield make_step(
        mark("Last night's plan"),
        "units",
        ((str(row["previous_units"]) if row["previous_units"] >= 0 else "", "") for row in rows),
    )
    for name, label in EFFECTS.items():
        yield make_step(
            label, "units", ((f"{row[f'change_{name}']:+d}" if row[f"change_{name}"] else "", "") for row in rows)
        )
    causes = [CAUSES.get(row["change_cause"], "") for row in rows]
    yield Step(causes, ["–" if cause else "" for cause in causes], "", [""] * len(rows))


def explain_modes(rows: list[dict[str, Any]]) -> Iterator[Step]:
    """What should fly, as seen tonight: nothing where `weigh_modes` was not asked or nothing is short."""
    if not rows or "air_units" not in rows[0]:
        return
    weighed = [row["air_days"] > 0 for row in rows]
    yield make_step(
        mark("Of this by air when it is ready, as seen tonight"),
        "units",
        (
            (
                str(row["air_units"]) if use else "",
                f"{say_date(row['air_arrival_on'])} ← {say_date(row['arrival_p50'])}",
            )
            for row, use in pair(rows, weighed)
        ),
    )
    yield make_step(
        [
            mark("Gain by air") if row["air_units"] else mark("What the first carton would gain by air")
            for row in rows
        ],
        [row["base_currency"] for row in rows],
        (
            (
                say_amount(row["air_gain_base_minor"], row["base_currency"]) if use else "",
                f"{say_number(row['air_saved_units'])} × {_fine(row, 'margin')} + "
                f"{row['air_units'] or row['carton_units']} × ({_fine(row, 'holding')} − {_fine(row, 'premium')})",
            )
            for row, use in pair(rows, weighed)
        ),
    )


def _fine(row: dict[str, Any], name: str) -> str:
    """An amount per unit, to a hundredth of the minor unit."""
    return say_number(row[f"air_{name}_minor"] / 10 ** minor_digits(row["base_currency"]))


def explain_money(rows: list[dict[str, Any]]) -> Iterator[Step]:
    ordered = [row["order_units"] > 0 for row in rows]
    yield Step(
        mark("Unit cost"),
        [say_amount(row["unit_cost_minor"], row["cost_currency"]) if use else "" for row, use in pair(rows, ordered)],
        [row["cost_currency"] for row in rows],
        [""] * len(rows),
    )
    yield make_step(
        mark("Rate of exchange"),
        [f"{row['base_currency']} / {row['cost_currency']}" for row in rows],
        ((row["fx_rate"] if use and row["fx_note"] else "", row["fx_note"]) for row, use in pair(rows, ordered)),
    )
    base = [row["base_currency"] for row in rows]
    yield make_step(
        mark("Value of the order line"),
        base,
        (
            (
                say_amount(row["value_base_minor"], row["base_currency"]) if use else "",
                f"{row['order_units']} × {say_amount(row['unit_cost_minor'], row['cost_currency'])} "
                f"{row['cost_currency']}" + (f" × {row['fx_rate']}" if row["fx_note"] else ""),
            )
            for row, use in pair(rows, ordered)
        ),
    )
    yield make_step(
        mark("Deposit, due now"),
        base,
        (
            (
                say_amount(row["deposit_base_minor"], row["base_currency"]) if use else "",
                f"{row['deposit_percent']} % × {say_amount(row['value_base_minor'], row['base_currency'])}",
            )
            for row, use in pair(rows, ordered)
        ),
    )
    yield make_step(
        mark("Balance, due later"),
        base,
        (
            (
                say_amount(row["balance_base_minor"], row["base_currency"]) if use else "",
                f"{say_date(row['ready_on'])} + {row['balance_days']} d = {say_date(row['balance_on'])}",
            )
            for row, use in pair(rows, ordered)
        ),
    )


def explain_risk(rows: list[dict[str, Any]]) -> Iterator[Step]:
    yield make_step(
        mark("Position runs out in the median on"), "date", ((say_date(row["stock_out_p50"]), "P50") for row in rows)
    )
    yield make_step(
        mark("Position runs out at the service level on"),
        "date",
        ((say_date(row["stock_out_service"]), f"P{row['service_percent']}") for row in rows),
    )
    yield make_step(
        mark("Last day to order and still arrive before the median stock-out"),
        "date",
        ((say_date(row["last_safe_date"]) if row["order_units"] else "", "") for row in rows),
    )
    yield make_step(
        mark("Arrives after the median stock-out by"),
        "days",
        ((str(row["late_days"]) if row["late_days"] and row["order_units"] else "", "") for row in rows),
    )
    yield make_step(
        mark("Change of demand that would reverse this"),
        "%",
        (
            (
                "" if pd.isna(row["flip_demand_percent"]) else f"{row['flip_demand_percent']:+.1f}",
                _say_flip(row),
            )
            for row in rows
        ),
    )


def _say_flip(row: dict[str, Any]) -> str:
    """Level or most cover, whichever gives the change; nothing where a threshold or other lines decide."""
    position, carton = row["position"], row["carton_units"]
    for shown, units, level in (
        (str(position), position, row["service_quantile"]),
        (f"({position} + {carton})", position + carton, row["most_level"]),
    ):
        if level > 0 and abs(100 * (units / level - 1) - row["flip_demand_percent"]) <= 0.101:
            return f"{shown} / {say_number(level)} − 1"
    return ""
