"""Two ways of supply, slow and fast, as two base-stock levels: dual index (Veeraraghavan and Scheller-Wolf 2008).

UnusableModes              a slow way that is not slower, or holding or shortage that costs nothing
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from skills.stocking.draws import draw_demand
from skills.vocabulary import Refusal, check_columns, mark, name_rows

Floats = npt.NDArray[np.float64]

PERIODS, WARM_UP = 2_000, 100
"""Simulated periods, and how many at the beginning do not count."""
_GRID = 24
"""Differences of the two levels that are tried: evenly from 0 to twice the demand of the extra lead time."""
_NEEDED = ("sku", "country", "p10", "p50", "p75", "p90", "p98", "slow_weeks", "fast_weeks", "holding", "shortage",
           "premium")  # fmt: skip


class UnusableModes(Refusal):
    """A slow way that is not slower, or holding or shortage that costs nothing."""


def size_two_modes(lines: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Base-stock levels of a slow and a fast way that serve the same demand, against the slow way alone.

    Args:
        lines: One row per (sku, country): quantiles of a week's demand p10 … p98 [units]; slow_weeks and fast_weeks,
            lead times in whole weeks, slow above fast; holding and shortage [money per unit and week], premium of a
            fast unit [money].
        seed: Of the simulated demand; weeks are independent.

    Returns:
        One row per line, in the same order: slow_level and fast_level (base stock of the position that each way
        looks at [units]), fast_percent of the units, cost_week, slow_only_cost_week and gain_percent.

    Raises:
        MissingColumns: names what is missing.
        UnusableModes: names the lines.
    """
    check_columns("lines", lines.columns, _NEEDED)
    usable = (lines["slow_weeks"] > lines["fast_weeks"]) & (lines["holding"] > 0.0) & (lines["shortage"] > 0.0)
    if not usable.all():
        wrong = lines[~usable]
        raise UnusableModes(
            mark(
                "Two ways of supply cannot be weighed for {rows}: expected slow_weeks above fast_weeks, and holding "
                "and shortage above 0. Leave these out."
            ),
            rows=name_rows(f"{sku} {country}" for sku, country in zip(wrong["sku"], wrong["country"], strict=True)),
        )
    found = np.zeros((len(lines), 5))
    for place, row in enumerate(lines[list(_NEEDED[2:])].to_numpy(dtype="float64")):
        demand = draw_demand(row[:5], PERIODS, seed)
        slow, fast = int(row[5]), int(row[6])
        found[place] = _tune(demand, slow, fast, *row[7:])
    columns = ("slow_level", "fast_level", "fast_percent", "cost_week", "slow_only_cost_week")
    answer = pd.DataFrame(found.round(4), columns=list(columns), index=lines.index)
    base = answer["slow_only_cost_week"].where(answer["slow_only_cost_week"] > 0.0)
    gain = ((base - answer["cost_week"]) * 100.0 / base).fillna(0.0).round(2)
    return pd.concat([lines[["sku", "country"]], answer.assign(gain_percent=gain)], axis=1)


def _tune(
    demand: Floats, slow: int, fast: int, holding: float, shortage: float, premium: float
) -> tuple[float, float, float, float, float]:
    alone = _cover(demand, slow + 1)[WARM_UP:]
    level = _find_level(alone, shortage / (holding + shortage))
    slow_only = _cost_of(level - alone, holding, shortage)
    best = (level, 0.0, 0.0, slow_only)
    mean = float(np.cumsum(demand)[-1]) / len(demand)
    for step in range(_GRID + 1):
        difference = 2.0 * mean * (slow - fast) * step / _GRID
        over, bought = _follow(demand, slow - fast, difference)
        covered = (_cover(demand, fast + 1) - over[: len(demand) - fast])[WARM_UP:]
        fast_level = _find_level(covered, shortage / (holding + shortage))
        share = float(np.cumsum(bought[WARM_UP:])[-1]) / float(np.cumsum(demand[WARM_UP:])[-1]) if mean else 0.0
        cost = _cost_of(fast_level - covered, holding, shortage) + premium * share * mean
        if cost < best[3]:
            best = (fast_level + difference, fast_level, share * 100.0, cost)
    return (*best, slow_only)


@njit(cache=True)
def _follow(demand: Floats, extra: int, difference: float) -> tuple[Floats, Floats]:
    """What the fast position is above its level after ordering, and units bought fast, per period.

    Both are the same whatever the fast level is, so that it can be chosen afterwards.
    """
    periods = demand.size
    over, bought = np.zeros(periods), np.zeros(periods)
    ring = np.zeros(extra)
    position, waiting = 0.0, 0.0
    for t in range(periods):
        due = ring[t % extra]
        position += due
        waiting -= due
        if position < 0.0:
            bought[t] = -position
            position = 0.0
        over[t] = position
        ordered = max(0.0, difference - position - waiting)
        ring[t % extra] = ordered
        waiting += ordered
        position -= demand[t]
    return over, bought


def _cover(demand: Floats, periods: int) -> Floats:
    """Demand of so many periods from each one on."""
    sums = np.concatenate([[0.0], np.cumsum(demand)])
    return np.asarray(sums[periods:] - sums[: len(sums) - periods])


def _find_level(covered: Floats, share: float) -> float:
    ordered = np.sort(covered)
    return float(ordered[min(int(share * len(ordered)), len(ordered) - 1)])


def _cost_of(left: Floats, holding: float, shortage: float) -> float:
    each = np.where(left > 0.0, holding * left, -shortage * left)
    return float(np.cumsum(each)[-1]) / len(each)
