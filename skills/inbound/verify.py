"""A second opinion on a loading, from the loading list alone; nothing here is shared with the search."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

Corners = np.ndarray[Any, np.dtype[np.int64]]
Problems = dict[str, list[str]]
"""What is wrong (a marked phrase) and where."""

LOADED_COLUMNS = (
    "container", "step", "carton", "x_mm", "y_mm", "z_mm", "length_mm", "width_mm", "height_mm", "weight_g"
)  # fmt: skip
STRANGE = mark("names that are in no table")
TOO_MANY = mark("more cartons than there are")
OUTSIDE = mark("cartons stick out")
TURNED = mark("cartons lie as they may not")
OVERLAP = mark("cartons overlap")
OVERWEIGHT = mark("over the payload")
HANGING = mark("cartons stand on a part of their base")
TOO_EARLY = mark("cartons are loaded before what they stand on")
PRESSED = mark("cartons bear more than they may")


class InvalidLoading(Refusal):
    """A loading that cannot be, cannot stand or may not be driven."""


def verify_loading(
    loading: pd.DataFrame,
    cartons: pd.DataFrame,
    containers: pd.DataFrame,
    rules: Literal["full_support", "rotation_only"] = "full_support",
) -> pd.DataFrame:
    """Geometry, stock, orientation, payload, and with full support also standing, bearing and order.

    Args:
        loading, cartons, containers: as `plan_loading` returns and takes them.
        rules: rotation_only leaves out support, bearing and order.

    Returns:
        One row per container: container, cartons, loaded_mm3, inner_mm3 [mm³], gross_g, payload_g [g].

    Raises:
        MissingColumns: of a table.
        InvalidLoading: names the first kind of fault and where it is, with the remedy.
    """
    check_columns("loading", loading.columns, LOADED_COLUMNS)
    facts_of_cartons, facts_of_containers = [*LOADED_COLUMNS[6:], "count"], [*LOADED_COLUMNS[6:9], "payload_g"]
    check_columns("cartons", cartons.columns, ("carton", *facts_of_cartons))
    check_columns("containers", containers.columns, ("container", *facts_of_containers))
    cartons = cartons.assign(**cartons[facts_of_cartons].apply(pd.to_numeric))
    containers = containers.assign(**containers[facts_of_containers].apply(pd.to_numeric))
    known = cartons.set_index("carton")
    there: dict[str, int] = dict(zip(cartons["carton"], cartons["count"], strict=True))
    strange = [*(set(loading["carton"]) - set(there)), *(set(loading["container"]) - set(containers["container"]))]
    loaded = {str(name): int(number) for name, number in loading["carton"].value_counts().items()}
    problems: Problems = {
        STRANGE: sorted(strange),
        TOO_MANY: [
            f"{name} ({number} > {there[name]})"
            for name, number in sorted(loaded.items())
            if number > there.get(name, number)
        ],
    }
    rows = []
    for container in containers.to_dict("records"):
        inside = loading[loading["container"] == container["container"]]
        inside = inside[inside["carton"].isin(known.index)].sort_values("step", kind="stable")
        near = inside[["x_mm", "y_mm", "z_mm"]].to_numpy(np.int64)
        far = near + inside[["length_mm", "width_mm", "height_mm"]].to_numpy(np.int64)
        facts = known.loc[inside["carton"]]
        labels = [f"{container['container']} #{step}" for step in inside["step"]]
        inner = np.array([container["length_mm"], container["width_mm"], container["height_mm"]], np.int64)
        gross = int(facts["weight_g"].sum())
        found = {
            OUTSIDE: [labels[k] for k in np.flatnonzero((near < 0).any(1) | (far > inner).any(1))],
            TURNED: _find_turned(far - near, facts, labels),
            OVERLAP: _find_overlaps(near, far, labels),
            OVERWEIGHT: [f"{container['container']} ({gross} g > {container['payload_g']} g)"]
            if gross > container["payload_g"]
            else [],
        }
        if rules == "full_support":
            found |= _find_unsupported(near, far, facts, labels)
        for what, where in found.items():
            problems.setdefault(what, []).extend(where)
        rows.append(
            {
                "container": container["container"],
                "cartons": len(inside),
                "loaded_mm3": int((far - near).prod(axis=1).sum()),
                "inner_mm3": int(inner.prod()),
                "gross_g": gross,
                "payload_g": int(container["payload_g"]),
            }
        )
    for what, where in problems.items():
        if where:
            raise InvalidLoading(
                mark(
                    "This loading must not be used: {what}: {where}. Expected cartons of the shipment inside their "
                    "container, apart from each other, standing as allowed and within the payload. Plan the loading "
                    "again; if it was changed by hand, move or take out the cartons named (container #step)."
                ),
                what=what,
                where=name_rows(where),
            )
    return pd.DataFrame(rows)


def _find_turned(lying: Corners, facts: pd.DataFrame, labels: list[str]) -> list[str]:
    """Cartons that have another size than their type, or lie on a side that may not be down."""
    found = []
    rules = facts["upright"].fillna("lwh") if "upright" in facts else pd.Series("lwh", facts.index)
    sides = facts[["length_mm", "width_mm", "height_mm"]].to_numpy(np.int64)
    for k, (size, own, rule) in enumerate(zip(lying.tolist(), sides.tolist(), rules, strict=True)):
        allowed = False
        for letter, up in zip("lwh", range(3), strict=True):
            flat = [own[side] for side in range(3) if side != up]
            allowed |= letter in rule and size[2] == own[up] and sorted(size[:2]) == sorted(flat)
        if not allowed:
            found.append(labels[k])
    return found


def _find_overlaps(near: Corners, far: Corners, labels: list[str]) -> list[str]:
    """Pairs of cartons in the same place."""
    found = []
    for k in range(len(near) - 1):
        shared = (np.minimum(far[k], far[k + 1 :]) > np.maximum(near[k], near[k + 1 :])).all(axis=1)
        found += [f"{labels[k]} + {labels[k + 1 + other]}" for other in np.flatnonzero(shared)]
    return found


def _find_unsupported(near: Corners, far: Corners, facts: pd.DataFrame, labels: list[str]) -> Problems:
    """Cartons whose base is not carried everywhere, that come before what carries them, or that bear too much.

    Weight goes down in proportion to the area of contact, carton by carton from the top.
    """
    found: Problems = {HANGING: [], TOO_EARLY: [], PRESSED: []}
    carried = np.zeros(len(near))
    weights = facts["weight_g"].to_numpy(np.float64)
    for k in sorted(range(len(near)), key=lambda row: -int(near[row, 2])):
        if near[k, 2] == 0:
            continue
        contact = np.minimum(far[k, :2], far[:, :2]) - np.maximum(near[k, :2], near[:, :2])
        area = np.where((contact > 0).all(axis=1) & (far[:, 2] == near[k, 2]), contact.prod(axis=1), 0)
        base = int((far[k, :2] - near[k, :2]).prod())
        if int(area.sum()) != base:
            found[HANGING].append(f"{labels[k]} ({100 * int(area.sum()) // base} %)")
            continue
        if (np.flatnonzero(area) > k).any():
            found[TOO_EARLY].append(labels[k])
        carried += area / base * (weights[k] + carried[k])
    if "bears_g" in facts:
        most = pd.to_numeric(facts["bears_g"]).fillna(np.inf).to_numpy(np.float64)
        over = np.flatnonzero(carried > most + 1e-2)
        found[PRESSED] = [f"{labels[k]} ({carried[k] / 1000:.1f} kg > {most[k] / 1000:.1f} kg)" for k in over]
    return found
