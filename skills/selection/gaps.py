"""Why demand is unmet: a price without an offer, products that disappoint, a feature asked for that nobody names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.selection.facts import Degradations, Numbers
from skills.selection.holes import Reason, find_holes
from skills.selection.policy import SelectionPolicy
from skills.selection.words import find_asked_words, fold, fold_all, name_thing, split_words
from skills.vocabulary import mark

GAPS = ["niche", "country", "kind", "weight", "reason", "values"]
_WORDS_SHOWN = 3

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
    rung: Numbers,
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
        ladders, rung: From `build_ladders`.
        weighed: Reported clicks and conversions, from `weigh_terms`.
        members: One row per (place, term), in this order: country, weight [searches].
        topics: One row per (country, asin, topic, kind): sentiment, mentions.
        metrics: One row per place: country, label, volume.

    Returns:
        One row per (place, kind): weight [0…1, the share of clicks or searches that it concerns], reason, values.
    """
    count = len(metrics)
    place, share = rows["place"].to_numpy(), rows["share"].to_numpy()
    titled = np.bincount(place, np.where(rows["title"] != "", share, 0.0), minlength=count)
    clicked = np.bincount(place, minlength=count) > 0
    named = clicked & (titled >= 0.5 * np.bincount(place, share, minlength=count))
    degradations.add(NO_TITLES, int((clicked & ~named).sum()))
    complaints = _find_complaints(rows, topics, policy)
    words = _find_words(rows, members, metrics, np.flatnonzero(named), policy)
    found = {
        (at, "missing_feature"): _join_missing(words.get(at), complaints.get(at)) for at in {*words, *complaints}
    }
    for kind, reasons in (
        ("price_hole", find_holes(rows, ladders, rung, _sum_won(rows, weighed), policy)),
        ("rating_hole", _find_low_ratings(rows, metrics["volume"] >= policy.least_volume, policy)),
    ):
        found |= {(at, kind): reason for at, reason in reasons.items()}
    lines = [{"place": at, "kind": kind, **found[at, kind]} for at, kind in sorted(found)]
    table = pd.DataFrame(lines, columns=["place", "kind", "weight", "reason", "values"])
    return table.astype({"place": "int64", "kind": "str", "reason": "str", "weight": "float64"})


def _reason(weight: float, reason: str, **values: object) -> Reason:
    return {"weight": round(weight, 4), "reason": reason, "values": values}


def _percent(share: float) -> int:
    return round(100 * share)


def _sum_won(rows: pd.DataFrame, weighed: pd.DataFrame) -> pd.DataFrame:
    """Clicks and purchases [weighed by searches] of each of `rows`; NaN where no purchases are reported."""
    bought = weighed[weighed["conversion_share"].notna()]
    sums = bought.assign(
        clicks=bought["click_share"] * bought["weight"], purchases=bought["conversion_share"] * bought["weight"]
    )
    keys = ["place", "asin"]
    won = sums.groupby(keys, sort=True, observed=True)[["clicks", "purchases"]].sum().reset_index()
    return rows[keys].merge(won.astype({"asin": "str"}), on=keys, how="left")


def _find_low_ratings(rows: pd.DataFrame, is_heard: pd.Series, policy: SelectionPolicy) -> dict[int, Reason]:
    rated = rows.loc[rows["rating"].notna(), ["place", "share", "rating"]]
    place, share, rating = (rated[name].to_numpy() for name in ("place", "share", "rating"))
    total = np.bincount(place, share, minlength=len(is_heard))
    low = np.bincount(place, np.where(rating < policy.good_rating, share, 0.0), minlength=len(is_heard))
    stars = np.bincount(place, rating * share, minlength=len(is_heard))
    here = is_heard.to_numpy() & (total > 0) & (100 * low >= policy.rating_hole_percent * total)
    good = f"{policy.good_rating:.1f}"
    return {
        at: _reason(low[at] / total[at], DISAPPOINTING, clicks_percent=_percent(low[at] / total[at]),
                    good_rating=good, rating=f"{stars[at] / total[at]:.1f}")
        for at in np.flatnonzero(here).tolist()
    }  # fmt: skip


def _find_words(
    rows: pd.DataFrame, members: pd.DataFrame, metrics: pd.DataFrame, places: Numbers, policy: SelectionPolicy
) -> dict[int, Reason]:
    """Words asked for that no clicked product of the place names."""
    plain = fold_all((*policy.words_left_out, *policy.words_of_exclusion))
    brands = {country: plain | split_words(" ".join(texts)) for country, texts in rows.groupby("country")["brand"]}
    single = members[~members["term"].str.strip().str.contains(" ", regex=False)]
    alone = {country: {fold(term) for term in texts} for country, texts in single.groupby("country")["term"]}
    texts = (rows["title"] + " " + rows["features"]).tolist()
    asked = list(zip(members["term"].tolist(), members["weight"].tolist(), strict=True))
    first, last = (np.searchsorted(rows["place"], places, side) for side in ("left", "right"))
    begin, end = (np.searchsorted(members["place"], places, side) for side in ("left", "right"))
    named = metrics[["country", "label"]].take(places)
    found = {}
    for at, country, label, *ends in zip(
        places.tolist(), named["country"].tolist(), named["label"].tolist(), first, last, begin, end, strict=True
    ):
        thing = name_thing(label, alone.get(country, set()), country)
        words, share = find_asked_words(
            asked[ends[2] : ends[3]], texts[ends[0] : ends[1]], brands[country], policy, thing
        )
        if words:
            found[at] = _reason(
                share, WORDS_ASKED, words=", ".join(words[:_WORDS_SHOWN]), share_percent=_percent(share)
            )
    return found


def _find_complaints(rows: pd.DataFrame, topics: pd.DataFrame, policy: SelectionPolicy) -> dict[int, Reason]:
    """Topics that reviews of a place's clicked products complain about."""
    spoken = topics[(topics["kind"] == "review") & (topics["mentions"] > 0)]
    said = rows[["place", "country", "asin", "click_share"]].merge(spoken, on=["country", "asin"])
    said = said.sort_values(["place", "topic", "asin", "sentiment"], ignore_index=True)
    said["weight"] = said["click_share"] * said["mentions"]
    said["share"] = said["weight"] / said.groupby("place", sort=True)["weight"].transform("sum")
    bad = said[said["sentiment"] == "negative"].groupby(["place", "topic"], sort=True)["share"].sum().reset_index()
    loud = bad[100 * bad["share"] >= policy.complaint_share_percent]
    share = np.bincount(loud["place"], loud["share"])
    first = loud.sort_values(["place", "share", "topic"], ascending=[True, False, True])
    first = first[first.groupby("place", sort=True).cumcount() < _WORDS_SHOWN]
    names: dict[int, list[str]] = {}
    for at, topic in zip(first["place"].tolist(), first["topic"].tolist(), strict=True):
        names.setdefault(at, []).append(topic)
    return {
        at: _reason(share[at], COMPLAINED, topics=", ".join(listed), share_percent=_percent(share[at]))
        for at, listed in names.items()
    }


def _join_missing(words: Reason | None, complaint: Reason | None) -> Reason:
    if words is None or complaint is None:
        return words or complaint or {}
    values = {**words["values"], "topics": complaint["values"]["topics"],
              "complaint_percent": complaint["values"]["share_percent"]}  # fmt: skip
    return {"weight": max(words["weight"], complaint["weight"]), "reason": ASKED_AND_COMPLAINED, "values": values}
