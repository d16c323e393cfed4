"""From quotes and niches to what a choice is made on: one concept per niche, planned sales, cash, margins, facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.niches.plan import Niches
from skills.selection import list_facts, plan_sales, value_facts
from skills.selection.policy import SelectionPolicy
from skills.sourcing import compare_quotes, pick_quotes
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import ALL_COUNTRIES
from tasks.candidates import COSTS, Candidates
from tasks.opportunities import (
    MOST_CHECKED,
    NO_TERMS,
    PER_UNIT,
    Joined,
    join_concepts,
    lay_landed,
    list_checked,
    sum_brands,
)

MORNING = date(2025, 11, 24)
POLICY = SelectionPolicy(
    clicks_per_search=0.5, planned_share_percent=4.0, planned_conversion_percent=10.0, planned_ads_percent=12
)


LEAST_CM2 = 15.0


def quotes(*rows: dict[str, Any]) -> pd.DataFrame:
    row = {"quote": "Q1", "candidate": "cloths", "terms": "cloth", "supplier": "jinyi", "title": "Cloth",
           "unit_cost_minor": 1_000, "currency": "CNY", "vat_invoice": "no", "moq_units": 1_000, "carton_units": 50,
           "sample_days": 7, "lead_days": 25, "deposit_percent": 30.0, "material": "cotton", "tooling_minor": 0,
           "valid_until": pd.Timestamp("2026-02-01")}  # fmt: skip
    return pd.DataFrame([{**row, **change} for change in rows or ({},)])


def found(*rows: tuple[str, str, str, str, float]) -> Niches:
    """Niches from (niche, country, concept, term, volume)."""
    frame = pd.DataFrame(rows, columns=["niche", "country", "concept", "term", "volume"])
    frame = frame.astype(dict.fromkeys(("niche", "country", "concept", "term"), "str"))
    return Niches(
        frame[["niche", "country", "concept", "volume"]].assign(label=frame["term"]),
        frame[["niche", "country", "term", "volume"]].assign(share=1.0),
        pd.DataFrame(columns=["niche", "country", "asin", "click_share"]),
        pd.DataFrame(columns=["reason", "values", "terms"]),
    )


def concepts(joined: Joined) -> dict[str, str]:
    return dict(zip(joined.niches["niche"], joined.niches["concept"], strict=True))


def check(joined: Joined, before: Niches) -> None:
    """What holds of any joining: every niche once, one niche of a country in a concept, one concept per quote."""
    assert joined.niches["niche"].tolist() == before.niches["niche"].tolist()
    assert not joined.niches.duplicated(["concept", "country"]).any()
    assert (joined.matches.groupby("quote")["concept"].nunique() == 1).all()
    assert not joined.matches.duplicated(["quote", "country"]).any()
    assert (joined.matches["niche"].map(concepts(joined)) == joined.matches["concept"]).all()


def test_niches_that_one_candidate_answers_are_one_opportunity() -> None:
    niches = found(
        ("DE-1", "DE", "DE-1", "tuch", 300), ("DE-2", "DE", "DE-2", "lampe", 50), ("US-1", "US", "US-1", "cloth", 900)
    )
    joined = join_concepts(niches, quotes({"terms": "cloth;tuch"}))
    check(joined, niches)
    assert concepts(joined) == {"DE-1": "US-1", "DE-2": "DE-2", "US-1": "US-1"}


def test_a_niche_that_two_candidates_answer_goes_with_the_larger_one() -> None:
    niches = found(
        ("DE-1", "DE", "DE-1", "tuch", 300),
        ("FR-1", "FR", "FR-1", "lavette", 80),
        ("US-1", "US", "US-1", "cloth", 900),
    )
    asked = quotes({"terms": "cloth;tuch"}, {"quote": "Q2", "candidate": "rags", "terms": "cloth;lavette"})
    joined = join_concepts(niches, asked)
    check(joined, niches)
    assert concepts(joined) == {"DE-1": "US-1", "FR-1": "FR-1", "US-1": "US-1"}
    assert joined.matches[["quote", "niche"]].to_numpy().tolist() == [["Q1", "DE-1"], ["Q1", "US-1"], ["Q2", "FR-1"]]


def test_a_candidate_without_a_niche_of_its_own_competes_for_that_of_the_other() -> None:
    niches = found(("DE-1", "DE", "DE-1", "tuch", 300), ("US-1", "US", "US-1", "cloth", 900))
    joined = join_concepts(niches, quotes({"terms": "cloth;tuch"}, {"quote": "Q2", "candidate": "rags"}))
    check(joined, niches)
    assert set(joined.matches["concept"]) == {"US-1"} and set(joined.matches["quote"]) == {"Q1", "Q2"}


def test_what_clicks_link_follows_a_quote_only_into_countries_that_it_does_not_reach() -> None:
    niches = found(
        ("DE-1", "DE", "DE-1", "tuch", 300), ("DE-2", "DE", "DE-2", "putztuch", 200),
        ("FR-1", "FR", "DE-1", "lavette", 80), ("US-1", "US", "DE-1", "cloth", 900),
    )  # fmt: skip
    joined = join_concepts(niches, quotes({"terms": "cloth;putztuch"}))
    check(joined, niches)
    assert concepts(joined) == {"DE-1": "DE-1", "DE-2": "US-1", "FR-1": "US-1", "US-1": "US-1"}


def test_without_quotes_concepts_are_those_of_the_clicks() -> None:
    niches = found(("DE-1", "DE", "DE-1", "tuch", 300), ("US-1", "US", "DE-1", "cloth", 900))
    joined = join_concepts(niches, quotes().iloc[:0])
    assert joined.matches.empty and set(joined.niches["concept"]) == {"DE-1"}


def test_joining_does_not_depend_on_the_order_of_rows() -> None:
    niches = found(
        ("DE-1", "DE", "DE-1", "tuch", 900),
        ("FR-1", "FR", "FR-1", "lavette", 80),
        ("US-1", "US", "US-1", "cloth", 900),
    )
    asked = quotes({"terms": "cloth;tuch"}, {"quote": "Q2", "candidate": "rags", "terms": "cloth;tuch;lavette"})
    one, other = join_concepts(niches, asked), join_concepts(niches, asked.iloc[::-1])
    assert concepts(one) == concepts(other)
    pd.testing.assert_frame_equal(one.matches, other.matches)


MATCHES = pd.DataFrame(
    [("Q1", "DE", "DE-1"), ("Q1", "US", "US-1"), ("Q2", "DE", "DE-1"), ("Q2", "US", "US-1")],
    columns=["quote", "country", "niche"],
).assign(candidate="cloths", concept="US-1", transit_days=[50, 30, 50, 30])
METRICS = pd.DataFrame(
    [("US-1", "DE-1", "DE", 100.0, "fitted", float("nan")), ("US-1", "US-1", "US", 1_000.0, "reported", 20.0)],
    columns=["concept", "niche", "country", "volume", "volume_basis", "conversion_percent"],
).assign(return_share=0.03, season_ratio=1.0, brand_share_top3=0.4)


def costs(**amounts: Any) -> pd.DataFrame:
    """Both quotes in both countries; Q2 costs a tenth more."""
    row = {"lane": "SEA", "landed_minor": 2_000, "unit_base_minor": 1_000, "tooling_minor": 0, "freight_minor": 500,
           "duty_minor": 300, "import_vat_cash_minor": 200, "rebate_minor": 0, "net_minor": 4_000,
           "referral_minor": 900, "ads_minor": 700, "price_minor": 7_000, "net_sales_minor": 6_000,
           "cm2_minor": 2_700, "cm3_minor": 2_000, "cm2_percent": 45.0, "cm3_percent": 33.3,
           "break_even_acos_percent": 45.0}  # fmt: skip
    table = MATCHES[["quote", "country"]].assign(**row | amounts)
    return table.assign(landed_minor=table["landed_minor"] + 200 * (table["quote"] == "Q2"))[COSTS]


def candidates(table: pd.DataFrame | None = None, *refused: tuple[str, str, str, dict[str, str]]) -> Candidates:
    none = pd.DataFrame()
    table = costs() if table is None else table
    matches = MATCHES.merge(table[["quote", "country"]])
    said = pd.DataFrame(refused, columns=["quote", "country", "reason", "values"])
    return Candidates(matches, table, none, none, said)


def compare(asked: pd.DataFrame, landed: pd.DataFrame) -> pd.DataFrame:
    return compare_quotes(asked, landed, NO_TERMS, SourcingPolicy(), MORNING)


def test_planned_units_are_purchases_of_a_year_times_the_planned_share() -> None:
    sales = plan_sales(MATCHES, METRICS, POLICY).set_index(["quote", "country"])
    assert sales.loc[("Q1", "US"), "yearly_units"] == 1_000 * 0.5 * 0.20 * 0.04 * 52
    assert sales.loc[("Q1", "DE"), "yearly_units"] == round(100 * 0.5 * 0.10 * 0.04 * 52), "the planned conversion"
    assert sales.loc[("Q1", "US"), "weekly_units"] * 52 == pytest.approx(208)


def test_an_index_of_the_rank_is_no_searches_and_plans_no_sales() -> None:
    metrics = METRICS.assign(volume_basis=["rank only", "reported"])
    sales = plan_sales(MATCHES, metrics, POLICY).set_index(["quote", "country"])["yearly_units"]
    assert pd.isna(sales["Q1", "DE"]) and sales["Q1", "US"] == 208


def test_all_countries_together_are_the_mean_by_units_with_the_longest_way_and_all_sales() -> None:
    table = costs()
    table["freight_minor"] = [800, 400, 800, 400]
    landed = lay_landed(candidates(table), plan_sales(MATCHES, METRICS, POLICY), "CNY", LEAST_CM2)
    row = landed.set_index(["quote", "country"]).loc[("Q1", ALL_COUNTRIES)]
    assert row["freight_minor"] == round((800 * 10 + 400 * 208) / 218)
    assert row["weekly_units"] == pytest.approx(218 / 52) and row["transit_days"] == 50
    assert set(landed["base_currency"]) == {"CNY"}
    assert not landed.duplicated(["quote", "country"]).any()


def test_a_country_that_leaves_too_little_takes_no_part_of_the_first_order() -> None:
    table = costs()
    table["freight_minor"] = [800, 400, 800, 400]
    table["cm2_percent"] = [9.9, 45.0, 9.9, 9.9]
    landed = lay_landed(candidates(table), plan_sales(MATCHES, METRICS, POLICY), "CNY", LEAST_CM2)
    rows = landed.set_index(["quote", "country"])
    assert rows.loc[("Q1", ALL_COUNTRIES), "weekly_units"] == pytest.approx(208 / 52)
    assert rows.loc[("Q1", ALL_COUNTRIES), "freight_minor"] == 400
    assert rows.loc[("Q2", ALL_COUNTRIES), "weekly_units"] == pytest.approx(218 / 52), "it leaves enough nowhere"


def test_sales_that_are_not_planned_weigh_countries_alike_and_leave_demand_unknown() -> None:
    metrics = METRICS.assign(volume_basis="rank only")
    table = costs()
    table["freight_minor"] = [800, 400, 800, 400]
    landed = lay_landed(candidates(table), plan_sales(MATCHES, metrics, POLICY), "CNY", LEAST_CM2)
    whole = landed[landed["country"] == ALL_COUNTRIES]
    assert whole["freight_minor"].tolist() == [600, 600] and whole["weekly_units"].isna().all()
    compared = compare(quotes({}, {"quote": "Q2"}), landed)
    picked = pick_quotes(compared, MATCHES, landed)
    assert picked["quote"].tolist() == ["Q1"] and picked["days_to_cash"].isna().all()


def test_a_quote_that_cannot_be_priced_says_why_where_quotes_are_compared() -> None:
    table = costs()
    found = candidates(table[table["quote"] == "Q1"], ("Q2", "US", "No rate of {currency}.", {"currency": "XYZ"}))
    landed = lay_landed(found, plan_sales(MATCHES, METRICS, POLICY), "CNY", LEAST_CM2)
    compared = compare(quotes({}, {"quote": "Q2"}), landed).set_index(["quote", "country"])
    for country in ("US", ALL_COUNTRIES):
        assert compared.loc[("Q2", country), "reason"] == "No rate of {currency}."
        assert pd.isna(compared.loc[("Q2", country), "rank"])


def pick(*changes: dict[str, Any]) -> list[str]:
    landed = lay_landed(candidates(), plan_sales(MATCHES, METRICS, POLICY), "CNY", LEAST_CM2)
    asked = quotes({"moq_units": 200, **changes[0]}, {"quote": "Q2", "moq_units": 200, **changes[1]})
    return [str(name) for name in pick_quotes(compare(asked, landed), MATCHES, landed)["quote"]]


def test_the_quote_that_costs_least_all_told_comes_first() -> None:
    assert pick({}, {}) == ["Q1"]


def test_an_order_above_a_years_sales_comes_after_one_within_it() -> None:
    assert pick({"moq_units": 250}, {}) == ["Q2"]
    assert pick({"moq_units": 250}, {"moq_units": 250}) == ["Q1"], "where all are above, the cheapest"


def test_a_quote_that_is_worth_selling_in_more_countries_comes_before_a_cheaper_one_of_few() -> None:
    table = costs()
    table["cm2_percent"] = [9.9, 45.0, 45.0, 45.0]
    table["landed_minor"] = [1_900, 1_880, 1_900, 1_900]
    landed = lay_landed(candidates(table), plan_sales(MATCHES, METRICS, POLICY), "CNY", LEAST_CM2)
    asked = quotes({"moq_units": 50}, {"quote": "Q2", "moq_units": 50})
    assert pick_quotes(compare(asked, landed), MATCHES, landed)["quote"].tolist() == ["Q2"]


def test_an_expired_quote_is_never_first() -> None:
    gone = {"valid_until": pd.Timestamp("2025-11-20")}
    assert pick(gone, {}) == ["Q2"]
    assert pick(gone, gone) == []


def test_no_quotes_at_all_are_compared_and_picked_without_an_error() -> None:
    none = candidates(costs().iloc[:0])
    landed = lay_landed(none, plan_sales(MATCHES.iloc[:0], METRICS, POLICY), "CNY", LEAST_CM2)
    assert landed.empty and {*PER_UNIT, "quote", "country"} <= {*landed}
    assert pick_quotes(compare(quotes().iloc[:0], landed), MATCHES.iloc[:0], landed).empty


def margins() -> pd.DataFrame:
    table = costs().iloc[:2].merge(plan_sales(MATCHES, METRICS, POLICY), on=["quote", "country"])
    kept = ["quote", "country", "yearly_units", "price_minor"]
    return table[kept].assign(concept="US-1", yearly_cm3_minor=table["yearly_units"] * table["cm3_minor"])


def test_each_fact_moves_alone_and_what_follows_the_price_moves_with_it() -> None:
    facts = list_facts(margins(), costs(), METRICS, POLICY).set_index("fact")
    base, units = 218 * 2_000, 218
    assert (facts["cm3_known_minor"] == base).all()
    assert facts.loc["price", "cm3_low_minor"] == pytest.approx(base - units * (6_000 - 900 - 700) / 10)
    assert facts.loc["duty", "cm3_low_minor"] == base + units * 300
    assert facts.loc["share", "cm3_high_minor"] == 2 * base
    assert "returns" not in facts.index and "conversion" not in facts.index, "a report says them"
    assert len(value_facts(facts.reset_index(), POLICY)) == len(facts)


def test_an_opportunity_without_planned_sales_has_no_fact_to_value() -> None:
    unknown = margins().assign(yearly_units=float("nan"), yearly_cm3_minor=float("nan"))
    facts = list_facts(unknown, costs(), METRICS, POLICY)
    assert facts.empty and value_facts(facts, POLICY).empty


def test_a_brands_clicks_are_those_of_all_its_products_in_the_niche_where_it_has_most() -> None:
    clicks = pd.DataFrame(
        [("US-1", "US", "A1", 0.2), ("US-1", "US", "A2", 0.3), ("US-2", "US", "A1", 0.4), ("US-1", "US", "A3", 0.1)],
        columns=["niche", "country", "asin", "click_share"],
    )
    named = pd.DataFrame(
        [("US", "A1", "Acme"), ("US", "A2", "Acme"), ("US", "A3", "Ours"), ("US", "A4", "")],
        columns=["country", "asin", "brand"],
    )
    shares = sum_brands(clicks, named, frozenset({"A3"}))
    assert shares.to_dict("records") == [{"country": "US", "brand": "Acme", "click_share": 0.5}]


def test_what_somebody_quoted_is_checked_for_risks_however_little_it_is_searched() -> None:
    many = pd.DataFrame({"concept": [f"N{place:05}" for place in range(MOST_CHECKED + 5)]})
    many = many.assign(niche=many["concept"], country="US", volume=500.0, season_ratio=1.0, brand_share_top3=0.1)
    quiet = METRICS.assign(volume=1.0)
    joined = join_concepts(found(("DE-1", "DE", "US-1", "tuch", 1), ("US-1", "US", "US-1", "cloth", 2)), quotes())
    checked = list_checked(pd.concat([many, quiet]), quotes(), joined)
    assert len(checked) == MOST_CHECKED
    own = checked[checked["candidate"] == "US-1"].set_index("country")
    assert own["title"].tolist() == ["Cloth", "Cloth"]
    assert own.loc["US", "terms"] == "cloth" and own.loc["DE", "terms"] == "tuch"
