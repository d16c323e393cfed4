"""Does a morning's score predict how niches grow afterwards, better than volume, reviews or past growth alone?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skills.selection.facts import DAY, NUMBER, PLACE, TEXT, Numbers, UnusableHistory, find_rows, read_table
from skills.selection.policy import SelectionPolicy
from skills.selection.score import earn_points, read_values, score_rows
from skills.vocabulary import mark, name_rows

METHODS = {
    "score": mark("score"),
    "rank": mark("rank alone"),
    "reviews": mark("reviews alone"),
    "growth": mark("growth alone"),
}
FOLDS = ["as_of", "n", *[f"{what}_{name}" for name in METHODS for what in ("spearman", "precision")]]
SUMMARY = ["method", "label", "spearman", "spearman_least", "spearman_most", "spearman_low", "spearman_high",
           "precision", "lead", "lead_low", "lead_high"]  # fmt: skip
HISTORY = {
    "as_of": DAY, "niche": TEXT, "country": TEXT, "growth_next_percent": NUMBER, "volume": NUMBER, "reviews": NUMBER,
    "growth_90d_percent": NUMBER,
}  # fmt: skip
_FEWEST_NICHES = 5

BEATS = mark(
    "Over {folds} mornings the score's rank correlation with growth in the next quarter is {score}; {baseline} "
    "reaches {other}. The lead is {lead} (90 % interval {low} to {high}): the score beats it."
)
DOES_NOT_BEAT = mark(
    "Over {folds} mornings the score's rank correlation with growth in the next quarter is {score}; {baseline} "
    "reaches {other}. The lead is {lead} (90 % interval {low} to {high}): the score does not beat it, so do not "
    "choose by it alone."
)
BEATS_SOME = mark(
    "Over {folds} mornings the score's rank correlation with growth in the next quarter is {score}; {baseline} "
    "reaches {other}. The lead is {lead} (90 % interval {low} to {high}): the score does not beat it, though it "
    "beats {beaten} ({beaten_score}). Do not choose by it alone."
)
TOO_FEW = mark("Only {folds} mornings can be looked back at; a verdict needs {needed}. The score is untested.")


@dataclass(frozen=True, slots=True)
class Backtest:
    """What `backtest_score` found.

    Attributes:
        scores: One row per (as_of, niche, country): score [Int64, missing where too little was known].
        folds: One row per as_of: n [niches with a score and a growth], and per method spearman_… and precision_… (of
            the k first, the share that is among the fastest growing).
        summary: One row per method: medians over the folds, least and most, 90 % bootstrap interval; lead is the
            score's median less the method's, with its interval.
        verdict: A sentence and its values.
    """

    scores: pd.DataFrame
    folds: pd.DataFrame
    summary: pd.DataFrame
    verdict: tuple[str, dict[str, Any]]


def backtest_score(history: pd.DataFrame, policy: SelectionPolicy) -> Backtest:
    """Walk forward: rank each morning's niches by what was known then, and compare with how they grew afterwards.

    Rank correlation is Spearman's with mean ranks for ties. The baselines rank by volume alone (more is better), by
    reviews alone (fewer is better) and by the last quarter's growth alone. The interval draws niches with all their
    mornings, and mornings, with replacement (a block bootstrap, seeded).

    Args:
        history: One row per (as_of, niche, country): metrics of `measure_niches` as of that morning, and
            growth_next_percent, how the volume grew in the quarter after it.

    Returns:
        Backtest. A morning with fewer than five usable niches is no fold.

    Raises:
        MissingColumns, UnusableHistory: no rows, or a niche twice on a morning.
    """
    rows = _read(history)
    rows = rows.assign(score=score_rows(earn_points(read_values(rows, policy), policy), policy)["score"])
    usable = rows[rows["score"].notna() & rows["growth_next_percent"].notna()]
    mornings = [
        (pd.Timestamp(str(as_of)), group.reset_index(drop=True))
        for as_of, group in usable.groupby("as_of", sort=True)
        if len(group) >= _FEWEST_NICHES
    ]
    folds = pd.DataFrame([_judge(as_of, group, policy) for as_of, group in mornings], columns=FOLDS)
    draws = _draw([group for _, group in mornings], policy)
    summary = _summarise(folds, draws)
    return Backtest(
        rows[["as_of", *PLACE, "score"]], folds.astype({"n": "int64"}), summary, _decide(folds, summary, policy)
    )


def _read(history: pd.DataFrame) -> pd.DataFrame:
    keys = read_table("history", history, HISTORY)
    twice = keys[keys.duplicated(["as_of", *PLACE])]
    if keys.empty or len(twice):
        raise UnusableHistory(
            mark(
                "The history cannot be walked through: {rows} rows, twice on one morning: {niches}. Expected one row "
                "per morning, niche and country. Measure the niches at several mornings, and test again."
            ),
            rows=len(keys),
            niches=name_rows(dict.fromkeys(twice["niche"])) or "–",
        )
    rest = history.drop(columns=[*keys.columns]).reset_index(drop=True)
    return pd.concat([keys, rest], axis=1).sort_values(["as_of", *PLACE], ignore_index=True)


def _predictions(rows: pd.DataFrame) -> Mapping[str, Numbers]:
    """What each method ranks by, more being better; an unknown value ranks last."""
    reviews = -rows["reviews"].to_numpy(dtype="float64")
    return {
        "score": rows["score"].to_numpy(dtype="float64"),
        "rank": np.nan_to_num(rows["volume"].to_numpy(dtype="float64"), nan=-math.inf),
        "reviews": np.nan_to_num(reviews, nan=-math.inf),
        "growth": np.nan_to_num(rows["growth_90d_percent"].to_numpy(dtype="float64"), nan=-math.inf),
    }


def _judge(as_of: pd.Timestamp, rows: pd.DataFrame, policy: SelectionPolicy) -> dict[str, Any]:
    grown = rows["growth_next_percent"].to_numpy(dtype="float64")
    answer: dict[str, Any] = {"as_of": as_of, "n": len(rows)}
    for name, predicted in _predictions(rows).items():
        answer[f"spearman_{name}"] = round(correlate_ranks(predicted, grown), 4)
        answer[f"precision_{name}"] = round(hit_rate(predicted, grown, policy), 4)
    return answer


def correlate_ranks(one: Numbers, other: Numbers) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where one side is constant."""
    first, second = mean_ranks(one), mean_ranks(other)
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float((first * first).sum()) * float((second * second).sum()))
    return float((first * second).sum()) / scale if scale > 0 else 0.0


def mean_ranks(values: Numbers) -> Numbers:
    """Ranks from 1, equal values at the mean of theirs."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[group], dtype="float64")


def hit_rate(predicted: Numbers, grown: Numbers, policy: SelectionPolicy) -> float:
    """Share of the k first that are among the fastest growing; of equals at the k-th place each counts in part."""
    k = min(policy.backtest_k, len(grown))
    top = max(1, round(len(grown) * policy.backtest_top_percent / 100))
    hits = (grown >= np.sort(grown)[-top]).astype("float64")
    bar = np.sort(predicted)[-k]
    above, tied = predicted > bar, predicted == bar
    return float(hits[above].sum() + hits[tied].mean() * (k - above.sum())) / k


def _draw(mornings: list[pd.DataFrame], policy: SelectionPolicy) -> pd.DataFrame:
    """Median rank correlation per method in each draw of niches and mornings."""
    random = np.random.Generator(np.random.PCG64(policy.seed))
    everyone = pd.concat([rows[PLACE] for rows in mornings]).drop_duplicates() if mornings else pd.DataFrame()
    everyone = everyone.sort_values([*everyone.columns], ignore_index=True) if mornings else everyone
    members = [find_rows(rows, everyone, PLACE) for rows in mornings]
    grown = [_number_values(rows["growth_next_percent"].to_numpy(dtype="float64")) for rows in mornings]
    predicted = [{name: _number_values(values) for name, values in _predictions(rows).items()} for rows in mornings]
    draws: list[dict[str, float]] = []
    for _ in range(policy.bootstrap_draws if mornings else 0):
        times = np.bincount(random.integers(0, len(everyone), len(everyone)), minlength=len(everyone))
        chosen = random.integers(0, len(mornings), len(mornings)).tolist()
        found: dict[int, list[float]] = {}
        for fold in sorted(set(chosen)):
            drawn = times[members[fold]]
            growth = _deviate(grown[fold], drawn)
            found[fold] = [_correlate(_deviate(predicted[fold][name], drawn), growth, drawn) for name in METHODS]
        medians = np.median([found[fold] for fold in chosen], axis=0)
        draws.append(dict(zip(METHODS, medians.tolist(), strict=True)))
    return pd.DataFrame(draws, columns=[*METHODS], dtype="float64")


def _number_values(values: Numbers) -> tuple[Numbers, int]:
    """For each value its number among the different ones in their order, and how many there are."""
    different, number = np.unique(values, return_inverse=True)
    return number, len(different)


def _deviate(numbered: tuple[Numbers, int], times: Numbers) -> Numbers:
    """Twice each value's mean rank less twice the mean of all, each value being there so many times."""
    number, count = numbered
    counts = np.bincount(number, times, minlength=count).astype("int64")
    return np.asarray((2 * np.cumsum(counts) - counts - int(counts.sum()))[number])


def _correlate(one: Numbers, other: Numbers, times: Numbers) -> float:
    """Correlation of deviations, each being there so many times; 0 where one side is constant."""
    weighed = one * times
    scale = math.sqrt(float((weighed * one).sum()) * float((other * other * times).sum()))
    return float((weighed * other).sum()) / scale if scale > 0 else 0.0


def _summarise(folds: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    def interval(values: pd.Series) -> tuple[float, float]:
        return (math.nan, math.nan) if values.empty else (float(values.quantile(0.05)), float(values.quantile(0.95)))

    median: Callable[[str], float] = lambda name: float(folds[name].median()) if len(folds) else math.nan  # noqa: E731
    lines = []
    for name, label in METHODS.items():
        found = folds[f"spearman_{name}"]
        lines.append(
            [name, label, median(f"spearman_{name}"), found.min(), found.max(), *interval(draws[name]),
             median(f"precision_{name}"), median("spearman_score") - median(f"spearman_{name}"),
             *interval(draws["score"] - draws[name])]
        )  # fmt: skip
    table = pd.DataFrame(lines, columns=SUMMARY).astype({"method": "str", "label": "str"})
    numbers = SUMMARY[2:]
    return table.assign(**table[numbers].astype("float64").round(4))


def _decide(folds: pd.DataFrame, summary: pd.DataFrame, policy: SelectionPolicy) -> tuple[str, dict[str, Any]]:
    """Against the best baseline; a lead counts where its whole interval lies above zero."""
    if len(folds) < policy.least_folds:
        return TOO_FEW, {"folds": len(folds), "needed": policy.least_folds}
    rows = {str(row["method"]): row for row in summary.to_dict("records")}
    score = rows.pop("score")
    ordered = sorted(rows.values(), key=lambda row: -float(row["spearman"]))
    best, beaten = ordered[0], [row for row in ordered if float(row["lead_low"]) > 0]
    numbers = {"score": score["spearman"], "other": best["spearman"], "lead": best["lead"], "low": best["lead_low"],
               "high": best["lead_high"]}  # fmt: skip
    said = {"folds": len(folds), "baseline": best["label"], **{name: f"{n:.2f}" for name, n in numbers.items()}}
    if best in beaten:
        return BEATS, said
    if beaten:
        return BEATS_SOME, {**said, "beaten": beaten[0]["label"], "beaten_score": f"{beaten[0]['spearman']:.2f}"}
    return DOES_NOT_BEAT, said
