"""The backtest as users meet it: the demo's own past, a page that opens without a server, the same result twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows.backtest import backtest
from tasks.lines import flatten
from tasks.nights import BadParameter
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import record_proposal

pytestmark = pytest.mark.prefect

SAMPLE = Path(__file__).parents[1] / "data" / "sample_proposal.json"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_HOME", str(home))
    monkeypatch.delenv("FARSAIL_DATABASE_URL", raising=False)


@pytest.mark.long
def test_the_page_says_who_wins_and_who_loses_and_a_second_run_says_the_same(home: Path) -> None:
    page = Path(backtest("demo", weeks=5, language="en"))
    text, result = page.read_text(encoding="utf-8"), json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert "<script" not in text
    assert 'src="http' not in text and "url(http" not in text
    policies = {row["policy"]: row for row in result["policies"]}
    assert set(policies) == {"ours", "velocity", "min_max", "tuned", "seller", "velocity_equal"}
    for row in policies.values():
        assert len(row["weekly_stock_minor"]) == 5
        for measure, figure in row["measures"].items():
            assert float(figure["low"]) <= float(figure["value"]) <= float(figure["high"]), measure
    for promised in ("What the walk says", "Against velocity × days", "Generated data", "What was assumed",
                     "SKUs for which the hub policy loses most", "one pool at the hub"):  # fmt: skip
        assert promised in text, promised
    worse = [row for row in result["sentences"] if row["verdict"] == "worse"]
    assert text.count("class=worse>") == len(worse)
    assert result["assumed"]["opened_by"] == "movements"
    assert backtest("demo", weeks=5, language="en") == str(page)
    with get_client(sync_client=True) as client:
        artifacts = {artifact.key for artifact in client.read_latest_artifacts()}
    assert {"backtest-demo", "backtest-figures-demo", "backtest-file-demo"} <= artifacts


@pytest.mark.long
def test_a_shadow_month_without_a_night_says_so_and_with_one_scores_it(home: Path) -> None:
    empty = Path(backtest("demo", as_of="2025-12-22", mode="shadow", language="en"))
    assert "No night of the 28 days before this morning is recorded" in empty.read_text(encoding="utf-8")
    body = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"snapshot": None}
    record_proposal(canonical_bytes(body))
    page = Path(backtest("demo", as_of="2025-12-08", mode="shadow", language="en"))
    result = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert [night["as_of"] for night in result["nights"]] == ["2025-11-24"]
    lines = [flatten(line) for decision in body["decisions"] for line in decision["lines"]]
    assert 0 < len([row for row in result["rows"] if row["proposed_units"]]) <= len(lines)
    assert result["totals"]["proposed_units"] == sum(line["units"] for line in lines)
    assert result["totals"]["done_units"] == 0
    assert "1 nights" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "asked", [{"mode": "future"}, {"weeks": 2}, {"service_percent": 99}], ids=["mode", "weeks", "service"]
)
def test_what_cannot_be_asked_for_is_refused_before_anything_runs(asked: dict[str, Any]) -> None:
    with pytest.raises(BadParameter, match=next(iter(asked))):
        backtest("demo", **asked)
