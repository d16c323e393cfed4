"""Suppliers by their deliveries: late days, failures beside the others', price drift, and a grade."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.sourcing import explain_supplier, score_suppliers
from skills.sourcing import suppliers as words
from skills.sourcing.facts import UnknownSupplier, UnusableDeliveries
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import MissingColumns

POLICY = SourcingPolicy()
DAY = date(2026, 11, 24)
QUICK = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def orders(supplier: str, late: list[int], failed: list[int] | None = None, **other: Any) -> list[dict[str, Any]]:
    """One order a month; late days and failed units of 1,000."""
    rows = []
    for at, days in enumerate(late):
        ordered = pd.Timestamp("2025-11-03") + pd.Timedelta(days=30 * at)
        promised = ordered + pd.Timedelta(days=28)
        rows.append(
            {
                "purchase_order": f"{supplier}{at}", "supplier": supplier, "ordered_on": ordered,
                "promised_on": promised, "delivered_on": promised + pd.Timedelta(days=days),
                "failed_units": failed[at] if failed else 0, **other,
            }
        )  # fmt: skip
    return rows


def score(deliveries: pd.DataFrame, policy: SourcingPolicy = POLICY) -> dict[str, dict[str, Any]]:
    rows = score_suppliers(deliveries, policy, DAY).to_dict("records")
    return {str(row["supplier"]): {str(name): value for name, value in row.items()} for row in rows}


def test_a_supplier_alone_is_graded_by_its_own_record(delivered: Any) -> None:
    """Ten deliveries: two late, the ninth of ten by 6 days."""
    row = score(delivered(*orders("Hua", [0, 0, 0, 1, 0, 0, -3, 0, 6, 9])))["Hua"]
    assert (row["deliveries"], row["late_days_p50"], row["late_days_p90"]) == (10, 0.0, 6.0)
    assert (row["late_percent"], row["late_shrunk_percent"], row["failed_percent"]) == (20.0, 20.0, 0.0)
    assert row["grade"] == "B"
    assert row["reason"].format(**row["values"]) == "Late deliveries: 20 %, above the 10 % of grade A."


def test_few_deliveries_get_no_grade(delivered: Any) -> None:
    row = score(delivered(*orders("Hua", [0, 0, 0])))["Hua"]
    assert (row["grade"], row["values"]) == (words.TOO_FEW, {"count": 3, "least": 4})


def test_a_share_is_drawn_towards_the_other_suppliers(delivered: Any) -> None:
    """Two suppliers: the policy's 8 deliveries of the other weigh against 4 of its own."""
    rows = orders("Hua", [0] * 4, [100, 0, 0, 0]) + orders("Lin", [0] * 12, [10] * 12)
    row = score(delivered(*rows))["Hua"]
    assert row["failed_raw_percent"] == 2.5
    assert row["failed_percent"] == round(2.5 * 4 / 12 + 1.0 * 8 / 12, 2)


def test_suppliers_that_really_differ_are_drawn_less_together(delivered: Any) -> None:
    def others(levels: tuple[int, ...]) -> list[dict[str, Any]]:
        return [row for name, level in zip("ABCD", levels, strict=True)
                for row in orders(name, [0] * 8, [level, level + 4] * 4)]  # fmt: skip

    own = orders("Hua", [0] * 4, [100] * 4)
    alike = score(delivered(*own, *others((20, 20, 20, 20))))["Hua"]["failed_percent"]
    apart = score(delivered(*own, *others((0, 5, 30, 45))))["Hua"]["failed_percent"]
    assert alike < apart < 10.0


def test_an_order_that_is_due_and_not_there_counts_as_late_as_it_is(delivered: Any) -> None:
    rows = [*orders("Hua", [0] * 5), {"purchase_order": "X", "delivered_on": pd.NaT,
                                      "promised_on": pd.Timestamp("2026-11-04")}]  # fmt: skip
    row = score(delivered(*rows))["Hua"]
    assert (row["deliveries"], row["overdue"], row["late_percent"]) == (6, 1, round(100 / 6, 2))
    assert row["late_days_p90"] == 20.0
    coming = [*orders("Hua", [0] * 5), {"purchase_order": "X", "delivered_on": pd.NaT,
                                        "promised_on": pd.Timestamp("2026-11-24")}]  # fmt: skip
    assert score(delivered(*coming))["Hua"]["deliveries"] == 5


def test_what_came_on_the_morning_or_later_is_not_known(delivered: Any) -> None:
    rows = orders("Hua", [0] * 5)
    later = {"purchase_order": "X", "promised_on": pd.Timestamp("2026-11-20"), "failed_units": 900,
             "delivered_on": pd.Timestamp("2026-11-24")}  # fmt: skip
    row = score(delivered(*rows, later))["Hua"]
    assert (row["overdue"], row["failed_percent"]) == (1, 0.0)


def test_the_skus_of_one_order_are_one_delivery(delivered: Any) -> None:
    one = orders("Hua", [5] * 4)
    two = [{**row, "sku": "TOWEL"} for row in one]
    assert score(delivered(*one, *two))["Hua"]["deliveries"] == 4


def test_price_drift_is_the_usual_rise_of_one_sku_and_not_of_the_mix(delivered: Any) -> None:
    """10.00, then a year later 11.00: (11 − 10) ÷ 10.5 a year; a dearer second SKU is no rise."""
    days = [pd.Timestamp("2025-11-03"), pd.Timestamp("2026-11-03")]
    rows = [
        {"purchase_order": f"{sku}{at}", "sku": sku, "ordered_on": day, "promised_on": day, "delivered_on": day,
         "unit_cost_minor": price}
        for sku, prices in (("A", (1000, 1100)), ("B", (5000, 5500)), ("C", (200, 220)))
        for at, (day, price) in enumerate(zip(days, prices, strict=True))
    ]  # fmt: skip
    row = score(delivered(*rows))["Hua"]
    assert (row["price_pairs"], row["price_drift_percent_year"]) == (3, round(100 / 10.5, 2))
    assert (row["grade"], row["reason"]) == ("C", words.DRIFT)
    few = score(delivered(*rows), SourcingPolicy(drift_pairs=4))["Hua"]
    assert pd.isna(few["price_drift_percent_year"]) and few["grade"] == "A"
    dollars = [{**row, "currency": "USD"} if row["ordered_on"] == days[1] else row for row in rows]
    assert score(delivered(*dollars))["Hua"]["price_pairs"] == 0


def test_deliveries_that_cannot_have_been_are_refused(delivered: Any) -> None:
    for change in ({"failed_units": 1001}, {"units": -1}, {"delivered_on": pd.Timestamp("2025-01-01")}):
        with pytest.raises(UnusableDeliveries, match="PO1 · MAT"):
            score(delivered(change))
    with pytest.raises(MissingColumns, match="deliveries lacks the columns promised_on"):
        score(delivered().drop(columns="promised_on"))


def test_no_delivery_gives_no_row(delivered: Any) -> None:
    assert score_suppliers(delivered().iloc[:0], POLICY, DAY).empty


def test_every_number_of_a_grade_can_be_read(delivered: Any) -> None:
    deliveries = delivered(*orders("Hua", [0, 0, 4, 9]), *orders("Lin", [0] * 12, [10] * 12))
    steps = explain_supplier(deliveries, "Hua", POLICY, DAY).set_index("label")
    assert steps.loc["Late deliveries, beside the others", "note"] == "0.33 × 50 + 0.67 × 0"
    assert steps.loc["Late deliveries, beside the others", "value"] == "16.67"
    assert steps.loc["Grade", "value"] == score(deliveries)["Hua"]["grade"]
    with pytest.raises(UnknownSupplier, match=r"No delivery of supplier Bo\. Expected one of Hua, Lin"):
        explain_supplier(deliveries, "Bo", POLICY, DAY)


def test_bars_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="bars must rise"):
        SourcingPolicy(failed_bars_percent=(5.0, 2.0, 1.0))


# ---- what always holds ------------------------------------------------------------------------------------

records = st.lists(
    st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 900)), min_size=1, max_size=8), min_size=1, max_size=5
)


def lay_out(found: list[list[tuple[int, int]]]) -> list[dict[str, Any]]:
    return [
        row
        for name, record in zip("ABCDE", found, strict=False)
        for row in orders(name, [late for late, _ in record], [failed for _, failed in record])
    ]


@QUICK
@given(records, st.integers(0, 7), st.integers(1, 100))
def test_more_failed_units_never_make_a_better_grade(
    delivered: Any, found: list[list[tuple[int, int]]], which: int, more: int
) -> None:
    at = which % len(found[0])
    worse = [[*found[0][:at], (found[0][at][0], found[0][at][1] + more), *found[0][at + 1 :]], *found[1:]]
    usual, after = score(delivered(*lay_out(found)))["A"], score(delivered(*lay_out(worse)))["A"]
    assert after["failed_percent"] >= usual["failed_percent"]
    assert after["grade"] >= usual["grade"]


@QUICK
@given(records, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(delivered: Any, found: list[list[tuple[int, int]]], random: Any) -> None:
    rows = lay_out(found)
    mixed = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        score_suppliers(delivered(*rows), POLICY, DAY), score_suppliers(delivered(*mixed), POLICY, DAY)
    )


@QUICK
@given(records)
def test_a_shrunk_share_lies_between_the_suppliers_own_and_the_others(
    delivered: Any, found: list[list[tuple[int, int]]]
) -> None:
    shares = score(delivered(*lay_out(found)))
    for row in shares.values():
        low = min(other["failed_raw_percent"] for other in shares.values())
        high = max(other["failed_raw_percent"] for other in shares.values())
        assert low - 0.01 <= row["failed_percent"] <= high + 0.01
