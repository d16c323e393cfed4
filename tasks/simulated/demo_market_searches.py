"""What Brand Analytics reports of the demo's market: each term's rank and the three products clicked most after it.

A product's clicks after a term are its weight × the term's liking for it × some noise of four weeks × its launch; the
report names the three best, and the share that they leave unnamed grows with unmet need, but where one brand owns the
idea. Their share of purchases is their share of clicks × (1.05 − 0.6 × unmet need), with some noise. Terms beyond the
rank that the seller's export goes to are left out, as are the third and second product where searches are few.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.simulated.demo_demand import COUNTRIES, SEED
from tasks.simulated.demo_market_terms import LANGUAGES, list_words
from tasks.simulated.demo_market_world import (
    QUARTER,
    TOP_SEARCHES,
    WEEKS,
    Product,
    World,
    concepts,
    draw_world,
    is_owned,
    start_of,
)

MARKETPLACES = {
    "US": "ATVPDKIKX0DER", "DE": "A1PA6795UKMFR9", "FR": "A13V1IB3VIYZZH", "GB": "A1F83G8C2ARO7P",
    "JP": "A1VC38T7YXB528", "CA": "A2EUQ1WTGCTBG2",
}  # fmt: skip
SHOPS = {
    "US": "Amazon.com", "DE": "Amazon.de", "FR": "Amazon.fr", "GB": "Amazon.co.uk", "JP": "Amazon.co.jp",
    "CA": "Amazon.ca",
}  # fmt: skip
REPORTED = ("US", "GB", "CA")
FIRST_REPORTED_WEEK = 76
"""From this week on the seller draws reports; earlier weeks are downloads of Seller Central."""
MISSING_WEEK = ("FR", 60)
_LAST_RANK = {"US": 1_000_000, "DE": 90_000, "FR": 50_000, "GB": 40_000, "JP": 70_000, "CA": 25_000}
_FIRST_UNLISTED_WEEK = 70
"""The idea that was never looked up came into the export in this week."""
_LED, _EVEN = 2, 100
"""Every term of an idea likes its two leading products about alike [percent]."""
_NARROW, _LIKED = 0.1, 240
"""A term of less than this share of its idea may like the seller's own product so much [percent]."""
_THREE_FROM, _TWO_FROM = 600, 40
"""Mean searches a week from which three and two products are named."""


@dataclass(frozen=True)
class Term:
    """One search term in one country.

    Attributes:
        ideas: The product ideas that it belongs to.
        volume: Searches by week.
        rank: Place among all terms by week; 0 where it is not reported.
        products: Candidates for its clicks.
        best: Positions of the three most clicked, by (place, week).
        clicks: Ten thousandths of its clicks, by (candidate, week).
        purchases: Ten thousandths of its purchases, by (candidate, week).
    """

    text: str
    ideas: tuple[int, ...]
    volume: NDArray[np.int64]
    rank: NDArray[np.int64]
    products: tuple[Product, ...]
    best: NDArray[np.int64]
    clicks: NDArray[np.int64]
    purchases: NDArray[np.int64]


@cache
def list_terms(country: str) -> tuple[Term, ...]:
    """Every term that is reported in some week of a country, in the order of the tables."""
    world, column = draw_world(), COUNTRIES.index(country)
    stream = np.random.Generator(np.random.PCG64(SEED + 50 + column))
    ideas_of: dict[str, dict[int, float]] = {}
    for idea, row in enumerate(concepts()):
        weights = list_words(row["concept"], LANGUAGES[country]).terms
        drawn = stream.integers(75, 131, len(weights))
        parts = [weight * int(draw) for weight, draw in zip(weights.values(), drawn, strict=True)]
        total = sum(parts)
        for text, part in zip(weights, parts, strict=True):
            ideas_of.setdefault(text, {})[idea] = part / total
    market = 1.0 + stream.integers(-20, 21, WEEKS) / 1000.0
    terms = []
    for text, shares in ideas_of.items():
        volume = np.zeros(WEEKS)
        for idea, share in shares.items():
            volume = volume + world.searches[idea, column] * share
        volume = volume * (1.0 + stream.integers(-8, 9, WEEKS) / 100.0)
        seen = volume * (1.0 + stream.integers(-30, 31, WEEKS) / 1000.0)
        rank = (TOP_SEARCHES[country] * market / np.maximum(seen, 1.0)).astype(np.int64) + 1
        rank = np.where(rank <= _LAST_RANK[country], rank, 0)
        if concepts()[next(iter(shares))]["trait"] == "unlisted":
            rank[:_FIRST_UNLISTED_WEEK] = 0
        clicked = _click(world, column, country, shares, stream)
        if rank.any():
            terms.append(Term(text, tuple(shares), volume.astype(np.int64), rank, *clicked))
    return _settle_ranks(terms)


def _click(
    world: World, column: int, country: str, shares: dict[int, float], stream: np.random.Generator
) -> tuple[tuple[Product, ...], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    whole = sum(shares.values())
    pool = [(product, share / whole) for idea, share in shares.items() for product in world.products[idea, country]]
    weight = np.array([int(product.weight * part) for product, part in pool])
    liking = stream.integers(72, 129, len(pool))
    for at, (product, _) in enumerate(pool):
        if product.place < _LED:
            liking[at] = _EVEN + liking[at] % _EVEN // 10
        if product.sku and max(shares.values()) < _NARROW and liking[at] % 2:
            liking[at] = _LIKED
    noise = np.repeat(stream.integers(92, 109, (len(pool), WEEKS // 4)), 4, axis=1)
    score = (weight * liking)[:, None] * noise * np.array([_ramp(product) for product, _ in pool])
    unmet = world.unmet[next(iter(shares)), column][np.arange(WEEKS) // QUARTER]
    tail = 800 + (1300.0 * unmet).astype(np.int64)
    if is_owned(concepts()[next(iter(shares))]):
        tail = np.full(WEEKS, 1000)
    clicks = score * 10_000_000 // (np.maximum(score.sum(axis=0), 1) * tail)
    bought = 105 - (60.0 * unmet).astype(np.int64) + stream.integers(-15, 16, clicks.shape)
    best = np.argsort(-score, axis=0, kind="stable")[:3]
    return tuple(product for product, _ in pool), best, clicks, clicks * bought // 100


def _ramp(product: Product) -> NDArray[np.int64]:
    """Per mille of its weight by week: none before the launch, all after twelve weeks; little if it did not sell."""
    age = np.arange(WEEKS) - product.launch_week + 1
    grown: NDArray[np.int64] = np.clip(age, 0, 12) * 1000 // 12
    if product.launch_week >= 0:
        grown = grown * (13 if product.succeeds else 2) // 10
    return grown


def _settle_ranks(terms: list[Term]) -> tuple[Term, ...]:
    """No two terms of a week share a rank: the later of two moves one down."""
    for week in range(WEEKS):
        last = 0
        for term in sorted((term for term in terms if term.rank[week]), key=lambda term: int(term.rank[week])):
            last = max(last + 1, int(term.rank[week]))
            term.rank[week] = last
    return tuple(terms)


def list_week(country: str, week: int) -> Iterator[tuple[Term, int, list[tuple[Product, int, int]]]]:
    """The report of one week, by rank: term, rank, and the products named with their clicks and purchases."""
    if (country, week) == MISSING_WEEK:
        return
    for term in sorted(
        (term for term in list_terms(country) if term.rank[week]), key=lambda term: int(term.rank[week])
    ):
        usual = int(term.volume.sum()) // WEEKS
        named = 3 if usual >= _THREE_FROM else 2 if usual >= _TWO_FROM else 1
        rows = []
        for at in term.best[:named, week].tolist():
            clicks = int(term.clicks[at, week])
            if clicks:
                rows.append((term.products[at], clicks, int(term.purchases[at, week])))
        if rows:
            yield term, int(term.rank[week]), rows


def write_search_report(country: str, week: int) -> bytes:
    """The official report of one week."""
    shop = SHOPS[country]
    entries = [
        f'{{"departmentName":"{shop}","searchTerm":{json.dumps(term.text)},"searchFrequencyRank":{rank},'
        f'"clickedAsin":"{product.asin}","clickShareRank":{place},"clickShare":{clicks / 10_000},'
        f'"conversionShare":{purchases / 10_000}}}'
        for term, rank, named in list_week(country, week)
        for place, (product, clicks, purchases) in enumerate(named, start=1)
    ]
    kind = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
    return build_report(kind, {"reportPeriod": "WEEK"}, country, week, "dataByDepartmentAndSearchTerm", entries)


def build_report(kind: str, options: dict[str, str], country: str, week: int, name: str, entries: list[str]) -> bytes:
    """An official report of one week, an entry per line."""
    specification = {
        "reportType": kind,
        "reportOptions": options,
        "dataStartTime": start_of(week).isoformat(),
        "dataEndTime": (start_of(week) + timedelta(days=6)).isoformat(),
        "marketplaceIds": [MARKETPLACES[country]],
    }
    body = ",\n".join(entries)
    return f'{{"reportSpecification":{json.dumps(specification)},"{name}":[\n{body}\n]}}\n'.encode()


@dataclass(frozen=True)
class _Download:
    """How Seller Central of one country writes its download of search terms."""

    encoding: str
    delimiter: str
    rank: str
    term: str
    product: tuple[str, str, str, str]
    day: str
    percent: str
    comma: bool


_ENGLISH = _Download(
    "utf-8-sig", ",", "Search Frequency Rank", "Search Term",
    ("Top Clicked Product #{}: ASIN", "Top Clicked Product #{}: Product Title",
     "Top Clicked Product #{}: Click Share", "Top Clicked Product #{}: Conversion Share"),
    "Reporting Date", "", False,
)  # fmt: skip
_DOWNLOADS = {
    "US": _ENGLISH, "GB": _ENGLISH, "CA": _ENGLISH,
    "DE": _Download(
        "cp1252", ";", "Suchhäufigkeitsrang", "Suchbegriff",
        ("Meistgeklicktes Produkt #{}: ASIN", "Meistgeklicktes Produkt #{}: Produkttitel",
         "Meistgeklicktes Produkt #{}: Klickanteil", "Meistgeklicktes Produkt #{}: Conversion-Anteil"),
        "Berichtsdatum", " %", True),
    "FR": _Download(
        "utf-8", ";", "Classement de fréquence de recherche", "Terme de recherche",
        ("Produit le plus cliqué #{} : ASIN", "Produit le plus cliqué #{} : Titre du produit",
         "Produit le plus cliqué #{} : Part des clics", "Produit le plus cliqué #{} : Part des conversions"),
        "Date du rapport", "%", True),
    "JP": _Download(
        "cp932", ",", "検索頻度ランク", "検索用語",
        ("クリック上位の商品 #{}: ASIN", "クリック上位の商品 #{}: 商品名", "クリック上位の商品 #{}: クリックシェア",
         "クリック上位の商品 #{}: コンバージョンシェア"), "レポート日", "%", False),
}  # fmt: skip


def write_search_download(country: str) -> bytes:
    """The downloads of one country, a row per term and week with three products side by side."""
    form = _DOWNLOADS[country]
    headers = [form.rank, form.term]
    headers += [name.format(place) for place in (1, 2, 3) for name in form.product]
    last = FIRST_REPORTED_WEEK if country in REPORTED else WEEKS
    lines = [_quote([*headers, form.day], form)]
    titled = country not in REPORTED
    for week in range(last):
        day = (start_of(week) + timedelta(days=6)).isoformat()
        for term, rank, named in list_week(country, week):
            cells = [str(rank), term.text]
            for product, clicks, purchases in named:
                title = product.title if titled and week % 13 == 12 else ""
                cells += [product.asin, title, _percent(clicks, form), _percent(purchases, form)]
            cells += [""] * (4 * (3 - len(named)))
            lines.append(_quote([*cells, day], form))
    return ("\r\n".join(lines) + "\r\n").encode(form.encoding)


def _quote(cells: list[str], form: _Download) -> str:
    return form.delimiter.join(f'"{cell}"' if form.delimiter in cell else cell for cell in cells)


def _percent(ten_thousandths: int, form: _Download) -> str:
    if not form.percent:
        return f"{ten_thousandths / 10_000}"
    text = f"{ten_thousandths // 100}.{ten_thousandths % 100:02d}"
    return (text.replace(".", ",") if form.comma else text) + form.percent
