"""What a proposal says of its orders beside the lines: basis, what moved, what cash cut, what should fly."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.steady import BASIS_COLUMNS, EFFECTS
from tasks import replenishment
from tasks.proposals import plain_rows

Body = dict[str, Any]

_TEXTS = ("sku", "supplier", "capped_by", "policy")
_SHOWN = 20


def describe_orders(orders: pd.DataFrame, policy: ReplenishmentPolicy) -> Body:
    """The keys order_basis, order_changes, cash_cuts, air and short_before_arrival of a proposal.

    Args:
        orders: From `replenishment.plan_replenishment`, weighed by `replenishment.weigh_modes`.
        policy: With which they were planned.
    """
    basis = replenishment.list_basis(orders, policy)
    names = [name for name in BASIS_COLUMNS if name != "policy"]
    moved = orders.loc[(orders["change_cause"] != "") | orders["held"]]
    cut = orders.loc[orders["cash_lack_base_minor"] > 0]
    short = orders.loc[orders["short_units"] > 0].sort_values(["short_units", "sku"], ascending=[False, True])
    return {
        "order_basis": {
            "policy": str(basis["policy"].iloc[0]) if len(basis) else "",
            "columns": names,
            "rows": [list(row.values()) for row in plain_rows(basis[names])],
        },
        "order_changes": [
            {
                "sku": row["sku"],
                "supplier": row["supplier"],
                "was_units": max(row["previous_units"], 0),
                "units": row["order_units"],
                "cause": row["change_cause"],
                "held": row["held"],
                "effects": {name: row[f"change_{name}"] for name in EFFECTS if row[f"change_{name}"]},
            }
            for row in plain_rows(moved)
        ],
        "cash_cuts": [
            {
                "sku": row["sku"],
                "supplier": row["supplier"],
                "wanted_units": row["capacity_cartons"] * row["carton_units"],
                "units": row["order_units"],
                "limit": row["capped_by"],
                "week": row["cash_week"],
                "lack_minor": row["cash_lack_base_minor"],
            }
            for row in plain_rows(cut)
        ],
        "air": [
            {
                "sku": row["sku"],
                "supplier": row["supplier"],
                "units": row["air_units"],
                "order_units": row["order_units"],
                "arrival": row["air_arrival_on"],
                "usual_arrival": row["arrival_p50"],
                "saved_units": row["air_saved_units"],
                "gain_minor": row["air_gain_base_minor"],
            }
            for row in plain_rows(orders.loc[orders["air_units"] > 0])
        ],
        "short_before_arrival": [
            {
                "sku": row["sku"],
                "supplier": row["supplier"],
                "units": row["short_units"],
                "from": row["short_from"],
                "until": row["arrival_p50"],
            }
            for row in plain_rows(short.head(_SHOWN))
        ],
    }


def read_basis(body: Body | None) -> pd.DataFrame:
    """The orders' basis of an earlier proposal; no rows where there is none or it is older than that key.

    Returns:
        One row per SKU: the columns of `BASIS_COLUMNS`.
    """
    kept = (body or {}).get("order_basis") or {"policy": "", "columns": [], "rows": []}
    frame = pd.DataFrame(kept["rows"], columns=kept["columns"]).reindex(columns=BASIS_COLUMNS)
    frame = frame.assign(policy=kept["policy"])
    types = {
        name: "str" if name in _TEXTS else "float64" if name == "daily_mean" else "int64" for name in BASIS_COLUMNS
    }
    return frame.astype(types)
