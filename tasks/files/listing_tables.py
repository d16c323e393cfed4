"""The tables of listings: product records and what goes with them, and what was seen of listings that are live."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skills.vocabulary import mark
from tasks.files.columns import UNKNOWN, Column, Table
from tasks.files.listing_values import read_attribute, read_materials

_YES_NO = ("yes", "no", "")
_EXPECTED_YES_NO = mark("yes, no, or blank when it is not known")
_SKU = Column("sku", "sku", "The seller's own article number; upper case.",
              aliases=("seller_sku", "msku", "merchant_sku", "商品编码", "货号"))  # fmt: skip
_ASIN = Column("asin", "sku", "The listing's number at Amazon; upper case.", aliases=("asin1", "product_id"),
               told=mark("an ASIN, such as B0BT5K9B2T"))  # fmt: skip
_COUNTRY = Column("country", "country", "The marketplace's country.", aliases=("marketplace", "marketplace_id",
                                                                              "国家", "站点"))  # fmt: skip
_CURRENCY = Column("currency", "currency", "Currency of the amounts in this row.", "ISO 4217")
_OWN_CURRENCY = Column("currency", "currency", "The marketplace's own currency; blank: that.", "ISO 4217", blank="")
_SEEN_ON = Column("seen_on", "day", "Day on which it was seen; known the morning after.", "day",
                  aliases=("date", "snapshot_date"))  # fmt: skip
_ATTRIBUTE = re.compile(r"\w+(\.\w+)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}")
BULLETS = tuple(f"bullet_{place}" for place in range(1, 9))
"""Columns of a record's bullet points."""


def _miss_materials(rows: pd.DataFrame) -> np.ndarray:
    return np.array([text != "" and not read_materials(text) for text in rows["materials"]], dtype=bool)


def _miss_language(rows: pd.DataFrame) -> np.ndarray:
    return np.array([not _LANGUAGE.fullmatch(text) for text in rows["language"]], dtype=bool)


def _miss_attribute(rows: pd.DataFrame) -> np.ndarray:
    """Names that are none, and fields of an attribute that has a value of its own in the same place."""
    whole = set(zip(rows["sku"], rows["attribute"], rows["place"], strict=True))
    parts = [str(name).partition(".") for name in rows["attribute"]]
    cells = zip(rows["sku"], rows["attribute"], rows["place"], parts, strict=True)
    return np.array(
        [not _ATTRIBUTE.fullmatch(name) or bool(part[1] and (sku, part[0], place) in whole)
         for sku, name, place, part in cells],
        dtype=bool,
    )  # fmt: skip


def _miss_value(rows: pd.DataFrame) -> np.ndarray:
    cells = zip(rows["value"], rows["unit"], rows["reads_as"], strict=True)
    return np.array([read_attribute(*row) is None for row in cells], dtype=bool)


OWN_LISTINGS = Table(
    "own_listings",
    "one row per own listing that is live",
    False,
    (
        _COUNTRY,
        _ASIN,
        _SKU,
        Column("brand", "text", "Brand as approved."),
        Column("seller", "text", "The seller's own id at the marketplace (merchant token).",
               aliases=("merchant_token", "seller_id")),
        Column("authorised", "text", "Ids of others that may sell it, `;` between.", blank=""),
        Column("floor_minor", "money", "Least price that it is sold at.", blank=UNKNOWN),
        _OWN_CURRENCY,
        Column("title", "text", "Title as approved; blank: the oldest snapshot counts.", blank=""),
        Column("bullets", "text", "Bullet points as approved, ` | ` between; blank: as the title.", blank=""),
        Column("images", "text", "Pictures as approved, `;` between; blank: as the title.", blank=""),
    ),
    key=("country", "asin"),
    own_currency=True,
)  # fmt: skip

LISTING_SNAPSHOTS = Table(
    "listing_snapshots",
    "one row per listing and day on which it was seen, own and others'",
    False,
    (
        _SEEN_ON,
        _COUNTRY,
        _ASIN,
        Column("title", "text", "Title as shown.", blank="", aliases=("item_name", "标题")),
        Column("bullets", "text", "Bullet points, ` | ` between.", blank="", aliases=("bullet_points", "五点描述")),
        Column("images", "text", "Digests or names of the pictures, `;` between.", blank=""),
        Column("brand", "text", "Brand as shown.", blank="", aliases=("品牌",)),
        Column("status", "choice", "Whether buyers find it.", choices=("live", "suppressed", "dead"),
               told=mark("one of live, suppressed, dead")),
        Column("buy_box", "text", "Id of the seller that holds the buy box; blank: nobody.", blank=""),
    ),
    key=("seen_on", "country", "asin"),
    known_on="seen_on",
)  # fmt: skip

LISTING_OFFERS = Table(
    "listing_offers",
    "one row per offer on a listing and day on which it was seen",
    False,
    (
        _SEEN_ON,
        _COUNTRY,
        _ASIN,
        Column("seller", "text", "Id of the seller who offers it."),
        Column("price_minor", "money", "Price that the buyer pays.", low=1e-9, aliases=("price",),
               told=mark("an amount of money above 0")),
        _CURRENCY,
        Column("fulfilment", "text", "Who sends it: AMAZON or MERCHANT.", blank="",
               aliases=("fulfillment_channel", "fulfillment")),
    ),
    key=("seen_on", "country", "asin", "seller"),
    known_on="seen_on",
)  # fmt: skip

LISTING_RECORDS = Table(
    "listing_records",
    "one row per SKU: the product record that every listing is written from",
    False,
    (
        _SKU,
        Column("product_type", "sku", "Amazon's product type; upper case.", aliases=("feed_product_type",),
               told=mark("a product type of Amazon, such as TOWEL")),
        Column("brand", "text", "Brand; it is never translated.", blank="", aliases=("brand_name", "品牌")),
        Column("title", "text", "Title in the record's language.", blank="", aliases=("item_name", "标题")),
        *(Column(name, "text", f"Bullet point {at}.", blank="", aliases=(f"bullet_point{at}",))
          for at, name in enumerate(BULLETS, 1)),
        Column("description", "text", "Description.", blank="", aliases=("product_description", "描述")),
        Column("search_terms", "text", "What buyers type, `;` between.", blank="",
               aliases=("generic_keywords", "generic_keyword", "关键词")),
        Column("language", "text", "Language of the texts.", blank="en",
               told=mark("a language code of two small letters, such as en")),
        Column("origin", "country", "Where it is made.", blank="", aliases=("country_of_origin", "原产国")),
        Column("materials", "text", "Share of each material in percent; blank: not known.", blank="",
               aliases=("composition", "fabric_type", "成分"),
               told=mark("shares of 100 % at most, such as 60% cotton, 40% linen, or blank when it is not known")),
        Column("age_from_months", "count", "Youngest user it is meant for.", "months", blank=UNKNOWN, high=1200),
        Column("has_battery", "choice", "Whether a battery is in it or with it.", blank="", choices=_YES_NO,
               told=_EXPECTED_YES_NO),
        Column("touches_food", "choice", "Whether it is meant to touch food.", blank="", choices=_YES_NO,
               told=_EXPECTED_YES_NO),
        Column("plug", "text", "Letter of its plug (IEC); blank: it has none.", blank=""),
        Column("images", "text", "File names of its photos, `;` between; the first is the main picture.", blank="",
               aliases=("photos", "图片")),
        Column("opportunity", "text", "Number of the paper (OC-…) of the chosen opportunity that it answers.",
               blank=""),
    ),
    key=("sku",),
    rules=(("materials", _miss_materials), ("language", _miss_language)),
)  # fmt: skip

LISTING_ATTRIBUTES = Table(
    "listing_attributes",
    "one row per SKU, attribute and place",
    False,
    (
        _SKU,
        Column("attribute", "text", "Amazon's name of it; `a.b` for field b of attribute a.",
               told=mark("a name such as item_length, or attribute.field where the attribute itself has no value")),
        Column("place", "count", "Which of several values.", blank=1, low=1, high=100,
               told=mark("a whole number, 1 or more")),
        Column("value", "text", "As written.",
               told=mark("a text; with a unit, or as reads_as says, a number with a decimal point, or yes or no")),
        Column("unit", "text", "Unit of the number, such as cm, g, °C.", blank=""),
        Column("reads_as", "choice", "What the value is; blank: a measure with a unit, else a number if it is one, "
               "else a text that is translated. A code is kept to the letter, a link is an address.", blank="",
               choices=("text", "code", "number", "yes_no", "link", ""),
               told=mark("one of text, code, number, yes_no, link, or blank")),
    ),
    key=("sku", "attribute", "place"),
    rules=(("attribute", _miss_attribute), ("value", _miss_value)),
)  # fmt: skip

LISTING_PRICES = Table(
    "listing_prices",
    "one row per SKU and country",
    False,
    (
        _SKU,
        _COUNTRY,
        Column("price_minor", "money", "Price with tax, as the marketplace shows it.", low=1e-9,
               aliases=("price", "standard_price", "售价"), told=mark("an amount of money above 0")),
        _OWN_CURRENCY,
    ),
    key=("sku", "country"),
    own_currency=True,
)  # fmt: skip

LISTING_EVIDENCE = Table(
    "listing_evidence",
    "one row per document that a rule may ask for",
    False,
    (
        Column("sku", "sku", "Whose it is; `*` for all products.", aliases=("seller_sku", "货号")),
        Column("country", "country", "Where it counts.", blank="*", choices=("EU",), any_country=True,
               aliases=("国家",), told=mark("a country, EU, or * for all")),
        Column("kind", "text", "What it proves.", refers_to="evidence_kinds.kind",
               told=mark("a kind that skills/compliance/assets/kinds.csv lists, or exemption")),
        Column("document", "text", "File name or title.", blank="", aliases=("file", "文件")),
        Column("number", "text", "Its number.", blank="", aliases=("编号",)),
        Column("issued_on", "day_text", "Day it was issued, or applied for.", "day", blank="", aliases=("签发日",)),
        Column("expires", "day_text", "Last day it counts; blank: no end.", "day", blank="", aliases=("有效期至",)),
        Column("status", "choice", "How far it is.", choices=("complete", "applied", "incomplete", "withdrawn"),
               told=mark("one of complete, applied, incomplete, withdrawn")),
    ),
    ascending=(("issued_on", "expires"),),
)  # fmt: skip

LISTING_ISSUES = Table(
    "listing_issues",
    "one row per issue that the marketplace returned, and attribute",
    False,
    (
        Column("seen_on", "day", "Day of the report; known the morning after.", "day", aliases=("date",)),
        _COUNTRY,
        Column("sku", "sku", "Whose listing; blank: the whole feed.", blank="", aliases=("seller_sku",)),
        Column("code", "text", "The marketplace's number of it.", blank="", aliases=("error_code",)),
        Column("severity", "choice", "How grave.", choices=("error", "warning", "info"),
               told=mark("one of error, warning, info")),
        Column("attribute", "text", "Attribute that it speaks of.", blank="", aliases=("attribute_name",)),
        Column("message", "text", "What the marketplace says.", aliases=("error_message",)),
    ),
    known_on="seen_on",
)  # fmt: skip

WATCHED_TABLES = (OWN_LISTINGS, LISTING_SNAPSHOTS, LISTING_OFFERS)
"""What every night reads, to find what happened to listings that are live."""

LISTING_TABLES: dict[str, Table] = {
    table.name: table
    for table in (LISTING_RECORDS, LISTING_ATTRIBUTES, LISTING_PRICES, LISTING_EVIDENCE, LISTING_ISSUES)
}
"""What a launch of listings reads beside the night's tables."""

PRODUCT_TYPES, PHOTOS = "product_types", "photos"
"""Inputs that are files and no tables: schemas of product types (JSON), pictures."""
