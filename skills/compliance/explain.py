"""How one answer came about: the condition clause by clause, then every document that was looked at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.compliance.conditions import FACT_NAMES, Term, judge_term
from skills.compliance.evidence import Evidence, judge_document
from skills.compliance.facts import Facts, UnknownCheck, read_facts
from skills.compliance.plan import check_products, list_rules
from skills.compliance.policy import CompliancePolicy
from skills.compliance.rules import Book, Rule, RuleBook, type_rules
from skills.vocabulary import Country, Sku, mark, name_rows

STEPS = ["step", "label", "value", "unit", "note", "values"]
YES, NO, NOT_KNOWN = mark("yes"), mark("no"), mark("not known")

Step = tuple[str, str, str, str, dict[str, Any]]


def explain_check(
    records: pd.DataFrame,
    evidence: pd.DataFrame,
    rules: RuleBook,
    policy: CompliancePolicy,
    as_of: date,
    sku: Sku,
    country: Country,
    rule: str,
) -> pd.DataFrame:
    """Why a product got its answer under one rule of one country.

    Args:
        records, evidence, rules, policy, as_of: As for `check_products`.
        rule: Id of the rule.
    Returns:
        One row per step: step (from 1), label, value (text), unit, note, values (what fills the places of the label):
        the requirement and its first day, each term of the condition with its answer, each document with what it is
        worth, the answer and its reason.
    Raises:
        UnknownCheck: no such product, or no such rule in the country on that day.
        MissingColumns, UnusableRecords, UnusableEvidence, UnusableRules.
    """
    book, documents = type_rules(rules), Evidence(evidence)
    facts = {one.sku: one for one in read_facts(records, policy)}
    mine = {one.id: one for one in list_rules(book, country, policy, as_of)}
    for what, name, known in ((mark("product"), sku, list(facts)), (mark("rule"), rule, list(mine))):
        if name not in known:
            raise UnknownCheck(
                mark("No {what} {name} was checked in {country}. Expected one of {known}. Take a row of the checks."),
                what=what,
                name=name,
                country=country,
                known=name_rows(known) or "–",
            )
    checks = check_products(records[records["sku"] == sku], evidence, [country], rules, policy, as_of)
    row = checks[checks["rule"] == rule].to_dict("records")[0]
    steps = [
        *_say_rule(mine[rule]),
        *_say_condition(mine[rule], facts[sku], book),
        *_say_documents(mine[rule], sku, country, book, documents, policy, as_of),
        (mark("Answer"), str(row["answer"]), "", "", {}),
        (str(row["reason"]), "–", "", "", row["values"]),
    ]
    if not pd.isna(row["ready_on"]):
        days = " / ".join(f"{row[name]:%Y-%m-%d}" for name in ("ready_on", "ready_by"))
        steps.append((mark("Earliest and latest day with the lead time"), days, "", str(row["remedy"]), {}))
    rows = [(at, *step) for at, step in enumerate(steps, start=1)]
    return pd.DataFrame(rows, columns=STEPS).astype({"step": "int64"} | dict.fromkeys(STEPS[1:5], "str"))


def _say_rule(rule: Rule) -> list[Step]:
    source = f"{rule.texts['source']} ({rule.texts['confidence']}, {rule.texts['retrieved_on']})"
    return [
        (mark("Requirement"), rule.texts["requirement"], "", source, {}),
        (mark("First day"), rule.effective_from.isoformat(), "", rule.texts["effective_to"], {}),
    ]


def _say_condition(rule: Rule, facts: Facts, book: Book) -> list[Step]:
    """One step per term; terms of one clause, of which one is enough, carry the same number as their note."""
    return [
        (
            FACT_NAMES.get(term.fact, mark("Every product")),
            {True: YES, False: NO, None: NOT_KNOWN}[judge_term(term, facts, book.words)],
            "",
            f"({at}) {_write(term)}",
            {},
        )
        for at, clause in enumerate(rule.condition, start=1)
        for term in clause
    ]


def _say_documents(
    rule: Rule,
    sku: Sku,
    country: Country,
    book: Book,
    documents: Evidence,
    policy: CompliancePolicy,
    as_of: date,
) -> list[Step]:
    until = max(as_of, rule.effective_from)
    renew = until + timedelta(days=policy.renew_days)
    found = [
        judge_document(document, book.kinds[document.kind], as_of, until, renew)
        for document in (documents.list_documents(rule, sku, country) if rule.evidence else [])
    ]
    return [
        (one.note[0], YES if one.counts else NO, "", one.document.document if one.document else "", one.note[1])
        for one in found
    ]


def _write(term: Term) -> str:
    return " ".join([*(["not"] if term.negated else []), term.fact, *term.values])
