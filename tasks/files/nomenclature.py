"""The official nomenclature, opened; and the tables of words, measures and confidence that ship with the project."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from config.settings import read_settings
from skills.classification.book import HeadingBook
from skills.classification.calibration import Calibration
from skills.classification.headings import lay_out_national_lines, lay_out_nomenclature
from tasks.files.reference import read_text

ASSETS = "skills/classification/assets"


def read_heading_book(nomenclature: Path, national_lines: Path | None = None) -> HeadingBook:
    """The headings of one edition, with the trade and slot words that ship with the project.

    Args:
        nomenclature: The Harmonized System as one CSV table (may be packed): hscode, description, parent.
        national_lines: The US HTS export as CSV; None leaves candidates at six digits.
    Raises:
        UnreadableFile: a file is not there, or no text.
        MissingColumns: a table is not as published.
        UnusableHeadings: the table is no tree of codes.
    """
    headings = lay_out_nomenclature(_read(nomenclature))
    if national_lines is not None:
        headings = pd.concat([headings, lay_out_national_lines(_read(national_lines), headings)], ignore_index=True)
    return HeadingBook(headings, _read_asset("trade_words"), _read_asset("slot_words"))


def read_calibration() -> Calibration:
    """From evidence to confidence, as fitted; its recipe stands in the table."""
    return Calibration.from_frame(_read_asset("calibration"))


def read_flags() -> pd.DataFrame:
    """Antidumping orders and licences known to the project: one row per measure and code, dated, with source."""
    return _read_asset("flags")


def _read_asset(name: str) -> pd.DataFrame:
    return _read(read_settings().root / ASSETS / f"{name}.csv")


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(read_text(path)), dtype="str", keep_default_na=False)
