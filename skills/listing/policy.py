"""What the seller may set about the checks of a listing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["error", "warning"]


class ListingPolicy(BaseModel):
    """How much weight a problem has that no marketplace states."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formats: Severity = Field(
        default="error",
        description="A value that is not in the format its schema names (date, web address); the standard leaves it "
        "open whether that counts.",
    )
    unknown_attributes: Severity = Field(
        default="warning",
        description="An attribute that the product type's schema neither names nor refuses: often a slip.",
    )
    hidden_characters: Severity = Field(
        default="error",
        description="Direction marks, zero-width and control characters in a text: invisible, and read as tampering.",
    )
    mixed_scripts: Severity = Field(
        default="warning", description="A word with letters of two alphabets that look alike, as Latin and Cyrillic."
    )
    right_to_left_countries: tuple[str, ...] = Field(
        default=("AE", "EG", "SA"),
        description="Countries whose texts may hold the two marks of direction that Arabic beside Latin needs "
        "[country codes].",
    )
    choices_shown: int = Field(
        default=8, ge=1, le=100, description="How many of the allowed values a message lists [values]."
    )
    engine: str = Field(
        default="glossary",
        description="What translates: the embedded glossary, or an engine that an installed package offers by name.",
    )
    holds_days: int = Field(
        default=14, ge=1, le=90, description="How long a proposal to put listings live may be decided [days]."
    )
    protected_words: tuple[str, ...] = Field(
        default=(),
        description="Trademarks and other words beside a product's brand that are never translated, changed or taken "
        "for a claim.",
    )
