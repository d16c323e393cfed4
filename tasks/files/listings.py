"""Read what listings are written from and checked by, once, for one morning."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from config.marketplaces import find_country
from config.seller import InputFiles, Seller, resolve_files
from config.settings import read_settings
from skills.compliance.rules import EXEMPTION
from skills.vocabulary import mark
from tasks.files.brand_lists import read_brand_lists
from tasks.files.compliance_rules import read_compliance_rules
from tasks.files.exports import check_names
from tasks.files.listing_issues import read_issue_report
from tasks.files.listing_tables import LISTING_ISSUES, LISTING_TABLES, PHOTOS, PRODUCT_TYPES
from tasks.files.market_json import is_json, read_document
from tasks.files.problems import UnreadableFile
from tasks.files.quarantine import ACCOUNTING, QUARANTINE, check_balance
from tasks.files.reference import read_text
from tasks.files.sources import find_files, name_files
from tasks.files.table_rows import TableRows, read_table
from tasks.images import read_image_rules

ASSETS = "skills/listing/assets"
EXPECTED_SCHEMA = mark("a JSON Schema of a product type: one object with properties")
EXPECTED_ONE_SCHEMA = mark("one schema per product type and country; an earlier file has this one")


@dataclass(frozen=True)
class Listings:
    """What the seller's files and the project's rules say about listings on one morning.

    Attributes:
        tables: Every table of `LISTING_TABLES`; `product_types` (name, document), `photos` (file, sha256), and the
            rules that the listings are held against.
        accounting: One row per file: feed, file, rows_in = kept + netted + set_aside + quarantined + after_as_of,
            read_as.
        quarantine: One row per unusable row or schema: feed, file, line, column, value, expected.
    """

    tables: dict[str, pd.DataFrame]
    accounting: pd.DataFrame
    quarantine: pd.DataFrame


def read_listings(seller: Seller, as_of: date) -> Listings:
    """All inputs of listings of a seller; a table without files is empty.

    Raises:
        UnusableInput: a file or a whole table cannot be used; see `problems.py`. A bad row never raises.
    """
    check_names(seller)
    rules = _read_rules()
    kinds = {"evidence_kinds": pd.DataFrame({"kind": [*rules["compliance_kinds"]["kind"], EXEMPTION]})}
    countries = {code for source in seller.inputs.values() for code in source.countries.values()}
    tables: dict[str, pd.DataFrame] = {}
    accounting, quarantine = [pd.DataFrame(columns=ACCOUNTING)], [pd.DataFrame(columns=QUARANTINE, dtype="str")]
    for name, table in LISTING_TABLES.items():
        source = seller.inputs.get(name, InputFiles(files=""))
        files = find_files(table, seller.inputs.get(name), seller.id)
        reports = {
            path: file
            for path, file in zip(files, name_files(files), strict=True)
            if name == LISTING_ISSUES.name and is_json(path)
        }
        plain = [path for path in files if path not in reports]
        read = [read_issue_report(path, file, source, pd.Timestamp(as_of)) for path, file in reports.items()]
        read += [read_table(table, source, plain, kinds, countries, as_of)] if plain else []
        tables[name] = _join([part.frame for part in read], table.empty())
        accounting += [part.accounting for part in read]
        quarantine += [part.quarantine for part in read]
    types = _read_product_types(seller.inputs.get(PRODUCT_TYPES))
    tables[PRODUCT_TYPES] = types.frame
    tables[PHOTOS] = _read_photos(seller.inputs.get(PHOTOS))
    balance = _join([*accounting[1:], types.accounting], accounting[0])[ACCOUNTING]
    check_balance(balance)
    return Listings(tables | rules, balance, _join([*quarantine[1:], types.quarantine], quarantine[0])[QUARANTINE])


def _read_rules() -> dict[str, pd.DataFrame]:
    """The dated rules that ship with the project, and the lists of the data folder, as they are frozen."""
    book, lists = read_compliance_rules(), read_brand_lists()
    return {
        "compliance_rules": book.rules,
        "compliance_words": book.words,
        "compliance_kinds": book.kinds,
        "text_rules": _read_asset("text_rules"),
        "listing_markets": _read_asset("markets").astype({"voltage": "int64"}),
        "issue_rules": _read_asset("issue_rules"),
        "size_systems": _read_asset("size_systems"),
        "image_rules": read_image_rules(),
        "brand_names": lists.brands,
        "bad_words": lists.bad_words,
    }


def _read_asset(name: str) -> pd.DataFrame:
    text = read_text(read_settings().root / ASSETS / f"{name}.csv")
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)


def _read_product_types(source: InputFiles | None) -> TableRows:
    """One row per schema: name (`TYPE`, or `TYPE/CC` of a file TYPE_CC.json), document (its text)."""
    paths = resolve_files(source.files) if source else []
    found: dict[str, str] = {}
    bad: list[tuple[str, ...]] = []
    counts: list[dict[str, Any]] = []
    for path, file in zip(paths, name_files(paths), strict=True):
        name, document = _name_type(path), _read_schema(path, file)
        kept = bool(document) and name not in found
        if kept:
            found[name] = document
        else:
            expected = EXPECTED_ONE_SCHEMA if document else EXPECTED_SCHEMA
            bad.append((PRODUCT_TYPES, file, "1", "", name if document else "", expected))
        counts.append(
            dict.fromkeys(ACCOUNTING, 0)
            | {"feed": PRODUCT_TYPES, "file": file, "rows_in": 1, "read_as": "json"}
            | {"kept": int(kept), "quarantined": int(not kept)}
        )
    return TableRows(
        pd.DataFrame(list(found.items()), columns=["name", "document"], dtype="str"),
        pd.DataFrame(counts, columns=ACCOUNTING),
        pd.DataFrame(bad, columns=QUARANTINE, dtype="str"),
    )


def _read_schema(path: Path, file: str) -> str:
    """The schema as canonical text; "" where the file is none, or no file could hold it again."""
    try:
        document = read_document(path, file)
        if not isinstance(document, dict) or not isinstance(document.get("properties"), dict):
            return ""
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8").decode("utf-8")
    except (UnreadableFile, UnicodeEncodeError, RecursionError):
        return ""


def _name_type(path: Path) -> str:
    """TABLE_LINEN_DE.json is TABLE_LINEN in Germany; a schema's own country stands behind the last stroke."""
    whole = path.name.partition(".")[0].upper()
    name, _, end = whole.rpartition("_")
    country = find_country(end) if name and len(end) == len("DE") else None
    return f"{name}/{country}" if country else whole


def _read_photos(source: InputFiles | None) -> pd.DataFrame:
    """One row per photo: file, sha256."""
    paths = resolve_files(source.files) if source else []
    rows = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    return pd.DataFrame(rows, columns=["file", "sha256"], dtype="str")


def _join(frames: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty
