"""What the seller may set about bills, claims and lanes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Claim = Literal[
    "overcharge",
    "billed twice",
    "duty overpaid",
    "short received",
    "storage after removal",
    "placement option mismatch",
]


class ClaimWindow(BaseModel):
    """How long one kind of claim may be made, from a day on, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: Claim = Field(description="Kind of claim.")
    days: int = Field(ge=1, le=2000, description="Days after the bill or the receipt [days].")
    effective_from: date = Field(description="First day of a bill or receipt for which it holds.")
    source: str = Field(min_length=3, description="Contract, notice or page that says so.")


class BillsPolicy(BaseModel):
    """What counts as the same amount, how long a claim may be made, and how much history moves a lane."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tolerance_percent: Decimal = Field(
        default=Decimal(2), ge=0, le=50, description="Difference that is let pass, of the expected amount [%]."
    )
    tolerance_minor: int = Field(
        default=2000,
        ge=0,
        description="Difference that is let pass whatever the amount, in minor units of the base currency; the "
        "larger of the two counts.",
    )
    claim_days: int = Field(
        default=60, ge=1, le=2000, description="Days after the bill or the receipt in which a claim is made [days]."
    )
    claim_windows: tuple[ClaimWindow, ...] = Field(
        default=(), description="Other windows, by kind of claim and day; the latest that had begun counts."
    )
    receiving_days: int = Field(
        default=10,
        ge=0,
        le=120,
        description="Days after the last receipt from which what has not been received counts as short [days].",
    )
    prior_shipments: int = Field(
        default=5,
        ge=0,
        le=100,
        description="Finished shipments that the lane's own value weighs as much as [shipments]; few bills then "
        "move it little.",
    )
