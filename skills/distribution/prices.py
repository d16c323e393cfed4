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
    units = sales["units"].to_numpy(dtype="int64")
    sold = np.flatnonzero(units > 0)
    currencies, names = pd.factorize(sales["currency"].iloc[sold])
    factors = np.full(len(names), np.nan)
    refused: dict[str, Refusal] = {}
    for number, currency in enumerate(names):
        try:
            factors[number] = minor_factor(rates, str(currency), base_currency, as_of)
        except MissingRate as error:
            for country in sales["country"].iloc[sold[currencies == number]].unique():
                refused[str(country)] = error
    revenue = np.rint(np.nan_to_num(sales["revenue_minor"].to_numpy(dtype="float64")[sold] * factors[currencies]))
    pair, units = number_pairs(sales, pairs)[sold], units[sold]
    recent = (sales["day"] >= pd.Timestamp(as_of) - pd.Timedelta(days=RECENT_DAYS)).to_numpy()[sold]
    price_ever, sold_units = _average(pair, revenue, units, len(pairs))
    price_recent, _ = _average(np.where(recent, pair, -1), revenue, units, len(pairs))
    category = pairs["sku"].map(dict(zip(products["sku"], products["category"], strict=True)))
    prices = pd.DataFrame({"category": category, "country": pairs["country"], "price": price_ever})
    here = prices.groupby(["category", "country"])["price"].transform("median").to_numpy(dtype="float64")
    anywhere = prices.groupby("category")["price"].transform("median").to_numpy(dtype="float64")
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
                "sold_units": sold_units,
            }
        ),
        refused,
    )


def number_pairs(rows: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Which of the pairs, sorted by (sku, country), each row is of; -1 where it is of none."""
    if pairs.empty or rows.empty:
        return np.full(len(rows), -1)
    places = []
    for name in ("sku", "country"):
        names = pd.Index(np.sort(pairs[name].unique()))
        codes, known = pd.factorize(rows[name])
        places += [names.get_indexer(pd.Index(known))[codes], names.get_indexer(pd.Index(pairs[name]))]
    sku, of_sku, country, of_country = places
    width = int(of_country.max()) + 1
    keys, key = of_sku * width + of_country, sku * width + country
    at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    return np.where((sku >= 0) & (country >= 0) & (keys[at] == key), at, -1)


def _average(pair: np.ndarray, revenue: np.ndarray, units: np.ndarray, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    """Revenue ÷ units per pair, NaN without any, and the units; sums of whole numbers are exact in any order."""
    known = pair >= 0
    earned = np.bincount(pair[known], weights=revenue[known], minlength=pairs)
    sold = np.zeros(pairs, dtype="int64")
    np.add.at(sold, pair[known], units[known])
    return np.where(sold > 0, earned / np.where(sold > 0, sold, 1), np.nan), sold


def read_return_rates(returns: pd.DataFrame, sales: pd.DataFrame, pairs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Share of sold units that come back, and of these the share that can be sold again, over the last 52 weeks.

    The SKU's own in the country, shrunk to the country's rate with the weight of 50 units; no returns file, no
    returns.

    Returns:
        The pairs in order: return_rate, resold_share.
    """
    since = pd.Timestamp(as_of) - pd.Timedelta(days=RETURN_DAYS)
    back = returns[(returns["day"] >= since) & (returns["day"] < pd.Timestamp(as_of))]
    late = (sales["day"] >= since).to_numpy()
    country_sold = sales["units"].where(late, 0).groupby(sales["country"]).sum()
    of_sale, of_return = np.where(late, number_pairs(sales, pairs), -1), number_pairs(back, pairs)
    sold, returned = np.zeros(len(pairs), dtype="int64"), np.zeros(len(pairs), dtype="int64")
    for total, pair, rows in ((sold, of_sale, sales), (returned, of_return, back)):
        np.add.at(total, pair[pair >= 0], rows["units"].to_numpy(dtype="int64")[pair >= 0])
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
