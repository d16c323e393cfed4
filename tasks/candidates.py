"""Candidates for a new product: which niches a supplier's quote answers, and what a unit would leave in each country.

A candidate is quoted by the very tasks that quote the night's shipments: its quote stands in for a product, the
niche's price for its sales. The customs value is the supplier's price, for planning only, and says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.vocabulary import ALL_COUNTRIES, Refusal, mark, minor_digits, round_half_even
from tasks import distribution, economics
from tasks.files.customs_tables import CUSTOMS_VALUES
from tasks.files.tables import PRODUCTS
from tasks.landing import prepare_entries
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

PLANNED_VALUE = mark("supplier's price, for planning; the method is chosen with a broker before anything ships")
NO_NICHE = mark("No search term of quote {quote} is in a niche of any country. Correct `terms` in supplier_quotes.")
NO_FACTS = mark(
    "Quote {quote} lacks {missing}, so freight, fees and duty cannot be planned. Ask the supplier, and complete "
    "supplier_quotes."
)
NO_LANE = mark("No lane of the table lanes goes from a hub to {country}; quote {quote} has no landed cost there.")
NO_NICHE_PRICE = mark("The clicked products of the niche in {country} have no known price; quote {quote} has none.")

AS_IF_SOLD = 1000
"""Units that stand for a candidate's sales at the niche's price; only the price per unit and the returns count."""

_KEY = ["quote", "country"]
_SIZES = ("weight_kg", "length_cm", "width_cm", "height_cm")
COSTS = [
    *_KEY, "lane", "landed_minor", "unit_base_minor", "tooling_minor", "freight_minor", "duty_minor",
    "import_vat_cash_minor", "rebate_minor", "net_minor", "referral_minor", "ads_minor", "price_minor",
    "net_sales_minor", "cm2_minor", "cm3_minor", "cm2_percent", "cm3_percent", "break_even_acos_percent",
]  # fmt: skip
_FREIGHT = ("freight", "insurance", "pick_up", "export_terminal", "drayage", "appointment")
_ON_VALUE = ("mpf", "hmf")
"""Fees that follow the customs value as duty does; brokerage, bond and exam do not."""

_Refused = tuple[str, str, str, dict[str, str]]


@dataclass(frozen=True)
class Candidates:
    """What the suppliers' quotes would leave in the niches that they answer.

    Attributes:
        matches: One row per (quote, country) that is priced: candidate, concept, niche, volume, price_minor, currency
            (of the country), first_units (its part of the quote's smallest order), lane, transit_days.
        costs: One row per (quote, country), base minor units per unit: landed_minor, in it unit_base_minor (ex
            works), tooling_minor (its share), freight_minor, duty_minor (and fees on the customs value), less
            rebate_minor; import_vat_cash_minor (recovered, so not in it; 0 where the tax is a cost); price_minor,
            net_sales_minor, referral_minor, ads_minor, net_minor (what a sale pays out, advertising taken off),
            cm2_minor, cm3_minor; cm2_percent, cm3_percent, break_even_acos_percent (NaN where there is none).
        landed: From `quote_landed_cost`, lanes chosen; entry is `quote → country lane`.
        waterfall: From `explain_margin`.
        refused: One row per (quote, country) that cannot be quoted, the country being `*` where none can: reason,
            values.
    """

    matches: pd.DataFrame
    costs: pd.DataFrame
    landed: pd.DataFrame
    waterfall: pd.DataFrame
    refused: pd.DataFrame


def match_quotes(quotes: pd.DataFrame, members: pd.DataFrame, niches: pd.DataFrame) -> pd.DataFrame:
    """Which niche of each country a candidate answers: the one that most of the volume of its search terms is in.

    The terms of all quotes of a candidate count for each of them, a term once: they quote one product, and are
    compared in the same niches.

    Args:
        quotes: Table supplier_quotes: `terms` between semicolons, in any language.
        members: One row per (niche, country, term): volume [searches a week of the term that belong to the niche].
        niches: One row per (niche, country): concept, volume.

    Returns:
        One row per (quote, country): candidate, niche, concept, volume [searches a week of the niche].
    """
    asked = quotes[["candidate", "terms"]].assign(term=quotes["terms"].str.split(";")).explode("term")
    asked = asked.assign(term=asked["term"].astype("str").str.strip().str.casefold())[["candidate", "term"]]
    asked = asked[asked["term"] != ""].drop_duplicates()
    found = asked.merge(members.assign(term=members["term"].str.casefold()), on="term")
    weight = found.groupby(["candidate", "country", "niche"])["volume"].sum().reset_index()
    weight = weight.sort_values(["volume", "niche"], ascending=[False, True], kind="stable")
    best = weight.drop_duplicates(["candidate", "country"])[["candidate", "country", "niche"]]
    matches: pd.DataFrame = (
        quotes[["quote", "candidate"]]
        .merge(best, on="candidate")
        .merge(niches[["niche", "country", "concept", "volume"]], on=["niche", "country"])
    )
    return matches.sort_values(_KEY, ignore_index=True)


def quote_candidates(
    quotes: pd.DataFrame,
    matches: pd.DataFrame,
    sales: pd.DataFrame,
    metrics: pd.DataFrame,
    known: Snapshot,
    night: Night,
) -> Candidates:
    """Landed cost and margins of every quote in every country whose niche it answers.

    Tooling is spread over a year's planned units of all countries, or over the smallest order where that is more.

    Args:
        quotes: Table supplier_quotes; one without weight, sizes or tariff code is refused, for nothing of another
            product may stand in for them.
        matches: From `match_quotes`.
        sales: Planned yearly_units of each (quote, country); NaN where not known.
        metrics: From `measure_niches`: price and returns of the niche.
        known: Lanes, nodes, rates and registrations are read.
        night: For the base currency, the policies (advertising as planned) and the morning.
    """
    refused = _refuse_quotes(quotes, matches)
    sound = quotes[~quotes["quote"].isin([row[0] for row in refused])]
    facts = ["niche", "country", "price_minor", "currency", "return_share"]
    wanted = matches.merge(metrics[facts], on=["niche", "country"], how="left").merge(
        sound[["quote", "moq_units", "carton_units"]], on="quote"
    )
    priced = wanted["price_minor"].astype("float64") > 0
    refused += [(*_place(row), NO_NICHE_PRICE, _name_place(row)) for row in wanted[~priced].to_dict("records")]
    lanes = _list_lanes(known)
    lines = wanted[priced].merge(lanes, on="country", how="left")
    refused += [(*_place(row), NO_LANE, _name_place(row)) for row in lines[lines["lane"].isna()].to_dict("records")]
    wanted = wanted[priced & wanted["country"].isin(lanes["country"])].reset_index(drop=True)
    if wanted.empty:
        return _nothing(lines.iloc[:0], refused)
    wanted = wanted.assign(first_units=_split_first_order(wanted))
    lines = wanted.merge(lanes, on="country").sort_values([*_KEY, "lane"], ignore_index=True)
    stand_in = _stand_in(sound[sound["quote"].isin(wanted["quote"])], wanted, known, night)
    costs, landed, waterfall, missing = _quote(lines, stand_in, _spread_tooling(sound, sales), night)
    if costs.empty:
        return _nothing(lines.iloc[:0], [*refused, *missing])
    kept = set(zip(costs["quote"], costs["country"], strict=True))
    refused += [row for row in missing if (row[0], row[1]) not in kept]
    chosen = costs[[*_KEY, "lane"]]
    return Candidates(
        lines.merge(chosen, on=[*_KEY, "lane"]).sort_values(_KEY, ignore_index=True),
        costs,
        landed.merge(chosen, left_on=["sku", "country", "lane"], right_on=[*_KEY, "lane"]).drop(columns="quote"),
        waterfall.merge(chosen, left_on=["sku", "country", "lane"], right_on=[*_KEY, "lane"]).drop(columns="quote"),
        _list_refused(refused),
    )


def _place(row: dict[Any, Any]) -> tuple[str, str]:
    return str(row["quote"]), str(row["country"])


def _name_place(row: dict[Any, Any]) -> dict[str, str]:
    return {"quote": str(row["quote"]), "country": str(row["country"])}


def _refuse_quotes(quotes: pd.DataFrame, matches: pd.DataFrame) -> list[_Refused]:
    """Quotes that answer no niche, or that lack what freight, fees and duty hang on."""
    refused: list[_Refused] = []
    answering = set(matches["quote"])
    for row in quotes.to_dict("records"):
        name = str(row["quote"])
        missing = [size for size in _SIZES if not row[size] > 0] + ([] if row["hs_code"] else ["hs_code"])
        if name not in answering:
            refused.append((name, ALL_COUNTRIES, NO_NICHE, {"quote": name}))
        elif missing:
            refused.append((name, ALL_COUNTRIES, NO_FACTS, {"quote": name, "missing": ", ".join(missing)}))
    return refused


def _split_first_order(wanted: pd.DataFrame) -> pd.Series:
    """The quote's smallest order over its countries by volume, in whole cartons, the largest remainders first.

    Every country gets one carton at least; only where there are more countries than cartons is the sum above the
    order.
    """
    units = pd.Series(0, index=wanted.index, dtype="int64")
    for _, rows in wanted.sort_values(_KEY, kind="stable").groupby("quote", sort=True):
        carton = max(1, int(rows["carton_units"].iloc[0]))
        cartons = max(1, -(-int(rows["moq_units"].iloc[0]) // carton))
        weight = rows["volume"].astype("float64").fillna(0)
        exact = cartons * (weight / weight.sum() if weight.sum() > 0 else pd.Series(1 / len(rows), rows.index))
        whole = exact.astype("int64")
        most = (exact - whole).sort_values(ascending=False, kind="stable").index[: cartons - int(whole.sum())]
        whole[most] += 1
        units[rows.index] = whole.clip(lower=1) * carton
    return units


def _spread_tooling(quotes: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """One row per sku: tooling_minor, and tooling_units that it is spread over."""
    carton = quotes["carton_units"].clip(lower=1)
    order = -(-quotes["moq_units"].clip(lower=1) // carton) * carton
    year = quotes["quote"].map(sales.groupby("quote")["yearly_units"].sum()).astype("float64").fillna(0)
    return pd.DataFrame(
        {
            "sku": quotes["quote"],
            "tooling_minor": quotes["tooling_minor"],
            "tooling_units": year.clip(lower=order.astype("float64")).astype("int64"),
        }
    )


def _list_lanes(known: Snapshot) -> pd.DataFrame:
    """Lanes from a hub to where a country is sold from: by sea, rail or truck where there are such, else any.

    A lane that ends at a warehouse on the way costs less only because it is not all of the way.
    """
    ends = known.nodes.groupby("stage")["node"].agg(set)
    from_hub = known.lanes["from_node"].isin(ends.get("hub", set()))
    direct = known.lanes[from_hub & known.lanes["to_node"].isin(ends.get("forward", set()))]
    slow = direct["mode"].isin(["sea", "rail", "truck"])
    kept = direct[slow | ~direct["country"].isin(direct.loc[slow, "country"])]
    return kept[["lane", "country", "transit_days_p50"]].rename(columns={"transit_days_p50": "transit_days"})


def _stand_in(quotes: pd.DataFrame, wanted: pd.DataFrame, known: Snapshot, night: Night) -> Snapshot:
    """The night's facts with the quotes as products that sold at the niche's price."""
    blank = PRODUCTS.empty()
    facts = quotes.rename(columns={"quote": "sku", "currency": "cost_currency"})
    products = facts.reindex(columns=[*blank.columns])
    for name in blank.columns:
        if products[name].isna().all() and blank[name].dtype == "str":
            products[name] = ""
    products = products.assign(category=facts["candidate"], life_cycle="grow", origin="CN").astype(
        {name: "str" for name in blank.columns if blank[name].dtype == "str"}
    )
    day = pd.Timestamp(night.as_of - timedelta(days=1))
    sales = pd.DataFrame(
        {
            "sku": wanted["quote"],
            "country": wanted["country"],
            "day": day,
            "units": AS_IF_SOLD,
            "revenue_minor": (wanted["price_minor"] * AS_IF_SOLD).astype("int64"),
            "currency": wanted["currency"],
        }
    )
    returned = (wanted["return_share"].fillna(0) * AS_IF_SOLD).round().astype("int64")
    returns = pd.DataFrame(
        {"sku": wanted["quote"], "country": wanted["country"], "day": day, "units": returned, "sellable_units": 0}
    )
    codes = known.hs_codes.iloc[:0]
    return replace(
        known,
        tables={
            **known.tables, "products": products, "sales": sales, "returns": returns, "hs_codes": codes,
            "customs_values": CUSTOMS_VALUES.empty(),
        },
    )  # fmt: skip


def _quote(
    lines: pd.DataFrame, known: Snapshot, tooling: pd.DataFrame, night: Night
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[_Refused]]:
    """Costs by the cheapest lane, landed components, waterfall, and what cannot be quoted."""
    policy, base = night.seller.policy, night.seller.base_currency
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        base, policy.distribution, night.as_of,
    )  # fmt: skip
    lines, missing = _set_aside_waiting(lines, contribution)
    if lines.empty:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), missing
    entries = pd.DataFrame(
        {
            "entry": lines["quote"] + " → " + lines["country"] + " " + lines["lane"],
            "sku": lines["quote"],
            "country": lines["country"],
            "lane": lines["lane"],
            "units": lines["first_units"],
            "departs_on": pd.Timestamp(night.as_of),
            "committed": False,
        }
    )
    values = _plan_values(entries.assign(currency=lines["currency"]), known, night)
    ready = prepare_entries(entries, known, values, contribution, night)
    missing += [
        (row["sku"], row["country"], row["reason"], {name: str(value) for name, value in row["values"].items()})
        for row in ready.refused.to_dict("records")
    ]
    if ready.lines.empty:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), missing
    landed = economics.quote_landed_cost(
        ready.lines,
        ready.products.drop(columns=["tooling_minor", "tooling_units"]).merge(tooling, on="sku"),
        ready.lanes,
        ready.registrations,
        known.rates,
        base,
        policy.economics,
        night.as_of,
    )
    prices = ready.prices.assign(ads_minor=_plan_ads(ready.prices, known, night))
    margin = economics.quote_margin(landed, prices, {}, known.rates, base, policy.economics, night.as_of)
    least = margin.sort_values(["sku", "country", "landed", "lane"], kind="stable").drop_duplicates(
        ["sku", "country"]
    )
    return _sum_costs(least, landed), landed, economics.explain_margin(least), missing


def _plan_values(entries: pd.DataFrame, known: Snapshot, night: Night) -> pd.DataFrame:
    """The supplier's price as the customs value, in the currency of the country: its fees are stated in that.

    Without a rate of exchange it stays in the quote's own, and the line is refused for the missing rate.
    """
    rates = known.rates.trust(night.seller.policy.economics.accept_unverified)
    cost = known.products.set_index("sku")
    valued = []
    for row in entries.to_dict("records"):
        own, currency = str(cost.loc[row["sku"], "cost_currency"]), str(row["currency"])
        amount = Decimal(int(cost.loc[row["sku"], "unit_cost_minor"]) * int(row["units"]))
        try:
            amount *= rates.convert(own, currency, night.as_of).scaleb(minor_digits(currency) - minor_digits(own))
        except Refusal:
            currency = own
        valued.append((row["entry"], row["sku"], round_half_even(amount), currency, PLANNED_VALUE))
    columns = ["entry", "sku", "customs_value_minor", "customs_currency", "customs_method"]
    return pd.DataFrame(valued, columns=columns)


def _plan_ads(prices: pd.DataFrame, known: Snapshot, night: Night) -> pd.Series:
    """Advertising per unit on the price without its tax, in minor units of the base currency."""
    shares = {
        country: known.rates.read("vat", country, night.as_of).share
        for country in prices.loc[prices["tax_in_price"], "country"].unique()
    }
    net = [int(row["price_minor"]) / (1 + float(shares.get(row["country"], 0))) for row in prices.to_dict("records")]
    percent = night.seller.policy.selection.planned_ads_percent
    return pd.Series([round(amount * percent / 100) for amount in net], index=prices.index, dtype="int64")


def _sum_costs(margin: pd.DataFrame, landed: pd.DataFrame) -> pd.DataFrame:
    """`Candidates.costs` of the chosen lanes; sums of the margin's own rounded amounts, so that they tie out."""
    place = ["sku", "country", "lane"]
    later = landed[(landed["component"] == "import_vat") & ~landed["in_cost"]].set_index(place)
    cash = (later["amount_minor"] / later["units"]).round().reindex(pd.MultiIndex.from_frame(margin[place]))
    duties = [str(name) for name in margin if str(name).startswith("duty")]

    def add(*names: str) -> pd.Series:
        return margin[[name for name in names if name in margin]].sum(axis=1).astype("int64")

    net = margin["net_sales"].where(margin["net_sales"] > 0).astype("float64")
    table = pd.DataFrame(
        {
            "quote": margin["sku"],
            "country": margin["country"],
            "lane": margin["lane"],
            "landed_minor": add("landed"),
            "unit_base_minor": add("ex_works"),
            "tooling_minor": add("tooling_share"),
            "freight_minor": add(*_FREIGHT),
            "duty_minor": add(*duties, *_ON_VALUE),
            "import_vat_cash_minor": cash.fillna(0).to_numpy(dtype="int64"),
            "rebate_minor": -add("export_rebate"),
            "net_minor": add("cm2") + add("landed") - add("ads"),
            "referral_minor": add("referral"),
            "ads_minor": add("ads"),
            "price_minor": add("price"),
            "net_sales_minor": add("net_sales"),
            "cm2_minor": add("cm2"),
            "cm3_minor": add("cm3"),
            "cm2_percent": (margin["cm2"] * 100 / net).round(1),
            "cm3_percent": (margin["cm3"] * 100 / net).round(1),
            "break_even_acos_percent": margin["break_even_acos_percent"].astype("float64"),
        }
    )
    return table[COSTS].sort_values(_KEY, ignore_index=True)


def _set_aside_waiting(lines: pd.DataFrame, contribution: pd.DataFrame) -> tuple[pd.DataFrame, list[_Refused]]:
    """Lines that can be planned, and why the others cannot, as planning a night would say it."""
    waits = contribution[["sku", "country", "lane", "wait_reason", "wait_values"]].rename(columns={"sku": "quote"})
    told = lines.merge(waits, on=[*_KEY, "lane"], how="left")
    waiting = told["wait_reason"].fillna("").ne("")
    missing = [
        (
            *_place(row),
            row["wait_reason"],
            {name: str(value) for name, value in json.loads(row["wait_values"]).items()},
        )
        for row in told[waiting].to_dict("records")
    ]
    return told.loc[~waiting, lines.columns].reset_index(drop=True), missing


def _nothing(lines: pd.DataFrame, refused: list[_Refused]) -> Candidates:
    """No quote can be priced anywhere."""
    costs = pd.DataFrame(
        {name: pd.Series([], dtype="str" if name in (*_KEY, "lane") else "float64") for name in COSTS}
    )
    return Candidates(lines, costs, pd.DataFrame(), pd.DataFrame(), _list_refused(refused))


def _list_refused(rows: list[_Refused]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*_KEY, "reason", "values"])
    return frame.drop_duplicates(_KEY).sort_values(_KEY, ignore_index=True)
