"""Launching listings as users meet it: 40 SKUs in five countries, through gate and preview to feeds, and back."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.seller import read_seller
from config.settings import read_settings
from flows.execute import execute
from flows.launch_listing import launch_listing
from tasks.approvals import codes
from tasks.approvals.answer import Answer
from tasks.approvals.decide import record_answer
from tasks.artifacts import report_path
from tasks.files.listing_tables import LISTING_TABLES, WATCHED_TABLES
from tasks.listed import list_sent
from tasks.nights import BadParameter
from tasks.store import nights
from tasks.store.proposals import Proposal, read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.long, pytest.mark.usefixtures("at_home")]

MORNING = date(2025, 11, 24)
COUNTRIES = ["DE", "FR", "GB", "JP", "US"]


@pytest.fixture(scope="module")
def proposal(installation: Path, prefect_server: None) -> Proposal:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return read_proposal(launch_listing("demo"))


@pytest.fixture(scope="module")
def body(proposal: Proposal) -> dict[str, Any]:
    return proposal.body


def find(body: dict[str, Any], sku: str, country: str) -> dict[str, Any]:
    return next(row for row in body["listings"] if (row["sku"], row["country"]) == (sku, country))


def test_forty_products_are_written_for_five_countries_and_most_can_go_live(body: dict[str, Any]) -> None:
    assert body["countries"] == COUNTRIES
    assert len({row["sku"] for row in body["listings"]}) == 40 and len(body["listings"]) == 200
    assert body["counts"]["proposed"] > 100
    assert sum(body["counts"].values()) == 200
    assert [decision["id"] for decision in body["decisions"]] == [f"list:{country}" for country in COUNTRIES]


def test_a_listing_is_proposed_only_where_gate_preview_and_pictures_let_it(body: dict[str, Any]) -> None:
    lines = {
        (line["payload"]["sku"], line["payload"]["country"])
        for decision in body["decisions"]
        for line in decision["lines"]
    }
    for row in body["listings"]:
        free = row["gate"]["open"] and not any(problem["severity"] == "error" for problem in row["problems"])
        assert ((row["sku"], row["country"]) in lines) == (row["held_by"] == [])
        assert free or row["held_by"]


@pytest.mark.parametrize(
    ("sku", "country", "held", "said"),
    [
        ("HN-DC109", "DE", "preview", "It is perhaps DISH_CLOTH"),
        ("HN-OM603", "FR", "preview", "color is missing"),
        ("HN-TW204", "GB", "preview", "item_weight is missing"),
        ("HN-AP502", "JP", "no price", ""),
        ("HN-DC106", "US", "pictures", ""),
        ("HN-TW203", "US", "missing evidence", ""),
        ("HN-DC104", "US", "block", ""),
    ],
)
def test_what_must_not_go_live_says_why(body: dict[str, Any], sku: str, country: str, held: str, said: str) -> None:
    row = find(body, sku, country)
    assert held in row["held_by"]
    assert said in " ".join(problem["reason"].format(**problem["values"]) for problem in row["problems"])


def test_an_expired_certificate_is_told_with_its_day_and_its_remedy(body: dict[str, Any]) -> None:
    told = [check for check in body["checks"] if check["rule"] == "eu_azo" and "HN-TL301" in check["skus"]]
    assert {check["country"] for check in told} == {"DE", "FR"}
    for check in told:
        assert "2025-09-30" in check["reason"].format(**check["values"])
        assert check["answer"] == "missing evidence" and check["remedy"] and check["source"] and check["remedy_zh"]


def test_a_title_too_long_hidden_signs_and_two_alphabets_are_told(body: dict[str, Any]) -> None:
    said = {
        sku: " ".join(note.format(**values) for note, values in find(body, sku, "DE")["notes"])
        for sku in ("HN-TW205", "HN-TL304")
    }
    assert "cut to" in said["HN-TW205"]
    assert "invisible signs" in said["HN-TL304"] and "mixes scripts" in said["HN-TL304"]
    lengths = find(body, "HN-TW205", "DE")["lengths"]["title"]
    assert lengths["bytes"] <= lengths["most_bytes"]


def test_no_text_of_any_country_is_over_its_limit_and_the_brand_stands_in_every_title(body: dict[str, Any]) -> None:
    for row in body["listings"]:
        assert row["stand"] == "refused" or "Haina Home" in row["title"]
        for length in row["lengths"].values():
            assert length["most_bytes"] == "" or length["bytes"] <= length["most_bytes"]
            assert length["most_characters"] == "" or length["characters"] <= length["most_characters"]


def test_what_the_marketplace_returned_is_mended_or_explained(body: dict[str, Any]) -> None:
    states = {(row["sku"], row["code"]): row["state"] for row in body["issues"]}
    assert {"mended", "person"} <= set(states.values())
    title = find(body, "HN-DC103", "DE")
    assert states["HN-DC103", "90057"] == "mended" and title["lengths"]["title"]["bytes"] <= 45
    assert all(row["remedy"] and row["cause_zh"] for row in body["issues"] if row["rule"])


def test_what_happened_to_live_listings_stands_beside_it(body: dict[str, Any]) -> None:
    kinds = {event["kind"] for event in body["watch"]["events"]}
    assert {"dead_listing", "suppressed_listing", "changed_content", "hijacked_offer"} <= kinds
    assert body["watch"]["complaints"]


def test_the_pages_name_every_listing_in_both_languages(proposal: Proposal) -> None:
    front = report_path(proposal)
    text = front.read_text(encoding="utf-8")
    assert "模拟数据" in text or "Generated data" in text
    for country in COUNTRIES:
        page = front.with_name(f"{front.stem}.{country}.html").read_text(encoding="utf-8")
        assert all(row["sku"] in page for row in proposal.body["products"])
        assert "<script" not in page and "None" not in page
    assert front.with_name(f"{front.stem}.pictures.html").exists()


def test_the_same_morning_again_is_the_same_proposal(proposal: Proposal) -> None:
    assert launch_listing("demo") == proposal.digest


def test_products_and_countries_may_be_named_and_unknown_ones_are_refused(
    installation: Path, prefect_server: None
) -> None:
    few = read_proposal(launch_listing("demo", "2025-11-23", skus="HN-DC101 hn-tw202", countries="DE, JP")).body
    assert {(row["sku"], row["country"]) for row in few["listings"]} == {
        (sku, country) for sku in ("HN-DC101", "HN-TW202") for country in ("DE", "JP")
    }
    assert {row["sku"] for row in few["issues"]} <= {"HN-DC101", "HN-TW202"}
    with pytest.raises(BadParameter, match="HN-NOPE"):
        launch_listing("demo", skus="HN-NOPE")
    with pytest.raises(BadParameter, match="BR"):
        launch_listing("demo", countries="BR")
    with pytest.raises(BadParameter, match="OC-1"):
        launch_listing("demo", opportunity="OC-1")
    assert nights.list_open_nights() == []


def test_approved_listings_become_one_valid_feed_per_country_and_are_not_proposed_again(
    installation: Path, prefect_server: None
) -> None:
    digest = launch_listing("demo", "2025-11-25", countries="DE JP")
    decided = read_proposal(digest)
    now = datetime.now().astimezone()
    seller = read_seller("demo")
    codes.enroll(seller, "chen", again=True)
    answer = Answer(
        "approve", "chen", codes.read_code(seller, "chen", now), "terminal", f"test/{digest}", leave_out="2 1.1"
    )
    recorded = record_answer(digest, answer, now)
    assert recorded.released == 2  # the paper and the feed of Germany
    execute("demo")
    (feed,) = (installation / "outbox" / "demo" / "2025-11-25").glob("LF-*.feed.json")
    document = json.loads(feed.read_text(encoding="utf-8"))
    approved = [line["payload"]["sku"] for line in decided.body["decisions"][0]["lines"][1:]]
    assert [message["sku"] for message in document["messages"]] == approved
    assert document["header"]["sellerId"] == seller.policy.execution.marketplace_sellers["DE"]
    sent = list_sent("demo", date(2025, 11, 25))
    assert sorted(sent["sku"]) == sorted(approved) and set(sent["country"]) == {"DE"}
    later = read_proposal(launch_listing("demo", "2025-11-26", countries="DE JP")).body
    stands = {(row["sku"], row["country"]): row["stand"] for row in later["listings"]}
    assert all(stands[sku, "DE"] == "unchanged" for sku in approved)
    left = decided.body["decisions"][0]["lines"][0]["payload"]["sku"]
    assert stands[left, "DE"] == "proposed"


def test_a_listing_whose_record_changed_is_proposed_again_with_what_it_replaces(
    installation: Path, prefect_server: None
) -> None:
    records = installation / "sellers" / "demo" / "exports" / "listing" / "listing_records.csv"
    rows = list(csv.reader(records.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("bullet_1")
    sent = list_sent("demo", date(2025, 11, 25))["sku"].tolist()[0]
    before = records.read_text(encoding="utf-8")
    for row in rows[1:]:
        if row[0] == sent:
            row[at] = "Made of 100% cotton"
    with records.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    try:
        changed = read_proposal(launch_listing("demo", "2025-11-27", skus=sent, countries="DE")).body
    finally:
        records.write_text(before, encoding="utf-8")
    (decision,) = changed["decisions"]
    assert decision["lines"][0]["values"]["number"].startswith("LF-20251125-DE-")


def test_a_seller_without_records_gets_a_page_that_says_so(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None
) -> None:
    facts = yaml.safe_load((read_settings().sellers / "demo.yaml").read_text(encoding="utf-8"))
    inputs = {*LISTING_TABLES, *(table.name for table in WATCHED_TABLES), "product_types", "photos"}
    facts["inputs"] = {name: value for name, value in facts["inputs"].items() if name not in inputs}
    facts["id"] = "plain"
    (tmp_path / "plain.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path))
    found = read_proposal(launch_listing("plain"))
    assert found.body["decisions"] == [] and found.body["listings"] == []
    assert "listing_records" in json.dumps(found.body["degradations"])
    assert nights.list_open_nights() == []
