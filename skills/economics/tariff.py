"""What a line and an entry are charged, read from the rate book for one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from skills.economics.exact import divide_half_even
from skills.economics.facts import UnusableCost
from skills.economics.sheet import ENTRY_COMPONENTS, FX, QUOTE, SHARE
from skills.rates import Rate, RateBook
from skills.vocabulary import mark, minor_digits, round_half_even

CUSTOMS_VALUE = mark("share of customs value")
CUSTOMS_VALUE_BOUNDED = mark("share of customs value, within bounds per entry")
CUSTOMS_VALUE_AND_DUTY = mark("share of customs value and duty")
CIF_VALUE_AND_DUTY = mark("share of customs value (CIF) and duty; onward transport is not stated, so not in it")
QUOTED = mark("quoted for the entry, shared by chargeable weight")
EX_WORKS_VALUE = mark("share of the ex-works value")
EX_WORKS_WITHOUT_VAT = mark("share of the ex-works value without the VAT of the supplier's invoice")
PER = {"unit": mark("per unit"), "kg": mark("per chargeable kilogram"), "entry": mark("per entry")}
NOT_CHARGED = mark("not charged")
SELLERS_FILES = mark("seller's files")

_AT_THE_BORDER = frozenset({"brokerage", "bond_isf"})
_TRUST = ("unverified", "generated", "secondary", "primary")
_US = "US"
_CIF = frozenset({
    "GB", "AT", "BE", "BG", "HR", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""Where import VAT falls on a CIF customs value with its duty (EU VAT directive, articles 85 and 86)."""


class Note(NamedTuple):
    """Where a charge comes from: dates as ISO text; retrieved_on and confidence empty for the seller's figures."""

    rate: str
    rate_currency: str
    rate_from: str = ""
    source: str = ""
    retrieved_on: str = ""
    confidence: str = ""
    basis: str = NOT_CHARGED


class Exchange(NamedTuple):
    """Base currency for one unit of another, and whose rates crossed to it; all empty for the base currency."""

    fx: str = ""
    fx_from: str = ""
    fx_source: str = ""
    fx_confidence: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """One component of a line: an integer rate, its currency, and where it comes from."""

    number: int
    currency: str
    note: Note


@dataclass(frozen=True, slots=True)
class Fee:
    """One component of an entry: a share [ten-millionths] of its customs value, between two amounts [minor]."""

    share: int
    least: int
    most: int
    currency: str
    note: Note


class Tariff:
    """The rate book of one day, in one base currency."""

    def __init__(self, rates: RateBook, base_currency: str, as_of: date) -> None:
        self._rates, self._base, self._as_of = rates, base_currency, as_of

    def fx(self, currency: str) -> int:
        """Base minor units for one minor unit of the currency, in billionths."""
        ratio = self._rates.convert(currency, self._base, self._as_of)
        return round_half_even(ratio.scaleb(minor_digits(self._base) - minor_digits(currency)) * FX)

    def note_exchange(self, currency: str) -> Exchange:
        """What `fx` rests on; of two crossed rates the older day and the lower trust."""
        if currency == self._base:
            return Exchange()
        crossed = [self._read("fx", name) for name in (currency, self._base) if name != "USD"]
        return Exchange(
            format(
                self._rates.convert(currency, self._base, self._as_of).quantize(Decimal("0.000001")).normalize(), "f"
            ),
            min(rate.effective_from for rate in crossed).isoformat(),
            "; ".join(dict.fromkeys(rate.source for rate in crossed)),
            min((rate.confidence for rate in crossed), key=_TRUST.index),
        )

    def charge_line(self, line: Mapping[Any, Any]) -> dict[str, Charge]:
        """Charges on units, weight and value; under tax-included freight none of the border's."""
        country, lane, code = str(line["country"]), str(line["lane"]), str(line["hs_code"])
        cost, customs = str(line["cost_currency"]), str(line["customs_currency"])
        charges = {
            "ex_works": self._given(int(line["unit_cost_minor"]), cost),
            "tooling_share": self._given(
                divide_half_even(int(line["tooling_minor"]) * 1000, max(int(line["tooling_units"]), 1)), cost, 1000
            ),
            "qc_pack": self._given(int(line["qc_pack_minor"]), cost),
            "handling": self._given(int(line["handling_minor"]), str(line["handling_currency"])),
            "insurance": self._share(self._read("insurance", lane), cost, EX_WORKS_VALUE),
            "prep": self._amount("prep", country, "unit", 1000),
            "placement": self._given(int(line["placement_minor"]), self._base),
        }
        if not is_quoted(line):
            charges["freight"] = self._amount("freight", lane, "kg", 1000)
        if bool(line["special_vat_invoice"]) and bool(line["seller_exports"]):
            rebate = self._share(self._longest("export_rebate", "CN", code), cost, EX_WORKS_WITHOUT_VAT)
            tax = self._rates.find("vat", "CN", self._as_of)
            net = round_half_even(Decimal(rebate.number) / (1 + (tax.share if tax else Decimal(0))))
            charges["export_rebate"] = Charge(-net, rebate.currency, rebate.note)
        if bool(line["tax_included"]):
            return charges
        for layer in str(line["duty_layers"]).split():
            charges[layer] = self._share(self._longest(layer, country, code), customs, CUSTOMS_VALUE)
        tax = self._rates.find("import_vat", country, self._as_of) or self._read("vat", country)
        basis = CIF_VALUE_AND_DUTY if country in _CIF else CUSTOMS_VALUE_AND_DUTY
        charges["import_vat"] = self._share(tax, customs, basis)
        return charges

    def charge_entry(self, line: Mapping[Any, Any], customs_value: int) -> dict[str, Fee]:
        """Charges per entry; those of the border are in the price of tax-included freight.

        Args:
            line: Any line of the entry; its lane, country and customs currency are the entry's.
            customs_value: Of all lines of the entry [minor units of the customs currency].
        """
        included = bool(line["tax_included"])
        fees = {}
        for name, _ in ENTRY_COMPONENTS:
            if name not in ("mpf", "hmf", QUOTE) and not (included and name in _AT_THE_BORDER):
                fixed = self._amount(name, str(line["lane"]), "entry", 1)
                fees[name] = Fee(0, fixed.number, fixed.number, fixed.currency, fixed.note)
        if is_quoted(line):
            quoted, currency = int(line["freight_minor"]), str(line["freight_currency"])
            note = Note(
                str(line["freight_rate"]),
                currency,
                str(line["freight_from"]),
                str(line["freight_source"]),
                str(line["freight_retrieved_on"]),
                str(line["freight_confidence"]),
                QUOTED,
            )
            fees[QUOTE] = Fee(0, quoted, quoted, currency, note)
        if line["country"] != _US or included:
            return fees
        fees["mpf"] = self._charge_processing(line)
        if line["mode"] == "sea":
            charge = self._share(self._read("hmf_rate", _US), str(line["customs_currency"]), CUSTOMS_VALUE)
            fees["hmf"] = Fee(charge.number, 0, customs_value, charge.currency, charge.note)
        return fees

    def _charge_processing(self, line: Mapping[Any, Any]) -> Fee:
        """The merchandise processing fee; its note is of the least trusted and longest unread of its three rates."""
        customs = str(line["customs_currency"])
        rates = [self._read(kind, _US) for kind in ("mpf_rate", "mpf_min", "mpf_max")]
        share, (least, most) = self._share(rates[0], customs, CUSTOMS_VALUE_BOUNDED), (
            self._amount(kind, _US, "entry", 1) for kind in ("mpf_min", "mpf_max")
        )  # fmt: skip
        if {least.currency, most.currency} != {customs}:
            raise UnusableCost(
                mark(
                    "The customs value of entry {entry} is in {found}; the merchandise processing fee is in "
                    "{expected}. State the customs value in {expected}."
                ),
                entry=line["entry"],
                found=customs,
                expected=least.currency,
            )
        note = share.note._replace(
            rate=f"{share.note.rate}, {least.note.rate}–{most.note.rate}",
            retrieved_on=min(rate.retrieved_on for rate in rates).isoformat(),
            confidence=min((rate.confidence for rate in rates), key=_TRUST.index),
        )
        return Fee(share.number, least.number, most.number, customs, note)

    def _given(self, number: int, currency: str, parts: int = 1) -> Charge:
        """A figure of the seller's, in so many parts of a minor unit; its note states it in minor units."""
        stated = format((Decimal(number) / parts).normalize(), "f")
        note = Note(stated, currency, self._as_of.isoformat(), SELLERS_FILES, basis=PER["unit"])
        return Charge(number, currency, note)

    def _read(self, kind: str, key: str) -> Rate:
        return self._rates.read(kind, key, self._as_of)

    def _longest(self, kind: str, country: str, code: str) -> Rate:
        return self._rates.read_longest(kind, country, code, self._as_of)

    def _share(self, rate: Rate, currency: str, basis: str) -> Charge:
        return Charge(_whole(rate, rate.share * SHARE, rate.unit), currency, _note(rate, currency, basis))

    def _amount(self, kind: str, key: str, per: str, parts: int) -> Charge:
        rate = self._read(kind, key)
        currency = rate.unit.partition("/")[0]
        number = _whole(rate, rate.value.scaleb(minor_digits(currency)) * parts, f"{currency}/{per}")
        return Charge(number, currency, _note(rate, currency, PER[per]))


def is_quoted(line: Mapping[Any, Any]) -> bool:
    """Whether the entry's freight is given as an amount; else it is charged per kilogram from the rate book."""
    return not pd.isna(line["freight_minor"])


def _whole(rate: Rate, scaled: Decimal, unit: str) -> int:
    if rate.unit != unit or scaled != int(scaled) or scaled < 0:
        raise rate.refuse_unit(unit)
    return int(scaled)


def _note(rate: Rate, currency: str, basis: str) -> Note:
    return Note(
        str(rate.value),
        currency,
        rate.effective_from.isoformat(),
        rate.source,
        rate.retrieved_on.isoformat(),
        rate.confidence,
        basis,
    )
