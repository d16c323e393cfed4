"""Why a launch or a last buy is as large as it is, one step per row."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import mark


def explain_life_cycle(plan: pd.DataFrame) -> pd.DataFrame:
    """One row per (sku, step): label, value, unit, note.

    Args:
        plan: From `plan_life_cycle`.
    """
    rows: list[dict[str, object]] = []
    for line in plan.to_dict("records"):
        facts = [
            (mark("A unit short loses"), line["underage_base_minor"], "minor", mark("net margin of its countries")),
            (mark("A unit left costs"), line["overage_base_minor"], "minor", mark("cost less what it brings")),
            (mark("Critical ratio"), line["ratio_percent"], "%", mark("loses ÷ (loses + costs)")),
            (mark("Weeks covered"), line["weeks"], "weeks", ""),
            (mark("Demand at that ratio"), line["level"], "units", mark("quantile of cumulative demand")),
        ]  # fmt: skip
        rows += [
            {"sku": line["sku"], "step": step, "label": label, "value": value, "unit": unit, "note": note}
            for step, (label, value, unit, note) in enumerate(facts, 1)
        ]
    return pd.DataFrame(rows, columns=["sku", "step", "label", "value", "unit", "note"])
