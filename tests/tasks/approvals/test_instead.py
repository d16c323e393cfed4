"""A line that stands in the night's proposal and in a prepared shipment is released once."""

from __future__ import annotations

import json
from pathlib import Path

import desk
import pytest

from tasks.approvals.decidable import NotDecidable
from tasks.approvals.rules import apply_rules, propose_rules
from tasks.execution.carry import list_open
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import list_events
from tasks.store.proposals import read_proposal


@pytest.fixture(autouse=True)
def folder(sellers: Path) -> Path:
    return sellers


def night() -> str:
    digest: str = desk.propose(desk.shipment(desk.ship_line("TT-1"), desk.ship_line("TT-2")))
    return digest


def prepared(source: str, lines: dict[str, str] | None = None) -> str:
    instead = {"proposal": source, "lines": lines or {"1.1": "1.1", "1.2": "1.2"}}
    decision = desk.shipment(desk.ship_line("TT-1"), desk.ship_line("TT-2"))
    digest: str = desk.propose(decision, journey="ship_inbound", instead_of=instead)
    return digest


def units_released() -> int:
    rows = [json.loads(row.payload) for row in list_open("haina") if row.target == "files"]
    return sum(row["units"] for row in rows)


def test_releasing_a_prepared_shipment_settles_the_nights_lines_in_the_same_breath() -> None:
    source = night()
    desk.say(prepared(source), amount="1200")
    assert units_released() == 48
    (event,) = list_events(proposal=source, book="decision")
    assert (event.event, list(event.facts["lines"])) == ("reject", ["1.1", "1.2"])
    assert read_proposal(source).decided_at is not None
    with pytest.raises(NotDecidable, match="is decided"):
        desk.say(source, amount="1200", now=desk.later(5))
    assert units_released() == 48
    assert audit_ledger().broken_seq == 0


def test_what_the_night_released_is_not_released_again_by_its_prepared_shipment() -> None:
    source = night()
    shipment = prepared(source)
    desk.say(source, amount="1200")
    with pytest.raises(NotDecidable, match="settled already"):
        desk.say(shipment, amount="1200", now=desk.later(5))
    assert units_released() == 48
    assert list_events(proposal=shipment, book="decision") == []


def test_a_line_left_out_of_the_prepared_shipment_stays_open_in_the_nights_proposal() -> None:
    source = night()
    desk.say(prepared(source), amount="600", leave_out="1.2", reason="next week")
    assert read_proposal(source).decided_at is None
    desk.say(source, amount="600", now=desk.later(5))
    assert units_released() == 48


def test_a_newer_night_takes_the_prepared_shipment_of_the_old_one_out_of_force() -> None:
    source = night()
    shipment = prepared(source)
    desk.propose(desk.shipment(desk.ship_line("TT-1")), as_of=desk.MORNING.replace(day=25))
    with pytest.raises(NotDecidable, match="newer proposal stands"):
        desk.say(shipment, amount="1200")
    assert units_released() == 0


def test_an_edit_of_a_prepared_shipment_still_stands_instead_of_the_nights_line() -> None:
    source = night()
    edited = desk.say(prepared(source), edits="1.2=36", amount="600", reason="one carton more").edit
    assert read_proposal(edited).body["instead_of"] == {"proposal": source, "lines": {"1.1": "1.2"}}
    desk.say(edited, "wu", amount="900", now=desk.later(5))
    assert units_released() == 24 + 36
    (event,) = [row for row in list_events(proposal=source, book="decision") if "1.2" in row.facts["lines"]]
    assert event.facts["instead"] == edited


def test_a_standing_rule_releases_a_line_once_too(folder: Path) -> None:
    rule = {"id": "small", "kinds": ["shipment_line"], "effect": "spend", "most_per_line_minor": 100_000}
    seller = desk.write_seller(folder, standing_rules=[rule | {"expires": "2026-12-31"}])
    proposed = propose_rules(seller, desk.NOON)
    assert proposed is not None
    desk.say(proposed.digest, "chen")
    source = night()
    shipment = prepared(source)
    assert apply_rules(source)
    with pytest.raises(NotDecidable, match="settled already"):
        apply_rules(shipment)
    assert units_released() == 48
