"""What a quote leaves in the niches that it answers, in which units, and why some cannot be priced."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from skills.vocabulary import ALL_COUNTRIES
from tasks.candidates import NO_FACTS, NO_LANE, NO_NICHE, NO_NICHE_PRICE, Candidates, match_quotes, quote_candidates
from tasks.store.snapshots import Snapshot
from tests.tasks.market_facts import NIGHT, quotes, rates, snapshot

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning"),  # no flow around the tasks
]


def members(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    found = rows or (("US-1", "US", "dish cloth", 1.0, 5_000.0), ("DE-1", "DE", "spültuch", 1.0, 2_000.0))
    frame = pd.DataFrame(found, columns=["niche", "country", "term", "share", "volume"])
    return frame.astype({"niche": "str", "country": "str", "term": "str"})


NICHES = pd.DataFrame(
    [("US-1", "US", 9_000.0), ("US-2", "US", 4_000.0), ("DE-1", "DE", 3_000.0), ("FR-1", "FR", 3_000.0)],
    columns=["niche", "country", "volume"],
).assign(concept=lambda found: found["niche"])


def metrics(**prices: Any) -> pd.DataFrame:
    known = {"US-1": 1_999, "US-2": 1_500, "DE-1": 1_899, "FR-1": 1_799} | {
        name.replace("_", "-"): price for name, price in prices.items()
    }
    frame = NICHES.assign(
        price_minor=pd.array([known[niche] for niche in NICHES["niche"]], dtype="Int64"),
        currency=["USD", "USD", "EUR", "EUR"],
        return_share=[0.03, float("nan"), 0.04, 0.04],
    )
    return frame.astype({"currency": "str"})


def price(
    asked: pd.DataFrame | None = None,
    known: Snapshot | None = None,
    measured: pd.DataFrame | None = None,
    **sold: int,
) -> Candidates:
    asked = quotes() if asked is None else asked
    matches = match_quotes(asked, members(), NICHES)
    sales = matches[["quote", "country"]].assign(yearly_units=[sold.get(name, 500) for name in matches["country"]])
    return quote_candidates(
        asked, matches, sales, metrics() if measured is None else measured, known or snapshot(), NIGHT
    )


def reasons(found: Candidates) -> dict[tuple[str, str], str]:
    return dict(
        zip(zip(found.refused["quote"], found.refused["country"], strict=True), found.refused["reason"], strict=True)
    )


def test_price_less_tax_and_every_cost_is_what_a_unit_leaves() -> None:
    found = price()
    assert list(found.costs["country"]) == ["DE", "US"]
    for place, steps in found.waterfall.groupby(["sku", "country"]):
        cost = found.costs.set_index(["quote", "country"]).loc[place]
        amounts = steps.set_index("step")["amount_minor"]
        assert amounts["price"] == cost["price_minor"]
        assert amounts.sum() == cost["cm3_minor"] == cost["net_minor"] - cost["landed_minor"]
        assert cost["cm2_minor"] - cost["ads_minor"] == cost["cm3_minor"]
        assert cost["cm2_percent"] == pytest.approx(100 * cost["cm2_minor"] / cost["net_sales_minor"], abs=0.05)


def test_amounts_are_in_the_base_currency_and_the_price_is_the_niches() -> None:
    cost = price().costs.set_index("country")
    assert cost.loc["US", "price_minor"] == pytest.approx(1_999 * 7.1, abs=1)
    assert cost.loc["DE", "price_minor"] == pytest.approx(1_899 * 7.1 / 0.9, abs=1)
    assert (cost["unit_base_minor"] == 1_250).all()
    assert cost.loc["DE", "net_sales_minor"] < cost.loc["DE", "price_minor"] / 1.19 + 1


def test_landed_cost_holds_its_named_parts_and_charges_of_no_other_kind() -> None:
    found = price()
    charges = found.landed[
        found.landed["component"].isin(["qc_pack", "handling", "brokerage", "bond_isf", "exam", "prep", "placement"])
    ]
    each = (charges["amount_minor"] / charges["units"]).groupby(charges["country"]).sum()
    for row in found.costs.to_dict("records"):
        named = (
            sum(row[f"{name}_minor"] for name in ("unit_base", "tooling", "freight", "duty")) - row["rebate_minor"]
        )
        assert row["landed_minor"] - named == pytest.approx(each[row["country"]], abs=4)
        assert row["rebate_minor"] > 0 and row["duty_minor"] > 0


def test_recovered_import_tax_is_cash_and_an_unrecovered_one_is_a_cost() -> None:
    bare = snapshot(registrations=snapshot().registrations.iloc[:0])
    recovered, paid = (price(known=known).costs.set_index("country").loc["DE"] for known in (snapshot(), bare))
    assert recovered["import_vat_cash_minor"] > 0 == paid["import_vat_cash_minor"]
    assert paid["landed_minor"] - recovered["landed_minor"] == pytest.approx(
        recovered["import_vat_cash_minor"], abs=1
    )


def test_tooling_is_spread_over_a_years_units_or_the_smallest_order() -> None:
    order, year = (price(US=units, DE=0).costs["tooling_minor"] for units in (10, 30_000))
    assert set(order) == {100} and set(year) == {10}


def test_the_smallest_order_is_shared_out_in_whole_cartons() -> None:
    units = price().matches.set_index("country")["first_units"]
    assert units.to_dict() == {"US": 2_220, "DE": 780}
    few = price(quotes({"moq_units": 1})).matches["first_units"]
    assert few.tolist() == [60, 60]


def test_a_lane_that_ends_on_the_way_is_not_the_cheapest() -> None:
    lanes = snapshot().lanes
    half = lanes.tail(1).assign(lane="HALF", to_node="WH-DE", minimum_minor=1, cost_per_m3_minor=1, fixed_minor=0)
    assert set(price(known=snapshot(lanes=pd.concat([lanes, half]))).costs["lane"]) == {"SEA-DE", "SEA-US"}


def test_a_country_is_quoted_by_the_lane_that_lands_cheapest() -> None:
    lanes = snapshot().lanes
    dear = lanes.assign(lane="DEAR" + lanes["lane"], minimum_minor=900_000)
    book = rates()
    extra = book[book["key"].str.startswith("SEA")]
    both = pd.concat([book, extra.assign(key="DEAR" + extra["key"])])
    found = price(known=snapshot(lanes=pd.concat([dear, lanes]), rates=both))
    assert list(found.costs["lane"]) == ["SEA-DE", "SEA-US"]
    assert set(found.landed["lane"]) == {"SEA-DE", "SEA-US"} == set(found.matches["lane"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"terms": ""}, NO_NICHE), ({"terms": "lamp"}, NO_NICHE), ({"weight_kg": float("nan")}, NO_FACTS),
     ({"height_cm": float("nan")}, NO_FACTS), ({"hs_code": ""}, NO_FACTS)],
)  # fmt: skip
def test_a_quote_that_answers_nothing_or_lacks_facts_says_so(change: dict[str, Any], reason: str) -> None:
    found = price(quotes({}, {"quote": "Q2", "candidate": "other", **change}))
    assert reasons(found) == {("Q2", ALL_COUNTRIES): reason}
    assert set(found.costs["quote"]) == {"Q1"}
    alone = price(quotes({**change}))
    assert alone.costs.empty and reasons(alone) == {("Q1", ALL_COUNTRIES): reason}


def test_a_currency_without_a_rate_refuses_its_quote_alone_and_is_named() -> None:
    found = price(quotes({}, {"quote": "Q2", "currency": "XYZ"}))
    assert set(found.costs["quote"]) == {"Q1"}
    assert set(reasons(found)) == {("Q2", "US"), ("Q2", "DE")}
    assert all("XYZ" in str(values) for values in found.refused["values"])


def test_a_niche_without_a_price_and_a_country_without_a_lane_are_named() -> None:
    found = price(measured=metrics(US_1=None))
    assert reasons(found) == {("Q1", "US"): NO_NICHE_PRICE} and list(found.costs["country"]) == ["DE"]
    lanes = snapshot().lanes
    found = price(known=snapshot(lanes=lanes[lanes["country"] == "US"]))
    assert reasons(found) == {("Q1", "DE"): NO_LANE} and list(found.costs["country"]) == ["US"]


def test_a_missing_duty_is_the_reason_and_not_a_missing_price() -> None:
    found = price(quotes({"hs_code": "9404.90"}))
    assert found.costs.empty
    assert {values["key"] for values in found.refused["values"]} == {"US:9404.90", "DE:9404.90"}


def test_without_any_quote_or_niche_there_is_nothing_and_no_error() -> None:
    found = price(quotes().iloc[:0])
    assert found.costs.empty and found.refused.empty and found.matches.empty
    assert match_quotes(quotes(), members().iloc[:0], NICHES).empty


def test_the_order_of_rows_changes_nothing() -> None:
    asked = quotes({}, {"quote": "Q2", "unit_cost_minor": 1_400, "tooling_minor": 0})
    known = snapshot()
    turned = snapshot(lanes=known.lanes.iloc[::-1], nodes=known.nodes.iloc[::-1])
    one, other = price(asked), price(asked.iloc[::-1], turned, metrics().iloc[::-1])
    pd.testing.assert_frame_equal(one.costs, other.costs)
    pd.testing.assert_frame_equal(one.matches, other.matches)


def test_of_two_niches_of_a_country_the_one_with_most_of_the_terms_searches_is_answered() -> None:
    found = members(("US-1", "US", "dish cloth", 0.4, 400.0), ("US-2", "US", "dish cloth", 0.6, 600.0))
    assert match_quotes(quotes(), found, NICHES)["niche"].tolist() == ["US-2"]
    more = members(("US-1", "US", "dish cloth", 1.0, 400.0), ("US-2", "US", "spültuch", 1.0, 600.0))
    twice = quotes({"terms": "dish cloth;Dish Cloth; dish cloth;spültuch"})
    assert match_quotes(twice, more, NICHES)["niche"].tolist() == ["US-2"], "a term counts once"


def test_all_quotes_of_a_candidate_answer_the_same_niches() -> None:
    asked = quotes({"terms": "dish cloth"}, {"quote": "Q2", "terms": "spültuch"}, {"quote": "Q3", "terms": ""})
    found = match_quotes(asked, members(), NICHES)
    assert found.groupby("quote")["niche"].agg(list).to_dict() == {
        name: ["DE-1", "US-1"] for name in ("Q1", "Q2", "Q3")
    }
