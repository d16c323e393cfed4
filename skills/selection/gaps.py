"""Why demand is unmet: a price without an offer, products that disappoint, a feature asked for that nobody names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.selection.facts import PLACE, Degradations
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
    rows = rows.merge(won, on=[*PLACE, "asin"], how="left")
    asked = _index(members.sort_values([*PLACE, "term"]))
    bands, loud = _index(ladders), metrics[metrics["volume"] >= policy.least_volume]
    heard = {(row.niche, row.country) for row in loud.itertuples(index=False)}
    plain = {fold(word) for word in policy.words_left_out}
    brands = {country: plain | split_words(" ".join(group["brand"]))
              for country, group in rows.groupby("country", sort=True)}  # fmt: skip
    said = _index(rows[[*PLACE, "asin", "click_share"]].merge(topics, on=["country", "asin"]))
    found: list[dict[str, Any]] = []
    untitled = 0
    for place, products in _index(rows).items():
        titled = float(products.loc[products["title"] != "", "share"].sum()) >= 0.5 * float(products["share"].sum())
        untitled += not titled
        words = _find_words(products, asked.get(place), brands[place[1]], policy) if titled else None
        reasons = {
            "missing_feature": _join_missing(words, _find_complaint(said.get(place), policy)),
            "price_hole": _find_hole(products, bands.get(place), policy),
            "rating_hole": _find_low_rating(products, policy) if place in heard else None,
        }
        found += [{"niche": place[0], "country": place[1], "kind": kind, **reason}
                  for kind, reason in reasons.items() if reason]  # fmt: skip
    degradations.add(NO_TITLES, untitled)
    texts = dict.fromkeys(("niche", "country", "kind", "reason"), "str")
    return pd.DataFrame(found, columns=GAPS).astype({**texts, "weight": "float64"})


def _index(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    return {(str(key[0]), str(key[1])): rows for key, rows in table.groupby(PLACE, sort=True)}


def _reason(weight: float, reason: str, **values: object) -> dict[str, Any]:
    return {"weight": round(weight, 4), "reason": reason, "values": values}


def _percent(share: float) -> int:
    return round(100 * share)


def _price(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount} {currency}"


def _find_hole(products: pd.DataFrame, bands: pd.DataFrame | None, policy: SelectionPolicy) -> dict[str, Any] | None:
    """The price band without an offer, or the one that sells badly, that concerns most clicks."""
    if bands is None or int(bands["products"].sum()) < _FEWEST_PRICED:
        return None
    least, currency = policy.neighbour_share_percent / 100, str(bands["currency"].iloc[0])
    found = []
    empty = bands["click_share"] <= policy.hole_share_percent / 100
    for _, run in bands[empty].groupby((~empty).cumsum()[empty], sort=True):
        low, high = int(run["low_minor"].min()), int(run["high_minor"].max())
        below = float(bands.loc[bands["high_minor"] <= low, "click_share"].sum())
        above = float(bands.loc[bands["low_minor"] >= high, "click_share"].sum())
        wide = 100 * (high - low) >= policy.hole_width_percent * low
        if wide and min(below, above) >= least:
            found.append(_reason(min(below, above), NO_OFFER, low=_price(low, currency), high=_price(high, currency),
                                 below_percent=_percent(below), above_percent=_percent(above)))  # fmt: skip
    whole = products["purchases"].sum() / max(products["clicks"].sum(), 1e-9)
    for band in bands[bands["click_share"] >= least].to_dict("records"):
        bottom, top, share = int(band["low_minor"]), int(band["high_minor"]), float(band["click_share"])
        inside = products[(products["price_minor"] >= bottom) & (products["price_minor"] < top)]
        clicks, purchases = float(inside["clicks"].sum()), float(inside["purchases"].sum())
        usual = clicks * whole
        if usual > 0 and 100 * purchases < policy.poor_conversion_percent * usual:
            found.append(_reason(share * (1 - purchases / usual), POOR_OFFER,
                                 low=_price(bottom, currency), high=_price(top, currency),
                                 clicks_percent=_percent(share),
                                 purchases_percent=_percent(purchases / usual)))  # fmt: skip
    return max(found, key=lambda reason: reason["weight"]) if found else None


def _find_low_rating(products: pd.DataFrame, policy: SelectionPolicy) -> dict[str, Any] | None:
    rated = products[products["rating"].notna()]
    total = float(rated["share"].sum())
    if not total > 0:
        return None
    low = float(rated.loc[rated["rating"] < policy.good_rating, "share"].sum()) / total
    if 100 * low < policy.rating_hole_percent:
        return None
    rating = float((rated["rating"] * rated["share"]).sum()) / total
    return _reason(low, DISAPPOINTING, clicks_percent=_percent(low), good_rating=f"{policy.good_rating:.1f}",
                   rating=f"{rating:.1f}")  # fmt: skip


def _find_words(
    products: pd.DataFrame, asked: pd.DataFrame | None, left_out: set[str], policy: SelectionPolicy
) -> dict[str, Any] | None:
    if asked is None:
        return None
    words, share = find_asked_words(asked, [*products["title"], *products["features"]], left_out, policy)
    if not words:
        return None
    return _reason(share, WORDS_ASKED, words=", ".join(words[:_WORDS_SHOWN]), share_percent=_percent(share))


def _find_complaint(said: pd.DataFrame | None, policy: SelectionPolicy) -> dict[str, Any] | None:
    if said is None:
        return None
    spoken = said[(said["kind"] == "review") & (said["mentions"] > 0)].sort_values(["topic", "asin", "sentiment"])
    mentions = spoken["click_share"] * spoken["mentions"]
    total = float(mentions.sum())
    if not total > 0:
        return None
    shares = mentions[spoken["sentiment"] == "negative"].groupby(spoken["topic"], sort=True).sum() / total
    loud = [(-float(share), str(topic)) for topic, share in shares.items()
            if 100 * float(share) >= policy.complaint_share_percent]  # fmt: skip
    if not loud:
        return None
    share = -sum(share for share, _ in loud)
    topics = ", ".join(topic for _, topic in sorted(loud)[:_WORDS_SHOWN])
    return _reason(share, COMPLAINED, topics=topics, share_percent=_percent(share))


def _join_missing(words: dict[str, Any] | None, complaint: dict[str, Any] | None) -> dict[str, Any] | None:
    if not (words and complaint):
        return words or complaint
    values = {**words["values"], "topics": complaint["values"]["topics"],
              "complaint_percent": complaint["values"]["share_percent"]}  # fmt: skip
    return {"weight": max(words["weight"], complaint["weight"]), "reason": ASKED_AND_COMPLAINED, "values": values}
