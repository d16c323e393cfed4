"""A small proposal of listings, made by hand: two countries, one SKU for every way that a listing can stand."""

from __future__ import annotations

from collections import Counter
from typing import Any

from skills.listing.launch import HELD, PROPOSED, UNCHANGED
from tasks.launching import JOURNEY
from tasks.lines import SCHEMA, ListingContent, make_line
from tasks.listing_proposal import OWN_PREVIEW
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import Proposal

Body = dict[str, Any]

STANDS = (PROPOSED, UNCHANGED, *HELD)
SKUS = {stand: f"SKU-{place}" for place, stand in enumerate(STANDS)}
"""Stand → the SKU that has it in both countries."""
SLY = "Towel <script>alert(1)</script> & more"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenaufbewahrungsbeutel" * 3


def write_body(**changes: Any) -> Proposal:
    """The proposal, with what a test changes in its body."""
    products = [_product(sku) for sku in SKUS.values()]
    listings = sorted(
        (_listing(sku, country, stand) for stand, sku in SKUS.items() for country in ("DE", "US")),
        key=lambda row: (row["sku"], row["country"]),
    )
    body: Body = {
        "schema": SCHEMA,
        "journey": JOURNEY,
        "seller": "demo",
        "as_of": "2025-11-24",
        "snapshot": "d" * 64,
        "base_currency": "CNY",
        "generated": ["all"],
        "what_if": {},
        "decisions": [_decision("DE", listings), _decision("US", listings)],
        "waits": [],
        "alarms": [],
        "countries": ["DE", "US"],
        "languages": {"DE": "de", "US": "en"},
        "preview": {"by": "farsail", "sentence": OWN_PREVIEW, "types": {"TOWEL": 92}},
        "products": products,
        "listings": listings,
        "counts": dict(Counter(row["stand"] for row in listings)),
        "checks": [
            _check("us_biocide", "US", "block", [SKUS["block"]]),
            _check("de_biocide", "DE", "block", [SKUS["block"]]),
            _check("us_wood", "US", "ask a professional", [SKUS["ask a professional"]]),
            _check("de_wood", "DE", "ask a professional", [SKUS["ask a professional"]]),
            _check("eu_azo", "DE", "missing evidence", [SKUS["missing evidence"]]),
            _check("us_azo", "US", "missing evidence", [SKUS["missing evidence"]]),
            _check("eu_packaging", "DE", "pass", [SKUS[PROPOSED]])
            | {"in_force": False, "effective_from": "2026-08-12", "ready_on": ""},
        ],
        "pictures": {"sheet": _sheet(), "pages": 1, "page_mm": [210, 297]},
        "brands": [
            {"name": "Haina", "verdict": "check", "notice": "No clearance.", "reason": "Look at {name}.",
             "values": {"name": "Hainan"}, "notes": [], "findings": []}
        ],
        "issues": [_issue("person"), _issue("mended"), _issue("settled")],
        "watch": {"events": [_EVENT], "complaints": [_COMPLAINT]},
        "chosen": [
            {"concept": "c1", "name": "Bamboo cloth", "number": "OC-2025-11-21-01", "chosen_on": "2025-11-21",
             "countries": ["DE"], "skus": [], "supplier": "",
             "draft": {"title": "Bamboo cloth", "search_terms": {"DE": ["bambustuch"]},
                       "prices": {"DE": [999, "EUR"]}}}
        ],
        "degradations": [],
        "import": [
            {"feed": "listing_records", "file": "records.csv", "rows_in": 10, "kept": 9, "netted": 0, "set_aside": 0,
             "quarantined": 1, "after_as_of": 0}
        ],
    }  # fmt: skip
    return Proposal("ab12" * 16, canonical_bytes(body | changes), "", "current")


def write_empty_body() -> Proposal:
    """What a seller without a product record is shown."""
    names = ("decisions", "countries", "products", "listings", "checks", "brands", "issues", "chosen", "import")
    return write_body(
        **{name: [] for name in names},
        counts={},
        watch={"events": [], "complaints": []},
        pictures={"sheet": [], "pages": 0, "page_mm": [210, 297]},
        preview={"by": "farsail", "sentence": OWN_PREVIEW, "types": {}},
        generated=[],
    )


def _product(sku: str) -> Body:
    return {
        "sku": sku,
        "product_type": "TOWEL",
        "brand": "Haina",
        "title": SLY,
        "bullets": ["Wash at 60 °C", LONG],
        "description": "Soft & quick",
        "search_terms": ["towel"],
        "language": "en",
        "origin": "CN",
        "materials": "100% cotton",
        "images": [f"{sku}.jpg"],
        "plug": "",
        "opportunity": "",
        "attributes": [["color", "Color", "Blue"], ["item_length", "Item length", "100 cm"]],
    }


def _listing(sku: str, country: str, stand: str) -> Body:
    german, held = country == "DE", stand in HELD
    shown = "" if stand == "refused" else f"Handtuch lint free <{sku}>"
    lengths = {name: {"bytes": 190, "characters": 100, "most_bytes": 200, "most_characters": ""}
               for name in ("title", "bullet", "description", "search_terms")}  # fmt: skip
    problem = {"attribute": "color", "keyword": "required", "severity": "error",
               "reason": "{attribute} is missing, and {product_type} needs it. Add it.",
               "values": {"attribute": "color", "product_type": "TOWEL", "title": "Color"}}  # fmt: skip
    degrees = {"field": "bullet", "value": "60", "unit": "degC", "shown": "140", "shown_unit": "degF"}
    shut = stand in ("block", "ask a professional", "missing evidence")
    return {
        "sku": sku,
        "country": country,
        "marketplace_id": "A1",
        "product_type": "TOWEL",
        "stand": stand,
        "held_by": [stand] if held else [],
        "title": shown,
        "bullets": ["Waschbar bei 60 °C" if german else "Wash at 140 °F", LONG],
        "description": "Weich & schnell",
        "search_terms": "handtuch",
        "language_tag": "de_DE" if german else "en_US",
        "lengths": lengths,
        "price_minor": "" if stand == "no price" else 1999,
        "currency": "" if stand == "no price" else "EUR" if german else "USD",
        "conversions": [] if german else [degrees],
        "untranslated": [{"field": "title", "words": ["lint free"]}] if german else [],
        "notes": [["{field}: one word alone is longer than {country} allows; it was cut inside the word.",
                   {"field": "title", "country": country}]],
        "problems": [problem] if stand == "preview" else [],
        "gate": {"open": not shut, "answer": stand if shut else "pass", "blocks": int(stand == "block"),
                 "missing": int(stand == "missing evidence"), "asks": int(stand == "ask a professional"),
                 "passes": 25, "coming": 1, "ready_on": ""},
        "sent": {"number": "LF-1", "as_of": "2025-11-20"} if stand == UNCHANGED else {},
        "attributes": [["color", "Color", "Blau" if german else "Blue"], ["fabric_type", "Fabric", "100% cotton"],
                       ["item_length", "Item length", "100 cm" if german else "39.4 in"]],
        "picture": "fails" if stand == "pictures" else "passes",
    }  # fmt: skip


def _decision(country: str, listings: list[Body]) -> Body:
    lines = [
        make_line(
            ListingContent(sku=row["sku"], country=country, marketplace_id="A1", product_type="TOWEL",
                           title=row["title"], attributes="{}"),
            title=row["title"], money_minor=0, expected_value_minor=None, reversible=True, fee_charging=False,
            expires="2025-12-08", reason="", flip={}, alternatives=[], evidence=[],
        )
        for row in listings
        if row["country"] == country and row["stand"] == PROPOSED
    ]  # fmt: skip
    return {"id": f"list:{country}", "kind": "list", "country": country, "marketplace_id": "A1", "money_minor": 0,
            "deadline": "2025-12-08", "skus": len(lines), "units": 0, "cartons": 0, "lines": lines}  # fmt: skip


def _check(rule: str, country: str, answer: str, skus: list[str]) -> Body:
    name = rule.partition("_")[2]
    return {
        "country": country, "rule": rule, "topic": "chemistry", "answer": answer, "in_force": True,
        "requirement": f"What {name} asks for.", "requirement_zh": f"{name} 的要求。", "document": "azo_test_report",
        "reason": "{document} is missing.", "values": {"document": "Test report on azo colourants"},
        "remedy": f"Mend {name}.", "remedy_zh": f"解决 {name}。", "effective_from": "2020-01-01", "effective_to": "",
        "source": "an example", "retrieved_on": "2026-11-30", "confidence": "unverified",
        "ready_on": "2025-12-04", "ready_by": "2025-12-20", "skus": skus,
    }  # fmt: skip


def _sheet() -> list[Body]:
    """Four photos side by side, one of each state, as the sheet lays them out on A4."""
    places: list[Body] = []
    states = ("fails", "warns", "unknown", "passes")
    for column, (sku, state) in enumerate(zip([SKUS["pictures"], *SKUS.values()], states, strict=False), 1):
        told = [
            "The longer side has {measured} px; {limit} are asked for.",
            {"measured": "420", "limit": "500"},
            ["DE"],
        ]
        places.append(
            {"page": 1, "row": 1, "column": column, "sku": sku, "slot": "MAIN", "picture": f"{sku}.jpg",
             "x_mm": 12 + 47 * (column - 1), "y_mm": 12, "width_mm": 43, "height_mm": 43, "caption_y_mm": 55,
             "state": state, "countries": [["DE", state], ["US", "passes"]],
             "captions": [] if state == "passes" else [told]}
        )  # fmt: skip
    return places


def _issue(state: str) -> Body:
    return {
        "sku": SKUS[PROPOSED], "country": "DE", "code": "90057", "severity": "error", "attribute": "item_name",
        "message": f"The value is <too> long ({state}).", "seen_on": "2025-11-22", "state": state, "rule": "too_long",
        "cause": "A text is too long.", "cause_zh": "文字过长。", "remedy": "Shorten it.", "remedy_zh": "请缩短。",
        "reason": "No rule can mend it.", "values": {}, "source": "an example", "confidence": "primary",
    }  # fmt: skip


_EVENT = {
    "event": "DE · B0 · changed_content · title", "kind": "changed_content", "severity": "urgent", "country": "DE",
    "asin": "B0GENERATED", "sku": SKUS[UNCHANGED], "field": "title", "seller": "", "before": "Handtuch",
    "after": "Billig <b>Handtuch</b>", "since": "2025-11-20", "seen_on": "2025-11-23",
    "reason": "{seller} sells on this listing and is not on your list of sellers.", "values": {"seller": "A9"},
}  # fmt: skip
_COMPLAINT = {
    "event": _EVENT["event"], "ground": "tampering", "country": "DE", "asin": "B0GENERATED", "sku": SKUS[UNCHANGED],
    "sentences": [["Please remove the offer.", {}]], "missing": [["The registration number of the trademark in "
    "{country}.", {"country": "DE"}]],
    "evidence": [{"number": 1, "what": "Before", "value": "Handtuch", "seen_on": "2025-11-20"}],
}  # fmt: skip
