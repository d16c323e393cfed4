"""The result of a backtest as one document: integers, decimal strings and dates, so that it has a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from config.seller import Seller
from skills.simulation.compare import Comparison
from skills.simulation.plan import Run
from skills.simulation.tuning import Parameters
from tasks.backtesting import Backtest
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]


@dataclass(frozen=True)
class Raced:
    """What a race and its comparisons gave.

    Attributes:
        runs: Policy → a run per path.
        comparison: Ours against every rival.
        sentences: From `explain_comparison`.
        pooled: "hub" and "scattered" → a run per path.
        pooling: The hub against scattered stock.
        tuned: (s, S) parameters of slow, middling and fast SKUs; empty when there was nothing to tune on.
        equal_factor: What the days of velocity × days were multiplied by to serve what ours serves.
    """

    runs: Mapping[str, list[Run]]
    comparison: Comparison
    sentences: pd.DataFrame
    pooled: Mapping[str, list[Run]]
    pooling: Comparison
    tuned: tuple[Parameters, ...]
    equal_factor: float


def write_result(
    raced: Raced, backtest: Backtest, known: Snapshot, seller: Seller, service_percent: int, quarantined: int
) -> Body:
    """The document, without the time or the place of the run.

    Args:
        raced: What was found.
        backtest: What was raced on.
        known: The frozen inputs.
        seller: Whose.
        service_percent: Service level of ours as asked for; 0 the seller's own.
        quarantined: Rows of movements that could not be used.
    """
    facts, policy = backtest.test.world.facts, seller.policy
    own = policy.replenishment.cycle_service_percent
    return {
        "seller": seller.id,
        "journey": "backtest",
        "as_of": known.as_of.isoformat(),
        "snapshot": known.digest,
        "base_currency": seller.base_currency,
        "first_day": facts.start.isoformat(),
        "weeks": facts.weeks,
        "paths": policy.simulation.paths,
        "seed": policy.simulation.seed,
        "service_percent": service_percent or own,
        "own_service_percent": own,
        "skus": len(facts.skus),
        "pairs": len(facts.pair_sku),
        "countries": len(facts.countries),
        "order_every_weeks": facts.order_every,
        "policies": [_state_policy(name, runs, raced.comparison) for name, runs in raced.runs.items()],
        "sentences": _list_rows(raced.sentences),
        "losses": _list_rows(raced.comparison.losses),
        "by_country": _list_rows(raced.comparison.countries),
        "pooling": [_state_policy(name, runs, raced.pooling) for name, runs in raced.pooled.items()],
        "tuned": [[_text(factor), int(days), int(there)] for factor, days, there in raced.tuned],
        "tuning_weeks": backtest.before.world.facts.weeks if backtest.before else 0,
        "equal_factor": _text(raced.equal_factor),
        "assumed": {
            **backtest.test.left_out,
            "recovered_units": backtest.test.recovered_units,
            "opened_by": backtest.test.opened_by,
            "unexplained_units": backtest.test.unexplained_units,
            "movements": len(backtest.movements),
            "movements_quarantined": quarantined,
            "lost_percent": backtest.test.world.lost_percent,
            "cover_days": policy.simulation.cover_days,
            "forward_cover_days": policy.simulation.forward_cover_days,
            "dead_after_weeks": policy.replenishment.dead_after_weeks,
        },
    }


def _state_policy(name: str, runs: list[Run], comparison: Comparison) -> Body:
    headline = comparison.headline[comparison.headline["policy"] == name]
    shares = comparison.shares[comparison.shares["policy"] == name]
    return {
        "policy": name,
        "measures": {row["measure"]: _state_measure(row) for row in headline.to_dict("records")},
        "shares": {
            column: _text(float(shares[column].iloc[0]))
            for column in ("gain_percent", "lose_percent", "equal_percent")
            if len(shares)
        },
        "weekly_stock_minor": [
            sum(week) // len(runs) for week in zip(*(r.weekly_stock.tolist() for r in runs), strict=True)
        ],
        "weekly_fill_percent": [
            _text(100 * sum(sold) / max(sum(asked), 1))
            for sold, asked in zip(
                zip(*(r.weekly_sold.tolist() for r in runs), strict=True),
                zip(*(r.weekly_demand.tolist() for r in runs), strict=True),
                strict=True,
            )
        ],
        "digests": [run.digest for run in runs],
    }


def _state_measure(row: Mapping[Any, Any]) -> Body:
    whole = str(row["measure"]).endswith("_minor")
    values = {name: round(row[name]) if whole else _text(row[name]) for name in ("value", "low", "high")}
    changes = {name: _text(row[name]) for name in ("change", "change_low", "change_high")}
    return {**values, **changes, "verdict": str(row["verdict"])}


def _list_rows(frame: pd.DataFrame) -> list[Body]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _text(value)
    return value if isinstance(value, (str, list)) else int(value)


def _text(value: float) -> str:
    """Two decimals; no minus before a zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text
