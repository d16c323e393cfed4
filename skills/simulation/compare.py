"""Ours against each rival: five figures with intervals, who gains, and where ours loses most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from numba import njit

from skills.simulation.plan import Run
from skills.simulation.policy import SimulationPolicy
from skills.simulation.score import score_pairs, score_skus
from skills.simulation.world import Floats, Ints, World
from skills.vocabulary import mark

LOGISTICS = ("fulfilment", "freight", "storage")
MEASURES: dict[str, str] = {
    "cost_share_percent": mark("storage and logistics, of net sales"),
    "capital_minor": mark("capital tied up, mean of all days"),
    "dead_minor": mark("dead stock at the end"),
    "fill_percent": mark("fill rate"),
    "profit_minor": mark("profit"),
}
"""Measure → what a reader calls it."""
MORE_IS_BETTER = ("fill_percent", "profit_minor")
_COLUMNS = ("net_sales", "logistics", "capital_days", "dead", "sold", "demand", "profit")


@dataclass(frozen=True)
class Comparison:
    """What the race says; amounts are base minor units per path.

    Attributes:
        headline: One row per (policy, measure): value, low, high; change of ours against it in percent of its value
            (money) or in points (shares), change_low, change_high; verdict: better, worse, open ("" for ours).
        shares: One row per rival: gain_percent, lose_percent, equal_percent of the SKUs by profit.
        losses: One row per (rival, SKU) where ours earns less, the largest first: profit_minor and rival_minor,
            difference_minor, sold, rival_sold, capital_minor, rival_capital_minor, and `countries`, the three
            countries with the largest differences.
        countries: One row per (rival, country): profit_minor, rival_minor, difference_minor, sold, rival_sold,
            without what the hub costs.
    """

    headline: pd.DataFrame
    shares: pd.DataFrame
    losses: pd.DataFrame
    countries: pd.DataFrame


def compare_policies(
    world: World,
    runs: Mapping[str, list[Run]],
    ours: str,
    dead_after_weeks: int,
    policy: SimulationPolicy,
    listed: int = 20,
) -> Comparison:
    """Compare every policy with ours; intervals are 95 %, by resampling SKUs, the same for all policies.

    Args:
        world: The test.
        runs: From `race_policies`; every policy has the same paths.
        ours: Which of them is ours.
        dead_after_weeks: From when stock is dead.
        policy: Seed and number of draws.
        listed: SKUs per rival that are listed as losing.
    """
    days = world.facts.days
    tables = {name: _sum_paths([score_skus(world, run, dead_after_weeks) for run in of]) for name, of in runs.items()}
    paths = len(runs[ours])
    names = list(tables)
    values = np.stack([_gather(tables[name]) for name in names], axis=1)
    whole = values.sum(axis=0)
    draws = resample(values.reshape(len(values), -1), policy.seed, policy.draws).reshape(policy.draws, *whole.shape)
    at = names.index(ours)
    rows = []
    for place, name in enumerate(names):
        for measure in MEASURES:
            value = _measure(whole[None, place], measure, days * paths, paths)[0]
            low, high = _interval(_measure(draws[:, place], measure, days * paths, paths))
            row = {"policy": name, "measure": measure, "value": value, "low": low, "high": high}
            change = _change(whole[None, at], whole[None, place], measure, days * paths, paths)[0]
            bounds = _interval(_change(draws[:, at], draws[:, place], measure, days * paths, paths))
            rows.append(row | {"change": change, "change_low": bounds[0], "change_high": bounds[1],
                               "verdict": "" if place == at else _judge(measure, *bounds)})  # fmt: skip
    rivals = [name for name in names if name != ours]
    places = {name: _sum_countries(world, of) for name, of in runs.items()}
    return Comparison(
        headline=pd.DataFrame(rows),
        shares=pd.DataFrame([_count(name, tables[ours], tables[name]) for name in rivals],
                            columns=["policy", "gain_percent", "lose_percent", "equal_percent"]),
        losses=_list_losses(tables, places, ours, rivals, listed, days, paths),
        countries=pd.concat([_compare_countries(places[ours], places[name], name, paths) for name in rivals],
                            ignore_index=True),
    )  # fmt: skip


@njit(cache=True)
def _sum_draws(values: Ints, picks: Ints, sums: Ints) -> None:
    for draw in range(picks.shape[0]):
        for place in range(picks.shape[1]):
            row = picks[draw, place]
            for column in range(values.shape[1]):
                sums[draw, column] += values[row, column]


def resample(values: Ints, seed: int, draws: int) -> Ints:
    """Column sums of as many resamples of the rows; whole numbers, so the order of adding does not matter."""
    stream = np.random.Generator(np.random.PCG64([seed, 1]))
    sums = np.zeros((draws, values.shape[1]), dtype=np.int64)
    for first in range(0, draws, 200):
        picks = stream.integers(0, max(len(values), 1), (min(200, draws - first), len(values)))
        _sum_draws(values, picks, sums[first : first + 200])
    return sums


def _sum_paths(tables: list[pd.DataFrame]) -> pd.DataFrame:
    numbers = tables[0].columns.drop("sku")
    total = tables[0].copy()
    for table in tables[1:]:
        total[numbers] += table[numbers]
    return total


def _gather(table: pd.DataFrame) -> Ints:
    logistics = sum(table[name] for name in LOGISTICS)
    return table.assign(logistics=logistics)[list(_COLUMNS)].to_numpy(dtype=np.int64)


def _measure(sums: Ints, measure: str, days: int, paths: int) -> Floats:
    """A measure of each row of column sums."""
    column = dict(zip(_COLUMNS, np.moveaxis(sums, -1, 0), strict=True))
    if measure == "cost_share_percent":
        return np.asarray(100.0 * column["logistics"] / np.maximum(column["net_sales"], 1))
    if measure == "fill_percent":
        return np.asarray(100.0 * column["sold"] / np.maximum(column["demand"], 1))
    if measure == "capital_minor":
        return np.asarray(column["capital_days"] / days)
    amount: Floats = column[measure.removesuffix("_minor")] / paths
    return amount


def _change(ours: Ints, rival: Ints, measure: str, days: int, paths: int) -> Floats:
    """Points for shares, percent of the rival's amount for money."""
    mine, other = (_measure(sums, measure, days, paths) for sums in (ours, rival))
    if measure.endswith("_percent"):
        return mine - other
    return np.where(other != 0, 100.0 * (mine - other) / np.maximum(np.abs(other), 1e-9), 0.0)


def _interval(drawn: Floats) -> tuple[float, float]:
    ordered = np.sort(drawn)
    outside = int(len(ordered) * 0.025)
    return float(ordered[outside]), float(ordered[ceil(len(ordered) * 0.975) - 1])


def _judge(measure: str, low: float, high: float) -> str:
    if low > 0.0:
        return "better" if measure in MORE_IS_BETTER else "worse"
    if high < 0.0:
        return "worse" if measure in MORE_IS_BETTER else "better"
    return "open"


def _count(name: str, ours: pd.DataFrame, rival: pd.DataFrame) -> dict[str, object]:
    gap = ours["profit"].to_numpy() - rival["profit"].to_numpy()
    shares = {"gain": gap > 0, "lose": gap < 0, "equal": gap == 0}
    return {"policy": name} | {f"{key}_percent": 100.0 * int(is_so.sum()) / len(gap) for key, is_so in shares.items()}


def _list_losses(
    tables: Mapping[str, pd.DataFrame],
    places: Mapping[str, pd.DataFrame],
    ours: str,
    rivals: list[str],
    listed: int,
    days: int,
    paths: int,
) -> pd.DataFrame:
    mine = tables[ours]
    rows = []
    for rival in rivals:
        other = tables[rival]
        gap = (mine["profit"] - other["profit"]).to_numpy()
        worst = [place for place in np.lexsort((mine["sku"], gap))[:listed] if gap[place] < 0]
        by_country = places[ours].assign(gap=places[ours]["profit"] - places[rival]["profit"])
        for place in worst:
            sku = mine["sku"].iloc[place]
            where = by_country[by_country["sku"] == sku].sort_values(["gap", "country"], kind="stable").head(3)
            rows.append(
                {
                    "policy": rival,
                    "sku": sku,
                    "difference_minor": int(gap[place]) // paths,
                    "profit_minor": int(mine["profit"].iloc[place]) // paths,
                    "rival_minor": int(other["profit"].iloc[place]) // paths,
                    "demand": int(mine["demand"].iloc[place]) // paths,
                    "sold": int(mine["sold"].iloc[place]) // paths,
                    "rival_sold": int(other["sold"].iloc[place]) // paths,
                    "capital_minor": int(mine["capital_days"].iloc[place]) // (days * paths),
                    "rival_capital_minor": int(other["capital_days"].iloc[place]) // (days * paths),
                    "countries": [
                        [str(row.country), int(row.gap) // paths] for row in where.itertuples() if row.gap < 0
                    ],
                }
            )
    columns = ["policy", "sku", "difference_minor", "profit_minor", "rival_minor", "demand", "sold", "rival_sold",
               "capital_minor", "rival_capital_minor", "countries"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _sum_countries(world: World, runs: list[Run]) -> pd.DataFrame:
    tables = [score_pairs(world, run) for run in runs]
    sums = {name: sum(table[name] for table in tables) for name in ("profit", "sold")}
    return tables[0][["sku", "country"]].assign(**sums)


def _compare_countries(ours: pd.DataFrame, rival: pd.DataFrame, name: str, paths: int) -> pd.DataFrame:
    mine, other = (table.groupby("country", sort=True)[["profit", "sold"]].sum() // paths for table in (ours, rival))
    return pd.DataFrame(
        {
            "policy": name,
            "country": pd.array(list(mine.index), dtype="str"),
            "profit_minor": mine["profit"].to_numpy(),
            "rival_minor": other["profit"].to_numpy(),
            "difference_minor": (mine["profit"] - other["profit"]).to_numpy(),
            "sold": mine["sold"].to_numpy(),
            "rival_sold": other["sold"].to_numpy(),
        }
    )
