"""Bills as users meet them: a real Prefect server, the demo seller's files, a page that opens without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from flows.match_bills import match_bills

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(tmp_path_factory.mktemp("installation")))
        patch.delenv("FARSAIL_DATABASE_URL", raising=False)
        return Path(match_bills("demo", language="en"))


def test_the_page_shows_what_the_demo_promises_and_needs_no_server(page: Path) -> None:
    assert page.parts[-4:] == ("reports", "demo", "2025-11-24", "bills.html")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert 'src="http' not in text and "url(http" not in text
    for promised in ("overcharge", "billed twice", "short received", "placement option mismatch", "unexpected charge",
                     "received short", "held", "Generated data", "48 units", "TCNU7318845"):  # fmt: skip
        assert promised in text, promised


def test_the_run_page_carries_short_tables_and_the_way_to_the_page(page: Path) -> None:
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
        artifacts = {artifact.key for artifact in client.read_latest_artifacts()}
    assert any(run.name == "match_bills · demo · last" for run in runs)
    assert {"bills-demo", "board-demo", "bills-file-demo"} <= artifacts
