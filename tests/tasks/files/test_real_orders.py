"""Real order lines: UCI "Online Retail II", CC BY 4.0. docs/run.md says where to get them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.seller import InputFiles, read_seller, resolve_files
from tasks.files.order_lines import NO_CUSTOMER, NO_EARLIER_SALE, NO_PRICE, NOT_A_PRODUCT, STOCK_ADJUSTMENT
from tasks.files.quarantine import COUNTS
from tasks.files.sales import OrderLines, read_order_lines

pytestmark = pytest.mark.shared


def read_real(pattern: str, as_of: date) -> OrderLines:
    source = read_seller("online-retail").inputs["order_lines"].model_copy(update={"files": pattern})
    paths = resolve_files(source.files)
    if not paths:
        pytest.skip(f"the data set is not here ({pattern}); docs/run.md says where to get it")
    return read_order_lines(source, paths, as_of, [], set(source.countries.values()))


def test_three_real_days_are_read_from_packed_text() -> None:
    orders = read_real("{data}/online_retail_ii/raw_lines_2010-03-01_03.csv.gz", date(2010, 3, 3))
    counts = orders.accounting.iloc[0]
    assert counts["rows_in"] == counts[COUNTS].sum()
    assert counts["after_as_of"] > 0
    assert counts["quarantined"] == 0
    assert set(orders.sales["day"].dt.strftime("%Y-%m-%d")) == {"2010-03-01", "2010-03-02"}
    assert NOT_A_PRODUCT in set(orders.set_aside["reason"])


def test_a_real_year_balances_to_the_last_row() -> None:
    orders = read_real("{data}/online_retail_ii/order_lines_2009_2010.parquet", date(2010, 11, 29))
    counts = orders.accounting.iloc[0]
    assert counts["rows_in"] == 525_461
    assert counts["rows_in"] == counts[COUNTS].sum()
    assert counts["quarantined"] == 0
    assert orders.sales["lines"].sum() == counts["kept"]
    assert set(orders.set_aside["reason"]) == {
        NOT_A_PRODUCT, STOCK_ADJUSTMENT, NO_PRICE, NO_CUSTOMER, NO_EARLIER_SALE,
    }  # fmt: skip
    assert not orders.sales.duplicated(["sku", "country", "day"]).any()
    assert orders.sales["day"].max() < pd.Timestamp("2010-11-29")
    assert len(orders.seen) == 40


def test_text_and_parquet_give_the_same_sales(tmp_path_factory: pytest.TempPathFactory) -> None:
    source: InputFiles = read_seller("online-retail").inputs["order_lines"]
    paths = resolve_files("{data}/online_retail_ii/order_lines_2009_2010.parquet")
    if not paths:
        pytest.skip("the data set is not here; docs/run.md says where to get it")
    folder = tmp_path_factory.mktemp("real")
    part = pd.read_parquet(paths[0]).iloc[100_000:120_000]
    part.to_parquet(folder / "part.parquet", index=False)
    part.to_csv(folder / "part.csv", index=False, sep=";", encoding="utf-8-sig")
    read = [
        read_order_lines(source, [folder / name], date(2010, 11, 29), [], set(source.countries.values()))
        for name in ("part.parquet", "part.csv")
    ]
    pd.testing.assert_frame_equal(read[0].sales, read[1].sales)
