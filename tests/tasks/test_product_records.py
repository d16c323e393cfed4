"""Product records as the skills take them: nothing that the seller wrote is changed or lost on the way."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.seller import Seller
from skills.compliance import check_products
from skills.compliance.policy import CompliancePolicy
from skills.listing import check_listing, compose_listings
from skills.listing.policy import ListingPolicy
from skills.listing.translate_glossary import GlossaryEngine
from tasks.files.listing_values import read_attribute, read_materials, split_texts
from tasks.files.listings import Listings, read_listings
from tasks.product_records import join_records, read_rule_book, read_schemas
from tasks.store.snapshots import Snapshot

AS_OF = date(2025, 11, 24)
RECORDS = """\
sku,product_type,brand,title,bullet_1,bullet_3,generic_keywords,origin,materials,age_from_months,has_battery,touches_food,plug,\
images,opportunity
T-2,TOWEL,Nord,Cotton Towel,Soft,Washable,tea towel; dish towel;;,CN,"62,5% cotton, 37,5% linen",0,no,yes,,\
main.jpg; b.jpg,OC-1
T-1,TOWEL,,Plain Towel,,,,,,,,,,,
"""
ATTRIBUTES = """\
sku,attribute,place,value,unit,reads_as
T-2,item_length,,70.50,cm,
T-2,number_of_items,,4,,
T-2,model_number,,007,,
T-2,part_number,,1E5,,
T-2,thread_count,,300,,text
T-2,is_foldable,,Yes,,yes_no
T-2,condition_type,,new_new,,code
T-2,main_product_image_locator,,https://example.com/a.jpg,,link
T-2,color,2,Blue,,
T-2,color,1,White,,
T-2,item_dimensions.length,,70,cm,
T-2,item_dimensions.shape,,square,,code
T-2,ghs.kind,2,b,,
T-2,ghs.code,1,a,,
"""
PRICES = "sku,country,price,currency\nT-2,DE,15.99,EUR\nT-2,JP,2180,JPY\nT-9,DE,1,EUR\n"


def write(folder: Path, **tables: str) -> Seller:
    """A seller with these tables."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    inputs = {name: {"files": f"{folder}/{name}.csv"} for name in tables}
    inputs["product_types"] = {"files": f"{folder}/*.json"}
    return Seller.model_validate({"id": "test", "name": {"en": "Test"}, "inputs": inputs})


@pytest.fixture
def read(tmp_path: Path) -> Listings:
    seller = write(tmp_path, listing_records=RECORDS, listing_attributes=ATTRIBUTES, listing_prices=PRICES)
    found = read_listings(seller, AS_OF)
    assert found.quarantine.empty
    return found


@pytest.fixture
def known(read: Listings) -> Snapshot:
    return Snapshot("", "test", AS_OF, read.tables)


@pytest.fixture
def records(known: Snapshot) -> dict[str, dict[str, Any]]:
    return {
        row["sku"]: {str(name): value for name, value in row.items()}
        for row in join_records(known).to_dict("records")
    }


def test_each_sku_is_one_record_in_order(known: Snapshot) -> None:
    assert join_records(known)["sku"].tolist() == ["T-1", "T-2"]


def test_a_record_says_what_its_row_says(records: dict[str, dict[str, Any]]) -> None:
    towel = records["T-2"]
    assert towel["bullets"] == ["Soft", "Washable"]
    assert towel["search_terms"] == ["tea towel", "dish towel"]
    assert towel["images"] == ["main.jpg", "b.jpg"]
    assert towel["materials"] == [("cotton", Decimal("62.5")), ("linen", Decimal("37.5"))]
    assert towel["price"] == {"DE": (1599, "EUR"), "JP": (2180, "JPY")}
    assert (towel["age_from_months"], towel["has_battery"], towel["touches_food"]) == (0, False, True)
    assert (towel["origin"], towel["language"], towel["plug"], towel["opportunity"]) == ("CN", "en", "", "OC-1")


def test_what_a_record_leaves_blank_is_unknown(records: dict[str, dict[str, Any]]) -> None:
    plain = records["T-1"]
    assert plain["age_from_months"] is plain["has_battery"] is plain["touches_food"] is None
    assert plain["materials"] == plain["bullets"] == plain["search_terms"] == plain["images"] == []
    assert plain["attributes"] == plain["price"] == {}


def test_attributes_are_exact_and_of_the_kind_they_are_said_to_be(records: dict[str, dict[str, Any]]) -> None:
    assert records["T-2"]["attributes"] == {
        "color": ["White", "Blue"],
        "condition_type": {"value": "new_new"},
        "ghs": [{"code": "a"}, {"kind": "b"}],
        "is_foldable": True,
        "item_dimensions": {"length": {"value": 70, "unit": "cm"}, "shape": "square"},
        "item_length": {"value": Decimal("70.50"), "unit": "cm"},
        "main_product_image_locator": {"media_location": "https://example.com/a.jpg"},
        "model_number": "007",
        "number_of_items": 4,
        "part_number": "1E5",
        "thread_count": "300",
    }


def test_no_records_are_a_frame_with_every_column(tmp_path: Path) -> None:
    empty = join_records(Snapshot("", "test", AS_OF, read_listings(write(tmp_path), AS_OF).tables))
    assert empty.empty
    assert {"sku", "bullets", "attributes", "price", "materials", "images"} <= set(empty.columns)


def test_records_are_what_the_skills_take(known: Snapshot) -> None:
    records = join_records(known)
    markets = known.listing_markets[known.listing_markets["country"].isin(["DE", "JP"])].reset_index(drop=True)
    listed = compose_listings(records, markets, known.text_rules, GlossaryEngine(), ListingPolicy(), AS_OF)
    assert listed[["sku", "country"]].to_numpy().tolist() == [
        ["T-1", "DE"], ["T-1", "JP"], ["T-2", "DE"], ["T-2", "JP"]
    ]  # fmt: skip
    check_listing(read_schemas(known), listed, ListingPolicy())
    book = read_rule_book(known)
    checks = check_products(records, known.listing_evidence, ["DE", "JP"], book, CompliancePolicy(), AS_OF)
    assert set(checks["sku"]) == {"T-1", "T-2"}


def test_schemas_come_back_as_they_were_written(tmp_path: Path) -> None:
    schema = {"properties": {"item_name": {"maxLength": 200, "title": "商品名"}}, "type": "object"}
    (tmp_path / "TOWEL.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "TOWEL_JP.json").write_text(json.dumps(schema | {"required": ["item_name"]}), encoding="utf-8-sig")
    read = read_listings(write(tmp_path), AS_OF)
    assert read_schemas(Snapshot("", "test", AS_OF, read.tables)) == {
        "TOWEL": schema,
        "TOWEL/JP": schema | {"required": ["item_name"]},
    }


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("100% cotton", "cotton 100"),
        ("60% cotton,40% linen", "cotton 60, linen 40"),
        ("62,5 % cotton; 37.5% linen", "cotton 62.5, linen 37.5"),
        ("cotton 60 % + linen 40 %", "cotton 60, linen 40"),
        ("65%聚酯纤维、35%棉", "聚酯纤维 65, 棉 35"),
        ("棉：100％", "棉 100"),
        ("50% nylon 6,6; 50% wool", "nylon 6,6 50, wool 50"),
        ("80% cotton", "cotton 80"),
        ("cotton", ""),
        ("0% cotton", ""),
        ("60% cotton, linen", ""),
        ("60% cotton, 41% linen", ""),
        ("Shell: 100% cotton", ""),
        ("60% 40%", ""),
        ("", ""),
    ],
)
def test_shares_of_materials_are_read_or_not_known(text: str, shares: str) -> None:
    assert ", ".join(f"{name} {share}" for name, share in read_materials(text)) == shares


@given(
    st.lists(st.tuples(st.sampled_from(["cotton", "linen", "PU foam", "nylon 6"]), st.integers(1, 25)), max_size=4)
)
def test_shares_that_make_no_more_than_a_whole_come_back(shares: list[tuple[str, int]]) -> None:
    for between in (", ", "; ", " + ", "；"):
        text = between.join(f"{share}% {name}" for name, share in shares)
        assert read_materials(text) == [(name, Decimal(share)) for name, share in shares]


@given(st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False, places=3))
def test_a_number_keeps_its_figure(number: Decimal) -> None:
    read = read_attribute(f"{number:f}", "", "number")
    assert isinstance(read, int | Decimal)
    assert read == number


@given(st.text(max_size=30), st.sampled_from(["", "cm"]), st.sampled_from(["", "text", "code", "link", "number"]))
def test_an_attribute_is_a_number_its_own_text_or_nothing(text: str, unit: str, reads_as: str) -> None:
    read = read_attribute(text, unit, reads_as)
    value = next(iter(read.values())) if isinstance(read, dict) else read
    assert value is None or value == text or Decimal(text) == value
    assert not isinstance(value, float)


def test_a_list_in_a_cell_takes_both_semicolons() -> None:
    assert split_texts(" a ; b；；c ") == ["a", "b", "c"]


def test_prices_of_products_without_a_record_are_left_out(known: Snapshot) -> None:
    frame: pd.DataFrame = join_records(known)
    assert all("T-9" not in str(row) for row in frame.to_dict("records"))
