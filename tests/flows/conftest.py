"""One installation for all tests of a journey's file, as they build upon each other."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture
def at_home(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs in that installation."""
    monkeypatch.setenv("FARSAIL_HOME", str(installation))
    monkeypatch.delenv("FARSAIL_DATABASE_URL", raising=False)
