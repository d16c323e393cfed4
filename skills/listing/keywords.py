"""Every keyword that is read in a product type's schema, and who describes it.

official    Amazon's page "Product Type Definitions Meta-Schema (v1)"
standard    JSON Schema 2019-09
seen        keys of published product-type schemas that the official page, as far as it could be read, leaves out
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Source = Literal["official", "standard", "seen"]
Purpose = Literal["checks", "informs", "structure"]


class Keyword(NamedTuple):
    """One keyword: where it is described, and whether a value can break it."""

    name: str
    source: Source
    purpose: Purpose


DIALECTS = (
    "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
    "https://json-schema.org/draft/2019-09/schema",
)

_OFFICIAL: dict[Purpose, str] = {
    "checks": "maxUniqueItems minUniqueItems maxUtf8ByteLength minUtf8ByteLength selectors",
    "informs": "editable enumNames hidden",
}
_STANDARD: dict[Purpose, str] = {
    "checks": "type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength "
    "pattern format items additionalItems unevaluatedItems maxItems minItems uniqueItems contains maxContains "
    "minContains maxProperties minProperties required dependentRequired properties patternProperties "
    "additionalProperties unevaluatedProperties propertyNames allOf anyOf oneOf not if then else dependentSchemas "
    "$ref $recursiveRef",
    "informs": "title description default deprecated readOnly writeOnly examples $comment contentEncoding "
    "contentMediaType contentSchema",
    "structure": "$schema $id $anchor $defs definitions $vocabulary $recursiveAnchor",
}
_SEEN: dict[Purpose, str] = {"informs": "$lifecycle replaces replacedBy"}

_TABLES: tuple[tuple[Source, dict[Purpose, str]], ...] = (
    ("official", _OFFICIAL),
    ("standard", _STANDARD),
    ("seen", _SEEN),
)
KEYWORDS: dict[str, Keyword] = {
    name: Keyword(name, source, purpose)
    for source, table in _TABLES
    for purpose, names in table.items()
    for name in names.split()
}
"""Keyword → what it is; what stands in a schema and not here is listed in `CompiledSchema.unread`."""


def list_keywords(source: Source) -> list[str]:
    """The keywords that one source describes, in alphabetical order."""
    return sorted(word.name for word in KEYWORDS.values() if word.source == source)
