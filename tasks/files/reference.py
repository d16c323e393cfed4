"""Reference tables that ship with the project."""

from __future__ import annotations

import pandas as pd

from config.settings import read_settings

STARTER_RATES = "skills/distribution/assets/starter_rates.csv"


def read_starter_rates() -> pd.DataFrame:
    """The dated rates that every seller starts with: one row per value, columns of `skills.rates.RATE_COLUMNS`."""
    return pd.read_csv(read_settings().root / STARTER_RATES, dtype="str", keep_default_na=False, comment="#")
