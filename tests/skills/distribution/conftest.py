"""A small world for the distribution skill: two or more countries, sea and air, everything seeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from skills.distribution import Allocation, allocate_stock, quote_contribution
from skills.distribution.policy import DistributionPolicy
from skills.rates import RateBook

AS_OF = date(2025, 11, 24)
ALL = ("US", "DE", "GB", "FR", "JP", "CA")
MONEY_OF = {"US": "USD", "DE": "EUR", "GB": "GBP", "FR": "EUR", "JP": "JPY", "CA": "CAD"}
VAT = {"US": "0", "DE": "0.19", "GB": "0.20", "FR": "0.20", "JP": "0.10", "CA": "0"}
PER_USD = {"CNY": "7.1", "EUR": "0.86", "GBP": "0.76", "JPY": "155", "CAD": "1.4"}


def rate(kind: str, key: str, value: str, unit: str = "share") -> dict[str, str]:
    return {
        "kind": kind,
        "key": key,
        "value": value,
        "unit": unit,
        "effective_from": "2025-01-01",
        "effective_to": "2026-12-31",
        "source": "a test's own figure",
        "retrieved_on": "2025-11-01",
        "confidence": "generated",
    }


def rate_rows(countries: tuple[str, ...] = ALL) -> list[dict[str, str]]:
    rows = [rate("fx", currency, value, f"{currency} per USD") for currency, value in PER_USD.items()]
    for country in countries:
        money = MONEY_OF.get(country, "USD")
        scale = 155 if money == "JPY" else 1
        rows += [
            rate("vat", country, VAT.get(country, "0")),
            rate("referral_fee", country, "0.15"),
            rate("fulfilment_base", country, str(3 * scale), f"{money}/unit"),
            rate("fulfilment_per_kg", country, str(0.8 * scale), f"{money}/kg"),
            rate("storage_fee", country, str(27 * scale), f"{money}/m3/month"),
            rate("returns_cost", country, str(2 * scale), f"{money}/unit"),
            rate("duty", f"{country}:6302", "0.09"),
            rate("duty", f"{country}:6302.60", "0.091"),
        ]
    rows += [rate("mpf_rate", "US", "0.003464"), rate("hmf_rate", "US", "0.00125"), rate("vat", "CN", "0.13")]
    rows += [rate("duty_301", "US:6302", "0.075"), rate("export_rebate", "CN:6302", "0.13")]
    return rows


@dataclass(frozen=True)
class World:
    """Everything that a night hands to the skill."""

    stock: pd.DataFrame
    inbound: pd.DataFrame
    nodes: pd.DataFrame
    lanes: pd.DataFrame
    forecast: pd.DataFrame
    products: pd.DataFrame
    sales: pd.DataFrame
    returns: pd.DataFrame
    rates: RateBook
    feeds: pd.DataFrame
    held: pd.DataFrame
    policy: DistributionPolicy

    def change(self, **parts: object) -> World:
        return replace(self, **parts)  # type: ignore[arg-type]

    def quote(self) -> pd.DataFrame:
        return quote_contribution(
            self.sales, self.returns, self.products, self.lanes, self.nodes, self.rates, "CNY", self.policy, AS_OF
        )

    def allocate(self, contribution: pd.DataFrame | None = None) -> Allocation:
        quoted = self.quote() if contribution is None else contribution
        return allocate_stock(
            self.stock, self.inbound, self.nodes, self.lanes, self.forecast, quoted, self.products, self.feeds,
            self.held, self.policy, "CNY", AS_OF,
        )  # fmt: skip


def lane(name: str, country: str, mode: str, **over: object) -> dict[str, object]:
    sea = mode == "sea"
    return {
        "lane": name,
        "from_node": "HUB",
        "to_node": f"{country}-FBA",
        "country": country,
        "mode": mode,
        "incoterm": "DAP",
        "importer_of_record": "seller",
        "tax_included": "no",
        "transit_days_p10": 30 if sea else 7,
        "transit_days_p50": 37 if sea else 9,
        "transit_days_p90": 49 if sea else 13,
        "cutoff_weekday": 2 if sea else 4,
        "cost_per_kg_minor": 0 if sea else 3600,
        "cost_per_m3_minor": 118000 if sea else 0,
        "minimum_minor": 0,
        "fixed_minor": 0,
        "currency": "CNY",
        "volumetric_divisor": 0 if sea else 6000,
        "weekly_capacity_m3": float("nan"),
        "handling_minor": 6,
    } | over


def make_forecast(weekly: dict[tuple[str, str], float], weeks: int = 20) -> pd.DataFrame:
    """Cumulative quantiles that widen like a sum of independent weeks."""
    spread = {"p10": -1.28, "p50": 0.0, "p75": 0.67, "p90": 1.28, "p98": 2.05}
    rows = []
    for (sku, country), mean in weekly.items():
        for ahead in range(1, weeks + 1):
            total, deviation = mean * ahead, (mean * ahead * 1.5) ** 0.5
            row: dict[str, object] = {"sku": sku, "country": country, "weeks_ahead": ahead}
            row["week"] = pd.Timestamp(AS_OF) + pd.Timedelta(weeks=ahead - 1)
            row |= {"mean": mean, "cum_mean": total}
            row |= {f"cum_{name}": max(0.0, round(total + z * deviation, 4)) for name, z in spread.items()}
            row |= {name: row[f"cum_{name}"] for name in spread}
            rows.append(row)
    frame = pd.DataFrame(rows).sort_values(["sku", "country", "weeks_ahead"], kind="stable")
    return frame.assign(model="test").reset_index(drop=True).astype({"sku": "str", "country": "str"})


def make_world(skus: int = 4, countries: tuple[str, ...] = ("US", "DE"), seed: int = 1, scarce: float = 0.7) -> World:
    rng = np.random.default_rng(seed)
    names = [f"SKU-{number:04d}" for number in range(skus)]
    weekly, sales, stock, inbound = {}, [], [], []
    for name in names:
        level = 4 + 40 * rng.random()
        price = 1500 + 2500 * rng.random()
        for country in countries:
            mean = round(level * (0.2 + rng.random()), 2)
            weekly[name, country] = mean
            minor = price * (100 if country == "JP" else 1) / (100 if country == "JP" else 1)
            minor = minor * (1.55 if country == "JP" else 1)
            sales.append((name, country, "2025-11-10", round(mean * 13), round(mean * 13) * round(minor)))
            stock.append((name, f"{country}-FBA", "available", int(mean * rng.integers(0, 8))))
            if rng.random() < 0.5:
                inbound.append((f"SHP-{country}", name, "HUB", f"{country}-FBA", "sea", int(mean * 3), "2025-12-12"))
        stock.append((name, "HUB", "available", int(level * len(countries) * 6 * scarce)))
    nodes = [("HUB", "hub", "CN", "Asia/Shanghai", "CNY", "hub")]
    nodes += [(f"{country}-FBA", "forward", country, "UTC", MONEY_OF[country], country) for country in countries]
    frame = pd.DataFrame(sales, columns=["sku", "country", "day", "units", "revenue_minor"])
    frame["day"] = pd.to_datetime(frame["day"])
    frame["currency"] = frame["country"].map(MONEY_OF)
    arriving = pd.DataFrame(inbound, columns=["shipment", "sku", "from_node", "to_node", "mode", "units", "eta"])
    arriving["eta"] = pd.to_datetime(arriving["eta"])
    products = pd.DataFrame(
        {
            "sku": names,
            "title": names,
            "category": [("towels", "aprons")[number % 2] for number in range(skus)],
            "supplier": "one",
            "unit_cost_minor": (1000 + 2500 * rng.random(skus)).round().astype("int64"),
            "cost_currency": "CNY",
            "vat_invoice": "yes",
            "weight_kg": (0.2 + rng.random(skus)).round(2),
            "length_cm": 30.0,
            "width_cm": 22.0,
            "height_cm": (4 + 8 * rng.random(skus)).round(),
            "carton_units": rng.choice([6, 12, 20, 24], skus),
            "hs_code": "6302.60",
            "life_cycle": "steady",
        }
    )
    return World(
        stock=pd.DataFrame(stock, columns=["sku", "node", "state", "units"]),
        inbound=arriving,
        nodes=pd.DataFrame(nodes, columns=["node", "stage", "country", "time_zone", "storage_currency", "name"]),
        lanes=pd.DataFrame([lane(f"{c}-{m.upper()}", c, m) for c in countries for m in ("sea", "air")]),
        forecast=make_forecast(weekly),
        products=products,
        sales=frame,
        returns=pd.DataFrame(columns=["sku", "country", "day", "units", "sellable_units"]).astype(
            {"sku": "str", "country": "str", "day": "datetime64[us]", "units": "int64", "sellable_units": "int64"}
        ),
        rates=RateBook.from_frame(pd.DataFrame(rate_rows(countries))),
        feeds=pd.DataFrame({"country": list(countries), "feed": "order_lines", "stale": False}),
        held=pd.DataFrame(columns=["sku", "country", "lane", "units"]).astype(
            {"sku": "str", "country": "str", "lane": "str", "units": "int64"}
        ),
        policy=DistributionPolicy(),
    )


@pytest.fixture
def build() -> Callable[..., World]:
    return make_world


@pytest.fixture
def small(build: Callable[..., World]) -> World:
    return build()
