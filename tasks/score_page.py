"""The scorecard's page: per person and standing rule what the decisions earned, and every line behind the sums."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_money, format_number, say, say_refusal, translator
from config.seller import Language, Seller
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_page
from tasks.rendering import render_page
from tasks.report_happened import BECAME
from tasks.scorecard import LEAST_LINES, Scorecard

Body = dict[str, Any]

SHOWN_LINES = 60
VERDICTS: dict[tuple[str, str], str] = {
    ("person", "better"): mark("better than the proposal"),
    ("person", "worse"): mark("worse than the proposal"),
    ("rule", "better"): mark("better than leaving it out"),
    ("rule", "worse"): mark("worse than leaving it out"),
}
OPEN = mark("no difference shown")
FEW = mark("not enough yet: {count} of {least} lines")


@task(name="artifacts · publish scorecard", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_score(card: Scorecard, seller: Seller, as_of: date, snapshot: str, language: Language) -> Path:
    """Write the page and the lines as Parquet, show the sums on the run, and say where they lie; the page's path."""
    frame = io.BytesIO()
    card.lines.to_parquet(frame, index=False)
    page = render_score(card, seller, as_of, snapshot, language)
    path = write_page(seller.id, as_of.isoformat(), "scorecard", page, {".parquet": frame.getvalue()})
    create_table_artifact(
        key=f"scorecard-{seller.id}",
        table=tabulate_deciders(card, seller, language),
        description=translator(language)(mark("Was the person, or the rule, better?")),
    )
    link_page(
        f"scorecard-file-{seller.id}",
        path,
        mark("Open the scorecard"),
        state_score(card, language),
        mark("scorecard"),
        language,
    )
    return path


def render_score(card: Scorecard, seller: Seller, as_of: date, snapshot: str, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    return render_page(
        "score.html.j2",
        seller,
        language,
        view=view_score(card, seller, language),
        as_of=as_of,
        snapshot=snapshot,
        currency=seller.base_currency,
    )


def view_score(card: Scorecard, seller: Seller, language: Language) -> Body:
    """The sums and the lines that moved most, with every name and verdict in the language."""
    names, lines = {approver.id: approver.name for approver in seller.approvers}, card.lines
    scored = lines[lines["unscored"] == ""]
    moved = scored.assign(size=scored["difference_minor"].abs()).sort_values(
        ["size", "as_of", "sku"], ascending=[False, True, True], kind="stable"
    )
    t = translator(language)
    return {
        "state": state_score(card, language),
        "deciders": [
            {**row, "name": _name(row, names, language), "said": say_verdict(row, language)}
            for row in _rows(card.deciders)
        ],
        "lines": [
            {**row, "name": names.get(row["by"], row["by"]), "became": t(BECAME[row["state"]])}
            for row in _rows(moved.head(SHOWN_LINES))
        ],
        "lines_more": max(0, len(moved) - SHOWN_LINES),
        "unscored": [
            {"said": t(str(reason)), "count": len(part)}
            for reason, part in lines[lines["unscored"] != ""].groupby("unscored", sort=True)
        ],
        "unread": [
            {"as_of": proposal.body["as_of"], "said": say_refusal(refusal, language)}
            for proposal, refusal in card.unread
        ],
    }


def state_score(card: Scorecard, language: Language) -> str:
    """How many lines were decided and how many are scored: one line for the log."""
    if card.lines.empty:
        return translator(language)(
            mark("No line of a night before this morning has been decided: nothing to score yet.")
        )
    scored = int((card.lines["unscored"] == "").sum())
    changed = int(((card.lines["unscored"] == "") & (card.lines["state"] != "rule")
                   & (card.lines["proposed_units"] != card.lines["decided_units"])).sum())  # fmt: skip
    return say(
        mark("{count} decided lines, {scored} of them scored; people changed {changed} of these"),
        {"count": len(card.lines), "scored": scored, "changed": changed},
        language,
    )


def say_verdict(row: Body, language: Language) -> str:
    """Whether a decider was better, in words."""
    if row["verdict"] == "few":
        count = row["changed"] if row["role"] == "person" else row["lines"]
        return say(FEW, {"count": count, "least": LEAST_LINES}, language)
    return translator(language)(VERDICTS.get((row["role"], row["verdict"]), OPEN))


def tabulate_deciders(card: Scorecard, seller: Seller, language: Language) -> list[dict[str, Any]]:
    """One row per person and rule, worded for the run page."""
    t, currency = translator(language), seller.base_currency
    return [
        {
            t(mark("Who")): row["name"],
            t(mark("Lines")): format_number(row["lines"], language),
            t(mark("Changed")): format_number(row["changed"], language),
            t(mark("Gain")): format_money(row["gain_minor"], currency, language),
            t(mark("Interval, 95 %")): " … ".join(
                format_money(row[name], currency, language) for name in ("low_minor", "high_minor")
            ),
            t(mark("Verdict")): row["said"],
        }
        for row in view_score(card, seller, language)["deciders"]
    ]


def _rows(frame: pd.DataFrame) -> list[Body]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _name(row: Body, names: dict[str, str], language: Language) -> str:
    if row["by"]:
        return names.get(row["by"], str(row["by"]))
    return translator(language)(mark("all people") if row["role"] == "person" else mark("all standing rules"))
