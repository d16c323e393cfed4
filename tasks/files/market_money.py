"""Amounts as Seller Central writes them, with the sign of their currency: `$19.99`, `5.255,61 €`, `￥1,980`."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from tasks.files.columns import Table
from tasks.files.sources import Source
from tasks.files.values import map_distinct, read_text

_SIGNED = re.compile(
    r"(?P<before>[^\d\s.,'’+-]{1,4})?\s*(?P<amount>[+-]?\d[\d\s.,'’]*?)\s*(?P<after>[^\d\s.,'’+-]{1,4})?"
)


def part_signs(table: Table, source: Source) -> Source:
    """The source with the signs taken off its amounts; they stand for the currency where it has no column of that.

    Args:
        table: Its declaration.
        source: Rows with the columns found.
    """
    for column in table.columns:
        position = source.found.get(column.name)
        if column.kind != "money" or position is None or source.rows.cells[position].dtype.kind in "iuf":
            continue
        written = read_text(source.rows.cells[position])
        signs = map_distinct(written, _sign_of)
        if not (signs != "").any():
            continue
        amounts = map_distinct(written, _amount_of)
        source = _with(source, position, amounts)
        if table.own_currency and "currency" not in source.found:
            place = len(source.sheet.headers)
            headers = (*source.sheet.headers, source.sheet.headers[position])
            source = replace(
                _with(source, place, signs),
                sheet=replace(source.sheet, headers=headers),
                found={**source.found, "currency": place},
            )
    return source


def _with(source: Source, position: int, cells: pd.Series) -> Source:
    rows = source.rows
    return replace(source, rows=replace(rows, cells=rows.cells.assign(**{"+": cells}).pipe(_renamed, position)))


def _renamed(cells: pd.DataFrame, position: int) -> pd.DataFrame:
    return cells.drop(columns=position, errors="ignore").rename(columns={"+": position})


def _sign_of(cell: object) -> str:
    match = _SIGNED.fullmatch(str(cell))
    return (match["before"] or match["after"] or "") if match else ""


def _amount_of(cell: object) -> str:
    match = _SIGNED.fullmatch(str(cell))
    return match["amount"] if match else str(cell)
