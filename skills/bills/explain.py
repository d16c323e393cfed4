"""Where the money differs, per component, largest difference first."""

from __future__ import annotations

import pandas as pd

from skills.bills.plan import MATCHES, MISSING
from skills.vocabulary import check_columns, mark

EXPLAINED = ["component", "shipments", "expected_minor", "billed_minor", "variance_minor", "open_minor",
             "unexpected_minor", "repeated_minor", "reason"]  # fmt: skip
AS_EXPECTED = mark("billed as expected")
DEARER = mark("dearer than expected")
CHEAPER = mark("cheaper than expected")
NEVER_EXPECTED = mark("billed without having been expected")
NOT_BILLED = mark("not billed yet")


def explain_variance(matches: pd.DataFrame) -> pd.DataFrame:
    """What the components came to, over all shipments.

    Args:
        matches: As `match_bills` returns them.
    Returns:
        One row per component: shipments, expected_minor and billed_minor of what was billed, variance_minor =
        billed − expected, open_minor (expected, no bill yet), unexpected_minor (of variance_minor, what nobody
        expected), repeated_minor (billed twice, in none of the others) [base currency], reason (an English sentence,
        marked for translation).
    Raises:
        MissingColumns: of the matches.
    """
    check_columns("matches", matches.columns, MATCHES)
    rows = []
    for component, group in matches.groupby("component"):
        billed = group[group["state"] != MISSING]
        variance = int(billed["variance_minor"].sum())
        unexpected = int(billed.loc[billed["source"] == "", "variance_minor"].sum())
        rows.append(
            {
                "component": component,
                "shipments": len(group),
                "expected_minor": int(billed["expected_minor"].sum()),
                "billed_minor": int(billed["billed_minor"].sum()),
                "variance_minor": variance,
                "open_minor": int(group.loc[group["state"] == MISSING, "expected_minor"].sum()),
                "unexpected_minor": unexpected,
                "repeated_minor": int(group["repeated_minor"].sum()),
                "reason": _give_reason(billed.empty, variance, unexpected),
            }
        )
    frame = pd.DataFrame(rows, columns=EXPLAINED)
    order = frame["variance_minor"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _give_reason(unbilled: bool, variance: int, unexpected: int) -> str:
    if unbilled:
        return NOT_BILLED
    if variance and variance == unexpected:
        return NEVER_EXPECTED
    if variance == 0:
        return AS_EXPECTED
    return DEARER if variance > 0 else CHEAPER
