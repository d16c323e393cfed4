"""What the free texts of a product record mean: shares of materials, values of attributes, lists in one cell."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

YES_NO = {"yes": True, "no": False}

_BETWEEN = re.compile(r"[;；+/，、]|(?<!\d),|,(?!\d)")
"""A comma between two digits is a decimal sign."""
_SHARE = r"(\d{1,3}(?:[.,]\d+)?)\s*[%％]"
_MATERIAL = re.compile(rf"\s*(?:{_SHARE}\s*([^%％]*[^%％\s])|([^%％]*[^%％\s\d.,:：])[\s:：]*{_SHARE})\s*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
"""A number as people write it: 007 and 1E5 are names of models."""
_WHOLE = 100


def split_texts(text: str) -> list[str]:
    """What stands between the semicolons; blanks are none."""
    return [part.strip() for part in re.split(r"[;；]", text) if part.strip()]


def read_materials(text: str) -> list[tuple[str, Decimal]]:
    """`60% cotton, 40% linen` or `cotton 60 %; linen 40 %` as (name, percent).

    Nothing where a part is no share, a share is none of a whole, or they add up to more than one: then what it is
    made of is not known. Shares may add up to less.
    """
    found = [_MATERIAL.fullmatch(part) for part in _BETWEEN.split(text) if part.strip()]
    if not all(found):
        return []
    shares = [(match[2] or match[3], Decimal((match[1] or match[4]).replace(",", "."))) for match in found if match]
    whole = all(share > 0 for _, share in shares) and sum(share for _, share in shares) <= _WHOLE
    return shares if whole else []


def read_attribute(text: str, unit: str, reads_as: str) -> Any:
    """An attribute's value as the skills take it; None where the cell is not what it is said to be.

    A number is exact (int or Decimal), a code {"value": …}, a link {"media_location": …}; a measure has its unit.
    """
    if reads_as == "code":
        return {"value": text}
    if reads_as == "link":
        return {"media_location": text}
    if reads_as == "yes_no":
        return YES_NO.get(text.casefold())
    number = None if reads_as == "text" else _read_number(text)
    if number is None and (reads_as == "number" or (unit and reads_as == "")):
        return None
    value = text if number is None else number
    return {"value": value, "unit": unit} if unit else value


def _read_number(text: str) -> int | Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number
