"""Days under way are learned from shipments that had time to arrive, and few shipments lean on their mode."""

from __future__ import annotations

import math
from datetime import date, timedelta
from statistics import NormalDist

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.freight import fit_transit
from skills.freight.policy import FreightPolicy
from skills.freight.transit import TRANSIT_COLUMNS, UnusableTransit

AS_OF = date(2025, 11, 24)
POLICY = FreightPolicy()


def history(*trips: tuple[str, str, date, int]) -> pd.DataFrame:
    rows = [(lane, mode, left, left + timedelta(days=days)) for lane, mode, left, days in trips]
    return pd.DataFrame(rows, columns=["lane", "mode", "departed_on", "arrived_on"])


def find(fits: pd.DataFrame, level: str, name: str, season: str = "all") -> pd.Series:
    found = fits[(fits["level"] == level) & (fits["name"] == name) & (fits["season"] == season)]
    assert len(found) == 1
    return found.iloc[0]


def sail(lane: str, days: list[int], first: date = date(2025, 4, 1)) -> list[tuple[str, str, date, int]]:
    return [(lane, "sea", first + timedelta(days=place % 28), long) for place, long in enumerate(days)]


def test_a_mode_shows_its_own_days_and_its_lognormal() -> None:
    fit = find(fit_transit(history(*sail("A", list(range(11, 41)))), POLICY, AS_OF), "mode", "sea")
    assert [fit["n"], fit["p10_days"], fit["p50_days"], fit["p90_days"]] == [30, 13, 25, 37]
    assert fit["mu"] == round(sum(math.log(day) for day in range(11, 41)) / 30, 6)
    assert 0 < fit["ks"] < 0.15
    assert not fit["pooled"]


def test_days_drawn_from_a_lognormal_are_fitted_closely() -> None:
    ranks = [(place + 0.5) / 400 for place in range(400)]
    normal = pd.Series(ranks).map(NormalDist(3.5, 0.4).inv_cdf)
    fit = find(fit_transit(history(*sail("A", [round(math.exp(x)) for x in normal])), POLICY, AS_OF), "mode", "sea")
    assert fit["mu"] == pytest.approx(3.5, abs=0.01)
    assert fit["sigma"] == pytest.approx(0.4, abs=0.01)
    assert fit["ks"] < 0.03


def test_a_lane_with_few_shipments_leans_on_its_mode_and_says_so() -> None:
    fits = fit_transit(history(*sail("A", [30] * 60), *sail("B", [50] * 20), *sail("C", [60] * 5)), POLICY, AS_OF)
    half, few = find(fits, "lane", "B"), find(fits, "lane", "C")
    assert find(fits, "mode", "sea")["p50_days"] == 30
    assert (half["p50_days"], half["pooled"]) == (40, False)
    assert (few["p50_days"], few["pooled"]) == (36, True)
    assert math.isnan(few["ks"])


def test_without_pooling_a_lane_stands_by_itself() -> None:
    trips = history(*sail("A", [30] * 60), *sail("C", [60] * 5))
    lane = find(fit_transit(trips, FreightPolicy(pool_rows=0), AS_OF), "lane", "C")
    assert (lane["p50_days"], lane["pooled"]) == (60, False)


def test_shipments_of_the_last_weeks_do_not_make_a_lane_look_fast() -> None:
    settled = sail("A", [30] * 20)
    fast = [("A", "sea", AS_OF - timedelta(days=POLICY.settle_days - 1), 5)] * 40
    still_out = [("A", "sea", AS_OF - timedelta(days=70), 71)]
    fits = fit_transit(history(*settled, *fast, *still_out), POLICY, AS_OF)
    assert find(fits, "mode", "sea")[["n", "p10_days", "p90_days"]].tolist() == [20, 30, 30]


def test_a_shipment_on_the_first_settled_day_counts() -> None:
    trip = ("A", "sea", AS_OF - timedelta(days=POLICY.settle_days), 20)
    assert find(fit_transit(history(trip), POLICY, AS_OF), "lane", "A")["n"] == 1


def test_departures_before_spring_festival_are_a_season_of_their_own() -> None:
    trips = history(*sail("A", [30] * 40), *sail("A", [50] * 40, date(2025, 1, 2)))
    fits = fit_transit(trips, POLICY, AS_OF)
    assert set(fits["season"]) == {"all", "normal", "spring_festival"}
    assert find(fits, "mode", "sea", "spring_festival")["p50_days"] > find(fits, "mode", "sea", "normal")["p50_days"]


def test_a_shipment_that_arrived_before_it_departed_is_named() -> None:
    with pytest.raises(UnusableTransit, match="rows 1"):
        fit_transit(history(*sail("A", [30, -1])), POLICY, AS_OF)


def test_a_lane_of_two_modes_is_named() -> None:
    with pytest.raises(UnusableTransit, match="A"):
        fit_transit(history(*sail("A", [30]), ("A", "air", date(2025, 4, 1), 5)), POLICY, AS_OF)


def test_no_finished_shipment_gives_no_row() -> None:
    assert list(fit_transit(history(), POLICY, AS_OF).columns) == list(TRANSIT_COLUMNS)
    assert fit_transit(history(*sail("A", [30], AS_OF)), POLICY, AS_OF).empty


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 300), st.integers(0, 120)), min_size=1, max_size=60),
    st.integers(0, 40),
)
def test_quantiles_are_in_order_and_lie_within_the_observed_days(
    trips: list[tuple[str, int, int]], pool_rows: int
) -> None:
    rows = history(*((lane, "sea", date(2024, 1, 1) + timedelta(days=after), long) for lane, after, long in trips))
    fits = fit_transit(rows, FreightPolicy(pool_rows=pool_rows), AS_OF)
    days = [long for _, _, long in trips]
    assert (fits["p10_days"].between(min(days), fits["p50_days"])).all()
    assert (fits["p90_days"].between(fits["p50_days"], max(days))).all()
    assert fits.loc[(fits["level"] == "lane") & (fits["season"] == "all"), "n"].sum() == len(trips)
    assert fits["ks"].dropna().between(0, 1).all()
