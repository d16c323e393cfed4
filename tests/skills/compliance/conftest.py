"""A cotton dishcloth, documents for it, and the rules that ship with the project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.compliance.evidence import EVIDENCE_COLUMNS
from skills.compliance.rules import RuleBook
from tasks.files.compliance_rules import read_compliance_rules

Rows = Callable[..., pd.DataFrame]


def _record(**other: Any) -> dict[str, Any]:
    return {
        "sku": "CLOTH", "product_type": "TOWEL", "title": "Cotton dishcloth", "bullets": ["Soft"], "description": "",
        "search_terms": ["kitchen"], "attributes": {"color": "blue"}, "origin": "CN", "materials": [("cotton", 100)],
        "age_from_months": 216, "has_battery": False, "touches_food": True, "plug": "", **other,
    }  # fmt: skip


def _document(**other: Any) -> dict[str, Any]:
    return {
        "sku": "CLOTH", "country": "*", "kind": "azo_test_report", "document": "report.pdf", "number": "N1",
        "issued_on": "2026-01-10", "expires": "2027-12-31", "status": "complete", **other,
    }  # fmt: skip


@pytest.fixture(scope="session")
def as_of() -> date:
    return date(2026, 11, 24)


@pytest.fixture(scope="session")
def shipped() -> RuleBook:
    return read_compliance_rules()


@pytest.fixture(scope="session")
def recorded() -> Rows:
    """Product records, one per given change of the dishcloth."""
    return lambda *changes: pd.DataFrame([_record(**change) for change in changes or ({},)])


@pytest.fixture(scope="session")
def held() -> Rows:
    """Documents, one per given change of a test report; none without one."""
    return lambda *changes: pd.DataFrame([_document(**change) for change in changes], columns=list(EVIDENCE_COLUMNS))
