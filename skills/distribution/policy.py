"""What the seller may set about sending hub stock to countries."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DistributionPolicy(BaseModel):
    """Limits and costs of shipments from the hub."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_days: int = Field(default=7, ge=1, le=60, description="Days between two departures of a lane [days].")
    holding_percent_per_year: int = Field(
        default=20, ge=0, le=100, description="Capital cost of a unit in stock, per year of its cost [%]."
    )
    lost_sale_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="Share of unmet demand that is lost rather than bought later [%].",
    )
    hub_option_percent: int | None = Field(
        default=None,
        ge=0,
        le=100,
        description="What staying at the hub, free to go to any country, is worth to a unit that its window does not "
        "sell, in percent of the contribution by the slow lane; none means measured every night from what other "
        "countries will need [%].",
    )
    hub_lasts_weeks: int = Field(
        default=4,
        ge=1,
        le=52,
        description="Weeks that the hub's stock has to last, until what is ordered next reaches it; over these a "
        "unit kept at the hub is weighed against one sent [weeks].",
    )
    most_weeks_held: int = Field(
        default=52,
        ge=1,
        le=520,
        description="A unit is charged storage and capital until it is sold, for at most this long [weeks].",
    )
    weekly_cash_minor: int | None = Field(
        default=None,
        ge=0,
        description="Freight, duty and import VAT that shipments of one week may take, in minor units of the base "
        "currency; none means no limit.",
    )
    entry_spread_weeks: int = Field(
        default=52,
        ge=1,
        le=520,
        description="Shipments of so many weeks bear the yearly cost of being registered in a new country [weeks].",
    )
    velocity_safety_days: int = Field(
        default=14,
        ge=0,
        le=365,
        description="The rule of thumb that the plan is compared with, sales of the last four weeks × days, covers "
        "the time until the next departure arrives and so many days more [days].",
    )
    hub_reserve_percent: int = Field(
        default=0, ge=0, le=100, description="Hub stock that is kept back for the next weeks [%]."
    )
    minimum_shipment_minor: int = Field(
        default=0,
        ge=0,
        description="A shipment with less landed value than this waits, in minor units of the base currency.",
    )
    threshold_cartons: int = Field(default=1, ge=1, description="No shipment line is proposed below this [cartons].")
    most_cartons_per_line: int = Field(
        default=2000, ge=1, le=100_000, description="No shipment line is proposed above this [cartons]."
    )
    exact_below_skus: int = Field(
        default=500, ge=0, description="Below this many SKUs the allocation is solved as an integer program [SKUs]."
    )
    exact_nodes: int = Field(
        default=2000, ge=1, description="The integer program stops after this many nodes of its search [nodes]."
    )
    gap_percent: str = Field(
        default="0.05",
        pattern=r"^\d+(\.\d+)?$",
        description="The search stops when plan and bound are this close [%].",
    )
