"""What holds for every set of documents, products and days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.compliance import check_products, judge_gate
from skills.compliance.evidence import EVIDENCE_COLUMNS, STATUSES
from skills.compliance.policy import CompliancePolicy
from skills.compliance.rules import PASS, SEVERITY, RuleBook

POLICY = CompliancePolicy()
DAY = date(2026, 11, 24)
COUNTRIES = ["DE", "US"]
RULES = ("eu_azo", "eu_vat", "eu_toy", "eu_biocide", "eu_prohibited", "us_uflpa_yarn", "us_efiling", "us_efiling_ftz",
         "us_biocide", "us_rn")  # fmt: skip
KINDS = ("azo_test_report", "vat_number", "oss_registration", "toy_declaration", "opinion_biocide", "uflpa_yarn",
         "cpsc_efiling_data", "epa_registration", "rn_number")  # fmt: skip

DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1)).map(date.isoformat)
DOCUMENTS = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["A", "B", "*"]),
        "country": st.sampled_from(["DE", "US", "EU", "*"]),
        "kind": st.sampled_from(KINDS),
        "document": st.sampled_from(["", "paper.pdf"]),
        "number": st.sampled_from(["", "N1"]),
        "issued_on": st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(date.isoformat) | st.just(""),
        "expires": DAYS | st.just(""),
        "status": st.sampled_from(STATUSES),
    }
)
RECORDS = st.fixed_dictionaries(
    {
        "product_type": st.sampled_from(["", "TOWEL", "TOY"]),
        "title": st.sampled_from(["", "Dishcloth", "Toy bear", "Antibacterial cloth", "Vape", "玩具"]),
        "bullets": st.just([]),
        "description": st.text(max_size=20),
        "search_terms": st.just([]),
        "attributes": st.just({}),
        "origin": st.sampled_from(["", "CN", "VN"]),
        "materials": st.sampled_from([[], [("cotton", 100)], [("steel", 100)], [("steel", 50)]]),
        "age_from_months": st.sampled_from([None, 6, 216]),
        "has_battery": st.sampled_from([None, True, False]),
        "touches_food": st.sampled_from([None, True, False]),
        "plug": st.sampled_from(["", "F"]),
    }
)
PAIRS = st.tuples(RECORDS, RECORDS).map(lambda pair: pd.DataFrame([{"sku": "A"} | pair[0], {"sku": "B"} | pair[1]]))

quick = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def few(shipped: RuleBook) -> RuleBook:
    """Ten of the rules that ship, of every kind of answer."""
    return RuleBook(shipped.rules[shipped.rules["id"].isin(RULES)], shipped.words, shipped.kinds)


def frame(documents: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(documents, columns=list(EVIDENCE_COLUMNS))


def answer(records: pd.DataFrame, documents: list[Any], book: RuleBook, day: date = DAY) -> pd.DataFrame:
    return check_products(records, frame(documents), COUNTRIES, book, POLICY, day)


@quick
@given(records=PAIRS, documents=st.lists(DOCUMENTS, max_size=6))
def test_the_gate_never_passes_what_lacks_mandatory_evidence(
    records: pd.DataFrame, documents: list[Any], few: RuleBook
) -> None:
    """Recomputed from the tables in another way: a product passes only if it is out of the rule or a row counts."""
    rules = few.rules.set_index("id")
    kinds = few.kinds.set_index("kind")
    checks = answer(records, documents, few)
    gate = judge_gate(checks).set_index(["sku", "country"])
    for row in checks.to_dict("records"):
        if row["applies"] == "no" or not row["in_force"] or rules.loc[row["rule"], "mandatory"] == "no":
            continue
        counting = [
            document
            for document in documents
            if document["kind"] in str(rules.loc[row["rule"], "evidence"]).split()
            and document["status"] == "complete"
            and document["sku"] in (row["sku"], *(["*"] if kinds.loc[document["kind"], "of"] == "company" else []))
            and (
                document["country"] == row["country"]
                or (
                    kinds.loc[document["kind"], "per_country"] == "no"
                    and document["country"] in ("*", *(["EU"] if row["country"] == "DE" else []))
                )
            )
            and all(document[name] for name in str(kinds.loc[document["kind"], "needs"]).split())
            and (document["expires"] == "" or document["expires"] >= DAY.isoformat())
        ]
        assert (row["answer"] == PASS) == (row["applies"] == "yes" and bool(counting)), row
        if row["answer"] != PASS:
            assert not gate.loc[(row["sku"], row["country"]), "open"]


@quick
@given(records=PAIRS, documents=st.lists(DOCUMENTS, max_size=4), more=DOCUMENTS)
def test_adding_evidence_never_worsens_an_answer(
    records: pd.DataFrame, documents: list[Any], more: Any, few: RuleBook
) -> None:
    before, after = (answer(records, held, few)["answer"].map(SEVERITY) for held in (documents, [*documents, more]))
    assert (after <= before).all()


@quick
@given(records=PAIRS, documents=st.lists(DOCUMENTS, max_size=5), days=st.integers(1, 900))
def test_a_later_day_never_improves_an_answer(
    records: pd.DataFrame, documents: list[Any], days: int, few: RuleBook
) -> None:
    """All documents are dated before the first day, so that time only takes from them, and adds rules."""
    before = answer(records, documents, few).set_index(["sku", "country", "rule"])["answer"].map(SEVERITY)
    later = answer(records, documents, few, DAY + timedelta(days=days))
    after = later.set_index(["sku", "country", "rule"])["answer"].map(SEVERITY)
    assert set(before.index) <= set(after.index)
    assert (after.loc[before.index] >= before).all()


@quick
@given(records=PAIRS, documents=st.lists(DOCUMENTS, max_size=5), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_products_change_nothing(
    records: pd.DataFrame, documents: list[Any], shuffle: Any, few: RuleBook
) -> None:
    expected = answer(records, documents, few)
    mixed = list(documents)
    shuffle.shuffle(mixed)
    turned = RuleBook(few.rules.iloc[::-1], few.words.iloc[::-1], few.kinds.iloc[::-1])
    pd.testing.assert_frame_equal(answer(records.iloc[::-1], mixed, turned), expected)
    names = {"A": "Übung 1", "B": "Ümlaut 2"}
    renamed = records.assign(sku=records["sku"].map(names))
    called = [document | {"sku": names.get(document["sku"], document["sku"])} for document in documents]
    found = answer(renamed, called, few)
    pd.testing.assert_frame_equal(found.drop(columns="sku"), expected.drop(columns="sku"))


@quick
@given(records=PAIRS, documents=st.lists(DOCUMENTS, max_size=5))
def test_the_inputs_are_left_as_they_were(records: pd.DataFrame, documents: list[Any], few: RuleBook) -> None:
    held, copied = frame(documents), frame(documents)
    check_products(records, held, COUNTRIES, few, POLICY, DAY)
    pd.testing.assert_frame_equal(held, copied)
