"""How a name looks, sounds and differs: folded text, skeleton, sound key, edit distance to many names at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.int64]]

_FOREIGN = dict(
    zip(
        "абвекмнорстухіјѕԁһӏαβεικμνορτυχωłøđıæœþ",
        ("a", "b", "b", "e", "k", "m", "h", "o", "p", "c", "t", "y", "x", "i", "j", "s", "d", "h", "l", "a", "b", "e",
         "i", "k", "m", "v", "o", "p", "t", "u", "x", "w", "l", "o", "d", "i", "ae", "oe", "th"),
        strict=True,
    )
)  # fmt: skip
"""Signs of other scripts that look like a Latin letter (Unicode TR 39, those of the usual fonts), and ligatures."""

_DIGITS = str.maketrans("0134578@$", "oleastbas")
_SPOKEN_DIGITS = str.maketrans("0134578@$", "oieastbas")
_SOUNDS = (
    (r"sch|sh|tch|ch", "x"), (r"ph", "f"), (r"th", "t"), (r"gh", "g"), (r"ck", "k"), (r"qu", "kw"),
    (r"c(?=[eiy])", "s"), (r"[cq]", "k"), (r"ks", "x"), (r"z", "s"), (r"w", "v"), (r"h", ""), (r"[eiy]+", "e"),
    (r"[ou]+", "o"), (r"a+", "a"),
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case, compatibility forms resolved, accents taken off letters of the Latin script, blanks made one."""
    signs = unicodedata.normalize("NFKC", text).casefold()
    marks = unicodedata.normalize("NFKD", signs)
    kept = "".join(sign for sign in marks if not (0x300 <= ord(sign) <= 0x36F))
    return " ".join("".join(sign for sign in kept if unicodedata.category(sign) != "Cf").split())


def spell_out(text: str) -> str:
    """Folded text with foreign look-alikes as Latin letters and digits as letters: `sh0p` → `shop`."""
    return "".join(_FOREIGN.get(sign, sign) for sign in fold(text).translate(_SPOKEN_DIGITS))


@lru_cache(maxsize=1 << 16)
def draw_skeleton(name: str) -> str:
    """What the eye takes in: letters and digits, look-alikes made one, doubled letters single.

    `0` = `o`, `1` = `i` = `l`, `rn` = `m`, `vv` = `w` = `v`, Cyrillic and Greek twins; digits of a name without a
    letter stay digits.
    """
    folded = fold(name)
    if any(sign.isalpha() for sign in folded):
        folded = folded.translate(_DIGITS)
    text = "".join(_FOREIGN.get(sign, sign) for sign in folded).replace("i", "l")
    text = "".join(sign for sign in text if sign.isalnum())
    parted = re.sub(r"(.)\1+", r"\1", text.replace("m", "rn").replace("w", "v"))
    return re.sub(r"(.)\1+", r"\1", parted.replace("rn", "m"))


@lru_cache(maxsize=1 << 16)
def make_sound_key(name: str) -> str:
    """How a name is said, roughly and in no one language: consonants of one sound and vowels of one place made one.

    `ph` = f, `c` before e, i, y = s, else k, `qu` = kw, `z` = s, `w` = v, `sh` = `ch` = `ks`, silent h; e, i, y are
    one vowel, o and u another; doubled signs single. Names without a Latin letter have the key "".
    """
    text = re.sub(r"[^a-z]", "", spell_out(name))
    for pattern, sound in _SOUNDS:
        text = re.sub(pattern, sound, text)
    return re.sub(r"(.)\1+", r"\1", text)


class NameTable:
    """Many skeletons side by side, so that one name is measured against all of them in a few array steps.

    Args:
        skeletons: In any order; the answers keep it.
    """

    def __init__(self, skeletons: Sequence[str]) -> None:
        self.lengths: Numbers = np.array([len(text) for text in skeletons], dtype=np.int64)
        width = int(self.lengths.max()) if len(skeletons) else 0
        self._signs: Numbers = np.zeros((width, len(skeletons)), dtype=np.int64)
        for at, text in enumerate(skeletons):
            self._signs[: len(text), at] = [ord(sign) for sign in text]

    def measure(self, name: str, limit: int) -> tuple[Numbers, Numbers]:
        """Which skeletons lie within `limit` changes of a skeleton, and how many changes each takes.

        A change is a letter put in, left out or replaced, or two neighbours swapped (optimal string alignment).
        """
        near = np.flatnonzero(np.abs(self.lengths - len(name)) <= limit)
        if not len(near):
            return near, near
        signs, lengths = self._signs[: len(name) + limit, near], self.lengths[near]
        width = len(signs)
        before: Numbers = np.zeros((width + 1, len(near)), dtype=np.int64)
        row: Numbers = np.repeat(np.arange(width + 1, dtype=np.int64)[:, None], len(near), axis=1)
        for i, sign in enumerate(map(ord, name), start=1):
            older, before = before, row
            row = np.empty_like(before)
            row[0] = i
            for j in range(1, width + 1):
                row[j] = np.minimum(np.minimum(before[j], row[j - 1]) + 1, before[j - 1] + (signs[j - 1] != sign))
                if i > 1 and j > 1:
                    swapped = (signs[j - 2] == sign) & (signs[j - 1] == ord(name[i - 2]))
                    row[j] = np.where(swapped, np.minimum(row[j], older[j - 2] + 1), row[j])
        changes = row[lengths, np.arange(len(near))]
        kept = changes <= limit
        return near[kept], changes[kept]


def count_changes(one: str, other: str) -> int:
    """Changes between two skeletons (letter by letter, the plain twin of `NameTable.measure`)."""
    older: list[int] = []
    before = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        row = [i]
        for j, its in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != its))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == its:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        older, before = before, row
    return before[-1]
