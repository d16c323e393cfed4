"""What the seller may set about classification."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ClassificationPolicy(BaseModel):
    """When an answer counts as sure, and how much is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sure_percent: int = Field(
        default=90, ge=50, le=100, description="From this confidence on the first candidate needs no question [%]."
    )
    candidates: int = Field(default=5, ge=2, le=20, description="Candidates shown per product [codes].")
