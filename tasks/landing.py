"""From shipment lines and the night's facts to what landed cost is quoted on; what cannot be quoted is listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from config.seller import Seller
from skills import economics, freight
from skills.distribution.standins import complete_products
from skills.distribution.terms import extra_duties
from skills.rates import RateBook
from skills.vocabulary import Refusal, mark, minor_digits, round_half_even
from tasks import customs
from tasks.files.reference import read_value_rules
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

NO_METHOD = mark(
    "No customs value with its method is known for {sku} into {country}. Choose the method with the broker and add "
    "a row to customs_values."
)
NO_PRICE = mark("No price is known for {sku} in {country}: add its sales, or a price of its category.")
FREIGHT = {
    "amount_minor": "freight_minor", "currency": "freight_currency", "rate": "freight_rate",
    "rate_from": "freight_from", "source": "freight_source", "retrieved_on": "freight_retrieved_on",
    "confidence": "freight_confidence",
}  # fmt: skip
"""Column of a quote → what the line of an entry calls it."""
STORAGE_WEEKS = 4
"""Storage that a unit is charged before it is sold; a planning value, shown as such."""

_REFUNDED = frozenset({"vat", "gst", "jct"})
_VALUED = ["entry", "sku", "customs_value_minor", "customs_currency", "customs_method"]
_REFUSED = ["entry", "sku", "country", "lane", "units", "reason", "values"]
_PLANNED = ("referral", "fulfilment", "returns", "refunds")


@dataclass(frozen=True)
class Entries:
    """What `economics` asks for; every shipment line is in `lines` or in `refused`.

    Attributes:
        lines: One row per (entry, sku): as `quote_landed_cost` reads it.
        products: One row per sku.
        lanes: One row per (lane, country).
        registrations: One row per country whose import tax is refunded.
        prices: One row per (sku, country), base currency; as `quote_margin` reads it.
        refused: One row per line that cannot be quoted: entry, sku, country, lane, units, reason (a marked
            sentence) and values (what fills its places).
    """

    lines: pd.DataFrame
    products: pd.DataFrame
    lanes: pd.DataFrame
    registrations: pd.DataFrame
    prices: pd.DataFrame
    refused: pd.DataFrame


def list_lines(shipments: pd.DataFrame) -> pd.DataFrame:
    """Tonight's shipment lines as lines of entries: an entry is what one lane carries to one country tonight.

    Args:
        shipments: Lines of the allocation: sku, country, lane, units, depart_on.

    Returns:
        One row per (entry, sku): country, lane, units, departs_on, committed (False: it is proposed, not sent).
    """
    lines = shipments[["sku", "country", "lane", "units"]].assign(
        entry=shipments["lane"].astype("str") + " → " + shipments["country"].astype("str"),
        departs_on=shipments["depart_on"],
        committed=False,
    )
    return lines.reset_index(drop=True)


def value_by_choice(lines: pd.DataFrame, known: Snapshot, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customs values of the lines by the choices that hold that morning.

    Args:
        lines: One row per (entry, sku): country, units, committed.
        known: Its `customs_values` are the choices of the seller's file and of the ledger.

    Returns:
        As `customs.value_lines`: the valued lines, and the refused ones with their reason.
    """
    return customs.value_lines(lines, known.customs_values, read_value_rules(), as_of)


def prepare_entries(
    lines: pd.DataFrame, known: Snapshot, values: pd.DataFrame, contribution: pd.DataFrame, night: Night
) -> Entries:
    """Facts of every entry; a line that lacks one is set aside with the sentence that says which.

    Args:
        lines: One row per (entry, sku): country, lane, units, departs_on; optional freight_minor of the whole entry
            with freight_currency, freight_rate, freight_from, freight_source, freight_retrieved_on and
            freight_confidence. Without a quote the lane's own price holds.
        known: products, lanes, registrations and rates are read.
        values: One row per (entry, sku): customs_value_minor (of the line), customs_currency, customs_method.
        contribution: From `distribution.quote_contribution`: price and selling costs per unit.
        night: For the base currency, the policy and the morning.
    """
    full = complete_products(known.products)
    full = full[full["sku"].isin(lines["sku"].unique())].reset_index(drop=True)
    contribution = contribution[contribution["sku"].isin(lines["sku"].unique())]
    duties = _Layers(known.rates, night)
    codes = ChosenCodes(full, known.hs_codes)
    prices = _list_prices(contribution, night.seller.base_currency)
    priced = set(zip(prices["sku"], prices["country"], strict=True))
    lanes = _list_lanes(lines, known.lanes)
    facts = lines.merge(values[_VALUED], on=["entry", "sku"], how="left")
    if "freight_minor" not in facts:
        facts = facts.merge(_quote_lanes(lines, full, known, night), on="entry", how="left")
    own = [codes.find(sku, country) for sku, country in zip(facts["sku"], facts["country"], strict=True)]
    facts = facts.assign(
        placement_minor=0,
        hs_code=pd.Series(own, facts.index, dtype="str"),
        duty_layers=[duties.list(country, code) for country, code in zip(facts["country"], own, strict=True)],
    )
    products = _list_products(full, known.rates, night)
    registrations = _list_registrations(known, night)
    kept, refused = [], []
    valued = facts[facts["customs_method"].fillna("") != ""]
    every = valued[[place in priced for place in zip(valued["sku"], valued["country"], strict=True)]]
    sound = len(every) > 0 and _try_lines(every, products, lanes, registrations, known.rates, night) is None
    for line in facts.to_dict("records"):
        place = {"sku": str(line["sku"]), "country": str(line["country"])}
        if pd.isna(line["customs_method"]) or not line["customs_method"]:
            reason: tuple[str, dict[str, Any]] | None = (NO_METHOD, place)
        elif (line["sku"], line["country"]) not in priced:
            reason = (NO_PRICE, place)
        else:
            alone = pd.DataFrame([line])
            reason = None if sound else _try_lines(alone, products, lanes, registrations, known.rates, night)
        if reason is None:
            kept.append(line)
        else:
            refused.append([line[name] for name in _REFUSED[:5]] + list(reason))
    return Entries(
        pd.DataFrame(kept, columns=facts.columns),
        products,
        lanes,
        registrations,
        prices,
        pd.DataFrame(refused, columns=_REFUSED),
    )


def _try_lines(
    tried: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    registrations: pd.DataFrame,
    rates: RateBook,
    night: Night,
) -> tuple[str, dict[str, Any]] | None:
    """Why the lines cannot be quoted; None where they can."""
    own = products[products["sku"].isin(tried["sku"])]
    policy, base = night.seller.policy.economics, night.seller.base_currency
    try:
        economics.quote_landed_cost(tried, own, lanes, registrations, rates, base, policy, night.as_of)
    except Refusal as refusal:
        return refusal.template, {name: str(value) for name, value in refusal.values.items()}
    return None


class ChosenCodes:
    """Tariff codes: what was chosen for a country, else the product's own, else its category's."""

    def __init__(self, products: pd.DataFrame, choices: pd.DataFrame) -> None:
        self._own = dict(zip(products["sku"], products["hs_code"], strict=True))
        places = zip(choices["sku"], choices["country"], strict=True)
        self._chosen = dict(zip(places, choices["hs_code"], strict=True))

    def find(self, sku: str, country: str) -> str:
        return str(self._chosen.get((sku, country)) or self._own.get(sku, ""))


class _Layers:
    """Which duties a country asks for on a code: those that the rate book has a row for."""

    def __init__(self, rates: RateBook, night: Night) -> None:
        self._rates, self._as_of = rates, night.as_of
        self._known: dict[tuple[str, str], str] = {}

    def list(self, country: str, code: str) -> str:
        if (country, code) not in self._known:
            extra = [rate.kind for rate in extra_duties(self._rates, country, code, self._as_of)]
            self._known[country, code] = " ".join(["duty", *sorted(extra)])
        return self._known[country, code]


def _list_lanes(lines: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    """Lane and country of every line; goods on tax-included freight leave under the forwarder's declaration."""
    used = lines[["lane", "country"]].drop_duplicates().merge(lanes.drop(columns="country"), on="lane")
    included = used["tax_included"] == "yes"
    seller = used["importer_of_record"].str.lower().str.startswith("seller")
    return pd.DataFrame(
        {
            "lane": used["lane"],
            "country": used["country"],
            "mode": used["mode"],
            "incoterm": used["incoterm"],
            "importer_of_record": used["importer_of_record"].mask(seller, "seller"),
            "tax_included": included,
            "seller_exports": ~included,
            "volumetric_divisor": used["volumetric_divisor"].where(used["volumetric_divisor"] > 0, 10**9),
            "handling_minor": used["handling_minor"],
            "handling_currency": used["currency"],
        }
    )


def _list_products(full: pd.DataFrame, rates: RateBook, night: Night) -> pd.DataFrame:
    """Quality control and packing is the rate book's `qc_pack` (`CCY/unit`), where it is in the cost's currency."""
    packing = rates.find("qc_pack", "CN", night.as_of)
    currency = packing.unit.partition("/")[0] if packing else ""
    cost = round_half_even(packing.value.scaleb(minor_digits(currency))) if packing else 0
    return pd.DataFrame(
        {
            "sku": full["sku"],
            "unit_cost_minor": full["unit_cost_minor"],
            "cost_currency": full["cost_currency"],
            "tooling_minor": 0,
            "tooling_units": 0,
            "qc_pack_minor": [cost if own == currency else 0 for own in full["cost_currency"]],
            "weight_g": _whole(full["weight_kg"], 1000),
            "volume_cm3": _whole(full["cm3"], 1),
            "hs_code": full["hs_code"],
            "special_vat_invoice": full["vat_invoice"] == "yes",
        }
    )


def _list_registrations(known: Snapshot, night: Night) -> pd.DataFrame:
    table = known.tables.get("registrations")
    if table is None or table.empty:
        return pd.DataFrame({"country": []}, dtype="str")
    morning = pd.Timestamp(night.as_of)
    ends = pd.to_datetime(table["effective_to"])
    holds = (pd.to_datetime(table["registered_on"]) <= morning) & (ends.isna() | (ends >= morning))
    return table.loc[holds & table["tax"].isin(_REFUNDED), ["country"]].drop_duplicates().reset_index(drop=True)


def _list_prices(contribution: pd.DataFrame, base: str) -> pd.DataFrame:
    """Price and selling costs per unit as planned, in whole minor units of the base currency; ads are not known."""
    quoted = contribution[(contribution["wait_reason"] == "") & (contribution["gross_price"] > 0)]
    quoted = quoted.drop_duplicates(["sku", "country"]).reset_index(drop=True)
    amounts = {"price": quoted["gross_price"], "storage": quoted["storage_week"] * STORAGE_WEEKS}
    amounts |= {name: quoted[name] for name in _PLANNED}
    whole = {f"{name}_minor": _whole(column.clip(lower=0), 1).astype("int64") for name, column in amounts.items()}
    return pd.DataFrame(
        {"sku": quoted["sku"], "country": quoted["country"], "tax_in_price": quoted["vat_rate"] > 0, **whole}
    ).assign(currency=base, discounts_minor=0, ads_minor=0)


def _quote_lanes(lines: pd.DataFrame, full: pd.DataFrame, known: Snapshot, night: Night) -> pd.DataFrame:
    """Freight of each entry as its lane is quoted that day: all lines of the entry count as one shipment.

    Returns:
        One row per entry, the columns of `FREIGHT`; an entry without weight or quote has none.
    """
    sizes = lines.merge(full[["sku", "weight_kg", "cm3", "carton_units"]], on="sku", how="left")
    weighed = sizes.assign(
        weight_g=_whole(sizes["weight_kg"], 1000) * sizes["units"],
        volume_cm3=_whole(sizes["cm3"], 1) * sizes["units"],
        boxes=-(-sizes["units"] // sizes["carton_units"].fillna(1).clip(lower=1).astype("int64")),
    )
    sums = weighed.groupby(["entry", "lane"], as_index=False)[["weight_g", "volume_cm3", "boxes"]].sum(min_count=1)
    loads = sums[(sums["weight_g"] > 0) & (sums["volume_cm3"] > 0)].merge(known.lanes[["lane", "country"]], on="lane")
    asked = loads.rename(columns={"entry": "consignment"}).assign(
        postcode="", longest_mm=0, ready_on=pd.Timestamp(night.as_of)
    )
    base, policy = night.seller.base_currency, night.seller.policy.freight
    quotes = freight.quote_freight(
        asked, state_lanes(known, night.seller), known.rate_cards, known.rates, base, policy, night.as_of
    )
    return name_freight(quotes[quotes["reason"] == ""])[["entry", *FREIGHT.values()]]


def state_lanes(known: Snapshot, seller: Seller) -> pd.DataFrame:
    """The lanes, each saying whether its prices are the seller's own or generated."""
    own = "generated" if {"all", "lanes"} & set(seller.generated) else "secondary"
    return known.lanes.assign(confidence=own)


def name_freight(quotes: pd.DataFrame) -> pd.DataFrame:
    """Quotes of whole consignments as the freight of entries: one row per entry, its lane and `FREIGHT`."""
    return quotes[["consignment", "lane", *FREIGHT]].rename(columns={"consignment": "entry", **FREIGHT})


def _whole(column: pd.Series, factor: int) -> pd.Series:
    return pd.Series(
        [None if pd.isna(value) else round_half_even(Decimal(str(value)) * factor) for value in column],
        index=column.index,
        dtype="Int64",
    )
