"""Words that searchers ask for and no clicked product names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set

from skills.selection.policy import SelectionPolicy

_WORD = re.compile(r"\w+")
_FIRST_UNSPACED = "\u2e80"
"""From here on scripts write without spaces between words, and a run of signs is no word."""


def find_asked_words(
    asked: Sequence[tuple[str, float]], texts: Iterable[str], left_out: Set[str], policy: SelectionPolicy
) -> tuple[list[str], float]:
    """Words of the terms that none of the texts contains, and the share of the searches with the first of them.

    Args:
        asked: The niche's terms with their searches.
        texts: Titles and features of the clicked products.
        left_out: Words that name no feature, folded.

    Returns:
        The words, most searched first, each with at least the policy's share of the searches; the share [0…1].
    """
    named = fold(" ".join(texts))
    shares: dict[str, float] = {}
    total = sum(weight for _, weight in asked)
    for term, weight in asked:
        for word in sorted(split_words(term)):
            if _names_feature(word) and word not in left_out and _stem(word) not in named:
                shares[word] = shares.get(word, 0.0) + weight
    bar = policy.asked_share_percent / 100 * total
    heavy = sorted((word for word, share in shares.items() if share >= bar > 0), key=lambda w: (-shares[w], w))
    return heavy, shares[heavy[0]] / total if heavy else 0.0


def fold(text: str) -> str:
    """Small letters without accents, for comparing words."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def split_words(text: str) -> set[str]:
    """The folded words of a text."""
    return set(_WORD.findall(fold(text)))


def _names_feature(word: str) -> bool:
    return len(word) >= 3 and not word.isdigit() and max(word) < _FIRST_UNSPACED


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
