"""A chosen opportunity is a decision in the ledger, a paper in the outbox, and what the next journey takes up."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import desk
import pytest

from tasks.approvals.decide import NotAllowed
from tasks.chosen import list_chosen
from tasks.execution.carry import carry_out, list_open
from tasks.execution.targets import open_target
from tasks.store.ledger import list_events
from tasks.store.niches import JOURNEY

NEXT_WEEK = date(2025, 12, 1)


@pytest.fixture
def proposed(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")
    lines = [desk.opportunity_line(), desk.opportunity_line("picnic mats", ("DE",))]
    return desk.propose(*map(desk.choice, lines), journey=JOURNEY)


def carry_all(home: Path) -> list[Path]:
    seller = desk.write_seller(home / "sellers")
    for row in list_open("haina"):
        assert carry_out(row, open_target(row.target, seller), seller, desk.NOON).state == "done"
    return sorted((home / "outbox").rglob("OC-*.json"))


def test_one_chosen_opportunity_goes_on_and_the_other_stays_out(proposed: str, home: Path) -> None:
    desk.say(proposed, "chen", leave_out="2")
    papers = carry_all(home)
    assert len(papers) == 1
    assert json.loads(papers[0].read_text())["lines"][0]["payload"]["name"] == "cellulose dishcloths"
    chosen = list_chosen("haina", desk.MORNING)
    assert [(row["name"], row["countries"], row["quote"]) for row in chosen] == [
        ("cellulose dishcloths", ["US", "DE"], "Q-1")
    ]
    assert [event.facts["by"] for event in list_events(proposal=proposed, event="approve")] == ["chen"]


def test_choosing_charges_nothing_and_asks_for_no_amount(proposed: str) -> None:
    assert desk.say(proposed, "chen").released


def test_an_approver_whose_role_does_not_choose_is_refused(proposed: str) -> None:
    with pytest.raises(NotAllowed):
        desk.say(proposed, "lin")


def test_what_was_chosen_before_stands_until_it_is_chosen_again(proposed: str, home: Path) -> None:
    desk.say(proposed, "chen", leave_out="2")
    later = desk.propose(
        desk.choice(desk.opportunity_line(countries=("US", "DE", "GB"))), journey=JOURNEY, as_of=NEXT_WEEK
    )
    assert [row["countries"] for row in list_chosen("haina", desk.MORNING)] == [["US", "DE"]]
    desk.say(later, "chen", now=desk.later(10))
    assert [row["countries"] for row in list_chosen("haina", NEXT_WEEK)] == [["US", "DE", "GB"]]


def test_what_was_rejected_is_not_chosen(proposed: str) -> None:
    desk.say(proposed, "chen", answer="reject", reason="not this year")
    assert list_chosen("haina", desk.MORNING) == []
