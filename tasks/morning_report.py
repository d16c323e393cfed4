"""The morning report: one proposal as a page, a front page in Markdown, and a headline for the log.

Pure: the same proposal, rows and language give the same text. Layout lies in tasks/pages, sentences in the
catalogue; here a proposal's body is grouped, cut and summed until a page can show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import groupby
from typing import Any, TypedDict

import pandas as pd

from config.language import (
    format_day,
    format_money,
    say,
)
from config.seller import Language, Seller
from skills.replenishment.steady import CAUSES, EFFECTS
from skills.vocabulary import mark
from tasks.lines import flatten
from tasks.rendering import is_day, render_page
from tasks.report_charts import chart_cash, chart_cover, chart_waterfall
from tasks.report_fees import view_cliffs
from tasks.report_happened import keep_open, view_became, view_happened
from tasks.report_listings import view_listings
from tasks.report_state import ReportState

SHOWN_DECISIONS = 6
"""By money; what is due first is shown besides, up to SHOWN_DUE_FIRST more."""
SHOWN_DUE_FIRST = 2
SHOWN_LINES = 25
SHOWN_ROWS = 20
SHOWN_COUNTRIES = 12
"""Those with most stock; the rest of the cover chart is folded."""
FULL_STEPS = 60_000
"""Beyond this many steps on one page, folded lines show theirs as running text without zeros, and the workbook has
the notes."""
_MERGED_FROM = 3

Body = dict[str, Any]


class Before(TypedDict):
    """The night that a what-if is compared with, in minor units of the base currency."""

    orders_minor_before: int
    shipments_minor_before: int


def render_morning_report(
    body: Body,
    digest: str,
    supersedes: str,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None = None,
    state: ReportState | None = None,
) -> str:
    """The report as one HTML file that needs no server, no network and no scripts.

    Args:
        body: A proposal's body (docs/decide.md describes it).
        digest: Its sha256.
        supersedes: Digest of the proposal that it replaced, or "".
        quarantine: One row per cell that could not be read: feed, file, line, column, value, expected.
        seller: For the name and the base currency.
        language: Of every sentence, number and date.
        compare: For a what-if: the money of the night that it changes.
        state: What happened since; left out, the page says nothing of it.
    """
    return _render("morning_report.html.j2", body, digest, supersedes, quarantine, seller, language, compare, state)


def write_front_page(
    body: Body,
    digest: str,
    supersedes: str,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None = None,
    state: ReportState | None = None,
) -> str:
    """The front page in Markdown, for the run page; arguments as for the report."""
    return _render("front_page.md.j2", body, digest, supersedes, quarantine, seller, language, compare, state)


def state_headline(body: Body, language: Language) -> str:
    """What to decide, how much money, what risk, by when: one line for the log."""
    lede = summarise(body)
    return say(
        mark("{decisions} decisions, {money}, earliest deadline {deadline}; alarms: {red} red, {amber} amber"),
        {
            "decisions": lede["count"],
            "money": format_money(lede["money_minor"], body["base_currency"], language, whole=True),
            "deadline": format_day(lede["deadline"], language, date.fromisoformat(body["as_of"])),
            "red": lede["red"],
            "amber": lede["amber"],
        },
        language,
    )


def summarise(body: Body) -> dict[str, Any]:
    """The figures of the five questions: decisions, money, risk, deadline."""
    decisions = body["decisions"]
    deadline = min((d["deadline"] for d in decisions if d["deadline"]), default="")
    return {
        "count": len(decisions),
        "orders": sum(d["kind"] == "order" for d in decisions),
        "shipments": sum(d["kind"] == "ship" for d in decisions),
        "money_minor": sum(d["money_minor"] for d in decisions),
        "orders_minor": sum(d["money_minor"] for d in decisions if d["kind"] == "order"),
        "shipments_minor": sum(d["money_minor"] for d in decisions if d["kind"] == "ship"),
        "deadline": deadline,
        "due_first": sum(bool(deadline) and d["deadline"] == deadline for d in decisions),
        "waiting": sum(group["count"] for group in body["waits"]),
        "red": sum(alarm["level"] == "red" for alarm in body["alarms"]),
        "amber": sum(alarm["level"] == "amber" for alarm in body["alarms"]),
    }


def view_report(
    body: Body, quarantine: pd.DataFrame, compare: Before | None, state: ReportState | None = None
) -> dict[str, Any]:
    """A proposal as its page shows it: same facts, grouped and cut, still without a language."""
    as_of = date.fromisoformat(body["as_of"])
    decisions = [_view_decision(decision, number, body) for number, decision in enumerate(body["decisions"], 1)]
    decisions = [{**decision, "became": view_became(decision, state)} for decision in decisions]
    shown = _choose_shown(decisions)
    cover = sorted(body["cover"], key=lambda row: (-row["units"], row["country"]))[:SHOWN_COUNTRIES]
    folded = [d for d in decisions if d["number"] not in shown]
    bound = body["allocation"]["bound_minor"]
    gap = Decimal(bound - body["allocation"]["value_minor"]) * 100 / bound if bound else Decimal(0)
    return {
        "as_of": as_of,
        "gap": gap.quantize(Decimal("0.01"), ROUND_CEILING),
        "lede": summarise(body if state is None else keep_open(body, state)),
        "happened": view_happened(body, state) if state is not None else None,
        "decisions": decisions,
        "shown": [d for d in decisions if d["number"] in shown],
        "folded": folded,
        "folded_money_minor": sum(d["money_minor"] for d in folded),
        "feeds": _group(body["feeds"], "feed"),
        "stale": [feed for feed in body["feeds"] if feed["stale"]],
        "many_feeds": len(body["feeds"]) > 2 * SHOWN_COUNTRIES,
        "alarms": {level: _count_by_country(body["alarms"], level) for level in ("red", "amber")},
        "cover": chart_cover(cover, as_of),
        "cover_rest": chart_cover([row for row in body["cover"] if row not in cover], as_of),
        "closures": [row for row in body["last_orders"] if row["last_order_on"] >= body["as_of"]],
        "closures_passed": sum(row["last_order_on"] < body["as_of"] for row in body["last_orders"]),
        "cash": chart_cash(body["cash"]),
        "cash_full": bool(body["cash"]) and "opening_minor" in body["cash"][0],
        "cash_binds": sum(bool(row.get("binds")) for row in body["cash"]),
        "suppliers": {
            d["supplier"]: d["supplier_name"] for d in decisions if d["kind"] == "order" and d["supplier_name"]
        },
        "sent": _count_sent(decisions),
        "causes": CAUSES,
        "effects": EFFECTS,
        "listings": view_listings(body.get("listings")),
        "fees": view_cliffs(body.get("cliffs")),
        "full": sum(len(line["evidence"]) for d in body["decisions"] for line in d["lines"]) <= FULL_STEPS,
        "accounting": _account(body["import"]),
        "quarantine": _view_quarantine(quarantine),
        "before": _compare(body, compare) if compare is not None else None,
    }


def _render(
    template: str,
    body: Body,
    digest: str,
    supersedes: str,
    quarantine: pd.DataFrame,
    seller: Seller,
    language: Language,
    compare: Before | None,
    state: ReportState | None,
) -> str:
    return render_page(
        template,
        seller,
        language,
        body=body,
        view=view_report(body, quarantine, compare, state),
        state=state,
        digest=digest,
        supersedes=supersedes,
        currency=body["base_currency"],
    )


def _view_decision(decision: Body, number: int, body: Body) -> Body:
    """A decision with its number, its lines most money first, and the alarms that it answers."""
    lines = [
        {**flatten(line), "number": f"{number}.{place}", "steps": merge_steps(line["evidence"])}
        for place, line in enumerate(decision["lines"], 1)
    ]
    lines.sort(key=lambda line: (-line["money_minor"], line["sku"]))
    skus = {line["sku"] for line in lines}
    country = decision.get("country", "")
    alarms = [a for a in body["alarms"] if a["sku"] in skus and (not country or a["country"] == country)]
    foreign = decision.get("original_currency", "") not in ("", body["base_currency"])
    return {
        **decision,
        "number": number,
        "red": sum(alarm["level"] == "red" for alarm in alarms),
        "amber": sum(alarm["level"] == "amber" for alarm in alarms),
        "foreign": foreign,
        "chart": chart_waterfall(decision.get("waterfall", [])),
        "largest": lines[0] if lines else None,
        "sum": write_sum(lines[0]) if lines else "",
        "passed": bool(decision["deadline"]) and decision["deadline"] < body["as_of"],
        "shown_lines": lines[:SHOWN_LINES],
        "folded_lines": lines[SHOWN_LINES:],
    }


def merge_steps(steps: list[Body]) -> list[Body]:
    """Steps with one label in a row, such as the weeks of a history, as one step with their values in a row."""
    merged: list[Body] = []
    for (label, unit), run in groupby(steps, key=lambda step: (step["label"], step["unit"])):
        rows = list(run)
        if len(rows) < _MERGED_FROM:
            merged += rows
            continue
        notes = [str(row["note"]) for row in rows]
        merged.append(
            {
                "label": label,
                "unit": unit,
                "value": " · ".join(str(row["value"]) for row in rows),
                "note": f"{notes[0]} … {notes[-1]}" if all(map(is_day, notes)) else " · ".join(notes),
            }
        )
    return merged


def write_sum(line: Body) -> str:
    """The need and the sum of the line's units: `max(0, 881 − 160) = 721 → 31 × 24 = 744`; "" without one."""
    sums = [
        str(step["note"])
        for step in line["evidence"]
        if step["unit"] == "units" and str(step["note"]).endswith(f"= {step['value']}")
    ]
    if not sums or not sums[-1].endswith(f"= {line['units']}"):
        return ""
    needs = [text for text in sums[:-1] if text.startswith("max(")]
    return " → ".join([*needs[-1:], sums[-1]])


def _choose_shown(decisions: list[Body]) -> set[int]:
    """Numbers of the decisions that the front page shows at once: most money first, and what is due first."""
    shown = {d["number"] for d in decisions[:SHOWN_DECISIONS]}
    rest = [d for d in decisions[SHOWN_DECISIONS:] if d["deadline"]]
    first = min((d["deadline"] for d in decisions if d["deadline"]), default="")
    return shown | {d["number"] for d in [d for d in rest if d["deadline"] == first][:SHOWN_DUE_FIRST]}


def _count_sent(decisions: list[Body]) -> dict[tuple[str, str], int]:
    """Units that the shipments take to each country, by SKU and country."""
    sent: dict[tuple[str, str], int] = {}
    for decision in decisions:
        if decision["kind"] == "ship":
            for line in decision["lines"]:
                key = (line["payload"]["sku"], decision["country"])
                sent[key] = sent.get(key, 0) + line["payload"]["units"]
    return sent


def _group(rows: Iterable[Body], column: str) -> list[tuple[str, list[Body]]]:
    groups: dict[str, list[Body]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return list(groups.items())


def _count_by_country(alarms: Iterable[Body], level: str) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for alarm in alarms:
        if alarm["level"] == level:
            counts[alarm["country"]] = counts.get(alarm["country"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


ACCOUNTS = ("kept", "netted", "set_aside", "quarantined", "after_as_of")


def _account(rows: list[Body]) -> Body:
    """Rows in and where they went, per file and in total; `off` is what does not add up."""
    files = [{**row, "off": row["rows_in"] - sum(row[name] for name in ACCOUNTS)} for row in rows]
    total = {name: sum(row[name] for row in files) for name in ("rows_in", *ACCOUNTS, "off")}
    return {"files": files, "total": total}


def _view_quarantine(quarantine: pd.DataFrame) -> Body:
    """The first rows, and how many for each cause, most frequent first."""
    rows = [{str(key): value for key, value in row.items()} for row in quarantine.head(SHOWN_ROWS).to_dict("records")]
    counts: dict[tuple[str, str, str], int] = {}
    for feed, column, expected in zip(quarantine["feed"], quarantine["column"], quarantine["expected"], strict=True):
        key = (str(feed), str(column), str(expected))
        counts[key] = counts.get(key, 0) + 1
    causes = [
        {"feed": feed, "column": column, "expected": expected, "count": count}
        for (feed, column, expected), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {"count": len(quarantine), "rows": rows, "causes": causes[:SHOWN_ROWS]}


def _compare(body: Body, before: Before) -> list[Body]:
    """Money before and after a what-if: orders, shipments, and both."""
    orders = (before["orders_minor_before"], body["money"]["orders_minor"])
    shipments = (before["shipments_minor_before"], body["money"]["shipments_minor"])
    rows = (
        (mark("supplier orders"), *orders),
        (mark("shipments"), *shipments),
        (mark("together"), orders[0] + shipments[0], orders[1] + shipments[1]),
    )
    return [{"what": what, "before": was, "after": now, "change": now - was} for what, was, now in rows]
