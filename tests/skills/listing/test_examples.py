"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from skills.listing import check_listing
from skills.listing.policy import ListingPolicy

SKILL = Path(__file__).parents[3] / "skills" / "listing"


def read_example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SKILL / "examples" / name).read_text(encoding="utf-8"))
    return found


def test_a_title_of_five_thousand_characters_is_told_by_how_much_to_shorten_it() -> None:
    case = read_example("title_too_long.json")
    title = [{"value": case["character"] * case["characters"]}]
    listings = pd.DataFrame([{"sku": "A", "country": "DE", "product_type": "T", "attributes": {"item_name": title}}])
    [row] = check_listing({"T": case["schema"]}, listings, ListingPolicy()).to_dict("records")
    assert row["reason"].format(**row["values"]) == case["said"]


def test_the_worked_example_of_the_manifest_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "SKILL.md", "exec"), {})  # noqa: S102
