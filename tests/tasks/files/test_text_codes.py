"""Text read as bytes and text read record by record are the same rows, whatever is in the file."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.seller import InputFiles
from tasks.files import reading
from tasks.files.coded import Coded
from tasks.files.headers import match_columns
from tasks.files.iso_times import read_iso_times
from tasks.files.order_lines import judge_lines, make_readers
from tasks.files.reading import open_sheets
from tasks.files.sales import read_order_lines
from tasks.files.sources import CodedSource
from tasks.files.tables import ORDER_LINES
from tasks.files.text_codes import TextColumns
from tasks.files.text_rows import TextRows
from tasks.files.values import read_moments

PIECES = ("a", "bb", "é", "中", "\u00a0", " ", '"', '""', ",", ",", ";", "\t", "\n", "\n", "\r\n", "\r", "0", "x" * 9)
LINES = (
    "1,2,3",
    '"a","b","c"',
    '"1 ""x""",2,3',
    ",,",
    "",
    "4,5",
    "6,7,8,,",
    "7,8,9,x",
    '8,"two\nlines",9',
    ' 1 , "2" ,3',
)
HEADER = "order,ordered_at,sku,quantity,price,customer,country,currency"


def assert_same_rows(path: Path, quoted: bool, whole: set[int], batch: int) -> None:
    """The rows of both ways of reading, trimmed."""
    sheet = open_sheets(path, path.name, quoted=quoted)[0]
    content = path.read_bytes().decode(sheet.read_as.split(",")[0]).encode()
    text = TextRows(lambda: path.open("rb"), sheet.read_as.split(",")[0], quoted)
    positions = range(len(sheet.headers))
    slow = sheet.read(positions)
    coded = sorted(set(positions) - whole)
    readers = {str(position): (position, list) for position in whole}
    fast = TextColumns(io.BytesIO(content), text.delimiter, quoted, coded, readers, batch, 3 * batch)
    assert [line for block in fast.blocks for line in block.lines] == slow.lines.tolist()
    assert fast.ragged == slow.ragged
    for position in positions:
        cells = slow.cells[position].str.strip().tolist()
        if position in whole:
            read = [cell for block in fast.blocks for cell in block.read[str(position)]]
        else:
            read = [fast.cells[position][code] for block in fast.blocks for code in block.codes[position]]
            assert len(fast.cells[position]) <= len(set(cells)) + 1
        assert [cell.strip() for cell in read] == cells


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.sampled_from(LINES), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)), max_size=20
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sets(st.integers(0, 2)),
    st.integers(1, 5),
)
def test_bytes_and_records_are_the_same_rows(
    tmp_path: Path, lines: list[str], end: str, quoted: bool, whole: set[int], batch: int
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(end.join(["a,b,c", *lines]), encoding="utf-8", newline="")
    assert_same_rows(path, quoted, whole, batch)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "gb18030", "shift_jis", "utf-16"])
def test_other_encodings_are_the_same_rows(tmp_path: Path, encoding: str) -> None:
    label = "größer – für 9" if encoding == "cp1252" else "奥地利の商品一覧表"
    path = tmp_path / "orders.csv"
    path.write_bytes(f'\na;"b";c\r\n{label};"{label} ""x""";2\n;;\n1;2;3;4\n1;2;{label}'.encode(encoding))
    assert_same_rows(path, True, {0}, 2)


def test_more_different_texts_than_there_was_room_for_are_told_apart() -> None:
    texts = [f"order-{number % 70_000}" for number in range(90_000)]
    read = TextColumns(io.BytesIO(("a\n" + "\n".join(texts)).encode()), ",", True, [0], {}, 1 << 16, 1 << 16)
    codes = np.concatenate([block.codes[0] for block in read.blocks])
    assert read.cells[0].iloc[codes].tolist() == texts
    assert len(read.cells[0]) == 70_000


order_line = st.tuples(
    st.sampled_from(["1", "2", "C3", "C4", "", '"5"', '"C""6"']),
    st.sampled_from(["2025-11-03", "2025-11-05 10:00:59", "2025-11-24", "05.11.2025", "", "2025-10-26T02:30:00+02:00",
                     "2025-10-26 02:30", "2025-03-30 02:30", " 2025-11-05T23:30Z ", "2025-02-29", "2025-11-05 24:00",
                     '"2025-11-05\n10:00"']),
    st.sampled_from(["A", "b", "POST", "", " a", "é", "\u00a0A"]),
    st.sampled_from(["1", "-2", "7", "0", "x", "1.5", "1e3", '"1,000"', "99999999"]),
    st.sampled_from(["1", "0", "2.50", "", "free", "-1", '"1,234.5"', "0.00005"]),
    st.sampled_from(["k", "m", "", " k", '"k"']),
    st.sampled_from(["DE", "US", "Atlantis", "NG", "", "amazon.co.jp"]),
    st.sampled_from(["EUR", "", "usd", "€"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(order_line, min_size=1, max_size=20), st.sampled_from(["ymd", "dmy"]), st.sampled_from(["", "NO,PE\n"])
)
def test_bytes_and_records_are_judged_alike(
    tmp_path: Path, drawn: list[tuple[str, ...]], date_order: str, ragged: str
) -> None:
    path = tmp_path / "orders.csv"
    first = "0,2025-11-13,A,3,1,k,DE,EUR"
    path.write_text("\n".join([HEADER, first, ragged + first, *map(",".join, drawn)]), encoding="utf-8", newline="")
    source = InputFiles.model_validate(
        {"files": str(path), "cancellation_prefix": "C", "product_code": "[A-ZÉ]", "date_order": date_order}
    )
    sheet = open_sheets(path, path.name)[0]
    found = match_columns(ORDER_LINES, sheet, {})
    readers = make_readers(source, alone=False)
    coded = [at for name, at in found.items() if name not in readers]
    placed = {name: (found[name], read) for name, read in readers.items() if name in found}
    read = [one.read_coded(coded, placed) for one in (sheet, replace(sheet, coded=None))]
    (fast, bad), (slow, also_bad) = (
        judge_lines(CodedSource(sheet, found, rows), source, date(2025, 11, 24), ["DE", "US", "JP"], [])
        for rows in read
    )
    assert read[0].ragged == read[1].ragged
    pd.testing.assert_frame_equal(bad, also_bad)
    for field in fields(fast):
        ours, theirs = getattr(fast, field.name), getattr(slow, field.name)
        if isinstance(ours, Coded):
            rows = np.arange(len(fast.state))
            assert ours.take(rows).tolist() == theirs.take(rows).tolist()
        elif isinstance(ours, list):
            assert np.hstack(ours).tolist() == np.hstack(theirs).tolist()
        elif isinstance(ours, pa.ChunkedArray):
            assert ours.to_pylist() == theirs.to_pylist()
        else:
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("block", [1, 7])
@pytest.mark.parametrize("name", ["orders.csv", "orders.parquet", "orders.xlsx"])
def test_lines_read_in_small_blocks_are_the_same_sales(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, block: int
) -> None:
    """A cancellation lies in another block than its sale, a record over several lines in two."""
    rows = [
        "1,2025-10-26 02:30,a,3,2.50,k,DE,EUR", "2,2025-03-30 02:30,A,x,1,k,DE,EUR", "3,2025-11-05,B,2,1,m,US,USD",
        "4,2025-11-06,A,5,9.99,k,DE,", "5,2025-11-24,A,5,9.99,k,DE,", "C6,2025-11-07,A,-6,9.99,k,DE,",
        "7,2025-11-07,A,1,1,k,Atlantis,", "8,soon,A,1,1,k,DE,", "C9,2025-11-08,B,-1,1,,US,",
        "C10,2025-11-08,B,1,1,z,US,", "11,2025-11-09T10:00:00+09:00,B,4,0.005,m,JP,", "12,2025-11-09,POST,1,1,m,DE,",
        "13,2025-11-10,B,1,1,m,DE,PLN", "C14,2025-11-11,B,-1,1,m,US,USD", "15,,B,1,1,m,DE,",
        "16,2025-11-12,b,7,1e3,\u00a0k,DE,EUR",
    ]  # fmt: skip
    table = pd.read_csv(io.StringIO("\n".join([HEADER, *rows])), dtype="str", keep_default_na=False)
    path = tmp_path / name
    if name == "orders.csv":
        odd = ['17,"2025-11-13",B,"1",1,"m ""x""",DE,EUR', '18,2025-11-13,B,1,1,"m\n2",DE,EUR', "19,2025-11-13,B"]
        path.write_text("\n".join([HEADER, *rows[:5], *odd, *rows[5:]]), encoding="utf-8", newline="")
    elif name == "orders.parquet":
        table.to_parquet(path, row_group_size=5)
    else:
        table.to_excel(path, index=False, engine="xlsxwriter")
    source = InputFiles(files=str(path), cancellation_prefix="C", product_code="[AB]")
    whole = read_order_lines(source, [path], date(2025, 11, 24), [], [])
    monkeypatch.setattr(reading, "BLOCK", block)
    monkeypatch.setattr(reading, "PART", 16 * block)
    again = read_order_lines(source, [path], date(2025, 11, 24), [], [])
    assert len(whole.quarantine) >= 5
    assert whole.accounting["netted"].tolist() != [0]
    for field in fields(whole):
        pd.testing.assert_frame_equal(getattr(whole, field.name), getattr(again, field.name))


digits = st.integers(0, 99).map("{:02d}".format)
moment = st.one_of(
    st.builds(
        "{}-{}-{}{}{}".format,
        st.sampled_from(["2024", "2025", "1900", "2000", "0001", "0000", "9999", "25", "2o25"]),
        digits,
        digits,
        st.sampled_from(["", "T", " ", "  ", "x"]),
        st.one_of(
            st.just(""),
            st.builds(
                "{}:{}{}{}".format, digits, digits, st.sampled_from(["", ":59", ":60", ":5", ":30.5", ":30.250"]),
                st.sampled_from(["", "Z", "+08:00", "-03:30", "+0100", "+24:00", "+01", " AM"]),
            ),
        ),
    ),
    st.datetimes().map(str),
    st.dates().map(str),
    st.sampled_from(["", " ", "soon", "2025-11-24 ", "2024-02-29", "2023-02-29"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(moment, st.none()), max_size=12), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_times_read_from_bytes_are_those_read_cell_by_cell(cells: list[str | None], order: str) -> None:
    fast = read_moments(pd.Series(cells, dtype="str"), order)  # type: ignore[arg-type]
    slow = read_moments(pd.Series(cells, dtype="object"), order)  # type: ignore[arg-type]
    for field in fields(fast):
        np.testing.assert_array_equal(getattr(fast, field.name), getattr(slow, field.name))


def test_the_usual_forms_are_read_from_their_bytes() -> None:
    cells = ["2025-11-24", "2025-11-24 08:30", "2025-11-24T08:30:15Z", "2024-02-29 23:59:59-08:00"]
    local, offset, fits, _ = read_iso_times(pd.Series(cells, dtype="str"))
    assert fits.all()
    assert pd.to_datetime(local, unit="us").strftime("%d %H:%M:%S").tolist() == [
        "24 00:00:00", "24 08:30:00", "24 08:30:15", "29 23:59:59",
    ]  # fmt: skip
    assert offset[2:].tolist() == [0, -8 * 3_600_000_000]
