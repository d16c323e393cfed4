"""What the front page of listings shows: the answer per country, what holds back and what frees it, the rules met.

Pure: the same body, language and names give the same view. Every sentence is said here; the page only lays out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from config.language import name_country, name_language, say, translator
from config.seller import Language
from skills.compliance.names import TOPIC_NAMES, name_kind
from skills.compliance.plan import UNKNOWN
from skills.compliance.rules import ASK, BLOCK, MISSING, PASS, SEVERITY
from skills.images.pictures import MAIN
from skills.listing.launch import PROPOSED, UNCHANGED
from skills.vocabulary import mark
from tasks.lines import number_lines
from tasks.listing_words import (
    CONFIDENCE,
    ISSUE_STATES,
    SEVERITIES,
    STANDS,
    STATUSES,
    VERDICTS,
    name_code,
    say_note,
    show_stand,
)

Body = dict[str, Any]

SHOWN_REASONS, SHOWN_RULES, SHOWN_SKUS = 10, 12, 6


STATE_PRICE = mark("State a price in the table listing_prices.")
NAME_PHOTO = mark("Name a photo in the column images of listing_records, and put the file in the folder of photos.")
WRITE_TITLE = mark("Write a title that the rules of the country leave standing.")
COMPLETE_RECORD = mark("Complete the product record; the rule may then not apply.")
NOT_READ = mark("trade knowledge, no page read")
TAKE_PHOTO = mark("Replace the photo, or name another one first in the column images of listing_records.")


def view_front(body: Body, language: Language) -> Body:
    """Everything that the front page shows, in the language."""
    held = [row for row in body["listings"] if row["stand"] not in (PROPOSED, UNCHANGED)]
    deadlines = [decision["deadline"] for decision in body["decisions"] if decision["deadline"]]
    reasons = list_reasons(body, language)
    rules = group_rules(body["checks"], language)
    open_rules = [rule for rule in rules if rule["answer"] != PASS]
    coming = sorted((rule for rule in rules if not rule["in_force"]), key=lambda rule: rule["effective_from"])
    listed = {(row["sku"], row["country"]) for row in body["listings"]}
    issues = [
        row | {"linked": (row["sku"], row["country"]) in listed} for row in view_issues(body["issues"], language)
    ]
    return {
        "put_live": sum(decision["skus"] for decision in body["decisions"]),
        "held": len(held),
        "unchanged": sum(row["stand"] == UNCHANGED for row in body["listings"]),
        "deadline": min(deadlines, default=""),
        "urgent": sum(event["severity"] == "urgent" for event in body["watch"]["events"]),
        "for_person": sum(issue["state"] == "person" for issue in issues),
        "countries": [_view_country(country, body, language) for country in body["countries"]],
        "most_held": _count_most_held(held, language),
        "reasons": reasons[:SHOWN_REASONS],
        "more_reasons": reasons[SHOWN_REASONS:],
        "matrix": _draw_matrix(body, language),
        "legend": [
            show_stand(name, language) | {"count": body["counts"].get(name, 0)}
            for name in STANDS
            if body["counts"].get(name)
        ],
        "rules": open_rules[:SHOWN_RULES],
        "more_rules": open_rules[SHOWN_RULES:],
        "coming": coming,
        "answered": [rule for rule in rules if rule["answer"] == PASS and rule["in_force"]],
        "checked": len({row["rule"] for row in body["checks"] if row["rule"]}),
        "unverified": len({row["rule"] for row in body["checks"] if row["confidence"] == "unverified"}),
        "issues": issues,
        "events": [
            _view_event(event, language) | {"linked": (event["sku"], event["country"]) in listed}
            for event in body["watch"]["events"]
        ],
        "complaints": [
            _view_complaint(one, body["watch"]["events"], language) for one in body["watch"]["complaints"]
        ],
        "brands": [_view_brand(row, language) for row in body["brands"]],
        "notice": translator(language)(body["brands"][0]["notice"]) if body["brands"] else "",
        "chosen": [row for row in body["chosen"] if not row["skus"]],
        "begun": [row for row in body["chosen"] if row["skus"]],
        "degradations": list(
            dict.fromkeys(say(row["reason"], row["values"], language) for row in body["degradations"])
        ),
        "by_type": Counter(row["product_type"] for row in body["products"]),
        "quarantined": sum(row["quarantined"] for row in body["import"]),
    }


def _count_most_held(held: Iterable[Body], language: Language) -> Body | None:
    """The stand that most of the listings held back have, and how many; None where none is held."""
    most = Counter(row["stand"] for row in held).most_common(1)
    return show_stand(most[0][0], language) | {"count": most[0][1]} if most else None


def list_reasons(body: Body, language: Language) -> list[Body]:
    """What holds listings back, most listings first.

    Returns:
        Per reason: stand, what, remedy, listings (how many it holds), alone (how many of them nothing else holds),
        countries, skus, ready_on.
    """
    checks = index_checks(body["checks"])
    mains = _list_broken_mains(body["pictures"]["sheet"], language)
    reasons: dict[tuple[str, str], Body] = {}
    for listing in body["listings"]:
        mine = {
            (stand, cause.kind): cause
            for stand in listing["held_by"]
            for cause in _name_causes(stand, listing, checks, mains, language)
        }
        for (stand, kind), cause in mine.items():
            reason = reasons.setdefault(
                (stand, kind),
                {"what": cause.what, "remedy": cause.remedy, "stand": show_stand(stand, language), "listings": 0,
                 "alone": 0, "countries": [], "skus": [], "ready_on": ""},
            )  # fmt: skip
            reason["listings"] += 1
            reason["alone"] += len(mine) == 1
            reason["countries"] = sorted({*reason["countries"], listing["country"]})
            reason["skus"] = sorted({*reason["skus"], listing["sku"]})
            reason["ready_on"] = max(reason["ready_on"], cause.ready_on)
    return sorted(reasons.values(), key=lambda row: (-row["listings"], -row["alone"], row["what"]))


class _Cause(NamedTuple):
    """Why one listing is held: what alike causes share, what is wrong, what mends it, when that can be done."""

    kind: str
    what: str
    remedy: str = ""
    ready_on: str = ""


def _name_causes(
    stand: str,
    listing: Body,
    checks: Mapping[tuple[str, str], list[Body]],
    mains: Mapping[tuple[str, str], str],
    language: Language,
) -> list[_Cause]:
    key, t = (listing["sku"], listing["country"]), translator(language)
    whole = t(STANDS[stand].said) if stand in STANDS else stand
    found: list[_Cause] = []
    if stand in (BLOCK, ASK, MISSING):
        for row in checks.get(key, []):
            if row["answer"] == stand:
                what = choose_text(row, "requirement", language) or say(row["reason"], row["values"], language)
                found.append(_Cause(what, what, _say_remedy(row, language), row["ready_on"]))
    elif stand == "preview":
        for row in listing["problems"]:
            if row["severity"] == "error":
                what = name_problem(row, language)
                remedy = say(row["reason"], row["values"], language)
                found.append(_Cause(f"{what} {row['reason']}", what, remedy))
    elif stand == "pictures":
        found = (
            [_Cause(mains[key], mains[key], t(TAKE_PHOTO))] if key in mains else [_Cause(whole, whole, t(NAME_PHOTO))]
        )
    elif stand == "no price":
        found = [_Cause(whole, whole, t(STATE_PRICE))]
    elif stand == "refused":
        found = [_Cause(whole, whole, t(WRITE_TITLE))]
    return found or [_Cause(whole, whole)]


def index_checks(checks: Iterable[Body]) -> dict[tuple[str, str], list[Body]]:
    """(sku, country) → the checks that speak of it, the gravest answer first."""
    found: dict[tuple[str, str], list[Body]] = {}
    for row in sorted(checks, key=lambda row: (-SEVERITY[row["answer"]], row["rule"])):
        for sku in row["skus"]:
            found.setdefault((sku, row["country"]), []).append(row)
    return found


def _list_broken_mains(sheet: Iterable[Body], language: Language) -> dict[tuple[str, str], str]:
    """(sku, country) → the gravest that the main picture fails there."""
    found: dict[tuple[str, str], str] = {}
    for place in sheet:
        failing = {country for country, state in place["countries"] if state == "fails"}
        for sentence, values, countries in place["captions"] if place["slot"] == MAIN else []:
            for country in failing.intersection(countries):
                found.setdefault((place["sku"], country), say(sentence, values, language))
    return found


def name_problem(problem: Body, language: Language) -> str:
    """The attribute as its schema calls it, else its name."""
    title = problem.get("title") or problem["values"].get("title") or problem["attribute"]
    return title or translator(language)(mark("Product type"))


def choose_text(row: Body, name: str, language: Language) -> str:
    """A text that the table of rules holds in both languages."""
    return str(row.get(f"{name}_zh") or row[name] if language == "zh_CN" else row[name])


def _say_remedy(row: Body, language: Language) -> str:
    """What answers a check: the rule's remedy, or the record where it is not known whether the rule applies."""
    if row["reason"] == UNKNOWN:
        return translator(language)(COMPLETE_RECORD)
    return choose_text(row, "remedy", language)


def _say_reason(row: Body, countries: str, language: Language) -> str:
    """Why the answer is so; a document without a number is said without the brackets of one."""
    said = say(row["reason"], row["values"] | {"country": countries}, language)
    return said.replace("（–）", "").replace(" (–)", "")


def _say_source(source: str, language: Language) -> str:
    said = translator(language)(NOT_READ)
    return source.replace(NOT_READ, said).replace(NOT_READ.replace(",", ";"), said)


def view_check(row: Body, language: Language) -> Body:
    """One check as a reader sees it: what is asked, why the answer is so, what to do, where the rule comes from."""
    t = translator(language)
    asked = choose_text(row, "requirement", language)
    reason = _say_reason(row, name_country(row["country"], language), language)
    trust = row["confidence"]
    return {
        "answer": row["answer"],
        "in_force": row["in_force"],
        "stand": show_stand(row["answer"], language) if row["answer"] != PASS else None,
        "topic": name_code(TOPIC_NAMES, row["topic"], language),
        "asked": asked or reason,
        "reason": reason if asked else "",
        "remedy": _say_remedy(row, language) if row["answer"] != PASS or not row["in_force"] else "",
        "document": t(name_kind(row["document"])) if row["document"] else "",
        "source": _say_source(row["source"], language),
        "retrieved_on": row["retrieved_on"],
        "trust": name_code(CONFIDENCE, trust, language),
        "unverified": trust == "unverified",
        "effective_from": row["effective_from"],
        "ready_on": row["ready_on"],
        "rule": row["rule"],
    }


def group_rules(checks: Iterable[Body], language: Language) -> list[Body]:
    """Checks that say the same, once for all their countries and SKUs; the gravest and most frequent first."""
    groups: dict[tuple[str, ...], Body] = {}
    for row in checks:
        shown = view_check(row, language)
        apart = {name: value for name, value in row["values"].items() if name != "country"}
        because = f"{row['reason']} {sorted(apart.items())}"
        if row["answer"] == PASS and row["in_force"]:
            because = shown["document"]
        key = (row["answer"], str(row["in_force"]), shown["asked"], because)
        group = groups.setdefault(key, shown | {"countries": [], "skus": [], "listings": 0, "row": row})
        group["countries"] = sorted({*group["countries"], row["country"]})
        group["skus"] = sorted({*group["skus"], *row["skus"]})
        group["listings"] += len(row["skus"])
        group["ready_on"] = max(group["ready_on"], row["ready_on"])
    for group in groups.values():
        row = group.pop("row")
        names = translator(language)(mark(", ")).join(
            name_country(country, language) for country in group["countries"]
        )
        if group["reason"]:
            group["reason"] = _say_reason(row, names, language)
    return sorted(groups.values(), key=lambda one: (-SEVERITY[one["answer"]], -one["listings"], one["asked"]))


def _view_country(country: str, body: Body, language: Language) -> Body:
    decision = next((one for one in body["decisions"] if one["country"] == country), None)
    mine = [row for row in body["listings"] if row["country"] == country]
    held = [row["stand"] for row in mine if row["stand"] not in (PROPOSED, UNCHANGED)]
    worst = max(sorted(set(held)), key=held.count, default="")
    return {
        "code": country,
        "name": name_country(country, language),
        "tongue": name_language(body["languages"].get(country, ""), language),
        "number": body["decisions"].index(decision) + 1 if decision else 0,
        "listings": len(mine),
        "put_live": decision["skus"] if decision else 0,
        "changed": sum(bool(row["sent"]) for row in mine if row["stand"] == PROPOSED),
        "noted": sum(bool(row["notes"]) for row in mine if row["stand"] == PROPOSED),
        "held": len(held),
        "most": show_stand(worst, language) | {"count": held.count(worst)} if worst else None,
        "unchanged": sum(row["stand"] == UNCHANGED for row in mine),
        "deadline": decision["deadline"] if decision else "",
    }


def _draw_matrix(body: Body, language: Language) -> list[Body]:
    """One row per SKU with a cell per country; None where the SKU is not asked for there."""
    numbers = number_listings(body)
    cells = {
        (row["sku"], row["country"]): show_stand(row["stand"], language)
        | {"more": max(0, len(row["held_by"]) - 1), "line": numbers.get((row["sku"], row["country"]), "")}
        for row in body["listings"]
    }
    return [
        {
            "sku": product["sku"],
            "title": product["title"],
            "tongue": product["language"],
            "cells": [
                (country, cells.get((product["sku"], country))) for country in body["countries"]
            ],
        }
        for product in body["products"]
    ]  # fmt: skip


def number_listings(body: Body) -> dict[tuple[str, str], str]:
    """(sku, country) → the number of its line, as an approver leaves it out: `1.3`."""
    return {
        (line["payload"]["sku"], line["payload"]["country"]): number
        for number, _, line in number_lines(body)
        if line["payload"]["kind"] == "listing"
    }


def view_issues(issues: Iterable[Body], language: Language) -> list[Body]:
    """What the marketplace returned, and what became of it: what a person has to do comes first."""
    order = ("person", "mended", "settled")
    rows = [
        {
            **issue,
            "state_said": name_code(ISSUE_STATES, issue["state"], language),
            "weight": name_code(SEVERITIES, issue["severity"], language),
            "said": say_note(issue["reason"], issue["values"], language, {}),
            "cause_said": choose_text(issue, "cause", language),
            "remedy_said": choose_text(issue, "remedy", language) if issue["state"] == "person" else "",
            "source": _say_source(issue["source"], language),
            "trust": name_code(CONFIDENCE, issue["confidence"], language),
        }
        for issue in issues
    ]
    return sorted(rows, key=lambda row: (order.index(row["state"]), row["country"], row["sku"], row["code"]))


def _view_event(event: Body, language: Language) -> Body:
    return {
        **event,
        "weight": name_code(SEVERITIES, event["severity"], language),
        "before": name_code(STATUSES, event["before"], language),
        "after": name_code(STATUSES, event["after"], language),
        "said": say(event["reason"], event["values"], language),
    }


def _view_complaint(complaint: Body, events: Iterable[Body], language: Language) -> Body:
    t = translator(language)
    about = [one for one in events if one["event"] == complaint["event"]]
    return {
        **complaint,
        "about": f"{about[0]['country']} {about[0]['sku'] or about[0]['asin']}" if about else complaint["event"],
        "sentences": [say(sentence, values, language) for sentence, values in complaint["sentences"]],
        "missing": [say(sentence, values, language) for sentence, values in complaint["missing"]],
        "proofs": [
            row | {"what": t(row["what"]), "value": name_code(STATUSES, row["value"], language)}
            for row in complaint["evidence"]
        ],
    }


def _view_brand(row: Body, language: Language) -> Body:
    whole = say(row["reason"], row["values"], language)
    said: list[str] = []
    for finding in row["findings"]:
        one = say(finding["reason"], finding["values"], language)
        if one.casefold() not in [each.casefold() for each in said]:
            said.append(one)
    return {
        "name": row["name"],
        "verdict": name_code(VERDICTS, row["verdict"], language),
        "said": whole,
        "findings": said,
        "notes": [
            note for sentence, values in row["notes"] if (note := say_note(sentence, values, language, {})) != whole
        ],
    }
