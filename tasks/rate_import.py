"""An official file on its way into the rate book: what it gives, what it changes, and what stays unread.

UnknownTable               no official table of that name
MissingFirstDay            a tariff without the first day of its edition

A tariff comes in editions: an edition ends on the day before the next one begins, so that a number that vanished, or
whose duty is no plain share any more, is not charged at its old rate. Other tables carry their own days and replace
what was imported before. The file itself is kept, packed, so that a vanished number is refused with its successors.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd

from config.marketplaces import read_marketplaces
from config.seller import list_sellers, read_seller
from config.settings import read_settings
from skills.customs import book_duties, build_schedule, compare_schedules, type_rates
from skills.customs.policy import CustomsPolicy
from skills.rates import RATE_COLUMNS, Confidence, Rate, RateBook
from skills.vocabulary import Country, Refusal, mark
from tasks.files import reference
from tasks.files.reference import OfficialTable
from tasks.store.rates import OFFICIAL, RateImport, list_imports, read_scope, record_import

EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
UNPARSED = ["line", "number", "text", "expected"]
NOT_UNDERSTOOD = mark("a rate text that is understood; read it in the tariff and state it by hand")

Schedules = dict[date, pd.DataFrame]


class UnknownTable(Refusal):
    """No official table of that name."""


class MissingFirstDay(Refusal):
    """A tariff edition without its first day."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Whose duties a tariff file holds."""

    read: Callable[[Path, str, date], OfficialTable]
    countries: frozenset[Country]


@dataclass(frozen=True, slots=True)
class Official:
    """One official table that can be imported.

    Attributes:
        publisher: Who stands behind the values.
        confidence: How far the file is from its publisher.
        tariff: For a tariff; else `read` gives rates.
    """

    publisher: str
    confidence: Confidence
    tariff: Tariff | None = None
    read: Callable[[Path, str, date, Confidence], OfficialTable] | None = None


TABLES = {
    "us-hts": Official(
        "US Harmonized Tariff Schedule, hts.usitc.gov export",
        "primary",
        Tariff(reference.read_us_tariff, frozenset({"US"})),
    ),
    "uk-tariff": Official(
        "UK Global Tariff, Department for International Trade",
        "primary",
        Tariff(lambda path, source, day: reference.read_uk_tariff(path, "ukgt_duty_rate", source, day),
               frozenset({"GB"})),
    ),
    "eu-tariff": Official(
        "EU common tariff, as the UK Global Tariff's file holds it",
        "secondary",
        Tariff(lambda path, source, day: reference.read_uk_tariff(path, "cet_duty_rate", source, day),
               EUROPEAN_UNION),
    ),
    "vat": Official("European VAT history", "secondary", read=reference.read_vat_history),
    "fx-monthly": Official("Federal Reserve H.10, monthly averages", "secondary", read=reference.read_monthly_fx),
    "ecb": Official("European Central Bank, reference rates", "primary", read=reference.read_ecb_fx),
}  # fmt: skip
"""What `make rates ARGS="import …"` knows."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import before it is applied.

    Attributes:
        act: What would be kept of it.
        content: The file, unpacked.
        rates: Every rate of the scope afterwards: columns of `skills.rates.RATE_COLUMNS`.
        new, changed, removed: Rates of one day (a tariff: its first) or of all days; `changed` as they are now.
        rows_in: Rows of the file.
        typed: Lines of a tariff with a rate of their own whose text is typed; 0 for other tables.
        booked: Rates of the file itself.
        unparsed: One row per line left out: line, number, text, expected.
        vanished: Numbers of the edition before that are gone: number, old_rate, old_description, successors.
    """

    act: RateImport
    content: bytes
    rates: pd.DataFrame
    new: list[Rate]
    changed: list[Rate]
    removed: list[Rate]
    rows_in: int
    typed: int
    booked: int
    unparsed: pd.DataFrame
    vanished: pd.DataFrame


def prepare_import(
    table: str,
    path: Path,
    by: str,
    first_day: date | None = None,
    source: str = "",
    retrieved_on: date | None = None,
    confidence: Confidence | None = None,
    now: datetime | None = None,
) -> Prepared:
    """Read an official file and compare it with what its scope holds; nothing is written.

    Args:
        table: A name of `TABLES`.
        path: The file as published, packed or not.
        by: Who imports it.
        first_day: Of a tariff's edition.
        source: Who says so; else the table's publisher with the file's name.
        retrieved_on: When it was fetched; else the day the file was written here.
        confidence: How far it can be trusted; else the table's own.

    Raises:
        UnknownTable, MissingFirstDay: of the command.
        UnreadableFile, UnknownHeader, EmptyExport: of the file.
        UnusableSchedule: of the tariff in it.
    """
    official = _find_table(table)
    text = reference.read_text(path)  # says what is wrong with a file that is not there
    read_on = retrieved_on or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
    trust = confidence or official.confidence
    said = source or f"{official.publisher}, {first_day or read_on}: {path.name}"
    scope, content = OFFICIAL + table, text.encode()
    before = read_scope(scope)
    if official.tariff is not None:
        if first_day is None:
            raise MissingFirstDay(
                mark("{table} comes in editions. Say from which day this one holds: --from 2025-01-01."), table=table
            )
        found = official.tariff.read(path, said, read_on)
        schedule = build_schedule(found.rows)
        own = schedule[schedule["rate_from"] == schedule["number"]]
        types, unread = type_rates(own)
        countries = sorted(official.tariff.countries & _list_countries())
        given = book_duties(schedule, types, countries, first_day, None, said, read_on, trust)
        rates = _add_edition(before, given, first_day)
        typed, vanished = len(own) - len(unread), _list_vanished(table, schedule, first_day)
    else:
        assert official.read is not None
        found = official.read(path, said, read_on, trust)
        given = rates = found.rows
        unread, typed, vanished = pd.DataFrame(), 0, pd.DataFrame()
    unparsed = _list_unparsed(unread, found.quarantine)
    act = RateImport(
        scope=scope,
        first_day=first_day if official.tariff else None,
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        source=said,
        retrieved_on=read_on,
        confidence=trust,
        rates=len(given),
        unparsed=len(unparsed),
        by=by,
        at=now or datetime.now(UTC),
    )
    new, changed, removed = _compare(before, rates, act.first_day)
    return Prepared(
        act, content, rates, new, changed, removed, found.rows_in, typed, len(given), unparsed, vanished
    )  # fmt: skip


def apply_import(prepared: Prepared) -> int:
    """Keep the file, make the rates those of its scope and record who did it; returns how many the scope has now."""
    kept = _kept_file(prepared.act.sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(gzip.compress(prepared.content, mtime=0))
    return record_import(prepared.rates, prepared.act)


def read_editions(table: str) -> Schedules:
    """Every imported edition of a tariff: its first day → schedule, for `skills.customs.find_tariff`.

    A file that is no longer kept is left out.
    """
    official = _find_table(table)
    editions: Schedules = {}
    if official.tariff is not None:
        for act in list_imports(OFFICIAL + table):
            path = _kept_file(act.sha256)
            if act.first_day is not None and path.exists():
                rows = official.tariff.read(path, act.source, act.retrieved_on).rows
                editions[act.first_day] = build_schedule(rows)
    return editions


def find_tariff_table(country: Country) -> str:
    """The name of the tariff that holds a country's duties; empty when none is known."""
    tables = ((name, official.tariff) for name, official in TABLES.items())
    return next((name for name, tariff in tables if tariff and country in tariff.countries), "")


def _find_table(table: str) -> Official:
    if table not in TABLES:
        raise UnknownTable(
            mark("{table} is no official table that can be imported. Known are: {known}."),
            table=table,
            known=", ".join(TABLES),
        )
    return TABLES[table]


def _list_countries() -> set[Country]:
    """Where the sellers of this installation sell; all marketplaces when their files do not say."""
    stated = {country for seller in list_sellers() for country in read_seller(seller).marketplaces}
    return stated or set(read_marketplaces())


def _kept_file(sha256: str) -> Path:
    return read_settings().home / "official" / f"{sha256}.csv.gz"


def _add_edition(before: pd.DataFrame, given: pd.DataFrame, first_day: date) -> pd.DataFrame:
    """The scope with one edition more; each ends on the day before the next begins."""
    start = first_day.isoformat()
    others = before[before["effective_from"] != start]
    later = sorted(day for day in others["effective_from"].unique() if day > start)
    ends = ((date.fromisoformat(later[0]) - timedelta(days=1)).isoformat()) if later else ""
    last = (first_day - timedelta(days=1)).isoformat()
    earlier = others["effective_from"] < start
    reaches = earlier & ((others["effective_to"] == "") | (others["effective_to"] > last))
    cut = others.assign(effective_to=others["effective_to"].mask(reaches, last))
    return pd.concat([cut, given.assign(effective_to=ends)], ignore_index=True)[[*RATE_COLUMNS]]


def _compare(
    before: pd.DataFrame, after: pd.DataFrame, day: date | None
) -> tuple[list[Rate], list[Rate], list[Rate]]:
    """Rates that are new, have another value, and are gone: those that hold on the day, or all of them."""
    key = ["kind", "key"]
    if day is None:
        key = [*key, "effective_from"]
    else:
        before, after = (_hold_on(frame, day.isoformat()) for frame in (before, after))
    told = ["value", "unit"] if day else ["value", "unit", "effective_to"]
    old, now = (frame.drop_duplicates(key, keep="last").set_index(key) for frame in (before, after))
    both = now.index.intersection(old.index)
    differs = (now.loc[both, told] != old.loc[both, told]).any(axis=1)
    frames = (now[~now.index.isin(old.index)], now.loc[both][differs.to_numpy()], old[~old.index.isin(now.index)])
    new, changed, gone = (list(RateBook.from_frame(frame.reset_index()[[*RATE_COLUMNS]])) for frame in frames)
    return new, changed, gone


def _hold_on(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    holds = (frame["effective_from"] <= day) & ((frame["effective_to"] == "") | (frame["effective_to"] >= day))
    return frame[holds].sort_values("effective_from", kind="stable")


def _list_vanished(table: str, schedule: pd.DataFrame, first_day: date) -> pd.DataFrame:
    earlier = {day: held for day, held in read_editions(table).items() if day < first_day}
    if not earlier:
        return pd.DataFrame()
    changes = compare_schedules(earlier[max(earlier)], schedule, CustomsPolicy())
    vanished = changes[changes["change"] == "vanished"]
    return vanished[["number", "old_rate", "old_description", "successors"]].reset_index(drop=True)


def _list_unparsed(unread: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    rows: list[Sequence[object]] = []
    if len(unread):
        rows += [(row.line, row.number, row.rate_text, NOT_UNDERSTOOD) for row in unread.itertuples(index=False)]
    rows += [(row.line, row.column, row.value, row.expected) for row in quarantine.itertuples(index=False)]
    return pd.DataFrame(rows, columns=UNPARSED)
