"""The report after its night: who decided, what was done, what waits, what a person must look at, how long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import desk
import httpx
import pandas as pd
import pytest

from config.language import LANGUAGES, format_money, translator
from config.seller import Language, Seller
from tasks.execution.carrier import CarrierTarget
from tasks.execution.carry import carry_out, list_open
from tasks.execution.papers import PapersTarget
from tasks.execution.settle import settle
from tasks.execution.stop import stop
from tasks.lines import number_lines
from tasks.morning_report import render_morning_report, write_front_page
from tasks.report_state import ReportState, read_clock, read_report_state
from tasks.simulated.carrier import start_carrier
from tasks.store.ledger import append_event, open_ledger, read_head
from tasks.store.proposals import read_proposal

SAMPLE = Path(__file__).parents[1] / "data" / "sample_proposal.json"
TAKEN = ("journey", "seller", "as_of", "snapshot", "decisions", "schema", "base_currency", "what_if")


@pytest.fixture
def sellers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    return tmp_path / "sellers"


@pytest.fixture
def seller(sellers: Path) -> Seller:
    return desk.write_seller(sellers)


@pytest.fixture(scope="module")
def carrier() -> Iterator[str]:
    with start_carrier() as address:
        yield address


def propose_page(expires: str = "2025-11-28") -> str:
    """A proposal with everything that a page shows: two order lines and two shipments; gives its digest."""
    sample: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    rest = {name: value for name, value in sample.items() if name not in TAKEN}
    kinds = {decision["kind"]: decision for decision in sample["decisions"]}
    orders = desk.order(desk.order_line("TT-1"), desk.order_line("TT-2"))
    ships = [
        desk.shipment(desk.ship_line("TT-1", country, expires=expires), country=country) for country in ("DE", "UK")
    ]
    return desk.propose(*({**kinds[decision["kind"]], **decision} for decision in (orders, *ships)), **rest)


def read_state(digest: str, seller: Seller, now: datetime = desk.NOON) -> ReportState:
    return read_report_state(read_proposal(digest), seller, now)


def show(digest: str, seller: Seller, language: Language, now: datetime = desk.NOON) -> tuple[str, str]:
    """The page and the front page as they stand."""
    proposal, state = read_proposal(digest), read_state(digest, seller, now)
    none = pd.DataFrame(columns=["feed", "file", "line", "column", "value", "expected"])
    arguments = (proposal.body, digest, "", none, seller, language)
    return render_morning_report(*arguments, state=state), write_front_page(*arguments, state=state)


def write_papers(seller: Seller, minutes: float) -> None:
    for row in list_open("haina"):
        assert carry_out(row, PapersTarget(seller), seller, desk.later(minutes)).state == "done"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_who_approved_what_was_left_out_and_where_the_papers_lie(
    seller: Seller, language: Language
) -> None:
    digest, t = propose_page(), translator(language)
    desk.say(digest, "chen", leave_out="3", amount="3000.00")
    write_papers(seller, 2)
    page, front = show(digest, seller, language)
    seq, head = read_head()
    for words in ("approved", "left out", "act ended", "done"):
        assert t(words) in page, words
    assert "(chen)" in page and "Chen Qihang" in page
    assert page.count(f'.xlsx">PO-20251124-hongda-{digest[:6]}</a>') == 1
    assert page.count(f'.xlsx">SI-20251124-SZ-DE-SEA-{digest[:6]}</a>') == 1
    assert f"SI-20251124-SZ-UK-SEA-{digest[:6]}" not in page
    assert head in page and head in front and str(seq) in front
    assert t("Acting is stopped") not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_rules_did_alone_is_said_with_its_money_and_rule(sellers: Path, language: Language) -> None:
    seller, digest, t = desk.write_seller(sellers), propose_page(), translator(language)
    lines = read_proposal(digest).body["decisions"][0]["lines"]
    facts = {"by": "small", "name": "small", "via": "rule", "released": True, "instructions": {}, "expired": []}
    facts |= {"lines": {f"1.{place}": line["digest"] for place, line in enumerate(lines, 1)}, "left_out": []}
    with open_ledger() as session:
        append_event(session, "decision", "approve", "rule/x", facts, seller="haina", proposal=digest, now=desk.NOON)
    page, front = show(digest, seller, language)
    assert t("Done alone by standing rules") in page and "(small)" in page and "2,400" in page
    assert t("by standing rules") in front
    assert read_state(digest, seller).open == ["2.1", "3.1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edit_waits_for_somebody_else_and_then_it_does_not(seller: Seller, language: Language) -> None:
    digest, waits = propose_page(), translator(language)("An edit waits for somebody else")
    child = desk.say(digest, "lin", edits="1.1 = 72", reason="a fair", amount="2400.00").edit
    assert read_state(digest, seller).edits == {child: ("Lin Lan", True)}
    page, _ = show(digest, seller, language)
    assert waits in page and child[:12] in page and "Lin Lan" in page
    desk.say(child, "wu", now=desk.later(1))
    state = read_state(digest, seller)
    assert state.edits == {child: ("Lin Lan", False)}
    assert [event.event for event in state.events] == ["edit", "approve", "approve"]
    assert waits not in show(digest, seller, language)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_who_approved_is_named_once_while_another_is_missing(sellers: Path, language: Language) -> None:
    seller = desk.write_seller(sellers, policy={"approvals": {"several_above_minor": 100_000}})
    digest, t = propose_page(), translator(language)
    desk.say(digest, "lin", amount="3600.00")
    desk.say(digest, "lin", leave_out="3", amount="3000.00", now=desk.later(2))  # another choice of lines
    state = read_state(digest, seller, desk.later(3))
    assert state.approvals == ["Lin Lan"] and len(state.open) == 4
    assert t("One more approval is needed") in show(digest, seller, language, desk.later(3))[0]
    assert read_state(digest, seller, desk.NOON + timedelta(hours=73)).approvals == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stop_is_the_first_thing_on_the_page(seller: Seller, language: Language) -> None:
    digest, t = propose_page(), translator(language)
    stopped = stop("", "night watch", "a wrong price list")
    assert read_state(digest, seller).stopped == stopped
    page, front = show(digest, seller, language)
    assert t("Acting is stopped") in page and t("Acting is stopped") in front
    assert "a wrong price list" in page and "night watch" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_whose_last_day_is_today_stand_apart_from_those_past_it(seller: Seller, language: Language) -> None:
    today, past = (
        propose_page("2025-11-24"),
        translator(language)("Past their last day, proposed again if still needed"),
    )
    last = translator(language)("Last day today")
    assert (read_state(today, seller).expiring, read_state(today, seller).expired) == (["2.1", "3.1"], [])
    page, front = show(today, seller, language)
    assert last in page and last in front and past not in page
    money = sum(
        line["money_minor"] for number, _, line in number_lines(read_proposal(today).body) if number in ("2.1", "3.1")
    )
    t = translator(language)
    said = f"{t('{count} lines').format(count=2)} · {format_money(money, 'CNY', language, whole=True)}"
    decisions = t("decisions {numbers}").format(numbers=t(", ").join(["2", "3"]))
    assert f"{said} ({decisions})" in page and f"{said} ({decisions})" in front
    assert "make decide SELLER=haina" in page
    late = propose_page("2025-11-23")
    assert (read_state(late, seller).expiring, read_state(late, seller).expired) == ([], ["2.1", "3.1"])
    page, _ = show(late, seller, language)
    assert past in page and last not in page


@pytest.mark.parametrize(("found", "words"), [("done", "done"), ("not_done", "not done")])
def test_an_unknown_booking_is_a_persons_task_until_it_is_settled(
    sellers: Path, carrier: str, found: str, words: str
) -> None:
    policy = {"shipment_targets": ["carrier"], "order_targets": [], "carrier_kind": "at_most_once"}
    policy["carrier_url"] = f"{carrier}/test-{time.monotonic_ns()}"
    seller = desk.write_seller(sellers, policy={"execution": policy})
    fault = {"faults": ["error_after_accepting"]}
    httpx.put(f"{policy['carrier_url']}/behaviour", json=fault, trust_env=False).raise_for_status()
    digest = propose_page()
    desk.say(digest, "chen", leave_out="1, 3", amount="600.00")
    (row,) = list_open("haina")
    with closing(CarrierTarget(seller)) as target:
        assert carry_out(row, target, seller, desk.later(1)).state == "unknown"
    for language in LANGUAGES:
        page, front = show(digest, seller, language)
        assert translator(language)("unknown: ask") in page and translator(language)("unknown: ask") in front
    settle(seller, row.key, found, "chen", desk.code_of("chen", desk.later(3)), "by phone", desk.later(3))  # type: ignore[arg-type]
    (paper,) = read_state(digest, seller).papers[row.decision]
    assert paper.number.startswith("SI-") and paper.target == "carrier"
    for language in LANGUAGES:
        page, front = show(digest, seller, language)
        t = translator(language)
        assert t("unknown: ask") not in front and f"<b>{t(words)}</b>" in page
        assert t("not done yet") not in page


def test_the_clock_measures_from_the_night_to_the_decision_and_to_the_paper(seller: Seller) -> None:
    digest = propose_page()
    signal = read_proposal(digest).recorded_at
    assert signal is not None
    desk.say(digest, "chen", leave_out="2, 3", now=signal + timedelta(hours=10))
    for row in list_open("haina"):
        carry_out(row, PapersTarget(seller), seller, signal + timedelta(hours=90))
    stages = {stage.name: stage for stage in read_clock("haina", signal + timedelta(hours=91))}
    assert {name: (s.count, s.p50, s.p90, s.within) for name, s in stages.items()} == {
        "signal": (1, "10.0", "10.0", 1),
        "release": (1, "80.0", "80.0", 0),
        "both": (1, "90.0", "90.0", 0),
    }
    assert read_clock("haina", signal + timedelta(days=101)) == []


def test_the_clock_says_the_median_and_nine_in_ten(seller: Seller) -> None:
    for place, hours in enumerate([1, 2, 3, 4, 100]):
        digest = desk.propose(desk.order(desk.order_line(f"TT-{place}")), as_of=desk.MORNING + timedelta(days=place))
        signal = read_proposal(digest).recorded_at
        assert signal is not None
        desk.say(digest, "chen", now=signal + timedelta(hours=hours))
        newest = signal
    (stage,) = read_clock("haina", newest + timedelta(hours=101))  # no paper was written yet
    assert (stage.name, stage.count, stage.p50, stage.p90, stage.within) == ("signal", 5, "3.0", "61.6", 4)


def test_a_clock_that_runs_backwards_measures_nothing_below_zero(seller: Seller) -> None:
    digest = propose_page()
    signal = read_proposal(digest).recorded_at
    assert signal is not None
    desk.say(digest, "chen", leave_out="2, 3", now=signal - timedelta(hours=5))
    assert [stage.p50 for stage in read_clock("haina", signal)] == ["0.0"]
