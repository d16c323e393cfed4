"""Why each candidate stands where it stands."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import mark

_STEPS = (
    (mark("Words of the trade that name it"), "trade_score", "trade_words"),
    (mark("Words found in the texts of the heading"), "text_score", "text_words"),
    (mark("Material, fabric, use: agreeing"), "facts_score", "facts_for"),
    (mark("Material, fabric, use: against it"), "", "facts_against"),
    (mark("Score"), "score", "text"),
)


def explain_headings(candidates: pd.DataFrame) -> pd.DataFrame:
    """The parts of each candidate's score, and of each product's confidence.

    Args:
        candidates: From `rank_headings`.
    Returns:
        One row per (product, rank, step): label, value, unit, note; rank 0 speaks of the product as a whole.
    """
    rows: list[tuple[str, int, int, str, str, str, str]] = []
    for row in candidates.to_dict("records"):
        product, rank = str(row["product"]), int(row["rank"])
        if rank == 1:
            whole = [
                (mark("Evidence for the first candidate"), f"{row['evidence']:.2f}", "points", ""),
                (
                    mark("Confidence that the first candidate is right"),
                    str(row["confidence_percent"]),
                    "%",
                    row["answer"],
                ),
            ]
            if row["question"]:
                asked = str(row["question"]).format(first=row["question_first"], second=row["question_second"])
                whole.append((mark("Question that decides"), "", "", asked))
            rows += [(product, 0, step, *cells) for step, cells in enumerate(whole, 1)]
        for step, (label, value, note) in enumerate(_STEPS, 1):
            shown = f"{row[value]:.2f}" if value else ""
            rows.append((product, rank, step, label, shown, "points" if value else "", str(row[note])))
    return pd.DataFrame(rows, columns=["product", "rank", "step", "label", "value", "unit", "note"])
