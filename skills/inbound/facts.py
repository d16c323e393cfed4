"""Cartons and containers as they come in: complete, positive, within the limits of the place they go to.

IncompleteCarton     a size, weight or count is missing or not positive, or what it bears is no weight
UnknownOrientation   a carton says of no side, or of one that does not exist, that it may stand upright
BoxOverLimit         a carton is larger or heavier than its marketplace takes
UnknownContainer     a container kind that is given without its size
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import get_args

import numpy as np
import pandas as pd

from skills.inbound.blocks import Ints
from skills.rates import Confidence, Rate, RateBook
from skills.vocabulary import Refusal, check_columns, mark, name_rows

SIDES = ("length_mm", "width_mm", "height_mm")
MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
CARTON_COLUMNS = ("carton", *SIDES, "weight_g", "count")
CONTAINER_COLUMNS = ("container", *SIDES, "payload_g")
UPRIGHT = "lwh"
MOST_BEARING = 1_000_000
"""Beyond a tonne on its top, a carton counts as bearing a tonne [g]."""
GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237")}


class IncompleteCarton(Refusal):
    """A carton without a usable size, weight or count."""


class UnknownOrientation(Refusal):
    """A carton type says of no side, or of a side that does not exist, that it may stand upright."""


class BoxOverLimit(Refusal):
    """A carton that the marketplace would turn away."""


class UnknownContainer(Refusal):
    """A container kind without usable size or payload."""


def read_containers(kinds: list[str], rates: RateBook, as_of: date) -> pd.DataFrame:
    """Inner sizes and payloads of containers or pallets, in the order of use.

    Args:
        kinds: One entry per container: `40HQ`, `40HQ`, `20GP`.
        rates: Kinds container_length, container_width, container_height [mm, cm, in], container_payload [kg, lb].
        as_of: The day on which they hold.

    Returns:
        One row per container: container (`40HQ 1`), kind, length_mm, width_mm, height_mm [mm], payload_g [g].

    Raises:
        MissingRate: a kind has no size or payload on that day.
    """
    rows = []
    for place, kind in enumerate(kinds, start=1):
        row: dict[str, object] = {"container": f"{kind} {place}", "kind": kind}
        for side in ("length", "width", "height"):
            row[f"{side}_mm"] = to_units(rates.read(f"container_{side}", kind, as_of), MILLIMETRES)
        row["payload_g"] = to_units(rates.read("container_payload", kind, as_of), GRAMS)
        rows.append(row)
    return pd.DataFrame(rows, columns=["container", "kind", *SIDES, "payload_g"])


def check_boxes(cartons: pd.DataFrame, marketplace: str, rates: RateBook, as_of: date) -> pd.DataFrame:
    """Every carton against the size and weight that the marketplace takes on that day.

    Args:
        cartons: One row per carton type: carton, length_mm, width_mm, height_mm [mm], weight_g [g], count [cartons].
        marketplace: Key of the limits: a country, as in the rate book.
        rates: Kinds box_side [mm, cm, in] and box_weight [g, kg, lb].
        as_of: The day of the inbound plan.

    Returns:
        One row per carton type: carton, longest_mm, side_limit_mm, weight_g, weight_limit_g, confidence (of the
        less certain limit).

    Raises:
        MissingColumns: of the cartons.
        IncompleteCarton: a size, weight or count is missing.
        BoxOverLimit: names the cartons and what to do.
        MissingRate: no limit is known for the marketplace on that day.
    """
    cartons = check_cartons(cartons)
    side, weight = rates.read("box_side", marketplace, as_of), rates.read("box_weight", marketplace, as_of)
    side_mm, weight_g = to_units(side, MILLIMETRES), to_units(weight, GRAMS)
    longest = cartons[list(SIDES)].max(axis=1)
    over = cartons[(longest > side_mm) | (cartons["weight_g"] > weight_g)]
    if len(over):
        raise BoxOverLimit(
            mark(
                "Boxes over the limit of {marketplace} on {as_of}: {cartons}. A box may have sides up to {side} mm "
                "({side_source}) and weigh up to {weight} g ({weight_source}). Pack fewer units into these cartons "
                "or choose a smaller carton, or correct size and weight in the product file."
            ),
            marketplace=marketplace,
            as_of=as_of.isoformat(),
            cartons=name_rows(
                f"{row['carton']} ({max(row[side] for side in SIDES)} mm, {row['weight_g']} g)"
                for row in over.to_dict("records")
            ),
            side=side_mm,
            side_source=side.source,
            weight=weight_g,
            weight_source=weight.source,
        )
    confidence = max(side.confidence, weight.confidence, key=get_args(Confidence).index)
    return pd.DataFrame(
        {
            "carton": cartons["carton"],
            "longest_mm": longest,
            "side_limit_mm": side_mm,
            "weight_g": cartons["weight_g"],
            "weight_limit_g": weight_g,
            "confidence": confidence,
        }
    )


def check_cartons(cartons: pd.DataFrame) -> pd.DataFrame:
    """The cartons with whole numbers, or a refusal.

    Returns:
        The same rows; sizes [mm], weight_g [g] and count as integers, bears_g [g] with -1 where it is missing.

    Raises:
        MissingColumns: a size, the weight or the count is no column.
        IncompleteCarton: names cartons without whole positive millimetres, grams and count, that bear less than
            nothing or no number, or that come twice.
    """
    check_columns("cartons", cartons.columns, CARTON_COLUMNS)
    numbers = cartons[list(CARTON_COLUMNS[1:])].apply(pd.to_numeric, errors="coerce")
    _refuse_cartons(
        cartons[~_whole(numbers)],
        mark(
            "Cartons without size, weight or count: {cartons}. Expected whole millimetres, grams and cartons "
            "above zero. Measure and weigh the carton and complete it in the product file."
        ),
    )
    _refuse_cartons(
        cartons[cartons["carton"].duplicated()],
        mark("Carton types named twice: {cartons}. Expected one row per type; add the counts into one row."),
    )
    whole = cartons.assign(**numbers.astype("int64"))
    if "bears_g" in cartons:
        given = cartons["bears_g"].notna()
        bears = pd.to_numeric(cartons["bears_g"].where(given, -1), errors="coerce")
        _refuse_cartons(
            cartons[given & ~(bears >= 0)],
            mark(
                "Cartons that bear no weight that could be read: {cartons}. Expected grams from 0 up in bears_g, or "
                "nothing for no limit. Correct the column in the carton file."
            ),
        )
        whole["bears_g"] = np.floor(bears.clip(upper=MOST_BEARING)).astype("int64")
    return whole


def check_containers(containers: pd.DataFrame) -> pd.DataFrame:
    """The containers with whole numbers, or a refusal.

    Returns:
        The same rows; inner sizes [mm] and payload_g [g] as integers.

    Raises:
        MissingColumns: an inner size or the payload is no column.
        UnknownContainer: there is none; or names those without whole positive sizes and payload, or named twice.
    """
    check_columns("containers", containers.columns, CONTAINER_COLUMNS)
    if containers.empty:
        raise UnknownContainer(
            mark("There is no container to load. Expected at least one row; choose a kind, 40HQ or another.")
        )
    numbers = containers[list(CONTAINER_COLUMNS[1:])].apply(pd.to_numeric, errors="coerce")
    unusable = ~_whole(numbers) | containers["container"].duplicated()
    if unusable.any():
        raise UnknownContainer(
            mark(
                "Containers without inner size or payload, or named twice: {containers}. Expected whole millimetres "
                "and grams. Take them from the rate book (container_length …) or the carrier's sheet."
            ),
            containers=name_rows(containers.loc[unusable, "container"]),
        )
    return containers.assign(**numbers.astype("int64"))


def list_orientations(cartons: pd.DataFrame) -> tuple[Ints, Ints]:
    """One row per way a carton type may lie (length, width, height [mm]), and its type's row.

    Raises:
        UnknownOrientation: names the cartons.
    """
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
    return np.array(sizes, np.int64).reshape(-1, 3), np.array(types, np.int64)


def _whole(numbers: pd.DataFrame) -> pd.Series[bool]:
    return ((numbers > 0) & (numbers == np.floor(numbers)) & (numbers < np.inf)).all(axis=1)


def _refuse_cartons(rows: pd.DataFrame, sentence: str) -> None:
    if len(rows):
        raise IncompleteCarton(sentence, cartons=name_rows(rows["carton"]))


def to_units(rate: Rate, units: dict[str, Decimal]) -> int:
    """A rate in millimetres or grams, rounded down: a limit never grows by conversion."""
    if rate.unit not in units:
        raise UnknownContainer(
            mark("The {kind} of {key} is in {unit}. Expected one of {known}. Correct the unit in the rate file."),
            kind=rate.kind,
            key=rate.key,
            unit=rate.unit,
            known=", ".join(units),
        )
    return int((rate.value * units[rate.unit]).to_integral_value(ROUND_FLOOR))
