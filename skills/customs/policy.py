"""What the seller may set about customs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CustomsPolicy(BaseModel):
    """How careful customs figures are, and how much a refusal says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    successors_named: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Candidates named for a tariff number that is no longer in force [numbers].",
    )
    accept_unverified: bool = Field(
        default=False,
        description="Whether a rate that nobody has checked may be charged (it is shown as such); false refuses it.",
    )
