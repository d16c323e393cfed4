"""Choosing a new product in Prefect's pages, with a real browser: the form, the briefs, the choice, its paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tasks.artifacts import report_path
from tasks.chosen import list_chosen
from tasks.store.ledger import list_events
from tasks.store.niches import JOURNEY
from tasks.store.proposals import Proposal, list_waiting
from tests.browser import Desk, open_desk, run_up
from tests.up import Up

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with run_up(tmp_path_factory.mktemp("select") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def desk(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(up, tmp_path_factory.mktemp("pictures")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(desk: Desk) -> dict[str, Any]:
    """A selection that was started from its form and ended well."""
    return desk.launch(JOURNEY, "The morning to choose on")


@pytest.fixture(scope="module")
def proposal(run: dict[str, Any], desk: Desk) -> Proposal:
    found = next(each for each in list_waiting() if each.body["journey"] == JOURNEY)
    desk.wait_until_asked(found.digest)
    return found


def test_the_run_page_leads_to_the_briefs(up: Up, desk: Desk, run: dict[str, Any], proposal: Proposal) -> None:
    first = proposal.body["decisions"][0]["brief"]["name"]
    front = next(row for row in up.ask("artifacts/latest/filter") if row["key"] == "new-products-demo")
    desk.page.goto(f"{up.server}/artifacts/artifact/{front['latest_id']}")
    desk.page.get_by_text(first, exact=False).first.wait_for()
    desk.page.get_by_text("opportunities to choose from", exact=False).first.wait_for()
    desk.take_picture("front")
    assert str(report_path(proposal)) in up.read_log(run["id"])


def test_the_briefs_are_read_without_server_scripts_or_a_wide_screen(desk: Desk, proposal: Proposal) -> None:
    desk.page.goto(report_path(proposal).as_uri())
    assert desk.page.locator("section.brief").count() == len(proposal.body["decisions"])
    for width in (1366, 420):
        desk.page.set_viewport_size({"width": width, "height": 900})
        spill = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert spill <= 0, f"{spill} pixels wider than a screen of {width}"
        desk.take_picture(f"briefs-{width}")
    desk.page.set_viewport_size({"width": 1366, "height": 900})


def test_the_seller_chooses_one_and_the_ledger_the_outbox_and_the_next_journey_know_it(
    up: Up, desk: Desk, proposal: Proposal
) -> None:
    briefs = [decision["brief"] for decision in proposal.body["decisions"]]
    asked = desk.wait_until_asked(proposal.digest)
    said = desk.open_form(asked["id"]).inner_text()
    assert briefs[0]["name"] in said and "Choose an opportunity" in said
    rest = ", ".join(str(place) for place in range(2, len(briefs) + 1))
    desk.page.goto("about:blank")  # the form is opened anew, with nothing left of this one
    desk.answer(
        asked["id"], approver="chen", answer="approve", leave_out=rest, code=desk.show_code("chen"),
        reason="The first one fits the looms that stand still.",
    )  # fmt: skip
    assert up.finish(asked["id"]) == "COMPLETED"
    desk.execute()
    approved = list_events(proposal=proposal.digest, event="approve")
    assert [event.facts["by"] for event in approved] == ["chen"]
    (paper,) = [name for name in desk.list_papers() if name.startswith("OC-") and name.endswith(".json")]
    written = json.loads((up.home / "outbox" / "demo" / "2025-11-24" / paper).read_text(encoding="utf-8"))
    assert written["lines"][0]["payload"]["concept"] == briefs[0]["concept"]
    chosen = list_chosen("demo", date.fromisoformat(proposal.body["as_of"]))
    assert [row["name"] for row in chosen] == [briefs[0]["name"]]
