"""How much to order from each supplier today, so that stock lasts until the next order arrives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.bounds import bound_orders
from skills.replenishment.calendar import NEVER, SCENARIOS, read_calendars, schedule_orders
from skills.replenishment.capacity import NO_LIMIT, measure_capacity
from skills.replenishment.cash import list_commitments
from skills.replenishment.demand import DemandCurve, read_curve
from skills.replenishment.led import NOT_LED, PHASE_OUT, find_cut_offs, join_levels
from skills.replenishment.need import add_need, add_shortages, add_stock_out, count_in_time
from skills.replenishment.orders import list_columns, value_orders
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import POSITION, check_facts, measure_position
from skills.replenishment.reasons import (
    AFTER_END,
    CLOSED_FOR_GOOD,
    CLOSED_TODAY,
    LEAVING,
    NO_FORECAST,
    NO_PRODUCT,
    NO_SUPPLIER,
)
from skills.replenishment.steady import name_changes
from skills.replenishment.supply import list_arrivals
from skills.replenishment.transit import sum_demand, weigh_transit
from skills.replenishment.travel import Ways, read_ways
from skills.replenishment.tuned import join_spreads
from skills.vocabulary import ALL_COUNTRIES

_LEAVING_CYCLES = ("phase_out", "exit")
_PRODUCT_COLUMNS = [
    "sku",
    "supplier",
    "unit_cost_minor",
    "cost_currency",
    "carton_units",
    "life_cycle",
    "shelf_life_days",
]
_SUPPLIER_COLUMNS = ["supplier", "weekly_capacity_units", "joint_moq_units", "deposit_percent", "balance_days"]
_MADE = [f"production_days_{name}" for name in SCENARIOS]
_TRANSIT = [f"transit_days_{name}" for name in SCENARIOS]


def plan_replenishment(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    purchase_orders: pd.DataFrame,
    forecast: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    supplier_closures: pd.DataFrame,
    lanes: pd.DataFrame,
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: str,
    as_of: date,
    receiving_times: pd.DataFrame | None = None,
    shipment_costs: pd.DataFrame | None = None,
    cash_plan: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    levels: pd.DataFrame | None = None,
    spreads: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Order up to the level that demand stays within until the next feasible order arrives.

    The level is the policy's quantile of demand from as_of to the arrival of an order placed at the next review,
    mixed over three lead-time scenarios; production counts the supplier's working days from the order's own date,
    so a closure between this review and the next one's readiness lengthens the coverage by itself.

    Args:
        stock: One row per (sku, node, state): units.
        inbound: One row per (shipment, sku): units, to_node, eta.
        purchase_orders: One row per (purchase_order, sku, ready_on): units_open.
        forecast: One row per (sku, country, weeks_ahead) and country "*": week, mean, cum_mean, cum_p10 … cum_p98.
        products: One row per SKU: supplier, unit_cost_minor, cost_currency, carton_units, life_cycle.
        suppliers: One row per supplier: production days, capacity (missing = none), joint MOQ, terms.
        supplier_closures: One row per closure: supplier, first_day, last_day.
        lanes: One row per lane: nodes, country, mode, transit days, cut-off weekday.
        rates: Kind `fx`.
        policy: Service, review, QC, cash, threshold.
        base_currency: Of every `*_base_minor`.
        as_of: The morning of the decision.
        receiving_times: One row per country and period in which receiving takes longer than transit; None: never.
        shipment_costs: week, cost_base_minor: what tonight's shipments take; counts against the least cash.
        cash_plan: week, receipts_minor, rebates_minor, payments_minor, currency; counts towards the least cash.
        previous: From `list_basis` of the night before; lines move only for a cause. None: nothing to compare with.
        levels: One row per SKU whose launch or last buy leads its order: level [units], until (last day it covers),
            end_stated, ratio_percent, underage and overage [base minor], reason where the level is 0. None: none.
        spreads: One row per SKU whose level comes from tuned factors: week_mean, hub_spread, forward_spread [units],
            hub_factor, forward_factor. None: all levels are quantiles.
    Returns:
        One row per SKU with forecast, stock, inbound or open orders, sorted by sku; SKILL.md lists the columns.
        order_units is a multiple of carton_units and 0 where `reason` says why.
    Raises:
        UnusableFacts: facts contradict themselves.
        UnusableForecast: a SKU's forecast lacks weeks or holds what is no number.
        MissingRate: no rate of exchange for a product's currency.
    """
    check_facts(stock, inbound, purchase_orders, products, suppliers, lanes)
    curve = read_curve(forecast.loc[forecast["country"] == ALL_COUNTRIES], ["sku"], as_of)
    calendars = read_calendars(suppliers, supplier_closures, as_of, policy.working_days_per_week)
    schedule = schedule_orders(suppliers, calendars, policy)
    capacity = measure_capacity(suppliers, schedule, calendars, purchase_orders, policy, as_of)
    position = measure_position(stock, inbound, purchase_orders)
    lines = join_levels(_gather_facts(position, curve, products, suppliers), levels, as_of)
    lines = lines.merge(schedule, on="supplier", how="left").merge(capacity, on="supplier", how="left")
    lines = lines.assign(
        **{name: lines[name].fillna(0).astype("int64") for name in ("busy_units", "later_capacity_units")},
        order_capacity_units=lines["order_capacity_units"].fillna(NO_LIMIT).astype("int64"),
    )
    demand = sum_demand(forecast)
    ways = read_ways(lines["sku"], demand, lanes, receiving_times, policy.forward_days, as_of)
    lines = _add_transit(lines, demand, lanes, policy)
    lines = _add_arrivals(lines, ways, policy.qc_days)
    lines = lines.assign(reason=_find_obstacle(lines))
    arrivals = list_arrivals(lines["sku"], inbound, purchase_orders, lanes, ways, policy.qc_days, as_of)
    lines = count_in_time(lines, arrivals)
    lines = add_need(join_spreads(lines, spreads), curve, policy)
    lines = find_cut_offs(add_stock_out(lines, curve, calendars, policy), calendars)
    path = list_commitments(
        purchase_orders, products, suppliers, rates, base_currency, as_of, shipment_costs, None, cash_plan
    )
    lines = bound_orders(lines, calendars, path, previous, rates, policy, base_currency, as_of)
    lines = add_shortages(_add_arrivals(lines, ways, policy.qc_days), curve, arrivals)
    lines = value_orders(lines, rates, base_currency, as_of)
    lines = name_changes(lines, previous, policy)
    return list_columns(lines, policy, as_of)


def _gather_facts(
    position: pd.DataFrame, curve: DemandCurve, products: pd.DataFrame, suppliers: pd.DataFrame
) -> pd.DataFrame:
    """One row per SKU; what its file does not say is empty or 0."""
    skus = sorted(set(position["sku"]) | set(curve.keys["sku"]))
    lines = pd.DataFrame({"sku": pd.array(skus, dtype="str")})
    known = curve.keys.assign(curve_row=np.arange(len(curve.keys)))
    lines = lines.merge(known, on="sku", how="left").merge(position, on="sku", how="left")
    known_products = products if "shelf_life_days" in products else products.assign(shelf_life_days=0)
    lines = lines.merge(known_products[_PRODUCT_COLUMNS], on="sku", how="left")
    terms = suppliers[[*_SUPPLIER_COLUMNS, *_MADE]].assign(has_supplier=True)
    lines = lines.merge(terms, on="supplier", how="left")
    whole = [*POSITION, "position", "unit_cost_minor", "joint_moq_units", "deposit_percent", "balance_days", *_MADE]
    whole += ["shelf_life_days"]
    lines = lines.assign(
        place=np.arange(len(lines)),
        curve_row=lines["curve_row"].fillna(-1).astype("int64"),
        has_product=lines["carton_units"].notna(),
        has_supplier=lines["has_supplier"].notna(),
        carton_units=lines["carton_units"].fillna(1).astype("int64"),
        capacity=lines["weekly_capacity_units"].fillna(-1).astype("int64"),
        **{name: lines[name].fillna(0).astype("int64") for name in whole},
        **{name: lines[name].fillna("").astype("str") for name in ("supplier", "cost_currency", "life_cycle")},
    )
    return lines.drop(columns="weekly_capacity_units").rename(columns={"capacity": "weekly_capacity_units"})


def _add_transit(
    lines: pd.DataFrame, forecast: pd.DataFrame, lanes: pd.DataFrame, policy: ReplenishmentPolicy
) -> pd.DataFrame:
    transit = weigh_transit(forecast, lanes, policy.forward_days)
    lines = lines.merge(transit, on="sku", how="left")
    return lines.assign(
        transit_note=lines["transit_note"].fillna("").astype("str"),
        **{name: lines[name].fillna(policy.forward_days).astype("int64") for name in _TRANSIT},
    )


def _add_arrivals(lines: pd.DataFrame, ways: Ways, qc_days: int) -> pd.DataFrame:
    """Days from as_of on which this order, the next, and the one that a closure delays reach the shelves; -1 = never.

    Goods that land later are never sold earlier: they wait behind those that landed before.
    """
    place = lines["place"].to_numpy()
    lines = lines.assign(qc_days=np.int64(qc_days))
    before = np.full(len(lines), NEVER, dtype=np.int64)
    for when in ("", "next_", "build_"):
        for name in SCENARIOS:
            ready = lines[f"{when}ready_{name}"].fillna(NEVER).astype("int64")
            dispatched = np.where(ready == NEVER, NEVER, ready + qc_days)
            days, waits, receiving = ways.measure(place, dispatched, name)
            arrival = np.where(dispatched == NEVER, NEVER, np.maximum(dispatched + days, before))
            before = np.where(arrival == NEVER, before, arrival)
            lines[f"{when}ready_{name}"], lines[f"{when}arrival_{name}"] = ready, arrival
            if name == "p50":
                lines[f"{when}wait_days"], lines[f"{when}receiving_days"] = waits, receiving
        before = lines[f"{when}arrival_p10"].to_numpy()
    whole = ["order_day", "next_order_day", "closed_days", "next_closed_days"]
    return lines.assign(**{name: lines[name].fillna(NEVER).astype("int64") for name in whole}).copy()


def _find_obstacle(lines: pd.DataFrame) -> pd.Series:
    """Why a SKU is not ordered whatever its stock; empty where nothing stands in the way."""
    reason = pd.Series("", index=lines.index, dtype="str")
    ends = lines["led_by"] == PHASE_OUT
    never = (lines[["order_day", "arrival_p50"]] == NEVER).any(axis=1)
    # a last buy is followed by no order
    never |= ~ends & (lines[["next_order_day", "next_arrival_p50", "next_arrival_p90"]] == NEVER).any(axis=1)
    reason = reason.mask(lines["order_day"] > 0, CLOSED_TODAY)
    reason = reason.mask(never, CLOSED_FOR_GOOD)
    reason = reason.mask(lines["no_level"] != "", lines["no_level"])
    reason = reason.mask(ends & (lines["arrival_p50"] > lines["until_day"]), AFTER_END)
    reason = reason.mask(lines["curve_row"] < 0, NO_FORECAST)
    reason = reason.mask(lines["life_cycle"].isin(_LEAVING_CYCLES) & (lines["led_by"] == NOT_LED), LEAVING)
    reason = reason.mask(~lines["has_supplier"], NO_SUPPLIER)
    return reason.mask(~lines["has_product"], NO_PRODUCT)
