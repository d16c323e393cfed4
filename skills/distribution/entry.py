"""Where the seller may store: a country without a VAT registration has an earliest date and a yearly cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.distribution.freight import minor_factor
from skills.distribution.policy import DistributionPolicy
from skills.rates import MissingRate, RateBook
from skills.vocabulary import Refusal, mark

NOT_REGISTERED = mark(
    "The seller is not registered for VAT in {country}: stock can be received there from {earliest} on, and a "
    "shipment of tonight could arrive on {arrives}."
)


@dataclass(frozen=True)
class Entry:
    """What storing in a country that the seller has not entered takes.

    Attributes:
        earliest: First day on which stock can be received.
        cost_minor: What tonight's shipment bears of the registration [base minor].
        refused: Why the cost cannot be told, if it cannot.
    """

    earliest: date
    cost_minor: int
    refused: Refusal | None = None


def read_entries(
    country_entries: pd.DataFrame | None, rates: RateBook, base_currency: str, policy: DistributionPolicy, as_of: date
) -> dict[str, Entry]:
    """Countries that the seller has not entered yet; one that the table does not name counts as entered.

    earliest = the day the registration was applied for (as_of where it was not) + lead_days; cost = yearly cost ×
    review_days ÷ 7 ÷ `entry_spread_weeks`.

    Args:
        country_entries: One row per country: registered (yes, no), applied_on (NaT for not yet), lead_days,
            yearly_cost_minor, currency. None for no such table.
    """
    found: dict[str, Entry] = {}
    if country_entries is None:
        return found
    for row in country_entries[country_entries["registered"] == "no"].to_dict("records"):
        applied = as_of if pd.isna(row["applied_on"]) else pd.Timestamp(row["applied_on"]).date()
        earliest = applied + timedelta(days=int(row["lead_days"]))
        try:
            yearly = float(row["yearly_cost_minor"]) * minor_factor(rates, str(row["currency"]), base_currency, as_of)
        except MissingRate as error:
            found[str(row["country"])] = Entry(earliest, 0, error)
            continue
        share = policy.review_days / 7 / policy.entry_spread_weeks
        found[str(row["country"])] = Entry(earliest, round(yearly * share))
    return found


def judge_entries(quote: pd.DataFrame, entries: dict[str, Entry], as_of: date) -> tuple[np.ndarray, np.ndarray]:
    """What entering each quote's country costs tonight, and why a shipment may not go there yet.

    Even an early arrival (p10) must not come before the seller is registered.

    Args:
        quote: One row per (sku, country, lane): country, arrive_p10 [days from as_of].

    Returns:
        Per row: base minor units, 0 where the country is entered; and a Refusal, or None where it may go.
    """
    cost = np.zeros(len(quote), dtype="int64")
    refusals = np.full(len(quote), None, dtype=object)
    countries, days = quote["country"].to_numpy(), quote["arrive_p10"].to_numpy()
    for country, entry in sorted(entries.items()):
        for row in np.flatnonzero(countries == country):
            cost[row] = entry.cost_minor
            arrives = as_of + timedelta(days=int(days[row]))
            if arrives < entry.earliest:
                refusals[row] = Refusal(NOT_REGISTERED, country=country, earliest=entry.earliest, arrives=arrives)
            else:
                refusals[row] = entry.refused
    return cost, refusals
