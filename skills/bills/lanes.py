"""What bills and arrivals say about a lane's own values; proposed, never applied."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

import pandas as pd

from skills.bills.plan import MATCHES
from skills.bills.policy import BillsPolicy
from skills.vocabulary import check_columns, round_half_even

PRICES = ("cost_per_kg_minor", "cost_per_m3_minor", "minimum_minor", "fixed_minor")
TRANSIT = {"transit_days_p10": 1, "transit_days_p50": 5, "transit_days_p90": 9}
"""Column of the lane → tenth of its shipments that were at most so long."""
TAILS_FROM = 10
"""Finished shipments from which a lane's p10 and p90 are read from them; with fewer they move with the median."""
PROPOSALS = ["lane", "component", "field", "unit", "shipments", "old", "seen", "low", "high", "proposed"]
SHIPMENTS = ("shipment", "lane", "departed_on", "received_on", "finished")
_ONE = Decimal(1)


def reestimate_lanes(
    matches: pd.DataFrame, shipments: pd.DataFrame, lanes: pd.DataFrame, policy: BillsPolicy, as_of: date
) -> pd.DataFrame:
    """New values that a lane's bills and finished shipments speak for, with the old beside.

    The median of billed ÷ expected is robust against one bad bill; with n shipments it weighs n ÷ (n + prior) and the
    lane's own value the rest, so that few bills move little. Transit days are weighed in the same way;
    below ten shipments their p10 and p90 move along with the median.

    Args:
        matches: As `match_bills` returns them; a row without expected or billed amount says nothing here.
        shipments: One row per shipment, as `track_shipments` returns them: lane, departed_on, received_on, finished.
        lanes: One row per lane: transit_days_p10, transit_days_p50, transit_days_p90 [days] and the freight prices.
    Returns:
        One row per (lane, component, field): field (the lane's column, or `factor` on the expected amount), unit,
        shipments (n), old, seen, low and high (smallest and largest seen), proposed; numbers as Decimal, prices in
        minor units, days whole. Rows whose proposal is the old value are left out.
    Raises:
        MissingColumns: of a table.
    """
    check_columns("matches", matches.columns, MATCHES)
    check_columns("shipments", shipments.columns, SHIPMENTS)
    check_columns("lanes", lanes.columns, ("lane", *TRANSIT))
    known = {row["lane"]: row for row in lanes.to_dict("records")}
    of = {row["shipment"]: row for row in shipments.to_dict("records") if row["lane"] in known}
    ratios: dict[tuple[str, str], list[Decimal]] = {}
    for row in matches.to_dict("records"):
        if row["shipment"] in of and row["expected_minor"] > 0 and row["billed_minor"] > 0:
            key = of[row["shipment"]]["lane"], row["component"]
            ratios.setdefault(key, []).append(Decimal(row["billed_minor"]) / Decimal(row["expected_minor"]))
    days: dict[str, list[int]] = {}
    for row in of.values():
        if row["finished"] and pd.notna(row["departed_on"]) and row["received_on"] < pd.Timestamp(as_of):
            days.setdefault(row["lane"], []).append((row["received_on"] - row["departed_on"]).days)
    rows = [row for key in sorted(ratios) for row in _propose_prices(*key, known[key[0]], ratios[key], policy)]
    rows += [row for lane in sorted(days) for row in _propose_days(lane, known[lane], sorted(days[lane]), policy)]
    return pd.DataFrame([row for row in rows if row["proposed"] != row["old"]], columns=PROPOSALS)


def _propose_prices(
    lane: str, component: str, row: dict[Any, Any], ratios: list[Decimal], policy: BillsPolicy
) -> list[dict[str, Any]]:
    seen, weight = median(ratios), _weigh(len(ratios), policy)
    factor = _ONE + weight * (seen - _ONE)
    common = {"lane": lane, "component": component, "shipments": len(ratios)}
    fields = [name for name in PRICES if component == "freight" and row.get(name, 0) > 0]
    if not fields:
        numbers = {"old": _ONE, "seen": seen, "low": min(ratios), "high": max(ratios), "proposed": factor}
        shown = {name: value.quantize(Decimal("0.001")) for name, value in numbers.items()}
        return [{**common, "field": "factor", "unit": "", **shown}]
    return [
        {
            **common,
            "field": name,
            "unit": str(row.get("currency", "")),
            "old": Decimal(int(row[name])),
            **{
                place: Decimal(round_half_even(int(row[name]) * ratio))
                for place, ratio in (
                    ("seen", seen),
                    ("low", min(ratios)),
                    ("high", max(ratios)),
                    ("proposed", factor),
                )
            },
        }
        for name in fields
    ]


def _propose_days(lane: str, row: dict[Any, Any], days: list[int], policy: BillsPolicy) -> list[dict[str, Any]]:
    weight = _weigh(len(days), policy)
    moved = _tenth(days, 5) - int(row["transit_days_p50"])
    rows = []
    for field, tenth in TRANSIT.items():
        old = Decimal(int(row[field]))
        seen = _tenth(days, tenth) if len(days) >= TAILS_FROM else old + moved
        rows.append(
            {
                "lane": lane,
                "component": "transit",
                "field": field,
                "unit": "days",
                "shipments": len(days),
                "old": old,
                "seen": seen,
                "low": Decimal(days[0]),
                "high": Decimal(days[-1]),
                "proposed": Decimal(round_half_even(old + weight * (seen - old))),
            }
        )
    return rows


def _weigh(shipments: int, policy: BillsPolicy) -> Decimal:
    return Decimal(shipments) / Decimal(shipments + policy.prior_shipments)


def _tenth(days: list[int], tenth: int) -> Decimal:
    """The sample's quantile between its neighbours, as spreadsheets have it."""
    place, rest = divmod((len(days) - 1) * tenth, 10)
    return Decimal(days[place]) + (Decimal(days[min(place + 1, len(days) - 1)] - days[place]) * rest / 10)
