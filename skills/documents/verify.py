"""A second opinion on prepared papers: sums of what is printed, nothing shared with what prepared it.

PapersDisagree       a paper that does not say what the consignment, the proposal and the other papers say
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skills.vocabulary import Refusal, mark

SUMS = ("units", "cartons", "net_g", "gross_g", "value_minor")
WANTED = {
    "commercial_invoice": SUMS,
    "packing_list": ("units", "cartons", "net_g", "gross_g"),
    "carton_labels": ("units", "cartons", "gross_g"),
}
"""What these papers must carry; the others are compared in what they carry."""


class PapersDisagree(Refusal):
    """Papers that contradict each other or what was expected."""


def check_papers(papers: Mapping[str, Any], expected: Mapping[str, int]) -> pd.DataFrame:
    """Every paper against the expected sums, to the cent, the unit and the gram.

    Args:
        papers: As `prepare_papers` returns it.
        expected: value_minor [minor units], units, cartons, gross_g [g], and net_g [g] if it is known.

    Returns:
        One row per paper: paper, units, cartons, net_g, gross_g, value_minor; missing where the paper has none.

    Raises:
        PapersDisagree: names the paper, what was expected and what was found.
    """
    agreed = {name: int(expected[name]) for name in SUMS if name in expected}
    found_by_paper = []
    for code, paper in papers.items():
        if code in ("gaps", "gaps_where"):
            continue
        found: dict[str, object] = {"paper": code}
        for name in SUMS:
            if not any(name in row for row in paper["rows"]):
                if name in WANTED.get(code, ()):
                    _disagree(code, name, agreed.get(name, 0), mark("nothing"))
                continue
            total = sum(row[name] for row in paper["rows"])
            for stated in (total, paper["totals"].get(name, total)):
                if stated != agreed.setdefault(name, total):
                    _disagree(code, name, agreed[name], stated)
            found[name] = total
        if code == "carton_labels":
            numbers = [(row["number"], row["of"]) for row in paper["rows"]]
            if numbers != [(place, len(numbers)) for place in range(1, len(numbers) + 1)]:
                _disagree(code, "number", len(numbers), str(numbers[-1]))
        if code == "commercial_invoice":
            for row in paper["rows"]:
                product = row["unit_value_minor"] * row["units"]
                if abs(product - row["value_minor"]) >= row["units"]:
                    _disagree(code, f"value_minor {row['sku']}", product, row["value_minor"])
        found_by_paper.append(found)
    frame = pd.DataFrame(found_by_paper, columns=["paper", *SUMS])
    return frame.astype(dict.fromkeys(SUMS, "Int64"))


def _disagree(paper: str, fact: str, expected: int, found: object) -> None:
    raise PapersDisagree(
        mark(
            "The paper {paper} does not tie out: {fact} is {found}, expected {expected}. No paper is to be sent; "
            "prepare them again from the cartons and values of this proposal."
        ),
        paper=paper,
        fact=fact,
        found=found,
        expected=expected,
    )
