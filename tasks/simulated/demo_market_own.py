"""What the demo's seller sees of its own products: search query and catalogue performance, sales and traffic.

Units and sales are those of the order lines, week by week; visits follow from them by each product's conversion, and
`demo_facts/market_traffic.csv` says where conversion broke, the buy box was lost or much came back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.simulated.demo_demand import COUNTRIES, FIRST_DAY, SEED, Lines, read_facts
from tasks.simulated.demo_market_searches import FIRST_REPORTED_WEEK, Term, build_report, list_terms
from tasks.simulated.demo_market_world import (
    FIRST_WEEK,
    LAST_WEEK,
    QUARTER,
    WEEKS,
    Product,
    concepts,
    draw_world,
    own_asin,
    start_of,
    write_amount,
)
from tasks.simulated.demo_orders import CANCELLED, REPLACED, REPORTS, RESOLD

_TERMS_SHOWN = 3
_TRAFFIC_WEEKS = 42
_BULK_UNITS = 100
TRAFFIC_REPORTED = ("US",)
"""Countries whose newest weeks come as official reports."""


@cache
def _report_weeks() -> tuple[int, ...]:
    """Every sixth week at first, the last six, and those after the morning."""
    return tuple(week for week in range(WEEKS) if week % 6 == 5 or week > LAST_WEEK - 6)


def _list_own(country: str) -> Iterator[tuple[int, Product]]:
    world = draw_world()
    for idea in range(len(concepts())):
        yield from ((idea, product) for product in world.products[idea, country] if product.sku)


def _list_queries(country: str, week: int) -> Iterator[tuple[Product, Term, dict[str, int]]]:
    """Each own product's most searched terms with the figures of a week."""
    world, column = draw_world(), COUNTRIES.index(country)
    by_idea: dict[int, list[Term]] = {}
    for term in list_terms(country):
        by_idea.setdefault(term.ideas[0], []).append(term)
    for idea, product in _list_own(country):
        terms = sorted(by_idea.get(idea, []), key=lambda term: (-int(term.volume[LAST_WEEK]), term.text))
        unmet = float(world.unmet[idea, column, week // QUARTER])
        for term in terms[:_TERMS_SHOWN]:
            volume = int(term.volume[week])
            at = next((at for at, each in enumerate(term.products) if each.asin == product.asin), None)
            if at is None or volume < 10 or product.launch_week > week:
                continue
            clicks = volume * (46 - int(14 * unmet)) // 100
            own = clicks * int(term.clicks[at, week]) // 10_000
            bought = clicks * (13 - int(8 * unmet)) // 100
            mine = min(bought * int(term.purchases[at, week]) // 10_000, own)
            prices = sorted(each.price_minor for each in term.products)
            yield product, term, {
                "volume": volume, "impressions": volume * 36, "impressions_own": own * 21, "clicks": clicks,
                "clicks_own": own, "carts": bought * 24 // 10, "carts_own": mine * 24 // 10, "purchases": bought,
                "purchases_own": mine, "price": prices[len(prices) // 2], "price_own": product.price_minor,
            }  # fmt: skip


def write_queries_report(country: str, week: int) -> bytes:
    """Search query performance of one week as the official report has it."""
    rows = list(_list_queries(country, week))
    options = {"reportPeriod": "WEEK", "asin": " ".join(dict.fromkeys(product.asin for product, _, _ in rows))}
    entries = [_query_entry(country, week, *row) for row in rows]
    kind = "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT"
    return build_report(kind, options, country, week, "dataByAsin", entries)


def _query_entry(country: str, week: int, product: Product, term: Term, figures: dict[str, int]) -> str:
    def count(total: str, own: str, name: str, plural: str) -> dict[str, object]:
        whole, mine = figures[total], figures[own]
        return {
            f"total{name}Count": whole, f"total{name}Rate": _ratio(whole, figures["volume"]),
            f"asin{name}Count": mine, f"asin{name}Share": _ratio(mine, whole),
            f"totalMedian{name}Price": _money(country, figures["price"]),
            f"asinMedian{name}Price": _money(country, figures["price_own"]),
            f"totalSameDayShipping{plural}Count": 0, f"totalOneDayShipping{plural}Count": whole // 3,
            f"totalTwoDayShipping{plural}Count": whole // 2,
        }  # fmt: skip

    return json.dumps(
        {
            "startDate": start_of(week).isoformat(),
            "endDate": (start_of(week) + timedelta(days=6)).isoformat(),
            "asin": product.asin,
            "searchQueryData": {
                "searchQuery": term.text, "searchQueryScore": 1, "searchQueryVolume": figures["volume"],
            },
            "impressionData": {
                "totalQueryImpressionCount": figures["impressions"],
                "asinImpressionCount": figures["impressions_own"],
                "asinImpressionShare": _ratio(figures["impressions_own"], figures["impressions"]),
            },
            "clickData": count("clicks", "clicks_own", "Click", "Click"),
            "cartAddData": count("carts", "carts_own", "CartAdd", "CartAdd"),
            "purchaseData": count("purchases", "purchases_own", "Purchase", "Purchase"),
        },
        separators=(",", ":"),
    )  # fmt: skip


def _ratio(part: int, whole: int) -> float:
    return part * 10_000 // whole / 10_000 if whole else 0.0


def _money(country: str, minor: int) -> dict[str, object]:
    currency = REPORTS[country].currency
    return {"amount": minor if currency == "JPY" else minor / 100, "currencyCode": currency}


_QUERY_HEADERS = {
    "DE": (
        "Land", "Berichtsdatum", "ASIN", "Suchanfrage", "Suchanfragevolumen", "Impressionen: Gesamtzahl",
        "Impressionen: ASIN-Anzahl", "Klicks: Gesamtzahl", "Klicks: ASIN-Anzahl",
        "In den Einkaufswagen: Gesamtzahl", "In den Einkaufswagen: ASIN-Anzahl", "Käufe: Gesamtzahl",
        "Käufe: ASIN-Anzahl", "Klicks: Preis (Median)",
    ),
    "FR": (
        "Pays", "Date du rapport", "ASIN", "Requête de recherche", "Volume de requêtes de recherche",
        "Impressions : nombre total", "Impressions : nombre d’ASIN", "Clics : nombre total", "Clics : nombre d’ASIN",
        "Ajouts au panier : nombre total", "Ajouts au panier : nombre d’ASIN", "Achats : nombre total",
        "Achats : nombre d’ASIN", "Clics : prix (médian)",
    ),
    "JP": (
        "国", "レポート日", "ASIN", "検索クエリ", "検索クエリのボリューム", "インプレッション: 合計数",
        "インプレッション: ASIN数", "クリック: 合計数", "クリック: ASIN数", "カート追加: 合計数",
        "カート追加: ASIN数", "購入: 合計数", "購入: ASIN数",
        "クリック: 価格（中央値）",
    ),
    "CA": (
        "Country", "Reporting Date", "ASIN", "Search Query", "Search Query Volume", "Impressions: Total Count",
        "Impressions: ASIN Count", "Clicks: Total Count", "Clicks: ASIN Count", "Cart Adds: Total Count",
        "Cart Adds: ASIN Count", "Purchases: Total Count", "Purchases: ASIN Count", "Clicks: Price (Median)",
    ),
}  # fmt: skip
_QUERY_HEADERS |= dict.fromkeys(("US", "GB"), _QUERY_HEADERS["CA"])
QUERIES_REPORTED = ("US", "GB")
_FIGURES = (
    "volume", "impressions", "impressions_own", "clicks", "clicks_own", "carts", "carts_own", "purchases",
    "purchases_own",
)  # fmt: skip


def write_queries_download(country: str) -> bytes:
    """Search query performance as Seller Central's download, in that country's language."""
    lines = [",".join(_QUERY_HEADERS[country])]
    for week in _report_weeks():
        if country in QUERIES_REPORTED and week >= FIRST_REPORTED_WEEK:
            break
        day = (start_of(week) + timedelta(days=6)).isoformat()
        for product, term, figures in _list_queries(country, week):
            cells = [country, day, product.asin, term.text, *(str(figures[name]) for name in _FIGURES)]
            lines.append(",".join([*cells, write_amount(country, figures["price"])]))
    return ("\n".join(lines) + "\n").encode("cp932" if country == "JP" else "utf-8")


def write_catalog_performance(lines: Lines) -> bytes:
    """Search catalogue performance of all countries, a row per own product and every second week."""
    rows = ["country,week,asin,impressions,clicks,cart_adds,purchases,sales,currency"]
    for country in COUNTRIES:
        for week, sku, seen in _list_traffic(country, lines):
            if week % 2 == 0:
                continue
            clicks, bought = seen["sessions"] * 55 // 100, seen["units"] * 6 // 10
            sales = write_amount(country, seen["sales"] * 6 // 10)
            rows.append(
                f"{country},{start_of(week)},{own_asin(sku)},{clicks * 31},{clicks},{bought * 5 // 2},{bought},"
                f"{sales},{REPORTS[country].currency}"
            )
    return ("\n".join(rows) + "\n").encode()


@cache
def _traits() -> dict[tuple[str, str, str], tuple[int, int]]:
    """(SKU, country, trait) → first week and percent."""
    return {
        (row["sku"], row["country"], row["trait"]): (_week_of(row["first_day"]), int(row["percent"]))
        for row in read_facts("market_traffic")
    }


def _week_of(day: str) -> int:
    return (date.fromisoformat(day) - FIRST_WEEK).days // 7


def count_weekly(country: str, lines: Lines) -> NDArray[np.int64]:
    """Units of the order lines that were kept, by (SKU, week)."""
    first = (FIRST_WEEK - FIRST_DAY).days
    kept = (lines.country == COUNTRIES.index(country)) & (lines.units < _BULK_UNITS)
    kept &= ~np.isin(lines.draw, [*CANCELLED, *REPLACED, *RESOLD])
    week = (lines.day - first) // 7
    kept &= (lines.day >= first) & (week < WEEKS)
    units = np.zeros((len(read_facts("demand")), WEEKS), dtype=np.int64)
    np.add.at(units, (lines.sku[kept], week[kept]), lines.units[kept])
    return units


def _list_traffic(country: str, lines: Lines) -> Iterator[tuple[int, str, dict[str, int]]]:
    """Week, SKU and its figures; shares in tenths of a percent."""
    stream = np.random.Generator(np.random.PCG64(SEED + 80 + COUNTRIES.index(country)))
    units = count_weekly(country, lines)
    for place, row in enumerate(read_facts("demand")):
        sku, price = row["sku"], int(row[f"price_{country}"])
        conversion, noise = 7 + int(stream.integers(0, 8)), stream.integers(88, 113, WEEKS)
        box, back = stream.integers(955, 996, WEEKS), stream.integers(20, 61, WEEKS)
        if row[f"weekly_{country}"] == "0":
            continue
        launch = _week_of(row["launched"]) if row["launched"] else 0
        for week in range(max(WEEKS - _TRAFFIC_WEEKS, launch), WEEKS):
            near = [int(units[place, at]) for at in range(week - 2, min(week + 3, WEEKS))]
            sessions = (20 * sum(near) // len(near) * 5 // conversion + 6) * int(noise[week]) // 100
            sold, share, returned = int(units[place, week]), int(box[week]), int(back[week])
            open_days = 7 - _days_out(sku, country, week)
            sessions, share = sessions * (1 + open_days) // 8, share * open_days // 7
            for trait in ("conversion", "buy box", "returns"):
                since, percent = _traits().get((sku, country, trait), (WEEKS, 0))
                if week < since:
                    continue
                if trait == "conversion":
                    sessions = sessions * 100 // percent
                elif trait == "buy box":
                    share = percent * 10
                else:
                    returned = percent * 10
            yield week, sku, {
                "sessions": max(sessions, sold), "views": max(sessions, sold) * 13 // 10, "box": share, "units": sold,
                "sales": sold * price, "refunded": (sold * returned + 500) // 1000,
            }  # fmt: skip


def _days_out(sku: str, country: str, week: int) -> int:
    """Days of a week on which a SKU could not be bought."""
    first, days = start_of(week), 0
    for gap in read_facts("stock_outs"):
        if (gap["sku"], gap["country"]) == (sku, country):
            start = max(first, date.fromisoformat(gap["first_day"]))
            end = min(first + timedelta(days=6), date.fromisoformat(gap["last_day"]))
            days += max((end - start).days + 1, 0)
    return days


def write_traffic_report(country: str, lines: Lines, week: int) -> bytes:
    """Sales and traffic of one week as the official report has it."""
    entries = []
    for at, sku, seen in _list_traffic(country, lines):
        if at != week:
            continue
        entry = {
            "parentAsin": own_asin(sku), "childAsin": own_asin(sku), "sku": sku,
            "salesByAsin": {
                "unitsOrdered": seen["units"], "orderedProductSales": _money(country, seen["sales"]),
                "totalOrderItems": seen["units"], "unitsRefunded": seen["refunded"],
            },
            "trafficByAsin": {
                "browserSessions": seen["sessions"] // 3,
                "mobileAppSessions": seen["sessions"] - seen["sessions"] // 3, "sessions": seen["sessions"],
                "pageViews": seen["views"], "buyBoxPercentage": seen["box"] / 10,
                "unitSessionPercentage": _ratio(seen["units"] * 100, seen["sessions"]),
            },
        }  # fmt: skip
        entries.append(json.dumps(entry, separators=(",", ":")))
    options = {"dateGranularity": "WEEK", "asinGranularity": "SKU"}
    return build_report("GET_SALES_AND_TRAFFIC_REPORT", options, country, week, "salesAndTrafficByAsin", entries)


def write_traffic_download(country: str, lines: Lines) -> bytes:
    """Sales and traffic, a row per SKU and week."""
    german = ("Land", "Woche", "SKU", "Sitzungen – Summe", "Seitenaufrufe – Summe", "Prozentsatz Einkaufswagen",
              "Bestellte Einheiten", "Bestellsumme", "Erstattete Einheiten")  # fmt: skip
    english = ("Country", "Week", "SKU", "Sessions - Total", "Page Views - Total", "Featured Offer Percentage",
               "Units Ordered", "Ordered Product Sales", "Units Refunded")  # fmt: skip
    rows = [",".join(german if country == "DE" else english)]
    for week, sku, seen in _list_traffic(country, lines):
        if country in TRAFFIC_REPORTED and week >= FIRST_REPORTED_WEEK:
            continue
        rows.append(
            f"{country},{start_of(week)},{sku},{seen['sessions']},{seen['views']},{seen['box'] / 10}%,"
            f"{seen['units']},{write_amount(country, seen['sales'])},{seen['refunded']}"
        )
    return ("\n".join(rows) + "\n").encode()
