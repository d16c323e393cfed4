"""Which carton goes where: blocks, search, and the loading list in order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.inbound.blocks import VOLUME, Ints, add_joined, build_simple
from skills.inbound.facts import SIDES, check_cartons, check_containers, list_orientations
from skills.inbound.filling import CELLS
from skills.inbound.order import order_blocks
from skills.inbound.policy import LoadingPolicy
from skills.inbound.search import search

LOADING_COLUMNS = (
    "container",
    "step",
    "carton",
    "x_mm",
    "y_mm",
    "z_mm",
    *SIDES,
    "weight_g",
    "path_free",
)
PATH = 7
"""Column of a loaded carton that says whether its line from the door is free."""


def plan_loading(cartons: pd.DataFrame, containers: pd.DataFrame, policy: LoadingPolicy) -> pd.DataFrame:
    """Fill containers or pallets one after the other, each as full as the search finds.

    Args:
        cartons: One row per carton type: carton, length_mm, width_mm, height_mm [mm], weight_g [g], count [cartons];
            if given: upright, which of the sides l, w, h may stand vertically (`h` = this side up; default all), and
            bears_g, the most weight on top of one carton [g] (0 = nothing on top; missing = no limit).
        containers: One row per container in the order of use, the columns of `read_containers`; the door is at the
            far end of the length.
        policy: Rules and how far the search looks.

    Returns:
        One row per loaded carton, by container in loading order: container, step (1 …), carton, x_mm, y_mm, z_mm
        (near, left, lower corner), length_mm, width_mm, height_mm (as it lies) [mm], weight_g, path_free (False where
        it is lifted in over others). Cartons that found no room are in no row; `explain_loading` counts them.

    Raises:
        MissingColumns: of cartons or containers.
        IncompleteCarton, UnknownContainer, UnknownOrientation: name the rows.
    """
    cartons, containers = check_cartons(cartons), check_containers(containers)
    sizes, types = list_orientations(cartons)
    left = cartons["count"].to_numpy(np.int64).copy()
    names, grams = cartons["carton"].to_numpy(), cartons["weight_g"].to_numpy(np.int64)
    frames = []
    for container in containers.to_dict("records"):
        if not left.any():
            break
        inner = np.array([container[side] for side in SIDES], np.int64)
        rows = _fill(inner, int(container["payload_g"]), cartons, sizes, types, left, policy)
        if not len(rows):
            continue
        kinds = rows[:, 0]
        left -= np.bincount(kinds, minlength=len(left))
        frames.append(
            pd.DataFrame(
                {
                    "container": container["container"],
                    "step": np.arange(1, len(rows) + 1),
                    "carton": names[kinds],
                    **{side: rows[:, at] for at, side in enumerate(("x_mm", "y_mm", "z_mm", *SIDES), start=1)},
                    "weight_g": grams[kinds],
                    "path_free": rows[:, PATH] == 1,
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(LOADING_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(LOADING_COLUMNS)]


def _fill(
    inner: Ints, payload: int, cartons: pd.DataFrame, sizes: Ints, types: Ints, left: Ints, policy: LoadingPolicy
) -> Ints:
    """One container, one row per carton in loading order: type, near corner, size as it lies, line from the door."""
    fits = (sizes <= inner).all(axis=1) & (left[types] > 0)
    nothing = np.empty((0, PATH + 1), np.int64)
    if not fits.any():
        return nothing
    sizes, types = sizes[fits], types[fits]
    supported = policy.rules == "full_support"
    facts_of_types = np.column_stack(
        [
            left,
            cartons[list(SIDES)].to_numpy(np.int64).prod(axis=1),
            cartons["weight_g"],
            cartons["bears_g"] if "bears_g" in cartons else np.full(len(cartons), -1),
        ]
    ).astype(np.int64)
    facts, recipes, counts, filled = build_simple(
        inner, sizes, types, facts_of_types, supported, max(policy.most_blocks, 2 * len(sizes))
    )
    filled = add_joined(inner, left, facts, recipes, counts, filled, policy.block_fill_permille, supported)
    facts, recipes, counts = facts[:filled], recipes[:filled], counts[:filled]
    order = np.argsort(-facts[:, VOLUME], kind="stable")
    cell = max(1, -(-int(inner.max()) // CELLS))
    placed = search(
        inner,
        payload,
        left,
        facts,
        counts,
        order,
        _list_sides(sizes, types, cell),
        types,
        sizes.min(axis=0),
        cell,
        supported,
        policy.search_work,
        policy.widest_beam,
    )
    if not len(placed):
        return nothing
    corners = np.hstack([placed[:, 1:4], placed[:, 1:4] + facts[placed[:, 0], :3]])
    deepest = np.lexsort((corners[:, 1], corners[:, 2], corners[:, 0]))
    placed, corners = placed[deepest], corners[deepest]
    order, clear = order_blocks(corners)
    parts: list[Ints] = []
    for at in order:
        block, x, y, z, mirrored = placed[at].tolist()
        known = len(parts)
        _unpack(block, (x, y, z), mirrored, facts, recipes, sizes, types, parts)
        for part in parts[known:]:
            part[:, PATH] = clear[at]
    return np.vstack(parts)


def _list_sides(sizes: Ints, types: Ints, cell: int) -> Ints:
    """Sides of each orientation in cells, 0 where an earlier one of the type has the same side on that axis."""
    sides: Ints = -(-sizes // cell)
    for axis in range(3):
        again = pd.Series(list(zip(types.tolist(), sizes[:, axis].tolist(), strict=True))).duplicated()
        sides[again.to_numpy(), axis] = 0
    return sides


def _unpack(
    block: int,
    corner: tuple[int, int, int],
    mirrored: int,
    facts: Ints,
    recipes: Ints,
    sizes: Ints,
    types: Ints,
    parts: list[Ints],
) -> None:
    """Appends the cartons of a placed block in loading order, one table per simple block.

    An axis that is mirrored is counted from the block's far end.
    """
    joined, first, second, *repeats = recipes[block].tolist()
    if joined < 0:
        places = np.indices((repeats[0], repeats[2], repeats[1])).reshape(3, -1).T[:, [0, 2, 1]]
        part = np.ones((len(places), PATH + 1), np.int64)
        part[:, 0] = types[first]
        part[:, 1:4] = np.array(corner) + places * sizes[first]
        part[:, 4:7] = sizes[first]
        parts.append(part)
        return
    halves = []
    for half, before in ((first, 0), (second, int(facts[first, joined]))):
        at = list(corner)
        for axis in range(3):
            offset = before if axis == joined else 0
            free = int(facts[block, axis]) - offset - int(facts[half, axis])
            at[axis] += free if mirrored & (1 << axis) else offset
        halves.append((at, half))
    for at, half in sorted(halves, key=lambda pair: pair[0][joined]):
        _unpack(half, (at[0], at[1], at[2]), mirrored, facts, recipes, sizes, types, parts)
