"""How suppliers delivered: late days, failed units and price drift, each beside what the others do; and a grade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.sourcing.facts import UnusableDeliveries
from skills.sourcing.policy import Bars, SourcingPolicy
from skills.sourcing.pool import Shrunk, shrink_share
from skills.vocabulary import check_columns, mark, name_rows

DELIVERY_COLUMNS = (
    "purchase_order", "sku", "supplier", "ordered_on", "promised_on", "delivered_on", "units", "failed_units",
    "unit_cost_minor", "currency",
)  # fmt: skip
SCORES = {
    "supplier": "str", "deliveries": "int64", "overdue": "int64", "late_days_p50": "float64",
    "late_days_p90": "float64", "late_percent": "float64", "late_shrunk_percent": "float64",
    "failed_raw_percent": "float64", "failed_percent": "float64", "price_drift_percent_year": "float64",
    "price_pairs": "int64", "grade": "str", "reason": "str", "values": "object",
}  # fmt: skip
GRADES = ("A", "B", "C", "D")
TOO_FEW = mark("too few")

FEW = mark("{count} deliveries; a grade needs {least}.")
ALL_GOOD = mark("Every measure is within the bars of an A.")
LATE_SHARE = mark("Late deliveries: {value} %, above the {bar} % of grade {better}.")
LATE_DAYS = mark("One delivery in ten is {value} days late or more, above the {bar} days of grade {better}.")
FAILED = mark("Units that fail the check: {value} %, above the {bar} % of grade {better}.")
DRIFT = mark("Prices rise by {value} % a year, above the {bar} % of grade {better}.")

Days = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Record:
    """What is measured of one supplier; NaN where nothing was.

    Attributes:
        deliveries: Lines of one purchase order that came on one day, or that are overdue.
        overdue: Of these, not there yet; counted as late as they are by now.
        late, failed: Shares, 0…1.
        drift: Change of prices a year, as a share of the price.
        pairs: Pairs of prices that the drift is the median of.
    """

    deliveries: int
    overdue: int
    late_p50: float
    late_p90: float
    late: Shrunk
    failed: Shrunk
    drift: float
    pairs: int


def score_suppliers(deliveries: pd.DataFrame, policy: SourcingPolicy, as_of: date) -> pd.DataFrame:
    """Grade suppliers by what they delivered before as_of.

    A delivery is the lines of one purchase order that were promised for one day and came on one day. Late days =
    delivered − promised, early ones 0; an order that is due and not there counts as late as it is by now. The shares
    of late deliveries and of failed units are drawn towards those of the other suppliers by empirical Bayes: weight
    of the own share = n ÷ (n + m), m = spread within suppliers ÷ spread between them, both of the others only, so
    that a supplier's own failures can only raise its share. Drift = median over all pairs of a day's prices of one
    SKU in one currency (Theil–Sen), each (later − earlier) ÷ their mean ÷ years between.

    Args:
        deliveries: One row per (purchase_order, sku): supplier, ordered_on, promised_on, delivered_on (NaT while
            open), units, failed_units [units], unit_cost_minor, currency.
        policy: What is late, the bars, the fewest deliveries.
        as_of: The morning; what was ordered or came on it or later is not known.
    Returns:
        One row per supplier, sorted: deliveries, overdue [deliveries], late_days_p50, late_days_p90 [days],
        late_percent (as it was), late_shrunk_percent, failed_raw_percent, failed_percent (shrunk),
        price_drift_percent_year (NaN below drift_pairs), price_pairs, grade (A, B, C, D, too few: the worst of what
        is known), reason, values (the measure that sets the grade).
    Raises:
        MissingColumns: of the deliveries.
        UnusableDeliveries: names the lines.
    """
    rows = [_grade(name, record, policy) for name, record in measure_suppliers(deliveries, policy, as_of).items()]
    return pd.DataFrame(rows, columns=list(SCORES)).astype(SCORES)


def measure_suppliers(deliveries: pd.DataFrame, policy: SourcingPolicy, as_of: date) -> dict[str, Record]:
    """Supplier → its record, by name."""
    lines = _read_lines(deliveries, as_of)
    shipped = _group_deliveries(lines, policy, as_of)
    names = sorted(set(lines["supplier"].astype(str)))
    promised = shipped[shipped["late"].notna()].assign(one=1.0)
    late = {str(name): part[["late", "one"]].to_numpy(float) for name, part in promised.groupby("supplier")}
    failed = {
        str(name): part[["failed_units", "units"]].to_numpy(float)
        for name, part in shipped[(shipped["units"] > 0) & ~shipped["open"]].groupby("supplier")
    }
    records = {}
    for name in names:
        own = shipped[shipped["supplier"] == name]
        days = own["late_days"].dropna().to_numpy(float)
        drift, pairs = _measure_drift(lines[lines["supplier"] == name], policy)
        records[name] = Record(
            deliveries=len(own),
            overdue=int(own["open"].sum()),
            late_p50=_quantile(days, 0.5),
            late_p90=_quantile(days, 0.9),
            late=shrink_share(name, late, policy),
            failed=shrink_share(name, failed, policy),
            drift=drift,
            pairs=pairs,
        )
    return records


def _read_lines(deliveries: pd.DataFrame, as_of: date) -> pd.DataFrame:
    check_columns("deliveries", deliveries.columns, DELIVERY_COLUMNS)
    lines = deliveries.assign(
        **{name: pd.to_datetime(deliveries[name]) for name in ("ordered_on", "promised_on", "delivered_on")}
    )
    wrong = (
        ~(lines["units"] >= 0)
        | ~(lines["failed_units"] >= 0)
        | (lines["failed_units"] > lines["units"])
        | (lines["delivered_on"] < lines["ordered_on"])
    )
    if wrong.any():
        named = lines.loc[wrong, ["purchase_order", "sku"]]
        raise UnusableDeliveries(
            mark(
                "Deliveries that cannot be: {rows}. Expected 0 ≤ failed units ≤ units, and delivery on or after the "
                "order. Correct the table of deliveries."
            ),
            rows=name_rows(" · ".join(map(str, row)) for row in named.itertuples(index=False)),
        )
    morning = pd.Timestamp(as_of)
    lines = lines[~(lines["ordered_on"] >= morning)]
    return lines.assign(delivered_on=lines["delivered_on"].mask(lines["delivered_on"] >= morning))


def _group_deliveries(lines: pd.DataFrame, policy: SourcingPolicy, as_of: date) -> pd.DataFrame:
    """One row per delivery: supplier, units, failed_units, open, late_days and late (NaN without a promise)."""
    morning = pd.Timestamp(as_of)
    due = lines[lines["delivered_on"].notna() | (lines["promised_on"] < morning)]
    key = ["supplier", "purchase_order", "promised_on", "delivered_on"]
    found = due.groupby(key, dropna=False, sort=True)[["units", "failed_units"]].sum().reset_index()
    days = (found["delivered_on"].fillna(morning) - found["promised_on"]).dt.days.clip(lower=0).astype("float64")
    late = (days >= policy.late_after_days).astype("float64").mask(days.isna())
    return found.assign(open=found["delivered_on"].isna(), late_days=days, late=late)


def _measure_drift(lines: pd.DataFrame, policy: SourcingPolicy) -> tuple[float, int]:
    """Median change a year over pairs of prices of one SKU in one currency, and how many pairs there are."""
    rises = []
    priced = lines[(lines["unit_cost_minor"] > 0) & lines["ordered_on"].notna()]
    for _, part in priced.groupby(["sku", "currency"], sort=True):
        by_day = part.groupby("ordered_on", sort=True)["unit_cost_minor"].median()
        days = by_day.index.to_numpy("datetime64[D]").astype(np.int64)
        price = by_day.to_numpy(float)
        gap = days[None, :] - days[:, None]
        early, late = np.nonzero(gap >= policy.drift_gap_days)
        change = (price[late] - price[early]) / ((price[late] + price[early]) / 2)
        rises.append(change / (gap[early, late] / 365))
    found = np.concatenate(rises) if rises else np.empty(0)
    return (float(np.median(found)) if len(found) >= policy.drift_pairs else math.nan), len(found)


def _quantile(days: Days, chance: float) -> float:
    """An observed number of days: the smallest that so many deliveries keep."""
    return float(np.quantile(days, chance, method="inverted_cdf")) if len(days) else math.nan


def _grade(name: str, record: Record, policy: SourcingPolicy) -> dict[str, Any]:
    row = {
        "supplier": name,
        "deliveries": record.deliveries,
        "overdue": record.overdue,
        "late_days_p50": record.late_p50,
        "late_days_p90": record.late_p90,
        "late_percent": percent(record.late.own),
        "late_shrunk_percent": percent(record.late.value),
        "failed_raw_percent": percent(record.failed.own),
        "failed_percent": percent(record.failed.value),
        "price_drift_percent_year": percent(record.drift),
        "price_pairs": record.pairs,
    }
    if record.deliveries < policy.least_deliveries:
        said = {"count": record.deliveries, "least": policy.least_deliveries}
        return row | {"grade": TOO_FEW, "reason": FEW, "values": said}
    worst, value, bars, sentence = max(list_grades(row, policy), key=lambda found: found[0])
    if worst == 0:
        return row | {"grade": GRADES[0], "reason": ALL_GOOD, "values": {}}
    set_by = {"value": f"{value:g}", "better": GRADES[worst - 1], "bar": f"{bars[worst - 1]:g}"}
    return row | {"grade": GRADES[worst], "reason": sentence, "values": set_by}


def list_grades(row: dict[str, Any], policy: SourcingPolicy) -> list[tuple[int, float, Bars, str]]:
    """Per measure: its grade (0 is an A; what is not known does not count against), value, bars, sentence."""
    measures = (
        ("late_shrunk_percent", policy.late_bars_percent, LATE_SHARE),
        ("late_days_p90", policy.late_bars_days, LATE_DAYS),
        ("failed_percent", policy.failed_bars_percent, FAILED),
        ("price_drift_percent_year", policy.drift_bars_percent, DRIFT),
    )
    return [(sum(row[name] > bar for bar in bars), row[name], bars, said) for name, bars, said in measures]


def percent(share: float) -> float:
    """A share in percent, to two digits."""
    return round(share * 100, 2)
