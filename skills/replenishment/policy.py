"""What the seller may set about orders to suppliers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ReplenishmentPolicy(BaseModel):
    """Service, review and cash limits of supplier orders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cycle_service_percent: int = Field(
        default=90,
        ge=50,
        le=98,
        description="Chance that stock lasts until the next order's arrival, which order-up-to covers [%].",
    )
    levels: Literal["quantile", "tuned"] = Field(
        default="quantile",
        description="What leads orders: the service quantile of demand until the next arrival, or safety factors of "
        "hub and countries that are tuned together for the stocking policy's fill rate.",
    )
    review_days: int = Field(default=7, ge=1, le=60, description="Days between two chances to order [days].")
    working_days_per_week: int = Field(
        default=6, ge=5, le=7, description="Days of a week on which suppliers work, from Monday [days]."
    )
    qc_days: int = Field(default=3, ge=0, description="Quality check and packing after production [days].")
    forward_days: int = Field(
        default=0,
        ge=0,
        description="Hub to forward node when no lane is known [days]; known lanes use their own transit.",
    )
    weekly_cash_minor: int | None = Field(
        default=None,
        ge=0,
        description="Deposits that supplier orders of one week may take, in minor units of the base currency; "
        "none means no limit.",
    )
    opening_cash_minor: int = Field(
        default=0, description="Cash at hand on the as_of morning, in minor units of the base currency."
    )
    least_cash_minor: int | None = Field(
        default=None,
        description="Orders are cut so that cash at the end of none of the next 13 weeks falls below this, in minor "
        "units of the base currency; none means no limit.",
    )
    holding_percent_per_year: int = Field(
        default=20, ge=0, le=100, description="Capital cost of a unit in stock, per year of its cost [%]."
    )
    most_safety_weeks: int | None = Field(
        default=13,
        ge=0,
        description="No carton is needed that is not expected to be sold until the next order's arrival and so many "
        "weeks after it; none means no limit [weeks].",
    )
    threshold_units: int = Field(
        default=0,
        ge=0,
        description="No order line below this, counted after rounding to cartons, is proposed [units].",
    )
    least_change_units: int = Field(
        default=0,
        ge=0,
        description="An order line that last night's plan held already moves only by more than this, and by more "
        "than a carton [units].",
    )
    least_change_percent: int = Field(
        default=0,
        ge=0,
        le=100,
        description="An order line that last night's plan held already moves only by more than this share of it [%].",
    )
    lost_sale_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="Share of unmet demand that is lost rather than bought later, where air is weighed [%].",
    )
    rank_loss_percent: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="What a lost sale costs beyond its own margin, by the rank that sinks, in percent of the margin "
        "[%].",
    )
    dead_after_weeks: int = Field(
        default=52,
        ge=13,
        description="Stock beyond this many weeks of forecast demand is dead; a joint minimum never buys beyond it "
        "[weeks].",
    )
