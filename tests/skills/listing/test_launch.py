"""Whether a listing may go live: what holds it back, the gravest first, and what does not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.listing import judge_launch
from skills.listing.launch import HELD, OFFER, PICTURE, PROPOSED, UNCHANGED
from skills.vocabulary import MissingColumns

OFFERED = {OFFER: [{"currency": "EUR"}]}
Row = dict[str, Any]

FAULTS: dict[str, Row] = {
    "refused": {"state": "refused"},
    "block": {"answer": "block"},
    "preview": {"severities": ("warning", "error")},
    "pictures": {"pictures": (("MAIN", False, "must"),)},
    "no price": {"attributes": {}},
    "ask a professional": {"answer": "ask a professional"},
    "missing evidence": {"answer": "missing evidence"},
}
"""What each stand comes from; a listing has one answer of the gate."""
SOUND = (("MAIN", True, "must"), ("PT01", True, "should"))
ANSWERS = ("block", "ask a professional", "missing evidence")
FREE = tuple(name for name in HELD if name not in ANSWERS)


def judge(*listings: Row) -> list[Row]:
    """Listings that pass everything, each with what a test changes of it."""
    rows = [
        {"sku": "A", "country": "DE", "state": "composed", "attributes": OFFERED, "content": "{}",
         "product_type": "TOWEL", "answer": "pass", "severities": (), "pictures": SOUND, "sent": None} | listing
        for listing in listings
    ]  # fmt: skip
    stands = judge_launch(*tables(rows))
    return [{str(name): value for name, value in row.items()} for row in stands.to_dict("records")]


def tables(rows: list[Row]) -> list[pd.DataFrame]:
    keys = [(row["sku"], row["country"]) for row in rows]
    pairs = list(zip(keys, rows, strict=True))
    problems = [(*key, severity) for key, row in pairs for severity in row["severities"]]
    gate = [(*key, row["answer"] == "pass", row["answer"]) for key, row in pairs if row["answer"]]
    pictures = [(*key, *picture) for key, row in pairs for picture in row["pictures"]]
    sent = [(*key, "TOWEL", row["sent"]) for key, row in pairs if row["sent"] is not None]
    return [
        pd.DataFrame(rows, columns=["sku", "country", "product_type", "state", "attributes", "content"]),
        pd.DataFrame(problems, columns=["sku", "country", "severity"]),
        pd.DataFrame(gate, columns=["sku", "country", "open", "answer"]),
        pd.DataFrame(pictures, columns=["sku", "country", "slot", "passes", "weight"]).astype({"passes": "object"}),
        pd.DataFrame(sent, columns=["sku", "country", "product_type", "content"]),
    ]


def test_every_stand_that_holds_a_listing_back_has_its_fault_here() -> None:
    assert set(FAULTS) == set(HELD)


def test_a_listing_that_passes_everything_is_proposed() -> None:
    assert judge({}) == [{"sku": "A", "country": "DE", "stand": PROPOSED, "held_by": [], "picture": "passes"}]


@pytest.mark.parametrize("fault", HELD)
def test_each_fault_alone_holds_a_listing_back_under_its_own_name(fault: str) -> None:
    (row,) = judge(FAULTS[fault])
    assert (row["stand"], row["held_by"]) == (fault, [fault])


@pytest.mark.parametrize("answer", ["", *ANSWERS])
@given(found=st.sets(st.sampled_from(FREE)))
def test_of_several_faults_all_are_named_and_the_gravest_decides(answer: str, found: set[str]) -> None:
    faults = {*found, answer} - {""}
    (row,) = judge({name: value for fault in faults for name, value in FAULTS[fault].items()})
    assert row["held_by"] == [name for name in HELD if name in faults]
    assert row["stand"] == (row["held_by"] or [PROPOSED])[0]


@pytest.mark.parametrize(("sent", "stand"), [("{}", UNCHANGED), ('{"color":[]}', PROPOSED), (None, PROPOSED)])
def test_only_what_was_released_with_the_same_content_is_unchanged(sent: str | None, stand: str) -> None:
    assert judge({"sent": sent})[0]["stand"] == stand


def test_the_same_content_as_another_product_type_is_proposed_again() -> None:
    assert judge({"sent": "{}", "product_type": "TOWEL_SET"})[0]["stand"] == PROPOSED


@pytest.mark.parametrize("fault", HELD)
def test_what_was_released_before_is_held_back_once_a_rule_forbids_it(fault: str) -> None:
    assert judge({"sent": "{}"} | FAULTS[fault])[0]["stand"] == fault


def test_a_release_in_one_country_says_nothing_of_another() -> None:
    german, french = judge({"sent": "{}"}, {"country": "FR"})
    assert (german["stand"], french["stand"]) == (UNCHANGED, PROPOSED)


def test_a_listing_that_no_rule_was_asked_about_waits_for_a_professional() -> None:
    assert judge({"answer": ""})[0]["held_by"] == ["ask a professional"]


def test_a_gate_that_is_closed_without_a_known_reason_waits_for_a_professional() -> None:
    rows = tables([{"sku": "A", "country": "DE", "state": "composed", "attributes": OFFERED, "content": "{}",
                    "product_type": "TOWEL", "answer": "perhaps", "severities": (), "pictures": SOUND,
                    "sent": None}])  # fmt: skip
    assert judge_launch(*rows)["stand"].tolist() == ["ask a professional"]


def test_without_any_picture_a_listing_is_held_back() -> None:
    (row,) = judge({"pictures": ()})
    assert (row["stand"], row["picture"]) == ("pictures", "none")


def test_a_listing_whose_attributes_name_its_picture_needs_no_photo() -> None:
    (row,) = judge({"pictures": (), "attributes": OFFERED | {PICTURE: [{"media_location": "https://example.com/a"}]}})
    assert (row["stand"], row["picture"]) == (PROPOSED, "none")


def test_a_main_picture_that_breaks_a_must_holds_back_even_when_the_attributes_name_one() -> None:
    (row,) = judge({"attributes": OFFERED | {PICTURE: [{}]}} | FAULTS["pictures"])
    assert (row["stand"], row["picture"]) == ("pictures", "fails")


def test_warnings_of_the_preview_do_not_hold_back() -> None:
    assert judge({"severities": ("warning", "warning")})[0]["stand"] == PROPOSED


@pytest.mark.parametrize(
    ("pictures", "state"),
    [
        ((("MAIN", False, "should"), ("PT01", True, "must")), "warns"),
        ((("MAIN", True, "must"), ("PT01", False, "must")), "fails"),
        ((("MAIN", None, "must"), ("PT01", True, "must")), "unknown"),
        ((("MAIN", float("nan"), "must"), ("PT01", False, "should")), "warns"),
    ],
)
def test_the_worst_picture_is_told_but_only_a_must_of_the_main_one_holds_back(
    pictures: tuple[tuple[str, object, str], ...], state: str
) -> None:
    (row,) = judge({"pictures": pictures})
    assert (row["stand"], row["picture"]) == (PROPOSED, state)


def test_a_fault_in_one_country_leaves_the_other_countries_alone() -> None:
    for fault in HELD:
        rows = judge({"country": "DE"} | FAULTS[fault], {"country": "FR"}, {"sku": "B"})
        assert [row["stand"] for row in rows] == [fault, PROPOSED, PROPOSED]


@given(data=st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    places = [(sku, country) for sku in "AB" for country in ("DE", "FR")]
    rows: list[Row] = []
    for sku, country in places:
        faults = data.draw(st.sets(st.sampled_from(HELD), max_size=3))
        changed = {name: value for fault in sorted(faults) for name, value in FAULTS[fault].items()}
        rows.append(
            {"sku": sku, "country": country, "state": "composed", "attributes": OFFERED, "content": "{}",
             "product_type": "TOWEL", "answer": "pass", "severities": (), "pictures": SOUND,
             "sent": data.draw(st.sampled_from(["{}", None]))}
            | changed
        )  # fmt: skip
    given_tables = tables(rows)
    shuffled = [table.iloc[data.draw(st.permutations(range(len(table))))] for table in given_tables]
    first, second = (judge_launch(*one).set_index(["sku", "country"]).loc[places] for one in (given_tables, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_the_stands_come_in_the_order_of_the_listings_and_nothing_gives_nothing() -> None:
    rows = judge({"sku": "B"}, {"sku": "A", "country": "FR"}, {"sku": "A"})
    assert [(row["sku"], row["country"]) for row in rows] == [("B", "DE"), ("A", "FR"), ("A", "DE")]
    assert judge() == []


def test_a_table_that_lacks_a_column_is_refused() -> None:
    whole = tables([])
    for place, table in enumerate(whole):
        lacking = [*whole[:place], table.drop(columns="sku"), *whole[place + 1 :]]
        with pytest.raises(MissingColumns):
            judge_launch(*lacking)
