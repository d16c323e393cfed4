"""How an opportunity came to its score, so that a reader can add it up again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.selection.plan import Measured
from skills.selection.policy import SelectionPolicy
from skills.selection.rank import KEY, Ranked
from skills.vocabulary import Refusal, mark

STEPS = ["step", "label", "value", "unit", "note", "values"]

LABELS = {
    "volume": mark("searches a week"),
    "growth_90d_percent": mark("growth over the last quarter"),
    "growth_180d_percent": mark("growth over the last half year"),
    "unmet": mark("unmet demand"),
    "click_share_top5": mark("clicks that the first five products hold"),
    "brand_share_top3": mark("clicks that the first three brands hold"),
    "reviews": mark("reviews of the clicked products, median"),
    "launch_success_share": mark("launches that succeeded"),
    "return_share": mark("returns"),
    "cm3_percent": mark("CM3 of net sales"),
    "unserved": mark("clicks that go to no reported product"),
    "spread": mark("evenness of the clicks"),
    "conversion_gap": mark("clicks without their share of purchases"),
    "complaints": mark("negative mentions"),
    "rating_gap": mark("stars missing to five"),
    "out_of_stock": mark("clicks on products that are sold out"),
    "conditions": mark("searches that set a condition"),
    "borrowed": mark("clicks on products of other niches"),
}
UNITS = {
    "volume": mark("searches a week"),
    "growth_90d_percent": "%",
    "growth_180d_percent": "%",
    "reviews": mark("reviews"),
    "cm3_percent": "%",
    "rating_gap": mark("stars"),
}
SHARE, POINTS = mark("share"), mark("points")
EARNED = mark("{points} of {weight_used} points: {low} … {high} on a {scale} scale, {direction}")
UNKNOWN = mark("Not known; its {weight} points are spread over the known components.")
SIGN = mark("Weight {weight}: says nothing at {low}, all it can at {high}.")
UNKNOWN_SIGN = mark("Not known; its weight {weight} is spread over the known signs.")
DRAWN = mark(
    "Its own signs give {raw}; they count {own} %, the country's mean the rest. Nine in ten: {low} to {high}."
)
SCORED = mark("The points add up; {known} % of the weight is known.")
UNSCORED = mark("No score")
SCORE = mark("Score")
DIRECTIONS = {"up": mark("more is better"), "down": mark("less is better")}
SCALES = {"linear": mark("linear"), "log": mark("logarithmic")}


class UnknownOpportunity(Refusal):
    """A concept and country that were not ranked."""


def explain_opportunity(
    measured: Measured, ranked: Ranked, policy: SelectionPolicy, concept: str, country: str
) -> pd.DataFrame:
    """Step by step from the signs of unmet demand over the components to the score.

    Args:
        measured: From `measure_niches`.
        ranked: From `rank_opportunities` on its metrics.
        concept: Which opportunity.
        country: Where.

    Returns:
        One row per step: step (its name in the tables), label, value, unit, note (a sentence) with values. Signs of
        unmet demand, unmet demand, the reasons why it is unmet, each component, the score or why there is none, and
        what is near a limit.

    Raises:
        UnknownOpportunity: names what was asked for.
    """
    here = ranked.scores[(ranked.scores["concept"] == concept) & (ranked.scores["country"] == country)]
    if here.empty:
        raise UnknownOpportunity(
            mark("{concept} was not ranked in {country}. Known concepts there: {known}. Ask for one of them."),
            concept=concept,
            country=country,
            known=", ".join(ranked.scores.loc[ranked.scores["country"] == country, "concept"].unique()[:5]) or "–",
        )
    rows: list[dict[str, Any]] = []
    for score in here.to_dict("records"):
        niche = score["niche"]
        metrics = measured.metrics
        row = metrics[(metrics["niche"] == niche) & (metrics["country"] == country)].iloc[0]
        rows += _explain_unmet(row, policy)
        gaps = measured.gaps[(measured.gaps["niche"] == niche) & (measured.gaps["country"] == country)]
        for gap in gaps.to_dict("records"):
            rows.append(_step(gap["kind"], WHY[gap["kind"]], gap["weight"], SHARE, gap["reason"], gap["values"]))
        parts = ranked.parts
        rows += _explain_parts(parts[(parts[KEY] == [concept, niche, country]).all(axis=1)])
        rows += _explain_score(score)
    table = pd.DataFrame(rows, columns=STEPS)
    return table.astype({**dict.fromkeys(("step", "label", "unit", "note"), "str"), "value": "float64"})


WHY = {
    "price_hole": mark("price hole"),
    "rating_hole": mark("rating hole"),
    "missing_feature": mark("missing feature"),
}


def _step(step: str, label: str, value: Any, unit: str, note: str, values: dict[str, Any]) -> dict[str, Any]:
    number = float("nan") if pd.isna(value) else float(value)
    return {"step": step, "label": label, "value": number, "unit": unit, "note": note, "values": values}


def _explain_unmet(row: pd.Series, policy: SelectionPolicy) -> list[dict[str, Any]]:
    steps = []
    for part in policy.unmet_parts:
        value = row[part.part]
        note = UNKNOWN_SIGN if pd.isna(value) else SIGN
        values = {"weight": part.weight, "low": part.low, "high": part.high}
        label = LABELS.get(part.part, part.part)
        steps.append(_step(part.part, label, value, UNITS.get(part.part, SHARE), note, values))
    if pd.notna(row["unmet"]):
        said = {"raw": row["unmet_raw"], "own": int(row["unmet_weight_percent"]), "low": row["unmet_low"],
                "high": row["unmet_high"]}  # fmt: skip
        steps.append(_step("unmet", LABELS["unmet"], row["unmet"], SHARE, DRAWN, said))
    return steps


def _explain_parts(parts: pd.DataFrame) -> list[dict[str, Any]]:
    steps = []
    for part in parts.to_dict("records"):
        values = {
            "points": "–" if pd.isna(part["points"]) else int(part["points"]), "weight_used": part["weight_used"],
            "weight": part["weight"], "low": part["low"], "high": part["high"], "scale": SCALES[part["scale"]],
            "direction": DIRECTIONS[part["direction"]],
        }  # fmt: skip
        name = part["component"]
        note = EARNED if part["known"] else UNKNOWN
        steps.append(_step(name, LABELS.get(name, name), part["value"], UNITS.get(name, SHARE), note, values))
    return steps


def _explain_score(score: dict[Any, Any]) -> list[dict[str, Any]]:
    known = {"known": int(score["known_weight_percent"])}
    if score["filtered_by"]:
        first = _step("score", UNSCORED, score["score"], POINTS, score["filtered_by"], score["filtered_values"])
    else:
        first = _step("score", SCORE, score["score"], POINTS, SCORED, known)
    return [
        first,
        *(_step("boundary", SCORE, score["score"], POINTS, said, values) for said, values in score["boundary"]),
    ]
