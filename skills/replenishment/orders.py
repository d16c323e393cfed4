"""The supplier's order of each SKU, the way a buyer sees it: what it costs, when it arrives, why so many."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.rates import RateBook
from skills.replenishment.calendar import NEVER, SCENARIOS
from skills.replenishment.money import base_per_minor, quote_exchange, share_of
from skills.replenishment.policy import ReplenishmentPolicy
from skills.replenishment.position import POSITION
from skills.replenishment.steady import EFFECTS
from skills.vocabulary import Currency, round_half_even


def value_orders(lines: pd.DataFrame, rates: RateBook, base_currency: Currency, as_of: date) -> pd.DataFrame:
    """Price each line: in its own currency, in the base currency, the deposit now and the balance later."""
    known = lines.loc[lines["cost_currency"] != "", "cost_currency"]
    factors = base_per_minor(known, rates, base_currency, as_of)
    quotes = {currency: quote_exchange(currency, rates, base_currency, as_of) for currency in factors}
    rows = list(
        zip(
            lines["order_units"].tolist(),
            lines["unit_cost_minor"].tolist(),
            lines["cost_currency"],
            lines["deposit_percent"].tolist(),
            strict=True,
        )
    )
    values = [round_half_even(units * cost * factors[key]) if key else 0 for units, cost, key, _ in rows]
    costs = [round_half_even(cost * factors[key]) if key else 0 for _, cost, key, _ in rows]
    deposits = [share_of(value, row[3]) for value, row in zip(values, rows, strict=True)]
    return lines.assign(
        unit_cost_base_minor=np.array(costs, dtype=np.int64),
        fx_rate=pd.array([quotes[key][0] if key else "" for *_, key, _ in rows], dtype="str"),
        fx_note=pd.array([quotes[key][1] if key else "" for *_, key, _ in rows], dtype="str"),
        value_minor=lines["order_units"] * lines["unit_cost_minor"],
        value_base_minor=np.array(values, dtype=np.int64),
        deposit_base_minor=np.array(deposits, dtype=np.int64),
        balance_base_minor=np.array(values, dtype=np.int64) - np.array(deposits, dtype=np.int64),
        base_currency=pd.Series(base_currency, index=lines.index, dtype="str"),
    )


ARRIVALS = ("early", "usual", "late")
"""The next order's arrival in the lead-time scenarios p10, p50, p90."""

_DATES = {
    "order_on": "order_day",
    "next_order_on": "next_order_day",
    **{f"{when}ready_{name}": f"{when}ready_{name}" for when in ("", "next_") for name in SCENARIOS},
    **{f"{when}arrival_{name}": f"{when}arrival_{name}" for when in ("", "next_") for name in SCENARIOS},
    "short_from": "short_day",
    "stock_out_p50": "stock_out_day",
    "stock_out_service": "stock_out_service_day",
    "last_safe_date": "last_safe_day",
    "covers_until": "until_day",
    "cut_off_on": "cut_off_day",
}

ORDER_COLUMNS = [
    *("sku", "supplier", "life_cycle", "order_units", "cartons", "carton_units", "reason", "capped_by"),
    *("as_of", "order_on", "ready_on", "arrival_p10", "arrival_p50", "arrival_p90"),
    *("next_order_on", "next_ready_on", "next_arrival_p10", "next_arrival_p50", "next_arrival_p90"),
    *(f"production_days_{name}" for name in SCENARIOS),
    *("make_days", "working_days_per_week", "closed_days", "next_closed_days", "qc_days"),
    *("wait_days", "receiving_days", "next_wait_days", "next_receiving_days"),
    *(f"transit_days_{name}" for name in SCENARIOS),
    *("transit_note", "service_percent", "demand_mean", "demand_p50"),
    *(f"demand_{name}" for name in ARRIVALS),
    *(f"covered_{name}" for name in ARRIVALS),
    *("service_quantile", "order_up_to", "most_level", "extended_days", "daily_mean"),
    *POSITION,
    *("too_late_units", "position", "short_from", "short_units"),
    *("raw_need", "fresh_units", "need_cartons", "build_cartons", "moq_cartons", "capacity_cartons", "cash_cartons"),
    *("joint_moq_units", "weekly_capacity_units", "order_capacity_units", "busy_units", "threshold_units"),
    *("shelf_life_days", "cash_week", "cash_lack_base_minor"),
    *("previous_units", "held", "change_cause", *(f"change_{name}" for name in EFFECTS)),
    *("unit_cost_minor", "cost_currency", "unit_cost_base_minor", "base_currency", "fx_rate", "fx_note"),
    *("value_minor", "value_base_minor", "deposit_percent", "deposit_base_minor", "balance_days"),
    *("balance_base_minor", "balance_on", "stock_out_p50", "stock_out_service", "last_safe_date", "late_days"),
    *(
        *("tuned", "week_mean", "hub_weeks", "hub_factor", "hub_spread", "hub_level"),
        *("forward_weeks", "forward_factor", "forward_spread", "forward_level"),
        "flip_demand_percent",
        "most_safety_weeks",
        "led_by",
        "covers_until",
        "end_stated",
        "cut_off_on",
        "ratio_percent",
    ),
    *("underage_base_minor", "overage_base_minor"),
]


def list_columns(lines: pd.DataFrame, policy: ReplenishmentPolicy, as_of: date) -> pd.DataFrame:
    """The columns of `ORDER_COLUMNS`, days turned into dates."""
    start = np.datetime64(as_of, "D")

    def dates(days: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        offsets = days.to_numpy(dtype=np.int64)
        made = (start + np.maximum(offsets, 0)).astype("datetime64[us]")
        made[offsets == NEVER] = np.datetime64("NaT")
        return np.asarray(made)

    ordered = lines["order_units"] > 0
    unset = ordered & (lines["last_safe_day"] == NEVER)
    lines = lines.assign(last_safe_day=lines["last_safe_day"].mask(unset, lines["next_order_day"]))
    lines = lines.assign(**{name: dates(lines[column]) for name, column in _DATES.items()})
    balance_on = lines["ready_p50"] + pd.to_timedelta(lines["balance_days"], unit="D")
    return lines.assign(
        as_of=pd.Timestamp(as_of),
        closed_days=lines["closed_days"].clip(lower=0),
        next_closed_days=lines["next_closed_days"].clip(lower=0),
        ready_on=lines["ready_p50"],
        next_ready_on=lines["next_ready_p50"],
        balance_on=balance_on.where(ordered),
        working_days_per_week=np.int64(policy.working_days_per_week),
        service_percent=np.int64(policy.cycle_service_percent),
        threshold_units=np.int64(policy.threshold_units),
        most_safety_weeks=np.int64(-1 if policy.most_safety_weeks is None else policy.most_safety_weeks),
    )[ORDER_COLUMNS].reset_index(drop=True)
