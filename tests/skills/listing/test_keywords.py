"""Each keyword that a schema may use has attributes that keep to it and attributes that break it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from listing_world import find_covered, list_mistakes

from skills.listing.keywords import KEYWORDS, list_keywords

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "skills/listing/examples/keywords.json").read_text(encoding="utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=[f"{at}-{case['keyword']}" for at, case in enumerate(CASES)])
def test_attributes_that_keep_to_a_keyword_pass_and_those_that_break_it_are_told(case: dict[str, Any]) -> None:
    assert case["passes"]
    assert case["fails"]
    assert list_mistakes(case) == []


def test_every_keyword_of_amazons_vocabulary_has_a_case_that_passes_and_one_that_fails() -> None:
    covered = find_covered(CASES)
    assert set(list_keywords("official")) | set(list_keywords("seen")) <= covered
    assert {word.name for word in KEYWORDS.values() if word.purpose == "checks"} <= covered


def test_amazons_vocabulary_is_the_eight_keywords_of_its_page() -> None:
    assert list_keywords("official") == [
        *("editable", "enumNames", "hidden", "maxUniqueItems", "maxUtf8ByteLength", "minUniqueItems"),
        *("minUtf8ByteLength", "selectors"),
    ]
