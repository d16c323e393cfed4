"""The page of bills and shipments: what is billed, what is claimed back, where the goods are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_day, format_money, format_number, say, translator
from config.seller import Language, Seller
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_page
from tasks.rendering import render_page
from tasks.report_words import WORDS

Row = dict[str, Any]

COMPONENTS: dict[str, str] = {
    "freight": mark("freight"),
    "insurance": mark("insurance"),
    "pick_up": mark("pick-up"),
    "export_terminal": mark("export and terminal charges"),
    "duty": mark("duty"),
    "mpf": mark("merchandise processing fee"),
    "hmf": mark("harbor maintenance fee"),
    "import_vat": mark("import VAT"),
    "brokerage": mark("customs brokerage"),
    "bond_isf": mark("bond and ISF"),
    "drayage": mark("drayage"),
    "appointment": mark("appointment"),
    "exam": mark("customs examination"),
    "placement": mark("inbound placement"),
    "storage": mark("storage"),
    "transit": mark("transit"),
}
FIELDS: dict[str, str] = {
    "cost_per_kg_minor": mark("price per kg"),
    "cost_per_m3_minor": mark("price per m³"),
    "minimum_minor": mark("minimum"),
    "fixed_minor": mark("fixed charge"),
    "factor": mark("factor on the expected amount"),
    "transit_days_p10": mark("days, p10"),
    "transit_days_p50": mark("days, p50"),
    "transit_days_p90": mark("days, p90"),
}
CLOSED, OPEN_BILL = ("matched", "within tolerance"), "missing bill"


@dataclass(frozen=True)
class Settled:
    """What the bills skill said of one morning; each field is a frame as SKILL.md lists it."""

    matches: pd.DataFrame
    lines: pd.DataFrame
    variance: pd.DataFrame
    claims: pd.DataFrame
    shipments: pd.DataFrame
    changes: pd.DataFrame
    lanes: pd.DataFrame


@task(name="artifacts · publish bills", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_bills(settled: Settled, seller: Seller, as_of: date, snapshot: str, language: Language) -> Path:
    """Write the page, show its tables on the run, and say where it lies; returns its path."""
    page = render_bills(settled, seller, as_of, snapshot, language)
    path = write_page(seller.id, as_of.isoformat(), "bills", page, {})
    t, base = translator(language), seller.base_currency
    create_table_artifact(
        key=f"bills-{seller.id}",
        table=tabulate_bills(settled, base, language),
        description=t(mark("Bills that are not as expected")),
    )
    create_table_artifact(
        key=f"board-{seller.id}",
        table=tabulate_shipments(settled, as_of, language),
        description=t(mark("Shipments on the way")),
    )
    link_page(
        f"bills-file-{seller.id}",
        path,
        mark("Open the page of bills and shipments"),
        state_settled(settled, base, as_of, language),
        mark("bills and shipments"),
        language,
    )
    return path


def render_bills(settled: Settled, seller: Seller, as_of: date, snapshot: str, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    return render_page(
        "bills.html.j2",
        seller,
        language,
        view=view_settled(settled),
        as_of=as_of,
        snapshot=snapshot,
        currency=seller.base_currency,
        components=COMPONENTS,
        fields=FIELDS,
    )


def view_settled(settled: Settled) -> Row:
    """The same facts, grouped and summed until the page can show them, still without a language."""
    matches, claims = _rows(settled.matches), _rows(settled.claims)
    shipments = [
        {**row, "changes": [c for c in _rows(settled.changes) if c["shipment"] == row["shipment"]]}
        for row in _rows(settled.shipments)
    ]
    return {
        "lede": summarise_settled(settled),
        "shipments": sorted(shipments, key=lambda row: (row["finished"], row["shipment"])),
        "claims": claims,
        "variance": _rows(settled.variance),
        "open": [row for row in matches if row["state"] not in (*CLOSED, OPEN_BILL)],
        "closed": [row for row in matches if row["state"] in CLOSED],
        "unbilled": [row for row in matches if row["state"] == OPEN_BILL],
        "unmatched": [row for row in _rows(settled.lines) if row["fate"] == "unmatched"],
        "lanes": _rows(settled.lanes),
    }


def summarise_settled(settled: Settled) -> Row:
    """The figures of the headline; money in minor units of the base currency."""
    billed = settled.matches[settled.matches["state"] != OPEN_BILL]
    claims, moving = settled.claims, settled.shipments[~settled.shipments["finished"].astype(bool)]
    due = claims[claims["state"] == "open"]
    return {
        "moving": len(moving),
        "units": int((moving["shipped_units"] - moving["received_units"] - moving["short_units"]).sum()),
        "late": int((moving["days_late_p90"].fillna(0) > 0).sum()),
        "held": int(moving["customs"].isin(["held", "exam"]).sum()),
        "lines": len(settled.lines),
        "billed_minor": int(billed["billed_minor"].sum()),
        "expected_minor": int(billed["expected_minor"].sum()),
        "variance_minor": int(billed["variance_minor"].sum()),
        "unbilled_minor": int(settled.matches["expected_minor"].sum() - billed["expected_minor"].sum()),
        "claims": len(claims),
        "claims_minor": int(claims["value_minor"].sum()),
        "overdue": len(claims) - len(due),
        "deadline": due["deadline"].min().date() if len(due) else None,
        "unmatched": int((settled.lines["fate"] == "unmatched").sum()),
    }


def state_settled(settled: Settled, currency: str, as_of: date, language: Language) -> str:
    """Bills, claims, first deadline, shipments: one line for the log."""
    lede = summarise_settled(settled)
    return say(
        mark(
            "{lines} lines billed, {claims} claims of {money}, next deadline {deadline}; "
            "{moving} shipments on the way"
        ),
        {
            "lines": lede["lines"],
            "claims": lede["claims"],
            "money": format_money(lede["claims_minor"], currency, language, whole=True),
            "deadline": format_day(lede["deadline"] or "", language, as_of),
            "moving": lede["moving"],
        },
        language,
    )


def tabulate_bills(settled: Settled, currency: str, language: Language) -> list[dict[str, Any]]:
    """One row per (shipment, component) that is not as expected, worded for the run page."""
    t = translator(language)
    return [
        {
            t(mark("Shipment")): row["shipment"],
            t(mark("Component")): t(COMPONENTS.get(row["component"], row["component"])),
            t(mark("Expected cost")): format_money(row["expected_minor"], currency, language),
            t(mark("Billed")): format_money(row["billed_minor"], currency, language),
            t(mark("Difference")): format_money(row["variance_minor"], currency, language),
            t(mark("State")): t(row["state"]),
            t(mark("Evidence")): row["evidence"],
        }
        for row in view_settled(settled)["open"]
    ]


def tabulate_shipments(settled: Settled, as_of: date, language: Language) -> list[dict[str, Any]]:
    """One row per shipment, worded for the run page."""
    t = translator(language)
    return [
        {
            t(mark("Shipment")): row["shipment"],
            t(mark("Lane")): row["lane"] or t(WORDS.get(row["mode"], row["mode"])),
            t(mark("State")): t(row["state"]),
            t(mark("Customs")): t(row["customs"]),
            t(mark("Units")): format_number(row["shipped_units"], language),
            t(mark("Received")): format_number(row["received_units"], language),
            t(mark("Short")): format_number(row["short_units"], language),
            t(mark("ETA")): format_day(row["eta"] or "", language, as_of),
            t(mark("Days late, p50")): format_number(row["days_late_p50"], language)
            if row["days_late_p50"] is not None
            else "–",
            t(mark("Next step")): t(row["next_step"]),
        }
        for row in view_settled(settled)["shipments"]
    ]


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Plain values: dates without a time, None for what is not known."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value
