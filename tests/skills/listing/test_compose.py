"""One product record, eight countries: texts, limits, claims, attributes, and the feed that carries them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listing_world import make_schema

from config.settings import read_settings
from skills.listing import check_listing, compose, compose_desk, compose_product, compose_texts
from skills.listing.compose import UnusableRecords, compose_listings
from skills.listing.compose_feed import MOST_MESSAGES, UnusableListings, make_feed, make_feeds
from skills.listing.compose_rules import MissingLimits, read_rules
from skills.listing.limits import count_bytes
from skills.listing.localise import read_markets
from skills.listing.policy import ListingPolicy
from skills.listing.translate_glossary import GlossaryEngine
from skills.vocabulary import MissingColumns

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
MARKETS = pd.read_csv(ASSETS / "markets.csv", keep_default_na=False)
RULES = pd.read_csv(ASSETS / "text_rules.csv", keep_default_na=False)
AS_OF = date(2026, 11, 30)
Row = dict[str, Any]
COUNTRIES = tuple(MARKETS["country"])


def make_record(**other: Any) -> Row:
    return {
        "sku": "T4",
        "product_type": "TOWEL",
        "brand": "Nordhaus",
        "title": "Nordhaus Soft White Kitchen Towels, Set of 4, 100% Cotton, 50 x 70 cm",
        "bullets": ["Quick drying", "Wash at 60 °C"],
        "description": "Ideal for kitchen and bathroom: quick drying, wash at 60 °C.",
        "search_terms": ["tea towels", "dish towels", "kitchen towels Nordhaus"],
        "attributes": {"item_length": 70, "color": "White"},
        "language": "en",
        "price": {"US": (1999, "USD"), "DE": (1999, "EUR"), "JP": (2480, "JPY")},
        "origin": "CN",
        "materials": [("cotton", 60), ("linen", 40)],
        "age_from_months": None,
        "has_battery": False,
        "plug": "",
        **other,
    }


def write(*records: Row, policy: ListingPolicy | None = None, country: str = "") -> pd.DataFrame:
    frame = pd.DataFrame(list(records) or [make_record()])
    markets = MARKETS[MARKETS["country"] == country] if country else MARKETS
    return compose_listings(frame, markets, RULES, GlossaryEngine(), policy or ListingPolicy(), AS_OF)


def listing(country: str, *records: Row, policy: ListingPolicy | None = None) -> Row:
    [row] = write(*records, policy=policy, country=country).to_dict("records")
    return {str(key): value for key, value in row.items()}


def sentences(row: Row) -> list[str]:
    return [sentence for sentence, _ in row["notes"]]


def test_one_record_becomes_a_listing_per_country_in_its_language_and_units() -> None:
    assert listing("DE")["title"] == "Nordhaus weiche weiße Küchentücher, 4er-Set, 100 % Baumwolle, 50 x 70 cm"
    assert listing("US")["title"] == "Nordhaus Soft White Kitchen Towels, Set of 4, 100% Cotton, 19.7 x 27.6 in"
    assert listing("JP")["title"] == "Nordhaus 柔らかな白いキッチンタオル、4枚セット、綿100%、50 x 70 cm"
    assert listing("US")["bullets"] == ["Quick drying", "Wash at 140 °F"]
    assert listing("DE")["bullets"] == ["Schnelltrocknend", "Waschbar bei 60 °C"]
    assert (listing("US")["state"], listing("US")["notes"]) == ("ready", [])


def test_each_converted_number_is_kept_beside_what_it_was() -> None:
    row = listing("US")
    assert {"field": "title", "value": "50", "unit": "cm", "shown": "19.7", "shown_unit": "in"} in row["conversions"]
    assert row["canonical"] == {"item_length": {"value": "70", "unit": "cm"}}
    assert listing("DE")["conversions"] == []


def test_attributes_are_in_the_marketplaces_own_form() -> None:
    attributes = listing("DE")["attributes"]
    shared = {"language_tag": "de_DE", "marketplace_id": "A1PA6795UKMFR9"}
    assert attributes["item_name"] == [{"value": listing("DE")["title"], **shared}]
    assert attributes["fabric_type"] == [{"value": "60 % Baumwolle, 40 % Leinen", **shared}]
    assert attributes["color"] == [{"value": "Weiß", **shared}]
    assert attributes["batteries_included"] == [{"value": False, "marketplace_id": "A1PA6795UKMFR9"}]
    [offer] = attributes["purchasable_offer"]
    assert (offer["currency"], offer["our_price"]) == ("EUR", [{"schedule": [{"value_with_tax": 19.99}]}])


def test_what_is_composed_passes_the_schema_of_its_product_type() -> None:
    found = write()
    german = found[found["country"] == "DE"]
    problems = check_listing({"TOWEL": make_schema("DE")}, german, ListingPolicy())
    written = set(german.iloc[0]["attributes"]) - {"country_of_origin", "purchasable_offer"}
    assert {"item_name", "bullet_point", "item_length", "color", "generic_keyword", "fabric_type"} <= written
    assert not written & {attribute.split(" ")[0] for attribute in problems["attribute"]}


def test_search_terms_repeat_no_word_brand_or_title() -> None:
    assert listing("US")["search_terms"] == "tea dish"
    assert listing("DE")["search_terms"] == "geschirrtücher"


def test_a_language_that_the_engine_does_not_speak_stays_english_and_is_flagged() -> None:
    polish = MARKETS[MARKETS["country"] == "IT"].assign(language_tag="pl_PL")
    found = compose_listings(pd.DataFrame([make_record()]), polish, RULES, GlossaryEngine(), ListingPolicy(), AS_OF)
    [row] = found.to_dict("records")
    assert row["title"].startswith("Nordhaus Soft White")
    assert row["state"] == "flagged"
    assert {"field": "title", "words": ["en → pl"]} in row["untranslated"]
    assert row["attributes"]["item_name"][0]["language_tag"] == "en_US"


def test_italian_is_spoken() -> None:
    row = listing("IT")
    assert row["title"] == ("Nordhaus Strofinacci da cucina bianchi morbidi, set di 4, 100% cotone, 50 x 70 cm")
    assert row["untranslated"] == []


def test_a_title_of_five_thousand_characters_is_cut_at_a_word_and_said() -> None:
    row = listing("US", make_record(title="Nordhaus Kitchen Towels and " * 179))
    assert count_bytes(row["title"]) <= 200
    assert row["title"].endswith("Towels")
    assert {compose_desk.CUT, compose_texts.REPEATED} <= set(sentences(row))
    assert row["state"] == "flagged"


def test_direction_marks_and_zero_width_signs_are_taken_out_and_said() -> None:
    row = listing("DE", make_record(title="Kitchen\u200b Towels\u202e, Set\u2066 of 4"))
    assert row["title"] == "Küchentücher, 4er-Set"
    [values] = [values for sentence, values in row["notes"] if sentence == compose_texts.HIDDEN]
    assert values["signs"] == "U+200B ×1, U+202E ×1, U+2066 ×1"


def test_a_word_of_two_scripts_is_flagged() -> None:
    row = listing("US", make_record(title="Kitchen T\u043ewels"))
    assert compose_texts.MIXED in sentences(row)
    assert row["state"] == "flagged"


def test_a_text_in_another_script_than_its_language_is_flagged() -> None:
    assert compose_texts.FOREIGN in sentences(listing("US", make_record(title="Полотенце")))
    assert compose_texts.FOREIGN not in sentences(listing("JP", make_record()))


def test_an_attribute_in_the_wrong_unit_is_left_out_and_said() -> None:
    row = listing("DE", make_record(attributes={"item_length": {"value": 3, "unit": "kg"}}))
    assert "item_length" not in row["attributes"]
    assert any("it is measured in cm" in sentence.format(**values) for sentence, values in row["notes"])


def test_missing_texts_are_said_and_a_listing_without_a_title_is_refused() -> None:
    row = listing("DE", make_record(title="", bullets=[], description=None, search_terms=None))
    assert (row["state"], row["title"], row["bullets"], row["search_terms"]) == ("refused", "", [], "")
    missing = [values["field"] for sentence, values in row["notes"] if sentence == compose.MISSING]
    assert missing == ["title", "bullet", "description"]


def test_a_claim_that_may_not_be_made_refuses_the_text_with_its_source() -> None:
    row = listing("DE", make_record(bullets=["Antibacterial towels", "Quick drying"]))
    assert row["bullets"] == ["Schnelltrocknend"]
    [values] = [values for sentence, values in row["notes"] if sentence == compose_texts.REFUSED]
    assert (values["claim"], "528/2012" in values["source"]) == ("Antibacterial", True)


def test_praise_and_symbols_are_taken_out_and_said() -> None:
    row = listing("US", make_record(title="Best Seller! Kitchen Towels™, Set of 4"))
    assert row["title"] == "Kitchen Towels, Set of 4"
    assert {compose_texts.REMOVED, compose_texts.SYMBOLS} <= set(sentences(row))


def test_an_environmental_claim_in_europe_is_refused_from_its_day_on() -> None:
    row = make_record(bullets=["Umweltfreundlich"], language="de", title="Handtuch", description="Handtuch")
    frame = pd.DataFrame([row])
    german = MARKETS[MARKETS["country"] == "DE"]
    for day, kept in ((date(2026, 9, 26), ["Umweltfreundlich"]), (date(2026, 9, 27), [])):
        found = compose_listings(frame, german, RULES, GlossaryEngine(), ListingPolicy(), day)
        assert found.iloc[0]["bullets"] == kept


def test_a_brand_that_holds_a_claim_or_a_symbol_keeps_it() -> None:
    row = listing("US", make_record(brand="Best Seller!", title="Best Seller! Kitchen Towels", bullets=["Soft"]))
    assert row["title"] == "Best Seller! Kitchen Towels"


def test_protected_words_of_the_policy_are_never_translated() -> None:
    policy = ListingPolicy(protected_words=("Kitchen",))
    assert listing("DE", make_record(title="Kitchen Towels"), policy=policy)["title"] == "Kitchen Handtücher"


@pytest.mark.parametrize(
    "brand", ["iPillow", "50 cm", "Soft", "Best Seller", "A$B", "綿", "Kitchen Towels", "1,5 kg"]
)
@pytest.mark.parametrize("source", ["en", "de", "ja"])
def test_a_brand_stands_in_every_title_as_it_is_written(brand: str, source: str) -> None:
    record = make_record(brand=brand, language=source, title=f"{brand} Kitchen Towels, 30 x 40 cm")
    titles = write(record)["title"]
    assert all(title.startswith(f"{brand} ") for title in titles)


def test_no_price_is_converted() -> None:
    row = listing("FR", make_record(price={"FR": (1999, "USD")}))
    assert "purchasable_offer" not in row["attributes"]
    assert compose_product.OTHER_CURRENCY in sentences(row)
    assert compose_product.NO_PRICE in sentences(listing("ES"))
    assert compose_product.WRONG_PRICE in sentences(listing("DE", make_record(price={"DE": (0, "EUR")})))


def test_a_plug_that_fits_no_socket_is_said() -> None:
    found = write(make_record(plug="A"))
    told = {row["country"] for row in found.to_dict("records") if compose.PLUG in sentences(row)}  # type: ignore[arg-type]
    assert told == {"DE", "ES", "FR", "GB", "IT"}


def test_more_bullets_than_allowed_are_left_out_and_said() -> None:
    row = listing("US", make_record(bullets=["Soft"] * 7))
    assert len(row["bullets"]) == 5
    assert compose.TOO_MANY_BULLETS in sentences(row)


def test_the_order_of_the_rows_changes_nothing() -> None:
    records = [make_record(sku=sku) for sku in ("B", "A", "C")]
    one, other = write(*records), write(*records[::-1])
    pd.testing.assert_frame_equal(one, other)
    assert one[["sku", "country"]].to_numpy().tolist() == sorted(one[["sku", "country"]].to_numpy().tolist())


def test_a_sku_with_two_records_is_refused_by_name() -> None:
    with pytest.raises(UnusableRecords, match="T4"):
        write(make_record(), make_record(title="Another"))


def test_the_example_comes_out_as_it_says() -> None:
    case = json.loads((ASSETS.parent / "examples" / "kitchen_towels.json").read_text(encoding="utf-8"))
    rows = {row["country"]: row for row in write(case["record"]).to_dict("records")}
    for expected in case["expected"]:
        row = rows[expected["country"]]
        told = {name: row[name] for name in ("country", "state", "title", "bullets", "search_terms")}
        told |= {"item_length": row["attributes"]["item_length"]}
        assert told | {"notes": [said.format(**values) for said, values in row["notes"]]} == expected


def test_a_country_without_rules_and_a_table_without_a_column_are_refused() -> None:
    with pytest.raises(MissingLimits, match="PL"):
        compose_listings(
            pd.DataFrame([make_record()]),
            MARKETS.iloc[:1].assign(country="PL"),
            RULES,
            GlossaryEngine(),
            ListingPolicy(),
            AS_OF,
        )
    with pytest.raises(MissingColumns, match="bullets"):
        compose_listings(
            pd.DataFrame([make_record()]).drop(columns="bullets"),
            MARKETS,
            RULES,
            GlossaryEngine(),
            ListingPolicy(),
            AS_OF,
        )


@pytest.mark.parametrize(
    ("country", "title"),
    [
        ("IT", "Canovaccio rispettoso dell’ambiente"),
        ("IT", "ASCIUGAMANI ANTIBATTERICI"),
        ("DE", "Antibakterielle Spültücher"),
        ("FR", "Torchons écologiques"),
        ("ES", "Toallas ecológicas"),
    ],
)
def test_a_claim_is_found_inflected_in_any_case_and_with_any_apostrophe(country: str, title: str) -> None:
    language = MARKETS.set_index("country")["language_tag"][country][:2]
    assert listing(country, make_record(title=title, language=language))["state"] == "refused"


def test_every_text_rule_has_a_source_a_day_and_a_confidence() -> None:
    assert (RULES[["source", "effective_from", "retrieved_on", "confidence"]] != "").all().all()
    for market in read_markets(MARKETS):
        rules = read_rules(RULES, market, AS_OF)
        assert rules.max_bytes["search_terms"] == (499 if market.country == "JP" else 249)


PIECES = ["綿", "タオル", "ü", "👩\u200d👧", "towel ", "50 cm ", "क्षि", "กำ", " and ", "Best Seller "]
hard = st.one_of(
    st.text(st.characters(), max_size=300),
    st.lists(st.sampled_from(PIECES)).map(lambda found: "".join(found) * 9),
    st.sampled_from(["Kitchen Towels, " * 40, "é" * 600, "", "\u202e\u200b"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    title=hard, bullets=st.lists(hard, max_size=7), description=hard, terms=st.lists(hard, max_size=4),
    brand=st.one_of(st.text(max_size=8), st.just("Nordhaus")), language=st.sampled_from(["en", "ja", "de"]),
)  # fmt: skip
def test_no_text_is_over_its_limit_in_any_language_or_script(
    title: str, bullets: list[str], description: str, terms: list[str], brand: str, language: str
) -> None:
    record = make_record(
        title=title, bullets=bullets, description=description, search_terms=terms, brand=brand, language=language
    )
    for market, row in zip(read_markets(MARKETS), write(record).to_dict("records"), strict=True):
        rules = read_rules(RULES, market, AS_OF)
        texts = [("title", row["title"]), ("description", row["description"]), ("search_terms", row["search_terms"])]
        for field, text in [*texts, *(("bullet", bullet) for bullet in row["bullets"])]:
            assert count_bytes(text) <= rules.max_bytes[field]
            assert len(text) <= rules.max_characters.get(field, len(text))
        assert len(row["bullets"]) <= rules.max_count["bullet"]
        words = row["search_terms"].split()
        assert len(words) == len(set(words))
        assert not set(words) & {*compose_texts.list_words(row["title"]), *compose_texts.list_words(brand)}
        json.dumps(row["attributes"]).encode()


def test_a_feed_is_the_same_for_the_same_listings() -> None:
    german = write(make_record(), make_record(sku="A1"))
    german = german[german["country"] == "DE"]
    document = make_feed(german, "A2SELLER")
    assert document == make_feed(german.iloc[::-1], "A2SELLER")
    assert [message["sku"] for message in document["messages"]] == ["A1", "T4"]
    assert document["header"] == {"sellerId": "A2SELLER", "version": "2.0", "issueLocale": "en_US"}


def test_a_refused_listing_is_in_no_feed_and_named_beside_it() -> None:
    feeds = make_feeds(write(make_record(), make_record(sku="N", title="")), "A2SELLER")
    assert [feed.country for feed in feeds] == list(COUNTRIES)
    assert all(feed.left_out == ("N",) and len(feed.document["messages"]) == 1 for feed in feeds)


def test_a_feed_of_several_countries_or_doubles_or_nothing_is_refused() -> None:
    found = write()
    german = found[found["country"] == "DE"]
    for wrong in (found, found.iloc[:0], pd.concat([german, german])):
        with pytest.raises(UnusableListings, match="make_feeds"):
            make_feed(wrong, "A2SELLER")


def test_more_than_twenty_five_thousand_listings_are_split() -> None:
    one = write().iloc[[0]]
    skus = [f"S{at:05d}" for at in range(MOST_MESSAGES + 1)]
    many = one.loc[one.index.repeat(len(skus))].assign(sku=skus)
    feeds = make_feeds(many, "A2SELLER")
    assert [(feed.part, len(feed.document["messages"])) for feed in feeds] == [(1, MOST_MESSAGES), (2, 1)]


@pytest.fixture(scope="session")
def feed_schema() -> Row:
    path = read_settings().data.parent / "spapi" / "schemas" / "feeds" / "listings-feed-schema-v2.json"
    if not path.exists():
        pytest.skip("the official feed schema is not on this machine")
    found: Row = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.shared
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_feed_is_valid_against_the_official_schema(country: str, feed_schema: Row) -> None:
    found = write(make_record(), make_record(sku="日本-1", title="綿のタオル", language="ja"))
    document = make_feed(found[found["country"] == country], "A2SELLER")
    jsonschema.Draft7Validator(feed_schema).validate(json.loads(json.dumps(document)))
