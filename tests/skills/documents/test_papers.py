"""Which papers there are, what stands on them, and that they tie out."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pandas as pd
import pytest
from consignment import AS_OF, describe_header, expect, pack, prepare, read_fact_table
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.documents import check_papers, list_papers, prepare_papers
from skills.documents.facts import IncompletePapers
from skills.documents.plan import UnknownCustomsMode
from skills.documents.policy import PapersPolicy
from skills.documents.verify import PapersDisagree
from skills.vocabulary import MissingColumns
from tasks.documents import read_paper_rules

MODES = ("0110", "1039", "1210", "9610", "9710", "9810")
RULES = read_paper_rules()


def codes(prepared: dict[str, Any]) -> list[str]:
    return [code for code in prepared if code not in ("gaps", "gaps_where")]


@pytest.mark.parametrize("mode", MODES)
def test_every_customs_mode_has_papers_for_both_sides_that_tie_out(mode: str) -> None:
    prepared = prepare([2, 1, 3], customs_mode=mode, sold_for_export=mode != "9810")
    sides = {prepared[code]["side"] for code in codes(prepared)}
    assert sides == {"China's customs", "country of import", "forwarder", "warehouse"}
    verdict = check_papers(prepared, expect([2, 1, 3]))
    assert verdict["paper"].tolist() == codes(prepared)
    assert verdict.loc[0, "value_minor"] == expect([2, 1, 3])["value_minor"]


@pytest.mark.parametrize("mode", MODES)
def test_the_real_principal_stands_on_every_paper(mode: str) -> None:
    prepared = prepare([1], customs_mode=mode)
    for code in codes(prepared):
        blocks = dict(prepared[code]["parties"])
        assert blocks["real principal"][0] == ["", "Haina Home Textiles Co., Ltd. (generated)"], code


def test_an_unknown_customs_mode_is_refused_with_those_that_hold() -> None:
    with pytest.raises(UnknownCustomsMode, match="0110, 1039, 1210, 9610, 9710, 9810"):
        list_papers("US", "9999", False, RULES, AS_OF)
    with pytest.raises(UnknownCustomsMode, match="Expected one of 0110, 1039, 1210, 9610"):
        list_papers("US", "9810", False, RULES, date(2019, 6, 1))


def test_rebate_on_departure_holds_for_overseas_warehouses_from_its_first_day() -> None:
    before = list_papers("US", "9810", False, RULES, date(2025, 1, 26))
    since = list_papers("US", "9810", False, RULES, date(2025, 1, 27))
    assert before.loc[0, "rebate"] == "VAT rebate once the goods are sold abroad"
    assert since.loc[0, "rebate"] == "VAT rebate on departure, settled after the sale"
    assert "settlement_record" not in set(before["paper"])
    assert "settlement_record" in set(since["paper"])


def test_under_a_tax_included_price_the_summary_of_codes_goes_to_the_forwarder() -> None:
    own, included = (
        list_papers("US", "9810", included, RULES, AS_OF).set_index("paper")["side"] for included in (False, True)
    )
    assert (own["hs_summary"], included["hs_summary"]) == ("country of import", "forwarder")


def test_every_rule_has_a_source_and_only_read_ones_are_secondary() -> None:
    assert RULES["source"].str.len().min() > 10
    assert set(RULES["confidence"]) == {"secondary", "unverified"}
    read = RULES["source"].str.contains("guide|announcement 2025 No. 3, in translation")
    assert (read == (RULES["confidence"] == "secondary")).all()


def test_own_stock_gets_a_pro_forma_with_its_valuation_method_and_a_sale_a_commercial_invoice() -> None:
    own, sold = prepare([1]), prepare([1], sold_for_export=True)
    assert own["commercial_invoice"]["title"] == "Pro-forma invoice for customs purposes"
    assert ["Valuation method", "fall-back value"] in own["commercial_invoice"]["fields"]
    assert any("No sale" in note for note in own["commercial_invoice"]["notes"])
    assert sold["commercial_invoice"]["title"] == "Commercial invoice"
    assert not any("No sale" in note for note in sold["commercial_invoice"]["notes"])


def test_own_stock_under_general_trade_asks_what_stands_in_for_the_contract() -> None:
    own = prepare([1], customs_mode="0110")
    sold = prepare([1], customs_mode="0110", sold_for_export=True)
    asked = "Own stock without a sale: ask a broker what stands in for the sales contract."
    assert asked in own["gaps"]
    assert asked not in sold["gaps"]


def test_goods_valued_by_different_methods_say_so_line_by_line() -> None:
    lines, boxes = pack([1, 1])
    lines.loc[1, "customs_method"] = ""
    prepared = prepare([1, 1], lines, boxes)
    rows = prepared["commercial_invoice"]["rows"]
    assert [row["customs_method"] for row in rows] == ["fall-back value", "to be completed"]
    assert prepared["gaps_where"]["Customs-value methods are to be chosen with the broker."] == [lines.loc[1, "sku"]]


@pytest.mark.parametrize("fact", ["units", "net_g", "gross_g", "value_minor"])
def test_a_line_without_units_weight_or_value_is_refused_by_name(fact: str) -> None:
    lines, boxes = pack([1, 1])
    lines[fact] = lines[fact].astype("float64")
    lines.loc[1, fact] = float("nan")
    with pytest.raises(IncompletePapers, match=f"HN-DC102 {fact}"):
        prepare([1, 1], lines, boxes)


@pytest.mark.parametrize("role", ["principal", "importer_of_record"])
def test_without_its_principal_or_importer_there_is_no_paper(role: str) -> None:
    lines, boxes = pack([1])
    parties = read_fact_table("parties")
    papers = list_papers("US", "9810", False, RULES, AS_OF)
    with pytest.raises(IncompletePapers, match=role):
        prepare_papers(describe_header(), lines, boxes, parties[parties["role"] != role], papers, AS_OF)


def test_a_party_of_the_country_goes_before_that_of_all_countries() -> None:
    lines, boxes = pack([1])
    parties = read_fact_table("parties")
    general = parties[parties["role"] == "importer_of_record"].head(1).assign(country="*", name="Anybody")
    papers = list_papers("US", "9810", False, RULES, AS_OF)
    for both in (pd.concat([parties, general]), pd.concat([general, parties])):
        prepared = prepare_papers(describe_header(), lines, boxes, both, papers, AS_OF)
        assert "Anybody" not in str(prepared["commercial_invoice"]["parties"])


def test_what_is_missing_is_printed_to_be_completed_and_listed_with_its_place() -> None:
    lines, boxes = pack([1, 1])
    lines.loc[0, ["hs_code", "composition", "origin"]] = ""
    prepared = prepare([1, 1], lines, boxes, invoice_number="", containers=[], named_place="")
    assert ["Invoice number", "to be completed"] in prepared["packing_list"]["fields"]
    assert prepared["commercial_invoice"]["rows"][0]["hs_code"] == "to be completed"
    assert prepared["hs_summary"]["rows"][0]["flag"] == "ask a broker"
    assert prepared["carton_labels"]["rows"][0]["origin"] == "to be completed"
    assert set(prepared["gaps"]) >= {
        "The invoice number is to be completed.",
        "Container and seal numbers are to be completed after loading.",
        "The named place of the incoterm is to be completed.",
    }
    assert prepared["gaps_where"]["HS codes are to be completed: choose them with the broker."] == ["HN-DC101"]


@pytest.mark.parametrize("mode", MODES)
def test_whatever_is_printed_to_be_completed_is_listed_paper_by_paper(mode: str) -> None:
    prepared = prepare([1], customs_mode=mode, sold_for_export=True)
    open_facts = {
        name
        for code in codes(prepared)
        for name, value in [
            *prepared[code]["fields"],
            *(pair for row in prepared[code]["rows"] for pair in row.items()),
        ]
        if value == "to be completed"
    }
    sentences = {
        "Contract number": "contract number", "Terms of payment": "terms of payment", "Insurance": "insures",
        "Proof of the warehouse: lease, booking or ownership": "proof of the overseas warehouse",
        "market": "Market, stall", "bought_on": "day of purchase", "order": "Order or parcel", "brand": "Brand",
        "preference": "preference",
    }  # fmt: skip
    assert open_facts
    for fact in open_facts:
        assert any(sentences[fact] in gap for gap in prepared["gaps"]), fact


def test_a_code_too_short_for_a_national_tariff_is_flagged_for_the_broker() -> None:
    lines, boxes = pack([1, 1])
    lines["hs_code"] = ["6307102027", "6302.60"]
    flags = [row["flag"] for row in prepare([1, 1], lines, boxes)["hs_summary"]["rows"]]
    assert flags == ["", "ask a broker"]


def test_every_carton_has_a_label_of_its_own() -> None:
    rows = prepare([2, 3])["carton_labels"]["rows"]
    assert [(row["number"], row["of"]) for row in rows] == [(number, 5) for number in range(1, 6)]
    assert [row["barcode"] for row in rows] == [f"SZ-US-SEA-1-000{number}" for number in range(1, 6)]
    assert [row["sku"] for row in rows] == ["HN-DC101"] * 2 + ["HN-DC102"] * 3
    assert {row["origin"] for row in rows} == {"Made in China"}


def test_more_labels_than_the_seller_allows_are_refused() -> None:
    lines, boxes = pack([4])
    papers = list_papers("US", "9810", False, RULES, AS_OF)
    with pytest.raises(IncompletePapers, match="4 carton labels are more than the 3"):
        prepare_papers(
            describe_header(), lines, boxes, read_fact_table("parties"), papers, AS_OF, PapersPolicy(most_labels=3)
        )


def test_a_consignment_in_two_currencies_or_with_other_cartons_is_refused() -> None:
    lines, boxes = pack([1, 1])
    with pytest.raises(IncompletePapers, match="HN-DC102 are not in CNY"):
        prepare([1, 1], lines.assign(currency=["CNY", "USD"]), boxes)
    with pytest.raises(IncompletePapers, match="same SKUs: HN-DC102"):
        prepare([1, 1], lines, boxes.head(1))
    with pytest.raises(IncompletePapers, match="HN-DC101, HN-DC102 is below"):
        prepare([1, 1], lines.assign(net_g=lines["gross_g"] + 1), boxes)
    with pytest.raises(IncompletePapers, match="barcode"):
        prepare([1, 1], lines, boxes, consignment="海运1")
    with pytest.raises(MissingColumns, match="composition"):
        prepare([1, 1], lines.drop(columns="composition"), boxes)


@pytest.mark.parametrize(
    ("paper", "fact"),
    [("commercial_invoice", "value_minor"), ("packing_list", "gross_g"), ("carton_labels", "units"),
     ("hs_summary", "value_minor"), ("warehouse_orders", "cartons")],
)  # fmt: skip
def test_a_paper_that_is_off_by_one_is_named_with_what_was_expected(paper: str, fact: str) -> None:
    prepared = prepare([2, 1])
    expected = expect([2, 1])
    changed = copy.deepcopy(prepared)
    changed[paper]["rows"][0][fact] += 1
    with pytest.raises(PapersDisagree, match=f"{paper} does not tie out: {fact}.*expected {expected[fact]}"):
        check_papers(changed, expected)
    stated = copy.deepcopy(prepared)
    stated[paper]["totals"][fact] -= 1
    with pytest.raises(PapersDisagree, match=f"{fact} is {expected[fact] - 1}"):
        check_papers(stated, expected)


def test_papers_that_differ_from_the_proposal_are_refused() -> None:
    prepared = prepare([2, 1])
    for fact, value in expect([2, 1]).items():
        with pytest.raises(PapersDisagree, match=f"{fact} is {value}, expected {value + 1}"):
            check_papers(prepared, {**expect([2, 1]), fact: value + 1})


def test_a_rounded_unit_value_is_told_and_a_wrong_one_refused() -> None:
    lines, boxes = pack([1])
    lines["value_minor"] += 7
    prepared = prepare([1], lines, boxes)
    assert any("rounded" in note for note in prepared["commercial_invoice"]["notes"])
    expected = {**expect([1]), "value_minor": int(lines["value_minor"].sum())}
    check_papers(prepared, expected)
    lines["unit_value_minor"] += 2
    with pytest.raises(PapersDisagree, match="value_minor HN-DC101"):
        check_papers(prepare([1], lines, boxes), expected)


def test_a_label_that_counts_wrongly_is_refused() -> None:
    prepared = prepare([3])
    prepared["carton_labels"]["rows"][1]["number"] = 3
    with pytest.raises(PapersDisagree, match="carton_labels does not tie out: number"):
        check_papers(prepared, expect([3]))


@settings(max_examples=25, deadline=None)
@given(
    cartons=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    split=st.integers(1, 5),
    mode=st.sampled_from(MODES),
)
def test_whatever_is_shipped_the_papers_tie_out_and_inputs_stay_as_they_were(
    cartons: list[int], split: int, mode: str
) -> None:
    lines, boxes = pack(cartons)
    first = boxes.iloc[[0]]
    if first["count"].iloc[0] > split:
        rest = first.assign(count=first["count"] - split, carton="SECOND")
        boxes = pd.concat([boxes.assign(count=[split, *boxes["count"][1:]]), rest], ignore_index=True)
    before = lines.copy(), boxes.copy()
    prepared = prepare(cartons, lines, boxes, customs_mode=mode)
    verdict = check_papers(prepared, expect(cartons))
    assert verdict["units"].nunique() == 1
    pd.testing.assert_frame_equal(lines, before[0])
    pd.testing.assert_frame_equal(boxes, before[1])
