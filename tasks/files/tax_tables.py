"""Where the seller is registered for tax, as a table of the seller."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import FAR_FUTURE, Column, Table

TAXES = ("vat", "gst", "jct", "eori", "ior", "other")

REGISTRATIONS = Table(
    "registrations",
    "one row per country and tax that the seller is registered for",
    False,
    (
        Column("country", "country", "Where."),
        Column("tax", "choice", "Which: VAT, GST or JCT (import tax is refunded), EORI, importer of record, other.",
               choices=TAXES, told=mark("one of vat, gst, jct, eori, ior, other")),
        Column("number", "text", "The registration's number."),
        Column("registered_on", "day", "First day it counts.", "day"),
        Column("effective_to", "day", "Last day it counts; blank: no end known.", "day", blank=FAR_FUTURE),
    ),
    key=("country", "tax", "registered_on"),
    ascending=(("registered_on", "effective_to"),),
)  # fmt: skip
