"""The store's calls at a journey's borders, as tasks: what was known, and what is proposed."""

from __future__ import annotations

from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import read_seller
from tasks import choices
from tasks.files.exports import Exports
from tasks.files.fee_rules import read_fee_rules
from tasks.files.listings import Listings
from tasks.files.market import Market
from tasks.files.reference import read_starter_rates
from tasks.files.risk_words import read_risk_words
from tasks.frozen_policy import freeze_policy
from tasks.inputs import is_worth_another_try
from tasks.morning_report import Before
from tasks.nights import Night
from tasks.report_state import ReportState, read_report_state
from tasks.store import niches, nights, proposals, rates, snapshots
from tasks.store.anchors import write_anchor


@task(
    name="store · record snapshot",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def record_snapshot(
    seller_id: str,
    as_of: date,
    exports: Exports,
    market: Market | None = None,
    listings: Listings | None = None,
    kept: pd.DataFrame | None = None,
    previous_orders: pd.DataFrame | None = None,
) -> snapshots.Snapshot:
    """Bring the rate book up to date, then freeze exports, rates, customs choices and the seller's policy together.

    With a market, its tables, the niches of the run before and the rules of risk are frozen too; with listings,
    their tables and every rule that they are held against; a night's `kept_lines` and `previous_orders`
    are those of the plan before.

    Raises:
        StoreUnreachable: the database does not answer.
    """
    rates.record_rates(read_starter_rates())
    rates.record_rates(exports.tables["rates"], scope=seller_id)
    tables = {
        **exports.tables,
        "rates": rates.read_rates(seller_id, as_of),
        "fee_rules": read_fee_rules(),
        "customs_values": choices.read_value_choices(seller_id, exports.tables["customs_values"], as_of),
        "policy": freeze_policy(read_seller(seller_id)),
        "hs_codes": choices.read_code_choices(seller_id, exports.tables["products"], as_of),
    }
    quarantine = exports.quarantine
    if kept is not None:
        tables["kept_lines"] = kept
    if previous_orders is not None:
        tables["previous_orders"] = previous_orders
    if market is not None:
        tables |= market.tables
        tables |= {"previous_niches": niches.read_members(seller_id, as_of), "risk_words": read_risk_words()}
        quarantine = pd.concat([quarantine, market.quarantine], ignore_index=True)
    if listings is not None:
        tables |= listings.tables
        quarantine = pd.concat([quarantine, listings.quarantine], ignore_index=True)
    return snapshots.record_snapshot(seller_id, as_of, tables, quarantine)


@task(name="store · record niches", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def record_niches(members: pd.DataFrame) -> str:
    """Keep which term is in which niche, so that the next run gives the same niche the same name; their digest."""
    return niches.record_members(members)


@task(
    name="store · record proposal",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def record_proposal(night: Night, content: bytes) -> proposals.Proposal:
    """Keep the proposal, make it the one that stands, and close the night in the run ledger."""
    proposal = proposals.record_proposal(content)
    nights.close_night(night.number, "proposed", proposal=proposal.digest)
    return proposal


def read_before(night: Night) -> Before | None:
    """For a what-if: the money of the night that it changes."""
    standing = proposals.read_current(night.seller.id, "nightly", night.as_of) if night.what_if else None
    if standing is None:
        return None
    money = standing.body["money"]
    return {"orders_minor_before": money["orders_minor"], "shipments_minor_before": money["shipments_minor"]}


def read_beside(night: Night, proposal: proposals.Proposal) -> tuple[Before | None, ReportState | None]:
    """What the report shows beside the proposal; the ledger's head is written outside the database first.

    Returns:
        For a what-if the money of the night that it changes, else what happened to the proposal already.
    """
    write_anchor()
    return read_before(night), None if night.what_if else read_report_state(proposal, night.seller)
