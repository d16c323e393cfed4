"""Where one listing's texts are written: cleaned, ruled, translated, localised, cut, with a note on each change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from skills.listing.compose_rules import FIELDS, TextRules, find_claim
from skills.listing.compose_texts import apply_rules, check_scripts, clean_text
from skills.listing.limits import clip, count_bytes, fits
from skills.listing.localise import Market, describe_conversions, localise_dates, localise_text, plain_numbers
from skills.listing.translate import Engine, Note, match_names, translate_text
from skills.vocabulary import mark

CUT = mark("{field}: {bytes} bytes and {characters} characters; cut to {kept} bytes for {country}.")
CUT_INSIDE = mark("{field}: one word alone is longer than {country} allows; it was cut inside the word.")
LANGUAGE_TAGS = {
    "de": "de_DE", "en": "en_US", "es": "es_ES", "fr": "fr_FR", "it": "it_IT", "ja": "ja_JP", "zh": "zh_CN",
}  # fmt: skip
"""How Amazon's attributes tag a text that stays in its own language."""


@dataclass(slots=True)
class Desk:
    """What one listing is written with, and what is noted on the way."""

    market: Market
    rules: TextRules
    engine: Engine
    source: str
    names: tuple[str, ...]
    notes: list[Note] = field(default_factory=list)
    conversions: list[dict[str, Any]] = field(default_factory=list)
    untranslated: list[dict[str, Any]] = field(default_factory=list)

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.source, self.market.language)

    def write(self, text: object, where: str) -> tuple[str, str]:
        """A text for the country, and its language tag; "" where it is missing or refused."""
        kind = where if where in FIELDS else "attribute"
        cleaned, notes = clean_text(text, where)
        self.notes += notes + check_scripts(cleaned, where, self.source, self.names)
        plain, notes = apply_rules(
            plain_numbers(cleaned, self.source, match_names(self.names)),
            kind,
            self.rules,
            self.languages[:1],
            self.names,
            self.market.country,
        )
        self.notes += _name(notes, where)
        said, language = self.translate(plain, where)
        other = language if language != self.market.language else ""
        local, found = localise_text(said, self.market, other, match_names(self.names))
        local, dates = localise_dates(local, self.market, other, match_names(self.names))
        local, notes = apply_rules(local, kind, self.rules, self.languages, self.names, self.market.country)
        self.notes += _name(notes, where)
        kept = local if kind == "attribute" else self._cut(_capitalise(local, self.names), where, kind, language)
        changed = [*describe_conversions(unique(found)), *unique(dates)]
        self.conversions += [{"field": where, **one} for one in changed] if kept else []
        home = language == self.market.language
        return kept, self.market.language_tag if home else LANGUAGE_TAGS.get(language, language)

    def translate(self, text: str, where: str) -> tuple[str, str]:
        """The text and the language it is in: the country's, or its own with a note."""
        claims = self.rules.claims_for(where, self.languages)

        def name_claim(result: str) -> str:
            found = find_claim(result, claims, self.names)
            return result[found[1] : found[2]] if found is not None else ""

        answer = translate_text(text, self.source, self.market.language, self.engine, self.names, name_claim)
        if not answer.translated:
            self.untranslated.append({"field": where, "words": list(answer.missing)})
            self.notes += answer.notes
            return text, self.source
        if text != answer.text:
            cleaned, notes = clean_text(answer.text, where)
            self.notes += notes + check_scripts(cleaned, where, self.market.language, self.names)
            return cleaned, self.market.language
        return text, self.market.language

    def _cut(self, text: str, where: str, kind: str, language: str) -> str:
        most_bytes, most_characters = self.rules.max_bytes[kind], self.rules.max_characters.get(kind)
        if fits(text, most_bytes, most_characters):
            return text
        kept, inside = clip(text, most_bytes, most_characters, language)
        said = {"field": where, "country": self.market.country}
        sizes = {"bytes": count_bytes(text), "characters": len(text), "kept": count_bytes(kept)}
        self.notes.append((CUT, said | sizes))
        if inside:
            self.notes.append((CUT_INSIDE, said))
        return kept


def unique(found: list[Any]) -> list[Any]:
    """Each entry once, in the order in which they came; entries need no hash."""
    kept: list[Any] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return kept


def _capitalise(text: str, names: tuple[str, ...]) -> str:
    """With a capital at the beginning, unless a brand or a protected word stands there."""
    pattern, upper = match_names(names), text[:1].upper()
    spared = pattern is not None and pattern.match(text)
    return text if spared or len(upper) != 1 else upper + text[1:]


def _name(notes: list[Note], where: str) -> list[Note]:
    return [(sentence, values | {"field": where}) for sentence, values in notes]
