"""Names that can be said: put together of syllables from a seed, scored by stated rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from skills.brand.letters import draw_skeleton, spell_out
from skills.brand.policy import BrandPolicy
from skills.vocabulary import Refusal, mark

COLUMNS = {
    "name": "str", "letters": "int64", "syllables": "int64", "domain_label": "str", "score": "int64",
    "points": "object",
}  # fmt: skip

_OPENINGS = ("b", "d", "f", "k", "l", "m", "n", "p", "r", "s", "t", "v")
_PAIRED = ("br", "dr", "fl", "gr", "kl", "pl", "st", "tr")
_VOWELS = ("a", "e", "i", "o", "u")
_ENDINGS = ("", "", "", "l", "n", "r", "s", "m")

MEMORABLE = mark("Five to seven letters are remembered")
SPOKEN = mark("Two or three syllables are said in one breath")
OPEN = mark("Consonant and vowel take turns: it can be said in Japanese and Spanish too")
HARD = mark("No letter that is read differently from language to language (c, g, h, j, q, w, x, y, z)")
CONFUSED = mark("Not both l and r, not both b and v: many ears do not part them")
SIGNS = mark("Letters only, and no sign that looks like another (i beside l, rn, vv)")
RULES = ((MEMORABLE, 20), (SPOKEN, 20), (OPEN, 20), (HARD, 15), (CONFUSED, 15), (SIGNS, 10))
"""Sentence and its points; they sum to 100."""


class UnusableWish(Refusal):
    """More names than can be made, or none."""


def propose_names(roots: Sequence[str], count: int, seed: int, policy: BrandPolicy) -> pd.DataFrame:
    """Make names of syllables: the same seed gives the same names, on every machine.

    Every third name begins with the first syllable of a root. Names lie at least two changes apart, so that the list
    is a choice. They are screened by nobody yet (`screen_names`); no domain is looked up.

    Args:
        roots: Words of the business that may lend their beginning; may be empty. Signs outside a … z are left out.
        count: How many names [1 … 500].
        seed: Any whole number.
        policy: least_letters, most_letters.
    Returns:
        One row per name, best first: name (capital first), letters, syllables, domain_label (small letters: a valid
        label of a domain), score [0 … 100], points (list of (rule's sentence, points got, points to get)).
    Raises:
        UnusableWish: a count outside 1 to 500, or lengths that leave too few names.
    """
    if not 1 <= count <= 500:
        raise UnusableWish(
            mark("{count} names are asked for. Expected 1 to 500. Ask for fewer, and with another seed again."),
            count=count,
        )
    stream = _draw(seed)
    stems = sorted({stem for root in roots if (stem := _take_stem(root))})
    found: list[str] = []
    taken: set[str] = set()
    for attempt in range(count * 400):
        name = _make_name(stream, stems, attempt, policy)
        forms = _leave_out(draw_skeleton(name))
        if policy.least_letters <= len(name) <= policy.most_letters and taken.isdisjoint(forms):
            taken |= forms
            found.append(name)
            if len(found) == count:
                break
    else:
        raise UnusableWish(
            mark("Only {found} of {count} names of {least} to {most} letters were found. Allow longer names."),
            found=len(found),
            count=count,
            least=policy.least_letters,
            most=policy.most_letters,
        )
    rows = []
    for name in found:
        points = score_name(name)
        total = sum(got for _, got, _ in points)
        rows.append((name.capitalize(), len(name), _count_syllables(name), name, total, points))
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return frame.sort_values(["score", "name"], ascending=[False, True], ignore_index=True)


def score_name(name: str) -> list[tuple[str, int, int]]:
    """(rule's sentence, points got, points to get), of any name."""
    letters = spell_out(name).replace(" ", "")
    plain = re.fullmatch(r"[a-z]+", name.lower()) is not None
    misread = ("i" in letters and "l" in letters) or "rn" in letters or "vv" in letters
    kept = {
        MEMORABLE: 5 <= len(letters) <= 7,
        SPOKEN: _count_syllables(letters) in (2, 3),
        OPEN: re.search(r"[^aeiou]{2}|[aeiou]{2}", letters) is None,
        HARD: not set(letters) & set("cghjqwxyz"),
        CONFUSED: not ({"l", "r"} <= set(letters) or {"b", "v"} <= set(letters)),
        SIGNS: plain and not misread,
    }
    return [(rule, points if kept[rule] else 0, points) for rule, points in RULES]


def _count_syllables(name: str) -> int:
    return len(re.findall(r"[aeiouy]+", name.lower()))


def _take_stem(root: str) -> str:
    """Up to and with the first vowel and one consonant after it: `linen` → `lin`."""
    found = re.match(r"[^aeiou]{0,2}[aeiou][^aeiou]?", re.sub(r"[^a-z]", "", spell_out(root)))
    return found.group() if found else ""


def _make_name(stream: Iterator[int], stems: list[str], attempt: int, policy: BrandPolicy) -> str:
    name = stems[next(stream) % len(stems)] if stems and attempt % 3 == 0 else ""
    for at in range(2 + next(stream) % 2):
        openings = _OPENINGS if at or next(stream) % 2 else _PAIRED
        name += openings[next(stream) % len(openings)] + _VOWELS[next(stream) % len(_VOWELS)]
    return re.sub(r"(.)\1", r"\1", name + _ENDINGS[next(stream) % len(_ENDINGS)])


def _leave_out(skeleton: str) -> set[str]:
    """The skeleton, and it without each of its letters: two that are one change apart share one of them."""
    return {skeleton, *(skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton)))}


def _draw(seed: int) -> Iterator[int]:
    """Whole numbers from a seed (SplitMix64): the same in every release of Python and NumPy."""
    whole = (1 << 64) - 1
    state = seed & whole
    while True:
        state = (state + 0x9E3779B97F4A7C15) & whole
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & whole
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & whole
        yield (mixed ^ (mixed >> 31)) >> 11
