"""What would change the decision, component by component."""

from __future__ import annotations

import pandas as pd

from skills.economics.margin import KEY, SALES, SELLING
from skills.economics.sheet import COMPONENTS

_STEPS = ("price", "tax", *SALES, *COMPONENTS, *SELLING, "ads")


def find_flips(margin: pd.DataFrame) -> pd.DataFrame:
    """The value of each component at which a margin is zero or another lane or country is as good.

    One component moves, all else stays: a price does not pull its tax, nor a customs value its duty.

    Args:
        margin: From `quote_margin`.
    Returns:
        One row per (entry, sku, country, lane, component, flip): value_minor now, flips_at_minor (missing where a
        cost would have to be negative), distance_minor, against (lane → country, for `better elsewhere`);
        flip is `cm2 is zero`, `cm3 is zero` or `better elsewhere` (equal CM3 with the best other row of the SKU).
    """
    rows = []
    for _, lines in margin.groupby("sku", sort=True):
        records = lines.to_dict("records")
        for place, line in enumerate(records):
            goals = [("cm2 is zero", int(line["cm2"]), ""), ("cm3 is zero", int(line["cm3"]), "")]
            others = [
                other
                for at, other in enumerate(records)
                if at != place and (other["lane"], other["country"]) != (line["lane"], line["country"])
            ]
            if others:
                best = max(others, key=lambda other: int(other["cm3"]))
                goals.append(
                    (
                        "better elsewhere",
                        int(line["cm3"]) - int(best["cm3"]),
                        f"{best['lane']} → {best['country']}",
                    )
                )
            for step in _STEPS:
                for flip, slack, against in goals:
                    if step == "ads" and flip == "cm2 is zero":
                        continue
                    value = int(line[step])
                    at = value - slack if step == "price" else value + slack
                    reachable = at >= 0 or step == "export_rebate"
                    rows.append(
                        {name: line[name] for name in KEY}
                        | {"component": step, "flip": flip, "value_minor": value}
                        | {"flips_at_minor": at if reachable else pd.NA}
                        | {"distance_minor": at - value if reachable else pd.NA, "against": against}
                    )
    flips = pd.DataFrame(rows)
    return flips.astype({"flips_at_minor": "Int64", "distance_minor": "Int64"}) if rows else flips
