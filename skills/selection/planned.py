"""What a new product is planned to sell, and which facts about it nobody knows before the choice."""

from __future__ import annotations

import pandas as pd

from skills.selection.policy import SelectionPolicy
from skills.selection.volume import RANK_ONLY
from skills.vocabulary import mark

WEEKS = 52


def plan_sales(matches: pd.DataFrame, metrics: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """What a new product is planned to sell: the niche's purchases in a year, of which the planned share.

    Args:
        matches: From `match_quotes`.
        metrics: From `measure_niches`: volume [searches a week], volume_basis, conversion_percent.

    Returns:
        One row per (quote, country): yearly_units [whole units], weekly_units; NaN where volume is only an index of
        the rank, which says nothing about how many are sold.
    """
    facts = matches[["quote", "country", "niche"]].merge(
        metrics[["niche", "country", "volume", "volume_basis", "conversion_percent"]], on=["niche", "country"]
    )
    rate = facts["conversion_percent"].fillna(policy.planned_conversion_percent) / 100
    searched = facts["volume"].where(facts["volume_basis"] != RANK_ONLY).astype("float64")
    bought = searched * policy.clicks_per_search * rate * policy.planned_share_percent / 100
    yearly = (bought * WEEKS).round()
    table = facts[["quote", "country"]].assign(yearly_units=yearly, weekly_units=yearly / WEEKS)
    return table.sort_values(["quote", "country"], ignore_index=True)


FACT_NAMES = {
    "share": mark("the share of the niche's purchases that a new product wins [% of the planned one]"),
    "price": mark("the price at which it sells [% of the planned one]"),
    "ads": mark("advertising [% of the net price]"),
    "duty": mark("the customs value and code that the broker settles [% of the planned duty]"),
    "returns": mark("how many are returned [%]"),
    "conversion": mark("purchases per click [%]"),
}
"""Facts that nobody knows before the choice, and what a reader calls them."""


def list_facts(
    margins: pd.DataFrame, costs: pd.DataFrame, metrics: pd.DataFrame, policy: SelectionPolicy
) -> pd.DataFrame:
    """What is not known of each quoted opportunity, with what it would earn a year at either end.

    The ends are the policy's `fact_ends`; returns and purchases per click are asked for only where no report says
    them. One fact moves, all else stays, but the referral fee and advertising go with the price; CM3 is a straight
    line in each. The planned value has the policy's chance, each end half of the rest. An opportunity whose sales are
    not planned has no fact to value.

    Args:
        margins: One row per (concept, country): quote, yearly_units, yearly_cm3_minor [base currency].
        costs: One row per (quote, country): net_sales_minor, referral_minor, ads_minor, duty_minor [per unit].
        metrics: From `measure_niches`.

    Returns:
        One row per (concept, fact), as `value_facts` asks.
    """
    quoted = margins[margins["quote"] != ""].merge(costs, on=["quote", "country"], suffixes=("", "_cost"))
    known = metrics.drop_duplicates(["concept", "country"])[
        ["concept", "country", "conversion_percent", "return_share"]
    ]
    quoted = quoted[quoted["yearly_units"].notna()].merge(known, on=["concept", "country"], how="left")
    known_chance = policy.planned_chance_percent / 100
    end_chance = (1 - known_chance) / 2
    chances = {"p_low": end_chance, "p_known": known_chance, "p_high": end_chance}
    rows = []
    for concept, part in quoted.groupby("concept", sort=True):
        base = float(part["yearly_cm3_minor"].sum())
        units = part["yearly_units"]
        sold = float((units * part["net_sales_minor"]).sum())
        kept = float((units * (part["net_sales_minor"] - part["referral_minor"] - part["ads_minor"])).sum())
        ads, duty = policy.planned_ads_percent, float((units * part["duty_minor"]).sum())
        rate = policy.planned_conversion_percent
        asked = {
            "share": (100.0, base / 100),
            "price": (100.0, kept / 100),
            "ads": (float(ads), -sold / 100),
            "duty": (100.0, -duty / 100),
        }
        if part["return_share"].isna().all():
            asked["returns"] = (0.0, -sold / 100)
        if part["conversion_percent"].isna().all():
            asked["conversion"] = (rate, base / rate)
        for end in (end for end in policy.fact_ends if end.fact in asked):
            value, slope = asked[end.fact]
            low, high = (base + slope * (at - value) for at in (end.low, end.high))
            rows.append([concept, end.fact, value, end.low, end.high, *chances.values(), low, base, high])
    money = ["cm3_low_minor", "cm3_known_minor", "cm3_high_minor"]
    return pd.DataFrame(rows, columns=["concept", "fact", "value", "low", "high", *chances, *money])
