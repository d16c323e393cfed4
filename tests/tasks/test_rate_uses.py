"""What a change of rates touches, and the review that a night's page shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import desk
import pandas as pd
import pytest

from skills.rates import RATE_COLUMNS, Rate, RateBook
from tasks.rate_uses import Touched, list_seller_uses, list_uses, review_rates
from tasks.store.snapshots import Snapshot

pytestmark = pytest.mark.usefixtures("home")
MORNING = desk.MORNING


def rate(kind: str, key: str, value: str = "0.1", first: str = "2025-01-01", last: str = "", trust: str = "primary",
         source: str = "a source") -> tuple[str, ...]:  # fmt: skip
    return (kind, key, value, "share", first, last, source, "2025-11-01", trust)


def know(*rates: tuple[str, ...]) -> Snapshot:
    products = pd.DataFrame(
        {"sku": ["TT-1", "TT-2"], "hs_code": ["6302.60", "6307.10"], "cost_currency": ["CNY", "CNY"]}
    )
    lanes = pd.DataFrame(
        {
            "lane": ["SZ-US-SEA", "SZ-DE-DDP"],
            "country": ["US", "DE"],
            "currency": ["CNY", "CNY"],
            "tax_included": ["no", "yes"],
        }
    )
    nodes = pd.DataFrame({"node": ["SZ-HUB"], "stage": ["hub"], "country": ["CN"]})
    frame = pd.DataFrame(list(rates), columns=[*RATE_COLUMNS], dtype="str")
    codes = products.assign(country="*")[["sku", "country", "hs_code"]]
    tables = {"products": products, "lanes": lanes, "nodes": nodes, "rates": frame, "hs_codes": codes}
    return Snapshot("d", "haina", MORNING, tables)


def touch(known: Snapshot, kind: str, key: str, uses: pd.DataFrame | None = None) -> dict[str, list[str]]:
    changed = Rate(kind, key, Decimal("0.2"), "share", MORNING, None, "a source", MORNING, "primary")
    uses = list_uses(known, [*known.rates, changed]) if uses is None else uses
    return Touched(uses).find([changed])


def test_a_duty_touches_the_goods_under_it_and_the_lanes_that_pay_it() -> None:
    known = know(rate("duty", "US:6302.60"), rate("duty", "DE:6302.60"))
    assert touch(known, "duty", "US:6302") == {"sku": ["TT-1"], "lane": ["SZ-US-SEA"], "line": []}
    assert touch(known, "duty", "DE:6302") == {"sku": ["TT-1"], "lane": [], "line": []}
    assert touch(known, "duty", "JP:6302") == {"sku": [], "lane": [], "line": []}


def test_a_currency_and_a_countrys_tax_touch_everything_sold_there() -> None:
    known = know(rate("vat", "DE"))
    assert touch(known, "vat", "DE")["sku"] == ["TT-1", "TT-2"]
    assert touch(known, "fx", "CNY")["lane"] == ["SZ-DE-DDP", "SZ-US-SEA"]
    assert touch(known, "fx", "JPY") == {"sku": [], "lane": [], "line": []}


def test_open_lines_are_touched_and_decided_ones_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path))
    desk.write_seller(tmp_path)
    digest = desk.propose(desk.shipment(desk.ship_line("TT-1")))
    known = know(rate("duty", "DE:6302.60"))
    uses = list_seller_uses(known, known.rates)
    (name,) = touch(known, "duty", "DE:6302", uses)["line"]
    assert name.startswith(digest[:12])
    assert name.endswith(".1")
    desk.say(digest, answer="reject", reason="not now")
    assert touch(known, "duty", "DE:6302", list_seller_uses(known, known.rates))["line"] == []


def test_the_review_lists_conflicts_ends_known_changes_and_counts_what_nobody_checked() -> None:
    known = know(
        rate("duty", "US:6302.60", "0.09", source="one"),
        rate("duty", "US:6302.60", "0.10", source="two"),
        rate("vat", "DE", "0.19", last="2025-12-31"),
        rate("vat", "US", "0", last="2025-12-31", trust="unverified"),
        rate("vat", "US", "0.01", first="2026-01-01", trust="unverified"),
        rate("duty", "JP:6302.60", last="2025-12-31", trust="unverified"),
    )
    review = review_rates(known, MORNING)
    (conflict,) = review["conflicts"]
    assert (conflict["value"], conflict["other_value"], conflict["skus"]) == ("0.09", "0.10", 1)
    (ending,) = review["expiring"]
    assert (ending["kind"], ending["key"], ending["day"]) == ("vat", "DE", "2025-12-31")
    (change,) = review["changes"]
    assert (change["key"], change["value"], change["day"]) == ("US", "0.01", "2026-01-01")
    assert change["first_skus"] == ["TT-1", "TT-2"]
    assert review["unverified"] == 1


def test_two_dated_rules_are_no_conflict_and_far_ends_do_not_show() -> None:
    known = know(
        rate("vat", "DE", "0.19", last="2026-12-31"), rate("vat", "US", "0"), rate("vat", "US", "0.1", "2025-06-01")
    )
    assert review_rates(known, MORNING) == {"conflicts": [], "expiring": [], "changes": [], "unverified": 0}


def test_a_review_can_be_digested() -> None:
    from tasks.store.canonical import canonical_bytes

    known = know(rate("vat", "DE", "0.19", last="2025-12-31"))
    assert canonical_bytes(review_rates(known, date(2025, 11, 24)))
    assert RateBook.from_frame(known.tables["rates"]).kinds == ["vat"]
