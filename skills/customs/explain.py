"""Why an entry owes what it owes: each charge with its base, rate, source and doubt."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from skills.customs.plan import CHARGES
from skills.vocabulary import check_columns, mark, minor_digits

STEPS = ["entry", "line", "step", "label", "value", "unit", "note"]
LABELS = {
    "duty": mark("Duty of the tariff"),
    "mpf": mark("Merchandise processing fee"),
    "hmf": mark("Harbour maintenance fee"),
}
LAYER = mark("Additional duty")
TOTAL = mark("Duties and fees of the entry")
UNVERIFIED = mark("unverified")


def explain_entry(charges: pd.DataFrame) -> pd.DataFrame:
    """Say each charge in words.

    Args:
        charges: Out of `charge_entry`.

    Returns:
        One row per (entry, line, step), in the order of the charges, the entry's total last: label, value [major
        units], unit [currency], note (base: rate, bound, source, dates, doubt).

    Raises:
        MissingColumns: a column is missing.
    """
    check_columns("charges", charges.columns, CHARGES)
    rows: list[tuple[object, ...]] = []
    for entry, group in charges.groupby("entry", sort=False):
        for step, row in enumerate(group.to_dict("records"), start=1):
            currency = str(row["currency"])
            period = f"{row['effective_from']} – {row['effective_to'] or '…'}" if row["effective_from"] else ""
            doubt = UNVERIFIED if row["confidence"] == "unverified" else ""
            base = f"{_major(row['base_minor'], currency)} {currency}: {row['rate']}"
            note = "; ".join(part for part in (base, row["note"], row["source"], period, doubt) if part)
            label = LABELS.get(row["component"], LAYER)
            rows.append((entry, row["line"], step, label, _major(row["amount_minor"], currency), currency, note))
        currency = str(group["currency"].iloc[0])
        total = _major(int(group["amount_minor"].sum()), currency)
        rows.append((entry, "", len(group) + 1, TOTAL, total, currency, ""))
    return pd.DataFrame(rows, columns=STEPS)


def _major(minor: int, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{Decimal(int(minor)).scaleb(-digits):.{digits}f}"
