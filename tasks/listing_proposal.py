"""Turns written and checked listings into one proposal: a decision per country, and all that its pages show.

The body has the keys of a night's proposal that deciding and acting read, and what the pages of listings show;
integers, decimal strings and ISO dates only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.brand.plan import Screened
from skills.compliance.plan import COMING_HELD
from skills.compliance.rules import PASS
from skills.listing.compose_rules import FIELDS, read_rules
from skills.listing.issues import ReadBack
from skills.listing.launch import PROPOSED
from skills.listing.limits import count_bytes
from skills.listing.localise import read_markets
from skills.vocabulary import mark
from tasks.launching import Launch
from tasks.lines import ListingContent, make_line
from tasks.listing_facts import read_facts, show_value
from tasks.nights import Night
from tasks.proposals import begin_body, plain, plain_rows, text_values
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

OWN_PREVIEW = mark(
    "This is our own preview, against the schemas in the folder of product types: no connector is set up, so the "
    "marketplace was not asked. It may find more."
)
NO_BRANDS = mark("No list of brands is in the data folder: brand names were not screened.")
NO_SELLER = mark(
    "{country}: policy.execution.marketplace_sellers has no id for it, so the feed cannot be written once it is "
    "approved. Add it to the seller's file."
)
NO_TYPES = mark("No schema of a product type is there: attributes could not be checked, and nothing is put live.")
NEW = mark("New in {country}: every rule in force passes, and our preview finds no error.")
CHANGED = mark("Changed since {number} of {day}: every rule in force passes, and our preview finds no error.")


@dataclass(frozen=True)
class Checked:
    """What the skills said in one run.

    Attributes:
        launch: What was asked for.
        back: From `read_back`: the marketplace's issues, and what they mended.
        written: Its listings, with their content.
        problems, checks, gate, stands: From `check_listing`, `check_products`, `judge_gate`, `judge_launch`.
        sheet: From `lay_out_sheet`.
        names: From `screen_names`.
        watch: From `watching.watch`.
        sent: One row per (sku, country): content, number, as_of.
        accounting: One row per file: rows_in = kept + netted + set_aside + quarantined + after_as_of.
    """

    launch: Launch
    back: ReadBack
    written: pd.DataFrame
    problems: pd.DataFrame
    checks: pd.DataFrame
    gate: pd.DataFrame
    stands: pd.DataFrame
    sheet: pd.DataFrame
    names: Screened
    watch: Body
    sent: pd.DataFrame
    accounting: pd.DataFrame


def write_content(listings: pd.DataFrame) -> pd.DataFrame:
    """The listings with `content`: their attributes as the text that a line carries; equal content is equal text."""
    return listings.assign(content=[write_attributes(attributes) for attributes in listings["attributes"]])


def write_attributes(attributes: Mapping[str, Any]) -> str:
    """Attributes as one text, the same for the same attributes."""
    return json.dumps(attributes, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_listings(night: Night, known: Snapshot, checked: Checked) -> bytes:
    """The proposal of one launch; its canonical bytes."""
    launch = checked.launch
    titles = _read_titles(known)
    listings = _list_listings(known, night, checked, titles)
    body: Body = {
        **begin_body(night, known.digest),
        "decisions": _decide(night, checked, listings),
        "countries": launch.countries,
        "languages": {market.country: market.language for market in read_markets(launch.markets)},
        "preview": {
            "by": "farsail",
            "sentence": OWN_PREVIEW,
            "types": {name: len(found) for name, found in sorted(titles.items())},
        },
        "products": [_describe_product(record, titles) for record in launch.records.to_dict("records")],
        "listings": listings,
        "counts": {str(stand): int(count) for stand, count in checked.stands["stand"].value_counts().items()},
        "checks": _group_checks(checked.checks),
        "pictures": {
            "sheet": [_plain_place(row) for row in checked.sheet.to_dict("records")],
            "pages": int(checked.sheet["page"].max()) if len(checked.sheet) else 0,
            "page_mm": [night.seller.policy.images.page_width_mm, night.seller.policy.images.page_height_mm],
        },
        "brands": _list_brands(checked.names),
        "issues": _list_issues(checked.back.issues),
        "watch": checked.watch,
        "chosen": [_begin_record(row) for row in launch.chosen],
        "degradations": _list_degradations(night, known, checked, titles),
        "import": plain_rows(checked.accounting),
    }
    return canonical_bytes(body)


def _decide(night: Night, checked: Checked, listings: list[Body]) -> list[Body]:
    """One decision per country, with a line per listing that may go live and is not live as it stands."""
    expires = (night.as_of + timedelta(days=night.seller.policy.listing.holds_days)).isoformat()
    last_days = _find_last_days(checked.checks)
    composed = {(row["sku"], row["country"]): row for row in checked.written.to_dict("records")}
    decisions = []
    for country in checked.launch.countries:
        mine = [row for row in listings if row["country"] == country and row["stand"] == PROPOSED]
        if not mine:
            continue
        ends = [min(expires, last_days.get((row["sku"], country), expires)) for row in mine]
        lines = [_make_line(row, composed[row["sku"], country], end) for row, end in zip(mine, ends, strict=True)]
        decisions.append(
            {
                "id": f"list:{country}",
                "kind": "list",
                "country": country,
                "marketplace_id": composed[mine[0]["sku"], country]["marketplace_id"],
                "money_minor": 0,
                "deadline": min(ends),
                "skus": len(mine),
                "units": 0,
                "cartons": 0,
                "lines": lines,
            }
        )
    return decisions


def _find_last_days(checks: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Until when each listing's gate is as it was judged: before the next rule begins, while its documents last."""
    last: dict[tuple[str, str], str] = {}
    for row in checks[checks["applies"] != "no"].to_dict("records"):
        end = row["values"].get("expires", "–")
        if not row["in_force"] and row["reason"] != COMING_HELD:
            end = (date.fromisoformat(row["effective_from"]) - timedelta(days=1)).isoformat()
        if end != "–":
            key = (row["sku"], row["country"])
            last[key] = min(end, last.get(key, end))
    return last


def _make_line(listing: Body, composed: Mapping[Any, Any], expires: str) -> Body:
    gate, lengths = listing["gate"], listing["lengths"]["title"]
    evidence = [
        {"label": mark("rules in force that pass"), "value": str(gate["passes"]), "unit": mark("rules"), "note": ""},
        {"label": mark("rules that begin later"), "value": str(gate["coming"]), "unit": mark("rules"), "note": ""},
        {"label": mark("length of the title"), "value": str(lengths["bytes"]), "unit": mark("bytes"),
         "note": str(lengths["most_bytes"])},
        {"label": mark("attributes"), "value": str(len(composed["attributes"])), "unit": "", "note": ""},
        {"label": mark("numbers written in another unit"), "value": str(len(listing["conversions"])), "unit": "",
         "note": ""},
        {"label": mark("notes to read"), "value": str(len(listing["notes"])), "unit": "", "note": ""},
    ]  # fmt: skip
    reason = CHANGED if listing["sent"] else NEW
    values = {"country": listing["country"], "number": listing["sent"].get("number", ""),
              "day": listing["sent"].get("as_of", "")}  # fmt: skip
    line = make_line(
        ListingContent(
            sku=listing["sku"],
            country=listing["country"],
            marketplace_id=composed["marketplace_id"],
            product_type=composed["product_type"],
            title=listing["title"],
            attributes=composed["content"],
        ),
        title=f"{listing['sku']} · {listing['title']}",
        money_minor=0,
        expected_value_minor=None,
        reversible=True,
        fee_charging=False,
        expires=expires,
        reason=reason,
        flip={},
        alternatives=[],
        evidence=evidence,
    )
    return line | {"values": values}


def _list_listings(known: Snapshot, night: Night, checked: Checked, titles: dict[str, dict[str, str]]) -> list[Body]:
    rules = {
        market.country: read_rules(known.text_rules, market, night.as_of)
        for market in read_markets(checked.launch.markets)
    }
    gates = {(row["sku"], row["country"]): row for row in plain_rows(checked.gate)}
    stands = {(row["sku"], row["country"]): row for row in checked.stands.to_dict("records")}
    problems: dict[tuple[str, str], list[Body]] = {}
    for row in checked.problems.to_dict("records"):
        problems.setdefault((row["sku"], row["country"]), []).append(_say(row))
    sent = {(row["sku"], row["country"]): row for row in checked.sent.to_dict("records")}
    offers = {
        (row["sku"], row["country"]): (int(row["price_minor"]), str(row["currency"]))
        for row in known.listing_prices.to_dict("records")
    }
    listings = []
    for row in checked.written.to_dict("records"):
        key = (row["sku"], row["country"])
        labels = _find_titles(titles, row["product_type"], row["country"])
        stand, before = stands[key], sent.get(key, {})
        price, currency = offers.get(key, ("", ""))
        texts = {"title": [row["title"]], "bullet": row["bullets"], "description": [row["description"]],
                 "search_terms": [row["search_terms"]]}  # fmt: skip
        limits = rules[row["country"]]
        listings.append(
            {
                **{name: row[name] for name in ("sku", "country", "title", "bullets", "description", "search_terms",
                                                "language_tag", "marketplace_id", "product_type")},
                "stand": stand["stand"],
                "held_by": stand["held_by"],
                "picture": stand["picture"],
                "lengths": {name: _measure(texts[name], limits.max_bytes.get(name), limits.max_characters.get(name))
                            for name in FIELDS},
                "price_minor": price,
                "currency": currency,
                "conversions": [text_values(one) for one in row["conversions"]],
                "untranslated": [_plain_words(one) for one in row["untranslated"]],
                "notes": [[sentence, text_values(values)] for sentence, values in row["notes"]],
                "problems": problems.get(key, []),
                "gate": gates[key],
                "sent": {"number": before["number"], "as_of": before["as_of"]} if before else {},
                "attributes": read_facts(row["attributes"], labels),
            }
        )  # fmt: skip
    return listings


def _measure(texts: list[str], most_bytes: int | None, most_characters: int | None) -> Body:
    longest = max(texts, key=count_bytes, default="")
    return {
        "bytes": count_bytes(longest),
        "characters": len(longest),
        "most_bytes": plain(most_bytes),
        "most_characters": plain(most_characters),
    }


def _describe_product(record: Mapping[Any, Any], titles: dict[str, dict[str, str]]) -> Body:
    labels = titles.get(str(record["product_type"]), {})
    return {
        **{name: str(record[name]) for name in ("sku", "product_type", "brand", "title", "description", "language",
                                                "origin", "plug", "opportunity")},
        "bullets": list(record["bullets"]),
        "search_terms": list(record["search_terms"]),
        "images": list(record["images"]),
        "materials": ", ".join(f"{show_value(share)}% {name}" for name, share in record["materials"]),
        "attributes": [
            [name, labels.get(name, ""), show_value(value)] for name, value in sorted(record["attributes"].items())
        ],
    }  # fmt: skip


def _group_checks(checks: pd.DataFrame) -> list[Body]:
    """Rules that do not pass, that begin later, or that pass on a document: once for all SKUs of the same answer."""
    told = checks[(checks["answer"] != PASS) | ((checks["applies"] != "no") & (checks["document"] != ""))]
    told = pd.concat([told, checks[~checks["in_force"] & (checks["applies"] != "no")]])
    groups: dict[str, Body] = {}
    for row in told[~told.index.duplicated()].to_dict("records"):
        shown = {str(name): plain(value) for name, value in row.items() if name not in ("sku", "values", "applies")}
        shown["values"] = text_values(row["values"])
        key = json.dumps(shown, sort_keys=True)
        groups.setdefault(key, shown | {"skus": []})["skus"].append(row["sku"])
    return [groups[key] for key in sorted(groups, key=lambda key: (groups[key]["country"], groups[key]["rule"], key))]


def _plain_place(row: Mapping[Any, Any]) -> Body:
    kept = {str(name): plain(value) for name, value in row.items() if name not in ("countries", "captions")}
    return kept | {
        "countries": [list(one) for one in row["countries"]],
        "captions": [
            [sentence, text_values(values), list(countries)] for sentence, values, countries in row["captions"]
        ],
    }


def _list_brands(names: Screened) -> list[Body]:
    findings = names.findings.to_dict("records")
    return [
        {
            **{name: row[name] for name in ("name", "verdict", "notice", "reason")},
            "values": text_values(row["values"]),
            "notes": [[sentence, text_values(values)] for sentence, values in row["notes"]],
            "findings": [
                {"kind": one["kind"], "matched": one["matched"], "reason": one["reason"],
                 "values": text_values(one["values"])}
                for one in findings
                if one["name"] == row["name"]
            ],
        }
        for row in names.answers.to_dict("records")
    ]  # fmt: skip


def _begin_record(row: Body) -> Body:
    """A chosen opportunity with what its product record begins with."""
    prices = {
        country: [minor, row["price_currencies"][country]] for country, minor in sorted(row["prices_minor"].items())
    }
    return {
        **{name: row[name] for name in ("concept", "name", "number", "chosen_on", "countries", "skus", "supplier")},
        "draft": {"title": row["name"], "search_terms": row["terms"], "prices": prices},
    }


def _list_degradations(
    night: Night, known: Snapshot, checked: Checked, titles: dict[str, dict[str, str]]
) -> list[Body]:
    said = [*checked.launch.lacks]
    sellers = night.seller.policy.execution.marketplace_sellers
    said += [(NO_SELLER, {"country": country}) for country in checked.launch.countries if country not in sellers]
    said += [] if len(known.brand_names) else [(NO_BRANDS, {})]
    said += [] if titles else [(NO_TYPES, {})]
    return [{"reason": reason, "values": text_values(values)} for reason, values in said]


def _find_titles(titles: dict[str, dict[str, str]], product_type: str, country: str) -> dict[str, str]:
    """Those of the country's own schema, where it has one."""
    return titles.get(f"{product_type}/{country}", titles.get(product_type, {}))


def _read_titles(known: Snapshot) -> dict[str, dict[str, str]]:
    """Product type → attribute → what its schema calls it."""
    return {
        str(name): {
            str(attribute): str(facts.get("title", ""))
            for attribute, facts in json.loads(document).get("properties", {}).items()
            if isinstance(facts, dict)
        }
        for name, document in zip(known.product_types["name"], known.product_types["document"], strict=True)
    }


def _list_issues(issues: pd.DataFrame) -> list[Body]:
    rows = plain_rows(issues.drop(columns="values"))
    return [row | {"values": text_values(values)} for row, values in zip(rows, issues["values"], strict=True)]


def _say(row: Mapping[Any, Any]) -> Body:
    return {str(name): value for name, value in row.items()} | {"values": text_values(row["values"])}


def _plain_words(one: Mapping[str, Any]) -> Body:
    words = one["words"]
    return {"field": str(one["field"]), "words": [words] if isinstance(words, str) else [str(word) for word in words]}
