"""Policies that walk through a seller's past: the hub policy as the night runs it, its rivals, the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Seller
from skills import distribution, forecasting, replenishment
from skills.simulation.explain import MIN_MAX, OURS, OWN_LEVEL, SELLER, TUNED, VELOCITY, VELOCITY_EQUAL
from skills.simulation.plan import Run
from skills.simulation.rivals import min_max, reorder_point, velocity_times_days
from skills.simulation.tuning import Parameters, measure_fill, spread_parameters
from skills.simulation.world import Contender, Decision, Ints, Policy, Seen
from skills.stocking.echelon import Factors
from skills.vocabulary import mark
from tasks import stock_levels
from tasks.backtest_opening import complete_movements
from tasks.backtest_world import BLOCK_WEEKS, LEAST_PAST_DAYS, Trial, build_trial
from tasks.nights import BadParameter
from tasks.proposals import kept_lines
from tasks.store.snapshots import Snapshot

HUB_POLICY = OURS
"""Name of ours in the race."""

MODES = ("history", "shadow")
LEAST_WEEKS, MOST_WEEKS = 4, 104
TUNING_WEEKS = 16
LEAST_SERVICE, MOST_SERVICE = 50, 98
_OUT = ["sku", "country", "first_day", "last_day"]


@dataclass(frozen=True)
class Backtest:
    """What is raced, and where the (s, S) rule is tuned.

    Attributes:
        test: The weeks of the race.
        before: The weeks before them; None where history is too short to tune on.
        movements: What the seller did, from `complete_movements`; may be empty.
    """

    test: Trial
    before: Trial | None
    movements: pd.DataFrame


@task(name="simulation · build test", cache_policy=NO_CACHE)
def prepare(known: Snapshot, movements: pd.DataFrame, seller: Seller, weeks: int) -> Backtest:
    """The last complete weeks before the morning, and the weeks before them to tune on.

    Raises:
        TooLittleHistory: the order lines do not reach back far enough.
    """
    policy = seller.policy.simulation
    monday = known.as_of - timedelta(days=known.as_of.weekday())
    first = monday - timedelta(weeks=weeks)
    moved = complete_movements(known, movements, seller)
    test = build_trial(known, moved, seller, first, weeks, policy)
    begun = (pd.Timestamp(first) - test.sales["day"].min()).days
    tuned_on = min(TUNING_WEEKS, (begun - LEAST_PAST_DAYS) // 7)
    begin = first - timedelta(weeks=tuned_on)
    enough = tuned_on >= LEAST_WEEKS
    before = build_trial(known, moved.iloc[:0], seller, begin, tuned_on, policy) if enough else None
    return Backtest(test, before, moved)


def check_parameters(mode: str, weeks: int, service_percent: int) -> None:
    """Refuse what the backtest cannot be asked for.

    Raises:
        BadParameter: says which and what is accepted.
    """
    if mode not in MODES:
        raise BadParameter(
            mark("mode is {value!r}; expected one of {known}. Nothing was run."), value=mode, known=", ".join(MODES)
        )
    if not LEAST_WEEKS <= weeks <= MOST_WEEKS:
        raise BadParameter(
            mark("weeks is {value}; expected a whole number from {least} to {most}. Nothing was run."),
            value=weeks,
            least=LEAST_WEEKS,
            most=MOST_WEEKS,
        )
    if service_percent and not LEAST_SERVICE <= service_percent <= MOST_SERVICE:
        raise BadParameter(
            mark(
                "service_percent is {value}; expected 0 (the seller's own) or a whole number from {least} to {most}. "
                "Nothing was run."
            ),
            value=service_percent,
            least=LEAST_SERVICE,
            most=MOST_SERVICE,
        )


def list_contenders(
    backtest: Backtest,
    known: Snapshot,
    seller: Seller,
    tuned: tuple[Parameters, ...],
    service_percent: int,
) -> list[Contender]:
    """Ours, the rivals, and what the seller did where the movements are known.

    Args:
        backtest: From `prepare`.
        known: The frozen inputs.
        seller: Whose policies ours follows.
        tuned: From `tune_reorder_points`; empty leaves the rule out.
        service_percent: Service level of ours; 0 keeps the seller's. Another one is raced against the seller's too.
    """
    test, policy = backtest.test, seller.policy.simulation
    found = [
        Contender(OURS, lambda: follow_night(test, known, seller, service_percent)),
        Contender(VELOCITY, lambda: velocity_times_days(policy)),
        Contender(MIN_MAX, lambda: min_max(policy)),
    ]
    if service_percent not in (0, seller.policy.replenishment.cycle_service_percent):
        found.append(Contender(OWN_LEVEL, lambda: follow_night(test, known, seller)))
    if tuned:
        spread = spread_parameters(test.world.facts, tuned)
        found.append(Contender(TUNED, lambda: reorder_point(spread)))
    if len(backtest.movements):
        found.append(Contender(SELLER, lambda: repeat_movements(test, backtest.movements)))
    return found


def follow_night(test: Trial, known: Snapshot, seller: Seller, service_percent: int = 0) -> Policy:
    """The hub policy: on each Monday what the night would propose from what is known then, taken as it is.

    History, forecast, orders and shipments come from the functions that the night calls. The seller's files of today
    are not known to the past: no overrides, no receiving times, no cash plan, no entries of countries, no fees on
    age or low stock, and no SKU is launched or leaving. Stock of a market stays there. Events are taken as planned
    ahead. An order every n weeks may use n weeks of cash.
    """
    facts, policy = test.world.facts, seller.policy
    ordering = policy.replenishment.model_copy(
        update={
            "cycle_service_percent": service_percent or policy.replenishment.cycle_service_percent,
            "weekly_cash_minor": None if facts.order_cash < 0 else facts.order_cash,
            "least_cash_minor": None,
        }
    )
    products = known.products[known.products["sku"].isin(facts.skus)].assign(life_cycle="steady")
    sku_place = {sku: place for place, sku in enumerate(facts.skus)}
    lane_place = {lane: place for place, lane in enumerate(facts.lanes)}
    past = facts.past_sold.shape[1]
    diary = _Diary(test, known, seller.base_currency)
    pair_place = {pair: place for place, pair in enumerate(zip(diary.pair_skus, diary.pair_countries, strict=True))}

    tuned: list[Factors] = []

    def decide(seen: Seen) -> Decision:
        morning = facts.start + timedelta(days=seen.today)
        sales, out = diary.tell(seen, past, morning)
        feeds = known.feeds.assign(last_complete_day=pd.Timestamp(morning - timedelta(days=1)), stale=False)
        stock, inbound = diary.lay_out_stock(seen), diary.list_inbound(seen, morning)
        history = forecasting.build_history(sales, out, feeds, morning, policy.forecasting)
        forecast = forecasting.forecast_demand(
            history, known.events, known.overrides.iloc[:0], products, morning, policy.forecasting
        )
        order = np.zeros(len(facts.skus), dtype=np.int64)
        contribution = test.quotes[seen.week // BLOCK_WEEKS]
        if seen.orders_today:
            spreads = None
            if ordering.levels == "tuned":
                spreads, factors = stock_levels.spread_levels(
                    forecast, contribution, known.lanes, products, known.suppliers, policy, next(iter(tuned), None)
                )
                tuned[:] = [] if factors is None else [factors]
            orders = replenishment.plan_replenishment(
                stock, inbound, diary.list_orders(seen, morning), forecast, products, known.suppliers,
                known.supplier_closures, known.lanes, known.rates, ordering, seller.base_currency, morning,
                spreads=spreads,
            )  # fmt: skip
            placed = orders[orders["order_units"] > 0]
            order[[sku_place[sku] for sku in placed["sku"]]] = placed["order_units"].to_numpy()
        lines = distribution.allocate_stock(
            stock, inbound, known.nodes, known.lanes, forecast, contribution, products, feeds,
            kept_lines(None, set()), policy.distribution, seller.base_currency, morning,
        ).lines  # fmt: skip
        pairs = [pair_place.get(pair, -1) for pair in zip(lines["sku"], lines["country"], strict=True)]
        lanes = [lane_place.get(lane, -1) for lane in lines["lane"]]
        pair, lane = np.array(pairs, dtype=np.int64), np.array(lanes, dtype=np.int64)
        known_way = (pair >= 0) & (lane >= 0)
        return Decision(order, pair[known_way], lane[known_way], lines["units"].to_numpy(dtype=np.int64)[known_way])

    return decide


class _Diary:
    """What the seller's exports would have said on each Monday of the walk."""

    def __init__(self, test: Trial, recorded: Snapshot, base_currency: str) -> None:
        self._test, self._base, facts = test, base_currency, test.world.facts
        modes = dict(zip(recorded.lanes["lane"], recorded.lanes["mode"], strict=True))
        self._modes = np.array([modes[lane] for lane in facts.lanes], dtype=object)
        self.pair_skus = np.array(facts.skus, dtype=object)[facts.pair_sku]
        self.pair_countries = np.array(facts.countries, dtype=object)[facts.pair_country]
        self._nodes = np.array([test.shelf.get(country, "") for country in self.pair_countries], dtype=object)
        start = pd.Timestamp(facts.start)
        known = recorded.stock_outs[recorded.stock_outs["first_day"] < start]
        self._out_before = known.assign(
            last_day=known["last_day"].where(known["last_day"] < start, start - pd.Timedelta(days=1))
        )[_OUT]
        later, shape = test.later, test.world.demand.shape
        self._recorded = {name: np.zeros(shape, dtype=np.int64) for name in ("lines", "largest_line_units")}
        for name, table in self._recorded.items():
            table[later["pair"], later["offset"]] = later[name]
        self._each = np.zeros(shape)
        self._each[later["pair"], later["offset"]] = later["revenue_minor"] / later["units"]
        prices = test.sales.groupby(["sku", "country"]).agg(
            revenue=("revenue_minor", "sum"), units=("units", "sum"), currency=("currency", "last")
        )
        keys = pd.MultiIndex.from_arrays([self.pair_skus, self.pair_countries])
        own = prices.reindex(keys)
        self._usual = (own["revenue"] / own["units"]).to_numpy(dtype=np.float64)
        self._currency = own["currency"].to_numpy(dtype=object)

    def tell(self, seen: Seen, past: int, morning: date) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Order lines and stock-outs up to the day before."""
        sold, start = seen.sold[:, past:], pd.Timestamp(seen.facts.start)
        pair, day = np.nonzero(sold)
        units = sold[pair, day]
        lines, largest = (self._recorded[name][pair, day] for name in ("lines", "largest_line_units"))
        each = np.where(self._each[pair, day] > 0, self._each[pair, day], self._usual[pair])
        new = pd.DataFrame(
            {
                "sku": pd.array(self.pair_skus[pair], dtype="str"),
                "country": pd.array(self.pair_countries[pair], dtype="str"),
                "day": start + pd.to_timedelta(day, unit="D"),
                "units": units,
                "lines": np.minimum(np.maximum(lines, 1), units),
                "largest_line_units": np.where(largest > 0, np.minimum(largest, units), units),
                "revenue_minor": np.rint(each * units).astype(np.int64),
                "currency": pd.array(self._currency[pair], dtype="str"),
            }
        )
        sales = self._test.sales
        told = pd.concat([sales, new.astype({"day": sales["day"].dtype})], ignore_index=True)
        return told, pd.concat([self._out_before, self._list_outs(seen.out[:, past:], start)], ignore_index=True)

    def lay_out_stock(self, seen: Seen) -> pd.DataFrame:
        """Stock per SKU and node."""
        held = np.flatnonzero(seen.forward)
        at_hub = np.flatnonzero(seen.hub)
        return pd.DataFrame(
            {
                "sku": pd.array(
                    [*np.array(seen.facts.skus, dtype=object)[at_hub], *self.pair_skus[held]], dtype="str"
                ),
                "node": pd.array([*[self._test.hub] * len(at_hub), *self._nodes[held]], dtype="str"),
                "state": "available",
                "units": np.concatenate([seen.hub[at_hub], seen.forward[held]]),
            }
        )

    def list_inbound(self, seen: Seen, morning: date) -> pd.DataFrame:
        """What is on its way to a country, one shipment per line."""
        count = len(seen.ship_pair)
        return pd.DataFrame(
            {
                "shipment": pd.array([f"S{number}" for number in range(count)], dtype="str"),
                "sku": pd.array(self.pair_skus[seen.ship_pair], dtype="str"),
                "from_node": pd.array([self._test.hub] * count, dtype="str"),
                "to_node": pd.array(self._nodes[seen.ship_pair], dtype="str"),
                "mode": pd.array(self._modes[seen.ship_lane], dtype="str"),
                "units": seen.ship_units,
                "eta": _name_days(morning, seen.ship_eta - seen.today),
            }
        )

    def list_orders(self, seen: Seen, morning: date) -> pd.DataFrame:
        """Open supplier orders, one per line."""
        facts, sku = seen.facts, seen.order_sku
        supplier = facts.sku_supplier[sku]
        paid = seen.order_units * facts.unit_cost[sku] * facts.deposit_percent[supplier] // 100
        return pd.DataFrame(
            {
                "purchase_order": pd.array([f"P{number}" for number in range(len(sku))], dtype="str"),
                "supplier": pd.array(np.array(facts.suppliers, dtype=object)[supplier], dtype="str"),
                "sku": pd.array(np.array(facts.skus, dtype=object)[sku], dtype="str"),
                "units_open": seen.order_units,
                "ordered_on": _name_days(morning, seen.order_day - seen.today),
                "ready_on": _name_days(morning, np.maximum(seen.order_promised - facts.qc_days - seen.today, 0)),
                "deposit_paid_minor": paid,
                "currency": pd.array([self._base] * len(sku), dtype="str"),
            }
        )

    def _list_outs(self, out: np.ndarray, start: pd.Timestamp) -> pd.DataFrame:
        edge = np.zeros((len(out), 1), dtype=np.int8)
        steps = np.diff(np.concatenate([edge, out.astype(np.int8), edge], axis=1), axis=1)
        pair, first = np.nonzero(steps == 1)
        _, after = np.nonzero(steps == -1)
        return pd.DataFrame(
            {
                "sku": pd.array(self.pair_skus[pair], dtype="str"),
                "country": pd.array(self.pair_countries[pair], dtype="str"),
                "first_day": start + pd.to_timedelta(first, unit="D"),
                "last_day": start + pd.to_timedelta(after - 1, unit="D"),
            }
        )


def _name_days(morning: date, days: Ints) -> pd.Series:
    return pd.Series(pd.Timestamp(morning) + pd.to_timedelta(days, unit="D")).astype("datetime64[us]")


def repeat_movements(test: Trial, movements: pd.DataFrame) -> Policy:
    """What the seller really ordered and shipped, on the days it really arrived or is expected.

    A supplier's goods are ordered on the Monday of that week, a shipment leaves on the Monday on or after its day;
    a shipment of more than the hub holds is cut.
    """
    facts, start = test.world.facts, pd.Timestamp(test.world.facts.start)
    begun = movements[(movements["started_on"] >= start) & movements["sku"].isin(facts.skus)]
    skus = pd.Index(list(facts.skus))
    begun = begun.assign(
        place=skus.get_indexer(pd.Index(begun["sku"])),
        day=(begun["started_on"] - start).dt.days,
        arrival=(begun["received_on"] - start).dt.days,
    )
    orders = begun[begun["to_node"] == test.hub]
    countries = begun["to_node"].map(test.feeds)
    keys = pd.MultiIndex.from_arrays([skus[facts.pair_sku], pd.Index(list(facts.countries))[facts.pair_country]])
    sent = begun.assign(pair=keys.get_indexer(pd.MultiIndex.from_arrays([begun["sku"], countries])))
    sent = sent[(begun["from_node"] == test.hub) & (sent["pair"] >= 0)]
    sent = sent.assign(week=-(-sent["day"] // 7)).sort_values(["week", "pair", "arrival"], kind="stable")

    def decide(seen: Seen) -> Decision:
        placed = orders[orders["day"] // 7 == seen.week]
        units, days = np.zeros((2, len(facts.skus)), dtype=np.int64)
        np.add.at(units, placed["place"].to_numpy(dtype=np.int64), placed["units"].to_numpy(dtype=np.int64))
        waited = (placed["arrival"] - seen.today).to_numpy(dtype=np.int64)
        np.maximum.at(days, placed["place"].to_numpy(dtype=np.int64), waited)
        leaving = sent[sent["week"] == seen.week]
        pair = leaving["pair"].to_numpy(dtype=np.int64)
        cut = _cut_to_hub(leaving["units"].to_numpy(dtype=np.int64), facts.pair_sku[pair], seen.hub)
        there = np.maximum((leaving["arrival"] - seen.today).to_numpy(dtype=np.int64), 0)
        return Decision(units, pair, facts.usual_lane[pair], cut, days, there)

    return decide


def _cut_to_hub(units: Ints, sku: Ints, hub: Ints) -> Ints:
    """The first shipments that the hub holds, the one at the limit in part."""
    left, cut = hub.copy(), units.copy()
    for place in range(len(units)):
        cut[place] = min(units[place], left[sku[place]])
        left[sku[place]] -= cut[place]
    return cut


def scale_velocity(seller: Seller) -> Callable[[float], Policy]:
    """velocity × days with its days multiplied by a factor."""
    return lambda factor: velocity_times_days(seller.policy.simulation, factor)


def read_fill(runs: Mapping[str, list[Run]]) -> float:
    """Share of demand that ours served."""
    return measure_fill(runs[OURS])


def name_equal(runs: list[Run]) -> dict[str, list[Run]]:
    """The runs of velocity × days at the fill rate of ours, as one more policy."""
    return {VELOCITY_EQUAL: runs}
