"""A seller, a night's proposal and people with codes, for the tests of deciding and acting."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import yaml

from config.seller import Seller, read_seller
from tasks.approvals import codes
from tasks.approvals.answer import Answer
from tasks.approvals.decide import Recorded, record_answer
from tasks.lines import (
    SCHEMA,
    ListingContent,
    Opportunity,
    PriceChange,
    PurchaseOrderLine,
    ShipmentLine,
    make_line,
    sum_lines,
)
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import record_proposal
from tasks.store.snapshots import record_snapshot

MORNING = date(2025, 11, 24)
NOON = datetime(2025, 11, 24, 4, 0, tzinfo=UTC)
"""A moment of the seller's day."""

MARKETPLACES = {"DE": "A1PA6795UKMFR9", "US": "ATVPDKIKX0DER"}

SELLER: dict[str, Any] = {
    "id": "haina",
    "name": {"zh_CN": "海纳家纺", "en": "Haina Home Textiles"},
    "entity": "Haina Home Textiles Co., Ltd.",
    "language": "en",
    "as_of": "2025-11-24",
    "roles": {
        "planner": {"decides": ["purchase_order_line", "shipment_line", "price_change"], "limit_minor": 1_000_000},
        "buyer": {"decides": ["purchase_order_line"]},
        "owner": {
            "decides": [
                "purchase_order_line",
                "shipment_line",
                "price_change",
                "opportunity",
                "listing",
                "standing_rules",
            ],
            "lifts_stops": True,
        },
    },
    "approvers": [
        {"id": "lin", "name": "Lin Lan", "role": "planner"},
        {"id": "wu", "name": "Wu Haisheng", "role": "planner"},
        {"id": "bai", "name": "Bai Yun", "role": "buyer"},
        {"id": "chen", "name": "Chen Qihang", "role": "owner"},
    ],
    "inputs": {},
    "policy": {
        "approvals": {"several_above_minor": 900_000, "timeout_hours": 72},
        "execution": {
            "carrier_read_lag_seconds": 0.0,
            "marketplace_sellers": {"DE": "A1GENERATEDEU", "US": "A1GENERATEDUS"},
        },
    },
}


def write_seller(folder: Path, **changes: Any) -> Seller:
    """The seller's file, with other values for some of its fields; `policy` is merged block by block."""
    content = {**SELLER, **{name: value for name, value in changes.items() if name != "policy"}}
    policy = {**SELLER["policy"]}
    for block, values in changes.get("policy", {}).items():
        policy[block] = {**policy.get(block, {}), **values}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "haina.yaml").write_text(yaml.safe_dump({**content, "policy": policy}, allow_unicode=True))
    return read_seller("haina")


def order_line(sku: str, units: int = 48, money_minor: int = 120_000, expires: str = "2025-12-05") -> dict[str, Any]:
    return make_line(
        PurchaseOrderLine(
            sku=sku,
            supplier="hongda",
            units=units,
            cartons=units // 12,
            carton_units=12,
            unit_cost_minor=money_minor // units,
            cost_currency="CNY",
        ),
        title=f"Tea towel {sku}",
        money_minor=money_minor,
        expected_value_minor=None,
        reversible=True,
        fee_charging=False,
        expires=expires,
        reason="Stock would not last until the next order arrives.",
        flip={"kind": "demand", "value": "-14", "unit": "%"},
        alternatives=[],
        evidence=[{"label": "order-up-to level", "value": "96", "unit": "units", "note": ""}],
    )


def ship_line(
    sku: str,
    country: str = "DE",
    units: int = 24,
    money_minor: int = 60_000,
    expires: str = "2025-11-28",
    spare: int = 48,
) -> dict[str, Any]:
    return make_line(
        ShipmentLine(
            sku=sku,
            lane=f"SZ-{country}-SEA",
            from_node="SZ",
            to_node=f"FBA-{country}",
            country=country,
            mode="sea",
            units=units,
            cartons=units // 12,
            carton_units=12,
        ),
        title=f"Tea towel {sku}",
        money_minor=money_minor,
        expected_value_minor=90_000,
        margin_percent="22.5",
        reversible=False,
        fee_charging=True,
        expires=expires,
        reason="Demand until the next arrival exceeds stock and what is on the way.",
        flip={"kind": "transit", "value": "9", "unit": "days"},
        alternatives=[{"what": "keep at the hub", "lane": "", "units": units, "value_minor": 0}],
        evidence=[{"label": "stock at the hub", "value": "96", "unit": "units", "note": ""}],
        spare_units=spare,
    )


def price_line(sku: str, price_minor: int, was_minor: int = 1_999) -> dict[str, Any]:
    return make_line(
        PriceChange(sku=sku, country="DE", price_minor=price_minor, was_minor=was_minor, currency="EUR"),
        title=f"Tea towel {sku}",
        money_minor=0,
        expected_value_minor=None,
        reversible=True,
        fee_charging=False,
        expires="",
        reason="Dead stock sells slower than its storage costs.",
        flip={},
        alternatives=[],
        evidence=[{"label": "weeks of cover", "value": "60", "unit": "weeks", "note": ""}],
    )


def order(*lines: dict[str, Any]) -> dict[str, Any]:
    rest = {"supplier_name": "Hongda Textile", "deadline": "2025-12-05", "ready_on": "2025-12-20"}
    return {
        "id": "order:hongda",
        "kind": "order",
        "supplier": "hongda",
        **rest,
        **sum_lines([*lines]),
        "lines": [*lines],
    }


def shipment(*lines: dict[str, Any], country: str = "DE") -> dict[str, Any]:
    lane = f"SZ-{country}-SEA"
    places = {"lane": lane, "mode": "sea", "from_node": "SZ", "to_node": f"FBA-{country}", "country": country}
    return {
        "id": f"ship:{lane}",
        "kind": "ship",
        **places,
        "deadline": "2025-11-28",
        "arrival_p50": "2026-01-05",
        **sum_lines([*lines]),
        "lines": [*lines],
    }


def opportunity_line(name: str = "cellulose dishcloths", countries: tuple[str, ...] = ("US", "DE")) -> dict[str, Any]:
    return make_line(
        Opportunity(
            concept=f"n-{name.split()[0]}",
            name=name,
            countries=list(countries),
            terms={"US": ["swedish dishcloths"]},
            quote="Q-1",
            supplier="hongda",
            first_units=3000,
            capital_minor=5_000_000,
            prices_minor={"US": 1999},
            price_currencies={"US": "USD"},
        ),
        title=f"{name} · {' '.join(countries)}",
        money_minor=0,
        expected_value_minor=9_000_000,
        reversible=True,
        fee_charging=False,
        expires="2025-12-22",
        reason="Searches are not served.",
        flip={},
        alternatives=[],
        evidence=[],
    )


def choice(line: dict[str, Any]) -> dict[str, Any]:
    concept = line["payload"]["concept"]
    return {"id": f"choose:{concept}", "kind": "choose", "deadline": "2025-12-22", "money_minor": 0, "lines": [line]}


def listing_line(
    sku: str, country: str = "DE", title: str = "Haina Home Geschirrtücher", expires: str = "2025-12-08"
) -> dict[str, Any]:
    marketplace = MARKETPLACES[country]
    content = {"item_name": [{"value": title, "language_tag": "de_DE", "marketplace_id": marketplace}]}
    return make_line(
        ListingContent(
            sku=sku,
            country=country,
            marketplace_id=marketplace,
            product_type="TOWEL",
            title=title,
            attributes=json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        ),
        title=f"{sku} · {title}",
        money_minor=0,
        expected_value_minor=None,
        reversible=True,
        fee_charging=False,
        expires=expires,
        reason="New in {country}: every rule in force passes, and our preview finds no error.",
        flip={},
        alternatives=[],
        evidence=[],
    )


def listings(*lines: dict[str, Any], country: str = "DE") -> dict[str, Any]:
    facts = {"id": f"list:{country}", "kind": "list", "country": country, "marketplace_id": MARKETPLACES[country]}
    nothing = {"skus": len(lines), "units": 0, "cartons": 0, "money_minor": 0}
    return {**facts, "deadline": "2025-12-08", **nothing, "lines": [*lines]}


def prices(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"id": "price:DE", "kind": "price", "deadline": "", "money_minor": 0, "lines": [*lines]}


def propose(*decisions: dict[str, Any], as_of: date = MORNING, journey: str = "nightly", **more: Any) -> str:
    """Record a proposal with these decisions; a supplier order of two lines and a shipment when none are given."""
    frozen = record_snapshot("haina", as_of, {}, _no_quarantine()).digest
    body = {
        "schema": SCHEMA,
        "journey": journey,
        "seller": "haina",
        "as_of": as_of.isoformat(),
        "snapshot": frozen,
        "base_currency": "CNY",
        "generated": ["all"],
        "what_if": {},
        "decisions": [*decisions] or [order(order_line("TT-1"), order_line("TT-2")), shipment(ship_line("TT-1"))],
        **more,
    }
    return record_proposal(canonical_bytes(body)).digest


def code_of(approver: str, now: datetime = NOON, seller: str = "haina") -> str:
    """What the approver's authenticator shows at that moment."""
    if not codes._secret_path(seller, approver).exists():
        codes.enroll(read_seller(seller), approver)
    return pyotp.TOTP(codes._read_secret(seller, approver)).at(now)


def say(
    digest: str,
    approver: str = "lin",
    answer: str = "approve",
    now: datetime = NOON,
    code: str | None = None,
    source: str = "",
    **more: str,
) -> Recorded:
    """Answer as that person would at that moment, with the code that their authenticator shows."""
    given = Answer(
        answer=answer,  # type: ignore[arg-type]
        approver=approver,
        code=code_of(approver, now) if code is None else code,
        via="terminal",
        source=source or f"test/{digest}/{approver}/{now.timestamp()}/{answer}/{more}",
        **more,
    )
    return record_answer(digest, given, now)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def _no_quarantine() -> Any:
    import pandas as pd

    return pd.DataFrame(columns=["feed", "file", "line", "column", "value", "expected"])
