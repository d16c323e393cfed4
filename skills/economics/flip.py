"""What would change the decision, component by component."""

from __future__ import annotations

import pandas as pd

from skills.economics.explain import LABELS, LAYER
from skills.economics.margin import KEY, SALES, SELLING, list_components
from skills.vocabulary import mark

NO_CM2, NO_CM3, BETTER_ELSEWHERE = mark("cm2 is zero"), mark("cm3 is zero"), mark("better elsewhere")
FLIPS = [*KEY, "component", "label", "flip", "value_minor", "flips_at_minor", "distance_minor", "against"]


def find_flips(margin: pd.DataFrame) -> pd.DataFrame:
    """The value of each component at which a margin is zero or another lane or country is as good.

    One component moves, all else stays: a price does not pull its tax, nor a customs value its duty.

    Args:
        margin: From `quote_margin`.
    Returns:
        One row per (entry, sku, country, lane, component, flip): label, value_minor now, flips_at_minor (missing
        where a cost would have to be negative), distance_minor, against (lane → country, for `better elsewhere`);
        flip is `cm2 is zero`, `cm3 is zero` or `better elsewhere` (equal CM3 with the best other row of the SKU).
    Raises:
        MissingColumns: a column is missing.
    """
    steps = ("price", "tax", *SALES, *list_components(margin), *SELLING, "ads")
    rows: list[tuple[object, ...]] = []
    for _, lines in margin.groupby("sku", sort=True):
        records = lines.to_dict("records")
        for line in records:
            place = (line["lane"], line["country"])
            goals = [(NO_CM2, int(line["cm2"]), ""), (NO_CM3, int(line["cm3"]), "")]
            others = [other for other in records if (other["lane"], other["country"]) != place]
            if others:
                best = max(others, key=lambda other: int(other["cm3"]))
                goals.append(
                    (BETTER_ELSEWHERE, int(line["cm3"]) - int(best["cm3"]), f"{best['lane']} → {best['country']}")
                )
            for step in steps:
                for flip, slack, against in goals:
                    if step == "ads" and flip == NO_CM2:
                        continue
                    value = int(line[step])
                    at = value - slack if step == "price" else value + slack
                    reachable = at >= 0 or step == "export_rebate"
                    rows.append(
                        (
                            *(line[name] for name in KEY), step, LABELS.get(step, LAYER), flip, value,
                            at if reachable else pd.NA, at - value if reachable else pd.NA, against,
                        )
                    )  # fmt: skip
    flips = pd.DataFrame(rows, columns=FLIPS)
    return flips.astype({"value_minor": "int64", "flips_at_minor": "Int64", "distance_minor": "Int64"})
