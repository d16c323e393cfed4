"""What the seller may set about stock of products that begin or end, and about comparing ways to hold stock."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StockingPolicy(BaseModel):
    """Weeks that a launch covers, what is left of a product's cost at its end, and the target of tuned factors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    launch_weeks: int = Field(
        default=16,
        ge=4,
        le=52,
        description="Weeks from this morning that a launch's first stock has to last [weeks].",
    )
    salvage_percent: int = Field(
        default=20, ge=0, le=100, description="What a unit left at the end still brings, of its unit cost [%]."
    )
    fill_percent: int = Field(
        default=97, ge=50, le=99, description="Share of demand served from stock that tuned factors must reach [%]."
    )
    seed: int = Field(default=20261130, description="Seed of the demand that levels are simulated on.")
