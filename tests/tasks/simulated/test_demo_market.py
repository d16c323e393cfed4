"""The demo seller's market files: always the same bytes, read as a seller's own, with every trait promised."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.seller import Seller, read_seller
from tasks.files.exports import read_products
from tasks.files.market import Market, read_market
from tasks.files.market_tables import MARKET_TABLES
from tasks.simulated.demo_demand import AS_OF, COUNTRIES, FIRST_DAY, draw_lines, read_facts
from tasks.simulated.demo_market import FOLDER, write_demo_market
from tasks.simulated.demo_market_own import count_weekly
from tasks.simulated.demo_market_searches import MISSING_WEEK, list_terms
from tasks.simulated.demo_market_terms import LANGUAGES, list_words
from tasks.simulated.demo_market_world import (
    LAST_WEEK,
    QUARTER,
    WEEKS,
    WEEKS_AFTER,
    concepts,
    draw_world,
    own_asin,
    start_of,
)
from tasks.simulated.demo_orders import write_report
from tasks.simulated.prepare import prepare_exports, prepare_market

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = "600cf292085529e43062273cce13cdacf135c0fa2e14345a01ec9b7f8d9ab8bb"
"""Digest of all files; a change of the demo's data changes it, a change of machine does not."""

DIGEST_SCRIPT = """
import sys
from pathlib import Path
from tasks.simulated.demo_market import write_demo_market
write_demo_market(Path(sys.argv[1]))
"""
GAPS = ("swedish dishcloths", "waterproof picnic mats")


def digest_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.*")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_market(folder)
    return folder


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FARSAIL_HOME", str(tmp_path_factory.mktemp("home")))
        seller = read_seller("demo")
        prepare_exports(seller)
        prepare_market(seller)
        assert prepare_market(seller) == []
        yield read_market(seller, AS_OF, read_products(seller, AS_OF))


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(pd.Series(one).rank().corr(pd.Series(other).rank()))


def idea_of(concept: str) -> int:
    return [row["concept"] for row in concepts()].index(concept)


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


def test_files_that_exist_are_left_alone_and_absent_ones_come_back(exports: Path, tmp_path: Path) -> None:
    for path in (exports / FOLDER).iterdir():
        (tmp_path / FOLDER).mkdir(exist_ok=True)
        (tmp_path / FOLDER / path.name).write_bytes(b"mine")
    (tmp_path / FOLDER / "deliveries.csv").unlink()
    assert write_demo_market(tmp_path) == [tmp_path / FOLDER / "deliveries.csv"]
    assert (tmp_path / FOLDER / "supplier_quotes.csv").read_bytes() == b"mine"


def test_only_the_demo_gets_market_files() -> None:
    own = read_seller("demo").model_copy(update={"generator": "", "id": "own"})
    assert prepare_market(own) == []


def test_the_folder_says_that_it_is_generated_and_by_which_rule(exports: Path) -> None:
    text = (exports / FOLDER / "README.txt").read_text(encoding="utf-8")
    assert text.startswith("GENERATED")
    assert "No public data of real\nsearches exists" in text
    assert "unmet need - 0.30" in text


def test_the_files_are_few_and_of_moderate_size(exports: Path) -> None:
    files = list((exports / FOLDER).iterdir())
    assert len(files) <= 60
    assert sum(path.stat().st_size for path in files) < 31_000_000


def test_every_input_of_the_market_has_its_files(exports: Path) -> None:
    seller: Seller = read_seller("demo")
    patterns = {
        name: seller.inputs[name].files.removeprefix("{home}/sellers/demo/exports/") for name in MARKET_TABLES
    }
    found = {name: list(exports.glob(pattern)) for name, pattern in patterns.items()}
    assert all(found.values())
    assert sum(map(len, found.values())) == len(list((exports / FOLDER).iterdir())) - 1  # the README is no input


def test_only_the_prices_in_another_currency_are_quarantined(market: Market) -> None:
    assert set(market.quarantine["file"]) == {"DE_Catalog_Items.csv"}
    assert set(market.quarantine["value"]) == {"USD / EUR"}
    ideas = {idea for idea, row in enumerate(concepts()) if row["trait"] == "mixed_currency"}
    products = [product for idea in ideas for product in draw_world().products[idea, "DE"]]
    assert 0 < len(market.quarantine) < 7 * len(products)


def test_each_table_is_known_until_the_morning_and_not_beyond(market: Market) -> None:
    assert all(len(market.tables[name]) for name in MARKET_TABLES)
    later = market.accounting.groupby("feed")["after_as_of"].sum()
    assert set(later.index[later == 0]) == {"feedback_topics"}
    assert market.tables["search_terms"]["week"].max() == pd.Timestamp(2025, 11, 16)
    assert start_of(LAST_WEEK) == date(2025, 11, 16)
    assert WEEKS - WEEKS_AFTER == LAST_WEEK + 1 == 78


def test_the_forms_differ_as_real_exports_do(market: Market) -> None:
    read_as = set(market.accounting.query("feed == 'search_terms'")["read_as"])
    assert {text.split(", ")[0] for text in read_as} == {"json", "utf-8-sig", "utf-8", "cp1252", "shift_jis"}


def test_one_week_is_missing_in_one_country(market: Market) -> None:
    weeks = market.tables["search_terms"].groupby("country")["week"].nunique()
    assert weeks.to_dict() == {country: 77 if country == MISSING_WEEK[0] else 78 for country in COUNTRIES}


def test_each_idea_is_asked_for_in_several_ways_and_four_languages() -> None:
    assert set(LANGUAGES.values()) == {"en", "de", "fr", "ja"}
    sizes = [len(list_words(row["concept"], "en").terms) for row in concepts()]
    assert 60 <= len(concepts()) <= 80
    assert min(sizes) >= 3
    assert max(sizes) <= 50
    gap = list_words(GAPS[0], "en").terms
    assert {"swedish dishcloth", "swedish dishcloths", "lint free swedish dishcloth"} <= set(gap)
    assert {"swedish dishcloth no smell", "no smell swedish dishcloth"} <= set(gap)


def test_a_term_may_belong_to_two_ideas() -> None:
    shared = [term for term in list_terms("US") if len(term.ideas) > 1]
    assert {term.text for term in shared} >= {"kitchen towel"}


def test_no_rank_is_taken_twice_and_more_searches_rank_higher() -> None:
    for country in COUNTRIES:
        ranked = [term for term in list_terms(country) if term.rank[LAST_WEEK]]
        ranks = [int(term.rank[LAST_WEEK]) for term in ranked]
        assert len(set(ranks)) == len(ranks)
        volumes = np.array([int(term.volume[LAST_WEEK]) for term in ranked])
        assert rank_correlation(volumes, np.array(ranks)) < -0.99


def test_shares_of_clicks_never_exceed_the_whole(market: Market) -> None:
    sums = market.tables["search_terms"].groupby(["country", "week", "term"])["click_share"].sum()
    assert sums.max() < 1
    assert (market.tables["search_terms"]["click_share"] > 0).all()


def test_the_gaps_lack_what_buyers_ask_for(market: Market) -> None:
    items = market.tables["catalog_items"].query("country == 'US'")
    for concept, asked in zip(GAPS, ("lint free", "machine washable"), strict=True):
        assert asked in list_words(concept, "en").asked
        products = {product.asin for product in draw_world().products[idea_of(concept), "US"]}
        mine = items[items["asin"].isin(products)]
        assert not mine["title"].str.contains(asked).any()
        assert not mine["features"].str.contains(asked).any()
        newest = mine[mine["seen_on"] == mine["seen_on"].max()]
        assert 3.7 <= newest["rating"].mean() <= 4.1


def test_the_dishcloths_have_a_hole_in_their_prices(market: Market) -> None:
    items = market.tables["catalog_items"].query("country == 'US' and price_minor > 0")
    products = {product.asin for product in draw_world().products[idea_of(GAPS[0]), "US"]}
    prices = items[items["asin"].isin(products)]["price_minor"]
    assert not prices.between(1200, 1750).any()
    assert (prices < 1200).any()
    assert (prices > 1750).any()


def test_picnic_mats_are_searched_in_summer_and_christmas_runners_in_winter() -> None:
    world, column = draw_world(), COUNTRIES.index("US")
    july = [week for week in range(WEEKS) if start_of(week).month == 7]
    december = [week for week in range(WEEKS) if start_of(week).month == 12]
    mats, runners = (world.searches[idea_of(name), column] for name in (GAPS[1], "christmas table runners"))
    assert mats[july].mean() > 4 * mats[december].mean()
    assert runners[december].mean() > 20 * runners[july].mean()


def test_unmet_need_draws_part_of_the_next_growth_and_chance_the_rest() -> None:
    world = draw_world()
    flat = [idea for idea, row in enumerate(concepts()) if row["season"] == "flat" and row["noise"] != "70"]
    found = []
    for quarter in range(1, 5):
        before = world.searches[flat, :, quarter * QUARTER : (quarter + 1) * QUARTER].sum(axis=2)
        after = world.searches[flat, :, (quarter + 1) * QUARTER : (quarter + 2) * QUARTER].sum(axis=2)
        found.append(rank_correlation((after / before).ravel(), world.unmet[flat, :, quarter].ravel()))
    assert all(0.15 < correlation < 0.9 for correlation in found)


def test_one_brand_owns_one_big_idea() -> None:
    for product_idea, least, most in (("cooling towels", 0.65, 0.85), (GAPS[0], 0.1, 0.35)):
        held: Counter[str] = Counter()
        for product in draw_world().products[idea_of(product_idea), "US"]:
            held[product.brand] += product.weight
        assert least <= held.most_common(1)[0][1] / sum(held.values()) <= most


def test_one_idea_was_never_looked_up(market: Market) -> None:
    unlisted = {idea for idea, row in enumerate(concepts()) if row["trait"] == "unlisted"}
    asins = {product.asin for idea in unlisted for country in COUNTRIES
             for product in draw_world().products[idea, country]}  # fmt: skip
    assert asins & set(market.tables["search_terms"]["asin"])
    assert not asins & set(market.tables["catalog_items"]["asin"])


def test_own_products_carry_the_numbers_of_the_order_lines(market: Market) -> None:
    orders = csv.DictReader(io.StringIO(write_report("US", draw_lines()).decode()), delimiter="\t")
    named = {row["sku"]: row["asin"] for row in orders}
    assert all(named[row["sku"]] == own_asin(row["sku"]) for row in read_facts("market_own") if row["sku"] in named)
    assert set(market.tables["search_queries"]["asin"]) <= {own_asin(row["sku"]) for row in read_facts("demand")}


def test_units_of_traffic_are_those_of_the_order_lines(market: Market) -> None:
    units = count_weekly("DE", draw_lines())
    skus = [row["sku"] for row in read_facts("demand")]
    traffic = market.tables["traffic"].query("country == 'DE'").set_index(["sku", "week"])["units"]
    for sku in ("HN-DC101", "HN-PM402"):
        for week in range(60, LAST_WEEK + 1):
            assert traffic.loc[sku, pd.Timestamp(start_of(week))] == units[skus.index(sku), week]
    assert (start_of(0) - FIRST_DAY).days % 7 == 6  # weeks begin on Sundays, the order lines on a Monday


def test_visits_and_returns_show_what_went_wrong(market: Market) -> None:
    traffic = market.tables["traffic"]

    def share(sku: str, country: str, column: str, over: str, weeks: slice) -> float:
        rows = traffic.query("sku == @sku and country == @country").sort_values("week").iloc[weeks]
        return float(rows[column].sum() / rows[over].sum())

    last, before = slice(-8, None), slice(-34, -8)
    assert share("HN-OM603", "US", "units", "sessions", last) < 0.6 * share(
        "HN-OM603", "US", "units", "sessions", before
    )
    assert share("HN-AP505", "US", "refunded_units", "units", last) > 0.12
    lost = traffic.query("sku == 'HN-TW203' and country == 'DE'").sort_values("week")["buy_box_share"]
    assert lost.iloc[-4:].max() < 0.2 < 0.9 < lost.iloc[:20].min()
    out = traffic.query("sku == 'HN-OM602' and country == 'DE'").sort_values("week")
    assert out["units"].iloc[-1] == 0
    assert out["buy_box_share"].iloc[-1] == 0


def test_quotes_and_deliveries_tell_suppliers_apart(market: Market) -> None:
    quotes, deliveries = market.tables["supplier_quotes"], market.tables["deliveries"]
    assert set(quotes["candidate"]) <= {row["concept"] for row in concepts()}
    assert (quotes.groupby("candidate")["quote"].count() >= 1).all()
    assert set(quotes["vat_invoice"]) == {"yes", "no"}
    assert quotes["source"].str.startswith("https://example.com/").all()
    late = (deliveries["delivered_on"] - deliveries["promised_on"]).dt.days.groupby(deliveries["supplier"]).mean()
    failed = deliveries.groupby("supplier")[["failed_units", "units"]].sum()
    assert late.idxmax() == "lantian"
    assert (failed["failed_units"] / failed["units"]).idxmax() == "chaoyue"
    prices = deliveries.query("supplier == 'meida'").sort_values("ordered_on").groupby("sku")["unit_cost_minor"]
    assert (prices.last() / prices.first()).median() > 1.1


def test_official_reports_have_the_official_keys(exports: Path) -> None:
    report = json.loads((exports / FOLDER / "US_Top_Search_Terms_2025-11-16.json").read_text(encoding="utf-8"))
    specification = report["reportSpecification"]
    assert specification["reportType"] == "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
    assert specification["dataEndTime"] == (date(2025, 11, 16) + timedelta(days=6)).isoformat()
    entries = report["dataByDepartmentAndSearchTerm"]
    assert list(entries[0]) == [
        "departmentName", "searchTerm", "searchFrequencyRank", "clickedAsin", "clickShareRank", "clickShare",
        "conversionShare",
    ]  # fmt: skip
    assert np.all(np.diff([entry["searchFrequencyRank"] for entry in entries]) >= 0)
