"""What the seller may set about names and about the watch over listings."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class BrandPolicy(BaseModel):
    """How long a name is, how near is too near, which words are no offence, when a watch is stale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_letters: int = Field(default=5, ge=3, le=20, description="Shortest name [letters].")
    most_letters: int = Field(default=9, ge=3, le=30, description="Longest name [letters].")
    near_from_letters: int = Field(
        default=4,
        ge=3,
        le=20,
        description="Letters of the shorter name from which one different letter is a look-alike.",
    )
    nearer_from_letters: int = Field(
        default=8, ge=4, le=40, description="Letters of the shorter name from which two different letters are one."
    )
    sound_from_letters: int = Field(
        default=4, ge=2, le=20, description="Length of the sound key from which the same key is reported [signs]."
    )
    inside_from_letters: int = Field(
        default=4,
        ge=3,
        le=20,
        description="Length from which a bad word is also found inside a longer one [letters].",
    )
    allowed_words: tuple[str, ...] = Field(
        default=(
            "analysis", "arsenal", "assess", "basement", "circumstance", "cockpit", "cocktail", "document", "essex",
            "grape", "hancock", "peacock", "saturday", "scunthorpe", "therapist",
        ),
        description="Words in which a bad word is no offence.",
    )  # fmt: skip
    stale_days: int = Field(
        default=3, ge=1, le=60, description="Age of a country's last snapshot from which it is stale [days]."
    )
    gap_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="Longest gap between two snapshots through which something is taken to have lasted [days].",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.least_letters > self.most_letters:
            raise ValueError("least_letters is above most_letters")
        if self.near_from_letters > self.nearer_from_letters:
            raise ValueError("near_from_letters is above nearer_from_letters")
        return self
