"""Two snapshots of a listing in Germany, and what the seller owns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

Rows = Callable[..., pd.DataFrame]

OWN_OFFER = {"seller": "OURS", "price_minor": 2490, "currency": "EUR", "fulfilment": "FBA"}


def _seen(**other: Any) -> dict[str, Any]:
    return {
        "seen_on": pd.Timestamp("2026-11-22"), "country": "DE", "asin": "B01", "title": "Towel set, 2 pieces",
        "bullets": ["Cotton", "Soft"], "images": ["a1", "b2"], "brand": "Tavide", "status": "live", "buy_box": "OURS",
        "offers": [OWN_OFFER], **other,
    }  # fmt: skip


def _owned(**other: Any) -> dict[str, Any]:
    return {
        "country": "DE", "asin": "B01", "sku": "TOWEL", "brand": "Tavide", "seller": "OURS",
        "authorised": ["PARTNER"],
        "title": "", "bullets": [], "images": [], "trademark": "", "serial_codes": "yes",
        **other,
    }  # fmt: skip


@pytest.fixture(scope="session")
def as_of() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def snapshots() -> Rows:
    """The listing on the 20th as it was, and on the 22nd and 23rd as changed; further rows as given."""

    def build(*changes: dict[str, Any], **now: Any) -> pd.DataFrame:
        rows = [_seen(seen_on=pd.Timestamp("2026-11-20")), _seen(**now)]
        rows += [_seen(**(now | {"seen_on": pd.Timestamp("2026-11-23")}))]
        return pd.DataFrame(rows + [_seen(**change) for change in changes])

    return build


@pytest.fixture(scope="session")
def own() -> Rows:
    return lambda **other: pd.DataFrame([_owned(**other)])


@pytest.fixture(scope="session")
def floors() -> pd.DataFrame:
    return pd.DataFrame([{"country": "DE", "asin": "B01", "floor_minor": 2200, "currency": "EUR"}])


@pytest.fixture(scope="session")
def no_codes() -> pd.DataFrame:
    names = ("country", "sku", "seller", "unit", "code", "result", "checked_on")
    return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
