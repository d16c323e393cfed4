"""The score: each known metric between its anchors, weighed; what is unknown is left out and said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skills.selection.policy import Anchor, SelectionPolicy
from skills.selection.volume import RANK_ONLY

PARTS = [
    "component", "value", "low", "high", "scale", "direction", "weight", "weight_used", "points", "known", "source",
]  # fmt: skip


def place_value(value: float, anchor: Anchor) -> float:
    """How far the value lies from the worse end (0) to the better one (1), clipped; NaN where unknown."""
    if math.isnan(value):
        return math.nan
    clipped = min(max(value, anchor.low), anchor.high)
    if anchor.scale == "log":
        at = math.log(clipped / anchor.low) / math.log(anchor.high / anchor.low)
    else:
        at = (clipped - anchor.low) / (anchor.high - anchor.low)
    return round(at if anchor.direction == "up" else 1 - at, 9)


def value_at(place: float, anchor: Anchor) -> float:
    """The value that lies so far from the worse end to the better one: the inverse of `place_value`."""
    at = place if anchor.direction == "up" else 1 - place
    if anchor.scale == "log":
        return round(anchor.low * math.exp(at * math.log(anchor.high / anchor.low)), 6)
    return round(anchor.low + at * (anchor.high - anchor.low), 9)


def read_values(table: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """One column per component, NaN where unknown.

    Unknown is also a volume that is an index of the rank, and a growth that the season may have made: where no season
    is known.
    """
    values = pd.DataFrame(index=table.index)
    for anchor in policy.anchors:
        name = anchor.component
        known = table[name] if name in table.columns else pd.Series(np.nan, index=table.index)
        values[name] = pd.to_numeric(known, errors="coerce").astype("float64")
        if name == "volume" and "volume_basis" in table.columns:
            values[name] = values[name].where(table["volume_basis"] != RANK_ONLY)
        if name.startswith("growth_") and "season_ratio" in table.columns:
            values[name] = values[name].where(table["season_ratio"].notna())
    return values


def earn_points(values: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """Place of each value between its anchors [0…1], NaN where unknown; same shape as `values`."""
    return pd.DataFrame(
        {
            anchor.component: [place_value(float(value), anchor) for value in values[anchor.component]]
            for anchor in policy.anchors
        },
        index=values.index,
        dtype="float64",
    )


def score_rows(places: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """Score per row.

    exact = 100 × Σ weight × place ÷ Σ weight over the known components; score is its nearest whole number (halves to
    the even one), missing where less than the policy's part of the weight is known.

    Returns:
        Index of `places`: exact [0…100, NaN], score [Int64], known_weight_percent.
    """
    earned, known = np.zeros(len(places)), np.zeros(len(places))
    total = sum(anchor.weight for anchor in policy.anchors)
    for anchor in policy.anchors:
        place = places[anchor.component].to_numpy(dtype="float64")
        here = ~np.isnan(place)
        earned += np.where(here, place, 0.0) * anchor.weight
        known += here * anchor.weight
    percent = np.floor(100 * known / total).astype("int64")
    enough = (percent >= policy.least_known_percent) & (known > 0)
    exact = np.where(enough, 100 * earned / np.where(known > 0, known, 1.0), np.nan).round(6)
    table = pd.DataFrame({"exact": exact, "known_weight_percent": percent}, index=places.index)
    table["score"] = table["exact"].round().astype("Int64")
    return table


def split_points(places: Mapping[str, float], score: int, policy: SelectionPolicy) -> dict[str, tuple[float, int]]:
    """Weight used [of 100] and whole points per known component; the points add up to the score.

    Each component gets the whole part of its points, and those with the largest rest one more until they add up.
    """
    known = [anchor for anchor in policy.anchors if not math.isnan(places[anchor.component])]
    total = sum(anchor.weight for anchor in known)
    exact = {a.component: 100 * a.weight * places[a.component] / total for a in known}
    whole = {name: math.floor(points) for name, points in exact.items()}
    rest = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in rest[: max(0, score - sum(whole.values()))]:
        whole[name] += 1
    return {a.component: (round(100 * a.weight / total, 2), whole[a.component]) for a in known}


def list_parts(
    key: Mapping[str, Any], values: Mapping[str, float], places: Mapping[str, float], score: int | None,
    policy: SelectionPolicy,
) -> list[dict[str, Any]]:  # fmt: skip
    """One row per component: PARTS behind the key; points are missing where there is no score."""
    split = split_points(places, score, policy) if score is not None else {}
    rows = []
    for anchor in policy.anchors:
        used, points = split.get(anchor.component, (0.0, None))
        rows.append(
            {
                **key, "component": anchor.component, "value": values[anchor.component], "low": anchor.low,
                "high": anchor.high, "scale": anchor.scale, "direction": anchor.direction, "weight": anchor.weight,
                "weight_used": used, "points": points, "known": not math.isnan(values[anchor.component]),
                "source": anchor.source,
            }
        )  # fmt: skip
    return rows
