"""The printed papers: both languages, every page, the same bytes, the data beside them."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest
from consignment import prepare
from pypdf import PdfReader

from tasks.documents import write_papers
from tasks.documents.labels import draw_labels
from tasks.documents.pdf import draw_paper


def read_pages(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("papers")


@pytest.fixture(scope="module")
def written(folder: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = write_papers.fn(prepare([1 + k % 3 for k in range(30)]), folder)
    return rows


def test_every_paper_is_there_in_both_languages_with_its_digest(folder: Path, written: list[dict[str, str]]) -> None:
    languages: dict[str, set[str]] = {}
    for row in written:
        content = (folder / row["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        if row["path"].endswith(".pdf"):
            languages.setdefault(row["paper"], set()).add(row["language"])
    assert len(languages) == 8
    assert set(map(frozenset, languages.values())) == {frozenset({"zh_CN", "en"})}
    assert {row["path"] for row in written} == {path.name for path in folder.iterdir()}


def test_a_long_table_repeats_its_head_counts_its_pages_and_marks_each_as_generated(
    folder: Path, written: list[dict[str, str]]
) -> None:
    pages = read_pages(folder / "commercial-invoice.en.pdf")
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert "GENERATED" in page
        assert "Unit value" in page
    assert "Pro-forma invoice for customs purposes" in pages[0]
    assert "real principal" in pages[0]


def test_the_printed_total_is_the_total_of_the_data(folder: Path, written: list[dict[str, str]]) -> None:
    data = json.loads((folder / "papers.json").read_text(encoding="utf-8"))
    total = data["commercial_invoice"]["totals"]["value_minor"]
    assert f"{total // 100:,}.{total % 100:02d}" in read_pages(folder / "commercial-invoice.en.pdf")[-1]


def test_chinese_is_printed_with_a_font_that_the_file_carries(folder: Path, written: list[dict[str, str]]) -> None:
    reader = PdfReader(folder / "packing-list.zh_CN.pdf")
    assert "华夫格洗碗布" in reader.pages[0].extract_text()
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        described = font.get_object()
        if "WenQuanYi" in described["/BaseFont"]:
            assert "/FontFile2" in described["/FontDescriptor"]
            break
    else:
        pytest.fail("no embedded font on the page")


def test_every_carton_has_a_page_of_the_labels_size(folder: Path, written: list[dict[str, str]]) -> None:
    reader = PdfReader(folder / "carton-labels.en.pdf")
    data = json.loads((folder / "papers.json").read_text(encoding="utf-8"))["carton_labels"]["rows"]
    assert len(reader.pages) == len(data)
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox.upper_right] == [100, 150]
    text = reader.pages[2].extract_text()
    assert f"carton 3 of {len(data)}" in text
    assert {"Made in China", data[2]["barcode"], f"SKU {data[2]['sku']}"} <= set(text.splitlines())
    assert "GENERATED" in text


def test_the_packing_list_as_csv_adds_up(folder: Path, written: list[dict[str, str]]) -> None:
    data = json.loads((folder / "papers.json").read_text(encoding="utf-8"))["packing_list"]
    with (folder / "packing-list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["gross_g"]) for row in rows) == data["totals"]["gross_g"]
    assert "华夫格洗碗布" in rows[0]["goods"]


def test_the_same_papers_give_the_same_bytes() -> None:
    prepared = prepare([2, 1])
    assert draw_paper(prepared["hs_summary"], "zh_CN") == draw_paper(prepared["hs_summary"], "zh_CN")
    assert draw_labels(prepared["carton_labels"], "en") == draw_labels(prepared["carton_labels"], "en")


def test_real_goods_carry_no_mark_of_what_is_generated(tmp_path: Path) -> None:
    write_papers.fn(prepare([1], generated=False), tmp_path)
    for path in tmp_path.glob("*.en.pdf"):
        assert not any("GENERATED: no real" in page for page in read_pages(path)), path.name
