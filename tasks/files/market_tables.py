"""The market's tables, declared as the seller's are (tasks/files/tables.py): what buyers search, click and say.

`market_headers.yaml` lists the headers that each column is known by. The official JSON reports are turned into the
same tables by `market_reports.py`, Brand Analytics' wide exports by `market_layouts.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml

from skills.vocabulary import mark
from tasks.files.columns import FAR_FUTURE, UNKNOWN, Column, Table

_HEADERS = yaml.safe_load(Path(__file__).with_name("market_headers.yaml").read_text(encoding="utf-8"))
_EXPECTED_ASIN = mark("an ASIN, such as B0BT5K9B2T")
_EXPECTED_YES_NO_BLANK = mark("yes, no, or blank when it is not known")
_FROM_ONE = mark("a whole number, 1 or more")
_ANY_NUMBER = mark("a number, 0 or more, or blank when it is not known")

_COUNTRY = Column("country", "country", "The marketplace's country.")
_WEEK = Column("week", "week", "The reported week: its first day (Sunday), or its last (Saturday).", "week")
_ASIN = Column("asin", "sku", "The product's number at Amazon; upper case.", told=_EXPECTED_ASIN)
_TERM = Column("term", "text", "What buyers type, as they type it.")
_TITLE = Column("title", "text", "The product's title.", blank="")
_BRAND = Column("brand", "text", "The product's brand, where the export says it.", blank="")
_CURRENCY = Column("currency", "currency", "The marketplace's own currency; blank: that.", "ISO 4217", blank="")
_ANY_CURRENCY = Column("currency", "currency", "Currency of the amounts in this row.", "ISO 4217")


def _count(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "count", meaning, unit, blank=0)


def _number(name: str, meaning: str, unit: str, low: float = 0, high: float = 1e12) -> Column:
    return Column(name, "number", meaning, unit, blank=UNKNOWN, low=low, high=high, told=_ANY_NUMBER)


def _share(name: str, meaning: str) -> Column:
    return Column(name, "share", meaning, "share", blank=UNKNOWN, high=1)


def _growth(name: str, meaning: str) -> Column:
    return Column(name, "percent", meaning, "%", blank=UNKNOWN, low=-100, high=1e6)


_SEARCH_TERMS = Table(
    "search_terms",
    "one row per search term and product among the most clicked (Brand Analytics, top search terms)",
    False,
    (
        _COUNTRY,
        _WEEK,
        Column("department", "text", "Where in the shop it was searched.", blank=""),
        _TERM,
        Column("rank", "count", "Place among all terms by searches; 1 is searched most.", low=1, told=_FROM_ONE),
        _ASIN,
        _TITLE,
        _BRAND,
        Column("click_share", "share", "Of all clicks after this term, those on the product.", "share", high=1),
        _share("conversion_share", "Of all purchases after this term, those of the product."),
    ),
    key=("country", "week", "department", "term", "asin"),
    known_on="week",
    covers_days=7,
)  # fmt: skip

_SEARCH_QUERIES = Table(
    "search_queries",
    "one row per own product and search term (Brand Analytics, search query performance)",
    False,
    (
        _COUNTRY,
        _WEEK,
        _ASIN,
        _TERM,
        Column("volume", "count", "Times the term was searched in the week.", "searches"),
        _count("impressions_total", "Products shown for the term, anybody's.", "impressions"),
        _count("impressions_own", "Of these, this product.", "impressions"),
        _count("clicks_total", "Clicks after the term, on anybody's.", "clicks"),
        _count("clicks_own", "Of these, on this product.", "clicks"),
        _count("cart_adds_total", "Times anything was put into the cart.", "cart adds"),
        _count("cart_adds_own", "Of these, this product.", "cart adds"),
        _count("purchases_total", "Purchases after the term, of anything.", "purchases"),
        _count("purchases_own", "Of these, this product.", "purchases"),
        Column("click_price_minor", "money", "Median price of what was clicked, anybody's; 0: not known.", blank=0),
        _CURRENCY,
    ),
    key=("country", "week", "asin", "term"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

_SEARCH_CATALOG = Table(
    "search_catalog",
    "one row per own product (Brand Analytics, search catalog performance)",
    False,
    (
        _COUNTRY,
        _WEEK,
        _ASIN,
        _count("impressions", "Times the product was shown in search results.", "impressions"),
        _count("clicks", "Clicks on it there.", "clicks"),
        _count("cart_adds", "Times it was put into the cart.", "cart adds"),
        _count("purchases", "Times it was bought.", "purchases"),
        Column("sales_minor", "money", "Sales that came from search.", blank=0),
        _CURRENCY,
    ),
    key=("country", "week", "asin"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

_OPPORTUNITIES = Table(
    "opportunities",
    "one row per customer need as Amazon cuts it (Product Opportunity Explorer)",
    False,
    (
        _COUNTRY,
        Column("exported_on", "day", "Day the export was drawn.", "day"),
        Column("niche_name", "text", "Amazon's name of the need."),
        Column("top_terms", "text", "Its most searched terms, `;` between.", blank=""),
        _number("volume_90d", "Searches of the last 90 days.", "searches"),
        _growth("growth_90d_percent", "Growth of these over the 90 days before."),
        _growth("growth_180d_percent", "Growth over the 180 days before."),
        _number("units_sold_90d", "Units sold in the last 90 days; of a range its middle.", "units"),
        _number("products", "Products that take most of its clicks.", "products"),
        Column("average_price_minor", "money", "Their average price.", blank=UNKNOWN),
        _CURRENCY,
        _share("click_share_top5", "Share of clicks of the five most clicked products."),
        _share("click_share_top20", "Share of clicks of the twenty most clicked products."),
        _number("launches_180d", "Products launched in the last 180 days.", "products"),
        _number("launches_succeeded_180d", "Of these, those that Amazon counts as successful.", "products"),
        _share("out_of_stock_share", "Share of page views on which the product was out of stock."),
        _share("return_share", "Share of units sent back."),
    ),
    key=("country", "exported_on", "niche_name"),
    known_on="exported_on",
    own_currency=True,
)  # fmt: skip


def _side(name: str, meaning: str) -> Column:
    return _number(name, meaning, "cm")


_CATALOG_ITEMS = Table(
    "catalog_items",
    "one row per product and day it was looked at (Catalog Items)",
    False,
    (
        _COUNTRY,
        _ASIN,
        Column("seen_on", "day", "Day it looked so.", "day"),
        _TITLE,
        _BRAND,
        Column("category", "text", "Its category.", blank=""),
        _number("rank", "Best sellers rank in its main category.", ""),
        Column("price_minor", "money", "What a buyer pays; 0: not known.", blank=0),
        _CURRENCY,
        _number("reviews", "Ratings it has.", "ratings"),
        _number("rating", "Mean of its ratings.", "stars", high=5),
        Column("launched_on", "day", "Day it was first offered.", "day", blank=pd.NaT),
        Column("in_stock", "choice", "Whether it can be bought.", blank="", choices=("yes", "no", ""),
               told=_EXPECTED_YES_NO_BLANK),
        _number("weight_kg", "Weight of the packed product.", "kg"),
        _side("length_cm", "Longest side of the packed product."),
        _side("width_cm", "Second side of the packed product."),
        _side("height_cm", "Shortest side of the packed product."),
        Column("features", "text", "What it says of itself, `;` between.", blank=""),
    ),
    key=("country", "asin", "seen_on"),
    known_on="seen_on",
    own_currency=True,
)  # fmt: skip

_FEEDBACK_TOPICS = Table(
    "feedback_topics",
    "one row per topic that buyers name in reviews or returns (Customer Feedback)",
    False,
    (
        _COUNTRY,
        replace(_ASIN, meaning="The product; for topics of a whole browse node the node's number."),
        Column("topic", "text", "What is spoken of."),
        Column("kind", "choice", "Where it is said.", choices=("review", "return"),
               told=mark("one of review, return"), blank="review"),
        Column("sentiment", "choice", "How it is said.", choices=("positive", "negative"),
               told=mark("one of positive, negative")),
        _count("mentions", "Times it is named; 0 where only a share is reported.", "mentions"),
        _share("occurrence_share", "Of all reviews or returns, those that name it."),
        _number("star_impact", "What naming it does to the rating.", "stars", low=-5, high=5),
    ),
    key=("country", "asin", "topic", "kind", "sentiment"),
)  # fmt: skip

_TRAFFIC = Table(
    "traffic",
    "one row per own SKU (sales and traffic)",
    False,
    (
        _COUNTRY,
        _WEEK,
        Column("sku", "sku", "The seller's own article number; the ASIN where the report is drawn by ASIN."),
        _count("sessions", "Visits, all of a day counted once.", "visits"),
        _count("page_views", "Pages seen.", "pages"),
        _share("buy_box_share", "Share of page views on which the offer could be bought with one click."),
        _count("units", "Units ordered.", "units"),
        Column("sales_minor", "money", "What buyers ordered for.", blank=0),
        _CURRENCY,
        _count("refunded_units", "Units refunded.", "units"),
    ),
    key=("country", "week", "sku"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

_SUPPLIER_QUOTES = Table(
    "supplier_quotes",
    "one row per quote of a supplier",
    False,
    (
        Column("quote", "text", "The quote's number."),
        Column("candidate", "text", "The product idea, as the seller calls it."),
        Column("terms", "text", "Search terms of any language that it answers, `;` between.", blank=""),
        Column("supplier", "text", "Who quotes; need not be in the table of suppliers."),
        Column("title", "text", "What is quoted.", blank=""),
        Column("unit_cost_minor", "money", "Price of one unit at the supplier's door."),
        _ANY_CURRENCY,
        Column("vat_invoice", "yes_no", "Whether the price comes with a special VAT invoice (专票)."),
        Column("moq_units", "count", "Smallest order.", "units", blank=1, low=1,
               told=_FROM_ONE),
        Column("carton_units", "count", "Units in a carton.", "units", blank=1, low=1,
               told=_FROM_ONE),
        Column("sample_days", "count", "Until a sample is there.", "days", blank=0, high=1000),
        Column("lead_days", "count", "Until an order is made.", "days", blank=0, high=1000),
        Column("deposit_percent", "number", "Paid when ordering.", "%", blank=0.0, high=100,
               told=mark("a number from 0 to 100")),
        _number("weight_kg", "Weight of one packed unit.", "kg"),
        _side("length_cm", "Longest side of one packed unit."),
        _side("width_cm", "Second side of one packed unit."),
        _side("height_cm", "Shortest side of one packed unit."),
        Column("material", "text", "What it is made of, with shares.", blank=""),
        Column("hs_code", "text", "Customs code, dots allowed.", blank=""),
        Column("tooling_minor", "money", "Moulds and screens, paid once.", blank=0),
        Column("source", "text", "Where the quote can be seen.", blank=""),
        Column("quoted_on", "day", "Day it was made.", "day"),
        Column("valid_until", "day", "Last day it holds; blank: no end known.", "day", blank=FAR_FUTURE),
    ),
    key=("quote",),
    ascending=(("quoted_on", "valid_until"),),
    known_on="quoted_on",
)  # fmt: skip

_DELIVERIES = Table(
    "deliveries",
    "one row per delivered purchase order and SKU",
    False,
    (
        Column("purchase_order", "text", "The order's number."),
        Column("sku", "sku", "The seller's own article number; upper case."),
        Column("supplier", "text", "Who delivered."),
        Column("ordered_on", "day", "Day it was ordered.", "day"),
        Column("promised_on", "day", "Day it was promised for.", "day"),
        Column("delivered_on", "day", "Day it was handed over.", "day"),
        Column("units", "count", "Units handed over.", "units", low=1, told=_FROM_ONE),
        Column("failed_units", "count", "Of these, units that failed inspection.", "units", blank=0),
        Column("unit_cost_minor", "money", "What one unit cost."),
        _ANY_CURRENCY,
    ),
    key=("purchase_order", "sku"),
    ascending=(("ordered_on", "promised_on"), ("ordered_on", "delivered_on"), ("failed_units", "units")),
    known_on="delivered_on",
)  # fmt: skip


def _known_by(table: Table) -> Table:
    """The table with the headers that each of its columns is known by."""
    known = {**_HEADERS["everywhere"], **_HEADERS[table.name]}
    columns = (replace(column, aliases=tuple(known.get(column.name, ()))) for column in table.columns)
    return replace(table, columns=tuple(columns))


MARKET_TABLES: dict[str, Table] = {
    table.name: _known_by(table)
    for table in (
        _SEARCH_TERMS, _SEARCH_QUERIES, _SEARCH_CATALOG, _OPPORTUNITIES, _CATALOG_ITEMS, _FEEDBACK_TOPICS, _TRAFFIC,
        _SUPPLIER_QUOTES, _DELIVERIES,
    )
}  # fmt: skip
"""Every table of the market: read for the selection of products, never by a night."""
