from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.files.coded import Coded, as_arrow
from tasks.files.netting import (
    count_pairs,
    find_rows,
    find_touched,
    net_cancellations,
    settle_amounts,
    sum_sales,
    to_minor,
)
from tasks.files.overlaps import find_last_parts
from tasks.files.texts import mark_texts, take_texts

Line = tuple[str, str, int, int, bool]
COLUMNS = ["customer", "sku", "instant", "units", "cancels"]


def net(*lines: Line) -> tuple[list[int], list[bool]]:
    left, found = net_cancellations(pd.DataFrame(lines, columns=COLUMNS))
    return left.tolist(), found.tolist()


def test_a_cancellation_takes_from_the_latest_earlier_sale() -> None:
    left, found = net(("k", "A", 1, 5, False), ("k", "A", 2, 5, False), ("k", "A", 3, 2, True))
    assert left == [5, 3, 0]
    assert found == [False, False, True]


def test_a_cancellation_larger_than_the_latest_sale_goes_on_to_older_ones() -> None:
    assert net(("k", "A", 1, 5, False), ("k", "A", 2, 5, False), ("k", "A", 3, 8, True))[0] == [2, 0, 0]


def test_what_a_cancellation_takes_beyond_all_sales_undoes_nothing() -> None:
    assert net(("k", "A", 1, 5, False), ("k", "A", 3, 8, True), ("k", "A", 4, 5, False))[0] == [0, 0, 5]


def test_a_later_sale_another_buyer_and_another_sku_are_left_alone() -> None:
    left, found = net(
        ("k", "A", 5, 4, False), ("m", "A", 1, 4, False), ("k", "B", 1, 4, False), ("k", "A", 3, 4, True)
    )
    assert left == [4, 4, 4, 0]
    assert not any(found)


def test_a_sale_of_the_same_moment_counts_as_earlier() -> None:
    assert net(("k", "A", 3, 4, True), ("k", "A", 3, 4, False)) == ([0, 0], [True, False])


def test_the_order_of_the_file_does_not_matter() -> None:
    assert net(("k", "A", 9, 3, True), ("k", "A", 2, 5, False), ("k", "A", 1, 5, False))[0] == [0, 2, 5]


def net_plainly(frame: pd.DataFrame) -> tuple[list[int], list[bool]]:
    """The twin of the compiled netting, buyer by buyer."""
    left, found = frame["units"].tolist(), [False] * len(frame)
    for _, own in frame.groupby(["customer", "sku"], sort=False):
        open_sales: list[int] = []
        for at in own.reset_index().sort_values(["instant", "cancels", "index"])["index"].tolist():
            if not frame["cancels"][at]:
                open_sales.append(at)
                continue
            while left[at] and open_sales:
                found[at] = True
                taken = min(left[at], left[open_sales[-1]])
                left[at] -= taken
                left[open_sales[-1]] -= taken
                if left[open_sales[-1]] == 0:
                    open_sales.pop()
            left[at] = 0
    return left, found


lines = st.lists(
    st.tuples(st.sampled_from("km"), st.sampled_from("AB"), st.integers(0, 6), st.integers(1, 9), st.booleans()),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(lines)
def test_netting_never_creates_units_nor_loses_more_than_was_cancelled(drawn: list[Line]) -> None:
    frame = pd.DataFrame(drawn, columns=COLUMNS)
    left, found = net_cancellations(frame)
    sales = ~frame["cancels"].to_numpy()
    units = frame["units"].to_numpy()
    assert (left.tolist(), found.tolist()) == net_plainly(frame)
    taken = (units - left)[sales].sum()
    assert (left[sales] >= 0).all()
    assert (left[sales] <= units[sales]).all()
    assert taken <= units[~sales].sum()
    assert (taken > 0) == found.any()


@settings(deadline=None)
@given(st.integers(1, 10**12), st.integers(1, 1000), st.data())
def test_the_amount_of_a_part_is_its_share(amount: int, units: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, units))
    settled = int(settle_amounts(np.array([amount]), np.array([units]), np.array([left]))[0])
    assert abs(settled * units - amount * left) * 2 <= units


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 2), st.booleans()), min_size=1, max_size=20))
def test_minor_units_are_rounded_half_even(drawn: list[tuple[int, int, bool]]) -> None:
    divisors = [100, 10_000, 10]
    amounts, currency, kept = (np.array(column) for column in zip(*drawn, strict=True))
    minor = to_minor(amounts, np.array(divisors), currency, np.flatnonzero(kept))
    assert minor.tolist() == [round(Fraction(amount, divisors[code])) if keep else 0 for amount, code, keep in drawn]


three = st.integers(0, 2)
sold = st.tuples(three, three, st.integers(20_000, 20_003), st.integers(1, 9), st.integers(0, 99), st.booleans())


@settings(deadline=None)
@given(st.lists(sold, max_size=30))
def test_sales_are_summed_as_a_plain_group_by_sums_them(drawn: list[tuple[int, ...]]) -> None:
    table = np.array(drawn, dtype=np.int64).reshape(-1, 6)
    names = {"sku": ["b", "", "a"], "country": ["US", "CI-CHN", "DE"], "currency": ["USD", "CNY", "EUR"]}
    column = {
        "sku": Coded(pd.Series(names["sku"], dtype="str"), table[:, 0]),
        "country": Coded(pd.Series(names["country"], dtype="str"), table[:, 1]),
        "currency": Coded(pd.Series(names["currency"], dtype="str"), table[:, 1]),
    }
    rows = np.flatnonzero(table[:, 5])
    day, units, revenue = table[:, 2].astype(np.int32), table[:, 3], table[:, 4]
    summed = sum_sales(rows, column["sku"], column["country"], column["currency"], day, units, revenue)
    frame = pd.DataFrame({name: coded.take(rows) for name, coded in column.items()}).assign(
        day=day[rows].astype("datetime64[D]").astype("datetime64[us]"), units=units[rows], revenue=revenue[rows]
    )
    plain = frame.groupby(["sku", "country", "day"], as_index=False).agg(
        units=("units", "sum"),
        lines=("units", "size"),
        largest_line_units=("units", "max"),
        revenue_minor=("revenue", "sum"),
        currency=("currency", "first"),
    )
    pd.testing.assert_frame_equal(summed, plain.astype({"lines": "int64"}))


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 1)] * 3, st.integers(-1, 1)), max_size=40), st.integers(1, 5))
def test_the_last_part_that_holds_a_line_is_found(drawn: list[tuple[int, ...]], parts: int) -> None:
    keys = np.array(drawn, dtype=np.int64).reshape(-1, 4)
    part = np.sort(np.arange(len(keys)) % parts)
    last = find_last_parts(keys[:, 0], keys[:, 1], keys[:, 3], keys[:, 2], part)
    frame = pd.DataFrame(keys).assign(part=part)
    assert last.tolist() == frame.groupby([0, 1, 2, 3])["part"].transform("max").tolist()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["", "k", "m", "ü", "a longer name"]), st.integers(0, 2)),
        max_size=30,
    ),
    st.integers(1, 31),
)
def test_every_row_that_a_cancellation_may_touch_is_found(drawn: list[tuple[int, str, int]], block: int) -> None:
    state = np.array([state for state, *_ in drawn], dtype=np.int8)
    customer = pd.Series([name for _, name, _ in drawn], dtype="str")
    sku = np.array([sku for *_, sku in drawn], dtype=np.int32)
    parts = [customer.iloc[at : at + block] for at in range(0, len(drawn), block)]
    buyer = np.concatenate([np.zeros(0, dtype=np.uint32), *map(mark_texts, parts)])
    assert buyer.tolist() == mark_texts(customer).tolist()
    cancels = find_rows(state, 1)
    assert cancels.tolist() == np.flatnonzero(state == 1).tolist()
    found = find_touched(state, 1, buyer, sku, 3, cancels)
    touched = (state <= 1) & customer.isin(customer[cancels]).to_numpy() & np.isin(sku, sku[cancels])
    assert set(np.flatnonzero(touched)) <= set(found)
    assert (state[found] <= 1).all()
    texts = pa.chunked_array([chunk for part in parts for chunk in as_arrow(part).chunks], type=pa.large_string())
    assert take_texts(texts, found).tolist() == customer[found].tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 5)), max_size=30), st.integers(0, 5))
def test_rows_are_counted_by_pair_and_state(drawn: list[tuple[int, ...]], most: int) -> None:
    first, second, state = np.array(drawn, dtype=np.int64).reshape(-1, 3).T
    counts = np.zeros((3, 2), dtype=np.int64)
    count_pairs(first, second, state, most, counts)
    plain = [
        [sum(row[:2] == (one, other) and row[2] <= most for row in drawn) for other in range(2)] for one in range(3)
    ]
    assert counts.tolist() == plain
