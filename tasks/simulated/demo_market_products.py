"""What the demo's seller knows of the products that buyers click: catalogue items, feedback topics, needs explored.

Items were looked at three days before each quarter's end and once after the morning; ratings, stock and returns
follow from the unmet need of that quarter. Some prices and sizes are blank, one idea was never looked up, and in the
German file of one idea every other price is in dollars.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.simulated.demo_demand import AS_OF, COUNTRIES, SEED, read_facts
from tasks.simulated.demo_market_searches import MARKETPLACES, SHOPS
from tasks.simulated.demo_market_terms import LANGUAGES, list_words
from tasks.simulated.demo_market_world import (
    LAST_WEEK,
    QUARTER,
    QUARTERS,
    Product,
    concepts,
    draw_world,
    stars_of,
    start_of,
    weeks_until,
    write_amount,
)
from tasks.simulated.demo_orders import REPORTS

EXPLORED = ("US", "DE", "GB", "JP")
"""Countries whose Product Opportunity Explorer was exported."""
_PAST_QUARTERS = 5
_UNPRICED, _UNSIZED, _UNSTATED = 4, 8, 12
"""Percent of items without price and without sizes, and of an explorer's cells that are blank."""
_TOPICS_FROM = 9
"""Products of an idea, from the first, whose feedback was asked for."""


@cache
def look_days() -> tuple[date, ...]:
    """The days on which items were looked at and the explorer was exported."""
    before = [AS_OF - timedelta(weeks=QUARTER * back, days=3) for back in range(_PAST_QUARTERS, -1, -1)]
    return (*before, AS_OF + timedelta(days=9))


def write_items(country: str) -> bytes:
    """Catalogue items of one country, a row per product and day."""
    column = COUNTRIES.index(country)
    stream = np.random.Generator(np.random.PCG64(SEED + 60 + column))
    world, days = draw_world(), look_days()
    lines = [
        "country,asin,seen_on,title,brand,category,rank,price,currency,reviews,rating,launched_on,in_stock,"
        "weight_kg,length_cm,width_cm,height_cm,features"
    ]
    for idea, row in enumerate(concepts()):
        for product in world.products[idea, country]:
            draws = stream.integers(0, 100, (len(days), 4))
            sizes = "" if int(draws[0, 0]) < _UNSIZED else _sizes(row, product)
            if row["trait"] == "unlisted":
                continue
            launched = start_of(product.launch_week) + timedelta(days=product.place % 7)
            for at, day in enumerate(days):
                if day < launched:
                    continue
                whole = at in (0, len(days) - 2, len(days) - 1) or (day - launched).days < 7 * QUARTER
                unmet = float(world.unmet[idea, column, _quarter(day)])
                reviews, rank = _popularity(product, day)
                minor = product.price_minor * (95 if int(draws[at, 1]) < 15 else 100) // 100
                price = "" if int(draws[0, 3]) < _UNPRICED else write_amount(country, minor)
                currency = REPORTS[country].currency
                if row["trait"] == "mixed_currency" and country == "DE" and product.place % 2:
                    currency = "USD"
                out = int(draws[at, 2]) < int(2 + 14 * unmet)
                cells = [
                    country, product.asin, day.isoformat(),
                    _text(product.title) if whole else "", product.brand, row["category"] if whole else "", str(rank),
                    price, currency, str(reviews), _tenths(stars_of(unmet, product)) if reviews else "",
                    launched.isoformat(), "no" if out else "yes",
                    sizes if whole and sizes else ",,,", _text(";".join(product.features)) if whole else "",
                ]  # fmt: skip
                lines.append(",".join(cells))
    return ("\n".join(lines) + "\n").encode()


def _quarter(day: date) -> int:
    return min(weeks_until(day) // QUARTER, QUARTERS - 1)


def _popularity(product: Product, day: date) -> tuple[int, int]:
    """Ratings that it has, and its place among best sellers."""
    age = max((day - start_of(product.launch_week)).days, 0)
    pace = product.reviews_per_week if product.succeeds or product.launch_week < 0 else product.reviews_per_week / 8.0
    return int(pace * age / 7.0), int(60_000.0 / (pace + 0.2)) + product.place


def _sizes(row: dict[str, str], product: Product) -> str:
    """Weight and sides of the packed product."""
    if product.sku:
        own = next(each for each in read_facts("products") if each["sku"] == product.sku)
        return ",".join(own[name] for name in ("weight_kg", "length_cm", "width_cm", "height_cm"))
    grams = int(row["weight_g"]) * (80 + product.place * 7 % 45) // 100
    length, width = 20 + min(grams // 60, 26), 14 + min(grams // 90, 20)
    height = max(grams * 6 // (length * width), 2)
    return f"{grams / 1000},{length},{width},{height}"


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _text(text: str) -> str:
    return f'"{text}"' if "," in text else text


def write_feedback() -> bytes:
    """Feedback topics of all countries but the US, a row per topic."""
    lines = ["country,asin,topic,kind,sentiment,mentions,occurrence_share,star_impact"]
    for country in COUNTRIES:
        for _, product, topics in _list_topics(country) if country != "US" else ():
            for topic, kind, sentiment, mentions, percent, impact in topics:
                place = f"{country},{product.asin},{topic},{kind},{sentiment}"
                lines.append(f"{place},{mentions},{percent}%,{impact / 10}")
    return ("\n".join(lines) + "\n").encode()


def write_feedback_answers() -> bytes:
    """Feedback topics of the US as the operations answer them, an answer per line."""
    return ("[\n" + ",\n".join(_list_answers()) + "\n]\n").encode()


def _list_topics(country: str) -> Iterator[tuple[int, Product, list[tuple[str, str, str, int, int, int]]]]:
    """Idea, product, and its topics: name, kind, sentiment, mentions, percent, effect in tenths of a star."""
    world, column = draw_world(), COUNTRIES.index(country)
    spoken = {row["category"]: row for row in read_facts("market_topics")}
    for idea, row in enumerate(concepts()):
        if row["trait"] == "unlisted":
            continue
        unmet = float(world.unmet[idea, column, _quarter(AS_OF)])
        bad, good, back = (spoken[row["category"]][name].split(";") for name in ("negative", "positive", "returned"))
        for product in world.products[idea, country]:
            if product.place >= _TOPICS_FROM and not product.sku:
                continue
            total = 30 + product.weight // 4
            negative = int(10 + 58 * unmet)
            pleased = 100 - negative
            second = bad[1] if product.place % 3 < 2 else bad[-1]
            topics = [
                (
                    bad[0],
                    "review",
                    "negative",
                    total * negative * 6 // 1000,
                    negative * 6 // 10,
                    -int(8 + 12 * unmet),
                ),
                (second, "review", "negative", total * negative * 4 // 1000, negative * 4 // 10, -int(5 + 9 * unmet)),
                (good[0], "review", "positive", total * pleased * 65 // 10_000, pleased * 5 // 10, 6),
                (good[1], "review", "positive", total * pleased * 35 // 10_000, pleased * 3 // 10, 4),
            ]
            if product.place % 2 == 0:
                topics.append((back[0], "return", "negative", total * negative // 400, negative * 7 // 10, 0))
            yield idea, product, topics


def _list_answers() -> Iterator[str]:
    """What getItemReviewTopics answers per product, then getBrowseNodeReturnTopics per category."""
    period = {"startDate": "2025-05-20T00:00:00.000Z", "endDate": "2025-11-20T00:00:00.000Z"}
    place = {"marketplaceId": MARKETPLACES["US"], "countryCode": "US"}
    returned: dict[str, int] = {}
    for idea, product, topics in _list_topics("US"):
        named: dict[str, list[object]] = {"positiveTopics": [], "negativeTopics": []}
        for topic, kind, sentiment, mentions, percent, impact in topics:
            if kind == "return":
                returned.setdefault(concepts()[idea]["category"], percent)
                continue
            metrics = {"numberOfMentions": mentions, "occurrencePercentage": percent, "starRatingImpact": impact / 10}
            named[f"{sentiment}Topics"].append({"topic": topic, "asinMetrics": metrics})
        answer = {"asin": product.asin, "itemName": product.title, **place, "dateRange": period, "topics": named}
        yield json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    spoken = {row["category"]: row["returned"].split(";") for row in read_facts("market_topics")}
    for number, (category, percent) in enumerate(returned.items()):
        answer = {"browseNodeId": str(1_063_000 + 37 * number), "displayName": category, **place, "dateRange": period}
        named_back = [
            {"topic": topic, "browseNodeMetrics": {"occurrencePercentage": {"allProducts": max(percent - 6 * at, 1)}}}
            for at, topic in enumerate(spoken[category])
        ]
        yield json.dumps({**answer, "topics": named_back}, ensure_ascii=False, separators=(",", ":"))


_EXPLORER_HEADERS: dict[str, tuple[str, ...]] = {
    "US": (
        "Marketplace", "Export Date", "Customer Need", "Top Search Terms", "Search Volume (Past 90 days)",
        "Search Volume Growth (Past 90 days)", "Search Volume Growth (Past 180 days)", "Units Sold (Past 90 days)",
        "# of Top Clicked Products", "Average Price (USD)", "Top 5 Products Click Share",
        "Top 20 Products Click Share", "New Products Launched (Past 180 days)", "Successful Launches (Past 180 days)",
        "Average Out of Stock Rate", "Return Rate (Past 90 days)",
    ),
    "DE": (
        "Marktplatz", "Exportdatum", "Kundenbedürfnis", "Top-Suchbegriffe", "Suchvolumen (letzte 90 Tage)",
        "Wachstum des Suchvolumens (letzte 90 Tage)", "Wachstum des Suchvolumens (letzte 180 Tage)",
        "Verkaufte Einheiten (letzte 90 Tage)", "Anzahl der meistgeklickten Produkte", "Durchschnittspreis",
        "Klickanteil der Top-5-Produkte", "Klickanteil der Top-20-Produkte",
        "Neu eingeführte Produkte (letzte 180 Tage)", "Erfolgreiche Einführungen (letzte 180 Tage)",
        "Nicht-auf-Lager-Quote", "Rückgabequote",
    ),
    "JP": (
        "国", "エクスポート日", "カスタマーニーズ", "上位の検索語", "検索ボリューム（過去90日間）",
        "検索ボリュームの伸び（過去90日間）", "検索ボリュームの伸び（過去180日間）", "販売数（過去90日間）",
        "クリック上位の商品数", "平均価格", "上位5商品のクリックシェア", "上位20商品のクリックシェア",
        "新商品の発売数（過去180日間）", "成功した発売数（過去180日間）", "在庫切れ率", "返品率",
    ),
}  # fmt: skip
_EXPLORER_HEADERS["GB"] = tuple(header.replace("USD", "GBP") for header in _EXPLORER_HEADERS["US"])


def write_explorer(country: str) -> bytes:
    """Product Opportunity Explorer of one country, a row per need and export; some cells are blank."""
    column = COUNTRIES.index(country)
    stream = np.random.Generator(np.random.PCG64(SEED + 70 + column))
    lines = [",".join(_EXPLORER_HEADERS[country])]
    for day in look_days():
        for idea, row in enumerate(concepts()):
            blank = stream.integers(0, 100, 12) < _UNSTATED
            if row["trait"] == "unlisted":
                continue
            words = list_words(row["concept"], LANGUAGES[country])
            top = [text for _, text in sorted((-weight, text) for text, weight in words.terms.items())][:3]
            cells = _measure_need(idea, country, day)
            if country != "US" or row["trait"] == "":
                cells = ["" if empty else cell for cell, empty in zip(cells, blank, strict=True)]
            lines.append(",".join([SHOPS[country], day.isoformat(), words.heads[0][0], ";".join(top), *cells]))
    return ("\n".join(lines) + "\n").encode("utf-8-sig" if country == "JP" else "utf-8")


def _measure_need(idea: int, country: str, day: date) -> list[str]:
    """The twelve figures of a need on a day."""
    world, column = draw_world(), COUNTRIES.index(country)
    weekly = world.searches[idea, column]
    last = min(weeks_until(day), LAST_WEEK + 2)
    unmet = float(world.unmet[idea, column, _quarter(day)])
    volume = _sum(weekly, last, 13)
    products = [each for each in world.products[idea, country] if start_of(each.launch_week) <= day]
    weights = sorted((each.weight for each in products), reverse=True)
    named = 1000.0 / max(800 + int(1300 * unmet), 1000) * 100.0
    launched = [each for each in products if (day - start_of(each.launch_week)).days <= 180]
    prices = [each.price_minor for each in products]
    return [
        str(int(volume)) if volume else "",
        _growth(volume, _sum(weekly, last - 13, 13)),
        _growth(_sum(weekly, last, 26), _sum(weekly, last - 26, 26)),
        str(int(volume * (0.11 - 0.05 * unmet))) if volume else "",
        str(len(products)),
        write_amount(country, sum(prices) // len(prices)),
        f"{int(named * sum(weights[:5]) * 10 / sum(weights)) / 10}%",
        f"{int(named * 10) / 10}%" if named < 100 else "100%",
        str(len(launched)),
        str(sum(each.succeeds for each in launched)),
        f"{int(20 + 140 * unmet) / 10}%",
        f"{int(25 + 90 * unmet) / 10}%",
    ]


def _sum(weekly: NDArray[np.float64], end: int, weeks: int) -> float:
    """Searches of the weeks before `end`; 0 where not all are known."""
    total = 0.0
    for week in range(end - weeks, end):
        if week < 0:
            return 0.0
        total += float(weekly[week])
    return total


def _growth(now: float, before: float) -> str:
    return f"{int((now - before) * 1000.0 / before) / 10}%" if now and before else ""
