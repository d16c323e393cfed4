"""How much to order from each supplier today, so that stock lasts until the next order arrives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.calendar import (
    NEVER,
    SCENARIOS,
    SupplierCalendar,
    find_last_safe_days,
    read_calendars,
    schedule_orders,
)
from skills.replenishment.demand import DemandCurve, probability_below, quantile_at, quantile_of_mixture, read_curve
from skills.replenishment.orders import ARRIVALS, bound_orders, list_columns, value_orders
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import POSITION, check_facts, measure_position
from skills.replenishment.reasons import (
    CLOSED_FOR_GOOD,
    CLOSED_TODAY,
    LEAVING,
    NO_FORECAST,
    NO_PRODUCT,
    NO_SUPPLIER,
)
from skills.replenishment.transit import weigh_transit
from skills.vocabulary import ALL_COUNTRIES

_LEAVING_CYCLES = ("phase_out", "exit")
_PRODUCT_COLUMNS = ["sku", "supplier", "unit_cost_minor", "cost_currency", "carton_units", "life_cycle"]
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
) -> pd.DataFrame:
    """Order up to the level that demand stays within until the next feasible order arrives.

    The level is the policy's quantile of demand from as_of to the arrival of an order placed at the next review,
    mixed over three lead-time scenarios; production counts the supplier's working days from the order's own date,
    so a closure between this review and the next one's readiness lengthens the coverage by itself.

    Args:
        stock: One row per (sku, node, state): units.
        inbound: One row per (shipment, sku): units.
        purchase_orders: One row per (purchase_order, sku): units_open.
        forecast: One row per (sku, country, weeks_ahead) and country "*": week, mean, cum_mean, cum_p10 … cum_p98.
        products: One row per SKU: supplier, unit_cost_minor, cost_currency, carton_units, life_cycle.
        suppliers: One row per supplier: production days, capacity (missing = none), joint MOQ, terms.
        supplier_closures: One row per closure: supplier, first_day, last_day.
        lanes: One row per lane: nodes, country, mode, transit days.
        rates: Kind `fx`.
        policy: Service, review, QC, cash, threshold.
        base_currency: Of every `*_base_minor`.
        as_of: The morning of the decision.
    Returns:
        One row per SKU with forecast, stock, inbound or open orders, sorted by sku; SKILL.md lists the columns.
        order_units is a multiple of carton_units and 0 where `reason` says why.
    Raises:
        UnusableFacts: facts contradict themselves.
        UnusableForecast: a SKU's forecast lacks weeks or holds what is no number.
        MissingRate: no rate of exchange for a product's currency.
    """
    check_facts(stock, products, suppliers)
    curve = read_curve(forecast.loc[forecast["country"] == ALL_COUNTRIES], ["sku"], as_of)
    calendars = read_calendars(suppliers, supplier_closures, as_of, policy.working_days_per_week)
    position = measure_position(stock, inbound, purchase_orders)
    lines = _gather_facts(position, curve, products, suppliers)
    lines = lines.merge(schedule_orders(suppliers, calendars, policy), on="supplier", how="left")
    lines = _add_transit(lines, forecast, lanes, policy)
    lines = _add_arrivals(lines, policy.qc_days)
    lines = lines.assign(reason=_find_obstacle(lines))
    lines = _add_need(lines, curve, policy)
    lines = _add_stock_out(lines, curve, calendars, policy)
    lines = bound_orders(lines, rates, policy, base_currency, as_of)
    lines = value_orders(lines, rates, base_currency, as_of)
    return list_columns(lines, policy, as_of)


def _gather_facts(
    position: pd.DataFrame, curve: DemandCurve, products: pd.DataFrame, suppliers: pd.DataFrame
) -> pd.DataFrame:
    """One row per SKU; what its file does not say is empty or 0."""
    skus = sorted(set(position["sku"]) | set(curve.keys["sku"]))
    lines = pd.DataFrame({"sku": pd.array(skus, dtype="str")})
    known = curve.keys.assign(curve_row=np.arange(len(curve.keys)))
    lines = lines.merge(known, on="sku", how="left").merge(position, on="sku", how="left")
    lines = lines.merge(products[_PRODUCT_COLUMNS], on="sku", how="left")
    terms = suppliers[[*_SUPPLIER_COLUMNS, *_MADE]].assign(has_supplier=True)
    lines = lines.merge(terms, on="supplier", how="left")
    whole = [*POSITION, "position", "unit_cost_minor", "joint_moq_units", "deposit_percent", "balance_days", *_MADE]
    lines = lines.assign(
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


def _add_arrivals(lines: pd.DataFrame, qc_days: int) -> pd.DataFrame:
    """Days from as_of on which this order and the next would be on the shelves, per scenario; -1 = never."""
    lines = lines.assign(qc_days=np.int64(qc_days))
    for when in ("", "next_"):
        for name in SCENARIOS:
            ready = lines[f"{when}ready_{name}"].fillna(NEVER).astype("int64")
            arrival = ready + qc_days + lines[f"transit_days_{name}"]
            lines = lines.assign(
                **{f"{when}ready_{name}": ready, f"{when}arrival_{name}": arrival.where(ready != NEVER, NEVER)}
            )
    whole = ["order_day", "next_order_day", "closed_days", "next_closed_days"]
    return lines.assign(**{name: lines[name].fillna(NEVER).astype("int64") for name in whole})


def _find_obstacle(lines: pd.DataFrame) -> pd.Series:
    """Why a SKU is not ordered whatever its stock; empty where nothing stands in the way."""
    reason = pd.Series("", index=lines.index, dtype="str")
    never = (lines[["order_day", "next_order_day", "next_arrival_p50", "next_arrival_p90"]] == NEVER).any(axis=1)
    reason = reason.mask(lines["order_day"] > 0, CLOSED_TODAY)
    reason = reason.mask(never, CLOSED_FOR_GOOD)
    reason = reason.mask(lines["curve_row"] < 0, NO_FORECAST)
    reason = reason.mask(lines["life_cycle"].isin(_LEAVING_CYCLES), LEAVING)
    reason = reason.mask(~lines["has_supplier"], NO_SUPPLIER)
    return reason.mask(~lines["has_product"], NO_PRODUCT)


def _add_need(lines: pd.DataFrame, curve: DemandCurve, policy: ReplenishmentPolicy) -> pd.DataFrame:
    """Order-up-to level and what is missing to it, before any rounding."""
    counted = ((lines["curve_row"] >= 0) & lines["reason"].isin(["", CLOSED_TODAY])).to_numpy()
    rows = lines.loc[counted]
    chosen = curve.take(rows["curve_row"].to_numpy())
    ends = {name: rows[f"next_arrival_{name}"].to_numpy() for name in SCENARIOS}
    parts = [(weight, chosen.quantiles_at(ends[name])) for name, weight in SCENARIOS.items()]
    service = policy.cycle_service_percent / 100
    level = quantile_of_mixture(parts, service)
    order_up_to = np.ceil(level.round(4)).astype(np.int64)
    middle = chosen.mean_at(ends["p50"])
    covered = pd.DataFrame(
        {
            "demand_mean": middle.round(4),
            "demand_p50": quantile_of_mixture(parts, 0.5),
            **{
                f"demand_{name}": quantile_at(knots, service).round(4)
                for name, (_, knots) in zip(ARRIVALS, parts, strict=True)
            },
            **{
                f"covered_{name}": probability_below(knots, level).round(4)
                for name, (_, knots) in zip(ARRIVALS, parts, strict=True)
            },
            "service_quantile": level,
            "daily_mean": (middle / np.maximum(ends["p50"], 1)).round(6),
            "order_up_to": order_up_to,
            "extended_days": chosen.extended_days(ends["p90"]),
            "raw_need": np.maximum(order_up_to - rows["position"].to_numpy(), 0),
        },
        index=rows.index,
    )
    filled = covered.reindex(lines.index).fillna(0)
    whole = ["order_up_to", "extended_days", "raw_need"]
    return lines.join(filled.astype(dict.fromkeys(whole, "int64")))


def _add_stock_out(
    lines: pd.DataFrame, curve: DemandCurve, calendars: dict[str, SupplierCalendar], policy: ReplenishmentPolicy
) -> pd.DataFrame:
    """When the position runs out, in the median and at the policy's service; and the last day to order before it."""
    median = np.full(len(lines), np.inf)
    service = np.full(len(lines), np.inf)
    counted = (lines["curve_row"] >= 0).to_numpy()
    chosen = curve.take(lines.loc[counted, "curve_row"].to_numpy())
    units = lines.loc[counted, "position"].to_numpy(dtype=np.float64)
    median[counted] = chosen.days_until(chosen.at_probability(0.5), units)
    service[counted] = chosen.days_until(chosen.at_probability(policy.cycle_service_percent / 100), units)
    far = 3 * 366
    lines = lines.assign(
        urgency_days=np.minimum(service, float(far)).round(4),
        stock_out_day=np.where(median < far, np.floor(np.minimum(median, far)), NEVER).astype(np.int64),
        stock_out_service_day=np.where(service < far, np.floor(np.minimum(service, far)), NEVER).astype(np.int64),
        last_safe_day=np.int64(NEVER),
    )
    for supplier, group in lines.loc[lines["has_supplier"] & (lines["stock_out_day"] != NEVER)].groupby(
        "supplier", sort=True
    ):
        days = find_last_safe_days(
            calendars[str(supplier)],
            int(group["production_days_p50"].iloc[0]),
            (group["qc_days"] + group["transit_days_p50"]).to_numpy(),
            group["stock_out_day"].to_numpy(),
        )
        lines.loc[group.index, "last_safe_day"] = days
    late = (lines["arrival_p50"] - lines["stock_out_day"]).clip(lower=0)
    judged = (lines["arrival_p50"] != NEVER) & (lines["stock_out_day"] != NEVER)
    return lines.assign(late_days=late.where(judged, 0))
