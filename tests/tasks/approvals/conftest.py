"""A seller of each test's own, whose approvers' codes count."""

from __future__ import annotations

import shutil
from pathlib import Path

import desk
import pytest

from tasks.store.session import close_engines, open_session


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without rows whose schema was brought up to date once, for every test to copy."""
    path = tmp_path_factory.mktemp("store") / "farsail.db"
    with open_session(f"sqlite:///{path}"):
        pass
    close_engines()
    return path


@pytest.fixture
def sellers(empty_store: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the sellers' files; holds Haina as the desk writes it."""
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))
    desk.write_seller(tmp_path / "sellers")
    home.mkdir()
    shutil.copy(empty_store, home)
    return tmp_path / "sellers"
