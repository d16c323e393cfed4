"""Released listings become feed documents that the official schema takes, and a workbook beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import desk
import jsonschema
import pytest
from python_calamine import CalamineWorkbook

from config.language import LANGUAGES, translator
from config.seller import Seller
from config.settings import read_settings
from skills.listing.compose_feed import MOST_MESSAGES
from tasks.execution.carry import carry_out, list_open
from tasks.execution.feeds import FeedsTarget
from tasks.execution.papers import write_paper
from tasks.execution.targets import Refused, TargetTrouble, open_target
from tasks.store.ledger import list_events

Payload = dict[str, Any]
KEY, DIGEST = "6b1f" * 16, "d41d" * 16


@pytest.fixture
def seller(home: Path, monkeypatch: pytest.MonkeyPatch) -> Seller:
    monkeypatch.setenv("FARSAIL_SELLERS", str(home / "sellers"))
    return desk.write_seller(home / "sellers")


@pytest.fixture
def released(seller: Seller) -> dict[str, Payload]:
    """Target → what was released for it: two listings for Germany."""
    decision = desk.listings(desk.listing_line("TT-2"), desk.listing_line("TT-1", title="Haina Home Küchentücher"))
    desk.say(desk.propose(decision, journey="launch_listing"), "chen")
    return {row.target: json.loads(row.payload) for row in list_open("haina")}


def read_documents(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.feed.json"))}


def test_the_document_carries_what_was_approved_to_the_letter(seller: Seller, released: dict[str, Payload]) -> None:
    payload = released["feeds"]
    place = FeedsTarget(seller).act(KEY, DIGEST, payload)
    document = json.loads(Path(read_settings().home, place).read_text(encoding="utf-8"))

    assert place == f"outbox/haina/2025-11-24/{payload['number']}.feed.json"
    assert payload["number"].startswith("LF-20251124-DE-")
    assert document["header"]["sellerId"] == "A1GENERATEDEU"
    assert [(message["messageId"], message["sku"]) for message in document["messages"]] == [(1, "TT-1"), (2, "TT-2")]
    approved = {line["payload"]["sku"]: json.loads(line["payload"]["attributes"]) for line in payload["lines"]}
    assert {message["sku"]: message["attributes"] for message in document["messages"]} == approved
    assert {message["productType"] for message in document["messages"]} == {"TOWEL"}


@pytest.mark.shared
def test_the_document_is_valid_against_the_official_schema(seller: Seller, released: dict[str, Payload]) -> None:
    schema = read_settings().data.parent / "spapi" / "schemas" / "feeds" / "listings-feed-schema-v2.json"
    if not schema.exists():
        pytest.skip("the official feed schema is not on this machine")
    FeedsTarget(seller).act(KEY, DIGEST, released["feeds"])
    (document,) = read_documents(read_settings().home).values()
    jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(document)


def test_the_same_instruction_makes_the_same_bytes_whatever_the_order_of_its_lines(
    seller: Seller, released: dict[str, Payload]
) -> None:
    target, payload = FeedsTarget(seller), released["feeds"]
    turned = {**payload, "lines": payload["lines"][::-1]}
    path = Path(read_settings().home, target.act(KEY, DIGEST, payload))
    first = path.read_bytes()
    assert Path(read_settings().home, target.act(KEY, DIGEST, turned)) == path
    assert path.read_bytes() == first
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_more_than_a_feed_takes_goes_into_a_second_document(seller: Seller, released: dict[str, Payload]) -> None:
    (one, _) = released["feeds"]["lines"]
    lines = [
        {**one, "payload": {**one["payload"], "sku": f"S{at:05d}", "attributes": "{}"}}
        for at in range(MOST_MESSAGES + 1)
    ]
    place = FeedsTarget(seller).act(KEY, DIGEST, {**released["feeds"], "lines": lines})
    number, documents = released["feeds"]["number"], read_documents(read_settings().home)
    assert place.endswith(f"{number}.feed.json")
    assert {name: len(document["messages"]) for name, document in documents.items()} == {
        f"{number}.feed.json": MOST_MESSAGES,
        f"{number}.2.feed.json": 1,
    }
    assert documents[f"{number}.2.feed.json"]["messages"][0]["sku"] == f"S{MOST_MESSAGES:05d}"


def test_without_the_sellers_id_at_the_marketplace_no_document_is_written_and_the_ledger_says_why(
    seller: Seller, released: dict[str, Payload]
) -> None:
    nameless = desk.write_seller(read_settings().sellers, policy={"execution": {"marketplace_sellers": {"US": "A1"}}})
    with pytest.raises(Refused, match="marketplace_sellers"):
        FeedsTarget(nameless).act(KEY, DIGEST, released["feeds"])
    assert read_documents(read_settings().home) == {}
    (row,) = [row for row in list_open("haina") if row.target == "feeds"]
    assert carry_out(row, open_target("feeds", nameless), nameless, desk.NOON).state == "refused"
    (outcome,) = list_events(event="outcome")
    assert outcome.facts["state"] == "refused"
    assert "marketplace_sellers" in json.dumps(outcome.facts)


@pytest.mark.parametrize("slip", ["another country", "a SKU twice"])
def test_a_feed_of_two_countries_or_with_a_sku_twice_is_refused_for_good(
    seller: Seller, released: dict[str, Payload], slip: str
) -> None:
    payload = json.loads(json.dumps(released["feeds"]))
    second = payload["lines"][1]["payload"]
    second |= {"country": "FR"} if slip == "another country" else {"sku": payload["lines"][0]["payload"]["sku"]}
    with pytest.raises(Refused, match="of one country"):
        FeedsTarget(seller).act(KEY, DIGEST, payload)
    assert read_documents(read_settings().home) == {}


def test_a_feed_carries_listings_alone_and_is_never_read_back(seller: Seller, released: dict[str, Payload]) -> None:
    with pytest.raises(Refused, match="listings alone"):
        FeedsTarget(seller).act(KEY, DIGEST, {**released["feeds"], "kind": "order"})
    with pytest.raises(TargetTrouble):
        FeedsTarget(seller).observe(KEY, DIGEST, released["feeds"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_lists_each_listing_with_its_title_and_what_identifies_it(
    released: dict[str, Payload], language: str, tmp_path: Path
) -> None:
    path, say = tmp_path / "paper.xlsx", translator(language)  # type: ignore[arg-type]
    payload = released["files"]
    path.write_bytes(write_paper(payload, KEY, language))  # type: ignore[arg-type]
    assert write_paper(payload, KEY, language) == path.read_bytes()  # type: ignore[arg-type]
    book = CalamineWorkbook.from_path(path)
    summary, lines = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [say("Country"), "DE"] in [row[:2] for row in summary]
    assert say("Listings") in summary[0][0] and payload["number"] in summary[0][0]
    assert book.sheet_names[1] == {"en": "Line items", "zh_CN": "明细"}[language]
    assert not {say("Units"), say("Cartons")} & {row[0] for row in summary}  # a listing is no quantity
    rows = {row[1]: row for row in lines if str(row[0]).startswith("1.")}
    assert {sku: row[2] for sku, row in rows.items()} == {
        "TT-1": "Haina Home Küchentücher",
        "TT-2": "Haina Home Geschirrtücher",
    }
    assert {row[6] for row in rows.values()} == {line["digest"] for line in payload["lines"]}
    assert {row[5] for row in rows.values()} == {1}
