"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skills.images import check_images
from skills.images.pictures import Picture, UnusableImageRules
from skills.images.policy import ImagePolicy

SKILL = Path(__file__).parents[3] / "skills" / "images"
DAY = date(2026, 11, 30)


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SKILL / "examples" / name).read_text(encoding="utf-8"))
    return found


def test_a_photo_on_grey_and_its_turned_twin_fail_what_the_example_says(ruled: Any) -> None:
    case = read_example("two_photos.json")
    width, height = case["sides"]
    pixels = np.full((height, width, 3), case["background"], dtype=np.uint8)
    pixels[60:400, 100:700] = (40, 90, 140)
    pixels[60:200, 100:300] = (160, 60, 30)
    photos = [
        Picture("TOWEL", "MAIN", "front.jpg", pixels),
        Picture("TOWEL", "PT01", "turned.jpg", np.rot90(pixels)),
    ]
    checks = check_images(photos, ruled(*case["rules"]), ["DE"], ImagePolicy(), DAY)
    failed = checks[~checks["passes"]].groupby("picture")["rule"].apply(list).to_dict()
    assert failed == case["failed"]


def test_a_rule_that_is_not_known_is_refused_by_name(ruled: Any) -> None:
    case = read_example("unknown_rule.json")
    with pytest.raises(UnusableImageRules) as refused:
        check_images([], ruled(case["rule"]), ["DE"], ImagePolicy(), DAY)
    assert str(refused.value) == case["said"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
