"""Calibration: from the evidence for the first candidate to the share of such answers that were right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.classification.book import HeadingBook
from skills.classification.score import Scores
from skills.vocabulary import Refusal, check_columns, mark

MOST_LEAD, ONE_CODE, RIVAL, OPEN_SLOT = 4.0, 1.5, -1.5, -0.5
"""What makes evidence: the lead over the second candidate, up to a limit; a trade word that names one code alone;
each trade word that speaks for another code; each slot of goods that is asked for and not stated."""
GOODS_SLOTS = ("material", "fabric", "pile", "who", "upper")


class UnusableCalibration(Refusal):
    """The steps do not rise."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Steps of evidence and the percentage of right answers from each step on.

    Attributes:
        least_evidence: Ascending; the first is the lowest that occurs.
        percent: Right answers, not falling, 0 … 100.
    """

    least_evidence: tuple[float, ...]
    percent: tuple[int, ...]

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Calibration:
        """From one row per step: least_evidence [points], percent [%].

        Raises:
            MissingColumns: of the steps.
            UnusableCalibration: no step, or steps that do not rise.
        """
        check_columns("calibration", frame.columns, ("least_evidence", "percent"))
        least = tuple(float(value) for value in frame["least_evidence"])
        percent = tuple(int(value) for value in frame["percent"])
        if not least or list(least) != sorted(set(least)) or list(percent) != sorted(percent):
            raise UnusableCalibration(
                mark(
                    "The calibration of classification cannot be used: {steps} steps whose evidence or percentage "
                    "does not rise. Restore skills/classification/assets/calibration.csv or fit it again."
                ),
                steps=len(least),
            )
        return cls(least, percent)

    def read_percent(self, evidence: float) -> int:
        """The confidence of one answer [%]; below the first step, the first step's."""
        return self.percent[max(0, bisect_right(self.least_evidence, evidence) - 1)]


def measure_evidence(scores: Scores, first: int, second: int, book: HeadingBook) -> float:
    """Points of evidence that the first candidate is right; 0 when no trade word was found."""
    naming = [item for item in scores.trade_found if first in book.trade_codes[item.row]]
    if not naming:
        return 0.0
    rivals = len(scores.trade_found) - len(naming)
    alone = min(len(book.trade_codes[item.row]) for item in naming) == 1
    silent = sum(bool(scores.open_slots[slot][first]) for slot in GOODS_SLOTS if slot in scores.open_slots)
    lead = min(float(scores.total[first] - scores.total[second]), MOST_LEAD)
    return round(lead + ONE_CODE * alone + RIVAL * min(rivals, 2) + OPEN_SLOT * silent, 4)


def fit_calibration(evidence: Iterable[float], right: Iterable[bool]) -> pd.DataFrame:
    """Isotonic steps by pooling adjacent violators (Ayer et al. 1955), each block shrunk by one right and one wrong.

    Args:
        evidence: Of each answer [points].
        right: Whether its first candidate was right.
    Returns:
        One row per step: least_evidence [points], percent [%], answers, right.
    """
    pairs = pd.DataFrame({"evidence": list(evidence), "right": list(right)}).sort_values("evidence", kind="stable")
    blocks: list[list[float]] = []
    for value, group in pairs.groupby("evidence", sort=True)["right"]:
        blocks.append([float(value), float(len(group)), float(group.sum())])  # type: ignore[arg-type]
        while len(blocks) > 1 and blocks[-2][2] * blocks[-1][1] >= blocks[-1][2] * blocks[-2][1]:
            _, count, hits = blocks.pop()
            blocks[-1][1] += count
            blocks[-1][2] += hits
    steps = pd.DataFrame(blocks, columns=["least_evidence", "answers", "right"])
    shrunk = 100 * (steps["right"] + 1) / (steps["answers"] + 2)
    steps["percent"] = np.maximum.accumulate(np.floor(shrunk)).astype("int64")
    steps = steps.astype({"answers": "int64", "right": "int64"})
    return steps.drop_duplicates("percent")[["least_evidence", "percent", "answers", "right"]].reset_index(drop=True)
