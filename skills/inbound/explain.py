"""How full each container is, and what stayed behind and why."""

from __future__ import annotations

import pandas as pd

from skills.inbound.facts import SIDES, check_cartons, check_containers, list_orientations
from skills.inbound.verify import LOADED_COLUMNS
from skills.vocabulary import check_columns, mark

ALL_LOADED = mark("every carton is loaded")
NO_ROOM = mark("no room or payload left in the containers given")
TOO_LARGE = mark("larger or heavier than every container given takes")


def explain_loading(loading: pd.DataFrame, cartons: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """One row per container, then one per carton type that stayed behind.

    Args:
        loading, cartons, containers: as `plan_loading` returns and takes them.

    Returns:
        container ("" for what stayed behind), carton ("" for a container), cartons [cartons], volume_mm3,
        filled_permille [‰ of the inner volume, rounded down], gross_g [g], payload_permille [‰ of the payload],
        note (an English sentence, marked for translation).

    Raises:
        MissingColumns: of a table.
        IncompleteCarton, UnknownContainer, UnknownOrientation: name the rows.
    """
    check_columns("loading", loading.columns, LOADED_COLUMNS)
    cartons, containers = check_cartons(cartons), check_containers(containers)
    rows: list[dict[str, object]] = []
    volume = loading[list(SIDES)].astype("int64").prod(axis=1)
    for container in containers.to_dict("records"):
        inside = loading["container"] == container["container"]
        loaded, gross = int(volume[inside].sum()), int(loading.loc[inside, "weight_g"].sum())
        inner = container["length_mm"] * container["width_mm"] * container["height_mm"]
        rows.append(
            {
                "container": container["container"],
                "carton": "",
                "cartons": int(inside.sum()),
                "volume_mm3": loaded,
                "filled_permille": 1000 * loaded // inner,
                "gross_g": gross,
                "payload_permille": 1000 * gross // container["payload_g"],
                "note": "",
            }
        )
    number = loading["carton"].value_counts()
    sizes, types = list_orientations(cartons)
    for kind, carton in enumerate(cartons.to_dict("records")):
        left = carton["count"] - int(number.get(carton["carton"], 0))
        if left:
            ways = sizes[types == kind]
            fits = any(
                (ways <= [row[side] for side in SIDES]).all(axis=1).any() and carton["weight_g"] <= row["payload_g"]
                for row in containers.to_dict("records")
            )
            rows.append(
                {
                    "container": "",
                    "carton": carton["carton"],
                    "cartons": left,
                    "volume_mm3": left * int(ways[0].prod()),
                    "filled_permille": 0,
                    "gross_g": left * carton["weight_g"],
                    "payload_permille": 0,
                    "note": NO_ROOM if fits else TOO_LARGE,
                }
            )
    frame = pd.DataFrame(rows)
    if (frame["carton"] == "").all():
        frame["note"] = ALL_LOADED
    return frame
