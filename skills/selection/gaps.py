"""Why demand is unmet: a price without an offer, products that disappoint, a feature asked for that nobody names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pandas as pd

from skills.selection.facts import PLACE, Degradations, list_places
from skills.selection.policy import SelectionPolicy
from skills.selection.words import find_asked_words, fold, split_words
from skills.vocabulary import Money, mark

GAPS = ["niche", "country", "kind", "weight", "reason", "values"]
_FEWEST_PRICED = 5
_WORDS_SHOWN = 3

NO_OFFER = mark(
    "Hardly anything is offered between {low} and {high}: {below_percent} % of the clicks go to cheaper products and "
    "{above_percent} % to dearer ones."
)
POOR_OFFER = mark(
    "Products between {low} and {high} win {clicks_percent} % of the clicks, but only {purchases_percent} % of the "
    "purchases that such clicks usually bring."
)
DISAPPOINTING = mark(
    "{clicks_percent} % of the clicks go to products with fewer than {good_rating} stars; the clicked products have "
    "{rating} stars on average."
)
WORDS_ASKED = mark(
    "Searches with {words} ({share_percent} % of the niche), and no clicked product names it in its title or "
    "features."
)
COMPLAINED = mark("Reviews of the clicked products complain about {topics} ({share_percent} % of all mentions).")
ASKED_AND_COMPLAINED = mark(
    "Searches with {words} ({share_percent} % of the niche), and no clicked product names it; reviews complain about "
    "{topics} ({complaint_percent} % of all mentions)."
)
NO_TITLES = mark(
    "Missing features of {rows} niches are not looked for: the titles of most clicked products are not known."
)


def find_gaps(
    rows: pd.DataFrame,
    ladders: pd.DataFrame,
    weighed: pd.DataFrame,
    members: pd.DataFrame,
    topics: pd.DataFrame,
    metrics: pd.DataFrame,
    policy: SelectionPolicy,
    degradations: Degradations,
) -> pd.DataFrame:
    """The heaviest reason of each kind why demand in a niche is unmet.

    Args:
        rows: The clicked products, from `settle_prices`.
        ladders: From `build_ladders`.
        weighed: Reported clicks and conversions, from `weigh_terms`.
        members: One row per (niche, country, term): weight [searches].
        topics: One row per (country, asin, topic, kind): sentiment, mentions.
        metrics: One row per (niche, country): volume.

    Returns:
        One row per (niche, country, kind): weight [0…1, the share of clicks or searches that it concerns], reason,
        values.
    """
    bought = weighed[weighed["conversion_share"].notna()]
    sums = bought.assign(
        clicks=bought["click_share"] * bought["weight"], purchases=bought["conversion_share"] * bought["weight"]
    )
    won = sums.groupby([*PLACE, "asin"], sort=True, as_index=False)[["clicks", "purchases"]].sum()
    known = rows[[*PLACE, "asin", "share", "title", "features", "rating", "price_minor"]].merge(
        won, on=[*PLACE, "asin"], how="left"
    )
    asked, bands = list_places(members.sort_values([*PLACE, "term"])), list_places(ladders)
    complaints = _find_complaints(rows, topics, policy)
    loud = metrics[metrics["volume"] >= policy.least_volume]
    heard = set(zip(loud["niche"], loud["country"], strict=True))
    plain = {fold(word) for word in (*policy.words_left_out, *policy.words_of_exclusion)}
    brands = {country: plain | split_words(" ".join(group["brand"]))
              for country, group in rows.groupby("country", sort=True)}  # fmt: skip
    found: list[dict[str, Any]] = []
    untitled = 0
    for place, products in list_places(known).items():
        named = sum(row["share"] for row in products if row["title"]) >= 0.5 * sum(row["share"] for row in products)
        untitled += not named
        words = _find_words(products, asked.get(place, []), brands[place[1]], policy) if named else None
        reasons = {
            "missing_feature": _join_missing(words, complaints.get(place)),
            "price_hole": _find_hole(products, bands.get(place, []), policy),
            "rating_hole": _find_low_rating(products, policy) if place in heard else None,
        }
        found += [{"niche": place[0], "country": place[1], "kind": kind, **reason}
                  for kind, reason in reasons.items() if reason]  # fmt: skip
    degradations.add(NO_TITLES, untitled)
    texts = dict.fromkeys(("niche", "country", "kind", "reason"), "str")
    return pd.DataFrame(found, columns=GAPS).astype({**texts, "weight": "float64"})


Reason = dict[str, Any]
Rows = list[dict[str, Any]]


def _reason(weight: float, reason: str, **values: object) -> Reason:
    return {"weight": round(weight, 4), "reason": reason, "values": values}


def _percent(share: float) -> int:
    return round(100 * share)


def _price(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount} {currency}"


def _find_hole(products: Rows, bands: Rows, policy: SelectionPolicy) -> Reason | None:
    """The price band without an offer, or the one that sells badly, that concerns most clicks."""
    if sum(band["products"] for band in bands) < _FEWEST_PRICED:
        return None
    found = [*_list_empty(bands, policy), *_list_poor(products, bands, policy)]
    return max(found, key=lambda reason: float(reason["weight"])) if found else None


def _list_empty(bands: Rows, policy: SelectionPolicy) -> Iterator[Reason]:
    """Runs of bands with hardly a click between bands with many."""
    currency, total = str(bands[0]["currency"]), sum(band["click_share"] for band in bands)
    below = 0.0
    for empty, run in groupby(bands, lambda band: 100 * band["click_share"] <= policy.hole_share_percent):
        inside = list(run)
        share = sum(band["click_share"] for band in inside)
        above = total - below - share
        low, high = inside[0]["low_minor"], inside[-1]["high_minor"]
        wide = 100 * (high - low) >= policy.hole_width_percent * low
        if empty and wide and 100 * min(below, above) >= policy.neighbour_share_percent:
            yield _reason(min(below, above), NO_OFFER, low=_price(low, currency), high=_price(high, currency),
                          below_percent=_percent(below), above_percent=_percent(above))  # fmt: skip
        below += share


def _list_poor(products: Rows, bands: Rows, policy: SelectionPolicy) -> Iterator[Reason]:
    """Bands with many clicks that bring far fewer purchases than clicks usually do."""
    sold = [row for row in products if row["clicks"] > 0]
    clicks = sum(row["clicks"] for row in sold)
    usual = sum(row["purchases"] for row in sold) / clicks if clicks > 0 else 0.0
    for band in bands:
        low, high, share = band["low_minor"], band["high_minor"], band["click_share"]
        inside = [row for row in sold if low <= row["price_minor"] < high]
        expected = usual * sum(row["clicks"] for row in inside)
        if not expected > 0 or 100 * share < policy.neighbour_share_percent:
            continue
        part = sum(row["purchases"] for row in inside) / expected
        if 100 * part < policy.poor_conversion_percent:
            currency = str(band["currency"])
            yield _reason(share * (1 - part), POOR_OFFER, low=_price(low, currency), high=_price(high, currency),
                          clicks_percent=_percent(share), purchases_percent=_percent(part))  # fmt: skip


def _find_low_rating(products: Rows, policy: SelectionPolicy) -> Reason | None:
    rated = [row for row in products if row["rating"] == row["rating"]]
    total = sum(row["share"] for row in rated)
    low = sum(row["share"] for row in rated if row["rating"] < policy.good_rating)
    if not total > 0 or 100 * low < policy.rating_hole_percent * total:
        return None
    rating = sum(row["rating"] * row["share"] for row in rated) / total
    return _reason(low / total, DISAPPOINTING, clicks_percent=_percent(low / total),
                   good_rating=f"{policy.good_rating:.1f}", rating=f"{rating:.1f}")  # fmt: skip


def _find_words(products: Rows, asked: Rows, left_out: set[str], policy: SelectionPolicy) -> Reason | None:
    texts = [f"{row['title']} {row['features']}" for row in products]
    words, share = find_asked_words([(row["term"], row["weight"]) for row in asked], texts, left_out, policy)
    if not words:
        return None
    return _reason(share, WORDS_ASKED, words=", ".join(words[:_WORDS_SHOWN]), share_percent=_percent(share))


def _find_complaints(
    rows: pd.DataFrame, topics: pd.DataFrame, policy: SelectionPolicy
) -> dict[tuple[str, str], Reason]:
    """Topics that reviews of a niche's clicked products complain about, by niche and country."""
    spoken = topics[(topics["kind"] == "review") & (topics["mentions"] > 0)]
    said = rows[[*PLACE, "asin", "click_share"]].merge(spoken, on=["country", "asin"])
    said = said.sort_values([*PLACE, "topic", "asin", "sentiment"], ignore_index=True)
    said["weight"] = said["click_share"] * said["mentions"]
    said["share"] = said["weight"] / said.groupby(PLACE, sort=True)["weight"].transform("sum")
    bad = said[said["sentiment"] == "negative"].groupby([*PLACE, "topic"], sort=True)["share"].sum().reset_index()
    loud = bad[100 * bad["share"] >= policy.complaint_share_percent]
    found = {}
    for place, named in list_places(loud).items():
        first = sorted(named, key=lambda row: (-row["share"], row["topic"]))[:_WORDS_SHOWN]
        share = sum(row["share"] for row in named)
        words = ", ".join(row["topic"] for row in first)
        found[place] = _reason(share, COMPLAINED, topics=words, share_percent=_percent(share))
    return found


def _join_missing(words: Reason | None, complaint: Reason | None) -> Reason | None:
    if not (words and complaint):
        return words or complaint
    values = {**words["values"], "topics": complaint["values"]["topics"],
              "complaint_percent": complaint["values"]["share_percent"]}  # fmt: skip
    return {"weight": max(words["weight"], complaint["weight"]), "reason": ASKED_AND_COMPLAINED, "values": values}
