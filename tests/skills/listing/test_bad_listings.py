"""What a seller gets wrong is said so that a seller can mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from listing_world import MARKETS, make_listings, make_schema

from skills.listing import check_listing
from skills.listing.policy import ListingPolicy
from skills.vocabulary import MissingColumns

Check = Callable[..., list[dict[str, Any]]]
Attributes = dict[str, Any]


def entry(value: object, **more: object) -> dict[str, object]:
    return {"value": value, "language_tag": "de_DE", "marketplace_id": "A1PA6795UKMFR9"} | more


def test_a_right_listing_has_no_problem(check: Check, attributes: Attributes) -> None:
    assert check(attributes) == []


def test_a_missing_attribute_is_named_with_the_product_type_that_needs_it(
    check: Check, attributes: Attributes
) -> None:
    del attributes["item_name"]
    [row] = check(attributes)
    assert (row["attribute"], row["keyword"], row["severity"]) == ("item_name", "required", "error")
    assert row["said"] == "item_name is missing, and KITCHEN_TOWEL needs it. Add it."
    assert row["values"]["title"] == "Item name"


def test_an_attribute_that_another_one_makes_necessary_says_which(check: Check, attributes: Attributes) -> None:
    attributes["batteries_required"] = [{"value": True, "marketplace_id": "A1PA6795UKMFR9"}]
    del attributes["battery"]
    [row] = check(attributes)
    assert row["said"] == (
        "battery is missing: what is said in batteries_required makes it necessary. Add it, or correct "
        "batteries_required."
    )


def test_an_unknown_product_type_is_answered_with_the_known_ones(check: Check, attributes: Attributes) -> None:
    [row] = check(attributes, product_type="GARDEN_GNOME")
    assert (row["attribute"], row["keyword"]) == ("", "product_type")
    assert row["said"] == (
        "GARDEN_GNOME in DE has no schema here. Known: KITCHEN_TOWEL. Correct the product type, or fetch its schema."
    )


def test_a_slip_in_the_product_type_is_answered_with_what_was_meant(check: Check, attributes: Attributes) -> None:
    [row] = check(attributes, product_type="KITCHEN_TOWELS")
    assert row["said"].endswith("It is perhaps KITCHEN_TOWEL: correct the product type.")


def test_a_measure_in_a_unit_that_is_not_taken_says_which_units_are(check: Check, attributes: Attributes) -> None:
    attributes["item_length"] = [{"value": 3.5, "unit": "feet", "marketplace_id": "A1PA6795UKMFR9"}]
    [row] = check(attributes, ListingPolicy(choices_shown=2))
    assert row["said"] == (
        "item_length · unit is given in feet, and only centimeters, grams … (8) can be used. Convert the number, and "
        "name the unit as listed."
    )


def test_a_number_written_with_its_unit_is_asked_for_alone(check: Check, attributes: Attributes) -> None:
    attributes["item_length"] = [{"value": "35 cm", "unit": "centimeters", "marketplace_id": "A1PA6795UKMFR9"}]
    [row] = check(attributes)
    assert row["said"] == (
        "item_length · value must be a number, and is 35 cm. Write the number alone; a unit has its own field."
    )


def test_a_title_of_five_thousand_characters_is_told_once_for_characters_and_once_for_bytes(
    check: Check, attributes: Attributes
) -> None:
    attributes["item_name"] = [entry("ö" * 5000)]
    rows = {row["keyword"]: row["said"] for row in check(attributes)}
    assert rows["maxLength"] == "item_name · value has 5000 characters, and 200 are allowed. Shorten it by 4800."
    assert rows["maxUtf8ByteLength"].startswith("item_name · value has 10000 bytes, and 400 are allowed.")
    assert len(rows) == 2


def test_direction_marks_are_named_with_the_place_where_they_stand(check: Check, attributes: Attributes) -> None:
    attributes["item_name"] = [entry("Geschirrtuch \u202eelohnuaB\u202c aus Leinen")]
    [row] = check(attributes)
    assert (row["keyword"], row["severity"]) == ("hidden_characters", "error")
    assert row["said"] == (
        "item_name · value holds characters that nobody sees (U+202E RIGHT-TO-LEFT OVERRIDE, U+202C POP "
        "DIRECTIONAL FORMATTING; 2 in all) near “Geschirrtuch elohnuaB aus L”. Type that part anew instead of "
        "pasting it."
    )


def test_half_a_sign_that_no_file_can_hold_is_told_and_written_as_a_question_mark(
    check: Check, attributes: Attributes
) -> None:
    attributes["color"] = [entry("rot\ud83d", **{"odd\ud83d": 1})]
    rows = {row["keyword"]: row["said"] for row in check(attributes)}
    assert set(rows) == {"hidden_characters", "additionalProperties"}
    assert "(U+D83D; 1 in all)" in rows["hidden_characters"]
    assert "color · odd?" in rows["additionalProperties"]


def test_the_marks_that_arabic_needs_are_in_order_where_arabic_is_sold(check: Check, attributes: Attributes) -> None:
    attributes["item_name"] = [entry("منشفة\u200f 40x60")]
    assert check(attributes, country="AE") == []
    assert [row["keyword"] for row in check(attributes)] == ["hidden_characters"]


def test_a_word_of_two_alphabets_is_named(check: Check, attributes: Attributes) -> None:
    attributes["brand"] = [entry("Nоrdlicht 100 µm")]
    [row] = check(attributes)
    assert (row["keyword"], row["severity"], row["values"]["words"]) == ("mixed_scripts", "warning", "Nоrdlicht")


def test_too_many_entries_count_per_marketplace_and_language(check: Check, attributes: Attributes) -> None:
    attributes["bullet_point"] = [entry(f"Punkt {at}") for at in range(6)]
    [row] = check(attributes)
    assert row["said"] == (
        "bullet_point has 6 entries for marketplace_id A1PA6795UKMFR9, language_tag de_DE, and at most 5 are "
        "allowed. Keep the best of them."
    )


def test_a_problem_in_one_of_several_entries_says_in_which(check: Check, attributes: Attributes) -> None:
    attributes["bullet_point"] = [entry("gut"), entry("")]
    [row] = check(attributes)
    assert (row["attribute"], row["keyword"]) == ("bullet_point · 2 · value", "minLength")


def test_a_label_is_answered_with_its_value(check: Check, attributes: Attributes) -> None:
    attributes["closure_type"] = [{"value": "Choice 3", "marketplace_id": "A1PA6795UKMFR9"}]
    [row] = check(attributes)
    assert row["said"] == "closure_type · value cannot be Choice 3. Write choice_3."


def test_an_attribute_that_the_product_type_does_not_know_is_a_warning_with_a_guess(
    check: Check, attributes: Attributes
) -> None:
    attributes["colour"] = [entry("rot")]
    [row] = check(attributes)
    assert (row["severity"], row["keyword"]) == ("warning", "unknown_attribute")
    assert row["said"].endswith("It is perhaps color: correct its name.")


def test_a_value_that_cannot_change_any_more_is_told_beside_the_live_one(
    check: Check, attributes: Attributes
) -> None:
    live = attributes | {"brand": [entry("Nordlicht", marketplace_id="OTHER")]}
    rows = check(attributes, published_attributes=live)
    assert [(row["attribute"], row["keyword"]) for row in rows] == [("brand · marketplace_id", "editable")]
    assert "Keep OTHER" in rows[0]["said"]


def test_a_value_in_the_wrong_spelling_is_answered_with_the_right_one_and_a_wrong_kind_with_all() -> None:
    schema = {"T": {"properties": {"a": {"enum": ["red", 1]}}}}
    rows = [{"sku": str(at), "country": "DE", "product_type": "T", "attributes": {"a": found}} for at, found in
            enumerate(["Red", "1"])]  # fmt: skip
    found = check_listing(schema, pd.DataFrame(rows), ListingPolicy())
    said = [reason.format(**values) for reason, values in zip(found["reason"], found["values"], strict=True)]
    assert said == ["a cannot be Red. Write red.", "a cannot be 1. Choose one of: red, 1."]


def test_attributes_named_by_a_pattern_are_known() -> None:
    schema = {"T": {"patternProperties": {"^image_": {"type": "string"}}}}
    row = {"sku": "A", "country": "DE", "product_type": "T", "attributes": {"image_1": "a"}}
    assert check_listing(schema, pd.DataFrame([row]), ListingPolicy()).empty


@pytest.mark.parametrize(
    ("attributes", "said"), [(None, "null"), ("", "string"), ([], "[]")], ids=["nothing", "empty text", "a list"]
)
def test_a_listing_without_attributes_is_a_row_that_says_so(check: Check, attributes: Any, said: str) -> None:
    [row] = check(attributes)
    assert (row["keyword"], row["values"]["found"]) == ("attributes", said)


def test_attributes_of_endless_depth_are_a_row_that_says_so(check: Check, attributes: Attributes) -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    rows = check(attributes | {"odd": deep})
    assert [row["keyword"] for row in rows] == ["attributes"]


def test_a_country_of_its_own_schema_is_checked_by_that() -> None:
    schemas = {f"KITCHEN_TOWEL/{country}": make_schema(country) for country in MARKETS}
    listings = make_listings(2, 9)
    assert check_listing(schemas, listings, ListingPolicy()).empty
    moved = listings.assign(country="DE")
    assert set(check_listing(schemas, moved, ListingPolicy())["keyword"]) >= {"enum"}


def test_the_answer_hangs_neither_on_the_order_of_rows_nor_is_the_input_changed() -> None:
    listings = make_listings(3, 4)
    for attributes in listings["attributes"]:
        attributes["item_name"] = [{"value": 3}]
    before = listings.copy(deep=True)
    schemas = {"KITCHEN_TOWEL": make_schema("US")}
    one = check_listing(schemas, listings, ListingPolicy())
    other = check_listing(schemas, listings.sample(frac=1, random_state=1), ListingPolicy())
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(listings, before)
    assert [str(kind) for kind in one.dtypes] == ["str"] * 6 + ["object"]


def test_no_listing_gives_an_empty_answer_and_a_missing_column_is_named() -> None:
    empty = pd.DataFrame(columns=["sku", "country", "product_type", "attributes"])
    assert check_listing({}, empty, ListingPolicy()).empty
    with pytest.raises(MissingColumns, match="product_type"):
        check_listing({}, empty.drop(columns="product_type"), ListingPolicy())
