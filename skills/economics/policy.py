"""What the seller may set about landed cost and margin."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EconomicsPolicy(BaseModel):
    """How long tax money stays away, and how careful the figures are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    export_rebate_days: int = Field(
        default=90, ge=0, le=720, description="Departure to receipt of the export rebate [days]."
    )
    import_vat_refund_days: int = Field(
        default=60, ge=0, le=720, description="Entry to receipt of recoverable import VAT [days]."
    )
    accept_unverified: bool = Field(
        default=False,
        description="Whether a rate that nobody has checked may be charged (it is shown as such); false refuses it.",
    )
