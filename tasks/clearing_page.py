"""The page of the exit desk: every stock that will not sell in time, each way out in money, and what is proposed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_day, format_money, say, translator
from config.seller import Language, Seller
from skills.storage.plan import OPTIONS, WAYS
from skills.vocabulary import mark
from tasks.artifacts import link_page, report_path
from tasks.clearing import REASONS
from tasks.files.output import replace_file
from tasks.lines import number_lines
from tasks.rendering import render_page
from tasks.store.proposals import Proposal

Body = dict[str, Any]

SHOWN_HELD = 25
HEADLINE = mark("{count} stocks to clear, to decide by {deadline}: {gain} more than holding them, for {cost}.")
NOTHING = mark("No stock gains by clearing it this week; {count} were weighed and are held.")


@task(name="artifacts · publish exits", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_exits(proposal: Proposal, seller: Seller, language: Language) -> Path:
    """Write the page, show its front on the run, and say where it lies; returns its path."""
    path, body, t = report_path(proposal), proposal.body, translator(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, render_exits(proposal, seller, language).encode())
    headline = say_headline(body, language)
    generated = f"*{t(mark('Generated data'))}*\n\n" if body["generated"] else ""
    lines = [
        f"- **{row['sku']} {row['country']}** · {t(OPTIONS[row['option']])} · {row['said']}"
        for row in view_exits(body, language)["proposed"]
    ]
    create_markdown_artifact(
        key=f"exits-{seller.id}",
        markdown="\n".join((f"{generated}{headline}\n", *lines)),
        description=t(mark("Stock to clear")),
    )
    link_page(f"exits-file-{seller.id}", path, mark("Open the exit desk"), headline, mark("exit desk"), language)
    return path


def render_exits(proposal: Proposal, seller: Seller, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    body = proposal.body
    return render_page(
        "clearing.html.j2",
        seller,
        language,
        body=body,
        view=view_exits(body, language),
        as_of=date.fromisoformat(body["as_of"]),
        digest=proposal.digest,
        supersedes=proposal.supersedes,
        currency=body["base_currency"],
    )


def say_headline(body: Body, language: Language) -> str:
    """What to decide, by when, and what it brings, in one line."""
    if not body["decisions"]:
        return say(NOTHING, {"count": len(body["exits"])}, language)
    decision, currency = body["decisions"][0], body["base_currency"]
    values = {
        "count": len(decision["lines"]),
        "deadline": format_day(decision["deadline"], language, date.fromisoformat(body["as_of"])),
        "gain": format_money(decision["expected_value_minor"], currency, language, whole=True),
        "cost": format_money(decision["money_minor"], currency, language, whole=True),
    }
    return say(HEADLINE, values, language)


def view_exits(body: Body, language: Language) -> Body:
    """Rows as the page shows them: what is proposed, each with its line and arithmetic, and what is held."""
    lines = {
        (line["payload"]["sku"], line["payload"]["country"]): (number, line) for number, _, line in number_lines(body)
    }
    proposed, held = [], []
    for row in body["exits"]:
        found = lines.get((row["sku"], row["country"]))
        shown = {**row, "ways": [{"way": way, "gain": row[f"{way}_gain_base_minor"]} for way in WAYS]}
        if found is None:
            held.append(shown)
        else:
            number, line = found
            said = _say_why(row, body, language)
            proposed.append({**shown, "number": number, "said": said, "evidence": line["evidence"], "line": line})
    return {
        "proposed": proposed,
        "held": held[:SHOWN_HELD],
        "held_more": max(0, len(held) - SHOWN_HELD),
        "weighed": len(body["exits"]),
        "brings_minor": sum(row["hold_base_minor"] + row["gain_base_minor"] for row in proposed),
        "surcharge_minor": sum(row["surcharge_base_minor"] for row in body["exits"]),
    }


def _say_why(row: Body, body: Body, language: Language) -> str:
    currency = body["base_currency"]
    money = {
        name: format_money(row[column], currency, language, whole=True)
        for name, column in (
            ("hold", "hold_base_minor"),
            ("gain", "gain_base_minor"),
            ("cost", "cost_base_minor"),
        )
    }
    months = say(mark("the end of {months} months"), {"months": body["months"]}, language)
    values = {
        **money, "units": row["units"], "percent": row["discount_percent"], "end": months,
        "to_country": row["to_country"], "lane": row["lane"],
    }  # fmt: skip
    return say(REASONS[row["option"]], values, language)
