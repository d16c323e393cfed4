"""The score keeps its promises: monotone, blind to names and order, honest about what it does not know."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from skills.selection import filters, rank, rank_opportunities
from skills.selection.filters import wait_for_season
from skills.selection.policy import Anchor, SelectionPolicy
from skills.selection.rank import KEY, Ranked
from skills.selection.score import place_value, value_at
from skills.vocabulary import MissingColumns

AS_OF = date(2026, 11, 24)
POLICY = SelectionPolicy()
COMPONENTS = [anchor.component for anchor in POLICY.anchors]
USUAL = {
    "volume": 5000.0, "growth_90d_percent": 15.0, "growth_180d_percent": 20.0, "unmet": 0.45, "click_share_top5": 0.6,
    "brand_share_top3": 0.5, "reviews": 400.0, "launch_success_share": 0.25, "return_share": 0.05,
    "cm3_percent": 18.0,
}  # fmt: skip
MONEY = {
    "cm2_percent": 30.0, "cm3_percent": 18.0, "cm3_minor": 900.0, "landed_minor": 2000.0, "price_minor": 9000.0,
    "break_even_acos_percent": 30.0, "capital_minor": 2_000_000.0, "days_to_cash": 120.0, "yearly_units": 3000.0,
    "yearly_cm3_minor": 2_700_000.0, "risk_level": 1.0,
}  # fmt: skip


def row(name: str, country: str = "US", **metrics: Any) -> dict[str, Any]:
    known = USUAL | {"volume_basis": "fitted", "season_ratio": 1.1, "season_peak_month": 5} | metrics
    return {"concept": name, "niche": name, "country": country, "label": f"{name} cloth", **known}


def rank_rows(*rows: dict[str, Any], policy: SelectionPolicy = POLICY, as_of: date = AS_OF) -> Ranked:
    table = pd.DataFrame(rows)
    money = pd.DataFrame(
        [{name: found[name] for name in ("concept", "country")} | MONEY
         | {name: found[name] for name in MONEY if name in found} for found in rows]
    )  # fmt: skip
    return rank_opportunities(table, money, policy, as_of)


def score_of(ranked: Ranked, name: str = "tea", country: str = "US") -> Any:
    rows = ranked.scores
    return rows[(rows["concept"] == name) & (rows["country"] == country)].iloc[0]


values = st.fixed_dictionaries(
    {
        "volume": st.floats(300, 80_000),
        "growth_90d_percent": st.floats(-60, 120),
        "growth_180d_percent": st.floats(-60, 120),
        "unmet": st.floats(0, 1),
        "click_share_top5": st.floats(0, 1),
        "brand_share_top3": st.floats(0, 1),
        "reviews": st.floats(1, 20_000),
        "launch_success_share": st.floats(0, 1),
        "return_share": st.floats(0, 0.4),
        "cm3_percent": st.floats(-20, 60),
    }
)


@settings(max_examples=25, deadline=None)
@given(metrics=values, name=st.sampled_from(COMPONENTS), better=st.floats(0, 1))
def test_a_better_value_never_scores_less(metrics: dict[str, float], name: str, better: float) -> None:
    anchor = next(anchor for anchor in POLICY.anchors if anchor.component == name)
    step = better * (anchor.high - anchor.low)
    changed = metrics | {name: metrics[name] + (step if anchor.direction == "up" else -min(step, metrics[name]))}
    before, after = (rank_rows(row("tea", **found)) for found in (metrics, changed))
    assert int(score_of(after)["score"]) >= int(score_of(before)["score"])


@settings(max_examples=12, deadline=None)
@given(metrics=st.lists(values, min_size=2, max_size=6), seed=st.integers(0, 99))
def test_neither_the_order_of_rows_nor_the_names_of_niches_decide(metrics: list[dict[str, float]], seed: int) -> None:
    names = [f"n{at}" for at in range(len(metrics))]
    plain = rank_rows(*[row(name, **found) for name, found in zip(names, metrics, strict=True)])
    table = pd.DataFrame([row(name, **found) for name, found in zip(names, metrics, strict=True)])
    money = pd.DataFrame(
        [{"concept": found["concept"], "country": "US"} | MONEY for found in table.to_dict("records")]
    )
    money["cm3_percent"] = table["cm3_percent"]
    mixed = rank_opportunities(
        table.sample(frac=1, random_state=seed), money.sample(frac=1, random_state=seed + 1), POLICY, AS_OF
    )
    pd.testing.assert_frame_equal(plain.scores, mixed.scores)
    pd.testing.assert_frame_equal(plain.parts, mixed.parts)
    pd.testing.assert_frame_equal(plain.concepts, mixed.concepts)
    other = [f"z{len(names) - at}" for at in range(len(names))]
    renamed = rank_rows(*[row(name, **found) for name, found in zip(other, metrics, strict=True)])
    columns = ["score", "rank", "shown", "known_weight_percent", "filtered_by"]
    back = renamed.scores.set_index("concept").loc[other, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain.scores.set_index("concept").loc[names, columns].reset_index(drop=True), back)


@settings(max_examples=25, deadline=None)
@given(metrics=values, dropped=st.sets(st.sampled_from(COMPONENTS), max_size=4))
def test_a_dropped_metric_changes_the_score_by_the_disclosed_renormalisation_only(
    metrics: dict[str, float], dropped: set[str]
) -> None:
    ranked = rank_rows(row("tea", **(metrics | dict.fromkeys(dropped, math.nan))))
    parts = ranked.parts.set_index("component")
    assert set(parts.index[~parts["known"]]) == dropped
    weights = {anchor.component: anchor.weight for anchor in POLICY.anchors}
    known = sum(weight for name, weight in weights.items() if name not in dropped)
    answer = score_of(ranked)
    assert answer["known_weight_percent"] == known
    if known < POLICY.least_known_percent:
        assert pd.isna(answer["score"]) and answer["filtered_by"] == rank.TOO_LITTLE_KNOWN
        return
    exact = sum(
        100 * anchor.weight / known * place_value(metrics[anchor.component], anchor)
        for anchor in POLICY.anchors
        if anchor.component not in dropped
    )
    assert abs(int(answer["score"]) - exact) <= 0.5 + 1e-6
    assert parts["weight_used"].sum() == pytest.approx(100, abs=0.05)
    assert parts["points"].sum() == answer["score"]


def test_points_are_whole_and_add_up_to_a_whole_score() -> None:
    ranked = rank_rows(row("tea"))
    assert str(ranked.scores["score"].dtype) == str(ranked.parts["points"].dtype) == "Int64"
    assert ranked.parts["points"].sum() == score_of(ranked)["score"]
    assert 0 < int(score_of(ranked)["score"]) < 100


def test_the_ends_of_the_anchors_earn_all_or_nothing() -> None:
    best = {a.component: a.high if a.direction == "up" else a.low for a in POLICY.anchors}
    worst = {a.component: a.low if a.direction == "up" else a.high for a in POLICY.anchors}
    assert score_of(rank_rows(row("tea", **best)))["score"] == 100
    assert score_of(rank_rows(row("tea", **(worst | {"volume": 200.0})), policy=POLICY.model_copy(
        update={"least_volume": 0})))["score"] == 0  # fmt: skip


@pytest.mark.parametrize("anchor", POLICY.anchors, ids=lambda anchor: anchor.component)
def test_a_place_leads_back_to_its_value(anchor: Anchor) -> None:
    for place in (0.0, 0.25, 0.5, 1.0):
        assert place_value(value_at(place, anchor), anchor) == pytest.approx(place, abs=1e-6)


def test_on_a_log_scale_every_doubling_counts_the_same() -> None:
    anchor = Anchor(component="volume", low=100, high=1600, weight=10, scale="log")
    assert [place_value(value, anchor) for value in (100, 200, 400, 800, 1600)] == [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize("wrong", [{"low": 5, "high": 5}, {"low": 0, "high": 9, "scale": "log"}])
def test_anchors_out_of_order_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="low must lie below high"):
        Anchor(component="volume", weight=5, **wrong)


def test_the_shipped_weights_are_points_of_a_hundred() -> None:
    assert sum(anchor.weight for anchor in POLICY.anchors) == 100
    assert sum(part.weight for part in POLICY.unmet_parts) == 100


@pytest.mark.parametrize(
    ("metrics", "policy", "said"),
    [
        ({"volume": 299.0}, {}, filters.TOO_FEW_SEARCHES),
        ({"cm2_percent": 14.9}, {}, filters.TOO_LITTLE_MARGIN),
        ({"risk_level": 3.0}, {}, filters.TOO_RISKY),
        ({"capital_minor": 2_000_001.0}, {"most_capital_minor": 2_000_000}, filters.TOO_MUCH_CAPITAL),
        ({"season_ratio": 2.5, "season_peak_month": 1}, {"lead_days": 90}, filters.SEASON_PAST),
    ],
)
def test_a_filter_comes_before_the_score_and_says_why(
    metrics: dict[str, Any], policy: dict[str, Any], said: str
) -> None:
    answer = score_of(rank_rows(row("tea", **metrics), policy=SelectionPolicy(**policy)))
    assert answer["filtered_by"] == said
    assert said.format(**answer["filtered_values"])
    assert pd.isna(answer["score"]) and pd.isna(answer["rank"]) and not answer["shown"]


def test_a_filtered_country_leaves_the_concept_to_the_others() -> None:
    ranked = rank_rows(row("tea", volume=10.0), row("tea", "DE"), row("tea", "GB", unmet=0.6))
    concept = ranked.concepts.iloc[0]
    assert concept["countries"] == "GB;DE"
    assert concept["score"] == score_of(ranked, country="GB")["score"]
    assert concept["yearly_cm3_minor"] == 2 * MONEY["yearly_cm3_minor"]


def test_a_season_that_can_still_be_reached_is_no_filter() -> None:
    assert wait_for_season(7, 90, date(2026, 11, 24)) == (date(2027, 7, 1) - date(2027, 2, 22)).days
    assert wait_for_season(2, 90, date(2026, 11, 24)) == 0
    assert wait_for_season(1, 90, date(2026, 11, 24)) > 300
    assert score_of(rank_rows(row("mat", season_ratio=2.5, season_peak_month=6)), "mat")["filtered_by"] == ""
    assert score_of(rank_rows(row("mat", season_ratio=1.2, season_peak_month=1)), "mat")["filtered_by"] == ""


def test_without_a_quote_the_margin_is_not_checked_and_it_is_said() -> None:
    ranked = rank_opportunities(pd.DataFrame([row("tea")]), pd.DataFrame(), POLICY, AS_OF)
    answer = score_of(ranked)
    assert answer["filtered_by"] == ""
    assert answer["known_weight_percent"] == 80
    assert [said for said, _ in answer["boundary"]].count(filters.NOT_CHECKED) == 2


def test_an_index_of_the_rank_earns_nothing_and_passes_no_filter_by_itself() -> None:
    ranked = rank_rows(row("tea", volume=5.0, volume_basis="rank only"))
    part = ranked.parts.set_index("component").loc["volume"]
    assert not part["known"] and pd.isna(part["value"])
    assert score_of(ranked)["filtered_by"] == ""


def test_a_growth_that_the_season_may_have_made_earns_nothing() -> None:
    ranked = rank_rows(row("tea", season_ratio=math.nan, season_peak_month=pd.NA))
    known = ranked.parts.set_index("component")["known"]
    assert not known["growth_90d_percent"] and not known["growth_180d_percent"]
    assert score_of(ranked)["known_weight_percent"] == 88


def test_what_lies_near_a_filter_or_the_cut_says_so() -> None:
    near = score_of(rank_rows(row("tea", volume=310.0, cm2_percent=16.0)))
    assert [values["name"] for said, values in near["boundary"] if said == filters.NEAR_FILTER] == [
        "searches a week", "CM2 in percent of net sales",
    ]  # fmt: skip
    score = int(score_of(rank_rows(row("tea")))["score"])
    at_cut = score_of(rank_rows(row("tea"), policy=SelectionPolicy(least_score=score)))
    assert at_cut["shown"] and (rank.NEAR_CUT, {"score": score, "cut": score}) in at_cut["boundary"]
    assert not score_of(rank_rows(row("tea"), policy=SelectionPolicy(least_score=score + 1)))["shown"]


def test_no_more_are_shown_than_there_is_room_for() -> None:
    rows = [row(f"n{at}", unmet=0.3 + 0.03 * at, yearly_cm3_minor=1000.0 * at) for at in range(6)]
    ranked = rank_rows(*rows, policy=SelectionPolicy(most_opportunities=3, least_score=1))
    shown = ranked.concepts[ranked.concepts["shown"]]
    assert set(shown["concept"]) == {"n3", "n4", "n5"}
    assert ranked.cut == shown["score"].min()
    assert ranked.concepts.sort_values("rank")["concept"].iloc[0] == "n5"


def test_equals_share_their_rank_and_are_shown_only_if_there_is_room_for_both() -> None:
    rows = (row("a"), row("b"), row("c", unmet=0.6))
    ranked = rank_rows(*rows)
    assert ranked.scores["rank"].tolist() == [2, 2, 1]
    assert ranked.concepts["shown"].all()
    assert rank_rows(*rows, policy=SelectionPolicy(most_opportunities=2)).concepts["shown"].tolist() == [
        False,
        False,
        True,
    ]


def test_of_equal_scores_the_one_that_earns_more_goes_first() -> None:
    ranked = rank_rows(row("a"), row("b", yearly_cm3_minor=9_000_000.0))
    assert ranked.concepts.set_index("concept")["rank"].to_dict() == {"a": 2, "b": 1}


def test_nothing_measured_ranks_nothing() -> None:
    empty = pd.DataFrame(columns=[*KEY, "label", "volume"])
    ranked = rank_opportunities(empty, pd.DataFrame(), POLICY, AS_OF)
    assert ranked.scores.empty and ranked.parts.empty and ranked.concepts.empty


def test_a_table_without_a_column_is_refused_by_name() -> None:
    with pytest.raises(MissingColumns, match="metrics lacks the columns niche"):
        rank_opportunities(pd.DataFrame([row("tea")]).drop(columns="niche"), pd.DataFrame(), POLICY, AS_OF)
    with pytest.raises(MissingColumns, match="margins lacks the columns"):
        rank_opportunities(pd.DataFrame([row("tea")]), pd.DataFrame({"concept": ["tea"]}), POLICY, AS_OF)
