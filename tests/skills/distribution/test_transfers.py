"""Stock that lies in one market and earns more in another, decided with the hub's under the same limits."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.distribution import (
    Allocation,
    allocate_stock,
    compare_with_velocity,
    explain_allocation,
    quote_transfers,
    verify_allocation,
)
from skills.distribution.policy import DistributionPolicy

AS_OF = date(2025, 11, 24)
KEYS = ["sku", "country", "lane"]
relaxed = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def truck(name: str, from_node: str, country: str, **over: object) -> dict[str, object]:
    """A week's journey at 300 CNY a m³, no border."""
    return {
        "lane": name, "from_node": from_node, "to_node": f"{country}-FBA", "country": country, "mode": "truck",
        "incoterm": "DAP", "importer_of_record": "seller", "tax_included": "yes", "transit_days_p10": 7,
        "transit_days_p50": 7, "transit_days_p90": 7, "cutoff_weekday": -1, "cost_per_kg_minor": 0,
        "cost_per_m3_minor": 30_000, "minimum_minor": 0, "fixed_minor": 0, "currency": "CNY",
        "volumetric_divisor": 0, "weekly_capacity_m3": float("nan"), "handling_minor": 6, "minimum_cartons": 0,
    } | over  # fmt: skip


def with_trucks(world: Any, *trucks: dict[str, object]) -> Any:
    lanes = pd.concat([world.lanes.assign(minimum_cartons=0), pd.DataFrame(list(trucks))], ignore_index=True)
    return world.change(lanes=lanes)


def uneven(build: Callable[..., Any], seed: int, **policy: Any) -> Any:
    """Three countries; four times the stock in Germany, a quarter in France, trucks from Germany and between all."""
    world = build(3, ("DE", "FR", "GB"), seed=seed, scarce=(0.05, 0.3, 1.0)[seed % 3])
    units = world.stock["units"].where(world.stock["node"] != "DE-FBA", world.stock["units"] * 4)
    units = units.where(world.stock["node"] != "FR-FBA", units // 4)
    return with_trucks(
        world.change(stock=world.stock.assign(units=units), policy=DistributionPolicy(**policy)),
        truck("DE-FR", "DE-FBA", "FR", fixed_minor=4_000 * (seed % 2)),
        truck("DE-GB", "DE-FBA", "GB", tax_included="no"),
        truck("FR-DE", "FR-FBA", "DE"),
        truck("GB-FR", "GB-FBA", "FR", tax_included="no", weekly_capacity_m3=0.05),
    )


def certain(build: Callable[..., Any], lying: int, german: float = 0.0, hub: int = 0, **policy: Any) -> Any:
    """Ten a week in France for certain and nothing there; units in Germany, which sells so many a week itself."""
    world = build(1, ("DE", "FR"))
    names = ("mean", "p10", "p50", "p75", "p90", "p98")
    forecast = pd.concat(
        [
            pd.DataFrame(
                {
                    "sku": "SKU-0000",
                    "country": country,
                    "weeks_ahead": range(1, 21),
                    "week": pd.date_range(AS_OF, periods=20, freq="7D"),
                    **{f"cum_{name}": [weekly * week for week in range(1, 21)] for name in names},
                }
            )
            for country, weekly in (("DE", german), ("FR", 10.0))
        ],
        ignore_index=True,
    )
    stock = pd.DataFrame({"sku": "SKU-0000", "node": ["DE-FBA", "HUB"], "state": "available", "units": [lying, hub]})
    return with_trucks(
        world.change(
            forecast=forecast,
            stock=stock,
            inbound=world.inbound.head(0),
            products=world.products.assign(carton_units=10),
            policy=DistributionPolicy(gap_percent="0", **policy),
        ),
        truck("DE-FR", "DE-FBA", "FR"),
    )


def quote(world: Any) -> pd.DataFrame:
    return quote_transfers(
        world.sales, world.returns, world.products, world.lanes, world.nodes, world.rates, "CNY", world.policy, AS_OF
    )


def allocate(world: Any, transfers: pd.DataFrame | None = None) -> Allocation:
    return allocate_stock(
        world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.quote(), world.products,
        world.feeds, world.held, world.policy, "CNY", AS_OF, quote(world) if transfers is None else transfers,
    )  # fmt: skip


def find(world: Any, allocation: Allocation) -> pd.DataFrame:
    return verify_allocation(
        allocation, world.stock, world.inbound, world.nodes, world.lanes, world.forecast, world.quote(),
        world.products, world.feeds, world.policy, AS_OF, quote(world),
    )  # fmt: skip


def moved(allocation: Allocation) -> pd.DataFrame:
    return allocation.lines[allocation.lines["hub"] != "HUB"].reset_index(drop=True)


def test_the_first_carton_gains_what_a_person_reckons(build: Callable[..., Any]) -> None:
    """Nobody in Germany buys; ten are short in France in the truck's week: 9.5 are sold, after half a week."""
    world = certain(build, lying=200)
    allocation = allocate(world)
    line, freight = moved(allocation).iloc[0], quote(world).set_index("lane").loc["DE-FR"]
    usual = world.quote().set_index("lane").loc["FR-SEA"]
    earns = usual["contribution"] + usual["landed"] - usual["product_cost"]
    later = usual["landed"] - usual["product_cost"]
    german = world.quote().set_index("lane").loc["DE-SEA"]
    week = freight["holding_week"] + (german["landed"] - german["product_cost"]) * 0.20 / 52
    moving = freight["freight"] + freight["handling"]
    expected = 9.5 * (earns - later) + 10 * (later - moving - 0.5 * week)
    assert (line["sku"], line["hub"], line["country"]) == ("SKU-0000", "DE-FBA", "FR")
    assert line["first_carton_value"] == pytest.approx(expected, abs=1)
    assert find(world, allocation).empty


def test_a_market_keeps_what_it_will_be_short_of_itself(build: Callable[..., Any]) -> None:
    """Germany sells ten a week, too, and nothing reaches it for weeks: its 80 units do not leave, of 400 some do."""

    def dear(world: Any) -> Any:
        cost = world.lanes["cost_per_m3_minor"].where(world.lanes["lane"] != "DE-FR", 150_000)
        return world.change(lanes=world.lanes.assign(cost_per_m3_minor=cost))

    assert moved(allocate(dear(certain(build, lying=80, german=10.0)))).empty
    world = dear(certain(build, lying=400, german=10.0))
    allocation = allocate(world)
    assert 0 < moved(allocation)["units"].sum() <= 400 - 100
    assert find(world, allocation).empty


def test_what_nobody_buys_anywhere_does_not_move(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    none = world.change(forecast=world.forecast.assign(cum_mean=0.0, **dict.fromkeys(
        ["cum_p10", "cum_p50", "cum_p75", "cum_p90", "cum_p98"], 0.0)))  # fmt: skip
    assert moved(allocate(none)).empty


def test_a_transfer_whose_duty_eats_the_gain_is_never_made(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    plain = quote(world)
    gain = moved(allocate(world, plain))["first_carton_value"].iloc[0] / 10
    for share, goes in ((0.9, True), (1.01, False)):
        duty = gain * share
        dearer = plain.assign(
            contribution=plain["contribution"] - duty, landed=plain["landed"] + duty, cash=plain["cash"] + duty
        )
        assert bool(len(moved(allocate(world, dearer)))) is goes


def test_a_charge_or_a_least_shipment_above_the_gain_keeps_the_truck_at_home(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    gain = moved(allocate(world))["value_base_minor"].sum()
    for fixed, goes in ((gain - 100, True), (gain + 100, False)):
        charged = world.change(
            lanes=world.lanes.assign(fixed_minor=np.where(world.lanes["lane"] == "DE-FR", fixed, 0))
        )
        allocation = allocate(charged)
        assert bool(len(moved(allocation))) is goes
        assert find(charged, allocation).empty
    least = world.lanes.assign(minimum_cartons=np.where(world.lanes["lane"] == "DE-FR", 21, 0))
    assert moved(allocate(world.change(lanes=least))).empty


def test_units_that_are_promised_to_a_buyer_do_not_leave(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    reserved = world.change(stock=world.stock.assign(state=["reserved", "available"]))
    assert moved(allocate(reserved)).empty


def test_a_country_with_stale_data_neither_gives_nor_receives(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    for country in ("DE", "FR"):
        stale = world.change(feeds=world.feeds.assign(stale=world.feeds["country"] == country))
        assert moved(allocate(stale)).empty


def test_a_regional_warehouse_gives_and_its_storage_counts_as_free(build: Callable[..., Any]) -> None:
    """What lies there pays no marketplace storage, so that leaving saves none."""
    world = certain(build, lying=200, german=1.0)
    node = world.nodes[world.nodes["node"] == "DE-FBA"].assign(node="EU-3PL", stage="regional")
    warehouse = with_trucks(
        world.change(
            nodes=pd.concat([world.nodes, node], ignore_index=True),
            stock=world.stock.assign(node=["EU-3PL", "HUB"]),
        ),
        truck("3PL-FR", "EU-3PL", "FR"),
    )
    there, here = allocate(warehouse), allocate(world)
    assert moved(there)["hub"].tolist() == ["EU-3PL"]
    assert find(warehouse, there).empty
    for allocation in (there, here):
        assert allocation.transfers is not None
    weeks = [allocation.transfers.moves.slots.frame["stays_week"].iloc[0] for allocation in (there, here)]  # type: ignore[union-attr]
    assert weeks[0] < weeks[1]


def test_the_plan_is_the_best_of_all_that_the_limits_allow(build: Callable[..., Any]) -> None:
    """Every choice of cartons from hub and market, tried one by one under a cash limit."""
    for cash in (6_000, 15_000, 40_000):
        world = certain(build, lying=40, hub=20, weekly_cash_minor=cash)
        allocation = allocate(world)
        table = allocation.candidates.merge(
            pd.concat([world.quote(), quote(world)])[[*KEYS, "cash"]], on=KEYS, how="left"
        )
        ways = [part.sort_values("carton") for _, part in table.groupby(KEYS)]
        origin = dict(zip(world.lanes["lane"], world.lanes["from_node"], strict=True))
        best = 0
        for counts in itertools.product(*(range(len(way) + 1) for way in ways)):
            taken = [(way, count) for way, count in zip(ways, counts, strict=True) if count]
            spent = sum(round(way["cash"].iloc[0] * 10) * count for way, count in taken)
            left = {"HUB": 2, "DE-FBA": 4}
            for way, count in taken:
                left[origin[way["lane"].iloc[0]]] -= count
            if spent <= cash and min(left.values()) >= 0:
                best = max(best, sum(int(way["value_base_minor"].iloc[:count].sum()) for way, count in taken))
        assert best > 0
        assert allocation.value_base_minor == best
        assert find(world, allocation).empty


def test_cash_goes_to_the_truck_rather_than_to_the_aeroplane(build: Callable[..., Any]) -> None:
    """A carton by truck takes a tenth of the cash of one by air: with cash for one flight, the truck goes first."""
    rich = allocate(certain(build, lying=200, hub=200))
    tight = allocate(certain(build, lying=200, hub=200, weekly_cash_minor=4_000))
    assert tight.lines["cost_base_minor"].sum() <= 4_000
    assert len(moved(tight))
    assert moved(tight)["cost_base_minor"].sum() >= moved(rich)["cost_base_minor"].sum() * 0.5


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), cash=st.sampled_from([None, 60_000, 300_000]), below=st.sampled_from([0, 500]),
       cartons=st.sampled_from([1, 2]), least=st.sampled_from([0, 50_000]))  # fmt: skip
def test_transfers_keep_every_limit_never_take_what_is_not_there_and_never_lower_the_plan(
    build: Callable[..., Any], seed: int, cash: int | None, below: int, cartons: int, least: int
) -> None:
    world = uneven(
        build, seed, weekly_cash_minor=cash, exact_below_skus=below, threshold_cartons=cartons,
        minimum_shipment_minor=least,
    )  # fmt: skip
    allocation = allocate(world)
    findings = find(world, allocation)
    assert findings.empty, findings.to_string()
    held = world.stock.groupby(["sku", "node"])["units"].sum()
    for (sku, node), units in allocation.lines.groupby(["sku", "hub"])["units"].sum().items():
        assert units <= held[sku, node]
    assert (allocation.lines["units"] % allocation.lines["cartons"] == 0).all()
    assert cash is None or allocation.lines["cost_base_minor"].sum() <= cash + len(allocation.lines)
    assert world.allocate().value_base_minor <= allocation.value_base_minor <= allocation.bound_base_minor


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000), more=st.integers(1, 60))
def test_more_stock_where_it_lies_never_lowers_what_a_moved_carton_gains(
    build: Callable[..., Any], seed: int, more: int
) -> None:
    world = certain(build, lying=100 + seed % 300, german=float(seed % 15))
    richer = world.change(stock=world.stock.assign(units=world.stock["units"] + [more * 10, 0]))
    before, after = (
        one.candidates[one.candidates["lane"] == "DE-FR"].set_index("carton")["value_base_minor"]
        for one in (allocate(world), allocate(richer))
    )
    assert len(after) >= len(before)
    assert (after.reindex(before.index) >= before - 1).all()
    assert allocate(richer).value_base_minor >= allocate(world).value_base_minor - len(before)


@pytest.mark.long
@relaxed
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(build: Callable[..., Any], seed: int) -> None:
    world = uneven(build, seed)
    rng = np.random.default_rng(seed)
    mixed = world.change(
        **{
            name: getattr(world, name).iloc[rng.permutation(len(getattr(world, name)))].reset_index(drop=True)
            for name in ("stock", "inbound", "nodes", "lanes", "products", "sales")
        }
    )
    one, two = allocate(world), allocate(mixed)
    pd.testing.assert_frame_equal(one.lines, two.lines)
    assert (one.value_base_minor, one.bound_base_minor) == (two.value_base_minor, two.bound_base_minor)


def test_the_check_finds_what_is_more_than_lies_free_and_a_gain_that_is_too_high(build: Callable[..., Any]) -> None:
    world = certain(build, lying=40)
    sound = allocate(world)
    assert find(world, sound).empty and len(moved(sound))
    at = (sound.lines["hub"] == "DE-FBA").to_numpy()
    more = sound.lines.assign(cartons=sound.lines["cartons"] + 9 * at, units=sound.lines["units"] + 90 * at)
    assert "no more than lies free" in set(find(world, replace(sound, lines=more))["check"])
    dearer = sound.lines.assign(value_base_minor=sound.lines["value_base_minor"] + 5_000 * at)
    assert "what a transfer gains" in set(find(world, replace(sound, lines=dearer))["check"])
    said = sound.candidates.assign(value_base_minor=sound.candidates["value_base_minor"] + 5_000)
    assert "a first carton's gain" in set(find(world, replace(sound, candidates=said))["check"])


def test_the_check_shares_no_code_with_the_search() -> None:
    """Of its own package it reads the answer's tables and the policy alone."""
    own = {"Allocation", "Transfers", "DistributionPolicy"}
    for path in sorted((Path(__file__).parents[3] / "skills" / "distribution").glob("verify*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("skills.distribution."):
                assert (
                    str(node.module).startswith("skills.distribution.verify")
                    or {alias.name for alias in node.names} <= own
                ), path


def test_the_check_finds_more_from_the_hub_than_transfers_count_with(build: Callable[..., Any]) -> None:
    world = uneven(build, 2)
    allocation = allocate(world)
    assert find(world, allocation).empty
    assert allocation.transfers is not None
    none = replace(allocation.transfers, counted=allocation.transfers.counted.assign(cartons=0))
    checks = set(find(world, replace(allocation, transfers=none))["check"])
    assert "no more from the hub than transfers count with" in checks


def test_a_page_says_what_is_given_up_and_what_is_gained(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200, german=1.0)
    allocation = allocate(world)
    steps = explain_allocation(
        allocation, world.quote(), world.stock, world.nodes, world.lanes, world.rates, world.policy, "CNY", AS_OF
    )
    page = steps[steps["lane"] == "DE-FR"].set_index("label")["value"]
    line = moved(allocation).iloc[0]
    shown = page["Gain of the first carton: what it brings here less what it would bring where it lies"]
    assert float(shown) == pytest.approx(line["first_carton_value"] / 100, abs=0.01)
    assert page["Free where it lies, in whole cartons"] == "200"
    assert float(page["Handling where it leaves"]) < 0 and "Handling at the hub" not in page.index
    assert "Expected gain of the line against leaving it where it lies" in page.index
    assert line["reason"] == "Stock of another market earns more here than where it lies."
    assert line["alternatives"][-1]["what"] == "keep where it lies"
    assert set(allocation.add_quotes(world.quote())["lane"]) >= {"DE-FR", "FR-SEA"}


def test_the_regret_of_the_rule_of_thumb_counts_the_hubs_shipments_alone(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200, hub=60)
    allocation = allocate(world)
    rows = compare_with_velocity(
        allocation,
        world.sales,
        world.stock,
        world.nodes,
        world.lanes,
        world.quote(),
        world.feeds,
        world.policy,
        AS_OF,
    )
    hub = allocation.lines[allocation.lines["hub"] == "HUB"]
    assert rows["units"].iloc[-1] == hub["units"].sum() < allocation.lines["units"].sum()


def test_a_charge_that_only_shipments_between_markets_pay_is_no_part_of_the_regret(
    build: Callable[..., Any],
) -> None:
    """The truck's fixed cost; entering Germany is paid by neither, France by the hub's shipment there."""
    world = certain(build, lying=200, hub=60)
    charged = world.change(lanes=world.lanes.assign(fixed_minor=np.where(world.lanes["lane"] == "DE-FR", 500, 0)))
    quoted, by_truck = (one.assign(entry_cost_base_minor=300) for one in (charged.quote(), quote(charged)))
    allocation = allocate_stock(
        charged.stock, charged.inbound, charged.nodes, charged.lanes, charged.forecast, quoted, charged.products,
        charged.feeds, charged.held, charged.policy, "CNY", AS_OF, by_truck,
    )  # fmt: skip
    paid = allocation.charges[allocation.charges["paid"]]
    assert paid["subject"].tolist() == ["DE-FR", "FR"]
    rows = compare_with_velocity(
        allocation, charged.sales, charged.stock, charged.nodes, charged.lanes, quoted, charged.feeds, charged.policy,
        AS_OF,
    )  # fmt: skip
    hub = allocation.lines[allocation.lines["hub"] == "HUB"]
    assert set(hub["country"]) == {"FR"}
    assert rows["value_base_minor"].iloc[-1] == hub["value_base_minor"].sum() - 300


def test_a_line_falls_at_the_margin_that_its_page_names(build: Callable[..., Any]) -> None:
    """The contribution of the truck's quote times 1 − x, all else as it is."""
    world = certain(build, lying=200)
    flip = moved(allocate(world))["flip_margin_percent"].iloc[0]
    plain = quote(world)
    for share, goes in ((1 + flip / 100 + 0.002, True), (1 + flip / 100 - 0.002, False)):
        assert bool(len(moved(allocate(world, plain.assign(contribution=plain["contribution"] * share))))) is goes


def test_the_first_cartons_arithmetic_counts_the_fees_on_aged_stock(build: Callable[..., Any]) -> None:
    world = certain(build, lying=200)
    by_truck = quote(world).assign(age_fee_1=20.0)
    allocation = allocate(world, by_truck)
    steps = explain_allocation(
        allocation, world.quote(), world.stock, world.nodes, world.lanes, world.rates, world.policy, "CNY", AS_OF
    )
    page = {str(row["label"]): row for row in steps[steps["lane"] == "DE-FR"].to_dict("records")}
    gain = page["Gain of the first carton: what it brings here less what it would bring where it lies"]
    reckoned = eval(gain["note"].replace("×", "*").replace("−", "-").replace("%", "/ 100"))  # noqa: S307
    assert reckoned == pytest.approx(float(gain["value"]), abs=0.05)
    assert float(page["Age fees of one unit until the first carton is sold"]["value"]) > 0


def test_what_moves_binds_capital_without_a_rebate_that_it_does_not_earn(build: Callable[..., Any]) -> None:
    """A second warehouse in the exporter's country feeds France and could send to Germany."""
    world = certain(build, lying=200)
    node = world.nodes[world.nodes["node"] == "DE-FBA"].assign(node="CN-3PL", stage="regional", country="CN")
    world = with_trucks(
        world.change(nodes=pd.concat([world.nodes, node], ignore_index=True)),
        truck("A-3PL-FR", "CN-3PL", "FR", tax_included="no"),
        truck("B-3PL-DE", "CN-3PL", "DE", tax_included="no"),
    )
    quoted = quote(world).set_index("lane").loc["B-3PL-DE"]
    assert quoted["rebate"] == 0
    assert quoted["capital_week"] == pytest.approx(quoted["landed"] * 0.20 / 52, abs=1e-3)
    assert quoted["hub_week"] == pytest.approx(quoted["product_cost"] * 0.20 / 52, abs=1e-3)


def test_without_a_lane_between_markets_nothing_is_quoted(build: Callable[..., Any]) -> None:
    assert quote(build(2, ("DE", "FR"))).empty
