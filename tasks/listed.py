"""What was released of listings so far: the content that each SKU has in each country by our own doing."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.released import list_committed

SENT = ["sku", "country", "product_type", "content", "number", "as_of"]


@task(name="approvals · read released listings", cache_policy=NO_CACHE)
def read_sent(seller_id: str, morning: date) -> pd.DataFrame:
    """One row per (sku, country) of what was released last up to that morning's decisions.

    Returns:
        product_type, content (the attributes as their line carries them), number (of the paper), as_of (the morning
        of its proposal). What the outbox refused or a person settled as not done is left out.
    """
    return list_sent(seller_id, morning)


def list_sent(seller_id: str, morning: date) -> pd.DataFrame:
    """The same, without a run."""
    papers = [paper for paper in list_committed(seller_id, morning + timedelta(days=1)) if paper["kind"] == "list"]
    sent: dict[tuple[str, str], tuple[str, ...]] = {}
    for paper in sorted(papers, key=lambda paper: (paper["as_of"], paper["number"])):
        for line in paper["lines"]:
            content = line["payload"]
            key = (content["sku"], content["country"])
            sent[key] = (*key, content["product_type"], content["attributes"], paper["number"], paper["as_of"])
    return pd.DataFrame(sorted(sent.values()), columns=SENT, dtype="str")
