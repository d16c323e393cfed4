"""A plan that keeps every limit, from the split that the prices suggest: take back, fill up, close poor shipments."""

from __future__ import annotations

import heapq

import numpy as np

from skills.distribution.bound import Priced, Problem

_EXCHANGES = 200
_PAIRS = 400_000


def find_plan(problem: Problem, priced: Priced) -> np.ndarray:
    """Cartons to send, the first ones of each slot; keeps hub stock, limits, least lines and least shipments.

    Returns:
        Per carton: whether it goes.
    """
    allowed = np.ones(len(problem.value), dtype=bool)
    while True:
        chosen = _fill_up(problem, priced, _take_back(problem, priced, priced.chosen & allowed), allowed)
        chosen = _exchange(problem, priced, chosen, allowed)
        poor = _poorest(problem, chosen)
        if not poor.any():
            return chosen
        allowed &= ~poor


def find_poor(problem: Problem, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lanes whose shipment is below its least, and slots whose line is."""
    landed, value = problem.by_lane(problem.landed, chosen), problem.by_lane(problem.value, chosen)
    used = problem.by_lane(np.ones_like(problem.value), chosen) > 0
    lanes = used & ((landed < problem.least_landed) | (value < problem.least_value))
    count = np.bincount(problem.slot[chosen], minlength=int(problem.slot.max(initial=-1)) + 1)
    return np.flatnonzero(lanes), np.flatnonzero((count > 0) & (count < problem.least_cartons))


def _poorest(problem: Problem, chosen: np.ndarray) -> np.ndarray:
    """Cartons of all lines below the least, else those of the poorest shipment below its least."""
    lanes, lines = find_poor(problem, chosen)
    if len(lines):
        return np.isin(problem.slot, lines)
    if not len(lanes):
        return np.zeros(len(chosen), dtype=bool)
    value = problem.by_lane(problem.value, chosen)
    return np.asarray(problem.lane == lanes[np.argmin(value[lanes])])


def _take_back(problem: Problem, priced: Priced, chosen: np.ndarray) -> np.ndarray:
    """Without the least valuable cartons of each limit that is exceeded."""
    kept = chosen.copy()
    for limit in np.flatnonzero(problem.room(kept) < 0):
        over = -int(problem.room(kept)[limit])
        if over <= 0:
            continue
        is_cash = limit == len(problem.limits) - 1
        rows = np.flatnonzero(kept if is_cash else kept & (problem.lane == limit))
        use = problem.cash if is_cash else problem.volume
        order = rows[np.lexsort((-rows, priced.reduced[rows]))]
        freed = np.cumsum(use[order])
        kept[order[: int(np.searchsorted(freed, over)) + 1]] = False
    return _firsts_only(problem, kept)


def _firsts_only(problem: Problem, chosen: np.ndarray) -> np.ndarray:
    """As many cartons per slot, but its first ones."""
    count = np.bincount(problem.slot[chosen], minlength=int(problem.slot.max(initial=-1)) + 1)
    return np.asarray(place_in_slot(problem.slot) < count[problem.slot])


def place_in_slot(slot: np.ndarray) -> np.ndarray:
    """0 for the first carton of each slot, and so on; slots lie together."""
    return np.asarray(np.arange(len(slot)) - np.searchsorted(slot, slot, side="left"))


def _exchange(problem: Problem, priced: Priced, chosen: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """With the last carton of one line given up for the next of another, the best such pair first, while one gains.

    Where every pair would be too many, only cartons of one lane are exchanged.
    """
    better = chosen
    for _ in range(_EXCHANGES):
        last_in, first_out = _edges(problem, better, allowed)
        first_out = first_out[_could_fit(problem, better, first_out)]
        if len(last_in) * len(first_out) <= _PAIRS:
            groups = [(last_in, first_out)]
        else:
            lanes = np.flatnonzero(problem.limits[:-1] >= 0)
            groups = [(last_in[problem.lane[last_in] == n], first_out[problem.lane[first_out] == n]) for n in lanes]
        swaps = [swap for out, into in groups if (swap := _best_swap(problem, better, out, into)) is not None]
        if not swaps:
            return better
        for out, into in swaps:
            swapped = better.copy()
            swapped[out], swapped[into] = False, True
            left = problem.pool_cartons - np.bincount(problem.pool[swapped], minlength=len(problem.pool_cartons))
            if (problem.room(swapped) >= 0).all() and (left >= 0).all():
                better = swapped
        better = _fill_up(problem, priced, better, allowed)
    return better


def _edges(problem: Problem, chosen: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last carton that goes and the first that stays of each slot."""
    same = np.append(problem.slot[1:] == problem.slot[:-1], False)
    follows = np.append(chosen[1:], False) & same
    leads = np.concatenate([[False], chosen[:-1] & same[:-1]])
    first = place_in_slot(problem.slot) == 0
    return np.flatnonzero(chosen & ~follows), np.flatnonzero(~chosen & allowed & (leads | first))


def _could_fit(problem: Problem, chosen: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Cartons of pools that hold one more, or that send one already which could be exchanged."""
    taken = np.bincount(problem.pool[chosen], minlength=len(problem.pool_cartons))
    pool = problem.pool[rows]
    return np.asarray((problem.pool_cartons[pool] > taken[pool]) | (taken[pool] > 0))


def _best_swap(problem: Problem, chosen: np.ndarray, out: np.ndarray, into: np.ndarray) -> tuple[int, int] | None:
    if not len(out) or not len(into):
        return None
    room = problem.room(chosen)
    left = problem.pool_cartons - np.bincount(problem.pool[chosen], minlength=len(problem.pool_cartons))
    gain = problem.value[into][None, :] - problem.value[out][:, None]
    same_lane = problem.lane[out][:, None] == problem.lane[into][None, :]
    limited = problem.limits[problem.lane[into]] >= 0
    freed = np.where(same_lane, problem.volume[out][:, None], 0)
    fits = ~limited | (problem.volume[into] <= room[problem.lane[into]] + freed)
    if problem.limits[-1] >= 0:
        fits &= problem.cash[into] <= room[-1] + problem.cash[out][:, None]
    fits &= (left[problem.pool[into]] > 0) | (problem.pool[out][:, None] == problem.pool[into][None, :])
    gain = np.where(fits & (problem.slot[out][:, None] != problem.slot[into][None, :]), gain, 0)
    best = int(gain.argmax())
    row, column = divmod(best, len(into))
    return (int(out[row]), int(into[column])) if gain[row, column] > 0 else None


def _fill_up(problem: Problem, priced: Priced, chosen: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """With every further carton that still fits, best first."""
    filled = chosen.copy()
    room = problem.room(filled)
    limited = problem.limits >= 0
    left = problem.pool_cartons - np.bincount(problem.pool[filled], minlength=len(problem.pool_cartons))
    waiting = allowed & ~filled
    after = (
        np.concatenate([[False], filled[:-1] & (problem.slot[1:] == problem.slot[:-1])]) if len(filled) else filled
    )
    first = place_in_slot(problem.slot) == 0
    fits = (~limited[problem.lane] | (problem.volume <= room[problem.lane])) & (
        (not limited[-1]) | (problem.cash <= room[-1])
    )
    heads = np.flatnonzero(waiting & (first | after) & fits & (left[problem.pool] > 0))
    heap = [(-float(priced.reduced[row]), int(row)) for row in heads]
    heapq.heapify(heap)
    while heap:
        _, row = heapq.heappop(heap)
        lane, pool = problem.lane[row], problem.pool[row]
        if left[pool] <= 0:
            continue
        if limited[lane] and problem.volume[row] > room[lane]:
            continue
        if limited[-1] and problem.cash[row] > room[-1]:
            continue
        filled[row] = True
        left[pool] -= 1
        room[lane] -= problem.volume[row]
        room[-1] -= problem.cash[row]
        following = row + 1
        if following < len(filled) and problem.slot[following] == problem.slot[row] and allowed[following]:
            heapq.heappush(heap, (-float(priced.reduced[following]), following))
    return filled
