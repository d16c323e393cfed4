"""A launch as a proposal: what may go live is a line, what may not says why; each answer of the gate stands once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import desk
import launch_world
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.seller import Seller
from skills.compliance.plan import COMING, COMING_HELD, COMING_UNKNOWN, NOT_APPLYING
from tasks.execution.carry import carry_out, list_open
from tasks.execution.targets import open_target
from tasks.launching import JOURNEY, NO_RECORDS
from tasks.listing_facts import read_facts, show_value
from tasks.listing_proposal import CHANGED, NEW, NO_SELLER, NO_TYPES, OWN_PREVIEW, write_attributes
from tasks.store.proposals import record_proposal
from tasks.store.snapshots import record_snapshot

Row = dict[str, Any]
Write = Callable[..., Seller]
TWO = [{"sku": "TT-1"}, {"sku": "TT-2"}]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.booleans() | st.integers() | texts | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@pytest.fixture
def write(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))

    def write(records: list[Row] = TWO, **changes: Any) -> Seller:
        return launch_world.write_files(tmp_path / "files", records, **changes)

    return write


def propose(seller: Seller, countries: str = "", skus: str = "") -> Row:
    return launch_world.propose(seller, launch_world.check(seller, countries, skus))


def find(body: Row, sku: str, country: str) -> Row:
    (row,) = (row for row in body["listings"] if (row["sku"], row["country"]) == (sku, country))
    return dict(row)


def say(row: Row) -> str:
    return str(row["reason"].format(**row["values"]))


def release(seller: Seller, body: Row) -> None:
    """Record the proposal, approve it, and carry out what was released."""
    frozen = record_snapshot(seller.id, desk.MORNING, {}, desk._no_quarantine()).digest
    content = json.dumps(body | {"snapshot": frozen}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    desk.say(record_proposal(content.encode()).digest, "chen")
    for row in list_open(seller.id):
        assert carry_out(row, open_target(row.target, seller), seller, desk.NOON).state == "done"


def change_title(write: Write) -> Seller:
    return write([{"sku": "TT-1", "title": "Haina Home Cotton Hand Towel"}, {"sku": "TT-2"}])


@given(attributes=st.dictionaries(texts, values, max_size=5), data=st.data())
def test_equal_attributes_are_equal_text_in_whatever_order_they_come(attributes: Row, data: st.DataObject) -> None:
    def shuffle(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffle(value[key]) for key in data.draw(st.permutations(list(value)))}
        return [shuffle(one) for one in value] if isinstance(value, list) else value

    text = write_attributes(attributes)
    assert write_attributes(shuffle(attributes)) == text
    assert json.loads(text) == attributes


@given(one=st.dictionaries(texts, values, max_size=3), other=st.dictionaries(texts, values, max_size=3))
def test_different_attributes_are_different_texts(one: Row, other: Row) -> None:
    assert write_attributes(one) != write_attributes(other) or one == other


def test_two_products_for_two_countries_are_one_decision_per_country_with_a_line_each(write: Write) -> None:
    body = propose(write())
    assert (body["journey"], body["countries"], body["counts"]) == (JOURNEY, ["DE", "US"], {"proposed": 4})
    assert [(one["id"], one["kind"], one["skus"]) for one in body["decisions"]] == [
        ("list:DE", "list", 2), ("list:US", "list", 2),
    ]  # fmt: skip
    for decision in body["decisions"]:
        assert decision["deadline"] == "2025-12-08"
        for line in decision["lines"]:
            payload = line["payload"]
            row = find(body, payload["sku"], payload["country"])
            assert (payload["kind"], payload["title"]) == ("listing", row["title"])
            assert line["title"] == f"{row['sku']} · {row['title']}"
            assert json.loads(payload["attributes"])["item_name"][0]["value"] == row["title"]
            assert (line["reason"], line["money_minor"]) == (NEW, 0)
    assert body["preview"] == {"by": "farsail", "sentence": OWN_PREVIEW, "types": {"TOWEL": 5}}


def test_a_proposal_holds_whole_numbers_texts_truths_lists_and_names_only(write: Write) -> None:
    records = [{"sku": "TT-1", "images": "gone.jpg"}, {"sku": "TT-2", "materials": ""}]
    body = propose(write(records, listing_evidence=[launch_world.DOCUMENT]))
    assert body["checks"] and body["pictures"]["sheet"] and body["brands"]

    def look(value: object, place: str) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                look(part, f"{place}.{name}")
        elif isinstance(value, list):
            for at, part in enumerate(value):
                look(part, f"{place}[{at}]")
        else:
            assert type(value) in (int, str, bool), place

    look(body, "body")


def test_the_same_launch_is_the_same_bytes(write: Write) -> None:
    assert propose(write()) == propose(write(list(reversed(TWO))))


def test_an_answer_of_the_gate_stands_once_for_all_the_skus_that_got_it(write: Write) -> None:
    report = launch_world.DOCUMENT | {"sku": "TT-3", "country": "DE", "kind": "azo_test_report"}
    seller = write([*TWO, {"sku": "TT-3"}], listing_evidence=[report])
    checked = launch_world.check(seller)
    body = launch_world.propose(seller, checked)
    groups = body["checks"]
    skus = {(group["rule"], group["answer"]): group["skus"] for group in groups if group["country"] == "DE"}
    assert (skus["eu_azo", "missing evidence"], skus["eu_azo", "pass"]) == (["TT-1", "TT-2"], ["TT-3"])
    assert skus["eu_fibre", "missing evidence"] == ["TT-1", "TT-2", "TT-3"]
    for group in groups:
        assert group["skus"] == sorted(set(group["skus"])) and group["skus"]
        assert say(group) and group["source"]
    told = {(sku, group["country"], group["rule"]) for group in groups for sku in group["skus"]}
    assert len(told) == sum(len(group["skus"]) for group in groups)
    missing = checked.checks[checked.checks["answer"] != "pass"]
    assert set(missing[["sku", "country", "rule"]].itertuples(index=False, name=None)) <= told
    assert [(group["country"], group["rule"]) for group in groups] == sorted(
        (group["country"], group["rule"]) for group in groups
    )


def test_a_listing_that_may_not_go_live_is_no_line_and_says_what_holds_it(write: Write) -> None:
    prices = [{"sku": "TT-1", "country": "DE", "price": "12.99", "currency": "EUR"}]
    seller = write([*TWO, {"sku": "TT-3", "product_type": "TWOEL"}], listing_prices=prices)
    body = propose(seller, countries="DE")
    assert body["counts"] == {"proposed": 1, "no price": 1, "preview": 1}
    assert [line["payload"]["sku"] for line in body["decisions"][0]["lines"]] == ["TT-1"]
    assert find(body, "TT-2", "DE")["price_minor"] == ""
    wrong = find(body, "TT-3", "DE")
    assert wrong["held_by"] == ["preview", "no price"]
    assert [say(problem) for problem in wrong["problems"]] == [
        "TWOEL in DE has no schema here. It is perhaps TOWEL: correct the product type."
    ]


def test_what_was_released_with_the_same_content_is_not_proposed_again(write: Write) -> None:
    seller = write()
    release(seller, propose(seller))
    body = propose(seller)
    assert (body["counts"], body["decisions"]) == ({"unchanged": 4}, [])
    assert find(body, "TT-1", "DE")["sent"]["as_of"] == desk.MORNING.isoformat()


def test_a_listing_that_changed_since_it_was_released_names_its_paper(write: Write) -> None:
    seller = write()
    release(seller, propose(seller))
    body = propose(change_title(write))
    assert body["counts"] == {"unchanged": 2, "proposed": 2}
    for decision in body["decisions"]:
        (line,) = decision["lines"]
        country = decision["country"]
        number = find(body, "TT-1", country)["sent"]["number"]
        assert number.startswith(f"LF-20251124-{country}-")
        assert line["reason"] == CHANGED
        assert say(line).startswith(f"Changed since {number} of 2025-11-24:")


def test_a_line_may_be_decided_while_every_document_that_its_gate_counts_holds(write: Write) -> None:
    documents = launch_world._list_documents(["TT-1", "TT-2"])
    for row in documents:
        if (row["country"], row["kind"]) == ("DE", "azo_test_report") and row["sku"] != "TT-2":
            row["expires"] = "2025-11-27"
    german, american = propose(write(listing_evidence=documents))["decisions"]
    assert [line["expires"] for line in german["lines"]] == ["2025-11-27", "2025-12-08"]
    assert [line["expires"] for line in american["lines"]] == ["2025-12-08", "2025-12-08"]
    assert (german["deadline"], american["deadline"]) == ("2025-11-27", "2025-12-08")


@pytest.mark.parametrize(
    ("applies", "reason", "last"),
    [("yes", COMING, "2025-11-26"), ("unknown", COMING_UNKNOWN, "2025-11-26"), ("no", NOT_APPLYING, "2025-12-08"),
     ("yes", COMING_HELD, "2025-12-08")],
)  # fmt: skip
def test_a_line_may_be_decided_until_a_rule_begins_that_nobody_held_it_against(
    write: Write, applies: str, reason: str, last: str
) -> None:
    seller = write([{"sku": "TT-1"}])
    checked = launch_world.check(seller, "DE")
    coming = checked.checks.iloc[:1].assign(
        in_force=False,
        answer="pass",
        applies=applies,
        reason=reason,
        effective_from="2025-11-27",
        values=pd.Series([{}], dtype="object"),
    )
    checks = pd.concat([checked.checks, coming], ignore_index=True)
    (decision,) = launch_world.propose(seller, replace(checked, checks=checks))["decisions"]
    assert ([line["expires"] for line in decision["lines"]], decision["deadline"]) == ([last], last)


def test_an_issue_that_a_newer_report_leaves_out_is_settled_also_when_its_product_is_launched_alone(
    write: Write,
) -> None:
    issue = {"seen_on": "2025-11-20", "country": "DE", "sku": "TT-1", "code": "1", "severity": "error",
             "attribute": "", "message": "Look at it."}  # fmt: skip
    seller = write(listing_issues=[issue, issue | {"seen_on": "2025-11-21", "sku": "TT-2"}])
    states = {skus: [(one["sku"], one["state"]) for one in propose(seller, skus=skus)["issues"]]
              for skus in ("", "TT-1")}  # fmt: skip
    assert states == {"": [("TT-1", "settled"), ("TT-2", "person")], "TT-1": [("TT-1", "settled")]}


def test_attributes_are_shown_by_the_names_of_the_countrys_own_schema(write: Write) -> None:
    german = {**launch_world.SCHEMA, "properties": {**launch_world.SCHEMA["properties"],
                                                    "item_length": {"title": "Länge", "type": "array"}}}  # fmt: skip
    body = propose(write(schemas={"TOWEL": launch_world.SCHEMA, "TOWEL_DE": german}))
    shown = {country: find(body, "TT-1", country)["attributes"] for country in ("DE", "US")}
    assert ["item_length", "Länge", "70.5 cm"] in shown["DE"]
    assert ["item_length", "Item Length"] in [fact[:2] for fact in shown["US"]]


def test_a_product_is_described_as_the_seller_wrote_it(write: Write) -> None:
    records = [{"sku": "TT-1", "materials": "62.5% cotton, 37.5% linen", "images": "a.jpg;b.jpg"}]
    (product,) = propose(write(records))["products"]
    assert (product["materials"], product["images"]) == ("62.5% cotton, 37.5% linen", ["a.jpg", "b.jpg"])
    assert (product["bullets"], product["search_terms"]) == (["Absorbent cotton"], ["bath towel", "hand towel"])
    assert ["item_length", "Item Length", "70.5 cm"] in product["attributes"]


def test_what_a_launch_lacks_is_told(write: Write, tmp_path: Path) -> None:
    seller = write(schemas={})
    seller = desk.write_seller(
        tmp_path / "sellers",
        inputs={name: {"files": source.files} for name, source in seller.inputs.items()},
        policy={"execution": {"marketplace_sellers": {"US": "A1US"}}},
    )
    told = [(one["reason"], one["values"]) for one in propose(seller)["degradations"]]
    assert (NO_SELLER, {"country": "DE"}) in told and (NO_SELLER, {"country": "US"}) not in told
    assert (NO_TYPES, {}) in told


def test_a_launch_of_nothing_is_a_proposal_without_lines_that_says_what_to_fill(write: Write, tmp_path: Path) -> None:
    seller = write()
    for name in ("records", "attributes", "prices"):
        (tmp_path / "files" / f"listing_{name}.csv").unlink()
    body = propose(seller)
    assert (body["decisions"], body["listings"], body["checks"], body["counts"]) == ([], [], [], {})
    assert NO_RECORDS in [one["reason"] for one in body["degradations"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Blue", "Blue"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (400.0, "400"),
        (1e-7, "0.0000001"),
        (Decimal("70.50"), "70.5"),
        ({"value": 70, "unit": "centimeters"}, "70 cm"),
        ({"value": 70, "unit": "furlongs"}, "70 furlongs"),
        ([{"value": "new_new", "marketplace_id": "A1"}], "new_new"),
        ([{"value": "Rot", "language_tag": "de_DE"}, {"value": "Blau", "language_tag": "de_DE"}], "Rot; Blau"),
        ({"value": "Blue", "standardized_values": ["blue"]}, "Blue (blue)"),
        ({"length": {"value": 2, "unit": "centimeters"}, "width": {"value": 1, "unit": "centimeters"}},
         "length 2 cm, width 1 cm"),
        ({"value": 2, "unit": "count", "type": "box"}, "2 count (box)"),
        ({"marketplace_id": "A1"}, ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_words_and_units(value: object, shown: str) -> None:
    assert show_value(value) == shown


@given(value=values)
def test_whatever_value_an_attribute_has_can_be_shown(value: object) -> None:
    assert isinstance(show_value(value), str)


def test_facts_leave_out_the_texts_and_the_offer_and_come_by_name() -> None:
    attributes = {
        "purchasable_offer": [{"currency": "EUR"}], "item_name": [{"value": "A"}], "color": [{"value": "Blue"}],
        "brand": [{"value": "Haina"}], "generic_keyword": [{"value": "x"}],
    }  # fmt: skip
    assert read_facts(attributes, {"color": "Colour"}) == [["brand", "", "Haina"], ["color", "Colour", "Blue"]]
