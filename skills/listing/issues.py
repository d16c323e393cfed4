"""What the marketplace returned, read back: mended where a rule can, explained where a person must."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.listing.issue_draft import Draft, Mend, name_attribute, refuse
from skills.listing.issue_mends import ACTIONS, NEEDS
from skills.listing.issue_rules import TEXTS, IssueRule, find_rule, read_issue_rules
from skills.listing.plan import Schemas, check_attributes, compile_all
from skills.listing.policy import ListingPolicy
from skills.listing.schema import CompiledSchema
from skills.listing.translate import Note
from skills.vocabulary import check_columns, mark

ISSUE_COLUMNS = ("seen_on", "country", "sku", "code", "severity", "attribute", "message")
LISTING_COLUMNS = ("sku", "country", "product_type", "attributes", "title", "notes")
READ = {
    "sku": "str", "country": "str", "code": "str", "severity": "str", "attribute": "str", "message": "str",
    "seen_on": "datetime64[us]", "state": "str", "rule": "str", "cause": "str", "cause_zh": "str", "remedy": "str",
    "remedy_zh": "str", "reason": "str", "values": "object", "source": "str", "confidence": "str",
}  # fmt: skip
MENDED, PERSON, SETTLED = "mended", "person", "settled"

GONE = mark("The report of {day} does not name it any more.")
GONE_AND_MENDED = mark(
    "The report of {day} does not name it any more. The mend is made again: without it the issue would come back."
)
STRANGE = mark("{sku} is not among the listings of {country} here: look whose it is.")
UNKNOWN = mark("No rule knows this issue: read what the marketplace says, and ask it where that is not clear.")
FOR_A_PERSON = mark("No rule can mend it.")
UNREAD = mark("A rule could mend it, but the message does not name what it needs: read it and mend by hand.")
NO_FIELD = mark("A rule could mend it, but neither the report nor the message names an attribute that is known.")
WORSE = mark("{attribute}: not mended, since the listing would then break its schema elsewhere.")


@dataclass(frozen=True)
class ReadBack:
    """Listings after what was returned, and how each issue stands.

    Attributes:
        listings: As given, with what was mended in `attributes`, in the texts that show it, and in `notes`.
        issues: One row per issue, sorted: sku, country, code, severity, attribute, message, seen_on (the last day),
            state (`mended`: a rule changed the listing, or it is right already; `person`; `settled`: a newer report
            of the country does not name it), rule, cause, cause_zh, remedy, remedy_zh, reason (sentence), values,
            source and confidence of the rule.
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

    The mend of a settled issue is made again: without it the listing would go out as it was before. A mend never
    lengthens a text, never takes a brand, a protected word or a mandatory attribute, and never leaves more problems
    than before.

    Args:
        issues: One row per issue and attribute: columns of `ISSUE_COLUMNS`, messages in English. What was seen on
            as_of or later is not known that morning and is left out.
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
    check_columns("listings", listings.columns, LISTING_COLUMNS)
    book, compiled = read_issue_rules(rules, as_of), compile_all(schemas)
    known = _list_known(issues, as_of)
    newest = {row["country"]: row["seen_on"] for row in known}
    last_named = {_key(row): row["seen_on"] for row in known}
    drafts = [Draft(row, policy.protected_words) for row in listings.to_dict("records")]
    by_key = {(str(draft.row["sku"]), str(draft.row["country"])): draft for draft in drafts}
    asked = [
        (issue, *find_rule(book, issue["code"], issue["message"]))
        for issue in known
        if issue["seen_on"] >= last_named[_key(issue)]
    ]
    mends: list[Mend | None] = [None] * len(asked)
    changed = True
    while changed:  # what one mend took out may let another be made that was refused before
        changed = False
        for at, (issue, rule, found) in enumerate(asked):
            before = mends[at]
            if before is None or not before.done:
                draft = by_key.get((issue["sku"], issue["country"]))
                mends[at] = mend = _treat(issue, draft, rule, found, compiled, policy)
                changed |= mend.attributes is not None
    rows = []
    for (issue, rule, _), mend in zip(asked, filter(None, mends), strict=True):
        state, (reason, values) = MENDED if mend.done else PERSON, mend.note
        if issue["seen_on"] < newest[issue["country"]]:
            day = {"day": f"{newest[issue['country']]:%Y-%m-%d}"}
            state, reason, values = SETTLED, GONE_AND_MENDED if mend.attributes is not None else GONE, day
        said = {"rule": rule.id, **rule.texts} if rule else dict.fromkeys(("rule", *TEXTS), "")
        rows.append({**issue, "state": state, "reason": reason, "values": values, **said})
    order = ["country", "sku", "code", "attribute", "message", "severity"]
    frame = pd.DataFrame(rows, columns=list(READ)).astype(READ).sort_values(order, kind="stable", ignore_index=True)
    written = pd.DataFrame([draft.row for draft in drafts], columns=listings.columns, index=listings.index)
    return ReadBack(written.astype(listings.dtypes.to_dict()), frame)


def _list_known(issues: pd.DataFrame, as_of: date) -> list[dict[str, Any]]:
    """Each issue of a day once, the oldest first; what the order of the rows was does not count."""
    days = pd.to_datetime(issues["seen_on"])
    texts = {name: issues[name].fillna("").astype(str) for name in ISSUE_COLUMNS if name != "seen_on"}
    frame = pd.DataFrame({"seen_on": days, **texts})[list(ISSUE_COLUMNS)]
    known = frame[frame["seen_on"] < pd.Timestamp(as_of)].drop_duplicates().sort_values(list(ISSUE_COLUMNS))
    return [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]


def _key(issue: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(issue[name] for name in ("country", "sku", "code", "attribute", "message"))


def _treat(
    issue: Mapping[str, Any],
    draft: Draft | None,
    rule: IssueRule | None,
    found: Mapping[str, str] | None,
    schemas: Mapping[str, CompiledSchema],
    policy: ListingPolicy,
) -> Mend:
    """What becomes of an issue; a mend is made in the draft."""
    said = str(issue["attribute"])
    if draft is None:
        return _leave((STRANGE, {"sku": issue["sku"], "country": issue["country"]}))
    if rule is None:
        return _leave((UNKNOWN, {}))
    if not rule.action:
        return _leave((FOR_A_PERSON, {}))
    needs = NEEDS.get(rule.action, ())
    if found is None or (needs and not set(needs) & set(found)):
        return _leave((UNREAD, {}))
    product_type, country = str(draft.row["product_type"]), issue["country"]
    schema = schemas.get(f"{product_type}/{country}", schemas.get(product_type))
    attribute = name_attribute(said or found.get("attribute", ""), draft, schema)
    if not attribute:
        return _leave((NO_FIELD, {}))
    mend = ACTIONS[rule.action](draft, attribute, found, schema)
    if mend.attributes is not None and schema is not None:
        before, after = (
            _count_problems(schema, attributes, product_type, country, policy)
            for attributes in (draft.row["attributes"], mend.attributes)
        )
        if after[0] > before[0] or after[1] > before[1]:
            return refuse(WORSE, attribute)
    draft.apply(mend)
    return mend


def _leave(note: Note) -> Mend:
    return Mend(note, None, False)


def _count_problems(
    schema: CompiledSchema, attributes: Any, product_type: str, country: str, policy: ListingPolicy
) -> tuple[int, int]:
    """Errors, and all problems."""
    found = check_attributes(schema, attributes, None, product_type, country, policy)
    return sum(severity == "error" for _, (_, severity, _, _) in found), len(found)
