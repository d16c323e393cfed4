"""The night of a real seller: half a million order lines, four thousand SKUs, forty countries, all checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import read_settings
from flows.nightly import nightly
from tasks.store.proposals import read_proposal

LINES = "online_retail_ii/order_lines_2009_2010.parquet"

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.long,
    pytest.mark.shared,
    pytest.mark.skipif(not (read_settings().data / LINES).exists(), reason=f"{LINES} is not in the data folder"),
]


def test_the_check_that_shares_no_code_with_the_search_agrees_on_every_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None
) -> None:
    monkeypatch.setenv("FARSAIL_HOME", str(tmp_path))
    monkeypatch.delenv("FARSAIL_DATABASE_URL", raising=False)
    body = read_proposal(nightly("online-retail")).body  # an unsound allocation would have stopped it
    assert sum(len(decision["lines"]) for decision in body["decisions"]) > 1000
    assert body["allocation"]["value_minor"] <= body["allocation"]["bound_minor"]
    assert float(body["allocation"]["gap_percent"]) <= 0.05
    assert body["regret"]["value_minor"] == body["allocation"]["value_minor"]
