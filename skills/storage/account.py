"""Fees of the account and of the season: storage utilisation, and storage that gets dearer on a known day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.rates import Rate, RateBook
from skills.storage.cohorts import split_ages
from skills.storage.demand import Demand
from skills.storage.found import Found, name_key
from skills.storage.policy import StoragePolicy
from skills.storage.rules import CM3_PER_FT3, Exemption, FeeRules, judge_exemptions
from skills.vocabulary import ALL_COUNTRIES, minor_digits

_FT3_PER_M3 = 1_000_000 / float(CM3_PER_FT3)
_NEAR_WEEKS = 4.0
"""Weeks below the first step from which on the utilisation surcharge counts as near."""


def find_season(
    found: Found,
    rows: pd.DataFrame,
    demand: Demand,
    rates: RateBook,
    policy: StoragePolicy,
    base_currency: str,
    country: str,
    as_of: date,
) -> None:
    """A storage fee that the rate book knows to rise within the days watched."""
    now = rates.find("storage_fee", country, as_of)
    rise = _find_rise(rates, now, country, as_of, policy.look_ahead_days) if now else None
    if now is None or rise is None:
        return
    day, later = rise
    extra = (later.value - now.value) * rates.convert(now.unit.partition("/")[0], base_currency, as_of)
    per_cm3 = float(extra.scaleb(minor_digits(base_currency))) / 1_000_000
    ahead = (day - as_of).days
    wanted = demand.at(np.array([float(ahead)]))[:, 0]
    held = split_ages(rows).units
    for place, row in enumerate(rows.to_dict("records")):
        left = max(float(int(held[place].sum())) - float(wanted[place]), 0.0)
        if left < 1.0:
            continue
        units, fee = int(np.ceil(left)), left * float(row["cm3"]) * per_cm3
        facts = {
            "measure": "days_until", "now": float(ahead), "step_at": 0.0, "distance": float(ahead), "per": "month",
            "falls_on": pd.Timestamp(day), "source": later.source, "confidence": later.confidence,
        }  # fmt: skip
        if np.isnan(fee):
            found.add(name_key(row), "season", "unknown", **facts)
            continue
        found.add(
            name_key(row), "season", "near", units=units, fee_base_minor=round(fee), units_to_clear=units, **facts
        )


def _find_rise(rates: RateBook, now: Rate, country: str, as_of: date, look_ahead: int) -> tuple[date, Rate] | None:
    """The first day within the days watched on which storage costs more than now, and what it costs then."""
    for ahead in range(1, look_ahead + 1):
        day = as_of + timedelta(days=ahead)
        then = rates.find("storage_fee", country, day)
        if then is not None and then.unit == now.unit and then.value > now.value:
            return day, then
    return None


def find_utilisation(found: Found, rows: pd.DataFrame, accounts: pd.DataFrame, rules: FeeRules, as_of: date) -> None:
    """Weeks that the account's stock would last, against the step from which all volume of no exempt age pays."""
    for row in accounts.sort_values("country", kind="stable").to_dict("records"):
        country, weeks = str(row["country"]), float(row["utilisation_weeks"])
        steps = rules.charges("utilisation", country, as_of)
        if not steps:
            continue
        key = {"sku": ALL_COUNTRIES, "fnsku": "", "country": country}
        exemptions = rules.exemptions("utilisation", country, as_of)
        young = [rule for rule in exemptions if rule.measure == "age_days"]
        measured = {
            "average_ft3": float(row["average_m3"]) * _FT3_PER_M3,
            "seller_days": float(row["seller_days"]),
        }
        state, measure = judge_exemptions(measured, [rule for rule in exemptions if rule not in young])
        facts = {
            "measure": "utilisation_weeks", "now": weeks, "step_at": steps[0].low, "distance": steps[0].low - weeks,
            "per": "month", "source": steps[0].source, "confidence": steps[0].confidence,
        }  # fmt: skip
        if state or weeks != weeks:
            found.add(key, "utilisation", state or "unknown", exemption=measure, **facts)
            continue
        step = next((step for step in steps if step.low <= weeks < step.high), None)
        if step is None:
            state = "near" if weeks >= steps[0].low - _NEAR_WEEKS else "clear"
            found.add(key, "utilisation", state, **facts)
            continue
        units, cm3 = _count_charged(rows[rows["country"] == country], young)
        found.add(
            key,
            "utilisation",
            "charged",
            units=units,
            fee_base_minor=round(cm3 * step.per_cm3),
            falls_on=pd.Timestamp(as_of),
            **facts,
        )


def _count_charged(rows: pd.DataFrame, young: list[Exemption]) -> tuple[int, float]:
    """Units and cm³ of stock of no exempt age; what has no known size adds no volume."""
    cohorts = split_ages(rows)
    exempt = np.zeros(len(cohorts.ages), dtype=bool)
    for rule in young:
        exempt |= (cohorts.ages >= rule.low) & (cohorts.ages < rule.high)
    old = cohorts.units[:, ~exempt]
    units, cm3 = 0, 0.0
    for place, volume in enumerate(rows["cm3"].fillna(0.0).to_numpy(dtype="float64")):
        here = int(old[place].sum())
        units, cm3 = units + here, cm3 + here * float(volume)
    return units, cm3
