"""Sizes and limits are dated, sourced and never grow by conversion."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import skills.inbound
from skills.inbound import check_boxes, read_containers
from skills.inbound.facts import BoxOverLimit, IncompleteCarton, UnknownContainer
from skills.rates import MissingRate, RateBook
from skills.vocabulary import MissingColumns

ASSETS = Path(skills.inbound.__file__).parent / "assets"
TABLE = pd.concat([pd.read_csv(path, keep_default_na=False) for path in sorted(ASSETS.glob("*.csv"))])
RATES = RateBook.from_frame(TABLE)
AS_OF = date(2026, 11, 24)
BOX = {"carton": "TT-1", "length_mm": 635, "width_mm": 400, "height_mm": 300, "weight_g": 22_679, "count": 3}


def test_every_shipped_value_has_source_date_and_confidence() -> None:
    assert (TABLE[["source", "retrieved_on", "confidence", "unit", "effective_from"]] != "").all(axis=None)
    assert not TABLE.duplicated(["kind", "key", "effective_from"]).any()


def test_no_shipped_value_claims_to_be_read_from_who_sets_it() -> None:
    assert set(TABLE["confidence"]) == {"secondary", "unverified"}
    assert set(TABLE.loc[TABLE["source"].str.contains("one forwarder's page"), "confidence"]) == {"unverified"}


def test_containers_come_in_the_order_asked_with_whole_millimetres() -> None:
    containers = read_containers(["40HQ", "20GP", "pallet-US"], RATES, AS_OF)
    assert containers["container"].tolist() == ["40HQ 1", "20GP 2", "pallet-US 3"]
    assert containers.loc[0, ["length_mm", "width_mm", "height_mm", "payload_g"]].tolist() == [
        12032,
        2350,
        2697,
        26_540_000,
    ]
    assert containers.loc[2, "length_mm"] == 1219
    with pytest.raises(MissingRate, match="45HQ"):
        read_containers(["45HQ"], RATES, AS_OF)


def test_a_box_at_the_limit_passes_and_one_gram_or_millimetre_more_is_refused() -> None:
    checked = check_boxes(pd.DataFrame([BOX]), "US", RATES, AS_OF)
    assert checked[["side_limit_mm", "weight_limit_g", "confidence"]].iloc[0].tolist() == [635, 22_679, "secondary"]
    for change in ({"weight_g": 22_680}, {"length_mm": 636}):
        with pytest.raises(BoxOverLimit, match=r"TT-1 .*Pack fewer units into these cartons"):
            check_boxes(pd.DataFrame([BOX | change]), "US", RATES, AS_OF)


def test_a_limit_is_as_certain_as_the_less_certain_of_size_and_weight() -> None:
    doubtful = TABLE.assign(confidence=TABLE["confidence"].where(TABLE["kind"] != "box_side", "unverified"))
    checked = check_boxes(pd.DataFrame([BOX]), "US", RateBook.from_frame(doubtful), AS_OF)
    assert checked["confidence"].tolist() == ["unverified"]


def test_a_marketplace_without_a_known_limit_is_refused() -> None:
    with pytest.raises(MissingRate, match="box_side"):
        check_boxes(pd.DataFrame([BOX]), "BR", RATES, AS_OF)
    with pytest.raises(MissingColumns, match="table cartons lacks the columns count"):
        check_boxes(pd.DataFrame([BOX]).drop(columns="count"), "US", RATES, AS_OF)
    with pytest.raises(IncompleteCarton, match="TT-1"):
        check_boxes(pd.DataFrame([BOX | {"weight_g": 0}]), "US", RATES, AS_OF)


def test_a_limit_in_an_unknown_unit_is_refused() -> None:
    stones = TABLE.assign(unit=TABLE["unit"].replace("lb", "stone"))
    with pytest.raises(UnknownContainer, match="in stone"):
        check_boxes(pd.DataFrame([BOX]), "US", RateBook.from_frame(stones), AS_OF)
