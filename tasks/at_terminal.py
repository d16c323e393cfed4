"""The person at a terminal: who they are, which language they read, and where their files lie."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import read_settings

if TYPE_CHECKING:
    from config.seller import Language


def name_user() -> str:
    """Who is logged in, as the system knows them; "?" where it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"


def language_of(seller: str) -> Language:
    """The language asked for, else the seller's; read past the rest of the file, which may be what is refused."""
    import yaml

    settings = read_settings()
    try:
        written = yaml.safe_load((settings.sellers / f"{seller}.yaml").read_text(encoding="utf-8"))
        own = str(written.get("language", "zh_CN"))
    except (OSError, AttributeError, UnicodeDecodeError, yaml.YAMLError):
        own = "en"
    return "zh_CN" if (settings.language or own) == "zh_CN" else "en"


def from_here(path: str) -> Path:
    """A path as the person meant it: the launcher moves to the project's root, their shell's folder is in PWD."""
    here = Path(os.environ.get("PWD", ""))
    moved = Path.cwd() == read_settings().root and here.is_absolute() and here.is_dir()
    return ((here if moved else Path.cwd()) / Path(path).expanduser()).resolve()
