"""The waterfall from price to CM3."""

from __future__ import annotations

import pandas as pd

from skills.economics.margin import KEY, SALES, SELLING
from skills.economics.sheet import COMPONENTS

_STEPS = ("price", "tax", *SALES, "net_sales", *COMPONENTS, "cm1", *SELLING, "cm2", "ads", "cm3")
_TOTALS = frozenset({"net_sales", "cm1", "cm2", "cm3"})


def explain_margin(margin: pd.DataFrame) -> pd.DataFrame:
    """Steps in the order in which they are taken off.

    Args:
        margin: From `quote_margin`.
    Returns:
        One row per (entry, sku, country, lane, position): step, amount_minor (what the step adds, costs negative; a
        total adds 0), level_minor (what is left after it), is_total, currency [base minor units per unit].
    Raises:
        ArithmeticError: the steps do not add up to a total of the margin.
    """
    rows = []
    for line in margin.to_dict("records"):
        level = 0
        for position, step in enumerate(_STEPS):
            amount = 0 if step in _TOTALS else int(line[step]) * (1 if step == "price" else -1)
            level += amount
            if step in _TOTALS and level != int(line[step]):
                raise ArithmeticError(f"steps to {step} add up to {level}, the margin says {line[step]}")
            rows.append(
                {name: line[name] for name in KEY}
                | {"position": position, "step": step, "amount_minor": amount, "level_minor": level}
                | {"is_total": step in _TOTALS, "currency": line["currency"]}
            )
    return pd.DataFrame(rows)
