"""From quotes and niches to what a choice is made on: planned sales, cash over all countries, margins and risks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from skills.niches.plan import Niches
from skills.vocabulary import ALL_COUNTRIES
from tasks import selection, sourcing
from tasks.candidates import Candidates, match_quotes, quote_candidates
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

MOST_CHECKED = 2000
"""Niches whose words are looked at for risks, the most searched first; a niche beyond them has no level of risk."""

PER_UNIT = (
    "unit_base_minor", "tooling_minor", "freight_minor", "duty_minor", "import_vat_cash_minor", "rebate_minor",
    "landed_minor", "net_minor",
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
    """Give the niches that one candidate answers one concept: the id of its most searched niche.

    A seller who quotes one product for terms of several languages says that it is one opportunity. A niche that two
    candidates answer goes with the one of more volume, and the other does without it; a candidate that is left
    without any niche is compared with the one that has its most searched niche. Niches that clicks link to a
    candidate's first one follow it into countries that the candidate does not reach. So a concept has one niche of a
    country, as `build_niches` has it.

    Args:
        found: From `build_niches`; a niche's id is of one country.
        quotes: Table supplier_quotes.
    """
    niches, matches = found.niches, match_quotes(quotes, found.members, found.niches)
    concept_of, claims = _claim_niches(matches)
    answered = matches.assign(concept=matches["candidate"].map(concept_of).astype("str"))
    answered = answered[answered["niche"].map(claims) == answered["concept"]].reset_index(drop=True)
    return Joined(
        niches.assign(concept=_name_concepts(niches, claims)), found.members, found.clicks, found.set_aside, answered
    )


def _claim_niches(matches: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Candidate → its concept; niche → the concept that has it."""
    rows = matches.drop_duplicates(["candidate", "niche"])
    rows = rows.assign(total=rows["volume"].groupby(rows["candidate"]).transform("sum")).sort_values(
        ["total", "candidate", "volume", "niche"], ascending=[False, True, False, True], kind="stable"
    )
    concept_of: dict[str, str] = {}
    claims: dict[str, str] = {}
    for candidate, own in rows.groupby("candidate", sort=False)["niche"]:
        free = [niche for niche in own if niche not in claims]
        concept_of[str(candidate)] = free[0] if free else claims[own.iloc[0]]
        claims |= dict.fromkeys(free, concept_of[str(candidate)])
    return concept_of, claims


def _name_concepts(niches: pd.DataFrame, claims: dict[str, str]) -> pd.Series:
    """The concept of each niche: of the candidate that has it, or that it follows; else its own as it was."""
    linked = dict(zip(niches["niche"], niches["concept"], strict=True))
    leads = {linked[concept]: concept for concept in sorted(set(claims.values()), reverse=True)}
    claimed = niches["niche"].map(claims)
    reached = set(zip(claimed, niches["country"], strict=True))
    names = []
    for niche, country, concept, own in zip(
        niches["niche"], niches["country"], niches["concept"], claimed, strict=True
    ):
        if isinstance(own, str):
            names.append(own)
            continue
        lead = leads.get(concept)
        if lead is not None and (lead, country) not in reached:
            names.append(lead)
        else:
            names.append(concept if lead is None else niche)
    return pd.Series(names, index=niches.index, dtype="str")


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
    sales = selection.plan_sales(joined.matches, metrics, policy.selection)
    candidates = quote_candidates(quotes, joined.matches, sales, metrics, known, night)
    landed = lay_landed(candidates, sales, base, policy.selection.least_cm2_percent)
    compared = sourcing.compare_quotes(quotes, landed, NO_TERMS, policy.sourcing, morning)
    return Quoted(
        candidates,
        sales,
        compared,
        sourcing.plan_cash(quotes, landed, NO_TERMS, policy.sourcing, morning),
        sourcing.pick_quotes(compared, joined.matches, landed),
        sourcing.score_suppliers(known.deliveries, policy.sourcing, morning),
    )


NO_TERMS = pd.DataFrame({"country": pd.Series([], dtype="str")})
"""No country pays out by other terms than the policy's."""


def lay_landed(
    candidates: Candidates, sales: pd.DataFrame, base_currency: str, least_cm2_percent: float
) -> pd.DataFrame:
    """What `compare_quotes` and `plan_cash` ask for: each country, and all countries of a quote together.

    The row of all countries (`*`) is the mean per unit by planned units, with the longest transit and all sales: one
    smallest order feeds them all. A country where the quote leaves less than the least CM2 is not sold in and not in
    it, unless no country leaves more. Where a quote has no cost, the row says why instead.

    Returns:
        One row per (quote, country or `*`).
    """
    facts = candidates.costs.merge(sales, on=["quote", "country"]).merge(
        candidates.matches[["quote", "country", "transit_days"]], on=["quote", "country"]
    )
    columns, both = list(PER_UNIT), ["quote", "country"]
    sold = keep_sold(facts, least_cm2_percent)
    weight = _weigh_units(sold)
    sums = sold[columns].mul(weight, axis=0).assign(weight=weight).groupby(sold["quote"]).sum()
    whole = sums[columns].div(sums["weight"], axis=0).round()
    together = whole.assign(
        country=ALL_COUNTRIES,
        weekly_units=sold.groupby("quote")["weekly_units"].sum(min_count=1),
        transit_days=sold.groupby("quote")["transit_days"].max(),
    ).reset_index()
    refused = candidates.refused[~candidates.refused["quote"].isin(facts["quote"])]
    nowhere = refused.drop_duplicates("quote").assign(country=ALL_COUNTRIES)
    said = pd.concat([candidates.refused, nowhere], ignore_index=True).drop_duplicates(both)
    rows = pd.concat([facts[[*both, *columns, "transit_days", "weekly_units"]], together, said], ignore_index=True)
    return rows.assign(
        base_currency=base_currency,
        reason=rows["reason"].fillna("").astype("str"),
        values=rows["values"].map(lambda found: found if isinstance(found, dict) else {}).astype(object),
    ).sort_values(both, ignore_index=True)


def keep_sold(facts: pd.DataFrame, least_cm2_percent: float) -> pd.DataFrame:
    """The countries where a quote leaves enough; all of a quote that leaves enough nowhere."""
    enough = ~(facts["cm2_percent"] < least_cm2_percent)
    return facts[enough | ~enough.groupby(facts["quote"]).transform("any")]


def _weigh_units(rows: pd.DataFrame) -> pd.Series:
    """Planned units of a year; one where none are planned or nothing is known, so that a sum is never nothing."""
    return rows["yearly_units"].astype("float64").fillna(1.0).clip(lower=1.0)


def weigh_margins(
    joined: Joined, metrics: pd.DataFrame, quoted: Quoted, own_asins: frozenset[str], known: Snapshot, night: Night
) -> pd.DataFrame:
    """What `rank_opportunities` asks for: one row per (concept, country), unknown where nobody has quoted.

    A country's capital is its share of the first order's cash, by planned units. Sales a year and what they leave
    are not known where the searches are not.

    Returns:
        MARGINS, base currency; quote "" and money missing where there is no quote.
    """
    risks = sourcing.check_risks(
        list_checked(metrics, known.supplier_quotes, joined),
        sum_brands(joined.clicks, known.search_terms, own_asins),
        known.risk_words,
        night.as_of,
        night.seller.policy.sourcing,
    )
    picked, candidates, sales = quoted.picked, quoted.candidates, quoted.sales
    places = metrics[["concept", "country"]].drop_duplicates()
    matches = joined.matches[["quote", "country", "concept"]]
    chosen = picked[["concept", "quote", "cash_minor", "days_to_cash"]].merge(matches, on=["concept", "quote"])
    money = chosen.merge(candidates.costs, on=["quote", "country"]).merge(sales, on=["quote", "country"])
    sold = keep_sold(money, night.seller.policy.selection.least_cm2_percent)
    weight = _weigh_units(sold).reindex(money.index, fill_value=0.0)
    share = weight / weight.groupby(money["concept"]).transform("sum")
    money = money.assign(
        capital_minor=(money["cash_minor"].astype("float64") * share).round(),
        yearly_cm3_minor=money["yearly_units"] * money["cm3_minor"],
    )
    levels = risks.rename(columns={"candidate": "concept"})
    both = ["concept", "country"]
    table = places.merge(money, on=both, how="left").merge(levels, on=both, how="left")
    table["quote"] = table["quote"].fillna("").astype("str")
    table["risks"] = [found if isinstance(found, list) else [] for found in table["risks"]]
    return table[MARGINS].sort_values(["concept", "country"], ignore_index=True)


def list_checked(metrics: pd.DataFrame, quotes: pd.DataFrame, joined: Joined) -> pd.DataFrame:
    """What `check_risks` asks for: the words of each concept in each country, and of the quotes that answer it.

    What somebody has quoted is always looked at; of the rest the most searched MOST_CHECKED.

    Returns:
        One row per (candidate, country), the candidate being the concept: terms, title, material, season_ratio,
        brand_share_top3.
    """
    known = metrics.assign(quoted=metrics["concept"].isin(joined.matches["concept"])).sort_values(
        ["quoted", "volume", "concept", "country"], ascending=[False, False, True, True], kind="stable"
    )
    least = max(MOST_CHECKED, int(known["quoted"].sum()))
    known = known.head(least).drop_duplicates(["concept", "country"])
    words = joined.members.sort_values(["volume", "term"], ascending=[False, True], kind="stable")
    listed = words.groupby(["niche", "country"])["term"].agg(";".join).rename("terms").reset_index()
    answers = joined.matches[["quote", "concept"]].drop_duplicates()
    named = quotes[["quote", "title", "material"]].merge(answers, on="quote").sort_values("quote", kind="stable")
    said = named.groupby("concept").agg(title=("title", " ".join), material=("material", " ".join)).reset_index()
    facts = known[["concept", "niche", "country", "season_ratio", "brand_share_top3"]]
    table = facts.merge(listed, on=["niche", "country"], how="left").merge(said, on="concept", how="left")
    for name in ("terms", "title", "material"):
        table[name] = table[name].fillna("").astype("str")
    kept = ["country", "terms", "title", "material", "season_ratio", "brand_share_top3"]
    return table[["concept", *kept]].rename(columns={"concept": "candidate"}).reset_index(drop=True)


def sum_brands(clicks: pd.DataFrame, search_terms: pd.DataFrame, own_asins: frozenset[str]) -> pd.DataFrame:
    """Brands of the clicked products that are not the seller's.

    Args:
        clicks: One row per (niche, country, asin): click_share.
        search_terms: Names the brand of a product where the export does.

    Returns:
        One row per (country, brand): click_share, what its products have together in the niche where that is most.
    """
    named = search_terms.loc[search_terms["brand"] != "", ["country", "asin", "brand"]]
    named = named.drop_duplicates(["country", "asin"], keep="last")
    own = set(named.loc[named["asin"].isin(own_asins), "brand"])
    branded = clicks.merge(named, on=["country", "asin"])
    branded = branded[~branded["brand"].isin(own)]
    shares = branded.groupby(["country", "brand", "niche"])["click_share"].sum()
    return shares.groupby(["country", "brand"]).max().clip(upper=1).reset_index()
