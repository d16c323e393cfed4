"""Lanes learn from bills and arrivals, slowly and never by themselves."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
from bill_world import AS_OF, LANE, make_bills, make_events, make_expected, read_rates

from skills.bills import match_bills, reestimate_lanes
from skills.bills.policy import BillsPolicy

LANES = pd.DataFrame([LANE])


def propose(billed: list[int], days: list[int], prior: int = 5) -> pd.DataFrame:
    names = [f"S{place}" for place in range(max(len(billed), len(days)))]
    policy = BillsPolicy(prior_shipments=prior)
    bills = make_bills(
        *({"shipment": name, "amount_minor": minor} for name, minor in zip(names, billed, strict=False))
    )
    expected = make_expected(*((name, "freight", 100_000, "CNY") for name in names[: len(billed)]))
    matches = match_bills(bills, expected, make_events(), read_rates(), "CNY", policy, AS_OF).matches
    start = pd.Timestamp("2025-08-01")
    ends = [start + pd.Timedelta(days=count) for count in [*days, *[1] * (len(names) - len(days))]]
    shipments = pd.DataFrame({"shipment": names, "lane": "SZ-US-SEA", "departed_on": start, "received_on": ends})
    finished = [place < len(days) for place in range(len(names))]
    return reestimate_lanes(matches, shipments.assign(finished=finished), LANES, policy, AS_OF)


def test_few_bills_move_a_lane_little_and_many_move_it_far() -> None:
    few = propose([120_000], []).set_index("field")
    assert few.loc["cost_per_m3_minor", ["shipments", "old", "seen", "proposed"]].tolist() == [
        1, 118_000, 141_600, 121_933,
    ]  # fmt: skip
    many = propose([120_000] * 45, []).set_index("field")
    assert many.loc["cost_per_m3_minor", "proposed"] == 139_240


def test_one_bad_bill_among_many_moves_nothing() -> None:
    assert propose([100_000] * 6 + [400_000], []).empty


def test_transit_days_are_weighed_against_what_finished_shipments_took() -> None:
    rows = propose([], [40, 44, 52], prior=3).set_index("field")
    assert rows.loc["transit_days_p50", ["old", "seen", "low", "high", "proposed"]].tolist() == [37, 44, 40, 52, 40]
    assert rows.loc["transit_days_p90", ["seen", "proposed"]].tolist() == [56, 52]


def test_from_ten_shipments_on_the_tails_are_read_from_them() -> None:
    rows = propose([], [38, 39, 40, 41, 42, 43, 44, 45, 46, 66], prior=0).set_index("field")
    assert rows["seen"].tolist() == [Decimal("38.9"), Decimal("42.5"), Decimal("48.0")]
    assert rows["proposed"].tolist() == [39, 42, 48]


def test_one_late_shipment_moves_a_lane_by_a_sixth_of_its_delay() -> None:
    assert propose([], [49]).set_index("field")["proposed"].to_dict() == {
        "transit_days_p10": 32, "transit_days_p50": 39, "transit_days_p90": 51,
    }  # fmt: skip


def test_the_lanes_handed_in_stay_as_they_are() -> None:
    before = LANES.copy()
    propose([150_000] * 5, [60])
    pd.testing.assert_frame_equal(LANES, before)
