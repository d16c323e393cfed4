"""What was released of listings: the newest content of each SKU in each country, decided in one answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import desk
import pyarrow.parquet as pq
import pytest

from config.language import LANGUAGES, translator
from config.seller import read_seller
from tasks.approvals.answer import BadAnswer
from tasks.approvals.decide import NotAllowed
from tasks.approvals.page import write_page
from tasks.approvals.rules import apply_rules, propose_rules
from tasks.approvals.standing import read_standing
from tasks.approvals.workbook import answer_with_workbook, write_decision_workbook
from tasks.execution.carry import carry_out, list_open
from tasks.execution.targets import open_target
from tasks.ledger_export import export_ledger
from tasks.lines import DECISIONS
from tasks.listed import SENT, read_sent
from tasks.store.ledger import list_events
from tasks.store.proposals import read_proposal
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_above_the_form_names_each_country_and_listing_once_and_speaks_of_no_money(
    home: Path, language: Any
) -> None:
    proposal, seller = read_proposal(propose()), desk.write_seller(home / "sellers")
    standing = read_standing(proposal.body, [], 72, desk.NOON)
    page = write_page(proposal.body, proposal.digest, standing, seller, desk.MORNING, language, report="/r/page.html")
    name = translator(language)(DECISIONS["list"])
    assert f"**1 · {name} · DE**" in page and f"**2 · {name} · US**" in page
    assert "- **1.1** · TT-1 · Haina Home Geschirrtücher · " in page
    assert "¥" not in page
    assert f"{translator(language)('Page')} `/r/page.html`" in page


def test_a_listing_has_no_units_to_change(home: Path) -> None:
    with pytest.raises(BadAnswer, match=r"1\.2: listing"):
        desk.say(propose(), "chen", edits="1.2 = 48", reason="fewer")


def test_a_standing_rule_puts_listings_live_only_where_it_may_write(home: Path) -> None:
    digest, rule = propose(), {"id": "german", "kinds": ["listing"], "countries": ["DE"]}
    for effect, decided in (("draft", []), ("write", ["list:DE"])):
        desk.write_seller(home / "sellers", standing_rules=[{**rule, "effect": effect}])
        proposed = propose_rules(read_seller("haina"), desk.NOON)
        assert proposed is not None
        desk.say(proposed.digest, "chen", now=desk.later(1 + len(decided)))
        assert [found.decision for found in apply_rules(digest, desk.later(5))] == decided
    assert {row.decision for row in list_open("haina", digest)} == {"list:DE"}


def test_the_ledger_as_a_file_says_what_became_of_each_listing(home: Path) -> None:
    digest = propose()
    desk.say(digest, "chen", leave_out="1.2")
    carry_all(home)
    paths = export_ledger(read_seller("haina"))
    (proposals,) = [path for path in paths if path.name == "proposals.parquet"]
    rows = {row["number"]: row for row in pq.read_table(proposals).to_pylist()}
    assert {number: (row["kind"], row["became"]) for number, row in rows.items()} == {
        "1.1": ("listing", "approved"), "1.2": ("listing", "left_out"), "2.1": ("listing", "approved"),
    }  # fmt: skip
    assert (rows["1.1"]["country"], rows["1.1"]["units"], rows["1.1"]["money"]) == ("DE", None, 0)
    assert rows["1.1"]["carried_out"] == "feeds done, files done"
    assert rows["1.1"]["reason"].startswith("New in DE")


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
    assert str(sent.loc[("TT-1", "DE"), "number"]).startswith("LF-20251201-DE-")
    assert {as_of for _, _, as_of in sent_on(desk.MORNING)} == {"2025-11-24"}
    assert sent_on(date(2025, 11, 23)) == []


def test_what_no_feed_could_carry_was_not_sent_though_its_paper_lies_there(home: Path) -> None:
    desk.say(propose(), "chen")
    seller = desk.write_seller(home / "sellers", policy={"execution": {"marketplace_sellers": {"US": "A1US"}}})
    for row in list_open("haina"):
        state = carry_out(row, open_target(row.target, seller), seller, desk.NOON).state
        assert (state == "refused") == ((row.decision, row.target) == ("list:DE", "feeds"))
    assert sent_on(NEXT_WEEK) == [("TT-1", "US", "2025-11-24")]
