"""The marketplace's issues out of its own JSON: processing reports of a listings feed, answers of getListingsItem.

Formats: JSON Listings Feed Processing Report v2; Listings Items API 2021-08-01.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from config.seller import InputFiles
from skills.vocabulary import mark
from tasks.files.listing_tables import LISTING_ISSUES
from tasks.files.market_feeds import country_of_file, day_of_file
from tasks.files.problems import WrongReport
from tasks.files.quarantine import ACCOUNTING, QUARANTINE
from tasks.files.table_rows import TableRows, split_later

SEVERITIES = ("error", "warning", "info")
EXPECTED_SEVERITY = LISTING_ISSUES.column("severity").expected
EXPECTED_MESSAGE = mark("a text")

NO_PLACE = mark(
    "{file} names neither its country nor its day. Begin its name with the country and put the day in it, such as "
    "DE_Listings_Feed_Report_2025-11-23.json."
)
NO_REPORT = mark(
    "{file} is no processing report of a listings feed and no answer of getListingsItem: it has no list `issues`. "
    "Download the report again, or take the file out of inputs.listing_issues."
)


def read_issue_report(path: Path, source: InputFiles, as_of: pd.Timestamp) -> TableRows:
    """One JSON file: a row per issue and attribute, of the report itself and of each item in it.

    Args:
        source: Its `countries` may name the country of a file.
        as_of: Reports of that day or later are not known.

    Raises:
        WrongReport: it is no such report, or its name says neither country nor day.
    """
    country, day = country_of_file(path.name, source), day_of_file(path.name)
    if not country or not day:
        raise WrongReport(NO_PLACE, file=path.name)
    entries = list(_list_issues(_read(path)))
    rows: list[dict[str, Any]] = []
    bad: list[tuple[str, ...]] = []
    for line, (sku, issue) in enumerate(entries, 1):
        severity, message = str(issue.get("severity", "")).lower(), str(issue.get("message", "")).strip()
        if severity not in SEVERITIES or not message:
            wrong = ("message", message, EXPECTED_MESSAGE) if severity in SEVERITIES else None
            fault = wrong or ("severity", severity, EXPECTED_SEVERITY)
            bad.append((LISTING_ISSUES.name, path.name, str(line), *fault))
            continue
        about = issue.get("attributeNames") or [issue.get("attributeName") or ""]
        shared = {"seen_on": pd.Timestamp(day), "country": country, "sku": sku.upper(), "severity": severity,
                  "code": str(issue.get("code", "")), "message": message}  # fmt: skip
        rows += [{**shared, "attribute": str(name), "_line": line} for name in about]
    columns = [*LISTING_ISSUES.empty().columns, "_line"]
    frame = pd.DataFrame(rows, columns=columns).astype({"seen_on": "datetime64[us]"})
    known, later = split_later(LISTING_ISSUES, frame, as_of.date())
    counts = {
        "feed": LISTING_ISSUES.name, "file": path.name, "rows_in": len(entries), "kept": known["_line"].nunique(),
        "netted": 0, "set_aside": 0, "quarantined": len(bad), "after_as_of": later["_line"].nunique(),
        "read_as": "json",
    }  # fmt: skip
    return TableRows(
        known.drop(columns="_line").astype(LISTING_ISSUES.empty().dtypes.to_dict()),
        pd.DataFrame([counts])[ACCOUNTING],
        pd.DataFrame(bad, columns=QUARANTINE, dtype="str"),
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError):
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("issues", content.get("items")), list):
        raise WrongReport(NO_REPORT, file=path.name)
    return content


def _list_issues(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(sku, issue) of the whole report, and of each item."""
    for issue in content.get("issues", []):
        yield str(issue.get("sku") or content.get("sku") or ""), issue
    for item in content.get("items", []):
        for issue in item.get("issues", []):
            yield str(item.get("sku", "")), issue
