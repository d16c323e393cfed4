"""New SKUs by analogy: the launch of similar SKUs in the same country, as far as their own sales do not speak yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.weeks import Weeks

LAUNCH_WEEKS = 26
"""Weeks from the first sale that a launch curve covers; its last step is carried on."""
STEP_WEEKS = 4
"""Weeks of one step of the curve."""
FEWEST_ANALOGUES = 5
"""SKUs of the category that were launched in the country within the history; with fewer there is no analogy."""
NEW_WEEKS = 2
"""A SKU with fewer known weeks follows its analogues; with more its own mean was the better forecast."""
OWN_WEEKS = 0.5
"""Known weeks after which a newcomer's own sales weigh as much as its analogues'."""
LEVEL_WEEKS = 13.0
"""Horizon at which the spread stands for not knowing the level [weeks]."""


@dataclass(frozen=True)
class Launches:
    """Rows that follow analogues: path (row, week ahead) and spread [units per week] of each."""

    rows: Ints
    path: Floats
    spread: Floats


def find_launches(weeks: Weeks, products: pd.DataFrame) -> pd.DataFrame:
    """(sku, country) of launched SKUs without any history, in the countries where their category has analogues."""
    new = products.loc[products["life_cycle"] == "launch"]
    new = new[~new["sku"].isin(weeks.sku_names)]
    new = new.drop_duplicates("sku")[["sku", "category"]].dropna()
    if new.empty or not len(weeks.skus):
        return pd.DataFrame({"sku": [], "country": []}, dtype="str")
    old = np.flatnonzero((weeks.firsts > 0) & (weeks.ends - weeks.firsts >= LAUNCH_WEEKS))
    launched = pd.DataFrame(
        {"sku": weeks.sku_names[weeks.skus[old]], "country": weeks.country_names[weeks.countries[old]]}
    )
    launched = launched.merge(products.drop_duplicates("sku")[["sku", "category"]], on="sku")
    counts = launched.groupby(["category", "country"]).size()
    places = counts[counts >= FEWEST_ANALOGUES].reset_index()[["category", "country"]]
    return new.merge(places, on="category")[["sku", "country"]]


def follow_analogues(
    values: Floats,
    known: Bools,
    firsts: Ints,
    ends: Ints,
    skus: Ints,
    kinds: Ints,
    week_one: int,
    horizon: int,
) -> Launches:
    """Rows of SKUs with fewer than two known weeks, forecast along the launch curve of their category and country.

    The curve is the median, per four weeks from the first sale, of the analogues' mean week. It is scaled by own
    units ÷ curve over the same weeks, drawn towards 1 by `OWN_WEEKS`. The spread is that of the analogues' levels,
    their quartile distance ÷ 1.349, less as the row's own weeks add up.

    Args:
        values: (row, week) units without season and events.
        known: Same shape.
        firsts: First week per row; beyond the last where there is none.
        ends: One past the last week per row.
        skus: SKU number per row, sorted.
        kinds: Number of (category, country) per row.
        week_one: The week that contains as_of.
        horizon: Weeks ahead.
    """
    width = values.shape[1]
    counts = known.sum(axis=1)
    starts = np.flatnonzero(np.concatenate([[True], skus[1:] != skus[:-1]]))
    oldest = np.repeat(np.maximum.reduceat(counts, starts), np.diff([*starts, len(skus)]))
    young = np.flatnonzero(oldest < NEW_WEEKS)
    old = np.flatnonzero((firsts > 0) & (ends - firsts >= LAUNCH_WEEKS))
    path, spread, used = np.zeros((len(young), horizon)), np.zeros(len(young)), np.zeros(len(young), np.bool_)
    for kind in np.unique(kinds[young]):
        analogues = old[kinds[old] == kind]
        if len(analogues) < FEWEST_ANALOGUES:
            continue
        weeks = firsts[analogues][:, None] + np.arange(LAUNCH_WEEKS)
        units = np.take_along_axis(values[analogues], weeks, axis=1)
        seen = np.take_along_axis(known[analogues], weeks, axis=1)
        edges = np.arange(0, LAUNCH_WEEKS, STEP_WEEKS)
        steps = np.add.reduceat(units * seen, edges, axis=1) / np.maximum(np.add.reduceat(seen, edges, axis=1), 1)
        curve = np.repeat(np.median(steps, axis=0), STEP_WEEKS)[:LAUNCH_WEEKS]
        levels = np.cumsum(units * seen, axis=1)[:, -1] / np.maximum(seen.sum(axis=1), 1)
        low, high = np.quantile(levels, [0.25, 0.75])
        for place in np.flatnonzero(kinds[young] == kind):
            row = young[place]
            first = min(int(firsts[row]), week_one)
            passed = np.arange(first, min(width, int(ends[row])))
            own = passed[known[row, passed]]
            expected = float(np.cumsum(curve[np.minimum(own - first, LAUNCH_WEEKS - 1)])[-1]) if len(own) else 0.0
            weight = len(own) / (len(own) + OWN_WEEKS)
            ratio = float(np.cumsum(values[row, own])[-1]) / expected if expected > 0.0 else 1.0
            ahead = np.minimum(week_one - first + np.arange(horizon), LAUNCH_WEEKS - 1)
            path[place] = (1.0 + weight * (ratio - 1.0)) * curve[ahead]
            spread[place] = (1.0 - weight) * (high - low) / 1.349 * np.sqrt(LEVEL_WEEKS)
            used[place] = True
    return Launches(young[used], path[used], spread[used])
