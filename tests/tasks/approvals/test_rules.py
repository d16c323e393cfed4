"""Standing rules decide what the seller approved once, by digest, and never a unit or a cent beyond it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import desk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.seller import Seller, read_seller
from tasks.approvals.codes import WrongCode
from tasks.approvals.decidable import NotDecidable
from tasks.approvals.decide import NotAllowed
from tasks.approvals.rules import apply_rules, cover, propose_rules
from tasks.execution.carry import list_open
from tasks.lines import number_lines
from tasks.store.anchors import audit_ledger
from tasks.store.ledger import list_events
from tasks.store.proposals import list_waiting, read_proposal

SPEND = ["purchase_order_line", "shipment_line"]
BODY = {
    "decisions": [
        desk.order(desk.order_line("TT-1"), desk.order_line("TT-2")),  # 120,000 each, margin not known
        desk.shipment(desk.ship_line("TT-1"), country="DE"),  # 60,000, margin 22.5 %
        desk.shipment(desk.ship_line("TT-3", "US"), country="US"),
        desk.prices(desk.price_line("TT-9", 1_499)),
    ]
}
OPEN = {number for number, _, _ in number_lines(BODY)}
ORDER, DE, US, PRICE = "order:hongda", "ship:SZ-DE-SEA", "ship:SZ-US-SEA", "price:DE"


def rule(name: str = "small", **fields: Any) -> dict[str, Any]:
    return {"id": name, "kinds": [*SPEND, "price_change"], "effect": "spend", **fields}


def take(
    *rules: dict[str, Any],
    spent: dict[str, int] | None = None,
    still_open: set[str] = OPEN,
    today: date = desk.MORNING,
    **approvals: Any,
) -> list[tuple[str, str]]:
    seller = Seller.model_validate(
        {**desk.SELLER, "standing_rules": [*rules], "policy": {"approvals": {**approvals}}}
    )
    return [(found.rule, found.decision) for found in cover(BODY, still_open, seller, spent or {}, today)]


def taken(*rules: dict[str, Any], **more: Any) -> set[str]:
    return {decision for _, decision in take(*rules, **more)}


@pytest.mark.parametrize(
    ("fields", "decided"),
    [
        ({}, {ORDER, DE, US, PRICE}),
        ({"kinds": ["purchase_order_line"]}, {ORDER}),
        ({"kinds": ["shipment_line"]}, {DE, US}),
        # what it may do: pure < read < draft < write < spend
        ({"effect": "write"}, {PRICE}),
        ({"effect": "draft"}, set()),
        ({"effect": "read"}, set()),
        ({"effect": "pure"}, set()),
        # money
        ({"most_per_line_minor": 120_000}, {ORDER, DE, US, PRICE}),
        ({"most_per_line_minor": 119_999}, {DE, US, PRICE}),
        ({"most_per_night_minor": 360_000}, {ORDER, DE, US, PRICE}),
        ({"most_per_night_minor": 359_999}, {ORDER, DE, PRICE}),
        ({"most_per_night_minor": 120_000}, {DE, US, PRICE}),  # an order is taken whole or not at all
        ({"most_per_night_minor": 0}, {PRICE}),
        # where, from whom, what
        ({"countries": ["DE"]}, {DE, PRICE}),
        ({"countries": ["FR"]}, set()),
        ({"nodes": ["SZ"]}, {DE, US}),
        ({"nodes": ["FBA-US"]}, {US}),
        ({"suppliers": ["hongda"]}, {ORDER}),
        ({"suppliers": ["yiwu"]}, set()),
        ({"skus": ["TT-1"]}, {DE}),  # the order has TT-2 too
        ({"skus": ["TT-1", "TT-2"]}, {ORDER, DE}),
        ({"skus": ["TT-1", "TT-3"], "countries": ["US"]}, {US}),
        # a margin that is not known is not enough
        ({"least_margin_percent": 22}, {DE, US}),
        ({"least_margin_percent": 23}, set()),
        # its last day
        ({"expires": "2025-11-24"}, {ORDER, DE, US, PRICE}),
        ({"expires": "2025-11-23"}, set()),
    ],
)
def test_a_rule_decides_what_its_fields_say_and_nothing_else(fields: dict[str, Any], decided: set[str]) -> None:
    assert taken(rule(**fields)) == decided


@pytest.mark.parametrize(
    ("never", "decided"),
    [
        ({"kinds": ["shipment_line"], "countries": ["US"]}, {ORDER, DE, PRICE}),
        ({"kinds": ["purchase_order_line"], "skus": ["TT-2"]}, {DE, US, PRICE}),  # the whole order waits
        ({"kinds": ["price_change"]}, {ORDER, DE, US}),
        ({"kinds": SPEND, "effect": "pure", "most_per_line_minor": 0}, {PRICE}),  # neither effect nor cap limits it
        ({"kinds": SPEND, "suppliers": ["yiwu"]}, {ORDER, DE, US, PRICE}),
        ({"kinds": SPEND, "expires": "2025-11-23"}, {ORDER, DE, US, PRICE}),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_never_beats_every_rule_wherever_it_is_written(never: dict[str, Any], decided: set[str], first: bool) -> None:
    rules = [rule("not", never=True, **never), rule()] if first else [rule(), rule("not", never=True, **never)]
    assert taken(*rules) == decided


def test_a_never_rule_alone_decides_nothing() -> None:
    assert taken(rule("not", never=True)) == set()


def test_the_first_rule_that_covers_a_decision_takes_it() -> None:
    rules = rule("orders", kinds=["purchase_order_line"]), rule("all")
    assert take(*rules) == [("orders", ORDER), ("all", DE), ("all", US), ("all", PRICE)]


def test_when_one_rule_has_spent_its_night_another_may_go_on() -> None:
    rules = rule("first", most_per_night_minor=240_000), rule("second", most_per_night_minor=60_000)
    assert take(*rules) == [("first", ORDER), ("second", DE), ("first", PRICE)]


def test_what_a_rule_released_this_night_already_counts() -> None:
    assert taken(rule(most_per_night_minor=240_000), spent={"small": 1}) == {DE, US, PRICE}
    assert taken(rule(most_per_night_minor=240_000), spent={"small": 240_000}) == {PRICE}


def test_a_decision_that_somebody_began_to_decide_is_left_to_people() -> None:
    assert taken(rule(), still_open=OPEN - {"1.2"}) == {DE, US, PRICE}


def test_a_decision_with_a_line_past_its_last_day_is_left_to_people() -> None:
    assert taken(rule(), today=date(2025, 11, 29)) == {ORDER, PRICE}
    assert taken(rule(), today=date(2025, 12, 6)) == {PRICE}


@pytest.mark.parametrize(
    ("ceiling", "decided"),
    [
        (360_000, {ORDER, DE, US, PRICE}),
        (359_999, {ORDER, DE, PRICE}),
        (239_999, {DE, US, PRICE}),
        (0, {PRICE}),
        (None, {ORDER, DE, US, PRICE}),
    ],
)
def test_rules_together_stay_below_what_needs_several_people(ceiling: int | None, decided: set[str]) -> None:
    rules = rule("a", kinds=["purchase_order_line"]), rule("b", kinds=["shipment_line"]), rule("c")
    assert taken(*rules, several_above_minor=ceiling) == decided


def test_what_rules_released_this_night_counts_against_what_needs_several_people() -> None:
    assert taken(rule(), spent={"another": 100_000}, several_above_minor=200_000) == {DE, PRICE}


CAPS = st.none() | st.integers(0, 500_000)


@given(st.lists(st.tuples(CAPS, CAPS), min_size=1, max_size=3), CAPS, st.sets(st.sampled_from(sorted(OPEN))))
def test_no_cap_is_ever_crossed_and_no_decision_is_taken_in_part(
    caps: list[tuple[int | None, int | None]], ceiling: int | None, still_open: set[str]
) -> None:
    rules = [
        rule(f"r{place}", most_per_line_minor=line, most_per_night_minor=night)
        for place, (line, night) in enumerate(caps)
    ]
    seller = Seller.model_validate(
        {**desk.SELLER, "standing_rules": rules, "policy": {"approvals": {"several_above_minor": ceiling}}}
    )
    found = cover(BODY, still_open, seller, {}, desk.MORNING)
    whole = {decision["id"]: len(decision["lines"]) for decision in BODY["decisions"]}
    assert len({each.decision for each in found}) == len(found)
    assert all(len(each.lines) == whole[each.decision] and set(each.lines) <= still_open for each in found)
    assert ceiling is None or sum(each.money_minor for each in found) <= ceiling
    for name, (line, night) in ((f"r{place}", cap) for place, cap in enumerate(caps)):
        own = [each for each in found if each.rule == name]
        assert night is None or sum(each.money_minor for each in own) <= night
        assert line is None or all(item["money_minor"] <= line for each in own for item in each.lines.values())


# ---- with the ledger -------------------------------------------------------------------------------------


def set_rules(sellers: Path, *rules: dict[str, Any], approved_at: float | None = None, **policy: Any) -> str:
    """Write the rules into the seller's file, and let the owner approve them; gives their proposal's digest."""
    desk.write_seller(sellers, standing_rules=[*rules], policy=policy)
    proposed = propose_rules(read_seller("haina"), desk.NOON)
    if approved_at is not None and proposed is not None:
        assert desk.say(proposed.digest, "chen", now=desk.later(approved_at)).closed
    return proposed.digest if proposed is not None else ""


def decided(digest: str) -> list[str]:
    return [found.decision for found in apply_rules(digest, desk.NOON)]


def decided_by_rules(digest: str) -> list[tuple[str, list[str]]]:
    events = list_events(proposal=digest, event="approve")
    return [(event.facts["by"], [*event.facts["lines"]]) for event in events if event.facts["via"] == "rule"]


def test_rules_decide_nothing_before_they_are_approved(sellers: Path) -> None:
    digest = desk.propose()
    proposed = set_rules(sellers, rule())
    desk.code_of("chen")
    assert decided(digest) == []
    assert list_open("haina") == []
    with pytest.raises(NotAllowed, match=r"Lin Lan \(planner\) may not decide on 1\.1"):
        desk.say(proposed, "lin")
    with pytest.raises(WrongCode):
        desk.say(proposed, "chen", code="")
    assert decided(digest) == []
    desk.say(proposed, "chen", now=desk.later(1))
    assert decided(digest) == [ORDER, DE]


def test_what_a_rule_releases_is_exactly_what_the_ledger_says_that_it_approved(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    digest = desk.propose()
    decided(digest)
    (event,) = list_events(proposal=digest)
    assert (event.facts["by"], event.facts["via"], event.facts["money_minor"]) == ("small", "rule", 300_000)
    proposed = {number: line["digest"] for number, _, line in number_lines(read_proposal(digest).body)}
    assert event.facts["lines"] == proposed
    assert event.facts["instructions"] == {row.key: row.digest for row in list_open("haina", digest)}
    assert read_proposal(digest).decided_at == desk.NOON
    assert [proposal.digest for proposal in list_waiting("haina")] == []


def test_approved_rules_are_not_proposed_again_while_the_file_stays(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    assert propose_rules(read_seller("haina"), desk.NOON) is None
    desk.write_seller(sellers, standing_rules=[rule()], entity="another name")
    assert propose_rules(read_seller("haina"), desk.NOON) is None


@pytest.mark.parametrize(
    "change", [{"most_per_line_minor": 500_000}, {"skus": ["TT-1", "TT-2"]}, {"expires": "2026-12-31"}]
)
def test_a_changed_file_decides_nothing_until_it_is_approved_again(sellers: Path, change: dict[str, Any]) -> None:
    set_rules(sellers, rule(), approved_at=0)
    changed = set_rules(sellers, rule(**change))
    digest = desk.propose()
    assert decided(digest) == []
    assert [proposal.digest for proposal in list_waiting("haina")] == [changed, digest]
    desk.say(changed, "chen", now=desk.later(1))
    assert decided(digest) == [ORDER, DE]


def test_a_rule_added_to_approved_ones_puts_all_of_them_to_approval(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    set_rules(sellers, rule(), rule("more", countries=["DE"]))
    assert decided(desk.propose()) == []


def test_rules_that_the_file_does_not_hold_any_more_decide_nothing(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    desk.write_seller(sellers)
    assert decided(desk.propose()) == []


def test_rejected_rules_decide_nothing_and_are_not_proposed_again(sellers: Path) -> None:
    proposed = set_rules(sellers, rule())
    desk.say(proposed, "chen", "reject", reason="too much")
    assert propose_rules(read_seller("haina"), desk.NOON) is None
    assert decided(desk.propose()) == []
    assert set_rules(sellers, rule(most_per_line_minor=1_000), approved_at=1)


def test_undecided_rules_are_replaced_by_those_that_the_file_holds_now(sellers: Path) -> None:
    old = set_rules(sellers, rule())
    assert propose_rules(read_seller("haina"), desk.NOON).digest == old  # type: ignore[union-attr]
    new = set_rules(sellers, rule(most_per_line_minor=1_000))
    assert [proposal.digest for proposal in list_waiting("haina")] == [new]
    with pytest.raises(NotDecidable):
        desk.say(old, "chen")
    assert desk.say(new, "chen", now=desk.later(1)).closed


def test_a_nights_cap_holds_across_two_proposals_of_one_morning(sellers: Path) -> None:
    set_rules(sellers, rule(most_per_night_minor=300_000), approved_at=0)
    assert decided(desk.propose()) == [ORDER, DE]
    second = desk.propose(desk.shipment(desk.ship_line("TT-1")), journey="weekly")
    assert decided(second) == []
    third = desk.propose(desk.prices(desk.price_line("TT-9", 1_499)), journey="monthly")
    assert decided(third) == [PRICE]  # takes no money


def test_what_needs_several_people_is_not_reached_by_asking_the_rules_often(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0, approvals={"several_above_minor": 250_000})
    digest = desk.propose()
    assert decided(digest) == [ORDER]
    assert decided(digest) == []
    assert decided(digest) == []
    assert decided_by_rules(digest) == [("small", ["1.1", "1.2"])]
    assert len(list_open("haina")) == 1


def test_nor_by_one_rule_after_another(sellers: Path) -> None:
    rules = rule("orders", kinds=["purchase_order_line"]), rule("ships", kinds=["shipment_line"])
    set_rules(sellers, *rules, approved_at=0, approvals={"several_above_minor": 250_000})
    digest = desk.propose()
    assert decided(digest) == [ORDER]
    assert decided(digest) == []
    second = desk.propose(desk.shipment(desk.ship_line("TT-1")), journey="weekly")
    assert decided(second) == []


def test_rules_that_were_widened_and_approved_go_on_with_the_same_proposal(sellers: Path) -> None:
    set_rules(sellers, rule(kinds=["purchase_order_line"]), approved_at=0)
    digest = desk.propose()
    assert decided(digest) == [ORDER]
    set_rules(sellers, rule(), approved_at=1)
    assert decided(digest) == [DE]
    assert decided_by_rules(digest) == [("small", ["1.1", "1.2"]), ("small", ["2.1"])]


def test_applying_rules_twice_decides_nothing_twice(sellers: Path) -> None:
    set_rules(sellers, rule(kinds=["purchase_order_line"]), approved_at=0)
    digest = desk.propose()
    assert decided(digest) == [ORDER]
    assert decided(digest) == []
    assert len(list_open("haina")) == len(list_events(proposal=digest)) == 1
    assert audit_ledger().broken_seq == 0


def test_what_no_rule_covers_waits_for_a_person_who_closes_the_proposal(sellers: Path) -> None:
    set_rules(sellers, rule(kinds=["purchase_order_line"]), approved_at=0)
    digest = desk.propose()
    decided(digest)
    assert [proposal.digest for proposal in list_waiting("haina")] == [digest]
    recorded = desk.say(digest, "lin", amount="600", now=desk.later(1))
    assert (recorded.released, recorded.closed) == (1, True)
    (event,) = [event for event in list_events(proposal=digest) if event.facts["via"] == "terminal"]
    assert list(event.facts["lines"]) == ["2.1"]
    assert len(list_open("haina")) == 2
    with pytest.raises(NotDecidable, match="Every line of this proposal is decided"):
        decided(digest)


def test_what_a_person_left_out_no_rule_takes(sellers: Path) -> None:
    digest = desk.propose()
    desk.say(digest, leave_out="1", amount="600")
    set_rules(sellers, rule(), approved_at=1)
    with pytest.raises(NotDecidable):
        decided(digest)
    assert [row.decision for row in list_open("haina")] == [DE]


def test_an_edit_waits_for_a_person_whatever_the_rules_say(sellers: Path) -> None:
    child = desk.say(desk.propose(), edits="1.1 = 72", reason="sold out", amount="1800").edit
    set_rules(sellers, rule(), approved_at=1)
    assert decided(child) == []
    assert read_proposal(child).decided_at is None


def test_rules_never_approve_rules(sellers: Path) -> None:
    set_rules(sellers, rule(kinds=["standing_rules"]), approved_at=0)
    changed = set_rules(sellers, rule(kinds=["standing_rules", *SPEND]))
    assert decided(changed) == []
    assert read_proposal(changed).decided_at is None


def test_a_trial_is_decided_by_nobody(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    with pytest.raises(NotDecidable, match="trial"):
        decided(desk.propose(journey="what-if"))


def test_a_file_that_was_changed_and_changed_back_can_be_approved(sellers: Path) -> None:
    set_rules(sellers, rule())
    set_rules(sellers, rule(most_per_line_minor=1_000))
    assert set_rules(sellers, rule(), approved_at=1)
    assert decided(desk.propose()) == [ORDER, DE]


def test_approving_another_set_ends_the_one_before_and_changing_the_file_back_needs_an_approval(
    sellers: Path,
) -> None:
    set_rules(sellers, rule(), approved_at=0)
    set_rules(sellers, rule(most_per_line_minor=1_000), approved_at=1)
    again = set_rules(sellers, rule())
    digest = desk.propose()
    assert decided(digest) == []
    desk.say(again, "chen", now=desk.later(2))
    assert decided(digest) == [ORDER, DE]


def test_rejecting_another_set_leaves_the_one_in_force(sellers: Path) -> None:
    set_rules(sellers, rule(), approved_at=0)
    other = set_rules(sellers, rule(most_per_line_minor=500_000))
    desk.say(other, "chen", "reject", reason="too much", now=desk.later(1))
    set_rules(sellers, rule())
    assert decided(desk.propose()) == [ORDER, DE]
