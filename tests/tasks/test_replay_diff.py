"""What a replay says: every difference with its cause, rates of later days, and the policy as it was."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.seller import list_sellers, read_seller
from skills.rates import RATE_COLUMNS, RateBook
from tasks.frozen_policy import NoFrozenPolicy, UnusablePolicy, build_seller, freeze_policy, read_frozen_fields
from tasks.rates_ahead import advance_rates
from tasks.replay_diff import AMOUNTS, compare_runs
from tasks.replaying import Step, _count_changes
from tasks.store.snapshots import Snapshot

MORNING = date(2025, 11, 24)
NO_RATES = pd.DataFrame(columns=list(RATE_COLUMNS))


def body(order_units: int, ship_units: int, waiting: int) -> dict[str, Any]:
    """A night with at most one order line, one shipment line and one reason to wait."""

    def decide(kind: str, units: int, payload: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        value = units * 3 if kind == "ship" else None
        line = {"payload": payload | {"sku": "A", "units": units}, "title": "a", "money_minor": units * 100}
        return [{"kind": kind, "lines": [line | {"expected_value_minor": value}], **more}] if units else []

    return {
        "decisions": decide("order", order_units, {}, supplier="one")
        + decide("ship", ship_units, {"country": "US", "lane": "SEA"}),
        "waits": [{"what": "cash", "values": {}, "count": waiting, "money_minor": waiting * 7}] if waiting else [],
        "money": {"orders_minor": order_units * 100},
    }


nights = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3))


@given(recorded=nights, runs=st.lists(nights, min_size=1, max_size=5))
def test_the_causes_of_every_line_and_of_the_night_add_up(recorded: Any, runs: list[Any]) -> None:
    steps = [Step("policy", f"policy.{number}", "", "", {}, NO_RATES) for number in range(len(runs))]
    found = compare_runs(body(*recorded), steps, [json.dumps(body(*run)).encode() for run in runs])
    for line in found["lines"]:
        for name in AMOUNTS:
            assert line[f"{name}_after"] - line[f"{name}_before"] == sum(cause[name] for cause in line["causes"])
    for row in found["waits"]:
        assert row["count_after"] - row["count_before"] == sum(cause["count"] for cause in row["causes"])
    for name, before in found["before"].items():
        assert found["after"][name] - before == sum(step[name] for step in found["steps"])
    if recorded == runs[-1] and len(set(runs)) == 1:
        assert found["lines"] == found["waits"] == []


def rates(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    full = [(*row[:3], "share", *row[3:], "a test's own", "2025-01-01", "generated") for row in rows]
    return pd.DataFrame(full, columns=list(RATE_COLUMNS), dtype="str")


def test_a_later_rate_holds_at_once_and_one_that_ends_is_gone() -> None:
    known = rates(
        ("duty", "US:63", "0.10", "2025-01-01", "2026-01-31"),
        ("duty", "US:63", "0.25", "2026-02-01", ""),
        ("duty_extra", "US:63", "0.05", "2025-01-01", "2026-01-15"),
        ("vat", "DE", "0.19", "2025-01-01", ""),
        ("fx", "EUR", "0.90", "2025-01-01", ""),
        ("fx", "EUR", "0.80", "2026-01-01", ""),
    )
    book = RateBook.from_frame(advance_rates(known, MORNING, date(2026, 2, 1)))
    assert str(book.read("duty", "US:63", MORNING).value) == "0.25"
    assert book.find("duty_extra", "US:63", MORNING) is None
    assert str(book.read("vat", "DE", MORNING).value) == "0.19"
    assert str(book.read("fx", "EUR", MORNING).value) == "0.90"
    before = RateBook.from_frame(advance_rates(known, MORNING, date(2026, 1, 15)))
    assert str(before.read("duty", "US:63", MORNING).value) == "0.10"
    assert str(before.read("duty_extra", "US:63", MORNING).value) == "0.05"


def test_a_rate_that_is_only_written_otherwise_is_no_change() -> None:
    known = rates(("duty", "US:63", "0.10", "2025-01-01", ""), ("duty", "US:64", "0.25", "2025-01-01", ""))
    rewritten = known.assign(value=["0.1", "0.250"])
    assert _count_changes(known, rewritten) == 0
    assert _count_changes(known, rewritten.assign(value=["0.1", "0.26"])) == 1
    assert _count_changes(known, rewritten.iloc[:1]) == 1


@pytest.mark.parametrize("seller_id", list_sellers())
def test_a_frozen_policy_is_the_policy(seller_id: str) -> None:
    seller = read_seller(seller_id)
    known = Snapshot("d" * 64, seller_id, MORNING, {"policy": freeze_policy(seller)})
    again = build_seller(read_frozen_fields(known))
    kept = {"approvals", "execution"}
    assert again.policy.model_dump(exclude=kept) == seller.policy.model_dump(exclude=kept)
    assert (again.id, again.base_currency, again.generated) == (seller.id, seller.base_currency, seller.generated)


def test_a_block_where_the_policy_has_a_number_is_refused_by_its_name() -> None:
    fields = read_frozen_fields(Snapshot("d" * 64, "demo", MORNING, {"policy": freeze_policy(read_seller("demo"))}))
    with pytest.raises(UnusablePolicy, match=r"policy\.max_decisions\.most"):
        build_seller(fields | {"policy.max_decisions": 5, "policy.max_decisions.most": 7})


def test_a_snapshot_without_a_policy_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoFrozenPolicy, match="Run the night again for 2025-11-24"):
        read_frozen_fields(Snapshot("d" * 64, "demo", MORNING, {}))
