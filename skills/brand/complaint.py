"""A complaint about an event of the watch, as data: what to say, what proves it, what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.brand.facts import Note
from skills.vocabulary import Refusal, check_columns, mark, name_rows

EVIDENCE = {"number": "int64", "what": "str", "value": "str", "seen_on": "datetime64[us]"}
CODES = ("country", "sku", "seller", "unit", "code", "result", "checked_on")
RESULTS = ("valid", "invalid", "missing")

COUNTERFEIT = mark("{seller} offers {asin} in {country} without being one of our sellers.")
TESTED = mark("Of {units} units bought there, {bad} carry no valid serial code: they are not our goods.")
ALL_VALID = mark(
    "All {units} units bought carry a valid serial code: they may be our own goods, resold. Resale of genuine goods "
    "is mostly lawful; ask a lawyer before complaining."
)
TAMPERED = mark("The {field} of {asin} in {country} were changed without our doing since {since}.")
IMITATED = mark('The listing {asin} in {country} carries the brand "{other}", which buyers take for our "{brand}".')
NOT_FOUND = mark("The listing {asin} in {country} is not offered to buyers since {since}.")
RESTORE = mark("Please restore what was approved, and tell us who changed it.")
REMOVE = mark("Please remove the offer.")
REMOVE_LISTING = mark("Please remove the listing or correct its brand.")
SHOW = mark("Please show the listing again, or name the rule that it breaks.")

BUY_ONE = mark(
    "A test purchase from the seller, with photos and the order number: without it the goods are not proven."
)
READ_CODES = mark("The serial codes (Transparency) of the units bought: the product is enrolled, and none was read.")
REGISTRATION = mark("The registration number of the trademark in {country}.")
APPROVED = mark("What you approved: without it the change is only one between two snapshots.")
ASK_COUNSEL = mark("A lawyer's view whether the two names are confusingly alike: the screen only counts letters.")

WHAT_BEFORE, WHAT_AFTER = mark("Before"), mark("Now")
WHAT_SINCE, WHAT_REGISTERED = mark("First seen"), mark("Trademark registration")

_WHY_NOT = {
    "price_undercut": mark(
        "A low price is no breach by itself. See whether the same seller also hijacks the listing."
    ),
    "own_price_below_floor": mark("The price is your own. Raise it, or lower the floor."),
    "lost_buy_box": mark(
        "The marketplace gives the buy box by price, delivery and record. Look at the offers instead."
    ),
}
_OTHERWISE = mark("It says something about the watch, not about a listing. Read a newer snapshot.")


class NoComplaint(Refusal):
    """The event is no ground for a complaint."""


class UnusableCodes(Refusal):
    """Serial codes whose result cannot be read."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A draft; a person reads it, completes it and sends it.

    Attributes:
        event: The event's name.
        ground: `counterfeit` | `tampering` | `trademark` | `listing`.
        sentences: What to say, in order: (sentence, values).
        evidence: One row per proof: number (from 1), what (sentence), value, seen_on [day; none where it was not
            seen but approved].
        codes: One row per unit bought whose serial code was read: country, sku, seller, unit, code, result
            (`valid` | `invalid` | `missing`), checked_on; may be empty.
        missing: What to add before it is sent: (sentence, values). Empty when nothing is.
    """

    event: str
    ground: str
    sentences: list[Note]
    evidence: pd.DataFrame
    codes: pd.DataFrame
    missing: list[Note]


def draft_complaint(event: Mapping[str, Any], own: pd.DataFrame, codes: pd.DataFrame, as_of: date) -> Complaint:
    """Put together what a complaint to the marketplace needs. Nothing is sent.

    Args:
        event: A row of `watch_listings`.
        own: As for `watch_listings`. Optional: trademark (registration number), serial_codes (`yes` where the
            product is enrolled in Transparency).
        codes: One row per unit bought and checked: country, sku, seller (that it was bought from), unit (order or
            parcel), code, result (`valid` | `invalid` | `missing`), checked_on. Empty where the seller has none.
        as_of: Codes read on earlier days are known.
    Raises:
        NoComplaint: the event is none that a marketplace hears; says what to do instead.
        UnusableCodes: a result is none of the three.
        MissingColumns: of a table.
    """
    check_columns("own", own.columns, ("country", "asin", "sku", "brand"))
    check_columns("codes", codes.columns, CODES)
    strange = sorted({str(result) for result in codes["result"]} - set(RESULTS))
    if strange:
        raise UnusableCodes(
            mark(
                "Results of serial codes that are not known: {results}. Expected valid, invalid or missing. "
                "Correct the file."
            ),
            results=name_rows(strange),
        )
    kind = str(event["kind"])
    about = {name: str(event[name]) for name in ("seller", "asin", "country")}
    about |= {"since": pd.Timestamp(event["since"]).date().isoformat()}
    row = _find_own(own, event)
    known = codes[
        (codes["country"] == event["country"]) & (codes["sku"] == event["sku"]) & (codes["seller"] == event["seller"])
    ]
    known = known[pd.to_datetime(known["checked_on"]).dt.date < as_of] if len(known) else known
    known = known[list(CODES)].sort_values(["checked_on", "unit", "code"], ignore_index=True)
    missing: list[Note] = []
    if kind == "hijacked_offer":
        ground, sentences = "counterfeit", [(COUNTERFEIT, about), *_judge_codes(known, row, missing), (REMOVE, {})]
    elif kind == "changed_content":
        told = about | {"field": event["values"]["field"]}
        ground, sentences = "tampering", [(TAMPERED, told), (RESTORE, {})]
        if not _has_approved(row, str(event["field"])):
            missing.append((APPROVED, {}))
    elif kind == "look_alike_brand":
        told = about | {"other": str(event["after"]), "brand": str(event["before"])}
        ground, sentences = "trademark", [(IMITATED, told), (REMOVE_LISTING, {})]
        missing.append((ASK_COUNSEL, {}))
    elif kind in ("dead_listing", "suppressed_listing"):
        ground, sentences = "listing", [(NOT_FOUND, about), (SHOW, {})]
    else:
        raise NoComplaint(
            mark("{event} is no ground for a complaint: {why}"),
            event=str(event["event"]),
            why=_WHY_NOT.get(kind, _OTHERWISE),
        )
    registered = str(row.get("trademark", "") or "")
    if ground in ("counterfeit", "trademark") and not registered:
        missing.append((REGISTRATION, {"country": about["country"]}))
    proofs = [
        (WHAT_BEFORE, str(event["before"]), event["before_on"]),
        (WHAT_AFTER, str(event["after"]), event["seen_on"]),
        (WHAT_SINCE, about["since"], event["since"]),
        (WHAT_REGISTERED, registered, event["seen_on"]),
    ]
    listed = [(at, *proof) for at, proof in enumerate((proof for proof in proofs if proof[1]), start=1)]
    evidence = pd.DataFrame(listed, columns=list(EVIDENCE)).astype(EVIDENCE)
    return Complaint(str(event["event"]), ground, sentences, evidence, known, missing)


def _find_own(own: pd.DataFrame, event: Mapping[str, Any]) -> dict[str, Any]:
    """The listing's row, or, of another's listing, that of the brand which it imitates; {} where none is."""
    name, value = ("brand", event["before"]) if event["kind"] == "look_alike_brand" else ("asin", event["asin"])
    rows = own[(own["country"] == event["country"]) & (own[name] == value)].sort_values("asin")
    return {str(key): cell for key, cell in rows.iloc[0].items()} if len(rows) else {}


def _has_approved(row: dict[str, Any], field: str) -> bool:
    return field == "brand" or bool(row.get(field))


def _judge_codes(known: pd.DataFrame, row: dict[str, Any], missing: list[Note]) -> list[Note]:
    """What the units bought prove; what is missing is added to the list."""
    if not len(known):
        missing.append((BUY_ONE, {}))
        if row.get("serial_codes") == "yes":
            missing.append((READ_CODES, {}))
        return []
    bad = int((known["result"] != "valid").sum())
    units = len(known)
    if not bad:
        missing.append((ALL_VALID, {"units": units}))
        return []
    return [(TESTED, {"units": units, "bad": bad})]
