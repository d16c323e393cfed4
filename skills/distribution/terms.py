"""Dated terms of a marketplace and of its customs, as plain numbers in base minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from skills.rates import MissingRate, Rate, RateBook
from skills.vocabulary import Money, minor_digits

WEEKS_PER_MONTH = 52 / 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What selling one unit in a country costs.

    Attributes:
        vat: Share on top of the net price, in what the buyer pays; 0 where tax is added at the till.
        import_vat: Share on what crosses the border; the country's `import_vat` rate, else its `vat`.
        referral: Share of the price that the buyer pays.
        fulfilment_base: Per unit [base minor].
        fulfilment_per_kg: [base minor per kg].
        storage_per_m3_week: [base minor per m³ and week].
        returns_cost: Per returned unit [base minor].
    """

    vat: float
    import_vat: float
    referral: float
    fulfilment_base: float
    fulfilment_per_kg: float
    storage_per_m3_week: float
    returns_cost: float


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one product's entry into a country costs, as shares of its customs value.

    Attributes:
        duty: All layers together, each on the customs value, not on one another.
        mpf: Merchandise processing fee, before its minimum and maximum per entry.
        hmf: Harbour maintenance fee; ocean only.
    """

    duty: float
    mpf: float
    hmf: float


def read_terms(rates: RateBook, country: str, base_currency: str, as_of: date, has_returns: bool) -> Terms:
    """Terms of a country on a day.

    Raises:
        MissingRate: one of them has no valid rate.
    """
    vat = rates.read("vat", country, as_of)
    base = rates.find("fulfilment_base", country, as_of)
    per_kg = rates.find("fulfilment_per_kg", country, as_of)
    if base is None and per_kg is None:
        rates.read("fulfilment_base", country, as_of)
    returns_cost = rates.read("returns_cost", country, as_of) if has_returns else None
    storage = rates.read("storage_fee", country, as_of)
    return Terms(
        vat=float(vat.value),
        import_vat=float((rates.find("import_vat", country, as_of) or vat).value),
        referral=float(rates.read("referral_fee", country, as_of).value),
        fulfilment_base=in_base(rates, base, base_currency, as_of),
        fulfilment_per_kg=in_base(rates, per_kg, base_currency, as_of),
        storage_per_m3_week=in_base(rates, storage, base_currency, as_of) / WEEKS_PER_MONTH,
        returns_cost=in_base(rates, returns_cost, base_currency, as_of),
    )


def read_tariff(rates: RateBook, country: str, hs_code: str, mode: str, as_of: date) -> Tariff:
    """Border charges of a product by mode on a day.

    Raises:
        MissingRate: the country has no duty rate for the code.
    """
    layers = [rates.read_longest("duty", country, hs_code, as_of), *extra_duties(rates, country, hs_code, as_of)]
    mpf = rates.find("mpf_rate", country, as_of)
    hmf = rates.find("hmf_rate", country, as_of) if mode == "sea" else None
    return Tariff(
        duty=float(sum(layer.value for layer in layers)),
        mpf=float(mpf.value) if mpf else 0.0,
        hmf=float(hmf.value) if hmf else 0.0,
    )


def extra_duties(rates: RateBook, country: str, hs_code: str, as_of: date) -> list[Rate]:
    """Further duty layers on the code: kinds that start with `duty_`, by longest prefix or for the whole country."""
    found = []
    for kind in (kind for kind in rates.kinds if kind.startswith("duty_")):
        try:
            found.append(rates.read_longest(kind, country, hs_code, as_of))
        except MissingRate:
            whole = rates.find(kind, country, as_of)
            if whole is not None:
                found.append(whole)
    return found


def in_base(rates: RateBook, rate: Rate | None, base_currency: str, as_of: date) -> float:
    """A rate of unit `CCY/…` in base minor units; 0 for none."""
    if rate is None:
        return 0.0
    currency = rate.unit.partition("/")[0]
    crossed = rate.value * rates.convert(currency, base_currency, as_of)
    return float(crossed.scaleb(minor_digits(base_currency)))


def to_base_minor(amount_minor: int, currency: str, rates: RateBook, base_currency: str, as_of: date) -> int:
    """An amount in another currency's minor units, in base minor units, half even."""
    amount = Money(amount_minor, currency).amount * rates.convert(currency, base_currency, as_of)
    return Money.of(amount, base_currency).minor
