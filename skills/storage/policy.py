"""What the seller may set about storage fees and about getting rid of stock."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class StoragePolicy(BaseModel):
    """How far ahead fees are watched, and what an exit may assume."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    look_ahead_days: int = Field(
        default=90, ge=15, le=365, description="A fee that begins within this many days is near [days]."
    )
    months: int = Field(
        default=18, ge=6, le=36, description="Months over which holding stock is weighed against an exit [months]."
    )
    holding_percent_per_year: int = Field(
        default=20, ge=0, le=100, description="Capital cost of a unit in stock, per year of its cost [%]."
    )
    discounts_percent: tuple[Annotated[int, Field(ge=1, le=90)], ...] = Field(
        default=(10, 20, 30), description="Discounts that the exit desk weighs, 1 to 90 each [% of the net price]."
    )
    demand_per_discount: float = Field(
        default=1.5,
        ge=0,
        le=10,
        description="Percent more demand for each percent of discount; a planning value until the seller's own deals "
        "say otherwise [% per %].",
    )
    recovered_percent: int = Field(
        default=0, ge=0, le=100, description="What a removed unit still brings elsewhere, of its unit cost [%]."
    )
    least_gain_minor: int = Field(
        default=50_000,
        ge=0,
        description="An exit that gains less than this against holding is not proposed, in minor units of the base "
        "currency.",
    )
    exit_weekday: int = Field(
        default=0, ge=0, le=6, description="Morning of the week on which exits are proposed; 0 is Monday."
    )
