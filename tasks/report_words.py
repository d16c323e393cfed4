"""Codes that a proposal carries, and how a reader calls them."""

from __future__ import annotations

from config.language import Translate
from skills.storage.plan import OPTIONS
from skills.vocabulary import mark

WORDS: dict[str, str] = {
    # modes of transport
    "sea": mark("sea"),
    "air": mark("air"),
    "express": mark("express"),
    "truck": mark("truck"),
    "rail": mark("rail"),
    # feeds
    "order_lines": mark("order lines"),
    "sales": mark("sales"),
    "stock": mark("stock"),
    "inbound": mark("inbound"),
    "products": mark("products"),
    "suppliers": mark("suppliers"),
    "supplier_closures": mark("supplier closures"),
    "purchase_orders": mark("purchase orders"),
    "events": mark("events"),
    "overrides": mark("overrides"),
    "stock_outs": mark("stock-out days"),
    "returns": mark("returns"),
    "nodes": mark("nodes"),
    "lanes": mark("lanes"),
    "rates": mark("rates"),
    "exports": mark("export times"),
    "bills": mark("bills"),
    "shipment_costs": mark("expected shipment costs"),
    "shipment_events": mark("shipment events"),
    "registrations": mark("tax registrations"),
    "country_entries": mark("country entries"),
    "cash_plan": mark("cash plan"),
    "receiving_times": mark("receiving times"),
    "all": mark("all tables"),
    # units
    "unit": mark("unit"),
    "units": mark("units"),
    "day": mark("day"),
    "days": mark("days"),
    "week": mark("week"),
    "weeks": mark("weeks"),
    "month": mark("month"),
    "year": mark("year"),
    "carton": mark("carton"),
    "cartons": mark("cartons"),
    "times": mark("times"),
    "share": mark("share"),
    "date": "",
    "text": "",
    "m3": "m³",
    # where instructions go
    "files": mark("papers"),
    "carrier": mark("carrier"),
    # levels and methods
    "red": mark("red"),
    "amber": mark("amber"),
    "integer program": mark("proved by integer program"),
    "multipliers": mark("bound by Lagrange multipliers"),
    "nightly": mark("nightly plan"),
    "what-if": mark("what if"),
    "ship_inbound": mark("shipment"),
    "select_products": mark("new products"),
    "launch_listing": mark("listings"),
    # kinds of the rate book
    "vat": mark("VAT"),
    "duty": mark("duty"),
    "duty_301": mark("section 301 duty"),
    "duty_122": mark("section 122 duty"),
    "duty_fentanyl": mark("fentanyl duty"),
    "duty_reciprocal": mark("reciprocal duty"),
    "parcel_line_duty": mark("duty per line of a parcel"),
    "storage_fee": mark("storage fee"),
    "hub_storage": mark("storage at the hub"),
    "referral_fee": mark("referral fee"),
    "fulfilment_base": mark("fulfilment fee, base"),
    "fulfilment_per_kg": mark("fulfilment fee per kg"),
    "returns_cost": mark("cost of a return"),
    "mpf_rate": mark("processing fee, share"),
    "mpf_min": mark("processing fee, least"),
    "mpf_max": mark("processing fee, most"),
    "hmf_rate": mark("harbour fee"),
    "freight_surcharge": mark("freight surcharge"),
    "container_freight": mark("freight of a whole container"),
    # methods of customs value
    "transaction": mark("transaction value"),
    "identical": mark("identical goods"),
    "similar": mark("similar goods"),
    "deductive": mark("deductive value"),
    "computed": mark("computed value"),
    "fall_back": mark("fall-back method"),
    # verdicts on own products, and where a number of searches comes from
    "keep": mark("keep"),
    "fix": mark("fix"),
    "drop": mark("drop"),
    "watch": mark("watch"),
    "reported": mark("reported"),
    "fitted": mark("fitted on rank"),
    "rank only": mark("index of the rank"),
    "clear_stock": mark("clearing of stock"),
    **OPTIONS,
    "edit": mark("changed lines"),
    "rules": mark("standing rules"),
    "yes": mark("yes"),
    "no": mark("no"),
}
"""Codes that a proposal carries, and how a reader calls them."""


def say_journey(journey: str, say: Translate) -> str:
    """What a reader calls a journey; what it is about follows: `shipment PO-2025-118`."""
    name, _, about = journey.partition(" ")
    return f"{say(WORDS.get(name, name))} {about}".strip()


NOTES: tuple[str, ...] = (
    mark("available"),
    mark("receiving"),
    mark("researching"),
    mark("reserved"),
    mark("stranded"),
    mark("unfulfillable"),
    mark("inbound"),
    mark("working days"),
    mark("closed days"),
    mark("a week"),
    mark("primary"),
    mark("secondary"),
    mark("unverified"),
    mark("generated"),
    mark("planning value of the demo, no source checked"),
    mark("generated for the demo"),
    mark("seller's lanes"),
    mark("seller's files"),
    mark("share of customs value"),
    mark("share of the invoiced cost"),
    mark("harbor maintenance fee, ocean only"),
    mark("standard size"),
    mark("textiles"),
    mark("home and kitchen"),
    mark("return handling"),
    mark("storage"),
    mark("duty"),
    mark("per"),
    mark("unit"),
    mark("month"),
)
"""Phrases of ours within a note, beside its numbers, codes and quoted sources."""

FLIPS: dict[str, str] = {
    "demand": mark("demand {value} %"),
    "margin": mark("margin {value} %"),
    "transit": mark("transit {value} days"),
}

CHANGES: dict[str, str] = {
    "demand_change_percent": mark("demand {value} %"),
    "cash_limit": mark("weekly cash limit {value}"),
    # what moved an order line against last night, in units
    "demand": mark("demand {value} units"),
    "stock": mark("stock {value} units"),
    "ordered": mark("ordered or shipped meanwhile {value} units"),
    "arrival": mark("arrivals {value} units"),
    "lead_time": mark("lead time {value} units"),
    "policy": mark("policy {value} units"),
    "cost": mark("cost {value} units"),
    "cash": mark("cash {value} units"),
    "limits": mark("cartons and limits {value} units"),
}
