"""Age and cover of stock at the marketplaces, and how full the seller's account is, as tables of the seller."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import UNKNOWN, Column, Table

_SKU = Column("sku", "sku", "The seller's own article number; upper case.",
              aliases=("seller_sku", "msku", "merchant_sku", "商品编码", "货号"), refers_to="products.sku",
              told=mark("a SKU listed in the table of products"))  # fmt: skip
_COUNTRY = Column("country", "country", "The marketplace's country.", aliases=("marketplace", "国家", "站点"))
_OR_BLANK = mark("a number, 0 or more, or blank when it is not known")


def _age(name: str, meaning: str, header: str) -> Column:
    return Column(name, "count", meaning, "units", blank=0, aliases=(header,))


def _known(name: str, meaning: str, unit: str, *aliases: str) -> Column:
    return Column(name, "number", meaning, unit, blank=UNKNOWN, aliases=aliases, told=_OR_BLANK)


STOCK_HEALTH = Table(
    "stock_health",
    "one row per SKU and country, as Amazon's inventory planning report gives it",
    False,
    (
        _SKU,
        _COUNTRY,
        Column("fnsku", "text", "Amazon's own number of the unit.", blank=""),
        _age("age_0_90", "Units that lie there for 0 to 90 days.", "inv-age-0-to-90-days"),
        _age("age_91_180", "Units that lie there for 91 to 180 days.", "inv-age-91-to-180-days"),
        _age("age_181_270", "Units that lie there for 181 to 270 days.", "inv-age-181-to-270-days"),
        _age("age_271_365", "Units that lie there for 271 to 365 days.", "inv-age-271-to-365-days"),
        _age("age_366_455", "Units that lie there for 366 to 455 days.", "inv-age-366-to-455-days"),
        _age("age_456", "Units that lie there for 456 days and longer.", "inv-age-456-plus-days"),
        _known("days_of_supply_30", "Historical days of supply over the last 30 days.", "days",
               "short-term-historical-days-of-supply"),
        _known("days_of_supply_90", "Historical days of supply over the last 90 days.", "days",
               "long-term-historical-days-of-supply"),
        _known("units_7d", "Units shipped in the last 7 days.", "units", "units-shipped-t7"),
        _known("days_in_fba", "Days since its first unit was received.", "days"),
        _known("awd_percent", "Share replenished by itself from the regional warehouse.", "%"),
    ),
    key=("sku", "country"),
)  # fmt: skip

STORAGE_ACCOUNTS = Table(
    "storage_accounts",
    "one row per country in which the marketplace stores for the seller",
    False,
    (
        _COUNTRY,
        _known("utilisation_weeks", "Storage utilisation ratio: average stock ÷ average shipped, both by volume.",
               "weeks"),
        _known("average_m3", "Average volume in store.", "m³"),
        _known("seller_days", "Days since the first shipment to the marketplace's warehouses.", "days"),
    ),
    key=("country",),
)  # fmt: skip
