"""What the seller may set about the checks of photos and about the contact sheet."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ImagePolicy(BaseModel):
    """What counts as white, as a stroke of a letter, as the same picture; and how the sheet is laid out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    white_from: int = Field(
        default=253,
        ge=200,
        le=255,
        description="Lowest channel value that is white: 255 less what JPEG adds [0–255].",
    )
    product_below: int = Field(
        default=245, ge=100, le=254, description="Channel value below which a spot belongs to the product [0–255]."
    )
    stroke_step: int = Field(
        default=48, ge=16, le=200, description="Step of brightness that is the edge of a printed letter [0–255]."
    )
    faint_step: int = Field(
        default=8, ge=3, le=40, description="Step of brightness that is the edge of a faint overlay [0–255]."
    )
    near_percent: int = Field(
        default=12,
        ge=0,
        le=50,
        description="Share of brightness steps that may differ between two pictures taken to be the same one [%].",
    )
    near_levels: int = Field(
        default=16, ge=0, le=64, description="Mean difference of colour up to which they are the same one [0–255]."
    )
    sheet_columns: int = Field(default=4, ge=1, le=10, description="Pictures side by side on the contact sheet.")
    page_width_mm: int = Field(default=210, ge=100, le=420, description="Width of the contact sheet [mm].")
    page_height_mm: int = Field(default=297, ge=100, le=594, description="Height of the contact sheet [mm].")
    margin_mm: int = Field(default=12, ge=0, le=40, description="Free edge of the contact sheet [mm].")
    gap_mm: int = Field(default=4, ge=0, le=20, description="Space between two pictures [mm].")
    caption_mm: int = Field(default=14, ge=6, le=40, description="Height of the words under a picture [mm].")
