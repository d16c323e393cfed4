from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.files.texts import has_plain_ends, mark_texts, trim_texts, view_bytes
from tasks.files.values import read_text

MIX, WORD = 0x9E3779B97F4A7C15, 2**64 - 1

cells = st.lists(
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["a b", " a", "a\x1f", "\u00a0a", "", "é"]))
)


def mark_plainly(text: str) -> int:
    """The twin of the compiled mark: eight bytes at a time, the first one highest."""
    content = text.encode()
    mark = len(content)
    for at in range(0, len(content), 8):
        mark = (mark ^ int.from_bytes(content[at : at + 8], "big")) * MIX & WORD
        mark ^= mark >> 31
    return mark >> 32


@settings(deadline=None)
@given(st.lists(st.text(max_size=20)), st.integers(0, 5))
def test_a_mark_depends_on_the_text_alone(drawn: list[str], first: int) -> None:
    texts = pd.Series(drawn, dtype="str").iloc[first:]
    assert mark_texts(texts).tolist() == [mark_plainly(text) for text in texts]


@settings(deadline=None)
@given(cells)
def test_texts_are_trimmed_as_cells_are(drawn: list[str | None]) -> None:
    column = pd.Series(drawn, dtype="str")
    assert trim_texts(column).tolist() == read_text(column).tolist()
    for data, ends in view_bytes(column.array.__arrow_array__()):
        held = [bytes(data[low:high]) for low, high in pairwise(ends)]
        plain = all(32 < text[0] < 128 and 32 < text[-1] < 128 for text in held if text)
        assert has_plain_ends(data, ends) == plain


def test_typed_cells_are_texts_too() -> None:
    assert trim_texts(pd.Series([1.0, np.nan, 2.5])).tolist() == ["1", "", "2.5"]
