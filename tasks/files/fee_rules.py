"""Storage fees and who is exempt, as the project knows them."""

from __future__ import annotations

import io

import pandas as pd

from config.settings import read_settings
from skills.storage.rules import RULE_COLUMNS
from tasks.files.reference import read_text

ASSET = "skills/storage/assets/fee_rules.csv"


def read_fee_rules() -> pd.DataFrame:
    """One row per rule, all text, columns of `skills.storage.rules.RULE_COLUMNS`.

    Raises:
        UnreadableFile: the table is not there, or no text.
    """
    text = read_text(read_settings().root / ASSET)
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)[list(RULE_COLUMNS)]
