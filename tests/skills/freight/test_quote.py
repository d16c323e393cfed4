"""What a lane costs: weight or measure, breaks, minimums, areas, surcharges, and when it leaves and arrives."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skills.freight
from skills.freight import explain_quote, quote_freight
from skills.freight.facts import CARD_COLUMNS, IncompleteConsignment, UnusableCard
from skills.freight.plan import FULL, NO_POSTCODE, TAX_DIFFERS, UNSERVED
from skills.freight.policy import FreightPolicy
from skills.rates import RATE_COLUMNS, RateBook

EXAMPLE = Path(skills.freight.__file__).parent / "examples" / "ddp_weight_breaks.json"
DAY = date(2025, 11, 24)  # a Monday
POLICY = FreightPolicy()
NO_CARDS = pd.DataFrame(columns=[*CARD_COLUMNS])


def lane(**other: Any) -> dict[str, Any]:
    return {
        "lane": "SZ-US-FAST", "from_node": "SZ", "to_node": "US", "country": "US", "mode": "sea", "incoterm": "DDP",
        "importer_of_record": "forwarder", "tax_included": "yes", "transit_days_p10": 19, "transit_days_p50": 23,
        "transit_days_p90": 31, "cutoff_weekday": 3, "cost_per_kg_minor": 1350, "cost_per_m3_minor": 0,
        "minimum_minor": 135_000, "fixed_minor": 0, "currency": "CNY", "volumetric_divisor": 6000,
        "weekly_capacity_m3": 40.0, **other,
    }  # fmt: skip


def card(from_kg: float, per_kg_minor: int, **other: Any) -> dict[str, Any]:
    return {
        "lane": "SZ-US-FAST", "service": "", "postcode_from": "", "postcode_to": "", "postcode_group": "",
        "from_kg": from_kg, "per_kg_minor": per_kg_minor, "per_m3_minor": 0, "per_box_minor": 0, "minimum_minor": 0,
        "fixed_minor": 0, "box_minimum_kg": 0.0, "kg_step": 0.0, "volumetric_divisor": 6000, "cutoff_weekday": -2,
        "tax_included": "", "currency": "CNY", "effective_from": "2025-11-01", "effective_to": "2025-12-31",
        "source": "sheet of November", "retrieved_on": "2025-11-03", "confidence": "secondary", **other,
    }  # fmt: skip


def consignment(**other: Any) -> dict[str, Any]:
    return {
        "consignment": "C", "lane": "SZ-US-FAST", "country": "US", "postcode": "90001", "boxes": 10,
        "weight_g": 150_000, "volume_cm3": 600_000, "longest_mm": 580, "ready_on": DAY, **other,
    }  # fmt: skip


def book(*rates: tuple[str, str, str, str]) -> RateBook:
    fx = ("fx", "CNY", "7.1", "CNY per USD")
    rest = ["2025-01-01", "", "the test", "2025-11-01", "generated"]
    return RateBook.from_frame(pd.DataFrame([[*rate, *rest] for rate in (fx, *rates)], columns=[*RATE_COLUMNS]))


def quote(
    row: dict[str, Any], *cards: dict[str, Any], way: dict[str, Any] | None = None, rates: RateBook | None = None
) -> dict[str, Any]:
    sheet = pd.DataFrame([*cards]) if cards else NO_CARDS
    lanes = pd.DataFrame([way or lane()])
    quotes = quote_freight(pd.DataFrame([row]), lanes, sheet, rates or book(), "CNY", POLICY, DAY)
    found: dict[str, Any] = quotes.to_dict("records")[0]
    return found


def test_volume_counts_as_weight_by_the_divisor() -> None:
    assert quote(consignment(volume_cm3=1_200_000))["chargeable_g"] == 200_000
    assert quote(consignment(volume_cm3=1_200_000))["amount_minor"] == 270_000
    assert quote(consignment())["chargeable_g"] == 150_000


def test_a_lane_without_a_card_is_priced_by_its_own_row() -> None:
    found = quote(consignment(), card(21, 1420, effective_to="2025-11-20"))
    assert (found["basis"], found["amount_minor"], found["rate"]) == ("lane row", 202_500, "13.50 CNY/kg")


def test_the_next_weight_break_is_charged_where_it_is_cheaper() -> None:
    case = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    cards = [card(line["from_kg"], line["per_kg_minor"]) for line in case["breaks"]]
    found = quote(consignment(weight_g=case["weight_g"]), *cards)
    assert (found["chargeable_g"], found["amount_minor"]) == (case["chargeable_g"], case["amount_minor"])
    assert quote(consignment(weight_g=100_000), *cards)["amount_minor"] == 142_000


def test_boxes_have_a_least_weight_and_kilograms_are_begun() -> None:
    found = quote(consignment(weight_g=50_100), card(21, 1000, box_minimum_kg=12.0, kg_step=1.0))
    assert found["chargeable_g"] == 120_000
    assert quote(consignment(weight_g=150_100), card(21, 1000, kg_step=1.0))["chargeable_g"] == 151_000


def test_a_shipment_below_the_minimum_says_what_was_added() -> None:
    found = quote(consignment(weight_g=20_000, volume_cm3=60_000))
    assert found["amount_minor"] == 135_000
    assert {part["part"]: part["amount_minor"] for part in found["parts"]} == {
        "freight": 27_000, "up to the minimum": 108_000
    }  # fmt: skip


def test_weight_or_measure_the_dearer_counts() -> None:
    both = lane(cost_per_kg_minor=100, cost_per_m3_minor=118_000, minimum_minor=0, volumetric_divisor=0)
    assert quote(consignment(), way=both)["amount_minor"] == 70_800
    assert quote(consignment(weight_g=900_000), way=both)["amount_minor"] == 90_000


def test_the_closest_area_prices_a_postcode_and_an_unknown_one_is_asked_for() -> None:
    cards = card(0, 2000, postcode_group="8 9"), card(0, 2500, postcode_group="900")
    assert quote(consignment(), *cards)["rate"].startswith("25.00")
    assert quote(consignment(postcode="80112"), *cards)["rate"].startswith("20.00")
    refused = quote(consignment(postcode=""), *cards)
    assert refused["reason"] == NO_POSTCODE and "SZ-US-FAST" in NO_POSTCODE.format(**json.loads(refused["values"]))


def test_surcharges_are_dated_rates_on_top() -> None:
    rates = book(
        ("freight_surcharge", "SZ-US-FAST:fuel", "0.12", "share"),
        ("freight_surcharge", "SZ-US-FAST:peak", "1.5", "CNY/kg"),
        ("freight_surcharge", "SZ-US-FAST:remote", "30", "USD/shipment"),
    )
    found = quote(consignment(), rates=rates)
    parts = {part["part"]: part["amount_minor"] for part in found["parts"]}
    assert parts == {"freight": 202_500, "fuel": 24_300, "peak": 22_500, "remote": 21_300}
    assert found["amount_minor"] == 270_600
    whole = explain_quote(pd.DataFrame([found]))
    assert int(whole["amount_minor"].sum()) == found["amount_minor"]


def test_it_leaves_at_the_next_cut_off_and_arrives_by_the_lanes_quantiles() -> None:
    found = quote(consignment())
    assert found["departs_on"].date() == date(2025, 11, 27)
    assert [found[f"arrive_{name}"].date().isoformat() for name in ("p10", "p50", "p90")] == [
        "2025-12-16", "2025-12-20", "2025-12-28"
    ]  # fmt: skip
    assert quote(consignment(ready_on=date(2025, 11, 28)))["departs_on"].date() == date(2025, 12, 4)


def test_an_amount_is_said_in_the_base_currency_too() -> None:
    dollars = lane(currency="USD", cost_per_kg_minor=200, minimum_minor=0)
    found = quote(consignment(), way=dollars)
    assert (found["amount_minor"], found["currency"], found["amount_base_minor"]) == (30_000, "USD", 213_000)


def test_a_card_that_differs_from_its_lane_on_tax_is_not_quoted() -> None:
    refused = quote(consignment(), card(21, 1420, tax_included="no"))
    assert refused["reason"] == TAX_DIFFERS
    assert quote(consignment(), card(21, 1420, tax_included="yes"))["tax_included"]


def test_a_lane_that_does_not_serve_the_country_is_a_row_that_says_so() -> None:
    refused = quote(consignment(country="DE"))
    assert refused["reason"] == UNSERVED and refused["amount_minor"] == 0
    assert "does not go to DE" in UNSERVED.format(**json.loads(refused["values"]))


def test_a_currency_without_a_rate_that_day_is_a_row_that_says_so() -> None:
    refused = quote(consignment(), way=lane(currency="SEK"))
    assert "No {kind} rate" in refused["reason"] and json.loads(refused["values"])["key"] == "SEK"


def test_more_than_the_lane_carries_is_said_and_not_cut() -> None:
    found = quote(consignment(volume_cm3=41_000_000))
    assert found["note"] == FULL and found["amount_minor"] > 0


def test_a_consignment_without_weight_is_refused_by_name() -> None:
    with pytest.raises(IncompleteConsignment, match="weight_g above 0 for consignment C"):
        quote(consignment(weight_g=0))


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(UnusableCard, match="below zero"):
        quote(consignment(), card(0, -5))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 3_000_000), st.integers(1, 20_000_000), st.integers(1, 200))
def test_more_goods_never_cost_less_and_parts_are_the_whole(weight_g: int, volume_cm3: int, boxes: int) -> None:
    cards = card(21, 1420, kg_step=1.0, box_minimum_kg=12.0), card(100, 1350), card(500, 1290)
    small = quote(consignment(weight_g=weight_g, volume_cm3=volume_cm3, boxes=boxes), *cards)
    large = quote(consignment(weight_g=weight_g + 50_000, volume_cm3=volume_cm3, boxes=boxes), *cards)
    assert large["amount_minor"] >= small["amount_minor"]
    assert sum(part["amount_minor"] for part in small["parts"]) == small["amount_minor"]
