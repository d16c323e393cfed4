"""What the seller may set about niches."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1)]


class NichesPolicy(BaseModel):
    """Which words count, when two terms are one niche, and how searches are estimated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: dict[str, str] = Field(
        default_factory=dict,
        description="Country → languages that are searched in (en, de, fr, es, ja; blanks between), where they "
        "differ from the skill's table; a country without any: en.",
    )
    left_out_words: tuple[Word, ...] = Field(
        default=(), description="Further words that change nothing for a shopper, in any country."
    )
    kept_words: tuple[Word, ...] = Field(
        default=(), description="Words that stay although the skill's table leaves them out, in any country."
    )
    most_terms: int = Field(
        default=3_000_000, ge=1, description="Most terms grouped per run; the most searched are kept [terms]."
    )
    most_characters: int = Field(
        default=200, ge=10, le=10_000, description="A longer term is no search of a shopper [characters]."
    )
    weeks: int = Field(default=4, ge=1, le=53, description="Last known weeks whose mean is the volume [weeks].")
    repair_ratio: int = Field(
        default=30,
        ge=2,
        le=10_000,
        description="Times as many terms and searches that a word must have for a rarer one to be taken as its slip "
        "without further evidence.",
    )
    context_ratio: int = Field(
        default=5,
        ge=1,
        le=10_000,
        description="The same where the corrected search is known too.",
    )
    shortest_word: int = Field(default=4, ge=3, le=50, description="Shortest word that is repaired [letters].")
    singular_share: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="A singular is believed from a so-manieth of its plural's terms on; a rarer one is a slip.",
    )
    established_terms: int = Field(
        default=20, ge=2, le=1_000_000, description="Terms from which on a word stands for itself [terms]."
    )
    word_cosine: float = Field(
        default=0.8,
        ge=0.5,
        le=1.0,
        description="Letter pairs from which on a rare word is close to another [cosine].",
    )
    key_cosine: float = Field(
        default=0.85, ge=0.5, le=1.0, description="Words from which on two keys are one niche [cosine]."
    )
    click_cosine: float = Field(
        default=0.7, ge=0.1, le=1.0, description="Clicked products from which on two keys are one niche [cosine]."
    )
    enough_clicks: float = Field(
        default=50.0, ge=0.0, description="Clicks from which on a key's clicked products count [clicks a week]."
    )
    most_compared: int = Field(
        default=300,
        ge=10,
        description="Leaders looked up under one word or product, the most searched; more of them are not compared "
        "[niches].",
    )
    share_margin: float = Field(
        default=0.03,
        ge=0.0,
        le=0.5,
        description="A term is shared between niches whose cosines differ by no more than this.",
    )
    concept_cosine: float = Field(
        default=0.5,
        ge=0.1,
        le=1.0,
        description="Clicked products from which on niches of two countries are one concept [cosine].",
    )
    fit_terms: int = Field(
        default=12, ge=3, description="Terms with a rank and a reported volume that a country's fit needs [terms]."
    )
    index_at_first_rank: int = Field(
        default=1_000_000,
        ge=1,
        description="Where no volume is reported at all: searches a week that rank 1 is set to; rank r is r times "
        "less (an index, not a count).",
    )
