"""What the environment may set; everything has a default that needs no server, account or key."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """One field per variable FARSAIL_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="FARSAIL_", env_file=ROOT / ".env", extra="ignore", frozen=True)

    home: Path = Field(
        default=ROOT / ".farsail",
        description="Folder of the database, snapshots, generated exports and reports.",
    )
    sellers: Path = Field(
        default=ROOT / "config" / "sellers", description="Folder of the sellers' files, one <id>.yaml each."
    )
    data: Path = Field(
        default=ROOT.parent / "shared" / "data",
        description="Folder of public data sets that the project does not ship (docs/run.md says where to get them).",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the store; empty means SQLite in the home folder."
    )
    anchors: Path | None = Field(
        default=None,
        description="Folder where the ledger's head is written each night, best on another disk; empty means "
        "`anchors` in the home folder.",
    )
    secrets: Path | None = Field(
        default=None,
        description="Folder of the approvers' secrets for one-time codes; empty means `secrets` in the home folder.",
    )
    language: Literal["", "zh_CN", "en"] = Field(
        default="", description="Language of pages and errors for every seller; empty means the seller's own."
    )

    @property
    def root(self) -> Path:
        """The checkout that this code runs from."""
        return ROOT

    @property
    def store_url(self) -> str:
        """The store's address, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.home / 'farsail.db').as_posix()}"


def read_settings() -> Settings:
    """Settings of this process; a changed variable or a changed .env counts at once."""
    file = ROOT / ".env"
    variables = tuple(sorted(pair for pair in os.environ.items() if pair[0].upper().startswith("FARSAIL_")))
    return _read_settings(variables, file.stat().st_mtime_ns if file.exists() else 0)


@lru_cache(maxsize=8)
def _read_settings(_variables: tuple[tuple[str, str], ...], _file_changed: int) -> Settings:
    """Reading takes milliseconds, and an act of a few milliseconds asks for them ten times."""
    return Settings()
