"""Check pictures against each country's rules: one row per picture, country and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from skills.images.likeness import Likeness, find_same
from skills.images.measure import Measured, measure_picture
from skills.images.pictures import MAIN, Picture, read_in_turn
from skills.images.policy import ImagePolicy
from skills.images.rules import COMPARED, KINDS, NEAR, SAME, RuleLine, judge, read_rules, tell
from skills.vocabulary import mark

CHECKS = {
    "sku": "str", "slot": "str", "picture": "str", "country": "str", "rule": "str", "passes": "boolean",
    "weight": "str", "measured": "str", "limit": "str", "unit": "str", "reason": "str", "values": "object",
    "remedy": "str", "source": "str", "retrieved_on": "str", "confidence": "str", "width_px": "int64",
    "height_px": "int64",
}  # fmt: skip

KEPT = mark("Within the limit.")
UNREADABLE = mark("The file could not be read as a picture.")
OPEN_AGAIN = mark("Open it in an image program, save it as JPEG, and check it again.")
NO_RULES = mark("No rule for pictures in {country} is known on {day}: nothing was checked there.")
ADD_RULES = mark("Add the marketplace's rules, dated and with their source, to the table.")
NO_MAIN = mark("{sku} has no main picture.")
TWO_MAINS = mark("{sku} has {count} main pictures: {pictures}.")
NAME_MAIN = mark("Name one picture as the main one.")

READABLE, ONE_MAIN = "readable", "one_main"
Line = tuple[Any, ...]


def check_images(
    pictures: Iterable[Picture], rules: pd.DataFrame, countries: Sequence[str], policy: ImagePolicy, as_of: date
) -> pd.DataFrame:
    """Measure each picture once and hold it against the rules of every country.

    Args:
        pictures: Read one by one; only one's pixels are held at a time.
        rules: One row per (rule, countries, slot, period): rule (of `KINDS` or `COMPARED`), country (several with
            blanks between), slot (`main` | `other` | `*`), limit (whole number, or words with blanks between), weight
            (`must`: the listing may be suppressed | `should`), effective_from, effective_to (ISO, the latter may be
            ""), source, retrieved_on, confidence.
        countries: Where the products are to be listed.
        policy: What counts as white, as a stroke, as the same picture.
        as_of: Rules in force that day.
    Returns:
        One row per (sku, picture, country, rule), sorted: slot, passes (NA where nothing could be checked), weight,
        measured, limit (text), unit, reason (sentence), values, remedy (sentence, "" where it passes), source (of the
        rule), retrieved_on, confidence, width_px, height_px. Beside the table's rules: `readable` (only where it is
        not) and `one_main` (a row of the SKU, picture "", where it has no main picture or several). A country without
        rules has one row per picture with rule "" and passes NA.
    Raises:
        MissingColumns, UnusableImageRules: of the rules.
        UnusablePictures: a name twice for one SKU, or pixels that are no picture.
    """
    lines = read_rules(rules, as_of)
    wanted = sorted(set(countries))
    by_country = {country: [line for line in lines if line.country == country] for country in wanted}
    measured = [measure_picture(picture, policy) for picture in read_in_turn(pictures)]
    by_sku: dict[str, list[Measured]] = {}
    for one in measured:
        by_sku.setdefault(one.sku, []).append(one)
    rows: list[Line] = []
    for sku, mine in by_sku.items():
        known: dict[str, Likeness] = {one.name: one.likeness for one in mine if one.likeness is not None}
        same = find_same(known, policy)
        for country, rules_there in by_country.items():
            rows += _check_main(sku, mine, country)
            for one in mine:
                rows += _check_one(one, same.get(one.name, {}), country, rules_there, as_of)
    frame = pd.DataFrame(rows, columns=list(CHECKS)).astype(CHECKS)
    return frame.sort_values(["sku", "picture", "country", "rule"], ignore_index=True)


def _check_main(sku: str, mine: list[Measured], country: str) -> Iterator[Line]:
    mains = sorted(one.name for one in mine if one.slot == MAIN)
    if len(mains) == 1:
        return
    values = {"sku": sku, "count": len(mains), "pictures": ", ".join(mains)}
    told = (False, "must", str(len(mains)), "1", "", TWO_MAINS if mains else NO_MAIN, values, NAME_MAIN, "", "", "")
    yield (sku, MAIN, "", country, ONE_MAIN, *told, 0, 0)


def _check_one(
    one: Measured, same: dict[str, str], country: str, rules: list[RuleLine], as_of: date
) -> Iterator[Line]:
    about = (one.sku, one.slot, one.name, country)
    size = (one.width, one.height)
    if one.likeness is None:
        reason, values = one.problem or (UNREADABLE, {})
        yield (*about, READABLE, False, "must", "", "", "", reason, values, OPEN_AGAIN, "", "", "", *size)
        return
    if not rules:
        values = {"country": country, "day": as_of.isoformat()}
        yield (*about, "", pd.NA, "", "", "", "", NO_RULES, values, ADD_RULES, "", "", "", *size)
    for line in _choose(rules, one.slot):
        passes, measured, unit, reason, values, remedy = _judge(one, same, line)
        told = (line.weight, measured, " ".join(line.limit.split()), unit, reason, values, remedy)
        yield (*about, line.rule, passes, *told, line.source, line.retrieved_on, line.confidence, *size)


def _choose(rules: list[RuleLine], slot: str) -> list[RuleLine]:
    """Of each rule the line for this place; one for the place itself goes before one for all."""
    chosen: dict[str, RuleLine] = {}
    for line in sorted(rules, key=lambda line: line.slot != "*"):
        if line.is_for(slot):
            chosen[line.rule] = line
    return [chosen[rule] for rule in sorted(chosen)]


def _judge(one: Measured, same: dict[str, str], line: RuleLine) -> tuple[bool, str, str, str, dict[str, Any], str]:
    """passes, measured, unit, reason, values, remedy."""
    if line.rule in COMPARED:
        how = {SAME: "exact", NEAR: "near"}[line.rule]
        others = sorted(name for name, found in same.items() if found == how)
        broken, remedy = COMPARED[line.rule]
        if len(others) > int(line.limit):
            return False, str(len(others)), "", broken, {"others": ", ".join(others)}, remedy
        return True, str(len(others)), "", KEPT, {}, ""
    kind = KINDS[line.rule]
    value = kind.measure(one)
    if judge(kind, line.limit, value):
        return True, str(value), kind.unit, KEPT, {}, ""
    return False, str(value), kind.unit, kind.broken, tell(kind, line.limit, value), kind.remedy
