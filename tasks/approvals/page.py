"""What a person sees before deciding: the lines that wait, their money, and what was said so far; as Markdown."""

from __future__ import annotations

from datetime import date

from config.language import Translate, format_day, format_money, format_number, say, translator
from config.seller import Language, Seller
from skills.storage.plan import OPTIONS
from skills.vocabulary import mark
from tasks.approvals.answer import is_expired
from tasks.approvals.standing import Standing
from tasks.lines import DECISIONS, Body, flatten, number_lines
from tasks.rendering import say_reason
from tasks.report_words import WORDS

SHOWN_LINES = 150
"""Beyond this many the page names the workbook instead."""


def write_page(
    body: Body,
    digest: str,
    standing: Standing,
    seller: Seller,
    today: date,
    language: Language,
    refused: str = "",
    report: str = "",
) -> str:
    """The page above the decision form.

    Args:
        body: The proposal's.
        digest: Its digest.
        standing: Which lines are open and who approved already.
        seller: Whose.
        today: The seller's day; lines that expire on it are called out.
        language: Of the page.
        refused: Why the last answer was not recorded, in the language.
        report: Where the page that shows it lies, if it has one.
    """
    t = translator(language)
    currency = body["base_currency"]
    rows = [row for row in number_lines(body) if row[0] in standing.open]
    money = sum(line["money_minor"] for _, _, line in rows)
    waiting_for = ", ".join(event.facts["name"] for event in standing.approvals.values())
    head = [f"## {t(mark('Decide'))} · {seller.name[language]} · {format_day(body['as_of'], language)}"]
    if body["generated"]:
        head.append(f"*{t(mark('Generated data'))}*")
    if refused:
        not_recorded = t(mark("Not recorded"))
        head.append(f"> **{not_recorded}** {refused}")
    if body.get("edits"):
        values = {"name": body["edits"]["name"], "reason": body["edits"]["reason"]}
        head.append(say(mark("{name} changed these lines ({reason}); somebody else must approve."), values, language))
    if waiting_for:
        values = {"names": waiting_for}
        head.append(
            say(mark("{names} approved already; another person is needed for the same lines."), values, language)
        )
    waiting = [say(mark("{count} lines wait"), {"count": len(rows)}, language), _money(money, currency, language)]
    head.append(f"**{' · '.join(filter(None, waiting))}**")
    soon = [number for number, _, line in rows if line["expires"] == today.isoformat()]
    if soon:
        head.append(f"**{t(mark('Last day today'))}{t(': ')}{', '.join(soon)}**")
    listed = [_list_lines(rows[:SHOWN_LINES], currency, today, language)]
    if len(rows) > SHOWN_LINES:
        more = {"count": len(rows) - SHOWN_LINES}
        listed.append(say(mark("{count} more lines stand in the workbook (`make workbook`)."), more, language))
    closing = f"{t(mark('proposal'))} `{digest}`"
    if report:
        name = mark("morning report") if body["journey"] == "nightly" else mark("Page")
        closing += f" · {t(name)} `{report}`"
    return "\n\n".join([*head, *listed, closing])


def _list_lines(rows: list[tuple[str, Body, Body]], currency: str, today: date, language: Language) -> str:
    """Each decision with its money, its lines below it; a list wraps in the form's narrow window, a table not."""
    lines: list[str] = []
    shown = ""
    for number, decision, line in rows:
        if decision["id"] != shown:
            shown = decision["id"]
            money = sum(each["money_minor"] for _, owner, each in rows if owner is decision)
            place = number.partition(".")[0]
            parts = [place, _money(money, currency, language), _title(decision, translator(language))]
            lines += ["", f"**{' · '.join(filter(None, parts))}**", ""]
        parts = [f"**{number}**", _money(line["money_minor"], currency, language), _describe(line, today, language)]
        lines.append(f"- {' · '.join(filter(None, parts))}")
    return "\n".join(lines).strip()


def _money(minor: int, currency: str, language: Language) -> str:
    """The amount, "" for what takes no money, such as a listing."""
    return format_money(minor, currency, language) if minor else ""


def _describe(line: Body, today: date, language: Language) -> str:
    """SKU, units and cartons, product, until when it holds, and whether it can be undone."""
    t, facts = translator(language), flatten(line)
    parts = [] if line["payload"]["kind"] == "listing" else [str(facts.get("sku", ""))]  # its title begins with it
    if line["payload"]["kind"] == "stock_exit":
        values = {"units": format_number(facts["units"], language), "way": t(OPTIONS[facts["option"]])}
        parts += [facts["country"], say(mark("{way}, {units} units"), values, language)]
    elif "units" in facts:
        values = {
            "units": format_number(facts["units"], language),
            "cartons": format_number(facts["cartons"], language),
        }
        parts.append(say(mark("{units} units ({cartons} cartons)"), values, language))
    parts.append(line["title"])
    if line["payload"]["kind"] == "standing_rules":
        parts += [say_reason(facts, language), *_list_rules(line)]
    if is_expired(line, today):
        parts.append(f"**{t(mark('expired'))}**")
    elif line["expires"]:
        values = {"day": format_day(line["expires"], language, today)}
        parts.append(say(mark("until {day}"), values, language))
    if not line["reversible"]:
        parts.append(t(mark("cannot be undone")))
    return " · ".join(filter(None, parts))


def _list_rules(line: Body) -> list[str]:
    rules: dict[str, list[str]] = {}
    for step in line["evidence"]:
        rules.setdefault(step["label"], []).append(f"{step['note']} {step['value']}")
    return [f"**{rule}** ({', '.join(terms)})" for rule, terms in rules.items()]


def _title(decision: Body, t: Translate) -> str:
    name = t(DECISIONS[decision["kind"]])
    if decision["kind"] == "order":
        return f"{name} · {decision.get('supplier_name') or decision['supplier']}"
    if decision["kind"] == "ship":
        mode = t(WORDS.get(str(decision["mode"]), str(decision["mode"])))
        return f"{name} · {decision['from_node']} → {decision['to_node']} ({decision['country']}), {mode}"
    if decision["kind"] == "list":
        return f"{name} · {decision['country']}"
    return name
