"""What the seller has chosen: opportunities that somebody approved, as the next journey takes them up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import read_seller
from tasks.nights import resolve_morning
from tasks.released import list_committed

Payload = dict[str, Any]


@task(name="approvals · read chosen", cache_policy=NO_CACHE)
def read_chosen(seller_id: str, as_of: str = "last") -> list[Payload]:
    """Opportunities chosen up to that morning's decisions, newest last; one that was chosen again stands once.

    Args:
        seller_id: Whose.
        as_of: "last" or YYYY-MM-DD, as the journeys take it.

    Returns:
        Payloads of `tasks.lines.Opportunity`, each with `number` (of its paper) and `chosen_on` (the morning of its
        proposal). What the outbox refused or a person settled as not done is left out.
    """
    return list_chosen(seller_id, resolve_morning(read_seller(seller_id), as_of))


def list_chosen(seller_id: str, morning: date) -> list[Payload]:
    """The same for a known morning, without a run."""
    papers = [paper for paper in list_committed(seller_id, morning + timedelta(days=1)) if paper["kind"] == "choose"]
    chosen: dict[str, Payload] = {}
    for paper in sorted(papers, key=lambda paper: (paper["as_of"], paper["number"])):
        for line in paper["lines"]:
            facts = {**line["payload"], "number": paper["number"], "chosen_on": paper["as_of"]}
            chosen.pop(facts["concept"], None)
            chosen[facts["concept"]] = facts
    return list(chosen.values())
