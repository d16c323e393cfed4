"""What the seller may set about the gate before a listing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CompliancePolicy(BaseModel):
    """How far ahead rules and expiries are stated, and what a blank age means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listing_life_days: int = Field(
        default=365,
        ge=0,
        le=1825,
        description="How long a listing lives: rules that begin within it are stated [days].",
    )
    renew_days: int = Field(
        default=60, ge=0, le=365, description="A document that ends within so many days is to be renewed [days]."
    )
    blank_age_is_adult: bool = Field(
        default=False,
        description="Whether the seller states that a product without an age is not meant for children of 12 or "
        "younger. If not, the rules for children ask where the age is blank. Words for children count all the same.",
    )
