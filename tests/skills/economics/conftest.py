"""A small seller: one mat by sea to the US, by sea and by tax-included freight to Germany."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.economics import quote_landed_cost, quote_margin
from skills.economics.policy import EconomicsPolicy
from skills.rates import RateBook

AS_OF = date(2026, 9, 1)
POLICY = EconomicsPolicy()
RATES = [
    ("fx", "CNY", "7.2", "CNY per USD"), ("fx", "EUR", "0.9", "EUR per USD"),
    ("duty", "US:6302", "0.09", "share"), ("duty_301", "US:6302", "0.075", "share"),
    ("duty", "DE:6302", "0.12", "share"),
    ("vat", "US", "0", "share"), ("vat", "DE", "0.19", "share"),
    ("export_rebate", "CN:6302", "0.13", "share of the invoiced cost"),
    ("hmf_rate", "US", "0.00125", "share of customs value"),
    ("mpf_rate", "US", "0.003464", "share of customs value"),
    ("mpf_min", "US", "33.58", "USD/entry"), ("mpf_max", "US", "651.50", "USD/entry"),
    ("prep", "US", "0.05", "USD/unit"), ("prep", "DE", "0.05", "EUR/unit"),
] + [
    row
    for lane in ("SEA-US", "AIR-US", "SEA-DE", "DDP-DE")
    for row in (
        [("freight", lane, "9.5", "CNY/kg"), ("insurance", lane, "0.003", "share")]
        + [(kind, lane, "100", "CNY/entry") for kind in
           ("pick_up", "export_terminal", "brokerage", "bond_isf", "drayage", "appointment", "exam")]
    )
]  # fmt: skip


def book(rows: list[tuple[str, str, str, str]] = RATES, last: str = "2026-09-30") -> RateBook:
    columns = ["kind", "key", "value", "unit"]
    return RateBook.from_frame(
        pd.DataFrame(rows, columns=columns).assign(
            effective_from="2026-01-01", effective_to=last, source="generated", retrieved_on="2026-08-31",
            confidence="generated",
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Facts:
    lines: pd.DataFrame
    products: pd.DataFrame
    lanes: pd.DataFrame
    registrations: pd.DataFrame
    prices: pd.DataFrame
    rates: RateBook

    def but(self, **changes: Any) -> Facts:
        return replace(self, **changes)

    def land(self, as_of: date = AS_OF, policy: EconomicsPolicy = POLICY) -> pd.DataFrame:
        return quote_landed_cost(
            self.lines, self.products, self.lanes, self.registrations, self.rates, "CNY", policy, as_of
        )

    def margin(self, **changes: int) -> pd.DataFrame:
        return quote_margin(self.land(), self.prices, changes, self.rates, "CNY", POLICY, AS_OF)


@pytest.fixture
def facts() -> Facts:
    def line(entry: str, country: str, lane: str, currency: str) -> dict[str, Any]:
        return {"entry": entry, "sku": "MAT", "country": country, "lane": lane, "units": 1000,
                "customs_value_minor": 400_000, "customs_currency": currency, "customs_method": "transaction",
                "placement_minor": 30, "duty_layers": "duty duty_301" if country == "US" else "duty",
                "departs_on": "2026-09-05"}  # fmt: skip

    lanes = [("SEA-US", "US", "sea", False), ("AIR-US", "US", "air", False), ("SEA-DE", "DE", "sea", False),
             ("DDP-DE", "DE", "sea", True)]  # fmt: skip
    return Facts(
        pd.DataFrame([line("E1", "US", "SEA-US", "USD"), line("E2", "US", "AIR-US", "USD"),
                      line("E3", "DE", "SEA-DE", "EUR"), line("E4", "DE", "DDP-DE", "EUR")]),
        pd.DataFrame([{"sku": "MAT", "unit_cost_minor": 2500, "cost_currency": "CNY", "tooling_minor": 500_000,
                       "tooling_units": 10_000, "qc_pack_minor": 40, "weight_g": 300, "volume_cm3": 1200,
                       "hs_code": "6302.60", "special_vat_invoice": True}]),
        pd.DataFrame([{"lane": lane, "country": country, "mode": mode, "incoterm": "DDP" if tax else "FOB",
                       "importer_of_record": "forwarder" if tax else "seller", "tax_included": tax,
                       "volumetric_divisor": 6000} for lane, country, mode, tax in lanes]),
        pd.DataFrame({"country": ["DE"]}),
        pd.DataFrame([{"sku": "MAT", "country": country, "price_minor": 1999, "currency": currency,
                       "tax_in_price": country == "DE", "discounts_minor": 100, "refunds_minor": 60,
                       "referral_minor": 300, "fulfilment_minor": 400, "storage_minor": 20, "returns_minor": 30,
                       "ads_minor": 150} for country, currency in (("US", "USD"), ("DE", "EUR"))]),
        book(),
    )  # fmt: skip
