"""Consignments, lanes and card lines as they are priced, and what is refused of them.

Refusal
├── IncompleteConsignment   without weight, volume, boxes or day
├── UnservedLane            the lane does not serve the country or the postcode, or is not known
└── UnusableCard            a negative price, no price at all, a card in no known unit
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from skills.rates import Dated
from skills.vocabulary import Refusal, check_columns, mark, name_rows

CONSIGNMENT_COLUMNS = (
    "consignment", "lane", "country", "postcode", "boxes", "weight_g", "volume_cm3", "ready_on", "longest_mm",
)  # fmt: skip
LANE_COLUMNS = (
    "lane", "country", "mode", "incoterm", "importer_of_record", "tax_included", "transit_days_p10",
    "transit_days_p50", "transit_days_p90", "cutoff_weekday", "cost_per_kg_minor", "cost_per_m3_minor",
    "minimum_minor", "fixed_minor", "currency", "volumetric_divisor", "weekly_capacity_m3",
)  # fmt: skip
PRICES = ("per_kg_minor", "per_m3_minor", "per_box_minor", "minimum_minor", "fixed_minor")
DATING = ("effective_from", "effective_to", "source", "retrieved_on", "confidence")
CARD_COLUMNS = (
    "lane", "service", "postcode_from", "postcode_to", "postcode_group", "from_kg", *PRICES, "box_minimum_kg",
    "kg_step", "volumetric_divisor", "cutoff_weekday", "tax_included", "currency", *DATING,
)  # fmt: skip

ANY_DAY = -1
AS_THE_LANE = -2
RATE_CARD = mark("rate card")
LANE_ROW = mark("lane row")
LANES_FILE = mark("the seller's table of lanes")


class IncompleteConsignment(Refusal):
    """A consignment that cannot be weighed, measured or dated."""


class UnservedLane(Refusal):
    """A lane that is not known, or that does not go to this country or postcode."""


class UnusableCard(Refusal):
    """A price below zero, or none."""


@dataclass(frozen=True, slots=True)
class CardLine(Dated):
    """One line of a rate card, or a lane's own row standing in for it.

    Attributes:
        where: What a refusal calls it.
        prices: Minor units of `currency` by name of PRICES.
        from_g: Weight break [g].
        box_minimum_g: Least chargeable weight of a box [g].
        step_g: Chargeable weight is rounded up to a multiple of it [g].
        divisor: Cubic centimetres that count as a kilogram; 0: weight only.
        prefixes: Postcodes begin with one of these; () for all.
        between: First and last postcode, compared by their own length; ("", "") for all.
    """

    where: str
    lane: str
    service: str
    basis: str
    prices: Mapping[str, int]
    from_g: int
    box_minimum_g: int
    step_g: int
    divisor: int
    cutoff: int
    tax_included: bool
    currency: str
    prefixes: tuple[str, ...]
    between: tuple[str, str]
    effective_from: date
    effective_to: date | None
    source: str
    retrieved_on: str
    confidence: str

    @property
    def area(self) -> tuple[tuple[str, ...], tuple[str, str]]:
        return self.prefixes, self.between

    def reach(self, postcode: str) -> int:
        """How closely the line names the postcode: characters that it fixes; 0 for all postcodes, −1 outside it."""
        return reach_postcode(postcode, self.prefixes, self.between)


def reach_postcode(postcode: str, prefixes: tuple[str, ...], between: tuple[str, str]) -> int:
    """Characters of the postcode that an area fixes; 0 for the area of all, −1 outside it."""
    if not prefixes and between == ("", ""):
        return 0
    code = postcode.replace(" ", "").upper()
    lengths = [len(prefix) for prefix in prefixes if code.startswith(prefix)]
    first, last = between
    if (first or last) and code and code[: len(first)] >= first and (not last or code[: len(last)] <= last):
        lengths.append(max(len(first), len(last)))
    return max(lengths, default=-1)


def read_consignments(consignments: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Rows with whole numbers and a day, in the order of the frame.

    Raises:
        MissingColumns, IncompleteConsignment: names the consignments.
    """
    check_columns("consignments", consignments.columns, CONSIGNMENT_COLUMNS)
    for column in ("weight_g", "volume_cm3", "boxes"):
        lacking = consignments[~(pd.to_numeric(consignments[column], errors="coerce") > 0)]
        if len(lacking):
            raise IncompleteConsignment(
                mark(
                    "No {column} above 0 for consignment {consignments}. Weigh and measure its boxes, or complete "
                    "its products, and quote again."
                ),
                column=column,
                consignments=name_rows(dict.fromkeys(lacking["consignment"])),
            )
    undated = consignments[consignments["ready_on"].isna()]
    if len(undated):
        raise IncompleteConsignment(
            mark("No day on which consignment {consignments} is ready. State it, and quote again."),
            consignments=name_rows(dict.fromkeys(undated["consignment"])),
        )
    rows = consignments[list(CONSIGNMENT_COLUMNS)].to_dict("records")
    return [row | {"ready_on": as_day(row["ready_on"])} for row in rows]


def read_lanes(lanes: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    """Lane → its row."""
    check_columns("lanes", lanes.columns, LANE_COLUMNS)
    return {str(row["lane"]): row for row in lanes.to_dict("records")}


def read_cards(cards: pd.DataFrame, lanes: Mapping[str, Mapping[Any, Any]]) -> dict[str, list[CardLine]]:
    """Lane → the lines of its cards.

    Raises:
        MissingColumns: of the cards.
        UnusableCard: a price below zero, or a line without any price.
    """
    if cards.empty:
        return {}
    check_columns("rate_cards", cards.columns, CARD_COLUMNS)
    lines: dict[str, list[CardLine]] = {}
    for row in cards.to_dict("records"):
        lane = str(row["lane"])
        if lane in lanes:
            lines.setdefault(lane, []).append(_read_line(row, lanes[lane]))
    return lines


def _read_line(row: Mapping[Any, Any], lane: Mapping[Any, Any]) -> CardLine:
    name = f"{row['lane']} {row['service']} {row['from_kg']} kg+".replace("  ", " ")
    weekday = int(row["cutoff_weekday"])
    included = row["tax_included"]
    return CardLine(
        where=name,
        lane=str(row["lane"]),
        service=str(row["service"]),
        basis=RATE_CARD,
        prices=_check_prices({price: int(row[price]) for price in PRICES}, name),
        from_g=grams(row["from_kg"]),
        box_minimum_g=grams(row["box_minimum_kg"]),
        step_g=grams(row["kg_step"]),
        divisor=int(row["volumetric_divisor"]),
        cutoff=int(lane["cutoff_weekday"]) if weekday == AS_THE_LANE else weekday,
        tax_included=is_yes(lane["tax_included"] if included == "" else included),
        currency=str(row["currency"]),
        prefixes=tuple(str(row["postcode_group"]).upper().replace(",", " ").split()),
        between=(_code(row["postcode_from"]), _code(row["postcode_to"])),
        effective_from=as_day(row["effective_from"]),
        effective_to=None if row["effective_to"] in ("", None) else as_day(row["effective_to"]),
        source=str(row["source"]),
        retrieved_on=str(row["retrieved_on"])[:10],
        confidence=str(row["confidence"]),
    )


def lane_as_card(lane: Mapping[Any, Any]) -> CardLine:
    """A lane's own row as a card without an end.

    Raises:
        UnusableCard: a price below zero, or no price.
    """
    name = str(lane["lane"])
    prices = {
        "per_kg_minor": int(lane["cost_per_kg_minor"]),
        "per_m3_minor": int(lane["cost_per_m3_minor"]),
        "per_box_minor": 0,
        "minimum_minor": int(lane["minimum_minor"]),
        "fixed_minor": int(lane["fixed_minor"]),
    }
    return CardLine(
        where=name, lane=name, service="", basis=LANE_ROW, prices=_check_prices(prices, name), from_g=0,
        box_minimum_g=0, step_g=0, divisor=int(lane["volumetric_divisor"]), cutoff=int(lane["cutoff_weekday"]),
        tax_included=is_yes(lane["tax_included"]), currency=str(lane["currency"]), prefixes=(), between=("", ""),
        effective_from=date.min, effective_to=None, source=LANES_FILE, retrieved_on="",
        confidence=str(lane.get("confidence", "secondary")),
    )  # fmt: skip


def _check_prices(prices: dict[str, int], name: str) -> dict[str, int]:
    negative = [price for price, amount in prices.items() if amount < 0]
    if negative:
        raise UnusableCard(
            mark(
                "A price below zero on {card}: {prices}. Enter a rebate as its own agreement, and correct the card."
            ),
            card=name,
            prices=", ".join(f"{price} {prices[price]}" for price in negative),
        )
    if not any(prices.values()):
        raise UnusableCard(
            mark(
                "{card} has no price: per kilogram, cubic metre, box, shipment and minimum are all 0. Enter what the "
                "forwarder quotes, or import its rate card (docs/inputs.md)."
            ),
            card=name,
        )
    return prices


def next_departure(ready_on: date, weekday: int) -> date:
    """The first cut-off on or after the day; the day itself where any day is one."""
    return ready_on if weekday == ANY_DAY else ready_on + timedelta(days=(weekday - ready_on.weekday()) % 7)


def grams(kilograms: object) -> int:
    """Exact; a part of a gram counts as one."""
    value = Fraction(str(kilograms) or "0") * 1000
    return -((-value.numerator) // value.denominator)


def kilograms(weight_g: int) -> str:
    """As a decimal text without needless zeros."""
    return f"{Decimal(weight_g).scaleb(-3).normalize():f}"


def is_yes(value: object) -> bool:
    return value is True or str(value).lower() in ("yes", "true")


def as_day(value: object) -> date:
    return value if type(value) is date else pd.Timestamp(str(value)).date()


def _code(value: object) -> str:
    return str(value).replace(" ", "").upper()
