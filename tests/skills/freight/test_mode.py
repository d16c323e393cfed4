"""Which lane costs least all told, what turns the choice, and what sharing an entry saves."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from skills.freight import choose_mode, consolidate_entries
from skills.freight.consolidate import EntryFees
from skills.freight.plan import QUOTES
from skills.freight.policy import FreightPolicy

DAY = date(2025, 11, 24)
POLICY = FreightPolicy()


def quoted(lane: str, freight: int, p10: int, p50: int, p90: int, reason: str = "") -> dict[str, Any]:
    row = dict.fromkeys(QUOTES, "") | {"consignment": "C", "lane": lane, "amount_base_minor": freight, "parts": []}
    days = {"departs_on": 1, "arrive_p10": p10, "arrive_p50": p50, "arrive_p90": p90}
    return row | {name: pd.Timestamp(DAY + timedelta(days=at)) for name, at in days.items()} | {"reason": reason}


SEA, AIR = quoted("SEA", 100_000, 30, 37, 49), quoted("AIR", 400_000, 7, 9, 13)


def need(**other: Any) -> pd.DataFrame:
    row = {"consignment": "C", "sku": "P", "units": 400, "weekly_mean": 70.0, "position_units": 100,
           "contribution_minor": 4000, "holding_week_minor": 5}  # fmt: skip
    return pd.DataFrame([row | other])


def choose(needs: pd.DataFrame, *quotes: dict[str, Any]) -> pd.DataFrame:
    return choose_mode(pd.DataFrame([*(quotes or (SEA, AIR))]), needs, POLICY, DAY).set_index("lane")


def test_air_is_taken_where_the_margin_lost_at_sea_is_more_than_its_freight() -> None:
    modes = choose(need())
    assert list(modes.index[modes["least"]]) == ["AIR"]
    assert modes.loc["SEA", "lost_units"] > modes.loc["AIR", "lost_units"]
    totals = modes["freight_minor"] + modes["loss_minor"] + modes["holding_minor"]
    assert (totals == modes["total_minor"]).all()


def test_a_tax_included_lane_is_compared_with_what_the_border_takes_on_the_others() -> None:
    fast = quoted("FAST", 180_000, 19, 23, 31)
    calm = need(position_units=900)
    assert choose(calm, SEA, fast).loc["SEA", "least"]
    dear = choose(calm, {**SEA, "import_minor": 90_000}, {**fast, "import_minor": -500})
    assert dear.loc["FAST", "least"]
    assert dear.loc["SEA", "total_minor"] - choose(calm, SEA, fast).loc["SEA", "total_minor"] == 90_000


def test_with_stock_enough_the_sea_is_taken() -> None:
    assert choose(need(position_units=900)).loc["SEA", "least"]


def test_a_consignment_can_lose_no_more_than_it_brings() -> None:
    assert choose(need(units=30, position_units=0)).loc["SEA", "lost_units"] <= 30


def test_the_choice_says_at_which_delay_and_margin_it_turns() -> None:
    modes = choose(need())
    assert modes.loc["AIR", "flips_to"] == "SEA"
    assert modes.loc["AIR", "flips_at_margin_percent"] < 0
    days = int(modes.loc["AIR", "flips_at_days"])
    late = quoted("AIR", 400_000, 7 + days, 9 + days, 13 + days)
    assert choose(need(), SEA, late).loc["SEA", "least"]
    earlier = quoted("AIR", 400_000, 6 + days, 8 + days, 12 + days)
    assert choose(need(), SEA, earlier).loc["AIR", "least"]


def test_a_lane_that_cannot_be_quoted_is_never_taken() -> None:
    modes = choose(need(position_units=900), quoted("SEA", 0, 1, 1, 1, reason="no rate"), AIR)
    assert modes.loc["AIR", "least"] and not modes.loc["SEA", "least"]
    assert not choose(need(), quoted("SEA", 0, 1, 1, 1, reason="no rate"))["least"].any()


def test_demand_of_nobody_loses_nothing() -> None:
    assert choose(need(weekly_mean=0.0))["lost_units"].tolist() == [0.0, 0.0]


# ---- sharing an entry ------------------------------------------------------------------------------------

US_FEES = {("US", "sea"): EntryFees(89_000, Fraction("0.003464"), 23_100, 448_100)}
"""125 USD of brokerage; the processing fee between 32.71 and 634.62 USD at about 7.1 (figures of the test)."""


def waiting(*days: int, value: int = 1_000_000, wait_day: int = 500, country: str = "US") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"consignment": f"C{at}", "country": country, "mode": "sea", "value_minor": value,
             "wait_day_minor": wait_day, "departs_on": pd.Timestamp(DAY + timedelta(days=day))}
            for at, day in enumerate(days)
        ]
    )  # fmt: skip


def test_fees_per_entry_make_sharing_pay() -> None:
    groups = consolidate_entries(waiting(0, 2), US_FEES, POLICY)
    assert groups["group"].tolist() == ["C0", "C0"]
    assert groups["alone_minor"][0] == 2 * (89_000 + 23_100)
    assert groups["saving_minor"][0] == 2 * (89_000 + 23_100) - (89_000 + 23_100 + 1_000)
    assert groups["leaves_on"].nunique() == 1


def test_nobody_waits_longer_than_it_saves_nor_than_allowed() -> None:
    assert consolidate_entries(waiting(0, 6, wait_day=50_000), US_FEES, POLICY)["saving_minor"].tolist() == [0, 0]
    assert consolidate_entries(waiting(0, 40, wait_day=0), US_FEES, POLICY)["group"].tolist() == ["C0", "C1"]


def test_what_shares_an_entry_owes_no_more_than_its_parts() -> None:
    groups = consolidate_entries(waiting(0, 1, 3, 9, value=90_000_000), US_FEES, POLICY)
    assert (groups["together_minor"] <= groups["alone_minor"]).all()


def test_without_known_fees_nothing_is_joined() -> None:
    groups = consolidate_entries(waiting(0, 1, country="DE"), US_FEES, POLICY)
    assert groups["group"].tolist() == ["C0", "C1"] and groups["saving_minor"].tolist() == [0, 0]


@pytest.mark.parametrize("days", [(0,), (3, 0)])
def test_rows_come_back_as_they_were_given(days: tuple[int, ...]) -> None:
    given = waiting(*days)
    assert consolidate_entries(given, US_FEES, POLICY)["consignment"].tolist() == given["consignment"].tolist()
