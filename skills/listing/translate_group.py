"""A noun and what belongs to it, written in the order and with the endings of each language."""

from __future__ import annotations

from dataclasses import dataclass, field

from skills.listing import translate_words as words

_GENDERED = {"m": "er", "f": "e", "n": "es"}
"""Endings of a German adjective without an article, nominative."""

_COLOURS = frozenset(
    {
        "white", "black", "grey", "gray", "blue", "navy", "green", "red", "yellow", "orange", "brown", "purple",
        "pink", "beige", "cream", "ivory", "natural", "multicolour", "multicolor",
    }
)  # fmt: skip
"""Adjectives by their last word that stand next to the noun in French, Spanish and Italian, without an `and`."""

_WRAPPED = {"": words.COUNTED, "set": words.SET_OF, "pack": words.PACK_OF}


@dataclass(slots=True)
class Group:
    """What belongs to a noun: adjectives and features as rows of the glossary, the rest in the target language."""

    adjectives: list[dict[str, str]] = field(default_factory=list)
    features: list[dict[str, str]] = field(default_factory=list)
    material: str = ""
    places: str = ""
    count: str = ""
    wrapped: str = ""


def write_group(group: Group, number: int, noun: dict[str, str], target: str) -> str:
    """The group in the target language; number is 0 for singular, 1 for plural."""
    if target in words.MADE_OF:
        said = _write_western(group, number, noun[target], target)
    else:
        link = "の" if target == "ja" and (group.features or group.adjectives) else ""
        used = f"{group.places}用{link}" if group.places else ""
        fitted = "".join(one[target] for one in group.features)
        said = used + fitted + "".join(one[target] for one in group.adjectives)
        said += group.material + noun[target].partition(":")[0]
    if not group.count:
        return said
    one = counter_of([noun], target)
    return _WRAPPED[group.wrapped][target].format(n=group.count, np=said, one=one)


def counter_of(nouns: list[dict[str, str]], target: str) -> str:
    """The word that counts all these things (枚, 条), or things of any kind; "" where a language has none."""
    if target not in words.COUNTERS:
        return ""
    found = {noun[target].partition(":")[2] for noun in nouns}
    return found.pop() if len(found) == 1 else words.COUNTERS[target]


def join_words(parts: list[str], target: str) -> str:
    """Parts with commas and, before the last, the language's `and`."""
    if len(parts) < 2 or target == "ja":
        return words.AND[target].join(parts)
    link = words.AND[target]
    if target == "es" and parts[-1].lower().startswith(("i", "hi")) and not parts[-1].lower().startswith("hie"):
        link = " e "
    return ("、" if target == "zh" else ", ").join(parts[:-1]) + link + parts[-1]


def _write_western(group: Group, number: int, noun: str, target: str) -> str:
    singular, _, plural = noun.partition("/")
    singular, _, gender = singular.partition(":")
    plural, _, other = plural.partition(":")
    gender = other if number and other else gender
    before: list[str] = []
    colours: list[str] = []
    after: list[str] = []
    last: list[str] = []
    for adjective in group.adjectives:
        form = adjective[target]
        if form.startswith(">"):
            last.append(form[1:])
            continue
        if target == "de" or form.startswith("^"):
            place = before
        else:
            place = colours if adjective["en"].split()[-1] in _COLOURS else after
        place.append(_agree(form.removeprefix("^"), gender, number, target))
    said = " ".join([*before, plural if number else singular])
    said += f" {join_words(colours, target)}" if colours else ""
    said += f" {join_words(after, target)}" if after else ""
    said += "".join(f" {one}" for one in last)
    said += words.MADE_OF[target] + group.material if group.material else ""
    features = [one[target] for one in group.features]
    said += f" {join_words(features, target)}" if features else ""
    return said + (words.FOR[target] + group.places if group.places else "")


def _agree(form: str, gender: str, number: int, target: str) -> str:
    if form.endswith("!"):
        return form[:-1]
    if target == "de":
        return form + ("e" if number else _GENDERED[gender])
    return form.split("/")[(gender == "f") + 2 * number]
