"""A pool becomes consignments; what one of the skills refuses is set aside whole, with its reason."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.freight import choose_mode
from skills.freight.mode import NEEDS
from skills.freight.plan import QUOTES
from skills.freight.policy import FreightPolicy
from skills.inbound.policy import LoadingPolicy
from skills.rates import RATE_COLUMNS, RateBook, UnusableRate
from tasks.consignments import (
    LANE_GONE,
    LINES,
    OPEN,
    Pool,
    Ready,
    UnknownSource,
    enter_freight,
    join_lanes,
    keep_quoted,
    list_candidates,
    list_left,
    list_needs,
    name_journey,
    set_aside,
)
from tasks.stuffing import charge_containers, read_container_prices

DAY = date(2025, 11, 24)
POOL = Pool(None, "PO-1", date(2025, 12, 5), pd.DataFrame({"sku": ["A"], "units": [100]}), {})
PROPOSED = Pool(object(), "", DAY, POOL.units, {})  # type: ignore[arg-type]
LANES = pd.DataFrame(
    {
        "lane": ["SEA", "AIR", "ELSE"],
        "from_node": ["SZ", "SZ", "SZ"],
        "to_node": ["DE-FBA", "DE-FBA", "US-FBA"],
        "mode": ["sea", "air", "sea"],
    }
)


def line(sku: str, **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(LINES, "") | {"consignment": "SEA", "sku": sku, "country": "DE", "lane": "SEA"}
    row |= {"from_node": "SZ", "to_node": "DE-FBA", "mode": "sea", "units": 48, "cartons": 2, "carton_units": 24}
    return row | {"weekly_mean": 7.0, "position_units": 20, "state": OPEN, "departs_on": DAY} | other


LINES_OF_TWO = pd.DataFrame([line("A"), line("B")])
BOXES = pd.DataFrame(
    [
        {"consignment": "SEA", "sku": sku, "carton": sku, "count": 2, "units_per_carton": 24, "length_mm": 500,
         "width_mm": 400, "height_mm": 300, "weight_g": 9_000}
        for sku in ("A", "B")
    ]
)  # fmt: skip
VALUES = pd.DataFrame({"entry": ["SEA"], "sku": ["A"], "customs_value_minor": [100]})


def ready() -> Ready:
    refusal = pd.DataFrame([{"entry": "SEA", "sku": "B", "reason": "{sku} has no method.", "values": {"sku": "B"}}])
    again = pd.DataFrame([{"consignment": "SEA", "sku": "B", "reason": "later", "values": json.dumps({})}])
    return set_aside(LINES_OF_TWO, BOXES, VALUES, refusal, again)


def test_what_a_skill_refuses_is_set_aside_whole_and_the_first_reason_stays() -> None:
    found = ready()
    assert found.lines["sku"].tolist() == found.boxes["sku"].tolist() == found.values["sku"].tolist() == ["A"]
    (row,) = found.refused.to_dict("records")
    assert (row["sku"], row["units"], row["reason"].format(**row["values"])) == ("B", 48, "B has no method.")


def test_units_are_conserved_between_what_goes_and_what_is_set_aside() -> None:
    found = ready()
    assert found.lines["units"].sum() + found.refused["units"].sum() == LINES_OF_TWO["units"].sum()


def test_every_lane_between_the_same_nodes_is_a_candidate_with_the_load_measured() -> None:
    candidates = list_candidates(ready(), LANES, POOL)
    assert candidates["lane"].tolist() == ["SEA", "AIR"]
    assert (
        candidates[["boxes", "weight_g", "volume_cm3", "longest_mm"]].to_numpy().tolist()
        == [[2, 18_000, 120_000, 500]] * 2
    )
    assert set(candidates["ready_on"]) == {pd.Timestamp(2025, 12, 5)}


def modes(least: str) -> pd.DataFrame:
    rows = [{"consignment": "SEA", "lane": lane, "least": lane == least, "amount_minor": 9_000, "currency": "CNY",
             "rate": "90", "rate_from": "2025-11-01", "source": "sheet", "retrieved_on": "",
             "confidence": "secondary", "freight_minor": 1, "reason": "", "values": "{}",
             "departs_on": pd.Timestamp(2025, 12, 8)} for lane in ("SEA", "AIR")]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_purchase_order_takes_the_lane_that_costs_least_and_a_proposal_keeps_its_own() -> None:
    moved = join_lanes(ready(), modes("AIR"), LANES)
    assert moved.lines[["consignment", "lane", "mode"]].to_numpy().tolist() == [["AIR", "AIR", "air"]]
    assert moved.boxes["consignment"].tolist() == moved.values["entry"].tolist() == ["AIR"]
    kept, taken = keep_quoted(ready(), modes("AIR"))
    assert kept.lines["lane"].tolist() == taken["lane"].tolist() == ["SEA"]


@pytest.mark.parametrize("order", [True, False])
def test_a_shipment_whose_every_line_is_refused_has_no_lane_and_keeps_the_reasons(order: bool) -> None:
    said = pd.DataFrame([{"entry": "SEA", "sku": sku, "reason": "{sku}?", "values": {"sku": sku}} for sku in "AB"])
    none = set_aside(LINES_OF_TWO, BOXES, VALUES, said)
    quotes = pd.DataFrame(columns=QUOTES)
    nothing = choose_mode(quotes, pd.DataFrame(columns=NEEDS), FreightPolicy(), DAY)
    kept, taken = keep_quoted(join_lanes(none, nothing, LANES) if order else none, nothing)
    assert kept.lines.empty and taken.empty
    assert kept.refused["sku"].tolist() == ["A", "B"]


@pytest.mark.parametrize("order", [True, False])
def test_a_consignment_without_a_quoted_lane_is_set_aside_with_what_its_quote_says(order: bool) -> None:
    quoted = modes("").assign(reason="No rate for {currency}.", values=json.dumps({"currency": "EUR"}))
    kept, taken = keep_quoted(join_lanes(ready(), quoted, LANES) if order else ready(), quoted)
    assert kept.lines.empty and kept.boxes.empty and kept.values.empty and taken.empty
    said = {row["sku"]: row["reason"].format(**row["values"]) for row in kept.refused.to_dict("records")}
    assert said == {"A": "No rate for EUR.", "B": "B has no method."}
    assert kept.refused["units"].sum() == LINES_OF_TWO["units"].sum()


def test_a_lane_that_left_the_table_since_it_was_proposed_is_named() -> None:
    kept, taken = keep_quoted(ready(), modes("AIR").query("lane == 'AIR'"))
    assert kept.lines.empty and taken.empty
    assert kept.refused["reason"].tolist() == ["{sku} has no method.", LANE_GONE]
    assert LANE_GONE.format(**kept.refused["values"][1]).startswith("Lane SEA")


def test_the_lines_of_a_purchase_order_hold_until_the_day_on_which_it_leaves() -> None:
    moved = join_lanes(ready(), modes("AIR"), LANES)
    assert moved.lines[["departs_on", "expires"]].to_numpy().tolist() == [[date(2025, 12, 8), "2025-12-08"]]


def test_what_an_order_sends_on_one_lane_is_one_consignment_and_no_unit_is_lost() -> None:
    two = pd.DataFrame([line("A"), line("A", consignment="AIR", lane="AIR", units=24, cartons=1)])
    two = two.assign(expected_value_minor=[5, 7])
    boxes = pd.concat([BOXES.head(1), BOXES.head(1).assign(consignment="AIR", count=1)])
    values = pd.DataFrame({"entry": ["SEA", "AIR"], "sku": ["A", "A"], "units": [48, 24],
                           "customs_value_minor": [100, 50]})  # fmt: skip
    both = pd.concat([modes("SEA"), modes("SEA").assign(consignment="AIR")])
    joined = join_lanes(set_aside(two, boxes, values), both, LANES)
    (own,) = joined.lines.to_dict("records")
    assert [own[name] for name in ("consignment", "lane", "units", "cartons", "expected_value_minor")] == [
        "SEA", "SEA", 72, 3, 12
    ]  # fmt: skip
    assert joined.boxes["count"].tolist() == [3] and joined.values["customs_value_minor"].tolist() == [150]


def test_units_of_an_order_that_go_nowhere_are_counted() -> None:
    pool = Pool(None, "PO-1", DAY, pd.DataFrame({"sku": ["A", "B", "C"], "units": [50, 48, 7]}), {})
    assert list_left(pool, ready()) == {"A": 2, "C": 7}
    assert list_left(PROPOSED, ready()) == {}


def test_the_quoted_freight_of_a_consignment_stands_on_each_of_its_lines() -> None:
    entered = enter_freight(LINES_OF_TWO, modes("SEA"))
    assert entered["freight_minor"].tolist() == [9_000, 9_000]
    assert entered["freight_source"].tolist() == ["sheet", "sheet"] and entered["committed"].all()


def test_needs_take_the_best_contribution_known_for_the_country() -> None:
    contribution = pd.DataFrame(
        {"sku": ["A", "A"], "country": ["DE", "DE"], "contribution": [1_000.0, 700.0], "freight": [100.0, 900.0],
         "holding_week": [5.4, 5.4]}
    )  # fmt: skip
    needs = list_needs(LINES_OF_TWO, contribution)
    assert needs["contribution_minor"].tolist() == [1_600, 0]
    assert needs["holding_week_minor"].tolist() == [5, 0]


def test_a_shipment_is_of_one_source_and_each_purchase_order_has_a_journey_of_its_own() -> None:
    assert name_journey("", "") == name_journey("", "3f9c1e") == "ship_inbound"
    assert name_journey("PO-2025-118", "") == "ship_inbound PO-2025-118"
    with pytest.raises(UnknownSource, match="one of them"):
        name_journey("PO-1", "3f9c1e")
    with pytest.raises(UnknownSource, match="longer than 24"):
        name_journey("P" * 25, "")


def test_a_whole_container_has_a_price_only_where_the_rate_book_has_one() -> None:
    rest = ["2025-01-01", "", "the test", "2025-11-01", "generated"]
    rows = [
        ["fx", "CNY", "7", "CNY per USD", *rest],
        ["container_freight", "SEA:40HQ", "3200", "USD/container", *rest],
    ]
    book = RateBook.from_frame(pd.DataFrame(rows, columns=[*RATE_COLUMNS]))
    assert read_container_prices("SEA", book, "CNY", DAY) == {"40HQ": 2_240_000}


def test_a_container_price_per_anything_else_is_refused() -> None:
    rest = ["2025-01-01", "", "the test", "2025-11-01", "generated"]
    rows = [["container_freight", "SEA:40HQ", "85", "USD/m3", *rest]]
    book = RateBook.from_frame(pd.DataFrame(rows, columns=[*RATE_COLUMNS]))
    with pytest.raises(UnusableRate, match="CCY/container"):
        read_container_prices("SEA", book, "USD", DAY)


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning")
def test_whole_containers_are_charged_where_they_cost_less_than_the_share(prefect_server: None) -> None:
    rest = ["2025-01-01", "", "the test", "2025-11-01", "generated"]
    sizes = {
        "20GP": (5896, 2350, 2393, 28180),
        "40GP": (12032, 2350, 2392, 26730),
        "40HQ": (12032, 2350, 2697, 26540),
    }
    sides = ("length", "width", "height", "payload")
    rows = [
        [f"container_{side}", kind, str(size), "kg" if side == "payload" else "mm", *rest]
        for kind, given in sizes.items()
        for side, size in zip(sides, given, strict=True)
    ]
    rows += [
        ["fx", "CNY", "7", "CNY per USD", *rest],
        ["container_freight", "SEA:20GP", "2000", "USD/container", *rest],
    ]
    book = RateBook.from_frame(pd.DataFrame(rows, columns=[*RATE_COLUMNS]))
    boxes = BOXES.assign(upright="lwh", bears_g=None)
    quoted = modes("SEA").head(1).assign(mode="sea", country="DE")
    policy = LoadingPolicy(search_work=20_000, most_blocks=500)
    dear = charge_containers(boxes, quoted.assign(amount_base_minor=1_500_000), book, "CNY", policy, DAY).iloc[0]
    assert (dear["amount_minor"], dear["currency"], dear["rate"]) == (1_400_000, "CNY", "20GP")
    cheap = charge_containers(boxes, quoted.assign(amount_base_minor=9_000), book, "CNY", policy, DAY).iloc[0]
    assert (cheap["amount_minor"], cheap["rate"]) == (9_000, "90")
