"""On the standard's part a listing is valid here exactly when the package jsonschema says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from listing_world import MARKETS, make_listings, make_schema

from skills.listing import compile_schema

NAMES = st.sampled_from(["a", "b", "ab"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([0.0, 1.0, 1.5]),
    st.sampled_from(["", "a", "ab", "手"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
COUNTS = st.integers(0, 3)
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "const": VALUES,
    "multipleOf": st.integers(1, 3),
    "maximum": st.integers(-1, 2),
    "minimum": st.integers(-1, 2),
    "exclusiveMaximum": st.integers(-1, 2),
    "exclusiveMinimum": st.integers(-1, 2),
    "maxLength": COUNTS,
    "minLength": COUNTS,
    "pattern": st.sampled_from(["^a", "b$", "[ab]{2}"]),
    "maxItems": COUNTS,
    "minItems": COUNTS,
    "uniqueItems": st.booleans(),
    "maxContains": COUNTS,
    "minContains": COUNTS,
    "maxProperties": COUNTS,
    "minProperties": COUNTS,
    "required": st.lists(NAMES, max_size=2, unique=True),
    "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2),
    "$ref": st.sampled_from(["#/$defs/a", "#/$defs/b"]),
}


def _nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    nested = {
        **_look_at_the_same(inner),
        "items": inner.map(_as_object) | st.lists(inner, min_size=1, max_size=2),
        "additionalItems": inner,
        "contains": inner,
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=2),
        "additionalProperties": inner,
        "propertyNames": inner,
    }
    return _choose({**PLAIN, **nested})


def _look_at_the_same(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    some = st.lists(inner, min_size=1, max_size=3)
    return {
        **dict.fromkeys(("allOf", "anyOf", "oneOf"), some),
        **dict.fromkeys(("not", "if", "then", "else"), inner),
        "dependentSchemas": st.dictionaries(NAMES, inner, max_size=2),
    }


def _leave_rest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas with what `unevaluatedProperties` and `unevaluatedItems` look at."""
    seen = {
        **_look_at_the_same(inner),
        "$ref": PLAIN["$ref"],
        "required": PLAIN["required"],
        "items": st.lists(inner, min_size=1, max_size=2),
        "properties": st.dictionaries(NAMES, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=1),
        "additionalProperties": st.booleans(),
    }
    rest = st.fixed_dictionaries({}, optional={"unevaluatedItems": inner, "unevaluatedProperties": inner})
    return st.builds(lambda one, other: {**one, **other}, _choose(seen), rest)


def _as_object(schema: Any) -> Any:
    """jsonschema 4.26 raises TypeError where additionalItems stands beside items that are true or false."""
    return {"allOf": [schema]} if isinstance(schema, bool) else schema


def _choose(keywords: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Schemas of one to four keywords."""

    def build(names: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({name: keywords[name] for name in names})

    return st.lists(st.sampled_from(sorted(keywords)), min_size=1, max_size=4, unique=True).flatmap(build)


SCHEMAS = st.recursive(st.booleans() | _choose(PLAIN), _nest, max_leaves=5)
RESTS = st.recursive(
    st.booleans() | _choose({"const": SCALARS, "required": PLAIN["required"]}), _leave_rest, max_leaves=6
)
LISTS = st.dictionaries(NAMES, SCALARS, max_size=3) | st.lists(SCALARS, max_size=3)
LEAVES = _choose({name: how for name, how in PLAIN.items() if name != "$ref"})


MANY = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""Drawn alike each time: with new draws the recursive schemas fail now and then in the drawing itself."""


def check_verdicts(schema: Any, a: Any, b: Any, values: list[Any]) -> None:
    document = {"allOf": [schema], "$defs": {"a": a, "b": b}}
    compiled, peer = compile_schema(document), Draft201909Validator(document)
    for value in values:
        assert (not compiled.check(value)) == peer.is_valid(value)


@MANY
@given(SCHEMAS, LEAVES, LEAVES, st.lists(VALUES, min_size=1, max_size=6))
def test_a_value_is_valid_exactly_when_jsonschema_says_so(schema: Any, a: Any, b: Any, values: list[Any]) -> None:
    check_verdicts(schema, a, b, values)


@MANY
@given(RESTS, LEAVES, LEAVES, st.lists(LISTS, min_size=1, max_size=6))
def test_what_no_other_keyword_looked_at_is_the_same_for_jsonschema(
    schema: Any, a: Any, b: Any, values: list[Any]
) -> None:
    check_verdicts(schema, a, b, values)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"additionalProperties": {"type": "null"}, "unevaluatedProperties": False}, {"a": None}),
        ({"multipleOf": 0.01}, 19.99),
    ],
)
def test_where_jsonschema_departs_from_the_standard_the_standard_counts(schema: Any, value: Any) -> None:
    assert compile_schema(schema).check(value) is None
    assert not Draft201909Validator(schema).is_valid(value)


def test_contains_leaves_an_entry_to_unevaluated_items_as_the_standard_of_2019_says() -> None:
    schema = {"contains": {"const": 1}, "unevaluatedItems": False}
    assert compile_schema(schema).check([1])
    assert Draft201909Validator(schema).is_valid([1])


def test_the_made_listings_are_valid_for_jsonschema_too_and_broken_ones_for_neither() -> None:
    listings = make_listings(1, 3)
    for country in MARKETS:
        schema = make_schema(country)
        assert len(schema["properties"]) >= 80
        compiled, peer = compile_schema(schema), Draft201909Validator(schema)
        for attributes in listings.loc[listings["country"] == country, "attributes"]:
            assert compiled.check(attributes) is None
            assert peer.is_valid(attributes)
            for name in list(attributes)[:: 1 if country == "DE" else 20]:
                kept = {key: value for key, value in attributes.items() if key != name}
                assert (not compiled.check(kept)) == peer.is_valid(kept)
                broken = attributes | {name: [{**attributes[name][0], "odd": 1}]}
                assert compiled.check(broken)
                assert not peer.is_valid(broken)
