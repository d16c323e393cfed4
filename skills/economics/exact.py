"""The Decimal path: each component is booked in its own currency, then converted; both half even."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np

from skills.economics.sheet import CUSTOMS, DUTIABLE, DUTIES, FX, GRAMS, LINE_COMPONENTS, SHARE, CostSheet, Ints
from skills.vocabulary import round_half_even

_CONTEXT = Context(prec=60)


def divide_half_even(number: int, divisor: int) -> int:
    """The quotient as a whole number, halves to the even one."""
    return round_half_even(_CONTEXT.divide(Decimal(number), Decimal(divisor)))


def split_amount(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount shared out by weight; the parts add up to it exactly.

    Largest remainder (Hamilton); of equal remainders the earlier line is served first. Without any weight the
    lines share alike.
    """
    weights = list(weights) if sum(weights) else [1] * len(weights)
    total = sum(weights)
    parts = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def book_exactly(sheet: CostSheet) -> Ints:
    """One row per line, one column per component of `COMPONENTS` [base minor units]."""
    columns = len(LINE_COMPONENTS)
    booked = np.zeros((len(sheet.bases), columns + 1 + sheet.fees.shape[1]), dtype=np.int64)
    for line in range(len(sheet.bases)):
        duties = 0
        basis = sheet.bases[line].tolist()
        for column, (_, on, divisor) in enumerate(LINE_COMPONENTS):
            amount = basis[CUSTOMS] + duties if on == DUTIABLE else basis[on]
            own = divide_half_even(amount * int(sheet.rates[line, column]), divisor)
            duties += own if column in DUTIES else 0
            booked[line, column] = divide_half_even(own * int(sheet.fx[line, column]), FX)
    for entry in range(len(sheet.mpf)):
        rows = slice(int(sheet.starts[entry]), int(sheet.starts[entry + 1]))
        customs, grams = sheet.bases[rows, CUSTOMS].tolist(), sheet.bases[rows, GRAMS].tolist()
        rate, least, most, fx = sheet.mpf[entry].tolist()
        fee = min(max(divide_half_even(sum(customs) * rate, SHARE), least), most)
        booked[rows, columns] = split_amount(divide_half_even(fee * fx, FX), customs)
        for place, amount in enumerate(sheet.fees[entry].tolist()):
            booked[rows, columns + 1 + place] = split_amount(amount, grams)
    return booked
