"""What was released of listings: the newest content of each SKU in each country, decided in one answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import desk
import pytest

from config.language import LANGUAGES
from tasks.approvals.decide import NotAllowed
from tasks.approvals.workbook import answer_with_workbook, write_decision_workbook
from tasks.execution.carry import carry_out, list_open
from tasks.execution.targets import open_target
from tasks.listed import SENT, read_sent
from tasks.store.ledger import list_events
from tests.tasks.spreadsheet import ANSWER, fill

JOURNEY = "launch_listing"
NEXT_WEEK = date(2025, 12, 1)


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    desk.write_seller(home / "sellers")
    return home


def propose(title: str = "Haina Home Geschirrtücher", as_of: date = desk.MORNING) -> str:
    """Two SKUs for Germany and one for the United States."""
    german = desk.listings(desk.listing_line("TT-1", title=title), desk.listing_line("TT-2"))
    american = desk.listings(desk.listing_line("TT-1", "US"), country="US")
    return desk.propose(german, american, journey=JOURNEY, as_of=as_of)


def carry_all(home: Path, states: tuple[str, ...] = ("done",)) -> None:
    seller = desk.write_seller(home / "sellers")
    for row in list_open("haina"):
        assert carry_out(row, open_target(row.target, seller), seller, desk.NOON).state in states


def sent_on(morning: date) -> list[tuple[str, ...]]:
    return [tuple(row) for row in read_sent.fn("haina", morning)[["sku", "country", "as_of"]].itertuples(index=False)]


def test_one_answer_without_an_amount_decides_every_country_and_what_is_left_out_stays_out(home: Path) -> None:
    digest = propose()
    recorded = desk.say(digest, "chen", leave_out="1.2")
    assert (recorded.released, recorded.closed) == (4, True)
    assert sorted((row.decision, row.target) for row in list_open("haina")) == [
        ("list:DE", "feeds"), ("list:DE", "files"), ("list:US", "feeds"), ("list:US", "files"),
    ]  # fmt: skip
    (event,) = list_events(proposal=digest)
    assert (list(event.facts["lines"]), event.facts["left_out"]) == (["1.1", "2.1"], ["1.2"])
    carry_all(home)
    assert sent_on(NEXT_WEEK) == [("TT-1", "DE", "2025-11-24"), ("TT-1", "US", "2025-11-24")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_decides_on_listings_too(home: Path, language: str) -> None:
    digest = propose()
    path = write_decision_workbook(digest, language, desk.NOON)  # type: ignore[arg-type]
    fill(path, B3="approve", B4="leave out", B5="approve")
    fill(path, ANSWER, B3="chen")
    recorded = answer_with_workbook(path, "", desk.code_of("chen"), desk.NOON)
    assert (recorded.event, recorded.released, recorded.closed) == ("approve", 4, True)


def test_a_role_that_does_not_decide_listings_is_refused(home: Path) -> None:
    with pytest.raises(NotAllowed):
        desk.say(propose(), "lin")


def test_before_anything_is_released_there_is_an_empty_table(home: Path) -> None:
    propose()
    sent = read_sent.fn("haina", NEXT_WEEK)
    assert list(sent.columns) == SENT
    assert sent.empty


def test_the_newest_released_content_counts_and_an_older_morning_does_not_know_it(home: Path) -> None:
    desk.say(propose(), "chen")
    again = propose("Haina Home Küchentücher", as_of=NEXT_WEEK)
    desk.say(again, "chen", now=desk.later(7 * 24 * 60), leave_out="1.2, 2")
    sent = read_sent.fn("haina", NEXT_WEEK).set_index(["sku", "country"])
    assert list(sent["as_of"]) == ["2025-12-01", "2025-11-24", "2025-11-24"]
    assert sent.loc[("TT-1", "DE"), "content"] == desk.listing_line("TT-1", title="Haina Home Küchentücher")[
        "payload"
    ]["attributes"]  # fmt: skip
    assert sent.loc[("TT-1", "DE"), "number"].startswith("LF-20251201-DE-")
    assert {as_of for _, _, as_of in sent_on(desk.MORNING)} == {"2025-11-24"}
    assert sent_on(date(2025, 11, 23)) == []


def test_what_no_feed_could_carry_was_not_sent_though_its_paper_lies_there(home: Path) -> None:
    desk.say(propose(), "chen")
    seller = desk.write_seller(home / "sellers", policy={"execution": {"marketplace_sellers": {"US": "A1US"}}})
    for row in list_open("haina"):
        state = carry_out(row, open_target(row.target, seller), seller, desk.NOON).state
        assert (state == "refused") == ((row.decision, row.target) == ("list:DE", "feeds"))
    assert sent_on(NEXT_WEEK) == [("TT-1", "US", "2025-11-24")]
