"""What the seller may set about freight."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FreightPolicy(BaseModel):
    """How a card is read, how transit is learned, and what lateness costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    charge_next_break: bool = Field(
        default=True,
        description="Whether a shipment may be charged as the next higher weight break where that is cheaper.",
    )
    lost_sale_percent: int = Field(
        default=80, ge=0, le=100, description="Buyers who find nothing and do not come back [%]."
    )
    demand_dispersion: float = Field(
        default=4.0, ge=1.0, le=100.0, description="Variance over mean of demand [units]; 1 is a Poisson demand."
    )
    most_wait_days: int = Field(
        default=14,
        ge=0,
        le=90,
        description="Longest that one consignment waits for another to share an entry [days].",
    )
    fit_rows: int = Field(
        default=20,
        ge=5,
        le=10_000,
        description="Fewest shipments that a group's own days are taken from; below, those of its mode [shipments].",
    )
