"""The real nomenclature (PDDL) and the US HTS (public domain); docs/run.md says where to get them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.settings import ROOT, read_settings
from skills.classification import check_flags, rank_headings
from skills.classification.book import HeadingBook
from skills.classification.calibration import fit_calibration
from skills.classification.policy import ClassificationPolicy
from skills.classification.words import fold
from skills.vocabulary import MissingColumns
from tasks.files.nomenclature import read_calibration, read_flags, read_heading_book
from tasks.files.problems import UnreadableFile

LABELLED = pd.read_csv(
    ROOT / "tests" / "data" / "classification" / "labelled.csv", dtype="str", keep_default_na=False
)


def read_asset(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "skills/classification/assets" / f"{name}.csv", dtype="str", keep_default_na=False)


def find(name: str) -> Path:
    path = read_settings().data / "customs_tariffs" / name
    if not path.exists():
        pytest.skip(f"the data set is not here ({name}); docs/run.md says where to get it")
    return path


@pytest.fixture(scope="module")
def book() -> HeadingBook:
    return read_heading_book(find("harmonized_system.csv.gz"), find("us_hts_2024-11.csv.gz"))


@pytest.mark.shared
def test_a_kitchen_dishcloth_is_asked_about_and_flagged(book: HeadingBook) -> None:
    products = pd.DataFrame({"product": ["KD-1"], "description": ["Kitchen dishcloth, 100% cotton, 12 pack"]})
    candidates = rank_headings(products, book, read_calibration(), ClassificationPolicy())
    assert {"630710", "630291", "630260"} <= set(candidates["code"])
    assert {"6307102027", "6302910045"} <= set(candidates["national_line"])
    assert set(candidates["answer"]) == {"ask"}
    said = check_flags(candidates, read_flags(), "US", "CN", date(2026, 11, 24))
    assert said["measure"].str.contains("shop towels").any()


@pytest.mark.shared
def test_every_labelled_and_every_trade_code_exists(book: HeadingBook) -> None:
    named = {code for codes in read_asset("trade_words")["codes"] for code in codes.split()} | set(LABELLED["hs6"])
    assert sorted(named - set(book.codes)) == []


@pytest.mark.shared
def test_the_shipped_confidence_is_what_its_recipe_gives(book: HeadingBook) -> None:
    part = LABELLED[LABELLED["split"] == "calibrate"]
    both = [
        part[["product", "hs6", column]]
        .rename(columns={column: "description"})
        .assign(product=part["product"] + column)
        for column in ("description", "description_zh")
    ]
    products = pd.concat(both).query("description != ''")
    ranked = rank_headings(products, book, read_calibration(), ClassificationPolicy())
    firsts = ranked[ranked["rank"] == 1].merge(products[["product", "hs6"]], on="product")
    steps = fit_calibration(firsts["evidence"], firsts["code"] == firsts["hs6"])
    shipped = read_calibration()
    assert tuple(steps["least_evidence"].round(4)) == shipped.least_evidence
    assert tuple(steps["percent"]) == shipped.percent


def test_a_nomenclature_that_is_not_there_or_not_as_published_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"headings\.csv cannot be read"):
        read_heading_book(tmp_path / "headings.csv")
    (tmp_path / "headings.csv").write_text("code,text\n6302,linen\n", encoding="utf-8")
    with pytest.raises(MissingColumns, match="table nomenclature lacks the columns hscode, description, parent"):
        read_heading_book(tmp_path / "headings.csv")


def test_half_of_the_labelled_products_is_held_out() -> None:
    assert len(LABELLED) >= 200
    assert (LABELLED["description_zh"] != "").sum() >= 60
    assert (LABELLED["split"] == "held_out").sum() * 2 == len(LABELLED)
    assert not LABELLED["description"].duplicated().any()


def test_no_word_was_evidently_written_from_a_held_out_product() -> None:
    phrases = {
        fold(phrase.strip())
        for name in ("trade_words", "slot_words")
        for column in ("words", "words_zh")
        for cell in read_asset(name)[column]
        for phrase in cell.split("|")
        if phrase.strip()
    }
    described = {
        split: [fold(text) for column in ("description", "description_zh") for text in rows[column] if text]
        for split, rows in LABELLED.groupby("split")
    }
    assert phrases & set(described["held_out"]) == {"筋膜枪", "儿童安全座椅"}, "references/sources.md names these"
    held_in = {phrase: [split for split in described for text in described[split] if phrase in text]
               for phrase in phrases}  # fmt: skip
    once = pd.Series([splits[0] for splits in held_in.values() if len(splits) == 1]).value_counts()
    assert once["held_out"] / len(described["held_out"]) <= once["tune"] / len(described["tune"])
