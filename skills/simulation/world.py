"""What a walk-forward runs in: facts that every policy knows, and demand, paths and prices that none of them sees.

Units are whole numbers; money is base minor units; days are counted from the first day of the test (day 0, a Monday).

UnusableWorld              arrays that do not fit together, or negative stock or demand
UnsoundDecision            a policy ships more than the hub holds, or less than nothing
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from skills.vocabulary import Refusal, mark, name_rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BEYOND_DAYS = 500
"""Days after the last one for which the suppliers' working days must be known."""


class UnusableWorld(Refusal):
    """The facts of a walk-forward contradict themselves."""


class UnsoundDecision(Refusal):
    """A policy that moves what is not there."""


@dataclass(frozen=True)
class Facts:
    """What every policy knows on day 0; a pair is a SKU in a country, sorted by both.

    Attributes:
        start: Day 0, a Monday.
        weeks: Length of the test.
        skus, countries, suppliers, lanes: Names; the arrays below count into them.
        pair_sku, pair_country: Per pair.
        sku_supplier, carton_units, unit_cost: Per SKU [−, units, base minor].
        joint_moq, weekly_capacity: Per supplier [units; −1 = no limit].
        deposit_percent: Per supplier [%].
        working: Per (supplier, day): whether it works; a supplier that works neither on a Monday nor on the five
            days after takes no order that week.
        made_days: Per (supplier, p10 p50 p90) [working days].
        qc_days: After production [days].
        order_every: Orders are placed every so many weeks.
        review_days: Between two departures of a lane [days].
        lane_depart: Per lane: days from a Monday to its departure.
        lane_days: Per (lane, p10 p50 p90), onward leg included [days].
        usual_lane: Per pair: the lane with the least cost per unit.
        ship_cash: Per (pair, lane): what a unit takes when shipped; NaN where the lane does not go.
        order_cash, shipping_cash: Weekly limits; −1 = none.
        past_sold, past_out: Per (pair, day before day 0): units sold, and whether it was out of stock.
    """

    start: date
    weeks: int
    skus: tuple[str, ...]
    countries: tuple[str, ...]
    suppliers: tuple[str, ...]
    lanes: tuple[str, ...]
    pair_sku: Ints
    pair_country: Ints
    sku_supplier: Ints
    carton_units: Ints
    unit_cost: Ints
    joint_moq: Ints
    weekly_capacity: Ints
    deposit_percent: Ints
    working: Bools
    made_days: Ints
    qc_days: int
    order_every: int
    review_days: int
    lane_depart: Ints
    lane_days: Ints
    usual_lane: Ints
    ship_cash: Floats
    order_cash: int
    shipping_cash: int
    past_sold: Ints
    past_out: Bools

    @property
    def days(self) -> int:
        """Days of the test."""
        return 7 * self.weeks

    def sum_skus(self, per_pair: NDArray[np.generic]) -> Ints:
        """Whole units per pair, summed per SKU."""
        total = np.zeros(len(self.skus), dtype=np.int64)
        np.add.at(total, self.pair_sku, per_pair)
        return total


@dataclass(frozen=True)
class Economics:
    """What one unit costs and brings, at the dated rates of the test; base minor units.

    Attributes:
        price: Per pair, net of VAT.
        selling: Per pair: referral, returns and refunds of a unit sold.
        fulfilment: Per pair, of a unit sold.
        freight: Per (pair, lane): freight and handling of a unit shipped.
        border: Per (pair, lane): duty, border fees and tax that is not recovered, less the export rebate.
        storage: Per (block, pair): a unit in the country for a week.
        hub_storage: Per (block, SKU): a unit at the hub for a week.
        block_weeks: Weeks of a block.
        holding_percent: Capital cost of a year [%].
    """

    price: Floats
    selling: Floats
    fulfilment: Floats
    freight: Floats
    border: Floats
    storage: Floats
    hub_storage: Floats
    block_weeks: int
    holding_percent: int


@dataclass(frozen=True)
class Arrivals:
    """What was on its way on day 0: to the hub (`place` is a SKU) or to a country (`place` is a pair)."""

    place: Ints
    units: Ints
    day: Ints


def no_arrivals() -> Arrivals:
    """Nothing on its way."""
    empty = np.zeros(0, dtype=np.int64)
    return Arrivals(empty, empty, empty)


@dataclass(frozen=True)
class World:
    """The test itself: the facts, and what no policy may see before it happens.

    Attributes:
        demand: Per (pair, day) [units].
        hub, forward: Stock on the morning of day 0, per SKU and per pair.
        to_hub, to_forward: What was on its way then.
        lost_percent: Share of unmet demand that is lost; the rest waits for stock.
    """

    facts: Facts
    economics: Economics
    demand: Ints
    hub: Ints
    forward: Ints
    lost_percent: int
    to_hub: Arrivals = field(default_factory=no_arrivals)
    to_forward: Arrivals = field(default_factory=no_arrivals)


@dataclass(frozen=True)
class Seen:
    """What a policy sees on a Monday morning: nothing of that day or later.

    Attributes:
        week: 0 is the first.
        today: Day of the test.
        hub, forward: Stock as it was left on Sunday.
        order_sku, order_units, order_promised, order_day: Open supplier orders; promised days are the usual ones;
            what was ordered before the test is of the day before it.
        ship_pair, ship_lane, ship_units, ship_eta: On the way to countries; etas are the usual ones.
        sold, out: Per (pair, day): the past before the test and all days of it so far; `out` says that nothing was
            left in the evening.
    """

    facts: Facts
    week: int
    today: int
    hub: Ints
    forward: Ints
    order_sku: Ints
    order_units: Ints
    order_promised: Ints
    order_day: Ints
    ship_pair: Ints
    ship_lane: Ints
    ship_units: Ints
    ship_eta: Ints
    sold: Ints
    out: Bools

    @property
    def orders_today(self) -> bool:
        """Whether suppliers are ordered from this week."""
        return self.week % self.facts.order_every == 0

    def in_country(self) -> Ints:
        """Per pair: stock and what is on its way there."""
        total = self.forward.copy()
        np.add.at(total, self.ship_pair, self.ship_units)
        return total

    def position(self) -> Ints:
        """Per SKU: everything that is or will be there, wherever."""
        total = self.hub + self.facts.sum_skus(self.in_country())
        np.add.at(total, self.order_sku, self.order_units)
        return total


_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Decision:
    """What a policy does on a Monday.

    Attributes:
        order_units: Per SKU; empty orders nothing.
        ship_pair, ship_lane, ship_units: One entry per shipment line.
        order_days: Per SKU: days until it is at the hub, where that is a record; empty takes the sampled path.
        ship_days: Per shipment line, likewise.
    """

    order_units: Ints = field(default_factory=lambda: _NONE)
    ship_pair: Ints = field(default_factory=lambda: _NONE)
    ship_lane: Ints = field(default_factory=lambda: _NONE)
    ship_units: Ints = field(default_factory=lambda: _NONE)
    order_days: Ints = field(default_factory=lambda: _NONE)
    ship_days: Ints = field(default_factory=lambda: _NONE)


Policy = Callable[[Seen], Decision]


@dataclass(frozen=True)
class Contender:
    """A policy that takes part.

    Attributes:
        name: As results call it.
        start: Gives the policy, fresh, for one run.
    """

    name: str
    start: Callable[[], Policy]


def check_world(world: World) -> None:
    """Refuse a world whose arrays do not fit or hold what cannot be.

    Raises:
        UnusableWorld: names what is wrong.
    """
    facts = world.facts
    pairs, skus, lanes = len(facts.pair_sku), len(facts.skus), len(facts.lanes)
    shapes = {
        "demand": (world.demand.shape, (pairs, facts.days)),
        "hub": (world.hub.shape, (skus,)),
        "forward": (world.forward.shape, (pairs,)),
        "working": (facts.working.shape, (len(facts.suppliers), facts.days + BEYOND_DAYS)),
        "freight": (world.economics.freight.shape, (pairs, lanes)),
        "past_sold": (facts.past_sold.shape, facts.past_out.shape),
    }
    wrong = [f"{name} {got} ≠ {expected}" for name, (got, expected) in shapes.items() if got != expected]
    wrong += ["start" for _ in [0] if facts.start.weekday() != 0]
    wrong += [name for name in ("demand", "hub", "forward") if (getattr(world, name) < 0).any()]
    if wrong:
        raise UnusableWorld(
            mark(
                "The backtest cannot run: {wrong}. Expected arrays of one size, a Monday to begin with, and no units "
                "below 0. Correct what builds the world."
            ),
            wrong=name_rows(wrong),
        )
