"""Where a pool goes: demand, worth and limits of the morning, and the pool split over lanes and countries."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tasks import consignments, distribution, forecasting, proposals
from tasks.consignments import Pool
from tasks.nights import Night
from tasks.planning import quote_night
from tasks.store.snapshots import Snapshot


@dataclass(frozen=True)
class Split:
    """A pool over its destinations.

    Attributes:
        lines: From `consignments.split_pool`.
        contribution: From `distribution.quote_contribution`, and from `distribution.quote_transfers` for the lines of
            a proposal that move between markets.
    """

    lines: pd.DataFrame
    contribution: pd.DataFrame


def split(night: Night, known: Snapshot, pool: Pool) -> Split:
    """Split a purchase order's units where they are worth most, or take a proposal's lines with what stands behind.

    Raises:
        UnknownSource: no unit is worth shipping.
        UnsoundAllocation: the independent check disagrees with the split.
    """
    policy, base, morning = night.seller.policy, night.seller.base_currency, night.as_of
    history = forecasting.build_history(known.sales, known.stock_outs, known.feeds, morning, policy.forecasting)
    forecast = forecasting.forecast_demand(
        history, known.events, known.overrides, known.products, morning, policy.forecasting
    )
    contribution = quote_night(night, known, known.rates)
    stock = consignments.offer_pool(known, pool)
    allocation = distribution.allocate_stock(
        stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products, known.feeds,
        consignments.hold_pool(pool), policy.distribution, base, morning,
    )  # fmt: skip
    proposals.refuse_unsound(distribution.verify_allocation(
        allocation, stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, policy.distribution, morning,
    ))  # fmt: skip
    transfers = quote_night(night, known, known.rates, distribution.quote_transfers)
    quoted = pd.concat([contribution, transfers]) if len(transfers) else contribution
    return Split(consignments.split_pool(pool, allocation, known), quoted)
