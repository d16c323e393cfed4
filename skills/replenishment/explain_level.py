"""The part of an explanation that says how a level came about which is no quantile: of tuned factors, of a launch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skills.replenishment.led import NOT_LED, PHASE_OUT
from skills.replenishment.steps import Step, make_step, say_amount, say_date, say_number
from skills.vocabulary import mark


def explain_level(rows: list[dict[str, Any]]) -> Iterator[Step]:
    """Nothing for a line whose level is the quantile of its demand until the next order arrives."""
    yield from _explain_tuned(rows)
    led = [row["led_by"] != NOT_LED for row in rows]
    sized = [use and row["order_up_to"] > 0 for row, use in zip(rows, led, strict=True)]
    money = [(_say(row, "underage"), _say(row, "overage")) for row in rows]
    base = [row["base_currency"] for row in rows]
    yield make_step(
        mark("A unit short loses: its net margin"),
        base,
        ((under if use else "", "") for use, (under, _) in zip(led, money, strict=True)),
    )
    yield make_step(
        mark("A unit left costs: what it cost less what it still brings"),
        base,
        ((over if use else "", "") for use, (_, over) in zip(led, money, strict=True)),
    )
    yield make_step(
        mark("Critical ratio"),
        "%",
        (
            (say_number(row["ratio_percent"]) if use else "", f"{under} ÷ ({under} + {over})")
            for row, use, (under, over) in zip(rows, sized, money, strict=True)
        ),
    )
    yield make_step(
        [_say_end(row) for row in rows],
        "date",
        ((say_date(row["covers_until"]) if use else "", "") for row, use in zip(rows, led, strict=True)),
    )
    yield make_step(
        mark("Order-up-to level: demand until then that is not exceeded at the critical ratio"),
        "units",
        (
            (str(row["order_up_to"]) if use else "", f"P{say_number(row['ratio_percent'])} → {row['order_up_to']}")
            for row, use in zip(rows, sized, strict=True)
        ),
    )
    yield make_step(
        mark("Last day to order: what is ordered by then arrives before sale ends"),
        "date",
        ((say_date(row["cut_off_on"]), f"→ {say_date(row['covers_until'])}") for row in rows),
    )


def _explain_tuned(rows: list[dict[str, Any]]) -> Iterator[Step]:
    for where, label in (
        ("hub", mark("Level at the hub: mean of its weeks, and tuned factor × spread × √weeks")),
        ("forward", mark("Levels in the countries: mean of their weeks, and tuned factor × spread × √weeks")),
    ):
        yield make_step(
            label,
            "units",
            (
                (
                    say_number(row[f"{where}_level"]) if row["tuned"] else "",
                    f"{row[f'{where}_weeks']} × {say_number(row['week_mean'])} + "
                    f"{say_number(row[f'{where}_factor'])} × {say_number(row[f'{where}_spread'])} × "
                    f"√{row[f'{where}_weeks']}",
                )
                for row in rows
            ),
        )
    yield make_step(
        mark("Order-up-to level: hub and countries together"),
        "units",
        (
            (
                str(row["order_up_to"]) if row["tuned"] else "",
                f"⌈{say_number(row['hub_level'])} + {say_number(row['forward_level'])}⌉",
            )
            for row in rows
        ),
    )


def _say(row: dict[str, Any], what: str) -> str:
    return say_amount(row[f"{what}_base_minor"], row["base_currency"])


def _say_end(row: dict[str, Any]) -> str:
    if row["led_by"] != PHASE_OUT:
        return mark("The first weeks of the launch end on")
    if row["end_stated"]:
        return mark("Sale ends on")
    return mark("Sale is taken to end with the forecast on; state the day in the products file (ends_on)")
