"""What a line and an entry are charged, read from the rate book for one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from skills.economics.exact import divide_half_even
from skills.economics.sheet import ENTRY_COMPONENTS, FX, SHARE
from skills.rates import Rate, RateBook
from skills.vocabulary import Refusal, mark, minor_digits, round_half_even

_BORDER = frozenset({"brokerage", "bond_isf"})
_US = "US"


class UnusableRate(Refusal):
    """A rate in a unit, or with more digits, than a booking can hold."""


Note = tuple[str, str, str, str, str]
"""Rate as the source has it, its currency, its first day, its source, and what it is charged on."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One component of a line: an integer rate, its currency, and where it comes from."""

    number: int
    currency: str
    note: Note


class Tariff:
    """The rate book of one day, in one base currency."""

    def __init__(self, rates: RateBook, base_currency: str, as_of: date) -> None:
        self._rates, self._base, self._as_of = rates, base_currency, as_of

    def fx(self, currency: str) -> int:
        """Base minor units for one minor unit of the currency, in billionths."""
        ratio = self._rates.convert(currency, self._base, self._as_of)
        scaled = ratio.scaleb(minor_digits(self._base) - minor_digits(currency)) * FX
        return round_half_even(scaled)

    def charge_line(self, line: Mapping[Any, Any]) -> dict[str, Charge]:
        """Charges on units, weight and value; under tax-included freight none of the border's."""
        country, lane, code = str(line["country"]), str(line["lane"]), str(line["hs_code"])
        cost, customs = str(line["cost_currency"]), str(line["customs_currency"])
        charges = {
            "ex_works": self._given(int(line["unit_cost_minor"]), cost, "unit"),
            "tooling_share": self._given(
                divide_half_even(int(line["tooling_minor"]) * 1000, max(int(line["tooling_units"]), 1)), cost, "unit"
            ),
            "qc_pack": self._given(int(line["qc_pack_minor"]), cost, "unit"),
            "freight": self._amount("freight", lane, "kg", 1000),
            "insurance": self._share("insurance", lane, cost, "ex-works value"),
            "prep": self._amount("prep", country, "unit", 1000),
            "placement": self._given(int(line["placement_minor"]), self._base, "unit"),
        }
        if bool(line["special_vat_invoice"]):
            rebate = self._longest("export_rebate", "CN", code, cost, "ex-works value")
            charges["export_rebate"] = Charge(-rebate.number, rebate.currency, rebate.note)
        if bool(line["tax_included"]):
            return charges
        for layer in str(line["duty_layers"]).split():
            charges[layer] = self._longest(layer, country, code, customs, "customs value")
        charges["import_vat"] = self._share("vat", country, customs, "customs value and duty")
        if country == _US and line["mode"] == "sea":
            charges["hmf"] = self._share("hmf", country, customs, "customs value")
        return charges

    def charge_entry(self, line: Mapping[Any, Any]) -> dict[str, Charge]:
        """Charges per entry; those of the border are in the price of tax-included freight."""
        included = bool(line["tax_included"])
        names = [name for name in ENTRY_COMPONENTS[1:] if not (included and name in _BORDER)]
        return {name: self._amount(name, str(line["lane"]), "entry", 1) for name in names}

    def read_mpf(self, line: Mapping[Any, Any]) -> tuple[list[int], dict[str, Note]]:
        """Rate, minimum, maximum and fx of the merchandise processing fee, and where they come from.

        Zeros and no source outside the US and under DDP.
        """
        if line["country"] != _US or bool(line["tax_included"]):
            return [0, 0, 0, FX], {}
        least, most = (self._amount(kind, _US, "entry", 1) for kind in ("mpf_min", "mpf_max"))
        rate = self._share("mpf", _US, least.currency, "customs value")
        if str(line["customs_currency"]) != least.currency:
            raise UnusableRate(
                mark(
                    "The customs value of entry {entry} is in {found}; the merchandise processing fee is in "
                    "{expected}. State the customs value in {expected}."
                ),
                entry=line["entry"],
                found=line["customs_currency"],
                expected=least.currency,
            )
        share, currency, since, source, basis = rate.note
        bounds = f"{share}, {least.note[0]}–{most.note[0]}"
        return (
            [rate.number, least.number, most.number, self.fx(least.currency)],
            {"mpf": (bounds, currency, since, source, f"{basis}, within bounds per entry")},
        )

    def _given(self, number: int, currency: str, per: str) -> Charge:
        return Charge(number, currency, (str(number), currency, self._as_of.isoformat(), "seller's files", per))

    def _share(self, kind: str, key: str, currency: str, basis: str) -> Charge:
        return self._as_share(self._rates.read(kind, key, self._as_of), currency, basis)

    def _longest(self, kind: str, country: str, code: str, currency: str, basis: str) -> Charge:
        return self._as_share(self._rates.read_longest(kind, country, code, self._as_of), currency, basis)

    def _as_share(self, rate: Rate, currency: str, basis: str) -> Charge:
        return Charge(self._whole(rate, rate.value * SHARE, "share"), currency, _note(rate, currency, basis))

    def _amount(self, kind: str, key: str, per: str, parts: int) -> Charge:
        rate = self._rates.read(kind, key, self._as_of)
        currency, _, unit = rate.unit.partition("/")
        number = self._whole(rate, rate.value.scaleb(minor_digits(currency)) * parts, f"{currency}/{per}")
        return Charge(number, currency, _note(rate, currency, unit))

    @staticmethod
    def _whole(rate: Rate, scaled: Decimal, unit: str) -> int:
        if rate.unit != unit or scaled != int(scaled) or scaled < 0:
            raise UnusableRate(
                mark(
                    "The {kind} rate for {key} is {value} {found}. Expected {expected}, not negative, with at most "
                    "seven decimals of a share or five of an amount. Correct it in the rate file and import it again."
                ),
                kind=rate.kind,
                key=rate.key,
                value=rate.value,
                found=rate.unit,
                expected=unit,
            )
        return int(scaled)


def _note(rate: Rate, currency: str, basis: str) -> Note:
    return str(rate.value), currency, rate.effective_from.isoformat(), rate.source, basis
