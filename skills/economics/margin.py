"""Net sales and contribution margins of one unit, by country and lane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pandas as pd

from skills.economics.exact import divide_half_even
from skills.economics.facts import UnusableCost
from skills.economics.policy import EconomicsPolicy
from skills.rates import RateBook
from skills.vocabulary import check_columns, mark, minor_digits, name_rows, round_half_even

SALES = ("discounts", "refunds")
SELLING = ("referral", "fulfilment", "storage", "returns")
STEPS = ("price", "tax", *SALES, *SELLING, "ads")
KEY = ["entry", "sku", "country", "lane"]


def quote_margin(
    landed: pd.DataFrame,
    prices: pd.DataFrame,
    changes: Mapping[str, int],
    rates: RateBook,
    base_currency: str,
    policy: EconomicsPolicy,
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
        UnusableCost: a negative, broken or missing price or cost, two prices, an unknown component in `changes`.
        MissingColumns: a table lacks a column.
        MissingRate: no fx or vat rate on the day.
        UnverifiedRate: one is unverified, and the policy does not accept such.
        UnusableRate: the vat rate is no share.
    """
    components = _check(landed, prices, changes)
    rates = rates.trust(policy.accept_unverified)
    rows = []
    quoted = {(row["sku"], row["country"]): row for row in prices.to_dict("records")}
    for key, group in landed.groupby(KEY, sort=True):
        price = quoted[(key[1], key[2])]
        currency = str(price["currency"])
        fx = rates.convert(currency, base_currency, as_of).scaleb(
            minor_digits(base_currency) - minor_digits(currency)
        )
        row: dict[str, object] = dict(zip(KEY, key, strict=True))
        share = rates.read("vat", str(price["country"]), as_of).share if price["tax_in_price"] else Decimal(0)
        gross = round_half_even(int(price["price_minor"]) * fx)
        amounts = {"price": gross, "tax": round_half_even(gross * share / (1 + share))}
        amounts |= {name: round_half_even(int(price[f"{name}_minor"]) * fx) for name in (*SALES, *SELLING, "ads")}
        costs = dict.fromkeys(components, 0)
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
    columns = [*KEY, "price", "tax", *SALES, "net_sales", *components, "landed", "cm1", *SELLING, "cm2", "ads", "cm3",
               "currency", "break_even_roas", "break_even_acos_percent", "tax_basis"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def list_components(margin: pd.DataFrame) -> list[str]:
    """The landed components of a margin, in order: its columns between net_sales and landed.

    Raises:
        MissingColumns: a column of `quote_margin` is missing.
    """
    check_columns("margin", margin.columns, [*KEY, *STEPS, "net_sales", "landed", "cm1", "cm2", "cm3", "currency"])
    names = list(margin.columns)
    return names[names.index("net_sales") + 1 : names.index("landed")]


def _check(landed: pd.DataFrame, prices: pd.DataFrame, changes: Mapping[str, int]) -> list[str]:
    """The landed components, in order."""
    amounts = [f"{name}_minor" for name in STEPS if name != "tax"]
    check_columns("landed", landed.columns, [*KEY, "units", "component", "amount_minor", "in_cost"])
    check_columns("prices", prices.columns, ["sku", "country", "currency", "tax_in_price", *amounts])
    usable = ((prices[amounts] >= 0) & (prices[amounts] % 1 == 0)).all(axis=1)
    wrong = prices[~usable | prices.duplicated(["sku", "country"])]
    known = set(zip(prices["sku"], prices["country"], strict=True))
    sold = set(zip(landed["sku"], landed["country"], strict=True))
    missing = sorted(sold - known)
    if len(wrong) or missing:
        rows = [f"{row.sku} {row.country}" for row in wrong.itertuples()] + [" ".join(pair) for pair in missing]
        raise UnusableCost(
            mark(
                "The price of {rows} cannot be used. Expected one row per SKU and country with no amount missing, "
                "below 0 or in parts of a minor unit. Correct the prices file and import it again."
            ),
            rows=name_rows(rows),
        )
    components = list(landed["component"].unique())
    unknown = sorted(set(changes) - {*components, *STEPS})
    if unknown:
        raise UnusableCost(
            mark("No component is called {names}. Expected one of: {known}. Correct the what-if."),
            names=name_rows(unknown),
            known=", ".join((*STEPS, *components)),
        )
    return components
