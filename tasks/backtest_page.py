"""The page of a backtest: what another rule would have earned, tied up and served, and where ours loses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_money, format_number, format_percent, say, translator
from config.seller import Language, Seller
from skills.simulation.compare import MEASURES
from skills.simulation.explain import NAMES, OURS, SELLER
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_result
from tasks.backtest_charts import chart_changes, chart_shares, chart_weeks, find_top
from tasks.rendering import render_page

Body = dict[str, Any]

POOLED = {
    "hub": mark("one pool at the hub"),
    "scattered": mark("stock bought for each country"),
}
SHOWN_LOSSES = 8
HEADLINE = mark("{weeks} weeks, {skus} SKUs: {sentence}")
POINTS = mark("{value} points")
VERDICTS = {"better": mark("better"), "worse": mark("worse"), "open": mark("no clear difference")}


@task(name="artifacts · publish a backtest", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_backtest(body: Body, seller: Seller, language: Language) -> Path:
    """Write the page and the result beside it, show its front on the run, and say where it lies; returns its path."""
    path = write_result(
        seller.id, body["journey"], body, lambda digest: render_backtest(body, digest, seller, language)
    )
    t = translator(language)
    said = say_sentences(body, language)
    create_markdown_artifact(
        key=f"backtest-{seller.id}",
        markdown="\n".join(f"- {row['said']}" for row in said),
        description=t(mark("Backtest: the hub policy against others")),
    )
    create_table_artifact(
        key=f"backtest-figures-{seller.id}",
        table=tabulate_policies(body, language),
        description=t(mark("Five figures of each policy, with 95 % intervals")),
    )
    link_page(
        f"backtest-file-{seller.id}",
        path,
        mark("Open the backtest"),
        state_backtest(body, language),
        mark("backtest"),
        language,
    )
    return path


def render_backtest(body: Body, digest: str, seller: Seller, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    return render_page(
        "backtest.html.j2",
        seller,
        language,
        body=body,
        view=view_backtest(body, language),
        digest=digest,
        currency=body["base_currency"],
        last_day=date.fromisoformat(body["first_day"]) + timedelta(weeks=body["weeks"], days=-1),
    )


def view_backtest(body: Body, language: Language) -> Body:
    """Sentences, tables and charts of the page, worded."""
    t = translator(language)
    rivals = [row for row in body["policies"] if row["policy"] != OURS]
    named = {row["policy"]: t(NAMES[row["policy"]]) for row in body["policies"]}
    stock = [{"label": named[row["policy"]], "values": row["weekly_stock_minor"]} for row in body["policies"]]
    fill = [{"label": named[row["policy"]], "values": row["weekly_fill_percent"]} for row in body["policies"]]
    shares = [{"label": named[row["policy"]], **row["shares"]} for row in rivals]
    changes = {
        measure: chart_changes([{"label": named[row["policy"]], **row["measures"][measure]} for row in rivals])
        for measure in ("profit_minor", "capital_minor")
    }
    return {
        "ours": next(row for row in body["policies"] if row["policy"] == OURS)["measures"],
        "named": named,
        "measures": MEASURES,
        "rows": [_word_policy(row, named[row["policy"]], body, language) for row in body["policies"]],
        "pooled": [_word_policy(row, t(POOLED[row["policy"]]), body, language) for row in body["pooling"]],
        "sentences": say_sentences(body, language),
        "stock": chart_weeks(stock, find_top([value for line in stock for value in line["values"]])),
        "fill": chart_weeks(fill, 100),
        "changes": changes,
        "shares": chart_shares(shares),
        "losses": [
            {
                "name": named[row["policy"]],
                "rows": [loss for loss in body["losses"] if loss["policy"] == row["policy"]][:SHOWN_LOSSES],
            }
            for row in rivals
        ],
        "countries": _cross_countries(body, rivals),
        "front": state_front(body, language),
        "has_record": any(row["policy"] == SELLER for row in rivals),
    }


def say_sentences(body: Body, language: Language) -> list[Body]:
    """Every sentence of the comparison in the language, with its verdict, rival by rival."""
    t = translator(language)
    found = []
    for row in body["sentences"]:
        values = {name: _say_change(row[name], row["unit"], language) for name in ("change", "low", "high")}
        said = say(row["sentence"], {**values, "rival": t(NAMES[row["policy"]])}, language)
        found.append({"policy": row["policy"], "verdict": row["verdict"], "step": row["step"], "said": said})
    return found


def state_front(body: Body, language: Language) -> str:
    """The sentence on profit against what the seller did, or where no record is there against the first rival."""
    said = say_sentences(body, language)
    own = [row["said"] for row in said if row["policy"] == SELLER]
    return str((own or [row["said"] for row in said] or [""])[0])


def state_backtest(body: Body, language: Language) -> str:
    """The front sentence, for the log."""
    values = {
        "weeks": body["weeks"],
        "skus": format_number(body["skus"], language),
        "sentence": state_front(body, language),
    }
    return say(HEADLINE, values, language)


def tabulate_policies(body: Body, language: Language) -> list[dict[str, Any]]:
    """One row per policy, worded for the run page."""
    t = translator(language)
    table = []
    for row in body["policies"]:
        words = _word_policy(row, t(NAMES[row["policy"]]), body, language)
        table.append(
            {t(mark("Policy")): words["name"]} | {t(MEASURES[m]): cell["value"] for m, cell in words["cells"].items()}
        )
    return table


def _word_policy(row: Body, name: str, body: Body, language: Language) -> Body:
    """Each measure with its interval, and what ours changes against it."""
    t = translator(language)
    cells = {}
    for measure, figure in row["measures"].items():
        money = measure.endswith("_minor")
        unit = "percent" if money else "points"
        cells[measure] = {
            "value": _say_value(figure["value"], money, body["base_currency"], language),
            "low": _say_value(figure["low"], money, body["base_currency"], language),
            "high": _say_value(figure["high"], money, body["base_currency"], language),
            "change": _sign(figure["change"]) + _say_change(figure["change"], unit, language),
            "change_low": _sign(figure["change_low"]) + format_number(_round(figure["change_low"]), language),
            "change_high": _sign(figure["change_high"]) + format_number(_round(figure["change_high"]), language),
            "verdict": figure["verdict"],
            "said": t(VERDICTS.get(figure["verdict"], "")),
        }
    return {"policy": row["policy"], "name": name, "cells": cells}


def _say_value(value: int | str, money: bool, currency: str, language: Language) -> str:
    return (
        format_money(int(value), currency, language, whole=True) if money else format_percent(_round(value), language)
    )


def _say_change(value: str, unit: str, language: Language) -> str:
    if unit == "percent":
        return format_percent(_round(value), language)
    return say(POINTS, {"value": format_number(_round(value), language)}, language)


def _round(value: int | str) -> str:
    """One decimal, and of figures below one in size two: what the intervals can carry."""
    number = Decimal(str(value))
    return str(round(number, 1 if abs(number) >= 1 else 2))


def _sign(value: str) -> str:
    return "+" if float(value) > 0 else ""


def _cross_countries(body: Body, rivals: list[Body]) -> list[Body]:
    """One row per country: ours, and the difference to each rival, the country where ours loses most first."""
    rows: dict[str, Body] = {}
    for row in body["by_country"]:
        entry = rows.setdefault(row["country"], {"country": row["country"], "profit_minor": row["profit_minor"],
                                                 "sold": row["sold"], "gaps": {}})  # fmt: skip
        entry["gaps"][row["policy"]] = row["difference_minor"]
    order = [row["policy"] for row in rivals]
    listed = [{**row, "gaps": [row["gaps"][name] for name in order]} for row in rows.values()]
    return sorted(listed, key=lambda row: (min(row["gaps"], default=0), row["country"]))
