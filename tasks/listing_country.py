"""What a country's page shows: each record as the seller wrote it beside the listing as buyers there read it.

Pure: the same body, thumbnails, language and country give the same view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from markupsafe import Markup, escape

from config.language import format_money, format_number, name_country, name_language, say, translator
from config.seller import Language
from skills.compliance.rules import PASS
from skills.listing.units import UNITS
from skills.vocabulary import mark
from tasks.listing_views import index_checks, name_problem, number_listings, view_check, view_issues
from tasks.listing_words import FIELDS, PICTURES, SEVERITIES, STANDS, name_code, say_note, show_stand

Body = dict[str, Any]

LIMIT_BYTES = mark("{used} / {most} bytes")
LIMIT_CHARACTERS = mark("{used} / {most} characters")
ONLY_BYTES = mark("{used} bytes, no limit known")
NEAR_PERCENT = 90
"""From this share of a limit on, the bar is dark."""

GATE_COUNTS: dict[str, str] = {
    "blocks": mark("barred by {count} rules"),
    "asks": mark("{count} questions for a professional"),
    "missing": mark("{count} documents missing"),
    "passes": mark("{count} rules in force passed"),
}
COLUMNS = {"brand": "brand", "country_of_origin": "origin", "fabric_type": "materials"}
"""Attributes that a column of the record states, and which one."""
STATED = ("manufacturer_minimum_age", "batteries_included")
"""Attributes that further columns state just so."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def view_country(body: Body, country: str, photos: Mapping[str, str], language: Language) -> Body:
    """One country's page: an index by stand, then a listing each."""
    products = {row["sku"]: row for row in body["products"]}
    numbers, checks = number_listings(body), index_checks(body["checks"])
    issues = view_issues([row for row in body["issues"] if row["country"] == country], language)
    listings = [
        _view_listing(row, products[row["sku"]], numbers, checks, photos, language)
        | {"issues": [issue for issue in issues if issue["sku"] == row["sku"]]}
        for row in body["listings"]
        if row["country"] == country
    ]
    decision = next((one for one in body["decisions"] if one["country"] == country), None)
    return {
        "code": country,
        "name": name_country(country, language),
        "tongue": name_language(body["languages"].get(country, ""), language),
        "deadline": decision["deadline"] if decision else "",
        "number": body["decisions"].index(decision) + 1 if decision else 0,
        "listings": listings,
        "index": [
            {"stand": show_stand(name, language), "rows": mine}
            for name in STANDS
            if (mine := [row for row in listings if row["stand"]["name"] == name])
        ],
    }


def _view_listing(
    row: Body,
    product: Body,
    numbers: Mapping[tuple[str, str], str],
    checks: Mapping[tuple[str, str], list[Body]],
    photos: Mapping[str, str],
    language: Language,
) -> Body:
    key = (row["sku"], row["country"])
    labels = {name: label for name, label, _ in (*product["attributes"], *row["attributes"])}
    mine = [view_check(check, language) for check in checks.get(key, [])]
    source, home = product["language"], row["language_tag"]
    left = {one["field"]: one["words"] for one in row["untranslated"]}
    converted = _group_conversions(row["conversions"])
    return {
        "sku": row["sku"],
        "line": numbers.get(key, ""),
        "stand": show_stand(row["stand"], language),
        "held": [show_stand(name, language) for name in row["held_by"][1:]],
        "sent": row["sent"],
        "product": product,
        "source_tag": tag_language(source),
        "source": name_language(source, language),
        "home_tag": tag_language(home),
        "home": name_language(home, language),
        "thumbnail": next((photos[name] for name in product["images"] if name in photos), ""),
        "picture": {"state": row["picture"], "said": name_code(PICTURES, row["picture"], language)},
        "fields": [
            {
                "name": name,
                "label": name_code(FIELDS, name, language),
                "written": written,
                "shown": [_mark_left(text, written, left.get(name), source, home) for text in shown],
                "foreign": tag_language(source) if name in left and source != home.partition("_")[0] else "",
                "left": left.get(name),
                "limit": _measure(row["lengths"][name], language) if any(shown) else None,
                "converted": converted.get(name, []),
                "listed": name == "bullet",
            }
            for name, written, shown in (
                ("title", [product["title"]], [row["title"]]),
                ("bullet", product["bullets"], row["bullets"]),
                ("description", [product["description"]], [row["description"]]),
                ("search_terms", ["; ".join(product["search_terms"])], [row["search_terms"]]),
            )
        ],
        **_compare_attributes(product, row, left, language),
        "price": format_money(row["price_minor"], row["currency"], language) if row["price_minor"] != "" else "",
        "gate": _say_gate(row["gate"], language),
        "ready_on": row["gate"]["ready_on"],
        "open_checks": [check for check in mine if check["answer"] != PASS],
        "coming": [check for check in mine if check["answer"] == PASS and not check["in_force"]],
        "answered": sorted(
            {
                check["document"]
                for check in mine
                if check["answer"] == PASS and check["in_force"] and check["document"]
            }
        ),
        "problems": [
            {
                "what": name_problem(problem, language),
                "weight": name_code(SEVERITIES, problem["severity"], language),
                "error": problem["severity"] == "error",
                "said": say(problem["reason"], problem["values"], language),
            }
            for problem in row["problems"]
        ],
        "notes": [say_note(sentence, values, language, labels) for sentence, values in row["notes"]],
    }


def _say_gate(gate: Body, language: Language) -> Body:
    said = translator(language)(mark("Open.") if gate["open"] else mark("Shut."))
    counts = [say(text, {"count": gate[name]}, language) for name, text in GATE_COUNTS.items() if gate[name]]
    return {"said": said, "counts": counts}


def tag_language(code: str) -> str:
    """As HTML writes a language: `de_DE` is de-DE."""
    return code.replace("_", "-")


def _mark_left(text: str, written: list[str], words: list[str] | None, source: str, home: str) -> Markup:
    """The text; what was left in the record's language is marked."""
    if words is None or not text or source == home.partition("_")[0]:
        return escape(text)
    if not words:
        same = text in written
        return Markup('<mark lang="{}">{}</mark>').format(tag_language(source), text) if same else escape(text)
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
    marked, at = Markup(), 0
    for found in pattern.finditer(text):
        marked += escape(text[at : found.start()]) + Markup("<mark>{}</mark>").format(found[0])
        at = found.end()
    return marked + escape(text[at:])


def _measure(lengths: Body, language: Language) -> Body:
    """The limit that the text comes closest to, as words and as a bar."""
    found = []
    for unit, sentence in (("bytes", LIMIT_BYTES), ("characters", LIMIT_CHARACTERS)):
        used, most = lengths[unit], lengths[f"most_{unit}"]
        if most != "":
            shown = {"used": format_number(used, language), "most": format_number(most, language)}
            share = (Decimal(100 * used) / most).to_integral_value(ROUND_CEILING) if most else Decimal(100)
            found.append((min(100, int(share)), say(sentence, shown, language)))
    if not found:
        return {"percent": 0, "near": False, "said": say(ONLY_BYTES, {"used": lengths["bytes"]}, language)}
    percent, said = max(found, key=lambda one: one[0])
    return {"percent": percent, "near": percent >= NEAR_PERCENT, "said": said}


def _group_conversions(conversions: list[Body]) -> dict[str, list[str]]:
    """Field → `60 °C → 140 °F`, each once."""
    found: dict[str, list[str]] = {}
    for one in conversions:
        shown = f"{one['value']} {_label(one['unit'])} → {one['shown']} {_label(one['shown_unit'])}"
        said = found.setdefault(one["field"], [])
        if shown not in said:
            said.append(shown)
    return found


def _label(unit: str) -> str:
    return UNITS[unit].label if unit in UNITS else unit


def _compare_attributes(product: Body, row: Body, left: Mapping[str, list[str]], language: Language) -> Body:
    """Attributes that are not as the record has them, and those that are.

    Returns:
        changed: name, label, written, shown, how (`converted` | `translated` | `added` | `left`); kept.
    """
    written = {name: ("", product[column]) for name, column in COLUMNS.items() if product[column]}
    written |= {name: (label, text) for name, label, text in product["attributes"]}
    shown = {name: (label, text) for name, label, text in row["attributes"]}
    t = translator(language)
    changed, kept = [], []
    for name in sorted({*written, *shown}):
        label = shown.get(name, ("", ""))[0] or written.get(name, ("", ""))[0] or name.replace("_", " ")
        before, after = written.get(name, ("", ""))[1], shown.get(name, ("", ""))[1]
        one = {
            "name": name,
            "label": label,
            "written": _speak_yes(before, language),
            "shown": _speak_yes(after, language),
            "left": name in left,
        }
        if name not in left and (before == after or (not before and name in STATED)):
            kept.append(one)
        else:
            changed.append(one | _explain_change(name, before, after, left, t))
    return {"changed": changed, "kept": kept}


def _explain_change(name: str, before: str, after: str, left: Mapping[str, list[str]], t: Any) -> Body:
    if name in left:
        return {"how": "left", "how_said": t(mark("left untranslated"))}
    if not after:
        return {"how": "out", "how_said": t(mark("not in the listing"))}
    if not before:
        return {"how": "added", "how_said": t(mark("added"))}
    if _NUMBER.findall(before) != _NUMBER.findall(after):
        return {"how": "converted", "how_said": t(mark("converted"))}
    return {"how": "translated", "how_said": ""}


def _speak_yes(text: str, language: Language) -> str:
    return translator(language)(text) if text in ("yes", "no") else text
