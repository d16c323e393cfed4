"""What is claimed back, at which value and until when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from bill_world import AS_OF, make_bills, make_events, make_expected, make_inbound, read_rates

from skills.bills import list_claims, list_shortages, match_bills
from skills.bills.claims import SHORTAGES
from skills.bills.policy import BillsPolicy, ClaimWindow

RATES, POLICY = read_rates(), BillsPolicy()
NONE_SHORT = pd.DataFrame(columns=list(SHORTAGES))
PRODUCTS = pd.DataFrame({"sku": ["A", "B"], "unit_cost_minor": [980, 1360], "cost_currency": ["CNY", "CNY"]})


def claim(
    *changes: dict[str, Any],
    expected: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    policy: BillsPolicy = POLICY,
    as_of: date = AS_OF,
) -> list[dict[Any, Any]]:
    wanted = make_expected(("S1", "freight", 100_000, "CNY")) if expected is None else expected
    known = make_events() if events is None else events
    matching = match_bills(make_bills(*changes), wanted, known, RATES, "CNY", policy, as_of)
    return list_claims(matching.matches, NONE_SHORT, policy, as_of).to_dict("records")


def test_an_overcharge_is_claimed_for_the_difference_within_sixty_days_of_the_bill() -> None:
    (found,) = claim({"amount_minor": 131_200})
    assert (found["claim"], found["value_minor"], found["valued_by"]) == (
        "overcharge",
        31_200,
        "billed less expected",
    )
    assert found["deadline"] == pd.Timestamp("2026-01-02")
    assert (found["days_left"], found["state"], found["evidence"]) == (39, "open", "Blue Forwarding B-1")


def test_a_difference_within_the_tolerance_is_not_claimed() -> None:
    assert claim({"amount_minor": 101_900}) == []


def test_a_claim_whose_time_has_passed_says_so() -> None:
    (found,) = claim({"amount_minor": 131_200}, as_of=date(2026, 1, 5))
    assert (found["days_left"], found["state"]) == (-3, "overdue")


def test_duty_and_placement_have_claims_of_their_own() -> None:
    expected = make_expected(("S1", "duty", 100, "CNY"), ("S1", "placement", 100, "CNY"))
    found = claim({"component": "duty"}, {"component": "placement"}, expected=expected)
    assert {row["claim"] for row in found} == {"duty overpaid", "placement option mismatch"}


def test_an_unexpected_charge_is_claimed_whole_unless_the_examination_is_on_record() -> None:
    quoted = make_expected(("S1", "freight", 100_000, "CNY"))
    (found,) = claim({"component": "exam", "amount_minor": 900}, expected=quoted)
    assert (found["value_minor"], found["valued_by"]) == (900, "the whole charge")
    events = make_events({"known_on": pd.Timestamp("2025-10-30"), "event": "customs_exam"})
    assert claim({"component": "exam", "amount_minor": 900}, expected=quoted, events=events) == []


def test_a_repeated_charge_is_claimed_whole_even_when_the_first_was_as_expected() -> None:
    (found,) = claim({}, {"bill": "B-2"})
    assert (found["claim"], found["value_minor"]) == ("billed twice", 100_000)
    assert found["evidence"] == "Blue Forwarding B-1, Blue Forwarding B-2"


def test_storage_billed_for_days_after_removal_is_claimed_and_not_claimed_again_as_overcharge() -> None:
    events = make_events({"known_on": pd.Timestamp("2025-10-10"), "event": "removed"})
    before = {"component": "storage", "period_from": pd.Timestamp("2025-10-01"), "amount_minor": 50_000}
    after = {"component": "storage", "period_from": pd.Timestamp("2025-10-11"), "amount_minor": 40_000}
    expected = make_expected(("S1", "storage", 50_000, "CNY"))
    (found,) = claim(before, after, expected=expected, events=events)
    assert (found["claim"], found["value_minor"]) == ("storage after removal", 40_000)


def test_a_dated_window_with_its_source_replaces_the_policys_days() -> None:
    window = ClaimWindow(claim="overcharge", days=90, effective_from=date(2025, 11, 1), source="contract §7")
    later = ClaimWindow(claim="overcharge", days=30, effective_from=date(2025, 12, 1), source="new contract")
    (found,) = claim({"amount_minor": 131_200}, policy=BillsPolicy(claim_windows=(window, later)))
    assert (found["deadline"], found["window_source"]) == (pd.Timestamp("2026-02-01"), "contract §7")


def test_goods_short_received_are_worth_their_cost_before_an_order_and_the_net_price_after() -> None:
    row = {"shipment": "S1", "sku": "A", "short_units": 12, "received_on": pd.Timestamp("2025-10-20"),
           "unit_cost_minor": 980, "net_price_minor": 5_200, "evidence": "FBA receipt"}  # fmt: skip
    shortages = pd.DataFrame([{**row, "ordered": False}, {**row, "sku": "B", "ordered": True}])
    matches = match_bills(make_bills(), make_expected(), make_events(), RATES, "CNY", POLICY, AS_OF).matches
    claims = list_claims(matches, shortages, POLICY, AS_OF).set_index("sku")
    assert claims["value_minor"].to_dict() == {"A": 11_760, "B": 62_400}
    assert claims.loc["A", "valued_by"] == "sourcing cost, no order yet"


def test_what_has_not_come_is_short_only_some_days_after_the_last_receipt() -> None:
    def short(day: str) -> dict[Any, Any]:
        events = make_events(
            {"known_on": pd.Timestamp(day), "event": "received", "units": 440, "sku": "A"},
            {"known_on": pd.Timestamp(day), "event": "received", "units": 60, "sku": "B"},
        )
        inbound = make_inbound({"A": 480, "B": 60})
        found = list_shortages(inbound, events, PRODUCTS, RATES, "CNY", POLICY, AS_OF)
        return found.set_index("sku")["short_units"].to_dict()

    assert short("2025-11-20") == {}
    assert short("2025-11-14") == {"A": 40}
