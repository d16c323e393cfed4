"""What the seller may set about forecasts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ForecastingPolicy(BaseModel):
    """How demand is read and how far ahead it is forecast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon_weeks: int = Field(
        default=40, ge=4, le=60, description="Weeks ahead that are forecast [weeks]; must cover lead time and review."
    )
    season_weeks: int = Field(
        default=52, ge=0, le=53, description="Length of the yearly season [weeks]; 0 leaves seasonality out."
    )
    bulk_multiple: int = Field(
        default=20,
        ge=2,
        description="A single order line above this multiple of the SKU's median line is a bulk order and is "
        "capped there [times].",
    )
    bulk_floor_units: int = Field(
        default=50, ge=1, description="No line at or below this is ever called a bulk order [units]."
    )
    thin_weeks: int = Field(
        default=12,
        ge=0,
        description="A SKU and country with fewer weeks of sales than this takes its share of the SKU's forecast "
        "[weeks with sales].",
    )
    stale_after_days: int = Field(
        default=2,
        ge=0,
        description="A country whose last complete day is older than this at as_of keeps its earlier plan [days].",
    )
    phase_out_weeks: int = Field(
        default=26,
        ge=1,
        le=104,
        description="Demand of a SKU in phase-out falls evenly to zero over this many weeks, where the products file "
        "does not state its last day of sale (ends_on) [weeks].",
    )
