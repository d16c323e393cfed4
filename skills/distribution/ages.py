"""What storing costs more once a unit is old: steps of age, each with its weekly fee."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.distribution.terms import WEEKS_PER_MONTH

PREFIX = "age_fee_"
"""Of the columns that carry a step: what a week costs more from that day of age on [base minor per unit]."""


def add_age_fees(quote: pd.DataFrame, age_fees: pd.DataFrame) -> pd.DataFrame:
    """The quotes with one column per first day of age.

    Args:
        quote: One row per (sku, country, lane): country, cm3.
        age_fees: One row per (country, first_day): per_m3_minor, per_unit_minor [base minor per month], on top of
            storage; a later day's fee replaces the earlier one.
    """
    rows = age_fees.sort_values(["country", "first_day"], kind="stable")
    amounts = ["per_m3_minor", "per_unit_minor"]
    steps = rows[amounts] - rows.groupby("country")[amounts].shift().fillna(0)
    steps = steps.assign(country=rows["country"], first_day=rows["first_day"])
    m3 = quote["cm3"] / 1_000_000
    found = {}
    for first_day, part in steps.groupby("first_day", sort=True):
        per_m3, per_unit = (quote["country"].map(part.set_index("country")[name]).fillna(0.0) for name in amounts)
        found[f"{PREFIX}{int(str(first_day))}"] = ((m3 * per_m3 + per_unit) / WEEKS_PER_MONTH).round(4)
    return quote.assign(**found)


def age_cost(slots: pd.DataFrame, slot: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """Age fees of one unit that is sold so many weeks after its arrival [base minor]: Σ step × weeks beyond it."""
    total = np.zeros(len(slot))
    for name in (column for column in slots.columns if str(column).startswith(PREFIX)):
        beyond = np.maximum(weeks - int(str(name).removeprefix(PREFIX)) / 7, 0.0)
        total += slots[name].to_numpy()[slot] * beyond
    return total
