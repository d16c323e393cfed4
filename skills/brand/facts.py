"""Lists that names are screened by, made ready; and what is refused of them.

Refusal
├── UnusableNames        names that are blank or stand twice
├── UnusableWish         more names than can be made, or none       (naming.py)
├── UnusableSnapshots    a listing twice on one day, or offers that cannot be read
├── UnknownName          a name that is asked about and is blank
├── NoComplaint          an event that is no ground for a complaint (complaint.py)
└── UnusableCodes        serial codes whose result cannot be read   (complaint.py)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from skills.brand.letters import NameTable, draw_skeleton, fold, make_sound_key, spell_out
from skills.brand.policy import BrandPolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

Values = dict[str, Any]
Note = tuple[str, Values]

NOT_A_CLEARANCE = mark(
    "This is a screen of the lists it was given, not a clearance: no trademark register was searched. Have a "
    "trademark attorney clear the name before it is used."
)


class UnusableNames(Refusal):
    """Names that cannot be told apart."""


class UnusableSnapshots(Refusal):
    """Snapshots of listings that contradict themselves."""


class UnknownName(Refusal):
    """No name to explain."""


class Brand(NamedTuple):
    """A listed brand."""

    name: str
    squeezed: str
    skeleton: str
    sound: str
    where: str


class BadWord(NamedTuple):
    """A listed word: `spelt` is what is looked for, `words` whether it is of several words."""

    word: str
    language: str
    meaning: str
    spelt: str


class BrandBook:
    """Brands of a list, found by each way in which a name can be near them.

    Args:
        brands: One row per brand: name; optional: category, countries (text, "" unknown).
    """

    def __init__(self, brands: pd.DataFrame) -> None:
        check_columns("brands", brands.columns, ("name",))
        rows = [{str(key): value for key, value in row.items()} for row in brands.to_dict("records")]
        places: dict[str, set[str]] = {}
        for row in rows:
            if name := str(row["name"]).strip():
                places.setdefault(name, set()).add(_tell_where(row))
        self.brands = [
            Brand(name, squeeze(name), draw_skeleton(name), make_sound_key(name), "; ".join(sorted(where - {""})))
            for name, where in sorted(places.items())
        ]
        self.by_name = _group((brand.squeezed, at) for at, brand in enumerate(self.brands))
        self.by_sound = _group((brand.sound, at) for at, brand in enumerate(self.brands) if brand.sound)
        self.by_word = _group((word, at) for at, brand in enumerate(self.brands) for word in split_words(brand.name))
        self.table = NameTable([brand.skeleton for brand in self.brands])


def _tell_where(row: Values) -> str:
    return " · ".join(text for key in ("category", "countries") if (text := str(row.get(key, ""))))


def _group(pairs: Iterator[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, at in pairs:
        found.setdefault(key, []).append(at)
    return found


def squeeze(name: str) -> str:
    """Letters and digits of the folded name; the folded name itself where it has none."""
    folded = fold(name)
    return "".join(sign for sign in folded if sign.isalnum()) or folded


def split_words(name: str) -> list[str]:
    """The words of a name of several, folded; capitals within a word begin another (`ZaraHome`). [] for one word."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.findall(r"[^\W_]+", fold(parted))
    return sorted(set(words)) if len(words) > 1 else []


def allow_changes(letters: int, policy: BrandPolicy) -> int:
    """How many changes are still a look-alike of a name of so many letters."""
    return (letters >= policy.near_from_letters) + (letters >= policy.nearer_from_letters)


def read_bad_words(bad_words: pd.DataFrame, languages: Sequence[str]) -> tuple[list[BadWord], list[str], list[str]]:
    """Words of the languages; the languages without a word; and those of which no word has a Latin letter.

    Args:
        bad_words: One row per (language, word); optional: meaning (text; "" where the word is an offence).
        languages: Codes; `de` takes the words of `de` and of `de-AT`.
    """
    check_columns("bad_words", bad_words.columns, ("language", "word"))
    found, absent, unread = [], [], []
    for language in sorted(set(languages)):
        own = bad_words["language"].map(lambda code, wanted=language: code == wanted or code.startswith(f"{wanted}-"))
        rows = [{str(key): value for key, value in row.items()} for row in bad_words[own].to_dict("records")]
        words = [
            BadWord(str(row["word"]), language, str(row.get("meaning", "")), spelt)
            for row in rows
            if (spelt := spell_words(str(row["word"])))
        ]
        found += words
        if not words:
            absent.append(language)
        elif not any(re.search("[a-z]", word.spelt) for word in words):
            unread.append(language)
    return sorted(set(found)), absent, unread


def spell_words(text: str) -> str:
    """Words of small letters with one blank between, digits read as the letters they stand for."""
    return " ".join(re.findall(r"[^\W_]+", spell_out(text)))


def check_names(names: Sequence[str]) -> list[str]:
    """The names without blanks around, sorted.

    Raises:
        UnusableNames: one is blank or stands twice.
    """
    kept = sorted(str(name).strip() for name in names)
    wrong = sorted({name or "(blank)" for at, name in enumerate(kept) if not name or name in kept[:at]})
    if wrong:
        raise UnusableNames(
            mark("Names that are blank or stand twice: {names}. Expected each name once. Correct the list."),
            names=name_rows(wrong),
        )
    return kept
