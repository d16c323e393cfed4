"""Unmet demand: signs that searchers do not find what they want, and how far a niche's signs are believed.

A sign is read from what an export has; its points run from 0 at the policy's low to 1 at its high. The mean of the
known signs, by weight, is drawn towards the country's mean: with few clicks behind it that says more than the niche.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from skills.selection.facts import Degradations, find_rows, join_rows, keep_last_weeks, weighted_mean
from skills.selection.policy import SelectionPolicy
from skills.selection.words import fold_all, split_words
from skills.vocabulary import mark

UNMET = ["unmet", "unmet_low", "unmet_high", "unmet_raw", "unmet_known_percent", "unmet_weight_percent"]
_FEWEST_NICHES = 5
_LEAST_VARIANCE = 1e-4
_Z90 = 1.645

UNKNOWN_UNMET = mark(
    "{country}: unmet demand of {rows} niches is not stated, for less than {needed} % of the weight of its signs is "
    "known."
)
FEW_NICHES = mark(
    "{country}: {rows} niches are too few to read from them how niches differ; the policy's spread is used for unmet "
    "demand."
)


def weigh_terms(
    search_terms: pd.DataFrame,
    members: pd.DataFrame,
    terms: pd.DataFrame,
    volumes: pd.DataFrame,
    policy: SelectionPolicy,
) -> pd.DataFrame:
    """Reported clicks of the last known weeks, weighed by the searches of their term.

    Args:
        search_terms: One row per (country, week, department, term, asin), complete weeks only.
        members: One row per (place, term), in this order: share, term_number.
        terms: One row per term_number: country, term.
        volumes: One row per (term_number, week): volume.

    Returns:
        One row per (place, week, member, asin), in this order: member (its row), click_share, conversion_share,
        weight [searches; 1 where none are known].
    """
    recent = keep_last_weeks(search_terms, policy.click_weeks)
    number = find_rows(recent, terms, ["country", "term"])
    recent = recent.loc[number >= 0, ["week", "asin", "click_share", "conversion_share"]]
    recent = recent.assign(term_number=number[number >= 0], asin=recent["asin"].astype("category"))
    keys = ["term_number", "week", "asin"]
    rows = recent.groupby(keys, sort=True, observed=True, as_index=False)[["click_share", "conversion_share"]].max()
    searched = volumes.loc[volumes["week"].isin(rows["week"].unique()), ["term_number", "week", "volume"]]
    rows = rows.merge(searched, on=["term_number", "week"], how="left")
    member, row = join_rows(members["term_number"].to_numpy(), rows["term_number"].to_numpy())
    joined = rows.drop(columns="term_number").take(row).reset_index(drop=True)
    volume = joined.pop("volume").to_numpy()
    weight = members["share"].to_numpy()[member] * np.where(volume > 0, volume, 1.0)
    joined = joined.assign(place=members["place"].to_numpy()[member], member=member, weight=weight)
    order = np.lexsort((joined["asin"].cat.codes, member, joined["week"], joined["place"]))
    return joined.take(order).reset_index(drop=True)


def share_reported(weighed: pd.DataFrame) -> pd.Series:
    """Share of a niche's clicks that the report names a product for, per place."""
    terms = weighed.groupby(["place", "week", "member"], sort=True, as_index=False).agg(
        named=("click_share", "sum"), weight=("weight", "first")
    )
    return weighted_mean(terms.assign(named=terms["named"].clip(upper=1.0)), "named", "weight")


def read_signs(
    weighed: pd.DataFrame,
    reported: pd.Series,
    clicked: pd.DataFrame,
    topics: pd.DataFrame,
    members: pd.DataFrame,
    metrics: pd.DataFrame,
    policy: SelectionPolicy,
) -> pd.DataFrame:
    """The signs as they are, before points.

    unserved: 1 − reported share of clicks. spread: 1 − Σ s², s the shares of the reported clicks, over what the
    number of products allows. conversion_gap: clicks beyond the share of purchases, over all clicks.
    complaints: negative mentions over all mentions of the clicked products' reviews. rating_gap: 5 less the rating.
    out_of_stock: clicks on products that are sold out. conditions: searches whose term names a number or leaves
    something out, which a product meets or not. borrowed: clicks on products, by the part of their clicks won in
    niches of other concepts: what is shown where nothing of its own fits.

    Returns:
        One row per place of `metrics`, a column per sign; NaN where unknown.
    """
    signs = pd.DataFrame(index=metrics.index)
    signs["unserved"] = 1 - reported
    squares = (
        clicked.assign(square=clicked["click_share"] ** 2)
        .groupby("place", sort=True)
        .agg(total=("click_share", "sum"), squares=("square", "sum"), products=("asin", "nunique"))
    )
    even = 1 - 1 / squares["products"].where(squares["products"] > 1)
    signs["spread"] = (1 - squares["squares"] / squares["total"] ** 2) / even
    bought = weighed[weighed["conversion_share"].notna()]
    lost = (bought["click_share"] - bought["conversion_share"]).clip(lower=0) * bought["weight"]
    sums = bought.assign(lost=lost, clicks=bought["click_share"] * bought["weight"]).groupby("place", sort=True)
    clicks = sums["clicks"].sum()
    signs["conversion_gap"] = sums["lost"].sum() / clicks.where(clicks > 0)
    said = clicked[["place", "country", "asin", "click_share"]].merge(
        topics[(topics["kind"] == "review") & (topics["mentions"] > 0)], on=["country", "asin"]
    )
    said = said.assign(
        negative=(said["sentiment"] == "negative") * 1.0, weight=said["click_share"] * said["mentions"]
    )
    said = said.sort_values(["place", "asin", "topic", "sentiment"], ignore_index=True)
    signs["complaints"] = weighted_mean(said, "negative", "weight")
    signs["rating_gap"] = 5 - metrics["rating"]
    signs["out_of_stock"] = metrics["out_of_stock_share"]
    words = fold_all(policy.words_of_exclusion)
    sets = [float(not words.isdisjoint(split_words(term)) or any(map(str.isdigit, term))) for term in members["term"]]
    signs["conditions"] = weighted_mean(members.assign(condition=sets), "condition", "weight")
    signs["borrowed"] = _measure_borrowed(clicked, metrics)
    return signs


def _measure_borrowed(clicked: pd.DataFrame, metrics: pd.DataFrame) -> pd.Series:
    """Per place: Σ share × clicks that the product wins under other concepts ÷ all its clicks."""
    rows = clicked[["place", "country", "asin", "click_share"]].join(metrics[["concept", "volume"]], on="place")
    rows["clicks"] = rows["click_share"] * rows["volume"].where(rows["volume"] > 0, 1.0)
    rows = rows.sort_values(["country", "asin", "concept", "place"], ignore_index=True)
    everywhere = rows.groupby(["country", "asin"], sort=True)["clicks"].transform("sum")
    within = rows.groupby(["country", "asin", "concept"], sort=True)["clicks"].transform("sum")
    rows["elsewhere"] = 1 - within / everywhere.where(everywhere > 0)
    return weighted_mean(rows.sort_values(["place", "asin"], ignore_index=True), "elsewhere", "click_share")


def judge_unmet(
    signs: pd.DataFrame, country: pd.Series, clicks: pd.Series, policy: SelectionPolicy, degradations: Degradations
) -> pd.DataFrame:
    """Unmet demand, drawn towards the country's mean.

    raw = Σ weight × points ÷ Σ weight over the known signs. With v the variance of raw, m (1 − m) ÷ witnesses ÷ known
    share of the weights (m the mean), and t the variance between the niches of the country (DerSimonian and Laird),
    unmet = M + t ÷ (t + v) × (raw − M), M the mean by 1 ÷ (t + v); the interval covers nine in ten.

    Args:
        signs: From `read_signs`.
        country: Per place.
        clicks: Clicks of the weeks that the signs are read from, per place.

    Returns:
        One row per place of `signs`: UNMET, unmet_weight_percent being how much its own signs count.
    """
    total = sum(part.weight for part in policy.unmet_parts)
    points = pd.Series(0.0, index=signs.index)
    known = pd.Series(0.0, index=signs.index)
    for part in policy.unmet_parts:
        value = ((signs[part.part] - part.low) / (part.high - part.low)).clip(0, 1)
        points += value.fillna(0.0) * part.weight
        known += value.notna() * float(part.weight)
    answer = pd.DataFrame({"raw": points / known.where(known > 0), "known": known / total})
    answer["clicks"] = clicks.reindex(answer.index).fillna(0.0)
    stated = answer["known"] * 100 >= policy.least_unmet_percent
    answer["raw"] = answer["raw"].where(stated)
    parts = []
    for name, rows in answer.groupby(country, sort=True):
        missing = int(rows["raw"].isna().sum())
        degradations.add(UNKNOWN_UNMET, missing, country=str(name), needed=policy.least_unmet_percent)
        parts.append(_draw_to_mean(rows, str(name), policy, degradations))
    table = pd.concat(parts) if parts else answer.assign(unmet=0.0, low=0.0, high=0.0, own=0.0)
    table = table.rename(columns={"low": "unmet_low", "high": "unmet_high", "raw": "unmet_raw"})
    table["unmet_known_percent"] = (100 * table["known"]).round().astype("int64")
    table["unmet_weight_percent"] = (100 * table["own"]).round().astype("Int64")
    table[["unmet", "unmet_low", "unmet_high", "unmet_raw"]] = table[
        ["unmet", "unmet_low", "unmet_high", "unmet_raw"]
    ].round(4)
    return table[UNMET]


def _draw_to_mean(
    rows: pd.DataFrame, country: str, policy: SelectionPolicy, degradations: Degradations
) -> pd.DataFrame:
    raw = rows["raw"].dropna()
    if raw.empty:
        return rows.assign(unmet=math.nan, low=math.nan, high=math.nan, own=math.nan)
    mean = float(raw.mean())
    witnesses = 1 + rows["clicks"] / policy.clicks_per_witness
    noise = max(mean * (1 - mean), 0.01) / witnesses / rows["known"].where(rows["known"] > 0)
    if len(raw) < _FEWEST_NICHES:
        degradations.add(FEW_NICHES, len(raw), country=country)
        between = policy.unmet_spread**2
    else:
        between = max(_read_between(raw, noise[raw.index]), _LEAST_VARIANCE)
    weight = 1 / (between + noise[raw.index])
    centre = float((weight * raw).sum() / weight.sum())
    own = between / (between + noise)
    unmet = centre + own * (rows["raw"] - centre)
    reach = _Z90 * (own * noise).map(math.sqrt)
    return rows.assign(unmet=unmet, low=(unmet - reach).clip(0, 1), high=(unmet + reach).clip(0, 1), own=own)


def _read_between(raw: pd.Series, noise: pd.Series) -> float:
    """Variance between niches beyond their noise (DerSimonian and Laird, 1986); 0 where noise explains all."""
    weight = 1 / noise
    total = float(weight.sum())
    centre = float((weight * raw).sum()) / total
    surplus = float((weight * (raw - centre) ** 2).sum()) - (len(raw) - 1)
    return max(0.0, surplus / (total - float((weight**2).sum()) / total))
