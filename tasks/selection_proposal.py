"""Turns ranked opportunities into one proposal: at most ten decisions, each with its brief, and all they rest on.

The body has the keys of a night's proposal that deciding and acting read, and what the page of new products shows;
integers, decimal strings and ISO dates only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills.selection.backtest import Backtest
from skills.selection.plan import Measured
from skills.selection.rank import Ranked
from skills.vocabulary import mark
from tasks.briefs import Brief, write_brief
from tasks.lines import Opportunity, make_line
from tasks.nights import Night
from tasks.opportunities import Joined, Quoted
from tasks.proposals import begin_body, plain, plain_rows, text_values
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

MOST_LEFT_OUT = 500
NO_ROOM = mark("It scores {score}; the cut between shown and not shown lies at {cut}.")


@dataclass(frozen=True)
class Weighed:
    """What the skills said in one run of the selection.

    Attributes:
        joined: Niches with the concepts that the quotes join.
        volumes: One row per (country, week, term).
        measured, quoted, margins, ranked, backtest: From their tasks.
        flips: From `find_score_flips`.
        facts: From `value_facts`.
        own: From `review_products`.
    """

    joined: Joined
    volumes: pd.DataFrame
    measured: Measured
    quoted: Quoted
    margins: pd.DataFrame
    ranked: Ranked
    flips: pd.DataFrame
    facts: pd.DataFrame
    backtest: Backtest
    own: pd.DataFrame


def from_opportunities(
    night: Night, known: Snapshot, weighed: Weighed, members: str, accounting: pd.DataFrame
) -> bytes:
    """The proposal of one selection run; its canonical bytes.

    Args:
        members: Digest of the kept niches (tasks/store/niches.py).
        accounting: One row per market file: rows_in = kept + netted + set_aside + quarantined + after_as_of.
    """
    shown = weighed.ranked.concepts[weighed.ranked.concepts["shown"]]
    shown = shown.sort_values(["rank", "concept"], kind="stable")
    briefs = [write_brief(str(concept), weighed, known, night) for concept in shown["concept"]]
    policy, niches = night.seller.policy.selection, weighed.joined.niches
    body: Body = {
        **begin_body(night, known.digest),
        "decisions": [_decide(brief, night) for brief in briefs],
        "niches": {
            "members": members,
            "terms": int(weighed.joined.members[["country", "term"]].drop_duplicates().shape[0]),
            "niches": len(niches),
            "concepts": int(niches["concept"].nunique()),
            "countries": sorted(niches["country"].unique()),
            "changes": {
                str(name): int(count) for name, count in niches["change"].value_counts().sort_index().items()
            },
        },
        "planned": {
            "ads_percent": policy.planned_ads_percent,
            "share_percent": str(plain(policy.planned_share_percent)),
            "conversion_percent": str(plain(policy.planned_conversion_percent)),
            "clicks_per_search": str(plain(policy.clicks_per_search)),
            "cut": weighed.ranked.cut,
        },
        "left_out": _list_left_out(weighed),
        "left_out_count": int((~weighed.ranked.scores["shown"]).sum()),
        "backtest": describe_backtest(weighed.backtest),
        "facts": _list_facts(weighed, known),
        "own": _list_own(weighed.own),
        "suppliers": _list_suppliers(weighed.quoted.suppliers),
        "degradations": _list_degradations(weighed),
        "refused": _say_rows(weighed.quoted.candidates.refused, ["quote", "country"]),
        "import": plain_rows(accounting),
    }
    return canonical_bytes(body)


def _decide(brief: Brief, night: Night) -> Body:
    expires = (
        (pd.Timestamp(night.as_of) + pd.Timedelta(days=night.seller.policy.selection.holds_days)).date().isoformat()
    )
    facts = brief.facts
    line = make_line(
        Opportunity(**brief.payload),
        title=f"{facts['name']} · {' '.join(facts['countries'])}",
        money_minor=0,
        expected_value_minor=facts["yearly_cm3_minor"] if facts["yearly_cm3_minor"] != "" else None,
        margin_percent=brief.margin_percent,
        reversible=True,
        fee_charging=False,
        expires=expires,
        reason=brief.reason,
        flip={},
        alternatives=[],
        evidence=brief.evidence,
    ) | {"values": brief.reason_values}
    return {
        "id": f"choose:{brief.payload['concept']}",
        "kind": "choose",
        "money_minor": 0,
        "deadline": expires,
        "skus": 0,
        "units": facts["first_units"],
        "cartons": 0,
        "brief": facts,
        "lines": [line],
    }


def _list_left_out(weighed: Weighed) -> list[Body]:
    """Niches that are not shown and why: the most searched MOST_LEFT_OUT."""
    scores = weighed.ranked.scores[~weighed.ranked.scores["shown"]]
    volume = weighed.measured.metrics[["niche", "country", "volume"]]
    rows = scores.merge(volume, on=["niche", "country"]).sort_values(
        ["volume", "niche", "country"], ascending=[False, True, True], kind="stable"
    )
    cut = weighed.ranked.cut
    return [
        {
            "concept": row["concept"],
            "label": row["label"],
            "country": row["country"],
            "score": "" if pd.isna(row["score"]) else int(row["score"]),
            "reason": row["filtered_by"] or NO_ROOM,
            "values": text_values(
                row["filtered_values"] if row["filtered_by"] else {"score": row["score"], "cut": cut}
            ),
        }
        for row in rows.head(MOST_LEFT_OUT).to_dict("records")
    ]


def describe_backtest(backtest: Backtest) -> Body:
    """Verdict, the median rank correlation, and each morning looked back at."""
    verdict, values = backtest.verdict
    summary = (
        backtest.summary.set_index("method")["spearman"] if len(backtest.summary) else pd.Series(dtype="float64")
    )
    own = summary.get("score", float("nan"))
    return {
        "verdict": verdict,
        "values": text_values(values),
        "spearman": "" if pd.isna(own) else f"{float(own):.2f}",
        "folds": [
            {
                "as_of": pd.Timestamp(row["as_of"]).date().isoformat(),
                "n": int(row["n"]),
                "spearman": f"{row['spearman_score']:.2f}",
                "spearman_rank": f"{row['spearman_rank']:.2f}",
                "spearman_reviews": f"{row['spearman_reviews']:.2f}",
            }
            for row in backtest.folds.to_dict("records")
        ],
    }


def _list_facts(weighed: Weighed, known: Snapshot) -> list[Body]:
    """Facts worth asking for, each with what a reader calls its opportunity."""
    quotes = dict(zip(known.supplier_quotes["quote"], known.supplier_quotes["candidate"], strict=True))
    names = {
        row["concept"]: quotes[row["quote"]] for row in weighed.margins.to_dict("records") if row["quote"] in quotes
    }
    kept = ["concept", "fact", "value", "low", "high", "worth_minor", "changes_choice"]
    return [{**row, "name": names.get(row["concept"], row["concept"])} for row in plain_rows(weighed.facts[kept])]


def _list_own(own: pd.DataFrame) -> list[Body]:
    """Own products by verdict, each with its sentences."""
    kept = ["sku", "country", "verdict"]
    return [
        {
            **{name: row[name] for name in kept},
            "units_28d": int(row["units_28d"]),
            "reasons": [[text, text_values(values)] for text, values in row["reasons"]],
        }
        for row in own.sort_values(["sku", "country"], kind="stable").to_dict("records")
    ]


def _list_suppliers(suppliers: pd.DataFrame) -> list[Body]:
    kept = ["supplier", "grade", "deliveries", "late_days_p50", "late_days_p90", "failed_percent",
            "price_drift_percent_year"]  # fmt: skip
    rows = plain_rows(suppliers[kept])
    return [
        {**row, "reason": reason, "values": text_values(values)}
        for row, reason, values in zip(rows, suppliers["reason"], suppliers["values"], strict=True)
    ]


def _list_degradations(weighed: Weighed) -> list[Body]:
    lacks = [
        {"reason": row["reason"], "values": text_values(row["values"])}
        for row in weighed.measured.degradations.to_dict("records")
    ]
    aside = [
        {"reason": row["reason"], "values": text_values(row["values"]), "terms": int(row["terms"])}
        for row in weighed.joined.set_aside.to_dict("records")
    ]
    return [*aside, *lacks]


def _say_rows(frame: pd.DataFrame, keys: list[str]) -> list[Body]:
    return [
        {**{key: str(row[key]) for key in keys}, "reason": row["reason"], "values": text_values(row["values"])}
        for row in frame.to_dict("records")
    ]
