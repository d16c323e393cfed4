"""Which carton goes where: blocks, search, and the loading list in order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.inbound.blocks import (
    JOINED,
    VOLUME,
    Ints,
    add_joined,
    build_simple,
)
from skills.inbound.facts import SIDES, check_cartons, check_containers
from skills.inbound.order import order_boxes
from skills.inbound.policy import LoadingPolicy
from skills.inbound.search import CELLS, UNLIMITED, search
from skills.vocabulary import Refusal, mark, name_rows

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
UPRIGHT = "lwh"


class UnknownOrientation(Refusal):
    """A carton type says of no side, or of a side that does not exist, that it may stand upright."""


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
        One row per loaded carton, by container in loading order: container, step (1 …), carton, x_mm, y_mm, z_mm (near
        lower left corner), length_mm, width_mm, height_mm (as it lies) [mm], weight_g, path_free (False where it is
        lifted in over others). Cartons that found no room are in no row; `explain_loading` counts them.

    Raises:
        IncompleteCarton, UnknownContainer, UnknownOrientation: name the rows.
    """
    check_cartons(cartons)
    check_containers(containers)
    sizes, types = _list_orientations(cartons)
    left = cartons["count"].to_numpy(np.int64).copy()
    names, grams = cartons["carton"].to_numpy(), cartons["weight_g"].to_numpy(np.int64)
    frames = []
    for container in containers.to_dict("records"):
        if not left.any():
            break
        inner = np.array([container[side] for side in SIDES], np.int64)
        kinds, boxes = _fill(inner, int(container["payload_g"]), cartons, sizes, types, left, policy)
        if not len(boxes):
            continue
        left -= np.bincount(kinds, minlength=len(left))
        order, clear = order_boxes(boxes)
        rows, kinds = boxes[order], kinds[order]
        lying = rows[:, 3:] - rows[:, :3]
        frame = pd.DataFrame({"container": container["container"], "step": np.arange(1, len(rows) + 1)})
        frame["carton"] = names[kinds]
        for at, side in enumerate(("x_mm", "y_mm", "z_mm")):
            frame[side] = rows[:, at]
        for at, side in enumerate(SIDES):
            frame[side] = lying[:, at]
        frame["weight_g"] = grams[kinds]
        frame["path_free"] = clear
        frames.append(frame)
    if not frames:
        return pd.DataFrame(columns=list(LOADING_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(LOADING_COLUMNS)]


def _list_orientations(cartons: pd.DataFrame) -> tuple[Ints, Ints]:
    """One row per way a carton type may lie, and its type."""
    rules = cartons["upright"].fillna(UPRIGHT) if "upright" in cartons else pd.Series(UPRIGHT, cartons.index)
    wrong = [not rule or bool(set(str(rule)) - set(UPRIGHT)) for rule in rules]
    if any(wrong):
        raise UnknownOrientation(
            mark(
                "Cartons whose upright sides cannot be read: {cartons}. Expected some of l, w, h (h alone: this side "
                "up). Correct the column in the carton file."
            ),
            cartons=name_rows(cartons.loc[wrong, "carton"]),
        )
    sizes, types = [], []
    for kind, (sides, rule) in enumerate(zip(cartons[list(SIDES)].to_numpy(np.int64), rules, strict=True)):
        ways = set()
        for up in (UPRIGHT.index(side) for side in str(rule)):
            first, second = (int(sides[at]) for at in range(3) if at != up)
            ways |= {(first, second, int(sides[up])), (second, first, int(sides[up]))}
        sizes += sorted(ways)
        types += [kind] * len(ways)
    return np.array(sizes, np.int64), np.array(types, np.int64)


def _fill(
    inner: Ints, payload: int, cartons: pd.DataFrame, sizes: Ints, types: Ints, left: Ints, policy: LoadingPolicy
) -> tuple[Ints, Ints]:
    """One container: the type of each loaded carton, and its near and far corner."""
    fits = (sizes <= inner).all(axis=1) & (left[types] > 0)
    nothing = np.empty(0, np.int64), np.empty((0, 6), np.int64)
    if not fits.any():
        return nothing
    sizes, types = sizes[fits], types[fits]
    supported = policy.rules == "full_support"
    facts_of_types = np.column_stack(
        [left, cartons[list(SIDES)].to_numpy(np.int64).prod(axis=1), cartons["weight_g"], _read_bearing(cartons)]
    ).astype(np.int64)
    facts, recipes, counts, filled = build_simple(
        inner, sizes, types, facts_of_types, supported, max(policy.most_blocks, 2 * len(sizes))
    )
    filled = add_joined(inner, left, facts, recipes, counts, filled, policy.block_fill_permille, supported)
    facts, recipes, counts = facts[:filled], recipes[:filled], counts[:filled]
    order = np.argsort(-facts[:, VOLUME], kind="stable")
    cell = max(1, -(-int(inner.max()) // CELLS))
    _, placed, _ = search(
        inner,
        payload,
        UNLIMITED,
        left,
        facts,
        counts,
        order,
        -(-sizes // cell),
        types,
        sizes.min(axis=0),
        cell,
        supported,
        policy.search_work,
        policy.widest_beam,
    )
    if not len(placed):
        return nothing
    boxes: list[tuple[int, ...]] = []
    for block, x, y, z, corner in placed.tolist():
        _unpack(block, (x, y, z), corner, facts, recipes, sizes, types, boxes)
    table = np.array(boxes, np.int64)
    return table[:, 0], table[:, 1:]


def _read_bearing(cartons: pd.DataFrame) -> Ints:
    """The most pressure on a carton's top [g per m², rounded down], on the largest side that may be its top."""
    if "bears_g" not in cartons:
        return np.full(len(cartons), UNLIMITED, np.int64)
    sides = np.sort(cartons[list(SIDES)].to_numpy(np.int64), axis=1)
    bears = pd.to_numeric(cartons["bears_g"]).fillna(-1).to_numpy(np.int64)
    return np.where(bears < 0, UNLIMITED, bears * 1_000_000 // (sides[:, 1] * sides[:, 2]))


def _unpack(
    block: int,
    corner_at: tuple[int, int, int],
    mirrored: int,
    facts: Ints,
    recipes: Ints,
    sizes: Ints,
    types: Ints,
    boxes: list[tuple[int, ...]],
) -> None:
    """Appends the cartons of a placed block: type, near corner, far corner. A mirrored axis is counted from its end."""
    joined, first, second, *repeats = recipes[block].tolist()
    if joined < 0:
        size = sizes[first].tolist()
        for i in range(repeats[0]):
            for j in range(repeats[1]):
                for k in range(repeats[2]):
                    near = [at + step * side for at, step, side in zip(corner_at, (i, j, k), size, strict=True)]
                    far = [at + side for at, side in zip(near, size, strict=True)]
                    boxes.append((int(types[first]), *near, *far))
        return
    whole = facts[block, :3].tolist()
    for part, before in ((first, 0), (second, int(facts[first, joined]))):
        at = list(corner_at)
        for axis in range(3):
            offset = before if axis == joined else 0
            side = int(facts[part, axis])
            at[axis] += whole[axis] - offset - side if mirrored & (1 << axis) else offset
        _unpack(part, (at[0], at[1], at[2]), mirrored, facts, recipes, sizes, types, boxes)
