"""A schema is compiled whole, or refused in words; what it asks for can be listed and explained."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import pytest
from listing_world import make_schema

from skills.listing import check_listing, compile_schema, explain_problem, list_required
from skills.listing.faults import UnknownListing, UnusableSchema
from skills.listing.policy import ListingPolicy


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "https://example.com/other.json"}, "it is not in this file, and nothing is fetched"),
        ({"properties": {"a": {"$ref": "#/$defs/lost"}}}, "at #/properties/a of the schema cannot be followed"),
        ({"properties": {"a": {"$ref": "#lost"}}}, "there is no schema at that place"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "refers to itself without going any deeper"),
        ({"allOf": [{"$ref": "#"}]}, "refers to itself without going any deeper"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "is written in http://json-schema.org/draft-07/schema#"),
        ({"properties": {"a": {"maxLength": "12"}}}, "The keyword maxLength at #/properties/a"),
        ({"properties": {"a": {"pattern": "("}}}, "The keyword pattern at #/properties/a"),
        ({"properties": {"a": {"type": "text"}}}, "The keyword type at #/properties/a"),
        ({"$recursiveAnchor": True, "items": {"$recursiveRef": "#"}}, "`$recursiveAnchor` is not supported"),
        ({"$ref": "http://["}, "it is not in this file, and nothing is fetched"),
        ({"properties": {"a": {"maxItems": float("inf")}}}, "The keyword maxItems at #/properties/a"),
        ([], "is a JSON object; this is array"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_compiled_is_refused_with_the_place_and_the_remedy(schema: Any, said: str) -> None:
    with pytest.raises(UnusableSchema) as refused:
        compile_schema(schema)
    assert said in str(refused.value)
    assert "Fetch the" in str(refused.value)


def test_a_schema_of_endless_depth_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"items": deep}
    with pytest.raises(UnusableSchema, match="nested so deep"):
        compile_schema(deep)


def test_references_by_pointer_anchor_and_embedded_name_are_followed() -> None:
    schema = {
        "$id": "https://example.com/a",
        "$defs": {
            "x/y": {"type": "string"},
            "n": {"$anchor": "named", "type": "number"},
            "e": {"$id": "inner", "$defs": {"f": {"type": "null"}}, "properties": {"g": {"$ref": "#/$defs/f"}}},
        },
        "properties": {
            "a": {"$ref": "#/$defs/x~1y"},
            "b": {"$ref": "#named"},
            "c": {"$ref": "inner#/$defs/f"},
            "d": {"$ref": "inner"},
            "tree": {"items": {"$ref": "#"}},
        },
    }
    check = compile_schema(schema).check
    assert check({"a": "x", "b": 1, "c": None, "d": {"g": None}, "tree": [{"a": "y"}]}) is None
    wrong = check({"a": 1, "b": "x", "c": 1, "d": {"g": 1}, "tree": [{"tree": [{"a": 1}]}]}) or []
    assert [fault.path for fault in wrong] == [("a",), ("b",), ("c",), ("d", "g"), ("tree", "tree", "a")]


def test_keywords_that_are_not_known_are_listed_and_never_passed_over() -> None:
    schema = {"properties": {"a": {"maxWords": 3, "format": "gtin", "enumNames": "x"}, "maxWords": {}}}
    compiled = compile_schema(schema)
    assert [(values["keyword"], values["where"]) for _, values in compiled.unread] == [
        ("maxWords", "#/properties/a"), ("format", "#/properties/a"), ("enumNames", "#/properties/a"),
    ]  # fmt: skip
    listings = pd.DataFrame([{"sku": "A", "country": "DE", "product_type": "T", "attributes": {"a": "x y z w"}}])
    found = check_listing({"T": compiled}, listings, ListingPolicy())
    assert list(found["severity"]) == ["warning"] * 3
    assert found["reason"][0].format(**found["values"][0]) == (
        "The keyword maxWords at #/properties/a of the schema is not known here, so nothing checks it."
    )


def test_a_compiled_schema_survives_a_pickle() -> None:
    compiled = compile_schema(make_schema("FR"))
    again = pickle.loads(pickle.dumps(compiled))
    assert again.check({}) == compiled.check({})


def test_what_a_product_type_asks_for_hangs_on_what_is_given() -> None:
    schema = make_schema("DE")
    nothing = list_required(schema).set_index("attribute")
    assert nothing.loc["item_name", "needed"] == "always"
    assert nothing.loc["battery", "needed"] == "if you like"
    assert nothing.loc["closure_type", "labels"][0] == "choice 0"
    given = list_required(compile_schema(schema), {"batteries_required": [{"value": True}]}).set_index("attribute")
    assert tuple(given.loc["battery", ["needed", "because"]]) == ("as the rest stands", "batteries_required")
    assert bool(given.loc["batteries_required", "given"])
    assert list(nothing.index) == sorted(nothing.index)


def test_a_problem_is_explained_by_what_was_given_what_is_asked_and_who_says_so() -> None:
    name = [{"value": "ö" * 300, "language_tag": "de_DE", "marketplace_id": "A1PA6795UKMFR9"}]
    listing = {"sku": "A", "country": "DE", "product_type": "KITCHEN_TOWEL", "attributes": {"item_name": name}}
    asked = ({"KITCHEN_TOWEL": make_schema("DE")}, pd.DataFrame([listing]), ListingPolicy(), "A", "DE")
    steps = explain_problem(*asked, "item_name · value").set_index("label")
    assert steps.loc["Given", "note"] == "300 / 600"
    assert {"maxUtf8ByteLength: 400", "maxLength: 200"} <= set(steps.loc["The schema says", "value"])
    told = steps[steps["value"] == "maxUtf8ByteLength"].iloc[0]
    assert told["note"] == "Amazon's own keyword"
    with pytest.raises(UnknownListing, match="brand"):
        explain_problem(*asked, "title")
