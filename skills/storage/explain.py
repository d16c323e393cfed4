"""Why an exit is proposed: the arithmetic of each way out, one step per row."""

from __future__ import annotations

import pandas as pd

from skills.storage.plan import OPTIONS, WAYS
from skills.vocabulary import mark


def explain_exits(exits: pd.DataFrame) -> pd.DataFrame:
    """One row per (sku, country, step): label, value, unit, note.

    Args:
        exits: From `plan_exits`; money in base minor units.
    """
    rows: list[dict[str, object]] = []
    for exit_ in exits.itertuples(index=False):
        facts = [
            (mark("Units held"), exit_.units_held, "units", ""),
            (mark("Units that the first charged day finds"), exit_.excess_units, "units", ""),
            (mark("Demand per week"), exit_.weekly_mean, "units", mark("mean of the next four weeks")),
            (mark("A sold unit brings"), exit_.margin_base_minor, "minor",
             mark("net price less referral, fulfilment and returns; freight and duty were paid before")),
            (mark("Aged-inventory surcharge if held"), exit_.surcharge_base_minor, "minor",
             mark("over the months weighed, the oldest units counted as sold first")),
            (mark("Unsold after the months weighed"), exit_.unsold_units, "units", ""),
            (mark("Holding brings"), exit_.hold_base_minor, "minor",
             mark("sales less storage, surcharge and capital; what is left counts at liquidation value")),
        ]  # fmt: skip
        for way in WAYS:
            gain = getattr(exit_, f"{way}_gain_base_minor")
            if gain is not pd.NA:
                facts.append((OPTIONS[way], int(gain), "minor", mark("beyond holding")))
        rows += [
            {"sku": exit_.sku, "country": exit_.country, "step": step, "label": label, "value": value, "unit": unit,
             "note": note}
            for step, (label, value, unit, note) in enumerate(facts, 1)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["sku", "country", "step", "label", "value", "unit", "note"])
