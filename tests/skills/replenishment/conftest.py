"""A small seller: one maker, one hub, two countries; tests change what they speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from skills.rates import Rate, RateBook
from skills.replenishment import plan_replenishment
from skills.replenishment.policy import ReplenishmentPolicy
from skills.vocabulary import QUANTILES

AS_OF = date(2025, 11, 24)
Z = {
    "p10": -1.2815515655446004,
    "p50": 0.0,
    "p75": 0.6744897501960817,
    "p90": 1.2815515655446004,
    "p98": 2.0537489106318225,
}


def make_forecast(
    weekly: dict[tuple[str, str], float], spread: float = 0.3, weeks: int = 40, as_of: date = AS_OF
) -> pd.DataFrame:
    """Level demand with normal errors that are independent from week to week; `spread` = sd / mean of one week."""
    totals: dict[tuple[str, str], float] = dict(weekly)
    for (sku, _), mean in weekly.items():
        totals[sku, "*"] = totals.get((sku, "*"), 0.0) + mean
    rows = []
    for (sku, country), mean in sorted(totals.items()):
        for ahead in range(1, weeks + 1):
            row: dict[str, Any] = {
                "sku": sku,
                "country": country,
                "weeks_ahead": ahead,
                "mean": mean,
                "week": pd.Timestamp(as_of) + pd.Timedelta(days=7 * (ahead - 1)),
                "cum_mean": mean * ahead,
                "model": "given",
            }
            for name in QUANTILES:
                row[name] = max(0.0, mean * (1 + spread * Z[name]))
                row[f"cum_{name}"] = max(0.0, mean * ahead + Z[name] * spread * mean * ahead**0.5)
            rows.append(row)
    return pd.DataFrame(rows).astype({"sku": "str", "country": "str"})


def make_rates(as_of: date = AS_OF, **per_dollar: str) -> RateBook:
    values = {"CNY": "7.10", "EUR": "0.86", "JPY": "155"} | per_dollar
    return RateBook(
        Rate("fx", key, Decimal(value), f"{key} per USD", as_of, None, "test", as_of, "generated")
        for key, value in values.items()
    )


def make_products(*skus: str, **changed: Any) -> pd.DataFrame:
    row = {
        "supplier": "haina",
        "unit_cost_minor": 1250,
        "cost_currency": "CNY",
        "carton_units": 24,
        "life_cycle": "steady",
        "length_cm": 30.0,
        "width_cm": 20.0,
        "height_cm": 5.0,
    } | changed
    return pd.DataFrame([{"sku": sku} | row for sku in skus])


def make_suppliers(**changed: Any) -> pd.DataFrame:
    row = {
        "supplier": "haina",
        "name": "Haina",
        "production_days_p10": 15,
        "production_days_p50": 18,
        "production_days_p90": 24,
        "weekly_capacity_units": 1_000_000,
        "joint_moq_units": 0,
        "deposit_percent": 30,
        "balance_days": 14,
        "currency": "CNY",
    } | changed
    return pd.DataFrame([row])


def make_lanes(**changed: Any) -> pd.DataFrame:
    rows = []
    for lane, to_node, country, mode, days in [
        ("SZ-US-SEA", "US-FBA", "US", "sea", (30, 35, 45)),
        ("SZ-US-AIR", "US-FBA", "US", "air", (6, 8, 11)),
        ("SZ-DE-SEA", "DE-FBA", "DE", "sea", (38, 42, 52)),
    ]:
        rows.append(
            {
                "lane": lane,
                "from_node": "SZ-HUB",
                "to_node": to_node,
                "country": country,
                "mode": mode,
                "transit_days_p10": days[0],
                "transit_days_p50": days[1],
                "transit_days_p90": days[2],
                "handling_minor": 20,
                "currency": "CNY",
            }
            | changed
        )
    return pd.DataFrame(rows)


def make_nodes() -> pd.DataFrame:
    return pd.DataFrame(
        [("SZ-HUB", "hub", "CN"), ("US-FBA", "forward", "US"), ("DE-FBA", "forward", "DE")],
        columns=["node", "stage", "country"],
    )


def make_stock(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["sku", "node", "state", "units"])
    return frame.astype({"sku": "str", "node": "str", "state": "str", "units": "int64"})


def make_inbound(*rows: tuple[str, str, str, int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["shipment", "sku", "to_node", "units", "eta"])
    frame = frame.assign(from_node="SZ-HUB", mode="sea", eta=pd.to_datetime(frame["eta"]).astype("datetime64[us]"))
    return frame.astype({"sku": "str", "to_node": "str", "units": "int64"})


def make_purchase_orders(*rows: tuple[str, str, int, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["purchase_order", "sku", "units_open", "ready_on", "deposit_paid_minor"])
    ready = pd.to_datetime(frame["ready_on"]).astype("datetime64[us]")
    frame = frame.assign(supplier="haina", ordered_on=pd.Timestamp(AS_OF), ready_on=ready, currency="CNY")
    return frame.astype(
        {"sku": "str", "units_open": "int64", "deposit_paid_minor": "int64", "currency": "str", "supplier": "str"}
    )


def make_closures(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["supplier", "first_day", "last_day"]).assign(reason="Spring Festival")
    return frame.assign(first_day=pd.to_datetime(frame["first_day"]), last_day=pd.to_datetime(frame["last_day"]))


_PLANNED: dict[tuple[int, ...], tuple[Facts, pd.DataFrame]] = {}
"""Plans by the identity of their facts, which are kept so that no identity is used again."""


@dataclass(frozen=True)
class Facts:
    """What a plan is made from."""

    forecast: pd.DataFrame
    products: pd.DataFrame
    stock: pd.DataFrame = field(default_factory=make_stock)
    inbound: pd.DataFrame = field(default_factory=make_inbound)
    purchase_orders: pd.DataFrame = field(default_factory=make_purchase_orders)
    suppliers: pd.DataFrame = field(default_factory=make_suppliers)
    closures: pd.DataFrame = field(default_factory=make_closures)
    lanes: pd.DataFrame = field(default_factory=make_lanes)
    rates: RateBook = field(default_factory=make_rates)
    policy: ReplenishmentPolicy = field(default_factory=ReplenishmentPolicy)
    as_of: date = AS_OF
    receiving_times: pd.DataFrame | None = None
    shipment_costs: pd.DataFrame | None = None
    cash_plan: pd.DataFrame | None = None
    previous: pd.DataFrame | None = None
    levels: pd.DataFrame | None = None
    spreads: pd.DataFrame | None = None

    def but(self, **changed: Any) -> Facts:
        return replace(self, **changed)

    def plan(self) -> pd.DataFrame:
        """Made once for the same facts."""
        key = tuple(id(getattr(self, item.name)) for item in fields(self))
        if key not in _PLANNED:
            _PLANNED[key] = self, self._plan()
        return _PLANNED[key][1].copy()

    def _plan(self) -> pd.DataFrame:
        return plan_replenishment(
            self.stock,
            self.inbound,
            self.purchase_orders,
            self.forecast,
            self.products,
            self.suppliers,
            self.closures,
            self.lanes,
            self.rates,
            self.policy,
            "CNY",
            self.as_of,
            self.receiving_times,
            self.shipment_costs,
            self.cash_plan,
            self.previous,
            self.levels,
            self.spreads,
        )


@pytest.fixture(scope="session")
def facts() -> Facts:
    """Two SKUs in two countries, nothing in stock."""
    weekly = {("KD-1", "US"): 60.0, ("KD-1", "DE"): 20.0, ("PM-2", "US"): 10.0}
    return Facts(forecast=make_forecast(weekly), products=make_products("KD-1", "PM-2"))


@pytest.fixture(scope="session")
def build() -> Any:
    """The builders above, for tests that need other facts."""
    made: dict[str, Callable[..., Any]] = {
        "forecast": make_forecast,
        "rates": make_rates,
        "products": make_products,
        "suppliers": make_suppliers,
        "lanes": make_lanes,
        "nodes": make_nodes,
        "stock": make_stock,
        "inbound": make_inbound,
        "purchase_orders": make_purchase_orders,
        "closures": make_closures,
        "facts": Facts,
    }
    return SimpleNamespace(**made)
