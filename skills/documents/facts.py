"""What a consignment's papers are made of: checked, in whole numbers, with what is missing written down.

IncompletePapers     a fact without which no paper can be made: units, weight, value, principal, importer of record
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skills.documents.words import ROLES, TO_COMPLETE
from skills.vocabulary import Refusal, check_columns, mark, name_rows

Row = dict[str, Any]
Paper = dict[str, Any]

HEADER = (
    "consignment", "invoice_number", "invoice_date", "incoterm", "named_place", "mode", "lane", "from_node",
    "to_node", "country", "customs_mode", "currency", "tax_included", "containers", "sold_for_export", "seller",
    "generated",
)  # fmt: skip
LINE_TEXTS = ("sku", "title", "title_zh", "hs_code", "origin", "composition", "currency", "customs_method")
LINE_COUNTS = ("units", "cartons", "net_g", "gross_g", "unit_value_minor", "value_minor")
BOX_COUNTS = ("count", "units_per_carton", "length_mm", "width_mm", "height_mm", "weight_g")
PARTY = (
    "role", "country", "name", "name_zh", "address", "city", "postcode", "country_of_address", "tax_id", "eori",
    "customs_id", "contact", "phone", "email",
)  # fmt: skip
GAPS = {
    "invoice_number": mark("The invoice number is to be completed."),
    "invoice_date": mark("The invoice date is to be completed."),
    "incoterm": mark("The incoterm is to be completed."),
    "named_place": mark("The named place of the incoterm is to be completed."),
    "containers": mark("Container and seal numbers are to be completed after loading."),
    "parties": mark("Parties are to be completed in the table of parties."),
    "title_zh": mark("Chinese goods names are to be completed in the product file."),
    "hs_code": mark("HS codes are to be completed: choose them with the broker."),
    "origin": mark("Countries of origin are to be completed in the product file."),
    "composition": mark("Compositions are to be completed in the product file."),
    "customs_method": mark("Customs-value methods are to be chosen with the broker."),
    "brand": mark(
        "Brand, its kind and the preference of the country of import are to be completed by the declarant."
    ),
    "contract": mark("The contract number and the terms of payment are to be completed."),
    "insurance": mark("Who insures the goods is to be completed."),
    "warehouse": mark("The proof of the overseas warehouse is to be completed."),
    "market": mark("Market, stall and day of purchase are to be completed."),
    "orders": mark("Order or parcel numbers are to be completed from the sales channel."),
    "sale": mark("Own stock without a sale: ask a broker what stands in for the sales contract."),
}


class IncompletePapers(Refusal):
    """A consignment without a fact that no paper can do without."""


@dataclass(slots=True)
class Consignment:
    """Checked facts of one consignment.

    Attributes:
        header: As given.
        lines: One row per SKU.
        boxes: One row per SKU and carton type, in the order of the lines.
        parties: Role → its row for the country.
        missing: What is to be completed → where.
    """

    header: Mapping[str, Any]
    lines: list[Row]
    boxes: list[Row]
    parties: dict[str, Row]
    missing: dict[str, list[str]] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """Sum of a column over the lines."""
        return sum(int(line[name]) for line in self.lines)

    def ask(self, fact: str, where: str = "") -> str:
        """Write down that a fact is missing; returns what is printed in its place."""
        places = self.missing.setdefault(GAPS[fact], [])
        if where and where not in places:
            places.append(where)
        return TO_COMPLETE

    def known(self, fact: str) -> str:
        """A fact of the header, or what is printed in its place."""
        return str(self.header[fact]) or self.ask(fact)

    def of_line(self, line: Row, fact: str) -> str:
        """A fact of a line, or what is printed in its place."""
        return str(line[fact]) or self.ask(fact, line["sku"])


def read_consignment(
    header: Mapping[str, Any], lines: pd.DataFrame, boxes: pd.DataFrame, parties: pd.DataFrame
) -> Consignment:
    """The facts as whole numbers and texts.

    Raises:
        MissingColumns: of a table or the header.
        IncompletePapers: names the rows and the fact.
    """
    check_columns("header", header, HEADER)
    check_columns("lines", lines.columns, (*LINE_TEXTS, *LINE_COUNTS))
    check_columns("boxes", boxes.columns, ("sku", "carton", *BOX_COUNTS))
    check_columns("parties", parties.columns, PARTY)
    lines, boxes = _whole(lines, "sku", LINE_COUNTS), _whole(boxes, "carton", BOX_COUNTS)
    lines = lines.assign(**{name: lines[name].fillna("").astype(str) for name in LINE_TEXTS})
    _refuse(
        lines.loc[lines["gross_g"] < lines["net_g"], "sku"],
        mark("The gross weight of {rows} is below the net weight. Weigh the cartons again."),
    )
    _refuse(
        lines.loc[lines["currency"] != header["currency"], "sku"],
        mark("The values of {rows} are not in {currency}. Expected one currency; convert them at the dated rate."),
        currency=header["currency"],
    )
    _refuse(
        sorted(set(lines["sku"]) ^ set(boxes["sku"])),
        mark("Lines and cartons do not name the same SKUs: {rows}. Plan the cartons again from these lines."),
    )
    _refuse(
        [] if str(header["consignment"]).isascii() and header["consignment"] else [header["consignment"]],
        mark("The consignment {rows} cannot stand in a barcode. Expected letters, digits and signs of ASCII."),
    )
    mine = parties[parties["country"].isin(["*", header["country"]])].sort_values("country", kind="stable")
    chosen = {str(row["role"]): {str(k): v for k, v in row.items()} for row in mine.fillna("").to_dict("records")}
    _refuse(
        [role for role in ("principal", "importer_of_record") if not chosen.get(role, {}).get("name")],
        mark(
            "No paper can be made without these parties for {country}: {rows}. Expected their name and address; add "
            "them to the table of parties."
        ),
        country=header["country"],
    )
    place = {sku: number for number, sku in enumerate(lines["sku"])}
    ordered = boxes.sort_values("sku", key=lambda skus: skus.map(place), kind="stable")
    return Consignment(header, _records(lines), _records(ordered), chosen)


def name_parties(consignment: Consignment, roles: tuple[str, ...]) -> list[list[Any]]:
    """Role and its lines [label or "", value], in the order asked; a missing party is to be completed."""
    blocks: list[list[Any]] = []
    for role in roles:
        party = consignment.parties.get(role)
        if party is None or not party["name"]:
            blocks.append([ROLES[role], [["", consignment.ask("parties", ROLES[role])]]])
            continue
        town = " ".join(str(party[part]) for part in ("postcode", "city", "country_of_address") if party[part])
        reach = ", ".join(str(party[part]) for part in ("contact", "phone", "email") if party[part])
        rows = [
            ["", party["name"]],
            ["", party["name_zh"]],
            ["", party["address"]],
            ["", town],
            [mark("tax number"), party["tax_id"]],
            ["EORI", party["eori"]],
            [mark("customs number"), party["customs_id"]],
            [mark("contact"), reach],
        ]
        blocks.append([ROLES[role], [[label, str(value)] for label, value in rows if value]])
    return blocks


def _whole(table: pd.DataFrame, name: str, counts: tuple[str, ...]) -> pd.DataFrame:
    """The table with whole numbers above zero in its counts."""
    if table.empty:
        raise IncompletePapers(mark("The consignment has no lines or no cartons. Expected at least one of each."))
    numbers = table[list(counts)].apply(pd.to_numeric, errors="coerce")
    fits = (numbers > 0) & (numbers == np.floor(numbers)) & (numbers < np.inf)
    wrong = [f"{table[name].iloc[row]} {counts[column]}" for row, column in np.argwhere(~fits.to_numpy())]
    _refuse(
        wrong,
        mark(
            "No paper can be made without these facts: {rows}. Expected whole units, grams, millimetres and minor "
            "units above zero. Complete the product file, the cartons or the customs value."
        ),
    )
    return table.assign(**numbers.astype("int64"))


def _refuse(rows: Any, sentence: str, **values: object) -> None:
    if len(rows):
        raise IncompletePapers(sentence, rows=name_rows(rows), **values)


def _records(table: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
