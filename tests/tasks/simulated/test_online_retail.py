"""Facts generated for the real order lines: stated rule, same bytes, every table labelled."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.seller import read_seller
from skills.rates import RateBook
from tasks.simulated.online_retail import EUROPE, GENERATED, OVERSEAS, WITHOUT_LANE, write_online_retail_facts

AS_OF = date(2010, 11, 29)
PUBLISHED = "c42af7c00a8ce7d8a8deb5ae6cc8b379d1a31bce49d5f8b1bddd828ba27b2605"


def make_sales(skus: int = 300) -> pd.DataFrame:
    """A year of sales by plain arithmetic: each SKU in Britain every few days, some abroad, one without a country."""
    rows = []
    for number in range(skus):
        sku = f"{20000 + number}{'' if number % 3 else 'A'}"
        for step in range(12):
            day = pd.Timestamp("2009-12-01") + pd.Timedelta(days=(number * 7 + step * 30) % 362)
            country = "GB" if step % 4 else (*EUROPE, *OVERSEAS, WITHOUT_LANE)[(number + step) % 41 - 1]
            rows.append((sku, country, day, 6 + (number * step) % 40, 100 * (6 + number % 50), "GBP"))
    frame = pd.DataFrame(rows, columns=["sku", "country", "day", "units", "revenue_minor", "currency"])
    return frame.groupby(["sku", "country", "day", "currency"], as_index=False)[["units", "revenue_minor"]].sum()


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online")
    write_online_retail_facts(make_sales(), folder, AS_OF)
    return folder


def test_the_same_sales_give_the_published_bytes(facts: Path) -> None:
    digest = hashlib.sha256()
    for path in sorted(facts.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    assert digest.hexdigest() == PUBLISHED


def test_the_order_of_the_sales_does_not_matter(facts: Path, tmp_path: Path) -> None:
    shuffled = make_sales().sample(frac=1, random_state=7)
    write_online_retail_facts(shuffled, tmp_path, AS_OF)
    for path in facts.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_a_second_night_writes_nothing_and_another_morning_writes_anew(tmp_path: Path) -> None:
    assert len(write_online_retail_facts(make_sales(), tmp_path, AS_OF)) == 10
    assert write_online_retail_facts(make_sales(), tmp_path, AS_OF) == []
    earlier = write_online_retail_facts(make_sales(), tmp_path, date(2010, 6, 7))
    assert "stock.csv" in {path.name for path in earlier}


def test_sales_after_as_of_are_not_looked_at(tmp_path: Path) -> None:
    sales = make_sales()
    known = sales[sales["day"] < pd.Timestamp("2010-06-07")]
    write_online_retail_facts(sales, tmp_path / "all", date(2010, 6, 7))
    write_online_retail_facts(known, tmp_path / "known", date(2010, 6, 7))
    for path in (tmp_path / "all").iterdir():
        assert path.read_bytes() == (tmp_path / "known" / path.name).read_bytes()


def test_every_country_but_the_unspecified_has_a_node_and_a_lane(facts: Path) -> None:
    countries = set(read_seller("online-retail").inputs["order_lines"].countries.values())
    lanes = pd.read_csv(facts / "lanes.csv")
    nodes = pd.read_csv(facts / "nodes.csv")
    assert countries - set(lanes["country"]) == {WITHOUT_LANE}
    assert set(lanes["to_node"]) <= set(nodes["node"])
    assert len(countries) == 41


def test_every_rate_says_that_it_is_generated_except_the_exchange_rate(facts: Path) -> None:
    rates = pd.read_csv(facts / "rates.csv", dtype=str, keep_default_na=False)
    made = rates[rates["kind"] != "fx"]
    assert (made["source"] == GENERATED).all()
    assert (made["confidence"] == "generated").all()
    book = RateBook.from_frame(rates)
    assert str(book.read("fx", "GBP", AS_OF).value) == "0.6302"
    assert "H.10, average of 2010-10" in book.read("fx", "GBP", AS_OF).source
    assert book.read_longest("duty", "US", "3926.40", AS_OF).value > 0


def test_facts_are_plausible_whatever_the_price(facts: Path) -> None:
    products = pd.read_csv(facts / "products.csv")
    assert (products["unit_cost"] >= 0.01).all()
    assert products["weight_kg"].between(0.05, 8).all()
    volume = products["length_cm"] * products["width_cm"] * products["height_cm"] / 1000
    assert ((volume / products["weight_kg"]).between(4, 10)).all()
    assert products["supplier"].nunique() == 15
    stock = pd.read_csv(facts / "stock.csv")
    assert (stock["units"] > 0).all()
    assert not stock.duplicated(["sku", "node", "state"]).any()
    assert np.isin(stock["sku"].astype(str), products["sku"].astype(str)).all()


def test_the_seller_lists_every_generated_table() -> None:
    seller = read_seller("online-retail")
    assert set(seller.inputs) - {"order_lines"} == set(seller.generated)
    assert not seller.scheduled
    assert seller.as_of == AS_OF
