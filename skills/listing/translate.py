"""Texts in another language: the interface of an engine, and the checks that every result passes.

A brand, protected words and the marks of certifiers never reach an engine: a sign of their own stands for each, and
they are put back as they were written. A result that fails a check is not used: the text stays in its own language
and says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from skills.listing.units import MEASURE, NUMBER, unit_of
from skills.vocabulary import Refusal, mark

Note = tuple[str, dict[str, Any]]

UNTRANSLATED = mark("Untranslated ({language}): the engine cannot say all of “{text}”; it lacks: {words}.")
UNSPOKEN = mark("Untranslated ({language}): the engine does not speak that language; the texts stay as they were.")
LOST_NUMBER = mark(
    "Untranslated ({language}): the engine's text for “{text}” was refused: a number was lost, added or changed."
)
LOST_UNIT = mark(
    "Untranslated ({language}): the engine's text for “{text}” was refused: a unit was lost, added or changed."
)
LOST_NAME = mark(
    "Untranslated ({language}): the engine's text for “{text}” was refused: a brand or a protected word was lost, "
    "added or changed."
)
CLAIMED = mark("Untranslated ({language}): the engine's text for “{text}” was refused: it claims “{claim}”.")
EMPTY = mark("Untranslated ({language}): the engine gave no text for “{text}”.")
TOO_MANY = mark("Untranslated: “{text}” holds more protected words than can be kept apart.")

MARKS = (
    "OEKO-TEX", "OEKO-TEX Standard 100", "OEKO-TEX Made in Green", "Standard 100 by OEKO-TEX",
    "Made in Green by OEKO-TEX", "GOTS", "BSCI", "Fairtrade", "Grüner Knopf", "EU Ecolabel",
)  # fmt: skip
"""Marks of certifiers: names in every text, as a brand is."""

_FIRST, _LAST = 0xE000, 0xF8FF
_ANY_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Unsayable(Refusal):
    """What an engine raises for a text that it cannot wholly say.

    Args:
        words: What it lacks.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        super().__init__(mark("The engine lacks: {words}."), words=", ".join(self.words))


class UnknownLanguage(Unsayable):
    """What an engine raises for a pair of languages that it does not speak."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__((f"{source} → {target}",))


class Engine(Protocol):
    """Whatever translates: the glossary of this skill, a service, a language model."""

    def translate(self, text: str, source: str, target: str) -> str:
        """The text in the other language, whole.

        Signs from U+E000 to U+F8FF stand for names and are handed back as often as they came; numbers and units are
        handed back as they are written (1.5 stays 1.5, cm stays cm).

        Raises:
            Unsayable: names the words that lack; never a half translation.
            UnknownLanguage: for the whole pair of languages.
        """
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """A text and whether it is in the language asked for.

    Attributes:
        missing: The words that the engine lacks.
    """

    text: str
    translated: bool
    notes: list[Note] = field(default_factory=list)
    missing: tuple[str, ...] = ()


def match_names(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds names as whole words, in any case, the longest first; None for no names."""
    return _compile_names(tuple(names))


@lru_cache(maxsize=4096)
def _compile_names(names: tuple[str, ...]) -> re.Pattern[str] | None:
    listed = sorted({name.strip() for name in names if name.strip()}, key=lambda name: (-len(name), name))
    if not listed:
        return None
    letter = r"[A-Za-z0-9À-ɏͰ-ϿЀ-ӿ]"
    before = [rf"(?<!{letter})" if re.match(letter, name) else "" for name in listed]
    after = [rf"(?!{letter})" if re.match(letter, name[-1]) else "" for name in listed]
    written = [re.sub("['’]", "['’]", re.escape(name)) for name in listed]
    parts = (one + name + other for one, name, other in zip(before, written, after, strict=True))
    return re.compile("|".join(parts), re.IGNORECASE)


def translate_text(
    text: str,
    source: str,
    target: str,
    engine: Engine,
    protected: Iterable[str] = (),
    find_claim: Callable[[str], str] = lambda text: "",
) -> Translation:
    """A text in the target language, or in its own with the reason.

    Args:
        text: Without signs from U+E000 to U+F8FF.
        protected: Brand, trademarks and other words that stay as they are.
        find_claim: Gives a forbidden claim that the result makes, "" for none.
    """
    if source == target or not text.strip():
        return Translation(text, True)
    said: dict[str, Any] = {"text": _shorten(text), "language": target}
    names = match_names([*protected, *MARKS])
    masked, kept = _mask(text, names)
    if masked is None:
        return Translation(text, False, [(TOO_MANY, {"text": said["text"]})])
    try:
        result = engine.translate(masked, source, target)
    except UnknownLanguage as refusal:
        note = (UNSPOKEN, {"language": target})
        return Translation(text, False, [note], refusal.words)
    except Unsayable as refusal:
        missing = tuple(_unmask(word, kept) for word in refusal.words)
        return Translation(text, False, [(UNTRANSLATED, said | {"words": ", ".join(missing)})], missing)
    if not result.strip():
        return Translation(text, False, [(EMPTY, said)])
    unmasked = _unmask(result, kept)
    lost = _find_loss(masked, result) or ("" if _names_in(text, names) == _names_in(unmasked, names) else LOST_NAME)
    if lost:
        return Translation(text, False, [(lost, said)])
    claim = find_claim(unmasked)
    if claim:
        return Translation(text, False, [(CLAIMED, said | {"claim": claim})])
    return Translation(unmasked, True)


def _mask(text: str, names: re.Pattern[str] | None) -> tuple[str | None, dict[str, str]]:
    """The text with a sign for each name, and what the signs stand for; None where there are too many names."""
    forms: dict[str, str] = {}
    if names is None:
        return text, {}
    for found in names.finditer(text):
        forms.setdefault(found[0], chr(_FIRST + len(forms)))
        if _FIRST + len(forms) > _LAST:
            return None, {}
    return names.sub(lambda found: forms[found[0]], text), {sign: name for name, sign in forms.items()}


def _unmask(text: str, kept: dict[str, str]) -> str:
    return "".join(kept.get(sign, sign) for sign in text)


def _find_loss(before: str, after: str) -> str:
    """What of names, numbers and units is not in both alike; "" for nothing."""

    def signs(text: str) -> Counter[str]:
        return Counter(sign for sign in text if _FIRST <= ord(sign) <= _LAST)

    if signs(before) != signs(after):
        return LOST_NAME
    if Counter(_ANY_NUMBER.findall(before)) != Counter(_ANY_NUMBER.findall(after)):
        return LOST_NUMBER
    return "" if _measures_in(before) == _measures_in(after) else LOST_UNIT


def _measures_in(text: str) -> Counter[tuple[str, ...]]:
    return Counter((unit_of(match), *NUMBER.findall(match["numbers"])) for match in MEASURE.finditer(text))


def _names_in(text: str, names: re.Pattern[str] | None) -> Counter[str]:
    return Counter(found[0] for found in names.finditer(text)) if names is not None else Counter()


def _shorten(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
