"""The rules that the gate before a listing holds products against: how many, and how many name their source and day.

Counted from the tables that ship with the project. A rule counts as sourced when it names a source, the day it was
written down and its first day; how far it is trusted is another column. Out of scope: whether a rule is right.
"""

from __future__ import annotations

import sys
from pathlib import Path

from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tasks.files.compliance_rules import read_compliance_rules  # noqa: E402

FIGURES = ("compliance.rules", "compliance.rules_with_source_and_date")


def main() -> int:
    """Count every figure of this group."""
    rules = read_compliance_rules().rules
    for confidence, count in rules["confidence"].value_counts().items():
        print(f"  {confidence}: {count}")
    sourced = (rules[["source", "retrieved_on", "effective_from"]] != "").all(axis=1)
    record_figure(FIGURES[0], len(rules), "rules")
    record_figure(FIGURES[1], int(sourced.sum()), "rules", target=f"== {len(rules)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
