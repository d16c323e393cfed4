"""Stock that will not sell before it costs more than it brings: hold, discount, move, remove or liquidate.

Every way out is weighed by the same projection: the oldest units are counted as sold first; storage, the aged
surcharge and capital are charged month by month; what is left at the end brings its liquidation value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.rates import MissingRate, RateBook
from skills.storage.cohorts import Cohorts, find_exempt, follow, list_assessments, split_ages
from skills.storage.demand import Demand, read_demand
from skills.storage.policy import StoragePolicy
from skills.storage.rules import FeeRules, Step
from skills.vocabulary import mark, minor_digits

OPTIONS: dict[str, str] = {
    "hold": mark("Hold"),
    "discount": mark("Discount"),
    "move": mark("Move"),
    "removal": mark("Removal order"),
    "liquidation": mark("Liquidation"),
}
"""Every way out, and how a reader calls it; an equal gain takes the earlier one."""

WAYS = tuple(way for way in OPTIONS if way != "hold")
_SHARES = (0.25, 0.5, 0.75, 1.0)
"""Parts of the excess that removal, liquidation and a move are weighed at."""
_MONEY = ("price", "referral", "fulfilment", "returns", "refunds", "product_cost")

COLUMNS = (
    "sku", "fnsku", "country", "units_held", "excess_units", "weekly_mean", "next_fee_on", "next_fee_base_minor",
    "hold_base_minor", "option", "units", "discount_percent", "to_country", "lane", "gain_base_minor",
    "cost_base_minor", "discount_gain_base_minor", "move_gain_base_minor", "removal_gain_base_minor",
    "liquidation_gain_base_minor", "surcharge_base_minor", "unsold_units", "margin_base_minor", "price_base_minor",
)  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One (sku, country): what it holds and what a unit brings and costs [base minor].

    `by_price` is what of the margin moves with the price: price − referral − refunds.
    """

    cohorts: Cohorts
    cm3: float
    margin: float
    price: float
    by_price: float
    cost: float
    storage: np.ndarray
    steps: list[list[Step]]
    exempt: np.ndarray
    days: np.ndarray
    salvage: float


@dataclass(frozen=True)
class _Way:
    """One variant of a way out: what it gains against holding and what it costs [base minor]."""

    gain: float
    units: int
    cost: float
    percent: int = 0
    to_country: str = ""
    lane: str = ""


@dataclass(frozen=True)
class _Outcome:
    value: float
    surcharge: float
    left: float


def plan_exits(
    health: pd.DataFrame,
    products: pd.DataFrame,
    forecast: pd.DataFrame,
    contribution: pd.DataFrame,
    moves: pd.DataFrame,
    fee_rules: pd.DataFrame,
    rates: RateBook,
    policy: StoragePolicy,
    base_currency: str,
    as_of: date,
) -> pd.DataFrame:
    """The best way out of every stock that an aged surcharge will reach or that will not sell in the months weighed.

    Args:
        health: One row per (sku, country): fnsku, units per age band.
        products: One row per sku: category.
        forecast: One row per (sku, country, weeks_ahead): week, cum_mean [units].
        contribution: From the distribution skill, one row per (sku, country, lane): price, referral, fulfilment,
            returns, refunds, product_cost [base minor per unit], weight_kg and cm3 of a unit, with what stands in
            where the seller's are missing; freight and duty were paid before.
        moves: One row per (sku, country, to_country, lane): cost_base_minor and value_base_minor of a unit; may be
            empty.
        fee_rules: Fees aged, removal and liquidation.
        rates: Kinds fx and storage_fee.

    Returns:
        One row per (sku, country), most gain first: hold_base_minor is what holding brings over the months weighed;
        each `*_gain_base_minor` what that way brings beyond it (missing where it is not open: no lane, or no fee of
        it known in the country); option, units, gain and cost of the best: what removal or move charges, or what a
        discount gives away on the units that sell; `units` of a discount are all units held.

    Raises:
        UnusableRule, MissingRate: from the rules.
    """
    rules = FeeRules(fee_rules, rates, base_currency, as_of)
    money = contribution.loc[contribution["wait_reason"] == "", ["sku", "country", "weight_kg", "cm3", *_MONEY]]
    money = money.drop_duplicates(["sku", "country"])
    rows = health.merge(products[["sku", "category"]], on="sku", how="inner")
    rows = rows.merge(money, on=["sku", "country"], how="inner")
    rows = rows.sort_values(["sku", "country"], kind="stable").reset_index(drop=True)
    assessments = list_assessments(as_of, policy.months)
    found: list[dict[str, object]] = []
    for country, part in rows.groupby("country", sort=True):
        demand = read_demand(forecast, part, as_of)
        try:
            storage = _read_storage(rates, str(country), base_currency, assessments, as_of)
        except MissingRate:
            continue  # the distribution skill already names the country that has no storage fee
        liquidation = rules.charges("liquidation", str(country), as_of)
        steps = [rules.charges("aged", str(country), day) for day in assessments]
        days = np.array([(day - as_of).days for day in assessments], dtype="int64")
        cohorts = split_ages(part)
        exempt = find_exempt(part["category"], rules, str(country), assessments, cohorts.ages, days)
        for place in range(len(part)):
            row = part.iloc[place]
            salvage = float(row["price"]) * liquidation[0].share if liquidation else 0.0
            by_price = float(row["price"] - row["referral"] - row["refunds"])
            case = _Case(
                Cohorts(cohorts.units[place : place + 1], cohorts.ages), float(row["cm3"]),
                by_price - float(row["fulfilment"] + row["returns"]), float(row["price"]), by_price,
                float(row["product_cost"]), storage, steps, exempt[place : place + 1], days, salvage,
            )  # fmt: skip
            own = Demand(demand.ends, demand.means[place : place + 1], demand.weekly[place : place + 1])
            weighed = _weigh(case, own, row, moves, rules, policy, assessments, as_of)
            if weighed is not None:
                found.append(weighed)
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    frame = frame.astype({f"{way}_gain_base_minor": "Int64" for way in WAYS})
    frame["next_fee_on"] = pd.to_datetime(frame["next_fee_on"])
    order = ["gain_base_minor", "sku", "country"]
    return frame.sort_values(order, ascending=[False, True, True], kind="stable").reset_index(drop=True)


def _weigh(
    case: _Case,
    demand: Demand,
    row: pd.Series,
    moves: pd.DataFrame,
    rules: FeeRules,
    policy: StoragePolicy,
    assessments: list[date],
    as_of: date,
) -> dict[str, object] | None:
    """All ways out of one stock; None where holding it runs into no surcharge and sells out."""
    path = demand.at(case.days.astype("float64"))
    held = int(case.cohorts.units.sum())
    hold = _follow_case(case, path, 0, 0.0, policy)
    months = follow(case.cohorts, path, np.array([case.cm3]), case.steps, case.exempt, case.days)
    charged = np.flatnonzero(months.surcharge[0] >= 0.5)
    if not len(charged) and hold.left < 1.0:
        return None
    month = int(charged[0]) if len(charged) else -1
    excess = int(np.ceil(months.left[0, month] if len(charged) else hold.left))
    country, weight = str(row["country"]), float(row["weight_kg"])
    ways: dict[str, _Way] = {}
    for percent in policy.discounts_percent:
        more = path * (1.0 + policy.demand_per_discount * percent / 100.0)
        cut = case.by_price * percent / 100.0
        then = _follow_case(case, more, 0, cut, policy)
        _keep(ways, "discount", _Way(then.value - hold.value, held, (held - then.left) * cut, percent))
    fees = [step for step in rules.charges("removal", country, as_of) if step.weighs(weight)]
    leaving = moves[(moves["sku"] == row["sku"]) & (moves["country"] == country)].to_dict("records")
    for units in sorted({int(np.ceil(excess * share)) for share in _SHARES}):
        rest = _follow_case(case, path, units, 0.0, policy).value - hold.value
        if fees:
            each = case.cost * policy.recovered_percent / 100.0 - fees[0].per_unit
            _keep(ways, "removal", _Way(rest + units * each, units, units * fees[0].per_unit))
        if case.salvage > 0.0:
            _keep(ways, "liquidation", _Way(rest + units * case.salvage, units, 0.0))
        for move in leaving:
            cost, value = float(move["cost_base_minor"]), float(move["value_base_minor"])
            country_to, lane = str(move["to_country"]), str(move["lane"])
            _keep(ways, "move", _Way(rest + units * (value - cost), units, units * cost, 0, country_to, lane))
    option, best = "hold", _Way(0.0, held, 0.0)
    for name, way in ways.items():
        if way.gain > max(best.gain, float(policy.least_gain_minor)):
            option, best = name, way
    return {
        "next_fee_on": assessments[month] if month >= 0 else None,
        "sku": str(row["sku"]), "fnsku": str(row["fnsku"]), "country": country, "units_held": held,
        "excess_units": excess, "weekly_mean": round(float(demand.weekly[0]), 4),
        "next_fee_base_minor": round(float(months.surcharge[0, month])) if len(charged) else 0,
        "hold_base_minor": round(hold.value), "option": option, "units": best.units,
        "discount_percent": best.percent, "to_country": best.to_country, "lane": best.lane,
        "gain_base_minor": round(best.gain), "cost_base_minor": round(best.cost),
        **{f"{name}_gain_base_minor": round(ways[name].gain) if name in ways else None for name in WAYS},
        "surcharge_base_minor": round(hold.surcharge), "unsold_units": int(np.ceil(hold.left)),
        "margin_base_minor": round(case.margin), "price_base_minor": round(case.price),
    }  # fmt: skip


def _keep(ways: dict[str, _Way], option: str, way: _Way) -> None:
    """Remember the best variant of a way out; of equal ones the first."""
    if option not in ways or way.gain > ways[option].gain:
        ways[option] = way


def _follow_case(case: _Case, path: np.ndarray, removed: int, price_cut: float, policy: StoragePolicy) -> _Outcome:
    """Money over the months weighed when so many of the oldest units leave now and the price falls by so much."""
    units = case.cohorts.units.copy()
    rest = removed
    for cohort in range(units.shape[1]):
        taken = min(int(units[0, cohort]), rest)
        units[0, cohort] -= taken
        rest -= taken
    cohorts = Cohorts(units, case.cohorts.ages)
    months = follow(cohorts, path, np.array([case.cm3]), case.steps, case.exempt, case.days)
    capital = case.cost * policy.holding_percent_per_year / 100.0 / 12.0
    value, surcharge = 0.0, 0.0
    before = float(int(units.sum()))
    for month in range(len(case.days)):
        left = float(months.left[0, month])
        value += float(months.sold[0, month]) * (case.margin - price_cut)
        middle = (before + left) / 2.0
        length = float(case.days[month] - (case.days[month - 1] if month else 0)) / (365.0 / 12.0)
        value -= middle * length * (case.cm3 * float(case.storage[month]) + capital)
        value -= float(months.surcharge[0, month])
        surcharge += float(months.surcharge[0, month])
        before = left
    value += before * case.salvage
    return _Outcome(value, surcharge, before)


def _read_storage(
    rates: RateBook, country: str, base_currency: str, assessments: list[date], as_of: date
) -> np.ndarray:
    """Storage per cm³ and month [base minor] at each assessment; a month that no rate covers takes the last known."""
    known = rates.read("storage_fee", country, as_of)
    per_month = []
    for day in assessments:
        known = rates.find("storage_fee", country, day) or known
        crossed = known.value * rates.convert(known.unit.partition("/")[0], base_currency, as_of)
        per_month.append(float(crossed.scaleb(minor_digits(base_currency))) / 1_000_000)
    return np.array(per_month)
