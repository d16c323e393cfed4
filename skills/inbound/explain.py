"""How full each container is, and what stayed behind and why."""

from __future__ import annotations

import pandas as pd

from skills.inbound.facts import SIDES
from skills.vocabulary import mark

ALL_LOADED = mark("every carton is loaded")
NO_ROOM = mark("no room left in the containers given")
TOO_LARGE = mark("larger than every container given")


def explain_loading(loading: pd.DataFrame, cartons: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """One row per container, then one per carton type that stayed behind.

    Args:
        loading, cartons, containers: as `plan_loading` returns and takes them.

    Returns:
        container ("" for what stayed behind), carton ("" for a container), cartons [cartons], volume_mm3,
        filled_permille [‰ of the inner volume, rounded down], gross_g [g], payload_permille [‰ of the payload],
        note (an English sentence, marked for translation).
    """
    rows: list[dict[str, object]] = []
    volume = loading[list(SIDES)].astype("int64").prod(axis=1)
    for container in containers.to_dict("records"):
        inside = loading["container"] == container["container"]
        loaded, gross = int(volume[inside].sum()), int(loading.loc[inside, "weight_g"].sum())
        inner = int(container["length_mm"]) * int(container["width_mm"]) * int(container["height_mm"])
        rows.append(
            {
                "container": container["container"],
                "carton": "",
                "cartons": int(inside.sum()),
                "volume_mm3": loaded,
                "filled_permille": 1000 * loaded // inner,
                "gross_g": gross,
                "payload_permille": 1000 * gross // int(container["payload_g"]),
                "note": "",
            }
        )
    number = loading["carton"].value_counts()
    for carton in cartons.to_dict("records"):
        left = int(carton["count"]) - int(number.get(carton["carton"], 0))
        if left:
            sides = sorted(int(carton[side]) for side in SIDES)
            fits = any(
                all(a <= b for a, b in zip(sides, sorted(int(row[side]) for side in SIDES), strict=True))
                for row in containers.to_dict("records")
            )
            rows.append(
                {
                    "container": "",
                    "carton": carton["carton"],
                    "cartons": left,
                    "volume_mm3": left * sides[0] * sides[1] * sides[2],
                    "filled_permille": 0,
                    "gross_g": left * int(carton["weight_g"]),
                    "payload_permille": 0,
                    "note": NO_ROOM if fits else TOO_LARGE,
                }
            )
    frame = pd.DataFrame(rows)
    if (frame["carton"] == "").all():
        frame["note"] = ALL_LOADED
    return frame
