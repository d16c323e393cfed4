"""The decision of a night: a pure function of its frozen snapshot, which decides alike whenever it is made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from skills.distribution import Allocation
from skills.forecasting.outlook import CUMULATIVE, Outlook
from skills.forecasting.weeks import Weeks
from skills.rates import RateBook
from skills.vocabulary import QUANTILES
from tasks import (
    distribution,
    figures,
    forecasting,
    inputs,
    proposals,
    replenishment,
    stock_levels,
    stocking,
    storage,
    watching,
)
from tasks.nights import Night
from tasks.proposals import Body
from tasks.shipment_figures import describe_shipments
from tasks.store.snapshots import Snapshot

_DECIDED_ON = ("sku", "country", "weeks_ahead", "week", "mean", "cum_mean", *CUMULATIVE)
"""Columns of the forecast that a decision reads."""


def _tell_nobody(_stage: str) -> None:
    return None


@dataclass(frozen=True)
class Planned:
    """What the skills decided, each with the frames that it rests on.

    Attributes:
        weeks: From `forecasting.count_weeks`.
        outlook: From `forecasting.forecast_weeks`.
        life_cycle: From `stocking.plan_life_cycle`.
        orders: From `replenishment.plan_replenishment`.
        cliffs: From `storage.measure_cliffs`.
        contribution: From `distribution.quote_contribution`, with what a fee on low stock saves.
        allocation: From `distribution.allocate_stock`, checked by `distribution.verify_allocation`.
    """

    weeks: Weeks
    outlook: Outlook
    life_cycle: pd.DataFrame
    orders: pd.DataFrame
    cliffs: pd.DataFrame
    contribution: pd.DataFrame
    allocation: Allocation


def plan_night(night: Night, known: Snapshot, reach: Callable[[str], None] = _tell_nobody) -> Planned:
    """Forecast, order, allocate, and check the allocation.

    Nothing is read from the store, the disk or a clock: what a night and its replay may differ by is an argument.

    Args:
        night: Whose, with which policy, and which morning.
        known: The frozen inputs; `kept_lines` among them.
        reach: Is told `forecast` when demand is forecast.

    Raises:
        UnsoundAllocation: the independent check disagrees with the allocation.
        NoFactors: orders are led by tuned levels, and no factor that is tried serves the fill rate.
    """
    morning, policy, base = night.as_of, night.seller.policy, night.seller.base_currency
    weeks = forecasting.count_weeks(known.sales, known.stock_outs, known.feeds, morning, policy.forecasting)
    events, overrides = inputs.assume_demand(known.events, night), known.overrides
    outlook = forecasting.forecast_weeks(weeks, events, overrides, known.products, morning, policy.forecasting)
    forecast = outlook.frame(_DECIDED_ON)
    reach("forecast")
    cliffs = storage.measure_cliffs(
        known.stock_health, known.storage_accounts, known.products, forecast, known.fee_rules, known.rates,
        policy.storage, base, morning,
    )  # fmt: skip
    contribution = storage.add_cliffs(quote_night(night, known, known.rates), cliffs)
    transfers = quote_night(night, known, known.rates, distribution.quote_transfers)
    allocation = distribution.allocate_stock(
        known.stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, known.kept_lines, policy.distribution, base, morning, transfers,
    )  # fmt: skip
    proposals.refuse_unsound(distribution.verify_allocation(
        allocation, known.stock, known.inbound, known.nodes, known.lanes, forecast, contribution, known.products,
        known.feeds, policy.distribution, morning, transfers,
    ))  # fmt: skip
    receiving = known.tables.get("receiving_times")
    life_cycle = stocking.plan_life_cycle(
        forecast, known.products, stock_levels.weigh_margins(contribution, forecast, known.products), policy.stocking
    )
    spreads = None
    if policy.replenishment.levels == "tuned":
        week = outlook.frame((*_DECIDED_ON, *QUANTILES))
        spreads, _ = stock_levels.spread_levels(
            week, contribution, known.lanes, known.products, known.suppliers, policy
        )
    orders = replenishment.plan_replenishment(
        known.stock, known.inbound, known.purchase_orders, forecast, known.products, known.suppliers,
        known.supplier_closures, known.lanes, known.rates, policy.replenishment, base, morning,
        receiving, figures.list_shipment_costs(allocation.lines), known.tables.get("cash_plan"),
        known.tables.get("previous_orders"), life_cycle[life_cycle["leads"]], spreads,
    )  # fmt: skip
    orders = replenishment.weigh_modes(
        orders, forecast, known.lanes, contribution, policy.replenishment, morning, receiving
    )
    return Planned(weeks, outlook, life_cycle, orders, cliffs, contribution, allocation)


def quote_night(
    night: Night,
    known: Snapshot,
    rates: RateBook,
    quote: Callable[..., pd.DataFrame] = distribution.quote_contribution,
) -> pd.DataFrame:
    """Contribution of every SKU, country and lane that night, at these rates.

    Args:
        quote: `distribution.quote_transfers` for stock that lies in one market and is sold in another.
    """
    base, morning = night.seller.base_currency, night.as_of
    return quote(
        known.sales, known.returns, known.products, known.lanes, known.nodes, rates,
        base, night.seller.policy.distribution, morning, known.tables.get("country_entries"),
        distribution.read_age_fees(known.fee_rules, rates, base, morning),
    )  # fmt: skip


def write_night(night: Night, known: Snapshot, planned: Planned, accounts: Body) -> bytes:
    """The proposal's canonical bytes: the plan, why each line, and the figures of the front page.

    Args:
        accounts: What became of every row that was read, from `figures.account_for_rows`.
    """
    plan = proposals.explain_plan(
        night, known, planned.weeks, planned.outlook, planned.orders, planned.contribution, planned.allocation
    )
    listings = watching.watch(known, night)
    lines, forecast = planned.allocation.lines, planned.outlook.frame()
    shown = figures.measure_night(
        night, known, forecast, planned.orders, planned.cliffs, planned.contribution, lines, listings
    )
    moving = describe_shipments(night, known, forecast, planned.contribution, planned.allocation)
    levels = stock_levels.measure_levels(
        night, known, forecast, planned.life_cycle, planned.orders, planned.contribution
    )
    return proposals.from_plan(night, known.digest, plan, {**shown, **moving, "levels": levels, **accounts})
