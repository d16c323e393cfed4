"""A small market of two countries: searches, a quote, lanes and rates, as the tests of new products need them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.seller import Policy, Seller
from skills.economics.policy import EconomicsPolicy
from tasks.files.market_tables import MARKET_TABLES
from tasks.market_history import QUARTER_WEEKS
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

MORNING = date(2025, 11, 24)
PAST = MORNING - timedelta(weeks=QUARTER_WEEKS)
SELLER = Seller(
    id="demo",
    name={"en": "Haina", "zh_CN": "海纳"},
    inputs={},
    generated=["all"],
    policy=Policy(economics=EconomicsPolicy(accept_unverified=True)),
)
NIGHT = Night(number=1, seller=SELLER, as_of=MORNING, journey="select_products", what_if={})


def quotes(*changes: dict[str, Any]) -> pd.DataFrame:
    row = {"quote": "Q1", "candidate": "dishcloths", "terms": "dish cloth;Spültuch ; dish cloth", "supplier": "jinyi",
           "title": "Dishcloth", "unit_cost_minor": 1_250, "currency": "CNY", "vat_invoice": "yes",
           "moq_units": 2_990, "carton_units": 60, "sample_days": 7, "lead_days": 25, "deposit_percent": 30.0,
           "weight_kg": 0.25, "length_cm": 22.0, "width_cm": 18.0, "height_cm": 5.0, "material": "cellulose",
           "hs_code": "6307.10", "tooling_minor": 300_000, "source": "", "quoted_on": pd.Timestamp("2025-11-01"),
           "valid_until": pd.Timestamp("2026-02-01")}  # fmt: skip
    return pd.DataFrame([{**row, **change} for change in changes or ({},)]).astype({"terms": "str", "quote": "str"})


def rates() -> pd.DataFrame:
    rows = [("fx", "CNY", "7.1", "CNY per USD"), ("fx", "EUR", "0.9", "EUR per USD"), ("vat", "US", "0", "share"),
            ("vat", "DE", "0.19", "share"), ("vat", "CN", "0.13", "share"), ("import_vat", "DE", "0.19", "share"),
            ("duty", "US:6307", "0.053", "share"), ("duty", "DE:6307", "0.063", "share"),
            ("export_rebate", "CN:63", "0.13", "share"), ("mpf_rate", "US", "0.003464", "share"),
            ("mpf_min", "US", "33.58", "USD/entry"), ("mpf_max", "US", "651.50", "USD/entry"),
            ("hmf_rate", "US", "0.00125", "share"), ("qc_pack", "CN", "0.15", "CNY/unit")]  # fmt: skip
    for country, currency in (("US", "USD"), ("DE", "EUR")):
        rows += [("referral_fee", country, "0.15", "share"), ("fulfilment_base", country, "3", f"{currency}/unit"),
                 ("fulfilment_per_kg", country, "0.5", f"{currency}/kg"),
                 ("returns_cost", country, "2", f"{currency}/unit"),
                 ("storage_fee", country, "30", f"{currency}/m3/month"),
                 ("prep", country, "0.05", f"{currency}/unit")]  # fmt: skip
    for lane in ("SEA-US", "SEA-DE"):
        rows.append(("insurance", lane, "0.003", "share"))
        rows += [(kind, lane, "100", "CNY/entry") for kind in ("pick_up", "export_terminal", "brokerage", "bond_isf",
                                                               "drayage", "appointment", "exam")]  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", "key", "value", "unit"]).assign(
        effective_from="2025-01-01", effective_to="", source="generated", retrieved_on="2025-11-20",
        confidence="generated",
    )  # fmt: skip


LANE = {"mode": "sea", "incoterm": "DAP", "importer_of_record": "Seller", "tax_included": "no", "from_node": "HUB",
        "cost_per_kg_minor": 0, "cost_per_m3_minor": 118_000, "minimum_minor": 118_000, "fixed_minor": 95_000,
        "currency": "CNY", "volumetric_divisor": 0, "handling_minor": 8, "transit_days_p10": 30,
        "transit_days_p50": 37, "transit_days_p90": 49, "cutoff_weekday": 2, "weekly_capacity_m3": 60.0}  # fmt: skip


def snapshot(**changes: Any) -> Snapshot:
    lanes = pd.DataFrame(
        [
            {**LANE, "lane": f"SEA-{country}", "country": country, "to_node": f"FC-{country}"}
            for country in ("US", "DE")
        ]
    )
    nodes = pd.DataFrame(
        [("HUB", "hub", "CN"), ("FC-US", "forward", "US"), ("FC-DE", "forward", "DE"), ("WH-DE", "regional", "DE")],
        columns=["node", "stage", "country"],
    )
    registrations = pd.DataFrame(
        [{"country": "DE", "tax": "vat", "registered_on": "2025-01-01", "effective_to": None}]
    )
    tables = {"lanes": lanes, "nodes": nodes, "rates": rates(), "registrations": registrations,
              "hs_codes": pd.DataFrame(columns=["sku", "country", "hs_code"]),
              "rate_cards": pd.DataFrame()}  # fmt: skip
    return Snapshot("d", "demo", MORNING, {**tables, **changes})


def searches(weeks: int = 30) -> pd.DataFrame:
    """Ranks of six terms of three niches, the last complete week first; the mats rise after the past morning."""
    last = pd.Timestamp(MORNING) - pd.Timedelta(days=8)
    rows = []
    for back in range(weeks):
        week = last - pd.Timedelta(weeks=back)
        rising = week >= pd.Timestamp(PAST)
        for place, term in enumerate(("dish cloth", "dish cloths", "picnic mat", "picnic mats", "lamp", "lamps")):
            rank = 1_000 + 500 * place + 13 * (back % 3) - (700 if rising and "mat" in term else 0)
            for product in range(3):
                rows.append((week, term, rank, f"A{place // 2}{product}", 0.3 - 0.05 * product))
    frame = pd.DataFrame(rows, columns=["week", "term", "rank", "asin", "click_share"])
    return complete("search_terms", frame.assign(country="US", brand="B", conversion_share=0.2))


def complete(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column of the table."""
    blank = MARKET_TABLES[name].empty()
    texts = {column: "" for column in blank if blank[column].dtype == "str" and column not in frame}
    return frame.assign(**texts).reindex(columns=blank.columns).astype(dict.fromkeys(texts, "str"))
