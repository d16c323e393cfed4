"""The picture of days under way: a band per mode and lane, its figures in words, in the reader's language."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pandas as pd
import pytest

from skills.freight import fit_transit
from skills.freight.policy import FreightPolicy
from skills.vocabulary import MissingColumns
from tasks.transit_picture import AXIS, DISTANCE, LEGEND, POOLED, TITLE, draw_transit

SVG = "{http://www.w3.org/2000/svg}"
CHINESE = {TITLE: "各方式运输天数", AXIS: "天", "sea": "海运", "air": "空运"}


def fit() -> pd.DataFrame:
    trips = [("SEA <1>", "sea", 20 + place % 20) for place in range(40)]
    trips += [("AIR", "air", 6 + place % 3) for place in range(4)] + [("DAY", "express", 3)]
    left = date(2025, 4, 1)
    rows = [(lane, mode, left, left + timedelta(days=days)) for lane, mode, days in trips]
    history = pd.DataFrame(rows, columns=["lane", "mode", "departed_on", "arrived_on"])
    return fit_transit(history, FreightPolicy(), date(2025, 11, 24))


def read_words(picture: str) -> list[str]:
    return [str(part.text) for part in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_modes_come_before_lanes_with_their_figures_in_words() -> None:
    words = read_words(draw_transit(fit()))
    assert words[:2] == [TITLE, LEGEND]
    bands = [line for line in words if "(n = " in line]
    assert [line.split(" (n")[0] for line in bands] == ["air", "express", "sea", "AIR", "DAY", "SEA <1>"]
    assert bands[2].startswith("sea (n = 40): p10 21, median 29, p90 37 days")
    assert DISTANCE.split(" {")[0] in bands[2]
    assert POOLED in bands[3]
    assert POOLED not in bands[5]
    assert words[-1].isdigit()
    assert AXIS in words


def test_the_bar_reaches_from_p10_to_p90_on_the_axis_of_days() -> None:
    root = ElementTree.fromstring(draw_transit(fit()))
    bars = [(float(bar.attrib["x"]), float(bar.attrib["width"])) for bar in root.iter(f"{SVG}rect")]
    ticks = [line for line in root.iter(f"{SVG}line") if line.attrib["x1"] == line.attrib["x2"]]
    origin, step = float(ticks[-2].attrib["x1"]), float(ticks[-1].attrib["x1"]) - float(ticks[-2].attrib["x1"])
    per_day = step / 10
    assert bars[2][1] == pytest.approx((37 - 21) * per_day, abs=0.2)
    assert bars[2][0] - bars[0][0] == pytest.approx((21 - 6) * per_day, abs=0.2)
    assert origin > bars[2][0]


def test_a_group_without_spread_has_a_bar_and_no_curve() -> None:
    root = ElementTree.fromstring(draw_transit(fit()))
    assert len(list(root.iter(f"{SVG}rect"))) == 6
    assert len(list(root.iter(f"{SVG}polyline"))) == 4


def test_the_picture_speaks_the_readers_language() -> None:
    words = read_words(draw_transit(fit(), lambda sentence: CHINESE.get(sentence, sentence)))
    assert words[0] == "各方式运输天数"
    assert any(line.startswith("海运 (n = 40)") for line in words)


def test_another_table_is_refused() -> None:
    with pytest.raises(MissingColumns, match="p10_days"):
        draw_transit(pd.DataFrame({"name": ["sea"]}))
