"""Official JSON: reports with a specification, and answers of Customer Feedback and Catalog Items."""

from __future__ import annotations

import copy
import gzip
import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.seller import Seller
from config.settings import read_settings
from tasks.files import market_json
from tasks.files.market import Market, read_market
from tasks.files.market_json import stream_entries
from tasks.files.problems import EmptyExport, UnreadableFile, WrongReport
from tasks.files.tables import TABLES

Put = Callable[..., Path]
ReadMarket = Callable[..., Market]

TERMS: dict[str, Any] = {
    "reportSpecification": {
        "reportType": "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT",
        "reportOptions": {"reportPeriod": "WEEK"},
        "dataStartTime": "2025-11-09",
        "dataEndTime": "2025-11-15",
        "marketplaceIds": ["A1PA6795UKMFR9"],
    },
    "dataByDepartmentAndSearchTerm": [
        {
            "departmentName": "Amazon.de",
            "searchTerm": "spültuch",
            "searchFrequencyRank": 1,
            "clickedAsin": f"B0{at}",
            "clickShareRank": at,
            "clickShare": share,
            "conversionShare": 0,
        }
        for at, share in ((1, 0.125), (2, 1))
    ],
}
TRAFFIC: dict[str, Any] = {
    "reportSpecification": {
        "reportType": "GET_SALES_AND_TRAFFIC_REPORT",
        "reportOptions": {"dateGranularity": "WEEK", "asinGranularity": "SKU"},
        "dataStartTime": "2025-11-09",
        "dataEndTime": "2025-11-15",
        "marketplaceIds": ["A1PA6795UKMFR9"],
    },
    "salesAndTrafficByDate": [{"date": "2025-11-09"}],
    "salesAndTrafficByAsin": [
        {
            "parentAsin": "B0P",
            "childAsin": "B0C",
            "sku": "hn-1",
            "salesByAsin": {"unitsOrdered": 3, "orderedProductSales": {"amount": 38.97, "currencyCode": "EUR"}},
            "trafficByAsin": {"sessions": 40, "pageViews": 55, "buyBoxPercentage": 0.5},
        }
    ],
}
REVIEWS: dict[str, Any] = {
    "asin": "B0A",
    "itemName": "Rack",
    "marketplaceId": "ATVPDKIKX0DER",
    "countryCode": "US",
    "dateRange": {"startDate": "2025-05-01T08:35:43.717Z", "endDate": "2025-11-01T08:35:43.717Z"},
    "topics": {
        "positiveTopics": [
            {
                "topic": "Assembly",
                "asinMetrics": {"numberOfMentions": 36, "occurrencePercentage": 17.31, "starRatingImpact": 0.4},
            }
        ],
        "negativeTopics": [
            {
                "topic": "Assembly",
                "asinMetrics": {"numberOfMentions": None, "occurrencePercentage": 0.9, "starRatingImpact": -2.3},
            }
        ],
    },
}
RETURNS: dict[str, Any] = {
    "browseNodeId": "123456789",
    "displayName": "Shoe rack",
    "marketplaceId": "ATVPDKIKX0DER",
    "countryCode": "US",
    "dateRange": {"startDate": "2025-05-01T08:35:43.717Z", "endDate": "2025-11-01T08:35:43.717Z"},
    "topics": [{"topic": "Weak fragile", "browseNodeMetrics": {"occurrencePercentage": {"allProducts": 27.5}}}],
}
ITEM: dict[str, Any] = {
    "asin": "B0A",
    "attributes": {
        "product_site_launch_date": [{"value": "2024-03-11T08:00:01.000Z", "marketplace_id": "ATVPDKIKX0DER"}],
        "bullet_point": [{"value": "soft", "marketplace_id": "ATVPDKIKX0DER"}, {"value": "hot; 95 °C"}],
    },
    "dimensions": [
        {
            "marketplaceId": "ATVPDKIKX0DER",
            "package": {
                "height": {"unit": "inches", "value": 2},
                "length": {"unit": "inches", "value": 10},
                "width": {"unit": "centimeters", "value": 20},
                "weight": {"unit": "pounds", "value": 1},
            },
        }
    ],
    "salesRanks": [
        {"marketplaceId": "ATVPDKIKX0DER", "displayGroupRanks": [{"title": "Kitchen", "rank": 72855}]},
    ],
    "summaries": [{"marketplaceId": "ATVPDKIKX0DER", "brand": "Haina", "itemName": "Dish cloth"}],
}


def changed(report: dict[str, Any], **specification: Any) -> dict[str, Any]:
    """The report with another specification."""
    other = copy.deepcopy(report)
    other["reportSpecification"] |= specification
    return other


def test_the_search_terms_report_lacks_titles_and_brands_and_is_read_without(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.json", TERMS)
    read = market()
    terms = read.tables["search_terms"]
    assert read.quarantine.empty
    assert terms["click_share"].tolist() == [0.125, 1.0]
    assert terms[["country", "department", "term", "title", "brand"]].drop_duplicates().to_numpy().tolist() == [
        ["DE", "Amazon.de", "spültuch", "", ""]
    ]
    assert {str(week)[:10] for week in terms["week"]} == {"2025-11-09"}
    assert "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT" in read.accounting["read_as"][0]


def test_a_report_that_states_shares_of_one_has_none_beyond_it(put: Put, market: ReadMarket) -> None:
    report = copy.deepcopy(TERMS)
    report["dataByDepartmentAndSearchTerm"][1]["clickShare"] = 1.5
    put("search_terms", "terms.json", report)
    read = market()
    assert read.tables["search_terms"]["click_share"].tolist() == [0.125]
    assert read.quarantine[["column", "value"]].to_numpy().tolist() == [["clickShare", "1.5"]]


def test_a_report_that_is_packed_or_names_itself_last_reads_the_same(put: Put, market: ReadMarket) -> None:
    path = put("search_terms", "terms.json", TERMS)
    expected = market().tables["search_terms"]
    path.write_text(json.dumps(dict(reversed(TERMS.items()))), encoding="utf-8")
    assert market().tables["search_terms"].equals(expected)
    path.unlink()
    path.with_suffix(".json.gz").write_bytes(gzip.compress(json.dumps(TERMS).encode()))
    assert market().tables["search_terms"].equals(expected)


def test_an_empty_report_is_an_empty_table(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.json", TERMS | {"dataByDepartmentAndSearchTerm": []})
    read = market()
    assert read.tables["search_terms"].empty
    assert read.accounting["rows_in"].tolist() == [0]


def test_a_bad_entry_is_quarantined_with_its_number_and_the_name_of_its_field(put: Put, market: ReadMarket) -> None:
    report = copy.deepcopy(TERMS)
    del report["dataByDepartmentAndSearchTerm"][1]["clickedAsin"]
    report["dataByDepartmentAndSearchTerm"].append("no entry")
    put("search_terms", "terms.json", report)
    read = market()
    assert read.quarantine[["line", "column", "value"]].to_numpy().tolist() == [
        ["dataByDepartmentAndSearchTerm!2", "clickedAsin", ""],
        ["dataByDepartmentAndSearchTerm!3", "searchTerm", ""],
    ]
    assert read.accounting[["rows_in", "kept", "quarantined"]].to_numpy().tolist() == [[3, 1, 2]]


def test_a_week_that_is_not_over_on_the_morning_is_left_out(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.json", TERMS)
    for as_of, kept in ((date(2025, 11, 15), 0), (date(2025, 11, 16), 2)):
        read = market(as_of)
        assert len(read.tables["search_terms"]) == kept
        assert read.accounting["after_as_of"].tolist() == [2 - kept]


def test_sales_and_traffic_count_for_the_week_that_their_first_day_lies_in(put: Put, market: ReadMarket) -> None:
    put("traffic", "traffic.json", changed(TRAFFIC, dataStartTime="2025-11-12", dataEndTime="2025-11-18"))
    read = market(date(2025, 11, 18))
    assert read.tables["traffic"].empty  # the last of its days is not over
    [row] = market(date(2025, 11, 19)).tables["traffic"].to_dict("records")
    assert str(row["week"])[:10] == "2025-11-09"
    assert (row["sku"], row["sessions"], row["page_views"], row["units"]) == ("HN-1", 40, 55, 3)
    assert (row["buy_box_share"], row["sales_minor"], row["refunded_units"]) == (0.005, 3897, 0)


def test_a_report_drawn_by_asin_names_the_asin(put: Put, market: ReadMarket) -> None:
    report = copy.deepcopy(TRAFFIC)
    del report["salesAndTrafficByAsin"][0]["sku"]
    put("traffic", "traffic.json", report)
    assert market().tables["traffic"]["sku"].tolist() == ["B0C"]


def test_sales_in_another_currency_than_the_marketplaces_are_quarantined(put: Put, market: ReadMarket) -> None:
    put("traffic", "traffic.json", changed(TRAFFIC, marketplaceIds=["ATVPDKIKX0DER"]))
    read = market()
    assert read.tables["traffic"].empty
    assert read.quarantine[["line", "value"]].to_numpy().tolist() == [["salesAndTrafficByAsin!1", "EUR / USD"]]


@pytest.mark.parametrize(
    ("table", "report", "message"),
    [
        ("search_terms", TRAFFIC, r"is a GET_SALES_AND_TRAFFIC_REPORT; table search_terms is read from GET_BRAND_AN"),
        ("traffic", TERMS, r"is a GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT; .* from GET_SALES_AND_TRAFFIC_REPORT"),
        ("deliveries", TERMS, r"table deliveries is read from CSV, Excel, Parquet"),
        ("search_terms", REVIEWS, r"JSON without a reportSpecification.*Expected GET_BRAND_ANALYTICS_SEARCH_TERMS"),
        ("feedback_topics", ITEM, r"holds asin, attributes.*read from answers of getItemReviewTopics"),
        ("catalog_items", REVIEWS, r"holds asin, itemName.*read from answers of getCatalogItem"),
        ("feedback_topics", {"errors": []}, r"holds errors; table feedback_topics"),
        ("search_terms", {"reportSpecification": 5}, r"JSON without a reportSpecification"),
        ("catalog_items", ITEM | {"summaries": ["?"]}, r"not built as getCatalogItem"),
        ("feedback_topics", REVIEWS | {"topics": {"positiveTopics": 5}}, r"not built as getItemReviewTopics"),
        ("search_terms", changed(TERMS, marketplaceIds=["A000"]), r"is of marketplace A000\. Expected the id of one"),
        ("search_terms", changed(TERMS, marketplaceIds=["A1PA6795UKMFR9", "A13V1IB3VIYZZH"]), r"one marketplace"),
        ("search_terms", changed(TERMS, dataEndTime="2025-12-08"), r"covers 2025-11-09 to 2025-12-08"),
        ("search_terms", changed(TERMS, reportOptions={"reportPeriod": "MONTH"}), r"\(MONTH\). Expected one week"),
        ("traffic", changed(TRAFFIC, dataEndTime="2025-11-30"), r"covers 2025-11-09 to 2025-11-30"),
    ],
)  # fmt: skip
def test_a_report_of_another_type_period_or_place_is_refused_with_what_was_expected(
    put: Put, market: ReadMarket, table: str, report: dict[str, Any], message: str
) -> None:
    put(table, "report.json", report)
    with pytest.raises(WrongReport, match=message):
        market()


def test_a_marketplace_that_the_seller_names_is_known(put: Put, market: ReadMarket) -> None:
    put("search_terms", "terms.json", changed(TERMS, marketplaceIds=["A000"]))
    assert set(market(search_terms={"countries": {"A000": "NL"}}).tables["search_terms"]["country"]) == {"NL"}


@pytest.mark.parametrize("cut", [1, 40, 300, 500, -1])
def test_a_damaged_report_is_refused_with_the_place(put: Put, market: ReadMarket, cut: int) -> None:
    put("search_terms", "terms.json", json.dumps(TERMS)[:cut])
    with pytest.raises(UnreadableFile, match=r"terms\.json is damaged JSON: .*at character \d+\. Download"):
        market()


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_report_of_no_bytes_is_refused(put: Put, market: ReadMarket, text: str) -> None:
    put("search_terms", "terms.json", text)
    with pytest.raises(EmptyExport, match=r"terms\.json is empty"):
        market()


def test_text_after_the_end_or_in_another_encoding_is_damage(put: Put, market: ReadMarket) -> None:
    path = put("search_terms", "terms.json", json.dumps(TERMS) + "}")
    with pytest.raises(UnreadableFile, match="text after the end"):
        market()
    path.write_bytes(json.dumps(TERMS, ensure_ascii=False).encode("cp1252"))
    with pytest.raises(UnreadableFile, match=r"damaged JSON.*decode"):
        market()


def test_json_is_read_the_same_whatever_blocks_it_comes_in(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(
        "search_terms", "terms.json", json.dumps(TERMS | {"number": 123456, "nothing": [], "null": None}, indent=1)
    )
    whole = list(stream_entries(path, "terms.json"))
    assert ("number", 0, 123456) in whole
    for block in (1, 2, 7, 64):
        monkeypatch.setattr(market_json, "_BLOCK", block)
        assert list(stream_entries(path, "terms.json")) == whole


def test_topics_of_reviews_are_praise_or_complaint(put: Put, market: ReadMarket) -> None:
    put("feedback_topics", "B0A.json", REVIEWS)
    topics = market().tables["feedback_topics"]
    assert topics["sentiment"].tolist() == ["positive", "negative"]
    assert set(topics["kind"]) == {"review"}
    assert topics["mentions"].tolist() == [36, 0]
    assert topics["occurrence_share"].tolist() == [0.1731, 0.009]
    assert topics["star_impact"].tolist() == [0.4, -2.3]


def test_topics_of_returns_are_of_the_browse_node(put: Put, market: ReadMarket) -> None:
    put("feedback_topics", "all.json", [REVIEWS, RETURNS])
    topics = market().tables["feedback_topics"]
    row = topics[topics["kind"] == "return"].iloc[0]
    assert (row["country"], row["asin"], row["topic"], row["sentiment"]) == (
        "US",
        "123456789",
        "Weak fragile",
        "negative",
    )
    assert row["occurrence_share"] == 0.275
    assert math.isnan(row["star_impact"])


def test_topics_of_reviews_written_later_are_not_known(put: Put, market: ReadMarket) -> None:
    put("feedback_topics", "all.json", [REVIEWS, RETURNS])
    read = market(date(2025, 11, 1))
    assert read.tables["feedback_topics"].empty
    assert read.accounting["after_as_of"].tolist() == [3]


def test_a_catalog_item_is_read_in_our_units_with_the_day_of_its_file(put: Put, market: ReadMarket) -> None:
    put(
        "catalog_items",
        "page-2025-11-20.json",
        {"numberOfResults": 1, "pagination": {"nextToken": "x"}, "items": [ITEM]},
    )
    [row] = market().tables["catalog_items"].to_dict("records")
    assert (row["country"], row["asin"], str(row["seen_on"])[:10]) == ("US", "B0A", "2025-11-20")
    assert (row["title"], row["brand"], row["category"], row["rank"]) == ("Dish cloth", "Haina", "Kitchen", 72855)
    assert (row["length_cm"], row["width_cm"], row["height_cm"]) == (25.4, 20.0, 5.08)
    assert row["weight_kg"] == pytest.approx(0.453592)
    assert (row["price_minor"], row["currency"], str(row["launched_on"])[:10]) == (0, "USD", "2024-03-11")
    assert row["features"] == "soft;hot, 95 °C"


def test_a_catalog_item_without_a_day_in_its_files_name_is_quarantined(put: Put, market: ReadMarket) -> None:
    put("catalog_items", "item.json", ITEM)
    read = market()
    assert read.tables["catalog_items"].empty
    assert read.quarantine[["line", "column"]].to_numpy().tolist() == [["items!1", "day in the file's name"]]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "pattern", "rows"),
    [
        ("search_terms", "sellingPartnerSearchTermsReport.*", 12),
        ("search_queries", "sellingPartnerSearchQueryPerformanceReport.*", 2),
        ("search_catalog", "sellingPartnerSearchCatalogPerformanceReport.*", 2),
        ("traffic", "sellerSalesAndTrafficReport.example0.*", 3),
        ("traffic", "sellerSalesAndTrafficReport.example1.*", 3),
        ("traffic", "sellerSalesAndTrafficReport.example2.*", 3),
    ],
)
def test_every_official_sample_is_read_whole(table: str, pattern: str, rows: int) -> None:
    folder = read_settings().data.parent / "spapi" / "samples" / "official_json_reports"
    if not folder.exists():
        pytest.skip(f"Amazon's samples are not here ({folder})")
    inputs = {table: {"files": f"{folder}/{pattern}"}}
    seller = Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs})
    read = read_market(seller, date(2025, 11, 24), TABLES["products"].empty())
    assert read.quarantine.empty
    assert len(read.tables[table]) == rows
    assert set(read.tables[table]["country"]) == {"US"}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "model", "path", "rows"),
    [
        ("feedback_topics", "customer-feedback-api-model/customerFeedback_2024-06-01.json", "reviews/topics", 3),
        ("feedback_topics", "customer-feedback-api-model/customerFeedback_2024-06-01.json", "returns/topics", 5),
        ("catalog_items", "catalog-items-api-model/catalogItems_2022-04-01.json", "items/{asin}", 1),
        ("catalog_items", "catalog-items-api-model/catalogItems_2022-04-01.json", "2022-04-01/items", 1),
    ],
)
def test_every_official_answer_is_read_whole(
    put: Put, market: ReadMarket, table: str, model: str, path: str, rows: int
) -> None:
    file = read_settings().data.parent / "spapi" / "models" / model
    if not file.exists():
        pytest.skip(f"Amazon's models are not here ({file})")
    paths = json.loads(file.read_text(encoding="utf-8"))["paths"]
    operation = next(value for name, value in paths.items() if name.endswith(path))["get"]
    put(table, "answer-2025-11-20.json", operation["responses"]["200"]["examples"]["application/json"])
    read = market()
    assert read.quarantine.empty
    assert len(read.tables[table]) >= rows
    assert set(read.tables[table]["country"]) == {"US"}
