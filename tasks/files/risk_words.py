"""Words that call for a certificate, and what each country then asks for, as the project knows them."""

from __future__ import annotations

import io

import pandas as pd

from config.settings import read_settings
from skills.sourcing.risk import RULE_COLUMNS
from tasks.files.reference import read_text

ASSETS = "skills/sourcing/assets"


def read_risk_words() -> pd.DataFrame:
    """One row per (rule, language, country): the two tables that ship with the project, joined on the rule.

    Returns:
        Columns of `skills.sourcing.risk.RULE_COLUMNS`; level is a whole number, all else is text. Rules whose text
        nobody read are `unverified`, and a page shows them so.
    Raises:
        UnreadableFile: a table is not there, or no text.
    """
    words, rules = _read("risk_words"), _read("risk_rules")
    joined = words.merge(rules, on="rule", how="inner", validate="many_to_many")
    return joined[list(RULE_COLUMNS)].astype({"level": "int64"})


def _read(name: str) -> pd.DataFrame:
    text = read_text(read_settings().root / ASSETS / f"{name}.csv")
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
