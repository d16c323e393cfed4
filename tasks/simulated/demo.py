"""The demo seller's exports: what a Chinese home-textile maker would lay into its folder; all of it is generated.

Haina Home Textiles sells 45 products on Amazon in six countries, from a hub in Shenzhen. What is fixed (products,
suppliers, lanes …) are the tables of `demo_facts/`; order lines, returns, stock and the log of reports are computed
from them and one seed. Dates are fixed and nothing depends on today: the order lines run 13 weeks past `AS_OF`, so
that what was decided on that morning can be compared with what buyers did afterwards.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from math import fsum
from pathlib import Path

import numpy as np

from tasks.simulated.demo_customs import list_customs_values
from tasks.simulated.demo_demand import (
    AS_OF,
    COUNTRIES,
    FIRST_DAY,
    LAST_DAY,
    Lines,
    draw_lines,
    expected_weekly,
    read_facts,
)
from tasks.simulated.demo_orders import CANCELLED, REPLACED, REPORTS, RESOLD, offset_hours, write_report
from tasks.simulated.demo_storage import list_stock_health, list_storage_accounts

_CHINESE_HEADERS = {
    "sku": "货号",
    "title": "英文品名",
    "title_zh": "中文品名",
    "category": "品类",
    "supplier": "供应商",
    "unit_cost": "采购单价",
    "cost_currency": "币种",
    "vat_invoice": "专票",
    "weight_kg": "毛重kg",
    "length_cm": "长cm",
    "width_cm": "宽cm",
    "height_cm": "高cm",
    "carton_units": "箱规",
    "hs_code": "HS编码",
    "composition": "成分",
    "origin": "原产国",
    "life_cycle": "生命周期",
    "ends_on": "停售日期",
}
"""The product file is an extract of the maker's own ERP: Chinese headers, GB18030."""

_FIXED_TABLES = (
    *("supplier_closures", "purchase_orders", "events", "overrides", "stock_outs", "nodes", "lanes"),
    *("cartons", "rates", "rate_cards", "registrations", "parties", "bills", "shipment_costs", "shipment_events"),
    *("cash_plan", "receiving_times", "country_entries"),
)
_HUB_WEEKS = (4, 6, 3, 7, 5, 2, 8)
_FORWARD_WEEKS = (5, 7, 6, 8, 4, 9)
_REGIONAL_WEEKS = 4
_STALE_COUNTRY, _LAST_GOOD_REPORT = "CA", date(2025, 11, 20)
_FIRST_LOGGED = date(2025, 11, 17)

_README = """\
GENERATED

Everything in this folder was made by Farsail (tasks/simulated/demo.py) from one seed; no buyer, seller, price or
order in it is real. The files have the form of real exports, with the blemishes of real exports, so that the night
can be tried before your own files are at hand. Delete the folder and it is written again, byte for byte.

orders/all-orders-XX.txt   Amazon's all-orders report of each marketplace, {first} to {last}.
                           The night of {as_of} uses what was known on that morning; the 13 weeks after it
                           are there to compare the plan with what buyers did.
exports.csv                when each report was drawn; Canada's has not arrived since {stale}.
products.csv               extract of the maker's ERP: Chinese headers, GB18030; a few facts are missing.
suppliers.csv              semicolons and decimal commas.
bills.csv, shipment_costs.csv, shipment_events.csv
                           what was billed, what was expected, and what happened to shipments under way and
                           received: one overcharge, one line billed twice, one examination, one short receipt.
stock_health.csv, storage_accounts.csv
                           how old the stock is and how full the accounts are, by a fixed rule.
customs_values.csv         what the broker wrote: a customs value for each SKU and country, but two into Japan.
parties.csv                who stands on the papers; every name, address and number is made up.
cash_plan.csv              payouts, rebates and payments of thirteen weeks; the path is lowest early in February,
                           somewhat above the seller's floor.
receiving_times.csv        receiving is slower in the fourth quarter, and around Prime Day.
the rest                   stock, inbound, returns, purchase orders, events, overrides, stock-outs, nodes, lanes,
                           cartons, charges per lane (rates), rate cards, tax registrations,
                           countries that may be entered: comma separated, UTF-8.
"""


def write_demo_exports(folder: Path) -> list[Path]:
    """Write the demo seller's files that are absent; files that exist are left as they are.

    Args:
        folder: The seller's exports folder.
    Returns:
        The files written now, sorted; none when all were there.
    """
    makers = _list_makers()
    absent = [name for name in makers if not (folder / name).exists()]
    if not absent:
        return []
    lines = draw_lines()
    written = []
    for name in absent:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.write_bytes(makers[name](lines))
        unfinished.replace(path)
        written.append(path)
    return sorted(written)


def _list_makers() -> dict[str, Callable[[Lines], bytes]]:
    """File name → what it holds, given the order lines."""
    return {
        **{f"orders/all-orders-{country}.txt": partial(write_report, country) for country in COUNTRIES},
        **{f"{table}.csv": partial(_write_fixed, table) for table in _FIXED_TABLES},
        "suppliers.csv": _write_suppliers,
        "products.csv": _write_products,
        "returns.csv": _write_returns,
        "stock.csv": _write_stock,
        "stock_health.csv": _write_stock_health,
        "storage_accounts.csv": _write_storage_accounts,
        "inbound.csv": _write_inbound,
        "exports.csv": _write_report_log,
        "customs_values.csv": _write_customs_values,
        "README.txt": _write_readme,
    }


def _write_table(rows: Iterable[dict[str, str]], delimiter: str = ",") -> str:
    rows = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write_fixed(table: str, _: Lines) -> bytes:
    return _write_table(read_facts(table)).encode()


def _write_suppliers(_: Lines) -> bytes:
    return _write_table(read_facts("suppliers"), delimiter=";").encode("utf-8-sig")


def _write_customs_values(_: Lines) -> bytes:
    return _write_table(list_customs_values()).encode()


def _write_readme(_: Lines) -> bytes:
    return _README.format(first=FIRST_DAY, last=LAST_DAY, as_of=AS_OF, stale=_LAST_GOOD_REPORT).encode()


def _write_products(_: Lines) -> bytes:
    rows = ({_CHINESE_HEADERS[name]: value for name, value in row.items()} for row in read_facts("products"))
    return _write_table(rows).encode("gb18030")


def _write_returns(lines: Lines) -> bytes:
    """A return for some of the lines that were sent, 6 to 33 days after the order; one row per SKU and day."""
    facts = read_facts("demand")
    kept = ~np.isin(lines.draw, [*CANCELLED, *REPLACED, *RESOLD]) & (lines.units < 100)
    # apparel and textiles that are tried at home come back more often
    share = np.array([6 if row["sku"][3:5] in ("TL", "AP") else 3 for row in facts])
    chosen = np.flatnonzero(kept & (lines.draw * 7 % 100 < share[lines.sku]))
    totals: dict[tuple[int, str, str], list[int]] = {}
    last = (LAST_DAY - FIRST_DAY).days
    for place in chosen.tolist():
        draw = int(lines.draw[place])
        day = int(lines.day[place]) + 6 + (draw + place) % 28
        if day > last:
            continue
        key = day, COUNTRIES[int(lines.country[place])], facts[int(lines.sku[place])]["sku"]
        total = totals.setdefault(key, [0, 0])
        total[0] += 1
        total[1] += place % 10 < 7
    return _write_table(
        {
            "return-date": (FIRST_DAY + timedelta(days=day)).isoformat(),
            "sku": sku,
            "country": country,
            "quantity": str(units),
            "sellable-quantity": str(sellable),
        }
        for (day, country, sku), (units, sellable) in sorted(totals.items())
    ).encode()


def _count_stock() -> dict[tuple[str, str, str], int]:
    """Stock on the as_of morning: weeks of cover by SKU and node, except where `stock_exceptions.csv` says."""
    weekly = expected_weekly()
    units: dict[tuple[str, str, str], int] = {}
    for row, facts in enumerate(read_facts("products")):
        sku, carton = facts["sku"], int(facts["carton_units"])
        for column, country in enumerate(COUNTRIES):
            rate = float(weekly[row, column])
            cover = _FORWARD_WEEKS[(row + 2 * column) % len(_FORWARD_WEEKS)]
            available = int(rate * cover + 0.5)
            if not available:
                continue
            node = f"{country}-FBA"
            units[sku, node, "available"] = available
            units[sku, node, "reserved"] = available * (4 + (row + column) % 5) // 100
            units[sku, node, "receiving"] = available // 6 if (row + 2 * column) % 11 == 0 else 0
            units[sku, node, "researching"] = 3 if (3 * row + column) % 29 == 0 else 0
            units[sku, node, "unfulfillable"] = available // 40 if (row + column) % 4 == 0 else 0
        total = fsum(float(rate) for rate in weekly[row])
        units[sku, "SZ-HUB", "available"] = _whole_cartons(total * _HUB_WEEKS[row % len(_HUB_WEEKS)], carton)
        if row % 3 == 0:
            units[sku, "US-AWD", "available"] = _whole_cartons(float(weekly[row, 0]) * _REGIONAL_WEEKS, carton)
        if row % 4 == 1:
            europe = float(weekly[row, COUNTRIES.index("DE")] + weekly[row, COUNTRIES.index("FR")])
            units[sku, "EU-3PL", "available"] = _whole_cartons(europe * _REGIONAL_WEEKS, carton)
    for exception in read_facts("stock_exceptions"):
        units[exception["sku"], exception["node"], exception["state"]] = int(exception["units"])
    return units


def _write_stock(_: Lines) -> bytes:
    return _write_table(
        {"sku": sku, "node": node, "state": state, "units": str(count)}
        for (sku, node, state), count in sorted(_count_stock().items())
        if count or state == "available"
    ).encode()


def _write_stock_health(_: Lines) -> bytes:
    weekly, facts = expected_weekly(), read_facts("products")
    pairs = {
        (sku, node[:2]): count
        for (sku, node, state), count in _count_stock().items()
        if state == "available" and node.endswith("-FBA")
    }
    rates = {
        (row["sku"], country): float(weekly[place, column])
        for place, row in enumerate(facts)
        for column, country in enumerate(COUNTRIES)
    }
    return _write_table(list_stock_health(pairs, rates, {row["sku"]: row["life_cycle"] for row in facts})).encode()


def _write_storage_accounts(_: Lines) -> bytes:
    return _write_table(list_storage_accounts()).encode()


def _write_inbound(_: Lines) -> bytes:
    weekly = expected_weekly()
    products = {row["sku"]: (place, int(row["carton_units"])) for place, row in enumerate(read_facts("products"))}
    rows = []
    for moving in read_facts("inbound"):
        place, carton = products[moving["sku"]]
        country = COUNTRIES.index(moving["to_node"][:2])
        units = max(carton, _whole_cartons(float(weekly[place, country]) * int(moving["weeks"]), carton))
        rows.append({**{name: text for name, text in moving.items() if name not in ("weeks", "eta")},
                     "units": str(units), "eta": moving["eta"]})  # fmt: skip
    return _write_table(rows).encode()


def _whole_cartons(units: float, carton: int) -> int:
    return int(units / carton + 0.5) * carton


def _write_report_log(_: Lines) -> bytes:
    """The reports drawn until `AS_OF`, one per marketplace and day at midnight there; Canada's began to fail."""
    rows = []
    for offset in range((AS_OF - _FIRST_LOGGED).days + 1):
        day = _FIRST_LOGGED + timedelta(days=offset)
        for country in COUNTRIES:
            if country == _STALE_COUNTRY and day > _LAST_GOOD_REPORT:
                continue
            hours = offset_hours(REPORTS[country].zone, day)
            moment = f"{day}T00:00:00{hours:+03d}:00"
            rows.append({"feed": "order_lines", "country": country, "exported_at": moment})
    return _write_table(rows).encode()
