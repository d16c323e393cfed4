"""Units of measure: what a number in a text or an attribute measures, and how a country writes it.

Factors are exact (NIST SP 811, appendix B.8); fluid ounce, quart and gallon are the US ones. A converted value is
rounded half even to the places that `PLACES` states; a value that stays in its unit is not touched. Cloth that is
sold by GSM keeps that name in every country; g/m² becomes oz/yd² in the United States.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: value in canonical units = value × factor + offset.

    Attributes:
        dimension: length, mass, volume, temperature, or one that is never converted.
        label: As it is written in a text.
        amazon: As Amazon's attributes name it.
    """

    dimension: str
    factor: Fraction
    label: str
    amazon: str
    offset: Fraction = Fraction(0)


UNITS = {
    "mm": Unit("length", Fraction(1, 10), "mm", "millimeters"),
    "cm": Unit("length", Fraction(1), "cm", "centimeters"),
    "m": Unit("length", Fraction(100), "m", "meters"),
    "in": Unit("length", Fraction("2.54"), "in", "inches"),
    "ft": Unit("length", Fraction("30.48"), "ft", "feet"),
    "yd": Unit("length", Fraction("91.44"), "yd", "yards"),
    "g": Unit("mass", Fraction(1), "g", "grams"),
    "kg": Unit("mass", Fraction(1000), "kg", "kilograms"),
    "oz": Unit("mass", Fraction("28.349523125"), "oz", "ounces"),
    "lb": Unit("mass", Fraction("453.59237"), "lb", "pounds"),
    "ml": Unit("volume", Fraction(1), "ml", "milliliters"),
    "l": Unit("volume", Fraction(1000), "l", "liters"),
    "fl_oz": Unit("volume", Fraction("29.5735295625"), "fl oz", "fluid_ounces"),
    "qt": Unit("volume", Fraction("946.352946"), "qt", "quarts"),
    "gal": Unit("volume", Fraction("3785.411784"), "gal", "gallons"),
    "degC": Unit("temperature", Fraction(1), "°C", "degrees_celsius"),
    "degF": Unit("temperature", Fraction(5, 9), "°F", "degrees_fahrenheit", Fraction(-160, 9)),
    "W": Unit("power", Fraction(1), "W", "watts"),
    "V": Unit("voltage", Fraction(1), "V", "volts"),
    "GSM": Unit("surface weight", Fraction(1), "GSM", "grams_per_square_meter"),
    "gsm": Unit("surface weight", Fraction(1), "g/m²", "grams_per_square_meter"),
    "oz_yd2": Unit(
        "surface weight", Fraction("28.349523125") / Fraction("0.83612736"), "oz/yd²", "ounces_per_square_yard"
    ),
    "percent": Unit("share", Fraction(1), "%", "percent"),
}
CANONICAL = {
    "surface weight": "gsm",
    "length": "cm",
    "mass": "g",
    "volume": "ml",
    "temperature": "degC",
    "power": "W",
    "voltage": "V",
}
SYSTEMS = {
    "metric": {
        "in": "cm", "ft": "m", "yd": "m", "oz": "g", "lb": "kg", "fl_oz": "ml", "qt": "l", "gal": "l", "degF": "degC",
        "oz_yd2": "gsm",
    },
    "us": {
        "mm": "in", "cm": "in", "m": "ft", "g": "oz", "kg": "oz", "ml": "fl_oz", "l": "fl_oz", "degC": "degF",
        "gsm": "oz_yd2",
    },
}  # fmt: skip
"""What a unit becomes in a country of that system; units that are not named stay."""

LARGER = {"oz": "lb", "fl_oz": "qt", "qt": "gal"}
"""What a converted value is written in instead, from one of it on."""

PLACES = {
    "mm": 0, "cm": 1, "m": 2, "in": 1, "ft": 1, "g": 0, "kg": 2, "oz": 1, "lb": 2, "ml": 0, "l": 2, "fl_oz": 1,
    "qt": 2, "gal": 2, "degC": 0, "degF": 0, "gsm": 0, "oz_yd2": 1,
}  # fmt: skip
"""Decimal places of a converted value; three more where it would become zero."""

_WRITTEN = {
    "mm": r"mm|millimet(?:er|re)s?", "cm": r"cm|centimet(?:er|re)s?", "m": r"m|met(?:er|re)s?",
    "in": r"inch(?:es)?|″|in(?=\s*(?:$|[,;:.)\]|/]))", "ft": r"ft|feet|foot", "yd": r"yd|yards?",
    "kg": r"kg|kilograms?", "g": r"g|grams?", "oz": r"oz|ounces?", "lb": r"lbs?|pounds?",
    "ml": r"ml|mL|millilit(?:er|re)s?", "l": r"l|L|lit(?:er|re)s?",
    "fl_oz": r"fl\.? ?oz|fluid ounces?", "qt": r"qt|quarts?", "gal": r"gal|gallons?",
    "degC": r"° ?C|℃|degrees Celsius", "degF": r"° ?F|℉|degrees Fahrenheit",
    "W": r"W|watts?", "V": r"V|volts?", "percent": r"%",
    "GSM": r"gsm|GSM", "gsm": r"g/m²|g/m2", "oz_yd2": r"oz/yd²|oz/yd2",
}  # fmt: skip
_ORDER = (
    "fl_oz", "oz_yd2", "GSM", "gsm", "degC", "degF", "mm", "cm", "kg", "ml", "in", "ft", "yd", "oz", "lb", "qt",
    "gal", "percent", "m", "g", "l", "W", "V",
)  # fmt: skip
_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
_JOINED = r"[ \u00a0]*[x×X*–-][ \u00a0]*"
_LETTERS = "A-Za-zÀ-ɏΑ-ωА-я\u0300-\u036f0-9"
MEASURE = re.compile(
    rf"(?<![{_LETTERS}.,/−–-])(?P<numbers>{_NUMBER}(?:{_JOINED}{_NUMBER})*)(?P<gap>[ \u00a0-]?)"
    + "(?:" + "|".join(f"(?P<{code}>{_WRITTEN[code]})" for code in _ORDER) + rf")(?![{_LETTERS}²³^/])",
)  # fmt: skip
"""One number or several joined by ×, and a unit: `50 x 70 cm`, `40-60 °C`. A number after a minus
sign is none: it stays as it is."""

NUMBER = re.compile(_NUMBER)


def unit_of(match: re.Match[str]) -> str:
    """Which unit a match of MEASURE is in."""
    return next(code for code in _ORDER if match[code])


def to_canonical(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """The value in the canonical unit of its dimension (cm, g, ml, °C), exact to nine places."""
    known = UNITS[unit]
    target = CANONICAL.get(known.dimension, unit)
    if target == unit:
        return value, unit
    return _round(Fraction(value) * known.factor + known.offset, 9), target


def convert(value: Decimal, unit: str, target: str) -> Decimal:
    """The value in another unit of the same dimension, rounded half even to the places of PLACES.

    Raises:
        ValueError: where the dimensions differ.
    """
    one, other = UNITS[unit], UNITS[target]
    if unit == target:
        return value
    if one.dimension != other.dimension:
        raise ValueError(f"{unit} is no unit of {other.dimension}")
    exact = (Fraction(value) * one.factor + one.offset - other.offset) / other.factor
    rounded = _round(exact, PLACES[target])
    return rounded if rounded or not exact or one.dimension == "temperature" else _round(exact, PLACES[target] + 3)


def local_unit(unit: str, system: str, value: Decimal) -> str:
    """The unit that a country of the system writes such a value in; the same where it has no other."""
    target = SYSTEMS[system].get(unit, unit)
    if target == unit:
        return unit
    exact = Fraction(value) * UNITS[unit].factor
    while target in LARGER and exact >= UNITS[LARGER[target]].factor:
        target = LARGER[target]
    return target


def _round(value: Fraction, places: int) -> Decimal:
    scaled = Decimal(round(value * 10**places))
    rounded = scaled.scaleb(-places)
    if rounded == rounded.to_integral_value(rounding=ROUND_HALF_EVEN):
        return rounded.quantize(Decimal(1)) if abs(rounded) < Decimal(10) ** 20 else rounded
    return rounded.normalize()
