"""Characters that nobody sees, and words of two alphabets that look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from skills.listing.faults import Fault, Path

_MARKS = "\u200e\u200f"
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NOT_LATIN = re.compile("[\u0370-\u052f\u1f00-\u1fff]")
_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = ("LATIN", "CYRILLIC", "GREEK")


def find_text_faults(value: Any, right_to_left: bool, path: Path = ()) -> Iterator[Fault]:
    """Hidden characters and mixed alphabets in every text of an attribute.

    Args:
        right_to_left: Whether the marks U+200E and U+200F are in order.
    """
    kind = type(value)
    if kind is str:
        if value.isascii() and value.isprintable():
            return
        signs = _HIDDEN.findall(value) if _HIDDEN.search(value) else []
        hidden = [sign for sign in signs if not (right_to_left and sign in _MARKS)]
        if hidden:
            names = dict.fromkeys(f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip() for sign in hidden)
            place = value.index(hidden[0])
            clean = "".join(sign for sign in value[max(0, place - 15) : place + 16] if not _HIDDEN.match(sign))
            yield Fault("hidden_characters", path, {"signs": ", ".join(names), "count": len(hidden), "near": clean})
        if _NOT_LATIN.search(value) and (mixed := _find_mixed(value)):
            yield Fault("mixed_scripts", path, {"words": ", ".join(mixed[:5])})
    elif kind is list:
        for at, item in enumerate(value):
            yield from find_text_faults(item, right_to_left, path if len(value) == 1 else (*path, at + 1))
    elif kind is dict:
        for key, item in value.items():
            if type(item) is not str or not item.isascii() or not item.isprintable():
                yield from find_text_faults(item, right_to_left, (*path, key))


def _find_mixed(text: str) -> list[str]:
    """Words with letters of two of the alphabets that look alike; units such as µm are of one word and one letter."""
    found = []
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign not in "µμΩ"}
        if len(scripts.intersection(_ALIKE)) > 1:
            found.append(word)
    return found
