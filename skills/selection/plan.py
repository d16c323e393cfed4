"""What is known of each niche on a morning: demand, competition, unmet demand and why it is unmet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from skills.selection import facts
from skills.selection.explorer import fill_from_explorer
from skills.selection.facts import (
    PLACE,
    Degradations,
    find_rows,
    join_rows,
    keep_complete_weeks,
    keep_last_weeks,
    name_places,
    read_niches,
    read_table,
)
from skills.selection.gaps import GAPS, find_gaps
from skills.selection.ladder import PRICES, build_ladders
from skills.selection.policy import SelectionPolicy
from skills.selection.products import (
    COMPETITION,
    describe_clicked,
    know_items,
    measure_products,
    settle_prices,
)
from skills.selection.unmet import UNMET, judge_unmet, read_signs, share_reported, weigh_terms
from skills.selection.volume import VOLUME, measure_volume, sum_weeks
from skills.vocabulary import mark

METRICS = [
    "concept", "niche", "country", "label", "terms", *VOLUME, *COMPETITION, "conversion_percent", "reported_share",
    "return_share", "from_explorer", *UNMET,
]  # fmt: skip
SIGNS = ["unserved", "spread", "conversion_gap", "complaints", "rating_gap", "out_of_stock", "conditions", "borrowed"]
_COUNTS = (
    "terms", "products", "price_minor", "price_low_minor", "price_high_minor", "launches_180d",
    "launches_succeeded_180d",
)  # fmt: skip

NO_TABLE = mark("The table {table} is empty: {lost} are not known.")
NO_CLICKS = mark("{rows} niches have no clicked product; their competition is not known.")
_LOST = {
    "search_terms": mark("the share of clicks that is reported, and purchases against clicks"),
    "search_queries": mark("conversion, and real numbers of clicks"),
    "catalog_items": mark("prices, ratings, reviews, launches and stock"),
    "feedback_topics": mark("complaints and topics of returns"),
    "opportunities": mark("returns, and launches that won no clicks"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What `measure_niches` found.

    Attributes:
        metrics: One row per (concept, niche, country): METRICS and the SIGNS of unmet demand as they are.
        gaps: One row per (niche, country, kind): kind price_hole, rating_hole or missing_feature, weight [0…1],
            reason, values.
        weeks: One row per (niche, country, week): volume [searches].
        prices: One row per (niche, country, band): low_minor, high_minor, currency, click_share, products.
        degradations: One row per reason: reason, values, rows.
    """

    metrics: pd.DataFrame
    gaps: pd.DataFrame
    weeks: pd.DataFrame
    prices: pd.DataFrame
    degradations: pd.DataFrame


def measure_niches(
    niches: pd.DataFrame,
    members: pd.DataFrame,
    clicks: pd.DataFrame,
    volumes: pd.DataFrame,
    search_terms: pd.DataFrame,
    search_queries: pd.DataFrame,
    catalog_items: pd.DataFrame,
    feedback_topics: pd.DataFrame,
    opportunities: pd.DataFrame,
    own_asins: Collection[str],
    policy: SelectionPolicy,
    as_of: date,
) -> Measured:
    """Measure every niche in every country from what was known on the morning.

    Args:
        niches: One row per (niche, country): concept, label, terms, volume [searches a week].
        members: One row per (niche, country, term): share [0…1].
        clicks: One row per (niche, country, asin): click_share [of the niche's reported clicks].
        volumes: One row per (country, week, term): volume [searches a week], volume_basis.
        search_terms: One row per (country, week, department, term, asin): title, brand, click_share,
            conversion_share.
        search_queries: One row per (country, week, asin, term): clicks_total, purchases_total.
        catalog_items: One row per (country, asin, seen_on): title, brand, price_minor [0 unknown], currency, reviews,
            rating, launched_on, in_stock, features.
        feedback_topics: One row per (country, asin, topic, kind): sentiment, mentions.
        opportunities: One row per (country, exported_on, niche_name), of Product Opportunity Explorer.
        own_asins: The seller's own products.
        as_of: Weeks must have ended before this morning; a product or an export may be of it.

    Returns:
        Measured. volume is the mean of the last known weeks, the season taken out where a year is known
        (volume_recent: as searched); click and brand shares are of all clicks; conversion_percent is purchases per
        click of all sellers in the seller's own queries; prices are in the currency of most of a country's clicks.

    Raises:
        MissingColumns: of a table that is not empty.
        UnusableNiches: a niche twice in a country.
    """
    degradations = Degradations()
    tables = {
        "search_terms": read_table("search_terms", search_terms, facts.SEARCH_TERMS),
        "search_queries": read_table("search_queries", search_queries, facts.SEARCH_QUERIES),
        "catalog_items": read_table("catalog_items", catalog_items, facts.CATALOG_ITEMS),
        "feedback_topics": read_table("feedback_topics", feedback_topics, facts.FEEDBACK_TOPICS),
        "opportunities": read_table("opportunities", opportunities, facts.OPPORTUNITIES),
    }
    for name, table in tables.items():
        degradations.add(NO_TABLE, int(table.empty), table=name, lost=_LOST[name])
    known = read_niches(niches)
    belonging, terms = _number_terms(_place(read_table("members", members, facts.MEMBERS), known, "term"))
    clicked = _place(read_table("clicks", clicks, facts.CLICKS), known, "asin")
    searched = _order_weeks(keep_complete_weeks(read_table("volumes", volumes, facts.VOLUMES), as_of), terms)
    reports = keep_complete_weeks(tables["search_terms"], as_of)

    weeks = sum_weeks(searched, belonging, known, degradations)
    metrics = known.drop(columns="volume").join(measure_volume(known, weeks, policy, degradations))
    weighed = weigh_terms(reports, belonging, terms, searched, policy)
    reported = share_reported(weighed)
    items = know_items(tables["catalog_items"], as_of)
    topics = tables["feedback_topics"]
    products = settle_prices(describe_clicked(clicked, reported, items, reports, own_asins), degradations)
    metrics = metrics.join(measure_products(products, topics, policy, as_of))
    degradations.add(NO_CLICKS, int(metrics["products"].isna().sum()))
    metrics["own"] = metrics["own"].astype("boolean").fillna(False).astype("bool")
    for column in ("top_brand", "currency", "return_topics"):
        metrics[column] = metrics[column].astype(object).where(metrics[column].notna(), "").astype("str")
    queries = _sum_queries(keep_complete_weeks(tables["search_queries"], as_of), belonging, terms, policy)
    rate = 100 * queries["purchases"] / queries["clicks"].where(queries["clicks"] > 0)
    metrics["conversion_percent"] = rate.round(1).reindex(metrics.index).astype("float64")
    metrics["reported_share"] = reported.round(4).reindex(metrics.index).astype("float64")
    belonging = _weigh_members(belonging, searched)
    metrics = fill_from_explorer(metrics, belonging, tables["opportunities"], as_of)

    signs = read_signs(weighed, reported, products, topics, belonging, metrics, policy)
    guessed = metrics["volume"] * policy.click_weeks * policy.clicks_per_search
    counted = queries["clicks"].reindex(metrics.index).where(lambda known: known > 0, guessed)
    metrics = metrics.join(judge_unmet(signs, metrics["country"], counted, policy, degradations))
    metrics = metrics.join(signs.round(4))
    metrics["products"] = metrics["products"].fillna(0)
    metrics = metrics.astype(dict.fromkeys(_COUNTS, "Int64"))
    ladders, rung = build_ladders(products, policy)
    gaps = find_gaps(products, ladders, rung, weighed, belonging, topics, metrics, policy, degradations)
    ordered = metrics[[*METRICS, *SIGNS]].sort_values(["concept", *PLACE], ignore_index=True)
    return Measured(
        ordered, name_places(gaps, known, GAPS), weeks.to_frame(known), name_places(ladders, known, PRICES),
        degradations.to_frame(),
    )  # fmt: skip


def _place(table: pd.DataFrame, known: pd.DataFrame, key: str) -> pd.DataFrame:
    """Rows of the known niches in their order, with the number of the place."""
    rows = table.assign(place=find_rows(table, known, PLACE))
    return rows[rows["place"] >= 0].sort_values(["place", key], ignore_index=True)


def _number_terms(members: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Members with term_number, and the terms so numbered: one row per (country, term)."""
    terms = members[["country", "term"]].drop_duplicates(ignore_index=True)
    return members.assign(term_number=find_rows(members, terms, ["country", "term"])), terms


def _order_weeks(volumes: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """Volumes by term_number (−1 in no niche) and week, without the term itself."""
    number = find_rows(volumes, terms, ["country", "term"])
    order = np.lexsort((volumes["week"].to_numpy(), number))
    return volumes.drop(columns="term").assign(term_number=number).take(order).reset_index(drop=True)


def _sum_queries(
    queries: pd.DataFrame, members: pd.DataFrame, terms: pd.DataFrame, policy: SelectionPolicy
) -> pd.DataFrame:
    """Clicks and purchases of all sellers in the last known weeks, per place.

    A query is reported once for each own product that was shown; its totals are the same and count once.
    """
    recent = keep_last_weeks(queries, policy.click_weeks)
    recent = recent.assign(term_number=find_rows(recent, terms, ["country", "term"]))
    rows = recent.groupby(["term_number", "week"], sort=True, as_index=False)[
        ["clicks_total", "purchases_total"]
    ].max()
    member, row = join_rows(members["term_number"].to_numpy(), rows["term_number"].to_numpy())
    joined = rows.iloc[row].reset_index(drop=True)
    share, place = members["share"].to_numpy()[member], members["place"].to_numpy()[member]
    joined = joined.assign(place=place, term=member, clicks=joined["clicks_total"] * share,
                           purchases=joined["purchases_total"] * share)  # fmt: skip
    joined = joined.sort_values(["place", "week", "term"], ignore_index=True)
    return joined.groupby("place", sort=True)[["clicks", "purchases"]].sum()


def _weigh_members(members: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Members with `weight`: their mean searches a week over all known weeks, by share; the share alone without."""
    mean = volumes.groupby("term_number", sort=True)["volume"].mean().reindex(members["term_number"]).to_numpy()
    return members.assign(weight=members["share"] * np.where(mean > 0, mean, 1.0))
