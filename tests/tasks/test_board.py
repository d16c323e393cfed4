"""The page of bills and shipments, in both languages, with and without anything to show."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from bill_world import AS_OF, LANE, make_bills, make_events, make_expected, make_inbound, read_rates

from config.language import LANGUAGES
from config.seller import Language, Seller
from skills import bills
from skills.bills.claims import SHORTAGES
from skills.bills.lanes import PRICES, TRANSIT
from skills.bills.policy import BillsPolicy
from tasks.board import (
    COMPONENTS,
    FIELDS,
    Settled,
    render_bills,
    state_settled,
    summarise_settled,
    tabulate_bills,
    tabulate_shipments,
)

POLICY, LANES = BillsPolicy(), pd.DataFrame([LANE])


def settle(
    *changes: dict[str, Any], events: pd.DataFrame | None = None, units: dict[str, int] | None = None
) -> Settled:
    known = make_events() if events is None else events
    expected = make_expected(("S1", "freight", 100_000, "CNY"), ("S1", "duty", 5_000, "USD"))
    matching = bills.match_bills(make_bills(*changes), expected, known, read_rates(), "CNY", POLICY, AS_OF)
    shipments = bills.track_shipments(make_inbound(units or {}), known, LANES, POLICY, AS_OF)
    return Settled(
        matching.matches,
        matching.lines,
        bills.explain_variance(matching.matches),
        bills.list_claims(matching.matches, pd.DataFrame(columns=list(SHORTAGES)), POLICY, AS_OF),
        shipments,
        bills.list_date_changes(known, AS_OF),
        bills.reestimate_lanes(matching.matches, shipments, LANES, POLICY, AS_OF),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seller_without_bills_and_shipments_gets_a_page_that_says_so(seller: Seller, language: Language) -> None:
    page = render_bills(settle(), seller, AS_OF, "ab" * 32, language)
    assert "CNY 0" in page
    assert "<script" not in page


def test_what_a_bill_says_is_shown_as_text_and_never_run(seller: Seller) -> None:
    settled = settle({"issuer": "<b>Blue</b>", "shipment": "S9"})
    page = render_bills(settled, seller, AS_OF, "ab" * 32, "en")
    assert "&lt;b&gt;Blue&lt;/b&gt;" in page
    assert "<b>Blue</b>" not in page


def test_a_moved_arrival_stands_with_its_day_and_its_source(seller: Seller) -> None:
    events = make_events(
        {"known_on": pd.Timestamp("2025-10-30"), "event": "eta", "day": pd.Timestamp("2025-12-01")},
        {
            "known_on": pd.Timestamp("2025-11-12"),
            "event": "eta",
            "day": pd.Timestamp("2025-12-08"),
            "source": "carrier",
        },
    )
    page = render_bills(settle(events=events, units={"A": 480}), seller, AS_OF, "ab" * 32, "en")
    assert "ETA +7 days → Mon 8 Dec, known Wed 12 Nov, carrier" in page


def test_the_headline_counts_what_is_claimed_and_until_when() -> None:
    settled = settle({"amount_minor": 131_200}, units={"A": 480})
    lede = summarise_settled(settled)
    assert (lede["claims"], lede["claims_minor"], lede["deadline"]) == (1, 31_200, date(2026, 1, 2))
    assert (lede["moving"], lede["units"], lede["unbilled_minor"]) == (1, 480, 35_600)
    said = state_settled(settled, "CNY", AS_OF, "en")
    assert said == "1 line billed, 1 claim of CNY 312, next deadline Fri 2 Jan 2026; 1 shipment on the way"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_run_page_lists_what_is_not_as_expected_and_every_shipment(language: Language) -> None:
    settled = settle({"amount_minor": 131_200}, {"component": "duty", "amount_minor": 5_000, "currency": "USD"},
                     units={"A": 480})  # fmt: skip
    (row,) = tabulate_bills(settled, "CNY", language)
    assert "S1" in row.values() and "CNY 312.00" in row.values()
    (shipment,) = tabulate_shipments(settled, AS_OF, language)
    assert "480" in shipment.values()


def test_every_proposed_field_has_a_name() -> None:
    assert {*PRICES, *TRANSIT, "factor"} == set(FIELDS)
    assert {"duty", "freight", "transit"} <= set(COMPONENTS)
