"""What listings are written from: each blemish is quarantined and told, and nothing else is lost."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.seller import Seller
from config.settings import ROOT, read_settings
from skills.compliance import check_products
from skills.compliance.policy import CompliancePolicy
from tasks.files import Exports
from tasks.files.exports import check_names
from tasks.files.listing_tables import LISTING_TABLES, WATCHED_TABLES
from tasks.files.listings import Listings
from tasks.files.problems import InvalidInput, UnknownHeader, UnreadableFile, WrongReport
from tasks.files.quarantine import check_balance
from tasks.product_records import join_records, read_rule_book
from tasks.records import record_snapshot
from tasks.store.snapshots import Snapshot, read_quarantine

Put = Callable[..., Path]
Read = Callable[..., Exports]
ReadListings = Callable[..., Listings]
Write = Callable[..., Path]

AS_OF = date(2025, 11, 24)
RECORDS = "sku,product_type,title,language,origin,materials,age_from_months,has_battery\n"
ATTRIBUTES = "sku,attribute,place,value,unit,reads_as\n"
EVIDENCE = "sku,country,kind,issued_on,expires,status\n"
REPORT = "DE_Listings_Feed_Report_2025-11-22.json"
RULES = {
    "compliance_rules", "compliance_words", "compliance_kinds", "text_rules", "listing_markets", "issue_rules",
    "size_systems", "image_rules", "brand_names", "bad_words",
}  # fmt: skip
OFFICIAL = "listings-feed-processing-report-schema-v2.example.json"


def told(read: Listings) -> list[tuple[str, str, str, str]]:
    """feed, line, column, value of each row in quarantine; every one says what was expected."""
    assert (read.quarantine["expected"] != "").all()
    check_balance(read.accounting)
    return list(read.quarantine[["feed", "line", "column", "value"]].itertuples(index=False, name=None))


def issue(severity: Any = "ERROR", message: Any = "It is required.", **more: Any) -> dict[str, Any]:
    return {"code": "90220", "severity": severity, "message": message, **more}


def test_every_documented_example_is_read_whole(put: Put, listings: ReadListings) -> None:
    for name in LISTING_TABLES:
        put(name, f"{name}.csv", (ROOT / "docs" / "examples" / f"{name}.csv").read_text(encoding="utf-8"))
    read = listings()
    assert told(read) == []
    for name, table in LISTING_TABLES.items():
        frame = read.tables[name]
        assert len(frame) >= 1, name
        assert list(frame.columns) == [column.name for column in table.columns]
        assert [str(dtype) for dtype in frame.dtypes] == [column.dtype for column in table.columns]


def test_a_seller_without_listings_has_empty_tables_and_the_rules(listings: ReadListings) -> None:
    read = listings()
    assert set(read.tables) == {*LISTING_TABLES, "product_types", "photos"} | RULES
    for name, table in LISTING_TABLES.items():
        assert read.tables[name].empty
        assert [str(dtype) for dtype in read.tables[name].dtypes] == [column.dtype for column in table.columns]
    assert read.tables["product_types"].empty
    assert read.tables["photos"].empty
    assert all(len(read.tables[name]) for name in RULES - {"brand_names", "bad_words"})
    assert read.accounting.empty
    assert read.quarantine.empty


def test_a_night_reads_what_was_seen_of_live_listings(read: Read) -> None:
    exports = read()
    for table in WATCHED_TABLES:
        assert len(exports.tables[table.name]) >= 1, table.name
    assert exports.tables["own_listings"]["currency"].tolist() == ["EUR", "USD"]
    assert exports.tables["own_listings"]["floor_minor"].tolist()[0] == 1200
    assert exports.quarantine.empty


def test_what_was_seen_on_the_morning_itself_is_not_known(read: Read) -> None:
    exports = read(as_of=date(2025, 11, 23))
    assert exports.tables["listing_snapshots"]["seen_on"].max() == pd.Timestamp("2025-11-20")
    assert exports.tables["listing_offers"].empty


def test_a_listing_seen_in_no_known_state_is_quarantined(read: Read, write: Write) -> None:
    write(
        "listing_snapshots.csv",
        "seen_on,country,asin,title,status\n2025-11-20,DE,B0A,Tuch,hidden\n2025-11-20,DE,B0A,Tuch,Live\n",
    )
    exports = read()
    assert exports.tables["listing_snapshots"]["status"].tolist() == ["live"]
    assert exports.quarantine[["column", "value", "expected"]].to_numpy().tolist() == [
        ["status", "hidden", "one of live, suppressed, dead"]
    ]


def test_a_floor_in_another_currency_than_the_marketplaces_is_quarantined(read: Read, write: Write) -> None:
    write(
        "own_listings.csv",
        "country,asin,sku,brand,seller,floor,currency\nDE,B0A,T-1,Nord,A1,9.50,\nDE,B0B,T-2,Nord,A1,9.50,USD\n",
    )
    exports = read()
    assert exports.tables["own_listings"][["floor_minor", "currency"]].to_numpy().tolist() == [[950, "EUR"]]
    assert exports.quarantine["value"].tolist() == ["USD / EUR"]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ("T-1,TOWEL,Towel,en,XX,,,", "origin", "XX"),
        ("T-1,TOWEL,Towel,en,CN,,three,", "age_from_months", "three"),
        ("T-1,TOWEL,Towel,en,CN,,2.5,", "age_from_months", "2.5"),
        ("T-1,TOWEL,Towel,en,CN,,,maybe", "has_battery", "maybe"),
        ("T-1,TOWEL,Towel,English,CN,,,", "language", "English"),
        ("T-1,TOWEL,Towel,en,CN,mostly cotton,,", "materials", "mostly cotton"),
        ('T-1,TOWEL,Towel,en,CN,"60% cotton, 50% linen",,', "materials", "60% cotton, 50% linen"),
        ("T-1,TOWEL,Towel,en,CN,Shell: 100% cotton,,", "materials", "Shell: 100% cotton"),
        ("T-1,,Towel,en,CN,,,", "product_type", ""),
    ],
)
def test_a_record_with_a_cell_that_says_nothing_usable_is_quarantined(
    put: Put, listings: ReadListings, cells: str, column: str, value: str
) -> None:
    put("listing_records", "records.csv", RECORDS + cells + "\nT-2,towel,Other,,,,,\n")
    read = listings()
    assert told(read) == [("listing_records", "2", column, value)]
    assert read.tables["listing_records"][["sku", "product_type", "language"]].to_numpy().tolist() == [
        ["T-2", "TOWEL", "en"]
    ]


def test_a_product_twice_is_read_once_and_told(put: Put, listings: ReadListings) -> None:
    put("listing_records", "records.csv", RECORDS + "T-1,TOWEL,First,,,,,\nt-1,TOWEL,Second,,,,,\n")
    put("listing_prices", "prices.csv", "sku,country,price\nT-1,DE,9.90\nT-1,Amazon.de,8.90\n")
    read = listings()
    assert read.tables["listing_records"]["title"].tolist() == ["First"]
    assert read.tables["listing_prices"]["price_minor"].tolist() == [990]
    assert told(read) == [
        ("listing_records", "3", "sku", "T-1"),
        ("listing_prices", "3", "sku / country", "T-1 / DE"),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ("T-1,Atlantis,9.90,EUR", "country", "Atlantis"),
        ("T-1,DE,9.90,USD", "currency", "USD / EUR"),
        ("T-1,DE,free,EUR", "price", "free"),
        ("T-1,DE,0,EUR", "price", "0"),
        (",DE,9.90,EUR", "sku", ""),
    ],
)
def test_a_price_that_no_marketplace_takes_is_quarantined(
    put: Put, listings: ReadListings, cells: str, column: str, value: str
) -> None:
    put("listing_prices", "prices.csv", f"sku,country,price,currency\n{cells}\nT-1,JP,1980,\n")
    read = listings()
    assert told(read) == [("listing_prices", "2", column, value)]
    assert read.tables["listing_prices"].to_numpy().tolist() == [["T-1", "JP", 1980, "JPY"]]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ('T-1,item_length,1,"12,5",cm,', "value", "12,5"),
        ("T-1,number_of_items,1,four,,number", "value", "four"),
        ("T-1,is_foldable,1,perhaps,,yes_no", "value", "perhaps"),
        ("T-1,color,1,Blue,,colour", "reads_as", "colour"),
        ("T-1,color,0,Blue,,", "place", "0"),
        ("T-1,bullet_point#1.value,1,Soft,,", "attribute", "bullet_point#1.value"),
        ("T-1,weight.value,1,3,,", "attribute", "weight.value"),
    ],
)
def test_an_attribute_that_is_not_what_it_is_said_to_be_is_quarantined(
    put: Put, listings: ReadListings, cells: str, column: str, value: str
) -> None:
    put("listing_attributes", "attributes.csv", f"{ATTRIBUTES}{cells}\nT-1,weight,,3,g,\n")
    read = listings()
    assert told(read) == [("listing_attributes", "2", column, value)]
    assert read.tables["listing_attributes"]["attribute"].tolist() == ["weight"]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ("*,Narnia,vat_number,2025-01-01,,complete", "country", "Narnia"),
        ("*,DE,driving_licence,2025-01-01,,complete", "kind", "driving_licence"),
        ("*,DE,vat_number,soon,,complete", "issued_on", "soon"),
        ("*,DE,vat_number,2025-01-02,2025-01-01,complete", "expires", "2025-01-01"),
        ("*,DE,vat_number,2025-01-01,,asked", "status", "asked"),
    ],
)
def test_a_document_that_no_rule_could_use_is_quarantined_and_the_others_are_checked(
    put: Put, listings: ReadListings, cells: str, column: str, value: str
) -> None:
    put("listing_records", "records.csv", RECORDS + "T-1,TOWEL,Cotton Towel,en,CN,100% cotton,,no\n")
    put("listing_evidence", "evidence.csv", f"{EVIDENCE}{cells}\nT-1,eu,exemption,,,Complete\n")
    read = listings()
    assert told(read) == [("listing_evidence", "2", column, value)]
    assert read.tables["listing_evidence"][["sku", "country", "status"]].to_numpy().tolist() == [
        ["T-1", "EU", "complete"]
    ]
    known = Snapshot("", "test", AS_OF, read.tables)
    book = read_rule_book(known)
    checks = check_products(join_records(known), known.listing_evidence, ["DE"], book, CompliancePolicy(), AS_OF)
    assert len(checks)


def test_a_document_dated_after_the_morning_stays_for_the_gate_to_judge(put: Put, listings: ReadListings) -> None:
    put("listing_evidence", "evidence.csv", EVIDENCE + "*,*,rn_number,2025-12-01,,complete\n")
    assert listings().tables["listing_evidence"]["issued_on"].tolist() == ["2025-12-01"]


def test_amazons_and_chinese_headers_are_known(put: Put, listings: ReadListings) -> None:
    put("listing_records", "records.csv", "货号,feed_product_type,标题,品牌,原产国\nt-1,TOWEL,Towel,Nord,CN\n")
    put("listing_prices", "prices.csv", "seller-sku,站点,售价\nT-1,Amazon.de,9.90\nT-1,A1VC38T7YXB528,1980\n")
    read = listings()
    assert told(read) == []
    assert read.tables["listing_records"][["sku", "title", "brand", "origin"]].to_numpy().tolist() == [
        ["T-1", "Towel", "Nord", "CN"]
    ]
    assert read.tables["listing_prices"][["country", "price_minor", "currency"]].to_numpy().tolist() == [
        ["DE", 990, "EUR"],
        ["JP", 1980, "JPY"],
    ]


def test_a_table_without_a_needed_column_is_refused_by_name(put: Put, listings: ReadListings) -> None:
    put("listing_prices", "prices.csv", "sku,price\nT-1,9.90\n")
    with pytest.raises(UnknownHeader, match=r"prices\.csv has no column for country .* of table listing_prices"):
        listings()


def test_a_report_gives_one_row_per_issue_and_attribute(put: Put, listings: ReadListings) -> None:
    report = {
        "header": {"sellerId": "A1", "version": "2.0"},
        "issues": [issue(sku="my-sku-b"), issue("warning", "The feed is late.", code=4000001)],
        "items": [{"sku": "My-SKU-C", "issues": [issue("INFO", attributeNames=["size", "color", "size"])]}],
    }
    put("listing_issues", REPORT, report)
    read = listings()
    assert told(read) == []
    frame = read.tables["listing_issues"]
    assert frame[["sku", "code", "severity", "attribute"]].to_numpy().tolist() == [
        ["MY-SKU-B", "90220", "error", ""],
        ["", "4000001", "warning", ""],
        ["MY-SKU-C", "90220", "info", "size"],
        ["MY-SKU-C", "90220", "info", "color"],
    ]
    assert set(frame["country"]) == {"DE"}
    assert set(frame["seen_on"]) == {pd.Timestamp("2025-11-22")}
    assert read.accounting[["rows_in", "kept"]].to_numpy().tolist() == [[3, 3]]


def test_an_answer_of_get_listings_item_is_read_for_its_sku(put: Put, listings: ReadListings) -> None:
    item = {"sku": "T-1", "summaries": [], "issues": [issue(attributeNames=["item_name"], categories=["INVALID"])]}
    put("listing_issues", "UK_T-1_2025-11-22.json", item)
    frame = listings().tables["listing_issues"]
    assert frame[["country", "sku", "attribute"]].to_numpy().tolist() == [["GB", "T-1", "item_name"]]


@pytest.mark.parametrize(
    ("bad", "column", "value"),
    [
        (issue("FATAL"), "severity", "FATAL"),
        (issue(None), "severity", ""),
        (issue(message=" "), "message", ""),
        (issue(message=None), "message", ""),
        ("It is required.", "message", "It is required."),
        (None, "message", ""),
        ([], "message", "[]"),
    ],
)
def test_an_issue_without_severity_or_message_is_quarantined(
    put: Put, listings: ReadListings, bad: Any, column: str, value: str
) -> None:
    put("listing_issues", REPORT, {"issues": [issue(), bad, issue(sku=None, code=None)], "items": [None, {"sku": 1}]})
    read = listings()
    assert told(read) == [("listing_issues", "2", column, value)]
    assert read.tables["listing_issues"][["sku", "code"]].to_numpy().tolist() == [["", "90220"], ["", ""]]


def test_half_of_a_sign_in_a_message_becomes_a_question_mark(put: Put, listings: ReadListings) -> None:
    put("listing_issues", REPORT, '{"issues": [{"severity": "ERROR", "message": "Cut \\ud83d"}]}')
    assert listings().tables["listing_issues"]["message"].tolist() == ["Cut ?"]


def test_a_report_of_the_morning_itself_is_not_known_yet(put: Put, listings: ReadListings) -> None:
    put("listing_issues", REPORT, {"issues": [issue(), issue("FATAL")]})
    read = listings(as_of=date(2025, 11, 22))
    assert read.tables["listing_issues"].empty
    assert read.accounting[["rows_in", "kept", "quarantined", "after_as_of"]].to_numpy().tolist() == [[2, 0, 1, 1]]


def test_reports_and_a_plain_table_of_issues_are_one_table(put: Put, listings: ReadListings) -> None:
    put("listing_issues", REPORT, {"issues": [issue()]})
    put("listing_issues", "more.csv", "seen_on,country,severity,message\n2025-11-21,FR,Error,Non\n2025-11-21,FR,,\n")
    packed = put("listing_issues", "FR_2025-11-20.json", {"issues": [issue()]})
    packed.with_suffix(".json.gz").write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    read = listings()
    assert sorted(read.tables["listing_issues"]["country"]) == ["DE", "FR", "FR"]
    assert told(read) == [("listing_issues", "3", "severity", "")]


@pytest.mark.parametrize(
    ("name", "content", "refusal", "message"),
    [
        (REPORT, '{"issues": [', UnreadableFile, "is damaged JSON"),
        (REPORT, "[" * 100_000, UnreadableFile, "is damaged JSON"),
        (REPORT, {"reportSpecification": {}}, WrongReport, "it has no list `issues`"),
        (REPORT, [issue()], WrongReport, "it has no list `issues`"),
        ("report-2025-11-22.json", {"issues": []}, WrongReport, "names neither its country nor its day"),
        ("DE_report.json", {"issues": []}, WrongReport, "names neither its country nor its day"),
    ],
)
def test_a_file_that_is_no_report_is_refused_by_name(
    put: Put, listings: ReadListings, name: str, content: Any, refusal: type[Exception], message: str
) -> None:
    put("listing_issues", name, content)
    with pytest.raises(refusal, match=f"{re.escape(name)}.* {message}"):
        listings()


def test_the_sellers_file_may_say_which_country_a_report_is_of(put: Put, listings: ReadListings) -> None:
    put("listing_issues", "berlin-2025-11-22.json", {"issues": [issue()]})
    read = listings(listing_issues={"countries": {"berlin-*": "DE"}})
    assert read.tables["listing_issues"]["country"].tolist() == ["DE"]


@pytest.mark.shared
def test_the_official_sample_of_a_processing_report_is_read_whole(put: Put, listings: ReadListings) -> None:
    sample = read_settings().data.parent / "spapi" / "schemas" / "feeds" / OFFICIAL
    if not sample.exists():
        pytest.skip("the official processing report is not on this machine")
    put("listing_issues", "US_Listings_Feed_Report_2025-11-22.json", sample.read_text(encoding="utf-8"))
    read = listings()
    assert told(read) == []
    frame = read.tables["listing_issues"]
    assert frame.groupby("severity").size().to_dict() == {"error": 3, "warning": 5}
    assert sorted(frame.loc[frame["code"] == "18448", "attribute"]) == [
        "item_diameter", "item_dimensions", "item_weight", "theme"
    ]  # fmt: skip


SCHEMA = {"$schema": "https://json-schema.org/draft/2019-09/schema", "properties": {"item_name": {"title": "名"}}}


def test_schemas_are_kept_by_product_type_and_country(put: Put, listings: ReadListings) -> None:
    put("product_types", "TOWEL.json", SCHEMA)
    put("product_types", "TABLE_LINEN_UK.json", SCHEMA)
    put("product_types", "CAR_XX.json", SCHEMA)
    types = listings().tables["product_types"]
    assert sorted(types["name"]) == ["CAR_XX", "TABLE_LINEN/GB", "TOWEL"]
    assert json.loads(types["document"][0]) == SCHEMA


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", "7", '{"properties": []}', '{"schema": {"link": {}}}', "[" * 100_000,
     '{"properties": {"a": {"title": "\\ud83d"}}}'],
)  # fmt: skip
def test_a_file_that_is_no_schema_is_quarantined_and_the_others_are_read(
    put: Put, listings: ReadListings, content: str
) -> None:
    put("product_types", "BROKEN.json", content)
    put("product_types", "TOWEL.json", SCHEMA)
    read = listings()
    assert read.tables["product_types"]["name"].tolist() == ["TOWEL"]
    assert told(read) == [("product_types", "1", "", "")]
    assert read.quarantine["file"].tolist() == ["BROKEN.json"]
    assert read.quarantine["expected"].str.startswith("a JSON Schema of a product type").all()


def test_a_schema_in_no_known_encoding_is_quarantined(put: Put, listings: ReadListings) -> None:
    put("product_types", "TOWEL.json", json.dumps(SCHEMA, ensure_ascii=False), encoding="gb18030")
    assert told(listings()) == [("product_types", "1", "", "")]


def test_a_second_schema_of_one_product_type_is_quarantined(put: Put, listings: ReadListings) -> None:
    put("product_types", "a/TOWEL.json", SCHEMA)
    put("product_types", "b/TOWEL.json", {"properties": {}})
    read = listings(product_types={"files": str(put("product_types", "c.txt", "").parent / "*" / "*.json")})
    assert told(read) == [("product_types", "1", "", "TOWEL")]
    assert read.quarantine["file"].tolist() == ["b/TOWEL.json"]
    assert json.loads(read.tables["product_types"]["document"][0]) == SCHEMA


def test_a_photo_is_known_by_what_is_in_it(put: Put, listings: ReadListings) -> None:
    put("photos", "main.jpg", "pixels")
    assert listings().tables["photos"].to_numpy().tolist() == [["main.jpg", hashlib.sha256(b"pixels").hexdigest()]]


def test_an_input_that_is_no_table_is_refused_and_those_of_listings_are_known() -> None:
    inputs = {name: {"files": "x"} for name in (*LISTING_TABLES, "own_listings", "product_types", "photos")}
    check_names(Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs}))
    with pytest.raises(InvalidInput, match="listing_pictures"):
        check_names(
            Seller.model_validate(
                {"id": "test", "name": {"en": "Test"}, "inputs": inputs | {"listing_pictures": {"files": "x"}}}
            )
        )


@pytest.mark.usefixtures("store")
def test_a_launch_freezes_its_tables_rules_and_quarantine_with_the_nights(
    put: Put, read: Read, listings: ReadListings
) -> None:
    put(
        "listing_records", "records.csv", RECORDS + "T-1,TOWEL,Towel,en,CN,100% cotton,36,no\nT-2,TOWEL,,,,cotton,,\n"
    )
    put("product_types", "TOWEL.json", SCHEMA)
    exports, found = read(), listings()
    known = record_snapshot.fn("demo", AS_OF, exports, listings=found)
    assert set(known.tables) >= {*exports.tables, *found.tables}
    assert read_quarantine(known.digest)["value"].tolist() == ["cotton"]
    again = record_snapshot.fn("demo", AS_OF, read(), listings=listings())
    assert again.digest == known.digest
    assert record_snapshot.fn("demo", AS_OF, exports).digest != known.digest
