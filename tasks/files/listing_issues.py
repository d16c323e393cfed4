"""The marketplace's issues out of its own JSON: processing reports of a listings feed, answers of getListingsItem.

Formats: JSON Listings Feed Processing Report v2; Listings Items API 2021-08-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from config.seller import InputFiles
from skills.vocabulary import mark
from tasks.files.listing_tables import LISTING_ISSUES
from tasks.files.market_feeds import country_of_file, day_of_file
from tasks.files.market_json import read_document
from tasks.files.problems import WrongReport
from tasks.files.quarantine import ACCOUNTING, QUARANTINE
from tasks.files.table_rows import TableRows, split_later

SEVERITIES = LISTING_ISSUES.column("severity").choices
EXPECTED_ISSUE = mark("an issue with its severity and message")

NO_PLACE = mark(
    "{file} names neither its country nor its day. Begin its name with the country and put the day in it, such as "
    "DE_Listings_Feed_Report_2025-11-23.json."
)
NO_REPORT = mark(
    "{file} is no processing report of a listings feed and no answer of getListingsItem: it has no list `issues`. "
    "Download the report again, or take the file out of inputs.listing_issues."
)


def read_issue_report(path: Path, file: str, source: InputFiles, as_of: pd.Timestamp) -> TableRows:
    """One JSON file: a row per issue and attribute, of the report itself and of each item in it.

    Args:
        path: Where it lies; packed as .gz or not.
        file: Name that reports show.
        source: Its `countries` may name the country of a file.
        as_of: Reports of that day or later are not known.

    Raises:
        UnreadableFile: damaged, or no JSON.
        WrongReport: it is no such report, or its name says neither country nor day.
    """
    country, day = country_of_file(path.name, source), day_of_file(path.name)
    if not country or not day:
        raise WrongReport(NO_PLACE, file=file)
    entries = list(_list_issues(read_document(path, file), file))
    rows: list[dict[str, Any]] = []
    bad: list[tuple[str, ...]] = []
    for line, (sku, issue) in enumerate(entries, 1):
        fault = _find_fault(issue)
        if fault:
            bad.append((LISTING_ISSUES.name, file, str(line), *fault))
            continue
        shared = {"seen_on": pd.Timestamp(day), "country": country, "sku": sku.upper(), "_line": line,
                  "severity": _text(issue["severity"]).lower(), "code": _text(issue.get("code")),
                  "message": _text(issue["message"])}  # fmt: skip
        rows += [{**shared, "attribute": name} for name in _list_attributes(issue)]
    columns = [*LISTING_ISSUES.empty().columns, "_line"]
    frame = pd.DataFrame(rows, columns=columns).astype({"seen_on": "datetime64[us]"})
    known, later = split_later(LISTING_ISSUES, frame, as_of.date())
    counts = {
        "feed": LISTING_ISSUES.name, "file": file, "rows_in": len(entries), "kept": known["_line"].nunique(),
        "netted": 0, "set_aside": 0, "quarantined": len(bad), "after_as_of": later["_line"].nunique(),
        "read_as": "json",
    }  # fmt: skip
    return TableRows(
        known.drop(columns="_line").astype(LISTING_ISSUES.empty().dtypes.to_dict()),
        pd.DataFrame([counts])[ACCOUNTING],
        pd.DataFrame(bad, columns=QUARANTINE, dtype="str"),
    )


def _list_issues(content: Any, file: str) -> Iterator[tuple[str, Any]]:
    """(sku, issue) of the whole report, and of each item."""
    report = content if isinstance(content, Mapping) else {}
    issues, items = report.get("issues"), report.get("items")
    if not isinstance(issues, list) and not isinstance(items, list):
        raise WrongReport(NO_REPORT, file=file)
    for issue in _list(issues):
        yield _text(_field(issue, "sku") or report.get("sku")), issue
    for item in _list(items):
        for issue in _list(_field(item, "issues")):
            yield _text(item.get("sku")), issue


def _find_fault(issue: Any) -> tuple[str, str, str] | None:
    """Column, value and what was expected; None where the issue is whole."""
    severity, message = _text(_field(issue, "severity")), _text(_field(issue, "message"))
    if not isinstance(issue, Mapping) or not message:
        return "message", "" if isinstance(issue, Mapping) else _text(issue)[:200], EXPECTED_ISSUE
    if severity.lower() not in SEVERITIES:
        return "severity", severity, LISTING_ISSUES.column("severity").expected
    return None


def _list_attributes(issue: Mapping[str, Any]) -> list[str]:
    """Attributes that it speaks of, each once; "" where it names none."""
    named = [*_list(issue.get("attributeNames")), issue.get("attributeName")]
    return list(dict.fromkeys(_text(name) for name in named if _text(name))) or [""]


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Trimmed text; half of a sign, which no file can hold, becomes a question mark."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8").strip()
