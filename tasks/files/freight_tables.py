"""Forwarders' rate cards, declared as the other tables are (tasks/files/tables.py)."""

from __future__ import annotations

from skills.freight.facts import AS_THE_LANE
from skills.vocabulary import mark
from tasks.files.columns import Column, Table


def _price(name: str, meaning: str) -> Column:
    return Column(name, "money", meaning, blank=0)


RATE_CARDS = Table(
    "rate_cards",
    "one row per line of a rate card: lane, service, area and weight break",
    False,
    (
        Column("lane", "text", "The lane that it prices.", refers_to="lanes.lane",
               told=mark("a lane listed in the table of lanes"), aliases=("线路",)),
        Column("service", "text", "Channel, where a lane has several.", blank="", aliases=("channel", "渠道")),
        Column("postcode_from", "text", "First postcode of the area.", blank=""),
        Column("postcode_to", "text", "Last postcode of the area.", blank=""),
        Column("postcode_group", "text", "Beginnings of postcodes, blanks between; blank: everywhere.", blank="",
               aliases=("zone", "分区")),
        Column("from_kg", "number", "Chargeable weight from which the line holds.", "kg", blank=0.0,
               aliases=("break_kg", "起运重量kg")),
        _price("per_kg_minor", "Per chargeable kilogram."),
        _price("per_m3_minor", "Per cubic metre; of weight and measure the dearer counts."),
        _price("per_box_minor", "Per box."),
        _price("minimum_minor", "Least freight of a shipment."),
        _price("fixed_minor", "Charged once per shipment."),
        Column("box_minimum_kg", "number", "Least chargeable weight of a box.", "kg", blank=0.0),
        Column("kg_step", "number", "Chargeable weight is rounded up to a multiple of it.", "kg", blank=0.0),
        Column("volumetric_divisor", "count", "Cubic centimetres that count as a kilogram; 0: weight only.", "cm³/kg",
               blank=0, aliases=("体积重",)),
        Column("cutoff_weekday", "count", "Last weekday for a departure: 0 Monday … 6 Sunday, −1 any day, "
               "−2 as the lane.", blank=AS_THE_LANE, low=AS_THE_LANE, high=6,
               told=mark("a weekday from 0 (Monday) to 6 (Sunday), -1 or -2"), aliases=("截单",)),
        Column("tax_included", "choice", "Whether duty and import VAT are in the price (双清包税); blank: as the "
               "lane.", blank="", choices=("yes", "no", ""), told=mark("yes, no, or blank for as the lane")),
        Column("currency", "currency", "Currency of the amounts in this row.", "ISO 4217"),
        Column("effective_from", "day_text", "First day it holds.", "day"),
        Column("effective_to", "day_text", "Last day it holds; blank: no end known.", "day", blank=""),
        Column("source", "text", "Who quoted it, and when."),
        Column("retrieved_on", "day_text", "Day it was received.", "day"),
        Column("confidence", "choice", "How far it can be trusted.",
               choices=("primary", "secondary", "unverified", "generated"),
               told=mark("one of primary, secondary, unverified, generated")),
    ),
    key=("lane", "service", "postcode_from", "postcode_group", "from_kg", "effective_from"),
    ascending=(("effective_from", "effective_to"),),
)  # fmt: skip
