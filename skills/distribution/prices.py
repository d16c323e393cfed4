"""What a unit really sells for, and how many come back."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.freight import minor_factor
from skills.rates import MissingRate, RateBook
from skills.vocabulary import Refusal, mark

RECENT_DAYS = 91
RETURN_DAYS = 364


def read_prices(
    sales: pd.DataFrame, pairs: pd.DataFrame, products: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date
) -> tuple[pd.DataFrame, dict[str, Refusal]]:
    """Paid price per unit of every (sku, country).

    Revenue ÷ units of the last 13 weeks; without sales there, of all earlier weeks; without any, the median of the
    category in that country, then of the category anywhere.

    Args:
        sales: One row per (sku, country, day): units, revenue_minor, currency.
        pairs: One row per (sku, country) wanted.

    Returns:
        The pairs in order with gross_price [base minor, tax included as the buyer paid it; NaN when unknown],
        price_basis (marked words) and sold_units [all known sales]; and the countries whose currency has no rate.
    """
    sold = sales[sales["units"] > 0]
    factors: dict[str, float] = {}
    refused: dict[str, Refusal] = {}
    for currency in sorted(set(sold["currency"])):
        try:
            factors[currency] = minor_factor(rates, currency, base_currency, as_of)
        except MissingRate as error:
            for country in sorted(set(sold.loc[sold["currency"] == currency, "country"])):
                refused[country] = error
    base = (
        sold["revenue_minor"].to_numpy(dtype="float64") * sold["currency"].map(factors).astype("float64").to_numpy()
    )
    table = pd.DataFrame(
        {
            "sku": sold["sku"],
            "country": sold["country"],
            "units": sold["units"].astype("int64"),
            "revenue": np.rint(base),
            "recent": (sold["day"] >= pd.Timestamp(as_of) - pd.Timedelta(days=RECENT_DAYS)).to_numpy(),
        }
    )
    totals = table.groupby(["sku", "country"])[["units", "revenue"]].sum()
    recent = table[table["recent"]].groupby(["sku", "country"])[["units", "revenue"]].sum()
    wanted = pd.MultiIndex.from_frame(pairs[["sku", "country"]])
    price_recent = (recent["revenue"] / recent["units"]).reindex(wanted).to_numpy(dtype="float64")
    price_ever = (totals["revenue"] / totals["units"]).reindex(wanted).to_numpy(dtype="float64")
    category = pairs["sku"].map(dict(zip(products["sku"], products["category"], strict=True)))
    known = pd.DataFrame({"category": category, "country": pairs["country"], "price": price_ever})
    here = known.groupby(["category", "country"])["price"].transform("median").to_numpy(dtype="float64")
    anywhere = known.groupby("category")["price"].transform("median").to_numpy(dtype="float64")
    price, basis = np.full(len(pairs), np.nan), np.full(len(pairs), "", dtype=object)
    for values, name in (
        (price_recent, mark("sales of the last 13 weeks")),
        (price_ever, mark("sales before the last 13 weeks")),
        (here, mark("median of the category in the country")),
        (anywhere, mark("median of the category in all countries")),
    ):
        fill = np.isnan(price) & ~np.isnan(values)
        price[fill], basis[fill] = values[fill], name
    return (
        pd.DataFrame(
            {
                "sku": pairs["sku"].to_numpy(),
                "country": pairs["country"].to_numpy(),
                "gross_price": price.round(4),
                "price_basis": pd.Series(basis, dtype="str"),
                "sold_units": totals["units"].reindex(wanted).fillna(0).astype("int64").to_numpy(),
            }
        ),
        refused,
    )


def read_return_rates(returns: pd.DataFrame, sales: pd.DataFrame, pairs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Share of sold units that come back, and of these the share that can be sold again, over the last 52 weeks.

    The SKU's own in the country, shrunk to the country's rate with the weight of 50 units; no returns file, no
    returns.

    Returns:
        The pairs in order: return_rate, resold_share.
    """
    since = pd.Timestamp(as_of) - pd.Timedelta(days=RETURN_DAYS)
    keys = ["sku", "country"]
    back = returns[(returns["day"] >= since) & (returns["day"] < pd.Timestamp(as_of))]
    units = sales[(sales["day"] >= since)].groupby(keys)["units"].sum()
    per_pair = back.groupby(keys)[["units", "sellable_units"]].sum()
    wanted = pd.MultiIndex.from_frame(pairs[keys])
    sold = units.reindex(wanted).fillna(0).to_numpy(dtype="float64")
    returned = per_pair["units"].reindex(wanted).fillna(0).to_numpy(dtype="float64")
    country_sold = units.groupby("country").sum()
    country_back = back.groupby("country")[["units", "sellable_units"]].sum()
    rate = pairs["country"].map((country_back["units"] / country_sold.where(country_sold > 0)).clip(upper=1))
    resold = pairs["country"].map(
        country_back["sellable_units"] / country_back["units"].where(country_back["units"] > 0)
    )
    country_rate = rate.fillna(0).to_numpy(dtype="float64")
    shrunk = np.minimum(1.0, (returned + 50 * country_rate) / (sold + 50))
    return pd.DataFrame(
        {
            "return_rate": shrunk.round(6),
            "resold_share": resold.fillna(0).clip(0, 1).to_numpy(dtype="float64").round(6),
        }
    )
