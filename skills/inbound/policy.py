"""What the seller may set about loading."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LoadingPolicy(BaseModel):
    """How cartons may lie, and how long the search looks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Literal["full_support", "rotation_only"] = Field(
        default="full_support",
        description="full_support: every carton stands on others or the floor with its whole base, and no carton "
        "bears more than it may. rotation_only: the rules of published benchmarks, cartons may hang; nothing loaded "
        "so may be shipped.",
    )
    search_work: int = Field(
        default=4_000_000,
        ge=1_000,
        description="Blocks looked at per container before the best filling is taken [count]; never a time, so that "
        "the answer is the same on every machine.",
    )
    most_blocks: int = Field(
        default=6_000, ge=500, le=40_000, description="Blocks of cartons that the search may choose from [count]."
    )
    block_fill_permille: int = Field(
        default=960,
        ge=800,
        le=1000,
        description="Least share of a joined block's volume that is carton [‰].",
    )
    widest_beam: int = Field(
        default=32, ge=1, le=256, description="Most part-filled containers followed side by side [count]."
    )


class PackingPolicy(BaseModel):
    """What a carton adds to the units in it, where nobody measured it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_mm: int = Field(default=6, ge=0, le=50, description="Thickness of a carton's wall and its slack [mm].")
    longest_mm: int = Field(
        default=600,
        ge=100,
        le=3000,
        description="A carton that nobody measured is taken to have no longer side, where its units allow it [mm].",
    )
    tare_g: int = Field(default=700, ge=0, le=10_000, description="Weight of an empty carton [g].")


class PalletPolicy(BaseModel):
    """What a pallet adds under its cartons."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deck_mm: int = Field(default=144, ge=0, le=300, description="Height of the pallet itself [mm].")
    tare_g: int = Field(default=22_000, ge=0, le=100_000, description="Weight of the pallet itself [g].")
