"""The watch over listings, event by event, and the complaints drafted from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.brand import complaint as words
from skills.brand import draft_complaint, watch_listings
from skills.brand import events as offers
from skills.brand import watch as events
from skills.brand.complaint import NoComplaint, UnusableCodes
from skills.brand.facts import UnusableSnapshots
from skills.brand.policy import BrandPolicy

POLICY = BrandPolicy()
DAY = date(2026, 11, 24)
OURS = {"seller": "OURS", "price_minor": 2490, "currency": "EUR", "fulfilment": "FBA"}
THIEF = {"seller": "THIEF", "price_minor": 1990, "currency": "EUR", "fulfilment": "FBM"}
QUICK = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def watch(
    snapshots: pd.DataFrame, own: pd.DataFrame, floors: pd.DataFrame, as_of: date = DAY
) -> list[dict[str, Any]]:
    rows = watch_listings(snapshots, own, floors, POLICY, as_of).to_dict("records")
    for row in rows:
        assert "{" not in str(row["reason"]).format(**row["values"])
    return [{str(key): value for key, value in row.items()} for row in rows]


def kinds(rows: list[dict[str, Any]]) -> list[str]:
    return [row["kind"] for row in rows]


def test_a_listing_as_approved_gives_no_event(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    assert watch(snapshots(), own(), floors) == []


def test_a_stranger_on_the_listing_is_a_hijacker_since_the_first_day(
    snapshots: Any, own: Any, floors: pd.DataFrame
) -> None:
    rows = watch(snapshots(offers=[OURS, THIEF], buy_box="THIEF"), own(), floors)
    assert kinds(rows) == ["hijacked_offer", "lost_buy_box", "price_undercut"]
    hijack, box, undercut = rows
    assert (hijack["severity"], hijack["reason"]) == ("urgent", offers.HIJACKED_BOX)
    assert (hijack["before"], hijack["after"]) == ("OURS", "THIEF: 19.90 EUR FBM")
    assert {str(row["since"].date()) for row in rows} == {"2026-11-22"}
    assert (box["before"], box["after"], box["severity"]) == ("OURS", "THIEF", "soon")
    assert undercut["reason"].format(**undercut["values"]) == "THIEF asks 19.90 EUR; your floor is 22.00 EUR."


def test_an_authorised_seller_is_none_and_its_low_price_is_told(
    snapshots: Any, own: Any, floors: pd.DataFrame
) -> None:
    rows = watch(snapshots(offers=[OURS, THIEF | {"seller": "PARTNER"}]), own(), floors)
    assert kinds(rows) == ["price_undercut"]


def test_an_own_price_below_the_floor_is_not_an_undercut(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    [row] = watch(snapshots(offers=[OURS | {"price_minor": 2100}]), own(), floors)
    assert (row["kind"], row["before"], row["after"]) == ("own_price_below_floor", "24.90 EUR", "21.00 EUR")


def test_a_price_in_another_currency_is_not_compared(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    [row] = watch(snapshots(offers=[OURS | {"currency": "USD"}]), own(), floors)
    assert (row["kind"], row["severity"]) == ("price_not_compared", "notice")


@pytest.mark.parametrize(
    ("field", "value", "before", "after"),
    [
        ("title", "Towel, cheap", "Towel set, 2 pieces", "Towel, cheap"),
        ("bullets", ["Cotton"], "Cotton ¶ Soft", "Cotton"),
        ("images", ["b2", "a1"], "a1 ¶ b2", "b2 ¶ a1"),
        ("brand", "Others", "Tavide", "Others"),
    ],
)
def test_changed_content_is_told_field_by_field(
    snapshots: Any, own: Any, floors: pd.DataFrame, field: str, value: Any, before: str, after: str
) -> None:
    [row] = watch(snapshots(**{field: value}), own(), floors)
    assert (row["kind"], row["field"], row["before"], row["after"]) == ("changed_content", field, before, after)
    reason = events.CHANGED if field == "brand" else events.CHANGED_SINCE
    assert (row["reason"], str(row["since"].date())) == (reason, "2026-11-22")


def test_what_the_seller_approved_counts_not_the_oldest_snapshot(
    snapshots: Any, own: Any, floors: pd.DataFrame
) -> None:
    assert watch(snapshots(title="Towel  set, new"), own(title="Towel set, new"), floors) == []
    [row] = watch(snapshots(), own(title="Towel set, new"), floors)
    assert (row["reason"], str(row["since"].date())) == (events.CHANGED, "2026-11-20")


def test_a_listing_that_is_no_longer_found_is_dead(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    frame = snapshots({"asin": "B02", "brand": "Zara", "seen_on": pd.Timestamp("2026-11-23")})
    gone = frame[(frame["asin"] == "B02") | (frame["seen_on"] < pd.Timestamp("2026-11-23"))]
    [row] = watch(gone, own(), floors)
    assert (row["kind"], row["reason"], str(row["since"].date())) == ("dead_listing", events.GONE, "2026-11-23")


@pytest.mark.parametrize(("status", "kind"), [("suppressed", "suppressed_listing"), ("dead", "dead_listing")])
def test_a_listing_that_buyers_cannot_find_is_urgent(
    snapshots: Any, own: Any, floors: pd.DataFrame, status: str, kind: str
) -> None:
    [row] = watch(snapshots(status=status), own(), floors)
    assert (row["kind"], row["severity"], row["before"], row["after"]) == (kind, "urgent", "live", status)


def test_look_alike_brands_and_the_own_brand_on_others_listings(
    snapshots: Any, own: Any, floors: pd.DataFrame
) -> None:
    last = {"seen_on": pd.Timestamp("2026-11-23"), "buy_box": "THIEF"}
    others = [
        {"asin": "B02", "brand": "Tav1de", **last},
        {"asin": "B03", "brand": "TAVIDE", **last},
        {"asin": "B04", "brand": "Tavode", **last},
        {"asin": "B05", "brand": "Zalando", **last},
    ]
    rows = watch(snapshots(*others), own(), floors)
    assert [(row["asin"], row["severity"]) for row in rows] == [("B02", "urgent"), ("B03", "urgent"), ("B04", "soon")]
    assert rows[1]["reason"] == events.BRAND_USED


def test_a_watch_that_saw_nothing_says_so(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    assert kinds(watch(snapshots(), own(), floors, date(2026, 12, 20))) == ["stale_snapshot"]
    assert kinds(watch(snapshots(), own(), floors, date(2026, 11, 21))) == ["no_history"]
    assert kinds(watch(snapshots(), own(country="FR"), floors)) == ["not_watched"]
    assert kinds(watch(snapshots(), own(asin="B99"), floors)) == ["look_alike_brand", "not_watched"]


def test_what_was_seen_on_the_morning_itself_is_not_known_yet(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    frame = snapshots({"seen_on": pd.Timestamp(DAY), "status": "dead"})
    assert watch(frame, own(), floors) == []


def test_a_gap_breaks_how_long_something_has_lasted(snapshots: Any, own: Any, floors: pd.DataFrame) -> None:
    early = {"seen_on": pd.Timestamp("2026-10-01"), "offers": [OURS, THIEF | {"price_minor": 2500}]}
    frame = snapshots(early, offers=[OURS, THIEF | {"price_minor": 2500}])
    frame = frame[frame["seen_on"] != pd.Timestamp("2026-11-20")]
    [row] = watch(frame, own(), floors)
    assert (row["kind"], str(row["since"].date())) == ("hijacked_offer", "2026-11-22")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"seen_on": pd.Timestamp("2026-11-21"), "status": "gone"},
        {"seen_on": pd.Timestamp("2026-11-21"), "offers": [{"seller": "", "price_minor": 1, "currency": "EUR"}]},
        {"seen_on": pd.Timestamp("2026-11-21"), "offers": [{"seller": "A", "price_minor": -1, "currency": "EUR"}]},
    ],
)
def test_snapshots_that_contradict_themselves_are_refused(
    snapshots: Any, own: Any, floors: pd.DataFrame, change: dict[str, Any]
) -> None:
    with pytest.raises(UnusableSnapshots, match="DE · B01"):
        watch(snapshots(change), own(), floors)


@QUICK
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_snapshots_does_not_matter(
    snapshots: Any, own: Any, floors: pd.DataFrame, seed: int
) -> None:
    frame = snapshots({"asin": "B02", "brand": "Tavode"}, offers=[THIEF, OURS], buy_box="", title="Other")
    one = watch_listings(frame, own(), floors, POLICY, DAY)
    other = watch_listings(frame.sample(frac=1, random_state=seed), own(), floors, POLICY, DAY)
    pd.testing.assert_frame_equal(one, other)


def hijack(snapshots: Any, own: Any, floors: pd.DataFrame) -> dict[str, Any]:
    return watch(snapshots(offers=[OURS, THIEF]), own(), floors)[0]


def bought(result: str, checked_on: str = "2026-11-23", seller: str = "THIEF") -> dict[str, Any]:
    return {
        "country": "DE", "sku": "TOWEL", "seller": seller, "unit": "306-1", "code": "AZ:X1", "result": result,
        "checked_on": pd.Timestamp(checked_on),
    }  # fmt: skip


def test_a_complaint_about_a_hijacker_asks_for_a_test_purchase(
    snapshots: Any, own: Any, floors: pd.DataFrame, no_codes: pd.DataFrame
) -> None:
    draft = draft_complaint(hijack(snapshots, own, floors), own(), no_codes, DAY)
    assert draft.ground == "counterfeit"
    assert [note for note, _ in draft.missing] == [words.BUY_ONE, words.READ_CODES, words.REGISTRATION]
    assert list(draft.evidence["value"]) == ["OURS", "THIEF: 19.90 EUR FBM", "2026-11-22"]
    assert [str(day.date()) for day in draft.evidence["seen_on"]] == ["2026-11-20", "2026-11-23", "2026-11-22"]


def test_serial_codes_prove_or_disprove_that_the_goods_are_ours(
    snapshots: Any, own: Any, floors: pd.DataFrame
) -> None:
    event, mine = hijack(snapshots, own, floors), own(trademark="DE 30 2024 1")
    codes = [bought("missing"), bought("valid"), bought("invalid", "2026-11-24"), bought("invalid", seller="PARTNER")]
    draft = draft_complaint(event, mine, pd.DataFrame(codes), DAY)
    assert (words.TESTED, {"units": 2, "bad": 1}) in draft.sentences
    assert draft.missing == [] and len(draft.codes) == 2
    genuine = draft_complaint(event, mine, pd.DataFrame([bought("valid")]), DAY)
    assert genuine.missing == [(words.ALL_VALID, {"units": 1})]
    with pytest.raises(UnusableCodes, match="maybe"):
        draft_complaint(event, mine, pd.DataFrame([bought("maybe")]), DAY)


def test_other_complaints_name_what_they_need(
    snapshots: Any, own: Any, floors: pd.DataFrame, no_codes: pd.DataFrame
) -> None:
    [changed] = watch(snapshots(title="Other"), own(), floors)
    assert [note for note, _ in draft_complaint(changed, own(), no_codes, DAY).missing] == [words.APPROVED]
    approved = own(title="Towel set, 2 pieces")
    assert draft_complaint(changed, approved, no_codes, DAY).missing == []
    other = {"asin": "B02", "brand": "Tavode", "seen_on": pd.Timestamp("2026-11-23")}
    [alike] = watch(snapshots(other), own(), floors)
    draft = draft_complaint(alike, own(trademark="1"), no_codes, DAY)
    assert (draft.ground, [note for note, _ in draft.missing]) == ("trademark", [words.ASK_COUNSEL])
    for note, values in draft.sentences:
        assert "{" not in note.format(**values)


def test_a_low_price_alone_is_no_ground_for_a_complaint(
    snapshots: Any, own: Any, floors: pd.DataFrame, no_codes: pd.DataFrame
) -> None:
    rows = watch(snapshots(offers=[OURS, THIEF | {"seller": "PARTNER"}]), own(), floors)
    with pytest.raises(NoComplaint, match="no breach"):
        draft_complaint(rows[0], own(), no_codes, DAY)
