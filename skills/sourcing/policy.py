"""What the seller may set about quotes, suppliers and risks."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Bar = Annotated[float, Field(ge=0, le=1000)]
Bars = tuple[Bar, Bar, Bar]


class SourcingPolicy(BaseModel):
    """How long money is out, what it costs meanwhile, and where a supplier's grades lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_first: bool = Field(
        default=True, description="Whether a sample is made and seen before the order is placed."
    )
    departure_days: int = Field(
        default=7, ge=0, le=90, description="From the end of production to departure: quality check, export [days]."
    )
    receiving_days: int = Field(
        default=5, ge=0, le=90, description="From arrival at the warehouse to the first sale [days]."
    )
    payout_days: int = Field(
        default=14, ge=0, le=180, description="From the end of a week of sales to its payout [days]."
    )
    reserve_percent: int = Field(
        default=10, ge=0, le=100, description="Of each payout, what is kept back as a reserve [%]."
    )
    reserve_days: int = Field(
        default=14, ge=0, le=365, description="How much later than the payout the reserve is paid [days]."
    )
    vat_refund_days: int = Field(
        default=60, ge=0, le=730, description="From arrival to the return of import VAT that is recovered [days]."
    )
    rebate_days: int = Field(
        default=90, ge=0, le=730, description="From departure to the export rebate of an invoiced purchase [days]."
    )
    capital_percent_per_year: int = Field(
        default=12, ge=0, le=100, description="What a year of tied-up cash costs, of its amount [%]."
    )
    horizon_weeks: int = Field(default=104, ge=4, le=260, description="How far the path of cash is followed [weeks].")
    least_deliveries: int = Field(
        default=4, ge=1, le=100, description="Fewest deliveries that a supplier is graded by [deliveries]."
    )
    late_after_days: int = Field(
        default=2, ge=1, le=30, description="Days after the promised one from which a delivery is late [days]."
    )
    pool_deliveries: int = Field(
        default=8,
        ge=1,
        le=1000,
        description="Deliveries of its own at which a supplier counts as much as the others do, where the others are "
        "too few or too alike to estimate it [deliveries].",
    )
    drift_gap_days: int = Field(
        default=60, ge=7, le=365, description="Two prices closer together say nothing about a year's drift [days]."
    )
    drift_pairs: int = Field(
        default=3, ge=1, le=1000, description="Fewest pairs of prices that a drift is read from [pairs]."
    )
    late_bars_percent: Bars = Field(
        default=(10.0, 20.0, 35.0), description="Most late deliveries, shrunk, for an A, a B and a C [%]."
    )
    late_bars_days: Bars = Field(
        default=(3.0, 7.0, 14.0), description="Most days late that nine deliveries in ten keep, for A, B, C [days]."
    )
    failed_bars_percent: Bars = Field(
        default=(1.0, 2.5, 5.0), description="Most units that failed the check, shrunk, for an A, a B and a C [%]."
    )
    drift_bars_percent: Bars = Field(
        default=(3.0, 6.0, 12.0), description="Most rise of prices a year for an A, a B and a C [%]."
    )
    brand_click_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="Share of clicks from which a brand of one word is taken for a brand, not for a common word.",
    )
    season_bars: tuple[float, float] = Field(
        default=(2.0, 4.0), description="Peak month over mean month from which a season is a risk of 1 and of 2."
    )
    concentration_bars: tuple[float, float] = Field(
        default=(0.6, 0.8), description="Click share of the first three brands from which it is a risk of 1 and of 2."
    )
    look_ahead_days: int = Field(
        default=365, ge=0, le=1825, description="Rules that begin within so many days are stated already [days]."
    )

    @model_validator(mode="after")
    def _bars_rise(self) -> Self:
        bars = (
            self.late_bars_percent,
            self.late_bars_days,
            self.failed_bars_percent,
            self.drift_bars_percent,
            self.season_bars,
            self.concentration_bars,
        )
        if any(list(found) != sorted(found) for found in bars):
            raise ValueError("bars must rise: the first is the strictest")
        return self
