"""What the marketplace returned is mended where a rule can, and explained where a person must."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listing_world import make_schema

from skills.listing import check_listing, compile_schema, compose_listings, list_required, read_back
from skills.listing.issues import GONE, GONE_AND_MENDED, PERSON, READ, STRANGE, UNKNOWN, ReadBack
from skills.listing.limits import count_bytes
from skills.listing.policy import ListingPolicy
from skills.listing.translate_glossary import GlossaryEngine

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
RULES = pd.read_csv(ASSETS / "issue_rules.csv", dtype="str", keep_default_na=False)
AS_OF = date(2026, 11, 30)
MARKET = "A1PA6795UKMFR9"
BRAND = "Haina Home"
SCHEMA = make_schema("DE")
COMPILED = compile_schema(SCHEMA)
TITLE = "Haina Home weiche Küchentücher aus Baumwolle, fusselfrei und saugfähig"
Row = dict[str, Any]


def say(value: str, **more: Any) -> Row:
    return {"value": value, "language_tag": "de_DE", "marketplace_id": MARKET} | more


def listed(**attributes: Any) -> Row:
    """A German listing as it is composed; what is given stands beside or instead of its title and bullets."""
    said: Row = {
        "item_name": [say(TITLE)],
        "brand": [say(BRAND)],
        "bullet_point": [say("Trocknet schnell"), say("Mit Aufhänger")],
        "product_description": [say("Küchentücher von Haina Home, weich und dicht gewebt.")],
        "generic_keyword": [say("geschirrtuch spültuch")],
        "country_of_origin": [{"value": "choice_1", "marketplace_id": MARKET}],
        "item_length": [{"value": 70, "unit": "centimeters", "marketplace_id": MARKET}],
        "item_width": [{"value": 50, "unit": "centimeters", "marketplace_id": MARKET}],
    } | attributes
    kept = {name: entries for name, entries in said.items() if entries}
    return {
        "sku": "A", "country": "DE", "product_type": "KITCHEN_TOWEL", "language_tag": "de_DE", "state": "ready",
        "title": kept["item_name"][0]["value"], "bullets": [one["value"] for one in kept.get("bullet_point", [])],
        "description": kept["product_description"][0]["value"], "search_terms": kept["generic_keyword"][0]["value"],
        "attributes": kept, "notes": [],
    }  # fmt: skip


def issue(message: str, attribute: str = "", code: str = "", day: str = "2026-11-20", **other: Any) -> Row:
    return {
        "seen_on": pd.Timestamp(day), "country": "DE", "sku": "A", "code": code, "severity": "error",
        "attribute": attribute, "message": message,
    } | other  # fmt: skip


def frame(*issues: Row) -> pd.DataFrame:
    return pd.DataFrame(
        list(issues), columns=["seen_on", "country", "sku", "code", "severity", "attribute", "message"]
    )


def read(
    *issues: Row, listing: Row | None = None, protected: tuple[str, ...] = (), schemas: Any = None
) -> tuple[Row, list[Row]]:
    """The listing after it, and the issues with their sentence under `said`."""
    policy = ListingPolicy(protected_words=protected)
    shapes = {"KITCHEN_TOWEL": COMPILED} if schemas is None else schemas
    back = read_back(frame(*issues), pd.DataFrame([listing or listed()]), RULES, shapes, policy, AS_OF)
    return spell(back)


def spell(back: ReadBack) -> tuple[Row, list[Row]]:
    rows = [{str(name): value for name, value in row.items()} for row in back.issues.to_dict("records")]
    [after] = [{str(name): value for name, value in row.items()} for row in back.listings.to_dict("records")]
    return after, [row | {"said": row["reason"].format(**row["values"])} for row in rows]


def values(listing: Row, attribute: str) -> list[Any]:
    return [entry.get("value") for entry in listing["attributes"].get(attribute, [])]


TOO_LONG = "The value of 'item_name' is too long: at most {limit} bytes are allowed."
TERM = "The term '{word}' is not allowed in 'item_name'."
NO_PART = (
    "You submitted an attribute {title} that does not belong or is no longer applicable to the product type you were "
    "trying to list."
)


def test_a_title_that_is_too_long_is_cut_between_words_and_shown_so_everywhere() -> None:
    before = listed()
    kept = deepcopy(before)
    after, [row] = read(issue(TOO_LONG.format(limit=52), "item_name", "90057"), listing=before)
    assert after["title"] == "Haina Home weiche Küchentücher aus Baumwolle"
    assert values(after, "item_name") == [after["title"]]
    assert (row["state"], row["rule"], row["confidence"]) == ("mended", "bytes", "unverified")
    assert row["said"] == "item_name: cut to at most 52 bytes, as the marketplace asked."
    assert after["notes"] == [(row["reason"], row["values"])]
    assert after["state"] == "flagged"
    assert before == kept


def test_characters_and_bytes_are_told_apart_and_a_thousand_may_have_a_comma() -> None:
    message = "The text exceeds the maximum of 24 characters."
    after, [row] = read(
        issue(message, "bullet_point"), listing=listed(bullet_point=[say("Größe für dünne Tücher da")])
    )
    assert (after["bullets"], row["state"]) == (["Größe für dünne Tücher"], "mended")
    after, [row] = read(issue("It is longer than 1,000 bytes.", "product_description"))
    assert (row["state"], row["said"]) == ("mended", "product_description is right as it stands now.")
    assert after["notes"] == []


@pytest.mark.parametrize(
    ("limit", "title", "why"),
    [
        (10, TITLE, "nothing would be left"),
        (8, "Küchentücher aus Baumwolle", "one word alone is longer than 8"),
        (30, "Küchentücher aus Baumwolle von Haina Home", "a brand or a protected word would be lost"),
        (0, TITLE, "nothing would be left"),
    ],
)
def test_a_cut_that_takes_the_brand_or_the_sense_is_left_to_a_person(limit: int, title: str, why: str) -> None:
    before = listed(item_name=[say(title)])
    after, [row] = read(issue(TOO_LONG.format(limit=limit), "item_name"), listing=before)
    assert (row["state"], after) == ("person", before)
    assert why in row["said"]


def test_a_forbidden_word_is_taken_out_and_the_text_reads_on() -> None:
    after, [row] = read(issue(TERM.format(word="fusselfrei"), "item_name"))
    assert after["title"] == "Haina Home weiche Küchentücher aus Baumwolle, und saugfähig"
    assert row["said"] == "item_name: “fusselfrei” was taken out, as the marketplace asked."
    last = listed(product_description=[say("Mit Aufhänger. Weich, fusselfrei.")])
    after, _ = read(issue(TERM.format(word="fusselfrei"), "product_description"), listing=last)
    assert after["description"] == "Mit Aufhänger. Weich."
    first = listed(bullet_point=[say("Antibakteriell und weich")])
    after, _ = read(issue(TERM.format(word="antibakteriell"), "bullet_point"), listing=first)
    assert after["bullets"] == ["Weich"]
    japanese = listed(product_description=[say("抗菌、綿100%、柔らかい", language_tag="ja_JP")])
    after, _ = read(issue(TERM.format(word="抗菌"), "product_description"), listing=japanese)
    assert after["description"] == "綿100%、柔らかい"


@pytest.mark.parametrize(
    ("word", "bullet"),
    [
        ("fusselfrei", "Fusselfreies Tuch"),
        ("Home", "Weiche Tücher von Haina Home"),
        ("100", "Aus 100 Fäden"),
        ("free", "BPA free lining"),
        ("bleach", "No bleach needed"),
        ("lint", "A lint-free cloth"),
        ("BPA", "BPA free lining"),
        ("dye-stuff", "A dye-stuff-like colour"),
        ("Duft", "Ohne Duft"),
        ("香料", "香料なし"),
        ("添加", "無添加の綿"),
    ],
)
def test_a_word_inside_a_name_a_longer_word_or_a_denial_is_left_to_a_person(word: str, bullet: str) -> None:
    before = listed(bullet_point=[say(bullet)])
    after, [row] = read(issue(TERM.format(word=word), "bullet_point"), listing=before)
    assert (row["state"], after["bullets"]) == ("person", [bullet])
    assert f"“{word}”" in row["said"]


def test_a_protected_word_is_not_taken_out() -> None:
    message = TERM.format(word="Aufhänger")
    after, [row] = read(issue(message, "bullet_point"), protected=("Aufhänger",))
    assert (row["state"], after["bullets"]) == ("person", ["Trocknet schnell", "Mit Aufhänger"])


def test_markup_and_pictures_are_stripped_and_comparisons_stay() -> None:
    before = listed(product_description=[say("<b>Weich</b> &amp; dicht<br/>für < 5 kg ★")])
    after, [row] = read(issue("HTML tags are not allowed in the description.", "product_description"), listing=before)
    assert (row["state"], after["description"]) == ("mended", "Weich & dicht für < 5 kg")


def test_signs_are_stripped_where_the_message_names_them_and_they_say_nothing() -> None:
    before = listed(bullet_point=[say("Weich* und ~dicht~")])
    after, [row] = read(issue("Invalid characters: '*~'", "bullet_point"), listing=before)
    assert (row["state"], after["bullets"]) == ("mended", ["Weich und dicht"])
    for message in ("Invalid characters: '<'", "It has invalid characters."):
        after, [row] = read(issue(message, "bullet_point"), listing=listed(bullet_point=[say("Für < 5 kg")]))
        assert (row["state"], after["bullets"]) == ("person", ["Für < 5 kg"])


def test_the_first_bullets_are_kept_where_there_are_too_many() -> None:
    before = listed(bullet_point=[say(f"Punkt {at} sagt etwas") for at in "abcd"])
    message = "The attribute has too many values. The allowed maximum is '2' value(s)."
    after, [row] = read(issue(message, "bullet_point"), listing=before)
    assert (row["state"], after["bullets"]) == ("mended", ["Punkt a sagt etwas", "Punkt b sagt etwas"])
    _, [row] = read(issue(message.replace("2", "0"), "bullet_point"), listing=before)
    assert row["state"] == "person"
    branded = listed(bullet_point=[say("Weich"), say("Dicht"), say("Von Haina Home")])
    _, [row] = read(issue(message, "bullet_point"), listing=branded)
    assert (row["state"], "brand" in row["said"]) == ("person", True)


def test_what_is_said_twice_is_said_once() -> None:
    before = listed(bullet_point=[say("Weich"), say("weich"), say("Dicht")])
    after, [row] = read(issue("The attribute has duplicate values.", "bullet_point"), listing=before)
    assert (row["state"], after["bullets"]) == ("mended", ["Weich", "Dicht"])
    _, [row] = read(issue("The attribute has duplicate values.", "bullet_point"))
    assert (row["state"], row["said"]) == ("mended", "bullet_point is right as it stands now.")


def test_an_attribute_that_does_not_belong_is_left_out() -> None:
    before = listed(scent=[say("Lavendel")])
    after, [row] = read(issue(NO_PART.format(title="Scent"), "scent", "90000900"), listing=before)
    assert (row["state"], "scent" in after["attributes"]) == ("mended", False)
    assert after["title"] == TITLE
    after, [row] = read(issue(NO_PART.format(title="Scent"), "", "90000900"), listing=before)
    assert row["state"] == "person"


def test_a_mandatory_attribute_is_never_left_out() -> None:
    always = list_required(SCHEMA).query("needed == 'always'")["attribute"]
    before = listed()
    for name in {*always, "item_width", "item_name", "brand"} & set(before["attributes"]):
        after, [row] = read(issue(NO_PART.format(title=name), name, "90000900"), listing=before)
        assert (row["state"], after["attributes"]) == ("person", before["attributes"]), name
    assert row["rule"] == "not_an_attribute"


def test_nothing_is_left_out_of_a_product_type_without_a_schema() -> None:
    before = listed(scent=[say("Lavendel")])
    _, [row] = read(issue(NO_PART.format(title="Scent"), "scent", "90000900"), listing=before, schemas={})
    assert (row["state"], "has no schema here" in row["said"]) == ("person", True)


def test_a_refused_value_becomes_the_allowed_one_of_that_name() -> None:
    before = listed(item_form=[{"value": "Choice 3", "marketplace_id": MARKET}])
    message = "We can't accept the Choice 3 you entered for Item Form."
    after, [row] = read(issue(message, "item_form", "90244"), listing=before)
    assert (row["state"], values(after, "item_form")) == ("mended", ["choice_3"])
    assert row["said"] == "item_form: “Choice 3” is written as the marketplace lists it, choice_3."


def test_a_refused_unit_becomes_the_same_unit_by_its_listed_name() -> None:
    before = listed(item_length=[{"value": 70, "unit": "cm", "marketplace_id": MARKET}])
    after, [row] = read(issue("The unit 'cm' is not valid.", "item_length"), listing=before)
    assert (row["state"], after["attributes"]["item_length"][0]["unit"]) == ("mended", "centimeters")
    before = listed(item_length=[{"value": 70, "unit": "ells", "marketplace_id": MARKET}])
    _, [row] = read(issue("The unit 'ells' is not valid.", "item_length"), listing=before)
    assert (row["state"], "none of the allowed values" in row["said"]) == ("person", True)


def test_a_value_that_the_schema_lists_and_the_marketplace_refuses_is_for_a_person() -> None:
    _, [row] = read(issue("We can't accept the choice_1 you entered for Origin.", "country_of_origin", "90244"))
    assert row["state"] == "person"


def test_the_allowed_values_of_the_message_serve_where_no_schema_has_them() -> None:
    before = listed(care=[{"value": "Machine Wash", "marketplace_id": MARKET}])
    message = "The value 'Machine Wash' is not valid. Allowed values: 'machine_wash', 'hand_wash'."
    after, [row] = read(issue(message.replace(". Allowed", ", allowed"), "care"), listing=before, schemas={})
    assert (row["state"], values(after, "care")) == ("mended", ["machine_wash"])


@pytest.mark.parametrize("attribute", ["brand", "manufacturer", "part_number", "purchasable_offer"])
def test_names_codes_and_prices_are_not_cut(attribute: str) -> None:
    before = listed(**{attribute: [say("Haina Home Nr. 12345 lang")]})
    after, [row] = read(issue(TOO_LONG.format(limit=12), attribute), listing=before)
    assert (row["state"], after["attributes"]) == ("person", before["attributes"])


def test_a_mend_that_breaks_the_schema_elsewhere_is_not_made() -> None:
    schema = deepcopy(SCHEMA)
    schema["properties"]["item_name"]["items"]["properties"]["value"]["minLength"] = 60
    _, [row] = read(issue(TOO_LONG.format(limit=52), "item_name"), schemas={"KITCHEN_TOWEL/DE": schema})
    assert (row["state"], row["said"]) == (
        "person", "item_name: not mended, since the listing would then break its schema elsewhere.",
    )  # fmt: skip


def test_the_attribute_is_found_by_its_title_and_by_its_path() -> None:
    _, [row] = read(issue("HTML tags are not allowed here.", "Product description"))
    assert (row["state"], row["values"]) == ("mended", {"attribute": "product_description"})
    _, [row] = read(issue(TOO_LONG.format(limit=52), "item_name#1.value"))
    assert (row["state"], row["attribute"]) == ("mended", "item_name#1.value")
    _, [row] = read(issue(TOO_LONG.format(limit=52)))
    assert row["state"] == "person"


def test_a_settled_issue_is_mended_again_or_it_would_come_back() -> None:
    after, rows = read(
        issue(TOO_LONG.format(limit=52), "item_name", "90057", "2026-11-20"),
        issue("'[size]' is required but not supplied.", "size", "90220", "2026-11-20"),
        issue("'[theme]' is required but not supplied.", "theme", "90220", "2026-11-24"),
    )
    assert [(row["code"], row["attribute"], row["state"]) for row in rows] == [
        ("90057", "item_name", "settled"),
        ("90220", "size", "settled"),
        ("90220", "theme", "person"),
    ]
    assert [row["reason"] for row in rows[:2]] == [GONE_AND_MENDED, GONE]
    assert rows[1]["said"] == "The report of 2026-11-24 does not name it any more."
    assert after["title"] == "Haina Home weiche Küchentücher aus Baumwolle"


def test_an_issue_that_every_report_names_stands_once_with_the_last_day() -> None:
    message = "'[size]' is required but not supplied."
    _, rows = read(*(issue(message, "size", "90220", f"2026-11-{day}") for day in (20, 24, 22)))
    assert [(row["seen_on"], row["state"]) for row in rows] == [(pd.Timestamp("2026-11-24"), "person")]


def test_a_report_of_another_country_settles_nothing() -> None:
    one = issue("'[size]' is required but not supplied.", "size", "90220")
    _, rows = read(one, issue("Anything.", country="FR", day="2026-11-25"))
    assert [(row["country"], row["state"]) for row in rows] == [("DE", "person"), ("FR", "person")]
    assert (rows[1]["reason"], rows[1]["said"]) == (
        STRANGE, "A is not among the listings of FR here: look whose it is.",
    )  # fmt: skip


def test_what_is_seen_that_morning_or_later_is_not_known_yet() -> None:
    later = [issue(TOO_LONG.format(limit=52), "item_name", day=day) for day in ("2026-11-30", "2026-12-01")]
    after, rows = read(*later)
    assert (after, rows) == (listed(), [])
    after, rows = read(*later, issue("'[size]' is required but not supplied.", "size", "90220"))
    assert [row["state"] for row in rows] == ["person"]


def test_what_no_rule_knows_says_so_and_keeps_what_the_marketplace_said() -> None:
    _, [row] = read(issue("Error 4711: fnord.", "size", "4711"))
    assert (row["state"], row["reason"], row["message"], row["rule"]) == (PERSON, UNKNOWN, "Error 4711: fnord.", "")


def test_without_issues_the_listings_stay_as_they_are() -> None:
    frames = pd.DataFrame([listed()], index=[7])
    back = read_back(frame(), frames, RULES, {}, ListingPolicy(), AS_OF)
    assert list(back.issues.columns) == list(READ)
    assert back.issues.empty
    pd.testing.assert_frame_equal(back.listings, frames)
    empty = read_back(frame(issue("Anything.")), frames.iloc[:0], RULES, {}, ListingPolicy(), AS_OF)
    assert (len(empty.listings), empty.issues["reason"].tolist()) == (0, [STRANGE])


MESSAGES = [
    *((TOO_LONG.format(limit=limit), "item_name") for limit in (3, 20, 40, 60)),
    ("It has more than 25 characters", "bullet_point"),
    ("It has more than 12 characters", "product_description"),
    ("It has more than 12 bytes", "brand"),
    ("It has more than 9 bytes", "generic_keyword"),
    *((TERM.format(word=word), name) for word in ("weich", "Haina", "Home", "und", "frei", "Küchentücher")
      for name in ("item_name", "bullet_point", "product_description")),
    ("HTML tags are not allowed", "product_description"),
    ("Invalid characters: '*~'", "bullet_point"),
    ("The allowed maximum is '1' value(s).", "bullet_point"),
    ("The attribute has duplicate values.", "bullet_point"),
    *((NO_PART.format(title=name), name)
      for name in ("item_name", "brand", "scent", "bullet_point", "item_width", "country_of_origin")),
    ("We can't accept the Choice 3 you entered for Item Form.", "item_form"),
    ("The unit 'cm' is not valid.", "item_length"),
    ("'[size]' is required but not supplied.", "size"),
    ("fnord", ""),
]  # fmt: skip
texts = st.lists(
    st.sampled_from(
        ["Haina Home", "weich", "Küchentücher", "50 x 70 cm", "und", "frei", "*", "<b>", "fusselfrei", ",", "綿", "★"]
    ),
    min_size=1,
    max_size=9,
).map(" ".join)
returned = st.lists(
    st.tuples(st.sampled_from(MESSAGES), st.sampled_from(["2026-11-18", "2026-11-21", "2026-11-25"])), max_size=7
)


@pytest.mark.long
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(returned, texts, st.lists(texts, min_size=1, max_size=4), texts, st.randoms(use_true_random=False))
def test_a_mend_leaves_brand_limits_and_schema_better_or_as_they_were(
    found: list[tuple[tuple[str, str], str]], title: str, bullets: list[str], description: str, luck: Any
) -> None:
    before = listed(
        item_name=[say(title)], bullet_point=[say(text) for text in bullets], product_description=[say(description)],
        scent=[say("Lavendel")], item_form=[{"value": "Choice 3", "marketplace_id": MARKET}],
        item_length=[{"value": 70, "unit": "cm", "marketplace_id": MARKET}],
    )  # fmt: skip
    untouched = deepcopy(before)
    issues = [issue(message, attribute, day=day) for (message, attribute), day in found]
    listings, schemas = pd.DataFrame([before]), {"KITCHEN_TOWEL": COMPILED}
    back = read_back(frame(*issues), listings, RULES, schemas, ListingPolicy(), AS_OF)
    after, rows = spell(back)
    assert before == untouched
    problems = [check_listing(schemas, one, ListingPolicy())["severity"] for one in (listings, back.listings)]
    assert len(problems[1]) <= len(problems[0])
    assert (problems[1] == "error").sum() <= (problems[0] == "error").sum()
    assert values(after, "brand") == [BRAND]
    assert (after["title"], after["bullets"]) == (values(after, "item_name")[0], values(after, "bullet_point"))
    assert after["description"] == values(after, "product_description")[0]
    assert count_bytes(after["title"]) <= count_bytes(title)
    assert BRAND in after["title"] or BRAND not in title
    assert set(after["attributes"]) >= set(before["attributes"]) - {"scent", "item_form"}
    mended = [row for row in rows if row["state"] == "mended" and row["rule"] in ("bytes", "characters")]
    for row in mended:
        limit = next(int(word) for word in row["message"].split() if word.isdigit())
        measure = count_bytes if row["rule"] == "bytes" else len
        assert all(measure(text) <= limit for text in values(after, row["attribute"]))

    shuffled = list(issues)
    luck.shuffle(shuffled)
    other = read_back(frame(*shuffled), listings, RULES, schemas, ListingPolicy(), AS_OF)
    pd.testing.assert_frame_equal(back.issues, other.issues)
    pd.testing.assert_frame_equal(back.listings, other.listings)
    again = read_back(frame(*issues), back.listings, RULES, schemas, ListingPolicy(), AS_OF)
    pd.testing.assert_frame_equal(back.listings, again.listings)
    assert back.issues["state"].tolist() == again.issues["state"].tolist()


def test_composed_listings_of_all_countries_are_mended_by_their_own_report() -> None:
    markets, rules = (
        pd.read_csv(ASSETS / name, keep_default_na=False) for name in ("markets.csv", "text_rules.csv")
    )  # fmt: skip
    record = {
        "sku": "A", "product_type": "TOWEL", "brand": "Nordhaus", "title": "Nordhaus Soft White Kitchen Towels",
        "bullets": ["Quick drying", "Wash at 60 °C"], "description": "Quick drying", "search_terms": ["tea towels"],
        "attributes": {"item_length": 70},
    }  # fmt: skip
    composed = compose_listings(
        pd.DataFrame([record]), markets, rules, GlossaryEngine(), ListingPolicy(), AS_OF
    )  # fmt: skip
    one = issue(TOO_LONG.format(limit=30), "item_name", country="DE")
    back = read_back(frame(one), composed, RULES, {}, ListingPolicy(), AS_OF)
    assert list(back.listings.columns) == list(composed.columns)
    titles = dict(zip(back.listings["country"], back.listings["title"], strict=True))
    before = dict(zip(composed["country"], composed["title"], strict=True))
    assert titles["DE"].startswith("Nordhaus ")
    assert count_bytes(titles.pop("DE")) <= 30 < count_bytes(before.pop("DE"))
    assert titles == before
