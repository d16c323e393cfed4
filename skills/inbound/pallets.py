"""Cartons onto pallets, and a pallet as a unit that a container takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from skills.inbound.facts import SIDES, UnknownContainer, check_cartons, read_containers
from skills.inbound.plan import plan_loading
from skills.inbound.policy import LoadingPolicy, PalletPolicy
from skills.rates import RateBook
from skills.vocabulary import mark, name_rows


@dataclass(frozen=True)
class Pallets:
    """Cartons on pallets.

    Attributes:
        pallets: One row per pallet, as `read_containers` gives its room.
        loading: From `plan_loading`: which carton lies where on which pallet.
        units: The loaded pallets as `plan_loading` takes cartons: upright, nothing on top.
    """

    pallets: pd.DataFrame
    loading: pd.DataFrame
    units: pd.DataFrame


def plan_pallets(
    cartons: pd.DataFrame, kind: str, rates: RateBook, policy: LoadingPolicy, pallet: PalletPolicy, as_of: date
) -> Pallets:
    """Build pallets one after the other, each as full as the search finds.

    Args:
        cartons: As `plan_loading` takes them.
        kind: `pallet-US`, `pallet-EU`.
        rates: Kinds container_* of the pallet's room above its deck.

    Raises:
        UnknownContainer: cartons that no pallet of the kind takes.
        MissingRate: the kind has no size on that day.
        IncompleteCarton, MissingColumns: as `plan_loading`.
    """
    total = int(check_cartons(cartons)["count"].sum())
    rooms = read_containers([kind] * total, rates, as_of)
    loading = plan_loading(cartons, rooms, policy)
    if len(loading) < total:
        loaded = cartons["carton"].map(loading["carton"].value_counts()).fillna(0)
        left = cartons.loc[loaded < cartons["count"], "carton"]
        raise UnknownContainer(
            mark("Cartons that no pallet {kind} takes: {cartons}. Choose another pallet, or load them loose."),
            kind=kind,
            cartons=name_rows(left),
        )
    used = rooms[rooms["container"].isin(loading["container"])].reset_index(drop=True)
    tops = (loading["z_mm"] + loading["height_mm"]).groupby(loading["container"]).max()
    weights = loading.groupby("container")["weight_g"].sum()
    units = pd.DataFrame(
        {
            "carton": used["container"],
            **{side: used[side] for side in SIDES[:2]},
            "height_mm": [int(tops[name]) + pallet.deck_mm for name in used["container"]],
            "weight_g": [int(weights[name]) + pallet.tare_g for name in used["container"]],
            "count": 1,
            "upright": "h",
            "bears_g": 0,
        }
    )
    return Pallets(used, loading, units)
