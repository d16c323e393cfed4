"""Unmet demand against real judgements of queries, and the score against growth in a generated world.

Real: 150 queries of Amazon US with judged products (ESCI, Apache-2.0; ../shared/data). The measure sees the queries'
texts and which products appear for which query, nothing else; the truth is 1 − the share of products judged an exact
match. Which signs of this kind there are was chosen on the 75 queries that come first by the SHA-256 of their text;
the other 75 are held out, and the choice was not changed after they were looked at. (Their result lowered the weight
of both signs alike against the others, which are unknown here.) No searches, clicks, prices, titles or reviews are
public for these queries: five of the eight signs stay unknown, the evenness of clicks is the same for all, and since
all have equally many clicks behind them the measure is taken before it is drawn to the mean.
Generated: benchmarks/market_world.py, whose rule is stated there; walk-forward over quarters, growth as the skill
itself measures it on the next morning. Margins are not part of that world. Out of scope: a real market's growth.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from figures import record_figure
from market_world import World, make_world

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import read_settings  # noqa: E402
from skills.selection import backtest_score, measure_niches  # noqa: E402
from skills.selection.backtest import Backtest, correlate_ranks  # noqa: E402
from skills.selection.policy import SelectionPolicy  # noqa: E402

FIGURES = (
    "selection.unmet_rank_correlation",
    "selection.unmet_rank_correlation_held_out",
    "selection.unmet_baseline_rank_correlation",
    "selection.unmet_baseline_rank_correlation_held_out",
    "selection.backtest_rank_correlation",
    "selection.baseline_rank_correlation",
    "selection.rank_alone_rank_correlation",
    "selection.reviews_alone_rank_correlation",
    "selection.precision_at_10",
    "selection.baseline_precision_at_10",
)
JUDGED = read_settings().data / "search_queries" / "esci_us_150q_judgments.csv.gz"
EXACT = 100


def main() -> int:
    """Measure every figure of this group."""
    if not JUDGED.exists():
        print(
            f"{JUDGED} is absent: unmet demand cannot be measured (docs/run.md says where to get it).",
            file=sys.stderr,
        )
        return 1
    judged = pd.read_csv(JUDGED)
    judged = judged.rename(columns={judged.columns[2]: "rating"})
    table = judge_queries(judged)
    for half, name in ((table, ""), (table[~table["development"]], "_held_out")):
        rows = f"rank correlation, {len(half)} queries"
        measured, words = (round(correlate(half[column], half["truth"]), 3) for column in ("unmet", "words"))
        record_figure(
            f"selection.unmet_rank_correlation{name}", measured, rows, peer="number of words", peer_value=words
        )
        record_figure(f"selection.unmet_baseline_rank_correlation{name}", words, rows)
    develop = table[table["development"]]
    print(f"  development half: {correlate(develop['unmet'], develop['truth']):.3f}")
    found = walk_forward(make_world())
    record_backtest(found)
    return 0


def judge_queries(judged: pd.DataFrame) -> pd.DataFrame:
    """One row per query: unmet (without its judgements), words, truth, development."""
    queries = sorted(judged["query"].unique(), key=lambda query: hashlib.sha256(query.encode()).hexdigest())
    place = {"niche": queries, "country": "US"}
    shown = judged[["query", "asin"]].drop_duplicates().rename(columns={"query": "niche"})
    clicks = shown.assign(country="US", click_share=1 / shown.groupby("niche")["asin"].transform("size"))
    empty = pd.DataFrame()
    measured = measure_niches(
        pd.DataFrame({**place, "concept": queries, "label": queries, "terms": 1, "volume": 1.0}),
        pd.DataFrame({**place, "term": queries, "share": 1.0}),
        clicks, empty, empty, empty, empty, empty, empty, (), SelectionPolicy(least_unmet_percent=1),
        date(2026, 11, 24),
    ).metrics.set_index("niche")  # fmt: skip
    exact = judged.assign(exact=judged["rating"] == EXACT).groupby("query")["exact"].mean()
    return pd.DataFrame(
        {
            "unmet": measured["unmet_raw"].reindex(queries),
            "words": [float(len(query.split())) for query in queries],
            "truth": 1 - exact.reindex(queries),
            "development": [at < len(queries) // 2 for at in range(len(queries))],
        },
        index=queries,
    )


def correlate(one: pd.Series, other: pd.Series) -> float:
    return correlate_ranks(one.to_numpy(dtype="float64"), other.to_numpy(dtype="float64"))


def walk_forward(world: World) -> Backtest:
    """Measure on every morning what was known then; growth is what the next morning measures."""
    policy = SelectionPolicy()
    mornings = [
        measure_niches(**world.tables, own_asins=(), policy=policy, as_of=look.date()).metrics
        for look in world.mornings
    ]
    history: list[pd.DataFrame] = []
    for look, metrics, after in zip(world.mornings, mornings, mornings[1:], strict=False):
        grown = after.set_index(["niche", "country"])["growth_90d_percent"]
        keys: Any = pd.MultiIndex.from_frame(metrics[["niche", "country"]])
        history.append(metrics.assign(as_of=look, growth_next_percent=grown.reindex(keys).to_numpy()))
    return backtest_score(pd.concat(history, ignore_index=True), policy)


def record_backtest(found: Backtest) -> None:
    """Hand in the medians of the score, of the best baseline, and of the two that the score is asked against."""
    rows = {str(row["method"]): row for row in found.summary.to_dict("records")}
    score = rows.pop("score")
    best, precise = (max(rows.values(), key=lambda row: float(row[what])) for what in ("spearman", "precision"))
    niches, folds = int(found.folds["n"].median()), len(found.folds)
    unit = f"rank correlation, median of {folds} quarters of {niches} generated niches"
    record_figure(
        "selection.backtest_rank_correlation", round(float(score["spearman"]), 3), unit, peer=str(best["label"]),
        peer_value=round(float(best["spearman"]), 3),
        spread=round(float(score["spearman_most"]) - float(score["spearman_least"]), 3),
    )  # fmt: skip
    for name, row in (("baseline", best), ("rank_alone", rows["rank"]), ("reviews_alone", rows["reviews"])):
        record_figure(f"selection.{name}_rank_correlation", round(float(row["spearman"]), 3), unit)
    share = f"share of the first 10 among the fastest growing quarter, median of {folds} quarters"
    hits, others = (round(float(row["precision"]), 3) for row in (score, precise))
    record_figure("selection.precision_at_10", hits, share, peer=str(precise["label"]), peer_value=others)
    record_figure("selection.baseline_precision_at_10", others, share)
    print(found.folds.to_string(), found.summary.to_string(), sep="\n")
    print(f"  {found.verdict[0].format(**found.verdict[1])}")


if __name__ == "__main__":
    sys.exit(main())
