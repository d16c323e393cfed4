"""Where the seller is registered for tax, and what storing in a country takes, as tables of the seller."""

from __future__ import annotations

import pandas as pd

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

COUNTRY_ENTRIES = Table(
    "country_entries",
    "one row per country in which stock is or might be stored; one that is not named counts as registered",
    False,
    (
        Column("country", "country", "Where."),
        Column("registered", "yes_no", "Whether the seller is registered for VAT there and may receive stock.",
               blank="yes"),
        Column("applied_on", "day", "Day the registration was applied for; blank: not yet.", "day", blank=pd.NaT),
        Column("lead_days", "count", "From the application to the first day on which stock may be received.", "days",
               blank=0, high=1000),
        Column("yearly_cost_minor", "money", "What registration and returns cost in a year.", blank=0),
        Column("currency", "currency", "Currency of the yearly cost.", "ISO 4217"),
        Column("source", "text", "Who says so.", blank=""),
    ),
    key=("country",),
)  # fmt: skip
