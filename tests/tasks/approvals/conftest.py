"""A seller of each test's own, whose approvers' codes count."""

from __future__ import annotations

from pathlib import Path

import desk
import pytest


@pytest.fixture
def sellers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the sellers' files; holds Haina as the desk writes it."""
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    desk.write_seller(tmp_path / "sellers")
    return tmp_path / "sellers"
