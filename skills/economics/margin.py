"""Net sales and contribution margins of one unit, by country and lane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pandas as pd

from skills.economics.exact import divide_half_even
from skills.economics.facts import UnusableCost
from skills.economics.sheet import COMPONENTS
from skills.rates import RateBook
from skills.vocabulary import mark, minor_digits, name_rows, round_half_even

SALES = ("discounts", "refunds")
SELLING = ("referral", "fulfilment", "storage", "returns")
KEY = ["entry", "sku", "country", "lane"]


def quote_margin(
    landed: pd.DataFrame,
    prices: pd.DataFrame,
    changes: Mapping[str, int],
    rates: RateBook,
    base_currency: str,
    as_of: date,
) -> pd.DataFrame:
    """What is left of a price, step by step.

    Args:
        landed: From `quote_landed_cost`.
        prices: One row per (sku, country): price_minor, currency, tax_in_price (True where the shown price contains
            VAT or JCT; a sales tax that the marketplace collects is outside the price: False), and per unit sold, in
            the same currency and without tax: discounts_minor, refunds_minor, referral_minor, fulfilment_minor,
            storage_minor, returns_minor, ads_minor.
        changes: What if: component or step → base minor units per unit instead of the quoted ones.
        rates: `fx` and, where the price contains it, `vat`.
    Returns:
        One row per (entry, sku, country, lane), base minor units per unit: price, tax, discounts, refunds, net_sales,
        one column per landed component, landed, cm1, referral, fulfilment, storage, returns, cm2, ads, cm3; then
        break_even_roas and break_even_acos_percent (Decimal, missing where cm2 is not positive) and tax_basis, which
        says that their sales are without tax. Each amount is rounded half even per unit; sums are of rounded amounts.
    Raises:
        UnusableCost: a negative or missing price or cost, two prices, an unknown component in `changes`.
        MissingRate: no fx or vat rate on the day.
    """
    _check(landed, prices, changes)
    rows = []
    quoted = {(row["sku"], row["country"]): row for row in prices.to_dict("records")}
    for key, group in landed.groupby(KEY, sort=True):
        price = quoted[(key[1], key[2])]
        currency = str(price["currency"])
        fx = rates.convert(currency, base_currency, as_of).scaleb(
            minor_digits(base_currency) - minor_digits(currency)
        )
        row: dict[str, object] = dict(zip(KEY, key, strict=True))
        share = rates.read("vat", str(price["country"]), as_of).value if price["tax_in_price"] else Decimal(0)
        gross = round_half_even(int(price["price_minor"]) * fx)
        amounts = {"price": gross, "tax": round_half_even(gross * share / (1 + share))}
        amounts |= {name: round_half_even(int(price[f"{name}_minor"]) * fx) for name in (*SALES, *SELLING, "ads")}
        costs = dict.fromkeys(COMPONENTS, 0)
        for part in group[group["in_cost"]].to_dict("records"):
            costs[part["component"]] = divide_half_even(int(part["amount_minor"]), int(part["units"]))
        for name, value in changes.items():
            (costs if name in costs else amounts)[name] = int(value)
        net = amounts["price"] - amounts["tax"] - sum(amounts[name] for name in SALES)
        cm1 = net - sum(costs.values())
        cm2 = cm1 - sum(amounts[name] for name in SELLING)
        row |= amounts | costs | {"net_sales": net, "landed": sum(costs.values())}
        row |= {"cm1": cm1, "cm2": cm2, "cm3": cm2 - amounts["ads"], "currency": base_currency}
        row["break_even_roas"] = (Decimal(net) / cm2).quantize(Decimal("0.0001")) if cm2 > 0 else None
        row["break_even_acos_percent"] = (
            (Decimal(100) * cm2 / net).quantize(Decimal("0.01")) if cm2 > 0 and net > 0 else None
        )
        row["tax_basis"] = mark("sales without tax")
        rows.append(row)
    return pd.DataFrame(rows)


def _check(landed: pd.DataFrame, prices: pd.DataFrame, changes: Mapping[str, int]) -> None:
    amounts = [name for name in prices.columns if name.endswith("_minor")]
    wrong = prices[~(prices[amounts] >= 0).all(axis=1) | prices.duplicated(["sku", "country"])]
    known = set(zip(prices["sku"], prices["country"], strict=True))
    sold = set(zip(landed["sku"], landed["country"], strict=True))
    missing = sorted(sold - known)
    if len(wrong) or missing:
        rows = [f"{row.sku} {row.country}" for row in wrong.itertuples()] + [" ".join(pair) for pair in missing]
        raise UnusableCost(
            mark(
                "The price of {rows} cannot be used. Expected one row per SKU and country with no amount missing or "
                "below 0. Correct the prices file and import it again."
            ),
            rows=name_rows(rows),
        )
    unknown = sorted(set(changes) - {*COMPONENTS, *SALES, *SELLING, "price", "tax", "ads"})
    if unknown:
        raise UnusableCost(
            mark("No component is called {names}. Expected one of: {known}. Correct the what-if."),
            names=name_rows(unknown),
            known=", ".join(("price", "tax", *SALES, *COMPONENTS, *SELLING, "ads")),
        )
