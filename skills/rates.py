"""Dated rates: every answer takes `as_of`, names its source, and is refused when no rate is valid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, cast

import pandas as pd

from skills.vocabulary import Currency, Refusal, mark

Confidence = Literal["primary", "secondary", "unverified", "generated"]

RATE_COLUMNS = (
    "kind",
    "key",
    "value",
    "unit",
    "effective_from",
    "effective_to",
    "source",
    "retrieved_on",
    "confidence",
)


class MissingRate(Refusal):
    """No rate is valid on the day asked for."""


class ConflictingRates(Refusal):
    """Two rates with different values claim the same day."""


class UnverifiedRate(Refusal):
    """The rate that holds is one that nobody has checked, and the policy does not accept such."""


class UnusableRate(Refusal):
    """A rate in another unit than it is used in, below zero, or with more digits than a booking can hold."""


class Dated:
    """What holds from one day to another, both included; without an end while none is known."""

    __slots__ = ()
    effective_from: date
    effective_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Rate(Dated):
    """One dated value.

    Attributes:
        kind: What is rated: fx, vat, duty, mpf_rate, referral_fee, storage_fee …
        key: What it applies to within the kind: a currency, a country, `US:6302.60`.
        value: The number, in `unit`.
        unit: share, `CCY per USD`, `EUR/m3/month` …
        effective_from: First day it holds.
        effective_to: Last day it holds; None while no end is known.
        source: Who says so.
        retrieved_on: The day it was read there.
        confidence: primary, secondary, unverified or generated.
    """

    kind: str
    key: str
    value: Decimal
    unit: str
    effective_from: date
    effective_to: date | None
    source: str
    retrieved_on: date
    confidence: Confidence

    @property
    def share(self) -> Decimal:
        """The value of a rate in `share` or `share of …`.

        Raises:
            UnusableRate: it is in another unit, or negative.
        """
        if self.unit.partition(" of ")[0] != "share" or self.value < 0:
            raise self.refuse_unit("share")
        return self.value

    def refuse_unit(self, expected: str) -> UnusableRate:
        """The refusal that says what is wrong with the rate's unit or digits."""
        return UnusableRate(
            mark(
                "The {kind} rate for {key} is {value} {found}. Expected {expected}, not negative, with at most "
                "seven decimals of a share or five of an amount. Correct it in the rate file and import it again."
            ),
            kind=self.kind,
            key=self.key,
            value=self.value,
            found=self.unit,
            expected=expected,
        )


class RateBook:
    """Rates of one moment, looked up by kind, key and day.

    Args:
        accept_unverified: Whether a look-up may end at a rate that nobody has checked.
    """

    def __init__(self, rates: Iterable[Rate], accept_unverified: bool = True) -> None:
        self._accept_unverified = accept_unverified
        self._by_kind: dict[str, dict[str, list[Rate]]] = {}
        for rate in rates:
            self._by_kind.setdefault(rate.kind, {}).setdefault(rate.key, []).append(rate)

    def __iter__(self) -> Iterator[Rate]:
        return (rate for keys in self._by_kind.values() for rates in keys.values() for rate in rates)

    @property
    def kinds(self) -> list[str]:
        """Every kind that the book rates, sorted."""
        return sorted(self._by_kind)

    def trust(self, accept_unverified: bool) -> RateBook:
        """The same rates; unless accepted, a look-up that ends at an unverified one is refused."""
        book = RateBook((), accept_unverified)
        book._by_kind = self._by_kind
        return book

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> RateBook:
        """From one row per (kind, key, effective_from, source), the columns of `RATE_COLUMNS`; dates or ISO text."""
        return cls(
            Rate(
                kind=str(row.kind),
                key=str(row.key),
                value=Decimal(str(row.value)),
                unit=str(row.unit),
                effective_from=_as_date(row.effective_from),
                effective_to=_as_date_or_none(row.effective_to),
                source=str(row.source),
                retrieved_on=_as_date(row.retrieved_on),
                confidence=cast(Confidence, str(row.confidence)),
            )
            for row in frame.itertuples(index=False)
        )

    def find(self, kind: str, key: str, as_of: date) -> Rate | None:
        """The rate valid on the day, or None. The one that took effect last wins over an older open-ended one.

        Raises:
            ConflictingRates: two values took effect on the same day.
            UnverifiedRate: it is unverified, and this book does not accept such.
        """
        valid = [rate for rate in self._by_kind.get(kind, {}).get(key, []) if rate.holds_on(as_of)]
        if not valid:
            return None
        newest = max(rate.effective_from for rate in valid)
        latest = [rate for rate in valid if rate.effective_from == newest]
        if len({(rate.value, rate.unit) for rate in latest}) > 1:
            raise ConflictingRates(
                mark(
                    "Two rates for {kind} {key} on {as_of}: {claims}. Expected one. "
                    "Remove the wrong one from the rate file and import it again (docs/run.md)."
                ),
                kind=kind,
                key=key,
                as_of=as_of.isoformat(),
                claims=" / ".join(sorted(f"{rate.value} {rate.unit} ({rate.source})" for rate in latest)),
            )
        found = min(latest, key=lambda rate: rate.source)
        if found.confidence == "unverified" and not self._accept_unverified:
            raise UnverifiedRate(
                mark(
                    "The {kind} rate for {key} ({value} {unit}, from {source}) is unverified. Have the broker "
                    "confirm it and enter it with its source, or accept unverified rates in the policy: they are "
                    "then shown as such."
                ),
                kind=kind,
                key=key,
                value=found.value,
                unit=found.unit,
                source=found.source,
            )
        return found

    def read(self, kind: str, key: str, as_of: date) -> Rate:
        """The rate valid on the day.

        Raises:
            MissingRate: none is valid; says when the table ends and what to do.
            ConflictingRates: two values took effect on the same day.
        """
        rate = self.find(kind, key, as_of)
        if rate is not None:
            return rate
        known = self._by_kind.get(kind, {}).get(key, [])
        if not known:
            raise MissingRate(
                mark(
                    "No {kind} rate for {key} is known. Add a dated value with its source to the seller's rate "
                    "file, or import the official table (docs/run.md)."
                ),
                kind=kind,
                key=key,
            )
        ends = [rate.effective_to for rate in known if rate.effective_to is not None]
        raise MissingRate(
            mark(
                "No {kind} rate for {key} on {as_of}: the table covers {first} to {last}. Add the value that holds "
                "on that day, with its source, to the seller's rate file (docs/run.md)."
            ),
            kind=kind,
            key=key,
            as_of=as_of.isoformat(),
            first=min(rate.effective_from for rate in known).isoformat(),
            last=max(ends).isoformat() if ends else "…",
        )

    def read_longest(self, kind: str, country: str, code: str, as_of: date) -> Rate:
        """The rate of the longest known prefix of a code: `US:6302.60.00` before `US:6302.60` before `US:6302`.

        Raises:
            MissingRate: no prefix has a valid rate; says when the longest known one ends.
        """
        prefix, ended = code, ""
        while prefix:
            key = f"{country}:{prefix}"
            rate = self.find(kind, key, as_of)
            if rate is not None:
                return rate
            if not ended and key in self._by_kind.get(kind, {}):
                ended = key
            prefix = prefix[:-1].rstrip(".")
        return self.read(kind, ended or f"{country}:{code}", as_of)

    def convert(self, from_currency: Currency, to_currency: Currency, as_of: date) -> Decimal:
        """Units of `to_currency` for one unit of `from_currency`, crossed through the US dollar (kind `fx`)."""
        if from_currency == to_currency:
            return Decimal(1)
        return self._per_dollar(to_currency, as_of) / self._per_dollar(from_currency, as_of)

    def _per_dollar(self, currency: Currency, as_of: date) -> Decimal:
        return Decimal(1) if currency == "USD" else self.read("fx", currency, as_of).value


def _as_date(value: object) -> date:
    if type(value) is date:
        return value
    text = str(value)
    return date.fromisoformat(text) if len(text) == 10 else pd.Timestamp(text).date()


def _as_date_or_none(value: object) -> date | None:
    if value is None or value == "" or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return _as_date(value)
