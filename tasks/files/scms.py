"""Deliveries of a public health supply chain (USAID SCMS): freight, weight and days of real shipments by mode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from skills.vocabulary import mark, round_half_even
from tasks.files.problems import EmptyExport, UnknownHeader
from tasks.files.quarantine import QUARANTINE

MODES = {"Air": "air", "Air Charter": "air charter", "Ocean": "sea", "Truck": "truck", "N/A": ""}
FREIGHT, WEIGHT = "Freight Cost (USD)", "Weight (Kilograms)"
ORDERED, DELIVERED = "PO Sent to Vendor Date", "Delivered to Client Date"
COLUMNS = ("ID", "Country", "Shipment Mode", ORDERED, DELIVERED, WEIGHT, FREIGHT)
NOT_ORDERED = ("N/A - From RDC", "Date Not Captured")
STATED_UNKNOWN = ("Freight Included in Commodity Cost", "Invoiced Separately", "Weight Captured Separately")
SHIPMENT_COLUMNS = ("row", "country", "mode", "ordered_on", "delivered_on", "freight_minor", "freight_row",
                    "freight_text", "weight_g", "weight_row", "weight_text")  # fmt: skip

EXPECTED_AMOUNT = mark("a number of 0 or more, a reference `See ASN-93 (ID#:1281)`, or a known reason for none")
EXPECTED_ROW = mark("a reference to a row of this file")
EXPECTED_MODE = mark("Air, Air Charter, Ocean, Truck or N/A")
EXPECTED_DAY = mark("a day, or a known reason for none")
EXPECTED_LATER = mark("a delivery on or after the day of the order")
EXPECTED_ID = mark("an ID, once")

_REFERENCE = re.compile(r"See (?:ASN|DN)-\d+ \(ID#:(\d+)\)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Shipments:
    """What the file holds.

    Attributes:
        rows: One row per kept line: SHIPMENT_COLUMNS. freight_minor [US cents] and weight_g [g] (Int64) are those of
            the shipment; freight_row and weight_row name the line that states them (the line's own, or the one it
            refers to: adding up counts each once), "" where the text says that there is none. ordered_on is missing
            where no order was captured. mode "" is not stated.
        quarantine: feed, file, line, column, value, expected.
        rows_in: Lines of the file: kept + quarantined.
    """

    rows: pd.DataFrame
    quarantine: pd.DataFrame
    rows_in: int

    @property
    def resolved(self) -> pd.DataFrame:
        """Lines whose freight or weight is another line's."""
        own = self.rows["row"]
        freight = self.rows["freight_minor"].notna() & (self.rows["freight_row"] != own)
        weight = self.rows["weight_g"].notna() & (self.rows["weight_row"] != own)
        return self.rows[freight | weight]

    def list_lead_times(self) -> pd.DataFrame:
        """Order to delivery, as `fit_transit` takes it: one row per line with an order, a delivery and a mode."""
        known = self.rows[self.rows["ordered_on"].notna() & (self.rows["mode"] != "")]
        return known[["mode"]].assign(departed_on=known["ordered_on"], arrived_on=known["delivered_on"])


class _Fault(Exception):
    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(column)
        self.entry = (column, value[:200], expected)


def read_scms_shipments(path: Path) -> Shipments:
    """Every line of the delivery history, kept or quarantined.

    Raises:
        UnknownHeader: a needed column is absent.
        EmptyExport: there is no line.
    """
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise UnknownHeader(
            mark("{file} has no column {missing}. Expected the SCMS delivery history with its own header."),
            file=path.name,
            missing=", ".join(missing),
        )
    if frame.empty:
        raise EmptyExport(mark("{file} has no row. Fetch it again."), file=path.name)
    cells = frame[list(COLUMNS)].to_dict("records")
    by_id = {str(row["ID"]): {str(name): str(value) for name, value in row.items()} for row in reversed(cells)}
    kept: list[tuple[object, ...]] = []
    bad: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for line, row in enumerate(cells, start=2):
        own = {str(name): str(value).strip() for name, value in row.items()}
        try:
            if not own["ID"] or own["ID"] in seen:
                raise _Fault("ID", own["ID"], EXPECTED_ID)
            seen.add(own["ID"])
            kept.append(_read_line(own, by_id))
        except _Fault as fault:
            bad.append(("scms_shipments", path.name, str(line), *fault.entry))
    rows = pd.DataFrame(kept, columns=list(SHIPMENT_COLUMNS)).astype({"freight_minor": "Int64", "weight_g": "Int64"})
    return Shipments(rows, pd.DataFrame(bad, columns=QUARANTINE, dtype="str"), len(cells))


def _read_line(row: dict[str, str], by_id: dict[str, dict[str, str]]) -> tuple[object, ...]:
    if row["Shipment Mode"] not in MODES:
        raise _Fault("Shipment Mode", row["Shipment Mode"], EXPECTED_MODE)
    ordered = None if row[ORDERED] in NOT_ORDERED else _read_day(row, ORDERED, "%m/%d/%y")
    delivered = _read_day(row, DELIVERED, "%d-%b-%y")
    if ordered is not None and delivered < ordered:
        raise _Fault(DELIVERED, f"{row[ORDERED]} … {row[DELIVERED]}", EXPECTED_LATER)
    freight, freight_row = _find_amount(row, FREIGHT, by_id, 100)
    weight, weight_row = _find_amount(row, WEIGHT, by_id, 1000)
    return (row["ID"], row["Country"], MODES[row["Shipment Mode"]], ordered, delivered, freight, freight_row,
            row[FREIGHT], weight, weight_row, row[WEIGHT])  # fmt: skip


def _find_amount(
    row: dict[str, str], column: str, by_id: dict[str, dict[str, str]], scale: int
) -> tuple[int | None, str]:
    """The amount and the line that states it, following references; none where the last text gives a reason."""
    passed: set[str] = set()
    while match := _REFERENCE.fullmatch(row[column]):
        passed.add(row["ID"])
        if match[1] not in by_id or match[1] in passed:
            raise _Fault(column, row[column], EXPECTED_ROW)
        row = by_id[match[1]]
    if row[column] in STATED_UNKNOWN:
        return None, ""
    if not _NUMBER.fullmatch(row[column]):
        raise _Fault(column, row[column], EXPECTED_AMOUNT)
    return round_half_even(Decimal(row[column]) * scale), row["ID"]


def _read_day(row: dict[str, str], column: str, form: str) -> date:
    try:
        return datetime.strptime(row[column], form).date()  # noqa: DTZ007 (a calendar day)
    except ValueError:
        raise _Fault(column, row[column], EXPECTED_DAY) from None
