"""Screen names: brands that are the same, look or sound like them, and words that offend in a language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from skills.brand.facts import (
    NOT_A_CLEARANCE,
    BadWord,
    Brand,
    BrandBook,
    Note,
    Values,
    allow_changes,
    check_names,
    read_bad_words,
    spell_words,
    split_words,
    squeeze,
)
from skills.brand.letters import count_changes, draw_skeleton, make_sound_key, spell_out
from skills.brand.policy import BrandPolicy
from skills.vocabulary import mark

ANSWERS = {
    "name": "str", "verdict": "str", "fails": "int64", "checks": "int64", "reason": "str", "values": "object",
    "notes": "object", "notice": "str",
}  # fmt: skip
FINDINGS = {
    "name": "str", "severity": "str", "kind": "str", "matched": "str", "where": "str", "changes": "Int64",
    "reason": "str", "values": "object",
}  # fmt: skip

EXACT = mark("It is the name of the brand {brand}.")
LOOKS_SAME = mark("It looks the same as the brand {brand}: both read as {skeleton}.")
LOOKS_NEAR = mark("It is {changes} letter changes from the brand {brand} ({skeleton} beside {other}).")
SOUNDS = mark("It sounds like the brand {brand}: both keys are {key}.")
HOLDS = mark("It holds the brand {brand} as a word of its own.")
HELD = mark("It is a word of the brand {brand}.")
ENDS = mark("It begins or ends with the brand {brand}, which is half of it or more.")
BAD_WORD = mark('"{word}" is an offensive word ({language}).')
BAD_MEANING = mark('"{word}" means {meaning} ({language}).')
BAD_INSIDE = mark('The letters hold "{word}", an offensive word ({language}).')
MEANING_INSIDE = mark('The letters hold "{word}": {meaning} ({language}).')
NOT_ASCII = mark("It has signs other than A to Z, digits, blanks and hyphens: {signs}. Not every shop can show them.")
NO_LETTER = mark("It has no letter of any script.")
TOO_SHORT = mark("It has {letters} letters; the policy asks for {least} to {most}.")

PASSES = mark("Nothing was found among {brands} brands and {words} words.")
LOOK_CLOSER = mark("{checks} matches to look at; the nearest: {nearest}.")
FAILS = mark("Not usable: {fails} matches that rule it out; the first: {nearest}.")
UNSCREENED = mark("No brand list was given: the name was not screened against brands. Set the data folder.")
NO_WORDS = mark("No list of words for {language}: meaning there was not screened.")
OWN_SCRIPT = mark("The words for {language} are in another script: how the name sounds there was not screened.")

_ORDER = ("exact", "look_alike", "word", "script", "inside", "part", "sound_alike", "length")


class Finding(NamedTuple):
    """One match."""

    kind: str
    severity: str
    matched: str
    where: str
    changes: int | None
    reason: str
    values: Values


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screen found; not a clearance.

    Attributes:
        answers: One row per name: verdict (`fails` | `check` | `unscreened` | `passes`), fails, checks [findings],
            reason, values, notes (list of (sentence, values): what was not screened), notice (that it is a screen
            and no clearance).
        findings: One row per (name, kind, matched, where): severity (`fails` | `check`), changes [letters, NA
            where it is no matter of letters], reason, values. Kinds: exact, look_alike, sound_alike, part, word,
            inside, script, length.
    """

    answers: pd.DataFrame
    findings: pd.DataFrame


def screen_names(
    names: Sequence[str], brands: pd.DataFrame, bad_words: pd.DataFrame, languages: Sequence[str], policy: BrandPolicy
) -> Screened:
    """Screen names against a list of brands and lists of offensive words. It clears nothing.

    Args:
        names: Each once.
        brands: One row per brand: name; optional: category, countries. Empty: the verdict is at best `unscreened`.
        bad_words: One row per (language, word); optional: meaning ("" where the word is an offence).
        languages: Codes of the languages that buyers read; those without words are named in the notes.
        policy: Letters from which names are near, words that are no offence.
    Returns:
        Screened; both frames sorted by name, findings with the gravest first.
    Raises:
        MissingColumns: of a table.
        UnusableNames: a name is blank or stands twice.
    """
    wanted = check_names(names)
    book = BrandBook(brands)
    words, absent, unread = read_bad_words(bad_words, languages)
    notes: list[Note] = [(NO_WORDS, {"language": language}) for language in absent]
    notes += [(OWN_SCRIPT, {"language": language}) for language in unread]
    answers, findings = [], []
    for name in wanted:
        found = find_all(name, book, words, policy)
        findings += [(name, *_lay_out(finding)) for finding in found]
        fails = sum(finding.severity == "fails" for finding in found)
        verdict = "fails" if fails else "check" if found else "passes" if book.brands else "unscreened"
        reason, values = _tell(verdict, found, len(book.brands), len(words))
        missing: list[Note] = [(UNSCREENED, {})] if not book.brands else []
        answers.append((name, verdict, fails, len(found) - fails, reason, values, missing + notes, NOT_A_CLEARANCE))
    return Screened(
        pd.DataFrame(answers, columns=list(ANSWERS)).astype(ANSWERS),
        pd.DataFrame(findings, columns=list(FINDINGS)).astype(FINDINGS),
    )


def find_all(name: str, book: BrandBook, words: Sequence[BadWord], policy: BrandPolicy) -> list[Finding]:
    """Every finding of one name, the gravest first."""
    found = [*_find_brands(name, book, policy), *_find_words(name, words, policy), *_check_letters(name, policy)]
    return sorted(
        found,
        key=lambda one: (one.severity != "fails", one.changes or 0, _ORDER.index(one.kind), one.matched, one.where),
    )


def _lay_out(finding: Finding) -> tuple[object, ...]:
    changes = pd.NA if finding.changes is None else finding.changes
    return (
        finding.severity, finding.kind, finding.matched, finding.where, changes, finding.reason, finding.values,
    )  # fmt: skip


def _tell(verdict: str, found: list[Finding], brands: int, words: int) -> Note:
    if verdict == "unscreened":
        return UNSCREENED, {}
    if not found:
        return PASSES, {"brands": brands, "words": words}
    graver = [finding for finding in found if finding.severity == "fails"]
    if graver:
        return FAILS, {"fails": len(graver), "nearest": graver[0].matched}
    return LOOK_CLOSER, {"checks": len(found), "nearest": found[0].matched}


def _find_brands(name: str, book: BrandBook, policy: BrandPolicy) -> Iterator[Finding]:
    """Each brand once, by the gravest way in which it is near."""
    said: set[int] = set()

    def take(at: int, kind: str, severity: str, reason: str, changes: int | None, values: Values) -> Finding:
        said.add(at)
        brand: Brand = book.brands[at]
        return Finding(kind, severity, brand.name, brand.where, changes, reason, {"brand": brand.name} | values)

    for at in book.by_name.get(squeeze(name), []):
        yield take(at, "exact", "fails", EXACT, 0, {})
    skeleton = draw_skeleton(name)
    limit = allow_changes(len(skeleton), policy)
    for at, changes in zip(*(part.tolist() for part in book.table.measure(skeleton, limit)), strict=True):
        other = book.brands[at].skeleton
        if at in said or not skeleton or changes > allow_changes(min(len(skeleton), len(other)), policy):
            continue
        if changes == 0:
            yield take(at, "look_alike", "fails", LOOKS_SAME, 0, {"skeleton": skeleton})
        else:
            told = {"changes": changes, "skeleton": skeleton, "other": other}
            yield take(at, "look_alike", "check", LOOKS_NEAR, changes, told)
    for word in split_words(name):
        for at in book.by_name.get(word, []):
            if at not in said and len(word) >= policy.near_from_letters:
                yield take(at, "part", "check", HOLDS, None, {})
    for part in _list_ends(squeeze(name), policy):
        for at in book.by_name.get(part, []):
            if at not in said:
                yield take(at, "part", "check", ENDS, None, {})
    for at in book.by_word.get(squeeze(name), []):
        if at not in said and len(squeeze(name)) >= policy.near_from_letters:
            yield take(at, "part", "check", HELD, None, {})
    key = make_sound_key(name)
    if len(key) >= policy.sound_from_letters:
        for at in book.by_sound.get(key, []):
            if at not in said:
                yield take(at, "sound_alike", "check", SOUNDS, None, {"key": key})


def _list_ends(letters: str, policy: BrandPolicy) -> list[str]:
    """Beginnings and ends that are at least half of a name and one letter longer than a near name must be."""
    least = max(policy.near_from_letters + 1, -(-len(letters) // 2))
    return [part for size in range(least, len(letters)) for part in (letters[:size], letters[-size:])]


def _find_words(name: str, words: Sequence[BadWord], policy: BrandPolicy) -> Iterator[Finding]:
    """Whole words (a name of one word is one) rule a name out; letters inside a longer word are looked at."""
    spoken = {spell_words(name), *map(spell_words, split_words(name))}
    letters = "".join(sign for sign in spell_out(name) if sign.isalnum())
    allowed = [place for word in policy.allowed_words for place in _find_places(spell_words(word), letters)]
    for word in words:
        values = {"word": word.word, "language": word.language, "meaning": word.meaning}
        joined = word.spelt.replace(" ", "")
        if word.spelt in spoken or joined == letters or f" {word.spelt} " in f" {spell_words(name)} ":
            reason = BAD_MEANING if word.meaning else BAD_WORD
            yield Finding("word", "fails", word.word, word.language, None, reason, values)
        elif len(joined) >= policy.inside_from_letters or not joined.isascii():
            open_places = [
                (start, end)
                for start, end in _find_places(joined, letters)
                if not any(first <= start and end <= last for first, last in allowed)
            ]
            if open_places:
                reason = MEANING_INSIDE if word.meaning else BAD_INSIDE
                yield Finding("inside", "check", word.word, word.language, None, reason, values)


def _find_places(word: str, letters: str) -> list[tuple[int, int]]:
    starts = [at for at in range(len(letters)) if word and letters.startswith(word, at)]
    return [(start, start + len(word)) for start in starts]


def _check_letters(name: str, policy: BrandPolicy) -> Iterator[Finding]:
    strange = sorted({sign for sign in name if not (sign.isascii() and (sign.isalnum() or sign in " -"))})
    if not any(sign.isalpha() for sign in name):
        yield Finding("script", "fails", name, "", None, NO_LETTER, {})
    elif strange:
        told = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in strange)
        yield Finding("script", "check", told, "", None, NOT_ASCII, {"signs": told})
    letters = sum(sign.isalnum() for sign in name)
    if not policy.least_letters <= letters <= policy.most_letters:
        values = {"letters": letters, "least": policy.least_letters, "most": policy.most_letters}
        yield Finding("length", "check", str(letters), "", None, TOO_SHORT, values)


def is_near(name: str, other: str, policy: BrandPolicy) -> int | None:
    """Changes between two names that look alike; None where they do not."""
    one, two = draw_skeleton(name), draw_skeleton(other)
    changes = count_changes(one, two)
    near = bool(one) and changes <= allow_changes(min(len(one), len(two)), policy)
    return changes if near else None
