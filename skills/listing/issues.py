"""What the marketplace returned, read back: mended where a rule can, explained where a person must."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.listing.issue_mends import ACTIONS, NEEDS, Listing, Mend
from skills.listing.issue_rules import IssueRule, find_rule, read_issue_rules
from skills.listing.plan import Schemas, check_attributes, compile_all
from skills.listing.policy import ListingPolicy
from skills.listing.schema import CompiledSchema
from skills.listing.translate import Note
from skills.vocabulary import check_columns, mark

ISSUE_COLUMNS = ("seen_on", "country", "sku", "code", "severity", "attribute", "message")
READ = {
    "sku": "str", "country": "str", "code": "str", "severity": "str", "attribute": "str", "message": "str",
    "seen_on": "datetime64[us]", "state": "str", "rule": "str", "cause": "str", "cause_zh": "str", "remedy": "str",
    "remedy_zh": "str", "reason": "str", "values": "object", "source": "str", "confidence": "str",
}  # fmt: skip
_LATER = ("mended", "person")

SETTLED = mark("The report of {day} does not name it any more.")
STRANGE = mark("{sku} is not among the listings of {country} here: look whose it is.")
UNKNOWN = mark("No rule knows this issue: read what the marketplace says, and ask it where that is not clear.")
FOR_A_PERSON = mark("No rule can mend it.")
NO_ROOM = mark("It was not mended by rule: the listing would lose a brand, a mandatory attribute or all its text.")


@dataclass(frozen=True)
class ReadBack:
    """Listings after what was returned, and how each issue stands.

    Attributes:
        listings: As given, with what was mended in `attributes`, in the texts that show it, and in `notes`.
        issues: One row per issue, sorted: sku, country, code, severity, attribute, message, seen_on, state (`mended`:
            a rule changed the listing, or it is right already; `person`; `settled`: a newer report of the country
            does not name it), rule, cause, cause_zh, remedy, remedy_zh, reason (sentence), values, source and
            confidence of the rule.
    """

    listings: pd.DataFrame
    issues: pd.DataFrame


def read_back(
    issues: pd.DataFrame,
    listings: pd.DataFrame,
    rules: pd.DataFrame,
    schemas: Schemas,
    policy: ListingPolicy,
    as_of: date,
) -> ReadBack:
    """Mend listings by what the marketplace returned, and say of each issue how it stands.

    A mend of a settled issue is made again: without it the listing would go out as it was before. A mend never
    lengthens a text, never takes a brand or a mandatory attribute, and never leaves more problems than before.

    Args:
        issues: One row per issue and attribute: columns of `ISSUE_COLUMNS`. Those seen on as_of or later are not
            known yet and are left out.
        listings: As `compose_listings` gives them.
        rules: One row per rule (assets/issue_rules.csv), all text.
        schemas: As for `check_listing`.
        policy: Protected words, and the weight of problems.
        as_of: The morning.
    Raises:
        MissingColumns: of a table.
        UnusableIssueRules: names the line.
    """
    check_columns("issues", issues.columns, ISSUE_COLUMNS)
    check_columns("listings", listings.columns, ("sku", "country", "product_type", "attributes", "title", "notes"))
    book, compiled = read_issue_rules(rules, as_of), compile_all(schemas)
    known = issues[issues["seen_on"] < pd.Timestamp(as_of)].drop_duplicates(ignore_index=True)
    newest = known.groupby("country")["seen_on"].max().to_dict()
    drafts = {
        (str(row["sku"]), str(row["country"])): Listing(row, policy.protected_words)
        for row in listings.to_dict("records")
    }
    rows = []
    for issue in known.sort_values(list(ISSUE_COLUMNS), kind="stable").to_dict("records"):
        draft = drafts.get((str(issue["sku"]), str(issue["country"])))
        state, rule, (reason, values) = _treat(issue, draft, book, compiled, policy)
        last = newest[issue["country"]]
        if issue["seen_on"] < last:
            state, reason, values = "settled", SETTLED, {"day": f"{last:%Y-%m-%d}"}
        said = rule.texts if rule else dict.fromkeys(("cause", "cause_zh", "remedy", "remedy_zh"), "")
        rows.append(
            {name: issue[name] for name in ISSUE_COLUMNS}
            | {"state": state, "reason": reason, "values": values, "rule": rule.id if rule else "", **said}
        )
    named = {(row["sku"], row["country"], row["code"], row["attribute"], row["message"]) for row in rows
             if row["state"] in _LATER}  # fmt: skip
    kept = [
        row for row in rows
        if row["state"] in _LATER
        or (row["sku"], row["country"], row["code"], row["attribute"], row["message"]) not in named
    ]  # fmt: skip
    frame = pd.DataFrame(kept, columns=list(READ)).fillna({"source": "", "confidence": ""}).astype(READ)
    written = pd.DataFrame([draft.row for draft in drafts.values()], columns=listings.columns)
    return ReadBack(
        written.astype(listings.dtypes.to_dict()), frame.sort_values(["country", "sku", "code"], ignore_index=True)
    )


def _treat(
    issue: Mapping[Any, Any],
    draft: Listing | None,
    book: list[IssueRule],
    schemas: Mapping[str, CompiledSchema],
    policy: ListingPolicy,
) -> tuple[str, IssueRule | None, Note]:
    """State, rule and why; a mend is made in the draft."""
    rule, found = find_rule(book, str(issue["code"]), str(issue["message"]))
    if draft is None:
        return "person", rule, (STRANGE, {"sku": issue["sku"], "country": issue["country"]})
    if rule is None:
        return "person", None, (UNKNOWN, {})
    attribute = str(issue["attribute"]).partition(".")[0] or found.get("attribute", "")
    if not rule.action or not attribute or NEEDS.get(rule.action, "") not in {"", *found}:
        return "person", rule, (FOR_A_PERSON, {})
    product_type, country = str(draft.row["product_type"]), str(issue["country"])
    schema = schemas.get(f"{product_type}/{country}", schemas.get(product_type))
    mend: Mend = ACTIONS[rule.action](draft, attribute, found, schema)
    if mend.note is None:
        return "person", rule, (NO_ROOM, {})
    if mend.attributes is not None:
        before = _count_problems(schema, draft.row["attributes"], product_type, country, policy)
        if _count_problems(schema, mend.attributes, product_type, country, policy) > before:
            return "person", rule, (NO_ROOM, {})
        draft.apply(mend)
    return "mended", rule, mend.note


def _count_problems(
    schema: CompiledSchema | None, attributes: Any, product_type: str, country: str, policy: ListingPolicy
) -> int:
    return len(check_attributes(schema, attributes, None, product_type, country, policy)) if schema else 0
