"""The demo broker's letters: a customs value by SKU and country, generated from the demo's own costs and prices.

Computed and fall-back values are the supplier's price with a margin, and for a CIF basis with carriage; Japan's are
deductive, from the retail price there. Two SKUs have no letter for Japan, so that a refusal can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from skills.customs.deductive import deduct_resale
from skills.rates import RateBook
from skills.vocabulary import Money, minor_digits
from tasks.files.reference import read_starter_rates
from tasks.simulated.demo_demand import COUNTRIES, read_facts

DECIDED_ON, EXPIRES = date(2025, 9, 15), date(2026, 9, 14)
WITHOUT_LETTER = {("HN-PM403", "JP"), ("HN-AP502", "JP")}
"""SKU and country whose value nobody has chosen yet."""

_MARGIN, _TO_PORT, _CARRIAGE = Decimal("1.10"), Decimal("0.60"), Decimal("1.06")
_HOW = {
    "US": ("computed", "FOB", "USD"),
    "CA": ("computed", "FOB", "CAD"),
    "DE": ("fall_back", "CIF", "EUR"),
    "FR": ("fall_back", "CIF", "EUR"),
    "GB": ("fall_back", "CIF", "GBP"),
    "JP": ("deductive", "CIF", "JPY"),
}
_DEDUCTED, _FULFILMENT_YEN = Decimal("0.48"), 430
"""Referral fee, profit, general expenses and domestic carriage as a share of the price; fulfilment of a unit."""


def list_customs_values() -> Iterator[dict[str, str]]:
    """One row per letter, columns of the table `customs_values`."""
    rates = RateBook.from_frame(read_starter_rates())
    prices = {row["sku"]: row["price_JP"] for row in read_facts("demand")}
    for number, product in enumerate(read_facts("products"), 1):
        for country in COUNTRIES:
            if (product["sku"], country) in WITHOUT_LETTER:
                continue
            method, basis, currency = _HOW[country]
            amount = (
                _deduct(product, Money(int(prices[product["sku"]]), "JPY"), rates)
                if method == "deductive"
                else _build_up(Decimal(product["unit_cost"]), basis, currency, rates)
            )
            letter = f"generated broker letter {country}-2025-{number:03d}"
            shown = "retail prices in Japan" if method == "deductive" else "supplier's price list of 2025-08"
            yield {
                "sku": product["sku"],
                "country": country,
                "method": method,
                "amount": f"{amount.amount:.{minor_digits(currency)}f}",
                "currency": currency,
                "basis": basis,
                "evidence": f"{letter}; {shown}",
                "broker": "海桥报关 Haiqiao Customs Brokers (generated)",
                "decided_by": "陈启航 Chen Qihang",
                "decided_on": DECIDED_ON.isoformat(),
                "importer": "Haina Home Textiles Co., Ltd.",
                "attorney": "さくら通関 Sakura ACP (generated)" if country == "JP" else "",
                "expires": EXPIRES.isoformat(),
            }


def _build_up(cost: Decimal, basis: str, currency: str, rates: RateBook) -> Money:
    """Price at the supplier's door, margin and the way to the port; carriage and insurance too under CIF."""
    fob = cost * _MARGIN + _TO_PORT
    value = fob * _CARRIAGE if basis == "CIF" else fob
    return Money.of(value * rates.convert("CNY", currency, DECIDED_ON), currency)


def _deduct(product: dict[str, str], price: Money, rates: RateBook) -> Money:
    code = product["hs_code"] or "6302.91"
    duty = rates.read_longest("duty", "JP", code, DECIDED_ON).share
    deductions = Money(int(price.minor * _DEDUCTED) + _FULFILMENT_YEN, "JPY")
    return deduct_resale(price, deductions, duty, "JP", rates, drops_fractions=True, as_of=DECIDED_ON)
