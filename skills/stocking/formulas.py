"""Closed formulas: one order (newsvendor) and repeated orders of one size (EOQ), vectorised over products."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from skills.stocking.normal import find_loss, find_quantile
from skills.vocabulary import Refusal, mark

Floats = npt.NDArray[np.float64]


class UnusableCosts(Refusal):
    """A cost or a rate that no formula can use."""


def size_order(
    fixed_cost: Floats, holding_cost: Floats, demand_rate: Floats, stockout_cost: Floats | None = None
) -> tuple[Floats, Floats]:
    """Economic order quantity, with backorders where they cost something (Harris 1913; Zipkin 2000, 3.3).

    Args:
        fixed_cost: Money per order.
        holding_cost: Money per unit and period.
        demand_rate: Units per period.
        stockout_cost: Money per unit short and period; None allows no shortage.

    Returns:
        Units per order, and cost per period.

    Raises:
        UnusableCosts: a cost is not above 0 or a rate is negative, infinite or missing.
    """
    held = holding_cost
    if stockout_cost is not None:
        _check(holding_cost=holding_cost, stockout_cost=stockout_cost)
        held = holding_cost * (stockout_cost / (holding_cost + stockout_cost))
    quantity, cost = np.empty(len(fixed_cost)), np.empty(len(fixed_cost))
    fixed, held, rate = (np.ascontiguousarray(values) for values in (fixed_cost, held, demand_rate))
    if not _fill_order(fixed, held, rate, quantity, cost):
        _check(fixed_cost=fixed_cost, holding_cost=holding_cost)
        _check_rate(demand_rate)
    return quantity, cost


@njit(cache=True, error_model="numpy")
def _fill_order(fixed: Floats, held: Floats, rate: Floats, quantity: Floats, cost: Floats) -> bool:
    """One pass over the products without a branch; False when a cost or a rate cannot be used."""
    usable = True
    for k in range(fixed.size):
        usable &= (fixed[k] > 0.0) & (fixed[k] < math.inf) & (held[k] > 0.0) & (held[k] < math.inf)
        usable &= (rate[k] >= 0.0) & (rate[k] < math.inf)
        quantity[k] = math.sqrt(2.0 * fixed[k] * rate[k] / held[k])
        cost[k] = quantity[k] * held[k]
    return usable


def size_newsvendor(
    mean: Floats, spread: Floats, overage: Floats, underage: Floats, periods: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """The level that balances a unit too many against a unit too few, for normal demand (Arrow and others 1951).

    Args:
        mean: Units per period.
        spread: Standard deviation of a period's demand [units].
        overage: Money per unit left.
        underage: Money per unit short.
        periods: Periods that the level covers, independent of each other (lead time + review).

    Returns:
        The level [units], and the expected cost of one period's end.

    Raises:
        UnusableCosts: a cost is not above 0, or demand is negative, infinite or missing.
    """
    _check(overage=overage, underage=underage)
    _check_rate(mean)
    _check_rate(spread)
    ratio = underage / (overage + underage)
    z = find_quantile(np.atleast_1d(ratio))
    deviation = spread * np.sqrt(periods)
    loss = find_loss(z)
    return mean * periods + z * deviation, deviation * (overage * z + (overage + underage) * loss)


def _check(**costs: Floats | None) -> None:
    wrong = [
        name
        for name, values in costs.items()
        if values is not None and not (np.all(np.asarray(values) > 0.0) and np.all(np.isfinite(values)))
    ]
    if wrong:
        raise UnusableCosts(
            mark("{names} must be above 0 and finite for every product. Correct the costs."), names=", ".join(wrong)
        )


def _check_rate(values: Floats) -> None:
    if not (np.all(np.asarray(values) >= 0.0) and np.all(np.isfinite(values))):
        raise UnusableCosts(mark("Demand must be 0 or more and finite for every product. Correct the forecast."))
