"""Cartons and containers as they come in: complete, positive, within the limits of the place they go to.

IncompleteCarton     a size, weight or count is missing or not positive
BoxOverLimit         a carton is larger or heavier than its marketplace takes
UnknownContainer     a container kind that is given without its size
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import pandas as pd

from skills.rates import Rate, RateBook
from skills.vocabulary import Refusal, mark, name_rows

SIDES = ("length_mm", "width_mm", "height_mm")
MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237")}


class IncompleteCarton(Refusal):
    """A carton without a usable size, weight or count."""


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
            row[f"{side}_mm"] = _in_units(rates.read(f"container_{side}", kind, as_of), MILLIMETRES)
        row["payload_g"] = _in_units(rates.read("container_payload", kind, as_of), GRAMS)
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
        One row per carton type: carton, longest_mm, side_limit_mm, weight_g, weight_limit_g, confidence of the limit.

    Raises:
        IncompleteCarton: a size, weight or count is missing.
        BoxOverLimit: names the cartons and what to do.
        MissingRate: no limit is known for the marketplace on that day.
    """
    check_cartons(cartons)
    side, weight = rates.read("box_side", marketplace, as_of), rates.read("box_weight", marketplace, as_of)
    side_mm, weight_g = _in_units(side, MILLIMETRES), _in_units(weight, GRAMS)
    longest = cartons[list(SIDES)].max(axis=1)
    over = cartons[(longest > side_mm) | (cartons["weight_g"] > weight_g)]
    if len(over):
        raise BoxOverLimit(
            mark(
                "Boxes over the limit of {marketplace} on {as_of}: {cartons}. A box may have sides up to {side} mm "
                "and weigh up to {weight} g ({source}). Pack fewer units into these cartons or choose a smaller "
                "carton, or correct size and weight in the product file."
            ),
            marketplace=marketplace,
            as_of=as_of.isoformat(),
            cartons=name_rows(
                f"{row['carton']} ({max(row[side] for side in SIDES)} mm, {row['weight_g']} g)"
                for row in over.to_dict("records")
            ),
            side=side_mm,
            weight=weight_g,
            source=weight.source,
        )
    confidence = side.confidence if side.confidence == weight.confidence else f"{side.confidence}/{weight.confidence}"
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


def check_cartons(cartons: pd.DataFrame) -> None:
    """Refuses cartons without whole positive millimetres, grams and count, and names that come twice.

    Raises:
        IncompleteCarton: names them.
    """
    numbers = cartons[[*SIDES, "weight_g", "count"]].apply(pd.to_numeric, errors="coerce")
    usable = (numbers.notna() & (numbers > 0) & (numbers == np.floor(numbers))).all(axis=1)
    if not usable.all():
        raise IncompleteCarton(
            mark(
                "Cartons without size, weight or count: {cartons}. Expected whole millimetres, grams and cartons "
                "above zero. Measure and weigh the carton and complete it in the product file."
            ),
            cartons=name_rows(cartons.loc[~usable, "carton"]),
        )
    twice = cartons.loc[cartons["carton"].duplicated(), "carton"]
    if len(twice):
        raise IncompleteCarton(
            mark("Carton types named twice: {cartons}. Expected one row per type; add the counts into one row."),
            cartons=name_rows(twice),
        )


def check_containers(containers: pd.DataFrame) -> None:
    """Refuses containers without whole positive inner sizes and payload, or with one name twice.

    Raises:
        UnknownContainer: names them.
    """
    numbers = containers[[*SIDES, "payload_g"]].apply(pd.to_numeric, errors="coerce")
    usable = (numbers.notna() & (numbers > 0) & (numbers == np.floor(numbers))).all(axis=1)
    usable &= ~containers["container"].duplicated()
    if not usable.all():
        raise UnknownContainer(
            mark(
                "Containers without inner size or payload, or named twice: {containers}. Expected whole millimetres "
                "and grams. Take them from the rate book (container_length …) or the carrier's sheet."
            ),
            containers=name_rows(containers.loc[~usable, "container"]),
        )


def _in_units(rate: Rate, units: dict[str, Decimal]) -> int:
    """The rate in millimetres or grams, rounded down: a limit never grows by conversion."""
    if rate.unit not in units:
        raise UnknownContainer(
            mark("The {kind} of {key} is in {unit}. Expected one of {known}. Correct the unit in the rate file."),
            kind=rate.kind,
            key=rate.key,
            unit=rate.unit,
            known=", ".join(units),
        )
    return int((rate.value * units[rate.unit]).to_integral_value(ROUND_FLOOR))
