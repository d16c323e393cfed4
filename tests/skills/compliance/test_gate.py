"""What the shipped rules ask of products, and when a listing may go live."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.compliance import check_products, explain_check, judge_gate, plan
from skills.compliance import evidence as said
from skills.compliance.facts import EU_MEMBERS, UnknownCheck, UnusableEvidence, UnusableRecords
from skills.compliance.names import KIND_NAMES, TOPIC_NAMES
from skills.compliance.policy import CompliancePolicy
from skills.compliance.rules import ASK, BLOCK, EXEMPTION, MISSING, PASS, RuleBook
from skills.vocabulary import MissingColumns

POLICY = CompliancePolicy()
DAY = date(2026, 11, 24)


@pytest.fixture
def check(shipped: RuleBook, recorded: Any, held: Any) -> Any:
    def answer(country: str, rule: str, *documents: Any, as_of: date = DAY, **record: Any) -> dict[str, Any]:
        checks = check_products(recorded(record), held(*documents), [country], shipped, POLICY, as_of)
        [row] = checks[checks["rule"] == rule].to_dict("records")
        return {str(name): value for name, value in row.items()}

    return answer


def say(row: dict[str, Any]) -> str:
    return str(row["reason"].format(**row["values"]))


def full_set(shipped: RuleBook, country: str) -> list[dict[str, Any]]:
    kinds = shipped.kinds.set_index("kind")
    return [
        {
            "kind": kind,
            "sku": "CLOTH" if kinds.loc[kind, "of"] == "product" else "*",
            "country": country if kinds.loc[kind, "per_country"] == "yes" else "*",
        }
        for kind in kinds.index
    ]


@pytest.mark.parametrize("country", ["US", "DE", "FR", "IT", "ES", "GB", "JP", "CA"])
def test_a_dishcloth_with_every_document_may_go_live_and_without_one_may_not(
    country: str, shipped: RuleBook, recorded: Any, held: Any
) -> None:
    everything = full_set(shipped, country)
    checks = check_products(recorded(), held(*everything), [country], shipped, POLICY, DAY)
    [gate] = judge_gate(checks).to_dict("records")
    assert (gate["open"], gate["answer"], gate["missing"]) == (True, PASS, 0)
    assert pd.isna(gate["ready_on"])
    rules = shipped.rules.set_index("id")
    asked = checks[(checks["applies"] == "yes") & checks["in_force"]]
    asked = asked[(rules.loc[asked["rule"], "mandatory"] == "yes").to_numpy()]
    assert len(asked) >= 4
    for rule in asked["rule"]:
        kinds = str(rules.loc[rule, "evidence"]).split()
        less = held(*(document for document in everything if document["kind"] not in kinds))
        [closed] = judge_gate(check_products(recorded(), less, [country], shipped, POLICY, DAY)).to_dict("records")
        assert not closed["open"], rule


def test_cotton_from_china_needs_each_link_from_bale_to_goods(check: Any) -> None:
    links = [{"kind": f"uflpa_{link}"} for link in ("bale", "fabric", "goods")]
    assert check("US", "us_uflpa_bale", *links)["answer"] == PASS
    row = check("US", "us_uflpa_yarn", *links, {"kind": "uflpa_yarn", "status": "incomplete"})
    assert (row["answer"], row["reason"]) == (MISSING, said.NOT_COMPLETE)
    assert check("US", "us_uflpa_yarn", origin="VN")["applies"] == "no"
    assert check("US", "us_uflpa_third", origin="VN")["answer"] == MISSING
    hidden = check("US", "us_uflpa_yarn", materials=[("polyester", 100)])
    assert hidden["answer"] == MISSING, "the title says cotton"


def test_an_unknown_fact_asks_and_never_passes(check: Any) -> None:
    row = check("US", "us_uflpa_yarn", {"kind": "uflpa_yarn"}, origin="")
    assert (row["answer"], say(row)) == (
        ASK, "The origin is not known, and the rule depends on it. Complete the product record."
    )  # fmt: skip
    unnamed: dict[str, Any] = {"title": "Board", "product_type": "BOARD", "bullets": []}
    assert check("DE", "eu_azo", materials=[], **unnamed)["answer"] == ASK
    assert check("DE", "eu_azo", materials=[("steel", 60)], **unnamed)["answer"] == ASK
    assert check("DE", "eu_azo", materials=[("steel", 100)], **unnamed)["applies"] == "no"
    assert check("DE", "eu_azo", materials=[("Baumwolle", 100)], **unnamed)["answer"] == ASK
    assert check("DE", "eu_food_contact", touches_food=None, **unnamed)["answer"] == ASK
    assert check("DE", "eu_battery", has_battery=None)["answer"] == ASK
    assert check("JP", "jp_pse", plug=None)["answer"] == ASK
    assert check("DE", "eu_toy", title="")["answer"] == ASK
    assert check("DE", "eu_toy", language="de", title="Spültuch")["answer"] == ASK
    assert check("US", "us_cpc", age_from_months=None)["answer"] == ASK


def test_a_seller_may_state_that_a_blank_age_means_not_for_children(
    shipped: RuleBook, recorded: Any, held: Any
) -> None:
    stated = CompliancePolicy(blank_age_is_adult=True)
    records = recorded({"age_from_months": None}, {"sku": "KID", "age_from_months": None, "title": "Cloth for kids"})
    checks = check_products(records, held(), ["US"], shipped, stated, DAY).set_index(["sku", "rule"])
    assert checks.loc[("CLOTH", "us_cpc"), "applies"] == "no"
    assert checks.loc[("KID", "us_cpc"), "answer"] == MISSING


def test_a_childrens_product_needs_certificate_tests_label_and_the_filed_data(check: Any) -> None:
    for rule in ("us_cpc", "us_child_lead", "us_child_tracking", "us_efiling"):
        assert check("US", rule, age_from_months=24)["answer"] == MISSING
    before = check("US", "us_efiling", age_from_months=24, as_of=date(2026, 7, 7))
    assert (before["answer"], before["in_force"]) == (PASS, False)
    assert check("US", "us_efiling", age_from_months=24, as_of=date(2026, 7, 8))["answer"] == MISSING


def test_an_expired_certificate_is_missing_evidence_with_its_last_day(check: Any) -> None:
    row = check("DE", "eu_azo", {"expires": "2026-11-23"})
    assert (row["answer"], say(row)) == (
        MISSING, "Test report on azo colourants (N1) ended on 2026-11-23. Have it renewed."
    )  # fmt: skip
    soon = check("DE", "eu_azo", {"expires": "2026-11-24"})
    assert (soon["answer"], soon["reason"]) == (PASS, said.HELD_SOON)
    assert check("DE", "eu_azo", {"expires": ""})["reason"] == said.HELD
    both = check("DE", "eu_azo", {"expires": "2026-11-23"}, {"number": "N2", "expires": pd.Timestamp("2028-01-01")})
    assert say(both) == "Test report on azo colourants (N2) is there until 2028-01-01."


def test_a_document_of_the_future_does_not_count_yet(check: Any) -> None:
    row = check("DE", "eu_azo", {"issued_on": "2026-11-25"})
    assert row["answer"] == MISSING
    assert "is dated 2026-11-25, after 2026-11-24" in say(row)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"status": "withdrawn"}, said.WAS_WITHDRAWN),
        ({"status": ""}, said.NOT_COMPLETE),
        ({"number": ""}, said.LACKS),
        ({"document": " "}, said.LACKS),
        ({"sku": "*"}, said.TOO_WIDE),
        ({"sku": "OTHER"}, said.NONE),
        ({"country": "US"}, said.NONE),
    ],
)
def test_a_document_that_is_not_whole_or_not_of_this_product_does_not_count(
    document: Any, sentence: str, check: Any
) -> None:
    row = check("DE", "eu_azo", document)
    assert (row["answer"], row["reason"]) == (MISSING, sentence)


def test_a_tax_number_belongs_to_its_country_and_tells_its_earliest_day(check: Any) -> None:
    none = check("FR", "eu_vat", {"kind": "vat_number", "sku": "*", "country": "DE"})
    assert (none["answer"], none["ready_on"], none["ready_by"]) == (
        MISSING, pd.Timestamp("2026-12-24"), pd.Timestamp("2027-03-24")
    )  # fmt: skip
    assert check("FR", "eu_vat", {"kind": "vat_number", "sku": "*", "country": "*"})["reason"] == said.TOO_FAR
    applied = {"kind": "vat_number", "sku": "*", "country": "FR", "status": "applied", "issued_on": "2026-11-01"}
    begun = check("FR", "eu_vat", applied)
    assert (begun["answer"], begun["ready_on"]) == (MISSING, pd.Timestamp("2026-12-01"))
    assert check("FR", "eu_vat", {"kind": "oss_registration", "sku": "*", "country": "EU"})["answer"] == PASS


def test_a_country_without_a_rule_book_asks_for_everything(shipped: RuleBook, recorded: Any, held: Any) -> None:
    checks = check_products(recorded(), held(*full_set(shipped, "AU")), ["AU"], shipped, POLICY, DAY)
    [row] = checks.to_dict("records")
    assert (row["rule"], row["answer"], row["reason"]) == ("", ASK, plan.NO_RULE_BOOK)
    [gate] = judge_gate(checks).to_dict("records")
    assert (gate["open"], gate["answer"], gate["asks"]) == (False, ASK, 1)
    early = check_products(recorded(), held(), ["US"], shipped, POLICY, date(1929, 1, 1))
    assert list(early["reason"]) == [plan.NO_RULE_BOOK]


def test_a_member_state_whose_own_rules_were_not_read_asks(check: Any) -> None:
    for country in set(EU_MEMBERS) - {"DE", "FR", "IT", "ES"}:
        assert check(country, "eu_national_unread")["answer"] == ASK


def test_a_rule_that_begins_within_the_listings_life_is_stated(check: Any) -> None:
    row = check("DE", "eu_forest", title="Acacia wood board", product_type="CUTTING_BOARD")
    assert (row["answer"], row["in_force"]) == (PASS, False)
    assert say(row).startswith("From 2026-12-30 on this rule applies; Due diligence statement")
    ended = {"kind": "deforestation_statement", "expires": "2026-12-29"}
    assert check("DE", "eu_forest", ended, title="wood board")["reason"] == plan.COMING_WITHOUT
    assert check("DE", "eu_forest", ended | {"expires": ""}, title="wood board")["reason"] == plan.COMING_HELD
    late = check("DE", "eu_forest", title="wood board", as_of=date(2026, 12, 30))
    assert (late["answer"], late["in_force"]) == (MISSING, True)


def test_what_must_not_be_listed_blocks_whatever_is_held(shipped: RuleBook, recorded: Any, held: Any) -> None:
    records = recorded({"title": "Brass knuckles"})
    for country in ("US", "DE", "GB", "JP", "CA"):
        checks = check_products(records, held(*full_set(shipped, country)), [country], shipped, POLICY, DAY)
        assert judge_gate(checks)["answer"].tolist() == [BLOCK]


def test_a_written_statement_answers_one_rule_that_a_word_called_for_in_vain(check: Any) -> None:
    statement = {"kind": EXEMPTION, "number": "us_cpc", "country": "US", "expires": ""}
    assert check("US", "us_cpc", title="Toy for dogs")["answer"] == MISSING
    assert check("US", "us_cpc", statement, title="Toy for dogs")["answer"] == PASS
    assert check("US", "us_child_lead", statement, title="Toy for dogs")["answer"] == MISSING
    assert check("US", "us_cpc", statement | {"sku": "*"}, title="Toy for dogs")["answer"] == MISSING
    assert check("US", "us_cpc", statement | {"document": ""}, title="Toy for dogs")["answer"] == MISSING
    weapon = statement | {"number": "us_prohibited"}
    assert check("US", "us_prohibited", weapon, title="Taser")["answer"] == BLOCK


def test_claims_to_heal_or_to_kill_germs_are_found_in_both_languages(check: Any) -> None:
    assert check("DE", "eu_medical", bullets=["Relieves pain of arthritis"])["answer"] == ASK
    assert check("US", "us_biocide", description="抗菌洗碗布")["answer"] == BLOCK
    assert check("US", "us_biocide", attributes={"special_feature": ["antibacterial"]})["answer"] == BLOCK
    assert check("DE", "eu_medical", title="Mantle")["answer"] == PASS


def test_electric_and_battery_products_meet_their_rules(check: Any) -> None:
    lamp: dict[str, Any] = {"title": "Desk light", "product_type": "LAMP", "materials": [("steel", 100)]}
    assert check("DE", "de_weee", plug="F", **lamp)["answer"] == MISSING
    assert check("DE", "de_weee", attributes={"wattage": 9}, **lamp)["answer"] == MISSING
    assert check("DE", "de_weee", **lamp)["applies"] == "no"
    assert check("DE", "eu_hazmat", has_battery="yes", **lamp)["answer"] == MISSING
    assert check("GB", "gb_ukca_electric", {"kind": "ce_declaration"}, plug="G", **lamp)["answer"] == PASS


def test_the_steps_of_an_answer_name_requirement_facts_and_documents(
    shipped: RuleBook, recorded: Any, held: Any
) -> None:
    documents = held({"kind": "uflpa_yarn", "status": "incomplete"})
    steps = explain_check(recorded(), documents, shipped, POLICY, DAY, "CLOTH", "US", "us_uflpa_yarn")
    assert steps["step"].tolist() == list(range(1, len(steps) + 1))
    assert [note for note in steps["note"] if note.startswith("(")] == [
        "(1) material cotton", "(1) word cotton", "(2) origin CN"
    ]  # fmt: skip
    assert steps.loc[steps["label"] == "Answer", "value"].tolist() == [MISSING]
    assert (steps["label"] == said.NOT_COMPLETE).sum() == 2
    exempt = held({"kind": EXEMPTION, "number": "us_uflpa_yarn", "country": "US"})
    said_again = explain_check(recorded(), exempt, shipped, POLICY, DAY, "CLOTH", "US", "us_uflpa_yarn")
    assert said_again.loc[said_again["label"] == "Answer", "value"].tolist() == [PASS]
    assert steps["value"].iloc[-1] == "2026-12-24 / 2027-02-22"
    with pytest.raises(UnknownCheck, match="No rule us_fire was checked in US"):
        explain_check(recorded(), documents, shipped, POLICY, DAY, "CLOTH", "US", "us_fire")
    with pytest.raises(UnknownCheck, match="No product MAT"):
        explain_check(recorded(), documents, shipped, POLICY, DAY, "MAT", "US", "us_fibre")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"materials": "cotton"}, "materials is cotton. Expected materials"),
        ({"materials": [("cotton", "much")]}, "materials is much"),
        ({"materials": [("cotton", -5)]}, "materials is -5"),
        ({"age_from_months": "teen"}, "age_from_months is teen"),
        ({"origin": "China"}, "origin is China. Expected a country code"),
        ({"has_battery": "maybe"}, "has_battery is maybe. Expected yes, no or blank"),
        ({"attributes": ["blue"]}, "attributes is"),
    ],
)
def test_a_cell_that_is_no_fact_is_refused_by_product_and_column(
    record: Any, message: str, shipped: RuleBook, recorded: Any, held: Any
) -> None:
    with pytest.raises(UnusableRecords, match=f"Product CLOTH: {message}"):
        check_products(recorded(record), held(), ["US"], shipped, POLICY, DAY)


def test_two_records_of_a_product_and_missing_columns_are_refused(
    shipped: RuleBook, recorded: Any, held: Any
) -> None:
    with pytest.raises(UnusableRecords, match="Several product records for CLOTH"):
        check_products(recorded({}, {}), held(), ["US"], shipped, POLICY, DAY)
    with pytest.raises(MissingColumns, match="records lacks the columns origin"):
        check_products(recorded().drop(columns="origin"), held(), ["US"], shipped, POLICY, DAY)
    with pytest.raises(MissingColumns, match="evidence lacks the columns status"):
        check_products(recorded(), held().drop(columns="status"), ["US"], shipped, POLICY, DAY)


@pytest.mark.parametrize(
    "document", [{"expires": "31.12.2027"}, {"status": "fine"}, {"issued_on": "2026-02-01", "expires": "2026-01-01"}]
)
def test_a_document_that_cannot_be_dated_is_refused_by_row(
    document: Any, shipped: RuleBook, recorded: Any, held: Any
) -> None:
    with pytest.raises(UnusableEvidence, match=r"CLOTH · \* · azo_test_report · N1"):
        check_products(recorded(), held(document), ["US"], shipped, POLICY, DAY)


def test_no_products_give_no_checks_and_no_gate(shipped: RuleBook, recorded: Any, held: Any) -> None:
    checks = check_products(recorded().iloc[:0], held(), ["US"], shipped, POLICY, DAY)
    assert list(checks.columns) == list(plan.CHECKS)
    assert judge_gate(checks).empty


def test_every_kind_and_topic_that_ships_has_a_name_for_readers(shipped: RuleBook) -> None:
    assert {*shipped.kinds["kind"], EXEMPTION} == set(KIND_NAMES)
    assert set(shipped.rules["topic"]) == set(TOPIC_NAMES)
