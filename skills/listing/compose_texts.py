"""Texts made fit for a marketplace: invisible signs and symbols out, claims out or refused, search terms joined."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from skills.listing.compose_rules import EMOJI, TextRules, find_claim
from skills.listing.limits import CONNECTIVES, count_bytes, script_of
from skills.listing.translate import Note, match_names
from skills.vocabulary import mark

HIDDEN = mark("{field}: invisible signs were taken out ({signs}).")
MIXED = mark("{field}: a word mixes scripts ({words}); look-alike letters are read as tampering. Type it anew.")
FOREIGN = mark("{field}: letters of another script than the language {language} is written in ({words}).")
SYMBOLS = mark("{field}: signs that {country} does not allow there were taken out ({signs}).")
REMOVED = mark("{field}: “{claim}” was taken out: {source}.")
REFUSED = mark("{field}: refused for “{claim}”: {source}. Take the claim out, or prove it and have the rule changed.")
REPEATED = mark("{field}: {words} stand more than {times} times; {country} allows no more.")
DROPPED_TERMS = mark("{field}: {words} do not fit in {limit} bytes and were left out.")

_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u3164\uffa0")
_SCRIPTS = frozenset(
    [
        *("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC"),
        *("CHEROKEE", "COPTIC", "GEORGIAN", "DEVANAGARI", "THAI", "HANGUL"),
    ]
)
_JAPANESE = frozenset(("CJK", "HIRAGANA", "KATAKANA"))
_PICTURES = frozenset("\ufe0f\u20e3★☆✔✓✅❤☀✨➤►▶●■◆")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def clean_text(text: object, field: str) -> tuple[str, list[Note]]:
    """A text composed (NFC), with single blanks, without direction marks, zero-width, control and private signs."""
    if not isinstance(text, str):
        return "", []
    cleaned, signs = _clean(text)
    return cleaned, [(HIDDEN, {"field": field, "signs": signs})] if signs else []


@lru_cache(maxsize=512)
def _clean(text: str) -> tuple[str, str]:
    """The text cleaned, and which signs were taken out how often."""
    hidden: Counter[str] = Counter()
    kept = []
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Zs", "Zl", "Zp") or sign in "\t\n\r\x0b\x0c\x85":
            kept.append(" ")
        elif category[0] == "C" or sign in _HIDDEN:
            hidden[f"U+{ord(sign):04X}"] += 1
        else:
            kept.append(sign)
    cleaned = " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
    return cleaned, ", ".join(f"{code} ×{count}" for code, count in sorted(hidden.items())[:8])


def check_scripts(text: str, field: str, language: str, names: Iterable[str] = ()) -> list[Note]:
    """Notes on words that mix scripts and on letters that the language is not written in, names apart."""
    pattern = match_names(names)
    words = _WORD.findall(pattern.sub(" ", text) if pattern is not None else text)
    home = _JAPANESE | {"LATIN"} if language in ("ja", "zh") else {"LATIN"}
    mixed, foreign = [], []
    for word in words:
        scripts = {script_of(sign) for sign in word if sign.isalpha()}
        if len(scripts & _SCRIPTS) > 1:
            mixed.append(word)
        elif (scripts & (_SCRIPTS | _JAPANESE)) - home:
            foreign.append(word)
    notes: list[Note] = []
    if mixed:
        notes.append((MIXED, {"field": field, "words": _list(mixed)}))
    if foreign:
        notes.append((FOREIGN, {"field": field, "language": language, "words": _list(foreign)}))
    return notes


def apply_rules(
    text: str, field: str, rules: TextRules, languages: tuple[str, ...], names: tuple[str, ...], country: str
) -> tuple[str, list[Note]]:
    """A text without barred symbols and claims; "" where a claim refuses it, with the reason."""
    notes: list[Note] = []
    pattern, claims = match_names(names), rules.claims_for(field, languages)
    barred: Counter[str] = Counter()
    while True:
        before = text
        text = _strip_symbols(text, rules.symbols.get(field, frozenset()), pattern, barred)
        found = find_claim(text, claims, names)
        if found is not None:
            claim, start, end = found
            said = {"field": field, "claim": text[start:end], "source": claim.source}
            if claim.action == "refuse":
                return "", [*notes, (REFUSED, said)]
            notes.append((REMOVED, said))
            text = _tidy(f"{text[:start].rstrip()} {text[end:].lstrip()}")
        if text == before:
            break
    if barred:
        notes.append((SYMBOLS, {"field": field, "country": country, "signs": " ".join(sorted(barred))}))
    return text, notes


def check_repeats(title: str, rules: TextRules, language: str, country: str) -> list[Note]:
    """A note where a word, no connective and no number, stands more often in a title than allowed."""
    if rules.max_repeats is None:
        return []
    idle = CONNECTIVES["en"] | CONNECTIVES.get(language, frozenset())
    counts = Counter(word.casefold() for word in _WORD.findall(title))
    often = [
        word
        for word, count in counts.items()
        if count > rules.max_repeats and word not in idle and not any(sign.isdigit() for sign in word)
    ]
    said = {"field": "title", "words": _list(often), "times": rules.max_repeats, "country": country}
    return [(REPEATED, said)] if often else []


def join_search_terms(
    terms: Iterable[str], title: str, names: tuple[str, ...], rules: TextRules, languages: tuple[str, ...]
) -> tuple[str, list[Note]]:
    """Search terms as one line within its limit: each word once, none of the title, a brand or a claim.

    Args:
        languages: The last one is that of the terms.
    """
    limit = rules.max_bytes["search_terms"]
    most = rules.max_characters.get("search_terms", limit)
    claims = rules.claims_for("search_terms", languages)
    idle = CONNECTIVES["en"] | CONNECTIVES.get(languages[-1], frozenset())
    barred = set(list_words(title)) | {word for name in names for word in list_words(name)} | idle
    shown = title.casefold()
    kept: list[str] = []
    dropped: list[str] = []
    line = ""
    for word in (word for term in terms for word in list_words(term)):
        unspaced = script_of(word[0]) in _JAPANESE
        if word in barred or word in kept or (unspaced and word in shown):
            continue
        longer = f"{line} {word}" if line else word
        if find_claim(longer, claims) is not None:
            continue
        if count_bytes(longer) > limit or len(longer) > most:
            dropped.append(word)
            continue
        kept.append(word)
        line = longer
    notes: list[Note] = []
    if dropped:
        notes.append((DROPPED_TERMS, {"field": "search_terms", "words": _list(dropped), "limit": limit}))
    return line, notes


def list_words(text: str) -> list[str]:
    """The words of a text in small letters, as search terms compare them; hyphens part words."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", unicodedata.normalize("NFC", text.casefold()))


def _strip_symbols(text: str, symbols: frozenset[str], names: re.Pattern[str] | None, barred: Counter[str]) -> str:
    if symbols.isdisjoint(text) and not (EMOJI in symbols and any(map(_is_picture, set(text)))):
        return text
    spared = {at for found in names.finditer(text) for at in range(*found.span())} if names is not None else set()
    pictures = EMOJI in symbols
    kept = []
    for at, sign in enumerate(text):
        if at not in spared and (sign in symbols or (pictures and _is_picture(sign))):
            barred[sign] += 1
            kept.append(" " if 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum() else "")
        else:
            kept.append(sign)
    joined = "".join(kept)
    return joined if joined == text else " ".join(joined.split())


@lru_cache(maxsize=65536)
def _is_picture(sign: str) -> bool:
    return (
        sign >= "\U0001f000" and unicodedata.category(sign) in ("So", "Sk")
    ) or sign in "\ufe0f\u20e3★☆✔✓✅❤☀✨➤►▶●■◆"


def _tidy(text: str) -> str:
    """Without the commas and blanks that a claim left behind; numbers are not touched."""
    text = re.sub(r"\s+([,;:])(?![0-9])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;:])(?:\s*[,;:])+(?![0-9])", r"\1", text)
    text = re.sub(r"\s*[,;:、，]\s*(?=[.!?](?:\s|$)|[。！？])", "", text)
    return re.sub(r"^[\s,;:|–—-]+(?=[^\W\d_])|[\s,;:|–—]+$", "", text)


def _list(words: Iterable[str], most: int = 5) -> str:
    listed = list(dict.fromkeys(words))
    shown = ", ".join(word if len(word) <= 40 else word[:39] + "…" for word in listed[:most])
    return shown if len(listed) <= most else f"{shown} … ({len(listed)})"
