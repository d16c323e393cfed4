"""The dated rules that a listing must pass, the words that call for them, the documents that answer them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from config.settings import read_settings
from skills.compliance.rules import KIND_COLUMNS, RULE_COLUMNS, WORD_COLUMNS, RuleBook, type_rules
from skills.vocabulary import check_columns, mark
from tasks.files.problems import UnreadableFile
from tasks.files.reference import read_text

ASSETS = "skills/compliance/assets"


def read_compliance_rules(folder: Path | None = None) -> RuleBook:
    """The tables rules.csv, words.csv and kinds.csv, each row with the line it stands on, and every row usable.

    Args:
        folder: Where they lie; those that ship with the project if None.
    Raises:
        UnreadableFile: a table is not there, is no text, or a line has another number of cells than the header.
        MissingColumns: of a table.
        UnusableRules: names the line, what stands there and what was expected.
    """
    place = folder or read_settings().root / ASSETS
    book = RuleBook(
        rules=_read(place / "rules.csv", RULE_COLUMNS),
        words=_read(place / "words.csv", WORD_COLUMNS),
        kinds=_read(place / "kinds.csv", KIND_COLUMNS),
    )
    type_rules(book)
    return book


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    reader = csv.reader(io.StringIO(read_text(path)))
    header = ["line", *next(reader, [])]
    rows = []
    for cells in reader:
        if len(cells) != len(header) - 1:
            raise UnreadableFile(
                mark(
                    "{path}: line {line} has {found} cells. Expected {expected}, as the header has. Correct the line."
                ),
                path=path.name,
                line=reader.line_num,
                found=len(cells),
                expected=len(header) - 1,
            )
        rows.append([str(reader.line_num), *cells])
    frame = pd.DataFrame(rows, columns=header, dtype="str")
    check_columns(path.name, frame.columns, columns)
    return frame
