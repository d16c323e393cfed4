"""Headings: from the official downloads' own layout to one row per code with its text and its parent."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import check_columns


def lay_out_nomenclature(table: pd.DataFrame) -> pd.DataFrame:
    """The Harmonized System as published in one table.

    Args:
        table: One row per code: hscode (digits), description, parent (`TOTAL` at the top).
    Returns:
        One row per code: code, text, parent (empty at the top).
    Raises:
        MissingColumns: the table is not as published.
    """
    check_columns("nomenclature", table.columns, ("hscode", "description", "parent"))
    table = table[table["hscode"] != "TOTAL"]
    return pd.DataFrame(
        {
            "code": table["hscode"].astype("str"),
            "text": table["description"].astype("str"),
            "parent": table["parent"].astype("str").replace("TOTAL", ""),
        }
    )


def lay_out_national_lines(table: pd.DataFrame, headings: pd.DataFrame) -> pd.DataFrame:
    """The national lines below known six-digit codes, each with the texts of the lines above it.

    Args:
        table: One row per line of the US HTS export, in its order: HTS Number (with dots, empty on a line that only
            groups), Indent, Description.
        headings: One row per code, as from `lay_out_nomenclature`; lines below other codes are left out.
    Returns:
        One row per line longer than six digits: code, text (the chain below the six digits, joined by ` › `), parent.
    Raises:
        MissingColumns: the table is not as published.
    """
    check_columns("national lines", table.columns, ("HTS Number", "Indent", "Description"))
    known = set(headings["code"])
    chain: list[str] = []
    rows = []
    for number, indent, text in zip(table["HTS Number"], table["Indent"], table["Description"], strict=True):
        chain = [*chain[: int(indent)], str(text).rstrip(":")]
        code = str(number).replace(".", "")
        if len(code) > 6 and code[:6] in known:
            rows.append((code, " › ".join(chain[1:]), code[:6]))
    lines = pd.DataFrame(rows, columns=["code", "text", "parent"]).drop_duplicates("code")
    return lines.reset_index(drop=True)
