"""Weeks of search terms as the skill reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

Frame = Callable[..., pd.DataFrame]


@pytest.fixture
def volumes() -> Frame:
    """Volumes of one country and week: term → searches; a list counts down from 1000 by tens."""

    def make(
        searched: Mapping[str, float] | Sequence[str], country: str = "US", week: str = "2026-11-15"
    ) -> pd.DataFrame:
        listed = (
            list(searched.items())
            if isinstance(searched, Mapping)
            else [(term, 1000.0 - 10 * at) for at, term in enumerate(searched)]
        )
        return frame(
            {
                "country": country,
                "week": pd.Timestamp(week),
                "term": [term for term, _ in listed],
                "rank": range(1, len(listed) + 1),
                "volume": [float(amount) for _, amount in listed],
                "volume_basis": "reported",
            },
            len(listed),
        ).astype({"rank": "Int64"})

    return make


@pytest.fixture
def clicked() -> Frame:
    """Top search terms of one country and week: term → product → share of the clicks."""

    def make(
        shares: Mapping[str, Mapping[str, float]], country: str = "US", week: str = "2026-11-15"
    ) -> pd.DataFrame:
        rows = [(term, asin, share) for term, asins in shares.items() for asin, share in asins.items()]
        return frame(
            {
                "country": country,
                "week": pd.Timestamp(week),
                "department": "",
                "term": [term for term, _, _ in rows],
                "rank": [1] * len(rows),
                "asin": [asin for _, asin, _ in rows],
                "click_share": [share for _, _, share in rows],
            },
            len(rows),
        )

    return make


@pytest.fixture
def unclicked(clicked: Frame) -> pd.DataFrame:
    """No clicks at all."""
    return clicked({})


@pytest.fixture
def first_run() -> pd.DataFrame:
    """The members of a run that never was."""
    return frame({"niche": "", "country": "", "term": "", "share": 0.0}, 0)


def frame(columns: dict[str, Any], rows: int) -> pd.DataFrame:
    table = pd.DataFrame(columns, index=range(rows))
    texts = [name for name in ("niche", "country", "department", "term", "asin", "volume_basis") if name in columns]
    return table.astype(dict.fromkeys(texts, "str"))
