"""The hub policy in the walk is the night's own, knows only its past, and the record repeats what was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from config.seller import Seller, read_seller
from skills.simulation.paths import sample_path
from skills.simulation.plan import walk_forward
from skills.simulation.policy import SimulationPolicy
from tasks.backtest_opening import complete_movements
from tasks.backtest_world import TooLittleHistory, Trial, build_trial
from tasks.backtesting import follow_night, repeat_movements
from tasks.files.exports import read_exports
from tasks.files.movements import Movements, read_movements
from tasks.files.reference import read_starter_rates
from tasks.simulated.prepare import prepare_exports, prepare_movements
from tasks.store import rates
from tasks.store.session import close_engines
from tasks.store.snapshots import Snapshot

POLICY = SimulationPolicy()
SKUS = ("HN-AP501", "HN-DC103", "HN-OM602", "HN-PM402")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Seller, Snapshot, Movements]]:
    """The demo seller with four of its products."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(tmp_path_factory.mktemp("installation")))
        patch.delenv("FARSAIL_DATABASE_URL", raising=False)
        seller = read_seller("demo")
        prepare_exports(seller)
        prepare_movements(seller)
        morning = date(2025, 11, 24)
        tables = read_exports(seller, morning).tables
        read = read_movements(seller, morning, tables)
        moved = replace(read, table=read.table[read.table["sku"].isin(SKUS)].reset_index(drop=True))
        for name, table in tables.items():
            if "sku" in table and name not in ("events", "overrides"):
                tables[name] = table[table["sku"].isin([*SKUS, "*"])].reset_index(drop=True)
        rates.record_rates(read_starter_rates())
        rates.record_rates(tables["rates"], scope=seller.id)
        known = Snapshot("0" * 64, seller.id, morning, {**tables, "rates": rates.read_rates(seller.id, morning)})
        yield seller, known, moved
        close_engines()


def make_test(demo: tuple[Seller, Snapshot, Movements], weeks: int = 3, moved: bool = True) -> Trial:
    seller, known, movements = demo
    table = complete_movements(known, movements.table if moved else movements.table.iloc[:0], seller)
    return build_trial(known, table, seller, known.as_of - timedelta(weeks=weeks), weeks, POLICY)


def test_the_hub_policy_decides_the_same_whatever_happens_later(demo: tuple[Seller, Snapshot, Movements]) -> None:
    seller, known, _ = demo
    test = make_test(demo, moved=False)
    demand = test.world.demand.copy()
    demand[:, 14:] = 25
    later = test.later[test.later["offset"] < 14]
    changed = replace(test, world=replace(test.world, demand=demand), later=later)
    path = sample_path(test.world.facts, POLICY, 0)
    runs = [walk_forward(one.world, "ours", follow_night(one, known, seller), path) for one in (test, changed)]
    for before, after in zip(runs[0].decisions, runs[1].decisions, strict=True):
        assert before.order_units.tolist() == after.order_units.tolist()
        assert before.ship_units.tolist() == after.ship_units.tolist()
    assert sum(int(decision.ship_units.sum()) for decision in runs[0].decisions) > 0
    assert runs[0].digest != runs[1].digest


def test_stock_in_a_country_without_a_forward_node_is_seen_at_its_regional_one(
    demo: tuple[Seller, Snapshot, Movements],
) -> None:
    seller, known, moved = demo
    regional = known.nodes.assign(stage=known.nodes["stage"].mask(known.nodes["node"] == "JP-FBA", "regional"))
    renamed = replace(known, tables={**known.tables, "nodes": regional})
    sent = []
    for one in (known, renamed):
        test = make_test((seller, one, moved), weeks=1, moved=False)
        path = sample_path(test.world.facts, POLICY, 0)
        [decision] = walk_forward(test.world, "ours", follow_night(test, one, seller), path).decisions
        sent.append(list(zip(decision.ship_pair.tolist(), decision.ship_units.tolist(), strict=True)))
    assert sent[0] == sent[1] != []


def test_the_record_is_repeated_to_the_unit(demo: tuple[Seller, Snapshot, Movements]) -> None:
    seller, known, movements = demo
    test = make_test(demo, weeks=8)
    assert (test.opened_by, test.unexplained_units) == ("movements", 0)
    table = complete_movements(known, movements.table, seller)
    assert len(table) == len(movements.table) + len(known.inbound) + len(known.purchase_orders)
    run = walk_forward(test.world, "seller", repeat_movements(test, table), sample_path(test.world.facts, POLICY, 0))
    start = pd.Timestamp(test.world.facts.start)
    begun = table[table["started_on"] >= start]
    assert int(run.ordered.sum()) == int(begun.loc[begun["to_node"] == test.hub, "units"].sum())
    lost = int((run.demand - run.sold).sum())
    assert lost <= test.recovered_units + int(run.demand.sum()) // 20
    closing = known.stock[known.stock["state"].isin(["available", "receiving", "researching"])]["units"].sum()
    assert abs(int(run.hub.sum() + run.forward.sum()) - int(closing)) <= lost + int(closing) // 20


def add_inbound(known: Snapshot, *rows: tuple[str, str, str, int, str]) -> Snapshot:
    """The same morning with these shipments of HN-PM402 under way: from, to, mode, units, expected day."""
    columns = ["from_node", "to_node", "mode", "units", "eta"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        shipment="S", sku="HN-PM402", eta=lambda t: pd.to_datetime(t["eta"])
    )
    empty = known.inbound.iloc[:0]
    return replace(known, tables={**known.tables, "inbound": frame[empty.columns].astype(empty.dtypes)})


def test_a_shipment_that_is_still_under_way_was_at_the_hub_or_under_way_when_the_test_began(
    demo: tuple[Seller, Snapshot, Movements],
) -> None:
    seller, known, moved = demo
    before = make_test((seller, add_inbound(known), moved))
    facts, sku = before.world.facts, before.world.facts.skus.index("HN-PM402")
    pair = next(
        place for place, country in enumerate(facts.pair_country)
        if facts.pair_sku[place] == sku and facts.countries[country] == "US"
    )  # fmt: skip
    by_sea = ("SZ-HUB", "US-FBA", "sea", 500)  # 37 days; the test begins on 3 November
    left_within = make_test((seller, add_inbound(known, (*by_sea, "2025-12-20")), moved))
    assert int(left_within.world.hub[sku] - before.world.hub[sku]) == 500
    assert left_within.world.to_forward.units.sum() == before.world.to_forward.units.sum()
    left_before = make_test((seller, add_inbound(known, (*by_sea, "2025-12-01")), moved))
    assert left_before.world.hub.tolist() == before.world.hub.tolist()
    coming = left_before.world.to_forward
    assert (pair, 500, 28) in zip(coming.place.tolist(), coming.units.tolist(), coming.day.tolist(), strict=True)
    within = make_test((seller, add_inbound(known, ("US-AWD", "US-FBA", "truck", 40, "2025-11-26")), moved))
    assert int(within.world.forward[pair] - before.world.forward[pair]) == 40
    assert within.world.hub.tolist() == before.world.hub.tolist()


def test_the_opening_rule_covers_the_days_that_the_sellers_suppliers_work(
    demo: tuple[Seller, Snapshot, Movements],
) -> None:
    seller, known, moved = demo
    fewer = seller.policy.replenishment.model_copy(update={"working_days_per_week": 5})
    slower = seller.model_copy(update={"policy": seller.policy.model_copy(update={"replenishment": fewer})})
    usual, longer = (make_test((one, known, moved), moved=False) for one in (seller, slower))
    assert usual.opened_by == longer.opened_by == "rule"
    assert int(longer.world.hub.sum()) > int(usual.world.hub.sum())
    assert longer.world.forward.tolist() == usual.world.forward.tolist()


def test_the_usual_lane_is_the_cheapest_on_the_first_day_and_not_after_a_later_duty(
    demo: tuple[Seller, Snapshot, Movements],
) -> None:
    seller, known, moved = demo
    before = make_test(demo, moved=False)
    rates = known.tables["rates"]
    duty = (rates["kind"] == "duty") & rates["key"].str.startswith("US:") & (rates["effective_to"] >= "2025-11-17")
    dearer = rates[duty].assign(
        value=[str(float(value) + 3) for value in rates.loc[duty, "value"]], effective_from="2025-11-17"
    )
    ended = rates.assign(effective_to=rates["effective_to"].mask(duty, "2025-11-16"))
    later = replace(known, tables={**known.tables, "rates": pd.concat([ended, dearer], ignore_index=True)})
    after = make_test((seller, later, moved), moved=False)
    assert not np.array_equal(after.world.economics.border, before.world.economics.border, equal_nan=True)
    assert after.world.facts.lanes == before.world.facts.lanes
    assert after.world.facts.usual_lane.tolist() == before.world.facts.usual_lane.tolist()
    assert np.array_equal(after.world.facts.ship_cash, before.world.facts.ship_cash, equal_nan=True)


def test_days_out_of_stock_get_the_demand_of_the_weeks_before(demo: tuple[Seller, Snapshot, Movements]) -> None:
    test = make_test(demo)
    facts = test.world.facts
    pair = next(
        place for place in range(len(facts.pair_sku))
        if facts.skus[facts.pair_sku[place]] == "HN-OM602" and facts.countries[facts.pair_country[place]] == "DE"
    )  # fmt: skip
    out = slice(10, 21)  # 13 to 23 November
    assert test.recovered_units == int(test.world.demand[pair, out].sum()) > 0
    assert abs(test.world.demand[pair, out].mean() - facts.past_sold[pair, -28:].mean()) < 1.0


def test_a_test_that_begins_before_the_order_lines_is_refused(demo: tuple[Seller, Snapshot, Movements]) -> None:
    seller, known, movements = demo
    with pytest.raises(TooLittleHistory, match="2023-11-27"):
        build_trial(known, movements.table, seller, date(2023, 12, 4), 8, POLICY)


def test_the_demos_record_never_sends_what_is_not_there(demo: tuple[Seller, Snapshot, Movements]) -> None:
    table = demo[2].table
    assert demo[2].quarantined == 0
    assert (table["received_on"] >= table["started_on"]).all()
    hub = table[table["to_node"] == "SZ-HUB"]
    assert (hub["from_node"] == "").all() and len(hub) > 5
    assert np.array_equal(np.unique(table["sku"]), np.unique(list(SKUS)))
