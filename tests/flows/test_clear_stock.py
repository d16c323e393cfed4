"""The exit desk: aged stock of the demo seller becomes one decision with its page, and once approved a paper."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.seller import read_seller
from flows.clear_stock import clear_stock
from flows.execute import execute
from tasks.approvals import codes
from tasks.approvals.answer import Answer
from tasks.approvals.decide import record_answer
from tasks.artifacts import report_path
from tasks.clearing_page import render_exits
from tasks.store.proposals import Proposal, read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.long, pytest.mark.usefixtures("at_home")]

WAYS = ("discount", "move", "removal", "liquidation")


@pytest.fixture(scope="module")
def proposal(installation: Path, prefect_server: None) -> Proposal:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return read_proposal(clear_stock("demo"))


def test_stock_that_nobody_buys_is_put_before_the_seller_with_every_way_out(proposal: Proposal) -> None:
    [decision] = proposal.body["decisions"]
    assert decision["kind"] == "clear"
    for line in decision["lines"]:
        key = line["payload"]["sku"], line["payload"]["country"]
        row = next(row for row in proposal.body["exits"] if (row["sku"], row["country"]) == key)
        gains = {way: row[f"{way}_gain_base_minor"] for way in WAYS if row[f"{way}_gain_base_minor"] != ""}
        assert line["expected_value_minor"] == row["gain_base_minor"] == max(gains.values())
        assert gains[line["payload"]["option"]] == row["gain_base_minor"]
        assert line["expires"] <= "2025-11-30"
    assert report_path(proposal).exists()


def test_the_page_reads_in_both_languages_and_says_what_is_generated(proposal: Proposal) -> None:
    seller = read_seller("demo")
    english, chinese = (render_exits(proposal, seller, language) for language in ("en", "zh_CN"))
    sku = proposal.body["decisions"][0]["lines"][0]["payload"]["sku"]
    for page, words in (
        (english, ("Clear stock", "Generated data", "Liquidation")),
        (chinese, ("清理库存", "批量清算")),
    ):
        assert sku in page
        assert all(word in page for word in words)


def test_the_same_morning_gives_the_same_proposal(proposal: Proposal) -> None:
    assert clear_stock("demo") == proposal.digest


def test_an_approved_exit_becomes_a_paper_that_names_units_and_way(proposal: Proposal, installation: Path) -> None:
    seller, now = read_seller("demo"), datetime(2025, 11, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    codes.enroll(seller, "chen", again=True)
    code = codes.read_code(seller, "chen", now)
    # what cannot be undone asks for the exact amount to be typed
    amount = str(Decimal(proposal.body["decisions"][0]["money_minor"]) / 100)
    recorded = record_answer(
        proposal.digest, Answer("approve", "chen", code, "terminal", f"test/{proposal.digest}", amount=amount), now
    )
    assert recorded.released
    execute("demo")
    [paper] = installation.glob("outbox/demo/2025-11-24/CS-*.json")
    written = json.loads(paper.read_text(encoding="utf-8"))
    assert [line["payload"]["option"] for line in written["lines"]]
    assert paper.with_suffix(".xlsx").exists()
