"""Hub to shelf: the usual way to each country, and what it means for one SKU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills.vocabulary import ALL_COUNTRIES

_MODES = ("sea", "rail", "truck", "air", "express")
"""Cheapest first: the usual way is by sea where there is one."""

_TRANSIT = ["transit_days_p10", "transit_days_p50", "transit_days_p90"]
_MOST_LEGS = 3
_KG_PER_M3 = 167
"""A cubic metre's chargeable weight in air freight, 6,000 cm3 per kg: where lanes by weight and by volume meet."""

Leg = dict[str, Any]


def find_usual_transit(lanes: pd.DataFrame) -> pd.DataFrame:
    """The usual way from the hub to each country's shelf, over at most three legs.

    A hub is a node that lanes leave and none enters. A shelf is a node that no lane leaves for the same country.
    Among the ways, one with a sea leg comes before one by rail, truck, air and express; then the cheaper one, by the
    rates for a cubic metre of 167 kg, where all lanes have one currency; then the quicker one.

    Returns:
        One row per country: country, way (lanes joined by " + "), mode, first_lane, cutoff_weekday (of the first
        lane, -1 = any day), transit_days_p10, _p50, _p90.
    """
    legs: list[Leg] = [
        {str(name): value for name, value in leg.items()}
        for leg in lanes.sort_values("lane", kind="stable").to_dict("records")
    ]
    comparable = len({leg.get("currency", "") for leg in legs}) == 1
    entered = {leg["to_node"] for leg in legs}
    hubs = {leg["from_node"] for leg in legs} - entered or {leg["from_node"] for leg in legs}
    onward = {(leg["from_node"], leg["country"]) for leg in legs}
    best: dict[str, tuple[tuple[int, int, int, int, str], list[Leg]]] = {}
    ways = [[leg] for leg in legs if leg["from_node"] in hubs]
    for _ in range(_MOST_LEGS):
        longer = []
        for way in ways:
            last = way[-1]
            if (last["to_node"], last["country"]) not in onward:
                key = _order(way, comparable)
                country = str(last["country"])
                if country not in best or key < best[country][0]:
                    best[country] = (key, way)
            seen = {leg["from_node"] for leg in way} | {last["to_node"]}
            longer += [
                [*way, leg] for leg in legs if leg["from_node"] == last["to_node"] and leg["to_node"] not in seen
            ]
        ways = longer
    rows = [
        {
            "country": country,
            "way": " + ".join(str(leg["lane"]) for leg in way),
            "mode": _MODES[key[0]] if key[0] < len(_MODES) else str(way[0]["mode"]),
            "first_lane": str(way[0]["lane"]),
            "cutoff_weekday": _read_weekday(way[0].get("cutoff_weekday", -1)),
            **{name: sum(int(leg[name]) for leg in way) for name in _TRANSIT},
        }
        for country, (key, way) in sorted(best.items())
    ]
    texts, numbers = ["country", "way", "mode", "first_lane"], ["cutoff_weekday", *_TRANSIT]
    frame = pd.DataFrame(rows, columns=[*texts, *numbers])
    return frame.astype(dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "int64"))


def _read_weekday(value: Any) -> int:
    return -1 if pd.isna(value) else int(value)


def _order(way: list[Leg], comparable: bool) -> tuple[int, int, int, int, str]:
    ranks = [_MODES.index(leg["mode"]) if leg["mode"] in _MODES else len(_MODES) for leg in way]
    days = sum(int(leg["transit_days_p50"]) for leg in way)
    cost = sum(_rate_per_m3(leg) for leg in way) if comparable else 0
    return min(ranks), cost, days, len(way), " + ".join(str(leg["lane"]) for leg in way)


def _rate_per_m3(leg: Leg) -> int:
    per_m3, per_kg = (leg.get(name, 0) for name in ("cost_per_m3_minor", "cost_per_kg_minor"))
    return int(0 if pd.isna(per_m3) else per_m3) + _KG_PER_M3 * int(0 if pd.isna(per_kg) else per_kg)


def sum_demand(forecast: pd.DataFrame) -> pd.DataFrame:
    """Demand of each (sku, country) over the horizon, sorted: mean [units]; it stands for its forecast below."""
    one = forecast.loc[forecast["country"] != ALL_COUNTRIES, ["sku", "country", "mean"]]
    demand = one.groupby(["sku", "country"], sort=True, observed=True)["mean"].sum().reset_index()
    return demand.astype({"sku": "str", "country": "str"})


def share_demand(forecast: pd.DataFrame) -> pd.DataFrame:
    """The countries' shares of each SKU's forecast demand, equal ones where none is forecast.

    Returns:
        One row per (sku, country), sorted: mean [units over the horizon], share.
    """
    demand = sum_demand(forecast)
    total = demand.groupby("sku", sort=True)["mean"].transform("sum")
    several = demand.groupby("sku", sort=True)["mean"].transform("size")
    share = (demand["mean"] / total.where(total > 0, 1.0)).where(total > 0, 1.0 / several)
    shared: pd.DataFrame = demand.assign(share=share)
    return shared


def weigh_transit(forecast: pd.DataFrame, lanes: pd.DataFrame, forward_days: int) -> pd.DataFrame:
    """Hub to shelf per SKU: the countries' usual transits, weighted by forecast demand and rounded up to days.

    Args:
        forecast: One row per (sku, country, weeks_ahead): mean; rows of all countries together are not used.
        lanes: As the seller's file has them.
        forward_days: Stands in for a country without a lane.
    Returns:
        One row per SKU of the forecast with countries: sku, transit_days_p10, _p50, _p90 [days],
        transit_note (the five largest countries: share × days; `?` marks a country without a lane).
    """
    demand = share_demand(forecast).merge(find_usual_transit(lanes), on="country", how="left")
    known = demand["way"].notna()
    demand[_TRANSIT] = demand[_TRANSIT].fillna(forward_days)
    weighted = demand[_TRANSIT].mul(demand["share"], axis=0).assign(sku=demand["sku"])
    days = weighted.groupby("sku", sort=True)[_TRANSIT].sum().round(6)
    days = days.apply(np.ceil).astype("int64").reset_index()
    largest = demand.assign(known=known).sort_values(
        ["sku", "share", "country"], ascending=[True, False, True], kind="stable"
    )
    notes: dict[str, list[str]] = {}
    for sku, country, share, median, has_lane in zip(
        largest["sku"],
        largest["country"],
        largest["share"],
        largest["transit_days_p50"],
        largest["known"],
        strict=True,
    ):
        parts = notes.setdefault(sku, [])
        if len(parts) < 5:
            parts.append(f"{country}{'' if has_lane else '?'} {share * 100:.1f} % × {median:.0f}")
        elif len(parts) == 5:
            parts.append("…")
    noted: pd.DataFrame = days.assign(
        transit_note=pd.array([" + ".join(notes[sku]) for sku in days["sku"]], dtype="str")
    )
    return noted
