"""The page of new products: at most ten briefs of one page each, what was left out, and what the score is worth."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_day, format_money, format_number, format_percent, name_country, say, translator
from config.seller import Language, Seller
from skills.assortment.verdict import VERDICTS
from skills.selection.explain import LABELS
from skills.selection.planned import FACT_NAMES
from skills.vocabulary import Money, mark
from tasks.artifacts import link_page, report_path
from tasks.briefs import NO_QUOTE
from tasks.files.output import replace_file
from tasks.rendering import render_page
from tasks.report_charts import chart_waterfall
from tasks.selection_charts import chart_balance, chart_demand, chart_prices, chart_score
from tasks.store.proposals import Proposal

Body = dict[str, Any]

SHOWN_LEFT_OUT, SHOWN_OWN, SHOWN_FACTS, SHOWN_REFUSED = 25, 15, 8, 12

NOTHING_PASSES = mark("No opportunity passes the filters this morning.")
HEADLINE = mark(
    "{count} opportunities to choose from; the {quoted} with a quote take {capital} together, each at its deepest, "
    "and are planned to leave {yearly} a year (CM3)."
)
NONE_QUOTED = mark("{count} opportunities to choose from; nobody has quoted for one, so no money is known.")
FLIP = mark("{fact}: {flip} at {at} instead of {value} ({change})")
FACT = mark("Worth {money} to know before choosing: {fact}; between {low} and {high}, planned {value}.")
RISK = mark("{country}: {risk}")
CASH = mark("First payout after {payout} days; what came in covers what went out after {back} days.")
CASH_NEVER = mark("First payout after {payout} days; within the weeks looked at the cash does not come back.")
CASH_UNKNOWN = mark("How much is sold a week is not known, so nothing says when the cash is back.")
CASH_ELSEWHERE = mark(
    "The first order, its cash and its days are those of all countries where the quote leaves enough: {countries} "
    "too."
)
MONEY_FACTS = {"price_minor": mark("price"), "landed_minor": mark("landed cost"), "cm2_percent": "CM2"}
SHARES = ("unmet", "click_share_top5", "brand_share_top3", "launch_success_share", "return_share")


@task(name="artifacts · publish briefs", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_briefs(proposal: Proposal, seller: Seller, language: Language) -> Path:
    """Write the page, show its front on the run, and say where it lies; returns its path."""
    path = report_path(proposal)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, render_selection(proposal, seller, language).encode())
    _show_on_run(path, proposal, seller, language)
    return path


def render_selection(proposal: Proposal, seller: Seller, language: Language) -> str:
    """The page as one HTML file that needs no server, no network and no scripts."""
    body = proposal.body
    return render_page(
        "selection.html.j2",
        seller,
        language,
        body=body,
        view=view_selection(body, language),
        digest=proposal.digest,
        supersedes=proposal.supersedes,
        currency=body["base_currency"],
    )


def view_selection(body: Body, language: Language) -> Body:
    """The figures of the page's head, each brief with its charts, and every sentence in the language."""
    t = translator(language)
    briefs = [_view(decision, place, body, language) for place, decision in enumerate(body["decisions"], 1)]
    days = [brief["days_to_cash"] for brief in briefs if brief["days_to_cash"] != ""]
    left_out = body["left_out"]
    facts = [row for row in body["facts"] if row["worth_minor"] > 0]
    capital = [brief["capital_minor"] for brief in briefs if brief["capital_minor"] != ""]
    yearly = [brief["yearly_cm3_minor"] for brief in briefs if brief["yearly_cm3_minor"] != ""]
    verdicts = [row["verdict"] for row in body["own"]]
    return {
        "briefs": briefs,
        "capital_minor": sum(capital) if capital else "",
        "quoted": len(capital),
        "yearly_cm3_minor": sum(yearly) if yearly else "",
        "planned": len(yearly),
        "days": round(statistics.median(days)) if days else "",
        "left_out": [
            {**row, "said": say(row["reason"], row["values"], language)} for row in left_out[:SHOWN_LEFT_OUT]
        ],
        "left_out_more": max(0, body["left_out_count"] - SHOWN_LEFT_OUT),
        "left_out_listed": len(left_out),
        "facts": [
            {
                "said": f"{row['name']}{t(': ')}{t(FACT_NAMES[row['fact']])}",
                "worth_minor": row["worth_minor"],
                "changes": row["changes_choice"],
            }
            for row in facts[:SHOWN_FACTS]
        ],
        "verdicts": [
            {"verdict": verdict, "count": verdicts.count(verdict)}
            for verdict in ("keep", "fix", "drop", "watch")
            if verdict in verdicts
        ],
        "own": [
            {**row, "said": " ".join(say(text, values, language) for text, values in row["reasons"])}
            for row in sorted(body["own"], key=_most_pressing)
            if row["verdict"] in ("fix", "drop")
        ][:SHOWN_OWN],
        "degradations": [_say_lack(row, language) for row in body["degradations"]],
        "refused": _say_refused(body["refused"], language)[:SHOWN_REFUSED],
    }


def _most_pressing(row: Body) -> tuple[int, int, str, str]:
    return VERDICTS.index(row["verdict"]), -row["units_28d"], row["sku"], row["country"]


def _say_refused(rows: list[Body], language: Language) -> list[str]:
    """Why quotes are not priced, each reason once, with the quotes that it is true of."""
    quotes: dict[str, list[str]] = {}
    for row in rows:
        named = quotes.setdefault(say(row["reason"], row["values"], language), [])
        if "quote" not in row["values"] and row["quote"] not in named:
            named.append(row["quote"])
    t = translator(language)
    return [f"{', '.join(named)}{t(': ')}{said}" if named else said for said, named in quotes.items()]


def _say_lack(row: Body, language: Language) -> str:
    """What a file lacked; of search terms that were set aside also how many."""
    said = say(row["reason"], row["values"], language)
    if "terms" not in row:
        return said
    return say(mark("{terms} search terms: {said}"), {"terms": row["terms"], "said": said}, language)


def _view(decision: Body, place: int, body: Body, language: Language) -> Body:
    """A brief with its number, its charts and its sentences."""
    brief, t, currency = decision["brief"], translator(language), body["base_currency"]
    gaps = [
        {
            **gap,
            "said": say(gap["reason"], gap["values"], language),
            "country": name_country(gap["country"], language),
        }
        for gap in brief["gaps"]
    ]
    flips = [_say_flip(row, currency, brief, language) for row in brief["flips"]]
    bars = brief["cash"]
    return {
        **brief,
        "number": place,
        "id": decision["id"],
        "quote": decision["lines"][0]["payload"]["quote"],
        "gaps": gaps,
        "first_gap": f"{gaps[0]['country']}{t(': ')}{gaps[0]['said']}" if gaps else "",
        "near": any({"limit", "cut"} & {*row["values"]} for row in brief["boundary"]),
        "boundary": [say(row["reason"], row["values"], language) for row in brief["boundary"]],
        "demand": chart_demand(brief["weeks"]) if len(brief["weeks"]) > 1 else None,
        "prices": chart_prices(brief["bands"], int(brief["target_minor"] or 0)) if brief["bands"] else None,
        "parts_chart": chart_score(
            [{**part, "label": LABELS.get(part["component"], part["component"])} for part in brief["parts"]]
        ),
        "markets": [
            {
                **market,
                "filtered_said": " ".join(say(row["reason"], row["values"], language) for row in market["filtered"]),
            }
            for market in brief["markets"]
        ],
        "cash": _chart_cash(bars, currency, language) if bars else None,
        "cash_said": _say_cash(brief, language) if bars else "",
        "chart": chart_waterfall(brief["waterfall"]),
        "quotes": [
            {
                **quote,
                "grade_said": t(quote["grade"]),
                "reason_said": " ".join(say(row["reason"], row["values"], language) for row in quote["notes"]),
            }
            for quote in brief["quotes"]
        ],
        "competition": [
            {"label": row["label"], "value": _say_fact(row, language)} for row in brief["competition"]
        ],
        "risks": _say_risks(brief, language, lead=True),
        "more_risks": _say_risks(brief, language, lead=False),
        "flips": flips,
        "first_flip": flips[0] if flips else "",
        "facts": [
            say(
                FACT,
                {
                    "money": format_money(row["worth_minor"], currency, language, whole=True),
                    "fact": t(FACT_NAMES[row["fact"]]),
                    **{name: format_number(row[name], language) for name in ("low", "high", "value")},
                },
                language,
            )
            for row in brief["facts"]
            if row["worth_minor"] > 0
        ],
        "evidence": [
            {**step, "note": say(step["note"], step["values"], language)} for step in decision["lines"][0]["evidence"]
        ],
    }  # fmt: skip


def _chart_cash(bars: list[Body], currency: str, language: Language) -> Body:
    chart = chart_balance(bars)
    return {**chart, "low": format_number(Money(chart["low_minor"], currency).amount, language, 0)}


def _say_cash(brief: Body, language: Language) -> str:
    """When the first payout comes and when the cash is back; of which countries, where some of them are not shown."""
    payout, back = brief["days_to_payout"], brief["days_to_cash"]
    sentence = CASH if back != "" else CASH_NEVER if payout != "" else CASH_UNKNOWN
    said = say(sentence, {"payout": payout, "back": back}, language)
    elsewhere = [country for country in brief["cash_countries"] if country not in brief["countries"]]
    if not elsewhere:
        return said
    return f"{said} {say(CASH_ELSEWHERE, {'countries': ' '.join(elsewhere)}, language)}"


def _say_risks(brief: Body, language: Language, lead: bool) -> list[str]:
    """What the words and the market warn of: in the lead country, or in the others."""
    return [
        say(RISK, {"country": name_country(row["country"], language), "risk": said}, language)
        for row in brief["risks"]
        if (row["country"] == brief["lead"]) == lead
        for said in (say(risk["reason"], risk["values"], language) for risk in row["risks"])
    ]


def _say_fact(row: Body, language: Language) -> str:
    value = row["value"]
    if row["unit"] == "%":
        return format_percent(value, language)
    return format_number(value, language) if value.replace(".", "", 1).lstrip("-").isdigit() else value


def _say_flip(row: Body, currency: str, brief: Body, language: Language) -> str:
    """One fact, the value at which it turns the choice, and how far away that is."""
    fact, t = row["fact"], translator(language)

    def show(value: str | int) -> str:
        if fact.endswith("_minor"):
            return format_money(round(float(value)), currency, language)
        if fact in SHARES:
            return format_percent(f"{100 * float(value):.0f}", language)
        text = f"{float(value):.1f}" if fact.endswith("_percent") else f"{float(value):.0f}"
        return format_percent(text, language) if fact.endswith("_percent") else format_number(text, language)

    away = round(float(row["distance_percent"]))
    change = f"{'+' if away > 0 else ''}{format_percent(away, language)}"
    names: dict[str, str] = {**LABELS, **MONEY_FACTS}
    name = t(names[fact]) if fact in names else fact
    return say(
        FLIP,
        {
            "fact": name,
            "flip": t(row["flip"]),
            "at": show(row["flips_at"]),
            "value": show(row["value"]),
            "change": change,
        },
        language,
    )


def _show_on_run(path: Path, proposal: Proposal, seller: Seller, language: Language) -> None:
    """The page's front as short keyed artifacts; the log's last lines say the headline and where the page is."""
    body, t = proposal.body, translator(language)
    view = view_selection(body, language)
    currency = body["base_currency"]
    headline = _say_headline(view, currency, language)
    verdict = say(body["backtest"]["verdict"], body["backtest"]["values"], language)
    generated = f"*{t(mark('Generated data'))}*\n\n" if body["generated"] else ""
    listed = "\n".join(
        f"{brief['number']}. **{brief['name']}** · {brief['score']} · {' '.join(brief['countries'])}"
        f" · {brief['first_gap'] or t(NO_QUOTE)}"
        for brief in view["briefs"]
    )
    create_markdown_artifact(
        key=f"new-products-{seller.id}",
        markdown=f"{generated}{headline}\n\n{listed}\n\n**{t(mark('Does the score predict?'))}** {verdict}",
        description=t(mark("New products: what to choose from")),
    )
    create_table_artifact(
        key=f"opportunities-{seller.id}",
        table=[
            {
                t(mark("No.")): brief["number"],
                t(mark("Opportunity")): brief["name"],
                t(mark("Score")): brief["score"],
                t(mark("Countries")): " ".join(brief["countries"]),
                t(mark("Searches a week")): "–"
                if brief["volume"] == ""
                else format_number(brief["volume"], language),
                t(mark("CM3 a year")): _money(brief["yearly_cm3_minor"], currency, language),
                t(mark("Capital it takes")): _money(brief["capital_minor"], currency, language),
                t(mark("Cash is back")): _day_after(body, brief["days_to_cash"], language),
                t(mark("What would make it wrong")): brief["first_flip"] or "–",
            }
            for brief in view["briefs"]
        ],
        description=t(mark("One row per opportunity")),
    )
    link_page(
        f"new-products-file-{seller.id}",
        path,
        mark("Open the briefs: one page each"),
        headline,
        mark("new products"),
        language,
    )


def _say_headline(view: Body, currency: str, language: Language) -> str:
    if not view["briefs"]:
        return translator(language)(NOTHING_PASSES)
    values = {
        "count": len(view["briefs"]),
        "quoted": view["quoted"],
        "capital": _money(view["capital_minor"], currency, language),
        "yearly": _money(view["yearly_cm3_minor"], currency, language),
    }
    return say(HEADLINE if view["quoted"] else NONE_QUOTED, values, language)


def _money(minor: int | str, currency: str, language: Language) -> str:
    return "–" if minor == "" else format_money(int(minor), currency, language, whole=True)


def _day_after(body: Body, days: int | str, language: Language) -> str:
    if days == "":
        return "–"
    morning = date.fromisoformat(body["as_of"])
    return format_day(morning + timedelta(days=int(days)), language, morning)
