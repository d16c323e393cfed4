"""Deliveries of a public health supply chain (USAID SCMS): freight, weight and days of real shipments by mode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from skills.vocabulary import mark, round_half_even
from tasks.files.columns import EXPECTED_WIDTH
from tasks.files.problems import EmptyExport, UnknownHeader
from tasks.files.quarantine import QUARANTINE
from tasks.files.reading import open_sheets

MODES = {"Air": "air", "Air Charter": "air", "Ocean": "sea", "Truck": "truck", "N/A": ""}
FREIGHT, WEIGHT = "Freight Cost (USD)", "Weight (Kilograms)"
ORDERED, DELIVERED = "PO Sent to Vendor Date", "Delivered to Client Date"
COLUMNS = ("ID", "Country", "Shipment Mode", ORDERED, DELIVERED, WEIGHT, FREIGHT)
NOT_ORDERED = ("N/A - From RDC", "Date Not Captured")
REASONS = {
    "Freight Included in Commodity Cost": "included",
    "Invoiced Separately": "separate",
    "Weight Captured Separately": "separate",
}
SHIPMENT_COLUMNS = ("row", "country", "mode", "ordered_on", "delivered_on",
                    "freight_minor", "freight_said", "freight_row", "freight_text",
                    "weight_g", "weight_said", "weight_row", "weight_text")  # fmt: skip

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
            the shipment, missing where the file gives a reason for none; freight_said and weight_said: `own` amount,
            `shared` with the line that freight_row or weight_row names (adding up the `own` ones counts each once),
            `included` in the price of the goods, or `separate`; of a shared amount that the other line does not
            state, `included` or `separate` too. mode is a mode of the project (charter flights are air), "" where
            not stated. ordered_on is missing where no order was captured.
        quarantine: feed, file, line, column, value, expected.
        rows_in: Lines of the file: kept + quarantined.
    """

    rows: pd.DataFrame
    quarantine: pd.DataFrame
    rows_in: int

    @property
    def resolved(self) -> pd.DataFrame:
        """Lines whose freight or weight refers to another line."""
        return self.rows[
            (self.rows["freight_row"] != self.rows["row"]) | (self.rows["weight_row"] != self.rows["row"])
        ]

    def list_lead_times(self) -> pd.DataFrame:
        """Order sent to the vendor → delivered to the client, as `fit_transit` takes it.

        The file has no day of departure: these days hold production too, and are lead times of goods made to order,
        not days at sea. Lines out of a regional store carry no order to a vendor and are left out. One row per line
        with an order, a delivery and a mode.
        """
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
    sheet = open_sheets(path, path.name)[0]
    missing = [name for name in COLUMNS if name not in sheet.headers]
    if missing:
        raise UnknownHeader(
            mark("{file} has no column {missing}. Expected the SCMS delivery history with its own header."),
            file=path.name,
            missing=", ".join(missing),
        )
    read = sheet.read([sheet.headers.index(name) for name in COLUMNS])
    if not read.total:
        raise EmptyExport(mark("{file} has no row. Fetch it again."), file=path.name)
    texts = [read.cells[position].fillna("").str.strip() for position in read.cells]
    cells = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*texts, strict=True)]
    by_id = {row["ID"]: row for row in reversed(cells)}
    kept: list[tuple[object, ...]] = []
    bad = [(line, "", str(fields), EXPECTED_WIDTH) for line, fields in read.ragged]
    seen: set[str] = set()
    for line, row in zip(read.lines, cells, strict=True):
        try:
            if not row["ID"] or row["ID"] in seen:
                raise _Fault("ID", row["ID"], EXPECTED_ID)
            seen.add(row["ID"])
            kept.append(_read_line(row, by_id))
        except _Fault as fault:
            bad.append((int(line), *fault.entry))
    rows = pd.DataFrame(kept, columns=list(SHIPMENT_COLUMNS)).astype({"freight_minor": "Int64", "weight_g": "Int64"})
    listed = [("scms_shipments", path.name, str(line), *rest) for line, *rest in sorted(bad)]
    return Shipments(rows, pd.DataFrame(listed, columns=QUARANTINE, dtype="str"), read.total)


def _read_line(row: dict[str, str], by_id: dict[str, dict[str, str]]) -> tuple[object, ...]:
    if row["Shipment Mode"] not in MODES:
        raise _Fault("Shipment Mode", row["Shipment Mode"], EXPECTED_MODE)
    ordered = None if row[ORDERED] in NOT_ORDERED else _read_day(row, ORDERED, "%m/%d/%y")
    delivered = _read_day(row, DELIVERED, "%d-%b-%y")
    if ordered is not None and delivered < ordered:
        raise _Fault(DELIVERED, f"{row[ORDERED]} … {row[DELIVERED]}", EXPECTED_LATER)
    freight = _find_amount(row, FREIGHT, by_id, 100)
    weight = _find_amount(row, WEIGHT, by_id, 1000)
    return (row["ID"], row["Country"], MODES[row["Shipment Mode"]], ordered, delivered, *freight, row[FREIGHT],
            *weight, row[WEIGHT])  # fmt: skip


def _find_amount(
    row: dict[str, str], column: str, by_id: dict[str, dict[str, str]], scale: int
) -> tuple[int | None, str, str]:
    """The amount, what is said of it, and the line at which the references end."""
    first = row
    passed: set[str] = set()
    while match := _REFERENCE.fullmatch(row[column]):
        passed.add(row["ID"])
        if match[1] not in by_id or match[1] in passed:
            raise _Fault(column, first[column], EXPECTED_ROW)
        row = by_id[match[1]]
    if row[column] in REASONS:
        return None, REASONS[row[column]], row["ID"]
    if not _NUMBER.fullmatch(row[column]):
        raise _Fault(column, first[column], EXPECTED_AMOUNT)
    said = "own" if row is first else "shared"
    return round_half_even(Decimal(row[column]) * scale), said, row["ID"]


def _read_day(row: dict[str, str], column: str, form: str) -> date:
    try:
        return datetime.strptime(row[column], form).date()  # noqa: DTZ007 (a calendar day)
    except ValueError:
        raise _Fault(column, row[column], EXPECTED_DAY) from None
