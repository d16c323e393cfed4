"""Why each candidate stands where it stands."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import check_columns, mark

POINTS = mark("points")
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
        One row per (product, rank, step): label, value, unit, note, first, second; rank 0 speaks of the product as a
        whole. Label, unit and the notes of rank 0 are marked for translation; first and second fill the places
        `{first}` and `{second}` of a note.
    Raises:
        MissingColumns: of the candidates.
    """
    whole = ("product", "rank", "evidence", "confidence_percent", "answer", "question", "question_first")
    parts = tuple(name for _, *names in _STEPS for name in names if name)
    check_columns("candidates", candidates.columns, (*whole, "question_second", *parts))
    rows: list[tuple[object, ...]] = []
    for row in candidates.to_dict("records"):
        product, rank = str(row["product"]), int(row["rank"])
        if rank == 1:
            evidence, confidence = f"{row['evidence']:.2f}", str(row["confidence_percent"])
            rows.append((product, 0, 1, mark("Evidence for the first candidate"), evidence, POINTS, "", "", ""))
            rows.append((product, 0, 2, mark("Confidence that the first candidate is right"), confidence, "%",
                         row["answer"], "", ""))  # fmt: skip
            if row["question"]:
                rows.append((product, 0, 3, mark("Question that decides"), "", "", row["question"],
                             row["question_first"], row["question_second"]))  # fmt: skip
        for step, (label, value, note) in enumerate(_STEPS, 1):
            shown = f"{row[value]:.2f}" if value else ""
            rows.append((product, rank, step, label, shown, POINTS if value else "", str(row[note]), "", ""))
    columns = ["product", "rank", "step", "label", "value", "unit", "note", "first", "second"]
    return pd.DataFrame(rows, columns=columns)
