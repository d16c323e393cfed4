"""Bills beside what was expected: found, compared, and no line or cent lost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from bill_world import AS_OF, make_bills, make_events, make_expected, read_rates
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.bills import explain_variance, match_bills
from skills.bills.facts import UnusableBill
from skills.bills.lookup import CONTRADICTION, NO_RATE, SEVERAL_SHIPMENTS, UNKNOWN_REFERENCE
from skills.bills.plan import EXAM_ON_RECORD, Matching
from skills.bills.policy import BillsPolicy
from skills.rates import MissingRate
from skills.vocabulary import MissingColumns

RATES, POLICY = read_rates(), BillsPolicy()
QUOTED = make_expected(("S1", "freight", 100_000, "CNY"))


def match(bills: pd.DataFrame, expected: pd.DataFrame = QUOTED, events: pd.DataFrame | None = None) -> Matching:
    return match_bills(bills, expected, make_events() if events is None else events, RATES, "CNY", POLICY, AS_OF)


def only(matching: Matching) -> dict[str, Any]:
    assert len(matching.matches) == 1
    return {str(name): value for name, value in matching.matches.iloc[0].items()}


def test_duty_in_dollars_equal_to_the_cent_is_matched_whatever_the_exchange_rate_did() -> None:
    bills = make_bills({"component": "duty", "amount_minor": 273_146, "currency": "USD"})
    row = only(match(bills, make_expected(("S1", "duty", 273_146, "USD"))))
    assert row["state"] == "matched"
    assert row["variance_minor"] == 0
    assert row["billed_minor"] == row["expected_minor"] == 1_944_800  # 2,731.46 × 7.12, half even
    assert (row["own_currency"], str(row["fx_rate"])) == ("USD", "7.120000")


def test_layers_of_duty_are_compared_as_one_sum() -> None:
    bills = make_bills({"component": "duty", "amount_minor": 300, "currency": "USD"})
    expected = make_expected(("S1", "duty", 100, "USD"), ("S1", "duty_301", 200, "USD"))
    assert only(match(bills, expected))["state"] == "matched"


@pytest.mark.parametrize(
    ("billed", "state"),
    [(100_000, "matched"), (102_000, "within tolerance"), (102_001, "over"), (97_999, "under")],
)
def test_a_difference_is_let_pass_up_to_the_tolerance(billed: int, state: str) -> None:
    assert only(match(make_bills({"amount_minor": billed})))["state"] == state


def test_a_charge_nobody_expected_and_a_bill_that_has_not_come_are_told_apart() -> None:
    matches = match(make_bills({"component": "exam"})).matches.set_index("component")
    assert matches["state"].to_dict() == {"exam": "unexpected charge", "freight": "missing bill"}
    assert matches.loc["freight", "variance_minor"] == -100_000


def test_an_examination_on_record_explains_its_fee() -> None:
    events = make_events({"known_on": pd.Timestamp("2025-11-01"), "event": "customs_exam"})
    row = only(match(make_bills({"component": "exam"}), make_expected(), events))
    assert row["on_record"]
    assert row["note"] == EXAM_ON_RECORD


@pytest.mark.parametrize(
    "again", [{"bill": "B-2"}, {"line": "1", "amount_minor": 90_000}], ids=["same charge", "same bill and line"]
)
def test_a_line_that_comes_again_is_billed_twice_and_left_out_of_the_sum(again: dict[str, Any]) -> None:
    first = {"line": "1"} if "line" in again else {}
    row = only(match(make_bills(first, again)))
    assert row["state"] == "billed twice"
    assert row["billed_minor"] == 100_000
    assert row["repeated_minor"] == again.get("amount_minor", 100_000)


def test_equal_charges_for_two_containers_are_two_charges() -> None:
    row = only(match(make_bills({"container": "TGHU1"}, {"container": "TGHU2"})))
    assert (row["state"], row["billed_minor"], row["repeated_minor"]) == ("over", 200_000, 0)


@pytest.mark.parametrize("reference", ["bill_of_lading", "container", "entry"])
def test_a_bill_without_a_shipment_is_found_by_its_other_references(reference: str) -> None:
    events = make_events({"known_on": pd.Timestamp("2025-10-01"), "event": "departed", reference: "REF-9"})
    bills = make_bills({"shipment": "", reference: "REF-9"})
    assert only(match(bills, QUOTED, events))["state"] == "matched"


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"shipment": "S9"}, UNKNOWN_REFERENCE),
        ({"shipment": "", "container": "SHARED"}, SEVERAL_SHIPMENTS),
        ({"shipment": "S1", "container": "OTHER"}, CONTRADICTION),
        ({"currency": "SEK"}, NO_RATE),
    ],
)
def test_a_line_that_finds_no_place_says_what_it_needs(change: dict[str, Any], needed: str) -> None:
    day = pd.Timestamp("2025-10-01")
    events = make_events(
        {"known_on": day, "event": "departed", "container": "SHARED"},
        {"known_on": day, "event": "departed", "container": "SHARED", "shipment": "S2"},
        {"known_on": day, "event": "departed", "container": "OTHER", "shipment": "S2"},
    )
    matching = match(make_bills(change), QUOTED, events)
    assert matching.lines["fate"].tolist() == ["unmatched"]
    assert matching.lines["needed"].tolist() == [needed]
    assert matching.matches["state"].tolist() == ["missing bill"]


def test_a_container_used_again_is_told_by_the_bill_of_lading_beside_it() -> None:
    day = pd.Timestamp("2025-10-01")
    both = {"known_on": day, "event": "departed", "container": "SHARED"}
    events = make_events({**both, "bill_of_lading": "BL-1"}, {**both, "bill_of_lading": "BL-2", "shipment": "S2"})
    bills = make_bills({"shipment": "", "container": "SHARED", "bill_of_lading": "BL-2"})
    assert match(bills, QUOTED, events).lines["shipment"].tolist() == ["S2"]


def test_bills_of_later_days_are_not_looked_at() -> None:
    bills = make_bills({"billed_on": pd.Timestamp(AS_OF)})
    assert match(bills).lines.empty
    assert match(make_bills()).matches["state"].tolist() == ["missing bill"]


@pytest.mark.parametrize(
    "change", [{"amount_minor": -1}, {"currency": ""}, {"billed_on": pd.NaT}, {"amount_minor": 0.5}]
)
def test_a_line_that_cannot_be_booked_is_refused_by_name(change: dict[str, Any]) -> None:
    with pytest.raises(UnusableBill, match="Blue Forwarding B-1"):
        match(make_bills(change))


def test_an_expected_amount_without_exchange_rate_is_refused() -> None:
    with pytest.raises(MissingRate, match="SEK"):
        match(make_bills(), make_expected(("S1", "freight", 100, "SEK")))


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(MissingColumns, match="billed_on"):
        match(make_bills({}).drop(columns="billed_on"))


def test_variance_is_summed_per_component_largest_first() -> None:
    bills = make_bills(
        {"amount_minor": 150_000},
        {"component": "exam", "amount_minor": 20_000},
        {"bill": "B-2", "component": "exam", "amount_minor": 20_000},
    )
    explained = explain_variance(match(bills).matches).set_index("component")
    assert explained["variance_minor"].to_dict() == {"freight": 50_000, "exam": 20_000}
    assert explained["repeated_minor"].to_dict() == {"freight": 0, "exam": 20_000}
    assert explained["reason"].tolist() == ["dearer than expected", "billed without having been expected"]


LINES = st.fixed_dictionaries(
    {
        "bill": st.sampled_from(["B-1", "B-2"]),
        "line": st.sampled_from(["", "1", "2"]),
        "shipment": st.sampled_from(["S1", "S2", "S9", ""]),
        "container": st.sampled_from(["", "C1", "SHARED"]),
        "component": st.sampled_from(["freight", "duty", "duty_301", "exam"]),
        "amount_minor": st.integers(0, 10**7),
        "currency": st.sampled_from(["CNY", "USD", "JPY", "SEK"]),
        "billed_on": st.sampled_from([pd.Timestamp("2025-11-03"), pd.Timestamp("2025-11-04")]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=8))
def test_every_line_and_every_cent_is_in_one_place(lines: list[dict[str, Any]]) -> None:
    day = pd.Timestamp("2025-10-01")
    events = make_events(
        {"known_on": day, "event": "departed", "container": "C1"},
        {"known_on": day, "event": "departed", "container": "SHARED"},
        {"known_on": day, "event": "departed", "container": "SHARED", "shipment": "S2"},
    )
    bills = make_bills(*lines)
    matching = match(bills, QUOTED, events)
    settled = matching.lines
    assert len(settled) == len(bills)
    for currency, rows in bills.groupby("currency"):
        assert settled.loc[settled["currency"] == currency, "amount_minor"].sum() == rows["amount_minor"].sum()
    placed = settled[settled["fate"] != "unmatched"]
    booked = matching.matches[["billed_minor", "repeated_minor"]].to_numpy().sum()
    assert booked == placed["base_minor"].sum()
    assert set(settled.loc[settled["fate"] == "unmatched", "needed"]) <= {
        UNKNOWN_REFERENCE, SEVERAL_SHIPMENTS, CONTRADICTION, NO_RATE,
    }  # fmt: skip
    variances = matching.matches["billed_minor"] - matching.matches["expected_minor"]
    assert variances.tolist() == matching.matches["variance_minor"].tolist()
