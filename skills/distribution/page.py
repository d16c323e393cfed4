"""The page that explains one shipment line: its steps, and the rates that they cite."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from skills.distribution.terms import extra_duties
from skills.rates import MissingRate, Rate, RateBook
from skills.vocabulary import minor_digits


class Page:
    """Steps of one line; money arrives in base minor units."""

    def __init__(self, currency: str) -> None:
        self.currency, self.digits = currency, minor_digits(currency)
        self.rows: list[tuple[str, str, str, str]] = []

    def say(self, label: str, value: object, unit: str, note: str = "") -> None:
        self.rows.append((label, str(value), unit, note))

    def pay(self, label: str, minor: float, note: str = "") -> None:
        self.say(label, self.money(minor), self.currency, note)

    def money(self, minor: float) -> str:
        """To a ten-thousandth, as a unit's money needs; zeros beyond the minor unit are left out."""
        amount = Decimal(str(round(float(minor), 2))).scaleb(-self.digits).quantize(Decimal("0.0001"))
        text = format(amount if amount else abs(amount), "f")
        return text[: len(text) - 4 + self.digits] + text[len(text) - 4 + self.digits :].rstrip("0")


class Sources:
    """Rates as notes: value, source, date, confidence."""

    def __init__(self, rates: RateBook, as_of: date, base_currency: str, origin: str) -> None:
        self.rates, self.as_of, self.base_currency, self.origin = rates, as_of, base_currency, origin
        self._notes: dict[tuple[str, ...], str] = {}

    def name(self, kind: str, key: str) -> str:
        if (kind, key) not in self._notes:
            self._notes[kind, key] = describe(self.rates.find(kind, key, self.as_of))
        return self._notes[kind, key]

    def list_exchanges(self, country: str, lane_currency: str) -> list[tuple[str, str, str]]:
        """Unit, value and note of every exchange between a marketplace's or lane's money and the base currency."""
        fee = self.rates.find("storage_fee", country, self.as_of)
        wanted = {lane_currency} | ({fee.unit.partition("/")[0]} if fee else set())
        rows = []
        for currency in sorted(wanted - {self.base_currency, "", "nan"}):
            crossed = self.rates.convert(currency, self.base_currency, self.as_of)
            parts = [self.name("fx", name) for name in (self.base_currency, currency) if name != "USD"]
            rows.append((f"{self.base_currency} / {currency}", f"{crossed:.4f}", "; ".join(parts)))
        return rows

    def name_rebate(self, hs_code: str) -> str:
        try:
            rebate = self.rates.read_longest("export_rebate", self.origin, hs_code, self.as_of)
        except MissingRate:
            return ""
        return describe(rebate)

    def name_duty(self, country: str, hs_code: str) -> str:
        if (country, hs_code) not in self._notes:
            layers = []
            try:
                layers.append(self.rates.read_longest("duty", country, hs_code, self.as_of))
            except MissingRate:
                return ""
            layers += extra_duties(self.rates, country, hs_code, self.as_of)
            self._notes[country, hs_code] = " + ".join(
                f"{layer.kind} {layer.key}: {describe(layer)}" for layer in layers
            )
        return self._notes[country, hs_code]


def describe(rate: Rate | None) -> str:
    """Value, source, first day and confidence of a rate; "" for none."""
    if rate is None:
        return ""
    value = f"{percent(rate.value)} %" if rate.unit == "share" else f"{rate.value} {rate.unit}"
    return f"{value} · {rate.source} · {rate.effective_from.isoformat()} · {rate.confidence}"


def percent(share: float | Decimal) -> str:
    """A share in percent, six digits at most."""
    return f"{float(share) * 100:.6g}"
