"""The shipped tables, and a small book from an example's headings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills.classification import rank_headings
from skills.classification.book import HeadingBook
from skills.classification.calibration import Calibration
from skills.classification.policy import ClassificationPolicy

SKILL = Path(__file__).parents[3] / "skills" / "classification"

Rank = Callable[..., pd.DataFrame]


def read_asset(name: str) -> pd.DataFrame:
    return pd.read_csv(SKILL / "assets" / f"{name}.csv", dtype="str", keep_default_na=False)


@pytest.fixture(scope="session")
def flags() -> pd.DataFrame:
    """The measures that ship with the skill."""
    return read_asset("flags")


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    """The steps that ship with the skill."""
    return Calibration.from_frame(read_asset("calibration"))


@pytest.fixture(scope="session")
def headings() -> pd.DataFrame:
    """The excerpt of the nomenclature that the examples carry."""
    example = json.loads((SKILL / "examples" / "kitchen_dishcloth.json").read_text(encoding="utf-8"))
    return pd.DataFrame(example["headings"])


@pytest.fixture(scope="session")
def book(headings: pd.DataFrame) -> HeadingBook:
    """The excerpt, indexed with the words that ship with the skill."""
    return HeadingBook(headings, read_asset("trade_words"), read_asset("slot_words"))


@pytest.fixture
def rank(book: HeadingBook, calibration: Calibration) -> Rank:
    """Rank descriptions given as product=words; policy fields by name."""

    def rank(policy: dict[str, Any] | None = None, **described: str) -> pd.DataFrame:
        products = pd.DataFrame({"product": list(described), "description": list(described.values())})
        return rank_headings(products, book, calibration, ClassificationPolicy(**(policy or {})))

    return rank
