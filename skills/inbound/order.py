"""The order in which cartons go in: back to front, bottom to top, nothing placed behind what already stands."""

from __future__ import annotations

import heapq

import numpy as np

from skills.inbound.blocks import Ints


def order_boxes(boxes: Ints) -> tuple[list[int], list[bool]]:
    """Loading order of the cartons of one container whose door is at the far end of its length.

    A carton comes after those it stands on and, where that can be had, after every carton that lies deeper in its own
    line from the door. Among the free ones the deepest goes first, then the lowest, then the leftmost.

    Args:
        boxes: One row per carton: near corner x, y, z, far corner x, y, z.

    Returns:
        Row numbers in order, and for each whether its line from the door was still free.
    """
    count = len(boxes)
    below, deeper = _list_before(boxes)
    wait_below = np.zeros(count, np.int64)
    wait_deeper = np.zeros(count, np.int64)
    above: list[list[int]] = [[] for _ in range(count)]
    nearer: list[list[int]] = [[] for _ in range(count)]
    for first, second in below:
        above[first].append(second)
        wait_below[second] += 1
    for first, second in deeper:
        nearer[first].append(second)
        wait_deeper[second] += 1
    keys = [(int(row[0]), int(row[2]), int(row[1]), place) for place, row in enumerate(boxes)]
    free = [keys[k] for k in range(count) if wait_below[k] == wait_deeper[k] == 0]
    heapq.heapify(free)
    done = np.zeros(count, np.bool_)
    order: list[int] = []
    clear: list[bool] = []
    while len(order) < count:
        if free:
            place = heapq.heappop(free)[3]
        else:  # a ring of cartons that each lie before another: the deepest supported one goes in from above
            place = min(keys[k] for k in range(count) if not done[k] and wait_below[k] == 0)[3]
        if done[place]:
            continue
        done[place] = True
        order.append(place)
        clear.append(bool(wait_deeper[place] == 0))
        for followers, waiting in ((above[place], wait_below), (nearer[place], wait_deeper)):
            for other in followers:
                waiting[other] -= 1
                if not done[other] and wait_below[other] == wait_deeper[other] == 0:
                    heapq.heappush(free, keys[other])
    return order, clear


def _list_before(boxes: Ints) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs (carries, stands on it) and pairs (deeper, nearer to the door) that share a line."""
    below, deeper = [], []
    for k, box in enumerate(boxes):
        across = (boxes[:, 1] < box[4]) & (boxes[:, 4] > box[1])
        along = (boxes[:, 0] < box[3]) & (boxes[:, 3] > box[0])
        upright = (boxes[:, 2] < box[5]) & (boxes[:, 5] > box[2])
        below += [(int(other), k) for other in np.flatnonzero(along & across & (boxes[:, 5] <= box[2]))]
        deeper += [(int(other), k) for other in np.flatnonzero(across & upright & (boxes[:, 3] <= box[0]))]
    return below, deeper
