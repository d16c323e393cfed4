"""One pool at the hub against stock scattered over the countries, at the same service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skills.rates import RateBook
from skills.replenishment.demand import DemandCurve, Floats, quantile_at, read_curve
from skills.replenishment.money import base_per_minor
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.transit import find_usual_transit
from skills.vocabulary import ALL_COUNTRIES, Currency, minor_digits

_HUB_LEVELS = (0.0, 0.5, 0.75, 0.9, 0.98)
"""Quantiles of make-time demand that the hub may keep; 0: everything flows through."""

_STEPS = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
"""Equally likely outcomes of demand during the make time."""

_CM3_PER_M3 = 1_000_000.0


@dataclass(frozen=True, slots=True)
class _Levels:
    """Safety stock per (sku, country) [units]: scattered; under the hub policy at the shelf and at the hub."""

    scattered: Floats
    forward: Floats
    hub: Floats


def compare_hub_with_scattered(
    forecast: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    suppliers: pd.DataFrame,
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: Currency,
    as_of: date,
) -> pd.DataFrame:
    """What one pool at the hub holds less than stock sent to each country at once, and what the hub costs.

    Both policies cover demand with the same chance per cycle, from the forecast's own quantiles. Scattered: a
    country's safety stock d covers make + transit + review on its own. Hub: orders and dispatches share one rhythm;
    the hub answers for the make time of all countries together, a country for the time after it and for its share of
    what the hub is short of. Variances add: √(d² of the whole − d² of the make time + d² of the shortage). Hub and
    country levels are chosen together: per SKU the one of five hub levels, or assignment to countries at the time of
    the order, that holds least (Eppen and Schrage 1981; references/sources.md).

    Args:
        forecast: One row per (sku, country, weeks_ahead), with the rows of country "*".
        products: One row per SKU: supplier, unit_cost_minor, cost_currency, length_cm, width_cm, height_cm.
        lanes: Usual transit per country; handling_minor and currency of the way's first lane.
        nodes: The hub's country, for its storage rate.
        suppliers: production_days_p50.
        rates: fx; hub_storage by the hub's country, storage_fee by country [CCY/m3/month], mean of the next 12 months
            that have a rate; a missing one counts as 0.
        policy: Service, review, QC, holding.
        base_currency: Of every amount.
        as_of: Day of the rates.
    Returns:
        One row per (sku, country) with expected demand, plus sums per SKU (country "*"), per country (sku "*") and
        of all ("*", "*"), sorted: yearly_units, scattered_units, hub_units (mean stock on hand: safety stock and half
        a review's demand; units left at the hub are spread by demand), scattered_base_minor, hub_base_minor (their
        cost), holding_saved_base_minor, storage_saved_base_minor (fees in the countries), handling_base_minor,
        hub_storage_base_minor (all four per year), hub_gain_base_minor = saved − costs (negative: the hub loses),
        saving_percent (of the cost of stock on hand, 1 digit). What is being made and shipped is the same under both
        and left out.
    Raises:
        UnusableForecast: a series lacks weeks or holds what is no number.
        MissingRate: no rate of exchange for a currency.
    """
    pairs, curve, pooled = _read_pairs(forecast, products, lanes, suppliers, policy, as_of)
    levels = _choose_levels(pairs, curve, pooled, policy)
    year = np.full(len(pairs), 364, dtype=np.int64)
    yearly = curve.mean_at(year) * (365.0 / 364.0)
    pairs = pairs.assign(yearly_units=yearly, cycle_units=yearly / 365.0 * (policy.review_days / 2.0))
    pairs = pairs.assign(
        scattered_units=levels.scattered + pairs["cycle_units"],
        hub_units=levels.forward + levels.hub + pairs["cycle_units"],
    )
    money = _price(pairs, levels, nodes, rates, policy, base_currency, as_of)
    return _add_totals(pairs, money)


def _read_pairs(
    forecast: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    suppliers: pd.DataFrame,
    policy: ReplenishmentPolicy,
    as_of: date,
) -> tuple[pd.DataFrame, DemandCurve, DemandCurve]:
    """Pairs with demand and known facts; their curves; and the curve of each pair's SKU as a whole."""
    curve = read_curve(forecast.loc[forecast["country"] != ALL_COUNTRIES], ["sku", "country"], as_of)
    whole = read_curve(forecast.loc[forecast["country"] == ALL_COUNTRIES], ["sku"], as_of)
    facts = products[["sku", "supplier", "unit_cost_minor", "cost_currency", "length_cm", "width_cm", "height_cm"]]
    made = suppliers[["supplier", "production_days_p50"]]
    ways = find_usual_transit(lanes)
    fees = lanes[["lane", "handling_minor", "currency", "from_node"]].rename(columns={"lane": "first_lane"})
    pairs = curve.keys.assign(row=np.arange(len(curve.keys)), expected=curve.mean[:, -1])
    pairs = pairs.merge(whole.keys.assign(sku_row=np.arange(len(whole.keys))), on="sku", how="left")
    pairs = pairs.merge(facts, on="sku", how="left").merge(made, on="supplier", how="left")
    pairs = pairs.merge(ways.merge(fees, on="first_lane", how="left"), on="country", how="left")
    usable = pairs["expected"].gt(0) & pairs["production_days_p50"].notna() & pairs["sku_row"].notna()
    pairs = pairs.loc[usable].reset_index(drop=True)
    make = np.ceil(pairs["production_days_p50"].to_numpy() * 7.0 / policy.working_days_per_week) + policy.qc_days
    volume = pairs["length_cm"] * pairs["width_cm"] * pairs["height_cm"] / _CM3_PER_M3
    total = pairs.groupby("sku", sort=True)["expected"].transform("sum")
    pairs = pairs.assign(
        share=pairs["expected"] / total,
        make_days=make.astype(np.int64),
        transit_days=pairs["transit_days_p50"].fillna(policy.forward_days).astype("int64"),
        handling_minor=pairs["handling_minor"].fillna(0.0),
        volume_m3=volume.fillna(0.0),
    )
    rows, sku_rows = pairs["row"].to_numpy(np.int64), pairs["sku_row"].to_numpy(np.int64)
    return pairs, curve.take(rows), whole.take(sku_rows)


def _choose_levels(
    pairs: pd.DataFrame, curve: DemandCurve, pooled: DemandCurve, policy: ReplenishmentPolicy
) -> _Levels:
    """Safety stock of both policies; per SKU the hub level with which hub and shelves together hold least."""
    service = policy.cycle_service_percent / 100
    make = pairs["make_days"].to_numpy()
    end = make + pairs["transit_days"].to_numpy() + policy.review_days
    share = pairs["share"].to_numpy()
    codes = pd.factorize(pairs["sku"])[0]
    scattered = np.maximum(quantile_at(curve.quantiles_at(end), service) - curve.mean_at(end), 0.0).round(4)
    early = np.minimum(quantile_at(curve.quantiles_at(make), service) - curve.mean_at(make), scattered)
    after = scattered * scattered - np.maximum(early, 0.0) * np.maximum(early, 0.0)
    pool = pooled.quantiles_at(make)
    higher = [quantile_at(pool, step) for step in _STEPS[1:]]
    # the forecast says nothing about the shape below p10: the lowest outcome makes their mean the forecast's
    lowest = np.clip(len(_STEPS) * (pooled.mean_at(make) - _mean(higher)) + _mean(higher), 0.0, higher[0])
    outcomes = [lowest, *higher]
    # what is ordered may be assigned to its country at once: the hub need never hold more than scattered stock
    best = _Levels(scattered, scattered, np.zeros(len(pairs)))
    least = _sum_by(codes, scattered)
    for level in _HUB_LEVELS:
        kept = quantile_at(pool, level)
        owed = _mean([np.maximum(outcome - kept, 0.0) for outcome in outcomes])
        shortage = share * np.maximum(np.maximum(quantile_at(pool, service) - kept, 0.0) - owed, 0.0)
        forward = np.sqrt(after + shortage * shortage).round(4)
        hub = (share * _mean([np.maximum(kept - outcome, 0.0) for outcome in outcomes])).round(4)
        total = _sum_by(codes, forward + hub)
        better = total < least
        least = np.where(better, total, least)
        best = _Levels(scattered, np.where(better, forward, best.forward), np.where(better, hub, best.hub))
    return best


def _sum_by(codes: NDArray[np.int64], values: Floats) -> Floats:
    """Per row: the sum over its SKU."""
    return np.asarray(np.bincount(codes, weights=values)[codes].round(4)) if len(values) else values


def _mean(outcomes: list[Floats]) -> Floats:
    total = np.zeros(len(outcomes[0]))
    for outcome in outcomes:
        total = total + outcome
    return np.asarray(total / len(outcomes))


def _price(
    pairs: pd.DataFrame,
    levels: _Levels,
    nodes: pd.DataFrame,
    rates: RateBook,
    policy: ReplenishmentPolicy,
    base_currency: Currency,
    as_of: date,
) -> dict[str, Floats]:
    """Money per pair and year in minor units of the base currency, not yet rounded."""
    lane_currency = pairs["currency"].fillna(base_currency).astype("str")
    factors = {
        key: float(value)
        for key, value in base_per_minor(
            [*pairs["cost_currency"], *lane_currency], rates, base_currency, as_of
        ).items()
    }
    unit = pairs["unit_cost_minor"].to_numpy(np.float64) * pairs["cost_currency"].map(factors).to_numpy(np.float64)
    handling = pairs["handling_minor"].to_numpy(np.float64) * lane_currency.map(factors).to_numpy(np.float64)
    volume = pairs["volume_m3"].to_numpy()
    hub_of = nodes.set_index("node")["country"]
    hub_country = pairs["from_node"].map(hub_of).fillna("").astype("str")
    shelf_fee = _fees("storage_fee", pairs["country"], rates, base_currency, as_of)
    hub_fee = _fees("hub_storage", hub_country, rates, base_currency, as_of)
    scattered, hub = pairs["scattered_units"].to_numpy() * unit, pairs["hub_units"].to_numpy() * unit
    return {
        "scattered_base_minor": scattered,
        "hub_base_minor": hub,
        "holding_saved_base_minor": (scattered - hub) * (policy.holding_percent_per_year / 100.0),
        "storage_saved_base_minor": (levels.scattered - levels.forward) * volume * shelf_fee * 12.0,
        "handling_base_minor": pairs["yearly_units"].to_numpy() * handling,
        "hub_storage_base_minor": levels.hub * volume * hub_fee * 12.0,
    }


def _fees(kind: str, keys: pd.Series, rates: RateBook, base_currency: Currency, as_of: date) -> NDArray[np.float64]:
    """Per row: mean monthly fee per m3 over the next 12 months, minor units of the base currency; 0 if unknown."""
    months = [
        date(as_of.year + (as_of.month - 1 + step) // 12, (as_of.month - 1 + step) % 12 + 1, 28) for step in range(12)
    ]
    fees: dict[str, float] = {}
    for key in sorted(set(keys)):
        found = [rate for rate in (rates.find(kind, key, month) for month in months) if rate is not None]
        amounts = [
            (rate.value * rates.convert(rate.unit.split("/")[0], base_currency, as_of)).scaleb(
                minor_digits(base_currency)
            )
            for rate in found
        ]
        fees[key] = float(sum(amounts, Decimal(0)) / len(amounts)) if amounts else 0.0
    return np.asarray(keys.map(fees), dtype=np.float64)


def _add_totals(pairs: pd.DataFrame, money: dict[str, Floats]) -> pd.DataFrame:
    units = ["yearly_units", "scattered_units", "hub_units"]
    lines = pairs[["sku", "country"]].assign(
        **{name: pairs[name].to_numpy(np.float64).round(4) for name in units},
        **{name: np.rint(amounts.round(4)).astype(np.int64) for name, amounts in money.items()},
    )
    saved = lines["holding_saved_base_minor"] + lines["storage_saved_base_minor"]
    lines = lines.assign(hub_gain_base_minor=saved - lines["handling_base_minor"] - lines["hub_storage_base_minor"])
    numbers = [name for name in lines.columns if name not in ("sku", "country")]
    by_sku = lines.groupby("sku", sort=True, as_index=False)[numbers].sum().assign(country=ALL_COUNTRIES)
    by_country = lines.groupby("country", sort=True, as_index=False)[numbers].sum().assign(sku=ALL_COUNTRIES)
    everything = lines[numbers].sum().to_frame().T.assign(sku=ALL_COUNTRIES, country=ALL_COUNTRIES)
    frame = pd.concat([lines, by_sku, by_country, everything], ignore_index=True)
    whole = [name for name in numbers if name.endswith("_base_minor")]
    frame = frame.astype(dict.fromkeys(whole, "int64") | dict.fromkeys(("sku", "country"), "str"))
    frame = frame.assign(**{name: frame[name].astype("float64").round(4) for name in units})
    before = frame["scattered_base_minor"].astype("float64")
    percent = (before - frame["hub_base_minor"]) * 100.0 / before.where(before > 0, 1.0)
    frame = frame.assign(saving_percent=percent.where(before > 0, 0.0).round(1))
    return frame.sort_values(["sku", "country"], kind="stable").reset_index(drop=True)
