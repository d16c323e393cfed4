"""When a rule applies: a condition over a product's facts, answered yes, no or unknown (Kleene's logic).

    condition = clause {";" clause}          all of them
    clause    = term {" or " term}           any of them
    term      = ["not "] fact {value}        any of the values

Facts: always · word GROUP… · material GROUP… · product_type NAME… · origin COUNTRY… · age_below MONTHS ·
has_battery · touches_food · mains · electric (mains or a battery). Groups are those of the table of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skills.compliance.facts import Facts, fold
from skills.vocabulary import mark

FACT_NAMES = {
    "word": mark("Product type or title"),
    "material": mark("The whole list of materials"),
    "product_type": mark("The product type"),
    "origin": mark("The origin"),
    "age_below": mark("The age from which the product is meant"),
    "has_battery": mark("Whether it holds a battery"),
    "touches_food": mark("Whether it touches food"),
    "mains": mark("Whether it plugs into the mains"),
    "electric": mark("Whether it plugs in or holds a battery"),
}
"""What a reader calls a fact that is not known."""

_PLAIN = ("always", "has_battery", "touches_food", "mains", "electric")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One fact and what it is compared with."""

    fact: str
    values: tuple[str, ...]
    negated: bool


Condition = tuple[tuple[Term, ...], ...]


@dataclass
class Words:
    """Groups of words as patterns, with what was already found in a product's text.

    Attributes:
        patterns: Group → all its words, of all languages.
        languages: In which every group has words.
    """

    patterns: Mapping[str, re.Pattern[str]]
    languages: frozenset[str]
    found: dict[tuple[str, str], bool] = field(default_factory=dict)

    def find(self, group: str, text: str) -> bool:
        key = (group, text)
        if key not in self.found:
            self.found[key] = self.patterns[group].search(text) is not None
        return self.found[key]

    def know(self, name: str) -> bool:
        """Whether any group holds a word of the name: else it may be anything."""
        return any(self.find(group, name) for group in self.patterns)


def compile_words(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words: whole, or with an open end where `*` stands behind; Chinese and Japanese ones anywhere.

    Raises:
        ValueError: a word without letters.
    """
    patterns = []
    for word in sorted(set(words)):
        folded = fold(word)
        tokens = [re.escape(token) for token in _TOKEN.findall(folded)]
        if not tokens:
            raise ValueError(word)
        if _CJK.search(folded):
            patterns.append(re.escape(folded.removesuffix("*")))
        else:
            end = "" if folded.endswith("*") else r"(?![^\W_])"
            patterns.append(r"(?<![^\W_])" + r"[^\w;]+".join(tokens) + end)
    return re.compile("|".join(patterns))


def parse_condition(text: str, groups: Iterable[str]) -> Condition:
    """The clauses of a condition.

    Raises:
        ValueError: says which term cannot be read.
    """
    known = set(groups)
    return tuple(
        tuple(_parse_term(term, known) for term in re.split(r"\s+or\s+", clause.strip()))
        for clause in text.split(";")
    )


def _parse_term(text: str, groups: set[str]) -> Term:
    parts = text.split()
    negated = bool(parts) and parts[0] == "not"
    fact, *values = parts[negated:] or [""]
    good = (
        (fact in _PLAIN and not values)
        or (fact in ("word", "material") and bool(values) and groups.issuperset(values))
        or (fact in ("product_type", "origin") and bool(values) and all(value.isupper() for value in values))
        or (fact == "age_below" and len(values) == 1 and values[0].isdecimal())
    )
    if not good:
        raise ValueError(text.strip())
    return Term(fact, tuple(values), negated)


def judge_condition(condition: Condition, facts: Facts, words: Words) -> tuple[bool | None, str]:
    """Whether a condition holds, and where that is unknown, the fact it depends on."""
    unknown = ""
    for clause in condition:
        answers = [(judge_term(term, facts, words), term.fact) for term in clause]
        if any(answer is True for answer, _ in answers):
            continue
        open_facts = [fact for answer, fact in answers if answer is None]
        if not open_facts:
            return False, ""
        unknown = unknown or open_facts[0]
    return (None, unknown) if unknown else (True, "")


def judge_term(term: Term, facts: Facts, words: Words) -> bool | None:
    """Yes, no, or None where the record does not say."""
    answer = _judge_fact(term, facts, words)
    return answer if answer is None or not term.negated else not answer


def _judge_fact(term: Term, facts: Facts, words: Words) -> bool | None:
    if term.fact == "always":
        return True
    if term.fact == "word":
        if any(words.find(group, facts.text) for group in term.values):
            return True
        return False if facts.described and facts.language in words.languages else None
    if term.fact == "material":
        if any(words.find(group, material) for group in term.values for material in facts.materials):
            return True
        return False if facts.composed and all(words.know(material) for material in facts.materials) else None
    if term.fact == "age_below":
        return None if facts.age_months is None else facts.age_months < int(term.values[0])
    if term.fact == "product_type":
        return facts.product_type in term.values if facts.product_type else None
    if term.fact == "origin":
        return facts.origin in term.values if facts.origin else None
    if term.fact == "electric":
        both = (facts.mains, facts.has_battery)
        return True if True in both else None if None in both else False
    flags = {"has_battery": facts.has_battery, "touches_food": facts.touches_food, "mains": facts.mains}
    return flags[term.fact]
