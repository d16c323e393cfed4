"""Search terms with known niches, made by a fixed rule, and how well they are found.

Words are invented: two or three syllables and a closing consonant. A niche is one attribute and one noun. A term is a
niche's two words, changed by shoppers' habits: a modifier or two, the other order, a plural, a stop word, a slip of
the keyboard. README.md states the rule in full; `LEVELS` holds its numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONSONANTS, VOWELS = "bcdfghklmnprstvw", "aeiou"
NOUNS, ATTRIBUTES, NICHES = 4_000, 3_000, 60_000
POPULARITY = 1.15
MODIFIERS = (
    *("red", "blue", "green", "black", "white", "pink", "grey", "purple", "large", "small", "xl", "xxl"),
    *("cheap", "best", "premium", "new", "luxury", "quality", "popular", "original"),
)
STOP_WORDS = ("for", "with", "the", "of")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Level:
    """Chances per drawn term.

    Attributes:
        slip: Of one slip of the keyboard anywhere in the term: a letter lost, doubled by another, replaced, or two
            signs swapped, blanks included, each as likely.
        one_modifier, two_modifiers: Of exactly so many modifiers, each at a random place.
        turned: Of the noun before the attribute.
        plural: Of an s at the last of the two words.
        stop_word: Of a stop word between the two.
    """

    slip: float
    one_modifier: float
    two_modifiers: float
    turned: float
    plural: float
    stop_word: float


LEVELS = {
    "low": Level(slip=0.02, one_modifier=0.25, two_modifiers=0.10, turned=0.15, plural=0.15, stop_word=0.10),
    "medium": Level(slip=0.05, one_modifier=0.30, two_modifiers=0.20, turned=0.30, plural=0.25, stop_word=0.20),
    "high": Level(slip=0.10, one_modifier=0.30, two_modifiers=0.35, turned=0.50, plural=0.40, stop_word=0.35),
}


def draw_terms(count: int, level: Level, seed: int) -> tuple[list[str], list[int], list[int]]:
    """Draws until there are so many different terms.

    Returns:
        The terms in the order in which they first came, the niche of each (of the first draw, where two niches gave
        the same term) and how often each was drawn.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    words = _invent(NOUNS + ATTRIBUTES, draw)
    nouns, attributes = words[:NOUNS], words[NOUNS:]
    pairs = draw.choice(NOUNS * ATTRIBUTES, NICHES, replace=False)
    niche_of: dict[str, int] = {}
    drawn: Counter[str] = Counter()
    while True:
        niches = (draw.zipf(POPULARITY, 200_000) - 1) % NICHES
        chances, places = draw.random((200_000, 6)), draw.integers(0, 2**31, (200_000, 8))
        for niche, chance, place in zip(niches.tolist(), chances.tolist(), places.tolist(), strict=True):
            pair = int(pairs[niche])
            term = _write(attributes[pair // NOUNS], nouns[pair % NOUNS], level, chance, place)
            drawn[term] += 1
            if niche_of.setdefault(term, niche) == niche and len(niche_of) == count:
                return list(niche_of), list(niche_of.values()), [drawn[term] for term in niche_of]


def _invent(count: int, draw: np.random.Generator) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < count:
        places = draw.integers(0, 80, 4).tolist()
        syllables = [CONSONANTS[place // 5] + VOWELS[place % 5] for place in places[: 2 + places[3] % 2]]
        words["".join(syllables) + CONSONANTS[int(draw.integers(len(CONSONANTS)))]] = None
    return list(words)


def _write(attribute: str, noun: str, level: Level, chance: list[float], place: list[int]) -> str:
    words = [noun, attribute] if chance[0] < level.turned else [attribute, noun]
    if chance[1] < level.plural:
        words[1] += "s"
    if chance[2] < level.stop_word:
        words.insert(1, STOP_WORDS[place[0] % len(STOP_WORDS)])
    modifiers = (
        1 if chance[3] < level.one_modifier else 2 if chance[3] < level.one_modifier + level.two_modifiers else 0
    )
    for k in range(modifiers):
        words.insert(place[1 + k] % (len(words) + 1), MODIFIERS[place[3 + k] % len(MODIFIERS)])
    term = " ".join(words)
    return _slip(term, place[5:]) if chance[4] < level.slip else term


def _slip(term: str, place: list[int]) -> str:
    at, letter = place[0] % (len(term) - 1), LETTERS[place[1] % len(LETTERS)]
    return (
        term[:at] + term[at + 1 :],
        term[:at] + letter + term[at:],
        term[:at] + letter + term[at + 1 :],
        term[:at] + term[at + 1] + term[at] + term[at + 2 :],
    )[place[2] % 4].strip()


def measure_v(niches: Sequence[int], found: Sequence[int]) -> tuple[float, float, float]:
    """V-measure of found groups against niches, homogeneity, completeness (Rosenberg and Hirschberg 2007)."""
    pairs = np.asarray(niches, np.int64) * (max(found) + 1) + np.asarray(found, np.int64)
    niche_bits, found_bits, both_bits = (_entropy(np.asarray(values)) for values in (niches, found, pairs))
    homogeneity = 1 - (both_bits - found_bits) / niche_bits if niche_bits else 1.0
    completeness = 1 - (both_bits - niche_bits) / found_bits if found_bits else 1.0
    return 2 * homogeneity * completeness / (homogeneity + completeness), homogeneity, completeness


def _entropy(values: np.ndarray) -> float:
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(shares * np.log(shares)).sum())
