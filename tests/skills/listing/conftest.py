"""A towel's listing in Germany that passes, to be spoiled by a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from listing_world import make_listings, make_schema

from skills.listing import check_listing
from skills.listing.policy import ListingPolicy

Row = dict[str, Any]


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    return make_schema("DE")


@pytest.fixture
def attributes() -> dict[str, Any]:
    found: dict[str, Any] = make_listings(1, 5, ("DE",)).iloc[0]["attributes"]
    return found


@pytest.fixture
def check(schema: dict[str, Any]) -> Callable[..., list[Row]]:
    """The problems of one listing, each with its sentence under `said`."""

    def run(attributes: Any, policy: ListingPolicy | None = None, **row: Any) -> list[Row]:
        listing = {"sku": "A", "country": "DE", "product_type": "KITCHEN_TOWEL", "attributes": attributes} | row
        found = check_listing({"KITCHEN_TOWEL": schema}, pd.DataFrame([listing]), policy or ListingPolicy())
        rows = [{str(key): value for key, value in found_row.items()} for found_row in found.to_dict("records")]
        return [row | {"said": row["reason"].format(**row["values"])} for row in rows]

    return run
