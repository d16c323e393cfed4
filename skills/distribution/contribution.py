"""What one more unit sold in a country brings, by the lane that carried it there."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd

from skills.distribution.ages import add_age_fees
from skills.distribution.entry import judge_entries, read_entries
from skills.distribution.freight import minor_factor, price_freight
from skills.distribution.network import find_hubs, list_departures
from skills.distribution.policy import DistributionPolicy
from skills.distribution.prices import read_prices, read_return_rates
from skills.distribution.standins import complete_products
from skills.distribution.terms import WEEKS_PER_MONTH, Tariff, Terms, in_base, read_tariff, read_terms
from skills.rates import MissingRate, RateBook
from skills.vocabulary import Refusal, mark

CUSTOMS_BASIS = mark("ex-works cost, planning basis: no customs-value method is chosen yet (unverified)")
NO_PRICE = mark("No price is known: neither this SKU nor its category has sales.")
NO_SIZE = mark("No product has a known weight and size. Fill in weight_kg and the sides in products.")
NO_CODE = mark("No tariff code is known for the SKU or its category. Fill in hs_code in products.")

MONEY = (
    "gross_price", "vat", "price", "referral", "fulfilment", "returns", "refunds", "freight", "handling", "duty",
    "mpf", "hmf", "import_vat_cost", "rebate", "contribution", "product_cost", "net_margin", "storage_week",
    "capital_week", "holding_week", "import_vat", "cash", "landed", "customs_value", "per_kg", "per_m3",
    "hub_storage_week", "hub_capital_week", "rebate_wait_week", "hub_week",
)  # fmt: skip


def quote_contribution(
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: DistributionPolicy,
    as_of: date,
    country_entries: pd.DataFrame | None = None,
    age_fees: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Contribution per unit of every SKU sold in a country, by lane; a SKU never sold is quoted for every country.

    contribution = price net of VAT − referral − fulfilment − expected returns − freight − handling − duty −
    border fees − import VAT that is not recovered + export rebate. The cost of the product, paid before, is no
    part of it; it is in `net_margin`, in `landed` and in what holding costs.

    Args:
        sales: One row per (sku, country, day): units, revenue_minor (as the buyer paid, VAT included), currency.
        returns: One row per (sku, country, day): units, sellable_units; may be empty.
        products: One row per sku, gaps allowed.
        lanes: One row per lane. Under `tax_included` yes neither duty nor tax nor rebate is added (DDP).
        nodes: One row per node.
        rates: Kinds fx, vat, duty, duty_*, referral_fee, fulfilment_*, storage_fee, returns_cost, mpf_rate, hmf_rate,
            export_rebate, hub_storage.
        country_entries: One row per country (`read_entries`); none: every country counts as entered.
        age_fees: One row per (country, category, first_day), from `read_age_fees`: what a month costs from that day
            of age on, on top of storage. None: no fee.

    Returns:
        One row per (sku, country, lane), sorted: money per unit in base minor units, 4 decimals; `holding_week`
        is storage and capital of a week; `hub_week` is what a week at the hub costs: its storage, capital, and
        capital of the export rebate that waits for the departure; `cash` is what a unit takes when shipped;
        `age_fee_<day>` what a week costs more from that day of age on; entry_cost_base_minor, what entering the
        country costs tonight (0 where entered); customs_basis, price_basis, the product facts used and `assumed`,
        those that stood in. Where a rate or fact is missing altogether the money is NaN and `wait_reason`
        (template) with `wait_values` (JSON) says which; so it does where the seller is not registered in time.
    """
    full = complete_products(products)
    departures = list_departures(lanes, nodes, policy, as_of)
    pairs = _list_pairs(sales, full, departures)
    prices, no_currency = read_prices(sales, pairs, full, rates, base_currency, as_of)
    pairs = pd.concat([prices, read_return_rates(returns, sales, pairs, as_of)], axis=1)
    quote = pairs.merge(departures[["country", "lane", "mode", "onward", "arrive_p10"]], on="country", how="inner")
    facts = ["sku", "category", "weight_kg", "cm3", "carton_units", "hs_code", "vat_invoice", "assumed"]
    quote = quote.merge(full[facts], on="sku", how="inner")
    quote = quote.merge(_read_costs(full, rates, base_currency, as_of), on="sku", how="left")
    freight, no_freight = price_freight(full, lanes, rates, base_currency, as_of)
    quote = _add_freight(quote, freight)
    quote = quote.merge(lanes[["lane", "tax_included", "importer_of_record"]], on="lane", how="left")
    quote = quote.sort_values(["sku", "country", "lane"], kind="stable").reset_index(drop=True)
    waits = _Waits(len(quote))
    waits.hold(quote["country"].map(no_currency).to_numpy(), quote["lane"].map(no_freight).to_numpy())
    terms = _add_terms(quote, rates, base_currency, as_of, not returns.empty, waits)
    tariff = _add_tariff(quote, rates, as_of, waits)
    waits.mark_rows(quote["gross_price"].isna().to_numpy(), NO_PRICE)
    waits.mark_rows(quote[["weight_kg", "cm3"]].isna().any(axis=1).to_numpy(), NO_SIZE)
    waits.hold(quote["cost_refused"].to_numpy())
    origin = str(nodes.loc[nodes["node"] == find_hubs(nodes)[0], "country"].iloc[0])
    rebate_share = _read_rebates(quote, origin, rates, as_of)
    hub_month = in_base(rates, rates.find("hub_storage", origin, as_of), base_currency, as_of)
    priced = _price(quote, terms, tariff, rebate_share, hub_month / WEEKS_PER_MONTH, policy)
    entries = read_entries(country_entries, rates, base_currency, policy, as_of)
    priced["entry_cost_base_minor"], too_early = judge_entries(priced, entries, as_of)
    waits.hold(too_early)
    if age_fees is not None:
        priced = add_age_fees(priced, age_fees)
    for name in MONEY:
        priced[name] = priced[name].round(4).mask(pd.Series(waits.reason != ""))
    priced["wait_reason"] = pd.Series(waits.reason, dtype="str")
    priced["wait_values"] = pd.Series(waits.values, dtype="str")
    by_category = ~priced["price_basis"].str.startswith("sales")
    note = "price=" + priced["price"].round(0).astype("str")
    joined = priced["assumed"].where(priced["assumed"] == "", priced["assumed"] + "; ") + note
    priced["assumed"] = priced["assumed"].mask(by_category & priced["price"].notna(), joined)
    return priced.drop(columns=["cost_refused", "onward", "arrive_p10"])


def _list_pairs(sales: pd.DataFrame, products: pd.DataFrame, departures: pd.DataFrame) -> pd.DataFrame:
    served = sorted(set(departures["country"]))
    sold = sales.loc[sales["country"].isin(served), ["sku", "country"]].drop_duplicates()
    sold = sold[sold["sku"].isin(products["sku"])]
    never = products.loc[~products["sku"].isin(sold["sku"]), ["sku"]]
    pairs = pd.concat([sold, never.merge(pd.DataFrame({"country": served}), how="cross")])
    return pairs.astype("str").sort_values(["sku", "country"], kind="stable").reset_index(drop=True)


class _Waits:
    """Why a row cannot be quoted; the first reason stays."""

    def __init__(self, rows: int) -> None:
        self.reason = np.full(rows, "", dtype=object)
        self.values = np.full(rows, "", dtype=object)

    def hold(self, *columns: np.ndarray) -> None:
        for column in columns:
            for row in np.flatnonzero([isinstance(cell, Refusal) for cell in column]):
                self.mark_row(int(row), column[row])

    def mark_row(self, row: int, refusal: Refusal) -> None:
        if self.reason[row] == "":
            self.reason[row] = refusal.template
            self.values[row] = json.dumps(refusal.values, sort_keys=True, ensure_ascii=False, default=str)

    def mark_rows(self, where: np.ndarray, reason: str) -> None:
        fresh = where & (self.reason == "")
        self.reason[fresh], self.values[fresh] = reason, "{}"


def _read_costs(products: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date) -> pd.DataFrame:
    factors: dict[str, float] = {}
    refused: dict[str, Refusal] = {}
    for currency in sorted(set(products["cost_currency"])):
        try:
            factors[currency] = minor_factor(rates, currency, base_currency, as_of)
        except MissingRate as error:
            refused[currency] = error
    cost = products["unit_cost_minor"].astype("float64") * products["cost_currency"].map(factors).astype("float64")
    refusal = [refused.get(currency) for currency in products["cost_currency"]]
    frame = pd.DataFrame({"sku": products["sku"], "product_cost": cost})
    frame["cost_refused"] = pd.Series(refusal, index=frame.index, dtype=object)
    return frame


def _add_freight(quote: pd.DataFrame, freight: pd.DataFrame) -> pd.DataFrame:
    own = quote.merge(freight, on=["sku", "lane"], how="left")
    legs = freight.rename(columns={"lane": "onward"})
    onward = own[["sku", "onward"]].merge(legs, on=["sku", "onward"], how="left", validate="many_to_one")
    for name in ("freight", "handling", "per_kg", "per_m3"):
        own[name] = own[name] + onward[name].fillna(0.0)
    return own


def _add_terms(
    quote: pd.DataFrame, rates: RateBook, base_currency: str, as_of: date, has_returns: bool, waits: _Waits
) -> dict[str, np.ndarray]:
    found = {name: np.full(len(quote), np.nan) for name in Terms.__slots__}
    for country, rows in quote.groupby("country", sort=True).indices.items():
        try:
            terms = read_terms(rates, str(country), base_currency, as_of, has_returns)
        except MissingRate as error:
            for row in rows:
                waits.mark_row(int(row), error)
            continue
        for name, column in found.items():
            column[rows] = getattr(terms, name)
    return found


def _add_tariff(quote: pd.DataFrame, rates: RateBook, as_of: date, waits: _Waits) -> dict[str, np.ndarray]:
    found = {name: np.zeros(len(quote)) for name in Tariff.__slots__}
    open_tax = quote[quote["tax_included"] != "yes"]
    for key, rows in open_tax.groupby(["country", "hs_code", "mode"], sort=True).groups.items():
        country, hs_code, mode = (str(part) for part in key)  # type: ignore[attr-defined]
        at = rows.to_numpy()
        if not hs_code:
            where = np.zeros(len(quote), dtype=bool)
            where[at] = True
            waits.mark_rows(where, NO_CODE)
            continue
        try:
            tariff = read_tariff(rates, country, hs_code, mode, as_of)
        except MissingRate as error:
            for row in at:
                waits.mark_row(int(row), error)
            continue
        for name, column in found.items():
            column[at] = getattr(tariff, name)
    return found


def _read_rebates(quote: pd.DataFrame, origin: str, rates: RateBook, as_of: date) -> np.ndarray:
    """Export rebate as a share of the product's cost, where a VAT invoice gives the right to one."""
    vat = rates.find("vat", origin, as_of)
    share = np.zeros(len(quote))
    for hs_code, rows in quote.groupby("hs_code", sort=True).indices.items():
        try:
            rebate = rates.read_longest("export_rebate", origin, str(hs_code), as_of)
        except MissingRate:
            continue
        share[rows] = float(rebate.value) / (1.0 + (float(vat.value) if vat else 0.0))
    return np.asarray(np.where((quote["vat_invoice"] == "yes") & (quote["tax_included"] != "yes"), share, 0.0))


def _price(
    quote: pd.DataFrame,
    terms: dict[str, np.ndarray],
    tariff: dict[str, np.ndarray],
    rebate_share: np.ndarray,
    hub_storage_per_m3_week: float,
    policy: DistributionPolicy,
) -> pd.DataFrame:
    cost = quote["product_cost"]
    price = quote["gross_price"] / (1.0 + terms["vat"])
    referral = quote["gross_price"] * terms["referral"]
    fulfilment = terms["fulfilment_base"] + quote["weight_kg"] * terms["fulfilment_per_kg"]
    duty, mpf, hmf = (cost * tariff[name] for name in ("duty", "mpf", "hmf"))
    open_tax = (quote["tax_included"] != "yes").to_numpy()
    seller_imports = quote["importer_of_record"].str.lower().str.startswith("seller").to_numpy()
    import_vat = (cost + quote["freight"] + duty) * terms["import_vat"] * open_tax
    vat_cost = import_vat * ~seller_imports
    border = duty + mpf + hmf + vat_cost
    rebate = cost * rebate_share
    landed = cost + quote["freight"] + quote["handling"] + border - rebate
    refunds = quote["return_rate"] * (1.0 - quote["resold_share"]) * (price - referral)
    returns = quote["return_rate"] * terms["returns_cost"]
    storage = quote["cm3"] / 1_000_000 * terms["storage_per_m3_week"]
    weekly_rate = policy.holding_percent_per_year / 100 / 52
    capital = landed * weekly_rate
    at_hub = quote["cm3"] / 1_000_000 * hub_storage_per_m3_week
    contribution = price - referral - fulfilment - returns - refunds - (landed - cost)
    return quote.assign(
        vat_rate=terms["vat"],
        referral_rate=terms["referral"],
        duty_rate=tariff["duty"],
        import_vat_rate=terms["import_vat"] * open_tax,
        fulfilment_per_kg=terms["fulfilment_per_kg"],
        storage_per_m3_week=terms["storage_per_m3_week"],
        vat=quote["gross_price"] - price,
        price=price,
        referral=referral,
        fulfilment=fulfilment,
        returns=returns,
        refunds=refunds,
        duty=duty,
        mpf=mpf,
        hmf=hmf,
        import_vat=import_vat,
        import_vat_cost=vat_cost,
        rebate=rebate,
        rebate_share=rebate_share,
        landed=landed,
        contribution=contribution,
        net_margin=contribution - cost,
        storage_week=storage,
        capital_week=capital,
        holding_week=storage + capital,
        hub_storage_week=at_hub,
        hub_capital_week=cost * weekly_rate,
        rebate_wait_week=rebate * weekly_rate,
        hub_week=at_hub + (cost + rebate) * weekly_rate,
        cash=quote["freight"] + quote["handling"] + duty + mpf + hmf + import_vat,
        customs_value=cost.where(pd.Series(open_tax), 0.0),
        customs_basis=pd.Series(np.where(open_tax, CUSTOMS_BASIS, ""), dtype="str"),
    )
