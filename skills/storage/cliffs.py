"""How far each product is from the next step of a storage fee, who is exempt, and what the step costs."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.storage.account import find_season, find_utilisation
from skills.storage.cohorts import Cohorts, Months, find_exempt, follow, list_assessments, split_ages
from skills.storage.demand import Demand, read_demand
from skills.storage.found import Found, name_key
from skills.storage.policy import StoragePolicy
from skills.storage.rules import FeeRules, judge_exemptions
from skills.vocabulary import mark

FEES: dict[str, str] = {
    "low_inventory": mark("Low-inventory-level fee"),
    "aged": mark("Aged-inventory surcharge"),
    "utilisation": mark("Storage utilisation surcharge"),
    "season": mark("Storage fee, next season"),
}
"""Every fee that is watched, and how a reader calls it."""

STATES: dict[str, str] = {
    "charged": mark("charged now"),
    "near": mark("near"),
    "clear": mark("clear"),
    "exempt": mark("exempt"),
    "unknown": mark("not known"),
}

_NEAR_DAYS = 7.0
"""Days of supply above the last step within which the low inventory level counts as near."""


LIFTED_WEEKS = 30.0 / 7.0
"""Weeks of the fee that units save which lift a product out of it: as long as the 30-day average keeps them."""


def measure_cliffs(
    health: pd.DataFrame,
    accounts: pd.DataFrame,
    products: pd.DataFrame,
    forecast: pd.DataFrame,
    fee_rules: pd.DataFrame,
    rates: RateBook,
    policy: StoragePolicy,
    base_currency: str,
    as_of: date,
) -> pd.DataFrame:
    """One row per product, country and fee that a dated rule knows: charged, near, clear, exempt or not known.

    An exempt product pays nothing, whatever its stock; where what decides the exemption is not known, the state is
    `unknown` and no amount is claimed; so it is where the product's size is not known and the fee goes by volume.

    Args:
        health: One row per (sku, country): fnsku, age_0_90 … age_456 [units], days_of_supply_30 and _90 [days],
            units_7d [units], days_in_fba [days], awd_percent [%]; NaN where the report says nothing.
        accounts: One row per country: utilisation_weeks [weeks], average_m3, seller_days [days].
        products: One row per sku: category, weight_kg, three sides [cm].
        forecast: One row per (sku, country, weeks_ahead): week, mean, cum_mean [units].
        fee_rules: Columns of `rules.RULE_COLUMNS`.
        rates: Kinds fx and storage_fee; a storage fee of a later date is read too.
        base_currency: Of every amount.

    Returns:
        Rows sorted by (sku, country, fee), columns of `found.COLUMNS`: what is measured, its value now, that from
        which (a low inventory level: below which) it is charged and the distance between them; falls_on is the first
        day on which it would be charged; units that it would be charged on; fee_base_minor with `per` (week, month);
        units_to_clear brings it to nothing: to send for a low inventory level, to sell or remove for an aged one.
        sku `*` speaks of the whole account. What sold nothing in 7 days, or has no tier for its weight, has no row of
        the low inventory level.

    Raises:
        UnusableRule, MissingRate: from the rules.
    """
    rules = FeeRules(fee_rules, rates, base_currency, as_of)
    facts = products[["sku", "category", "weight_kg", "length_cm", "width_cm", "height_cm"]]
    rows = health.sort_values(["sku", "country"], kind="stable").merge(facts, on="sku", how="left")
    rows = rows.merge(accounts[["country", "seller_days"]], on="country", how="left").reset_index(drop=True)
    rows = rows.assign(cm3=rows["length_cm"] * rows["width_cm"] * rows["height_cm"])
    found = Found()
    for country, part in rows.groupby("country", sort=True):
        demand = read_demand(forecast, part, as_of)
        _find_low(found, part, demand.weekly, rules, str(country), as_of)
        _find_aged(found, part, demand, rules, policy, str(country), as_of)
        find_season(found, part, demand, rates, policy, base_currency, str(country), as_of)
    find_utilisation(found, rows, accounts, rules, as_of)
    return found.frame()


def _find_low(
    found: Found, rows: pd.DataFrame, weekly: np.ndarray, rules: FeeRules, country: str, as_of: date
) -> None:
    """Charged per unit sold while both days of supply, of 30 and of 90 days, are below the last step."""
    exemptions = rules.exemptions("low_inventory", country, as_of)
    steps = rules.charges("low_inventory", country, as_of)
    for row, wanted in zip(rows.to_dict("records"), weekly.tolist(), strict=True):
        own = [step for step in steps if step.weighs(float(row["weight_kg"]))]
        if not own or float(row["units_7d"]) == 0.0:
            continue  # no tier for its weight, or nothing sold that a fee could be charged on
        top = own[-1].high
        # a share that few products have (a regional warehouse) is no reason to doubt when it is empty
        measured = {name: float(row[name]) for name in ("units_7d", "days_in_fba", "seller_days")}
        measured["awd_percent"] = float(np.nan_to_num(row["awd_percent"]))
        state, measure = judge_exemptions(measured, exemptions)
        short, long = float(row["days_of_supply_30"]), float(row["days_of_supply_90"])
        supply = float(np.fmax(short, long))
        if supply < top and math.isnan(short + long):
            supply = math.nan  # the one that is not known may be the greater
        facts = {
            "measure": "days_of_supply", "now": supply, "step_at": top, "distance": supply - top, "per": "week",
            "source": own[0].source, "confidence": own[0].confidence,
        }  # fmt: skip
        if state or supply != supply:
            found.add(name_key(row), "low_inventory", state or "unknown", exemption=measure, **facts)
            continue
        step = next((step for step in own if step.low <= supply < step.high), None)
        if step is None:
            state = "near" if supply < top + _NEAR_DAYS else "clear"
            found.add(name_key(row), "low_inventory", state, **facts)
            continue
        missing = max(top - short, 0.0)
        found.add(
            name_key(row),
            "low_inventory",
            "charged",
            falls_on=pd.Timestamp(as_of),
            units=round(wanted),
            fee_base_minor=round(step.per_unit * wanted),
            units_to_clear=math.ceil(missing * wanted / 7.0),
            **facts,
        )


def _find_aged(
    found: Found,
    rows: pd.DataFrame,
    demand: Demand,
    rules: FeeRules,
    policy: StoragePolicy,
    country: str,
    as_of: date,
) -> None:
    """The first assessment at which units are charged, the oldest being counted as sold first."""
    steps = rules.charges("aged", country, as_of)
    if not steps:
        return
    assessments = list_assessments(as_of, policy.months)
    cohorts = split_ages(rows)
    months = _project_ages(rows, cohorts, demand, rules, country, assessments, as_of)
    lows = np.array([step.low for step in steps])
    open_to = ~find_exempt(rows["category"], rules, country, [as_of], lows, np.zeros(1))[:, 0]
    for place, row in enumerate(rows.to_dict("records")):
        held = np.flatnonzero(cohorts.units[place])
        if not len(held):
            continue
        own = np.flatnonzero(open_to[place])
        step = steps[own[0] if len(own) else 0]
        oldest = int(cohorts.ages[held[0]])
        facts = {
            "measure": "age_days", "now": float(oldest), "step_at": step.low, "distance": step.low - oldest,
            "per": "month", "source": step.source, "confidence": step.confidence,
        }  # fmt: skip
        charged = np.flatnonzero(months.surcharge[place] >= 0.5)
        if not len(own):
            found.add(name_key(row), "aged", "exempt", exemption="categories", **facts)
            continue
        if not len(charged):
            sizeless = math.isnan(float(row["cm3"])) and bool((months.aged[place] > 0.0).any())
            found.add(name_key(row), "aged", "unknown" if sizeless else "clear", **facts)
            continue
        month = int(charged[0])
        near = assessments[month] <= as_of + timedelta(days=policy.look_ahead_days)
        units = math.ceil(float(months.aged[place, month]))
        found.add(
            name_key(row),
            "aged",
            "charged" if month == 0 and oldest >= step.low else ("near" if near else "clear"),
            falls_on=pd.Timestamp(assessments[month]),
            units=units,
            fee_base_minor=round(float(months.surcharge[place, month])),
            units_to_clear=units,
            **facts,
        )


def _project_ages(
    rows: pd.DataFrame,
    cohorts: Cohorts,
    demand: Demand,
    rules: FeeRules,
    country: str,
    assessments: list[date],
    as_of: date,
) -> Months:
    """What the stock of one country's rows becomes at each assessment, demand as forecast."""
    days = np.array([(day - as_of).days for day in assessments], dtype="int64")
    exempt = find_exempt(rows["category"], rules, country, assessments, cohorts.ages, days)
    wanted = demand.at(days.astype("float64"))
    steps = [rules.charges("aged", country, day) for day in assessments]
    return follow(cohorts, wanted, rows["cm3"].to_numpy(dtype="float64"), steps, exempt, days)


def add_cliffs(contribution: pd.DataFrame, cliffs: pd.DataFrame) -> pd.DataFrame:
    """The quotes with what lifting a product out of the fee on low stock saves.

    Args:
        contribution: One row per (sku, country, lane).
        cliffs: From `measure_cliffs`.

    Returns:
        The same rows in the same order, with cliff_units [units] and cliff_value [base minor per unit], both 0 where
        the fee is not charged now: for who is exempt, or may be, nothing is ever saved.
    """
    low = cliffs[(cliffs["fee"] == "low_inventory") & (cliffs["state"] == "charged") & (cliffs["units_to_clear"] > 0)]
    each = (low["fee_base_minor"] * LIFTED_WEEKS / low["units_to_clear"]).round(4)
    steps = low[["sku", "country"]].assign(cliff_units=low["units_to_clear"], cliff_value=each)
    joined = contribution.drop(columns=["cliff_units", "cliff_value"], errors="ignore").merge(
        steps, on=["sku", "country"], how="left"
    )
    return joined.fillna({"cliff_units": 0, "cliff_value": 0.0}).astype({"cliff_units": "int64"})
