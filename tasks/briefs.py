"""One opportunity as its brief shows it: why there is room, what it earns and takes, what would make it wrong.

All of it is data: integers, decimal strings, ISO dates, and sentences of the catalogue beside their values.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from config.marketplaces import read_marketplaces
from skills.selection.volume import RANK_ONLY
from skills.vocabulary import ALL_COUNTRIES, mark, round_half_even
from tasks import selection
from tasks.costs import list_components, list_steps
from tasks.nights import Night
from tasks.opportunities import keep_sold
from tasks.proposals import plain, plain_rows
from tasks.store.snapshots import Snapshot

if TYPE_CHECKING:
    from tasks.selection_proposal import Weighed

Body = dict[str, Any]

SHOWN_TERMS, SHOWN_PRODUCTS, SHOWN_WEEKS, SHOWN_CASH_WEEKS, SHOWN_GAPS, SHOWN_FLIPS = 12, 5, 78, 52, 8, 4
ROOM_ALONE = mark("{name}: score {score} of 100 in {country}, {volume} searches a week.")
ROOM_UNCOUNTED = mark("{name}: score {score} of 100 in {country}; how often it is searched is not known.")
EVERYWHERE = mark("all countries")
NO_QUOTE = mark("Nobody has quoted for it; landed cost and capital are not known.")

COMPETITION = {
    "click_share_top3": mark("clicks on the first 3 products"),
    "brand_share_top3": mark("on the first 3 brands"),
    "top_brand": mark("first brand"),
    "rating": mark("rating"),
    "reviews": mark("reviews, median"),
    "reviews_per_month": mark("new reviews a month"),
    "launches_180d": mark("launched in 180 days"),
    "launches_succeeded_180d": mark("of these succeeded"),
    "out_of_stock_share": mark("clicks that found no stock"),
    "return_share": mark("returned"),
    "conversion_percent": mark("purchases per 100 clicks"),
}
"""Metrics of the lead country that a brief names, and how; shares are shown in percent."""


@dataclass(frozen=True)
class Brief:
    """One opportunity.

    Attributes:
        payload: Fields of the line's payload (`tasks.lines.Opportunity`).
        facts: What the page shows.
        reason: A sentence of the catalogue.
        reason_values: What fills its places.
        evidence: One step per row: label, value, unit, note.
        margin_percent: CM2 in percent of net sales in the lead country; "" where nobody has quoted.
    """

    payload: Body
    facts: Body
    reason: str
    reason_values: Body
    evidence: list[Body]
    margin_percent: str


def write_brief(concept: str, weighed: Weighed, known: Snapshot, night: Night) -> Brief:
    """Gather what the skills said about one concept.

    Args:
        concept: One that is shown.
        weighed: What the skills said.
        known: The frozen inputs: titles of products, quotes.
        night: For the policy.
    """
    own = _of(weighed.ranked.concepts, concept=concept).to_dict("records")[0]
    countries = str(own["countries"]).split(";")
    lead = countries[0]
    least = night.seller.policy.selection.least_cm2_percent
    metrics = _of(weighed.measured.metrics, concept=concept)
    scores = _of(weighed.ranked.scores, concept=concept)
    best = scores.sort_values(["rank", "niche"], kind="stable").drop_duplicates("country").set_index("country")
    leading = best.loc[[lead]].to_dict("records")[0]
    niche = str(leading["niche"])
    here = {str(name): value for name, value in _of(metrics, niche=niche, country=lead).iloc[0].items()}
    margins = _of(weighed.margins, concept=concept)
    quote = next((str(name) for name in margins["quote"] if name), "")
    picked = _of(weighed.quoted.picked, concept=concept)
    name = _name(quote, metrics, str(own["label"]), known)
    gaps = _list_gaps(weighed, best, countries)
    money = margins[margins["country"].isin(countries)]
    facts: Body = {
        "concept": concept,
        "name": name,
        "product": _title(quote, known),
        "lead": lead,
        "countries": countries,
        "score": int(own["score"]),
        "known_weight_percent": int(leading["known_weight_percent"]),
        "boundary": _notes(leading["boundary"]),
        "volume": _count_searches(here),
        "yearly_cm3_minor": _sum(money["yearly_cm3_minor"]),
        "capital_minor": plain(picked["cash_minor"].iloc[0]) if len(picked) else "",
        "days_to_cash": plain(picked["days_to_cash"].iloc[0]) if len(picked) else "",
        "days_to_payout": plain(picked["days_to_payout"].iloc[0]) if len(picked) else "",
        "first_units": int(picked["order_units"].iloc[0]) if len(picked) else 0,
        "season_peak_month": plain(here["season_peak_month"]),
        "season_ratio": plain(here["season_ratio"]),
        "gaps": gaps,
        "weeks": _list_weeks(weighed, niche, lead),
        "bands": _list_bands(weighed, niche, lead),
        "price_currency": str(here["currency"]),
        "target_minor": plain(here["price_minor"]) or 0,
        "parts": _list_parts(weighed, concept, niche, lead),
        "markets": _list_markets(metrics, margins, best),
        "competition": _list_competition(here),
        "cash": _list_cash(weighed, quote),
        "cash_countries": sorted(keep_sold(_of(weighed.quoted.candidates.costs, quote=quote), least)["country"]),
        **_list_unit_money(weighed, quote, lead),
        "quotes": _list_quotes(weighed, known, concept, lead, quote),
        "risks": [{"country": row["country"], "risks": _notes(row["risks"])} for row in money.to_dict("records")],
        "flips": _list_flips(weighed, concept, lead),
        "facts": plain_rows(
            _of(weighed.facts, concept=concept)[["fact", "value", "low", "high", "worth_minor", "changes_choice"]]
        ),
        "terms": _list_terms(weighed, best, countries),
        "products": _list_products(weighed, known, best, countries),
    }
    alone = ROOM_UNCOUNTED if facts["volume"] == "" else ROOM_ALONE
    why: Body = gaps[0] if gaps else {"reason": alone, "values": {}}
    values = {"name": name, "score": str(facts["score"]), "country": lead, "volume": str(facts["volume"])}
    return Brief(
        payload=_write_payload(facts, best, quote, metrics, weighed),
        facts=facts,
        reason=why["reason"],
        reason_values={**values, **why["values"]},
        evidence=_explain(weighed, night, concept, lead),
        margin_percent=_margin_at(money, lead),
    )


def _of(frame: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """The rows with these values."""
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return frame


def _notes(notes: Any) -> list[Body]:
    """Sentences with their values as a proposal holds them; the country `*` in words."""
    return [
        {
            "reason": text,
            "values": {str(k): EVERYWHERE if v == ALL_COUNTRIES else str(v) for k, v in values.items()},
        }
        for text, values in notes
    ]


def _count_searches(niche: Body) -> int | str:
    """Searches a week; "" where volume is only an index of the rank."""
    return "" if niche["volume_basis"] == RANK_ONLY else round(float(niche["volume"]))


def _sum(column: pd.Series) -> int | str:
    return "" if column.isna().all() else round(float(column.sum()))


def _name(quote: str, metrics: pd.DataFrame, label: str, known: Snapshot) -> str:
    """What the seller calls the candidate; else the most searched English term, else the best country's."""
    if quote:
        quotes = known.supplier_quotes
        return str(quotes.loc[quotes["quote"] == quote, "candidate"].iloc[0])
    english = metrics[[_speaks_english(str(country)) for country in metrics["country"]]]
    if english.empty:
        return label
    return str(english.sort_values(["volume", "label"], ascending=[False, True], kind="stable")["label"].iloc[0])


def _title(quote: str, known: Snapshot) -> str:
    """The product as its supplier calls it; "" where nobody has quoted."""
    quotes = known.supplier_quotes
    return str(quotes.loc[quotes["quote"] == quote, "title"].iloc[0]) if quote else ""


def _speaks_english(country: str) -> bool:
    place = read_marketplaces().get(country)
    return place is not None and place.language.startswith("en")


def _write_payload(facts: Body, best: pd.DataFrame, quote: str, metrics: pd.DataFrame, weighed: Weighed) -> Body:
    prices = {}
    currencies = {}
    terms = {}
    for country in facts["countries"]:
        niche = str(best.loc[country, "niche"])
        row = _of(metrics, niche=niche, country=country).iloc[0]
        if not pd.isna(row["price_minor"]):
            prices[country], currencies[country] = int(row["price_minor"]), str(row["currency"])
        words = _of(weighed.joined.members, niche=niche, country=country)
        ordered = words.sort_values(["volume", "term"], ascending=[False, True], kind="stable")
        terms[country] = [str(term) for term in ordered["term"].head(SHOWN_TERMS)]
    supplier = next((row["supplier"] for row in facts["quotes"] if row["quote"] == quote), "")
    return {
        "concept": facts["concept"],
        "name": facts["name"],
        "countries": facts["countries"],
        "terms": terms,
        "quote": quote,
        "supplier": supplier,
        "first_units": facts["first_units"],
        "capital_minor": facts["capital_minor"] or 0,
        "prices_minor": prices,
        "price_currencies": currencies,
    }


def _list_gaps(weighed: Weighed, best: pd.DataFrame, countries: list[str]) -> list[Body]:
    """Why there is room, the weightiest of each kind and country, the lead country first."""
    found = []
    for country in countries:
        rows = _of(weighed.measured.gaps, niche=str(best.loc[country, "niche"]), country=country)
        ordered = rows.sort_values(["weight", "kind"], ascending=[False, True], kind="stable")
        for row in ordered.drop_duplicates("kind").to_dict("records"):
            values = {str(name): str(value) for name, value in row["values"].items()}
            found.append({"country": country, "kind": row["kind"], "reason": row["reason"], "values": values})
    return found[:SHOWN_GAPS]


def _list_weeks(weighed: Weighed, niche: str, country: str) -> list[Body]:
    rows = _of(weighed.measured.weeks, niche=niche, country=country).sort_values("week").tail(SHOWN_WEEKS)
    return [
        {"week": pd.Timestamp(row["week"]).date().isoformat(), "volume": round(float(row["volume"]))}
        for row in rows.to_dict("records")
    ]


def _list_bands(weighed: Weighed, niche: str, country: str) -> list[Body]:
    rows = _of(weighed.measured.prices, niche=niche, country=country).sort_values("low_minor")
    return [
        {
            "low_minor": int(row["low_minor"]),
            "high_minor": int(row["high_minor"]),
            "click_permille": round(1000 * float(row["click_share"])),
            "products": int(row["products"]),
        }
        for row in rows.to_dict("records")
    ]


def _list_parts(weighed: Weighed, concept: str, niche: str, country: str) -> list[Body]:
    rows = _of(weighed.ranked.parts, concept=concept, niche=niche, country=country)
    return [
        {
            "component": row["component"],
            "points": None if not row["known"] or pd.isna(row["points"]) else int(row["points"]),
            "weight_used": plain(row["weight_used"]),
            "weight": int(row["weight"]),
            "value": plain(row["value"]),
            "low": plain(row["low"]),
            "high": plain(row["high"]),
            "scale": row["scale"],
        }
        for row in rows.to_dict("records")
    ]


def _list_markets(metrics: pd.DataFrame, margins: pd.DataFrame, best: pd.DataFrame) -> list[Body]:
    """One row per country of the concept: the price there, what a unit costs and leaves, the score or the filter."""
    money = {str(row["country"]): row for row in margins.to_dict("records")}
    rows = []
    for country, score in best.sort_values("rank", kind="stable").iterrows():
        niche = _of(metrics, niche=str(score["niche"]), country=str(country)).iloc[0]
        cost = money.get(str(country), {})
        names = ("price_minor", "landed_minor", "cm2_percent", "cm3_percent", "cm3_minor", "break_even_acos_percent",
                 "yearly_units", "yearly_cm3_minor", "capital_minor")  # fmt: skip
        rows.append(
            {
                "country": str(country),
                "label": str(niche["label"]),
                "score": "" if pd.isna(score["score"]) else int(score["score"]),
                "filtered": _notes([(score["filtered_by"], score["filtered_values"])])
                if score["filtered_by"]
                else [],
                "volume": _count_searches({str(name): value for name, value in niche.items()}),
                "conversion_percent": plain(niche["conversion_percent"]),
                "growth_90d_percent": plain(niche["growth_90d_percent"]),
                "niche_price_minor": plain(niche["price_minor"]),
                "currency": str(niche["currency"]),
                **{name: _show_number(cost.get(name), name) for name in names},
            }
        )
    return rows


def _show_number(value: Any, name: str) -> int | str:
    """Money and units whole, percents with one digit; "" where it is not known."""
    if value is None or pd.isna(value):
        return ""
    if name.endswith(("_minor", "_units")):
        return round_half_even(Decimal(str(value)))
    return str(plain(round(float(value), 1)))


def _list_competition(here: Body) -> list[Body]:
    found = []
    for name, label in COMPETITION.items():
        value = here.get(name)
        if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "":
            continue
        if name.endswith("_share") or "_share_" in name:
            text, unit = str(plain(round(100 * float(value), 1))), "%"
        else:
            text, unit = (value if isinstance(value, str) else str(plain(value))), ""
        found.append({"label": label, "value": text, "unit": unit})
    return found


def _list_cash(weighed: Weighed, quote: str) -> list[Body]:
    rows = _of(weighed.quoted.cash, quote=quote, country=ALL_COUNTRIES).sort_values("week").head(SHOWN_CASH_WEEKS)
    return [
        {"week": pd.Timestamp(row["week"]).date().isoformat(), "balance_minor": int(row["balance_minor"])}
        for row in rows.to_dict("records")
    ]


def _list_unit_money(weighed: Weighed, quote: str, lead: str) -> Body:
    """From price to CM3 of a unit in the lead country, and what the landed cost of its first units is made of.

    Returns:
        waterfall; landed, one row per component, for landed_units together. Nothing where the quote is not priced
        there.
    """
    candidates = weighed.quoted.candidates
    if _of(candidates.costs, quote=quote, country=lead).empty:
        return {"waterfall": [], "landed": [], "landed_units": 0, "landed_minor": 0}
    landed = _of(candidates.landed, sku=quote, country=lead)
    return {
        "waterfall": list_steps(_of(candidates.waterfall, sku=quote, country=lead)),
        "landed": list_components(landed),
        "landed_units": int(landed["units"].iloc[0]),
        "landed_minor": int(landed.loc[landed["in_cost"], "amount_minor"].sum()),
    }


def _list_quotes(weighed: Weighed, known: Snapshot, concept: str, lead: str, chosen: str) -> list[Body]:
    """Quotes of the concept side by side: cash over all countries, landed cost in the lead country."""
    answers = set(_of(weighed.joined.matches, concept=concept)["quote"])
    compared = weighed.quoted.compared
    whole = compared[compared["quote"].isin(answers) & (compared["country"] == ALL_COUNTRIES)]
    grades = dict(zip(weighed.quoted.suppliers["supplier"], weighed.quoted.suppliers["grade"], strict=True))
    landed = _of(weighed.quoted.candidates.costs, country=lead).set_index("quote")["landed_minor"]
    quotes = known.supplier_quotes.set_index("quote")
    rows, order = [], ["later", "rank", "quote"]
    for row in whole.assign(later=whole["quote"] != chosen).sort_values(order, kind="stable").to_dict("records"):
        said = quotes.loc[row["quote"]]
        rows.append(
            {
                "quote": str(row["quote"]),
                "first": row["quote"] == chosen,
                "supplier": str(row["supplier"]),
                "title": str(said["title"]),
                "grade": grades.get(row["supplier"], mark("no delivery yet")),
                "source": str(said["source"]),
                "unit_cost_minor": int(said["unit_cost_minor"]),
                "currency": str(said["currency"]),
                "vat_invoice": str(said["vat_invoice"]),
                "moq_units": int(said["moq_units"]),
                "sample_days": int(said["sample_days"]),
                "lead_days": int(said["lead_days"]),
                "landed_minor": int(landed[row["quote"]]) if row["quote"] in landed else "",
                "cash_minor": plain(row["cash_minor"]),
                "days_to_cash": plain(row["days_to_cash"]),
                "dominated": bool(row["dominated"]),
                "notes": _notes(row["notes"][:1]),
            }
        )
    return rows


def _list_flips(weighed: Weighed, concept: str, lead: str) -> list[Body]:
    """The nearest ways to be wrong in the lead country, each fact once."""
    rows = _of(weighed.flips, concept=concept, country=lead)
    rows = rows[rows["flips_at"].notna() & rows["distance_percent"].notna()]
    ordered = rows.assign(near=rows["distance_percent"].abs()).sort_values(["near", "fact"], kind="stable")
    kept = ordered.drop_duplicates("fact").head(SHOWN_FLIPS)
    return plain_rows(kept[["fact", "flip", "value", "flips_at", "distance_percent"]])


def _list_terms(weighed: Weighed, best: pd.DataFrame, countries: list[str]) -> list[Body]:
    newest = weighed.volumes.sort_values("week", kind="stable").drop_duplicates(["country", "term"], keep="last")
    basis = newest.set_index(["country", "term"])["volume_basis"]
    rows = []
    for country in countries:
        words = _of(weighed.joined.members, niche=str(best.loc[country, "niche"]), country=country)
        ordered = words.sort_values(["volume", "term"], ascending=[False, True], kind="stable")
        for row in ordered.head(SHOWN_TERMS).to_dict("records"):
            said = str(basis.get((country, row["term"]), ""))
            unknown = said == RANK_ONLY or pd.isna(row["volume"])
            rows.append(
                {
                    "country": country,
                    "term": str(row["term"]),
                    "volume": "" if unknown else round(float(row["volume"])),
                    "basis": said,
                }
            )
    return rows


def _list_products(weighed: Weighed, known: Snapshot, best: pd.DataFrame, countries: list[str]) -> list[Body]:
    items = known.catalog_items.sort_values("seen_on", kind="stable").drop_duplicates(
        ["country", "asin"], keep="last"
    )
    titles = known.search_terms.sort_values("week", kind="stable").drop_duplicates(["country", "asin"], keep="last")
    rows = []
    for country in countries:
        clicked = _of(weighed.joined.clicks, niche=str(best.loc[country, "niche"]), country=country)
        ordered = clicked.sort_values(["click_share", "asin"], ascending=[False, True], kind="stable").head(
            SHOWN_PRODUCTS
        )
        facts = ordered.merge(items, on=["country", "asin"], how="left", suffixes=("", "_item"))
        facts = facts.merge(
            titles[["country", "asin", "title"]], on=["country", "asin"], how="left", suffixes=("", "_term")
        )
        for row in facts.to_dict("records"):
            title = row["title"] if isinstance(row["title"], str) and row["title"] else row["title_term"]
            rows.append(
                {
                    "country": country,
                    "asin": str(row["asin"]),
                    "title": title if isinstance(title, str) else "",
                    "click_permille": round(1000 * float(row["click_share"])),
                    "price_minor": 0 if pd.isna(row["price_minor"]) else int(row["price_minor"]),
                    "currency": row["currency"] if isinstance(row["currency"], str) else "",
                    "rating": "" if pd.isna(row["rating"]) else str(plain(row["rating"])),
                    "reviews": "" if pd.isna(row["reviews"]) else int(row["reviews"]),
                }
            )
    return rows


def _explain(weighed: Weighed, night: Night, concept: str, lead: str) -> list[Body]:
    """The steps from the signs to the score in the lead country."""
    steps = selection.explain_opportunity(
        weighed.measured, weighed.ranked, night.seller.policy.selection, concept, lead
    )
    return [
        {
            "label": row["label"],
            "value": "" if pd.isna(row["value"]) else str(plain(row["value"])),
            "unit": row["unit"],
            "note": row["note"],
            "values": {str(name): str(value) for name, value in row["values"].items()},
        }
        for row in steps.to_dict("records")
    ]


def _margin_at(money: pd.DataFrame, lead: str) -> str:
    percent = money.loc[money["country"] == lead, "cm2_percent"]
    return "" if percent.empty or pd.isna(percent.iloc[0]) else str(plain(percent.iloc[0]))
