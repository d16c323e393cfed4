"""What a typed duty comes to on one line of an entry.

    UnchargeableDuty           a quantity, a part's value or a season is missing, or the text refers elsewhere

Rates are Decimal, amounts integer minor units; a line is rounded once, half even, after its components are added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from skills.customs.duty import AdValorem, Bounded, Duty, Free, Reference, Season, Seasonal, Sliding, Specific, Sum
from skills.vocabulary import Money, Refusal, mark, minor_digits, round_half_even


class UnchargeableDuty(Refusal):
    """A duty that cannot be computed from what is known of the line."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of one line of an entry.

    Attributes:
        customs_value: On which shares are charged.
        quantities: Measure → quantity: `kg`, `doz.`, `kg of lead content`, `degrees`.
        part_values: Part → its value in minor units of the customs value's currency: `battery`, `case`.
    """

    customs_value: Money
    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    part_values: Mapping[str, int] = field(default_factory=dict)


def charge_duty(duty: Duty, line: LineFacts, on: date) -> int:
    """What the line owes, in minor units of its customs value's currency.

    Args:
        on: The day of entry, which decides the season.

    Raises:
        UnchargeableDuty: a quantity or a part's value is missing, is negative, the duty is in another currency, no
            season covers the day, or the text refers elsewhere.
    """
    _check(line.customs_value.minor, mark("customs value"))
    exact = _exact(duty, line, on)
    return max(0, round_half_even(exact))


def _exact(duty: Duty, line: LineFacts, on: date) -> Decimal:
    match duty:
        case Free():
            return Decimal(0)
        case AdValorem(share, of):
            return share * (line.customs_value.minor if not of else _find_part(of, line))
        case Specific():
            return _money(duty, line) * _find_quantity(duty.measure, line) / duty.per
        case Sliding(full, less, full_degrees):
            degrees = min(_find_quantity("degrees", line), full_degrees)
            each = _money(full, line) - (full_degrees - degrees) * _money(less, line)
            return each * _find_quantity(full.measure, line) / full.per
        case Sum(parts):
            return sum((_exact(part, line, on) for part in parts), Decimal(0))
        case Bounded(inner, least, most):
            amount = _exact(inner, line, on)
            amount = amount if least is None else max(amount, _exact(least, line, on))
            return amount if most is None else min(amount, _exact(most, line, on))
        case Seasonal(seasons):
            return _exact(_find_season(seasons, on), line, on)
        case Reference(text):
            raise UnchargeableDuty(
                mark("The tariff gives no rate of its own: {text!r}. Look the rate up there, or ask the broker."),
                text=text,
            )


def _find_season(seasons: tuple[Season, ...], on: date) -> Duty:
    for season in sorted(seasons, key=lambda season: season.first is None):
        if season.first is None or season.holds_on(on):
            return season.duty
    raise UnchargeableDuty(
        mark("The tariff's seasons do not cover {day}. Ask the broker which rate holds on that day."),
        day=on.isoformat(),
    )


def _money(duty: Specific, line: LineFacts) -> Decimal:
    currency = line.customs_value.currency
    if duty.currency != currency:
        raise UnchargeableDuty(
            mark(
                "The duty of {amount} {currency} per {per} {unit} meets a customs value in {other}. State the "
                "customs value in {currency}, at the rate of exchange that customs uses on the day."
            ),
            amount=duty.amount,
            currency=duty.currency,
            per=duty.per,
            unit=duty.measure,
            other=currency,
        )
    return duty.amount.scaleb(minor_digits(currency))


def _find_quantity(measure: str, line: LineFacts) -> Decimal:
    if measure not in line.quantities:
        raise UnchargeableDuty(
            mark("The duty is charged by {measure!r}, and the line does not say how many. State it. Known: {known}."),
            measure=measure,
            known=", ".join(sorted(line.quantities)) or "–",
        )
    return _check(line.quantities[measure], measure)


def _find_part(of: str, line: LineFacts) -> int:
    if of not in line.part_values:
        raise UnchargeableDuty(
            mark("The duty is charged on the value of {part!r} alone. State that value. Known of the line: {known}."),
            part=of,
            known=", ".join(sorted(line.part_values)) or "–",
        )
    _check(line.part_values[of], of)
    return line.part_values[of]


def _check(value: Decimal | int, what: str) -> Decimal:
    if value < 0:
        raise UnchargeableDuty(
            mark("{what} of the line is {value}. Expected zero or more. Correct the line."), what=what, value=value
        )
    return Decimal(value)
