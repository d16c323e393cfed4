"""A prepared shipment's files and pages: loading lists, pictures, papers, and the page that shows them together."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.cache_policies import NO_CACHE

from config.language import format_day, format_money, format_number, name_country, say, translator
from config.seller import Language, Seller
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.artifacts import link_page, report_path
from tasks.consignments import RELEASED
from tasks.files.output import replace_file
from tasks.loading_picture import draw_loading
from tasks.proposals import plain_number, plain_rows
from tasks.rendering import open_pages, render_page, slug
from tasks.report_charts import chart_waterfall
from tasks.report_words import WORDS
from tasks.store.proposals import Proposal
from tasks.stuffing import Stuffed

Body = dict[str, Any]
Row = dict[str, Any]


def folder_of(body: Body) -> Path:
    """Where a shipment's files lie: home/shipments/<seller>/<as_of>/<journey>/."""
    journey = re.sub(r"[^\w.-]+", "-", body["journey"])
    return Path(read_settings().home, "shipments", body["seller"], body["as_of"], journey)


def describe_loads(stuffed: dict[str, Stuffed]) -> dict[str, Body]:
    """Consignment → boxes, volume, weight, containers and the mixes weighed, as a proposal holds them."""
    return {name: _describe_load(load) for name, load in stuffed.items()}


@task(name="artifacts · publish a shipment", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_shipment(proposal: Proposal, stuffed: dict[str, Stuffed], seller: Seller, language: Language) -> Path:
    """Write the loading lists and the page, show the front of it on the run, and say where everything lies.

    Returns:
        The page's path.
    """
    folder, path = folder_of(proposal.body), report_path(proposal)
    pictures = {name: draw_load(load, language) for name, load in stuffed.items()}
    folders = {consignment["id"]: consignment["folder"] for consignment in proposal.body["consignments"]}
    for name, load in stuffed.items():
        own = folder / folders[name]
        own.mkdir(parents=True, exist_ok=True)
        replace_file(own / "loading-list.csv", load.write_list())
        for at, picture in enumerate(pictures[name], 1):
            replace_file(own / f"container-{at}.svg", picture.encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, render_shipment(proposal, pictures, seller, language).encode())
    _show_on_run(path, proposal, seller, language)
    _show_pictures(proposal.body, pictures, seller, language)
    return path


def render_shipment(proposal: Proposal, pictures: dict[str, list[str]], seller: Seller, language: Language) -> str:
    """The shipment's page as one HTML file that needs no server, no network and no scripts."""
    body = proposal.body
    return render_page(
        "shipment.html.j2",
        seller,
        language,
        body=body,
        view=view_shipment(body, language),
        pictures=pictures,
        digest=proposal.digest,
        supersedes=proposal.supersedes,
        currency=body["base_currency"],
    )


def view_shipment(body: Body, language: Language) -> Body:
    """The figures of the page's head, and what a broker must still decide, in the language."""
    shipped = body["consignments"]
    deadlines = [decision["deadline"] for decision in body["decisions"]]
    return {
        "as_of": date.fromisoformat(body["as_of"]),
        "money_minor": sum(consignment["money_minor"] for consignment in shipped),
        "landed_minor": sum(consignment["landed_exact_minor"] for consignment in shipped),
        "units": sum(consignment["units"] for consignment in shipped),
        "cartons": sum(consignment["cartons"] for consignment in shipped),
        "released": sum(consignment["state"] == RELEASED for consignment in shipped),
        "deadline": min(deadlines, default=""),
        "questions": list_questions(body, language),
        "consignments": [_view(consignment, place, body, language) for place, consignment in enumerate(shipped, 1)],
    }


def _view(consignment: Body, place: int, body: Body, language: Language) -> Body:
    """A consignment with its number, its chart, its choice of mode in words, and links from where the page lies."""
    path = f"../../../shipments/{body['seller']}/{body['as_of']}/{folder_of(body).name}"
    kinds = [row["container"].rpartition(" ")[0] for row in consignment["containers"]]
    return {
        **consignment,
        "number": place,
        "anchor": slug(consignment["id"]),
        "folder": f"{path}/{consignment['folder']}",
        "papers": [
            {**paper, "files": [{**file, "path": f"{path}/{file['path']}"} for file in paper["files"]]}
            for paper in consignment["papers"]
        ],
        "chart": chart_waterfall(consignment["waterfall"]) if consignment["landed"] else None,
        "containers_said": ", ".join(f"{kinds.count(kind)} × {kind}" for kind in dict.fromkeys(kinds)),
        "quotes": [
            {**quote, "said": say(quote["reason"], json.loads(quote["values"]), language) if quote["reason"] else ""}
            for quote in consignment["quotes"]
        ],
        "mode_said": _say_mode(consignment, body["base_currency"], language),
        "refused_said": say(consignment["refused"], consignment["refused_values"], language),
    }


def _say_mode(consignment: Body, currency: str, language: Language) -> str:
    """Which lane costs least, and what would turn that."""
    least = next((quote for quote in consignment["quotes"] if quote["least"]), None)
    if least is None:
        return ""
    parts = []
    if least["lane"] != consignment["lane"]:
        own = next(quote for quote in consignment["quotes"] if quote["lane"] == consignment["lane"])
        money = format_money(own["total_minor"] - least["total_minor"], currency, language, whole=True)
        parts.append(say(LEAST_ELSEWHERE, {"lane": least["lane"], "money": money}, language))
    values = {"lane": least["lane"], "other": least["flips_to"], "days": least["flips_at_days"]}
    if least["flips_to"] and least["flips_at_days"] != "":
        parts.append(say(TURNS_BY_DELAY, values, language))
    if least["flips_to"] and least["flips_at_margin_percent"] != "":
        values |= {"percent": format(int(least["flips_at_margin_percent"]), "+d").replace("-", "−")}
        parts.append(say(TURNS_BY_MARGIN, values, language))
    return " ".join(parts)


LEAST_ELSEWHERE = mark("All told {lane} costs {money} less; the proposed lane is kept.")
TURNS_BY_DELAY = mark("{other} is as good once {lane} is {days} days late.")
TURNS_BY_MARGIN = mark("{lane} stops being the least when the margin changes by {percent} %.")


def list_questions(body: Body, language: Language) -> list[str]:
    """What a broker must still decide: values without a method, doubts about a rule, rates that nobody checked."""
    found: dict[str, None] = {}
    unverified: dict[str, dict[str, None]] = {}
    missing: dict[str, list[str]] = {}
    for consignment in body["consignments"]:
        country = name_country(consignment["country"], language)
        for row in consignment["customs"]:
            if row["reason"]:
                found[say(row["reason"], row["values"], language)] = None
            for flag in row.get("flags", []):
                found[f"{country}{translator(language)(': ')}{say(flag, {}, language)}"] = None
        doubtful = [row for row in consignment["landed"] if row["confidence"] == "unverified"]
        for row in doubtful:
            said = translator(language)(row["label"])
            unverified.setdefault(country, {})[f"{said} {row['rate']} ({row['source']})"] = None
        for gap in consignment["gaps"]:
            missing.setdefault(say(gap, {}, language), []).append(consignment["id"])
    rates = [
        say(UNVERIFIED, {"country": country, "rates": ", ".join(listed)}, language)
        for country, listed in unverified.items()
    ]
    colon, between = translator(language)(": "), translator(language)(", ")
    gaps = [f"{between.join(names)}{colon}{gap}" for gap, names in missing.items()]
    return [*found, *gaps, *rates]


UNVERIFIED = mark("{country}: rates that nobody has checked: {rates}. Have them confirmed.")


def draw_load(load: Stuffed, language: Language) -> list[str]:
    """One picture per container; none for boxes without one."""
    rows = [{str(name): value for name, value in row.items()} for row in load.rooms.to_dict("records")]
    return [draw_loading(load.loading, row, translator(language)) for row in rows]


def _describe_load(load: Stuffed) -> Body:
    cartons = load.cartons
    count = cartons["count"]
    volume = int((count * cartons["length_mm"] * cartons["width_mm"] * cartons["height_mm"]).sum())
    facts: Body = {
        "cartons": int(count.sum()),
        "volume_m3": plain_number(Decimal(volume).scaleb(-9), 3),
        "weight_kg": plain_number(Decimal(int((count * cartons["weight_g"]).sum())).scaleb(-3), 1),
        "assumed_cartons": sorted({str(row["sku"]) for row in cartons.to_dict("records") if row["assumed"]}),
        "limit_confidence": sorted(set(cartons["limit_confidence"])),
        "load_digest": load.digest,
        "containers": [],
        "terms": BOXES,
        "alternatives": [],
    }
    if load.stuffing is None:
        return facts
    return facts | {
        "terms": load.stuffing.terms,
        "alternatives": plain_rows(load.stuffing.alternatives),
        "containers": [_describe_room(row, load.loading) for row in load.rooms.to_dict("records")],
    }


def _describe_room(room: dict[Any, Any], loading: pd.DataFrame) -> Body:
    inside = loading[loading["container"] == room["container"]]
    sides = ["length_mm", "width_mm", "height_mm"]
    loaded = int(inside[sides].astype("int64").prod(axis=1).sum())
    inner = int(room["length_mm"]) * int(room["width_mm"]) * int(room["height_mm"])
    return {
        "container": str(room["container"]),
        "cartons": len(inside),
        "filled_percent": plain_number(Decimal(1000 * loaded // inner) / 10, 1),
        "gross_kg": plain_number(Decimal(int(inside["weight_g"].sum())).scaleb(-3), 0),
        "payload_kg": int(room["payload_g"]) // 1000,
    }


BOXES = mark("boxes, without a container of their own")


def _show_on_run(path: Path, proposal: Proposal, seller: Seller, language: Language) -> None:
    """The page's front as short keyed artifacts; the log's last line says where the page is."""
    body, t = proposal.body, translator(language)
    view = view_shipment(body, language)
    name = _key(body, seller)
    money = format_money(view["money_minor"], body["base_currency"], language, whole=True)
    landed = format_money(view["landed_minor"], body["base_currency"], language, whole=True)
    head = say(
        mark("{count} consignments, {units} units in {cartons} cartons: {money} when shipped, landed cost {landed}."),
        {
            "count": len(body["consignments"]),
            "units": format_number(view["units"], language),
            "cartons": format_number(view["cartons"], language),
            "money": money,
            "landed": landed,
        },
        language,
    )
    questions = "\n".join(f"- {question}" for question in view["questions"][:SHOWN_QUESTIONS])
    generated = f"*{t(mark('Generated data'))}*\n\n" if body["generated"] else ""
    create_markdown_artifact(
        key=f"shipment-{name}",
        markdown=f"{generated}{head}\n\n**{t(mark('What a broker must still decide'))}**\n\n{questions or '–'}",
        description=t(mark("Shipment: what goes, what it costs, what is open")),
    )
    create_table_artifact(
        key=f"consignments-{name}",
        table=[_tabulate(consignment, body["base_currency"], language) for consignment in body["consignments"]],
        description=t(mark("One row per consignment")),
    )
    link_page(
        f"shipment-file-{name}",
        path,
        mark("Open the shipment's page: pictures, waterfall, papers"),
        head,
        mark("shipment"),
        language,
    )


def _show_pictures(body: Body, pictures: dict[str, list[str]], seller: Seller, language: Language) -> None:
    """Load and waterfall of the largest consignment as images, and every paper in one table."""
    t, name = translator(language), _key(body, seller)
    loaded = [consignment for consignment in body["consignments"] if pictures[consignment["id"]]]
    if loaded:
        first = max(loaded, key=lambda consignment: Decimal(str(consignment["volume_m3"])))
        create_image_artifact(
            key=f"loading-{name}", image_url=as_image(pictures[first["id"]][0]), description=first["id"]
        )
    costed = [consignment for consignment in body["consignments"] if consignment["landed"]]
    if costed:
        first = max(costed, key=lambda consignment: int(consignment["landed_exact_minor"]))
        create_image_artifact(
            key=f"waterfall-{name}",
            image_url=as_image(draw_waterfall(first, body["base_currency"], language)),
            description=f"{first['id']} · {first['margin_sku']}",
        )
    rows = [
        {
            t(mark("Consignment")): consignment["id"],
            t(mark("Paper")): t(paper["title"]),
            t(mark("For whom")): t(paper["side"]),
            t(mark("Files")): str(folder_of(body) / file["path"]),
        }
        for consignment in body["consignments"]
        for paper in consignment["papers"]
        for file in paper["files"]
        if file["name"] in (language, "zh_CN")
    ]
    create_table_artifact(key=f"papers-{name}", table=rows, description=t(mark("Documents")))


def draw_waterfall(consignment: Body, currency: str, language: Language) -> str:
    """The waterfall of a consignment's largest line as an SVG document of its own."""
    page = open_pages(language).from_string(
        '{% from "costs.html.j2" import waterfall_chart with context %}{{ waterfall_chart(chart, currency, title) }}'
    )
    title = say(
        mark("{sku} in {country}: from price to CM3, {currency} per unit"),
        {"sku": consignment["margin_sku"], "country": consignment["margin_country"], "currency": currency},
        language,
    )
    drawn = page.render(chart=chart_waterfall(consignment["waterfall"]), currency=currency, title=title)
    return drawn[drawn.index("<svg") : drawn.index("</svg>") + 6]


def as_image(svg: str) -> str:
    """An SVG as a picture's address, on white, so that it reads on a dark page."""
    head, _, rest = svg.partition(">")
    named = head if "xmlns=" in head else head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    plain = named.replace('fill="currentColor"', 'fill="#1b1b1a" font-family="sans-serif" font-size="12"')
    white = f'{plain}><rect width="100%" height="100%" fill="#fff"/>{rest}'
    return f"data:image/svg+xml;base64,{base64.b64encode(white.encode()).decode()}"


def _key(body: Body, seller: Seller) -> str:
    """What the keys of a shipment's artifacts end with: the seller, and the purchase order if there is one.

    Keys take small letters, digits and dashes; an order's number that is not so gets the start of its digest.
    """
    order = body["journey"].removeprefix("ship_inbound").strip().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", order).strip("-")
    if order and plain != order:
        plain = f"{plain}-{hashlib.sha256(order.encode()).hexdigest()[:6]}".lstrip("-")
    return f"{seller.id}-{plain}".rstrip("-")


SHOWN_QUESTIONS = 12


def _tabulate(consignment: Body, base: str, language: Language) -> Row:
    t = translator(language)
    return {
        t(mark("Consignment")): consignment["id"],
        t(mark("Mode")): t(WORDS.get(str(consignment["mode"]), str(consignment["mode"]))),
        t(mark("Units")): format_number(consignment["units"], language),
        t(mark("Cartons")): format_number(consignment["cartons"], language),
        t(mark("m³")): format_number(consignment["volume_m3"], language),
        t(mark("Containers")): ", ".join(row["container"] for row in consignment["containers"]) or "–",
        t(mark("Money when shipped")): format_money(consignment["money_minor"], base, language, whole=True),
        t(mark("Landed cost")): format_money(consignment["landed_exact_minor"], base, language, whole=True),
        t(mark("Leaves")): format_day(consignment["departs_on"], language),
        t(mark("Arrival, p50")): format_day(consignment["arrive_p50"], language),
    }
