"""Kernel that groups rows around leaders by sparse cosine: every member is close to its leader, never to a member.

Rows come largest first. A row joins the leaders that it is close to, or becomes one. Only leaders are looked up, in
an index of the few features of each without which it could not reach the threshold (Chaudhuri et al. 2006; Bayardo
et al. 2007), so that work grows with what is alike, not with the square of the rows.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from skills.niches.arrays import Bools, Floats, Ints

MOST_LEADERS = 3


@njit(cache=True)
def group_rows(begins: Ints, features: Ints, weights: Floats, count: int, least: float,
               click_begins: Ints, clicked: Ints, click_weights: Floats, click_count: int, click_least: float,
               must_lead: Bools, apart: Ints, margin: float, most: int) -> tuple[Ints, Floats, Floats]:  # fmt: skip
    """Leaders of each row, the closest first.

    A row is close to a leader when the cosine of its words reaches `least`, unless both have clicks and share none,
    or when the cosine of its clicks reaches `click_least`.

    Args:
        begins, features, weights: Row → features, the rarest first (one order for all rows), length 1.
        count: How many features there are.
        click_begins, clicked, click_weights, click_count: The same of clicked products; no entry: not enough clicks.
        must_lead: Rows that join none.
        apart: Rows of the same number here never join each other; −1 for no such rule.
        margin: Other leaders count when they are this close to the best one.
        most: Leaders listed under one feature, the largest; what more than these have in common tells nothing.

    Returns:
        One row of three: leaders (−1 behind them; a leader is its own), cosines of words, cosines of clicks.
    """
    rows = begins.size - 1
    leaders = np.full((rows, MOST_LEADERS), -1, np.int64)
    cosines = np.zeros((rows, MOST_LEADERS))
    click_cosines = np.zeros((rows, MOST_LEADERS))
    head, click_head = np.full(count, -1, np.int64), np.full(click_count, -1, np.int64)
    following, click_following = np.empty(features.size, np.int64), np.empty(clicked.size, np.int64)
    listed, click_listed = np.empty(features.size, np.int64), np.empty(clicked.size, np.int64)
    room, click_room = np.full(count, most, np.int64), np.full(click_count, most, np.int64)
    used = click_used = 0
    mine, click_mine = np.zeros(count), np.zeros(click_count)
    met = np.full(rows, -1, np.int64)
    for row in range(rows):
        start, end = begins[row], begins[row + 1]
        click_start, click_end = click_begins[row], click_begins[row + 1]
        need = _count_needed(weights, start, end, least)
        click_need = _count_needed(click_weights, click_start, click_end, click_least)
        if not must_lead[row]:
            for place in range(start, end):
                mine[features[place]] = weights[place]
            for place in range(click_start, click_end):
                click_mine[clicked[place]] = click_weights[place]
            for place in range(start, need):
                entry = head[features[place]]
                while entry >= 0:
                    other = listed[entry]
                    entry = following[entry]
                    if met[other] != row and (apart[row] < 0 or apart[row] != apart[other]):
                        met[other] = row
                        _weigh(row, other, begins, features, weights, mine, click_begins, clicked, click_weights,
                               click_mine, least, click_least, leaders, cosines, click_cosines)  # fmt: skip
            for place in range(click_start, click_need):
                entry = click_head[clicked[place]]
                while entry >= 0:
                    other = click_listed[entry]
                    entry = click_following[entry]
                    if met[other] != row and (apart[row] < 0 or apart[row] != apart[other]):
                        met[other] = row
                        _weigh(row, other, begins, features, weights, mine, click_begins, clicked, click_weights,
                               click_mine, least, click_least, leaders, cosines, click_cosines)  # fmt: skip
            for place in range(start, end):
                mine[features[place]] = 0.0
            for place in range(click_start, click_end):
                click_mine[clicked[place]] = 0.0
            best = max(cosines[row, 0], click_cosines[row, 0])
            for k in range(1, MOST_LEADERS):
                if leaders[row, k] >= 0 and max(cosines[row, k], click_cosines[row, k]) < best - margin:
                    leaders[row, k] = -1
                    cosines[row, k] = click_cosines[row, k] = 0.0
        if leaders[row, 0] < 0:
            leaders[row, 0], cosines[row, 0] = row, 1.0
            for place in range(start, need):
                if room[features[place]] > 0:
                    room[features[place]] -= 1
                    listed[used], following[used] = row, head[features[place]]
                    head[features[place]] = used
                    used += 1
            for place in range(click_start, click_need):
                if click_room[clicked[place]] > 0:
                    click_room[clicked[place]] -= 1
                    click_listed[click_used], click_following[click_used] = row, click_head[clicked[place]]
                    click_head[clicked[place]] = click_used
                    click_used += 1
    return leaders, cosines, click_cosines


@njit(cache=True)
def _count_needed(weights: Floats, start: int, end: int, least: float) -> int:
    """Where the features may end without which the rest could not reach the threshold."""
    rest = 0.0
    place = end
    while place > start:
        rest += weights[place - 1] * weights[place - 1]
        if rest >= (least - 1e-9) * (least - 1e-9):
            break
        place -= 1
    return place


@njit(cache=True)
def _weigh(row: int, other: int, begins: Ints, features: Ints, weights: Floats, mine: Floats, click_begins: Ints,
           clicked: Ints, click_weights: Floats, click_mine: Floats, least: float, click_least: float, leaders: Ints,
           cosines: Floats, click_cosines: Floats) -> None:  # fmt: skip
    """Enters a leader among the row's where it is close enough: by the greater cosine, then the larger leader."""
    cosine = 0.0
    for place in range(begins[other], begins[other + 1]):
        cosine += weights[place] * mine[features[place]]
    click_cosine = 0.0
    for place in range(click_begins[other], click_begins[other + 1]):
        click_cosine += click_weights[place] * click_mine[clicked[place]]
    both = click_begins[row + 1] > click_begins[row] and click_begins[other + 1] > click_begins[other]
    by_words = cosine >= least - 1e-9 and not (both and click_cosine == 0.0)
    if not by_words and not (both and click_cosine >= click_least - 1e-9):
        return
    close = max(cosine, click_cosine)
    place = 0
    while place < leaders.shape[1] and leaders[row, place] >= 0:
        held = max(cosines[row, place], click_cosines[row, place])
        if close > held or (close == held and other < leaders[row, place]):
            break
        place += 1
    if place == leaders.shape[1]:
        return
    for k in range(leaders.shape[1] - 1, place, -1):
        leaders[row, k] = leaders[row, k - 1]
        cosines[row, k] = cosines[row, k - 1]
        click_cosines[row, k] = click_cosines[row, k - 1]
    leaders[row, place], cosines[row, place], click_cosines[row, place] = other, cosine, click_cosine
