"""Exports larger than what is kept: the most searched terms are, the rest is counted, and memory stays bounded."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.settings import ROOT
from tasks.files import market_feeds, market_files
from tasks.files.market import Market
from tasks.files.market_rows import BEYOND_BOUND, WITHOUT_PRODUCT
from tasks.files.quarantine import check_balance

Put = Callable[..., Path]
ReadMarket = Callable[..., Market]

HEAD = "country,week,term,rank,asin,click_share\n"


def terms(ranks: list[int], week: str = "2025-11-09", shares: str = "0.5") -> str:
    return HEAD + "".join(f"DE,{week},term {rank},{rank},B0A,{shares}\n" for rank in ranks)


def test_the_most_searched_terms_are_kept_whatever_their_order(put: Put, market: ReadMarket) -> None:
    ranks = [int(rank) for rank in np.random.default_rng(7).permutation(np.arange(1, 101))]
    put("search_terms", "terms.csv", terms(ranks))
    read = market(most_rows=40)
    assert sorted(read.tables["search_terms"]["rank"]) == list(range(1, 41))
    assert read.set_aside.to_numpy().tolist() == [["search_terms", BEYOND_BOUND, 60]]
    assert read.accounting[["rows_in", "kept", "set_aside"]].to_numpy().tolist() == [[100, 40, 60]]


def test_the_bound_is_of_all_weeks_together_and_each_is_read_as_deep(put: Put, market: ReadMarket) -> None:
    for week in ("2025-10-26", "2025-11-02", "2025-11-09"):
        put("search_terms", f"{week}.csv", terms(list(range(1, 51)), week))
    put("search_terms", "later.csv", terms(list(range(1, 51)), "2025-11-30"))
    read = market(most_rows=60)
    kept = read.tables["search_terms"].groupby("week")["rank"].agg(["count", "max"])
    assert kept.to_numpy().tolist() == [[20, 20]] * 3
    assert read.accounting["set_aside"].tolist() == [30, 30, 30, 30]
    assert read.accounting["after_as_of"].tolist() == [0, 0, 0, 20]


def test_no_term_is_cut_between_its_products(put: Put, market: ReadMarket) -> None:
    rows = "".join(f"DE,2025-11-09,term {rank},{rank},B0{at},0.1\n" for rank in range(1, 11) for at in range(3))
    put("search_terms", "terms.csv", HEAD + rows)
    read = market(most_rows=10)
    assert read.tables["search_terms"]["rank"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_where_all_terms_have_one_rank_the_first_rows_are_kept(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", HEAD + "".join(f"DE,2025-11-09,t{at},1,B0A,0.1\n" for at in range(30)))
    read = market(most_rows=10)
    assert read.tables["search_terms"]["term"].tolist() == [f"t{at}" for at in range(10)]
    assert read.accounting["set_aside"].tolist() == [20]


def test_a_table_without_ranks_keeps_its_first_rows(put: Put, market: ReadMarket) -> None:
    head = "country,week,asin,term,volume\n"
    put("search_queries", "a.csv", head + "".join(f"DE,2025-11-09,B0A,t{at},1\n" for at in range(30)))
    put("search_queries", "b.csv", head + "DE,2025-11-09,B0A,u,1\n")
    read = market(most_rows=20)
    assert read.tables["search_queries"]["term"].tolist() == [f"t{at}" for at in range(20)]
    assert read.accounting["set_aside"].tolist() == [10, 1]


def test_an_export_read_in_parts_is_the_same_as_read_at_once(
    put: Put, market: ReadMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("search_terms", "terms.csv", terms(list(range(1, 100))).replace("term 50,50", "term 50,much"))
    whole = market()
    monkeypatch.setattr(market_files, "PART", 7)
    parts = market()
    pd.testing.assert_frame_equal(parts.tables["search_terms"], whole.tables["search_terms"])
    pd.testing.assert_frame_equal(parts.accounting, whole.accounting)
    pd.testing.assert_frame_equal(parts.quarantine, whole.quarantine)
    assert market_feeds.PART == 100_000


def test_percents_that_only_a_late_part_shows_hold_for_the_whole_column(
    put: Put, market: ReadMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_files, "PART", 10)
    text = terms(list(range(1, 40))) + "DE,2025-11-09,last,40,B0A,12.5\nDE,2025-11-09,bad,41,B0A,112.5\n"
    put("search_terms", "terms.csv", text)
    read = market()
    assert read.tables["search_terms"]["click_share"].tolist() == [0.005] * 39 + [0.125]
    assert read.accounting[["rows_in", "kept", "quarantined"]].to_numpy().tolist() == [[41, 40, 1]]
    assert read.quarantine["value"].tolist() == ["112.5"]


def measure(folder: Path, most_rows: int) -> tuple[dict[str, int], float, float]:
    """Rows by what became of them, CPU seconds and peak GiB of reading a folder in a process of its own."""
    code = f"""
import time
from datetime import date
from config.seller import Seller
from tasks.files.market import read_market
from tasks.files.tables import TABLES
inputs = {{"search_terms": {{"files": {str(folder / "*.csv")!r}, "countries": {{"": "US"}}}}}}
seller = Seller.model_validate({{"id": "test", "name": {{"en": "Test"}}, "inputs": inputs}})
began = time.process_time()
read = read_market(seller, date(2025, 11, 24), TABLES["products"].empty(), {most_rows})
spent = time.process_time() - began
row = read.accounting.iloc[0]
peak = max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 2**20
print("rows", row["rows_in"], row["kept"], row["set_aside"], row["quarantined"])
print("cost", spent, peak)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    counts = re.search(r"rows (\d+) (\d+) (\d+) (\d+)", ran.stdout)
    cost = re.search(r"cost ([\d.]+) ([\d.]+)", ran.stdout)
    assert counts
    assert cost
    names = ("rows_in", "kept", "set_aside", "quarantined")
    return dict(zip(names, map(int, counts.groups()), strict=True)), float(cost[1]), float(cost[2])


@pytest.mark.long
def test_a_million_terms_as_brand_analytics_writes_them_are_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    slots = [
        f'"Top Clicked Product #{at}: {part}"'
        for at in (1, 2, 3)
        for part in ("ASIN", "Product Title", "Click Share", "Conversion Share")
    ]
    with (tmp_path / "US_2025-11-15.csv").open("w", encoding="utf-8") as file:
        file.write('"Reporting Range=[""Weekly""]","Select week=[""Week 46 | 2025-11-09 - 2025-11-15 2025""]"\n')
        file.write(",".join(["Search Frequency Rank,Search Term,Top Clicked Brand #1", *slots, "Reporting Date\n"]))
        for rank in range(1, 1_000_001):
            products = ",".join(
                f'"B0{rank * 3 + at}","Acme product of term {rank} with a title of usual length, blue",{at}.25,0.5'
                for at in (1, 2, 3)
            )
            file.write(f'"{rank}","term number {rank}","Acme",{products},"2025-11-15"\n')
    counts, seconds, peak = measure(tmp_path, 9_000_000)
    assert counts == {"rows_in": 3_000_000, "kept": 3_000_000, "set_aside": 0, "quarantined": 0}
    assert seconds < 120
    assert peak < 3


@pytest.mark.long
def test_ten_million_rows_are_read_up_to_the_bound_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "terms.csv").open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for start in range(0, 10_000_000, 100_000):
            file.write(
                "".join(
                    f"US,2025-11-09,term {at // 3},{at // 3 + 1},B0{at},0.{at % 90 + 10}\n"
                    for at in range(start, start + 100_000)
                )
            )
    counts, seconds, peak = measure(tmp_path, 3_000_000)
    assert counts == {"rows_in": 10_000_000, "kept": 3_000_000, "set_aside": 7_000_000, "quarantined": 0}
    assert seconds < 240
    assert peak < 3


def test_what_is_set_aside_says_why(put: Put, market: ReadMarket) -> None:
    assert "most searched" in BEYOND_BOUND
    assert "no product" in WITHOUT_PRODUCT
    put("search_terms", "terms.csv", terms([1, 2, 3]))
    read = market(date(2025, 11, 24), most_rows=2)
    check_balance(read.accounting)
    assert read.set_aside["reason"].tolist() == [BEYOND_BOUND]
