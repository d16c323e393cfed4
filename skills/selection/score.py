"""The score: each known metric between its anchors, weighed; what is unknown is left out and said."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from skills.selection.facts import Numbers
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
        {anchor.component: _place_values(values[anchor.component].to_numpy(), anchor) for anchor in policy.anchors},
        index=values.index,
        dtype="float64",
    )


def _place_values(values: Numbers, anchor: Anchor) -> Numbers:
    """`place_value` of each."""
    if anchor.scale == "log":
        return np.array([place_value(value, anchor) for value in values.tolist()], dtype="float64")
    at = (np.clip(values, anchor.low, anchor.high) - anchor.low) / (anchor.high - anchor.low)
    return np.asarray((at if anchor.direction == "up" else 1 - at).round(9))


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


def list_parts(
    keys: pd.DataFrame, values: pd.DataFrame, places: pd.DataFrame, scores: pd.Series, policy: SelectionPolicy
) -> pd.DataFrame:
    """One row per row of `keys` and component: the keys and PARTS; points are missing where there is no score."""
    anchors, rows = policy.anchors, len(keys)
    used, points = _split_points(places[[a.component for a in anchors]].to_numpy(), scores, policy)
    table = keys.take(np.repeat(np.arange(rows), len(anchors))).reset_index(drop=True)
    known = values[[a.component for a in anchors]].to_numpy().ravel()
    table = table.assign(value=known, weight_used=used.ravel(), known=~np.isnan(known))
    table["points"] = pd.Series(points.ravel(), dtype="float64").astype("Int64")
    at = np.tile(np.arange(len(anchors)), rows)
    for column in ("component", "low", "high", "scale", "direction", "weight", "source"):
        of_anchor = pd.Series([getattr(anchor, column) for anchor in anchors])
        table[column] = of_anchor.array.take(at)
    return table


def _split_points(places: Numbers, scores: pd.Series, policy: SelectionPolicy) -> tuple[Numbers, Numbers]:
    """Weight used [of 100; 0 where unknown] and whole points [NaN where unknown]; the points add up to the score.

    Each component gets the whole part of its points, and those with the largest rest one more until they add up.
    """
    weight = np.array([anchor.weight for anchor in policy.anchors])
    score = scores.to_numpy(dtype="float64", na_value=np.nan)
    known = ~np.isnan(places) & ~np.isnan(score)[:, None]
    total = (known * weight).sum(axis=1)
    totals, of = np.unique(total, return_inverse=True)
    shares = [[round(100 * part / max(1, whole), 2) for part in weight.tolist()] for whole in totals.tolist()]
    shown = np.array(shares, dtype="float64").reshape(len(totals), len(weight))[of]
    exact = 100 * weight * places / np.maximum(1, total)[:, None]
    points = np.where(known, np.floor(exact), np.nan)
    missing = np.maximum(0, np.nan_to_num(score) - np.nansum(points, axis=1))
    by_name = np.argsort([anchor.component for anchor in policy.anchors])
    order = by_name[np.argsort((points - exact)[:, by_name], axis=1, kind="stable")]
    turn = np.empty_like(order)
    np.put_along_axis(turn, order, np.arange(len(weight))[None, :], axis=1)
    return np.where(known, shown, 0.0), points + (turn < missing[:, None])
