"""What the seller may set about choosing products: anchors of the score, filters, and what a gap is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scale = Literal["linear", "log"]
Direction = Literal["up", "down"]
Sign = Literal[
    "unserved", "spread", "conversion_gap", "complaints", "rating_gap", "out_of_stock", "conditions", "borrowed"
]


class Anchor(BaseModel):
    """Between which values a metric earns its points: none at the worse end, all at the better one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    component: str = Field(description="The metric, as the table of metrics or of margins calls it.")
    low: float = Field(description="The lower end, in the metric's own unit.")
    high: float = Field(description="The upper end, in the metric's own unit.")
    weight: int = Field(ge=1, le=100, description="Points that the better end earns [points of 100].")
    scale: Scale = Field(
        default="linear", description="log where a doubling counts the same anywhere: volume, reviews."
    )
    direction: Direction = Field(default="up", description="up where more is better, down where less is.")
    source: str = Field(default="", description="Why these ends.")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Anchor:
        if not self.low < self.high or (self.scale == "log" and self.low <= 0):
            raise ValueError(f"{self.component}: low must lie below high, and above 0 on a log scale")
        return self


class UnmetPart(BaseModel):
    """One sign that searchers do not find what they want, and how much it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Sign = Field(description="The sign, as skills/selection/unmet.py measures it.")
    low: float = Field(description="The value at which it says nothing.")
    high: float = Field(description="The value at which it says all it can.")
    weight: int = Field(ge=1, le=100, description="Its weight among the signs that are known.")
    source: str = Field(default="", description="Why this sign and these ends.")


_CHOICE = "farsail's starting value, not fitted; the backtest on the page says what it is worth"


_UNPROVEN = (
    "unproven, hence of little weight: it followed the judgements of the 75 queries that it was chosen on, not those "
    "of 75 others"
)


def _anchors() -> tuple[Anchor, ...]:
    return (
        Anchor(component="volume", low=200, high=50_000, weight=20, scale="log", source=_CHOICE),
        Anchor(component="growth_90d_percent", low=-20, high=60, weight=8, source=_CHOICE),
        Anchor(component="growth_180d_percent", low=-20, high=80, weight=4, source=_CHOICE),
        Anchor(component="unmet", low=0.2, high=0.7, weight=22, source=_CHOICE),
        Anchor(component="click_share_top5", low=0.3, high=0.9, weight=8, direction="down", source=_CHOICE),
        Anchor(component="brand_share_top3", low=0.2, high=0.8, weight=6, direction="down", source=_CHOICE),
        Anchor(component="reviews", low=50, high=5_000, weight=8, scale="log", direction="down", source=_CHOICE),
        Anchor(component="launch_success_share", low=0.05, high=0.5, weight=2, source=_CHOICE),
        Anchor(component="return_share", low=0.02, high=0.2, weight=2, direction="down", source=_CHOICE),
        Anchor(component="cm3_percent", low=0, high=30, weight=20, source=_CHOICE),
    )


def _unmet_parts() -> tuple[UnmetPart, ...]:
    return (
        UnmetPart(part="unserved", low=0.2, high=0.8, weight=22, source="clicks that go to no reported product"),
        UnmetPart(part="spread", low=0.3, high=1.0, weight=6, source="clicks divided evenly: nobody is the answer"),
        UnmetPart(part="conversion_gap", low=0.0, high=0.6, weight=26, source="clicked more than bought"),
        UnmetPart(part="complaints", low=0.1, high=0.6, weight=18, source="negative mentions over all mentions"),
        UnmetPart(part="rating_gap", low=0.3, high=1.2, weight=10, source="stars missing to 5, by clicks"),
        UnmetPart(part="out_of_stock", low=0.0, high=0.3, weight=9, source="clicks on products that are sold out"),
        UnmetPart(part="conditions", low=0.0, high=1.0, weight=5, source=_UNPROVEN),
        UnmetPart(part="borrowed", low=0.0, high=0.25, weight=4, source=_UNPROVEN),
    )


class FactEnd(BaseModel):
    """How far a fact that nobody knows before the choice may lie from what is planned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: Literal["share", "price", "ads", "duty", "returns", "conversion"] = Field(description="Which fact.")
    low: float = Field(description="Its lower end, in the fact's unit.")
    high: float = Field(description="Its upper end, in the fact's unit.")
    source: str = Field(default="", description="Unit, and why these ends.")


def _fact_ends() -> tuple[FactEnd, ...]:
    guess = "a planning range, no source found"
    return (
        FactEnd(fact="share", low=50, high=200, source=f"% of the planned share; {guess}"),
        FactEnd(fact="price", low=90, high=110, source=f"% of the planned price; {guess}"),
        FactEnd(fact="ads", low=8, high=25, source=f"% of the net price; {guess}"),
        FactEnd(fact="duty", low=0, high=200, source=f"% of the planned duty; {guess}"),
        FactEnd(fact="returns", low=2, high=15, source=f"% of units; {guess}"),
        FactEnd(fact="conversion", low=4, high=14, source=f"% of clicks; {guess}"),
    )


class SelectionPolicy(BaseModel):
    """Anchors, filters and bars of the choice of products."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    anchors: tuple[Anchor, ...] = Field(
        default_factory=_anchors,
        min_length=1,
        description="The components of the score, each with the ends between which it earns its points.",
    )
    unmet_parts: tuple[UnmetPart, ...] = Field(
        default_factory=_unmet_parts, min_length=1, description="The signs of unmet demand, their ends and weights."
    )
    least_known_percent: int = Field(
        default=60, ge=1, le=100, description="Weight of the score that must be known for there to be a score [%]."
    )
    least_unmet_percent: int = Field(
        default=30, ge=1, le=100, description="Weight of the signs of unmet demand that must be known [%]."
    )
    recent_weeks: int = Field(
        default=4, ge=1, le=13, description="Volume is the mean of so many known weeks [weeks]."
    )
    click_weeks: int = Field(
        default=13, ge=1, le=52, description="Clicks and conversions are read from so many known weeks [weeks]."
    )
    least_season_weeks: int = Field(
        default=52, ge=52, le=260, description="Known weeks from which a season is read [weeks]."
    )
    clicks_per_search: float = Field(
        default=0.4,
        gt=0,
        le=5,
        description="Clicks that a search leads to where no report says it: for how much a niche is drawn to the "
        "country's mean, and for the planned sales of a new product [clicks].",
    )
    clicks_per_witness: int = Field(
        default=400,
        ge=1,
        le=1_000_000,
        description="Clicks that count as one independent observation of unmet demand: clicks of one term lead to "
        "the same products, and a sign is not the thing itself [clicks].",
    )
    unmet_spread: float = Field(
        default=0.15,
        gt=0,
        le=0.5,
        description="Standard deviation of unmet demand between niches where a country has too few to read it from "
        "[0…1].",
    )
    success_share_percent: float = Field(
        default=1.0,
        gt=0,
        le=100,
        description="Share of a niche's clicks from which a product launched within 180 days counts as having "
        "succeeded [%].",
    )
    bands: int = Field(default=8, ge=3, le=30, description="Price bands that a niche's prices are cut into, about.")
    hole_share_percent: float = Field(
        default=3.0, ge=0, le=50, description="Clicks that a price band without an offer has at most [%]."
    )
    hole_width_percent: int = Field(
        default=20, ge=0, le=1_000, description="Least width of a price hole, over its lower end [%]."
    )
    neighbour_share_percent: float = Field(
        default=10.0, gt=0, le=100, description="Clicks that lie below and above a price hole at least, each [%]."
    )
    poor_conversion_percent: int = Field(
        default=60,
        ge=1,
        le=100,
        description="Products convert badly that win less than this part of the purchases that their clicks would "
        "give [%].",
    )
    good_rating: float = Field(
        default=4.2, ge=1, le=5, description="Below it a clicked product leaves buyers wanting [stars]."
    )
    rating_hole_percent: int = Field(
        default=40, ge=1, le=100, description="Clicks on products below the good rating that make a rating hole [%]."
    )
    asked_share_percent: float = Field(
        default=5.0, gt=0, le=100, description="Searches with a word that no clicked product names, to be said [%]."
    )
    complaint_share_percent: float = Field(
        default=20.0, gt=0, le=100, description="Mentions of a negative topic among all mentions, to be said [%]."
    )
    words_left_out: tuple[str, ...] = Field(
        default=(
            "and", "for", "the", "with", "without", "from", "und", "für", "mit", "ohne", "aus", "der", "die", "das",
            "pour", "avec", "sans", "les", "des", "para", "con", "sin", "los", "las", "del", "best", "cheap",
            "amazon",
        ),
        description="Words of search terms that name no feature.",
    )  # fmt: skip
    words_of_exclusion: tuple[str, ...] = Field(
        default=(
            "without", "not", "no", "non", "free", "except", "ohne", "kein", "keine", "frei", "sans", "pas", "sin",
            "senza",
        ),
        description="Words with which a search term leaves something out.",
    )  # fmt: skip
    least_volume: int = Field(
        default=300, ge=0, le=10_000_000, description="Filter: least volume of a niche [searches a week]."
    )
    least_cm2_percent: float = Field(
        default=15.0, ge=-100, le=100, description="Filter: least CM2 where it is known [% of net sales]."
    )
    most_risk_level: int = Field(default=2, ge=0, le=3, description="Filter: highest level of risk [0…3].")
    most_capital_minor: int | None = Field(
        default=None,
        ge=0,
        description="Filter: most capital that one opportunity may bind in a country, in minor units of the base "
        "currency; none means no limit.",
    )
    strong_season_ratio: float = Field(
        default=1.8,
        ge=1,
        le=12,
        description="Filter: from this ratio of its best month to the mean a niche is seasonal.",
    )
    lead_days: int = Field(default=90, ge=0, le=730, description="From the decision until goods are for sale [days].")
    most_season_wait_days: int = Field(
        default=180,
        ge=0,
        le=365,
        description="Filter: longest that arrived goods of a seasonal niche wait for its best month [days].",
    )
    planned_share_percent: float = Field(
        default=3.0,
        gt=0,
        le=100,
        description="Purchases of a niche that a new product is planned to win in a year [%].",
    )
    planned_conversion_percent: float = Field(
        default=8.0,
        gt=0,
        le=100,
        description="Purchases per click where no report says it; only for planned units of a new product [%].",
    )
    planned_ads_percent: int = Field(
        default=12, ge=0, le=100, description="Advertising that a new product is planned with [% of the net price]."
    )
    fact_ends: tuple[FactEnd, ...] = Field(
        default_factory=_fact_ends, description="Facts that nobody knows before the choice, each with its two ends."
    )
    planned_chance_percent: int = Field(
        default=50,
        ge=0,
        le=100,
        description="Chance of the planned value of such a fact; each end has half the rest [%].",
    )
    holds_days: int = Field(
        default=28,
        ge=1,
        le=365,
        description="How long an opportunity may be chosen before it is weighed anew [days].",
    )
    least_score: int = Field(default=40, ge=0, le=100, description="Below it an opportunity is not shown [points].")
    most_opportunities: int = Field(default=10, ge=1, le=50, description="Opportunities that are shown at most.")
    near_points: int = Field(
        default=2, ge=0, le=20, description="Points from the cut within which a score is called near it [points]."
    )
    near_percent: int = Field(
        default=10, ge=0, le=50, description="Distance from a filter within which a value is called near it [%]."
    )
    backtest_top_percent: int = Field(
        default=25, ge=1, le=50, description="A niche grew when it is among so many of its morning [%]."
    )
    backtest_k: int = Field(default=10, ge=1, le=100, description="Niches whose precision is looked at [niches].")
    least_folds: int = Field(default=4, ge=2, le=40, description="Mornings that a verdict needs at least.")
    bootstrap_draws: int = Field(default=400, ge=50, le=10_000, description="Draws of the bootstrap interval.")
    seed: int = Field(default=20261122, ge=0, description="Seed of the bootstrap.")
