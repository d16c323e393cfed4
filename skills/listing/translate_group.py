"""A noun and what belongs to it, written in the order and with the endings of each language."""

from __future__ import annotations

from dataclasses import dataclass

from skills.listing import translate_words as words

_GENDERED = {"m": "er", "f": "e", "n": "es"}
"""Endings of a German adjective without an article, nominative."""

_WRAPPED = {"": words.COUNTED, "set": words.SET_OF, "pack": words.PACK_OF}


@dataclass(slots=True)
class Group:
    """One noun's count, adjectives (rows of the glossary), and the rest in the target language; "" for none."""

    adjectives: list[dict[str, str]]
    material: str = ""
    places: str = ""
    feature: str = ""
    count: str = ""
    wrapped: str = ""


def write_group(group: Group, number: int, noun: dict[str, str], target: str) -> str:
    """The group in the target language; number is 0 for singular, 1 for plural."""
    if target in words.MADE_OF:
        said = _write_western(group, number, noun[target], target)
    else:
        made = (group.material + "の" if target == "ja" else group.material) if group.material else ""
        used = f"{group.places}用" if group.places else ""
        fitted = (f"{group.feature}付き" if target == "ja" else f"带{group.feature}") if group.feature else ""
        said = used + fitted + "".join(one[target] for one in group.adjectives) + made + noun[target]
    if not group.count:
        return said
    return _WRAPPED[group.wrapped][target].format(n=group.count, np=said)


def _write_western(group: Group, number: int, noun: str, target: str) -> str:
    singular, _, plural = noun.partition("/")
    singular, _, gender = singular.partition(":")
    before: list[str] = []
    after: list[str] = []
    for adjective in group.adjectives:
        form = adjective[target]
        front = target == "de" or form.startswith("^")
        (before if front else after).append(_agree(form.removeprefix("^"), gender, number, target))
    said = " ".join([*before, plural if number else singular, *after])
    said += words.MADE_OF[target] + group.material if group.material else ""
    said += words.FOR[target] + group.places if group.places else ""
    return said + (words.WITH[target] + group.feature if group.feature else "")


def _agree(form: str, gender: str, number: int, target: str) -> str:
    if form.endswith("!"):
        return form[:-1]
    if target == "de":
        return form + ("e" if number else _GENDERED[gender])
    return form.split("/")[(gender == "f") + 2 * number]
