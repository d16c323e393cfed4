from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from config.seller import Seller
from tasks.artifacts import (
    SHOWN_QUARANTINE,
    publish_morning_report,
    report_path,
    tabulate_decisions,
    tabulate_import,
    tabulate_quarantine,
    write_report_files,
)
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import Proposal

SAMPLE = Path(__file__).parents[1] / "data" / "sample_proposal.json"


@pytest.fixture
def proposal() -> Proposal:
    return Proposal(digest="3f9c1e" * 10 + "abcd", content=SAMPLE.read_bytes(), supersedes="", standing="current")


@pytest.fixture(scope="module")
def quarantine() -> pd.DataFrame:
    rows = [("order_lines", "orders.txt", line, "quantity", "1O2", "a whole number, 0 or more") for line in range(50)]
    return pd.DataFrame(rows, columns=["feed", "file", "line", "column", "value", "expected"])


def test_report_and_workbook_lie_side_by_side_in_the_mornings_folder(
    home: Path, proposal: Proposal, seller: Seller, quarantine: pd.DataFrame
) -> None:
    page = write_report_files(proposal, quarantine, seller, "en")

    assert page == report_path(proposal) == home / "reports" / "demo" / "2025-11-24" / "morning-report.html"
    assert sorted(file.name for file in page.parent.iterdir()) == ["morning-report.html", "morning-report.xlsx"]


def test_a_what_if_never_overwrites_the_mornings_report(
    home: Path, proposal: Proposal, seller: Seller, quarantine: pd.DataFrame
) -> None:
    morning = write_report_files(proposal, quarantine, seller, "en").read_bytes()
    body = proposal.body | {"journey": "what-if", "what_if": {"cash_limit": "100000"}}
    trial = Proposal("77" * 32, canonical_bytes(body), "", "current")

    page = write_report_files(trial, quarantine, seller, "en")

    assert page.name == "what-if-777777777777.html"
    assert report_path(proposal).read_bytes() == morning


def test_a_late_rerun_never_overwrites_the_report_of_what_was_decided(home: Path, proposal: Proposal) -> None:
    late = Proposal("77" * 32, proposal.content, "", "late")
    assert report_path(late).name == "late-777777777777.html"
    assert report_path(late).parent == report_path(proposal).parent


def test_tables_of_the_run_page_are_worded_for_their_reader(proposal: Proposal, quarantine: pd.DataFrame) -> None:
    assert tabulate_decisions(proposal.body, "zh_CN")[0]["决策事项"] == "下单"
    row = tabulate_import(proposal.body, "zh_CN")[0]
    assert list(row) == ["数据", "文件", "读入", "采用", "冲销", "搁置", "隔离", "截止日之后"]
    assert row["数据"] == "订单明细"
    rows = tabulate_quarantine(quarantine, "zh_CN")
    assert len(rows) == SHOWN_QUARANTINE
    assert rows[0]["应为"] == "0 或更大的整数"


@pytest.mark.prefect
def test_publishing_leaves_keyed_artifacts_and_says_where_the_report_is(
    prefect_server: None,
    home: Path,
    proposal: Proposal,
    seller: Seller,
    quarantine: pd.DataFrame,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow(name="publish for a test")
    def publish() -> Path:
        return publish_morning_report(proposal, quarantine, seller, "en")

    page = publish()

    with get_client(sync_client=True) as client:
        artifacts = {artifact.key: artifact for artifact in client.read_artifacts()}
    assert {
        "morning-report-demo",
        "decisions-demo",
        "import-demo",
        "quarantine-demo",
        "report-file-demo",
    } <= set(artifacts)
    assert len(str(artifacts["morning-report-demo"].data)) < 4_000
    assert caplog.messages.index(f"morning report {page}") > 0
    assert any("14 decisions" in message for message in caplog.messages)
