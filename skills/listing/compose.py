"""One product record → one listing per country: texts in its language and limits, attributes in its units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from skills.listing.compose_desk import Desk, unique
from skills.listing.compose_product import list_product_attributes, write_offer
from skills.listing.compose_rules import TextRules, read_rules
from skills.listing.compose_texts import check_repeats, clean_text, join_search_terms
from skills.listing.localise import Market, fits_socket, read_markets
from skills.listing.localise_attributes import localise_attributes
from skills.listing.policy import ListingPolicy
from skills.listing.sizes import SizeBook, read_sizes
from skills.listing.translate import Engine, match_names
from skills.vocabulary import Refusal, check_columns, mark, name_rows

MISSING = mark("{field}: the record has no text for it. Write one and compose again.")
NOTHING_LEFT = mark("{field}: nothing is left of the text after the rules of {country}.")
TOO_MANY_BULLETS = mark("bullet: {count} were given, {country} takes {most}; the last ones were left out.")
PLUG = mark("plug: type {plug} does not fit the sockets of {country} ({sockets}).")

RECORD_COLUMNS = ("sku", "product_type", "brand", "title", "bullets", "description", "search_terms", "attributes")
LISTED = {
    "sku": "str", "country": "str", "product_type": "str", "marketplace_id": "str", "language_tag": "str",
    "state": "str", "title": "str", "bullets": "object", "description": "str", "search_terms": "str",
    "attributes": "object", "canonical": "object", "conversions": "object", "untranslated": "object",
    "notes": "object",
}  # fmt: skip


class UnusableRecords(Refusal):
    """A SKU with two product records: which one is meant nobody can say."""


def compose_listings(
    records: pd.DataFrame,
    countries: pd.DataFrame,
    limits: pd.DataFrame,
    engine: Engine,
    policy: ListingPolicy,
    as_of: date,
    sizes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Write each product's listing for each country.

    A text goes: invisible signs out → claims and symbols by the rules → translated, whole or not at all → units,
    decimal signs and dates of the country → rules of its language → cut to its limits.

    Args:
        records: One row per sku: product_type, brand, title, bullets (list), description, search_terms (list),
            attributes (dict; a size as {"value": "Queen", "system": "US bed"}); optional: language (of the texts,
            `en`), price ({country: (minor, currency)}), origin, materials (list of (material, percent)),
            age_from_months, has_battery, plug.
        countries: One row per country (see `read_markets`).
        limits: One row per rule (see `read_rules`).
        as_of: The morning whose rules are valid.
        sizes: One row per size and system (see `read_sizes`); without it sizes stay as they were written.
    Returns:
        One row per (sku, country), sorted: product_type, marketplace_id, language_tag, state (`ready`; `flagged`: a
        person should read the notes; `refused`: no title may be shown), title, bullets (list), description,
        search_terms, attributes (dict, Amazon's JSON), canonical (attribute → value as text and unit), conversions
        (list: field, value, unit, shown, shown_unit), untranslated (list: field, words), notes (list of (sentence,
        values)).
    Raises:
        MissingColumns, UnusableMarkets, MissingLimits, UnusableRecords, UnusableSizes.
    """
    check_columns("records", records.columns, RECORD_COLUMNS)
    twice = sorted({str(sku) for sku in records.loc[records["sku"].duplicated(), "sku"]})
    if twice:
        raise UnusableRecords(
            mark("These SKUs have more than one product record: {skus}. Expected one each. Take the others out."),
            skus=name_rows(twice),
        )
    markets = [(market, read_rules(limits, market, as_of)) for market in read_markets(countries)]
    book = read_sizes(sizes, as_of) if sizes is not None else None
    rows = [
        _compose(record, market, rules, engine, policy, book)
        for record in records.sort_values("sku").to_dict("records")
        for market, rules in markets
    ]
    return pd.DataFrame(rows, columns=list(LISTED)).astype(LISTED)


def _compose(
    record: dict[Any, Any],
    market: Market,
    rules: TextRules,
    engine: Engine,
    policy: ListingPolicy,
    sizes: SizeBook | None,
) -> dict[str, Any]:
    source = record.get("language") if isinstance(record.get("language"), str) else ""
    brand = clean_text(record.get("brand"), "brand")[0]
    names = tuple(dict.fromkeys(name for name in (brand, *policy.protected_words) if name))
    desk = Desk(market, rules, engine, source or "en", names)
    for name in ("title", "bullets", "description"):
        if not any(clean_text(text, name)[0] for text in _texts(record.get(name))):
            desk.notes.append((MISSING, {"field": name.removesuffix("s")}))
    title, title_tag = desk.write(record.get("title"), "title")
    desk.notes += check_repeats(title, rules, market.language, market.country)
    if not title:
        desk.notes.append((NOTHING_LEFT, {"field": "title", "country": market.country}))
    bullets = _write_bullets(record, desk)
    description, description_tag = desk.write(record.get("description"), "description")
    terms = _write_terms(record, desk, title)
    local = localise_attributes(list_product_attributes(record), market, desk.write, sizes)
    attributes = local.attributes | _text_attributes(
        market, {"item_name": [(title, title_tag)], "bullet_point": bullets, "brand": [(brand, market.language_tag)],
                 "product_description": [(description, description_tag)],
                 "generic_keyword": [(terms, market.language_tag)]}
    )  # fmt: skip
    offer, notes = write_offer(record, market)
    desk.notes += local.notes + notes
    plug = record.get("plug")
    plug = plug if isinstance(plug, str) else ""
    if not fits_socket(plug, market):
        desk.notes.append((PLUG, {"plug": plug, "country": market.country, "sockets": ", ".join(market.plugs)}))
    return {
        "sku": str(record["sku"]), "country": market.country, "product_type": str(record["product_type"]),
        "marketplace_id": market.marketplace_id, "language_tag": market.language_tag,
        "state": ("flagged" if desk.notes else "ready") if title else "refused",
        "title": title, "bullets": [text for text, _ in bullets], "description": description, "search_terms": terms,
        "attributes": dict(sorted((attributes | offer).items())), "canonical": local.canonical,
        "conversions": desk.conversions, "untranslated": desk.untranslated, "notes": unique(desk.notes),
    }  # fmt: skip


def _write_bullets(record: dict[Any, Any], desk: Desk) -> list[tuple[str, str]]:
    written = [found for text in _texts(record.get("bullets")) if (found := desk.write(text, "bullet"))[0]]
    most = desk.rules.max_count.get("bullet", len(written))
    if len(written) > most:
        said = {"count": len(written), "country": desk.market.country, "most": most}
        desk.notes.append((TOO_MANY_BULLETS, said))
    return written[:most]


def _write_terms(record: dict[Any, Any], desk: Desk, title: str) -> str:
    terms, names = [], match_names(desk.names)
    for text in _texts(record.get("search_terms")):
        cleaned, notes = clean_text(text, "search_terms")
        desk.notes += notes
        bare = names.sub(" ", cleaned) if names is not None else cleaned
        said, _ = desk.translate(" ".join(bare.split()), "search_terms")
        terms.append(said)
    line, notes = join_search_terms(terms, title, desk.names, desk.rules, desk.languages)
    desk.notes += notes
    return line


def _text_attributes(market: Market, texts: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    answer = {}
    for name, found in texts.items():
        shared = {"marketplace_id": market.marketplace_id}
        values = [{"value": text, "language_tag": tag} | shared for text, tag in found if text]
        if values:
            answer[name] = values
    return answer


def _texts(value: object) -> list[str]:
    """The texts of a cell that holds one or several; blank ones are none."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Iterable):
        return [text for text in value if isinstance(text, str) and text.strip()]
    return []
