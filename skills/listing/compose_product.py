"""What a product record says beside its texts, as attributes: origin, fabric, age, battery, offer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from skills.listing.localise import Market, price_value
from skills.listing.translate import Note
from skills.vocabulary import mark

NO_PRICE = mark("price: none is given for {country}, so the listing has no offer there.")
OTHER_CURRENCY = mark(
    "price: given in {currency}, {country} sells in {expected}; no price is converted, so the listing has no offer "
    "there. State a price in {expected}."
)
WRONG_PRICE = mark("price: {price} for {country} is no amount above zero, so the listing has no offer there.")


def list_product_attributes(record: dict[Any, Any]) -> dict[str, Any]:
    """The record's attributes and those that its other columns state; the former win.

    Returns:
        fabric_type ("60% cotton, 40% linen"), country_of_origin, manufacturer_minimum_age [months],
        batteries_included, each where the record knows it.
    """
    given = record.get("attributes")
    attributes: dict[str, Any] = {}
    materials = record.get("materials")
    if isinstance(materials, (list, tuple)) and materials:
        attributes["fabric_type"] = ", ".join(f"{_percent(share)}% {name}" for name, share in materials)
    months = record.get("age_from_months")
    if months is not None and months == months:
        attributes["manufacturer_minimum_age"] = int(months)
    battery = record.get("has_battery")
    if battery is not None and battery == battery:
        attributes["batteries_included"] = bool(battery)
    return attributes | (dict(given) if isinstance(given, dict) else {})


def write_offer(record: dict[Any, Any], market: Market) -> tuple[dict[str, Any], list[Note]]:
    """Offer and origin as attributes, which carry codes and never a translated text; why there is no offer."""
    attributes: dict[str, Any] = {}
    origin = record.get("origin")
    if isinstance(origin, str) and origin:
        attributes["country_of_origin"] = [{"value": origin, "marketplace_id": market.marketplace_id}]
    prices = record.get("price")
    price = prices.get(market.country) if isinstance(prices, dict) else None
    if price is None:
        return attributes, [(NO_PRICE, {"country": market.country})]
    minor, currency = price
    if currency != market.currency:
        said = {"country": market.country, "currency": currency, "expected": market.currency}
        return attributes, [(OTHER_CURRENCY, said)]
    if isinstance(minor, bool) or not minor > 0 or minor % 1:
        return attributes, [(WRONG_PRICE, {"price": f"{minor} {currency}", "country": market.country})]
    schedule = [{"schedule": [{"value_with_tax": price_value(int(minor), currency)}]}]
    offer = {"marketplace_id": market.marketplace_id, "currency": currency, "our_price": schedule}
    return attributes | {"purchasable_offer": [offer]}, []


def _percent(share: object) -> str:
    try:
        return f"{Decimal(str(share)).normalize():f}"
    except InvalidOperation:
        return str(share)
