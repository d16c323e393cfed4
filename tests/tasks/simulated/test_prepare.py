"""A seller's generated files, read back by the same reader as a real seller's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.seller import Seller, read_seller, resolve_files
from tasks.files.exports import Exports, read_exports
from tasks.files.listing_tables import LISTING_TABLES, PHOTOS, PRODUCT_TYPES
from tasks.files.market_tables import MARKET_TABLES
from tasks.simulated.prepare import complete_exports, exports_folder, prepare_exports

MORNING = date(2010, 11, 29)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seller, Exports]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FARSAIL_HOME", str(tmp_path_factory.mktemp("home")))
        seller = read_seller("demo")
        assert seller.as_of is not None
        prepare_exports(seller)
        assert prepare_exports(seller) == []
        return seller, read_exports(seller, seller.as_of)


@pytest.mark.long
def test_only_the_planted_rows_are_quarantined(demo: tuple[Seller, Exports]) -> None:
    quarantine = demo[1].quarantine
    assert len(quarantine) == 18
    assert set(quarantine["feed"]) == {"order_lines"}
    assert set(quarantine["column"]) == {"purchase-date", "sku", "quantity", "item-price"}


def test_every_order_line_is_accounted_for(demo: tuple[Seller, Exports]) -> None:
    lines = demo[1].accounting.query("feed == 'order_lines'")
    parts = lines[["kept", "netted", "set_aside", "quarantined", "after_as_of"]]
    assert (lines["rows_in"] == parts.sum(axis=1)).all()
    assert (parts > 0).all(axis=None)
    assert 0.01 < lines["netted"].sum() / lines["rows_in"].sum() < 0.04


def test_other_tables_are_read_whole(demo: tuple[Seller, Exports]) -> None:
    tables = demo[1].accounting.query("feed != 'order_lines'")
    assert (tables["rows_in"] == tables["kept"] + tables["after_as_of"]).all()
    asked_by_other_journeys = {*MARKET_TABLES, *LISTING_TABLES, PRODUCT_TYPES, PHOTOS, "movements"}
    assert set(tables["feed"]) == set(demo[0].inputs) - {"order_lines", *asked_by_other_journeys}


def test_costs_terms_and_codes_arrive_as_written(demo: tuple[Seller, Exports]) -> None:
    tables = demo[1].tables
    product = tables["products"].set_index("sku").loc["HN-DC101"]
    assert (product["unit_cost_minor"], product["hs_code"], product["vat_invoice"]) == (980, "6307.10", "yes")
    assert tables["suppliers"].set_index("supplier").loc["hongda", "deposit_percent"] == 30
    assert tables["lanes"].set_index("lane").loc["SZ-US-AIR", "cost_per_kg_minor"] == 5200
    assert tables["products"]["weight_kg"].isna().sum() == 2


def test_canada_alone_is_stale(demo: tuple[Seller, Exports]) -> None:
    feeds = demo[1].tables["feeds"].query("feed == 'order_lines'").set_index("country")
    assert list(feeds.index[feeds["stale"]]) == ["CA"]
    assert str(feeds.loc["CA", "last_complete_day"])[:10] == "2025-11-19"
    assert {str(day)[:10] for day in feeds["last_complete_day"].drop("CA")} == {"2025-11-23"}


def test_the_bulk_order_is_one_line_of_that_day(demo: tuple[Seller, Exports]) -> None:
    sales = demo[1].tables["sales"]
    assert sales.loc[sales["largest_line_units"].idxmax(), ["sku", "country"]].tolist() == ["HN-DC101", "DE"]
    assert sales["largest_line_units"].max() == 480


def test_a_real_seller_gets_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_HOME", str(tmp_path))
    own = read_seller("demo").model_copy(update={"generator": "", "id": "own"})
    assert prepare_exports(own) == []
    assert complete_exports(own, date(2025, 11, 24), pd.DataFrame()) == []
    assert not exports_folder(own).exists()


@pytest.mark.long
@pytest.mark.shared
def test_the_real_order_lines_get_facts_for_every_sku(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_HOME", str(tmp_path))
    seller = read_seller("online-retail")
    if not resolve_files(seller.inputs["order_lines"].files):
        pytest.skip("the data set Online Retail II is not here (docs/run.md says where to get it)")
    assert seller.as_of is not None
    written: list[Path] = []
    exports = read_exports(
        seller, seller.as_of, complete=lambda sales: written.extend(complete_exports(seller, MORNING, sales))
    )
    assert len(written) == 10
    assert exports.quarantine.empty
    assert exports.accounting.query("feed == 'order_lines'")["rows_in"].sum() == 525_461
    assert set(exports.tables["products"]["sku"]) == set(exports.tables["sales"]["sku"])
    assert set(exports.tables["sales"]["country"]) - set(exports.tables["lanes"]["country"]) == {"XX"}
    assert complete_exports(seller, MORNING, exports.tables["sales"]) == []
