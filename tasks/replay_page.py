"""The page of a replay: what a changed policy, rate or code does to a night, line by line, in money and by cause."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_day, format_money, format_number, say, translator
from config.seller import Language, Seller
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_result
from tasks.rendering import render_page

Body = dict[str, Any]

SHOWN_LINES, SHOWN_ROWS = 200, 40
_FIGURES = {
    "orders_minor": mark("Supplier orders"),
    "shipments_minor": mark("Shipments"),
    "value_minor": mark("Expected value of shipments"),
    "waits_minor": mark("Money that waits"),
}
SAVES = mark("Shipments that arrive before {day} save {money}.")
COSTS = mark("Shipments that arrive from {day} on cost {money} less.")
LATE = mark("Tonight's lines that arrive from {day} on cost {money} more than planned.")
KEPT = mark("Shipments that leave before {day} bring {money} more of export rebate.")
MISSED = mark("Tonight's lines that leave from {day} on bring {money} less of export rebate.")
MORE = mark("Shipments that leave from {day} on bring {money} more of export rebate.")
SOLD = mark("Every unit of tonight's lines that is sold or stored from {day} on: {money} together.")


@task(name="artifacts · publish replay", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_replay(replayed: Body, seller: Seller, language: Language) -> Path:
    """Write the page and its document, show the changed lines on the run, and say where they lie; the page's path."""
    path = write_result(
        seller.id,
        f"replay-{replayed['proposal'][:12]}",
        replayed,
        lambda _digest: render_replay(replayed, seller, language),
    )
    t = translator(language)
    create_table_artifact(
        key=f"replay-{seller.id}",
        table=tabulate_changes(replayed, language),
        description=t(mark("What the replay changes, largest difference first")),
    )
    link_page(
        f"replay-file-{seller.id}",
        path,
        mark("Open the page of the replay"),
        state_replay(replayed, language),
        mark("replay"),
        language,
    )
    return path


def render_replay(replayed: Body, seller: Seller, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    return render_page(
        "replay.html.j2",
        seller,
        language,
        replayed=replayed,
        view=view_replay(replayed, language),
        as_of=date.fromisoformat(replayed["as_of"]),
        currency=replayed["base_currency"],
    )


def view_replay(replayed: Body, language: Language) -> Body:
    """The same facts with every sentence in the language, cut to what a page shows."""
    currency, t = replayed["base_currency"], translator(language)
    names = [name_cause(step, replayed, language) for step in replayed["steps"]]
    return {
        "state": state_replay(replayed, language),
        "figures": [
            {"title": t(title), "before": replayed["before"][name], "after": replayed["after"][name]}
            for name, title in _FIGURES.items()
        ],
        "steps": [
            {**step, "said": said} for step, said in zip(replayed["steps"], names, strict=True) if _shows(step)
        ],
        "lines": [
            {**line, "causes": [{**cause, "said": names[cause["step"] - 1]} for cause in line["causes"]]}
            for line in replayed["lines"][:SHOWN_LINES]
        ],
        "lines_more": max(0, len(replayed["lines"]) - SHOWN_LINES),
        "waits": [
            {
                **row,
                "said": say(row["what"], row["values"], language),
                "causes": [names[cause["step"] - 1] for cause in row["causes"]],
            }
            for row in replayed["waits"][:SHOWN_ROWS]
        ],
        "ahead": [
            {**row, "said": say_ahead(row, currency, language), "lines": row["lines"][:SHOWN_ROWS]}
            for row in replayed["ahead"]
        ],
    }


def state_replay(replayed: Body, language: Language) -> str:
    """Whether the night came out alike, what changed and how much money: one line for the log."""
    t = translator(language)
    if not any(_shows(step) for step in replayed["steps"]):
        return t(
            mark("The night was decided again and came out the same, to the last byte.")
            if replayed["reproduced"]
            else mark("The night was decided again with other code: every line is the same, the reasons are not.")
        )
    moved = {name: replayed["after"][name] - replayed["before"][name] for name in _FIGURES}
    return say(
        mark(
            "{changed} lines change, {unchanged} stay; orders {orders}, shipments {shipments}, expected value {value}"
        ),
        {
            "changed": len(replayed["lines"]),
            "unchanged": replayed["unchanged"],
            **{
                name: signed_money(moved[f"{name}_minor"], replayed["base_currency"], language, whole=True)
                for name in ("orders", "shipments", "value")
            },
        },
        language,
    )


def name_cause(step: Body, replayed: Body, language: Language) -> str:
    """An input that was replaced, as a reader calls it."""
    if step["cause"] == "policy":
        values = {name: _say_setting(step, name, replayed["base_currency"], language) for name in ("before", "after")}
        return say(
            mark("policy {name}: {before} → {after}"),
            {"name": step["name"].removeprefix("policy."), **values},
            language,
        )
    if step["cause"] == "rates":
        return say(
            mark("rates of {name}: {count} values"), {"name": step["name"], "count": int(step["after"])}, language
        )
    return say(mark("code {commit}"), {"commit": replayed["commit"][:12]}, language)


def say_ahead(row: Body, currency: str, language: Language) -> list[str]:
    """What a known change of rates means for tonight's lines, one sentence each."""
    day = format_day(row["day"], language)

    def say_money(sentence: str, minor: int) -> str:
        return say(sentence, {"day": day, "money": format_money(abs(minor), currency, language)}, language)

    said = []
    if row["kept_minor"]:
        said.append(say_money(KEPT if row["kept_minor"] > 0 else MORE, row["kept_minor"]))
    if row["missed_minor"]:
        said.append(say_money(MISSED if row["missed_minor"] > 0 else MORE, row["missed_minor"]))
    if row["saved_minor"]:
        said.append(say_money(SAVES if row["saved_minor"] > 0 else COSTS, row["saved_minor"]))
    if row["late_minor"]:
        said.append(say_money(LATE if row["late_minor"] > 0 else COSTS, row["late_minor"]))
    if row["selling_minor"]:
        money = signed_money(row["selling_minor"], currency, language)
        said.append(say(SOLD, {"day": day, "money": money}, language))
    return said


def tabulate_changes(replayed: Body, language: Language) -> list[dict[str, Any]]:
    """One row per changed line, worded for the run page."""
    t, currency = translator(language), replayed["base_currency"]
    return [
        {
            t(mark("What to decide")): t(mark("Order")) if line["kind"] == "order" else t(mark("Ship")),
            t(mark("SKU")): line["sku"],
            t(mark("Supplier or lane")): line["place"],
            t(mark("Units before")): format_number(line["units_before"], language),
            t(mark("Units after")): format_number(line["units_after"], language),
            t(mark("Difference")): signed_money(
                line["money_minor_after"] - line["money_minor_before"], currency, language
            ),
            t(mark("Cause")): "; ".join(
                name_cause(replayed["steps"][cause["step"] - 1], replayed, language) for cause in line["causes"]
            ),
        }
        for line in view_replay(replayed, language)["lines"]
    ]


def signed_money(minor: int, currency: str, language: Language, whole: bool = False) -> str:
    """An amount that says its sign, also above zero."""
    return ("+" if minor > 0 else "") + format_money(minor, currency, language, whole=whole)


def _shows(step: Body) -> bool:
    """Whether a step was asked for or moved something; the unchanged night alone is no change."""
    return step["cause"] != "code" or bool(step["lines"]) or bool(step["waits_minor"])


def _say_setting(step: Body, name: str, currency: str, language: Language) -> str:
    text: str = step[name]
    if step["name"].endswith("_minor") and text.lstrip("-").isdigit():
        return format_money(int(text), currency, language, whole=True)
    return translator(language)(mark("no limit")) if text == "None" else text
