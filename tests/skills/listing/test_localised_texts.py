"""Whole listings in every country: no text over its limit, no number changed but by what is handed back, no brand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skills.listing import translate_phrases, translate_words
from skills.listing.compose import compose_listings
from skills.listing.compose_rules import read_rules
from skills.listing.compose_texts import clean_text
from skills.listing.limits import count_bytes
from skills.listing.localise import read_markets
from skills.listing.policy import ListingPolicy
from skills.listing.translate import match_names
from skills.listing.translate_glossary import GlossaryEngine

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
MARKETS = pd.read_csv(ASSETS / "markets.csv", keep_default_na=False)
RULES = pd.read_csv(ASSETS / "text_rules.csv", keep_default_na=False)
SIZES = pd.read_csv(ASSETS / "size_systems.csv", keep_default_na=False, dtype="str")
AS_OF = date(2026, 11, 30)
LIMITS = {market.country: read_rules(RULES, market, AS_OF) for market in read_markets(MARKETS)}
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
Row = dict[str, Any]

GIVEN = {"n": "4", "m": "60 °C", "d": "2026-03-01", "t": "OEKO-TEX", "p": "kitchen and home", "a": "cotton"}
NOUNS = [form for line in translate_words.NOUNS.split("\n") for form in line.split("|")[0].split("/") if form]
SAID = [line.split("|")[0].format_map(GIVEN) for line in translate_phrases.PHRASES.strip().split("\n")]
MEASURES = ["50 x 70 cm", "1.5 kg", "900 g", "250 ml", "2.5 l", "60 °C", "40-60 °C", "550 g/m²", "600 GSM", "2 m"]
MEASURES += [
    "12 in",
    "16 fl oz",
    "100% cotton",
    "Valid until 2026-03-01",
    "Tested on 2024-02-29",
    "1.2.3 cm",
    "A4-60",
]
NAMES = [
    "Cotton House",
    "Soft & White",
    "Terry",
    "Set of 4",
    "Bath Towel Company",
    "60 cm Club",
    "2026-03-01",
    "Küche",
]
NAMES += ["綿の家", "L'Éponge", "Best Seller", "100% Cotton", "Beige", "OEKO", "Queen", "タオル", "e\u0301clat"]
ODD = [
    "綿",
    "タオル",
    "ティータオル綿100%",
    "👩\u200d👩\u200d👧",
    "🇩🇪🇫🇷",
    "👍🏽",
    "e\u0301\u0323\u0302",
    "क्षि",
    "ผ้าขนหนู",
    "한국어",
    "각",
]
ODD += ["\u202e", "\u200b", "polo\u0301", "ﬁne", "½ m", "١٢ cm", "W" * 90, "語" * 80, "(", "! ", "™", "2026-13-45"]
sayable = st.lists(st.sampled_from([*NOUNS, *SAID, *MEASURES]), min_size=1, max_size=4).map(", ".join)
odd = st.lists(st.one_of(st.sampled_from([*ODD, *NOUNS, *MEASURES]), st.text(max_size=8)), max_size=60).map(" ".join)
every = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write(title: str, bullets: list[str], description: str = "Towels", brand: str = "Nordhaus") -> list[Row]:
    record = {"sku": "A", "product_type": "TOWEL", "brand": brand, "title": title, "bullets": bullets}
    record |= {"description": description, "search_terms": bullets, "language": "en"}
    record |= {"attributes": {"size": {"value": "Queen", "system": "US bed"}, "color": "White"}}
    found = compose_listings(
        pd.DataFrame([record]), MARKETS, RULES, GlossaryEngine(), ListingPolicy(), AS_OF, SIZES
    )  # fmt: skip
    return [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]


def texts_of(row: Row) -> list[tuple[str, str]]:
    texts = [(name, row[name]) for name in ("title", "description", "search_terms")]
    return texts + [("bullet", text) for text in row["bullets"]]


@every
@given(st.one_of(sayable, odd), st.lists(st.one_of(sayable, odd), max_size=6), odd, st.sampled_from(NAMES))
def test_no_text_is_over_its_limit_in_any_language_or_script(
    title: str, bullets: list[str], description: str, brand: str
) -> None:
    for row in write(f"{brand} {title}", bullets, description, brand):
        limits = LIMITS[row["country"]]
        for field, text in texts_of(row):
            assert count_bytes(text) <= limits.max_bytes[field]
            assert len(text) <= limits.max_characters.get(field, len(text))


@every
@given(st.one_of(sayable, odd), st.sampled_from(NAMES), st.integers(0, 3))
@example("Soft towels, 100% cotton", "Cotton House", 0)
@example("Kitchen towels, set of 4", "Set of 4", 0)
def test_a_brand_is_never_changed_even_where_it_is_made_of_glossary_words(text: str, brand: str, place: int) -> None:
    parts = text.split(", ")
    source = clean_text(", ".join([*parts[:place], f"{brand} {parts[place] if place < len(parts) else ''}"]), "")[0]
    pattern = match_names([clean_text(brand, "")[0]])
    assert pattern is not None
    given_forms = [found[0] for found in pattern.finditer(source)]
    for row in write(source, [source], source, brand):
        assert {one["value"] for one in row["attributes"]["brand"]} == {clean_text(brand, "")[0]}
        for field, shown in texts_of(row):
            if field == "search_terms" or not shown:
                continue
            forms = [found[0] for found in pattern.finditer(shown)]
            cut = any(values.get("field", "").startswith(field) for _, values in row["notes"])
            assert forms == given_forms if not cut and field != "title" else set(forms) <= set(given_forms)


def numbers_of(text: str, country: str) -> set[str]:
    """The numbers of a text with points; a comma is a decimal sign where the country writes it so."""
    comma = country in ("DE", "ES", "FR", "IT")
    return {found.replace(",", ".") if comma else found for found in NUMBER.findall(text)}


@every
@given(sayable)
@example("Thick bath towels, 600 GSM, 70 x 140 cm, 1.5 kg")
@example("Heat resistant oven mitts, Heat resistant up to 60 °C, Valid until 2026-03-01")
def test_no_number_changes_but_by_a_conversion_that_is_handed_back(text: str) -> None:
    source = set(NUMBER.findall(text))
    for row in write(text, []):
        if any(values.get("field", "").startswith("title") for _, values in row["notes"]) or not row["title"]:
            continue
        mine = [one for one in row["conversions"] if one["field"] == "title"]
        left = {number for one in mine for number in NUMBER.findall(one["value"])}
        became = {number.replace(",", ".") for one in mine for number in NUMBER.findall(one["shown"])}
        shown = numbers_of(row["title"], row["country"])
        assert shown <= source | became
        assert source <= shown | left
        assert became <= shown


@every
@given(st.one_of(sayable, odd))
def test_the_same_record_becomes_the_same_listing(text: str) -> None:
    assert write(text, [text]) == write(text, [text])


def test_a_date_in_a_text_is_written_as_the_country_writes_it_and_stays_iso_in_an_attribute() -> None:
    rows = {row["country"]: row for row in write("Cotton towels", ["Certificate valid until 2026-03-01"])}
    assert {country: row["bullets"] for country, row in rows.items()} == {
        "CA": ["Certificate valid until March 1, 2026"],
        "DE": ["Zertifikat gültig bis 1. März 2026"],
        "ES": ["Certificado válido hasta el 1 de marzo de 2026"],
        "FR": ["Certificat valable jusqu'au 1er mars 2026"],
        "GB": ["Certificate valid until 1 March 2026"],
        "IT": ["Certificato con scadenza 1 marzo 2026"],
        "JP": ["証明書の有効期限：2026年3月1日"],
        "US": ["Certificate valid until March 1, 2026"],
    }
    [change] = [one for one in rows["DE"]["conversions"] if one["field"] == "bullet"]
    assert change == {
        "field": "bullet", "value": "2026-03-01", "unit": "", "shown": "1. März 2026", "shown_unit": "",
    }  # fmt: skip


def test_a_size_is_written_in_each_country_with_its_own_words() -> None:
    found = {row["country"]: row["attributes"]["size"][0]["value"] for row in write("Fitted sheets", [])}
    assert found == {
        "CA": "Queen", "DE": "152 x 203 cm", "ES": "152 x 203 cm", "FR": "152 x 203 cm", "GB": "King",
        "IT": "152 x 203 cm", "JP": "Queen", "US": "Queen",
    }  # fmt: skip
