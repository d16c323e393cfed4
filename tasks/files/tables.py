"""The seller's tables, declared: docs/inputs.md is made from this, and `table_rows.py` reads by it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from skills.vocabulary import STOCK_STATES, mark
from tasks.files.bill_tables import BILLS, SHIPMENT_COSTS, SHIPMENT_EVENTS
from tasks.files.carton_tables import CARTONS
from tasks.files.columns import FAR_FUTURE, UNKNOWN, Column, Table
from tasks.files.customs_tables import CUSTOMS_VALUES
from tasks.files.freight_tables import RATE_CARDS
from tasks.files.listing_tables import WATCHED_TABLES
from tasks.files.party_tables import PARTIES
from tasks.files.planning_tables import CASH_PLAN, RECEIVING_TIMES
from tasks.files.planning_tables import EXPECTED_ORDER as EXPECTED_PLANNING_ORDER
from tasks.files.storage_tables import STOCK_HEALTH, STORAGE_ACCOUNTS
from tasks.files.tax_tables import COUNTRY_ENTRIES, REGISTRATIONS

MOVEMENTS = "movements"
"""Name of the table that the backtest alone reads (movements.py)."""

_MODES = ("express", "air", "sea", "truck", "rail")
_EXPECTED_MODE = mark("one of express, air, sea, truck, rail")
_EXPECTED_NODE = mark("a node listed in the table of nodes")
_EXPECTED_PRODUCT = mark("a SKU listed in the table of products")
_EXPECTED_SUPPLIER = mark("a supplier listed in the table of suppliers")
_ABOVE_ZERO_OR_BLANK = mark("a number above 0, or blank when it is not known")
EXPECTED_ORDER = {
    "last_day": mark("not before the first day"),
    "ready_on": mark("not before the day it was ordered"),
    "production_days_p50": mark("not less than the p10"),
    "production_days_p90": mark("not less than the p50"),
    "transit_days_p50": mark("not less than the p10"),
    "transit_days_p90": mark("not less than the p50"),
    "units": mark("not less than the units that can be sold again"),
    "effective_to": mark("not before the day it takes effect"),
    "known_on": mark("not before the day it happened"),
    "expires": mark("not before the day it was chosen"),
    "listing_evidence.expires": mark("not before the day it was issued"),
    "valid_until": mark("not before the day it was quoted"),
    "promised_on": mark("not before the day it was ordered"),
    "delivered_on": mark("not before the day it was ordered"),
    "received_on": mark("not before the day it started"),
    "deliveries.units": mark("not less than the units that failed"),
    **EXPECTED_PLANNING_ORDER,
}
"""Later column of an ascending pair, of one table if it is named → what was expected of it."""


_SKU = Column(
    "sku",
    "sku",
    "The seller's own article number; upper case.",
    aliases=("seller_sku", "msku", "merchant_sku", "stock_code", "商品编码", "货号"),
)
_LISTED_SKU = replace(_SKU, refers_to="products.sku", told=_EXPECTED_PRODUCT)
_NODE = Column("node", "text", "Where it lies.", refers_to="nodes.node", told=_EXPECTED_NODE)
_SUPPLIER = Column(
    "supplier",
    "text",
    "Supplier of the table of suppliers.",
    aliases=("supplier_id", "供应商"),
    refers_to="suppliers.supplier",
    told=_EXPECTED_SUPPLIER,
)


def _size(name: str, meaning: str, unit: str, aliases: tuple[str, ...]) -> Column:
    return Column(name, "number", meaning, unit, blank=UNKNOWN, low=1e-9, aliases=aliases, told=_ABOVE_ZERO_OR_BLANK)


_MODE = Column("mode", "choice", "How it travels.", choices=_MODES, told=_EXPECTED_MODE)
_CURRENCY = Column("currency", "currency", "Currency of the amounts in this row.", "ISO 4217")

SUPPLIERS = Table(
    "suppliers",
    "one row per supplier",
    True,
    (
        Column("supplier", "text", "Short name that other tables use.", aliases=("supplier_id", "供应商")),
        Column("name", "text", "Full name.", blank="", aliases=("supplier_name", "供应商名称")),
        Column("production_days_p10", "count", "One order in ten is made faster.", "working days", high=1000),
        Column("production_days_p50", "count", "Half of the orders are made within this.", "working days", high=1000),
        Column("production_days_p90", "count", "Nine orders in ten are made within this.", "working days", high=1000),
        Column("weekly_capacity_units", "count", "Most it makes in a week.", "units", low=1,
               told=mark("a whole number, 1 or more")),
        Column("joint_moq_units", "count", "Smallest order, all SKUs together.", "units", blank=0, aliases=("moq",)),
        Column("deposit_percent", "number", "Paid when ordering.", "%", blank=0.0, high=100,
               told=mark("a number from 0 to 100"), aliases=("deposit",)),
        Column("balance_days", "count", "The rest is paid so long after the goods are ready.", "days", blank=0,
               high=1000),
        Column("currency", "currency", "Currency it is paid in.", "ISO 4217"),
    ),
    key=("supplier",),
    ascending=(("production_days_p10", "production_days_p50", "production_days_p90"),),
)  # fmt: skip

PRODUCTS = Table(
    "products",
    "one row per SKU",
    True,
    (
        _SKU,
        Column("title", "text", "What a reader calls it.", blank="", aliases=("product_name", "name", "品名")),
        Column("title_zh", "text", "Its name in Chinese, as declared on export.", blank="", aliases=("中文品名",)),
        Column("category", "text", "For grouping.", blank="", aliases=("product_group", "类目")),
        _SUPPLIER,
        Column("unit_cost_minor", "money", "Price at the supplier's door.", aliases=("cost", "采购价"),
               currency_in="cost_currency"),
        Column("cost_currency", "currency", "Currency of the unit cost.", "ISO 4217", aliases=("currency",)),
        Column("vat_invoice", "choice", "Whether the supplier gives a special VAT invoice (专票).", blank="",
               choices=("yes", "no", ""), aliases=("专票",), told=mark("yes, no, or blank when it is not known")),
        _size("weight_kg", "Weight of one packed unit.", "kg", ("item_package_weight", "重量kg")),
        _size("length_cm", "Longest side of one packed unit.", "cm", ("longest_side", "长cm")),
        _size("width_cm", "Second side of one packed unit.", "cm", ("median_side", "宽cm")),
        _size("height_cm", "Shortest side of one packed unit.", "cm", ("shortest_side", "高cm")),
        Column("carton_units", "count", "Units in a carton.", "units", low=1,
               told=mark("a whole number, 1 or more"), aliases=("units_per_carton", "case_quantity", "装箱数")),
        Column("hs_code", "text", "Customs code, dots allowed. Keep it text: a number loses its last zero.", blank="",
               aliases=("hs", "hscode", "海关编码")),
        Column("composition", "text", "What it is made of, with shares.", blank="", aliases=("material", "成分")),
        Column("origin", "country", "Where it is made.", blank="", aliases=("country_of_origin", "原产国")),
        Column("life_cycle", "choice", "Where the product stands.", blank="steady",
               choices=("launch", "grow", "steady", "phase_out", "exit"),
               told=mark("one of launch, grow, steady, phase_out, exit")),
        Column("ends_on", "day", "Last day of sale, of a product in phase_out; blank: the forecast's end is taken.",
               "day", blank=pd.NaT, aliases=("last_day_of_sale", "停售日期")),
        Column("size_class", "text", "Amazon's size tier, if known.", blank="", aliases=("product_size_tier",)),
        Column("shelf_life_days", "count", "Sold within so long of production; 0: it keeps.", "days", blank=0,
               high=10_000, aliases=("保质期",)),
    ),
    key=("sku",),
)  # fmt: skip

NODES = Table(
    "nodes",
    "one row per place that holds stock",
    True,
    (
        Column("node", "text", "Short name that other tables use.", aliases=("warehouse", "仓库")),
        Column("stage", "choice", "Origin hub, regional warehouse, or the marketplace's own.",
               choices=("hub", "regional", "forward"), told=mark("one of hub, regional, forward")),
        Column("country", "country", "Where it stands; for a forward node the marketplace it serves."),
        Column("time_zone", "zone", "Clock on its wall."),
        Column("storage_currency", "currency", "Currency of its storage fees.", "ISO 4217", aliases=("currency",)),
        Column("name", "text", "What a reader calls it.", blank=""),
        Column("weekly_capacity_m3", "number", "Most it receives in a week; blank: no limit.", "m³", blank=UNKNOWN),
    ),
    key=("node",),
)  # fmt: skip

LANES = Table(
    "lanes",
    "one row per way from one node to another",
    True,
    (
        Column("lane", "text", "Short name of the lane.", aliases=("线路",)),
        replace(_NODE, name="from_node", meaning="Where it starts."),
        replace(_NODE, name="to_node", meaning="Where it ends."),
        Column("country", "country", "Country of destination."),
        _MODE,
        Column("incoterm", "choice", "Who pays and answers for what.",
               choices=("EXW", "FCA", "FOB", "CIF", "DAP", "DDP"), told=mark("one of EXW, FCA, FOB, CIF, DAP, DDP")),
        Column("importer_of_record", "text", "Who imports: seller, forwarder, a name.", blank=""),
        Column("tax_included", "yes_no", "Whether duty and import VAT are in the price (双清包税)."),
        Column("transit_days_p10", "count", "Door to shelf; one shipment in ten is faster.", "days", high=1000),
        Column("transit_days_p50", "count", "Door to shelf: export, transit, customs, receiving.", "days", high=1000),
        Column("transit_days_p90", "count", "Door to shelf; one shipment in ten is slower.", "days", high=1000),
        Column("cutoff_weekday", "count", "Last weekday for a departure: 0 Monday … 6 Sunday, −1 any day.", blank=-1,
               low=-1, high=6, told=mark("a weekday from 0 (Monday) to 6 (Sunday), or -1")),
        Column("cost_per_kg_minor", "money", "Freight per chargeable kilogram.", blank=0),
        Column("cost_per_m3_minor", "money", "Freight per cubic metre.", blank=0),
        Column("minimum_minor", "money", "Least freight of a shipment.", blank=0),
        Column("fixed_minor", "money", "Charged once per shipment.", blank=0),
        _CURRENCY,
        Column("volumetric_divisor", "count", "Cubic centimetres that count as a kilogram; 0: weight only.", "cm³/kg",
               blank=0),
        Column("weekly_capacity_m3", "number", "Most it carries in a week; blank: no limit.", "m³", blank=UNKNOWN),
        Column("weekly_capacity_kg", "number", "Most it carries in a week; blank: no limit.", "kg", blank=UNKNOWN),
        Column("handling_minor", "money", "Handling of one unit where it starts.", blank=0),
        Column("minimum_cartons", "count", "Least shipment, all SKUs together; 0: any.", "cartons", blank=0),
    ),
    key=("lane",),
    ascending=(("transit_days_p10", "transit_days_p50", "transit_days_p90"),),
)  # fmt: skip

STOCK = Table(
    "stock",
    "one row per SKU, node and state, on the morning of as_of",
    True,
    (
        _LISTED_SKU,
        replace(_NODE, aliases=("warehouse", "仓库")),
        Column("state", "choice", "What can be done with it: " + ", ".join(STOCK_STATES) + ".", blank="available",
               choices=STOCK_STATES, told=mark("one of qc_hold, available, reserved, receiving, researching, "
                                               "stranded, unfulfillable"), aliases=("condition", "状态")),
        Column("units", "count", "Units in that state; no unit counts twice.", "units",
               aliases=("quantity", "qty", "on_hand", "数量")),
    ),
    key=("sku", "node", "state"),
)  # fmt: skip

INBOUND = Table(
    "inbound",
    "one row per shipment under way and SKU",
    False,
    (
        Column("shipment", "text", "The shipment's number.", aliases=("shipment_id", "货件编号")),
        _LISTED_SKU,
        replace(_NODE, name="from_node", meaning="Where it left; blank for a supplier.", blank=""),
        replace(_NODE, name="to_node", meaning="Where it goes."),
        _MODE,
        Column("units", "count", "Units under way.", "units", aliases=("quantity", "qty", "数量")),
        Column("eta", "day", "Day it can be sold there.", "day", aliases=("expected_on", "arrival")),
    ),
    key=("shipment", "sku"),
)

SUPPLIER_CLOSURES = Table(
    "supplier_closures",
    "one row per supplier and closure",
    False,
    (
        _SUPPLIER,
        Column("first_day", "day", "First day closed.", "day"),
        Column("last_day", "day", "Last day closed; blank: closed until further notice.", "day", blank=FAR_FUTURE),
        Column("reason", "text", "Why.", blank=""),
    ),
    ascending=(("first_day", "last_day"),),
)

PURCHASE_ORDERS = Table(
    "purchase_orders",
    "one row per open purchase order, SKU and promised day; an order that comes in parts has several",
    False,
    (
        Column("purchase_order", "text", "The order's number.", aliases=("po", "po_number", "采购单号")),
        _SUPPLIER,
        _LISTED_SKU,
        Column("units_open", "count", "Ordered and not yet handed over.", "units", aliases=("units", "quantity")),
        Column("ordered_on", "day", "Day it was ordered.", "day"),
        Column("ready_on", "day", "Day the goods are promised.", "day"),
        Column("deposit_paid_minor", "money", "Deposit paid for this line.", blank=0),
        _CURRENCY,
    ),
    key=("purchase_order", "sku", "ready_on"),
    ascending=(("ordered_on", "ready_on"),),
    known_on="ordered_on",
)

EVENTS = Table(
    "events",
    "one row per known event",
    False,
    (
        Column("event", "text", "What happens."),
        Column("first_day", "day", "First day of it.", "day"),
        Column("last_day", "day", "Last day of it.", "day"),
        Column("country", "country", "Where; * for all.", blank="*", any_country=True),
        replace(_SKU, blank="*"),
        Column("uplift_percent", "number", "Demand above the usual on those days.", "%", low=-100, high=10_000,
               told=mark("a number from -100 to 10000")),
        Column("author", "text", "Who says so."),
        Column("expires", "day", "Day on which it is to be judged anew.", "day"),
    ),
    ascending=(("first_day", "last_day"),),
)  # fmt: skip

OVERRIDES = Table(
    "overrides",
    "one row per SKU and country whose forecast a person replaces",
    False,
    (
        _SKU,
        Column("country", "country", "Where; * for all.", blank="*", any_country=True),
        Column("weekly_units", "number", "Mean of a week.", "units"),
        Column("author", "text", "Who says so."),
        Column("reason", "text", "Why.", blank=""),
        Column("expires", "day", "Last day it holds.", "day"),
    ),
    key=("sku", "country", "expires"),
)

STOCK_OUTS = Table(
    "stock_outs",
    "one row per time a SKU could not be bought in a country",
    False,
    (
        _SKU,
        Column("country", "country", "Where."),
        Column("first_day", "day", "First day without stock.", "day"),
        Column("last_day", "day", "Last day without stock; blank: still out.", "day", blank=FAR_FUTURE),
    ),
    ascending=(("first_day", "last_day"),),
    known_on="first_day",
    open_until="last_day",
)

RETURNS = Table(
    "returns",
    "one row per return, or per SKU, country and day",
    False,
    (
        _SKU,
        Column("country", "country", "Where."),
        Column("day", "day", "Day it came back.", "day", aliases=("return_date",)),
        Column("units", "count", "Units that came back.", "units", aliases=("quantity", "qty")),
        Column("sellable_units", "count", "Of these, units that can be sold again.", "units", blank=0),
    ),
    ascending=(("sellable_units", "units"),),
    known_on="day",
)

EXPORTS = Table(
    "exports",
    "one row per report drawn",
    False,
    (
        Column("feed", "text", "Table that the report feeds, such as order_lines."),
        Column("country", "country", "Which country's report; * for all.", blank="*", any_country=True),
        Column("exported_at", "moment_text", "When it was drawn."),
    ),
)

RATES = Table(
    "rates",
    "one row per dated value of the seller's own",
    False,
    (
        Column("kind", "text", "What is rated: fx, vat, duty, referral_fee, storage_fee and others."),
        Column("key", "text", "Currency, country, or country and code (US:6302.60)."),
        Column("value", "decimal", "The value.", low=-1e12),
        Column("unit", "text", "What the value is in: share, CNY per USD, EUR/m3/month and others."),
        Column("effective_from", "day_text", "First day it holds.", "day"),
        Column("effective_to", "day_text", "Last day it holds; blank: no end known.", "day", blank=""),
        Column("source", "text", "Who says so."),
        Column("retrieved_on", "day_text", "Day it was read there.", "day"),
        Column("confidence", "choice", "How far it can be trusted.",
               choices=("primary", "secondary", "unverified", "generated"),
               told=mark("one of primary, secondary, unverified, generated")),
    ),
    key=("kind", "key", "effective_from", "source"),
    ascending=(("effective_from", "effective_to"),),
)  # fmt: skip

ORDER_LINES = Table(
    "order_lines",
    "one row per order line or cancellation",
    True,
    (
        Column("order", "text", "Order number; its prefix tells a cancellation.", blank="",
               aliases=("order_id", "order_number", "invoice", "invoice_no", "invoice_number", "amazon_order_id",
                        "订单号")),
        Column("ordered_at", "day", "When it was bought.", "time",
               aliases=("order_date", "invoice_date", "purchase_date", "ordered_on", "order_time", "created_at",
                        "date", "day", "timestamp", "下单时间")),
        _SKU,
        Column("quantity", "count", "Units; below 0 for a cancellation.", "units", low=-1_000_000, high=1_000_000,
               told=mark("a whole number"), aliases=("qty", "units", "数量")),
        Column("price", "money", "What the buyer paid for one unit, any VAT included.", high=100_000_000,
               told=mark("an amount of money"), aliases=("unit_price", "item_price", "单价")),
        Column("customer", "text", "Any text that is the same for one buyer; dropped once cancellations are netted.",
               blank="", aliases=("customer_id", "buyer", "buyer_id", "client", "买家")),
        Column("country", "country", "Where it was sold.", blank="",
               aliases=("ship_country", "marketplace", "sales_channel", "country_code", "国家", "站点")),
        Column("currency", "currency", "Currency of the price; blank: that of the input, else the marketplace's.",
               "ISO 4217", blank=""),
    ),
)  # fmt: skip

AMAZON_ALL_ORDERS = Table(
    "order_lines",
    "one row per order item (GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL)",
    True,
    (
        Column("order", "text", "The order.", aliases=("amazon-order-id",)),
        Column("ordered_at", "day", "When it was bought.", "time", aliases=("purchase-date",)),
        Column("updated_at", "day", "When its status was last changed.", "time", blank="",
               aliases=("last-updated-date",)),
        Column("status", "text", "Cancelled orders are netted.", aliases=("order-status",)),
        Column("item_status", "text", "Cancelled items are netted.", blank="", aliases=("item-status",)),
        Column("channel", "text", "The marketplace; its country where it is known.", blank="",
               aliases=("sales-channel",)),
        Column("country", "country", "Country of delivery, where the channel is not a known marketplace.", blank="",
               aliases=("ship-country",)),
        _SKU,
        Column("quantity", "count", "Units.", "units", high=1_000_000, aliases=("quantity-purchased",)),
        Column("price", "money", "What the buyer paid for the whole line.", blank="", high=100_000_000,
               told=mark("an amount of money"), aliases=("item-price",)),
        Column("discount", "money", "Promotion taken off the line.", blank=0, low=-100_000_000, high=100_000_000,
               told=mark("an amount of money"), aliases=("item-promotion-discount",)),
        Column("currency", "currency", "Currency of the price.", "ISO 4217", blank=""),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SUPPLIERS, PRODUCTS, NODES, LANES, STOCK, INBOUND, SUPPLIER_CLOSURES, PURCHASE_ORDERS, EVENTS, OVERRIDES,
        STOCK_OUTS, RETURNS, EXPORTS, RATES, RATE_CARDS, CARTONS, CUSTOMS_VALUES, REGISTRATIONS, PARTIES, BILLS,
        SHIPMENT_COSTS, SHIPMENT_EVENTS, STOCK_HEALTH, STORAGE_ACCOUNTS, CASH_PLAN, RECEIVING_TIMES, COUNTRY_ENTRIES,
        *WATCHED_TABLES,
    )
}  # fmt: skip
"""Every table but the order lines, in the order in which references can be checked."""
