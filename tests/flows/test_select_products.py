"""The selection as users meet it: the demo's market exports, at most ten briefs, and a choice that goes on."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import get_client

from config.seller import read_seller
from config.settings import read_settings
from flows.select_products import select_products
from tasks.approvals import codes
from tasks.approvals.answer import Answer
from tasks.approvals.decide import record_answer
from tasks.artifacts import report_path
from tasks.chosen import list_chosen
from tasks.files.market_tables import MARKET_TABLES
from tasks.selection_page import render_selection
from tasks.store import nights
from tasks.store.proposals import Proposal, read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.long, pytest.mark.usefixtures("at_home")]

MORNING = date(2025, 11, 24)


@pytest.fixture(scope="module")
def proposal(installation: Path, prefect_server: None) -> Proposal:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return read_proposal(select_products("demo"))


@pytest.fixture(scope="module")
def body(proposal: Proposal) -> dict[str, Any]:
    return proposal.body


def test_at_most_ten_opportunities_are_put_before_the_seller_best_first(body: dict[str, Any]) -> None:
    scores = [decision["brief"]["score"] for decision in body["decisions"]]
    assert 1 <= len(scores) <= 10
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


def test_the_two_gaps_of_the_generated_market_come_first(body: dict[str, Any]) -> None:
    names = " / ".join(decision["brief"]["name"].casefold() for decision in body["decisions"][:3])
    assert "dishcloth" in names and "picnic mat" in names


@pytest.mark.parametrize(
    ("trap", "reason"),
    [("christmas", "Its best month"), ("heated throw", "The risk level"), ("bath towel", "It scores")],
)
def test_what_must_not_win_is_left_out_with_its_reason(body: dict[str, Any], trap: str, reason: str) -> None:
    chosen = " ".join(decision["brief"]["name"].casefold() for decision in body["decisions"])
    assert trap not in chosen
    told = [row["reason"] for row in body["left_out"] if trap in row["label"].casefold()]
    assert any(said.startswith(reason) for said in told)


def test_every_brief_says_what_it_takes_what_it_leaves_and_what_would_make_it_wrong(body: dict[str, Any]) -> None:
    for decision in body["decisions"]:
        brief = decision["brief"]
        assert brief["weeks"] and brief["parts"] and brief["flips"], brief["name"]
        assert sum(part["points"] or 0 for part in brief["parts"]) == brief["score"], brief["name"]
        if brief["quotes"]:
            assert (
                brief["capital_minor"] > 0
                and brief["cash"]
                and min(row["balance_minor"] for row in brief["cash"]) >= -brief["capital_minor"]
            )


def test_money_of_a_country_ties_out_from_price_to_cm3(body: dict[str, Any]) -> None:
    quoted = [
        market
        for decision in body["decisions"]
        for market in decision["brief"]["markets"]
        if market["landed_minor"] != ""
    ]
    assert quoted
    for market in quoted:
        assert market["filtered"] or market["landed_minor"] < market["price_minor"]
        assert market["yearly_cm3_minor"] == market["yearly_units"] * market["cm3_minor"]
        assert Decimal(market["cm3_percent"]) < Decimal(market["cm2_percent"])
    for decision in body["decisions"]:
        brief = decision["brief"]
        if not brief["quotes"]:
            assert brief["waterfall"] == [] and brief["capital_minor"] == ""
            continue
        lead = next(market for market in brief["markets"] if market["country"] == brief["lead"])
        steps = [step["amount_minor"] for step in brief["waterfall"]]
        assert steps[0] == lead["price_minor"] and sum(steps) == lead["cm3_minor"]


def test_the_page_shows_every_brief_in_both_languages_and_says_that_it_is_generated(proposal: Proposal) -> None:
    seller = read_seller("demo")
    english, chinese = (render_selection(proposal, seller, language) for language in ("en", "zh_CN"))
    for page, generated in ((english, "Generated data"), (chinese, "模拟数据")):
        assert generated in page
        assert page.count('class="brief"') == len(proposal.body["decisions"])
        assert page.count("<svg") >= 2 * len(proposal.body["decisions"])
        assert "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")
    assert "Why there is room" in english and "Why there is room" not in chinese


def test_the_score_says_on_the_page_whether_it_predicts(proposal: Proposal) -> None:
    backtest = proposal.body["backtest"]
    assert len(backtest["folds"]) >= 4
    assert re.search(r"beat", backtest["verdict"])
    page = report_path(proposal).read_text(encoding="utf-8")
    assert backtest["spearman"] in page


def test_the_same_morning_again_is_the_same_proposal(proposal: Proposal) -> None:
    assert select_products("demo") == proposal.digest


def test_the_run_page_carries_the_headline_and_where_the_briefs_are(proposal: Proposal) -> None:
    with get_client(sync_client=True) as client:
        keys = {artifact.key for artifact in client.read_latest_artifacts()}
        names = {run.name for run in client.read_flow_runs()}
    assert {"new-products-demo", "opportunities-demo", "new-products-file-demo"} <= keys
    assert "select_products · demo · 2025-11-24" in names


def test_a_niche_keeps_its_name_in_the_week_after(proposal: Proposal) -> None:
    later = read_proposal(select_products("demo", "2025-12-01"))
    changes = later.body["niches"]["changes"]
    assert changes["kept"] > 0.9 * sum(changes.values())
    before = {decision["brief"]["concept"] for decision in proposal.body["decisions"][:2]}
    assert before <= {decision["brief"]["concept"] for decision in later.body["decisions"]}


def test_the_choice_is_a_decision_in_the_ledger_and_the_next_journeys_input(
    installation: Path, prefect_server: None
) -> None:
    digest = select_products("demo", "2025-12-08")
    decided = read_proposal(digest)
    now = datetime.now().astimezone()
    rest = [str(number) for number in range(2, len(decided.body["decisions"]) + 1)]
    seller = read_seller("demo")
    codes.enroll(seller, "chen", again=True)
    code = codes.read_code(seller, "chen", now)
    recorded = record_answer(
        digest,
        Answer("approve", "chen", code, "terminal", f"test/{digest}", leave_out=" ".join(rest)),
        now,
    )
    assert recorded.released
    chosen = list_chosen("demo", date(2025, 12, 8))
    first = decided.body["decisions"][0]["brief"]
    assert [row["concept"] for row in chosen] == [first["concept"]]
    assert chosen[0]["countries"] == first["countries"] and chosen[0]["quote"] == first["quotes"][0]["quote"]


def test_a_seller_without_market_exports_gets_a_page_that_says_so(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None
) -> None:
    facts = yaml.safe_load((read_settings().sellers / "demo.yaml").read_text(encoding="utf-8"))
    market = [name for name in facts["inputs"] if name in MARKET_TABLES]
    assert len(market) == 9
    facts["inputs"] = {name: value for name, value in facts["inputs"].items() if name not in market}
    facts["id"] = "plain"
    (tmp_path / "plain.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path))
    found = read_proposal(select_products("plain"))
    assert found.body["decisions"] == []
    said = json.dumps(found.body["degradations"])
    assert "search_terms" in said
    assert nights.list_open_nights() == []
