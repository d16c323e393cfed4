"""The shadow month: what the nights of the last weeks proposed, against what the seller did since."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_money, format_number, say, translator
from config.seller import Language, Seller
from skills.distribution import quote_contribution
from skills.distribution.network import countries_fed
from skills.vocabulary import mark
from tasks.artifacts import link_page, write_result
from tasks.files.movements import Movements
from tasks.lines import flatten
from tasks.rendering import render_page
from tasks.store.proposals import Proposal, read_previous
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

DAYS = 28
_COLUMNS = ["kind", "sku", "country", "lane", "units", "money_minor", "night", "arrival"]

NO_NIGHTS = mark(
    "No night of the {days} days before this morning is recorded for this seller, so there is nothing to score. Let "
    "the nightly schedule run (docs/run.md), and come back."
)
NO_MOVEMENTS = mark(
    "What the seller did is not known: no table of movements is there. The proposals are scored against stock-outs "
    "alone (docs/inputs.md)."
)
NOTHING_DONE = mark(
    "The table of movements names no order and no shipment that was begun since the first of these nights and has "
    "arrived. What is still under way is not in it: so far the comparison says nothing of what you did."
)
SAID = mark(
    "{nights} nights: {proposed} units proposed, {done} units done; sales that the proposals could have saved "
    "{saved}, capital that they would have kept free {free}."
)


@task(name="store · read nights", cache_policy=NO_CACHE)
def read_nights(seller: Seller, as_of: date) -> list[Proposal]:
    """The proposals that stood on the mornings of the last four weeks, decided or not, oldest first."""
    found: list[Proposal] = []
    day = as_of
    while (night := read_previous(seller.id, "nightly", day)) is not None:
        day = date.fromisoformat(night.body["as_of"])
        if day < as_of - timedelta(days=DAYS):
            break
        found.append(night)
    return found[::-1]


@task(name="simulation · score shadow month", cache_policy=NO_CACHE)
def score_month(nights: list[Proposal], moved: Movements, known: Snapshot, seller: Seller) -> Body:
    """What would have been ordered and shipped, what was, and what the difference is worth.

    A line that night after night was proposed again counts once, with its largest quantity. What the seller did is
    what started on or after the first night. A shipment that would have arrived (p50) before as_of could have saved
    sales on the days out of stock since, at the velocity of the four weeks before the first night; what was sent
    beyond the proposal and still lies there is capital that the proposal would have kept free.

    Returns:
        The document: nights, first_night, totals, and one row per line, the most money first.
    """
    body: Body = {
        "seller": seller.id,
        "journey": "shadow",
        "as_of": known.as_of.isoformat(),
        "snapshot": known.digest,
        "base_currency": seller.base_currency,
        "nights": [{"as_of": night.body["as_of"], "digest": night.digest} for night in nights],
        "has_movements": bool(len(moved.table)),
        "rows": [],
    }
    if nights:
        first = date.fromisoformat(nights[0].body["as_of"])
        rows = _weigh(_list_proposed(nights), _list_done(moved.table, known, first), known, seller, first)
        body["rows"] = [{str(name): _plain(value) for name, value in row.items()} for row in rows.to_dict("records")]
    names = ("proposed_units", "done_units", "proposed_minor", "done_minor", "saved_minor", "free_minor")
    body["totals"] = {name: sum(row[name] for row in body["rows"]) for name in names}
    return body


@task(name="artifacts · publish shadow month", cache_policy=NO_CACHE)
def publish_month(body: Body, seller: Seller, language: Language) -> Path:
    """Write the page and the result beside it, and say where it lies; returns its path."""
    said = say_month(body, language)

    def render(digest: str) -> str:
        return render_page(
            "backtest_shadow.html.j2", seller, language,
            body=body, said=said, digest=digest, currency=body["base_currency"], days=DAYS,
        )  # fmt: skip

    path = write_result(seller.id, "shadow", body, render)
    t = translator(language)
    create_markdown_artifact(
        key=f"shadow-{seller.id}", markdown="\n\n".join(said), description=t(mark("Shadow month: proposed and done"))
    )
    link_page(
        f"shadow-file-{seller.id}", path, mark("Open the shadow month"), said[0], mark("shadow month"), language
    )
    return path


def say_month(body: Body, language: Language) -> list[str]:
    """The month in a sentence or two."""
    if not body["nights"]:
        return [say(NO_NIGHTS, {"days": DAYS}, language)]
    totals, currency = body["totals"], body["base_currency"]
    values = {
        "nights": len(body["nights"]),
        "proposed": format_number(totals["proposed_units"], language),
        "done": format_number(totals["done_units"], language),
        "saved": format_money(totals["saved_minor"], currency, language, whole=True),
        "free": format_money(totals["free_minor"], currency, language, whole=True),
    }
    lacks = [] if body["has_movements"] else [say(NO_MOVEMENTS, {}, language)]
    if body["has_movements"] and not totals["done_units"]:
        lacks = [say(NOTHING_DONE, {}, language)]
    return [say(SAID, values, language), *lacks]


def _list_proposed(nights: list[Proposal]) -> pd.DataFrame:
    """One row per line: the night that proposed most of it."""
    rows = []
    for night in nights:
        for decision in night.body["decisions"]:
            for line in map(flatten, decision["lines"]):
                place = [line["country"], line["lane"]] if decision["kind"] == "ship" else ["", ""]
                night_of = [night.body["as_of"], decision["arrival_p50"]]
                rows.append([decision["kind"], line["sku"], *place, line["units"], line["money_minor"], *night_of])
    table = pd.DataFrame(rows, columns=_COLUMNS).sort_values(
        ["units", "night"], ascending=[False, True], kind="stable"
    )
    total = table.groupby(["kind", "sku", "country", "night"], sort=False)[["units", "money_minor"]].sum()
    most = table.drop_duplicates(["kind", "sku", "country"]).drop(columns=["units", "money_minor"])
    return most.merge(total.reset_index(), on=["kind", "sku", "country", "night"])


def _list_done(movements: pd.DataFrame, known: Snapshot, first: date) -> pd.DataFrame:
    """Units ordered per SKU and sent per (SKU, country) since the first night."""
    since = movements[movements["started_on"] >= pd.Timestamp(first)]
    feeds, hubs = (
        countries_fed(known.nodes, known.lanes),
        set(known.nodes.loc[known.nodes["stage"] == "hub", "node"]),
    )
    country = since["to_node"].map(feeds).fillna("")
    kind = np.where(since["to_node"].isin(hubs), "order", "ship")
    done = since.assign(kind=kind, country=country)
    return done.groupby(["kind", "sku", "country"])[["units"]].sum().reset_index()


def _weigh(proposed: pd.DataFrame, done: pd.DataFrame, known: Snapshot, seller: Seller, first: date) -> pd.DataFrame:
    keys = ["kind", "sku", "country"]
    rows = proposed.rename(columns={"units": "proposed_units", "money_minor": "proposed_minor"}).merge(
        done.rename(columns={"units": "done_units"}), on=keys, how="outer"
    )  # fmt: skip
    whole = ["proposed_units", "proposed_minor", "done_units"]
    rows = rows.assign(**{name: rows[name].fillna(0).astype("int64") for name in whole})
    rows = rows.assign(**{name: rows[name].fillna("").astype("str") for name in ("lane", "night", "arrival")})
    quote = quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates, seller.base_currency,
        seller.policy.distribution, known.as_of,
    ).sort_values(["sku", "country", "landed"], kind="stable").drop_duplicates(["sku", "country"])  # fmt: skip
    worth = quote.set_index(["sku", "country"])
    at = pd.MultiIndex.from_frame(rows[["sku", "country"]])
    contribution, landed = (
        worth[name].reindex(at).fillna(0.0).to_numpy(dtype=np.float64) for name in ("contribution", "landed")
    )
    cost = quote.drop_duplicates("sku").set_index("sku")["product_cost"]
    each = rows["sku"].map(cost).fillna(0.0).to_numpy(dtype=np.float64)
    ship = (rows["kind"] == "ship").to_numpy()
    units = rows["done_units"].to_numpy()
    missing = np.maximum(rows["proposed_units"].to_numpy() - units, 0)
    beyond = np.maximum(units - rows["proposed_units"].to_numpy(), 0)
    lost = np.minimum(missing, _estimate_lost(rows, known, first)) * ship
    lying = np.minimum(beyond, np.where(ship, _stock_there(rows, known), beyond))
    rows = rows.assign(
        done_minor=np.rint(units * np.where(ship, landed - each, each)).astype(np.int64),
        lost_units=np.floor(lost).astype(np.int64),
        saved_minor=np.rint(lost * contribution).astype(np.int64),
        free_minor=np.rint(lying * np.where(ship, landed, each)).astype(np.int64),
    )
    money = rows["saved_minor"] + rows["free_minor"]
    return rows.assign(money=-money).sort_values(["money", *keys], kind="stable").drop(columns="money")


def _estimate_lost(rows: pd.DataFrame, known: Snapshot, first: date) -> np.ndarray:
    """Units not sold for want of stock after the proposed arrival: days out × velocity before the first night."""
    begin, end = pd.Timestamp(first), pd.Timestamp(known.as_of)
    month = known.sales[(known.sales["day"] < begin) & (known.sales["day"] >= begin - pd.Timedelta(days=DAYS))]
    daily = month.groupby(["sku", "country"])["units"].sum() / DAYS
    found = np.zeros(len(rows))
    outs = known.stock_outs
    for place, row in enumerate(rows.itertuples()):
        arrival = pd.Timestamp(str(row.arrival) or end)
        if arrival >= end:
            continue
        here = outs[(outs["sku"] == row.sku) & outs["country"].isin([row.country, "*"])]
        starts = here["first_day"].where(here["first_day"] > arrival, arrival)
        ends = here["last_day"].where(here["last_day"] < end, end - pd.Timedelta(days=1))
        days = ((ends - starts).dt.days + 1).clip(lower=0).sum()
        found[place] = float(days) * float(daily.get((row.sku, row.country), 0.0))
    return found


def _stock_there(rows: pd.DataFrame, known: Snapshot) -> np.ndarray:
    country = known.stock["node"].map(countries_fed(known.nodes, known.lanes))
    lying = known.stock.assign(country=country).groupby(["sku", "country"])["units"].sum()
    return lying.reindex(pd.MultiIndex.from_frame(rows[["sku", "country"]])).fillna(0).to_numpy(dtype=np.int64)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)
