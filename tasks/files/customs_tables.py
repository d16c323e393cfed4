"""The customs values that a broker stated, as a table of the seller."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import FAR_FUTURE, Column, Table

METHODS = ("identical", "similar", "deductive", "computed", "fall_back")
BASES = ("FOB", "CIF")

CUSTOMS_VALUES = Table(
    "customs_values",
    "one row per SKU, country and day of the choice",
    False,
    (
        Column("sku", "sku", "The SKU; * for every one without a row of its own.", blank="*"),
        Column("country", "country", "Country of import."),
        Column("method", "choice", "How own stock is valued; it is no sale, so the price is not among them.",
               choices=METHODS, told=mark("one of identical, similar, deductive, computed, fall_back")),
        Column("amount_minor", "money", "Customs value of one unit.", low=1e-9,
               told=mark("an amount of money above 0")),
        Column("currency", "currency", "Currency of the amount.", "ISO 4217"),
        Column("basis", "choice", "FOB leaves international freight and insurance out, CIF includes them.",
               choices=BASES, told=mark("FOB or CIF")),
        Column("evidence", "text", "What the broker would show to customs; several between semicolons."),
        Column("broker", "text", "Who advised it."),
        Column("decided_by", "text", "Who chose it for the seller."),
        Column("decided_on", "day", "When it was chosen; the newest row counts.", "day"),
        Column("importer", "text", "Importer of record."),
        Column("attorney", "text", "Attorney for customs procedures of a foreign importer (Japan: ACP).", blank=""),
        Column("expires", "day", "Last day it holds; blank: until another is chosen.", "day", blank=FAR_FUTURE),
    ),
    key=("sku", "country", "decided_on"),
    ascending=(("decided_on", "expires"),),
)  # fmt: skip
