from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.files.values import read_moments, read_numbers, read_text


def texts(*cells: str | None) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def day_of(cell: object, order: str) -> str:
    moments = read_moments(pd.Series([cell], dtype="object"), order)  # type: ignore[arg-type]
    return "bad" if moments.bad[0] else str(moments.local.astype("datetime64[us]")[0])[:16]


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("2025-11-24", "ymd", "2025-11-24T00:00"),
        ("2025/1/4 9:05", "ymd", "2025-01-04T09:05"),
        ("2025年11月24日", "ymd", "2025-11-24T00:00"),
        ("24.11.2025 18:20:31", "dmy", "2025-11-24T18:20"),
        ("24/11/25", "dmy", "2025-11-24T00:00"),
        ("11/24/2025 1:05 PM", "mdy", "2025-11-24T13:05"),
        ("11/24/2025 12:05 AM", "mdy", "2025-11-24T00:05"),
        ("2025-11-24T08:00:00", "dmy", "2025-11-24T08:00"),
        (datetime(2025, 11, 24, 8, 0), "dmy", "2025-11-24T08:00"),  # noqa: DTZ001
        (date(2025, 11, 24), "mdy", "2025-11-24T00:00"),
        ("11/24/2025", "dmy", "bad"),
        ("24.11.2025", "ymd", "bad"),
        ("2025-25-11", "ymd", "bad"),
        ("31.02.2025", "dmy", "bad"),
        ("13:00 PM", "ymd", "bad"),
        (45985.0, "ymd", "bad"),
        ("soon", "ymd", "bad"),
    ],
)
def test_a_date_is_read_in_the_declared_order_only(cell: object, order: str, expected: str) -> None:
    assert day_of(cell, order) == expected


def test_a_blank_date_is_blank_and_not_bad() -> None:
    moments = read_moments(texts("", None, "2025-11-24"))
    assert moments.blank.tolist() == [True, True, False]
    assert not moments.bad.any()


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("1,234.56", ".", 1234.56),
        ("1.234,56", ",", 1234.56),
        ("1 234,5", ",", 1234.5),
        ("1\u202f234,5", ",", 1234.5),
        ("1'234.50", ".", 1234.5),
        ("-3", ".", -3.0),
        (".5", ".", 0.5),
        ("1e3", ".", 1000.0),
        ("3,5", ".", None),
        ("3.5", ",", None),
        ("12,34.5", ".", None),
        ("two", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("٣", ".", 3.0),
    ],
)
def test_a_number_is_read_with_its_decimal_sign_and_whole_groups(
    cell: str, decimal: str, expected: float | None
) -> None:
    numbers = read_numbers(texts(cell), decimal)  # type: ignore[arg-type]
    assert bool(numbers.bad[0]) == (expected is None)
    assert expected is None or numbers.value[0] == expected


def test_a_number_typed_in_a_workbook_ignores_the_decimal_sign() -> None:
    cells = pd.Series([3.5, "3,5", None, 7], dtype="object")
    assert np.nan_to_num(read_numbers(cells, ",").value).tolist() == [3.5, 3.5, 0.0, 7.0]


def test_a_code_typed_as_a_number_keeps_no_decimal_point() -> None:
    assert read_text(pd.Series([85048.0, " a ", None], dtype="object")).tolist() == ["85048", "a", ""]


@given(st.decimals(-999_999_999, 999_999_999, places=4, allow_nan=False))
def test_a_number_written_in_either_style_is_the_same_number(number: object) -> None:
    point, comma = f"{number:,}", f"{number:,}".translate(str.maketrans(",.", ".,"))
    assert read_numbers(texts(point), ".").value[0] == read_numbers(texts(comma), ",").value[0] == float(str(number))
