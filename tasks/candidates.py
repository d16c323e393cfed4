"""Candidates for a new product: which niches a supplier's quote answers, and what a unit would leave in each country.

A candidate is quoted by the very tasks that quote the night's shipments: its quote stands in for a product, the
niche's price for its sales. The customs value is the supplier's price, for planning only, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from skills.vocabulary import mark
from tasks import distribution, economics
from tasks.files.customs_tables import CUSTOMS_VALUES
from tasks.files.tables import PRODUCTS
from tasks.landing import prepare_entries
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

PLANNED_VALUE = mark("supplier's price, for planning; the method is chosen with a broker before anything ships")
NO_NICHE = mark("No search term of quote {quote} is in a niche of {country}. Correct `terms` in supplier_quotes.")
NO_LANE = mark("No lane of the table lanes goes from a hub to {country}; quote {quote} has no landed cost there.")
NO_NICHE_PRICE = mark("The clicked products of the niche in {country} have no known price; quote {quote} has none.")

AS_IF_SOLD = 1000
"""Units that stand for a candidate's sales at the niche's price; only the price per unit and the returns count."""

_KEY = ["quote", "country"]
COSTS = [
    *_KEY, "lane", "landed_minor", "unit_base_minor", "freight_minor", "duty_minor", "import_vat_cash_minor",
    "rebate_minor", "net_minor", "ads_minor", "price_minor", "net_sales_minor", "cm2_minor", "cm3_minor",
    "cm2_percent", "cm3_percent", "break_even_acos_percent",
]  # fmt: skip
_BORDER = ("brokerage", "bond_isf", "mpf", "hmf", "exam")


@dataclass(frozen=True)
class Candidates:
    """What the suppliers' quotes would leave in the niches that they answer.

    Attributes:
        matches: One row per (quote, country): candidate, concept, niche, volume, price_minor, currency (of the
            country), first_units (of the quote's minimum order, by volume), lane, transit_days.
        costs: One row per (quote, country): base minor units per unit: landed_minor, unit_base_minor, freight_minor,
            duty_minor, import_vat_cash_minor, rebate_minor, net_minor (what a sale pays out), cm2_minor, cm3_minor,
            price_minor, net_sales_minor; cm2_percent, cm3_percent, break_even_acos_percent (NaN where there is none).
        landed: From `quote_landed_cost`, lanes chosen; entry is `quote → country`.
        waterfall: From `explain_margin`.
        refused: One row per (quote, country) that cannot be quoted: reason, values.
    """

    matches: pd.DataFrame
    costs: pd.DataFrame
    landed: pd.DataFrame
    waterfall: pd.DataFrame
    refused: pd.DataFrame


def match_quotes(quotes: pd.DataFrame, members: pd.DataFrame, niches: pd.DataFrame) -> pd.DataFrame:
    """Which niche of each country a quote answers: the one that most of the volume of its search terms is in.

    Args:
        quotes: Table supplier_quotes: `terms` between semicolons, in any language.
        members: One row per (niche, country, term): share, volume.
        niches: One row per (niche, country): concept, volume.

    Returns:
        One row per (quote, country): candidate, niche, concept, volume [searches a week of the niche].
    """
    asked = quotes[["quote", "candidate", "terms"]].assign(term=quotes["terms"].str.split(";")).explode("term")
    asked = asked.assign(term=asked["term"].fillna("").str.strip().str.casefold())
    written = members.assign(term=members["term"].str.casefold())
    found = asked[asked["term"] != ""].merge(written, on="term")
    found = found.assign(weight=found["volume"].fillna(0) * found["share"])
    weight = found.groupby(["quote", "candidate", "country", "niche"])["weight"].sum().reset_index()
    weight = weight.sort_values(["weight", "niche"], ascending=[False, True], kind="stable")
    best: pd.DataFrame = weight.drop_duplicates(_KEY).merge(
        niches[["niche", "country", "concept", "volume"]], on=["niche", "country"]
    )
    return best.drop(columns="weight").sort_values(_KEY, ignore_index=True)


def quote_candidates(
    quotes: pd.DataFrame,
    matches: pd.DataFrame,
    metrics: pd.DataFrame,
    known: Snapshot,
    night: Night,
) -> Candidates:
    """Landed cost and margins of every quote in every country whose niche it answers.

    Args:
        quotes: Table supplier_quotes.
        matches: From `match_quotes`.
        metrics: From `measure_niches`: price and returns of the niche.
        known: Lanes, nodes, rates and registrations are read.
        night: For the base currency, the policies (advertising as planned) and the morning.
    """
    facts = ["niche", "country", "price_minor", "currency", "return_share"]
    wanted = matches.merge(metrics[facts], on=["niche", "country"], how="left").merge(
        quotes[["quote", "moq_units", "carton_units"]], on="quote"
    )
    wanted = wanted.assign(first_units=_split_first_order(wanted))
    refused = [
        (row["quote"], row["country"], NO_NICHE_PRICE, {"quote": row["quote"], "country": row["country"]})
        for row in wanted[~(wanted["price_minor"] > 0)].to_dict("records")
    ]
    wanted = wanted[wanted["price_minor"] > 0].reset_index(drop=True)
    lanes = _list_lanes(known)
    lines = wanted.merge(lanes, on="country", how="left")
    for row in lines[lines["lane"].isna()].to_dict("records"):
        refused.append((row["quote"], row["country"], NO_LANE, {"quote": row["quote"], "country": row["country"]}))
    lines = lines[lines["lane"].notna()].reset_index(drop=True)
    if lines.empty:
        return _nothing(lines, refused)
    stand_in = _stand_in(quotes, wanted, known, night)
    costs, landed, waterfall, missing = _quote(lines, stand_in, night)
    if costs.empty:
        return _nothing(lines.iloc[:0], [*refused, *missing])
    priced = set(zip(costs["quote"], costs["country"], strict=True))
    refused += [row for row in missing if (row[0], row[1]) not in priced]
    chosen = costs[[*_KEY, "lane"]]
    return Candidates(
        lines.merge(chosen, on=[*_KEY, "lane"]).sort_values(_KEY, ignore_index=True),
        costs,
        landed.merge(chosen, left_on=["sku", "country", "lane"], right_on=[*_KEY, "lane"]).drop(columns="quote"),
        waterfall.merge(chosen, left_on=["sku", "country", "lane"], right_on=[*_KEY, "lane"]).drop(columns="quote"),
        _list_refused(refused),
    )


def _split_first_order(wanted: pd.DataFrame) -> list[int]:
    """The quote's minimum order over its countries by volume, in whole cartons, one at least."""
    total = wanted.groupby("quote")["volume"].transform("sum")
    units = []
    for row, whole in zip(wanted.to_dict("records"), total, strict=True):
        carton = max(1, int(row["carton_units"]))
        share = row["volume"] / whole if whole > 0 else 1.0
        units.append(max(1, round(int(row["moq_units"]) * share / carton)) * carton)
    return units


def _list_lanes(known: Snapshot) -> pd.DataFrame:
    """Direct lanes from a hub to a country: by sea, rail or truck where there are such, else any."""
    hubs = known.nodes.loc[known.nodes["stage"] == "hub", "node"]
    direct = known.lanes[known.lanes["from_node"].isin(hubs)]
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
    lines: pd.DataFrame, known: Snapshot, night: Night
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[tuple[str, str, str, dict[str, str]]]]:
    """Costs by the cheapest lane, landed components, waterfall, and what cannot be quoted."""
    policy, base = night.seller.policy, night.seller.base_currency
    contribution = distribution.quote_contribution(
        known.sales, known.returns, known.products, known.lanes, known.nodes, known.rates,
        base, policy.distribution, night.as_of,
    )  # fmt: skip
    cost = known.products.set_index("sku")
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
    values = entries[["entry", "sku"]].assign(
        customs_value_minor=entries["units"] * entries["sku"].map(cost["unit_cost_minor"]),
        customs_currency=entries["sku"].map(cost["cost_currency"]),
        customs_method=PLANNED_VALUE,
    )
    ready = prepare_entries(entries, known, values, contribution, night)
    missing = [
        (row["sku"], row["country"], row["reason"], {name: str(value) for name, value in row["values"].items()})
        for row in ready.refused.to_dict("records")
    ]
    if ready.lines.empty:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), missing
    landed = economics.quote_landed_cost(
        ready.lines,
        ready.products,
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
    """Columns of `Candidates.costs`, and lane."""
    own = landed.merge(margin[["sku", "country", "lane"]], on=["sku", "country", "lane"])
    per_unit = own.assign(each=own["amount_minor"] / own["units"]).pivot_table(
        index=["sku", "country"], columns="component", values="each", aggfunc="sum"
    )

    def sums(names: list[str]) -> pd.Series:
        return per_unit[[name for name in names if name in per_unit]].sum(axis=1).round().astype("int64")

    duties = [str(name) for name in per_unit if str(name).startswith("duty")]
    parts = pd.DataFrame(
        {
            "unit_base_minor": sums(["ex_works"]),
            "freight_minor": sums(["freight", "insurance", "pick_up", "export_terminal", "drayage", "appointment"]),
            "duty_minor": sums([*duties, *_BORDER]),
            "import_vat_cash_minor": sums(["import_vat"]),
            "rebate_minor": -sums(["export_rebate"]),
        }
    ).reset_index()
    whole = margin.merge(parts, on=["sku", "country"])
    net = whole["net_sales"].astype("float64")
    table = pd.DataFrame(
        {
            "quote": whole["sku"],
            "country": whole["country"],
            "lane": whole["lane"],
            "landed_minor": whole["landed"].astype("int64"),
            **{name: whole[name] for name in parts.columns[2:]},
            "net_minor": (whole["cm2"] + whole["landed"] - whole["ads"]).astype("int64"),
            "ads_minor": whole["ads"].astype("int64"),
            "price_minor": whole["price"].astype("int64"),
            "net_sales_minor": whole["net_sales"].astype("int64"),
            "cm2_minor": whole["cm2"].astype("int64"),
            "cm3_minor": whole["cm3"].astype("int64"),
            "cm2_percent": (whole["cm2"] * 100 / net).astype("float64").round(1),
            "cm3_percent": (whole["cm3"] * 100 / net).astype("float64").round(1),
            "break_even_acos_percent": pd.to_numeric(whole["break_even_acos_percent"]).astype("float64"),
        }
    )
    return table[COSTS].sort_values(_KEY, ignore_index=True)


def _nothing(lines: pd.DataFrame, refused: list[tuple[str, str, str, dict[str, str]]]) -> Candidates:
    """No quote can be priced anywhere."""
    costs = pd.DataFrame(
        {name: pd.Series([], dtype="str" if name in (*_KEY, "lane") else "float64") for name in COSTS}
    )
    return Candidates(lines, costs, pd.DataFrame(), pd.DataFrame(), _list_refused(refused))


def _list_refused(rows: list[tuple[str, str, str, dict[str, str]]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*_KEY, "reason", "values"])
    return frame.drop_duplicates(_KEY).sort_values(_KEY, ignore_index=True)
