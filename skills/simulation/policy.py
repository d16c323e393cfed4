"""What the seller may set about backtests."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SimulationPolicy(BaseModel):
    """How the past is walked through again, and how sure the answer must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=20, ge=0, description="Seed of lead times, capacities and resampling.")
    paths: int = Field(
        default=1, ge=1, le=20, description="Sampled paths of lead times and capacity, the same for every policy."
    )
    short_weeks_percent: int = Field(
        default=20, ge=0, le=100, description="Share of weeks in which a supplier makes less than its capacity [%]."
    )
    short_capacity_percent: int = Field(
        default=60, ge=1, le=100, description="Capacity of such a week, of what the supplier states [%]."
    )
    split_orders_percent: int = Field(
        default=25, ge=0, le=100, description="Share of a supplier's orders that arrive in two parts [%]."
    )
    first_part_percent: int = Field(default=70, ge=1, le=100, description="First part of such an order [%].")
    second_part_days: int = Field(default=10, ge=0, le=120, description="The second part comes so much later [days].")
    cover_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="Cover that velocity × days and min/max add to lead time and review [days].",
    )
    forward_cover_days: int = Field(
        default=14, ge=0, le=365, description="Cover that they add in a country to transit and review [days]."
    )
    draws: int = Field(default=2000, ge=100, le=20_000, description="Resamples of the confidence intervals.")
