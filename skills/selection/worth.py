"""What it is worth to know a fact before choosing: expected value of perfect information, on the actual choice."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.selection.facts import TEXT, UnusableFacts, read_table
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import mark, name_rows

OUTCOMES = ("low", "known", "high")
FACTS = {
    "concept": TEXT, "fact": TEXT, "value": "number", "low": "number", "high": "number", "p_low": "number",
    "p_known": "number", "p_high": "number", "cm3_low_minor": "number", "cm3_known_minor": "number",
    "cm3_high_minor": "number",
}  # fmt: skip
WORTH = [
    "concept", "fact", "value", "low", "high", "expected_minor", "worth_minor", "changes_choice", "reason", "values",
]  # fmt: skip

KEEPS = mark("Whatever it turns out to be, the choice stays.")
DROPS = mark("Were {fact} {value}, {concept} would not be chosen.")
TAKES = mark("Were {fact} {value}, {concept} would be chosen.")


def value_facts(facts: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """The money that knowing each fact before the choice is expected to bring.

    The choice takes the concepts with the highest expected yearly CM3 above zero, as many as may be shown. A
    concept's expectation is its CM3 at the known values plus, for each of its facts, what the mean over the outcomes
    adds. A fact is worth Σ p × (best choice once it is known) − best choice now; it is never below zero.

    Args:
        facts: One row per (concept, fact): value, low, high; p_low, p_known, p_high, adding up to 1; cm3_low_minor,
            cm3_known_minor, cm3_high_minor [a year, base currency], all else at its known value.

    Returns:
        One row per (concept, fact), worth most first: expected_minor of the concept, worth_minor, changes_choice, and
        the outcome that changes it (reason, values).

    Raises:
        MissingColumns, UnusableFacts: chances that do not add up, money missing, or a fact twice.
    """
    rows = _read(facts)
    rows["mean"] = sum((rows[f"p_{name}"] * rows[f"cm3_{name}_minor"] for name in OUTCOMES), start=0.0)
    rows["adds"] = rows["mean"] - rows["cm3_known_minor"]
    grouped = rows.groupby("concept", sort=True)
    expected = grouped["cm3_known_minor"].first() + grouped["adds"].sum()
    now = _choose(expected, policy)
    best = float(expected[sorted(now)].sum())
    lines: list[list[Any]] = []
    for row in rows.to_dict("records"):
        concept, worth, changed = str(row["concept"]), 0.0, ""
        for name in sorted(OUTCOMES, key=lambda name: -float(row[f"p_{name}"])):
            if not row[f"p_{name}"] > 0:
                continue
            known = expected.copy()
            known[concept] += row[f"cm3_{name}_minor"] - row["mean"]
            choice = _choose(known, policy)
            worth += row[f"p_{name}"] * (float(known[sorted(choice)].sum()) - best)
            changed = changed or (name if choice != now else "")
        at = "value" if changed == "known" else changed
        values = {"concept": concept, "fact": row["fact"], "value": row[at]} if changed else {}
        reason = (DROPS if concept in now else TAKES) if changed else KEEPS
        lines.append([concept, row["fact"], row["value"], row["low"], row["high"], round(float(expected[concept])),
                      max(0, round(worth)), bool(changed), reason, values])  # fmt: skip
    table = pd.DataFrame(lines, columns=WORTH)
    texts = dict.fromkeys(("concept", "fact", "reason"), "str")
    table = table.astype(
        {**texts, "expected_minor": "int64", "worth_minor": "int64", "changes_choice": "bool", "value": "float64"}
    )
    return table.sort_values(["worth_minor", "concept", "fact"], ascending=[False, True, True], ignore_index=True)


def _choose(expected: pd.Series, policy: SelectionPolicy) -> set[str]:
    """The concepts with most expected money above zero; of equals the first by name."""
    gains = sorted((-float(money), str(concept)) for concept, money in expected.items() if money > 0)
    return {concept for _, concept in gains[: policy.most_opportunities]}


def _read(facts: pd.DataFrame) -> pd.DataFrame:
    rows = read_table("facts", facts, FACTS).sort_values(["concept", "fact"], ignore_index=True)
    chances = rows[[f"p_{name}" for name in OUTCOMES]]
    money = rows[[f"cm3_{name}_minor" for name in OUTCOMES]]
    wrong = ~((chances.sum(axis=1) - 1).abs() < 1e-6) | (chances < 0).any(axis=1) | money.isna().any(axis=1)
    wrong |= rows.duplicated(["concept", "fact"])
    base = rows.groupby("concept")["cm3_known_minor"].transform("first")
    wrong |= (rows["cm3_known_minor"] - base).abs() > 0.5
    if wrong.any():
        named = rows.loc[wrong, "concept"] + " " + rows.loc[wrong, "fact"]
        raise UnusableFacts(
            mark(
                "These facts cannot be valued: {facts}. Expected: each once, three chances of at least 0 that add up "
                "to 1, money at each outcome, and the same money at the known value for all facts of a concept. "
                "Complete them, and ask again."
            ),
            facts=name_rows(named),
        )
    return rows
