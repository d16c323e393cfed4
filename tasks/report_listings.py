"""What the morning report shows of live listings: what is urgent on the front page, all of it in a fold."""

from __future__ import annotations

from collections import Counter
from typing import Any

from config.language import say
from config.seller import Language
from skills.vocabulary import mark

Body = dict[str, Any]

SHOWN_URGENT, SHOWN_EVENTS = 4, 40
"""How many events stand on the front page, and in the fold; what is beyond is counted."""

HAPPENED: dict[str, str] = {
    "dead_listing": mark("listing dead"),
    "suppressed_listing": mark("listing suppressed"),
    "hijacked_offer": mark("unknown seller"),
    "changed_content": mark("content changed"),
    "look_alike_brand": mark("look-alike brand"),
    "price_undercut": mark("sold below your floor"),
    "own_price_below_floor": mark("own price below the floor"),
    "price_not_compared": mark("price not compared"),
    "lost_buy_box": mark("buy box lost"),
    "stale_snapshot": mark("snapshots are old"),
    "no_history": mark("one snapshot only"),
    "not_watched": mark("not watched"),
}
"""How a reader calls each kind of event."""

STATES: dict[str, str] = {"live": mark("live"), "suppressed": mark("suppressed"), "dead": mark("dead")}
"""How a reader calls the states that a snapshot gives."""

LEVELS: dict[str, str] = {"urgent": mark("urgent"), "soon": mark("soon"), "notice": mark("to know")}
"""How a reader calls how grave an event is."""

_OF_STATE = ("dead_listing", "suppressed_listing")


def view_listings(found: Body | None) -> Body | None:
    """The `listings` of a proposal as its report shows them; None where no listing of the seller is live.

    Returns:
        urgent, and how many more of them; events with `happened`, the draft of their complaint or None, and for a
        dead or suppressed listing its states in words; what is not shown, by kind; watched, countries.
    """
    if not found or not found["watched"]:
        return None
    drafts = {draft["event"]: _view_draft(draft) for draft in found["complaints"]}
    events = [
        event
        | {
            "happened": HAPPENED.get(event["kind"], event["kind"]),
            "draft": drafts.get(event["event"]),
            "coded": event["kind"] in _OF_STATE,
        }
        for event in found["events"]
    ]
    urgent = [event for event in events if event["severity"] == "urgent"]
    return {
        "urgent": urgent[:SHOWN_URGENT],
        "urgent_count": len(urgent),
        "events": events[:SHOWN_EVENTS],
        "count": len(events),
        "more": sorted(Counter(event["happened"] for event in events[SHOWN_EVENTS:]).items()),
        "watched": found["watched"],
        "countries": sorted(found["countries"].items()),
    }


def tell_events(found: Body, language: Language) -> list[Body]:
    """Every event as one row in the reader's language; `draft` is English, as a complaint is sent.

    Returns:
        level, country, sku, asin, happened, before, after, since, seen_on, reason, draft, missing.
    """
    drafts = {draft["event"]: _view_draft(draft) for draft in found["complaints"]}
    rows = []
    for event in found["events"]:
        draft = drafts.get(event["event"], {"text": "", "missing": []})
        states = {name: STATES.get(event[name], event[name]) for name in ("before", "after")}
        told = {name: say(word, {}, language) for name, word in states.items()} if event["kind"] in _OF_STATE else {}
        rows.append(
            event
            | told
            | {
                "level": LEVELS[event["severity"]],
                "happened": HAPPENED.get(event["kind"], event["kind"]),
                "reason": say(event["reason"], event["values"], language),
                "draft": draft["text"],
                "missing": " ".join(say(sentence, values, language) for sentence, values in draft["missing"]),
            }
        )
    return rows


def _view_draft(draft: Body) -> Body:
    """A draft with its text as it may be sent, in English, beside the sentences that a reader is told."""
    text = " ".join(say(sentence, values, "en") for sentence, values in draft["sentences"])
    return draft | {"text": text}
