"""The table of issues: what it knows, what it refuses, and that its words are there in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from skills.listing.issue_mends import ACTIONS
from skills.listing.issue_rules import RULE_COLUMNS, UnusableIssueRules, find_rule, read_issue_rules
from skills.vocabulary import MissingColumns

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
RULES = pd.read_csv(ASSETS / "issue_rules.csv", dtype="str", keep_default_na=False)
AS_OF = date(2026, 11, 30)
NO_PART = (
    "You submitted an attribute Item Type Name that does not belong or is no longer applicable to the product type "
    "you were trying to list."
)

OFFICIAL = [
    ("90220", "'[batteries_required]' is required but not supplied.", "required"),
    ("90220", "'size' is required but not supplied.", "required"),
    (
        "99022",
        "The field '\"prices\"' for the attribute 'purchasable_offer.our_price' does not have enough values. The "
        "required minimum is '1' value(s).",
        "too_few",
    ),
    (
        "18448",
        "Attributes tagged as relevant_attributes are incomplete. Provide values for the following attribute(s): "
        "item_weight, theme, item_dimensions, item_diameter",
        "incomplete",
    ),
    (
        "18027",
        "We believe the main image has text, logo, graphic or watermark which is not permitted for this product "
        "type. Please submit a compliant image to lift the suppression. Also refer to Product image requirements.",
        "image_text",
    ),
    (
        "99300",
        "Product Detail Page Rules Violation (Inaccurate information on product detail page).",
        "detail_page",
    ),
    (
        "18155",
        "The 'minimum price' is greater than the selling price (excluding shipping) for the listing. Review and "
        "update your price and/or minimum price.",
        "price_minimum",
    ),
    ("18742", "Restricted Products Policy Violation", "restricted"),
    ("90000900", "The attributes are invalid.", "attributes_invalid"),
]


@pytest.mark.parametrize(("code", "message", "rule"), OFFICIAL)
def test_every_issue_of_the_official_examples_is_explained(code: str, message: str, rule: str) -> None:
    found, _ = find_rule(read_issue_rules(RULES, AS_OF), code, message)
    assert found is not None
    assert (found.id, found.action, found.texts["confidence"]) == (rule, "", "primary")
    assert all(found.texts.values())


QUOTED = [
    ("90220", "'Required Assembly' is required but missing.", "required"),
    ("90244", "We can't accept the Color you entered for Variation Theme Name.", "not_accepted"),
    ("90000900", NO_PART, "not_an_attribute"),
    ("4000001", "The provided value for 'Hazmat' is invalid.", "value_invalid"),
    ("8015", "The data you provided for an attribute is invalid. Please refer to …", "value_invalid"),
    ("90004114", "Value for ''0'' is lesser than the required minimum ''[number_of_boxes]''.", "too_small"),
    ("8541", "The SKU data provided conflicts with the Amazon catalog.", "catalogue_conflict"),
    ("8560", "SKU X, Missing Attributes standard_product_id. SKU X doesn't match any ASINs.", "no_match"),
    (
        "8566",
        "SKU does not match any ASIN and the product data provided is not eligible for ASIN creation. Please check "
        "1) your UPC/EAN/GTIN is registered in the G1 tool or 2) ensure brand name used to list the product is the "
        "exact brand name or affiliated with the UPC/EAN/GTIN.",
        "not_eligible",
    ),
    ("8572", "You are using UPCs, EANs, ISBNs, ASINs, or JAN codes that do not match the products you are trying to "
     "list. Using incorrect UPCs is prohibited.", "wrong_number"),
    ("", "Your bar code 04545944574867 is already linked to product B0H8SYL36V.", "number_taken"),
    ("5461", "You may not create new ASINs for this brand.", "no_new_products"),
    ("5461", "Você não pode criar ASINs para esta marca", "no_new_products"),
    ("", "We have temporarily removed your ability to submit listings (creating new offers or new ASINs).",
     "listing_limit"),
    ("13013", "Your offer to the SKU cannot be added because the product is not in the catalogue.", "no_offer"),
    ("", "We are reviewing this listing. Please allow up to 48 hours for this process to complete.", "under_review"),
    ("8007", "We cannot recognize your parent SKU: [X].", "variation"),
    ("", "Value '10.' for attribute 'X' has too few decimal places.", "decimals"),
    ("", "This ASIN is potentially a duplicate of another ASIN.", "duplicate_product"),
    ("", "You need approval to list in this category.", "approval"),
    ("", "Your price is inactive due to a potential high pricing error.", "price_error"),
    ("", "Missing offer", "missing_offer"),
    ("5665", "The brand name you entered has not been approved by Amazon.", "brand"),
    ("", "The main image must have a white background.", "image"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "rule"), QUOTED)
def test_what_sellers_quote_is_explained_by_its_own_rule(code: str, message: str, rule: str) -> None:
    found, _ = find_rule(read_issue_rules(RULES, AS_OF), code, message)
    assert found is not None
    assert found.id == rule


def make_rules(**other: str) -> pd.DataFrame:
    return pd.DataFrame([dict(RULES.iloc[0]) | other])


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"pattern": "(unclosed"}, "pattern"),
        ({"action": "cross_fingers"}, "action"),
        ({"action": "cut_bytes", "pattern": "too long"}, "pattern"),
        ({"pattern": "", "codes": ""}, "codes"),
        ({"effective_from": "last week"}, "effective_from"),
        ({"rule": ""}, "rule"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_its_line(wrong: dict[str, str], column: str) -> None:
    rules = pd.concat([make_rules(rule="first"), make_rules(**wrong)])
    with pytest.raises(UnusableIssueRules, match=f"line 3, {column}:"):
        read_issue_rules(rules, AS_OF)


def test_the_same_rule_twice_and_a_lost_column_are_refused() -> None:
    with pytest.raises(UnusableIssueRules, match="line 3, rule: 'required'"):
        read_issue_rules(pd.concat([make_rules(), make_rules()]), AS_OF)
    with pytest.raises(MissingColumns, match="remedy_zh"):
        read_issue_rules(RULES.drop(columns="remedy_zh"), AS_OF)


def test_a_rule_counts_from_its_day_on() -> None:
    assert read_issue_rules(make_rules(effective_from="2026-12-01"), AS_OF) == []


def test_every_rule_of_the_table_has_a_source_a_day_and_words_in_both_languages() -> None:
    named = ["cause", "cause_zh", "remedy", "remedy_zh", "source", "effective_from", "retrieved_on", "confidence"]
    assert list(RULES.columns) == list(RULE_COLUMNS)
    assert (RULES[named] != "").all(axis=None)
    assert set(RULES["confidence"]) == {"primary", "secondary", "unverified"}
    assert RULES.loc[RULES["confidence"] == "primary", "source"].str.contains("official example").all()
    assert set(RULES["action"]) - {""} == set(ACTIONS)
