"""What the seller may set about papers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PapersPolicy(BaseModel):
    """What is printed on every paper of the seller, and how many labels one consignment may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shipping_marks: str = Field(
        default="N/M",
        max_length=120,
        description="Marks and numbers as they stand on the cartons; N/M means no marks.",
    )
    most_labels: int = Field(
        default=5_000,
        ge=1,
        le=20_000,
        description="Most carton labels of one consignment [labels]; more are refused.",
    )
