"""A line's payload is known by its digest: what is approved is that and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import desk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.catalogue import EFFECTS as LADDER
from tasks.lines import (
    EFFECTS,
    KINDS,
    UnknownPayload,
    digest_payload,
    flatten,
    number_lines,
    price_change_percent,
    read_payload,
    reprice,
    sum_lines,
)
from tasks.store.canonical import NotCanonical

LINES = [
    desk.order_line("TT-1"),
    desk.ship_line("TT-1"),
    desk.price_line("TT-1", 1_499),
    desk.listing_line("TT-1"),
]
RULES = {"kind": "standing_rules", "rules": [{"id": "small", "most_per_line_minor": 5_000}]}


def other(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value}x"


@pytest.mark.parametrize(
    ("payload", "name"),
    [(line["payload"], name) for line in LINES for name in line["payload"]],
    ids=lambda value: value["kind"] if isinstance(value, dict) else value,
)
def test_any_other_value_of_any_field_is_another_payload(payload: dict[str, Any], name: str) -> None:
    assert digest_payload({**payload, name: other(payload[name])}) != digest_payload(payload)


def test_a_rule_with_another_cap_is_another_set_of_rules() -> None:
    changed = {**RULES, "rules": [{"id": "small", "most_per_line_minor": 5_001}]}
    assert digest_payload(changed) != digest_payload(RULES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["payload"]["kind"])
def test_a_line_carries_the_digest_of_its_payload_and_what_helps_to_decide_does_not_change_it(
    line: dict[str, Any],
) -> None:
    assert line["digest"] == digest_payload(line["payload"])
    shuffled = dict(reversed(line["payload"].items()))
    assert digest_payload(shuffled) == line["digest"]
    assert read_payload(line["payload"]).model_dump() == line["payload"]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["payload"]["kind"])
def test_a_payload_that_lacks_a_field_is_refused_with_the_field_named(line: dict[str, Any]) -> None:
    for name in set(line["payload"]) - {"kind"}:
        lacking = {field: value for field, value in line["payload"].items() if field != name}
        with pytest.raises(UnknownPayload, match=rf"\.{name}: Field required"):
            read_payload(lacking)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kind": "bribe"}, "bribe"),
        ({"units": 0}, r"units: .*greater than 0"),
        ({"units": -12}, r"units: .*greater than 0"),
        ({"units": "48"}, r"units: .*valid integer"),
        ({"carton_units": 0}, r"carton_units: .*greater than 0"),
        ({"discount": 5}, r"discount: Extra inputs"),
    ],
)
def test_a_payload_that_nobody_declared_is_refused_and_the_known_kinds_are_named(
    change: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnknownPayload, match=f"{named}.*purchase_order_line, shipment_line"):
        read_payload({**LINES[0]["payload"], **change})


def test_a_payload_without_a_kind_is_refused() -> None:
    with pytest.raises(UnknownPayload, match="kind"):
        read_payload({"sku": "TT-1"})


def test_a_payload_holds_no_fraction_that_could_be_written_in_two_ways() -> None:
    with pytest.raises(NotCanonical, match="unit_cost_minor"):
        digest_payload({**LINES[0]["payload"], "unit_cost_minor": 2.5})


def test_every_kind_has_an_effect_and_a_word_for_readers() -> None:
    assert set(EFFECTS) == set(KINDS)
    assert set(EFFECTS.values()) <= set(LADDER)
    assert {EFFECTS["purchase_order_line"], EFFECTS["shipment_line"]} == {"spend"}


@pytest.mark.parametrize(
    ("was", "now", "percent"),
    [(2_000, 1_500, "25"), (2_000, 2_500, "25"), (2_000, 2_000, "0"), (1_000, 1, "99.9"), (1, 1_000, "99900")],
)
def test_a_price_change_is_measured_against_the_price_before_either_way(was: int, now: int, percent: str) -> None:
    payload = desk.price_line("TT-1", price_minor=now, was_minor=was)["payload"]
    assert price_change_percent(payload) == Decimal(percent)


def test_what_moves_no_price_changes_none() -> None:
    assert price_change_percent(LINES[0]["payload"]) == 0
    assert price_change_percent(RULES) == 0


def test_a_listing_of_equal_content_has_an_equal_digest_and_one_of_another_country_another() -> None:
    assert desk.listing_line("TT-1")["digest"] == desk.listing_line("TT-1")["digest"]
    assert desk.listing_line("TT-1")["digest"] != desk.listing_line("TT-1", title="Andere Tücher")["digest"]
    assert desk.listing_line("TT-1")["digest"] != desk.listing_line("TT-1", "US")["digest"]


def test_lines_are_numbered_as_the_page_prints_them() -> None:
    order = desk.order(desk.order_line("TT-1"), desk.order_line("TT-2"))
    shipment = desk.shipment(desk.ship_line("TT-1"))
    numbered = list(number_lines({"decisions": [order, shipment]}))
    assert [(number, decision["id"], line["payload"]["sku"]) for number, decision, line in numbered] == [
        ("1.1", "order:hongda", "TT-1"),
        ("1.2", "order:hongda", "TT-2"),
        ("2.1", "ship:SZ-DE-SEA", "TT-1"),
    ]


def test_a_decision_sums_its_lines_and_counts_a_sku_once() -> None:
    lines = [desk.ship_line("TT-1", "DE"), desk.ship_line("TT-1", "FR"), desk.ship_line("TT-2", "FR", units=36)]
    assert sum_lines(lines) == {"skus": 2, "units": 84, "cartons": 7, "money_minor": 180_000}


def test_a_flat_line_shows_its_payload_beside_its_own_fields() -> None:
    flat = flatten(LINES[1])
    assert (flat["country"], flat["units"], flat["money_minor"]) == ("DE", 24, 60_000)


@pytest.mark.parametrize(("money", "units", "to", "exact"), [(5, 2, 1, 2), (7, 2, 1, 4), (1, 3, 2, 1), (1, 3, 1, 0)])
def test_money_in_proportion_is_rounded_half_even_to_the_minor_unit(
    money: int, units: int, to: int, exact: int
) -> None:
    line = {"money_minor": money, "payload": {"units": units}}
    assert reprice(line, to) == exact


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.integers(1, 10**6))
def test_money_in_proportion_is_never_more_than_half_a_minor_unit_off(money: int, units: int, to: int) -> None:
    line = {"money_minor": money, "payload": {"units": units}}
    assert reprice(line, units) == money
    assert abs(2 * (reprice(line, to) * units - money * to)) <= units
