"""Units, decimal signs, prices, dates and plugs per country; no number changes but by a stated conversion."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.listing.localise import (
    Market,
    UnusableMarkets,
    fits_socket,
    format_day,
    format_price,
    localise_text,
    plain_numbers,
    price_value,
    read_markets,
)
from skills.listing.localise_attributes import (
    NO_UNIT,
    STATED_IN,
    UNKNOWN_UNIT,
    WRONG_UNIT,
    Localised,
    localise_attributes,
)
from skills.listing.units import LARGER, PLACES, SYSTEMS, UNITS, convert, to_canonical

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
TABLE = pd.read_csv(ASSETS / "markets.csv", keep_default_na=False)
MARKETS = {market.country: market for market in read_markets(TABLE)}
UNTOUCHED = "4 in 1, model A4-60 cm, version 1.2.3 cm, -5 °C, 5 gérable"
NUMBERS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def write(attributes: dict[str, object], country: str) -> Localised:
    market = MARKETS[country]
    return localise_attributes(attributes, market, lambda text, where: (text, market.language_tag))


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        ("50", "cm", "in", "19.7"),
        ("70", "cm", "in", "27.6"),
        ("1.5", "kg", "lb", "3.31"),
        ("250", "ml", "fl_oz", "8.5"),
        ("60", "degC", "degF", "140"),
        ("-40", "degC", "degF", "-40"),
        ("0", "degC", "degF", "32"),
        ("12", "in", "cm", "30.5"),
        ("1", "lb", "g", "454"),
        ("0.001", "cm", "in", "0.0004"),
    ],
)
def test_units_convert_by_exact_factors_and_round_half_even(
    value: str, unit: str, target: str, expected: str
) -> None:
    assert f"{convert(Decimal(value), unit, target):f}" == expected


def test_a_unit_of_another_kind_is_never_converted() -> None:
    with pytest.raises(ValueError, match="no unit of mass"):
        convert(Decimal(1), "cm", "g")


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Towel 50 x 70 cm, 1.5 kg", "US", "Towel 19.7 x 27.6 in, 3.31 lb"),
        ("Towel 50 x 70 cm, 1.5 kg", "DE", "Towel 50 x 70 cm, 1,5 kg"),
        ("wash at 40-60 °C", "US", "wash at 104-140 °F"),
        ("20 x 28 in, 16 fl oz", "JP", "50.8 x 71.1 cm, 473 ml"),
        (UNTOUCHED, "US", UNTOUCHED),
        ("30 cm³, 5 g/l, 50cm/20in, 2 m²", "US", "30 cm³, 5 g/l, 50cm/20in, 2 m²"),
        ("綿100%で60°C、幅30cmです", "US", "綿100%で140 °F、幅11.8 inです"),
        ("1,500 ml", "GB", "1500 ml"),
        ("500 ml, 1.5 l, 5 l, 0.5-2 l", "US", "16.9 fl oz, 1.59 qt, 1.32 gal, 16.9-67.6 fl oz"),
        ("200 g, 0.2 kg, 900 g", "US", "7.1 oz, 7.1 oz, 1.98 lb"),
        ("2 quarts, 3 yards, 1 gal", "DE", "1,89 l, 2,74 m, 3,79 l"),
        ("240 g/m², 600 GSM", "US", "7.1 oz/yd², 600 GSM"),
        ("7 oz/yd², 600 gsm", "FR", "237 g/m², 600 gsm"),
        ("100% Baumwolle", "DE", "100 % Baumwolle"),
        ("100% coton", "FR", "100 % coton"),
        ("100 % cotone", "IT", "100% cotone"),
    ],
)  # fmt: skip
def test_measures_in_a_text_follow_the_country(text: str, country: str, expected: str) -> None:
    assert localise_text(plain_numbers(text, "en"), MARKETS[country])[0] == expected


def test_a_german_source_with_its_own_signs_is_read_as_german() -> None:
    assert plain_numbers("1,5 kg und 1.500 ml", "de") == "1.5 kg und 1500 ml"
    assert localise_text(plain_numbers("1,5 kg", "de"), MARKETS["US"])[0] == "3.31 lb"


pieces = st.one_of(
    st.text(max_size=12),
    st.tuples(
        st.decimals(0, 100_000, places=2),
        st.sampled_from([" cm", "cm", " kg", " g", " °C", " in", " ml", "%", " x 3 cm", " W", " in 1", "€"]),
    ).map(lambda pair: f"{pair[0].normalize():f}{pair[1]}"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=8).map(" ".join), st.sampled_from(sorted(MARKETS)))
def test_no_number_changes_but_by_a_conversion_that_is_handed_back(text: str, country: str) -> None:
    said, found = localise_text(text, MARKETS[country])
    before, after = Counter(NUMBERS.findall(text)), Counter(NUMBERS.findall(said.replace(",", ".")))
    plain = Counter({number.replace(",", "."): 0 for number in before})
    for number, count in before.items():
        plain[number.replace(",", ".")] += count
    for one in found:
        plain[f"{one.value:f}"] -= 1
        plain[f"{one.shown:f}"] += 1
        exact = Fraction(one.value) * UNITS[one.unit].factor + UNITS[one.unit].offset
        back = Fraction(one.shown) * UNITS[one.shown_unit].factor + UNITS[one.shown_unit].offset
        assert abs(exact - back) <= Fraction(1, 2) / 10 ** PLACES[one.shown_unit] * UNITS[one.shown_unit].factor
        small = SYSTEMS[MARKETS[country].system][one.unit]
        assert one.shown_unit in {small, LARGER.get(small), LARGER.get(LARGER.get(small, ""))}
    assert +plain == after


@given(st.decimals(0, 10**6, places=3), st.sampled_from(["cm", "g", "ml", "degC"]))
def test_a_canonical_value_is_kept_to_the_digit(value: Decimal, unit: str) -> None:
    assert to_canonical(value, unit) == (value, unit)


def test_a_price_is_written_as_the_country_writes_it_and_never_converted() -> None:
    assert format_price(1234567, "EUR", MARKETS["DE"]) == "12.345,67\u00a0€"
    assert format_price(1234567, "USD", MARKETS["US"]) == "$12,345.67"
    assert format_price(2480, "JPY", MARKETS["JP"]) == "￥2,480"
    assert (price_value(1999, "USD"), price_value(2480, "JPY")) == (19.99, 2480)


def test_a_date_is_written_as_the_country_writes_it() -> None:
    assert format_day(date(2026, 11, 30), MARKETS["DE"]) == "30. November 2026"
    assert format_day(date(2026, 11, 30), MARKETS["JP"]) == "2026年11月30日"


def test_a_plug_fits_or_does_not() -> None:
    fits = {country for country, market in MARKETS.items() if fits_socket("G", market)}
    assert fits == {"GB"}
    assert fits_socket("", MARKETS["US"])
    assert fits_socket("type f", MARKETS["DE"])


def test_attributes_carry_unit_marketplace_and_language_and_keep_the_canonical_value() -> None:
    given_attributes = {"item_length": 70, "item_weight": 900, "color": "White", "number_of_items": 4, "lining": None}
    found = write(given_attributes, "US")
    us = "ATVPDKIKX0DER"
    assert found.attributes == {
        "color": [{"value": "White", "language_tag": "en_US", "marketplace_id": us}],
        "item_length": [{"value": 27.6, "unit": "inches", "marketplace_id": us}],
        "item_weight": [{"value": 1.98, "unit": "pounds", "marketplace_id": us}],
        "number_of_items": [{"value": 4, "marketplace_id": us}],
    }
    assert found.canonical == {
        "item_length": {"value": "70", "unit": "cm"},
        "item_weight": {"value": "900", "unit": "g"},
    }
    assert write(given_attributes, "DE").attributes["item_length"][0] == {
        "value": 70, "unit": "centimeters", "marketplace_id": "A1PA6795UKMFR9",
    }  # fmt: skip


def test_parts_of_an_attribute_are_measured_one_by_one() -> None:
    [size] = write({"item_dimensions": {"length": 70, "width": 50}}, "US").attributes["item_dimensions"]
    assert size["length"] == {"value": 27.6, "unit": "inches"}
    [length] = write({"item_length": {"value": 70}}, "US").attributes["item_length"]
    assert length["value"] == 27.6


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"value": 3, "unit": "g"}, WRONG_UNIT),
        ({"value": 3, "unit": "cubits"}, UNKNOWN_UNIT),
        ("about 70", NO_UNIT),
        (float("inf"), NO_UNIT),
    ],
)
def test_an_attribute_in_the_wrong_unit_is_left_out_and_said(value: object, sentence: str) -> None:
    found = write({"item_length": value}, "DE")
    assert found.attributes == {}
    [(said, values)] = found.notes
    assert said == sentence
    assert "item_length" in said.format(**values)


def test_an_attribute_in_inches_is_converted_and_said() -> None:
    found = write({"item_length": {"value": "27.6", "unit": "inches"}}, "DE")
    assert found.attributes["item_length"][0]["value"] == 70.1
    assert found.canonical["item_length"] == {"value": "70.104", "unit": "cm"}
    assert [sentence for sentence, _ in found.notes] == [STATED_IN]


def test_codes_and_names_are_left_exactly_as_they_are() -> None:
    us = {"marketplace_id": "ATVPDKIKX0DER"}
    found = write(
        {
            "part_number": "A_1 50 cm",
            "condition_type": {"value": "new_new"},
            "main_product_image_locator": {"media_location": "https://example.com/50 cm.jpg"},
        },
        "US",
    ).attributes
    assert found["part_number"] == [{"value": "A_1 50 cm", "language_tag": "en_US", **us}]
    assert found["condition_type"] == [{"value": "new_new", **us}]
    assert found["main_product_image_locator"] == [{"media_location": "https://example.com/50 cm.jpg", **us}]


def test_a_weight_of_the_cloth_is_no_weight_of_the_product() -> None:
    assert write({"fabric_weight": 400}, "US").attributes["fabric_weight"][0]["unit"] == "grams_per_square_meter"


def test_every_market_has_a_source_and_a_day() -> None:
    assert set(MARKETS) == {"CA", "DE", "ES", "FR", "GB", "IT", "JP", "US"}
    assert (TABLE[["source", "retrieved_on", "confidence"]] != "").all().all()


def test_a_country_with_two_rows_or_an_unknown_system_is_refused() -> None:
    with pytest.raises(UnusableMarkets, match="US"):
        read_markets(pd.concat([TABLE, TABLE[TABLE["country"] == "US"]]))
    with pytest.raises(UnusableMarkets, match="DE"):
        read_markets(TABLE.assign(system="imperial")[TABLE["country"] == "DE"])


def test_the_language_of_a_market_is_that_of_its_tag() -> None:
    market: Market = MARKETS["JP"]
    assert (market.language, str(market.locale)) == ("ja", "ja_JP")
