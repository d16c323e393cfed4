"""Length: what a text may have in bytes and characters, and where it may be cut.

A cut never falls inside a grapheme (Unicode Standard Annex 29, joined rather more than less), inside a measure or
inside a word of letters that are written with blanks; Chinese and Japanese break between signs (after the rules of
JIS X 4051 for what may not begin or end a line), and no connective, opening bracket or comma is left at the end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from skills.listing.units import MEASURE

_CONNECTIVES = """
en a an and at by for from in into of on or per plus the to with without x
de als am an auf aus bei bis das dem den der des die ein eine für im in mit oder ohne pro und vom von x zu zum zur
fr à au aux avec d' dans de des du en et l' la le les ou par pour sans sur un une x
es a al con de del e el en la las los o para por sin un una y x
it a al alla con da dei del della di e ed i il in la le lo o per senza su un una x
ja の と で に を は が や へ も から まで 及び または
zh 的 和 与 或 及 在
"""
CONNECTIVES = {
    language: frozenset(words) for language, *words in (line.split() for line in _CONNECTIVES.strip().splitlines())
}
"""Language → words that no text ends with."""

_ENDS = " \u00a0\t\n,;:-–—/|&+·・、，：；@#*×"
_OPENING = "(（[［{「『【〔〈《“‘"
_CLOSING = ")）]］}」』】〕〉》、。，．・：；！？!?,.;:ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％%"
_PAIRS = dict(zip("(（[［「『【", ")）]］」』】", strict=True))
_BEYOND = 200
"""Signs read beyond the limit: a measure that spans it is seen whole."""

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")
_PREPEND = frozenset(map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0xD4E, 0x110BD, 0x110CD)))
_SIGNS_OF_VOWELS = frozenset("\u0e33\u0eb3\uff9e\uff9f\u200c\u200d")


def count_bytes(text: str) -> int:
    """Length in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=65536)
def script_of(sign: str) -> str:
    """The first word of the sign's Unicode name: LATIN, CYRILLIC, CJK, HIRAGANA …; "" where it has none."""
    return unicodedata.name(sign, "").partition(" ")[0].partition("-")[0]


@lru_cache(maxsize=65536)
def _is_extending(sign: str) -> bool:
    return (
        unicodedata.category(sign) in ("Mn", "Me", "Mc")
        or sign in _SIGNS_OF_VOWELS
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
    )


def _is_jamo(sign: str) -> bool:
    return "\u1100" <= sign <= "\u11ff" or "\ua960" <= sign <= "\ua97f" or "\ud7b0" <= sign <= "\ud7ff"


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def split_graphemes(text: str) -> list[str]:
    """The text in what a reader takes for one sign each; nothing that Unicode keeps together is taken apart."""
    found: list[str] = []
    for sign in text:
        if found and _belongs(found[-1], sign):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _belongs(before: str, sign: str) -> bool:
    last = before[-1]
    if last == "\r" and sign == "\n":
        return True
    if last in "\r\n" or sign in "\r\n":
        return False
    if _is_extending(sign) or last in _PREPEND or last == "\u200d":
        return True
    if unicodedata.combining(last) == 9 or (
        len(before) > 1 and any(unicodedata.combining(one) == 9 for one in before)
    ):
        return unicodedata.category(sign) == "Lo"
    if _is_flag(sign) and _is_flag(last):
        return sum(map(_is_flag, before)) % 2 == 1
    hangul = "\uac00" <= last <= "\ud7a3"
    return (_is_jamo(sign) and (_is_jamo(last) or hangul)) or (_is_jamo(last) and "\uac00" <= sign <= "\ud7a3")


def fits(text: str, max_bytes: int | None, max_characters: int | None) -> bool:
    """Whether the text is within both limits; None is no limit."""
    return (max_bytes is None or count_bytes(text) <= max_bytes) and (
        max_characters is None or len(text) <= max_characters
    )


def clip(text: str, max_bytes: int | None, max_characters: int | None, language: str = "en") -> tuple[str, bool]:
    """The longest beginning of the text that fits and reads as finished.

    Returns:
        The text, and whether a word had to be cut because it alone is longer than the limit.
    """
    if fits(text, max_bytes, max_characters):
        return text, False
    text = text[: min(one for one in (max_bytes, max_characters) if one is not None) + _BEYOND]
    graphemes = split_graphemes(text)
    size = length = at = 0
    while at < len(graphemes):
        size, length = size + count_bytes(graphemes[at]), length + len(graphemes[at])
        if (max_bytes is not None and size > max_bytes) or (max_characters is not None and length > max_characters):
            break
        at += 1
    starts = [0, *accumulate(map(len, graphemes))]
    for end in _list_breaks(graphemes, starts, at, text):
        kept = trim_end("".join(graphemes[:end]), language)
        if kept and len(kept) in starts:
            return kept, False
    return "".join(graphemes[:at]).rstrip(), bool(at)


def trim_end(text: str, language: str) -> str:
    """Without connectives, commas, opened brackets and blanks at the end."""
    connectives = CONNECTIVES.get(language, frozenset()) | CONNECTIVES["en"]
    while True:
        before = text
        text = text.rstrip(_ENDS + _OPENING)
        last = max((text.rfind(opening) for opening in _PAIRS), default=-1)
        if last >= 0 and text.count(_PAIRS[text[last]], last) == 0:
            text = text[:last].rstrip()
        head, blank, word = text.rpartition(" ")
        if word.casefold() in connectives:
            text = head if blank else ""
        for particle in sorted(CONNECTIVES.get(language, ()), key=len, reverse=True):
            if language in ("ja", "zh") and text.endswith(particle):
                text = text[: -len(particle)]
                break
        if text == before:
            return text


def _list_breaks(graphemes: list[str], starts: list[int], most: int, text: str) -> Iterator[int]:
    """Where the text may end, last first, up to `most` graphemes."""
    closed: set[int] = set()
    for match in MEASURE.finditer(text):
        closed.update(range(match.start() + 1, match.end()))
    for at in range(min(most, len(graphemes) - 1), 0, -1):
        if starts[at] not in closed and _may_break(graphemes[at - 1], graphemes[at]):
            yield at


def _may_break(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return True
    if after[0] in _CLOSING or before[-1] in _OPENING:
        return False
    one, other = script_of(before[0]), script_of(after[0])
    if one not in _UNSPACED and other not in _UNSPACED:
        return before in "、。，；：" or before in _PAIRS.values()
    return not (one == other == "KATAKANA") and not (before[0].isdigit() or after[0].isdigit())
