"""Kernels of the search against plain twins that share no step with them, number for number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.distribution import kernels
from skills.distribution.kernels import Ints

SHIFT = 8


def draw_slots(seed: int, pools: int = 5, per_pool: int = 4, limits: int = 3) -> dict[str, Any]:
    """Slots with falling values, ties on purpose, one or two limits each."""
    draw = np.random.default_rng(seed)
    slots = pools * per_pool
    count = draw.integers(0, 5, slots)
    values = [np.sort(draw.integers(1, 30, size))[::-1] for size in count]
    limit = np.stack([draw.integers(-1, limits, slots), np.full(slots, limits)], axis=1)
    return {
        "value": np.concatenate([np.zeros(0, dtype="int64"), *values]).astype("int64"),
        "begin": np.concatenate([[0], np.cumsum(count)]),
        "pool": draw.permutation(np.repeat(np.arange(pools), per_pool)),
        "pool_cartons": draw.integers(0, 8, pools),
        "limit": limit,
        "use": draw.integers(0, 6, limit.shape),
        "toll": draw.integers(0, 20, slots) * 2 ** (SHIFT - 1),
        "limits": draw.integers(3, 25, limits + 1),
    }


def twin_split(one: dict[str, Any], toll: Ints) -> Ints:
    """Sort all cartons of a pool by worth, then slot; take the first as far as the pool reaches."""
    counts = np.zeros(len(one["pool"]), dtype="int64")
    for pool, holds in enumerate(one["pool_cartons"].tolist()):
        cartons = [
            (-(int(value) * 2**SHIFT - int(toll[slot])), slot)
            for slot in np.flatnonzero(one["pool"] == pool).tolist()
            for value in one["value"][one["begin"][slot] : one["begin"][slot + 1]]
        ]
        for worth, slot in sorted(cartons)[:holds]:
            counts[slot] += worth < 0
    return counts


def split(one: dict[str, Any], toll: Ints, counts: Ints) -> Ints:
    order = np.argsort(one["pool"], kind="stable")
    pool_begin = np.searchsorted(one["pool"][order], np.arange(len(one["pool_cartons"]) + 1))
    pools = np.arange(len(one["pool_cartons"]))
    kernels.split_pools(
        one["value"], one["begin"], order, pool_begin, one["pool_cartons"], pools, toll, SHIFT, counts
    )
    used = np.zeros(len(one["limits"]), dtype="int64")
    running = np.concatenate([[0], np.cumsum(one["value"])])
    value = kernels.sum_split(running, one["begin"], order, pool_begin, pools, one["limit"], one["use"], counts, used)
    assert value == sum(cartons_value(one, counts))
    assert used.tolist() == (one["limits"] - twin_room(one, counts)).tolist()
    return counts


def cartons_value(one: dict[str, Any], counts: Ints) -> list[int]:
    return [int(one["value"][one["begin"][s] : one["begin"][s] + counts[s]].sum()) for s in range(len(counts))]


def twin_room(one: dict[str, Any], counts: Ints) -> Ints:
    room = one["limits"].copy()
    for slot, cartons in enumerate(counts.tolist()):
        for limit, use in zip(one["limit"][slot].tolist(), one["use"][slot].tolist(), strict=True):
            if limit >= 0:
                room[limit] -= cartons * use
    return np.asarray(room)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), started=st.integers(0, 10**6))
def test_a_pool_is_split_alike_from_whatever_split_it_starts(seed: int, started: int) -> None:
    one = draw_slots(seed)
    expected = twin_split(one, one["toll"])
    assert split(one, one["toll"], np.zeros_like(expected)).tolist() == expected.tolist()
    any_start = np.random.default_rng(started).integers(0, 5, len(expected))
    any_start = np.minimum(any_start, np.diff(one["begin"]))
    assert split(one, one["toll"], any_start).tolist() == expected.tolist()


def test_tolls_are_the_prices_of_what_a_carton_uses() -> None:
    one = draw_slots(3)
    prices, toll = np.array([5, 0, 7, 2]), np.zeros(len(one["pool"]), dtype="int64")
    closed = np.arange(len(toll)) == 4
    kernels.find_tolls(one["limit"], one["use"], prices, closed, toll)
    for slot in range(len(toll)):
        limits, uses = one["limit"][slot].tolist(), one["use"][slot].tolist()
        due = sum(int(prices[limit]) * use for limit, use in zip(limits, uses, strict=True) if limit >= 0)
        assert toll[slot] == (2**62 if closed[slot] else due)


@pytest.mark.parametrize("seed", range(12))
def test_the_compiled_steps_are_those_of_plain_python(seed: int) -> None:
    one = draw_slots(seed)
    slots = (one["value"], one["begin"])
    answers = []
    for compiled in (True, False):

        def run(kernel: Any, *given: Any, fast: bool = compiled) -> Any:
            return kernel(*given) if fast else kernel.py_func(*given)

        counts = twin_split(one, one["toll"])
        room = twin_room(one, counts)
        run(kernels.take_back, *slots, one["limit"], one["use"], one["toll"], SHIFT, counts, room)
        assert (room >= 0).all()
        assert room.tolist() == twin_room(one, counts).tolist()
        left = one["pool_cartons"] - np.bincount(one["pool"], weights=counts, minlength=5).astype("int64")
        given = (one["pool"], one["limit"], one["use"], one["toll"])
        run(kernels.fill_up, *slots, *given, SHIFT, counts, left, room)
        before = sum(cartons_value(one, counts))
        while run(kernels.exchange, *slots, *given, counts, left, room):
            assert sum(cartons_value(one, counts)) > before
            before = sum(cartons_value(one, counts))
        assert (room >= 0).all() and (left >= 0).all()
        assert room.tolist() == twin_room(one, counts).tolist()
        answers.append((counts.tolist(), left.tolist(), room.tolist()))
    assert answers[0] == answers[1]
