"""What would have to change, one fact at a time, for an opportunity not to be one any more."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from skills.selection.facts import TEXT, read_table
from skills.selection.policy import Anchor, SelectionPolicy
from skills.selection.rank import KEY, Ranked
from skills.selection.score import place_value, value_at
from skills.vocabulary import mark

FLIPS = [*KEY, "fact", "flip", "value", "flips_at", "distance", "distance_percent", "nearest"]
BELOW_CUT, NO_CM3, FILTERED = mark("below the cut"), mark("CM3 turns negative"), mark("filtered out")
_MONEY = {
    "concept": TEXT, "country": TEXT, "cm2_percent": "number", "cm3_minor": "number", "landed_minor": "number",
    "price_minor": "number", "cm3_percent": "number",
}  # fmt: skip


def find_score_flips(ranked: Ranked, margins: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """The value of each fact at which what is shown falls below the cut, is filtered out or earns nothing.

    A country that is shown for its concept's sake and lies below the cut itself, or earns nothing already, has no
    such flip. One fact moves, all else stays: a lower price does not lower the referral fee here, so the true
    distance is a little longer. A component falls below the cut where the score's exact value is half a point under
    it.

    Args:
        ranked: From `rank_opportunities`; only rows that are shown are asked.
        margins: One row per (concept, country): price_minor, landed_minor, cm3_minor per unit, cm2_percent, in the
            base currency. May be empty.

    Returns:
        One row per (concept, niche, country, fact, flip): value now, flips_at (NaN where no value of this fact alone
        does it), distance (flips_at − value), distance_percent [% of value], nearest (the shortest way in percent of
        all facts). Facts are components of the score, price_minor and landed_minor.

    Raises:
        MissingColumns: of the margins.
    """
    money = read_table("margins", margins, _MONEY).drop_duplicates(["concept", "country"])
    by_place = {(row["concept"], row["country"]): row for row in money.to_dict("records")}
    shown = ranked.scores[ranked.scores["shown"]]
    asked = ranked.parts[ranked.parts["concept"].isin(shown["concept"])]
    parts = dict(list(asked.groupby(KEY, sort=True)))
    lines: list[dict[str, Any]] = []
    for row in shown.to_dict("records"):
        key = tuple(row[name] for name in KEY)
        found = _flip_parts(parts[key], ranked.cut, policy)
        found += _flip_money(by_place.get((row["concept"], row["country"])), policy)
        volume = parts[key].set_index("component")["value"].get("volume", math.nan)
        found.append(("volume", FILTERED, float(volume), float(policy.least_volume)))
        lines += _say(dict(zip(KEY, key, strict=True)), found)
    table = pd.DataFrame(lines, columns=FLIPS)
    numbers = ["value", "flips_at", "distance", "distance_percent"]
    types = {**dict.fromkeys([*KEY, "fact", "flip"], "str"), **dict.fromkeys(numbers, "float64"), "nearest": "bool"}
    return table.astype(types).sort_values([*KEY, "fact", "flip"], ignore_index=True)


Flip = tuple[str, str, float, float]


def _flip_parts(parts: pd.DataFrame, cut: int, policy: SelectionPolicy) -> list[Flip]:
    """Per known component the value at which the exact score is half a point below the cut; none if it is already."""
    anchors = {anchor.component: anchor for anchor in policy.anchors}
    known = [(anchors[part["component"]], float(part["value"])) for part in parts.to_dict("records") if part["known"]]
    total = sum(anchor.weight for anchor, _ in known)
    earned = sum(anchor.weight * place_value(value, anchor) for anchor, value in known)
    spare = earned - (cut - 0.5) * total / 100
    if spare < 0:
        return []
    return [
        (anchor.component, BELOW_CUT, value, _fall(anchor, value, spare / anchor.weight)) for anchor, value in known
    ]


def _fall(anchor: Anchor, value: float, places: float) -> float:
    """The value so many places worse; NaN where the component has not so much to lose."""
    goal = place_value(value, anchor) - places
    return value_at(goal, anchor) if goal >= 0 else math.nan


def _flip_money(row: dict[Any, Any] | None, policy: SelectionPolicy) -> list[Flip]:
    if row is None:
        return []
    price, landed, cm3 = float(row["price_minor"]), float(row["landed_minor"]), float(row["cm3_minor"])
    found = [
        ("price_minor", NO_CM3, price, price - cm3),
        ("landed_minor", NO_CM3, landed, landed + cm3),
        ("cm2_percent", FILTERED, float(row["cm2_percent"]), policy.least_cm2_percent),
    ]
    return [flip for flip in found if not math.isnan(flip[3]) and (flip[1] != NO_CM3 or cm3 >= 0)]


def _say(key: dict[str, Any], found: list[Flip]) -> list[dict[str, Any]]:
    rows = []
    for fact, flip, value, at in found:
        if math.isnan(value):
            continue
        distance = round(at - value, 6)
        percent = round(100 * distance / abs(value), 1) if value else math.nan
        rows.append({**key, "fact": fact, "flip": flip, "value": value, "flips_at": at, "distance": distance,
                     "distance_percent": percent, "nearest": False})  # fmt: skip
    reachable = [row for row in rows if not math.isnan(row["distance_percent"])]
    if reachable:
        min(reachable, key=lambda row: (abs(row["distance_percent"]), row["fact"], row["flip"]))["nearest"] = True
    return rows
