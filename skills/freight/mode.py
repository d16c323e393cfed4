"""Which lane costs least all told: freight, border, sales lost while the goods are on the way, what they tie up."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import erf, exp, pi, sqrt
from typing import Any

import pandas as pd

from skills.freight.plan import QUOTES
from skills.freight.policy import FreightPolicy
from skills.vocabulary import check_columns

NEEDS = ("consignment", "sku", "units", "weekly_mean", "position_units", "contribution_minor", "holding_week_minor")
MODES = [*QUOTES, "freight_minor", "import_minor", "lost_units", "loss_minor", "holding_minor", "total_minor",
         "least", "flips_at_days", "flips_at_margin_percent", "flips_to"]  # fmt: skip
_CHANCES = [(2 * at + 1) / 40 for at in range(20)]
_MOST_DELAY = 60

Needs = list[dict[str, Any]]


def choose_mode(quotes: pd.DataFrame, needs: pd.DataFrame, policy: FreightPolicy, as_of: date) -> pd.DataFrame:
    """Weigh every quoted lane of a consignment and mark the one that costs least.

    lost = E[(demand until the arrival − what lies there and is on the way)+], over twenty equally likely arrivals
    between the lane's quantiles and a normal demand of the policy's dispersion; margin lost = lost × contribution ×
    share of buyers who do not come back. Newsvendor with the arrival as the uncertain thing; a late lane can lose no
    more than the units that it carries.

    Args:
        quotes: From `quote_freight`; import_minor, if given, is what the border takes on that lane (duty, tax that is
            a cost, fees, less a rebate) [base minor units]: without it tax-included lanes do not compare with others.
        needs: One row per (consignment, sku): units (in the consignment), weekly_mean [units], position_units (there
            and on the way before it), contribution_minor of one unit before its freight, holding_week_minor of one
            unit [base minor units].
        as_of: The morning from which demand counts.

    Returns:
        The quotes' rows with freight_minor, import_minor, lost_units, loss_minor, holding_minor (of the days under
        way), total_minor [base minor units], least (True for one lane of each consignment that has a quote),
        and on that lane flips_at_days (its delay at which flips_to would cost less; missing beyond 60 days) and
        flips_at_margin_percent (change of the margin at which it would; missing where no change does).

    Raises:
        MissingColumns: of a table.
    """
    check_columns("quotes", quotes.columns, QUOTES)
    check_columns("needs", needs.columns, NEEDS)
    wanted: dict[str, Needs] = {
        str(name): [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
        for name, rows in needs.groupby("consignment", sort=True)
    }
    rows = []
    for name, part in quotes.groupby("consignment", sort=False):
        options = [
            {str(key): value for key, value in row.items()} | _weigh(row, wanted.get(str(name), []), policy, as_of, 0)
            for row in part.to_dict("records")
        ]
        priced = sorted(
            (row for row in options if not row["reason"]), key=lambda row: (row["total_minor"], row["lane"])
        )
        if priced:
            priced[0]["least"] = True
            priced[0] |= _find_flips(priced[0], priced[1:], wanted.get(str(name), []), policy, as_of)
        rows += options
    modes = pd.DataFrame(rows, columns=MODES)
    return modes.astype({"flips_at_days": "Int64", "flips_at_margin_percent": "Int64"})


def _weigh(row: dict[Any, Any], needs: Needs, policy: FreightPolicy, as_of: date, delay_days: int) -> dict[str, Any]:
    empty = {"flips_at_days": pd.NA, "flips_at_margin_percent": pd.NA, "flips_to": "", "least": False}
    if row["reason"]:
        return {
            "freight_minor": 0,
            "import_minor": 0,
            "lost_units": 0.0,
            "loss_minor": 0,
            "holding_minor": 0,
            "total_minor": 0,
        } | empty
    morning = pd.Timestamp(as_of)
    points = [(row[f"arrive_{name}"] - morning).days + delay_days for name in ("p10", "p50", "p90")]
    under_way = points[1] - (row["departs_on"] - morning).days
    lost = loss = holding = 0.0
    for need in needs:
        units = _expect_lost(need, points, policy)
        lost += units
        loss += units * need["contribution_minor"] * policy.lost_sale_percent / 100
        holding += need["units"] * need["holding_week_minor"] * under_way / 7
    freight = int(row["amount_base_minor"])
    costs = {"freight_minor": freight, "import_minor": int(row.get("import_minor", 0))}
    costs |= {"loss_minor": round(loss), "holding_minor": round(holding)}
    return costs | {"lost_units": round(lost, 1), "total_minor": sum(costs.values())} | empty


def _expect_lost(need: dict[str, Any], points: list[int], policy: FreightPolicy) -> float:
    """Units of one SKU that are missed before the arrival, expected; at most those that the consignment brings."""
    daily, held = float(need["weekly_mean"]) / 7, float(need["position_units"])
    if daily <= 0:
        return 0.0
    total = 0.0
    for chance in _CHANCES:
        days = max(0.0, _arrival(points, chance))
        total += min(_shortage(daily * days, held, policy.demand_dispersion), float(need["units"]))
    return total / len(_CHANCES)


def _arrival(points: list[int], chance: float) -> float:
    """The arrival's quantile [days]: straight lines through p10, p50 and p90, half as far again in the tails."""
    p10, p50, p90 = points
    ends = [
        (0.0, p10 - (p50 - p10) / 2),
        (0.1, float(p10)),
        (0.5, float(p50)),
        (0.9, float(p90)),
        (1.0, p90 + (p90 - p50) / 2),
    ]
    for (low, first), (high, last) in pairwise(ends):
        if chance <= high:
            return first + (last - first) * (chance - low) / (high - low)
    return ends[-1][1]


def _shortage(mean: float, held: float, dispersion: float) -> float:
    """E[(D − held)+] of a normal demand with variance dispersion × mean."""
    sigma = sqrt(dispersion * mean)
    if sigma == 0:
        return max(0.0, mean - held)
    z = (held - mean) / sigma
    density = exp(-z * z / 2) / sqrt(2 * pi)
    return float(sigma * (density - z * (1 - erf(z / sqrt(2))) / 2))


def _find_flips(
    best: dict[str, Any], others: list[dict[str, Any]], needs: Needs, policy: FreightPolicy, as_of: date
) -> dict[str, Any]:
    """The delay, and the change of margin, at which another lane would cost less."""
    if not others:
        return {}
    found: dict[str, Any] = {"flips_to": others[0]["lane"]}
    for delay in range(1, _MOST_DELAY + 1):
        late = _weigh(best, needs, policy, as_of, delay)["total_minor"]
        if late > others[0]["total_minor"]:
            found["flips_at_days"] = delay
            break
    changes = []
    for other in others:
        saved = best["loss_minor"] - other["loss_minor"]
        dearer = other["total_minor"] - other["loss_minor"] - best["total_minor"] + best["loss_minor"]
        if saved and (dearer / saved) >= 0:
            changes.append((abs(dearer / saved - 1), round((dearer / saved - 1) * 100)))
    return found | ({"flips_at_margin_percent": min(changes)[1]} if changes else {})
