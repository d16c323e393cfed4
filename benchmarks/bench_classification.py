"""Classification at six digits against products that were never used for tuning.

Data: the Harmonized System 2022 (../shared/data) and 440 products written for the project
(tests/data/classification/labelled.csv). 340 were split by seed 20261124 before any ranking existed: half held out, a
quarter for tuning, a quarter for calibration. A second batch of 100 came when the top step of confidence held 34
answers: half held out by the same seed, half for calibration. Figures are of the held-out half, whose single answers
were never looked at: English descriptions, and Chinese ones where there are any; `precision_when_sure` pools both.
Products and trade words have one author, and a label is the author's reading of the texts and of rulings known to
them: the figures say how it does on goods like these, not on any seller's catalogue. Out of scope: other classifiers.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pandas as pd
from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import read_settings  # noqa: E402
from skills.classification import rank_headings  # noqa: E402
from skills.classification.policy import ClassificationPolicy  # noqa: E402
from tasks.files.nomenclature import read_calibration, read_heading_book  # noqa: E402

FIGURES = (
    "customs.recall5_hs6",
    "customs.recall5_hs6_zh",
    "customs.recall1_hs6",
    "customs.precision_when_sure",
    "customs.sure_percent_of_answers",
    "customs.classify_milliseconds",
    "customs.heading_book_seconds",
)
NOMENCLATURE = read_settings().data / "customs_tariffs" / "harmonized_system.csv.gz"
LABELLED = ROOT / "tests" / "data" / "classification" / "labelled.csv"


def main() -> int:
    """Measure every figure of this group."""
    if not NOMENCLATURE.exists():
        print(f"{NOMENCLATURE} is absent: classification cannot be measured (docs/run.md).", file=sys.stderr)
        return 1
    labelled = pd.read_csv(LABELLED, dtype="str", keep_default_na=False)
    held_out = labelled[labelled["split"] == "held_out"]
    started = time.process_time()
    book = read_heading_book(NOMENCLATURE)
    record_figure("customs.heading_book_seconds", round(time.process_time() - started, 2), "CPU-seconds")
    calibration, policy = read_calibration(), ClassificationPolicy()
    answers, milliseconds = [], []
    for column in ("description", "description_zh"):
        described = held_out[held_out[column] != ""]
        products = described[["product", column]].rename(columns={column: "description"})
        for _ in range(3):
            started = time.process_time()
            ranked = rank_headings(products, book, calibration, policy)
            milliseconds.append(1000 * (time.process_time() - started) / len(products))
        rows = ranked.merge(described[["product", "hs6"]], on="product")
        rows["right"] = rows["code"] == rows["hs6"]
        answer = rows.groupby("product").agg(in_five=("right", "any"), answer=("answer", "first"))
        answer["first"] = rows[rows["rank"] == 1].set_index("product")["right"]
        answers.append(answer)
    record_figure("customs.recall5_hs6", percent(answers[0]["in_five"]), "percent", target=">= 80")
    record_figure("customs.recall5_hs6_zh", percent(answers[1]["in_five"]), "percent", target=">= 80")
    record_figure("customs.recall1_hs6", percent(answers[0]["first"]), "percent")
    both = pd.concat(answers)
    sure = both[both["answer"] == "sure"]
    record_figure("customs.precision_when_sure", percent(sure["first"]), "percent", target=">= 95")
    record_figure("customs.sure_percent_of_answers", percent(both["answer"] == "sure"), "percent")
    spread = round(max(milliseconds) - min(milliseconds), 1)
    record_figure(
        "customs.classify_milliseconds", round(statistics.median(milliseconds), 1), "CPU-milliseconds per product",
        target="< 50", spread=spread,
    )  # fmt: skip
    return 0


def percent(flags: pd.Series) -> float:
    return round(100 * float(flags.mean()), 1)


if __name__ == "__main__":
    sys.exit(main())
