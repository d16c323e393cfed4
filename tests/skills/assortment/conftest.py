"""A shop of eight steady products in Germany, and one that each test changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.assortment import explain_product, review_products
from skills.assortment.policy import AssortmentPolicy

AS_OF = date(2026, 11, 24)
LAST_WEEK = pd.Timestamp("2026-11-15")
WEEKS = 30
POLICY = AssortmentPolicy()
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]


def empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="datetime64[us]" if "day" in name else "str") for name in columns})


def visit(sku: str, sessions: Sequence[int], units: Sequence[int], **other: Any) -> list[dict[str, Any]]:
    """One row per week, the last one ending before as_of."""
    return [
        {
            "country": "DE", "week": LAST_WEEK - pd.Timedelta(days=7 * (len(sessions) - 1 - at)), "sku": sku,
            "sessions": came, "page_views": came * 2, "buy_box_share": 0.95, "units": bought,
            "sales_minor": bought * 1999, "currency": "EUR", "refunded_units": 0, **other,
        }
        for at, (came, bought) in enumerate(zip(sessions, units, strict=True))
    ]  # fmt: skip


def steady(level: int, swing: int, weeks: int = WEEKS) -> list[int]:
    """Around a level, up and down in turn."""
    return [level + (swing if at % 2 else -swing) for at in range(weeks)]


@dataclass(frozen=True)
class Shop:
    """The tables of a review."""

    traffic: list[dict[str, Any]] = field(default_factory=list)
    sales: pd.DataFrame = field(default_factory=lambda: empty("sku", "country", "day").assign(units=[]))
    returns: pd.DataFrame = field(default_factory=lambda: empty("sku", "country", "day").assign(units=[]))
    stock: list[dict[str, Any]] = field(default_factory=list)
    cycles: dict[str, str] = field(default_factory=dict)
    margins: list[dict[str, Any]] = field(default_factory=list)
    stock_outs: pd.DataFrame | None = field(default_factory=lambda: empty("sku", "country", "first_day", "last_day"))

    def but(self, **changes: Any) -> Shop:
        return replace(self, **changes)

    def with_mat(self, sessions: Sequence[int], units: Sequence[int], **other: Any) -> Shop:
        others = [row for row in self.traffic if row["sku"] != "MAT"]
        return self.but(traffic=others + visit("MAT", sessions, units, **other))

    def with_stock(self, units: int, state: str = "available") -> Shop:
        kept = [row for row in self.stock if row["sku"] != "MAT"]
        return self.but(stock=[*kept, {"sku": "MAT", "country": "DE", "state": state, "units": units}])

    def with_margin(self, **amounts: float) -> Shop:
        return self.but(margins=[{"sku": "MAT", "country": "DE", "currency": "CNY", **amounts}])

    def without_stock(self, first_day: str, last_day: str | None = None) -> Shop:
        row = {"sku": "MAT", "country": "DE", "first_day": first_day, "last_day": last_day}
        frame = pd.DataFrame([row])
        days = {name: pd.to_datetime(frame[name]) for name in ("first_day", "last_day")}
        return self.but(stock_outs=frame.assign(**days))

    def tables(self) -> Tables:
        skus = sorted({row["sku"] for row in self.traffic} | set(self.cycles))
        products = pd.DataFrame({"sku": skus, "life_cycle": [self.cycles.get(sku, "steady") for sku in skus]})
        stock = pd.DataFrame(self.stock, columns=["sku", "country", "state", "units"])
        margins = pd.DataFrame(
            self.margins, columns=["sku", "country", "cm2_minor", "cm3_minor", "returns_minor", "currency"]
        )
        return pd.DataFrame(self.traffic), self.sales, self.returns, stock, products, margins

    def review(self, policy: AssortmentPolicy = POLICY, as_of: date = AS_OF) -> pd.DataFrame:
        return review_products(*self.tables(), policy, as_of, self.stock_outs)

    def judge(self, policy: AssortmentPolicy = POLICY) -> dict[str, Any]:
        """The row of the mat."""
        frame = self.review(policy)
        [row] = frame[frame["sku"] == "MAT"].to_dict("records")
        return {str(name): value for name, value in row.items()}

    def explain(self, sku: str = "MAT") -> pd.DataFrame:
        return explain_product(*self.tables(), POLICY, AS_OF, sku, "DE", self.stock_outs)


@pytest.fixture
def shop() -> Shop:
    traffic = [
        row for at in range(8) for row in visit(f"P{at}", steady(400 + 50 * at, 20), steady(40, 2 if at % 2 else -2))
    ]
    names = [*(f"P{at}" for at in range(8)), "MAT"]
    stock = [{"sku": sku, "country": "DE", "state": "available", "units": 400} for sku in names]
    return Shop(traffic, stock=stock).with_mat(steady(500, 25), steady(50, 3))


@pytest.fixture
def said() -> Callable[[dict[str, Any]], list[str]]:
    """The sentences of a row, filled."""
    return lambda row: [sentence.format(**values) for sentence, values in row["reasons"]]
