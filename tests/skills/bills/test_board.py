"""The in-transit board: where each unit is, how often dates moved, how late."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from bill_world import AS_OF, LANE, make_events, make_inbound
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.bills import list_date_changes, track_shipments
from skills.bills.board import UNIT_STATES
from skills.bills.policy import BillsPolicy

LANES, POLICY = pd.DataFrame([LANE]), BillsPolicy()
SAIL = {"event": "departed", "known_on": pd.Timestamp("2025-10-29"), "container": "TGHU1"}


def track(*events: dict[str, Any], units: dict[str, int] | None = None) -> dict[str, Any]:
    inbound = make_inbound(units if units is not None else {"A": 480})
    board = track_shipments(inbound, make_events(*events), LANES, POLICY, AS_OF)
    assert len(board) == 1
    return {str(name): value for name, value in board.iloc[0].items()}


def at(known_on: str, event: str, **more: Any) -> dict[str, Any]:
    return {"known_on": pd.Timestamp(known_on), "event": event, **more}


@pytest.mark.parametrize(
    ("events", "state", "customs", "where", "step"),
    [
        ([at("2025-11-01", "booked")], "waiting to depart", "not filed", "waiting_units", "departure"),
        ([SAIL], "on the way", "not filed", "moving_units", "arrival"),
        ([SAIL, at("2025-11-10", "customs_filed")], "on the way", "filed", "moving_units", "arrival"),
        ([SAIL, at("2025-11-20", "arrived"), at("2025-11-21", "customs_exam")], "at customs", "exam",
         "customs_units", "release by customs"),
        ([SAIL, at("2025-11-20", "arrived"), at("2025-11-21", "customs_held")], "at customs", "held",
         "customs_units", "release by customs"),
        ([SAIL, at("2025-11-20", "arrived"), at("2025-11-21", "customs_released")], "to be received", "released",
         "to_receive_units", "receipt at the warehouse"),
    ],
)  # fmt: skip
def test_a_shipment_says_where_it_is_and_what_comes_next(
    events: list[dict[str, Any]], state: str, customs: str, where: str, step: str
) -> None:
    row = track(*events)
    assert (row["state"], row["customs"], row["next_step"]) == (state, customs, step)
    assert row[where] == row["shipped_units"] == 480


def test_a_shipment_of_which_only_the_inbound_table_knows_is_on_the_way() -> None:
    row = track()
    assert (row["state"], row["lane"], row["eta"]) == ("on the way", "SZ-US-SEA", pd.Timestamp("2025-12-08"))
    assert pd.isna(row["days_late_p50"])


def test_receiving_ends_with_what_is_short_and_never_hides_what_came_beyond() -> None:
    early = at("2025-11-20", "received", units=300, sku="A")
    assert track(SAIL, early)["state"] == "being received"
    assert track(SAIL, early)["to_receive_units"] == 180
    late = [at("2025-11-10", "received", units=300, sku="A"), at("2025-11-10", "received", units=70, sku="B")]
    row = track(SAIL, *late, units={"A": 480, "B": 60})
    assert (row["state"], row["short_units"], row["received_units"], row["over_units"]) == (
        "received short",
        180,
        360,
        10,
    )
    assert row["finished"]


def test_receipts_without_a_sku_count_against_the_shipments_total() -> None:
    row = track(SAIL, at("2025-11-01", "received", units=530), units={"A": 480, "B": 60})
    assert (row["received_units"], row["short_units"], row["over_units"]) == (530, 10, 0)


def test_lateness_is_measured_against_the_lanes_transit_from_departure() -> None:
    row = track(SAIL, at("2025-11-15", "eta", day=pd.Timestamp("2025-12-20")))
    assert row["due_p50"] == pd.Timestamp("2025-12-05")
    assert (row["days_late_p50"], row["days_late_p90"]) == (15, 3)


def test_an_eta_that_has_passed_counts_until_today() -> None:
    departed = {**SAIL, "known_on": pd.Timestamp("2025-09-01")}
    row = track(departed, at("2025-09-02", "eta", day=pd.Timestamp("2025-10-08")))
    assert row["days_late_p50"] == (pd.Timestamp(AS_OF) - pd.Timestamp("2025-10-08")).days


def test_every_move_of_a_date_is_kept_with_the_day_it_became_known_and_from_whom() -> None:
    events = make_events(
        at("2025-10-28", "eta", day=pd.Timestamp("2025-12-01")),
        at("2025-11-12", "eta", day=pd.Timestamp("2025-12-04"), source="carrier"),
        at("2025-11-15", "eta", day=pd.Timestamp("2025-12-04")),
        at("2025-11-20", "eta", day=pd.Timestamp("2025-12-08"), source="carrier"),
        at("2025-11-24", "eta", day=pd.Timestamp("2025-12-31")),
    )
    changes = list_date_changes(events, AS_OF)
    assert changes["moved_days"].tolist() == [3, 4]
    assert changes["known_on"].dt.strftime("%m-%d").tolist() == ["11-12", "11-20"]
    assert set(changes["source"]) == {"carrier"}


EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(
                ["booked", "departed", "arrived", "customs_filed", "customs_released", "received"]
            ),
            "known_on": st.dates(pd.Timestamp("2025-10-01").date(), AS_OF).map(pd.Timestamp),
            "sku": st.sampled_from(["A", "B", ""]),
            "units": st.sampled_from([0.0, 10.0, 55.0, float("nan")]),
        }
    ),
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.dictionaries(st.sampled_from(["A", "B"]), st.integers(1, 100), max_size=2))
def test_each_unit_is_in_exactly_one_state(events: list[dict[str, Any]], units: dict[str, int]) -> None:
    board = track_shipments(make_inbound(units), make_events(*events), LANES, POLICY, AS_OF)
    assert board[list(UNIT_STATES)].sum(axis=1).tolist() == board["shipped_units"].tolist()
    assert (board[[*UNIT_STATES, "over_units"]] >= 0).all(axis=None)
