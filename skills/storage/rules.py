"""Dated fee rules: what is charged from which value of a measure on, and who is exempt.

UnusableRule               a rule in a unit that nobody can charge, or of a measure that nobody takes
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from skills.rates import Dated, RateBook
from skills.vocabulary import Refusal, check_columns, mark, minor_digits

RULE_COLUMNS = (
    "fee", "role", "country", "measure", "from_value", "below_value", "from_kg", "below_kg", "categories", "value",
    "unit", "effective_from", "effective_to", "source", "retrieved_on", "confidence",
)  # fmt: skip
CM3_PER_FT3 = Decimal("28316.846592")
"""A cubic foot: (30.48 cm)³, exactly."""


class UnusableRule(Refusal):
    """A rule in a unit that nobody can charge, or of a measure that nobody takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is charged while the measure lies from `low` to below `high`, for units of that weight.

    Attributes:
        per_unit: [base minor], once or per month as the fee is charged.
        per_cm3: [base minor per cm³ and month].
        share: Of the price.
    """

    low: float
    high: float
    from_kg: float
    below_kg: float
    per_unit: float
    per_cm3: float
    share: float
    source: str
    confidence: str

    def weighs(self, kg: float) -> bool:
        """Whether a unit of that weight is of this step."""
        return self.from_kg <= kg < self.below_kg


@dataclass(frozen=True, slots=True)
class Exemption(Dated):
    """Who does not pay: while the measure lies from `low` to below `high`; of the categories named, if any is."""

    measure: str
    low: float
    high: float
    categories: tuple[str, ...]
    effective_from: date
    effective_to: date | None


class FeeRules:
    """Rules of all fees, with amounts in minor units of the base currency.

    Args:
        rules: One row per rule, columns of `RULE_COLUMNS`, all text; empty cells are no bound. `role` is charge or
            exempt.
        rates: Kind `fx`.
        base_currency: Of every amount that is answered.
        as_of: Rates of exchange of this day hold for all days.

    Raises:
        MissingColumns: a column is not there.
    """

    def __init__(self, rules: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date) -> None:
        check_columns("fee_rules", rules.columns, RULE_COLUMNS)
        self._rates, self._base_currency, self._as_of = rates, base_currency, as_of
        self._charges: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._exemptions: dict[tuple[str, str], list[Exemption]] = {}
        for row in rules.to_dict("records"):
            cell = {str(name): str(value) for name, value in row.items()}
            key = (cell["fee"], cell["country"])
            if cell["role"] == "exempt":
                self._exemptions.setdefault(key, []).append(_read_exemption(cell))
            else:
                self._charges.setdefault(key, []).append(cell)

    def charges(self, fee: str, country: str, day: date) -> list[Step]:
        """The steps of a fee on a day, lightest and lowest first.

        Raises:
            UnusableRule: names the rule.
            MissingRate: the fee's currency has no rate of exchange; those of countries not asked for are not read.
        """
        known = [self._read_step(cell) for cell in self._charges.get((fee, country), []) if _holds(cell, day)]
        return sorted(known, key=lambda step: (step.from_kg, step.low))

    def exemptions(self, fee: str, country: str, day: date) -> list[Exemption]:
        """Who does not pay that fee on a day."""
        return [rule for rule in self._exemptions.get((fee, country), []) if rule.holds_on(day)]

    def _read_step(self, cell: dict[str, str]) -> Step:
        low, high = _bound(cell["from_value"], -math.inf), _bound(cell["below_value"], math.inf)
        weights = _bound(cell["from_kg"], 0.0), _bound(cell["below_kg"], math.inf)
        prices = _price(cell, self._rates, self._base_currency, self._as_of)
        return Step(low, high, *weights, *prices, cell["source"], cell["confidence"])


def judge_exemptions(measured: Mapping[str, float], exemptions: list[Exemption]) -> tuple[str, str]:
    """What exemptions leave (exempt, unknown, or nothing), and the measure that says so; one that holds is enough.

    Args:
        measured: Value of each measure, NaN where it is not known.

    Raises:
        UnusableRule: an exemption goes by another measure.
    """
    unknown = ""
    for rule in exemptions:
        if rule.measure not in measured:
            raise UnusableRule(
                mark(
                    "An exemption from a storage fee goes by {measure}. Expected one of {known}. Correct it in the "
                    "table of fee rules."
                ),
                measure=rule.measure,
                known=", ".join(measured),
            )
        value = measured[rule.measure]
        if rule.low <= value < rule.high:
            return "exempt", rule.measure
        if math.isnan(value):
            unknown = unknown or rule.measure
    return ("unknown", unknown) if unknown else ("", "")


def _read_exemption(cell: dict[str, str]) -> Exemption:
    low, high = _bound(cell["from_value"], -math.inf), _bound(cell["below_value"], math.inf)
    categories = tuple(name for name in cell["categories"].lower().split(";") if name)
    return Exemption(cell["measure"], low, high, categories, *_days(cell))


def _days(cell: dict[str, str]) -> tuple[date, date | None]:
    last = cell["effective_to"]
    return date.fromisoformat(cell["effective_from"]), date.fromisoformat(last) if last else None


def _holds(cell: dict[str, str], day: date) -> bool:
    first, last = _days(cell)
    return first <= day and (last is None or day <= last)


def _bound(cell: str, without: float) -> float:
    return float(cell) if cell else without


def _price(cell: dict[str, str], rates: RateBook, base_currency: str, as_of: date) -> tuple[float, float, float]:
    """Per unit [base minor], per cm³ [base minor], share of the price; the two that the unit does not name are 0."""
    value, unit = cell["value"], cell["unit"]
    if unit == "share of price":
        return 0.0, 0.0, float(Decimal(value))
    currency, _, per = unit.partition("/")
    if len(currency) != 3 or per not in ("unit", "unit/month", "ft3/month", "m3/month"):
        raise UnusableRule(
            mark(
                "The rule of the fee {fee} is {value} {unit}. Expected CCY/unit, CCY/unit/month, CCY/ft3/month, "
                "CCY/m3/month or share of price. Correct it in the table of fee rules."
            ),
            fee=cell["fee"],
            value=value,
            unit=unit,
        )
    amount = (Decimal(value) * rates.convert(currency, base_currency, as_of)).scaleb(minor_digits(base_currency))
    if per.startswith("unit"):
        return float(amount), 0.0, 0.0
    return 0.0, float(amount / (CM3_PER_FT3 if per.startswith("ft3") else Decimal(1_000_000))), 0.0
