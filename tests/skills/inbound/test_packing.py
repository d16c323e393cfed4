"""Units into cartons within their country's limits, cartons onto pallets and into the containers that cost least."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.inbound import choose_containers, pack_cartons, plan_pallets, sort_boxes, verify_loading
from skills.inbound.boxes import OVER, UNKNOWN
from skills.inbound.cartons import DERIVED, NO_CARTON, NO_SIZE, NO_WEIGHT, arrange_units
from skills.inbound.containers import SHARED, WHOLE
from skills.inbound.facts import UnknownContainer
from skills.inbound.policy import LoadingPolicy, PackingPolicy, PalletPolicy
from skills.rates import RATE_COLUMNS, RateBook

QUICK = LoadingPolicy(search_work=20_000, most_blocks=500)
PACKING = PackingPolicy()
DAY = date(2025, 11, 24)
NONE = pd.DataFrame(columns=["sku", "length_cm", "width_cm", "height_cm", "gross_kg", "upright", "bears_kg"])


def product(sku: str, **other: Any) -> dict[str, Any]:
    size = {"weight_kg": 0.4, "length_cm": 25.0, "width_cm": 18.0, "height_cm": 6.0, "carton_units": 24}
    return {"sku": sku, **size, **other}


def lines(**units: int) -> pd.DataFrame:
    return pd.DataFrame([{"consignment": "C1", "sku": sku, "country": "DE", "units": n} for sku, n in units.items()])


def book(*rates: tuple[str, str, str, str]) -> RateBook:
    rest = ["2020-01-01", "", "the test", "2025-01-01", "generated"]
    return RateBook.from_frame(pd.DataFrame([[*rate, *rest] for rate in rates], columns=[*RATE_COLUMNS]))


ROOMS = book(
    *(
        (f"container_{side}", kind, size, unit)
        for kind, sizes in {
            "20GP": ("5896", "2350", "2393", "28180"),
            "40GP": ("12032", "2350", "2392", "26730"),
            "40HQ": ("12032", "2350", "2697", "26540"),
            "pallet-EU": ("1200", "800", "1656", "500"),
        }.items()
        for side, size, unit in zip(
            ("length", "width", "height", "payload"), sizes, ("mm", "mm", "mm", "kg"), strict=True
        )
    ),
    ("box_side", "DE", "63.5", "cm"),
    ("box_weight", "DE", "23", "kg"),
)


def cartons(count: int, weight_g: int = 8000) -> pd.DataFrame:
    sides = {"length_mm": 580, "width_mm": 470, "height_mm": 395}
    return pd.DataFrame([{"carton": "A", **sides, "weight_g": weight_g, "count": count, "bears_g": None}])


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 60)), min_size=1, max_size=6))
def test_the_contents_of_all_cartons_are_the_shipment(needs: list[tuple[int, int]]) -> None:
    products = pd.DataFrame([product(f"P{at}", carton_units=each) for at, (_, each) in enumerate(needs)])
    wanted = lines(**{f"P{at}": units for at, (units, _) in enumerate(needs)})
    packed, refused = pack_cartons(wanted, products, NONE, PACKING)
    assert refused.empty
    contents = (packed["count"] * packed["units_per_carton"]).groupby(packed["sku"]).sum()
    assert dict(contents) == dict(zip(wanted["sku"], wanted["units"], strict=True))
    assert (packed["count"] > 0).all() and not packed["carton"].duplicated().any()


def test_a_measured_carton_goes_before_a_derived_one() -> None:
    measured = pd.DataFrame([{"sku": "P", "length_cm": 52.0, "width_cm": 38.0, "height_cm": 31.5, "gross_kg": 10.5,
                              "upright": "h", "bears_kg": 40.0}])  # fmt: skip
    packed, _ = pack_cartons(lines(P=48, Q=24), pd.DataFrame([product("P"), product("Q")]), measured, PACKING)
    own, derived = packed.to_dict("records")
    assert [own[side] for side in ("length_mm", "width_mm", "height_mm")] == [520, 380, 315]
    assert (own["weight_g"], own["net_g"], own["upright"], own["bears_g"]) == (10_500, 9_600, "h", 40_000)
    assert (own["assumed"], derived["assumed"]) == ("", DERIVED)


def test_a_part_carton_weighs_what_is_in_it() -> None:
    packed, _ = pack_cartons(lines(P=30), pd.DataFrame([product("P")]), NONE, PACKING)
    assert packed["units_per_carton"].tolist() == [24, 6]
    assert packed["net_g"].tolist() == [9600, 2400]
    assert (packed["weight_g"] - packed["net_g"]).tolist() == [PACKING.tare_g] * 2


@pytest.mark.parametrize(
    ("missing", "reason"), [("weight_kg", NO_WEIGHT), ("height_cm", NO_SIZE), ("carton_units", NO_CARTON)]
)
def test_a_product_without_its_facts_is_set_aside_with_the_remedy(missing: str, reason: str) -> None:
    products = pd.DataFrame([product("P", **{missing: float("nan")}), product("Q")])
    packed, refused = pack_cartons(lines(P=24, Q=24), products, NONE, PACKING)
    assert packed["sku"].tolist() == ["Q"]
    assert refused[["sku", "reason"]].values.tolist() == [["P", reason]]
    assert json.loads(refused["values"][0]) == {"sku": "P"}


@given(st.tuples(*[st.integers(10, 400)] * 3), st.integers(1, 80))
@settings(max_examples=60)
def test_a_derived_carton_holds_its_units_whatever_their_number(sides: tuple[int, int, int], units: int) -> None:
    length, width, height = arrange_units(sides, units, 600)
    assert length >= width >= height
    assert length * width * height >= units * sides[0] * sides[1] * sides[2]
    assert min(sides) <= height


def test_a_derived_carton_stays_within_the_usual_length_where_its_units_allow_it() -> None:
    assert arrange_units((250, 180, 60), 60, 10_000) == (600, 540, 500)
    assert arrange_units((290, 150, 70), 24, 600)[0] == 580
    assert max(arrange_units((290, 150, 70), 24, 560)) <= 560
    assert arrange_units((700, 100, 100), 4, 600)[0] == 700


def test_a_box_over_the_limit_is_named_with_its_remedy_and_the_rest_may_go() -> None:
    products = pd.DataFrame([product("P", weight_kg=1.2), product("Q")])
    packed, _ = pack_cartons(lines(P=24, Q=24), products, NONE, PACKING)
    fit, over = sort_boxes(packed, {"C1": "DE"}, ROOMS, DAY)
    assert fit["sku"].tolist() == ["Q"]
    assert over["reason"].tolist() == [OVER]
    said = OVER.format(**json.loads(over["values"][0]))
    assert "29500 g" in said and "23000 g" in said and "the test" in said and "Pack fewer units" in said


def test_a_country_without_a_known_limit_says_so() -> None:
    packed, _ = pack_cartons(lines(P=24), pd.DataFrame([product("P")]), NONE, PACKING)
    fit, over = sort_boxes(packed, {"C1": "BR"}, ROOMS, DAY)
    assert over.empty and fit["limit_confidence"].tolist() == [UNKNOWN]


def test_a_small_consignment_goes_as_a_share_and_a_large_one_in_its_own_container() -> None:
    prices = {"20GP": 1_500_000, "40GP": 2_300_000, "40HQ": 2_400_000}
    small = choose_containers(cartons(60), prices, 800_000, ROOMS, QUICK, DAY)
    assert small.terms == SHARED
    assert small.alternatives.loc[small.alternatives["chosen"], "containers"].tolist() == [SHARED]
    large = choose_containers(cartons(230), prices, 3_200_000, ROOMS, QUICK, DAY)
    assert large.terms == WHOLE and large.containers["kind"].tolist() == ["20GP"]
    assert large.alternatives["amount_minor"].is_monotonic_increasing
    verify_loading(large.loading, cartons(230), large.containers)


@pytest.mark.parametrize("count", [23, 24, 29])
def test_as_many_containers_are_taken_as_the_cartons_fill_and_none_stays_empty(count: int) -> None:
    alone = cartons(count).assign(length_mm=12_000, width_mm=2_300, height_mm=2_300)
    found = choose_containers(alone, {}, None, ROOMS, QUICK, DAY)
    assert len(found.containers) == found.loading["container"].nunique() == count
    verify_loading(found.loading, alone, found.containers)


def test_only_the_carton_that_no_container_takes_is_named() -> None:
    long = cartons(3).assign(carton="LONG", length_mm=13_000)
    with pytest.raises(UnknownContainer, match=r"takes: LONG\."):
        choose_containers(pd.concat([cartons(40), long], ignore_index=True), {}, None, ROOMS, QUICK, DAY)


def test_what_fits_no_single_container_takes_the_cheapest_mix() -> None:
    prices = {"20GP": 1_500_000, "40GP": 2_300_000, "40HQ": 2_400_000}
    mixed = choose_containers(cartons(900), prices, None, ROOMS, QUICK, DAY)
    assert len(mixed.loading) == 900
    assert mixed.at_least <= len(mixed.containers) <= mixed.at_least + 1
    costs = mixed.alternatives.set_index("containers")["amount_minor"]
    assert costs[mixed.alternatives["chosen"].to_numpy()].iloc[0] == costs.min()
    verify_loading(mixed.loading, cartons(900), mixed.containers)


def test_weight_can_ask_for_more_containers_than_volume() -> None:
    heavy = choose_containers(cartons(200, weight_g=250_000), {}, None, ROOMS, QUICK, DAY)
    gross = heavy.loading.groupby("container")["weight_g"].sum()
    assert (gross <= 28_180_000).all() and len(heavy.containers) == 2


def test_a_carton_that_no_container_takes_is_named() -> None:
    pole = cartons(1).assign(carton="pole", length_mm=13_000)
    with pytest.raises(UnknownContainer, match=r"no container takes: pole.*largest is a 40HQ"):
        choose_containers(pole, {}, None, ROOMS, QUICK, DAY)


def test_pallets_hold_every_carton_and_go_into_a_container_as_units() -> None:
    boxes = cartons(30)
    built = plan_pallets(boxes, "pallet-EU", ROOMS, QUICK, PalletPolicy(), DAY)
    verify_loading(built.loading, boxes, built.pallets)
    assert len(built.loading) == 30
    assert (built.units["height_mm"] <= 1656 + 144).all()
    assert int(built.units["weight_g"].sum()) == 30 * 8000 + len(built.units) * 22_000
    stuffed = choose_containers(built.units, {}, None, ROOMS, QUICK, DAY)
    assert set(stuffed.loading["carton"]) == set(built.units["carton"])
    assert set(stuffed.loading["z_mm"]) == {0}
    verify_loading(stuffed.loading, built.units, stuffed.containers)


def test_a_carton_that_no_pallet_takes_is_named() -> None:
    with pytest.raises(UnknownContainer, match="no pallet pallet-EU takes: A"):
        plan_pallets(cartons(1).assign(length_mm=2000), "pallet-EU", ROOMS, QUICK, PalletPolicy(), DAY)
