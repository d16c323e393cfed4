"""Launching listings in Prefect's pages, with a real browser: form, pages side by side, decision, feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tasks.artifacts import report_path
from tasks.launching import JOURNEY
from tasks.store.ledger import list_events
from tasks.store.proposals import Proposal, list_waiting
from tests.browser import Desk, open_desk, run_up
from tests.up import Up

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with run_up(tmp_path_factory.mktemp("launch") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def desk(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(up, tmp_path_factory.mktemp("pictures")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(desk: Desk) -> dict[str, Any]:
    """A launch of everything that was started from its form and ended well."""
    return desk.launch(JOURNEY, "The morning to check for")


@pytest.fixture(scope="module")
def proposal(run: dict[str, Any], desk: Desk) -> Proposal:
    found = next(each for each in list_waiting() if each.body["journey"] == JOURNEY)
    desk.wait_until_asked(found.digest)
    return found


def test_the_run_page_leads_to_the_listings(up: Up, run: dict[str, Any], proposal: Proposal) -> None:
    assert str(report_path(proposal)) in up.read_log(run["id"])
    keys = {row["key"] for row in up.ask("artifacts/latest/filter")}
    assert any(key and key.startswith("listings") for key in keys), keys


def test_front_country_and_contact_sheet_are_read_without_server_scripts_or_a_wide_screen(
    desk: Desk, proposal: Proposal
) -> None:
    front = report_path(proposal)
    for part in ("", ".DE", ".JP", ".pictures"):
        desk.page.goto(front.with_name(f"{front.stem}{part}.html").as_uri())
        for width in (1366, 420):
            desk.page.set_viewport_size({"width": width, "height": 900})
            spill = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert spill <= 0, f"{part or 'front'}: {spill} pixels wider than a screen of {width}"
            desk.take_picture(f"listings{part}-{width}")
    desk.page.set_viewport_size({"width": 1366, "height": 900})


def test_from_a_sku_in_the_table_a_click_leads_to_record_and_listing_side_by_side(
    desk: Desk, proposal: Proposal
) -> None:
    front = report_path(proposal)
    desk.page.goto(front.as_uri())
    desk.page.locator(f'a[href*="{front.stem}.DE.html#"]').first.click()
    desk.page.wait_for_url("**DE.html#*")
    german = next(row for row in proposal.body["listings"] if row["country"] == "DE" and row["stand"] == "proposed")
    assert german["title"] in desk.page.locator("main").inner_text()


def test_the_seller_puts_germany_live_without_one_listing_and_the_feed_lies_in_the_outbox(
    up: Up, desk: Desk, proposal: Proposal
) -> None:
    decisions = proposal.body["decisions"]
    asked = desk.wait_until_asked(proposal.digest)
    said = desk.open_form(asked["id"]).inner_text()
    assert "DE" in said
    rest = ", ".join(str(place) for place in range(2, len(decisions) + 1))
    desk.page.goto("about:blank")
    desk.answer(
        asked["id"], approver="chen", answer="approve", leave_out=f"{rest}, 1.2", code=desk.show_code("chen"),
        reason="Germany first; the second one gets a new photo.",
    )  # fmt: skip
    assert up.finish(asked["id"]) == "COMPLETED"
    desk.execute()
    approved = list_events(proposal=proposal.digest, event="approve")
    assert [event.facts["by"] for event in approved] == ["chen"]
    (feed,) = [name for name in desk.list_papers() if name.endswith(".feed.json")]
    document = json.loads((up.home / "outbox" / "demo" / "2025-11-24" / feed).read_text(encoding="utf-8"))
    lines = [line["payload"]["sku"] for line in decisions[0]["lines"]]
    assert [message["sku"] for message in document["messages"]] == [lines[0], *lines[2:]]
