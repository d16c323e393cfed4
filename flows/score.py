"""Decisions of past nights scored against what happened: was the person, or the rule, better?"""

from __future__ import annotations

from prefect import flow

from config.seller import read_seller
from tasks import chain, decided_lines, inputs, nights, operations, records, score_page, scorecard


@flow(
    name="score",
    flow_run_name=chain.name_run,
    timeout_seconds=3600,
    on_running=[operations.tag_run],
    on_failure=[nights.explain_failure],
)
def score(seller_id: str, as_of: str = "last", language: str = "") -> str:
    """Score every decided line whose weeks are over, per person and standing rule; returns the page's path.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to look back from, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    seller = read_seller(seller_id)
    morning = nights.resolve_morning(seller, as_of)

    # read once
    known = records.record_snapshot(seller.id, morning, inputs.read_inputs(seller, morning))
    decided = decided_lines.read_decided_nights(seller, morning)

    # decide
    card = scorecard.score_decisions(decided, known, seller)

    # write once
    spoken = nights.choose_language(seller, language)
    return str(score_page.publish_score(card, seller, morning, known.digest, spoken))
