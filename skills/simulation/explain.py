"""What a comparison says, in sentences: also where ours loses."""

from __future__ import annotations

import pandas as pd

from skills.simulation.compare import MEASURES, Comparison
from skills.vocabulary import mark

OURS, VELOCITY, MIN_MAX, TUNED, SELLER = "ours", "velocity", "min_max", "tuned", "seller"
VELOCITY_EQUAL, OWN_LEVEL = "velocity_equal", "own_level"
NAMES: dict[str, str] = {
    OURS: mark("the hub policy"),
    VELOCITY: mark("velocity × days"),
    MIN_MAX: mark("min/max"),
    TUNED: mark("tuned (s, S)"),
    SELLER: mark("what the seller did"),
    OWN_LEVEL: mark("the hub policy at the seller's own service level"),
    VELOCITY_EQUAL: mark("velocity × days, at the hub policy's fill rate"),
}
"""Policy → what a reader calls it."""

SAYS: dict[tuple[str, str], str] = {
    ("profit_minor", "better"): mark("The hub policy earns {change} more than {rival} (95 %: {low} to {high})."),
    ("profit_minor", "worse"): mark(
        "The hub policy loses against {rival}: it earns {change} less ({low} to {high})."
    ),
    ("profit_minor", "open"): mark(
        "Profit against {rival} is open: {change} ({low} to {high}) includes no difference."
    ),
    ("capital_minor", "better"): mark("It ties up {change} less capital than {rival} ({low} to {high})."),
    ("capital_minor", "worse"): mark("It ties up {change} more capital than {rival} ({low} to {high})."),
    ("capital_minor", "open"): mark("Capital against {rival} is open: {change} ({low} to {high})."),
    ("fill_percent", "better"): mark("It serves {change} more of demand than {rival} ({low} to {high})."),
    ("fill_percent", "worse"): mark("It serves {change} less of demand than {rival} ({low} to {high})."),
    ("fill_percent", "open"): mark("Fill rate against {rival} is open: {change} ({low} to {high})."),
    ("cost_share_percent", "better"): mark(
        "Storage and logistics take {change} less of net sales than under {rival} ({low} to {high})."
    ),
    ("cost_share_percent", "worse"): mark(
        "Storage and logistics take {change} more of net sales than under {rival} ({low} to {high})."
    ),
    ("cost_share_percent", "open"): mark(
        "Storage and logistics against {rival} are open: {change} ({low} to {high})."
    ),
    ("dead_minor", "better"): mark("It leaves {change} less dead stock than {rival} ({low} to {high})."),
    ("dead_minor", "worse"): mark("It leaves {change} more dead stock than {rival} ({low} to {high})."),
    ("dead_minor", "open"): mark("Dead stock against {rival} is open: {change} ({low} to {high})."),
}
"""(measure, verdict) → the sentence; its places are filled with percent or points."""


def explain_comparison(comparison: Comparison) -> pd.DataFrame:
    """The sentences of a comparison, rival by rival, what matters most first.

    Returns:
        One row per (policy, step): label (what is measured), sentence (template of `SAYS`), verdict, change, low,
        high (the nearer to 0 first), unit: percent or points.
    """
    rows = []
    order = ("profit_minor", "capital_minor", "fill_percent", "cost_share_percent", "dead_minor")
    judged = comparison.headline[comparison.headline["verdict"] != ""]
    for name in judged["policy"].drop_duplicates():
        own = judged[judged["policy"] == name].set_index("measure")
        for step, measure in enumerate(order, 1):
            row = own.loc[measure]
            bounds = [float(row["change_low"]), float(row["change_high"])]
            if row["verdict"] != "open":
                bounds = sorted(abs(bound) for bound in bounds)
            rows.append(
                {
                    "policy": name,
                    "step": step,
                    "label": MEASURES[measure],
                    "sentence": SAYS[measure, row["verdict"]],
                    "verdict": row["verdict"],
                    "change": float(row["change"]) if row["verdict"] == "open" else abs(float(row["change"])),
                    "low": bounds[0],
                    "high": bounds[1],
                    "unit": "points" if measure.endswith("_percent") else "percent",
                }
            )
    columns = ["policy", "step", "label", "sentence", "verdict", "change", "low", "high", "unit"]
    return pd.DataFrame(rows, columns=columns)
