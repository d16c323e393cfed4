from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tasks.files.netting import net_cancellations, settle_amounts

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


lines = st.lists(
    st.tuples(st.sampled_from("km"), st.sampled_from("AB"), st.integers(0, 6), st.integers(1, 9), st.booleans()),
    min_size=1,
    max_size=25,
)


@given(lines)
def test_netting_never_creates_units_nor_loses_more_than_was_cancelled(drawn: list[Line]) -> None:
    frame = pd.DataFrame(drawn, columns=COLUMNS)
    left, found = net_cancellations(frame)
    sales = ~frame["cancels"].to_numpy()
    units = frame["units"].to_numpy()
    taken = (units - left)[sales].sum()
    assert (left[sales] >= 0).all()
    assert (left[sales] <= units[sales]).all()
    assert taken <= units[~sales].sum()
    assert (taken > 0) == found.any()


@given(st.integers(1, 10**12), st.integers(1, 1000), st.data())
def test_the_amount_of_a_part_is_its_share(amount: int, units: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, units))
    settled = int(settle_amounts(np.array([amount]), np.array([units]), np.array([left]))[0])
    assert abs(settled * units - amount * left) * 2 <= units
