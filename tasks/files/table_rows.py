"""Read a declared table: parse its columns, quarantine what breaks a rule, leave out what was not known yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from config.marketplaces import read_marketplaces
from config.seller import InputFiles
from skills.vocabulary import Country
from tasks.files.cells import SIGNS, country_reader, read_cells, to_minor
from tasks.files.columns import EXPECTED_CURRENCY, EXPECTED_OWN_ROW, REQUIRED, Column, Table, as_dtype
from tasks.files.headers import is_whole_money
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, Quarantine, quarantine_ragged
from tasks.files.sources import Source, read_sources
from tasks.files.tables import EXPECTED_ORDER
from tasks.files.values import map_distinct, read_text


@dataclass(frozen=True)
class TableRows:
    """A table as read: its frame, the balance of each file, and its bad rows."""

    frame: pd.DataFrame
    accounting: pd.DataFrame
    quarantine: pd.DataFrame


def read_table(
    table: Table,
    source: InputFiles,
    paths: list[Path],
    known: Mapping[str, pd.DataFrame],
    countries: Collection[Country],
    as_of: date,
) -> TableRows:
    """All files of one table as one frame.

    Args:
        table: Its declaration.
        source: Its block in the seller's file.
        paths: Its files.
        known: Tables read before, for references.
        countries: Codes that the seller's file gives to labels.
        as_of: The morning; rows known only later are left out.
    Raises:
        UnusableInput: see `problems.py`.
    """
    country = country_reader(source, countries)
    parts: list[pd.DataFrame] = []
    quarantines: list[pd.DataFrame] = []
    counts: list[tuple[str, int, int, str]] = []
    for sheet in read_sources(table, source, paths):
        ragged = quarantine_ragged(table.name, sheet.sheet, sheet.rows)
        frame, bad = parse_sheet(table, sheet, source, country)
        parts.append(frame)
        quarantines += [ragged, bad]
        counts.append((sheet.sheet.file, sheet.rows.total, len(ragged) + len(bad), sheet.sheet.read_as))
    rows = pd.concat(parts, ignore_index=True) if parts else empty_rows(table)
    rows, later = split_later(table, rows, as_of)
    rows, unfit = check_rows(table, rows, known)
    quarantines.append(unfit)
    frame = rows[[column.name for column in table.columns]].reset_index(drop=True)
    return TableRows(
        frame,
        _account(table, counts, rows, unfit, later),
        pd.concat(quarantines, ignore_index=True) if quarantines else pd.DataFrame(columns=QUARANTINE, dtype="str"),
    )


def parse_sheet(
    table: Table, source: Source, settings: InputFiles, country: Callable[[object], Country]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sheet's good rows (columns of the table, _file, _line) and its bad ones.

    Args:
        table: Its declaration.
        source: The sheet, its columns found.
        settings: The block of the table in the seller's file.
        country: Label → code.
    """
    size = len(source.rows.lines)
    lines = pd.array([source.sheet.name_line(line) for line in source.rows.lines.tolist()], dtype="str")
    files = pd.array([source.sheet.file], dtype="str").repeat(size)
    quarantine = Quarantine(table.name, files, lines)
    values: dict[str, pd.Series] = {}
    for column in sorted(table.columns, key=_turn):
        if column.name == "currency" and table.own_currency:
            values["currency"] = _own_currency(source, settings, values["country"], quarantine)
            continue
        position = source.found.get(column.name)
        if position is None:
            values[column.name] = _filled(column, size)
            continue
        raw = source.rows.cells[position]
        whole = column.kind == "money" and is_whole_money(source.sheet.headers[position])
        header, percents = source.sheet.headers[position], source.percents.get(column.name)
        cells = read_cells(column, raw, settings, country, not whole, header, percents)
        bad = cells.bad | cells.blank if column.blank is REQUIRED else cells.bad
        quarantine.add(bad, header, read_text(raw), column.expected)
        read = cells.value
        if whole:
            read = to_minor(np.nan_to_num(np.asarray(read)), values[column.currency_in])
        usable = ~(cells.bad | cells.blank)
        kept = pd.Series(read).where(pd.Series(usable), _stand_in(column))
        values[column.name] = as_dtype(kept, column)
    frame = pd.DataFrame({column.name: values[column.name] for column in table.columns})
    frame["_file"], frame["_line"] = pd.Series(files), pd.Series(lines)
    return (frame[~quarantine.bad] if quarantine.bad.any() else frame), quarantine.frame()


def _turn(column: Column) -> int:
    """The country before the currency that it decides, the currency before the money that it scales."""
    return 2 if column.kind == "money" else int(column.kind == "currency")


def _own_currency(source: Source, settings: InputFiles, countries: pd.Series, quarantine: Quarantine) -> pd.Series:
    """The currency of each row, which is its marketplace's; rows that name another are quarantined with both."""
    places = read_marketplaces()
    own = map_distinct(countries, lambda code: places[str(code)].currency if str(code) in places else "")
    position = source.found.get("currency")
    header = "currency" if position is None else source.sheet.headers[position]
    written = (
        pd.Series("", index=own.index, dtype="str") if position is None else read_text(source.rows.cells[position])
    )
    named = map_distinct(written.where(written != "", settings.currency), lambda label: str(label).upper())
    fits = pd.Series([code in SIGNS.get(sign, ()) for sign, code in zip(named, own, strict=True)], dtype=bool)
    named = named.where((named != "") & ~fits, own)
    other = ((named != own) & (own != "") | (named.str.len() != 3)).to_numpy(dtype=bool)
    quarantine.add(other, header, written + " / " + own, EXPECTED_CURRENCY)
    return named


def _stand_in(column: Column) -> object:
    """What a blank cell becomes; for a required column anything, since the row is quarantined."""
    if column.blank is not REQUIRED:
        return column.blank
    return {"int64": 0, "float64": np.nan, "datetime64[us]": pd.NaT}.get(column.dtype, "")


def _filled(column: Column, size: int) -> pd.Series:
    return as_dtype(pd.Series([_stand_in(column)] * size, dtype="object"), column)


def empty_rows(table: Table) -> pd.DataFrame:
    """No rows, with _file and _line."""
    return table.empty().assign(_file=pd.Series([], dtype="str"), _line=pd.Series([], dtype="str"))


def split_later(table: Table, rows: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows known on the morning, and those of later days; what is still open ends the day before."""
    if not table.known_on:
        return rows, rows.iloc[:0]
    morning = pd.Timestamp(as_of)
    later = rows[table.known_on] + timedelta(days=table.covers_days) > morning
    if not later.any() and not table.open_until:
        return rows, rows.iloc[:0]
    known, after = rows[~later], rows[later]
    if table.open_until:
        until = known[table.open_until]
        known = known.assign(**{table.open_until: until.where(until < morning, morning - timedelta(days=1))})
    return known, after


def check_rows(
    table: Table, rows: pd.DataFrame, known: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that hold together and refer to what exists, and those that do not (as a frame of the quarantine)."""
    rows = rows.reset_index(drop=True)
    quarantine = Quarantine(table.name, rows["_file"].array, rows["_line"].array)
    for ascending in table.ascending:
        for low, high in pairwise(ascending):
            falls = rows[high] < rows[low]
            if rows[high].dtype == "str":
                falls &= rows[high] != ""
            quarantine.add(falls.to_numpy(dtype=bool), high, _show(rows[high]), _expect(table, high))
    for name, breaks in table.rules:
        quarantine.add(breaks(rows), name, _show(rows[name]), table.column(name).expected)
    for column in table.columns:
        if column.refers_to:
            other, key = column.refers_to.split(".")
            unknown = ~rows[column.name].isin(known[other][key]) & (rows[column.name] != "")
            quarantine.add(unknown.to_numpy(dtype=bool), column.name, rows[column.name], column.expected)
    if table.key:
        again = np.zeros(len(rows), dtype=bool)
        keys = rows[list(table.key)]
        sound = keys[~quarantine.bad] if quarantine.bad.any() else keys
        again[~quarantine.bad] = sound.duplicated().to_numpy(dtype=bool)
        if again.any():
            shown = rows.loc[again, list(table.key)].astype("str").agg(" / ".join, axis=1)
            quarantine.add(again, " / ".join(table.key), shown.reindex(rows.index, fill_value=""), EXPECTED_OWN_ROW)
    return (rows[~quarantine.bad] if quarantine.bad.any() else rows), quarantine.frame()


def _expect(table: Table, column: str) -> str:
    return EXPECTED_ORDER.get(f"{table.name}.{column}") or EXPECTED_ORDER[column]


def _show(values: pd.Series) -> pd.Series:
    return values.dt.strftime("%Y-%m-%d") if values.dtype.kind == "M" else values.astype("str")


def _account(
    table: Table,
    counts: list[tuple[str, int, int, str]],
    rows: pd.DataFrame,
    unfit: pd.DataFrame,
    later: pd.DataFrame,
) -> pd.DataFrame:
    """One row per file."""
    files = list(dict.fromkeys(file for file, *_ in counts))
    frame = pd.DataFrame(
        {
            "feed": table.name,
            "file": files,
            "rows_in": [sum(total for name, total, _, _ in counts if name == file) for file in files],
            "kept": [int((rows["_file"] == file).sum()) for file in files],
            "netted": 0,
            "set_aside": 0,
            "quarantined": [
                sum(bad for name, _, bad, _ in counts if name == file) + int((unfit["file"] == file).sum())
                for file in files
            ],
            "after_as_of": [int((later["_file"] == file).sum()) for file in files],
            "read_as": [next(read_as for name, _, _, read_as in counts if name == file) for file in files],
        }
    )
    return frame[ACCOUNTING]
