"""Price holes: where between the clicked products hardly anything is offered, or sells badly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills.selection.facts import Numbers
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import Money, mark

Reason = dict[str, Any]
_FEWEST_PRICED = 5
_DIGITS = 12

NO_OFFER = mark(
    "Hardly anything is offered between {low} and {high}: {below_percent} % of the clicks go to cheaper products and "
    "{above_percent} % to dearer ones."
)
POOR_OFFER = mark(
    "Products between {low} and {high} win {clicks_percent} % of the clicks, but only {purchases_percent} % of the "
    "purchases that such clicks usually bring."
)


def find_holes(
    rows: pd.DataFrame, ladders: pd.DataFrame, rung: Numbers, won: pd.DataFrame, policy: SelectionPolicy
) -> dict[int, Reason]:
    """The price band without an offer, or the one that sells badly, that concerns most clicks.

    Args:
        rows: One row per (place, asin).
        ladders, rung: From `build_ladders`.
        won: As `rows`: clicks, purchases [weighed by searches, NaN unknown].

    Returns:
        Per place with at least five priced products and a hole: weight [0…1], reason, values.
    """
    priced = ladders.groupby("place", sort=True)["products"].transform("sum") >= _FEWEST_PRICED
    found = pd.concat([_list_empty(ladders, policy), _list_poor(rows, ladders, rung, won, policy)])
    found = found[found["place"].isin(ladders.loc[priced, "place"])]
    found = found.assign(weight=[round(weight, 4) for weight in found["weight"].tolist()])
    most = found.sort_values(["place", "weight"], ascending=[True, False], kind="stable").drop_duplicates("place")
    return {int(row["place"]): _say(row) for row in most.to_dict("records")}


def _list_empty(ladders: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """Runs of bands with hardly a click between bands with many, in their order."""
    empty = 100 * ladders["click_share"] <= policy.hole_share_percent
    change = (empty != empty.shift()) | (ladders["place"] != ladders["place"].shift())
    runs = ladders.assign(empty=empty).groupby(change.cumsum().to_numpy(), sort=True)
    table = runs.agg(
        place=("place", "first"), empty=("empty", "first"), low=("low_minor", "first"), high=("high_minor", "last"),
        currency=("currency", "first"), share=("click_share", "sum"),
    )  # fmt: skip
    by_place = table.groupby("place", sort=True)["share"]
    below = (by_place.cumsum() - table["share"]).round(_DIGITS)
    above = (by_place.transform("sum") - below - table["share"]).round(_DIGITS)
    weight = np.minimum(below, above)
    wide = 100 * (table["high"] - table["low"]) >= policy.hole_width_percent * table["low"]
    holes = table["empty"] & wide & (100 * weight >= policy.neighbour_share_percent)
    return table.assign(weight=weight, one=below, other=above, reason=NO_OFFER)[holes]


def _list_poor(
    rows: pd.DataFrame, ladders: pd.DataFrame, rung: Numbers, won: pd.DataFrame, policy: SelectionPolicy
) -> pd.DataFrame:
    """Bands with many clicks that bring far fewer purchases than clicks usually do, in their order."""
    sold = (won["clicks"] > 0).to_numpy()
    place, band = rows["place"].to_numpy()[sold], rung[sold]
    usual, inside = {}, {}
    for name in ("clicks", "purchases"):
        numbers = won[name].to_numpy()[sold]
        usual[name] = np.bincount(place, numbers, minlength=int(ladders["place"].max() + 1) if len(ladders) else 0)
        inside[name] = np.bincount(band[band >= 0], numbers[band >= 0], minlength=len(ladders))
    at = ladders["place"].to_numpy()
    clicks = usual["clicks"][at]
    expected = usual["purchases"][at] / np.where(clicks > 0, clicks, np.nan) * inside["clicks"]
    part = inside["purchases"] / np.where(expected > 0, expected, np.nan)
    share = ladders["click_share"]
    table = ladders.rename(columns={"low_minor": "low", "high_minor": "high"})
    table = table.assign(weight=share * (1 - part), one=share, other=part, reason=POOR_OFFER)
    return table[(100 * share >= policy.neighbour_share_percent) & (100 * part < policy.poor_conversion_percent)]


def _say(row: dict[Any, Any]) -> Reason:
    names = (
        ("below_percent", "above_percent") if row["reason"] == NO_OFFER else ("clicks_percent", "purchases_percent")
    )
    ends = {end: f"{Money(row[end], row['currency']).amount} {row['currency']}" for end in ("low", "high")}
    shares = {name: round(100 * row[side]) for name, side in zip(names, ("one", "other"), strict=True)}
    return {"weight": row["weight"], "reason": row["reason"], "values": {**ends, **shares}}
