"""What turns a choice, what a missing fact is worth, and how the score is explained."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.selection import explain_opportunity, find_score_flips, rank_opportunities, value_facts, worth
from skills.selection.explain import UnknownOpportunity
from skills.selection.facts import UnusableFacts
from skills.selection.flips import BELOW_CUT, FILTERED, NO_CM3
from skills.selection.plan import Measured
from skills.selection.policy import SelectionPolicy
from skills.selection.rank import Ranked

Tables = dict[str, pd.DataFrame]
AS_OF = date(2026, 11, 24)
POLICY = SelectionPolicy(least_score=30)


def price(concept: str, country: str = "US", **other: Any) -> dict[str, Any]:
    return {
        "concept": concept, "country": country, "cm2_percent": 28.0, "cm3_percent": 12.0, "cm3_minor": 1080.0,
        "landed_minor": 2500.0, "price_minor": 9000.0, "break_even_acos_percent": 28.0, "capital_minor": 1e6,
        "days_to_cash": 120.0, "yearly_units": 2000.0, "yearly_cm3_minor": 2_160_000.0, "risk_level": 1.0,
    } | other  # fmt: skip


@pytest.fixture(scope="module")
def case(niche: Callable[..., Tables], market: Callable[..., Tables], measure: Callable[..., Measured]) -> Any:
    """Two niches measured and ranked with margins."""
    measured = measure(market(niche("tea", conversion=0.5), niche("mat", volume=4000.0)))
    margins = pd.DataFrame([price("tea"), price("mat", cm3_minor=200.0, cm3_percent=2.2)])
    return measured, margins, rank_opportunities(measured.metrics, margins, POLICY, AS_OF)


def test_a_flip_is_where_the_score_falls_below_the_cut(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    measured, margins, ranked = case
    flips = find_score_flips(ranked, margins, POLICY)
    below = flips[(flips["flip"] == BELOW_CUT) & flips["flips_at"].notna() & (flips["fact"] != "cm3_percent")]
    assert len(below)
    for flip in below.to_dict("records"):
        table = measured.metrics.copy()
        here = table["concept"] == flip["concept"]
        worse = 1.001 if flip["distance"] > 0 else 0.999
        for factor, shown in ((1.0 / worse, True), (worse, False)):
            moved = flip["flips_at"] * factor if flip["flips_at"] > 0 else flip["flips_at"] * (2 - factor)
            table[flip["fact"]] = table[flip["fact"]].astype("float64").where(~here, moved)
            again = rank_opportunities(table, margins, POLICY.model_copy(update={"least_volume": 0}), AS_OF).scores
            found = again[again["concept"] == flip["concept"]].iloc[0]
            assert (int(found["score"]) >= ranked.cut) == shown, flip


def test_money_turns_at_a_lower_price_or_a_dearer_landing(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    _, margins, ranked = case
    flips = find_score_flips(ranked, margins, POLICY).set_index(["concept", "fact", "flip"])
    assert flips.loc[("tea", "price_minor", NO_CM3), "flips_at"] == 9000 - 1080
    assert flips.loc[("tea", "price_minor", NO_CM3), "distance_percent"] == -12
    assert flips.loc[("tea", "landed_minor", NO_CM3), "distance"] == 1080
    assert flips.loc[("mat", "landed_minor", NO_CM3), "distance_percent"] == 8
    assert flips.loc[("tea", "cm2_percent", FILTERED), "flips_at"] == POLICY.least_cm2_percent
    nearest = flips.reset_index().query("nearest").set_index("concept")
    assert len(nearest) == 2
    assert nearest.loc["mat", "fact"] == "price_minor"


def test_without_margins_only_the_score_can_turn(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    measured, _, _ = case
    ranked = rank_opportunities(measured.metrics, pd.DataFrame(), POLICY, AS_OF)
    flips = find_score_flips(ranked, pd.DataFrame(), POLICY)
    assert set(flips["flip"]) == {BELOW_CUT, FILTERED}
    assert "cm3_percent" not in set(flips["fact"])


def test_what_has_turned_already_turns_no_more(niche: Callable[..., Tables], market: Any, measure: Any) -> None:
    measured = measure(market(niche("tea", conversion=0.4), niche("tea", country="DE", volume=400.0)))
    margins = pd.DataFrame([price("tea"), price("tea", "DE", cm3_minor=-50.0, cm3_percent=-1.0)])
    scores = rank_opportunities(measured.metrics, margins, POLICY, AS_OF).scores.set_index("country")["score"]
    policy = SelectionPolicy(least_score=int(scores["US"]) - 1)
    assert scores["DE"] < policy.least_score
    ranked = rank_opportunities(measured.metrics, margins, policy, AS_OF)
    flips = find_score_flips(ranked, margins, policy)
    assert set(flips.loc[flips["country"] == "DE", "flip"]) == {FILTERED}
    assert {BELOW_CUT, NO_CM3} <= set(flips.loc[flips["country"] == "US", "flip"])


def test_what_is_not_shown_has_no_flips(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    measured, margins, _ = case
    strict = SelectionPolicy(least_score=100)
    ranked = rank_opportunities(measured.metrics, margins, strict, AS_OF)
    assert find_score_flips(ranked, margins, strict).empty


# ---- the value of a missing fact -----------------------------------------------------------------------------


def fact(concept: str, name: str = "hs_code", **other: Any) -> dict[str, Any]:
    return {
        "concept": concept, "fact": name, "value": 5.0, "low": 2.0, "high": 9.0, "p_low": 0.25, "p_known": 0.5,
        "p_high": 0.25, "cm3_low_minor": 300.0, "cm3_known_minor": 200.0, "cm3_high_minor": 100.0,
    } | other  # fmt: skip


def one(*facts: dict[str, Any], **policy: Any) -> dict[str, Any]:
    return dict(value_facts(pd.DataFrame(facts), SelectionPolicy(**policy)).iloc[0])


def test_a_fact_that_cannot_change_the_choice_is_worth_nothing() -> None:
    row = one(fact("tea"))
    assert (row["worth_minor"], row["changes_choice"], row["reason"]) == (0, False, worth.KEEPS)


def test_a_fact_that_would_spare_a_loss_is_worth_that_loss_times_its_chance() -> None:
    row = one(fact("tea", cm3_high_minor=-600.0))
    assert row["expected_minor"] == 0.25 * 300 + 0.5 * 200 - 0.25 * 600
    assert row["worth_minor"] == 0.25 * 600
    assert row["changes_choice"] and row["reason"] == worth.DROPS
    assert row["values"] == {"concept": "tea", "fact": "hs_code", "value": 9.0}


def test_with_room_for_one_a_fact_is_worth_what_it_lets_one_change_to() -> None:
    sure = fact("mat", cm3_low_minor=180.0, cm3_known_minor=180.0, cm3_high_minor=180.0)
    rows = value_facts(pd.DataFrame([fact("tea"), sure]), SelectionPolicy(most_opportunities=1))
    by_concept = rows.set_index("concept")["worth_minor"]
    assert by_concept["tea"] == round(0.25 * (180 - 100))
    assert by_concept["mat"] == 0
    assert value_facts(pd.DataFrame([fact("tea"), sure]), SelectionPolicy())["worth_minor"].sum() == 0


outcome = st.fixed_dictionaries(
    {
        "cm3_low_minor": st.integers(-1000, 1000),
        "cm3_known_minor": st.integers(-1000, 1000),
        "cm3_high_minor": st.integers(-1000, 1000),
        "weights": st.tuples(*[st.integers(1, 8)] * 3),
    }
)


@settings(max_examples=50, deadline=None)
@given(outcomes=st.lists(outcome, min_size=1, max_size=5), room=st.integers(1, 3))
def test_knowing_is_never_worth_less_than_nothing_nor_more_than_what_it_can_save(
    outcomes: list[dict[str, Any]], room: int
) -> None:
    facts = []
    for at, found in enumerate(outcomes):
        chances = dict(zip(("p_low", "p_known", "p_high"), found["weights"], strict=True))
        total = sum(chances.values())
        facts.append(
            fact(f"c{at}", **{name: chance / total for name, chance in chances.items()})
            | {name: float(money) for name, money in found.items() if name != "weights"}
        )
    rows = value_facts(pd.DataFrame(facts), SelectionPolicy(most_opportunities=room))
    assert (rows["worth_minor"] >= 0).all()
    assert (rows["worth_minor"] <= 2000).all()
    assert not (rows["worth_minor"] > 0).mask(rows["changes_choice"], False).any()


@pytest.mark.parametrize("wrong", [{"p_low": 0.5}, {"p_low": -0.25, "p_high": 0.75}, {"cm3_high_minor": math.nan}])
def test_outcomes_that_do_not_add_up_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnusableFacts, match="tea hs_code"):
        value_facts(pd.DataFrame([fact("tea", **wrong)]), SelectionPolicy())


def test_facts_of_one_concept_must_start_from_the_same_money() -> None:
    with pytest.raises(UnusableFacts, match="tea weight"):
        value_facts(pd.DataFrame([fact("tea"), fact("tea", "weight", cm3_known_minor=900.0)]), SelectionPolicy())


def test_no_facts_are_worth_nothing() -> None:
    assert value_facts(pd.DataFrame(), SelectionPolicy()).empty


# ---- the explanation ------------------------------------------------------------------------------------------


def test_a_reader_can_add_the_score_up(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    measured, _, ranked = case
    steps = explain_opportunity(measured, ranked, POLICY, "tea", "US")
    parts = [row["values"]["points"] for row in steps.to_dict("records") if "weight_used" in row["values"]]
    score = steps[steps["step"] == "score"].iloc[0]
    assert sum(points for points in parts if points != "–") == score["value"]
    assert {"conversion_gap", "unmet", "missing_feature", "volume", "score"} <= set(steps["step"])
    for row in steps.to_dict("records"):
        assert row["note"].format(**row["values"])


def test_an_opportunity_that_was_not_ranked_is_refused_by_name(case: tuple[Measured, pd.DataFrame, Ranked]) -> None:
    measured, _, ranked = case
    with pytest.raises(UnknownOpportunity, match="cup was not ranked in US"):
        explain_opportunity(measured, ranked, POLICY, "cup", "US")
