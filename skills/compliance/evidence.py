"""Documents that the seller holds, and whether one of them counts for a product, a country and a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from skills.compliance.facts import ANY, EU_MEMBERS, Note, UnusableEvidence, is_blank
from skills.compliance.names import name_kind
from skills.compliance.rules import EXEMPTION, NEEDS, Kind, Rule
from skills.vocabulary import check_columns, mark, name_rows

EVIDENCE_COLUMNS = ("sku", "country", "kind", "document", "number", "issued_on", "expires", "status")
COMPLETE, APPLIED, INCOMPLETE, WITHDRAWN = "complete", "applied", "incomplete", "withdrawn"
STATUSES = (COMPLETE, APPLIED, INCOMPLETE, WITHDRAWN, "")

HELD = mark("{document} ({number}) is there.")
HELD_UNTIL = mark("{document} ({number}) is there until {expires}.")
HELD_SOON = mark("{document} ({number}) ends on {expires}: renew it now.")
APPLIED_FOR = mark("{document} was applied for on {issued_on} and is not there yet.")
EXPIRED = mark("{document} ({number}) ended on {expires}. Have it renewed.")
FUTURE = mark("{document} ({number}) is dated {issued_on}, after {as_of}: it does not count. Correct its date.")
NOT_COMPLETE = mark("{document} ({number}) is there and its status is not complete.")
LACKS = mark("{document} ({number}) is there and lacks {column}.")
TOO_WIDE = mark("{document} ({number}) is given for all products. Expected one that names this product.")
TOO_FAR = mark("{document} ({number}) is given for several countries. Expected one of this country.")
WAS_WITHDRAWN = mark("{document} ({number}) was withdrawn.")
NONE = mark("{document} is missing.")

COLUMN_NAMES = {
    "document": mark("its file"),
    "number": mark("its number"),
    "issued_on": mark("its date"),
    "expires": mark("its last day"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """One row of evidence; blank cells are "" or None."""

    sku: str
    country: str
    kind: str
    document: str
    number: str
    issued_on: date | None
    expires: date | None
    status: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a document is worth: `state` 0 counts, more is worse.

    Attributes:
        state: 0 counts, 1 applied for, 2 ended, 3 of the future, 4 not complete, 5 too wide, 6 withdrawn, 7 none.
        document: The document; None when there is none.
        note: The sentence and its values.
    """

    state: int
    document: Document | None
    note: Note

    @property
    def counts(self) -> bool:
        return self.state == 0


class Evidence:
    """All documents, by kind and product.

    Raises:
        MissingColumns: of the evidence.
        UnusableEvidence: names rows with an unreadable day or status, or that end before they begin.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        check_columns("evidence", frame.columns, EVIDENCE_COLUMNS)
        self._found: dict[tuple[str, str], list[Document]] = {}
        wrong = []
        for row in frame.to_dict("records"):
            texts = {name: "" if is_blank(row[name]) else str(row[name]).strip() for name in EVIDENCE_COLUMNS}
            try:
                days = [_read_day(texts[name]) for name in ("issued_on", "expires")]
            except ValueError:
                days = []
            if not days or texts["status"] not in STATUSES or (days[0] and days[1] and days[1] < days[0]):
                wrong.append(" · ".join(texts[name] or "–" for name in ("sku", "country", "kind", "number")))
                continue
            texts = {name: text for name, text in texts.items() if name not in ("issued_on", "expires")}
            document = Document(**texts, issued_on=days[0], expires=days[1])
            self._found.setdefault((document.kind, document.sku), []).append(document)
        if wrong:
            raise UnusableEvidence(
                mark(
                    "Unusable rows of evidence: {rows}. Expected days written YYYY-MM-DD, a last day on or after the "
                    "first, and a status of {statuses}, or blank. Correct the rows."
                ),
                rows=name_rows(sorted(wrong)),
                statuses=", ".join(STATUSES[:-1]),
            )

    def list_documents(self, rule: Rule, sku: str, country: str) -> list[Document]:
        """Those that answer the rule and speak of the product and the country, in a fixed order."""
        found = [
            document
            for kind in (*rule.evidence, EXEMPTION)
            for named in {sku, ANY}
            for document in self._found.get((kind, named), [])
            if (kind != EXEMPTION or document.number == rule.id)
            and (document.country in (country, ANY) or (document.country == "EU" and country in EU_MEMBERS))
        ]
        return sorted(found, key=lambda document: (_best_first(document), repr(document)))

    def find_best(
        self,
        rule: Rule,
        kinds: dict[str, Kind],
        sku: str,
        country: str,
        as_of: date,
        until: date,
        renew: date,
    ) -> Found:
        """The document that is worth most for a rule.

        Args:
            as_of: Documents dated later do not count.
            until: The day on which it must hold.
            renew: A document that ends on or before this day is to be renewed.
        """
        found = [
            judge_document(document, kinds[document.kind], as_of, until, renew)
            for document in self.list_documents(rule, sku, country)
        ]
        if not found:
            return Found(7, None, (NONE, {"document": name_kind(rule.evidence[0])}))
        return min(found, key=lambda one: one.state)


def judge_document(document: Document, kind: Kind, as_of: date, until: date, renew: date) -> Found:
    """What one document is worth on a day."""
    values = {
        "document": name_kind(document.kind),
        "number": document.number or "–",
        "issued_on": document.issued_on.isoformat() if document.issued_on else "–",
        "expires": document.expires.isoformat() if document.expires else "–",
        "as_of": as_of.isoformat(),
    }
    lacking = next((name for name in NEEDS if name in kind.needs and not getattr(document, name)), "")
    if document.status == WITHDRAWN:
        return Found(6, document, (WAS_WITHDRAWN, values))
    if kind.of_product and document.sku == ANY:
        return Found(5, document, (TOO_WIDE, values))
    if kind.per_country and document.country in (ANY, "EU"):
        return Found(5, document, (TOO_FAR, values))
    if document.issued_on and document.issued_on > as_of:
        return Found(3, document, (FUTURE, values))
    if document.expires and document.expires < until:
        return Found(2, document, (EXPIRED, values))
    if document.status == APPLIED and document.issued_on:
        return Found(1, document, (APPLIED_FOR, values))
    if document.status != COMPLETE:
        return Found(4, document, (NOT_COMPLETE, values))
    if lacking:
        return Found(4, document, (LACKS, values | {"column": COLUMN_NAMES[lacking]}))
    if document.expires is None:
        return Found(0, document, (HELD, values))
    return Found(0, document, (HELD_SOON if document.expires <= renew else HELD_UNTIL, values))


def _best_first(document: Document) -> int:
    """The one that holds longest first; without an end, the longest."""
    return -(document.expires or date.max).toordinal()


def _read_day(text: str) -> date | None:
    if not text:
        return None
    return date.fromisoformat(text[:10]) if text[10:] in ("", " 00:00:00", "T00:00:00") else date.fromisoformat(text)
