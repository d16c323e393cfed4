"""Read a table of the market part by part, up to a bound, with every row accounted for."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config.seller import InputFiles
from skills.vocabulary import Country, mark
from tasks.files.cells import country_reader, exceeds_one
from tasks.files.columns import Table
from tasks.files.market_feeds import Feed, Part
from tasks.files.market_files import open_feeds
from tasks.files.market_money import part_signs
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, quarantine_ragged
from tasks.files.reading import Rows
from tasks.files.sources import Source, name_files
from tasks.files.table_rows import check_rows, empty_rows, parse_sheet, split_later
from tasks.files.values import read_numbers

log = logging.getLogger(__name__)

MOST_ROWS = 9_000_000
"""Rows of one table that are read: three million search terms with three products each, more than a marketplace's
weekly export has, in about 5 GB. Further ones, the least searched, would cost memory and hardly any search."""

MOST_LISTED = 10_000
"""Rows of one file that the quarantine lists before the whole file is looked at; all of them are counted. A file with
more is of another layout than its table, which the first ones show."""

BEYOND_BOUND = mark("more rows than are read of a table; the most searched terms are kept")
WITHOUT_PRODUCT = mark("a search term that no product was clicked for")
NOT_LISTED = mark("traffic of a SKU that is not among the products")
_DEPTH = {"search_terms": "rank"}
"""Table → the column whose small values are kept when there are too many rows; others are kept in file order."""
_SLACK = 0.1


@dataclass(frozen=True)
class MarketRows:
    """A table as read.

    Attributes:
        frame: The table.
        accounting: One row per file.
        quarantine: One row per unusable row.
        set_aside: Reason → rows.
    """

    frame: pd.DataFrame
    accounting: pd.DataFrame
    quarantine: pd.DataFrame
    set_aside: dict[str, int]


def read_market_table(
    table: Table,
    settings: InputFiles,
    paths: list[Path],
    countries: Collection[Country],
    as_of: date,
    products: pd.DataFrame,
    most_rows: int = MOST_ROWS,
) -> MarketRows:
    """All files of one table as one frame.

    Args:
        table: Its declaration.
        settings: Its block in the seller's file.
        paths: Its files.
        countries: Codes that the seller's file gives to labels.
        as_of: The morning; rows known only later are left out.
        products: The seller's products; traffic of other SKUs is set aside.
        most_rows: Bound of the rows kept.
    Raises:
        UnusableInput: see `problems.py`.
    """
    country = country_reader(settings, countries)
    reading = _Reading(table, as_of, most_rows)
    for path, name in zip(paths, name_files(paths), strict=True):
        for feed in open_feeds(table, path, name, settings, country):
            reading.take(feed, settings, country)
    return reading.finish(products)


@dataclass
class _Counts:
    """What became of the rows of one feed."""

    file: str
    read_as: str
    rows_in: int = 0
    quarantined: int = 0
    after_as_of: int = 0
    beyond: int = 0
    without_product: int = 0


class _Reading:
    """The rows kept so far, of all files."""

    def __init__(self, table: Table, as_of: date, most_rows: int) -> None:
        self._table, self._as_of, self._most = table, as_of, most_rows
        self._depth = _DEPTH.get(table.name, "")
        self._deepest = math.inf
        self._full = False
        self._kept: list[tuple[int, pd.DataFrame]] = []
        self._counts: list[_Counts] = []
        self._quarantines: dict[int, list[pd.DataFrame]] = {}

    def take(self, feed: Feed, settings: InputFiles, country: Callable[[object], Country]) -> None:
        """The rows of one feed.

        Whether the plain numbers of a column of shares are percents is known from the column as a whole: if a later
        part shows it, the feed is read once more.
        """
        number = len(self._counts)
        self._counts.append(_Counts(feed.file, feed.read_as))
        percents: set[str] = set()
        while not self._take(number, feed, percents, settings, country):
            counts = self._counts[number]
            self._counts[number] = _Counts(counts.file, counts.read_as)
            self._kept = [(at, frame) for at, frame in self._kept if at != number]
            self._quarantines.pop(number, None)
        counts = self._counts[number]
        log.info("%s: %s read as %s, %d rows", self._table.name, feed.file, feed.read_as, counts.rows_in)

    def finish(self, products: pd.DataFrame) -> MarketRows:
        """The table, checked as a whole."""
        if self._size() > self._most:
            self._trim()
        kept = [frame for _, frame in self._kept]
        self._kept = []
        rows = pd.concat(kept, ignore_index=True) if kept else empty_rows(self._table)
        del kept
        rows, unfit = check_rows(self._table, rows, {})
        foreign = rows.iloc[:0]
        if self._table.name == "traffic" and len(products):
            listed = rows["sku"].isin(products["sku"])
            rows, foreign = rows[listed], rows[~listed]
        quarantine = [frame for frames in self._quarantines.values() for frame in frames] + [unfit]
        reasons = {
            BEYOND_BOUND: sum(counts.beyond for counts in self._counts),
            WITHOUT_PRODUCT: sum(counts.without_product for counts in self._counts),
            NOT_LISTED: len(foreign),
        }
        return MarketRows(
            rows[[column.name for column in self._table.columns]].reset_index(drop=True),
            self._account(rows["_file"], unfit["file"], foreign["_file"]),
            pd.concat(quarantine, ignore_index=True)[QUARANTINE],
            {reason: count for reason, count in reasons.items() if count},
        )

    def _take(
        self,
        number: int,
        feed: Feed,
        percents: set[str],
        settings: InputFiles,
        country: Callable[[object], Country],
    ) -> bool:
        """The parts of a feed; False when one shows that the parts before it were read wrongly."""
        shares = [column.name for column in self._table.columns if column.kind == "share"]
        for part in feed.parts():
            source = part.source
            undecided = set(shares) & set(source.found) - set(source.percents) - percents
            shown = {name for name in undecided if exceeds_one(source.rows.cells[source.found[name]])}
            percents |= shown
            if shown and self._counts[number].rows_in:
                return False
            source = replace(source, percents={**dict.fromkeys(percents, True), **source.percents})
            self._add(number, replace(part, source=source), settings, country)
        return True

    def _add(self, number: int, part: Part, settings: InputFiles, country: Callable[[object], Country]) -> None:
        counts, source, last_days = self._counts[number], part.source, part.last_days
        counts.rows_in += source.rows.total + part.without_product
        counts.without_product += part.without_product
        within = self._within(source, settings)
        counts.beyond += int((~within).sum())
        if not within.all():
            rows = source.rows
            kept = Rows(rows.cells[within].reset_index(drop=True), rows.lines[within], rows.ragged)
            source = replace(source, rows=kept)
            last_days = None if last_days is None else last_days[within]
        bad = [quarantine_ragged(self._table.name, source.sheet, source.rows)]
        frame, unfit = parse_sheet(self._table, part_signs(self._table, source), settings, country)
        bad.append(unfit)
        counts.quarantined += sum(len(rows) for rows in bad)
        listed = self._quarantines.setdefault(number, [])
        left = MOST_LISTED - sum(len(rows) for rows in listed)
        listed.append(pd.concat(bad, ignore_index=True).head(max(left, 0)))
        size = len(frame)
        if last_days is not None:
            over = ~(last_days >= np.datetime64(self._as_of))  # a day that is not known is taken as over
            frame = frame[over[frame.index.to_numpy()]]
        frame, _ = split_later(self._table, frame, self._as_of)
        counts.after_as_of += size - len(frame)
        self._kept.append((number, frame))
        if self._size() > self._most * (1 + _SLACK):
            self._trim()

    def _within(self, source: Source, settings: InputFiles) -> np.ndarray:
        """Rows that may still be kept; the others need no reading."""
        size = len(source.rows.lines)
        if self._full:
            return np.zeros(size, dtype=bool)
        if math.isinf(self._deepest):
            return np.ones(size, dtype=bool)
        ranks = read_numbers(source.rows.cells[source.found[self._depth]], settings.decimal).value
        within: np.ndarray = ~(ranks > self._deepest)
        return within

    def _size(self) -> int:
        return sum(len(frame) for _, frame in self._kept)

    def _trim(self) -> None:
        """Leave only as many rows as are kept: of ranked ones the whole terms that are searched most."""
        if self._depth:
            ranks = np.concatenate([frame[self._depth].to_numpy() for _, frame in self._kept])
            self._deepest = np.partition(ranks, self._most - 1)[self._most - 1]
            if (ranks <= self._deepest).sum() > self._most and (ranks < self._deepest).any():
                self._deepest = ranks[ranks < self._deepest].max()
            self._kept = [self._leave(at, frame, frame[self._depth] <= self._deepest) for at, frame in self._kept]
        left = self._most
        for at, (number, frame) in enumerate(self._kept):
            self._kept[at] = self._leave(number, frame, pd.Series(np.arange(len(frame)) < left, index=frame.index))
            left = max(left - len(frame), 0)
        self._full = not self._depth

    def _leave(self, number: int, frame: pd.DataFrame, keep: pd.Series) -> tuple[int, pd.DataFrame]:
        self._counts[number].beyond += int((~keep).sum())
        return number, frame if keep.all() else frame[keep]

    def _account(self, kept: pd.Series, unfit: pd.Series, foreign: pd.Series) -> pd.DataFrame:
        rows: dict[str, dict[str, Any]] = {}
        for counts in self._counts:
            row = rows.setdefault(counts.file, dict.fromkeys(ACCOUNTING, 0))
            row |= {"feed": self._table.name, "file": counts.file, "read_as": row["read_as"] or counts.read_as}
            row["rows_in"] += counts.rows_in
            row["quarantined"] += counts.quarantined
            row["after_as_of"] += counts.after_as_of
            row["set_aside"] += counts.beyond + counts.without_product
        for file, row in rows.items():
            row["kept"] = int((kept == file).sum())
            row["quarantined"] += int((unfit == file).sum())
            row["set_aside"] += int((foreign == file).sum())
        return pd.DataFrame(list(rows.values()), columns=ACCOUNTING)
