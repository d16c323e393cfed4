"""One shipment's bills, what was expected, and its events; each test changes what it is about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.rates import Rate, RateBook

AS_OF = date(2025, 11, 24)
EVENT_COLUMNS = ["shipment", "happened_on", "known_on", "event", "day", "container", "bill_of_lading", "entry", "sku",
                 "units", "lane", "source"]  # fmt: skip
BILL: dict[str, Any] = {
    "bill": "B-1", "line": "", "kind": "forwarder", "issuer": "Blue Forwarding", "shipment": "S1", "entry": "",
    "bill_of_lading": "", "container": "", "component": "freight", "sku": "", "amount_minor": 100_000,
    "currency": "CNY", "billed_on": pd.Timestamp("2025-11-03"), "period_from": pd.NaT,
}  # fmt: skip
LANE: dict[str, Any] = {
    "lane": "SZ-US-SEA", "from_node": "SZ-HUB", "to_node": "US-FBA", "mode": "sea", "transit_days_p10": 30,
    "transit_days_p50": 37, "transit_days_p90": 49, "cost_per_kg_minor": 0, "cost_per_m3_minor": 118_000,
    "minimum_minor": 118_000, "fixed_minor": 95_000, "currency": "CNY",
}  # fmt: skip


def make_bills(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{**BILL, **change} for change in changes], columns=list(BILL))


def make_expected(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["shipment", "component", "amount_minor", "currency"])
    return frame.assign(source="quote", entry="")


def make_events(*rows: dict[str, Any]) -> pd.DataFrame:
    blank = {"container": "", "bill_of_lading": "", "entry": "", "sku": "", "lane": "", "source": "forwarder",
             "shipment": "S1", "units": float("nan"), "day": pd.NaT}  # fmt: skip
    filled = [{**blank, "happened_on": row["known_on"], **row} for row in rows]
    return pd.DataFrame(filled, columns=EVENT_COLUMNS)


def make_inbound(units: dict[str, int], shipment: str = "S1", eta: str = "2025-12-08") -> pd.DataFrame:
    columns = ["shipment", "sku", "from_node", "to_node", "mode", "units", "eta"]
    rows = [(shipment, sku, "SZ-HUB", "US-FBA", "sea", count, pd.Timestamp(eta)) for sku, count in units.items()]
    return pd.DataFrame(rows, columns=columns)


def read_rates() -> RateBook:
    values = [("CNY", "7.12"), ("EUR", "0.859"), ("JPY", "151.3545")]
    day = date(2025, 9, 1)
    return RateBook(
        Rate("fx", key, Decimal(value), f"{key} per USD", day, None, "test", day, "generated")
        for key, value in values
    )
