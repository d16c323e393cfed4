"""Mends of texts: cut to a limit, without a word, without signs; never longer than they were."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

from skills.listing.compose_rules import EMOJI, Claim, TextRules
from skills.listing.compose_texts import apply_rules, clean_text
from skills.listing.issue_draft import KEPT_NAME, NO_TEXT, NOTHING_LEFT, RIGHT_ALREADY, Draft, Mend, refuse
from skills.listing.limits import clip, count_bytes, trim_end
from skills.listing.schema import CompiledSchema
from skills.listing.translate import Note
from skills.vocabulary import mark

CUT_TO_BYTES = mark("{attribute}: cut to at most {limit} bytes, as the marketplace asked.")
CUT_TO_CHARACTERS = mark("{attribute}: cut to at most {limit} characters, as the marketplace asked.")
TAKEN_OUT = mark("{attribute}: “{value}” was taken out, as the marketplace asked.")
STRIPPED = mark("{attribute}: signs that the marketplace does not take were taken out.")
ONE_WORD = mark("{attribute}: not mended, since one word alone is longer than {limit}.")
WITHIN = mark("{attribute}: “{value}” is part of a name or of a longer word there; take it out by hand.")
MEANING = mark(
    "{attribute}: “{value}” may be part of what the text says (a number, a unit, a comparison, a denial); write it "
    "anew."
)

Write = Callable[[str, str], "tuple[str, str]"]
"""Text and language → the text anew, and the sentence that says why not; "" for none."""
Found = Mapping[str, str]

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--[^<>]{0,200}-->")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,24});")
_SAYING = frozenset("<>≤≥±=%‰$€£¥¢°+-−–×/&.,:'’@№")
"""Signs that are part of what a text says: none is taken out by rule."""
_AND = re.compile(r"^(?:and|or|und|oder|et|ou|y|o|e|及|和|与)\s+(?=\S)", re.IGNORECASE)
_NOT = "anti|free|frei|keine?[nrms]?|never|nicht|non?|not|ohne|pas|sans|sin|without"
_DENIED = (
    rf"(?:\b(?:{_NOT})[ -]+|[不无無非]){{word}}|{{word}}(?:[ -]+(?:free|frei)\b|\s*(?:なし|ない|フリー|不使用|ゼロ))"
)
"""A word beside one that turns it round: taking it out would say the contrary."""
_EMPTIED = re.compile(r"([、，])(?:\s*[、，])+")


def read_limit(found: Found) -> int:
    """The limit that a message names: `1,000` is a thousand."""
    return int(re.sub(r"\D", "", found["limit"]))


def cut_bytes(draft: Draft, attribute: str, found: Found, schema: CompiledSchema | None) -> Mend:
    """Each text cut between words to so many bytes."""
    return _cut(draft, attribute, read_limit(found), CUT_TO_BYTES)


def cut_characters(draft: Draft, attribute: str, found: Found, schema: CompiledSchema | None) -> Mend:
    """Each text cut between words to so many characters."""
    return _cut(draft, attribute, read_limit(found), CUT_TO_CHARACTERS)


def take_out_words(draft: Draft, attribute: str, found: Found, schema: CompiledSchema | None) -> Mend:
    """A word or phrase out of each text; refused where it stands inside a name or a longer word."""
    value = " ".join(found["value"].split())
    if not any(sign.isalpha() for sign in value) or any(sign.isdigit() for sign in value):
        return refuse(MEANING, attribute, value=value)
    if any(re.fullmatch(_NOT, word) for word in value.casefold().split()):
        return refuse(MEANING, attribute, value=value)
    joined = re.compile(rf"[-‐‑]{re.escape(value)}|{re.escape(value)}[-‐‑]", re.IGNORECASE)
    denied = re.compile(_DENIED.format(word=re.escape(value)), re.IGNORECASE)
    rules = TextRules({}, {}, {}, None, {}, (Claim(value, "*", "*", "remove", ""),))

    def write(text: str, language: str) -> tuple[str, str]:
        if denied.search(text):
            return text, MEANING
        bare, _ = apply_rules(text, "attribute", rules, ("*",), draft.names, "")
        if value.casefold() in bare.casefold() or joined.search(text):
            return text, WITHIN
        if bare == text:
            return text, ""
        bare = trim_end(_AND.sub("", _EMPTIED.sub(r"\1", bare).lstrip("、，。・ ")), language)
        return _raise_first(text, bare, draft), ""

    return _rewrite(draft, attribute, write, (TAKEN_OUT, {"attribute": attribute, "value": value}))


def strip_signs(draft: Draft, attribute: str, found: Found, schema: CompiledSchema | None) -> Mend:
    """Markup, control signs and pictures out of each text, or the signs that the message names."""
    named = {sign for sign in found.get("value", "") if not sign.isspace()}
    if any(sign in _SAYING or sign.isalnum() for sign in named):
        return refuse(MEANING, attribute, value=found["value"])
    rules = TextRules({}, {}, {}, None, {"attribute": frozenset(named or {EMOJI})}, ())

    def write(text: str, language: str) -> tuple[str, str]:
        if not named:
            text = " ".join(_TAG.sub(" ", _ENTITY.sub(lambda one: html.unescape(one[0]), text)).split())
        return apply_rules(clean_text(text, attribute)[0], "attribute", rules, (), draft.names, "")[0], ""

    return _rewrite(draft, attribute, write, (STRIPPED, {"attribute": attribute}))


def _cut(draft: Draft, attribute: str, limit: int, sentence: str) -> Mend:
    most_bytes, most_characters = (limit, None) if sentence == CUT_TO_BYTES else (None, limit)

    def write(text: str, language: str) -> tuple[str, str]:
        kept, is_inside = clip(text, most_bytes, most_characters, language)
        return (text, ONE_WORD) if is_inside else (kept, "")

    return _rewrite(draft, attribute, write, (sentence, {"attribute": attribute, "limit": limit}))


def _rewrite(draft: Draft, attribute: str, write: Write, said: Note) -> Mend:
    """The attribute's texts written anew; refused where one would lose a name or all it says, or grow."""
    entries = draft.entries(attribute)
    if not draft.may_rewrite(attribute):
        return refuse(NO_TEXT, attribute)
    if not entries:
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    written = []
    for entry in entries:
        text, tag = entry.get("value"), entry.get("language_tag")
        if not isinstance(text, str) or not isinstance(tag, str):
            return refuse(NO_TEXT, attribute)
        new, why = write(text, tag.partition("_")[0])
        if why:
            return refuse(why, attribute, **{name: value for name, value in said[1].items() if name != "attribute"})
        if new != text and (
            not draft.says_something(new) or len(new) > len(text) or count_bytes(new) > count_bytes(text)
        ):
            return refuse(NOTHING_LEFT, attribute)
        if draft.loses_name(text, new):
            return refuse(KEPT_NAME, attribute)
        written.append({**entry, "value": new})
    if written == entries:
        return Mend((RIGHT_ALREADY, {"attribute": attribute}))
    return Mend(said, draft.with_entries(attribute, written))


def _raise_first(before: str, after: str, draft: Draft) -> str:
    """With a capital at the beginning where there was one, unless the text begins with a name."""
    upper = after[:1].upper()
    if not before[:1].isupper() or len(upper) != 1 or count_bytes(upper) > count_bytes(after[:1]):
        return after
    raised = upper + after[1:]
    return after if any(after.startswith(name) for name in draft.names) else raised
