"""What a supplier's order is planned with beside stock and demand: cash to come, and receiving by season."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import Column, Table

CASH_PLAN = Table(
    "cash_plan",
    "one row per week and currency of the cash that the seller expects beside orders and shipments",
    False,
    (
        Column("week", "day", "Any day of the week.", "day", aliases=("week_of", "周")),
        Column("receipts_minor", "money", "Payouts of the marketplaces and other receipts.", blank=0,
               aliases=("payouts", "回款")),
        Column("rebates_minor", "money", "Export rebates that come in.", blank=0, aliases=("export_rebates", "退税")),
        Column("payments_minor", "money", "Paid for neither an order nor a shipment of tonight: ads, wages, rent, "
               "taxes, later shipments.", blank=0, aliases=("付款",)),
        Column("currency", "currency", "Currency of the amounts in this row.", "ISO 4217"),
        Column("note", "text", "What is in it.", blank=""),
    ),
    key=("week", "currency"),
)  # fmt: skip

RECEIVING_TIMES = Table(
    "receiving_times",
    "one row per country and period in which receiving takes longer than the lanes' transit says",
    False,
    (
        Column("country", "country", "Country of the lanes' destination."),
        Column("first_day", "day", "First day on which goods that land are received slower.", "day"),
        Column("last_day", "day", "Last such day.", "day"),
        Column("extra_days_p10", "count", "Further days beyond transit; one shipment in ten waits less.", "days",
               blank=0, high=100),
        Column("extra_days_p50", "count", "Further days in the middle.", "days", high=100),
        Column("extra_days_p90", "count", "Further days; one shipment in ten waits longer.", "days", high=100),
        Column("note", "text", "Why, and who says so.", blank=""),
    ),
    ascending=(("first_day", "last_day"), ("extra_days_p10", "extra_days_p50", "extra_days_p90")),
)  # fmt: skip

EXPECTED_ORDER = {
    "extra_days_p50": mark("not less than the p10"),
    "extra_days_p90": mark("not less than the p50"),
}
"""Later column of an ascending pair → what was expected of it."""
