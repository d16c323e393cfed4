"""The gate: each rule of each country against each product, and whether the listing may go live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.compliance.conditions import FACT_NAMES, judge_condition
from skills.compliance.evidence import Evidence, Found
from skills.compliance.facts import Facts, Note, read_facts
from skills.compliance.policy import CompliancePolicy
from skills.compliance.rules import ASK, BLOCK, MISSING, PASS, SEVERITY, Book, Rule, RuleBook, type_rules
from skills.vocabulary import Country, check_columns, mark

TEXTS = (
    "topic", "requirement", "requirement_zh", "effective_from", "effective_to", "source", "retrieved_on",
    "confidence", "remedy", "remedy_zh",
)  # fmt: skip
_TEXT_COLUMNS = ("sku", "country", "rule", "answer", "reason", "document", *TEXTS)
CHECKS = dict.fromkeys(_TEXT_COLUMNS, "str") | {
    "applies": "str", "in_force": "bool", "values": "object", "ready_on": "datetime64[us]",
    "ready_by": "datetime64[us]",
}  # fmt: skip
GATE = {
    "sku": "str", "country": "str", "open": "bool", "answer": "str", "blocks": "int64", "missing": "int64",
    "asks": "int64", "passes": "int64", "coming": "int64", "ready_on": "datetime64[us]",
}  # fmt: skip

NOT_APPLYING = mark("The rule does not apply to this product.")
UNKNOWN = mark("{fact} is not known, and the rule depends on it. Complete the product record.")
PROHIBITED = mark("A product of this kind must not be listed in {country}.")
PROFESSIONAL = mark("A professional has to say whether this product may be sold in {country}.")
RECOMMENDED = mark("{document} is not demanded; it is not there.")
COMING = mark("From {day} on this rule applies.")
COMING_UNKNOWN = mark("From {day} on a rule may apply: {fact} is not known.")
COMING_HELD = mark("From {day} on this rule applies; {document} ({number}) is there.")
COMING_WITHOUT = mark("From {day} on this rule applies; {document} is not there yet.")
NO_RULE_BOOK = mark(
    "No rule of {country} is known on {as_of}: nothing was checked. Have a professional check the product there, or "
    "add the country's rules."
)


def check_products(
    records: pd.DataFrame,
    evidence: pd.DataFrame,
    countries: Sequence[Country],
    rules: RuleBook,
    policy: CompliancePolicy,
    as_of: date,
) -> pd.DataFrame:
    """Hold every product against every rule of the countries that is in force or begins within the listing's life.

    Args:
        records: One row per sku: product_type, title, bullets, description, search_terms, attributes, origin,
            materials [(name, percent)], age_from_months, has_battery, touches_food, plug; optional: language.
        evidence: One row per document: sku (or `*`), country (or `EU`, `*`), kind, document, number, issued_on,
            expires (ISO or blank), status (complete, applied, incomplete, withdrawn). Applied: issued_on is the day
            of the application. Kinds that no rule asks for are left out.
        countries: Where the products are to be listed.
        rules: As `tasks.files.compliance_rules` reads them.
        as_of: The morning of the check; documents dated later do not count.
    Returns:
        One row per (sku, country, rule), sorted: answer (pass, block, missing evidence, ask a professional), reason
        (sentence), values, applies (yes, no, unknown), in_force (False: stated only, the answer is pass), topic,
        requirement, requirement_zh, document (kind of evidence that counts or is asked for), effective_from,
        effective_to, source, retrieved_on, confidence, remedy, remedy_zh, ready_on and ready_by (earliest and latest
        day when the lead time counts; NaT where there is none). A country without a rule in force has one row, whose
        rule is "", and which asks a professional.
    Raises:
        MissingColumns, UnusableRecords, UnusableEvidence, UnusableRules.
    """
    facts, book, documents = read_facts(records, policy), type_rules(rules), Evidence(evidence)
    rows = [
        row
        for one in facts
        for country in sorted(set(countries))
        for row in _check_country(one, country, book, documents, policy, as_of)
    ]
    return pd.DataFrame(rows, columns=list(CHECKS)).astype(CHECKS)


def judge_gate(checks: pd.DataFrame) -> pd.DataFrame:
    """Whether each listing may go live: only when every rule in force passes.

    Args:
        checks: From `check_products`.
    Returns:
        One row per (sku, country), sorted: open, answer (the worst: block, ask a professional, missing evidence,
        pass), blocks, missing, asks, passes [rules], coming [rules that begin later], ready_on (when all lead times
        have passed; NaT when it is open, or when a block or a question has no lead time).
    Raises:
        MissingColumns: of the checks.
    """
    check_columns("checks", checks.columns, list(CHECKS))
    rows = []
    for (sku, country), part in checks.groupby(["sku", "country"], sort=True):
        answers = [str(answer) for answer in part["answer"]]
        worst = max(answers, key=SEVERITY.__getitem__)
        waiting = part.loc[part["answer"] != PASS, "ready_on"]
        rows.append(
            {
                "sku": sku,
                "country": country,
                "open": worst == PASS,
                "answer": worst,
                "blocks": answers.count(BLOCK),
                "missing": answers.count(MISSING),
                "asks": answers.count(ASK),
                "passes": int(((part["answer"] == PASS) & part["in_force"]).sum()),
                "coming": int((~part["in_force"]).sum()),
                "ready_on": waiting.max() if len(waiting) and waiting.notna().all() else pd.NaT,
            }
        )
    return pd.DataFrame(rows, columns=list(GATE)).astype(GATE)


def list_rules(book: Book, country: Country, policy: CompliancePolicy, as_of: date) -> list[Rule]:
    """The country's rules in force or beginning within the listing's life; none when none is in force."""
    last = as_of + timedelta(days=policy.listing_life_days)
    mine = [
        rule
        for rule in book.rules
        if country in rule.countries
        and rule.effective_from <= last
        and (rule.effective_to is None or rule.effective_to >= as_of)
    ]
    return mine if any(rule.holds_on(as_of) for rule in mine) else []


def find_evidence(
    rule: Rule, facts: Facts, country: Country, book: Book, documents: Evidence, policy: CompliancePolicy, as_of: date
) -> Found | None:
    """The best document for the rule; it must hold today, or when the rule begins. None: no document answers it."""
    if not rule.evidence:
        return None
    until = max(as_of, rule.effective_from)
    renew = until + timedelta(days=policy.renew_days)
    return documents.find_best(rule, book.kinds, facts.sku, country, as_of, until, renew)


def _check_country(
    facts: Facts, country: Country, book: Book, documents: Evidence, policy: CompliancePolicy, as_of: date
) -> Iterator[dict[str, Any]]:
    rules = list_rules(book, country, policy, as_of)
    if not rules:
        note = (NO_RULE_BOOK, {"country": country, "as_of": as_of.isoformat()})
        yield _lay_out(facts, country, "", ASK, note) | {"applies": "unknown", "in_force": True}
    for rule in rules:
        applies, unknown = judge_condition(rule.condition, facts, book.words)
        found = find_evidence(rule, facts, country, book, documents, policy, as_of)
        in_force = rule.effective_from <= as_of
        answer, note = (_answer if in_force else _state)(rule, country, applies, unknown, found)
        row = _lay_out(facts, country, rule.id, answer, note)
        row |= {"applies": {True: "yes", False: "no", None: "unknown"}[applies], "in_force": in_force}
        row |= {name: rule.texts[name] for name in TEXTS}
        if rule.evidence:
            row["document"] = found.document.kind if found and found.document else rule.evidence[0]
        if rule.mandatory and applies is not False and found and not found.counts:
            row |= _count_lead(rule, found, as_of)
        yield row


def _answer(
    rule: Rule, country: Country, applies: bool | None, unknown: str, found: Found | None
) -> tuple[str, Note]:
    """A rule in force."""
    if applies is False:
        return PASS, (NOT_APPLYING, {})
    if applies is None:
        return ASK, (UNKNOWN, {"fact": FACT_NAMES[unknown]})
    if found and found.counts:
        return PASS, found.note
    if found and not rule.mandatory:
        return PASS, (RECOMMENDED, {"document": found.note[1]["document"]})
    if found and (rule.otherwise == MISSING or found.document):
        return rule.otherwise, found.note
    return rule.otherwise, (PROHIBITED if rule.otherwise == BLOCK else PROFESSIONAL, {"country": country})


def _state(rule: Rule, country: Country, applies: bool | None, unknown: str, found: Found | None) -> tuple[str, Note]:
    """A rule that begins later: said, and passed."""
    day = {"day": rule.effective_from.isoformat()}
    if applies is False:
        return PASS, (NOT_APPLYING, {})
    if applies is None:
        return PASS, (COMING_UNKNOWN, day | {"fact": FACT_NAMES[unknown]})
    if found is None:
        return PASS, (COMING, day)
    document = day | {"document": found.note[1]["document"]}
    if found.counts:
        return PASS, (COMING_HELD, document | {"number": found.note[1]["number"]})
    return PASS, (COMING_WITHOUT, document)


def _count_lead(rule: Rule, found: Found | None, as_of: date) -> dict[str, pd.Timestamp]:
    """From the application where there is one, else from today; never before today."""
    begun = as_of
    if found and found.document and found.state == 1 and found.document.issued_on:
        begun = found.document.issued_on
    ready = {"ready_on": rule.lead_days, "ready_by": rule.lead_days_most}
    return {name: pd.Timestamp(max(as_of, begun + timedelta(days=days))) for name, days in ready.items()}


def _lay_out(facts: Facts, country: Country, rule: str, answer: str, note: Note) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_TEXT_COLUMNS, "") | {"ready_on": pd.NaT, "ready_by": pd.NaT}
    reason, values = note
    row |= {"sku": facts.sku, "country": country, "rule": rule, "answer": answer, "reason": reason}
    return row | {"values": values}
