"""Documents: the papers of a consignment, filled, checked and written in both languages."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.language import LANGUAGES
from config.settings import ROOT
from skills import documents
from tasks.capability import capability
from tasks.documents.labels import draw_labels
from tasks.documents.pdf import draw_paper

list_papers = capability(documents.list_papers)
prepare_papers = capability(documents.prepare_papers)
check_papers = capability(documents.check_papers)

GAPS = ("gaps", "gaps_where")


def read_paper_rules() -> pd.DataFrame:
    """The dated rules that `list_papers` takes, as they ship with the project; texts, "" where nothing stands."""
    path = ROOT / "skills" / "documents" / "assets" / "papers.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@task(name="documents · write papers", description="effect: draft", cache_policy=NO_CACHE)
def write_papers(papers: dict[str, Any], folder: Path) -> list[dict[str, str]]:
    """A PDF per paper and language, papers.json with the data and packing-list.csv.

    Args:
        papers: As `prepare_papers` returns it.
        folder: Where they are written; made when absent, files of the same name are replaced.

    Returns:
        One row per file: paper (its code; `papers` for the data), language ("" where the file has none), path
        (relative to the folder), sha256.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents: list[tuple[str, str, str, bytes]] = []
    for code, paper in papers.items():
        if code in GAPS:
            continue
        name = code.replace("_", "-")
        for language in LANGUAGES:
            draw = draw_labels if code == "carton_labels" else draw_paper
            contents.append((code, language, f"{name}.{language}.pdf", draw(paper, language)))
    data = json.dumps(papers, ensure_ascii=False, indent=1, sort_keys=True)
    contents.append(("papers", "", "papers.json", f"{data}\n".encode()))
    if "packing_list" in papers:
        contents.append(("packing_list", "", "packing-list.csv", _list_packing(papers["packing_list"])))
    written = []
    for code, spoken, name, content in contents:
        (folder / name).write_bytes(content)
        written.append(
            {"paper": code, "language": spoken, "path": name, "sha256": hashlib.sha256(content).hexdigest()}
        )
    return written


def _list_packing(paper: dict[str, Any]) -> bytes:
    """The rows under their column names, whole grams and cubic millimetres; marked so that Excel reads Chinese."""
    text = io.StringIO(newline="")
    names = [column["name"] for column in paper["columns"]]
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "goods": str(row["goods"]).replace("\n", " / ")} for row in paper["rows"])
    return text.getvalue().encode("utf-8-sig")
