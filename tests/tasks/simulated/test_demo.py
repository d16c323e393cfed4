"""The demo seller's files: always the same bytes, and every trait that the demo promises is in them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.seller import read_seller
from tasks.simulated import demo, demo_watch
from tasks.simulated.demo_demand import AS_OF, COUNTRIES, FACTS, FIRST_DAY, LAST_DAY, Lines, draw_lines, read_facts
from tasks.simulated.demo_market import FOLDER
from tasks.simulated.demo_orders import COLUMNS, REPORTS, offset_hours

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = "6aaf27267844aa06fe094ce0aa9e9c9752c0031526bd292a5c1d5a35a552dab3"
"""Digest of all files; a change of the demo's data changes it, a change of machine does not."""

DIGEST_SCRIPT = """
import sys
from pathlib import Path
from tasks.simulated.demo import write_demo_exports
write_demo_exports(Path(sys.argv[1]))
"""


def digest_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.*")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    demo.write_demo_exports(folder)
    return folder


@pytest.fixture(scope="module")
def lines() -> Lines:
    return draw_lines()


def read_orders(folder: Path, country: str) -> list[dict[str, str]]:
    text = (folder / f"orders/all-orders-{country}.txt").read_bytes().decode(REPORTS[country].encoding)
    rows = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    next(rows)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def read_table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_the_same_seed_gives_the_published_bytes(exports: Path) -> None:
    assert digest_of(exports) == PUBLISHED


@pytest.mark.long
@pytest.mark.parametrize(("hash_seed", "zone", "features"), [("1", "America/Lima", "X86_V4 X86_V3")])
def test_hash_seed_time_zone_and_cpu_do_not_change_a_byte(
    tmp_path: Path, hash_seed: str, zone: str, features: str
) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "NPY_DISABLE_CPU_FEATURES": features}
    environment["PYTHONWARNINGS"] = "ignore"  # a processor without these features only says so
    subprocess.run([sys.executable, "-c", DIGEST_SCRIPT, str(tmp_path)], cwd=ROOT, env=environment, check=True)
    assert digest_of(tmp_path) == PUBLISHED


def test_files_that_exist_are_left_alone_and_absent_ones_come_back(tmp_path: Path) -> None:
    demo.write_demo_exports(tmp_path)
    mine = tmp_path / "stock.csv"
    mine.write_text("sku,node,state,units\n", encoding="utf-8")
    (tmp_path / "inbound.csv").unlink()
    assert demo.write_demo_exports(tmp_path) == [tmp_path / "inbound.csv"]
    assert mine.read_text(encoding="utf-8") == "sku,node,state,units\n"
    assert demo.write_demo_exports(tmp_path) == []


def test_the_folder_says_that_it_is_generated(exports: Path) -> None:
    assert (exports / "README.txt").read_text(encoding="utf-8").startswith("GENERATED")
    assert read_seller("demo").generated == ["all"]


def test_every_input_of_the_seller_has_its_file(exports: Path) -> None:
    seller = read_seller("demo")
    assert seller.as_of == AS_OF
    patterns = {input_.files.removeprefix("{home}/sellers/demo/exports/") for input_ in seller.inputs.values()}
    others = (f"{FOLDER}/", f"{demo_watch.FOLDER}/", "movements.csv")  # written before another journey reads them
    assert all(list(exports.glob(pattern)) for pattern in patterns if not pattern.startswith(others))
    assert len(list(exports.glob("orders/*"))) == len(COUNTRIES) == 6


def test_the_range_is_wide_enough(exports: Path) -> None:
    products = read_facts("products")
    sold = Counter(row["sku"] for country in COUNTRIES for row in read_orders(exports, country))
    assert len(products) >= 40
    assert sum(sold[row["sku"]] > 0 for row in products) >= 36
    assert {"dishcloths", "picnic mats", "towels", "aprons", "oven mitts", "table linen"} == {
        row["category"] for row in products
    }
    assert 60_000 <= sum(sold.values()) <= 120_000


def test_order_lines_run_from_two_years_before_as_of_to_thirteen_weeks_after(exports: Path) -> None:
    assert (AS_OF - FIRST_DAY).days == 104 * 7
    assert (LAST_DAY - AS_OF).days + 1 == 13 * 7
    days = {row["purchase-date"][:10] for row in read_orders(exports, "JP") if row["purchase-date"][:2] == "20"}
    assert min(days) == FIRST_DAY.isoformat()
    assert max(days) == LAST_DAY.isoformat()


def test_files_differ_as_real_exports_do(exports: Path) -> None:
    assert {report.encoding for report in REPORTS.values()} == {"utf-8", "utf-8-sig", "cp1252", "cp932"}
    yen = [row for row in read_orders(exports, "JP") if row["currency"] == "JPY"]
    assert not any("." in row["item-price"] for row in yen)
    assert ";30,0;" in (exports / "suppliers.csv").read_text(encoding="utf-8-sig")
    assert "货号" in (exports / "products.csv").read_text(encoding="gb18030")


def test_cancelled_replaced_resold_and_unreadable_lines_are_among_them(exports: Path) -> None:
    rows = [row for country in COUNTRIES for row in read_orders(exports, country)]
    shipped = [row for row in rows if row["order-status"] == "Shipped"]
    assert 0.01 < sum(row["order-status"] == "Cancelled" for row in rows) / len(rows) < 0.04
    assert sum(row["item-price"] in ("0.00", "0") for row in shipped) > 100
    assert sum(row["sku"].startswith("amzn.gr.") for row in shipped) > 50
    assert sum(row["promotion-ids"].startswith("vine.") for row in shipped) > 5
    unreadable = [
        row
        for row in shipped
        if not row["sku"] or not row["quantity"].isdecimal() or row["item-price"] in ("see invoice", "—")
    ]
    assert 10 <= len(unreadable) <= 25


def test_order_numbers_are_never_shared_by_two_moments(exports: Path) -> None:
    for country in COUNTRIES:
        moments: dict[str, set[str]] = {}
        for row in read_orders(exports, country):
            moments.setdefault(row["amazon-order-id"], set()).add(row["purchase-date"])
        assert all(len(seen) == 1 for seen in moments.values())


def test_picnic_mats_sell_in_summer_and_table_linen_before_christmas(lines: Lines) -> None:
    prefix = np.array([row["sku"][3:5] for row in read_facts("demand")])[lines.sku]
    month = (np.datetime64(FIRST_DAY) + lines.day).astype("datetime64[M]").astype(int) % 12 + 1

    def units(code: str, months: tuple[int, ...]) -> int:
        return int(lines.units[(prefix == code) & np.isin(month, months)].sum())

    assert units("PM", (6, 7)) > 3 * units("PM", (1, 2))
    assert units("TL", (11, 12)) > 2 * units("TL", (5, 6))
    assert units("TW", (6, 7)) < 2 * units("TW", (1, 2))


def test_nothing_is_sold_while_out_of_stock_and_much_on_prime_day(lines: Lines) -> None:
    skus = [row["sku"] for row in read_facts("demand")]
    for gap in read_facts("stock_outs"):
        first, last = (date.fromisoformat(gap[name]) for name in ("first_day", "last_day"))
        assert last < AS_OF
        inside = (lines.day >= (first - FIRST_DAY).days) & (lines.day <= (last - FIRST_DAY).days)
        chosen = (lines.sku == skus.index(gap["sku"])) & (lines.country == COUNTRIES.index(gap["country"]))
        assert not (inside & chosen).any()
    per_day = np.bincount(lines.day, weights=lines.units)
    prime = (date(2025, 7, 8) - FIRST_DAY).days
    assert per_day[prime : prime + 4].mean() > 1.8 * per_day[prime - 14 : prime].mean()


def test_there_is_one_bulk_order(lines: Lines) -> None:
    assert (lines.units >= 100).sum() == 1
    assert lines.units.max() == 480


def test_suppliers_close_around_spring_festival_in_each_year() -> None:
    closures = [row for row in read_facts("supplier_closures") if "Spring Festival" in row["reason"]]
    for festival in (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)):
        closed = {
            row["supplier"]
            for row in closures
            if date.fromisoformat(row["first_day"]) < festival < date.fromisoformat(row["last_day"])
        }
        assert closed == {row["supplier"] for row in read_facts("suppliers")}


def test_a_few_facts_are_missing_as_promised() -> None:
    products = read_facts("products")
    assert sum(not row["weight_kg"] for row in products) == 2
    assert sum(not row["hs_code"] for row in products) == 2
    assert sum(not row["vat_invoice"] for row in products) == 1


def test_stock_lies_at_every_stage_and_in_awkward_states(exports: Path) -> None:
    stock = read_table(exports, "stock")
    stages = {row["node"]: row["stage"] for row in read_facts("nodes")}
    assert {stages[row["node"]] for row in stock} == {"hub", "regional", "forward"}
    assert {row["state"] for row in stock} >= {
        "available",
        "reserved",
        "receiving",
        "stranded",
        "unfulfillable",
        "qc_hold",
    }
    assert all(int(row["units"]) >= 0 for row in stock)
    assert len({(row["sku"], row["node"], row["state"]) for row in stock}) == len(stock)


def test_lanes_reach_every_country_by_sea_and_by_air() -> None:
    lanes = read_facts("lanes")
    nodes = {row["node"] for row in read_facts("nodes")}
    for country in COUNTRIES:
        assert {"sea", "air"} <= {row["mode"] for row in lanes if row["country"] == country}
    assert all({row["from_node"], row["to_node"]} <= nodes for row in lanes)
    assert {row["to_node"] for row in lanes if row["from_node"] in ("US-AWD", "EU-3PL")} == {
        "US-FBA",
        "DE-FBA",
        "FR-FBA",
    }
    assert {row["tax_included"] for row in lanes} == {"yes", "no"}


def test_only_canadas_report_is_late(exports: Path) -> None:
    newest: dict[str, str] = {}
    for row in read_table(exports, "exports"):
        if row["exported_at"][:10] <= AS_OF.isoformat():
            newest[row["country"]] = max(newest.get(row["country"], ""), row["exported_at"][:10])
    assert newest.pop("CA") == "2025-11-20"
    assert set(newest.values()) == {AS_OF.isoformat()}


@pytest.mark.parametrize(
    ("rule", "zone"),
    [
        ("pacific", "America/Los_Angeles"),
        ("central europe", "Europe/Berlin"),
        ("british", "Europe/London"),
        ("japan", "Asia/Tokyo"),
    ],
)
def test_clocks_follow_the_official_zones(rule: str, zone: str) -> None:
    for offset in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=offset)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
        assert offset_hours(rule, day) * 3600 == noon.utcoffset().total_seconds()  # type: ignore[union-attr]


def test_facts_name_products_and_suppliers_that_exist() -> None:
    skus = {row["sku"] for row in read_facts("products")}
    suppliers = {row["supplier"] for row in read_facts("suppliers")}
    assert [row["sku"] for row in read_facts("demand")] == [row["sku"] for row in read_facts("products")]
    for path in FACTS.glob("*.csv"):
        for row in read_facts(path.stem):
            assert (row.get("sku") or "*") in skus | {"*"}
            assert row.get("supplier", next(iter(suppliers))) in suppliers
