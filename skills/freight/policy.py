"""What the seller may set about freight."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Season = Annotated[str, Field(min_length=1)]


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
    season_of_month: tuple[Season, ...] = Field(
        default=("spring_festival", "spring_festival", *("normal",) * 6, *("peak",) * 4),
        min_length=12,
        max_length=12,
        description="The season that each month of departure, January first, belongs to.",
    )
    settle_days: int = Field(
        default=60,
        ge=0,
        le=730,
        description="Departures of the last so many days are not learned from: of those only the fast have arrived. "
        "Longer than the slowest shipments take [days].",
    )
    pool_rows: int = Field(
        default=20,
        ge=0,
        le=10_000,
        description="Shipments of its own at which a group counts as much as the wider one it is pooled with "
        "[shipments].",
    )
    fit_rows: int = Field(
        default=20, ge=5, le=10_000, description="Fewest shipments that a fit is judged by [shipments]."
    )
