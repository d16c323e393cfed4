"""Quotes for a mat, landed in two countries, and a few suppliers' deliveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

Rows = Callable[..., pd.DataFrame]


def _quote(**other: Any) -> dict[str, Any]:
    return {
        "quote": "Q1", "candidate": "mat", "supplier": "Hua", "unit_cost_minor": 1000, "currency": "CNY",
        "vat_invoice": "yes", "moq_units": 95, "carton_units": 10, "sample_days": 5, "lead_days": 20,
        "deposit_percent": 30.0, "tooling_minor": 0, "valid_until": pd.Timestamp("2026-12-31"), **other,
    }  # fmt: skip


def _landed(**other: Any) -> dict[str, Any]:
    return {
        "quote": "Q1", "country": "DE", "landed_minor": 1185, "unit_base_minor": 1000, "freight_minor": 200,
        "duty_minor": 100, "import_vat_cash_minor": 150, "rebate_minor": 115, "net_minor": 3000, "transit_days": 30,
        "weekly_units": 25.0, "base_currency": "CNY", **other,
    }  # fmt: skip


def _delivery(**other: Any) -> dict[str, Any]:
    return {
        "purchase_order": "PO1", "sku": "MAT", "supplier": "Hua", "ordered_on": pd.Timestamp("2026-01-05"),
        "promised_on": pd.Timestamp("2026-02-02"), "delivered_on": pd.Timestamp("2026-02-02"), "units": 1000,
        "failed_units": 0, "unit_cost_minor": 1000, "currency": "CNY", **other,
    }  # fmt: skip


@pytest.fixture(scope="session")
def as_of() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def quoted() -> Rows:
    """Quotes, one per given change of the usual one."""
    return lambda *changes: pd.DataFrame([_quote(**change) for change in changes or ({},)])


@pytest.fixture(scope="session")
def landing() -> Rows:
    return lambda *changes: pd.DataFrame([_landed(**change) for change in changes or ({},)])


@pytest.fixture(scope="session")
def delivered() -> Rows:
    return lambda *changes: pd.DataFrame([_delivery(**change) for change in changes or ({},)])


@pytest.fixture(scope="session")
def no_terms() -> pd.DataFrame:
    return pd.DataFrame({"country": pd.Series(dtype="str")})
