"""Storage and logistics as a share of net sales: the headline that a hub is meant to lower."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.distribution.freight import minor_factor, price_freight
from skills.distribution.network import countries_fed, find_hubs
from skills.distribution.standins import complete_products
from skills.distribution.terms import WEEKS_PER_MONTH, in_base, read_terms
from skills.rates import MissingRate, RateBook
from skills.vocabulary import ALL_COUNTRIES, mark

RECENT, BEFORE = mark("last 4 complete weeks"), mark("the 4 weeks before")
_DAYS = 28
_AMOUNTS = ["units", "net_sales_base_minor", "freight_base_minor", "fulfilment_base_minor", "storage_base_minor"]


def measure_cost_share(
    sales: pd.DataFrame,
    stock: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    as_of: date,
) -> pd.DataFrame:
    """Storage, freight and fulfilment of four weeks against net sales of the same weeks, at the rates of those weeks.

    Freight is that of the country's cheapest lane from a hub; storage is today's stock, in the country and its
    share of the hub by units sold, for four weeks (earlier stock is not in the files). A country without rates
    is left out and counted in no total.

    Returns:
        One row per (period, country), `*` for all together: from_day, to_day, units, net_sales_base_minor,
        freight_base_minor, fulfilment_base_minor, storage_base_minor, share_percent (NaN without sales).
    """
    full = complete_products(products)
    monday = as_of - timedelta(days=as_of.weekday())
    frames = []
    for name, last in ((RECENT, monday), (BEFORE, monday - timedelta(days=_DAYS))):
        first = last - timedelta(days=_DAYS)
        period = sales[(sales["day"] >= pd.Timestamp(first)) & (sales["day"] < pd.Timestamp(last))]
        # rates of the week in which the period ends; its storage season is the one that is paid for
        day = last - timedelta(days=1)
        rows = _measure(period, stock, full, lanes, nodes, rates, base_currency, day)
        total = {"country": ALL_COUNTRIES} | {amount: int(rows[amount].sum()) for amount in _AMOUNTS}
        rows = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
        rows.insert(0, "period", name)
        rows["from_day"], rows["to_day"] = pd.Timestamp(first), pd.Timestamp(day)
        frames.append(rows)
    found = pd.concat(frames, ignore_index=True)
    cost = found[["freight_base_minor", "fulfilment_base_minor", "storage_base_minor"]].sum(axis=1)
    net = found["net_sales_base_minor"].where(found["net_sales_base_minor"] > 0)
    found["share_percent"] = (cost * 100 / net).round(2)
    columns = ["period", "country", "from_day", "to_day", *_AMOUNTS, "share_percent"]
    return found[columns].astype({"period": "str", "country": "str"})


def _measure(
    sales: pd.DataFrame,
    stock: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    day: date,
) -> pd.DataFrame:
    sizes = products.set_index("sku")[["weight_kg", "cm3"]]
    freight, _ = price_freight(products, lanes[lanes["from_node"].isin(find_hubs(nodes))], rates, base_currency, day)
    freight = freight.merge(lanes[["lane", "country"]], on="lane", how="left")
    freight["each"] = freight["freight"] + freight["handling"]
    cheapest = freight.groupby(["sku", "country"])["each"].min()
    fed = countries_fed(nodes, lanes)
    lying = stock.assign(
        country=stock["node"].map(fed), cm3=stock["sku"].map(sizes["cm3"]).astype("float64").fillna(0.0)
    )
    lying = lying.assign(m3=lying["cm3"] * lying["units"] / 1_000_000)
    by_country, all_units = lying.groupby("country")["m3"].sum(), int(sales["units"].sum())
    hub_storage = _hub_storage(lying[lying["country"].isna()], nodes, rates, base_currency, day)
    rows = []
    for country, part in sales.groupby("country", sort=True):
        try:
            terms = read_terms(rates, str(country), base_currency, day, has_returns=False)
            factor = {
                money: minor_factor(rates, money, base_currency, day) for money in sorted(set(part["currency"]))
            }
        except MissingRate:
            continue
        units = part["units"].to_numpy(dtype="float64")
        paid = part["revenue_minor"].to_numpy(dtype="float64") * part["currency"].map(factor).to_numpy(
            dtype="float64"
        )
        keys = pd.MultiIndex.from_arrays([part["sku"], part["country"]])
        each = cheapest.reindex(keys).fillna(0.0).to_numpy(dtype="float64")
        kg = part["sku"].map(sizes["weight_kg"]).fillna(0.0).to_numpy(dtype="float64")
        stored = float(by_country.get(country, 0.0)) * terms.storage_per_m3_week * _DAYS / 7
        share_of_hub = hub_storage * float(part["units"].sum()) / all_units if all_units else 0.0
        rows.append(
            {
                "country": str(country),
                "units": int(part["units"].sum()),
                "net_sales_base_minor": int(np.rint(paid / (1.0 + terms.vat)).sum()),
                "freight_base_minor": int(np.rint(units * each).sum()),
                "fulfilment_base_minor": int(
                    np.rint(units * (terms.fulfilment_base + kg * terms.fulfilment_per_kg)).sum()
                ),
                "storage_base_minor": round(stored + share_of_hub),
            }
        )
    frame = pd.DataFrame(rows, columns=["country", *_AMOUNTS])
    return frame.astype({"country": "str"} | dict.fromkeys(_AMOUNTS, "int64"))


def _hub_storage(lying: pd.DataFrame, nodes: pd.DataFrame, rates: RateBook, base_currency: str, day: date) -> float:
    """Four weeks of the hub's storage [base minor]; kind hub_storage by the hub's country, 0 where none is known."""
    total = 0.0
    country = dict(zip(nodes["node"], nodes["country"], strict=True))
    for node, volume in lying.groupby("node", sort=True)["m3"].sum().items():
        rate = rates.find("hub_storage", str(country.get(node, "")), day)
        total += float(volume) * in_base(rates, rate, base_currency, day) / WEEKS_PER_MONTH * _DAYS / 7
    return total
