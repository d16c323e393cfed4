"""Which missing product facts matter most, in money."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.standins import SIZES, complete_products
from skills.rates import MissingRate, RateBook
from skills.vocabulary import ALL_COUNTRIES, mark

WEIGHT, SIZE, CODE = mark("packed weight"), mark("packed size"), mark("tariff code")
INVOICE, PRICE = mark("VAT invoice of the supplier"), mark("selling price")

_WEEKS = 13
_SPREAD = 0.2
_COLUMNS = ["sku", "fact", "assumed", "low", "high", "units", "money_base_minor"]


def rank_missing_facts(
    contribution: pd.DataFrame,
    forecast: pd.DataFrame,
    lines: pd.DataFrame,
    products: pd.DataFrame,
    rates: RateBook,
    as_of: date,
) -> pd.DataFrame:
    """What not knowing a fact could cost over tonight's lines and 13 weeks of forecast demand.

    The fact runs over its plausible range (weight and volume: p10 to p90 of the SKU's category, ± 20 % where the
    category knows fewer than three; tariff code: lowest to highest duty among the category's codes; invoice: without
    and with the rebate; price: ± 20 %); money = change of cost per unit over that range × units, per country by the
    cheapest quoted lane.

    Args:
        contribution: From `quote_contribution`.
        forecast: One row per (sku, country, weeks_ahead): cum_mean [units]; the 13th week is read.
        lines: Lines of the allocation: sku, country, units.
        products: One row per sku, blanks where a fact is missing.
        rates: Kinds `duty` and `export_rebate`.
        as_of: The morning whose rates hold.

    Returns:
        One row per (sku, fact), most money first: fact and assumed (what stood in), low, high (text), units
        [units concerned], money_base_minor.
    """
    quoted = contribution[(contribution["assumed"] != "") & (contribution["wait_reason"] == "")]
    cheapest = quoted.sort_values(["sku", "country", "landed", "lane"], kind="stable")
    cheapest = cheapest.drop_duplicates(["sku", "country"]).reset_index(drop=True)
    keys = ["sku", "country"]
    ahead = forecast[(forecast["weeks_ahead"] == _WEEKS) & (forecast["country"] != ALL_COUNTRIES)]
    shipped = lines.groupby(keys)["units"].sum().rename("line_units").reset_index()
    table = cheapest.merge(ahead[[*keys, "cum_mean"]], on=keys, how="left").merge(shipped, on=keys, how="left")
    table["concerned"] = table["cum_mean"].fillna(0.0) + table["line_units"].fillna(0)
    full = complete_products(products)
    known = _known_ranges(products, full)
    rows: list[tuple[object, ...]] = []
    duties = _Duties(rates, full, products, as_of)
    for sku, part in table.groupby("sku", sort=True):
        assumed = dict(item.split("=", 1) for item in str(part["assumed"].iloc[0]).split("; "))
        category, units = str(part["category"].iloc[0]), part["concerned"].to_numpy(dtype="float64")
        total = round(float(units.sum()))
        if "weight_kg" in assumed:
            low, high = known["weight_kg"].get(category) or _around(float(assumed["weight_kg"]))
            each = (part["per_kg"] + part["fulfilment_per_kg"]).to_numpy() * (high - low)
            rows.append(
                (sku, WEIGHT, f"{assumed['weight_kg']} kg", f"{low:g} kg", f"{high:g} kg", total, _sum(each, units))
            )
        if any(side in assumed for side in SIZES[1:]):
            cm3 = float(part["cm3"].iloc[0])
            low, high = known["cm3"].get(category) or _around(cm3)
            each = (part["per_m3"] + part["storage_per_m3_week"] * 4).to_numpy() * (high - low) / 1_000_000
            rows.append((sku, SIZE, f"{cm3:g} cm³", f"{low:g} cm³", f"{high:g} cm³", total, _sum(each, units)))
        if "hs_code" in assumed:
            spans = [duties.span(category, str(country)) for country in part["country"]]
            each = part["customs_value"].to_numpy() * np.array([high - low for low, high in spans])
            low, high = min(span[0] for span in spans), max(span[1] for span in spans)
            rows.append(
                (sku, CODE, assumed["hs_code"], f"{low * 100:g} %", f"{high * 100:g} %", total, _sum(each, units))
            )
        if "vat_invoice" in assumed:
            share = duties.rebate(str(part["hs_code"].iloc[0]))
            each = (part["customs_value"] * share).to_numpy()
            rows.append((sku, INVOICE, "no", "no", "yes", total, _sum(each, units)))
        by_category = part["assumed"].str.contains("price=", regex=False).to_numpy()
        if by_category.any():
            each = np.where(by_category, part["price"].to_numpy() * 2 * _SPREAD, 0.0)
            rows.append((sku, PRICE, str(part["price_basis"].iloc[0]), "−20 %", "+20 %", total, _sum(each, units)))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame = frame[frame["money_base_minor"] > 0].sort_values(
        ["money_base_minor", "sku", "fact"], ascending=[False, True, True], kind="stable"
    )
    texts = dict.fromkeys(["sku", "fact", "assumed", "low", "high"], "str")
    return frame.reset_index(drop=True).astype(texts | {"units": "int64", "money_base_minor": "int64"})


def _sum(each: np.ndarray, units: np.ndarray) -> int:
    total = 0.0
    for amount, count in zip(each, units, strict=True):
        total += float(amount) * float(count)
    return round(total)


def _around(value: float) -> tuple[float, float]:
    return value * (1 - _SPREAD), value * (1 + _SPREAD)


def _known_ranges(products: pd.DataFrame, full: pd.DataFrame) -> dict[str, dict[str, tuple[float, float]]]:
    own = products.set_index("sku").reindex(full["sku"])
    has_size = own[list(SIZES[1:])].gt(0).all(axis=1).to_numpy()
    columns = {
        "weight_kg": full["weight_kg"].where(own["weight_kg"].gt(0).to_numpy()),
        "cm3": full["cm3"].where(has_size),
    }
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, values in columns.items():
        grouped = values.groupby(full["category"])
        low, high, count = grouped.quantile(0.1), grouped.quantile(0.9), grouped.count()
        found[name] = {str(key): (float(low[key]), float(high[key])) for key in count.index[count >= 3]}
    return found


class _Duties:
    """Duty over the codes that a category is known to use."""

    def __init__(self, rates: RateBook, full: pd.DataFrame, products: pd.DataFrame, as_of: date) -> None:
        self.rates, self.as_of = rates, as_of
        known = products[products["hs_code"].fillna("") != ""]
        self.codes = {str(key): sorted(set(part["hs_code"])) for key, part in known.groupby("category")}

    def span(self, category: str, country: str) -> tuple[float, float]:
        shares = []
        for code in self.codes.get(category, []):
            try:
                shares.append(float(self.rates.read_longest("duty", country, code, self.as_of).value))
            except MissingRate:
                continue
        return (min(shares), max(shares)) if shares else (0.0, 0.0)

    def rebate(self, hs_code: str) -> float:
        try:
            return float(self.rates.read_longest("export_rebate", "CN", hs_code, self.as_of).value)
        except MissingRate:
            return 0.0
