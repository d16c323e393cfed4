"""What a quote is made of."""

from __future__ import annotations

import pandas as pd

from skills.freight.plan import QUOTES
from skills.vocabulary import check_columns


def explain_quote(quotes: pd.DataFrame) -> pd.DataFrame:
    """One row per (consignment, lane, part): amount_minor, currency, rate, source."""
    check_columns("quotes", quotes.columns, QUOTES)
    rows = [
        [
            row["consignment"],
            row["lane"],
            part["part"],
            part["amount_minor"],
            row["currency"],
            part["rate"],
            row["source"],
        ]
        for row in quotes.to_dict("records")
        for part in row["parts"]
    ]
    return pd.DataFrame(rows, columns=["consignment", "lane", "part", "amount_minor", "currency", "rate", "source"])
