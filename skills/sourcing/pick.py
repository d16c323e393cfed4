"""Which quote of an opportunity comes first."""

from __future__ import annotations

import pandas as pd

from skills.sourcing.facts import WEEKS_PER_YEAR
from skills.vocabulary import ALL_COUNTRIES


def pick_quotes(compared: pd.DataFrame, matches: pd.DataFrame, landed: pd.DataFrame) -> pd.DataFrame:
    """Each concept's first quote over all its countries; a concept whose quotes all fell out has none.

    A quote whose smallest order is more than a year's planned units comes after those whose order is not; then the
    one that leaves most a year: planned units × (payout − cost all told, landed and in cash), so that a quote that is
    worth selling in five countries is weighed against one that is in two. Where nothing is planned, no order is too
    large, and the one that costs least comes first.

    Args:
        compared: From `compare_quotes`, the rows of all countries (`*`) among them.
        matches: One row per (quote, country): concept.
        landed: As for `compare_quotes`, with the rows of all countries (`*`).

    Returns:
        One row per concept: quote, supplier, order_units, cash_minor, days_to_payout, days_to_cash.
    """
    concepts = matches[["quote", "concept"]].drop_duplicates("quote")
    planned = landed[landed["country"] == ALL_COUNTRIES].set_index("quote")[["weekly_units", "net_minor"]]
    whole = compared[(compared["country"] == ALL_COUNTRIES) & compared["rank"].notna()].merge(concepts, on="quote")
    year = whole["quote"].map(planned["weekly_units"]).astype("float64") * WEEKS_PER_YEAR
    each = whole["quote"].map(planned["net_minor"]).astype("float64") - whole["all_told_minor"].astype("float64")
    whole = whole.assign(above=whole["order_units"].astype("float64") > year.round(), costs=-(year * each).round())
    order = ["above", "costs", "all_told_minor", "rank", "quote"]
    first = whole.sort_values(order, kind="stable").drop_duplicates("concept")
    kept = ["concept", "quote", "supplier", "order_units", "cash_minor", "days_to_payout", "days_to_cash"]
    return first[kept].sort_values("concept", ignore_index=True)
