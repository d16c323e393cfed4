"""What a night reads: the seller's exports, the plan of the night before, and what a what-if assumes."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
from prefect import State, Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun

from config.seller import Seller
from skills.vocabulary import ALL_COUNTRIES, Refusal
from tasks.files import listings, market, movements
from tasks.files.exports import Exports, read_exports
from tasks.files.listings import Listings
from tasks.files.market import Market
from tasks.files.movements import Movements
from tasks.nights import Night
from tasks.order_figures import read_basis
from tasks.proposals import kept_lines
from tasks.released import count_released
from tasks.simulated.prepare import (
    complete_exports,
    prepare_exports,
    prepare_listings,
    prepare_market,
    prepare_movements,
)
from tasks.store.proposals import read_previous
from tasks.store.snapshots import Snapshot


def is_worth_another_try(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A refusal says the same thing the second time; anything else that touches a disk may pass."""
    return not isinstance(state.result(raise_on_failure=False), Refusal)


@task(
    name="files · read exports",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def read_inputs(seller: Seller, as_of: date) -> Exports:
    """Everything the seller exported, as known on that morning, and what was released and no export shows yet.

    A demo's files are written first when absent.

    Raises:
        UnusableInput: a file or a whole table cannot be used (tasks/files/problems.py). A bad row never raises.
    """
    prepare_exports(seller)
    exports = read_exports(seller, as_of, complete=partial(complete_exports, seller, as_of))
    return count_released(exports, seller.id, as_of)


@task(
    name="files · read market",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def read_market(seller: Seller, as_of: date, exports: Exports) -> Market:
    """Everything the seller exported about the market, as known on that morning; a demo's files are written first.

    Raises:
        UnusableInput: a file or a whole table cannot be used (tasks/files/problems.py). A bad row never raises.
    """
    prepare_market(seller)
    return market.read_market(seller, as_of, exports.tables["products"])


@task(
    name="files · read listings",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def read_listings(seller: Seller, as_of: date) -> Listings:
    """Everything that listings are written from and checked by; a demo's files are written first.

    Raises:
        UnusableInput: a file or a whole table cannot be used (tasks/files/problems.py). A bad row never raises.
    """
    prepare_listings(seller)
    return listings.read_listings(seller, as_of)


@task(
    name="files · read movements",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=is_worth_another_try,
)
def read_movements(seller: Seller, known: Snapshot) -> Movements:
    """What the seller ordered and shipped until that morning; a demo's file is written first.

    Raises:
        UnusableInput: a file cannot be used (tasks/files/problems.py). A bad row never raises.
    """
    prepare_movements(seller)
    return movements.read_movements(seller, known.as_of, known.tables)


def name_own_asins(known: Snapshot) -> frozenset[str]:
    """The seller's own products, as Brand Analytics reports on them."""
    return frozenset(known.search_queries["asin"]) | frozenset(known.search_catalog["asin"])


def read_kept_lines(night: Night, feeds: pd.DataFrame) -> pd.DataFrame:
    """Shipment lines of the plan before tonight's, for countries whose feed is stale.

    Returns:
        One row per (sku, country, lane): units.
    """
    stale = set(feeds.loc[feeds["stale"], "country"])
    previous = read_previous(night.seller.id, "nightly", night.as_of) if stale else None
    return kept_lines(previous.body if previous else None, stale)


def read_previous_orders(night: Night) -> pd.DataFrame:
    """What the orders of the night before stood on, so that tonight's move only for a cause.

    Returns:
        One row per SKU as `replenishment.list_basis` gave it; none without an earlier night that kept it.
    """
    previous = read_previous(night.seller.id, "nightly", night.as_of)
    return read_basis(previous.body if previous else None)


def assume_demand(events: pd.DataFrame, night: Night) -> pd.DataFrame:
    """The events of the plan, with the demand change of a what-if as one more that touches everything.

    Args:
        events: One row per known event, as docs/inputs.md lists the columns; may be empty.
        night: Its `what_if` says by how many percent demand is changed, if at all.

    Returns:
        The same columns and types; a what-if's row holds from as_of for longer than any forecast reaches.
    """
    percent = night.what_if.get("demand_change_percent")
    if percent is None:
        return events
    last_day = pd.Timestamp(night.as_of + timedelta(days=500))
    assumed = {
        "event": "what-if",
        "first_day": pd.Timestamp(night.as_of),
        "last_day": last_day,
        "country": ALL_COUNTRIES,
        "sku": ALL_COUNTRIES,
        "uplift_percent": float(percent),
        "author": "what-if",
        "expires": last_day,
    }
    return pd.concat([events, pd.DataFrame([assumed])[events.columns].astype(events.dtypes)], ignore_index=True)
