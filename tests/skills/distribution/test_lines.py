"""Flips, alarms, explanations, money and the independent check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skills.distribution import explain_allocation, measure_cost_share, rank_missing_facts, verify_allocation
from skills.distribution.lines import reprice

AS_OF = date(2025, 11, 24)


def explain(world: Any, allocation: Any) -> pd.DataFrame:
    return explain_allocation(
        allocation, world.quote(), world.stock, world.nodes, world.lanes, world.rates, world.policy, "CNY", AS_OF
    )


def verify(world: Any, allocation: Any) -> pd.DataFrame:
    return verify_allocation(
        allocation, world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.quote(),
        world.products, world.feeds, world.policy, AS_OF,
    )  # fmt: skip


def test_a_line_disappears_once_demand_falls_by_its_flip(build: Callable[..., Any]) -> None:
    world = build(3, seed=5, scarce=3.0)
    line = world.allocate().lines.query("flip_demand_percent < 0").iloc[0]
    of_line = (world.forecast["sku"] == line["sku"]) & (world.forecast["country"] == line["country"])
    columns = [name for name in world.forecast.columns if name.startswith("cum_")]

    def sent(percent: float) -> bool:
        forecast = world.forecast.copy()
        forecast.loc[of_line, columns] *= 1 + percent / 100
        # the flip changes demand alone: the stock that is left at the arrival stays what it was
        lines = world.change(forecast=forecast).allocate(world.quote()).lines
        return bool(((lines["sku"] == line["sku"]) & (lines["lane"] == line["lane"])).any())

    assert not sent(line["flip_demand_percent"] - 3)
    assert sent(line["flip_demand_percent"] / 2)


def test_a_line_disappears_once_the_contribution_falls_by_its_flip(build: Callable[..., Any]) -> None:
    world = build(3, ("US",), seed=5, scarce=3.0)
    quote = world.quote()
    line = world.allocate(quote).lines.iloc[0]
    of_line = (quote["sku"] == line["sku"]) & (quote["lane"] == line["lane"])

    def sent(percent: float) -> bool:
        changed = quote.copy()
        changed.loc[of_line, "contribution"] *= 1 + percent / 100
        lines = world.allocate(changed).lines
        return bool(((lines["sku"] == line["sku"]) & (lines["lane"] == line["lane"])).any())

    assert sent(line["flip_margin_percent"] + 1)


def test_the_flip_shown_is_the_relatively_smallest(small: Any) -> None:
    for line in small.allocate().lines.to_dict("records"):
        transit = 37 if line["mode"] == "sea" else 9
        days = line["flip_transit_days"]
        relative = {
            "demand": -line["flip_demand_percent"],
            "margin": -line["flip_margin_percent"],
            "transit": days / transit * 100 if days else np.inf,
        }
        assert line["flip_kind"] == min(relative, key=relative.__getitem__)


def test_an_alarm_is_red_when_even_usual_demand_outruns_the_quickest_lane(build: Callable[..., Any]) -> None:
    world = build(2, ("US",), seed=3)
    stock = world.stock.assign(units=np.where(world.stock["node"] == "US-FBA", 0, world.stock["units"]))
    alarms = world.change(stock=stock, inbound=world.inbound.head(0)).allocate().alarms
    assert set(alarms["level"]) == {"red"}
    assert (alarms["stock_out_on"] == pd.Timestamp(AS_OF)).all()
    assert set(alarms["best_mode"]) == {"air"}
    assert (alarms["best_arrival_on"] == pd.Timestamp("2025-12-07")).all()


def test_stock_that_outlasts_the_quickest_lane_raises_no_alarm(build: Callable[..., Any]) -> None:
    world = build(2, ("US",), seed=3)
    stock = world.stock.assign(units=np.where(world.stock["node"] == "US-FBA", 10_000, world.stock["units"]))
    assert world.change(stock=stock).allocate().alarms.empty


def test_inbound_that_comes_in_time_silences_the_alarm_only_from_its_day_on(build: Callable[..., Any]) -> None:
    world = build(1, ("US",), seed=3)
    empty = world.stock.assign(units=np.where(world.stock["node"] == "US-FBA", 0, world.stock["units"]))
    coming = pd.DataFrame({"shipment": ["S"], "sku": ["SKU-0000"], "to_node": ["US-FBA"], "units": [5000]})
    at_once = coming.assign(eta=pd.Timestamp(AS_OF))
    late = coming.assign(eta=pd.Timestamp(AS_OF) + pd.Timedelta(days=5))
    assert world.change(stock=empty, inbound=at_once).allocate().alarms.empty
    assert set(world.change(stock=empty, inbound=late).allocate().alarms["level"]) == {"red"}


def test_every_line_is_explained_from_position_to_flip(small: Any) -> None:
    allocation = small.allocate()
    steps = explain(small, allocation)
    keys = ["sku", "country", "lane"]
    assert len(steps[keys].drop_duplicates()) == len(allocation.lines)
    for _, page in steps.groupby(keys):
        assert page["step"].tolist() == list(range(1, len(page) + 1))
        assert {"Position", "Freight", "Value of the first carton", "Units sent"} <= set(page["label"])


def test_the_contribution_on_the_page_adds_up(small: Any) -> None:
    steps = explain(small, small.allocate())
    for _, page in steps.groupby(["sku", "country", "lane"]):
        money = page.set_index("label")["value"]
        begin = page.index[page["label"] == "Price as the buyer pays it"][0]
        end = page.index[page["label"] == "Contribution of one unit, product cost not counted"][0]
        parts = page.loc[begin : end - 1]
        parts = parts[parts["unit"] == "CNY"]
        shown = float(money["Contribution of one unit, product cost not counted"])
        assert abs(sum(parts["value"].astype(float)) - shown) < 0.002


def test_a_rate_on_the_page_carries_its_source_date_and_confidence(small: Any) -> None:
    steps = explain(small, small.allocate())
    fees = steps[steps["label"] == "Referral fee"]
    assert fees["note"].str.contains("15 % · a test's own figure · 2025-01-01 · generated").all()


def test_no_label_on_the_page_holds_a_number(small: Any) -> None:
    labels = set(explain(small, small.allocate())["label"])
    assert not [label for label in labels if any(character.isdigit() for character in label)]


def test_money_of_a_line_is_exact_to_the_minor_unit_and_half_goes_to_even() -> None:
    assert reprice(np.array([1, 3, 2]), np.array([0.5, 0.5, 1.25])).tolist() == [0, 2, 2]


def test_the_check_finds_a_line_that_the_hub_cannot_send(small: Any) -> None:
    allocation = small.allocate()
    lines = allocation.lines.copy()
    lines.loc[0, ["cartons", "units"]] *= 10_000
    assert "no more than the hub holds" in set(verify(small, replace(allocation, lines=lines))["check"])


@pytest.mark.parametrize("part", ["value_base_minor", "bound_base_minor"])
def test_the_check_finds_a_value_or_bound_that_does_not_follow(small: Any, part: str) -> None:
    allocation = small.allocate()
    assert len(verify(small, replace(allocation, **{part: getattr(allocation, part) + 100})))


def test_the_check_finds_a_wrong_value_of_a_line(small: Any) -> None:
    allocation = small.allocate()
    lines = allocation.lines.assign(value_base_minor=allocation.lines["value_base_minor"] + 5_000)
    assert "a line's value" in set(verify(small, replace(allocation, lines=lines))["check"])


def test_a_missing_fact_is_worth_more_where_more_units_depend_on_it(build: Callable[..., Any]) -> None:
    world = build(8)
    products = world.products.assign(category="towels")
    products.loc[:1, "weight_kg"] = np.nan
    products.loc[2, "vat_invoice"] = ""
    world = world.change(products=products)
    quote = world.quote()
    facts = rank_missing_facts(quote, world.forecast, world.allocate(quote).lines, world.products, world.rates, AS_OF)
    assert facts["money_base_minor"].is_monotonic_decreasing
    assert set(facts["sku"]) == {"SKU-0000", "SKU-0001", "SKU-0002"}
    doubled = world.forecast.assign(cum_mean=world.forecast["cum_mean"] * 2)
    more = rank_missing_facts(quote, doubled, world.allocate(quote).lines, world.products, world.rates, AS_OF)
    assert more["money_base_minor"].sum() > facts["money_base_minor"].sum()


def test_nothing_missing_gives_no_fact(small: Any) -> None:
    quote = small.quote()
    assert rank_missing_facts(
        quote, small.forecast, small.allocate(quote).lines, small.products, small.rates, AS_OF
    ).empty


def test_the_cost_share_is_storage_freight_and_fulfilment_over_net_sales(small: Any) -> None:
    share = measure_cost_share(
        small.sales, small.stock, small.products, small.lanes, small.nodes, small.rates, "CNY", AS_OF
    )
    recent = share[share["period"] == "last 4 complete weeks"].set_index("country")
    assert recent.loc["*", "units"] == recent.drop("*")["units"].sum() == small.sales["units"].sum()
    row = recent.loc["DE"]
    cost = row["freight_base_minor"] + row["fulfilment_base_minor"] + row["storage_base_minor"]
    assert row["share_percent"] == round(cost * 100 / row["net_sales_base_minor"], 2)
    assert (recent["to_day"] == pd.Timestamp("2025-11-23")).all()


def test_the_same_night_explains_itself_in_the_same_bytes(small: Any) -> None:
    one, other = explain(small, small.allocate()), explain(small, small.allocate())
    assert one.to_json() == other.to_json()
