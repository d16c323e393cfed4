"""The picture of a container says what, how full, in which units, and shows only what can be seen."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest

from skills.vocabulary import MissingColumns
from tasks.loading_picture import draw_loading

SVG = "{http://www.w3.org/2000/svg}"
CONTAINER = {"container": "box <1>", "length_mm": 1200, "width_mm": 800, "height_mm": 1000, "payload_g": 500_000}
SIDES = {"length_mm": 600, "width_mm": 400, "height_mm": 500, "weight_g": 12_000}
PLACES = [(x, y, z) for x in (0, 600) for z in (0, 500) for y in (0, 400)]
LOADING = pd.DataFrame(
    [
        {"container": "box <1>", "step": step, "carton": "towel", "x_mm": x, "y_mm": y, "z_mm": z, **SIDES}
        for step, (x, y, z) in enumerate(PLACES, start=1)
    ]
)
LOADING.loc[7, "carton"] = "apron"


def test_a_full_container_shows_its_upper_and_outer_cartons_only() -> None:
    picture = ElementTree.fromstring(draw_loading(LOADING, CONTAINER))
    words = [text.text or "" for text in picture.iter(f"{SVG}text")]
    assert "box <1>: 8 cartons, 100.0 % of 1.0 m³, 96 kg of 500 kg" in words
    assert "B  towel: 7 × (600 × 500 × 400 mm)" in words
    drawn = [box for box in picture.iter(f"{SVG}rect") if box.get("fill", "").startswith("url(#type")]
    assert len(drawn) == 4 + 4 + 2
    assert sum(box.get("fill") == "url(#type0)" for box in drawn) == 2


def test_a_sign_stands_in_the_part_of_a_carton_that_can_be_seen_or_nowhere() -> None:
    room = {"container": "c", "length_mm": 1000, "width_mm": 1000, "height_mm": 1000, "payload_g": 500_000}
    columns = ["carton", "x_mm", "y_mm", "z_mm", "length_mm", "width_mm", "height_mm"]
    boxes = pd.DataFrame(
        [
            ("behind", 0, 500, 0, 1000, 500, 600),
            ("before", 0, 0, 0, 700, 500, 600),
            ("peeps", 0, 500, 600, 1000, 500, 10),
        ],
        columns=columns,
    ).assign(container="c", step=[1, 2, 3], weight_g=1000)
    _, side = draw_loading(boxes, room).split("From the left side")
    signs = {
        text.group(3): (float(text.group(1)), float(text.group(2)))
        for text in re.finditer(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*middle[^>]*>(\w)<', side)
    }
    assert set(signs) == {"A", "B"}, "the strip of 10 mm carries no sign"
    per_mm = (960 - 2 * 40) / 1000
    assert signs["A"][0] == pytest.approx(40 + 350 * per_mm, abs=0.1)
    assert signs["B"][0] == pytest.approx(40 + 850 * per_mm, abs=0.1)


def test_a_picture_is_said_in_the_readers_language_and_an_empty_container_is_drawn_empty() -> None:
    picture = draw_loading(LOADING.iloc[:0], CONTAINER, say=lambda sentence: sentence.replace("} cartons", "} 箱"))
    assert "0 箱" in picture
    assert "url(#type" not in picture
    with pytest.raises(MissingColumns, match="table loading lacks the columns x_mm"):
        draw_loading(LOADING.drop(columns="x_mm"), CONTAINER)
