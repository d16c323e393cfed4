"""Rows of the answer while they are gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

COLUMNS = (
    "sku", "fnsku", "country", "fee", "state", "measure", "now", "step_at", "distance", "falls_on", "units",
    "fee_base_minor", "per", "units_to_clear", "exemption", "source", "confidence",
)  # fmt: skip
_WHOLE = ("units", "fee_base_minor", "units_to_clear")
_BLANK: dict[str, Any] = {
    "measure": "", "now": np.nan, "step_at": np.nan, "distance": np.nan, "falls_on": pd.NaT, "units": 0,
    "fee_base_minor": 0, "per": "", "units_to_clear": 0, "exemption": "", "source": "", "confidence": "",
}  # fmt: skip


@dataclass
class Found:
    """One row per product, country and fee, in the order found."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: dict[str, str], fee: str, state: str, **facts: Any) -> None:
        """One more row; what is not said is empty."""
        self.rows.append({**key, "fee": fee, "state": state, **_BLANK, **facts})

    def frame(self) -> pd.DataFrame:
        """All rows by (sku, country, fee)."""
        frame = pd.DataFrame(self.rows, columns=list(COLUMNS)).astype(dict.fromkeys(_WHOLE, "int64"))
        frame["falls_on"] = pd.to_datetime(frame["falls_on"])
        return frame.sort_values(["sku", "country", "fee"], kind="stable").reset_index(drop=True)


def name_key(row: dict[Any, Any]) -> dict[str, str]:
    """What a row is about."""
    return {name: str(row[name]) for name in ("sku", "fnsku", "country")}
