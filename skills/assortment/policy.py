"""What the seller may set about the review of products."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AssortmentPolicy(BaseModel):
    """Windows, bars, and how much has to be seen before a change is called one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before_weeks: int = Field(
        default=8, ge=4, le=26, description="Weeks before the last four that these are compared with [weeks]."
    )
    least_weeks: int = Field(
        default=2,
        ge=1,
        le=4,
        description="Fewest weeks with stock and traffic, of the last four, to judge by [weeks].",
    )
    new_weeks: int = Field(
        default=12, ge=4, le=52, description="A product seen for fewer weeks is watched, not judged [weeks]."
    )
    noise_z: float = Field(
        default=2.6,
        ge=1,
        le=6,
        description="Standard errors beyond which a change is not chance; 2.6 is one in a hundred.",
    )
    sessions_drop_percent: int = Field(
        default=25, ge=1, le=100, description="Fall of sessions, beside the country's other products, to act on [%]."
    )
    conversion_drop_percent: int = Field(
        default=20, ge=1, le=100, description="Fall of conversion, as a share of what it was, to act on [%]."
    )
    pool_sessions: int = Field(
        default=200,
        ge=0,
        le=100_000,
        description="Sessions at which a product's own conversion counts as much as the country's [sessions].",
    )
    pool_weeks: int = Field(
        default=8,
        ge=0,
        le=104,
        description="Weeks at which a product's own swing of sessions counts as much as the country's [weeks].",
    )
    buy_box_bar_percent: int = Field(
        default=80, ge=0, le=100, description="Least share of page views with the buy box [%]."
    )
    return_bar_percent: float = Field(default=8.0, ge=0, le=100, description="Most units that may come back [%].")
    return_weeks: int = Field(default=26, ge=4, le=104, description="Weeks over which returns are counted [weeks].")
    pool_units: int = Field(
        default=50,
        ge=0,
        le=100_000,
        description="Units sold at which a product's own returns count as much as the country's [units].",
    )
    cover_weeks: int = Field(
        default=8, ge=1, le=52, description="Weeks whose sales stand for the coming ones in the cover [weeks]."
    )
    overstock_weeks: int = Field(
        default=26, ge=4, le=260, description="Weeks of cover beyond which stock is too much [weeks]."
    )
    dead_weeks: int = Field(
        default=104, ge=8, le=520, description="Weeks of cover beyond which the product is to be sold off [weeks]."
    )
    unsold_weeks: int = Field(
        default=13, ge=4, le=52, description="Weeks with stock and without a sale after which it is given up [weeks]."
    )
    break_weeks: int = Field(
        default=52, ge=16, le=156, description="Weeks in which a break of sales is looked for [weeks]."
    )
    break_side_weeks: int = Field(default=4, ge=2, le=26, description="Fewest weeks on each side of a break [weeks].")
    break_recent_weeks: int = Field(
        default=13, ge=4, le=156, description="An older break is told, not held against the product [weeks]."
    )
    break_percent: int = Field(
        default=30, ge=1, le=100, description="Change of weekly sales that counts as a break [%]."
    )
    break_chance_percent: float = Field(
        default=1.0, gt=0, le=20, description="Most chance that shuffled weeks show as strong a break [%]."
    )
    shuffles: int = Field(default=999, ge=99, le=9999, description="Shuffles of the break test [shuffles].")
    shuffle_block_weeks: int = Field(
        default=3, ge=1, le=13, description="Weeks that stay together in a shuffle, as sales do [weeks]."
    )
    seed: int = Field(default=20260101, ge=0, description="Seed of the shuffles.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.dead_weeks < self.overstock_weeks:
            raise ValueError("dead_weeks must not be below overstock_weeks")
        if self.break_weeks < 2 * self.break_side_weeks + 8:
            raise ValueError("break_weeks must hold both sides of a break and eight weeks more")
        return self

    @property
    def history_weeks(self) -> int:
        """How many weeks back anything is read."""
        year_before = 52 + 4 + self.before_weeks
        return max(self.break_weeks, self.return_weeks, self.cover_weeks, self.unsold_weeks, year_before)
