"""A proposal's cells, its decisions, and a night on which nothing is proposed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from config.seller import Seller
from skills.distribution import Allocation
from skills.replenishment.reasons import CASH_WAITS, CLOSED_FOR_GOOD, CLOSED_TODAY, ENOUGH
from tasks.nights import Night
from tasks.proposals import Plan, from_plan, kept_lines, plain, plain_number, plain_rows, refuse_unsound
from tasks.store.canonical import canonical_bytes

MORNING = date(2025, 11, 24)
SELLER = Seller(id="demo", name={"en": "Haina"}, inputs={})
NIGHT = Night(number=1, seller=SELLER, as_of=MORNING, journey="nightly", what_if={})
STEP = {"step": "int64", "label": "str", "value": "str", "unit": "str", "note": "str"}


def empty(**columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def nothing_sent() -> Allocation:
    return Allocation(
        lines=empty(sku="str", country="str", lane="str", units="int64"),
        ranked=empty(rank="int64", sku="str", chosen="bool"),
        waiting=empty(sku="str", country="str", reason="str", values="str", value_base_minor="int64"),
        alarms=empty(sku="str", country="str", level="str"),
        limits=empty(limit="str"),
        charges=empty(charge="str"),
        candidates=empty(sku="str"),
        slots=cast(Any, None),
        transfers=None,
        value_base_minor=0,
        bound_base_minor=0,
        gap_percent="0.0000",
        method="multipliers",
        parts=(),
    )


def orders(*rows: tuple[str, str, int, int, int, str]) -> pd.DataFrame:
    """sku, supplier, cartons, value in its own money, value in the base currency, currency."""
    names = ["sku", "supplier", "cartons", "value_minor", "value_base_minor", "cost_currency"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.astype({"cartons": "int64", "value_minor": "int64", "value_base_minor": "int64"})
    return frame.assign(
        order_units=frame["cartons"] * 12,
        carton_units=12,
        need_cartons=np.maximum(frame["cartons"], 5),
        raw_need=60,
        unit_cost_minor=100,
        unit_cost_base_minor=100,
        deposit_base_minor=frame["value_base_minor"] // 2,
        last_safe_date=pd.Timestamp("2025-12-01"),
        ready_on=pd.Timestamp("2025-12-20"),
        arrival_p50=pd.NaT,
        flip_demand_percent=np.nan,
        capped_by="",
        reason=ENOUGH,
    )


def plan(placed: pd.DataFrame) -> Plan:
    return Plan(
        orders=placed,
        allocation=nothing_sent(),
        products=pd.DataFrame({"sku": ["A", "B", "C"], "title": ["Towel", "Sheet", ""]}),
        suppliers=pd.DataFrame({"supplier": ["hongda", "ruixin"], "name": ["Hongda", ""]}),
        lanes=pd.DataFrame({"lane": ["sea-de"], "mode": ["sea"]}),
        demand_steps=empty(sku="str", country="str", **STEP),
        order_steps=empty(sku="str", **STEP),
        shipment_steps=empty(sku="str", country="str", lane="str", **STEP),
        margins={},
        spare={},
    )


def propose(placed: pd.DataFrame, night: Night = NIGHT) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(from_plan(night, "5nap", plan(placed), {"money": {}}))
    return body


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (3, 3),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (False, False),
        (2.0, "2"),
        (np.float64(0.1) * 3, "0.3"),
        (-0.00001, "0"),
        (1e16, "10000000000000000"),
        (Decimal("12.50"), "12.5"),
        (pd.Timestamp("2025-11-24 13:00"), "2025-11-24"),
        (np.datetime64("2025-11-24T00:00:00", "us"), "2025-11-24"),
        (MORNING, "2025-11-24"),
        ("sea", "sea"),
        (None, ""),
        (pd.NaT, ""),
        (pd.NA, ""),
        (np.datetime64("NaT", "us"), ""),
        (float("nan"), ""),
        (np.float32("nan"), ""),
    ],
)
def test_a_cell_is_an_integer_a_decimal_string_a_date_or_nothing(cell: object, written: object) -> None:
    assert plain(cell) == written
    assert type(plain(cell)) is type(written)
    assert canonical_bytes({"cell": plain(cell)})


def test_a_half_is_rounded_to_the_even_digit_and_loses_its_zeros() -> None:
    assert plain_number(0.00005) == "0"
    assert plain_number(0.00015) == "0.0002"
    assert plain_number(Decimal("2.25"), 1) == "2.2"
    assert plain_number(1200.0, 1) == "1200"


def test_an_empty_frame_has_no_rows_and_a_list_stays_a_list() -> None:
    assert plain_rows(empty(sku="str")) == []
    assert plain_rows(pd.DataFrame({"sku": ["A"], "ways": [[{"lane": "sea-de"}]]})) == [
        {"sku": "A", "ways": [{"lane": "sea-de"}]}
    ]


def test_a_night_without_a_single_line_is_a_proposal_too() -> None:
    for placed in (orders(), orders(("A", "hongda", 0, 0, 0, "CNY"))):
        body = propose(placed)
        assert body["decisions"] == body["waits"] == body["alarms"] == body["allocation"]["ranked"] == []


def test_an_order_of_one_currency_says_what_is_paid_in_it_and_one_of_several_says_it_in_the_base_currency() -> None:
    body = propose(
        orders(
            ("A", "hongda", 1, 100, 710, "USD"),
            ("B", "hongda", 2, 400, 400, "CNY"),
            ("C", "ruixin", 1, 100, 710, "USD"),
        )
    )
    found = {
        decision["supplier"]: (decision["original_money_minor"], decision["original_currency"])
        for decision in body["decisions"]
    }
    assert found == {"hongda": (1110, "CNY"), "ruixin": (100, "USD")}


def test_the_decision_of_most_money_comes_first_and_those_beyond_the_limit_are_counted() -> None:
    few = SELLER.model_copy(update={"policy": SELLER.policy.model_copy(update={"max_decisions": 1})})
    night = Night(number=1, seller=few, as_of=MORNING, journey="nightly", what_if={})
    placed = orders(("A", "hongda", 1, 100, 100, "CNY"), ("B", "ruixin", 1, 300, 300, "CNY"))
    body = propose(placed, night)
    assert [decision["id"] for decision in body["decisions"]] == ["order:ruixin"]
    assert [(group["count"], group["money_minor"]) for group in body["waits"]] == [(1, 100)]
    assert body["decisions"][0]["arrival_p50"] == ""


def test_what_is_needed_and_not_ordered_waits_with_its_reason_and_cost() -> None:
    rows = [(sku, "hongda", 0, 0, 0, "CNY") for sku in "ABCDE"]
    placed = orders(*rows).assign(
        need_cartons=[0, 5, 1, 0, 0],
        raw_need=[0, 60, 12, 0, 0],
        reason=[CLOSED_FOR_GOOD, CASH_WAITS, CASH_WAITS, CLOSED_TODAY, ENOUGH],
    )
    found = {group["what"]: (group["count"], group["money_minor"]) for group in propose(placed)["waits"]}
    assert found == {CLOSED_FOR_GOOD: (1, 0), CASH_WAITS: (2, 6 * 12 * 100)}
    assert {tuple(group["suppliers"]) for group in propose(placed)["waits"]} == {("Hongda",)}


def test_a_plan_in_another_row_order_is_the_same_proposal() -> None:
    placed = orders(("A", "hongda", 1, 300, 300, "CNY"), ("B", "hongda", 1, 300, 300, "CNY"))
    assert propose(placed) == propose(placed.iloc[::-1])


def test_lines_are_kept_of_stale_countries_alone() -> None:
    previous = {
        "decisions": [
            {"kind": "order", "lines": [{"payload": {"sku": "A", "supplier": "hongda", "units": 12}}]},
            {
                "kind": "ship",
                "lines": [
                    {"payload": {"sku": "A", "country": "DE", "lane": "sea-de", "units": 24}},
                    {"payload": {"sku": "A", "country": "US", "lane": "sea-us", "units": 36}},
                ],
            },
        ]
    }
    assert kept_lines(previous, {"DE", "FR"}).to_dict("records") == [
        {"sku": "A", "country": "DE", "lane": "sea-de", "units": 24}
    ]


@pytest.mark.parametrize("previous", [None, {"decisions": []}])
def test_nothing_is_kept_where_nothing_was_proposed_before(previous: dict[str, Any] | None) -> None:
    kept = kept_lines(previous, {"DE"})
    assert kept.empty
    assert kept.dtypes.astype(str).to_dict() == {"sku": "str", "country": "str", "lane": "str", "units": "int64"}


def test_a_sound_allocation_passes_and_an_unsound_one_is_named() -> None:
    finding = {"check": "hub stock", "subject": "A", "expected": 12, "found": 24}
    refuse_unsound(pd.DataFrame([finding]).iloc[:0])
    with pytest.raises(Exception, match=r"hub stock \(A: expected 12, found 24\).*Nothing is proposed"):
        refuse_unsound(pd.DataFrame([finding]))
