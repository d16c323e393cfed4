"""The demo seller's order lines as Amazon's all-orders report prints them: one file per marketplace.

The files differ as real ones do: encodings, spellings of headers, zones of timestamps, localised titles. Among the
lines are cancelled orders, replacements, free reviewer copies, resold returns and a few rows that nobody can read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tasks.simulated.demo_demand import COUNTRIES, FIRST_DAY, Lines, read_facts

COLUMNS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "ship-service-level", "product-name", "sku", "asin",
    "item-status", "quantity", "currency", "item-price", "item-tax", "shipping-price", "shipping-tax",
    "gift-wrap-price", "gift-wrap-tax", "item-promotion-discount", "ship-promotion-discount", "ship-city",
    "ship-state", "ship-postal-code", "ship-country", "promotion-ids", "is-business-order",
    "purchase-order-number", "price-designation",
)  # fmt: skip

CANCELLED, REPLACED, RESOLD = range(22), range(22, 27), range(27, 29)
"""Draws (of 1,000) of a line that was cancelled, sent as a free replacement, or sold from returned goods."""
_REVIEWER_DAYS = 35
_CANCELLED_AFTER, _SENT_AFTER = 2 * 3600, 40 * 3600
"""Seconds from purchase to the last change of a line's status."""


@dataclass(frozen=True)
class Report:
    """How one marketplace's report is written."""

    channel: str
    currency: str
    encoding: str
    prefixes: tuple[str, str]
    zone: str
    tax_per_mille: int
    tax_included: bool
    cities: tuple[tuple[str, str, str], ...]
    names: dict[str, str]


_ENGLISH: dict[str, str] = {}
REPORTS: dict[str, Report] = {
    "US": Report("Amazon.com", "USD", "utf-8", ("111", "113"), "pacific", 80, False,
                 (("Columbus", "OH", "43215"), ("Tampa", "FL", "33602"), ("Tacoma", "WA", "98402")), _ENGLISH),
    "CA": Report("Amazon.ca", "CAD", "utf-8-sig", ("701", "702"), "pacific", 130, False,
                 (("Guelph", "ON", "N1H 3A1"), ("Québec", "QC", "G1R 4P5")), _ENGLISH),
    "DE": Report("Amazon.de", "EUR", "cp1252", ("302", "304"), "central europe", 190, True,
                 (("München", "", "80331"), ("Köln", "", "50667"), ("Görlitz", "", "02826")),
                 {"dishcloths": "Spültücher", "towels": "Handtücher", "table linen": "Tischwäsche",
                  "picnic mats": "Picknickdecke", "aprons": "Schürze", "oven mitts": "Ofenhandschuhe"}),
    "FR": Report("Amazon.fr", "EUR", "cp1252", ("402", "405"), "central europe", 200, True,
                 (("Orléans", "", "45000"), ("Nîmes", "", "30000"), ("Besançon", "", "25000")),
                 {"dishcloths": "Lavettes de cuisine", "towels": "Serviettes éponge", "table linen": "Linge de table",
                  "picnic mats": "Tapis de pique-nique", "aprons": "Tablier", "oven mitts": "Maniques rembourrées"}),
    "GB": Report("Amazon.co.uk", "GBP", "utf-8", ("202", "206"), "british", 200, True,
                 (("Leeds", "West Yorkshire", "LS1 4AP"), ("Bristol", "", "BS1 5TR")), _ENGLISH),
    "JP": Report("Amazon.co.jp", "JPY", "cp932", ("249", "503"), "japan", 100, True,
                 (("横浜市", "神奈川県", "220-0011"), ("札幌市", "北海道", "060-0001")),
                 {"dishcloths": "ふきん", "towels": "タオル", "table linen": "テーブルクロス",
                  "picnic mats": "レジャーシート", "aprons": "エプロン", "oven mitts": "鍋つかみ"}),
}  # fmt: skip

_UNREADABLE: dict[str, tuple[tuple[int, str, str], ...]] = {
    # permille of the file, column, what stands there
    "US": ((90, "purchase-date", "2024-02-30T10:12:00+00:00"), (210, "sku", ""), (330, "quantity", "two"),
           (480, "purchase-date", ""), (610, "item-price", "see invoice"), (700, "sku", "")),
    "DE": ((120, "quantity", "zwei"), (400, "purchase-date", "31.02.2025 18:20"), (650, "sku", "")),
    "FR": ((150, "quantity", "deux"), (520, "purchase-date", "date inconnue"), (730, "item-price", "—")),
    "GB": ((180, "quantity", "1 pack"), (560, "sku", "")),
    "JP": ((260, "quantity", "二"), (600, "purchase-date", "令和7年")),
    "CA": ((300, "sku", ""), (640, "quantity", "-")),
}  # fmt: skip


def write_report(country: str, lines: Lines) -> bytes:
    """One marketplace's all-orders report, tab separated, in that report's encoding."""
    report = REPORTS[country]
    header = COLUMNS if country != "CA" else tuple(column.replace("-", "_") for column in COLUMNS)
    rows = list(_list_rows(country, lines))
    for permille, column, text in reversed(_UNREADABLE[country]):
        place = len(rows) * permille // 1000
        broken = list(_first_shipped(rows, place))
        broken[0] = f"{broken[0][:-7]}{9_000_000 + permille}"
        broken[COLUMNS.index(column)] = text
        rows.insert(place, tuple(broken))
    text = "\r\n".join("\t".join(row) for row in [header, *rows]) + "\r\n"
    return text.encode(report.encoding)


def offset_hours(zone: str, day: date) -> int:
    """Hours that the zone's clock is ahead of UTC on a day (rules of 2023 … 2026, kept here so that the files do
    not depend on the machine's table of zones)."""
    if zone == "japan":
        return 9
    if zone == "pacific":
        return -8 + (_sunday(day.year, 3, 8) <= day < _sunday(day.year, 11, 1))
    summer = _sunday(day.year, 3, 25) <= day < _sunday(day.year, 10, 25)
    return (1 if zone == "central europe" else 0) + summer


def _sunday(year: int, month: int, from_day: int) -> date:
    day = date(year, month, from_day)
    return day + timedelta(days=(6 - day.weekday()) % 7)


def _first_shipped(rows: list[tuple[str, ...]], place: int) -> tuple[str, ...]:
    status, price = COLUMNS.index("order-status"), COLUMNS.index("item-price")
    return next(row for row in rows[place:] if row[status] == "Shipped" and row[price] not in ("0", "0.00"))


def _list_rows(country: str, lines: Lines) -> Iterator[tuple[str, ...]]:
    report = REPORTS[country]
    mine = np.flatnonzero(lines.country == COUNTRIES.index(country))
    facts = read_facts("demand")
    products = {row["sku"]: row for row in read_facts("products")}
    titles = [_title(products[row["sku"]], report) for row in facts]
    prices = [int(row[f"price_{country}"]) for row in facts]
    launched = [(date.fromisoformat(row["launched"]) - FIRST_DAY).days if row["launched"] else -999 for row in facts]
    discounts = _list_discounts(country)
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(int(lines.day.max()) + 1)]
    number, previous = 0, (-1, -1)
    for sku, day, second, units, draw in zip(
        *(column[mine].tolist() for column in (lines.sku, lines.day, lines.second, lines.units, lines.draw)),
        strict=True,
    ):
        joined = draw % 16 == 15 and previous[0] == day  # some orders hold two lines
        if not joined:
            number, previous = number + 1, (day, second)
        moment = _print_moment(report, days[day], previous[1])
        code, asin = facts[sku]["sku"], f"B0{sku * 7919 % 10_000_000 + 10_000_000:08d}"
        amount, off, promotion = prices[sku] * units, 0, ""
        percent = discounts.get((sku, day), 0)
        if percent:
            off, promotion = amount * percent // 100, f"PAWS-V2-{day:04d}-{percent}"
        if 0 <= day - launched[sku] < _REVIEWER_DAYS and draw % 9 == 0:
            off, promotion = amount, f"vine.enrollment.{sku:04d}-{day:04d}"
        elif draw in RESOLD:
            code, amount, off = f"amzn.gr.{code}-{draw}{day:04d}-VG", amount * 6 // 10, 0
        if draw in REPLACED:
            amount, off, promotion = 0, 0, ""
        cancelled = draw in CANCELLED
        changed = _print_moment(report, days[day], previous[1] + (_CANCELLED_AFTER if cancelled else _SENT_AFTER))
        status = "Cancelled" if cancelled else "Shipped"
        tax = _tax(report, amount - off)
        city, state, postcode = report.cities[number % len(report.cities)]
        zero = _print_amount(report, 0)
        yield (
            f"{report.prefixes[number % 2]}-{number * 7919 % 10_000_000:07d}-{number * 104_729 % 10_000_000:07d}",
            "", moment, changed, status, "Amazon", report.channel, "WebsiteOrderChannel",
            "Expedited" if draw % 3 else "Standard", titles[sku], code, asin,
            status, "0" if cancelled else str(units), "" if cancelled else report.currency,
            "" if cancelled else _print_amount(report, amount), "" if cancelled else _print_amount(report, tax),
            *("" if cancelled else zero for _ in range(4)),
            _print_amount(report, off) if off else "", "", city, state, postcode, country, promotion,
            "true" if units >= 10 else "false", "", "Business Price" if units >= 100 else "",
        )  # fmt: skip


def _title(product: dict[str, str], report: Report) -> str:
    local = report.names.get(product["category"])
    return f"Haina {local} {product['sku'][3:]}" if local else f"Haina {product['title']}"


def _list_discounts(country: str) -> dict[tuple[int, int], int]:
    """Percent off the price on days of own promotions, by (SKU, day): a fifth, once the uplift exceeds 60 %."""
    skus = [row["sku"] for row in read_facts("demand")]
    found: dict[tuple[int, int], int] = {}
    for event in read_facts("events"):
        if event["country"] not in ("*", country):
            continue
        first = (date.fromisoformat(event["first_day"]) - FIRST_DAY).days
        last = (date.fromisoformat(event["last_day"]) - FIRST_DAY).days
        percent = 20 if int(event["uplift_percent"]) > 60 else 10
        for sku in range(len(skus)) if event["sku"] == "*" else [skus.index(event["sku"])]:
            for day in range(first, last + 1):
                found[sku, day] = percent
    return found


def _tax(report: Report, amount: int) -> int:
    if report.tax_included:
        return amount * report.tax_per_mille // (1000 + report.tax_per_mille)
    return amount * report.tax_per_mille // 1000


def _print_amount(report: Report, minor: int) -> str:
    return str(minor) if report.currency == "JPY" else f"{minor // 100}.{minor % 100:02d}"


def _print_moment(report: Report, day: date, second: int) -> str:
    hours = 0 if report.zone == "japan" else offset_hours(report.zone, day)
    days, rest = divmod(second - hours * 3600, 86_400)
    clock = f"{day + timedelta(days=days)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    if report.zone == "japan":
        return f"{clock}+09:00"
    return f"{clock}{'Z' if report.currency == 'CAD' else '+00:00'}"
