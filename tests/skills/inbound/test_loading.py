"""Cartons into containers: what is loaded stands, is carried, fits, and goes in in order."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.inbound import explain_loading, plan_loading, verify_loading
from skills.inbound.explain import TOO_LARGE
from skills.inbound.facts import IncompleteCarton, UnknownContainer, UnknownOrientation
from skills.inbound.policy import LoadingPolicy
from skills.inbound.verify import InvalidLoading
from skills.vocabulary import MissingColumns

QUICK = LoadingPolicy(search_work=20_000, most_blocks=500)
LOOSE = QUICK.model_copy(update={"rules": "rotation_only"})


def carton(name: str, length: int, width: int, height: int, count: int, **other: Any) -> dict[str, Any]:
    sides = {"length_mm": length, "width_mm": width, "height_mm": height}
    return {"carton": name, **sides, "weight_g": 8000, "count": count, **other}


def container(length: int, width: int, height: int, payload_g: int = 10**8, name: str = "box 1") -> dict[str, Any]:
    return {
        "container": name,
        "kind": "box",
        "length_mm": length,
        "width_mm": width,
        "height_mm": height,
        "payload_g": payload_g,
    }


ROOM = pd.DataFrame([container(2400, 1200, 1300)])
MIXED = pd.DataFrame(
    [
        carton("A", 600, 400, 400, 20, upright="lwh", bears_g=40_000),
        carton("B", 500, 300, 250, 30, upright="h", bears_g=None),
        carton("C", 350, 350, 200, 40, upright="wh", bears_g=0),
    ]
)


@st.composite
def shipments(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for name in "ABCDE"[: draw(st.integers(1, 5))]:
        sides = [draw(st.integers(15, 90)) * 10 for _ in range(3)]
        row = carton(name, *sides, draw(st.integers(1, 30)), upright=draw(st.sampled_from(["h", "lh", "lwh"])))
        row["weight_g"] = draw(st.integers(500, 30_000))
        row["bears_g"] = draw(st.sampled_from([None, 0, 5_000, 60_000]))
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.mark.long
@given(cartons=shipments(), payload=st.sampled_from([50_000, 400_000, 10**8]))
@settings(max_examples=12, deadline=None)
def test_what_is_planned_passes_the_independent_check(cartons: pd.DataFrame, payload: int) -> None:
    containers = pd.DataFrame([container(2000, 1100, 1200, payload), container(1500, 900, 1000, payload, "box 2")])
    for policy in (QUICK, LOOSE):
        loading = plan_loading(cartons, containers, policy)
        verdict = verify_loading(loading, cartons, containers, policy.rules)
        assert (verdict["gross_g"] <= verdict["payload_g"]).all()
        explained = explain_loading(loading, cartons, containers)
        assert explained["cartons"].sum() == cartons["count"].sum()


def test_the_same_shipment_is_loaded_the_same_way_twice() -> None:
    pd.testing.assert_frame_equal(plan_loading(MIXED, ROOM, QUICK), plan_loading(MIXED, ROOM, QUICK))


def test_cartons_that_fill_the_container_exactly_are_all_loaded() -> None:
    cartons = pd.DataFrame([carton("A", 600, 400, 325, 48)])
    loading = plan_loading(cartons, ROOM, QUICK)
    assert verify_loading(loading, cartons, ROOM)["loaded_mm3"].item() == 2400 * 1200 * 1300
    assert explain_loading(loading, cartons, ROOM)["note"].tolist() == ["every carton is loaded"]


def test_what_does_not_fit_the_first_container_goes_into_the_next() -> None:
    cartons = pd.DataFrame([carton("A", 600, 400, 325, 60), carton("B", 3000, 400, 400, 1)])
    both = pd.DataFrame([container(2400, 1200, 1300), container(2400, 1200, 1300, name="box 2")])
    loading = plan_loading(cartons, both, QUICK)
    assert loading["container"].value_counts().to_dict() == {"box 1": 48, "box 2": 12}
    left = explain_loading(loading, cartons, both).iloc[-1]
    assert (left["carton"], left["cartons"], left["note"]) == (
        "B",
        1,
        "larger or heavier than every container given takes",
    )


def test_a_loading_list_goes_back_to_front_and_bottom_to_top() -> None:
    loading = plan_loading(MIXED, ROOM, QUICK)
    rows = loading.to_dict("records")
    for later, row in enumerate(rows):
        for other in rows[later + 1 :]:
            beside = row["y_mm"] < other["y_mm"] + other["width_mm"] and other["y_mm"] < row["y_mm"] + row["width_mm"]
            level = (
                row["z_mm"] < other["z_mm"] + other["height_mm"] and other["z_mm"] < row["z_mm"] + row["height_mm"]
            )
            behind = other["x_mm"] + other["length_mm"] <= row["x_mm"]
            assert not (beside and level and behind and other["path_free"])
    assert loading["step"].tolist() == list(range(1, len(loading) + 1))


def test_a_carton_that_bears_little_is_stacked_only_so_high() -> None:
    weak = pd.DataFrame([carton("A", 600, 400, 325, 48, bears_g=8000, upright="h")])
    loading = plan_loading(weak, ROOM, QUICK)
    assert loading["z_mm"].max() == 325
    assert len(loading) == 24


def test_the_payload_ends_a_loading_before_the_room_does() -> None:
    light = ROOM.assign(payload_g=100_000)
    loading = plan_loading(MIXED, light, QUICK)
    assert verify_loading(loading, MIXED, light)["gross_g"].item() <= 100_000
    with pytest.raises(InvalidLoading, match=r"over the payload: box 1 \(.* g > 50000 g\)"):
        verify_loading(loading, MIXED, ROOM.assign(payload_g=50_000))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x_mm": 2300}, "cartons stick out: box 1 #2"),
        ({"z_mm": 900}, r"a part of their base: box 1 #2 \(0 %\)"),
        ({"length_mm": 599}, "lie as they may not"),
        ({"carton": "Z"}, "in no table: Z"),
        ({"container": "box 9"}, "in no table: box 9"),
        ({"step": 99}, "before what they stand on"),
    ],
)
def test_a_loading_changed_by_hand_is_refused(change: dict[str, Any], said: str) -> None:
    cartons = pd.DataFrame([carton("A", 600, 400, 325, 2)])
    lying = {"length_mm": 600, "width_mm": 400, "height_mm": 325, "weight_g": 8000, "path_free": True}
    loading = pd.DataFrame(
        [
            {"container": "box 1", "step": 1, "carton": "A", "x_mm": 0, "y_mm": 0, "z_mm": 0, **lying},
            {"container": "box 1", "step": 2, "carton": "A", "x_mm": 0, "y_mm": 0, "z_mm": 325, **lying},
        ]
    )
    assert len(verify_loading(loading, cartons, ROOM)) == 1
    row = 0 if "step" in change else 1
    for column, value in change.items():
        loading.loc[row, column] = value
    with pytest.raises(InvalidLoading, match=said):
        verify_loading(loading, cartons, ROOM)


def test_two_cartons_in_one_place_and_more_than_there_are_is_refused() -> None:
    cartons = pd.DataFrame([carton("A", 600, 400, 325, 48, bears_g=1000)])
    loading = plan_loading(cartons.assign(bears_g=None), ROOM, QUICK)
    with pytest.raises(InvalidLoading, match="overlap"):
        verify_loading(pd.concat([loading, loading.iloc[:1]]), cartons.assign(count=49, bears_g=None), ROOM)
    with pytest.raises(InvalidLoading, match=r"A \(48 > 40\)"):
        verify_loading(loading, cartons.assign(count=40, bears_g=None), ROOM)
    with pytest.raises(InvalidLoading, match=r"bear more than they may: .*\(24\.0 kg > 1\.0 kg\)"):
        verify_loading(loading, cartons, ROOM)


@pytest.mark.parametrize("column", ["length_mm", "weight_g", "count"])
def test_a_product_without_size_weight_or_count_is_refused(column: str) -> None:
    broken = MIXED.astype({column: "float64"})
    broken.loc[1, column] = None
    with pytest.raises(IncompleteCarton, match=r"Cartons without size, weight or count: B\."):
        plan_loading(broken, ROOM, QUICK)


@pytest.mark.parametrize("column", ["carton", "height_mm", "weight_g", "count"])
def test_a_table_without_a_column_is_refused_with_its_name(column: str) -> None:
    loading = plan_loading(MIXED, ROOM, QUICK)
    for use in (
        lambda: plan_loading(MIXED.drop(columns=column), ROOM, QUICK),
        lambda: explain_loading(loading, MIXED.drop(columns=column), ROOM),
        lambda: verify_loading(loading, MIXED.drop(columns=column), ROOM),
    ):
        with pytest.raises(MissingColumns, match=f"table cartons lacks the columns {column}"):
            use()
    with pytest.raises(MissingColumns, match="table containers lacks the columns payload_g"):
        plan_loading(MIXED, ROOM.drop(columns="payload_g"), QUICK)
    with pytest.raises(MissingColumns, match="table loading lacks the columns z_mm"):
        verify_loading(loading.drop(columns="z_mm"), MIXED, ROOM)
    with pytest.raises(MissingColumns, match="table loading lacks the columns z_mm"):
        explain_loading(loading.drop(columns="z_mm"), MIXED, ROOM)


@pytest.mark.parametrize("bears", [-5, "heavy"])
def test_a_carton_that_bears_less_than_nothing_is_refused_not_taken_for_one_without_a_limit(bears: object) -> None:
    with pytest.raises(IncompleteCarton, match=r"could be read: B\."):
        plan_loading(MIXED.assign(bears_g=[None, bears, 0]), ROOM, QUICK)


def test_a_carton_that_may_not_be_turned_to_fit_is_too_large_not_left_for_want_of_room() -> None:
    tall = pd.DataFrame([carton("A", 300, 300, 1400, 1, upright="h"), carton("B", 300, 300, 300, 1)])
    for cartons, room in (
        (tall, ROOM),
        (tall.assign(height_mm=300, weight_g=[9000, 8000]), ROOM.assign(payload_g=8000)),
    ):
        explained = explain_loading(plan_loading(cartons, room, QUICK), cartons, room)
        assert explained.loc[explained["carton"] == "A", "note"].tolist() == [TOO_LARGE]


def test_numbers_that_a_file_gives_as_text_are_read_as_numbers() -> None:
    texts, room = (
        MIXED.astype({"count": "str", "weight_g": "str", "bears_g": "str"}),
        ROOM.astype({"payload_g": "str"}),
    )
    texts["bears_g"] = texts["bears_g"].where(MIXED["bears_g"].notna())
    loading = plan_loading(MIXED, ROOM, QUICK)
    assert plan_loading(texts, room, QUICK).equals(loading)
    assert verify_loading(loading, texts, room).equals(verify_loading(loading, MIXED, ROOM))
    assert explain_loading(loading, texts, room).equals(explain_loading(loading, MIXED, ROOM))


def test_wrong_cartons_and_containers_are_refused_by_name() -> None:
    with pytest.raises(IncompleteCarton, match="named twice: A"):
        plan_loading(pd.concat([MIXED, MIXED.iloc[:1]]), ROOM, QUICK)
    with pytest.raises(UnknownOrientation, match=r"cannot be read: A\."):
        plan_loading(MIXED.assign(upright=["x", "h", "wh"]), ROOM, QUICK)
    with pytest.raises(UnknownContainer, match="no container to load"):
        plan_loading(MIXED, ROOM.iloc[:0], QUICK)
    with pytest.raises(UnknownContainer, match="box 1"):
        plan_loading(MIXED, ROOM.assign(payload_g=0), QUICK)
