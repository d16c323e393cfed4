"""The page of a stress test: per shock the loss, what a new plan wins back, and what each hedge costs and saves."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_money, format_number, format_percent, name_country, say, translator
from config.seller import Language, Seller
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_result
from tasks.rendering import render_page
from tasks.report_words import WORDS
from tasks.stressing import CALM, FORWARD, HOLD_BACK, MORE_STOCK, TONIGHT

Body = dict[str, Any]


@task(name="artifacts · publish stress test", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_stress(stressed: Body, seller: Seller, language: Language) -> Path:
    """Write the page and its document, show the table on the run, and say where they lie; the page's path."""
    path = write_result(
        seller.id,
        f"stress-{stressed['proposal'][:12]}",
        stressed,
        lambda _digest: render_stress(stressed, seller, language),
    )
    create_table_artifact(
        key=f"stress-{seller.id}",
        table=tabulate_shocks(stressed, language),
        description=translator(language)(mark("What each shock costs, and from which probability on a hedge pays")),
    )
    link_page(
        f"stress-file-{seller.id}",
        path,
        mark("Open the page of the stress test"),
        state_stress(stressed, language),
        mark("stress test"),
        language,
    )
    return path


def render_stress(stressed: Body, seller: Seller, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    return render_page(
        "stress.html.j2",
        seller,
        language,
        stressed=stressed,
        view=view_stress(stressed, language),
        as_of=date.fromisoformat(stressed["as_of"]),
        currency=stressed["base_currency"],
    )


def view_stress(stressed: Body, language: Language) -> Body:
    """The same facts with every plan and world named in the language."""
    plans = {plan["id"]: plan for plan in stressed["plans"]}
    worlds = [CALM, *(shock["id"] for shock in stressed["shocks"])]
    return {
        "state": state_stress(stressed, language),
        "shocks": [
            {
                **shock,
                "said": shock["name"][language],
                "hedges": [
                    {
                        **hedge,
                        "said": _name_plan(hedge["plan"], stressed, language, hedge.get("notional_minor", 0)),
                        "moves": _say_moves(plans[hedge["plan"]], language) if hedge["plan"] in plans else "",
                    }
                    for hedge in shock["hedges"]
                ],
            }
            for shock in stressed["shocks"]
        ],
        "worlds": [_name_world(world, stressed, language) for world in worlds],
        "matrix": [
            {
                "said": _name_plan(plan, stressed, language),
                "cells": [{"value": row[world], "regret": stressed["regret"][plan][world]} for world in worlds],
                "worst": max(stressed["regret"][plan].values()),
            }
            for plan, row in stressed["values"].items()
        ],
    }


def state_stress(stressed: Body, language: Language) -> str:
    """The dearest shock and the hedge that pays first: one line for the log."""
    worst = max(stressed["shocks"], key=lambda shock: shock["loss_minor"])
    currency = stressed["base_currency"]
    return say(
        mark("{count} shocks; the dearest, {shock}, costs {loss}, of which a new plan wins back {regained}"),
        {
            "count": len(stressed["shocks"]),
            "shock": worst["name"][language],
            "loss": format_money(worst["loss_minor"], currency, language, whole=True),
            "regained": format_money(worst["regained_minor"], currency, language, whole=True),
        },
        language,
    )


def tabulate_shocks(stressed: Body, language: Language) -> list[dict[str, Any]]:
    """One row per shock with the hedge that pays first, worded for the run page."""
    t, currency = translator(language), stressed["base_currency"]

    def whole(minor: int) -> str:
        return format_money(minor, currency, language, whole=True)

    rows = []
    for shock in view_stress(stressed, language)["shocks"]:
        hedge = shock["hedges"][0] if shock["hedges"] else None
        rows.append(
            {
                t(mark("Shock")): shock["said"],
                t(mark("Loss if nothing is done")): whole(shock["loss_minor"]),
                t(mark("Loss after a new plan")): whole(shock["replanned_minor"]),
                t(mark("Hedge")): hedge["said"] if hedge else t(mark("none of those weighed")),
                t(mark("Costs if it does not come")): whole(hedge["cost_minor"]) if hedge else "–",
                t(mark("Pays from a probability of")): format_percent(hedge["pays_from_percent"], language)
                if hedge
                else "–",
            }
        )
    return rows


def _name_world(world: str, stressed: Body, language: Language) -> str:
    if world == CALM:
        return translator(language)(mark("no shock"))
    return next(str(shock["name"][language]) for shock in stressed["shocks"] if shock["id"] == world)


def _name_plan(plan: str, stressed: Body, language: Language, notional_minor: int = 0) -> str:
    hedges = stressed["hedges"]
    if plan == TONIGHT:
        return translator(language)(mark("tonight's plan"))
    if plan == HOLD_BACK:
        return say(mark("hold back {percent} % more at the hub"), {"percent": hedges["hold_back_percent"]}, language)
    if plan == MORE_STOCK:
        values = {"percent": hedges["more_stock_percent"]}
        return say(mark("more safety stock: planned for {percent} % more demand"), values, language)
    if plan == FORWARD:
        money = format_money(notional_minor, stressed["base_currency"], language, whole=True)
        values = {"money": money, "percent": format_number(hedges["forward_percent"], language)}
        return say(mark("sell foreign currency forward for {money}, {percent} % below the spot"), values, language)
    return say(mark("the plan made for: {shock}"), {"shock": _name_world(plan, stressed, language)}, language)


def _say_moves(plan: Body, language: Language) -> str:
    """How a plan differs from tonight's, in units."""
    t = translator(language)

    def signed(units: int) -> str:
        return ("+" if units > 0 else "") + format_number(units, language)

    parts = [
        " ".join([name_country(move["country"], language), t(WORDS.get(move["mode"], "")), signed(move["units"])])
        for move in plan["moves"]
    ]
    if plan["kept_units"]:
        parts.append(say(mark("hub {units}"), {"units": signed(plan["kept_units"])}, language))
    return t(mark(", ")).join(parts)
