"""Proposal lines: one shape for every kind of thing that a seller may be asked to decide.

UnknownPayload             a payload of a kind that nobody declared, or that lacks a field

A line is what it is about (the typed payload, known by its digest) and what helps to decide: how much money, whether
it can be undone, until when it holds, how it was derived, which alternatives were weighed and what it is worth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skills.catalogue import Effect
from skills.vocabulary import Refusal, mark, round_half_even
from tasks.store.canonical import canonical_bytes

Body = dict[str, Any]

SCHEMA = "farsail.proposal/2"
"""The shape of a proposal's body."""


class UnknownPayload(Refusal):
    """Not one of the payloads below."""


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PurchaseOrderLine(_Payload):
    """Units of one SKU, ordered from its supplier."""

    kind: Literal["purchase_order_line"] = "purchase_order_line"
    sku: str
    supplier: str
    units: int = Field(gt=0)
    cartons: int
    carton_units: int = Field(gt=0)
    unit_cost_minor: int
    cost_currency: str


class ShipmentLine(_Payload):
    """Units of one SKU, sent from a node to a country on one lane."""

    kind: Literal["shipment_line"] = "shipment_line"
    sku: str
    lane: str
    from_node: str
    to_node: str
    country: str
    mode: str
    units: int = Field(gt=0)
    cartons: int
    carton_units: int = Field(gt=0)


class PriceChange(_Payload):
    """A new price of one SKU in one country, tax as the marketplace shows it."""

    kind: Literal["price_change"] = "price_change"
    sku: str
    country: str
    price_minor: int = Field(gt=0)
    was_minor: int = Field(gt=0)
    currency: str


class Opportunity(_Payload):
    """A new product to prepare for some countries: what it is, from whom, and at what price.

    Choosing it charges nothing; sample, order and listing are decisions of their own, and `capital_minor` is what
    they will come to in minor units of the base currency.
    """

    kind: Literal["opportunity"] = "opportunity"
    concept: str
    name: str
    countries: list[str] = Field(min_length=1)
    terms: dict[str, list[str]]
    quote: str
    supplier: str
    first_units: int = Field(ge=0)
    capital_minor: int = Field(ge=0)
    prices_minor: dict[str, int]
    price_currencies: dict[str, str]


class ListingContent(_Payload):
    """One SKU's listing in one country, as the marketplace is to take it.

    `attributes` is Amazon's JSON as one text with sorted keys, so that equal content has an equal digest.
    """

    kind: Literal["listing"] = "listing"
    sku: str
    country: str
    marketplace_id: str
    product_type: str
    title: str
    attributes: str


class StockExit(_Payload):
    """Units of one SKU that leave a country's stock other than by its usual sale, or are sold there at a discount."""

    kind: Literal["stock_exit"] = "stock_exit"
    sku: str
    country: str
    fnsku: str
    option: Literal["discount", "move", "removal", "liquidation"]
    units: int = Field(gt=0)
    discount_percent: int = Field(ge=0, lt=100)
    to_country: str
    lane: str


class StandingRules(_Payload):
    """The seller's standing rules as one whole; approved by this payload's digest or not at all."""

    kind: Literal["standing_rules"] = "standing_rules"
    rules: list[dict[str, Any]]


Payload = PurchaseOrderLine | ShipmentLine | PriceChange | Opportunity | ListingContent | StockExit | StandingRules
_PAYLOADS: TypeAdapter[Payload] = TypeAdapter(Annotated[Payload, Field(discriminator="kind")])

KINDS: dict[str, str] = {
    "purchase_order_line": mark("purchase order lines"),
    "shipment_line": mark("shipment lines"),
    "price_change": mark("price changes"),
    "opportunity": mark("opportunities"),
    "listing": mark("listings"),
    "stock_exit": mark("exits of stock"),
    "standing_rules": mark("standing rules"),
}
"""Every kind of payload, and how a reader calls its lines."""

DECISIONS: dict[str, str] = {
    "order": mark("Order"),
    "ship": mark("Ship"),
    "price": mark("Change prices"),
    "choose": mark("Choose an opportunity"),
    "list": mark("Put listings live"),
    "clear": mark("Clear stock"),
    "rules": mark("Standing rules"),
}
"""Every kind of decision, and how a reader calls it."""

EFFECTS: dict[str, Effect] = {
    "purchase_order_line": "spend",
    "shipment_line": "spend",
    "price_change": "write",
    "opportunity": "draft",
    "listing": "write",
    "stock_exit": "spend",
    "standing_rules": "draft",
}
"""What carrying out a line of that kind does; a standing rule decides only up to the effect that it allows."""


def make_line(
    payload: Payload,
    *,
    title: str,
    money_minor: int,
    expected_value_minor: int | None,
    reversible: bool,
    fee_charging: bool,
    expires: str,
    reason: str,
    flip: Body,
    alternatives: list[Body],
    evidence: list[Body],
    margin_percent: str = "",
    capped_by: str = "",
    spare_units: int | None = None,
) -> Body:
    """A line as a proposal holds it.

    Args:
        payload: What it is about; its digest is what an approval counts for.
        title: How a reader knows it.
        money_minor: What it takes, in minor units of the base currency.
        expected_value_minor: What it is worth beyond doing nothing, in the same; None where nobody can tell.
        reversible: Whether it can be undone without cost once it is carried out.
        fee_charging: Whether carrying it out charges somebody's fee at once.
        expires: Last day on which it may be decided; ISO date, "" for none.
        reason: A sentence of the catalogue.
        flip: What would reverse it: kind, value, unit.
        alternatives: What else was weighed: what, lane, units, value_minor.
        evidence: Its derivation, one step per row: label, value, unit, note.
        margin_percent: CM2 in percent of net sales where landed cost is quoted, else the planned net margin in
            percent of the net price; "" where neither is known.
        capped_by: The limit that bound it, or "".
        spare_units: How many units more there are to move; None where nothing limits it.
    """
    content = payload.model_dump()
    return {
        "payload": content,
        "digest": digest_payload(content),
        "title": title,
        "money_minor": money_minor,
        "expected_value_minor": expected_value_minor,
        "margin_percent": margin_percent,
        "reversible": reversible,
        "fee_charging": fee_charging,
        "expires": expires,
        "reason": reason,
        "capped_by": capped_by,
        "spare_units": spare_units,
        "flip": flip,
        "alternatives": alternatives,
        "evidence": evidence,
    }


def digest_payload(payload: Body) -> str:
    """sha256 of the payload's canonical bytes."""
    return hashlib.sha256(canonical_bytes(payload)).hexdigest()


def read_payload(payload: Body) -> Payload:
    """The typed payload.

    Raises:
        UnknownPayload: names what is wrong with it.
    """
    try:
        return _PAYLOADS.validate_python(payload)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'kind'}: {item['msg']}" for item in error.errors())
        raise UnknownPayload(
            mark("A line's payload cannot be used ({problems}); expected one of {kinds} with all its fields."),
            problems=problems,
            kinds=", ".join(KINDS),
        ) from error


def flatten(line: Body) -> Body:
    """The line with its payload's fields beside its own, as tables and pages show it."""
    return {**line["payload"], **line}


def number_lines(body: Body) -> Iterator[tuple[str, Body, Body]]:
    """Every line of a proposal: its number as the page prints it (`2.1`), its decision, the line itself."""
    for place, decision in enumerate(body["decisions"], 1):
        for position, line in enumerate(decision["lines"], 1):
            yield f"{place}.{position}", decision, line


def sum_lines(lines: list[Body]) -> Body:
    """What a decision's lines come to: skus, units, cartons, money."""
    return {
        "skus": len({line["payload"]["sku"] for line in lines}),
        "units": sum(line["payload"]["units"] for line in lines),
        "cartons": sum(line["payload"]["cartons"] for line in lines),
        "money_minor": sum(line["money_minor"] for line in lines),
    }


def reprice(line: Body, units: int) -> int:
    """What the line takes with other units: money in proportion, half even to the minor unit."""
    return round_half_even(Decimal(line["money_minor"]) * units / line["payload"]["units"])


def price_change_percent(payload: Body) -> Decimal:
    """By how much a payload moves a price, in percent of the price before, without its sign; 0 when it moves none."""
    if payload["kind"] != "price_change":
        return Decimal(0)
    moved: Decimal = Decimal(payload["price_minor"] - payload["was_minor"]) * 100 / payload["was_minor"]
    return abs(moved)
