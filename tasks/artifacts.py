"""What a night leaves for its readers: the report's files, and short keyed artifacts on the run page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pandas as pd
from prefect import get_run_logger, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from config.language import format_day, format_money, format_number, say, translator
from config.seller import Language, Seller
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.files.output import replace_file
from tasks.lines import DECISIONS
from tasks.morning_report import (
    ACCOUNTS,
    Before,
    render_morning_report,
    state_headline,
    write_front_page,
)
from tasks.report_state import ReportState
from tasks.report_words import WORDS
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import Proposal
from tasks.workbook import write_workbook

SHOWN_QUARANTINE = 20


@task(
    name="artifacts · publish morning report",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
)
def publish_morning_report(
    proposal: Proposal,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None = None,
    state: ReportState | None = None,
) -> Path:
    """Write the report and the workbook, show their front page on the run, and say where they lie.

    Args:
        proposal: What the night proposes.
        quarantine: One row per cell that could not be read.
        seller: Whose night.
        language: Of the report.
        compare: For a what-if: the money of the night that it changes.
        state: What happened to the proposal already, and the ledger's head.

    Returns:
        The report's path.
    """
    page = write_report_files(proposal, quarantine, seller, language, compare, state)
    show_on_run(page, proposal, quarantine, seller, language, compare, state)
    return page


def show_on_run(
    page: Path,
    proposal: Proposal,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None,
    state: ReportState | None = None,
) -> None:
    """The front page and its tables as short keyed artifacts; the log's last lines say where the report is."""
    body, say_ = proposal.body, translator(language)
    suffix = seller.id if body["journey"] == "nightly" else f"{seller.id}-{body['journey']}"
    create_markdown_artifact(
        key=f"morning-report-{suffix}",
        markdown=write_front_page(
            body, proposal.digest, proposal.supersedes, quarantine, seller, language, compare, state
        ),
        description=say_(mark("Morning report: front page")),
    )
    create_table_artifact(
        key=f"decisions-{suffix}",
        table=tabulate_decisions(body, language),
        description=say_(mark("Decisions waiting, most money first")),
    )
    create_table_artifact(
        key=f"import-{suffix}",
        table=tabulate_import(body, language),
        description=say_(mark("Rows in = kept + netted + set aside + quarantined + after as_of.")),
    )
    create_table_artifact(
        key=f"quarantine-{suffix}",
        table=tabulate_quarantine(quarantine, language),
        description=say(
            mark("{count} values could not be read; the first {shown} rows."),
            {"count": len(quarantine), "shown": min(SHOWN_QUARANTINE, len(quarantine))},
            language,
        ),
    )
    link_page(
        f"report-file-{suffix}",
        page,
        mark("Open the whole report"),
        state_headline(body, language),
        mark("morning report"),
        language,
    )


def link_page(key: str, page: Path, text: str, headline: str, name: str, language: Language) -> None:
    """A link to a page's file on the run; the log's last lines say its headline and where it lies.

    Args:
        key: Of the artifact.
        page: The file.
        text, name: What the link says and what the page is called; sentences of the catalogue.
        headline: In the language.
    """
    create_link_artifact(
        key=key,
        link=page.as_uri(),
        link_text=translator(language)(text),
        description=say(
            mark("The whole report lies at {path}; a browser that does not open the link takes the path."),
            {"path": str(page)},
            language,
        ),
    )
    log = get_run_logger()
    log.info("%s", headline)
    log.info("%s %s", translator(language)(name), page)


def write_report_files(
    proposal: Proposal,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None = None,
    state: ReportState | None = None,
) -> Path:
    """The report and its workbook, where `report_path` says; returns the report's path."""
    body, path = proposal.body, report_path(proposal)
    path.parent.mkdir(parents=True, exist_ok=True)
    page = render_morning_report(
        body, proposal.digest, proposal.supersedes, quarantine, seller, language, compare, state
    )
    replace_file(path.with_suffix(".xlsx"), write_workbook(body, proposal.digest, quarantine, seller, language))
    replace_file(path, page.encode())
    return path


def report_path(proposal: Proposal) -> Path:
    """Where a proposal's report lies: home/reports/<seller>/<as_of>/; the workbook lies beside it.

    A late one leaves the report of the proposal that was decided where it is.
    """
    body, late = proposal.body, proposal.standing == "late"
    name = "late" if late else body["journey"]
    name = "morning-report" if name == "nightly" else re.sub(r"[^\w.-]+", "-", f"{name} {proposal.digest[:12]}")
    return Path(read_settings().home, "reports", body["seller"], body["as_of"], f"{name}.html")


def tabulate_decisions(body: dict[str, Any], language: Language) -> list[dict[str, Any]]:
    """One row per decision, worded for the run page."""
    t, currency = translator(language), body["base_currency"]
    morning = date.fromisoformat(body["as_of"])
    return [
        {
            t(mark("No.")): number,
            t(mark("What to decide")): t(DECISIONS[d["kind"]]),
            t(mark("Supplier or lane")): d["supplier_name"] or d["supplier"] if d["kind"] == "order" else d["lane"],
            t(mark("Money")): format_money(d["money_minor"], currency, language, whole=True),
            t(mark("By when")): format_day(d["deadline"], language, morning),
            t(mark("Arrival, p50")): format_day(d["arrival_p50"], language, morning),
            t(mark("Units")): format_number(d["units"], language),
            t(mark("Cartons")): format_number(d["cartons"], language),
        }
        for number, d in enumerate(body["decisions"], 1)
    ]


def tabulate_import(body: dict[str, Any], language: Language) -> list[dict[str, Any]]:
    """One row per file: rows in and where each went."""
    t = translator(language)
    titles = {
        "rows_in": mark("Rows in"),
        "kept": mark("Kept"),
        "netted": mark("Netted"),
        "set_aside": mark("Set aside"),
        "quarantined": mark("Quarantined"),
        "after_as_of": mark("After as_of"),
    }
    return [
        {t(mark("Feed")): t(WORDS.get(row["feed"], row["feed"])), t(mark("File")): row["file"]}
        | {t(titles[name]): format_number(row[name], language) for name in ("rows_in", *ACCOUNTS)}
        for row in body["import"]
    ]


def tabulate_quarantine(quarantine: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    """The first quarantined rows, each with what was expected."""
    t = translator(language)
    return [
        {
            t(mark("Feed")): t(WORDS.get(str(row["feed"]), str(row["feed"]))),
            t(mark("File")): str(row["file"]),
            t(mark("Line")): str(row["line"]),
            t(mark("Column")): str(row["column"]),
            t(mark("Value")): str(row["value"]),
            t(mark("Expected")): t(str(row["expected"])),
        }
        for row in quarantine.head(SHOWN_QUARANTINE).to_dict("records")
    ]


def write_page(seller_id: str, as_of: str, name: str, page: str, beside: dict[str, bytes]) -> Path:
    """A page in home/reports/<seller>/<as_of>/, after the files that it rests on; the page's path.

    Args:
        name: Of the page, without an ending.
        beside: Ending (".json", ".parquet") → content.
    """
    path = Path(read_settings().home, "reports", seller_id, as_of, f"{name}.html")
    path.parent.mkdir(parents=True, exist_ok=True)
    for ending, content in beside.items():
        replace_file(path.with_name(f"{name}{ending}"), content)
    replace_file(path, page.encode())
    return path


def write_result(seller_id: str, name: str, result: dict[str, Any], render: Callable[[str], str]) -> Path:
    """A result as its canonical bytes, and the page made of it; both carry the bytes' digest in their names.

    Args:
        name: What stands before the digest.
        result: With `as_of`.
        render: The page, given the digest.

    Returns:
        The page's path.
    """
    content = canonical_bytes(result)
    digest = hashlib.sha256(content).hexdigest()
    return write_page(seller_id, result["as_of"], f"{name}-{digest[:12]}", render(digest), {".json": content})


STAGES: dict[str, tuple[int, str]] = {
    "begun": (0, mark("reading the exports")),
    "frozen": (30, mark("inputs are read and frozen")),
    "forecast": (50, mark("demand is forecast")),
    "planned": (80, mark("orders and shipments are planned")),
    "published": (100, mark("the morning report is published")),
}


@dataclass(frozen=True)
class Progress:
    """The progress bar on a run's page, which the log repeats.

    Attributes:
        bar: The artifact; None outside a run.
        language: Of its words.
    """

    bar: UUID | None
    language: Language

    def reach(self, stage: str) -> None:
        """Move the bar to a stage of `STAGES`."""
        percent, done = STAGES[stage]
        if self.bar is not None:
            said = translator(self.language)(done)
            update_progress_artifact(self.bar, progress=float(percent), description=said)
            get_run_logger().info("%d %% · %s", percent, said)


def start_progress(language: Language) -> Progress:
    """The run's progress bar, at nothing."""
    if flow_run.id is None:
        return Progress(None, language)
    percent, doing = STAGES["begun"]
    said = translator(language)(doing)
    bar = create_progress_artifact(progress=float(percent), key="night-progress", description=said)
    return Progress(cast(UUID, bar), language)
