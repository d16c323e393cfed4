"""What storing costs more once a unit is old: steps of age, each with its weekly fee."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from skills.distribution.terms import WEEKS_PER_MONTH
from skills.rates import MissingRate, RateBook
from skills.vocabulary import minor_digits

PREFIX = "age_fee_"
"""Of the columns that carry a step: what a week costs more from that day of age on [base minor per unit]."""

ANY_CATEGORY = "*"
_M3_PER = {"ft3/month": Decimal("0.028316846592"), "m3/month": Decimal(1)}
_COLUMNS = ["country", "category", "first_day", "per_m3_minor", "per_unit_minor"]


def read_age_fees(fee_rules: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date) -> pd.DataFrame:
    """The surcharge on aged stock that holds on a day, with its exemptions applied.

    Args:
        fee_rules: One row per dated rule, all text: fee (`aged` is read), role (charge, exempt), country, from_value
            and below_value [days of age], categories (exempt ones, `;` between), value, unit (CCY/ft3/month,
            CCY/m3/month, CCY/unit/month), effective_from, effective_to.

    Returns:
        One row per (country, category, first_day), category `*` for all that no exemption names: per_m3_minor and
        per_unit_minor [base minor per month], of which the greater is charged. A currency without a rate of exchange
        gives no row.
    """
    aged = fee_rules[(fee_rules["fee"] == "aged") & (fee_rules["effective_from"] <= as_of.isoformat())]
    aged = aged[(aged["effective_to"] == "") | (aged["effective_to"] >= as_of.isoformat())]
    levels: dict[tuple[str, str, int], list[float]] = {}
    exempt = aged[aged["role"] == "exempt"].to_dict("records")
    for row in aged[aged["role"] == "charge"].to_dict("records"):
        country, first_day = str(row["country"]), int(row["from_value"])
        currency, _, per = str(row["unit"]).partition("/")
        try:
            amount = Decimal(str(row["value"])) * rates.convert(currency, base_currency, as_of)
        except MissingRate:
            continue
        minor = amount.scaleb(minor_digits(base_currency))
        of_country = [rule for rule in exempt if rule["country"] == country]
        spared = {name: rule for rule in of_country for name in str(rule["categories"]).split(";") if name}
        for category in (ANY_CATEGORY, *sorted(spared)):
            rule = spared.get(category)
            free = rule is not None and int(rule["from_value"]) <= first_day < int(rule["below_value"])
            level = levels.setdefault((country, category, first_day), [0.0, 0.0])
            if not free:
                level[per == "unit/month"] += float(minor / _M3_PER.get(per, Decimal(1)))
    rows = [(*key, *level) for key, level in sorted(levels.items())]
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"country": "str", "category": "str", "first_day": "int64"})


def add_age_fees(quote: pd.DataFrame, age_fees: pd.DataFrame) -> pd.DataFrame:
    """The quotes with one column per first day of age; a later day's fee replaces the earlier one.

    Args:
        quote: One row per (sku, country, lane): country, category, cm3.
        age_fees: As `read_age_fees` returns it.
    """
    listed = set(zip(age_fees["country"], age_fees["category"], strict=True))
    kind = quote.groupby(["country", "category"], sort=True).ngroup().to_numpy()
    kinds = quote[["country", "category"]].drop_duplicates().sort_values(["country", "category"], kind="stable")
    own = list(zip(kinds["country"].tolist(), kinds["category"].tolist(), strict=True))
    keys = [key if key in listed else (key[0], ANY_CATEGORY) for key in own]
    m3 = quote["cm3"].to_numpy(dtype="float64") / 1_000_000
    found, before = {}, np.zeros(len(quote))
    for first_day, part in age_fees.groupby("first_day", sort=True):
        fees = dict(
            zip(
                zip(part["country"], part["category"], strict=True),
                zip(part["per_m3_minor"], part["per_unit_minor"], strict=True),
                strict=True,
            )
        )
        known = np.array([key in fees for key in keys], dtype=bool)[kind]
        rates = np.array([fees.get(key, (0.0, 0.0)) for key in keys], dtype="float64").reshape(-1, 2)
        per_m3, per_unit = rates[kind].T
        level = np.where(known, np.maximum(m3 * per_m3, per_unit) / WEEKS_PER_MONTH, before)
        found[f"{PREFIX}{first_day}"] = (level - before).round(4)
        before = level
    return quote.assign(**found)


def age_cost(slots: pd.DataFrame, slot: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Age fees of one unit that is sold so many weeks after its arrival [base minor]: Σ step × weeks beyond it."""
    total = np.zeros(len(slot))
    for name in (column for column in slots.columns if str(column).startswith(PREFIX)):
        beyond = np.maximum(weeks - int(str(name).removeprefix(PREFIX)) / 7, 0.0)
        total += slots[name].to_numpy()[slot] * beyond
    return total
