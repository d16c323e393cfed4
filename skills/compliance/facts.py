"""Product records as rules look at them: what is known, what is not, and what is refused.

Refusal
├── UnusableRules       a row of a rule table that cannot be read; names its line
├── UnusableRecords     two records of one sku, or a cell that is no fact
├── UnusableEvidence    a document with an unreadable date or status
└── UnknownCheck        a product, country or rule that is asked about and was not checked
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills.compliance.policy import CompliancePolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

RECORD_COLUMNS = (
    "sku", "product_type", "title", "bullets", "description", "search_terms", "attributes", "origin", "materials",
    "age_from_months", "has_battery", "touches_food", "plug",
)  # fmt: skip
EU_MEMBERS = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""What `EU` stands for in rules and evidence."""
ANY = "*"
WHOLE_PERCENT = 99.0
"""Shares of materials that add up to less leave something unnamed."""
_MAINS_ATTRIBUTES = ("voltage", "wattage")
_YES, _NO = ("yes", "true"), ("no", "false")

Row = dict[str, Any]
Note = tuple[str, dict[str, Any]]


class UnusableRules(Refusal):
    """A rule table that cannot be read."""


class UnusableRecords(Refusal):
    """Product records that contradict themselves."""


class UnusableEvidence(Refusal):
    """Documents that cannot be dated."""


class UnknownCheck(Refusal):
    """Nothing of that name was checked."""


@dataclass(frozen=True)
class Facts:
    """What is known of one product; None where it is not.

    Attributes:
        sku: The product.
        text: All its words, folded.
        described: Whether product type and title are there: else a word that is not found says nothing.
        language: Of the texts.
        product_type, origin: Upper case; "" where unknown.
        materials: Folded names.
        composed: Whether the shares of the materials add up to a whole.
        has_battery, touches_food: Yes, no or unknown.
        mains: Whether it plugs in or is rated for a voltage; a plug of "" is none, a missing one is unknown.
        age_months: From which age on [months]; `math.inf` where it is stated not to be for children.
    """

    sku: str
    text: str
    described: bool
    language: str
    product_type: str
    origin: str
    materials: tuple[str, ...]
    composed: bool
    has_battery: bool | None
    touches_food: bool | None
    mains: bool | None
    age_months: float | None


def read_facts(records: pd.DataFrame, policy: CompliancePolicy) -> list[Facts]:
    """One per record, sorted by sku.

    Raises:
        MissingColumns: of the records.
        UnusableRecords: names a sku that stands twice, or a cell that is no fact.
    """
    check_columns("records", records.columns, RECORD_COLUMNS)
    twice = records.loc[records["sku"].duplicated(), "sku"]
    if len(twice):
        raise UnusableRecords(
            mark("Several product records for {rows}. Expected one each. Remove the wrong ones."),
            rows=name_rows(sorted({str(sku) for sku in twice})),
        )
    return sorted((_read_one(row, policy) for row in _records(records)), key=lambda facts: facts.sku)


def fold(text: str) -> str:
    """Lower case, one way of writing each sign, Latin letters without accents."""
    signs = unicodedata.normalize("NFKC", text).casefold()
    bases = (unicodedata.normalize("NFD", sign)[0] for sign in signs)
    return "".join(base if base.isascii() else sign for sign, base in zip(signs, bases, strict=True))


def is_blank(value: object) -> bool:
    """Whether a cell says nothing: None, NaN, NaT or blanks."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return math.isnan(value) if isinstance(value, float) else isinstance(value, str) and not value.strip()


def _read_one(row: Row, policy: CompliancePolicy) -> Facts:
    sku = str(row["sku"])
    attributes = {} if is_blank(row["attributes"]) else row["attributes"]
    if not isinstance(attributes, Mapping):
        raise _refuse(sku, "attributes", attributes, mark("attributes, each with its value"))
    materials, composed = _read_materials(sku, row["materials"])
    battery = _read_flag(sku, "has_battery", row["has_battery"])
    rated = any(not is_blank(attributes.get(name)) for name in _MAINS_ATTRIBUTES)
    plug = row["plug"]
    mains = True if rated or not is_blank(plug) else False if isinstance(plug, str) else None
    words = [row["product_type"], row["title"], row["bullets"], row["description"], row["search_terms"]]
    return Facts(
        sku=sku,
        text=fold(" ; ".join(_list_texts([*words, list(attributes.values())]))).replace("_", " "),
        described=not is_blank(row["product_type"]) and not is_blank(row["title"]),
        language="en" if is_blank(row.get("language")) else str(row["language"])[:2],
        product_type=_read_text(row["product_type"]).upper(),
        origin=_read_origin(sku, row["origin"]),
        materials=materials,
        composed=composed,
        has_battery=battery,
        touches_food=_read_flag(sku, "touches_food", row["touches_food"]),
        mains=mains,
        age_months=_read_age(sku, row["age_from_months"], policy),
    )


def _read_materials(sku: str, cell: object) -> tuple[tuple[str, ...], bool]:
    if is_blank(cell):
        return (), False
    expected = mark("materials, each with its share in percent")
    if not isinstance(cell, Iterable) or isinstance(cell, str | Mapping):
        raise _refuse(sku, "materials", cell, expected)
    names, whole = [], 0.0
    for pair in cell:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or is_blank(pair[0]):
            raise _refuse(sku, "materials", pair, expected)
        share = _read_number(sku, "materials", pair[1], expected)
        names.append(fold(str(pair[0])))
        whole += share or 0.0
    return tuple(sorted(names)), whole >= WHOLE_PERCENT


def _read_origin(sku: str, cell: object) -> str:
    code = _read_text(cell).upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise _refuse(sku, "origin", cell, mark("a country code of two letters"))
    return code


def _read_age(sku: str, cell: object, policy: CompliancePolicy) -> float | None:
    if is_blank(cell):
        return math.inf if policy.blank_age_is_adult else None
    return _read_number(sku, "age_from_months", cell, mark("a number of 0 or more"))


def _read_number(sku: str, column: str, cell: object, expected: str) -> float | None:
    if is_blank(cell):
        return None
    try:
        number = float(str(cell))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise _refuse(sku, column, cell, expected)
    return number


def _read_flag(sku: str, column: str, cell: object) -> bool | None:
    text = "" if is_blank(cell) else str(cell).strip().lower()
    if text and text not in _YES + _NO:
        raise _refuse(sku, column, cell, mark("yes, no or blank"))
    return None if not text else text in _YES


def _read_text(cell: object) -> str:
    return "" if is_blank(cell) else str(cell).strip()


def _list_texts(cell: object) -> Iterator[str]:
    if isinstance(cell, Mapping):
        yield from _list_texts(list(cell.values()))
    elif isinstance(cell, list | tuple):
        for item in cell:
            yield from _list_texts(item)
    elif not is_blank(cell):
        yield str(cell)


def _refuse(sku: str, column: str, cell: object, expected: str) -> UnusableRecords:
    return UnusableRecords(
        mark("Product {sku}: {column} is {value}. Expected {expected}. Correct the product record."),
        sku=sku,
        column=column,
        value=str(cell)[:60],
        expected=expected,
    )


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
