"""The Decimal path: each component is booked in its own currency, then converted; both half even."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np

from skills.economics.sheet import CUSTOMS, DUTIABLE, ENTRY_COMPONENTS, FIRST_DUTY, FX, SHARE, CostSheet, Ints
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
    """One row per line, one column per component of the sheet [base minor units]."""
    lines, columns = len(sheet.bases), len(sheet.line_components)
    booked = np.zeros((lines, len(sheet.components)), dtype=np.int64)
    bases = [column.tolist() for column in sheet.bases.T]
    dutiable = bases[CUSTOMS]
    for column, (_, on, divisor) in enumerate(sheet.line_components):
        amounts = dutiable if on == DUTIABLE else bases[on]
        rates, fx = sheet.rates[:, column].tolist(), sheet.fx[:, column].tolist()
        own = [divide_half_even(amount * rate, divisor) for amount, rate in zip(amounts, rates, strict=True)]
        if FIRST_DUTY <= column < sheet.after_duties:
            dutiable = [amount + duty for amount, duty in zip(dutiable, own, strict=True)]
        booked[:, column] = [divide_half_even(amount * ratio, FX) for amount, ratio in zip(own, fx, strict=True)]
    for entry, fees in enumerate(sheet.fees.tolist()):
        rows = slice(int(sheet.starts[entry]), int(sheet.starts[entry + 1]))
        customs = sum(bases[CUSTOMS][rows])
        for place, ((_, by), (rate, least, most, ratio)) in enumerate(zip(ENTRY_COMPONENTS, fees, strict=True)):
            fee = min(max(divide_half_even(customs * rate, SHARE), least), most)
            booked[rows, columns + place] = split_amount(divide_half_even(fee * ratio, FX), bases[by][rows])
    return booked
