"""The page of new products for sellers whose files say little: nothing is made up, and what is shown adds up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from skills.economics.tariff import SELLERS_FILES
from tasks import inputs, market_history, niches, opportunities, own_products, selection
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.quarantine import ACCOUNTING
from tasks.files.risk_words import read_risk_words
from tasks.files.tables import TABLES
from tasks.selection_page import render_selection, view_selection
from tasks.selection_proposal import Weighed, from_opportunities
from tasks.store.niches import no_members
from tasks.store.proposals import Proposal
from tasks.store.snapshots import Snapshot
from tests.tasks import market_facts as world

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning"),  # no flow around the tasks
]


def items() -> pd.DataFrame:
    rows = [
        ("US", f"A{niche}{product}", pd.Timestamp("2025-11-01"), 1_500, "USD", 300.0, 4.1)
        for niche in range(3)
        for product in range(3)
    ]
    columns = ["country", "asin", "seen_on", "price_minor", "currency", "reviews", "rating"]
    return world.complete("catalog_items", pd.DataFrame(rows, columns=columns))


def queries() -> pd.DataFrame:
    """Six weeks of the seller's own terms, so that volumes are reported."""
    volumes = {"dish cloth": 9_000, "dish cloths": 8_000, "picnic mat": 7_000, "picnic mats": 5_000, "lamp": 3_000,
               "lamps": 2_500}  # fmt: skip
    weeks = sorted(world.searches()["week"].unique())[-6:]
    rows = [
        ("US", week, "A0", term, volume, volume // 2, volume // 20)
        for week in weeks
        for term, volume in volumes.items()
    ]
    columns = ["country", "week", "asin", "term", "volume", "clicks_total", "purchases_total"]
    return world.complete("search_queries", pd.DataFrame(rows, columns=columns)).fillna(0)


QUOTE = {"terms": "dish cloth"}
SALES = {"sku": "str", "country": "str", "day": "datetime64[us]", "units": "int64", "revenue_minor": "int64",
         "currency": "str"}  # fmt: skip


def propose(**known: pd.DataFrame) -> Proposal:
    """What the journey would put before a seller with these tables and no others."""
    blank = {name: table.empty() for name, table in {**TABLES, **MARKET_TABLES}.items()}
    priced = world.snapshot().tables
    sales = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in SALES.items()})
    given = {name: priced[name] for name in ("rates", "nodes", "lanes", "hs_codes", "registrations")}
    tables = {
        **blank,
        **given,
        "sales": sales,
        "previous_niches": no_members(),
        "risk_words": read_risk_words(),
        **known,
    }
    snapshot, night = Snapshot("d", "demo", world.MORNING, tables), world.NIGHT
    own, policy = inputs.name_own_asins(snapshot), night.seller.policy
    searches, asked = snapshot.search_terms, snapshot.search_queries
    volumes = niches.estimate_volumes(searches, asked, policy.niches)
    found = niches.build_niches(volumes, searches, snapshot.previous_niches, policy.niches)
    joined = opportunities.join_concepts(found, snapshot.supplier_quotes)
    measured = selection.measure_niches(
        joined.niches, found.members, found.clicks, volumes, searches, asked, snapshot.catalog_items,
        snapshot.feedback_topics, snapshot.opportunities, own, policy.selection, world.MORNING,
    )  # fmt: skip
    quoted = opportunities.weigh_quotes(joined, measured.metrics, snapshot, night)
    margins = opportunities.weigh_margins(joined, measured.metrics, quoted, own, snapshot, night)
    ranked = selection.rank_opportunities(measured.metrics, margins, policy.selection, world.MORNING)
    facts = selection.list_facts(margins, quoted.candidates.costs, measured.metrics, policy.selection)
    weighed = Weighed(
        joined, volumes, measured, quoted, margins, ranked,
        selection.find_score_flips(ranked, margins, policy.selection),
        selection.value_facts(facts, policy.selection),
        market_history.look_back(snapshot, own, policy),
        own_products.review(snapshot, night),
    )  # fmt: skip
    content = from_opportunities(night, snapshot, weighed, "m", pd.DataFrame(columns=ACCOUNTING))
    return Proposal("d" * 64, content, "", "current")


def read(proposal: Proposal) -> tuple[str, str]:
    """The page in English and in Chinese."""
    english, chinese = (render_selection(proposal, world.SELLER, language) for language in ("en", "zh_CN"))
    return english, chinese


def briefs(proposal: Proposal) -> list[dict[str, Any]]:
    return [decision["brief"] for decision in proposal.body["decisions"]]


def test_no_file_at_all_gives_a_page_that_names_every_missing_table() -> None:
    proposal = propose()
    assert briefs(proposal) == [] and proposal.body["left_out_count"] == 0
    lacks = {row["values"]["table"] for row in proposal.body["degradations"]}
    assert {"search_terms", "search_queries", "catalog_items"} <= lacks
    for page in read(proposal):
        assert "<svg" not in page and "CNY 0" not in page


@pytest.mark.parametrize("terms", [None, ["lamp"]], ids=["three niches", "one niche of one term"])
def test_search_terms_alone_earn_no_score_and_no_money(terms: list[str] | None) -> None:
    searches = world.searches()
    proposal = propose(search_terms=searches if terms is None else searches[searches["term"].isin(terms)])
    assert briefs(proposal) == []
    assert {row["score"] for row in proposal.body["left_out"]} == {""}
    assert len(proposal.body["left_out"]) == (3 if terms is None else 1)
    english, _ = read(proposal)
    assert "CNY 0" not in english and "of 1 country" in english
    assert "No opportunity has both a quote and planned sales" in english


def test_without_quotes_capital_and_cm3_are_unknown_and_not_nothing() -> None:
    proposal = propose(search_terms=world.searches(), search_queries=queries(), catalog_items=items())
    assert [brief["name"] for brief in briefs(proposal)] == ["dish cloth", "picnic mat"]
    for brief in briefs(proposal):
        assert brief["capital_minor"] == brief["yearly_cm3_minor"] == brief["days_to_cash"] == ""
        assert brief["waterfall"] == brief["landed"] == brief["quotes"] == brief["cash"] == []
    view = view_selection(proposal.body, "en")
    assert view["capital_minor"] == view["yearly_cm3_minor"] == view["days"] == ""
    for page in read(proposal):
        assert "CNY 0" not in page


def test_what_was_only_not_checked_is_not_called_near_a_limit() -> None:
    view = view_selection(
        propose(search_terms=world.searches(), search_queries=queries(), catalog_items=items()).body, "en"
    )
    first = view["briefs"][0]
    assert first["boundary"] and not any("Near" in said for said in first["boundary"])
    assert not first["near"]


def test_an_index_of_the_rank_is_never_shown_as_searches() -> None:
    proposal = propose(search_terms=world.searches(), catalog_items=items(), supplier_quotes=world.quotes(QUOTE))
    (brief,) = briefs(proposal)
    assert brief["volume"] == "" and {row["volume"] for row in brief["terms"]} == {""}
    assert {market["volume"] for market in brief["markets"]} == {""}
    english, chinese = read(proposal)
    assert re.search(r"\d searches a week", english) is None
    assert "searches not known" in english and "搜索量未知" in chinese
    assert "First payout after" not in english, "nothing says when what is not counted is paid"
    assert " in * " not in english and "demand in all countries is not known" in english


def test_a_buyer_can_add_the_money_of_a_unit_up_again() -> None:
    proposal = propose(
        search_terms=world.searches(), search_queries=queries(), catalog_items=items(),
        supplier_quotes=world.quotes(QUOTE),
    )  # fmt: skip
    brief = briefs(proposal)[0]
    (market,) = brief["markets"]
    steps = [step for step in brief["waterfall"] if not step["is_total"]]
    assert steps[0]["amount_minor"] == market["price_minor"]
    assert sum(step["amount_minor"] for step in steps) == market["cm3_minor"]
    charged = sum(row["amount_minor"] for row in brief["landed"] if row["in_cost"])
    assert charged == brief["landed_minor"] and brief["landed_units"] == brief["first_units"]
    assert charged / brief["landed_units"] == pytest.approx(market["landed_minor"], abs=len(brief["landed"]))
    assert all(row["source"] for row in brief["landed"])
    own = [row for row in brief["landed"] if row["source"] == SELLERS_FILES]
    assert {"ex_works", "tooling_share"} <= {row["component"] for row in own}
    for row in own:
        assert Decimal(row["rate"]) * brief["landed_units"] * 100 == pytest.approx(row["amount_minor"], abs=2)
    planned = {name: Decimal(proposal.body["planned"][f"{name}_percent"]) / 100 for name in ("share", "conversion")}
    units = brief["volume"] * 52 * Decimal(proposal.body["planned"]["clicks_per_search"])
    bought = Decimal(market["conversion_percent"]) / 100
    assert market["yearly_units"] == pytest.approx(float(units * bought * planned["share"]), abs=1)
    english, _ = read(proposal)
    assert "from price to CM3" in english and "of 1 opportunity" not in english


def test_a_quote_that_no_lane_carries_has_no_money_and_says_why() -> None:
    proposal = propose(
        search_terms=world.searches(), search_queries=queries(), catalog_items=items(),
        supplier_quotes=world.quotes(QUOTE), lanes=TABLES["lanes"].empty(),
    )  # fmt: skip
    assert briefs(proposal)[0]["waterfall"] == [] and briefs(proposal)[0]["capital_minor"] == ""
    assert [row["quote"] for row in proposal.body["refused"]] == ["Q1"]
    english, _ = read(proposal)
    assert "No lane of the table lanes goes from a hub to US" in english


def test_a_quote_without_a_rate_is_named_beside_the_rate_that_lacks() -> None:
    proposal = propose(
        search_terms=world.searches(), search_queries=queries(), catalog_items=items(),
        supplier_quotes=world.quotes(QUOTE | {"hs_code": "9404.90"}),
    )  # fmt: skip
    (said,) = view_selection(proposal.body, "en")["refused"]
    assert said.startswith("Q1: No duty rate for US:9404.90")


def test_quotes_without_searches_are_refused_and_nothing_is_shown() -> None:
    proposal = propose(supplier_quotes=world.quotes(QUOTE))
    assert briefs(proposal) == []
    assert "No search term of quote Q1" in read(proposal)[0]


def test_one_week_of_searches_is_no_line_and_no_error() -> None:
    searches, asked = world.searches(), queries()
    proposal = propose(
        search_terms=searches[searches["week"] == searches["week"].max()],
        search_queries=asked[asked["week"] == asked["week"].max()],
        catalog_items=items(),
    )
    english, _ = read(proposal)
    assert "The score is untested" in english
    shown = view_selection(proposal.body, "en")["briefs"]
    assert shown and all(brief["demand"] is None for brief in shown)
