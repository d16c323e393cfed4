"""What a unit gains by staying at the hub, free to go where it is short later, measured per SKU and country."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from skills.distribution.demand import Demand
from skills.distribution.need import Windows, chance_short, expected_sold, find_need
from skills.distribution.policy import DistributionPolicy

_ANY = 1e9
"""Units that no window needs."""
_LEAST_SHORT = 1e-6
"""Units from which on a window counts as short; what sums of floats leave is no shortage."""


def value_postponement(
    frame: pd.DataFrame,
    windows: Windows,
    demand: Demand,
    needs: np.ndarray,
    hub_units: np.ndarray,
    policy: DistributionPolicy,
) -> pd.DataFrame:
    """Postponement value of one unit per slot: what a unit that its window does not sell loses by being sent tonight.

    postponement = share of the need elsewhere that the hub cannot serve × (best elsewhere − here) − half of the weeks
    × hub cost of a week; at least 0. The weeks are those that the hub has to last (`hub_lasts_weeks`). The need
    elsewhere is what the SKU's other countries are expected to be short of in tonight's windows and in those weeks
    after; best elsewhere and here are contribution by the slow lane × lost share × P(short in those weeks after). A
    SKU that one country alone wants, or that the hub has plenty of, gains nothing by waiting.

    Args:
        frame: Slots, sorted: sku, country, hub, contribution, hub_week, is_slowest.
        needs: From `find_need`, tonight's windows.
        hub_units: What the slot's hub holds of its SKU, with what reaches it within those weeks [units].

    Returns:
        Per slot: elsewhere, here [base minor per unit], need_elsewhere [units], unserved (share), postponement [base
        minor per unit].
    """
    lost = policy.lost_sale_percent / 100
    days = policy.hub_lasts_weeks * 7
    later = replace(windows, start=windows.start + policy.review_days, ends=windows.ends + days)
    next_needs = find_need(later, demand, lost)
    slot = np.arange(len(frame))
    most = np.full(len(frame), _ANY)
    chance = chance_short(next_needs, slot, np.full(len(frame), _LEAST_SHORT))
    slow = frame["is_slowest"].to_numpy()
    need = expected_sold(needs, slot, most) + np.where(slow, expected_sold(next_needs, slot, most), 0.0)
    table = pd.DataFrame(
        {
            **{key: frame[key] for key in ("sku", "hub", "country")},
            "earns": frame["contribution"].clip(lower=0) * lost * np.where(slow, chance, 0.0),
            "need": need,
        }
    )
    by_country = table.groupby(["sku", "hub", "country"], sort=True).agg(here=("earns", "max"), need=("need", "sum"))
    of_pool = by_country.groupby(["sku", "hub"])
    best = of_pool["here"].transform("max")
    ranked = of_pool["here"].rank(method="first", ascending=False)
    second = by_country["here"].where(ranked == 2).groupby(["sku", "hub"]).transform("max").fillna(0.0)
    by_country["elsewhere"] = best.where(ranked != 1, second)
    by_country["need_elsewhere"] = of_pool["need"].transform("sum") - by_country["need"]
    keys = pd.MultiIndex.from_frame(table[["sku", "hub", "country"]])
    found = by_country.reindex(keys)[["elsewhere", "here", "need_elsewhere"]].reset_index(drop=True)
    wanted = found["need_elsewhere"].to_numpy()
    short = np.maximum(wanted - hub_units, 0.0)
    found["unserved"] = short / np.where(wanted > 0, wanted, 1.0)
    gain = found["unserved"] * (found["elsewhere"] - found["here"]).clip(lower=0)
    hub_cost = frame["hub_week"].to_numpy() * policy.hub_lasts_weeks / 2
    return found.assign(postponement=(gain - hub_cost).clip(lower=0).round(4))
