"""What a carton is worth beside its sales: waiting at the hub, growing old, entering a country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.distribution import explain_allocation, quote_contribution, read_age_fees, verify_allocation
from skills.distribution.ages import add_age_fees, age_cost
from skills.distribution.network import list_departures
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import list_slots
from skills.distribution.standins import complete_products
from skills.distribution.value import fees_lifted, value_cartons

AS_OF = date(2025, 11, 24)
relaxed = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def findings(world: Any, quote: pd.DataFrame) -> pd.DataFrame:
    return verify_allocation(
        world.allocate(quote), world.stock, world.inbound, world.nodes, world.lanes, world.forecast, quote,
        world.products, world.feeds, world.policy, AS_OF,
    )  # fmt: skip


def values(world: Any, quote: pd.DataFrame | None = None) -> pd.Series:
    """Value of each carton that could leave, by sku, country, lane and number."""
    quoted = world.quote() if quote is None else quote
    departures = list_departures(world.lanes, world.nodes, world.policy, AS_OF)
    slots = list_slots(
        world.stock, world.inbound, world.nodes, world.lanes, departures, world.forecast, quoted,
        complete_products(world.products), world.policy, AS_OF,
    )  # fmt: skip
    cartons = value_cartons(slots, np.full(len(slots.frame), 50), world.policy)
    keys = slots.frame.iloc[cartons.slot][["sku", "country", "lane"]].assign(carton=cartons.number)
    return pd.Series(cartons.value, index=pd.MultiIndex.from_frame(keys))


def no_more(changed: pd.Series, before: pd.Series) -> bool:
    """Whether no carton is worth more than before; one that is not listed is worth nothing."""
    both = changed.index.union(before.index)
    return bool((changed.reindex(both).fillna(0) <= before.reindex(both).fillna(0)).all())


def entries(**over: object) -> pd.DataFrame:
    row = {"country": "DE", "registered": "no", "applied_on": pd.NaT, "lead_days": 60, "yearly_cost_minor": 104000}
    return pd.DataFrame([row | {"currency": "EUR", "source": "a test's own"} | over]).astype(
        {"applied_on": "datetime64[us]"}
    )


def quote(world: Any, **more: pd.DataFrame) -> pd.DataFrame:
    return quote_contribution(
        world.sales, world.returns, world.products, world.lanes, world.nodes, world.rates, "CNY", world.policy, AS_OF,
        **more,
    )  # fmt: skip


def age_fees(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    columns = ["country", "first_day", "per_m3_minor", "per_unit_minor"]
    return pd.DataFrame(rows, columns=columns).assign(category="*")


def by_sea(world: Any) -> Any:
    """One lane per country: of two, the faster gives way to the slower as need falls."""
    return world.change(lanes=world.lanes[world.lanes["mode"] == "sea"].reset_index(drop=True))


def test_a_unit_waits_at_the_hub_only_where_others_will_be_short(build: Callable[..., Any]) -> None:
    scarce, plenty = build(4, seed=2, scarce=0.05), build(4, seed=2, scarce=50.0)
    assert (scarce.allocate().slots.frame["option"] > 0).any()
    assert (plenty.allocate().slots.frame["option"] == 0).all()
    assert (build(4, ("US",), seed=2, scarce=0.05).allocate().slots.frame["option"] == 0).all()


def test_the_postponement_on_the_page_can_be_done_again_by_hand(build: Callable[..., Any]) -> None:
    frame = build(4, seed=2, scarce=0.05).allocate().slots.frame
    for slot in frame.to_dict("records"):
        unserved = max(0.0, slot["need_elsewhere"] - slot["hub_soon"]) / slot["need_elsewhere"]
        gain = unserved * max(0.0, slot["elsewhere"] - slot["here"])
        assert slot["option"] == pytest.approx(max(0.0, gain - slot["hub_week"] * 4 / 2), abs=1e-3)
    best = frame.groupby("sku")["here"].max()
    assert (frame["elsewhere"] <= frame["sku"].map(best) + 1e-9).all()


def test_a_week_at_the_hub_costs_storage_capital_and_the_rebate_that_waits(small: Any) -> None:
    row = quote(small).iloc[0]
    assert row["hub_capital_week"] == pytest.approx(row["product_cost"] * 0.20 / 52, abs=1e-4)
    assert row["rebate_wait_week"] == pytest.approx(row["rebate"] * 0.20 / 52, abs=1e-4)
    assert row["hub_storage_week"] == 0  # these rates know no hub storage
    assert row["hub_week"] == pytest.approx(row["hub_capital_week"] + row["rebate_wait_week"], abs=2e-4)


def test_the_page_shows_what_the_option_was_measured_from(build: Callable[..., Any]) -> None:
    world = build(4, ("US", "DE", "JP"), seed=2, scarce=0.3)
    asked, allocation = world.quote(), world.allocate()
    steps = explain_allocation(
        allocation, asked, world.stock, world.nodes, world.lanes, world.rates, world.policy, "CNY", AS_OF
    )
    slots = allocation.slots.frame.set_index(["sku", "country", "lane"])
    waits = 0
    for key, page in steps.groupby(["sku", "country", "lane"]):
        shown, slot = page.set_index("label")["value"], slots.loc[key]
        assert float(shown["What an unsold unit loses by not being at the hub any more"]) == pytest.approx(
            slot["option"] / 100, abs=0.001
        )
        if slot["unserved"] > 0:
            waits += 1
            best = float(shown["A unit at the hub would earn in those weeks, in the best other country"])
            here = float(shown["An unsold unit in this country would earn in those weeks"])
            week = float(shown["A week at the hub: storage, capital, and the capital of a rebate that waits"])
            again = max(0.0, slot["unserved"] * max(0.0, best - here) - 4 / 2 * week)
            assert again == pytest.approx(slot["option"] / 100, abs=0.01)
    assert waits


def test_a_share_that_the_seller_sets_takes_the_place_of_the_measured_one(small: Any) -> None:
    flat = small.change(policy=DistributionPolicy(hub_option_percent=10)).allocate().slots.frame
    assert (flat["option"] == (flat["slow_contribution"].clip(lower=0) / 10).round(4)).all()


def test_age_fees_are_paid_for_the_weeks_beyond_each_step() -> None:
    """200 days old when sold, 10 per m³ and month from day 181, 30 from day 271: 19 / 7 weeks of the first alone."""
    one = pd.DataFrame({"country": ["US"], "category": ["towels"], "cm3": [52_000.0]})
    fees = age_fees(("US", 181, 1000, 0), ("US", 271, 3000, 0))
    slots = add_age_fees(one, fees)
    assert slots[["age_fee_181", "age_fee_271"]].to_numpy().tolist() == [[12.0, 24.0]]
    at = np.array([0, 0])
    cost = age_cost(slots, at, np.array([200 / 7, 285 / 7]))
    assert cost == pytest.approx([12 * 19 / 7, 12 * 104 / 7 + 24 * 14 / 7])


def test_age_fees_lower_slow_cartons_alone_and_the_check_agrees(build: Callable[..., Any]) -> None:
    world = build(4, seed=7, scarce=3.0)
    slow = world.change(stock=world.stock.assign(units=world.stock["units"] * 3))
    aged = quote(slow, age_fees=age_fees(("US", 30, 90_000, 0), ("DE", 60, 40_000, 250), ("DE", 90, 90_000, 250)))
    assert no_more(values(slow, aged), values(slow))
    assert values(slow, aged).sum() < values(slow).sum()
    assert findings(slow, aged).empty


def test_the_greater_of_volume_and_the_least_per_unit_is_charged() -> None:
    two = pd.DataFrame({"country": ["US", "US"], "category": ["towels", "towels"], "cm3": [52_000.0, 1_000.0]})
    steps = add_age_fees(two, age_fees(("US", 181, 1000, 0), ("US", 366, 3000, 78)))
    assert steps["age_fee_181"].tolist() == [12.0, round(12 / 52, 4)]
    assert steps["age_fee_366"].tolist() == [24.0, round(18 - 12 / 52, 4)]


def test_dated_rules_give_the_tiers_of_the_day_and_spare_exempt_categories(small: Any) -> None:
    """0.50 USD per cubic foot are 17.657 USD per m³; 7.1 CNY each. From 2026 on 0.30 USD per unit at the least."""
    text = ["fee", "role", "country", "from_value", "below_value", "categories", "value", "unit", "effective_from"]
    rules = pd.DataFrame(
        [
            ("aged", "charge", "US", "181", "211", "", "0.50", "USD/ft3/month", "2023-04-15", ""),
            ("aged", "charge", "US", "366", "", "", "6.90", "USD/ft3/month", "2023-04-15", ""),
            ("aged", "charge", "US", "366", "", "", "0.15", "USD/unit/month", "2023-04-15", "2026-01-14"),
            ("aged", "charge", "US", "366", "", "", "0.30", "USD/unit/month", "2026-01-15", ""),
            ("aged", "exempt", "US", "181", "271", "shoes;bags", "", "", "2023-04-15", ""),
            ("aged", "charge", "AU", "181", "", "", "0.50", "AUD/ft3/month", "2023-04-15", ""),
            ("low_inventory", "charge", "US", "0", "14", "", "0.89", "USD/unit", "2024-04-01", ""),
        ],
        columns=[*text, "effective_to"],
    )
    fees = read_age_fees(rules, small.rates, "CNY", AS_OF).set_index(["category", "first_day"])
    assert fees.loc[("*", 181), "per_m3_minor"] == pytest.approx(0.50 / 0.028316846592 * 710)
    assert fees.loc[("bags", 181), "per_m3_minor"] == 0 < fees.loc[("bags", 366), "per_m3_minor"]
    assert fees.loc[("*", 366), "per_unit_minor"] == pytest.approx(0.15 * 710)
    assert set(fees["country"]) == {"US"}  # no rate of exchange for the Australian dollar
    later = read_age_fees(rules, small.rates, "CNY", date(2026, 2, 1)).set_index(["category", "first_day"])
    assert later.loc[("*", 366), "per_unit_minor"] == pytest.approx(0.30 * 710)


def test_units_that_lift_a_product_out_of_a_fee_bring_what_they_save(build: Callable[..., Any]) -> None:
    """A carton of 6 to 24, 30 units to the cliff, 5.00 each: full cartons save all their units, the last the rest."""
    world = by_sea(build(4, seed=3, scarce=9.0))
    plain = quote(world)
    lifted = plain.assign(cliff_units=30, cliff_value=500.0)
    carton = world.products.set_index("sku")["carton_units"]
    before, after = values(world, plain), values(world, lifted)
    for (sku, country, lane), part in after.groupby(level=[0, 1, 2]):
        had = before.reindex([(sku, country, lane, 1)]).iloc[0]
        if not np.isnan(had):
            assert part.iloc[0] - had == pytest.approx(500 * min(30, carton[sku]), abs=1)
    assert findings(world, lifted).empty
    slots = pd.DataFrame({"carton_units": [12], "cliff_units": [30], "cliff_value": [500.0]})
    assert fees_lifted(slots, np.zeros(4, dtype=int), np.arange(1, 5)).tolist() == [6000.0, 6000.0, 3000.0, 0.0]


def test_a_country_that_is_not_registered_waits_and_names_its_earliest_day(small: Any) -> None:
    asked = quote(small, country_entries=entries())
    german = asked[asked["country"] == "DE"]
    assert german["wait_reason"].str.startswith("The seller is not registered for VAT in {country}").all()
    assert german["wait_values"].str.contains('"earliest": "2026-01-23"').all()
    allocation = small.allocate(asked)
    assert set(allocation.lines["country"]) == {"US"}
    assert "DE" in set(allocation.waiting["country"])


def test_an_application_that_is_under_way_counts_from_its_day(small: Any) -> None:
    applied = entries(applied_on=pd.Timestamp("2025-10-20"), lead_days=65)
    asked = quote(small, country_entries=applied)
    waits = asked[asked["country"] == "DE"].groupby("lane")["wait_reason"].first()
    # 24 December: an early sea arrival (cut-off 26 November + 30 days) may go, an aeroplane may not
    assert waits["DE-SEA"] == ""
    assert waits["DE-AIR"] != ""


def test_the_cost_of_entering_is_the_share_of_the_year_that_a_review_is(small: Any) -> None:
    """1,040 EUR a year at 7.1 ÷ 0.86 CNY: 20 EUR a week, 165.12 CNY."""
    asked = quote(small, country_entries=entries(lead_days=0))
    assert set(asked.loc[asked["country"] == "DE", "entry_cost_base_minor"]) == {16512}
    assert set(asked.loc[asked["country"] == "US", "entry_cost_base_minor"]) == {0}
    assert (quote(small)["entry_cost_base_minor"] == 0).all()


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), scarce=st.sampled_from([0.05, 0.3, 2.0]))
def test_a_higher_duty_never_raises_the_value_of_a_carton_there(
    build: Callable[..., Any], seed: int, scarce: float
) -> None:
    world = by_sea(build(3, seed=seed, scarce=scarce))
    before = quote(world)
    dearer = before.copy()
    rows = dearer["country"] == "DE"
    for name, sign in (("contribution", -1), ("landed", 1), ("cash", 1)):
        dearer.loc[rows, name] += sign * 0.05 * dearer.loc[rows, "product_cost"]
    changed, known = values(world, dearer), values(world, before)
    german = changed.index.get_level_values("country") == "DE"
    assert no_more(changed[german], known[known.index.get_level_values("country") == "DE"])


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), scarce=st.sampled_from([0.05, 0.3, 2.0]), more=st.integers(1, 40))
def test_more_stock_in_a_country_never_raises_the_value_of_a_carton_there(
    build: Callable[..., Any], seed: int, scarce: float, more: int
) -> None:
    world = by_sea(build(3, seed=seed, scarce=scarce))
    there = (world.stock["node"] == "DE-FBA").to_numpy()
    richer = world.change(stock=world.stock.assign(units=world.stock["units"] + more * there))
    changed, known = values(richer), values(world)
    german = changed.index.get_level_values("country") == "DE"
    assert no_more(changed[german], known[known.index.get_level_values("country") == "DE"])


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), scarce=st.sampled_from([0.05, 0.3, 2.0]))
def test_the_value_falls_from_carton_to_carton_and_the_check_agrees(
    build: Callable[..., Any], seed: int, scarce: float
) -> None:
    world = build(3, ("US", "DE", "JP"), seed=seed, scarce=scarce)
    asked = quote(world)
    for _, cartons in values(world, asked).groupby(["sku", "country", "lane"]):
        assert cartons.is_monotonic_decreasing
    assert findings(world, asked).empty
