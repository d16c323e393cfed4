"""Reads the rate texts of official tariffs (US HTS; UK and EU) as typed duties.

    UnreadDuty                 a text that none of the known wordings covers; a person reads it

The grammar, loosest first: seasons `A (01 JAN-31 MAY), B`, bounds `A MIN B MAX C`, sums `A + B`, then one component:
free, a share, money per quantity, or a reference to another place.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pandas as pd

from skills.customs.duty import (
    AdValorem,
    Bounded,
    Duty,
    Free,
    Reference,
    Season,
    Seasonal,
    Sliding,
    Specific,
    Sum,
)
from skills.vocabulary import Refusal, check_columns, mark

UNREAD = ["number", "rate_text", "line"]


class UnreadDuty(Refusal):
    """A rate text that is not understood; never guessed at."""


_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SHARE = re.compile(rf"({_NUMBER}) ?(?:%|percent)(?: (?:on|of) (?:the )?(.+))?")
_US_MONEY = re.compile(rf"(?:\$({_NUMBER})|({_NUMBER})¢) ?(?:/ ?|(?=each))(.+)")
_EU_MONEY = re.compile(rf"({_NUMBER}) ?(EUR|GBP|€|£) ?/ ?(.+)")
_FREE = re.compile(r"free(?:, (.+))?", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(the (?:rate|duty)\b|see (?:additional )?u\.s\. note|see heading|no change$|entry price$|(?:EA|ADSZ|ADFM)$"
    r"|a duty upon .*\(see u\.s\. note)",
    re.IGNORECASE,
)
_SLIDING = re.compile(
    r"(\S+) less (\S+) for each degree under (\d+) degrees \(and fractions of a degree in proportion\)"
    r"(?: but not less than (\S+))?"
)
_BOUNDS = re.compile(r"(.+?)(?: MIN (.+?))?(?: MAX (.+))?")
_SIGN = re.compile(r" ?(\+|\bplus\b|\bminus\b) ?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WINDOW = re.compile(rf"(\d\d?)(?: ({'|'.join(_MONTHS)})E?)? ?- ?(\d\d?) ({'|'.join(_MONTHS)})E?")
_CURRENCIES = {"€": "EUR", "£": "GBP"}
_UNITS = {
    "kg": "kg", "t": "t", "tonne": "t", "clean kg": "clean kg", "g": "g",
    "each": "no.", "": "no.", "head": "no.", "item": "no.", "items": "no.", "p/st": "no.", "article": "no.",
    "doz.": "doz.", "pr.": "pr.", "gross": "gross", "line/gross": "line gross", "pins": "pin", "jewel": "jewel",
    "liter": "litre", "litre": "litre", "hl": "hl", "bbl": "bbl", "pf.liter": "pf. litre", "pf. liter": "pf. litre",
    "m": "m", "m2": "m2", "m3": "m3",
    "% vol/hl": "hl × % vol",
}  # fmt: skip
"""A unit as the texts write it → as a line states it."""
_QUALIFIERS = {
    "br": "gross weight", "gross": "gross weight", "net": "net weight", "eda": "net drained weight",
    "net drained wt": "net drained weight", "mas": "net dry matter", "net dry": "net dry matter",
    "std qual": "standard quality", "tot alc": "total alcohol", "lactic matter": "lactic matter",
    "dry lactic matter": "dry lactic matter",
}  # fmt: skip


def parse_duty(text: str) -> Duty:
    """A rate text as a typed duty.

    Args:
        text: As the official file gives it: `0.9¢/kg + 4%`, `8.00 % + 30.00 EUR / 100 kg`, `Free`.

    Raises:
        UnreadDuty: no known wording covers it; says the text.
    """
    duty = _read_all(_plain(text))
    if duty is None:
        raise UnreadDuty(
            mark(
                "The rate {text!r} is not understood. Look it up in the tariff and state it by hand, "
                "or ask the broker."
            ),
            text=text[:200],
        )
    return duty


def type_rates(lines: pd.DataFrame) -> tuple[dict[str, Duty], pd.DataFrame]:
    """Read every rate text of a schedule or file; each is typed or listed.

    Args:
        lines: One row per line of the tariff: number, rate_text (empty where there is none), line.

    Returns:
        Rate text → duty; and the lines whose text is not understood, in order: number, rate_text, line.

    Raises:
        MissingColumns: a column is missing.
    """
    check_columns("tariff lines", lines.columns, UNREAD)
    typed: dict[str, Duty] = {}
    for text in lines["rate_text"].unique():
        duty = _read_all(_plain(text)) if text else None
        if duty is not None:
            typed[text] = duty
    unread = lines[(lines["rate_text"] != "") & ~lines["rate_text"].isin(list(typed))]
    return typed, unread[UNREAD].reset_index(drop=True)


def _plain(text: str) -> str:
    """Without markup, double spaces and square brackets around the whole."""
    stripped = re.sub(r"<[^>]*>", "", text).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", stripped).strip().removeprefix("[").removesuffix("]")


def _read_all(text: str) -> Duty | None:
    if any(f" {month}" in text for month in _MONTHS) and "(" in text:
        return _read_seasons(text)
    return _read_bounded(text)


def _read_seasons(text: str) -> Duty | None:
    seasons: list[Season] = []
    for piece in re.split(r", ?(?![^()]*\))", text):
        rate, _, windows = piece.partition("(")
        duty = _read_bounded(rate.strip())
        if duty is None:
            return None
        if not windows:
            seasons.append(Season(duty))
            continue
        for window in windows.rstrip(")").split(","):
            found = _WINDOW.fullmatch(window.strip())
            if found is None:
                return None
            day, month, last_day, last_month = found.groups()
            first = (_MONTHS.index(month or last_month) + 1, int(day))
            seasons.append(Season(duty, first, (_MONTHS.index(last_month) + 1, int(last_day))))
    return Seasonal(tuple(seasons))


def _read_bounded(text: str) -> Duty | None:
    found = _BOUNDS.fullmatch(text)
    if found is None:
        return None
    duties = [_read_sum(part) if part else None for part in found.groups()]
    if any(duty is None and part for duty, part in zip(duties, found.groups(), strict=True)):
        return None
    duty, least, most = duties
    return duty if duty is None or (least is None and most is None) else Bounded(duty, least, most)


def _read_sum(text: str) -> Duty | None:
    first, *rest = _SIGN.split(text)
    parts = [_read_component(first)]
    for sign, piece in zip(rest[::2], rest[1::2], strict=True):
        part = _read_component(piece)
        if sign == "minus":
            part = AdValorem(-part.share, part.of) if isinstance(part, AdValorem) else None
        parts.append(part)
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else Sum(known)


def _read_component(text: str) -> Duty | None:
    if found := _FREE.fullmatch(text):
        return Free(found.group(1) or "")
    if found := _SHARE.fullmatch(text):
        return AdValorem(_decimal(found.group(1)) / 100, _part(found.group(2) or ""))
    if found := _SLIDING.fullmatch(text):
        return _read_sliding(*found.groups())
    if found := _US_MONEY.fullmatch(text):
        dollars, cents, unit = found.groups()
        amount = _decimal(dollars) if dollars else _decimal(cents) / 100
        return _read_us_unit(amount, unit)
    if found := _EU_MONEY.fullmatch(text):
        amount_text, currency, unit = found.groups()
        return _read_eu_unit(_decimal(amount_text), _CURRENCIES.get(currency, currency), unit)
    return Reference(text) if _REFERENCE.match(text) else None


def _read_sliding(full: str, less: str, degrees: str, least: str | None) -> Duty | None:
    first, second = _read_component(full), _read_component(less)
    if not isinstance(first, Specific) or not isinstance(second, Specific):
        return None
    sliding = Sliding(first, second, Decimal(degrees))
    return sliding if least is None else Bounded(sliding, _read_component(least), None)


def _read_us_unit(amount: Decimal, text: str) -> Specific | None:
    per, unit = _take_number(text)
    if unit == "thousand":
        per, unit = Decimal(1000), ""
    found = re.fullmatch(r"(.+?)(?: (?:on|of) (?:the )?(.+)| (over \d+))?", unit) if unit else None
    base, of, over = found.groups() if found else ("", None, None)
    name = _UNITS.get(base.replace("/ ", "/"))
    if name is None:
        return None
    return Specific(amount, "USD", per, f"{name} {over}" if over else name, of or "")


def _read_eu_unit(amount: Decimal, currency: str, text: str) -> Specific | None:
    """`100 kg / net drained wt`, `%vol/hl`, `100kg eda`, `1,000 items`."""
    joined = re.sub(r" ?/ ?", "/", text).replace("%vol", "% vol").replace("% sacchar.", "%sacchar.")
    per, unit = _take_number(joined)
    if unit in _UNITS:
        return Specific(amount, currency, per, _UNITS[unit])
    base, qualifier = (*re.split(r"[/ ]", unit, maxsplit=1), "")[:2]
    if base == "kg" and qualifier == "net/%sacchar.":
        return Specific(amount, currency, per, "kg × % sucrose")
    if base not in _UNITS or qualifier not in _QUALIFIERS:
        return None
    return Specific(amount, currency, per, _UNITS[base], _QUALIFIERS[qualifier])


def _take_number(text: str) -> tuple[Decimal, str]:
    found = re.match(rf"({_NUMBER}) ?", text)
    return (_decimal(found.group(1)), text[found.end() :]) if found else (Decimal(1), text)


def _part(text: str) -> str:
    """The part of the goods on which a share is charged; empty for the goods as a whole."""
    part = text.removesuffix(", if any").removeprefix("value of the ")
    return "" if part == "entire set" else part


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
