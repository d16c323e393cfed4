"""What each shipment is expected to be billed: the seller's own table, and the landed cost of what was released."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from skills.vocabulary import mark
from tasks.inputs import is_worth_another_try
from tasks.released import list_committed
from tasks.store.proposals import read_proposal

NOBODY_BILLS = frozenset({"ex_works", "tooling_share", "qc_pack", "handling", "prep", "export_rebate"})
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
        as_of: What was released for later mornings is not looked at.
        shipment_costs: The seller's table; where it speaks of a shipment, the landed cost of that one is left out.

    Returns:
        shipment, entry, component, amount_minor [minor units of currency], currency, source.
    """
    released = [
        row for payload in list_committed(seller_id, as_of + timedelta(days=1)) for row in list_landed(payload)
    ]
    told = set(shipment_costs["shipment"])
    rows = pd.DataFrame([row for row in released if row["shipment"] not in told], columns=COLUMNS)
    return pd.concat([shipment_costs[COLUMNS], rows], ignore_index=True) if len(rows) else shipment_costs[COLUMNS]


def list_landed(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The landed cost of a released shipment, in the currency that each component is billed in.

    Args:
        payload: An instruction's: number, proposal, decision, lane and its lines; the proposal's body lists under
            `landed` entry, sku, lane, component, own_minor and rate_currency of every line that was quoted.
    """
    if payload["kind"] != "ship":
        return []
    skus = {line["payload"]["sku"] for line in payload["lines"]}
    quoted = read_proposal(payload["proposal"]).body.get("landed", [])
    own = [row for row in quoted if row["lane"] == payload["lane"] and row["sku"] in skus]
    consignment = payload["decision"].removeprefix("ship:")
    named = [row for row in own if row["entry"] == consignment]
    sums: dict[tuple[str, str, str], int] = {}
    for row in named or own:
        if row["component"] not in NOBODY_BILLS:
            key = row["entry"], row["component"], row["rate_currency"]
            sums[key] = sums.get(key, 0) + row["own_minor"]
    return [
        {"shipment": payload["number"], "entry": entry, "component": component, "amount_minor": minor,
         "currency": currency, "source": LANDED}
        for (entry, component, currency), minor in sorted(sums.items())
        if minor
    ]  # fmt: skip
