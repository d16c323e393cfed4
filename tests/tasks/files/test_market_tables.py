from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import ROOT
from tasks.files import market_rows
from tasks.files.cells import read_cells
from tasks.files.columns import Column
from tasks.files.market import Market
from tasks.files.market_rows import NOT_LISTED
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.problems import EmptyExport, InvalidInput, UnknownHeader
from tasks.files.quarantine import check_balance

Put = Callable[..., Path]
ReadMarket = Callable[..., Market]

TERMS = "country,week,term,rank,asin,click_share,conversion_share\n"
ITEMS = "country,asin,seen_on,price,currency\n"
TRAFFIC = "country,week,sku,sessions,page_views,buy_box_share,units,sales,currency,refunded_units\n"
CONTRACT = {
    "search_terms": "country week department term rank asin title brand click_share conversion_share",
    "search_queries": "country week asin term volume impressions_total impressions_own clicks_total clicks_own "
    "cart_adds_total cart_adds_own purchases_total purchases_own click_price_minor currency",
    "search_catalog": "country week asin impressions clicks cart_adds purchases sales_minor currency",
    "opportunities": "country exported_on niche_name top_terms volume_90d growth_90d_percent growth_180d_percent "
    "units_sold_90d products average_price_minor currency click_share_top5 click_share_top20 launches_180d "
    "launches_succeeded_180d out_of_stock_share return_share",
    "catalog_items": "country asin seen_on title brand category rank price_minor currency reviews rating launched_on "
    "in_stock weight_kg length_cm width_cm height_cm features",
    "feedback_topics": "country asin topic kind sentiment mentions occurrence_share star_impact",
    "traffic": "country week sku sessions page_views buy_box_share units sales_minor currency refunded_units",
    "supplier_quotes": "quote candidate terms supplier title unit_cost_minor currency vat_invoice moq_units "
    "carton_units sample_days lead_days deposit_percent weight_kg length_cm width_cm height_cm material hs_code "
    "tooling_minor source quoted_on valid_until",
    "deliveries": "purchase_order sku supplier ordered_on promised_on delivered_on units failed_units "
    "unit_cost_minor currency",
}


def quarantined(market: Market) -> list[tuple[str, str, str, str]]:
    """feed, line, column, value of each row in quarantine."""
    return list(market.quarantine[["feed", "line", "column", "value"]].itertuples(index=False, name=None))


def test_every_documented_example_is_read_whole(put: Put, market: ReadMarket) -> None:
    for name in MARKET_TABLES:
        put(name, f"{name}.csv", (ROOT / "docs" / "examples" / f"{name}.csv").read_text(encoding="utf-8"))
    read = market()
    assert read.quarantine.empty
    for name, table in MARKET_TABLES.items():
        frame = read.tables[name]
        assert len(frame) >= 1, name
        assert list(frame.columns) == CONTRACT[name].split()
        assert [str(dtype) for dtype in frame.dtypes] == [column.dtype for column in table.columns]


def test_a_seller_without_market_exports_has_nine_empty_tables(market: ReadMarket) -> None:
    read = market()
    assert list(read.tables) == list(CONTRACT)
    for name, table in MARKET_TABLES.items():
        assert read.tables[name].empty
        assert [str(dtype) for dtype in read.tables[name].dtypes] == [column.dtype for column in table.columns]
    assert read.accounting.empty
    assert read.quarantine.empty


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_export_without_a_header_is_refused(put: Put, market: ReadMarket, text: str) -> None:
    put("search_terms", "terms.csv", text)
    with pytest.raises(EmptyExport, match=r"terms\.csv is empty: not even a header"):
        market()


def test_an_export_with_a_header_only_is_an_empty_table(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", TERMS)
    read = market()
    assert read.tables["search_terms"].empty
    assert read.accounting["rows_in"].tolist() == [0]


@pytest.mark.parametrize("cell", ["12.5%", "12,5 %", '"12,5"', "12.5", "0.125", '"0,125"', "1.25e-1", "12.5％"])
def test_a_share_is_the_same_in_every_spelling(put: Put, market: ReadMarket, cell: str) -> None:
    cell = f'"{cell}"' if "," in cell and not cell.startswith('"') else cell
    put("search_terms", "terms.csv", TERMS + f"DE,2025-11-09,spültuch,1,B0A,{cell},\n")
    read = market()
    assert read.tables["search_terms"]["click_share"].tolist() == [0.125]
    assert math.isnan(read.tables["search_terms"]["conversion_share"][0])


def test_a_percent_sign_decides_by_itself_and_the_plain_numbers_of_a_column_together(
    put: Put, market: ReadMarket
) -> None:
    rows = ['DE,2025-11-09,a,1,B0A,"12,5 %",0.5', "DE,2025-11-09,b,2,B0B,12.5,0.25", "DE,2025-11-09,c,3,B0C,0.5,1"]
    put("search_terms", "percents.csv", TERMS + "\n".join(rows) + "\n")
    put("search_terms", "shares.csv", TERMS + "DE,2025-11-02,a,1,B0A,0.5,50 %\nDE,2025-11-02,b,2,B0B,12.5%,0.25\n")
    terms = market().tables["search_terms"]
    assert terms["click_share"].tolist() == [0.125, 0.125, 0.005, 0.5, 0.125]
    assert terms["conversion_share"].tolist() == [0.5, 0.25, 1.0, 0.5, 0.25]


def test_a_header_with_a_percent_sign_says_that_small_numbers_are_percents(put: Put, market: ReadMarket) -> None:
    put(
        "search_terms", "terms.csv", TERMS.replace("click_share", "Click Share %") + "DE,2025-11-09,a,1,B0A,0.5,0.5\n"
    )
    terms = market().tables["search_terms"]
    assert terms["click_share"].tolist() == [0.005]
    assert terms["conversion_share"].tolist() == [0.5]


@pytest.mark.parametrize("cell", ["112.5", "101 %", "-3 %", "much", '"1,2,3"'])
def test_a_share_beyond_the_whole_or_without_sense_is_quarantined(put: Put, market: ReadMarket, cell: str) -> None:
    put("search_terms", "terms.csv", TERMS + f"DE,2025-11-09,a,1,B0A,{cell},\nDE,2025-11-09,b,2,B0B,12 %,\n")
    read = market()
    assert quarantined(read) == [("search_terms", "2", "click_share", cell.strip('"'))]
    assert read.tables["search_terms"]["click_share"].tolist() == [0.12]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_shares_written_as_percents_or_as_fractions_are_the_same_numbers(hundredths: list[int]) -> None:
    column = Column("share", "share", "A share.", high=1)
    seller = type("Settings", (), {"decimal": "."})()
    expected = [value / 10_000 for value in hundredths]
    for written in (
        [f"{value / 100} %" for value in hundredths],
        [f"{value / 100}%".replace(".", ",") for value in hundredths],
        [str(value / 10_000) for value in hundredths],
    ):
        cells = read_cells(column, pd.Series(written, dtype="str"), seller, lambda _: "")
        assert not cells.bad.any()
        assert list(cells.value) == pytest.approx(expected, abs=1e-12)


def test_growth_in_percent_is_read_by_its_sign_or_its_header(put: Put, market: ReadMarket) -> None:
    head = "country,exported_on,niche_name,Search Volume Growth (Past 90 days),growth_180d_percent\n"
    put("opportunities", "niches.csv", head + "DE,2025-11-20,a,0.098,-22.7\nDE,2025-11-20,b,9.8 %,-22.7 %\n")
    niches = market().tables["opportunities"]
    assert niches["growth_90d_percent"].tolist() == [9.8, 9.8]
    assert niches["growth_180d_percent"].tolist() == [-22.7, -22.7]


def test_a_product_without_price_is_kept_and_its_price_unknown(put: Put, market: ReadMarket) -> None:
    put("catalog_items", "items.csv", ITEMS + "DE,b0a,2025-11-20,,\nDE,B0B,2025-11-20,12.99,EUR\n")
    items = market().tables["catalog_items"]
    assert items["asin"].tolist() == ["B0A", "B0B"]
    assert items["price_minor"].tolist() == [0, 1299]
    assert items["currency"].tolist() == ["EUR", "EUR"]
    assert items["rating"].isna().all()


@pytest.mark.parametrize(
    ("table", "head", "right", "wrong"),
    [
        ("catalog_items", ITEMS, "DE,B0A,2025-11-20,12.99,EUR", "DE,B0B,2025-11-20,12.99,USD"),
        (
            "search_queries",
            "country,week,asin,term,volume,click_price,currency\n",
            "JP,2025-11-09,B0A,a,10,1200,JPY",
            "JP,2025-11-09,B0B,a,10,12.00,USD",
        ),
        (
            "search_catalog",
            "country,week,asin,sales,currency\n",
            "US,2025-11-09,B0A,9,USD",
            "US,2025-11-09,B0B,9,CAD",
        ),
        (
            "opportunities",
            "country,exported_on,niche_name,average_price,currency\n",
            "GB,2025-11-20,a,9,GBP",
            "GB,2025-11-20,b,9,EUR",
        ),
        ("traffic", TRAFFIC, "DE,2025-11-09,A,1,1,97%,1,9,EUR,0", "DE,2025-11-09,B,1,1,97%,1,9,PLN,0"),
    ],
)  # fmt: skip
def test_a_row_in_another_currency_than_the_marketplaces_is_quarantined(
    put: Put, market: ReadMarket, table: str, head: str, right: str, wrong: str
) -> None:
    put(table, "mixed.csv", f"{head}{right}\n{wrong}\n")
    read = market()
    assert len(read.tables[table]) == 1
    own = read.tables[table]["currency"][0]
    [(_, line, column, value)] = quarantined(read)
    assert (line, column) == ("3", "currency")
    assert value.endswith(f" / {own}")
    assert "currency of the marketplace" in read.quarantine["expected"][0]


def test_signs_of_currencies_are_read_and_judged(put: Put, market: ReadMarket) -> None:
    head = "country,asin,seen_on,price\n"
    put(
        "catalog_items",
        "items.csv",
        head
        + 'DE,B0A,2025-11-20,"12.99 €"\nCA,B0B,2025-11-20,$1\nJP,B0C,2025-11-20,"￥1,980"\nDE,B0D,2025-11-20,$5\n',
    )
    read = market()
    assert read.tables["catalog_items"]["price_minor"].tolist() == [1299, 100, 1980]
    assert quarantined(read) == [("catalog_items", "5", "price", "$ / EUR")]


def test_a_missing_week_stays_missing(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", TERMS + "DE,2025-10-26,a,1,B0A,0.5,\nDE,2025-11-09,a,1,B0A,0.5,\n")
    weeks = market().tables["search_terms"]["week"]
    assert [str(week)[:10] for week in weeks] == ["2025-10-26", "2025-11-09"]


def test_a_week_is_named_by_its_sunday_or_by_its_saturday_and_by_no_other_day(put: Put, market: ReadMarket) -> None:
    days = ["2025-11-09", "2025-11-01", "2025-10-20"]
    put("search_terms", "terms.csv", TERMS + "".join(f"DE,{day},a,1,B0A,0.5,\n" for day in days))
    read = market()
    assert [str(week)[:10] for week in read.tables["search_terms"]["week"]] == ["2025-11-09", "2025-10-26"]
    assert quarantined(read) == [("search_terms", "4", "week", "2025-10-20")]


def test_only_weeks_and_days_that_are_over_are_known(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", TERMS + "DE,2025-11-09,a,1,B0A,0.5,\nDE,2025-11-16,a,1,B0A,0.5,\n")
    put("catalog_items", "items.csv", ITEMS + "DE,B0A,2025-11-22,1,EUR\nDE,B0A,2025-11-23,1,EUR\n")
    for as_of, terms, items in (
        (date(2025, 11, 22), 1, 0),
        (date(2025, 11, 23), 2, 1),
        (date(2025, 11, 24), 2, 2),
    ):
        read = market(as_of)
        assert (len(read.tables["search_terms"]), len(read.tables["catalog_items"])) == (terms, items)
        assert read.accounting["after_as_of"].tolist() == [2 - terms, 2 - items]


def test_a_second_row_with_the_same_key_is_quarantined(put: Put, market: ReadMarket) -> None:
    put("search_terms", "one.csv", TERMS + "DE,2025-11-09,a,1,B0A,0.5,\nDE,2025-11-09,a,1,B0B,0.2,\n")
    put("search_terms", "two.csv", TERMS + "DE,2025-11-09,a,1,b0a,0.4,\n")
    read = market()
    assert read.tables["search_terms"]["click_share"].tolist() == [0.5, 0.2]
    [(_, line, column, value)] = quarantined(read)
    assert line == "2"
    assert column == "country / week / department / term / asin"
    assert value.endswith("/ a / B0A")
    check_balance(read.accounting)


@pytest.mark.parametrize("table", list(MARKET_TABLES))
def test_a_delivery_or_quote_of_the_wrong_order_of_days_is_quarantined(
    put: Put, market: ReadMarket, table: str
) -> None:
    bad = {
        "supplier_quotes": ("quoted_on,valid_until,quote,candidate,supplier,unit_cost,currency,vat_invoice\n"
                            "2025-11-02,2025-11-01,Q,mat,x,1,CNY,yes\n", "valid_until"),
        "deliveries": ("purchase_order,sku,supplier,ordered_on,promised_on,delivered_on,units,failed_units,unit_cost,"
                       "currency\nP,S,x,2025-11-01,2025-11-05,2025-11-05,3,4,1,CNY\n", "units"),
    }  # fmt: skip
    if table not in bad:
        return
    text, column = bad[table]
    put(table, "file.csv", text)
    read = market()
    assert [row[2] for row in quarantined(read)] == [column]


def test_the_country_of_a_file_comes_from_a_column_a_label_or_its_name(put: Put, market: ReadMarket) -> None:
    head = TERMS.removeprefix("country,")
    put("search_terms", "germany-1.csv", head + "2025-11-09,a,1,B0A,0.5,\n")
    put("search_terms", "other.csv", head + "2025-11-09,a,1,B0A,0.5,\n")
    put("search_terms", "z.csv", TERMS + "Amazon.co.jp,2025-11-09,a,1,B0A,0.5,\n")
    terms = market(search_terms={"countries": {"germany*": "DE", "": "FR"}}).tables["search_terms"]
    assert sorted(terms["country"]) == ["DE", "FR", "JP"]


def test_amazons_own_file_name_says_the_country_and_the_week(put: Put, market: ReadMarket) -> None:
    head = TERMS.removeprefix("country,week,")
    put("search_terms", "US_Top_Search_Terms_Simple_Week_2025_11_15.csv", head + "a,1,B0A,0.5,\n")
    terms = market().tables["search_terms"]
    assert terms["country"].tolist() == ["US"]
    assert str(terms["week"][0])[:10] == "2025-11-09"


def test_a_file_of_which_nothing_says_the_country_is_refused(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", TERMS.removeprefix("country,") + "2025-11-09,a,1,B0A,0.5,\n")
    with pytest.raises(UnknownHeader, match=r"terms\.csv does not say which country it is of.*countries"):
        market()


def test_a_file_without_a_needed_column_is_refused_with_what_was_found(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", "country,week,term,rank,click_share\nDE,2025-11-09,a,1,0.5\n")
    with pytest.raises(UnknownHeader, match=r"no column for asin .*Headers found: country, week, term"):
        market()


def test_a_table_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    from config.seller import Seller
    from tasks.files.exports import read_exports

    inputs = {"search_termz": {"files": f"{tmp_path}/*.csv"}}
    seller = Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs})
    with pytest.raises(InvalidInput, match=r"search_termz.*Known tables: .*search_terms"):
        read_exports(seller, date(2025, 11, 24))


def test_a_night_reads_no_market_table(read: Any, write: Any) -> None:
    write("search_terms.csv", "this is no export at all\n")
    exports = read(search_terms={})
    assert not set(MARKET_TABLES) & set(exports.tables)
    assert "search_terms" not in set(exports.accounting["feed"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_market_tables_are_read_in_every_encoding(put: Put, market: ReadMarket, encoding: str) -> None:
    put("search_terms", "terms.csv", TERMS + "DE,2025-11-09,geschirrtücher küche,1,B0A,0.5,\n", encoding)
    assert market().tables["search_terms"]["term"].tolist() == ["geschirrtücher küche"]


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "tsv", "csv.gz"])
def test_a_market_table_is_the_same_in_every_format(
    put: Put, market: ReadMarket, tmp_path: Path, suffix: str
) -> None:
    path = put(
        "search_terms", "terms.csv", TERMS + 'DE,2025-11-09,a,1,B0A,"12,5 %",0.5\nDE,2025-11-09,b,2,B0B,3 %,\n'
    )
    expected = market().tables["search_terms"]
    frame: Any = pd.read_csv(path)
    path.unlink()
    target = path.with_suffix(f".{suffix}")
    if suffix == "xlsx":
        frame.to_excel(target, index=False, engine="xlsxwriter")
    elif suffix == "parquet":
        frame.to_parquet(target, index=False)
    else:
        frame.to_csv(target, index=False, sep="\t" if suffix == "tsv" else ",")
    pd.testing.assert_frame_equal(market().tables["search_terms"], expected)


def test_traffic_of_skus_that_are_no_products_is_set_aside_and_counted(put: Put, market: ReadMarket) -> None:
    rows = "DE,2025-11-09,HN-1,1,1,97%,1,9,EUR,0\nDE,2025-11-09,HN-2,1,1,97%,1,9,EUR,0\n"
    put("traffic", "traffic.csv", TRAFFIC + rows)
    assert market().tables["traffic"]["sku"].tolist() == ["HN-1", "HN-2"]
    read = market(skus=("HN-2", "HN-3"))
    assert read.tables["traffic"]["sku"].tolist() == ["HN-2"]
    assert read.set_aside.to_numpy().tolist() == [["traffic", NOT_LISTED, 1]]
    assert read.accounting[["rows_in", "kept", "set_aside"]].to_numpy().tolist() == [[2, 1, 1]]


def test_a_file_of_another_layout_is_counted_whole_and_listed_in_part(
    put: Put, market: ReadMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_rows, "MOST_LISTED", 5)
    put("search_terms", "terms.csv", TERMS + "DE,someday,a,1,B0A,0.5,\n" * 12)
    read = market()
    assert read.accounting["quarantined"].tolist() == [12]
    assert read.quarantine["line"].tolist() == ["2", "3", "4", "5", "6"]


def test_a_row_of_another_width_is_quarantined_with_its_line(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.csv", TERMS + "DE,2025-11-09,a,1,B0A,0.5,\nDE,2025-11-09,b,c,2,B0B,0.5,x\n")
    read = market()
    assert quarantined(read) == [("search_terms", "3", "", "8 / 7")]
    assert read.accounting[["rows_in", "kept", "quarantined"]].to_numpy().tolist() == [[2, 1, 1]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_row_of_any_file_is_accounted_for(put: Put, market: ReadMarket, data: st.DataObject) -> None:
    cell = st.sampled_from(["", "1", "0.5", "50 %", "112", "DE", "2025-11-09", "2025-11-23", "a", "B0A", "x,y"])
    rows = data.draw(st.lists(st.lists(cell, min_size=5, max_size=8), max_size=12))
    put("search_terms", "terms.csv", TERMS + "".join(",".join(row) + "\n" for row in rows))
    read = market()
    check_balance(read.accounting)
    assert read.accounting["rows_in"].sum() == sum(
        any(any(part) for part in ",".join(row).split(",")) for row in rows
    )
