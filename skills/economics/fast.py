"""The fast path: the same booking in 64-bit integers; what could overflow is refused, never wrapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numba
import numpy as np

from skills.economics.sheet import CUSTOMS, DUTIABLE, ENTRY_COMPONENTS, FIRST_DUTY, FX, SHARE, CostSheet, Ints
from skills.vocabulary import Refusal, mark

_BY = np.array([by for _, by in ENTRY_COMPONENTS])
_LIMIT = 4.0e18


class AmountTooLarge(Refusal):
    """An amount does not fit 64 bits on its way."""


def book_quickly(sheet: CostSheet) -> Ints:
    """As `book_exactly`, equal on every line.

    Raises:
        AmountTooLarge: an intermediate product may exceed 64 bits.
    """
    _check_size(sheet)
    booked = np.zeros((len(sheet.bases), len(sheet.components)), dtype=np.int64)
    on = np.array([on for _, on, _ in sheet.line_components])
    divisors = np.array([divisor for _, _, divisor in sheet.line_components])
    last = sheet.after_duties
    _KERNEL(sheet.bases, sheet.rates, sheet.fx, sheet.starts, sheet.fees, on, divisors, last, _BY, booked)
    return booked


def _check_size(sheet: CostSheet) -> None:
    if not len(sheet.bases):
        return
    bases = [float(value) for value in sheet.bases.max(axis=0)]
    most_rate, least_rate, most_fx = sheet.rates.max(axis=0), sheet.rates.min(axis=0), sheet.fx.max(axis=0)
    largest = 0.0
    duties = 0.0
    for column, (_, on, divisor) in enumerate(sheet.line_components):
        basis = bases[CUSTOMS] + duties if on == DUTIABLE else bases[on]
        product = basis * max(float(most_rate[column]), -float(least_rate[column]))
        duties += product / divisor if FIRST_DUTY <= column < sheet.after_duties else 0.0
        largest = max(largest, product, (product / divisor + 1) * float(most_fx[column]))
    totals = np.add.reduceat(sheet.bases, sheet.starts[:-1]).max(axis=0)
    for (_, by), highest in zip(ENTRY_COMPONENTS, sheet.fees.max(axis=0), strict=True):
        rate, least, most, ratio = (float(value) for value in highest)
        plain = float(totals[CUSTOMS]) * rate
        converted = max(least, min(plain / SHARE + 1, most)) * ratio
        largest = max(largest, plain, converted, (converted / FX + 1) * float(max(totals[by], 1)))
    if largest > _LIMIT:
        raise AmountTooLarge(
            mark(
                "A landed-cost line reaches {largest} on its way, above {limit}. Expected amounts of one shipment. "
                "Check the currency's minor unit, or split the entry."
            ),
            largest=f"{largest:.1e}",
            limit=f"{_LIMIT:.1e}",
        )


def _divide(number, divisor):  # type: ignore[no-untyped-def]
    quotient = number // divisor
    twice = 2 * (number - quotient * divisor)
    if twice > divisor or (twice == divisor and quotient & 1):
        quotient += 1
    return quotient


_divide_fast = numba.njit(inline="always", error_model="numpy")(_divide)


def _split(amount, weights, total, first, last, column, on, booked, remainders):  # type: ignore[no-untyped-def]
    if amount == 0:
        return
    equal = total == 0
    if equal:
        total = last - first
    left = amount
    inverse = 1.0 / total
    for line in range(first, last):
        product = amount * (1 if equal else weights[line, on])
        part = int(product * inverse)
        rest = product - part * total
        while rest < 0:
            part, rest = part - 1, rest + total
        while rest >= total:
            part, rest = part + 1, rest - total
        booked[line, column] = part
        remainders[line - first] = rest
        left -= part
    if left > 16:
        order = np.argsort(-remainders[: last - first], kind="mergesort")
        for place in range(left):
            booked[first + order[place], column] += 1
        return
    for _ in range(left):
        best = 0
        for place in range(1, last - first):
            if remainders[place] > remainders[best]:
                best = place
        booked[first + best, column] += 1
        remainders[best] = -1


_split_fast = numba.njit(error_model="numpy")(_split)


def _book(bases, rates, fx, starts, fees, on, divisors, after_duties, by, booked):  # type: ignore[no-untyped-def]
    columns = len(on)
    for line in range(len(bases)):
        duties = 0
        for column in range(columns):
            rate = rates[line, column]
            if rate == 0:
                continue
            basis = bases[line, CUSTOMS] + duties if on[column] == DUTIABLE else bases[line, on[column]]
            own = basis * rate
            if divisors[column] == SHARE:
                own = _divide_fast(own, SHARE)
            elif divisors[column] != 1:
                own = _divide_fast(own, divisors[column])
            if FIRST_DUTY <= column < after_duties:
                duties += own
            booked[line, column] = own if fx[line, column] == FX else _divide_fast(own * fx[line, column], FX)
    totals = np.empty(bases.shape[1], dtype=np.int64)
    remainders = np.empty(np.max(starts[1:] - starts[:-1]) if len(fees) else 0, dtype=np.int64)
    for entry in range(len(fees)):
        first, last = starts[entry], starts[entry + 1]
        for on_base in range(len(totals)):
            totals[on_base] = 0
            for line in range(first, last):
                totals[on_base] += bases[line, on_base]
        for place in range(len(by)):
            rate, least, most, ratio = fees[entry, place]
            fee = min(max(_divide_fast(totals[CUSTOMS] * rate, SHARE), least), most)
            amount = _divide_fast(fee * ratio, FX)
            weight = by[place]
            _split_fast(amount, bases, totals[weight], first, last, columns + place, weight, booked, remainders)


_KERNEL = cast(Callable[..., None], numba.njit(error_model="numpy")(_book))
