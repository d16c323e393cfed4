"""The clicked products of a niche: who holds the clicks, at what price, how well rated, how new, how often out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from skills.selection.facts import Degradations, find_rows, join_places, morning, weighted_mean, weighted_quantile
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import mark, name_rows

COMPETITION = [
    "products", "click_share_top3", "click_share_top5", "click_share_top20", "brand_share_top3", "brand_share_top5",
    "brand_share_top20", "top_brand", "own", "price_minor", "price_low_minor", "price_high_minor", "currency",
    "rating", "reviews", "reviews_per_month", "launches_180d", "launches_succeeded_180d", "launch_success_share",
    "out_of_stock_share", "return_topics",
]  # fmt: skip
TOPS = (3, 5, 20)
_MONTH_DAYS = 30.4
_LEAST_DAYS_BETWEEN = 14

CURRENCY_MIX = mark(
    "{country}: {rows} products are priced in another currency than most ({currency}) and count in no price: "
    "{products}."
)
NO_PRICE = mark("{country}: {rows} clicked products have no price and count in no price: {products}.")
UNKNOWN_PRODUCT = mark(
    "{country}: {rows} clicked products are not among the catalogue's items; of these only the clicks are known."
)


def know_items(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What was known of each product on the morning.

    Returns:
        One row per (country, asin): the latest known title, brand, price_minor with currency (NaN and "" without),
        reviews, rating, in_stock, features and launched_on, and reviews_per_month: between the first and last sight
        of the last 180 days, at least 14 days apart, else reviews over age.
    """
    day = morning(as_of)
    seen = items[items["seen_on"] <= day].sort_values(["country", "asin", "seen_on", "title"], ignore_index=True)
    seen = seen.drop_duplicates(["country", "asin", "seen_on"], keep="last")
    seen["price_minor"] = seen["price_minor"].where(seen["price_minor"] > 0)
    for column in ("title", "brand", "in_stock", "features"):
        seen[column] = seen[column].astype(object).where(seen[column] != "")
    seen["currency"] = seen["currency"].astype(object).where(seen["price_minor"].notna())
    known = seen.groupby(["country", "asin"], sort=True, as_index=False).last()
    counted = seen[seen["reviews"].notna() & (seen["seen_on"] > day - pd.Timedelta(days=180))]
    ends = counted.groupby(["country", "asin"], sort=True).agg(
        first=("seen_on", "min"), last=("seen_on", "max"), fewer=("reviews", "first"), more=("reviews", "last")
    )
    days = (ends["last"] - ends["first"]).dt.days
    speed = ((ends["more"] - ends["fewer"]).clip(lower=0) / days * _MONTH_DAYS).where(days >= _LEAST_DAYS_BETWEEN)
    known = known.merge(speed.rename("reviews_per_month").reset_index(), on=["country", "asin"], how="left")
    age = (day - known["launched_on"]).dt.days.clip(lower=30)
    known["reviews_per_month"] = known["reviews_per_month"].fillna(known["reviews"] / age * _MONTH_DAYS)
    for column in ("title", "brand", "in_stock", "features", "currency"):
        known[column] = known[column].astype("str").fillna("")
    return known


def describe_clicked(
    clicks: pd.DataFrame, reported: pd.Series, items: pd.DataFrame, search_terms: pd.DataFrame, own: Collection[str]
) -> pd.DataFrame:
    """The clicked products of each niche with what is known of them.

    Args:
        clicks: One row per (place, asin), in this order: country, click_share [of the reported clicks].
        reported: Share of a niche's clicks that is reported, per place; 1 where unknown.
        items: From `know_items`.
        search_terms: For title and brand where the catalogue has none.

    Returns:
        One row per (place, asin): share [of all clicks], maker (the brand, or the product where it has none), own,
        and the columns of `items`.
    """
    rows = clicks[clicks["click_share"] > 0].drop(columns="niche")
    rows = rows.merge(items, on=["country", "asin"], how="left")
    rows["known"] = rows["seen_on"].notna()
    texts = ["title", "brand", "in_stock", "features", "currency"]
    rows[texts] = rows[texts].fillna("")
    named = _name_from_terms(rows[(rows["title"] == "") | (rows["brand"] == "")], search_terms)
    found = named.reindex(pd.MultiIndex.from_frame(rows[["country", "asin"]]))
    for column in ("title", "brand"):
        rows[column] = rows[column].where(rows[column] != "", found[column].fillna("").array)
    rows["share"] = rows["click_share"] * reported.reindex(rows["place"]).fillna(1.0).to_numpy()
    maker = rows["brand"].str.strip().str.casefold()
    rows["maker"] = maker.where(maker != "", rows["asin"])
    rows["own"] = rows["asin"].isin(set(own))
    return rows


def _name_from_terms(lacking: pd.DataFrame, search_terms: pd.DataFrame) -> pd.DataFrame:
    """Title and brand that the last report of a product gives it, per (country, asin) of `lacking`."""
    wanted = lacking[["country", "asin"]].drop_duplicates(ignore_index=True)
    number = find_rows(search_terms, wanted, ["country", "asin"]) if len(wanted) else np.zeros(0, dtype="int64")
    here = np.flatnonzero(number >= 0)
    number, week = number[here], search_terms["week"].to_numpy()[here].astype("int64")
    last = np.full(len(wanted), np.iinfo("int64").min)
    np.maximum.at(last, number, week)
    rows = search_terms[["country", "asin", "title", "brand"]].take(here[week == last[number]]).drop_duplicates()
    rows = rows.sort_values(["country", "asin", "title", "brand"], ignore_index=True)
    return rows.drop_duplicates(["country", "asin"], keep="last").set_index(["country", "asin"])


def settle_prices(rows: pd.DataFrame, degradations: Degradations) -> pd.DataFrame:
    """The rows with prices of one currency per country, that of most clicks; others become unknown.

    Returns:
        `rows`, price_minor NaN where there is none in that currency; currency is the country's ("" without a price).
    """
    weight = rows[rows["currency"] != ""].groupby(["country", "currency"], sort=True)["share"].sum().reset_index()
    weight = weight.sort_values(["country", "share", "currency"], ascending=[True, False, True])
    main = weight.drop_duplicates("country").set_index("country")["currency"]
    usual = rows["country"].map(main).astype("str").fillna("")
    other = (rows["currency"] != "") & (rows["currency"] != usual)
    lacking = (rows["currency"] == "") & rows["known"]
    for country in sorted(rows["country"].unique()):
        here = rows["country"] == country
        mixed = sorted(set(rows.loc[other & here, "asin"]))
        currency = str(main.get(country, ""))
        names = name_rows(mixed)
        degradations.add(CURRENCY_MIX, len(mixed), country=country, currency=currency, products=names)
        without = sorted(set(rows.loc[lacking & here, "asin"]))
        degradations.add(NO_PRICE, len(without), country=country, products=name_rows(without))
        degradations.add(UNKNOWN_PRODUCT, rows.loc[here & ~rows["known"], "asin"].nunique(), country=country)
    return rows.assign(price_minor=rows["price_minor"].where(~other), currency=usual)


def measure_products(rows: pd.DataFrame, topics: pd.DataFrame, policy: SelectionPolicy, as_of: date) -> pd.DataFrame:
    """Competition in each niche.

    Args:
        rows: From `settle_prices`.
        topics: One row per (country, asin, topic, kind), sentiment, mentions.

    Returns:
        One row per place that has clicked products: COMPETITION.
    """
    places = rows.groupby("place", sort=True)
    table = places.agg(products=("asin", "nunique"), own=("own", "max"), currency=("currency", "first"))
    brands = rows.groupby(["place", "maker"], sort=True, as_index=False).agg(
        share=("share", "sum"), brand=("brand", "first")
    )
    for name, shares, key in (("click", rows, "asin"), ("brand", brands, "maker")):
        ordered = shares[["place", "share", key]].sort_values(["place", "share", key], ascending=[True, False, True])
        position = ordered.groupby("place", sort=False).cumcount()
        for top in TOPS:
            held = ordered[position < top].groupby("place", sort=True)["share"].sum()
            table[f"{name}_share_top{top}"] = held.clip(upper=1.0).round(4)
    named = brands[brands["brand"] != ""].sort_values(["place", "share", "maker"], ascending=[True, False, True])
    table["top_brand"] = named.drop_duplicates("place").set_index("place")["brand"]
    for column, probability in (("price_minor", 0.5), ("price_low_minor", 0.1), ("price_high_minor", 0.9)):
        table[column] = weighted_quantile(rows, "price_minor", "share", probability).round()
    table["rating"] = weighted_mean(rows, "rating", "share").round(2)
    counted = rows.assign(one=1.0)
    table["reviews"] = weighted_quantile(counted, "reviews", "one", 0.5)
    table["reviews_per_month"] = weighted_mean(rows, "reviews_per_month", "share").round(1)
    stock = rows.assign(out=(rows["in_stock"] == "no").astype("float64").where(rows["in_stock"].isin(["yes", "no"])))
    table["out_of_stock_share"] = weighted_mean(stock, "out", "share").round(4)
    dated = rows[rows["launched_on"].notna()].copy()
    age = (morning(as_of) - dated["launched_on"]).dt.days
    dated["launched"] = ((age >= 0) & (age <= 180)).astype("int64")
    dated["won"] = dated["launched"] * (dated["click_share"] >= policy.success_share_percent / 100).astype("int64")
    launches = dated.groupby("place", sort=True)[["launched", "won"]].sum()
    table["launches_180d"] = launches["launched"]
    table["launches_succeeded_180d"] = launches["won"]
    table["return_topics"] = _name_topics(rows, topics)
    table = add_success(table)
    for column in ("top_brand", "return_topics", "currency"):
        table[column] = table[column].fillna("").astype("str")
    return table[COMPETITION]


def add_success(table: pd.DataFrame) -> pd.DataFrame:
    """With launch_success_share, launches that succeeded over launches; NaN without any."""
    launched = table["launches_180d"].where(table["launches_180d"] > 0)
    return table.assign(launch_success_share=(table["launches_succeeded_180d"] / launched).clip(upper=1.0).round(4))


def _name_topics(rows: pd.DataFrame, topics: pd.DataFrame, shown: int = 3) -> pd.Series:
    """The topics that returns of the clicked products speak of most, ";" between."""
    returned = topics[(topics["kind"] == "return") & (topics["mentions"] > 0)]
    said = rows[["place", "country", "asin", "click_share"]].merge(returned, on=["country", "asin"])
    said = said.assign(weight=said["click_share"] * said["mentions"]).sort_values(["place", "topic", "asin"])
    summed = said.groupby(["place", "topic"], sort=True)["weight"].sum().reset_index()
    summed = summed.sort_values(["place", "weight", "topic"], ascending=[True, False, True])
    most = summed.groupby("place", sort=True).head(shown)
    return join_places(most["place"], most["topic"])
