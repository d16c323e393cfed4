from __future__ import annotations

import gzip
import io
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from tasks.files.encodings import detect_encoding
from tasks.files.problems import EmptyExport, UnreadableFile
from tasks.files.reading import Rows, Sheet, open_sheets

ORDERS = "order,sku,title\n1,A,{}\n2,B,x\n"
GERMAN = "Küchentücher größer, schön weiß – 3 Stück für 9 €"
FRENCH = "Torchons à carreaux, été, forêt, œillet"
CHINESE = "华夫格洗碗布 八条装，适合厨房使用，吸水快干"
JAPANESE = "キッチンタオル 八枚セット、よく吸う布です"


def everything(sheet: Sheet) -> Rows:
    return sheet.read(range(len(sheet.headers)))


def read_text_file(path: Path, content: bytes) -> tuple[Sheet, Rows]:
    path.write_bytes(content)
    sheet = open_sheets(path, path.name)[0]
    return sheet, everything(sheet)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain", "utf-8"),
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (CHINESE, "utf-8"),
        (CHINESE, "utf-16"),
        (CHINESE, "gb18030"),
        (JAPANESE, "utf-8"),
        (JAPANESE, "shift_jis"),
    ],
)
def test_the_encoding_is_found_and_told(tmp_path: Path, text: str, encoding: str) -> None:
    title = text.replace(",", "")
    sheet, rows = read_text_file(tmp_path / "orders.csv", ORDERS.format(title).encode(encoding))
    assert sheet.read_as == f"{encoding}, comma"
    assert rows.cells[2].tolist() == [title, "x"]


def test_text_in_no_known_encoding_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableFile, match=r"orders.csv is text in none of the known encodings.*CSV UTF-8"):
        detect_encoding(lambda: io.BytesIO(b"\x81\x20\xff\xff\x8d"), "orders.csv")


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, name: str) -> None:
    text = "order,sku,title\n1,A,x\n".replace(",", delimiter)
    sheet, rows = read_text_file(tmp_path / "orders.txt", text.encode())
    assert sheet.headers == ("order", "sku", "title")
    assert sheet.read_as == f"utf-8, {name}"
    assert rows.lines.tolist() == [2]


def test_each_row_carries_the_line_it_starts_on(tmp_path: Path) -> None:
    text = '\norder,title\r\n1,"two\r\nlines"\r\n\r\n2,"a ""b"""\r\n,\r\n3,c'
    _, rows = read_text_file(tmp_path / "orders.csv", text.encode())
    assert rows.lines.tolist() == [3, 6, 8]
    assert rows.cells[1].tolist() == ["two\r\nlines", 'a "b"', "c"]


def test_a_row_with_other_fields_than_the_header_is_counted_and_not_guessed(tmp_path: Path) -> None:
    _, rows = read_text_file(tmp_path / "orders.csv", b"a,b\n1,2\n1,2,3\n1\n5,6,,\n")
    assert rows.ragged == [(3, 3), (4, 1)]
    assert rows.cells[1].tolist() == ["2", "6"]
    assert rows.total == 4


def test_a_quote_that_is_never_closed_swallows_no_line(tmp_path: Path) -> None:
    text = 'order,title,units\n1,"12 inch,4\n2,towel,5\n3,"cloth, blue",6\n'
    _, rows = read_text_file(tmp_path / "orders.csv", text.encode())
    assert rows.ragged == [(2, 2)]
    assert rows.lines.tolist() == [3, 4]
    assert rows.cells[2].tolist() == ["5", "6"]


def test_amazons_flat_files_do_not_quote(tmp_path: Path) -> None:
    path = tmp_path / "all-orders.txt"
    path.write_text('sku\tname\nA\t"12" cloth\nB\t"x\n', encoding="utf-8")
    rows = everything(open_sheets(path, path.name, quoted=False)[0])
    assert rows.cells[1].tolist() == ['"12" cloth', '"x']


def test_packed_text_is_read_like_unpacked(tmp_path: Path) -> None:
    _, rows = read_text_file(tmp_path / "orders.csv.gz", gzip.compress(b"a;b\n1;2\n"))
    assert rows.cells[1].tolist() == ["2"]


def test_all_sheets_of_a_workbook_are_read_with_their_own_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, first in (("2024", 1), ("2025", 3)):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["sku", "price", "day"])
            sheet.write_row(first, 0, [85048, 2.5])
            sheet.write_datetime(first, 2, datetime(2025, 11, 24, 8, 30), day)  # noqa: DTZ001
        workbook.add_worksheet("empty")
    sheets = open_sheets(path, path.name)
    assert [sheet.name_line(int(everything(sheet).lines[0])) for sheet in sheets] == ["2024!2", "2025!4"]
    assert everything(sheets[0]).cells[2][0] == pd.Timestamp("2025-11-24 08:30")
    assert len(open_sheets(path, path.name, "first")) == 1


def test_parquet_gives_only_the_columns_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pd.DataFrame({"sku": ["A"], "buyer": ["someone"], "units": [2]}).to_parquet(path)
    sheet = open_sheets(path, path.name)[0]
    rows = sheet.read([0, 2])
    assert list(rows.cells.columns) == [0, 2]
    assert rows.lines.tolist() == [2]


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsx", "orders.parquet", "orders.csv.gz"])
def test_a_file_of_zero_bytes_is_refused_as_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(EmptyExport, match=r"is empty: not even a header"):
        open_sheets(tmp_path / name, name)


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.parquet", "orders.csv.gz", "orders.xls"])
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is something else")
    with pytest.raises(UnreadableFile, match=r"cannot be read as .*export it again"):
        open_sheets(tmp_path / name, name)


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "orders.pdf").write_bytes(b"%PDF")
    with pytest.raises(UnreadableFile, match=r"Known endings: \.csv"):
        open_sheets(tmp_path / "orders.pdf", "orders.pdf")
