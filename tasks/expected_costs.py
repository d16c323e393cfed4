"""What each shipment is expected to be billed: the seller's own table, and the landed cost of what was shipped."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from skills.vocabulary import mark
from tasks.inputs import is_worth_another_try
from tasks.store.proposals import list_decided

JOURNEY = "ship_inbound"
NOBODY_BILLS = frozenset({"ex_works", "tooling_share", "qc_pack", "prep", "export_rebate"})
"""Components of a landed cost that stand in no forwarder's, broker's or warehouse's bill."""
LANDED = mark("landed cost of the shipment's proposal")
COLUMNS = ["shipment", "entry", "component", "amount_minor", "currency", "source"]


@task(
    name="store · read expected costs",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def read_expected_costs(seller_id: str, as_of: date, shipment_costs: pd.DataFrame) -> pd.DataFrame:
    """One row per (shipment, component, currency) that is expected to be billed.

    Args:
        as_of: Proposals of later mornings are not looked at.
        shipment_costs: The seller's table; where it speaks of a shipment, the landed cost of that one is left out.

    Returns:
        shipment, entry, component, amount_minor [minor units of currency], currency, source.
    """
    landed = [row for proposal in list_decided(seller_id, JOURNEY, as_of) for row in list_landed(proposal.body)]
    told = set(shipment_costs["shipment"])
    rows = pd.DataFrame([row for row in landed if row["shipment"] not in told], columns=COLUMNS)
    return pd.concat([shipment_costs[COLUMNS], rows], ignore_index=True) if len(rows) else shipment_costs[COLUMNS]


def list_landed(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The landed cost of a shipment's proposal, in the currency that each component is billed in.

    Args:
        body: A proposal's; its key `landed` lists entry, component, amount_minor, own_minor, rate_currency, one row
            per line of an entry or summed; the entry is the shipment.
    """
    sums: dict[tuple[str, str, str], int] = {}
    for row in body.get("landed", ()):
        if row["component"] not in NOBODY_BILLS:
            key = row["entry"], row["component"], row["rate_currency"]
            sums[key] = sums.get(key, 0) + row["own_minor"]
    return [
        {"shipment": entry, "entry": entry, "component": component, "amount_minor": minor, "currency": currency,
         "source": LANDED}
        for (entry, component, currency), minor in sorted(sums.items())
        if minor
    ]  # fmt: skip
