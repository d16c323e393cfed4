"""From quotes and niches to what a choice is made on: planned sales, cash over all countries, margins and risks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from skills.niches.plan import Niches
from skills.selection.policy import SelectionPolicy
from skills.vocabulary import ALL_COUNTRIES, mark
from tasks import sourcing
from tasks.candidates import Candidates, match_quotes, quote_candidates
from tasks.files.risk_words import read_risk_words
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

WEEKS = 52
MOST_CHECKED = 2000
"""Niches whose words are looked at for risks, the most searched first; a niche beyond them has no level of risk."""

PER_UNIT = (
    "unit_base_minor", "freight_minor", "duty_minor", "import_vat_cash_minor", "rebate_minor", "landed_minor",
    "net_minor",
)  # fmt: skip
MARGINS = [
    "concept", "country", "quote", "cm2_percent", "cm3_percent", "cm3_minor", "landed_minor", "price_minor",
    "break_even_acos_percent", "capital_minor", "days_to_cash", "yearly_units", "yearly_cm3_minor", "risk_level",
    "risks",
]  # fmt: skip


@dataclass(frozen=True)
class Joined:
    """Niches whose concepts are those that the seller's quotes join.

    Attributes:
        niches, members, clicks, set_aside: As `build_niches` gives them.
        matches: As `match_quotes` gives them.
    """

    niches: pd.DataFrame
    members: pd.DataFrame
    clicks: pd.DataFrame
    set_aside: pd.DataFrame
    matches: pd.DataFrame


@dataclass(frozen=True)
class Quoted:
    """What suppliers' quotes come to.

    Attributes:
        candidates: From `quote_candidates`.
        sales: From `plan_sales`.
        compared: From `compare_quotes`; the country `*` is all countries of a quote together.
        cash: From `plan_cash`, the same.
        picked: From `pick_quotes`.
        suppliers: From `score_suppliers`.
    """

    candidates: Candidates
    sales: pd.DataFrame
    compared: pd.DataFrame
    cash: pd.DataFrame
    picked: pd.DataFrame
    suppliers: pd.DataFrame


def join_concepts(found: Niches, quotes: pd.DataFrame) -> Joined:
    """Give the niches that one candidate answers one concept: that of its most searched niche.

    A seller who quotes one product for terms of several languages says that it is one opportunity; a niche that two
    candidates answer goes with the one of more volume.

    Args:
        found: From `build_niches`.
        quotes: Table supplier_quotes.
    """
    niches, matches = found.niches, match_quotes(quotes, found.members, found.niches)
    by_volume = matches.sort_values(["volume", "niche", "country"], ascending=[False, True, True], kind="stable")
    lead = by_volume.drop_duplicates("candidate").set_index("candidate")["concept"]
    total = matches.drop_duplicates(["candidate", "country"]).groupby("candidate")["volume"].sum()
    ordered = matches.assign(total=matches["candidate"].map(total)).sort_values(
        ["total", "candidate"], ascending=[False, True], kind="stable"
    )
    claimed = ordered.drop_duplicates(["niche", "country"])
    joined = pd.Series(
        lead.reindex(claimed["candidate"]).to_numpy(), index=pd.MultiIndex.from_frame(claimed[["niche", "country"]])
    )

    def rename(frame: pd.DataFrame) -> pd.DataFrame:
        found = joined.reindex(pd.MultiIndex.from_frame(frame[["niche", "country"]])).to_numpy()
        return frame.assign(concept=pd.Series(found, index=frame.index, dtype="str").fillna(frame["concept"]))

    return Joined(rename(niches), found.members, found.clicks, found.set_aside, rename(matches))


def weigh_quotes(joined: Joined, metrics: pd.DataFrame, known: Snapshot, night: Night) -> Quoted:
    """Price every quote in the niches that it answers, compare the quotes, and grade their suppliers.

    Args:
        joined: From `join_concepts`.
        metrics: From `measure_niches`.
        known: The frozen inputs.
        night: For the base currency, the policies and the morning.
    """
    base, policy, morning = night.seller.base_currency, night.seller.policy, night.as_of
    quotes = known.supplier_quotes
    candidates = quote_candidates(quotes, joined.matches, metrics, known, night)
    sales = plan_sales(candidates, metrics, policy.selection)
    landed = lay_landed(candidates, sales, base)
    compared = sourcing.compare_quotes(quotes, landed, NO_TERMS, policy.sourcing, morning)
    return Quoted(
        candidates,
        sales,
        compared,
        sourcing.plan_cash(quotes, landed, NO_TERMS, policy.sourcing, morning),
        pick_quotes(compared, joined.matches),
        sourcing.score_suppliers(known.deliveries, policy.sourcing, morning),
    )


NO_TERMS = pd.DataFrame({"country": pd.Series([], dtype="str")})
"""No country pays out by other terms than the policy's."""


def plan_sales(candidates: Candidates, metrics: pd.DataFrame, policy: SelectionPolicy) -> pd.DataFrame:
    """What a new product is planned to sell: the niche's purchases in a year, of which the planned share.

    Args:
        candidates: From `quote_candidates`.
        metrics: From `measure_niches`: volume [searches a week], conversion_percent.

    Returns:
        One row per (quote, country): weekly_units, yearly_units [whole units].
    """
    facts = candidates.matches[["quote", "country", "niche"]].merge(
        metrics[["niche", "country", "volume", "conversion_percent"]], on=["niche", "country"]
    )
    rate = facts["conversion_percent"].fillna(policy.planned_conversion_percent) / 100
    bought = facts["volume"] * policy.clicks_per_search * rate * policy.planned_share_percent / 100
    yearly = (bought * WEEKS).round().astype("int64")
    return facts[["quote", "country"]].assign(yearly_units=yearly, weekly_units=yearly / WEEKS)


def lay_landed(candidates: Candidates, sales: pd.DataFrame, base_currency: str) -> pd.DataFrame:
    """What `compare_quotes` and `plan_cash` ask for: each country, and all countries of a quote together.

    The row of all countries (`*`) is the mean per unit by planned units, with the longest transit and all sales: one
    smallest order feeds them all.

    Returns:
        One row per (quote, country or `*`).
    """
    facts = candidates.costs.merge(sales, on=["quote", "country"]).merge(
        candidates.matches[["quote", "country", "transit_days"]], on=["quote", "country"]
    )
    weight = facts["yearly_units"].clip(lower=1).astype("float64")
    columns = list(PER_UNIT)
    weighed = facts[columns].mul(weight, axis=0).assign(quote=facts["quote"], weight=weight)
    sums = weighed.groupby("quote").sum()
    whole = sums[columns].div(sums["weight"], axis=0).round().astype("int64")
    ends = facts.groupby("quote").agg(weekly_units=("weekly_units", "sum"), transit_days=("transit_days", "max"))
    together = whole.join(ends).reset_index().assign(country=ALL_COUNTRIES)
    kept = ["quote", "country", *columns, "transit_days", "weekly_units"]
    return pd.concat([facts[kept], together[kept]], ignore_index=True).assign(base_currency=base_currency)


def pick_quotes(compared: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Each concept's first quote over all its countries; a concept whose quotes all fell out has none.

    Args:
        compared: From `compare_quotes`, the rows of all countries (`*`) among them.
        matches: With the concepts of `join_concepts`.

    Returns:
        One row per concept: quote, cash_minor, days_to_payout, days_to_cash, order_units.
    """
    concepts = matches[["quote", "concept"]].drop_duplicates("quote")
    whole = compared[(compared["country"] == ALL_COUNTRIES) & compared["rank"].notna()].merge(concepts, on="quote")
    first = whole.sort_values(["rank", "all_told_minor", "quote"], kind="stable").drop_duplicates("concept")
    kept = ["concept", "quote", "supplier", "order_units", "cash_minor", "days_to_payout", "days_to_cash"]
    return first[kept].sort_values("concept", ignore_index=True)


def weigh_margins(
    joined: Joined, metrics: pd.DataFrame, quoted: Quoted, own_asins: frozenset[str], known: Snapshot, night: Night
) -> pd.DataFrame:
    """What `rank_opportunities` asks for: one row per (concept, country), unknown where nobody has quoted.

    A country's capital is its share of the first order's cash, by planned units.

    Returns:
        MARGINS, base currency; quote "" and money missing where there is no quote.
    """
    risks = sourcing.check_risks(
        list_checked(metrics, known.supplier_quotes, joined),
        sum_brands(joined.clicks, known.search_terms, own_asins),
        read_risk_words(),
        night.as_of,
        night.seller.policy.sourcing,
    )
    picked, candidates, sales = quoted.picked, quoted.candidates, quoted.sales
    places = metrics[["concept", "country"]].drop_duplicates()
    matches = joined.matches[["quote", "country", "concept"]]
    chosen = picked[["concept", "quote", "cash_minor", "days_to_cash"]].merge(matches, on=["concept", "quote"])
    money = chosen.merge(candidates.costs, on=["quote", "country"]).merge(sales, on=["quote", "country"])
    total = money.groupby("concept")["yearly_units"].transform("sum").clip(lower=1)
    money = money.assign(
        capital_minor=(money["cash_minor"].astype("float64") * money["yearly_units"] / total).round(),
        yearly_cm3_minor=money["yearly_units"] * money["cm3_minor"],
    )
    money = money.drop_duplicates(["concept", "country"])
    levels = risks.rename(columns={"candidate": "concept"})
    both = ["concept", "country"]
    table = places.merge(money, on=both, how="left").merge(levels, on=both, how="left")
    table["quote"] = table["quote"].fillna("").astype("str")
    table["risks"] = [found if isinstance(found, list) else [] for found in table["risks"]]
    return table[MARGINS].sort_values(["concept", "country"], ignore_index=True)


def list_checked(metrics: pd.DataFrame, quotes: pd.DataFrame, joined: Joined) -> pd.DataFrame:
    """What `check_risks` asks for: the words of each concept in each country, and of the quotes that answer it.

    Returns:
        One row per (candidate, country), the candidate being the concept: terms, title, material, season_ratio,
        brand_share_top3.
    """
    known = metrics.sort_values(["volume", "concept", "country"], ascending=[False, True, True], kind="stable")
    known = known.head(MOST_CHECKED).drop_duplicates(["concept", "country"])
    words = joined.members.sort_values(["volume", "term"], ascending=[False, True], kind="stable")
    listed = words.groupby(["niche", "country"])["term"].agg(";".join).rename("terms").reset_index()
    answers = joined.matches[["quote", "concept"]].drop_duplicates()
    named = quotes[["quote", "title", "material"]].merge(answers, on="quote")
    said = named.groupby("concept").agg(title=("title", " ".join), material=("material", " ".join)).reset_index()
    facts = known[["concept", "niche", "country", "season_ratio", "brand_share_top3"]]
    table = facts.merge(listed, on=["niche", "country"], how="left").merge(said, on="concept", how="left")
    for name in ("terms", "title", "material"):
        table[name] = table[name].fillna("").astype("str")
    kept = ["country", "terms", "title", "material", "season_ratio", "brand_share_top3"]
    return table[["concept", *kept]].rename(columns={"concept": "candidate"}).reset_index(drop=True)


def sum_brands(clicks: pd.DataFrame, search_terms: pd.DataFrame, own_asins: frozenset[str]) -> pd.DataFrame:
    """Brands of the clicked products that are not the seller's: one row per (country, brand): click_share.

    Args:
        clicks: One row per (niche, country, asin): click_share.
        search_terms: Names the brand of a product where the export does.
    """
    named = search_terms.loc[search_terms["brand"] != "", ["country", "asin", "brand"]]
    named = named.drop_duplicates(["country", "asin"], keep="last")
    own = set(named.loc[named["asin"].isin(own_asins), "brand"])
    branded = clicks.merge(named, on=["country", "asin"])
    branded = branded[~branded["brand"].isin(own)]
    most = branded.groupby(["country", "brand"])["click_share"].max().reset_index()
    return most.sort_values(["country", "brand"], ignore_index=True)


FACT_NAMES = {
    "share": mark("the share of the niche's purchases that a new product wins [%]"),
    "price": mark("the price at which it sells [% of the planned one]"),
    "ads": mark("advertising [% of the net price]"),
    "duty": mark("the customs value and code that the broker settles [% of the planned duty]"),
    "returns": mark("how many are returned [%]"),
    "conversion": mark("purchases per click [%]"),
}
"""Facts that nobody knows before the choice, and what a reader calls them."""

_CHANCES = {"p_low": 0.25, "p_known": 0.5, "p_high": 0.25}


def list_facts(
    margins: pd.DataFrame, candidates: Candidates, metrics: pd.DataFrame, policy: SelectionPolicy
) -> pd.DataFrame:
    """What is not known of each quoted opportunity, with what it would earn a year at either end.

    The ends are declared here and shown: half or twice the planned share, a tenth of the price, advertising from 8
    to 25 %, no duty or twice the planned one; returns from 2 to 15 % and purchases per click from 4 to 14 % only
    where no report says them. One fact moves, all else stays; the planned value has half of the chance.

    Returns:
        One row per (concept, fact), as `value_facts` asks.
    """
    quoted = margins[margins["quote"] != ""].merge(candidates.costs, on=["quote", "country"], suffixes=("", "_cost"))
    known = metrics.drop_duplicates(["concept", "country"])[
        ["concept", "country", "conversion_percent", "return_share"]
    ]
    quoted = quoted.merge(known, on=["concept", "country"], how="left")
    rows = []
    for concept, part in quoted.groupby("concept", sort=True):
        base = float(part["yearly_cm3_minor"].sum())
        units = part["yearly_units"]
        sold = float((units * part["net_sales_minor"]).sum())
        ads, duty = policy.planned_ads_percent, float((units * part["duty_minor"]).sum())
        share, rate = policy.planned_share_percent, policy.planned_conversion_percent
        outcomes = {
            "share": (share, share / 2, share * 2, base / 2, base * 2),
            "price": (100.0, 90.0, 110.0, base - sold / 10, base + sold / 10),
            "ads": (float(ads), 8.0, 25.0, base + sold * (ads - 8) / 100, base - sold * (25 - ads) / 100),
            "duty": (100.0, 0.0, 200.0, base + duty, base - duty),
        }
        if part["return_share"].isna().all():
            outcomes["returns"] = (0.0, 2.0, 15.0, base - sold * 0.02, base - sold * 0.15)
        if part["conversion_percent"].isna().all():
            outcomes["conversion"] = (rate, 4.0, 14.0, base * 4 / rate, base * 14 / rate)
        rows += [
            {"concept": concept, "fact": fact, "value": value, "low": low, "high": high, **_CHANCES,
             "cm3_low_minor": at_low, "cm3_known_minor": base, "cm3_high_minor": at_high}
            for fact, (value, low, high, at_low, at_high) in outcomes.items()
        ]  # fmt: skip
    money = ["cm3_low_minor", "cm3_known_minor", "cm3_high_minor"]
    return pd.DataFrame(rows, columns=["concept", "fact", "value", "low", "high", *_CHANCES, *money])
