"""A tariff edition as one row per number, what changed between two editions, and the look-up that refuses.

UnusableSchedule           rows that are no schedule: two rows of one number, an indent that is not a number
UnknownTariffNumber        not in the edition in force; a vanished one is refused with its candidate successors
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from skills.customs.policy import CustomsPolicy
from skills.vocabulary import Refusal, check_columns, mark, name_rows

SCHEDULE_ROWS = ["number", "indent", "description", "general_rate", "units", "line"]
SCHEDULE = ["number", "digits", "description", "headings", "rate_text", "rate_from", "units", "leaf", "line"]
CHANGES = ["number", "change", "old_rate", "new_rate", "old_description", "new_description", "successors"]
SEPARATOR = " › "
SHARED_DIGITS = 4
"""Successors lie in the same heading: other goods are another classification, not a renumbering."""


class UnusableSchedule(Refusal):
    """Rows that do not make a tariff schedule."""


class UnknownTariffNumber(Refusal):
    """A number that the edition in force does not hold."""


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One number of one edition.

    Attributes:
        rate_from: The number whose rate it is: its own, or the ancestor's that it inherits from; empty without one.
        headings: The texts from the heading down to the line itself.
        edition: First day of the edition that it was read from.
    """

    number: str
    description: str
    headings: tuple[str, ...]
    rate_text: str
    rate_from: str
    units: str
    edition: date


def build_schedule(rows: pd.DataFrame) -> pd.DataFrame:
    """Give every tariff number its own or inherited rate and the texts that lead to it.

    Args:
        rows: In the order of the official file: number (empty for a text that only heads others), indent [levels],
            description, general_rate (empty = inherited), units, line (of the file).

    Returns:
        One row per number, in that order: number, digits (without dots), description, headings (joined by ` › `,
        itself last), rate_text and rate_from (empty where neither it nor an ancestor has a rate), units, leaf (no
        number below it), line.

    Raises:
        MissingColumns: a column is missing.
        UnusableSchedule: a number appears twice, or an indent is no whole number.
    """
    check_columns("schedule rows", rows.columns, SCHEDULE_ROWS)
    wrong = rows.loc[~rows["indent"].astype("str").str.fullmatch(r"\d+"), "line"]
    if len(wrong):
        raise UnusableSchedule(
            mark(
                "Lines {lines}: the indent is not a whole number. Expected 0, 1, 2 … Import the official file again."
            ),
            lines=name_rows(wrong),
        )
    numbers = rows.loc[rows["number"] != "", "number"]
    twice = numbers[numbers.duplicated()].unique()
    if len(twice):
        raise UnusableSchedule(
            mark("Numbers {numbers} appear twice. Expected one row each. Import one edition at a time."),
            numbers=name_rows(twice),
        )
    frame = pd.DataFrame(_walk(rows), columns=SCHEDULE)
    below = frame["digits"].shift(-1).fillna("")
    nested = pd.Series(
        [after.startswith(own) for own, after in zip(frame["digits"], below, strict=True)], dtype="bool"
    )
    return frame.assign(leaf=~nested)


def _walk(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    path: list[tuple[int, str, str, str]] = []  # indent, description, rate, whose rate
    for number, indent, description, rate, units, line in rows[SCHEDULE_ROWS].itertuples(index=False):
        level = int(indent)
        while path and path[-1][0] >= level:
            path.pop()
        inherited = path[-1][2:] if path else ("", "")
        own = (rate, number) if rate else inherited
        if not number.startswith(own[1]) and number:
            own = ("", "")  # a line between them is missing from the file: whose rate it is, is not known
        path.append((level, description, *own))
        if number:
            headings = SEPARATOR.join(text for _, text, _, _ in path)
            yield number, number.replace(".", ""), description, headings, *own, units, True, line


def pad_number(text: str) -> str:
    """A UK or EU commodity code with the zero that a spreadsheet cut off: 7 digits become 8, 9 become 10."""
    return text.zfill(len(text) + len(text) % 2)


def compare_schedules(old: pd.DataFrame, new: pd.DataFrame, policy: CustomsPolicy) -> pd.DataFrame:
    """What a new edition changes: numbers that vanished, were added, or have another rate or text.

    Args:
        old, new: Two editions out of `build_schedule`.

    Returns:
        One row per changed number: number, change (vanished, added, rate, description), the old and new rate and
        text, successors (of vanished numbers; joined by spaces, best first). Sorted by change and number.
    """
    before, after = (frame.set_index("number")[["description", "headings", "rate_text"]] for frame in (old, new))
    vanished = before[~before.index.isin(after.index)]
    added = after[~after.index.isin(before.index)]
    both = before.add_suffix("_old").join(after.add_suffix("_new"), how="inner")
    by_heading = _group(new)
    rows: list[tuple[str, ...]] = []
    for number, row in _records(vanished):
        successors = " ".join(_rank(number, row["headings"], by_heading, policy))
        rows.append((number, "vanished", row["rate_text"], "", row["description"], "", successors))
    for number, row in _records(added):
        rows.append((number, "added", "", row["rate_text"], "", row["description"], ""))
    for what, column in (("rate", "rate_text"), ("description", "description")):
        for number, row in _records(both[both[f"{column}_old"] != both[f"{column}_new"]]):
            texts = (row["rate_text_old"], row["rate_text_new"], row["description_old"], row["description_new"])
            rows.append((number, what, *texts, ""))
    return pd.DataFrame(rows, columns=CHANGES, dtype="str").sort_values(["change", "number"], ignore_index=True)


def find_tariff(editions: Mapping[date, pd.DataFrame], number: str, as_of: date, policy: CustomsPolicy) -> TariffLine:
    """The line of a number in the edition in force.

    Args:
        editions: First day in force → schedule out of `build_schedule`.
        number: With or without dots.

    Raises:
        UnknownTariffNumber: no edition is in force; or the number vanished (its candidate successors are named), only
            comes with a later edition, or is in none (the nearest numbers are named).
    """
    in_force = [day for day in sorted(editions) if day <= as_of]
    if not in_force:
        raise UnknownTariffNumber(
            mark(
                "No tariff edition is in force on {as_of}; the first starts on {first}. Import the one of that day."
            ),
            as_of=as_of.isoformat(),
            first=min(editions).isoformat() if editions else "–",
        )
    day = in_force[-1]
    schedule = editions[day]
    found = schedule[schedule["digits"] == number.replace(".", "")]
    if len(found):
        row = {name: str(cell) for name, cell in found.iloc[0].items()}
        return TariffLine(
            number=row["number"],
            description=row["description"],
            headings=tuple(row["headings"].split(SEPARATOR)),
            rate_text=row["rate_text"],
            rate_from=row["rate_from"],
            units=row["units"],
            edition=day,
        )
    raise _refuse(editions, day, number, policy)


def _refuse(editions: Mapping[date, pd.DataFrame], day: date, number: str, policy: CustomsPolicy) -> Refusal:
    digits = number.replace(".", "")
    by_heading = _group(editions[day])
    for other in sorted(editions, reverse=True):
        known = editions[other][editions[other]["digits"] == digits]
        if known.empty:
            continue
        if other > day:
            return UnknownTariffNumber(
                mark("{number} comes into force with the edition of {later}. State the number that holds before it."),
                number=number,
                later=other.isoformat(),
            )
        return UnknownTariffNumber(
            mark(
                "{number} ({text}) was in the edition of {before} and is not in that of {day}. Candidates to take "
                "its place: {successors}. Choose one with the broker and record the choice."
            ),
            number=number,
            text=known["description"].iloc[0],
            before=other.isoformat(),
            day=day.isoformat(),
            successors=", ".join(_rank(number, known["headings"].iloc[0], by_heading, policy)) or "–",
        )
    return UnknownTariffNumber(
        mark("{number} is in no tariff edition known. The nearest numbers in force are: {near}. Correct the number."),
        number=number,
        near=", ".join(_rank(number, "", by_heading, policy)) or "–",
    )


def _records(frame: pd.DataFrame) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row by its number, its cells as text."""
    for number, row in frame.to_dict("index").items():
        yield str(number), {str(name): str(cell) for name, cell in row.items()}


def _group(schedule: pd.DataFrame) -> dict[str, list[tuple[str, str, str]]]:
    """Leaves by heading: (number, digits, headings)."""
    leaves = schedule.loc[schedule["leaf"], ["number", "digits", "headings"]]
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for number, digits, headings in leaves.itertuples(index=False):
        groups.setdefault(digits[:SHARED_DIGITS], []).append((number, digits, headings))
    return groups


def _rank(
    number: str, headings: str, by_heading: Mapping[str, list[tuple[str, str, str]]], policy: CustomsPolicy
) -> list[str]:
    """Numbers of the same heading, longest shared prefix in whole pairs of digits first, then likest texts."""
    digits, words = number.replace(".", ""), _words(headings)
    scored = []
    for other, other_digits, other_headings in by_heading.get(digits[:SHARED_DIGITS], []):
        shared = next(n for n in (10, 8, 6, SHARED_DIGITS) if digits[:n] == other_digits[:n])
        theirs = _words(other_headings)
        likeness = len(words & theirs) * 10_000 // max(1, len(words | theirs))
        scored.append((-shared, -likeness, other))
    return [other for _, _, other in sorted(scored)[: policy.successors_named]]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.lower()))
