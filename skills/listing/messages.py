"""What a seller reads: for each keyword a sentence that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skills.listing.faults import Fault, Faults, Path, make_writable, show
from skills.vocabulary import mark

_TYPE = {
    "string": mark("{attribute} must be text, and is {found}. Write it as text."),
    "number": mark("{attribute} must be a number, and is {found}. Write the number alone; a unit has its own field."),
    "integer": mark(
        "{attribute} must be a whole number, and is {found}. Write it without decimals and without a unit."
    ),
    "boolean": mark("{attribute} must be true or false, and is {found}. Write one of the two."),
    "array": mark(
        "{attribute} must be a list of entries, and is {found}. Give one entry per marketplace and language."
    ),
    "object": mark("{attribute} must be an entry with named fields, and is {found}. Give it as fields and values."),
    "null": mark("{attribute} must be empty, and is {found}. Take the value out."),
}
_TYPES = mark("{attribute} must be one of {expected}, and is {found}. Write it as one of these.")

_SAID = {
    "required": mark("{attribute} is missing, and {product_type} needs it. Add it."),
    "dependentRequired": mark("{attribute} is missing: it goes with {because}. Add it, or take {because} out."),
    "enum": mark("{attribute} cannot be {found}. Choose one of: {allowed}."),
    "const": mark("{attribute} must be {allowed}, and is {found}. Correct it."),
    "maxLength": mark("{attribute} has {length} characters, and {limit} are allowed. Shorten it by {excess}."),
    "minLength": mark("{attribute} has {length} characters, and at least {limit} are needed. Say more."),
    "maxUtf8ByteLength": mark(
        "{attribute} has {length} bytes, and {limit} are allowed. Shorten it by {excess} bytes: accented letters "
        "take 2, Chinese and Japanese signs 3."
    ),
    "minUtf8ByteLength": mark("{attribute} has {length} bytes, and at least {limit} are needed. Say more."),
    "pattern": mark("{attribute} cannot be {found}: it must be written as {pattern}. Correct the way it is written."),
    "format": mark("{attribute} is {found}, which is not in the format {format}. Write it in that format."),
    "minimum": mark("{attribute} is {found}, and must be at least {limit}. Correct the number or its unit."),
    "maximum": mark("{attribute} is {found}, and must be at most {limit}. Correct the number or its unit."),
    "exclusiveMinimum": mark("{attribute} is {found}, and must be above {limit}. Correct the number or its unit."),
    "exclusiveMaximum": mark("{attribute} is {found}, and must be below {limit}. Correct the number or its unit."),
    "multipleOf": mark("{attribute} is {found}, and must be a multiple of {step}. Round it."),
    "minItems": mark("{attribute} has {found} entries, and at least {limit} are needed. Add some."),
    "maxItems": mark("{attribute} has {found} entries, and at most {limit} are allowed. Take some out."),
    "uniqueItems": mark("{attribute} says the same twice: {found}. Take entry {place} out."),
    "maxUniqueItems": mark(
        "{attribute} has {found} entries for {selection}, and at most {limit} are allowed. Keep the best of them."
    ),
    "minUniqueItems": mark(
        "{attribute} has {found} entries for {selection}, and at least {limit} are needed. Add some."
    ),
    "minContains": mark(
        "{attribute} has {found} entries of a kind of which {limit} are needed. Add one of that kind."
    ),
    "maxContains": mark(
        "{attribute} has {found} entries of a kind of which {limit} are allowed. Take one of that kind out."
    ),
    "minProperties": mark("{attribute} has {found} fields, and at least {limit} are needed. Fill in more of them."),
    "maxProperties": mark("{attribute} has {found} fields, and at most {limit} are allowed. Take some out."),
    "additionalProperties": mark("{attribute} is not a field that can be given here. Take it out."),
    "unevaluatedProperties": mark("{attribute} is not a field that can be given here. Take it out."),
    "unevaluatedItems": mark("{attribute} is an entry too many. Take it out."),
    "propertyNames": mark("{name} cannot be the name of a field here. Correct the name."),
    "oneOf": mark(
        "{attribute} fits {fits} of {choices} forms that exclude each other. Keep what belongs to one of them."
    ),
    "anyOf": mark(
        "{attribute} fits none of {choices} allowed forms. The closest one is held up by: {closest}. Mend that."
    ),
    "not": mark("{attribute} says together what excludes itself: see {about}. Change one of them."),
    "false": mark("{attribute} cannot be given here. Take it out."),
    "unknown_attribute": mark("{attribute} is not an attribute of {product_type}. Take it out, or correct its name."),
    "editable": mark("{attribute} cannot be changed once a listing is live. Keep {live}, or open a new listing."),
    "hidden_characters": mark(
        "{attribute} holds characters that nobody sees ({signs}; {count} in all) near “{near}”. Type that part anew "
        "instead of pasting it."
    ),
    "mixed_scripts": mark("{attribute} has words with letters of two alphabets: {words}. Type them anew in one."),
    "replacedBy": mark("{attribute} is being withdrawn. Give {meant} instead."),
    "$lifecycle": mark("{attribute} is {found}, which is being withdrawn. Choose another of: {allowed}."),
}
_NEEDED_BECAUSE = mark(
    "{attribute} is missing: what is said in {because} makes it necessary. Add it, or correct {because}."
)
_WRITE_SO = mark("{attribute} cannot be {found}. Write {meant}.")
_UNIT = mark(
    "{attribute} is given in {found}, and only {allowed} can be used. Convert the number, and name the unit as "
    "listed."
)
_MEANT = mark("{attribute} is not a field that can be given here. It is perhaps {meant}: correct its name.")
_UNKNOWN_MEANT = mark("{attribute} is not an attribute of {product_type}. It is perhaps {meant}: correct its name.")
_ONE_OF = mark("{attribute} lacks one of: {needed}. Give at least one of them.")
_JUST_ONE_OF = mark("{attribute} lacks one of: {needed}. Give exactly one of them.")
_FIRST = mark("{attribute} has no entry, and at least {limit} is needed. Add one.")
UNKNOWN_TYPE = mark(
    "{product_type} in {country} has no schema here. Known: {known}. Correct the product type, or fetch its schema."
)
MEANT_TYPE = mark("{product_type} in {country} has no schema here. It is perhaps {meant}: correct the product type.")
NO_ATTRIBUTES = mark("The listing has no attributes: they are {found}. Give them as attribute names and entries.")
TOO_DEEP = mark("The attributes are nested so deep that they cannot be read. Export the listing anew.")


def name_path(path: Path) -> str:
    """`bullet_point · 3 · value`: names, and places in a list counted from 1."""
    return " · ".join(make_writable(str(step)) for step in path)


def say(fault: Fault, product_type: str, shown: int) -> tuple[str, dict[str, Any]]:
    """The sentence of one fault and what fills its places.

    Args:
        shown: How many of the allowed values are listed.
    """
    keyword, path, values = fault
    said: dict[str, Any] = {**values, "attribute": name_path(path) or product_type, "product_type": product_type}
    if "allowed" in said:
        said["allowed"] = _list(values["allowed"], shown)
    if keyword == "type":
        said |= {"found": show(values["found"]) or "“”", "expected": _list(values["expected"], shown)}
        expected = [name for name in values["expected"] if name != "null"] or values["expected"]
        return (_TYPE[expected[0]] if len(expected) == 1 else _TYPES), said
    if keyword in ("anyOf", "oneOf") and "tried" in said:
        return _say_choice(keyword, said.pop("tried"), said)
    return _choose(keyword, path, said), said


def _choose(keyword: str, path: Path, said: dict[str, Any]) -> str:
    if keyword == "required" and "because" in said:
        return _NEEDED_BECAUSE
    if keyword == "enum":
        if "meant" in said:
            return _WRITE_SO
        if path and str(path[-1]).endswith("unit"):
            return _UNIT
    if keyword in ("additionalProperties", "unevaluatedProperties") and "meant" in said:
        return _MEANT
    if keyword == "unknown_attribute" and "meant" in said:
        return _UNKNOWN_MEANT
    if keyword == "minUniqueItems" and not said["found"]:
        return _FIRST
    return _SAID[keyword]


def _say_choice(keyword: str, tried: Sequence[Faults], said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    missing = all(fault.keyword == "required" for faults in tried for fault in faults)
    if missing:
        needed = dict.fromkeys(" + ".join(name_path(fault.path) for fault in faults) for faults in tried)
        return (_ONE_OF if keyword == "anyOf" else _JUST_ONE_OF), said | {"needed": ", ".join(needed)}
    closest = min(tried, key=len)
    named = dict.fromkeys(f"{name_path(fault.path) or said['attribute']} ({fault.keyword})" for fault in closest)
    return _SAID["anyOf"], said | {"closest": ", ".join(named)}


def _list(allowed: Sequence[str], shown: int) -> str:
    return ", ".join(allowed[:shown]) + (f" … ({len(allowed)})" if len(allowed) > shown else "")
