"""The waterfall from price to CM3, and what a reader calls its steps."""

from __future__ import annotations

import pandas as pd

from skills.economics.margin import KEY, SALES, SELLING, list_components
from skills.vocabulary import mark

LABELS = {
    "price": mark("Price"),
    "tax": mark("Tax in the price"),
    "discounts": mark("Discounts"),
    "refunds": mark("Refunds"),
    "net_sales": mark("Net sales"),
    "ex_works": mark("Ex-works cost"),
    "tooling_share": mark("Share of tooling"),
    "qc_pack": mark("Quality control and packing"),
    "handling": mark("Handling at the hub"),
    "freight": mark("Freight"),
    "insurance": mark("Insurance"),
    "duty": mark("Duty of the tariff"),
    "import_vat": mark("Import VAT"),
    "prep": mark("Preparation"),
    "placement": mark("Placement fee"),
    "export_rebate": mark("Export rebate"),
    "mpf": mark("Merchandise processing fee"),
    "hmf": mark("Harbour maintenance fee"),
    "pick_up": mark("Pick-up"),
    "export_terminal": mark("Export and terminal"),
    "brokerage": mark("Customs brokerage"),
    "bond_isf": mark("Customs bond and ISF"),
    "drayage": mark("Drayage"),
    "appointment": mark("Delivery appointment"),
    "exam": mark("Customs examination, expected"),
    "cm1": mark("CM1: after landed cost"),
    "referral": mark("Referral fee"),
    "fulfilment": mark("Fulfilment fee"),
    "storage": mark("Storage"),
    "returns": mark("Returns"),
    "cm2": mark("CM2: after selling costs"),
    "ads": mark("Advertising"),
    "cm3": mark("CM3: after advertising"),
}
LAYER = mark("Additional duty")
"""What a duty layer besides the tariff's own is called."""

WATERFALL = [*KEY, "position", "step", "label", "amount_minor", "level_minor", "is_total", "currency"]
_TOTALS = frozenset({"net_sales", "cm1", "cm2", "cm3"})


def explain_margin(margin: pd.DataFrame) -> pd.DataFrame:
    """Steps in the order in which they are taken off.

    Args:
        margin: From `quote_margin`.
    Returns:
        One row per (entry, sku, country, lane, position): step, label, amount_minor (what the step adds, costs
        negative; a total adds 0), level_minor (what is left after it) [base minor
        units per unit], is_total, currency.
    Raises:
        ArithmeticError: the steps do not add up to a total of the margin.
        MissingColumns: a column is missing.
    """
    steps = ("price", "tax", *SALES, "net_sales", *list_components(margin), "cm1", *SELLING, "cm2", "ads", "cm3")
    rows = []
    for line in margin.to_dict("records"):
        level = 0
        for position, step in enumerate(steps):
            amount = 0 if step in _TOTALS else int(line[step]) * (1 if step == "price" else -1)
            level += amount
            if step in _TOTALS and level != int(line[step]):
                raise ArithmeticError(f"steps to {step} add up to {level}, the margin says {line[step]}")
            rows.append(
                {name: line[name] for name in KEY}
                | {"position": position, "step": step, "label": LABELS.get(step, LAYER), "amount_minor": amount}
                | {"level_minor": level, "is_total": step in _TOTALS, "currency": line["currency"]}
            )
    return pd.DataFrame(rows, columns=WATERFALL)
