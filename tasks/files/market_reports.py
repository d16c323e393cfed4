"""Amazon's official JSON as rows of the market's tables: reports with a specification, and answers of two operations.

Formats: Selling Partner API, schemas of the report types; Customer Feedback 2024-06-01; Catalog Items 2022-04-01.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config.seller import InputFiles
from skills.vocabulary import Country, mark, name_rows
from tasks.files.columns import Table
from tasks.files.market_answers import ANSWERS, Answer
from tasks.files.market_feeds import PART, Feed, Part, country_of_file, day_of_file
from tasks.files.market_json import stream_entries
from tasks.files.problems import WrongReport
from tasks.files.reading import Rows, Sheet, as_cells
from tasks.files.sources import Source

_SPECIFICATION = "reportSpecification"
_LONGEST_DAYS = 7


@dataclass(frozen=True)
class Report:
    """An official report type.

    Attributes:
        table: Which table it fills.
        entries: The list that holds its rows.
        fields: Column → where an entry has it; `|` between places of which the first that is filled counts.
        percents: Columns of shares that it states in percent; other shares are of 1.
        whole_weeks: Whether Amazon cuts it by calendar week; else any period of up to a week is taken for the week
            that its first day lies in.
    """

    table: str
    entries: str
    fields: Mapping[str, str]
    percents: frozenset[str] = frozenset()
    whole_weeks: bool = True


REPORTS = {
    "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT": Report(
        "search_terms",
        "dataByDepartmentAndSearchTerm",
        {
            "department": "departmentName",
            "term": "searchTerm",
            "rank": "searchFrequencyRank",
            "asin": "clickedAsin",
            "title": "clickedItemName",
            "click_share": "clickShare",
            "conversion_share": "conversionShare",
        },
    ),
    "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT": Report(
        "search_queries",
        "dataByAsin",
        {
            "week": "startDate",
            "asin": "asin",
            "term": "searchQueryData.searchQuery",
            "volume": "searchQueryData.searchQueryVolume",
            "impressions_total": "impressionData.totalQueryImpressionCount",
            "impressions_own": "impressionData.asinImpressionCount",
            "clicks_total": "clickData.totalClickCount",
            "clicks_own": "clickData.asinClickCount",
            "cart_adds_total": "cartAddData.totalCartAddCount",
            "cart_adds_own": "cartAddData.asinCartAddCount",
            "purchases_total": "purchaseData.totalPurchaseCount",
            "purchases_own": "purchaseData.asinPurchaseCount",
            "click_price_minor": "clickData.totalMedianClickPrice.amount",
            "currency": "clickData.totalMedianClickPrice.currencyCode",
        },
    ),
    "GET_BRAND_ANALYTICS_SEARCH_CATALOG_PERFORMANCE_REPORT": Report(
        "search_catalog",
        "dataByAsin",
        {
            "week": "startDate",
            "asin": "asin",
            "impressions": "impressionData.impressionCount",
            "clicks": "clickData.clickCount",
            "cart_adds": "cartAddData.cartAddCount",
            "purchases": "purchaseData.purchaseCount",
            "sales_minor": "purchaseData.searchTrafficSales.amount",
            "currency": "purchaseData.searchTrafficSales.currencyCode",
        },
    ),
    "GET_SALES_AND_TRAFFIC_REPORT": Report(
        "traffic",
        "salesAndTrafficByAsin",
        {
            "sku": "sku|childAsin|parentAsin",
            "sessions": "trafficByAsin.sessions",
            "page_views": "trafficByAsin.pageViews",
            "buy_box_share": "trafficByAsin.buyBoxPercentage",
            "units": "salesByAsin.unitsOrdered",
            "sales_minor": "salesByAsin.orderedProductSales.amount",
            "currency": "salesByAsin.orderedProductSales.currencyCode",
            "refunded_units": "salesByAsin.unitsRefunded",
        },
        percents=frozenset({"buy_box_share"}),
        whole_weeks=False,
    ),
}

_Row = tuple[int, date | None, tuple[object, ...]]
"""Number of the entry, last day it speaks of, values in the order of the columns."""


def open_report(
    table: Table, path: Path, file: str, settings: InputFiles, country: Callable[[object], Country]
) -> Feed:
    """A JSON file as a feed of the table.

    Args:
        table: What the seller's file says it holds.
        path: Where it lies.
        file: Name that reports show.
        settings: The table's block in the seller's file.
        country: Marketplace id or code → our code.

    Raises:
        WrongReport: another type, a longer period, or a marketplace that nobody knows.
        UnreadableFile: damaged.
    """
    specification = next(
        (value for key, _, value in stream_entries(path, file) if key == _SPECIFICATION), None
    )  # a report that names it after its rows is read through for it
    if isinstance(specification, dict):
        return _open_official(table, path, file, specification, country)
    if table.name not in ANSWERS:
        raise WrongReport(
            mark(
                "{file} is JSON without a {specification}, so it is no report that table {table} is read from. "
                "Expected {expected}. Download that report, or take the file away."
            ),
            file=file,
            specification=_SPECIFICATION,
            table=table.name,
            expected=_expected_type(table),
        )
    return _open_answers(ANSWERS[table.name], table, path, file, settings, country)


def _expected_type(table: Table) -> str:
    named = [name for name, report in REPORTS.items() if report.table == table.name]
    return ", ".join(named) or (ANSWERS[table.name].operation if table.name in ANSWERS else "CSV, Excel, Parquet")


def _open_official(
    table: Table, path: Path, file: str, specification: dict[str, Any], country: Callable[[object], Country]
) -> Feed:
    kind = str(specification.get("reportType", ""))
    report = REPORTS.get(kind)
    if report is None or report.table != table.name:
        raise WrongReport(
            mark("{file} is a {found}; table {table} is read from {expected}. Move the file to the right input."),
            file=file,
            found=kind or "?",
            table=table.name,
            expected=_expected_type(table),
        )
    first, last = _period(specification, report, file)
    places = specification.get("marketplaceIds") or []
    code = country(places[0]) if len(places) == 1 else ""
    if not code:
        raise WrongReport(
            mark(
                "{file} is of marketplace {found}. Expected the id of one marketplace of config/marketplaces.yaml; "
                "add a new one there, or name it under inputs.{table}.countries of the seller's file."
            ),
            file=file,
            found=name_rows(str(place) for place in places) or "?",
            table=table.name,
        )
    week = first - timedelta(days=(first.weekday() + 1) % 7) if not report.whole_weeks else first
    constants = {"country": code, **({} if "week" in report.fields else {"week": week.isoformat()})}
    places_of = [tuple(place.split(".") for place in paths.split("|")) for paths in report.fields.values()]
    headers = (*constants, *(paths.split("|")[0] for paths in report.fields.values()))

    def rows() -> Iterator[_Row]:
        for key, number, entry in stream_entries(path, file):
            if key == report.entries and number:
                yield number, last, (*constants.values(), *(_dig(entry, places) for places in places_of))

    sheet = Sheet(file, report.entries, headers, f"json, {kind}", _not_at_once)
    columns = (*constants, *report.fields)
    return Feed(file, sheet.read_as, lambda: _parts(sheet, columns, report.percents, rows()))


def _period(specification: dict[str, Any], report: Report, file: str) -> tuple[date, date]:
    """First and last day.

    Raises:
        WrongReport: no such days, or more than a week.
    """
    try:
        first, last = (date.fromisoformat(str(specification[key])[:10]) for key in ("dataStartTime", "dataEndTime"))
    except (KeyError, ValueError):
        first, last = date.max, date.min
    days = (last - first).days + 1
    by = str(_dig(specification, [["reportOptions", "reportPeriod"]]) or "WEEK")
    if not 1 <= days <= _LONGEST_DAYS or (report.whole_weeks and by != "WEEK"):
        raise WrongReport(
            mark(
                "{file} covers {first} to {last} ({period}). Expected one week from Sunday to Saturday. Request the "
                "report again by week."
            ),
            file=file,
            first=specification.get("dataStartTime", "?"),
            last=specification.get("dataEndTime", "?"),
            period=by,
        )
    return first, last


def _dig(entry: object, places: Iterable[list[str]]) -> object:
    """The first of the places that is filled."""
    for place in places:
        value = entry
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _open_answers(
    answer: Answer, table: Table, path: Path, file: str, settings: InputFiles, country: Callable[[object], Country]
) -> Feed:
    """One answer of an operation, a list of them, or an answer that is a page of items."""
    stated = country_of_file(file, settings)
    day = day_of_file(file)

    def documents() -> Iterator[dict[str, Any]]:
        whole: dict[str, Any] = {}
        alone = True
        for key, number, value in stream_entries(path, file):
            if key in ("", answer.pages):
                alone = False
                if number:
                    yield value if isinstance(value, dict) else {}
            elif number:
                whole[key].append(value)
            else:
                whole[key] = [] if value is None else value
        if alone:
            yield whole

    def rows() -> Iterator[_Row]:
        number = 0
        for document in documents():
            if not answer.holds(document):
                raise WrongReport(
                    mark(
                        "{file} holds {found}; table {table} is read from answers of {expected}. Move the file to "
                        "the right input."
                    ),
                    file=file,
                    found=name_rows(document) or "{}",
                    table=table.name,
                    expected=answer.operation,
                )
            try:
                listed = list(answer.rows(document, day))
            except (AttributeError, TypeError) as error:
                raise WrongReport(
                    mark(
                        "{file} holds an answer that is not built as {expected} builds it: {problem}. Save the "
                        "answer again as it comes."
                    ),
                    file=file,
                    expected=answer.operation,
                    problem=str(error),
                ) from error
            for place, last, values in listed:
                number += 1
                code = country(place) if place else stated
                yield number, last, (code or place or "", *values)

    sheet = Sheet(file, answer.name, ("marketplaceId", *answer.headers), f"json, {answer.operation}", _not_at_once)
    columns = ("country", *answer.columns)
    return Feed(file, sheet.read_as, lambda: _parts(sheet, columns, answer.percents, rows()))


def _not_at_once(_: object) -> Rows:
    raise NotImplementedError("a report is read in parts")


def _parts(sheet: Sheet, columns: tuple[str, ...], percents: frozenset[str], rows: Iterator[_Row]) -> Iterator[Part]:
    """The rows in parts, at least one."""
    stated = {column: column in percents for column in columns}
    found = {column: at for at, column in enumerate(columns)}
    start = list(islice(rows, PART))
    for chunk in chain([start], iter(lambda: list(islice(rows, PART)), [])):
        values = list(zip(*(row for _, _, row in chunk), strict=True)) or [()] * len(columns)
        cells = pd.DataFrame({at: as_cells(list(cell)) for at, cell in enumerate(values)})
        lines = np.array([number for number, _, _ in chunk], dtype=np.int64)
        days = np.array([day for _, day, _ in chunk], dtype="datetime64[D]")
        yield Part(Source(sheet, found, Rows(cells, lines), stated), last_days=days)
