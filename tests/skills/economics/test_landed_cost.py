"""Landed cost: what is charged, what is not, what is refused, and that both bookings agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.economics.exact import book_exactly, split_amount
from skills.economics.facts import DutyInPrice, UnservedLane, UnstatedCustomsValue, UnusableCost
from skills.economics.fast import AmountTooLarge, book_quickly
from skills.economics.policy import EconomicsPolicy
from skills.economics.sheet import ENTRY_COMPONENTS, FIRST_DUTY, FX, CostSheet, list_line_components
from skills.rates import MissingRate, RateBook, UnverifiedRate
from skills.vocabulary import MissingColumns

AS_OF = date(2026, 9, 1)


def amounts(landed: pd.DataFrame, entry: str) -> dict[str, int]:
    rows = landed[landed["entry"] == entry]
    return dict(zip(rows["component"], rows["amount_minor"], strict=True))


def test_a_share_of_tooling_states_what_a_unit_pays_in_minor_units(facts: Any) -> None:
    facts.products["tooling_minor"], facts.products["tooling_units"] = 350_000, 5_216
    landed = facts.land()
    (row,) = landed[(landed["entry"] == "E1") & (landed["component"] == "tooling_share")].to_dict("records")
    assert row["rate"] == "67.101" and row["amount_minor"] == 1_000 * 67.101
    assert set(landed.loc[landed["component"] == "ex_works", "rate"]) == {"2500"}


def test_a_sea_entry_is_charged_layer_by_layer(facts: Any) -> None:
    sea = amounts(facts.land(), "E1")
    assert sea["ex_works"] == 2_500_000
    assert sea["tooling_share"] == 50_000
    assert sea["freight"] == 300 * 950, "300 kg, more than the volume of 200 kg"
    assert sea["duty"] == 36_000 * 7.2
    assert sea["duty_301"] == 30_000 * 7.2, "on the customs value, not on the duty"
    assert sea["hmf"] == 500 * 7.2
    assert sea["mpf"] == round(3358 * 7.2), "13.86 USD is below the minimum per entry"
    assert sea["export_rebate"] == -325_000


def test_every_charge_carries_its_rate_its_date_and_its_source(facts: Any) -> None:
    landed = facts.land()
    charged = landed[landed["amount_minor"] != 0]
    assert (charged[["rate", "rate_from", "source", "basis"]] != "").all(axis=None)
    assert landed["amount_minor"].dtype == "int64"


def test_harbor_maintenance_is_charged_on_ocean_only(facts: Any) -> None:
    assert amounts(facts.land(), "E2")["hmf"] == 0


def test_import_vat_is_cash_for_a_registered_importer_and_cost_for_others(facts: Any) -> None:
    landed = facts.land()
    vat = landed[(landed["component"] == "import_vat") & (landed["entry"] == "E3")].iloc[0]
    assert vat["treatment"] == "cash later" and not vat["in_cost"]
    assert vat["cash_on"] == pd.Timestamp("2026-11-04")
    bare = facts.but(registrations=pd.DataFrame({"country": []})).land()
    assert bare[(bare["component"] == "import_vat") & (bare["entry"] == "E3")]["in_cost"].all()
    assert vat["amount_minor"] == 8 * round((400_000 + 48_000) * 0.19)


def test_tax_included_freight_is_charged_no_duty_and_asking_again_is_refused(facts: Any) -> None:
    ddp = amounts(facts.land(), "E4")
    assert {ddp[name] for name in ("duty", "import_vat", "mpf", "hmf", "brokerage", "bond_isf")} == {0}
    with pytest.raises(DutyInPrice, match="Expected it once"):
        facts.but(lines=facts.lines.assign(charge_duty=True)).land()


def test_no_rebate_without_a_special_vat_invoice_and_its_clock_starts_at_departure(facts: Any) -> None:
    assert amounts(facts.but(products=facts.products.assign(special_vat_invoice=False)).land(), "E1")[
        "export_rebate"
    ] == 0  # fmt: skip
    rebate = facts.land().query("component == 'export_rebate'")
    assert set(rebate["cash_on"]) == {pd.Timestamp("2026-12-04")}


@pytest.mark.parametrize(
    ("table", "column", "value", "refusal"),
    [
        ("products", "unit_cost_minor", -1, UnusableCost),
        ("products", "weight_g", float("nan"), UnusableCost),
        ("lines", "customs_method", "", UnstatedCustomsValue),
        ("lines", "lane", "SEA-JP", UnservedLane),
        ("lines", "customs_currency", "XXX", MissingRate),
        ("lines", "duty_layers", "", UnusableCost),
        ("lines", "duty_layers", "duty_301", UnusableCost),
        ("lines", "duty_layers", "duty vat", UnusableCost),
        ("lines", "units", 0.5, UnusableCost),
        ("products", "unit_cost_minor", 10.5, UnusableCost),
        ("products", "tooling_units", None, UnusableCost),
        ("lanes", "incoterm", "DDP", UnusableCost),
    ],
)
def test_bad_input_is_refused(facts: Any, table: str, column: str, value: object, refusal: type[Exception]) -> None:
    rows = getattr(facts, table).assign(**{column: value})
    if column == "customs_currency":
        rows = rows[rows["country"] == "DE"]
    with pytest.raises(refusal):
        facts.but(**{table: rows}).land()


def test_a_day_after_the_last_rate_is_refused(facts: Any) -> None:
    with pytest.raises(MissingRate, match="2026-10-01"):
        facts.land(date(2026, 10, 1))


@pytest.mark.parametrize("table", ["lines", "products", "lanes", "registrations"])
def test_a_table_without_a_column_is_refused_by_both_names(facts: Any, table: str) -> None:
    column = getattr(facts, table).columns[-1]
    with pytest.raises(MissingColumns, match=f"The table {table} lacks the columns {column}. Expected: "):
        facts.but(**{table: getattr(facts, table).drop(columns=column)}).land()


def test_no_line_costs_nothing_and_keeps_its_columns(facts: Any) -> None:
    none = facts.but(lines=facts.lines.iloc[:0])
    assert list(none.land().columns) == list(facts.land().columns)
    assert len(none.land()) == len(none.margin()) == 0


def test_an_unverified_rate_is_refused_unless_the_policy_accepts_and_shows_it(facts: Any) -> None:
    doubtful = facts.but(
        rates=RateBook(
            replace(rate, confidence="unverified") if rate.kind == "mpf_max" else rate for rate in facts.rates
        )
    )
    with pytest.raises(UnverifiedRate, match="mpf_max rate for US"):
        doubtful.land()
    landed = doubtful.land(policy=EconomicsPolicy(accept_unverified=True)).set_index(["entry", "component"])
    assert landed.loc[("E1", "mpf"), "confidence"] == "unverified"
    assert landed.loc[("E1", "hmf"), "confidence"] == "generated"


def test_a_charge_shows_its_own_currency_beside_the_base_one(facts: Any) -> None:
    duty = facts.land().set_index(["entry", "component"]).loc[("E1", "duty")]
    assert (duty["own_minor"], duty["rate_currency"]) == (36_000, "USD")
    assert (duty["amount_minor"], duty["currency"]) == (259_200, "CNY")
    assert (duty["retrieved_on"], duty["confidence"]) == ("2026-08-31", "generated")


def test_the_lines_of_an_entry_share_its_fees_and_the_parts_add_up(facts: Any) -> None:
    skus, values = ["MAT", "RUG", "TOWEL"], [100_001, 200_002, 3]
    several = facts.but(
        lines=pd.concat(
            [facts.lines.iloc[[0]].assign(sku=sku, customs_value_minor=value)
             for sku, value in zip(skus, values, strict=True)]
        ),
        products=pd.concat([facts.products.assign(sku=sku) for sku in skus]),
        prices=pd.concat([facts.prices.assign(sku=sku) for sku in skus]),
    )  # fmt: skip
    landed = several.land()
    sums = landed.groupby("component")[["own_minor", "amount_minor"]].sum()
    assert sums.loc["mpf"].tolist() == [3_358, 24_178]
    assert sums.loc["hmf"].tolist() == [375, 2_700], "300,006 × 0.00125, rounded once for the entry"
    assert sums.loc["drayage"].tolist() == [10_000, 10_000]
    margin = several.margin()
    assert margin["sku"].tolist() == skus
    per_unit = landed[landed["sku"] == "RUG"].set_index("component")["amount_minor"]
    assert margin.set_index("sku").loc["RUG", "duty"] == round(per_unit["duty"] / 1000)


def test_a_layer_of_any_name_is_charged_on_the_customs_value(facts: Any) -> None:
    rates = RateBook([*facts.rates, replace(facts.rates.read("duty_301", "US:6302", AS_OF), kind="duty_122")])
    lines = facts.lines.assign(duty_layers=facts.lines["duty_layers"].str.replace("duty_301", "duty_301 duty_122"))
    landed = facts.but(rates=rates, lines=lines).land()
    assert amounts(landed, "E1")["duty_122"] == amounts(landed, "E1")["duty_301"] == 216_000
    assert amounts(landed, "E3")["duty_122"] == 0
    assert "duty_122" in facts.but(rates=rates, lines=lines).margin()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_a_fee_shared_out_adds_up_to_itself(amount: int, weights: list[int]) -> None:
    parts = split_amount(amount, weights)
    assert sum(parts) == amount
    assert min(parts) >= 0


def draw_sheet(seed: int, lines: int = 60) -> CostSheet:
    draw = np.random.default_rng(seed)
    layers = ("duty", "duty_301", "duty_fentanyl")[: seed % 4]
    components = list_line_components(layers)
    rates = draw.integers(0, 3_000_000, (lines, len(components)))
    rates[:, [place for place, (_, _, divisor) in enumerate(components) if divisor == 1]] %= 500
    rates[:, -1] *= -1
    starts = np.array([0, 1, 4, 30, lines])
    fees = np.zeros((4, len(ENTRY_COMPONENTS), 4), dtype=np.int64)
    fees[:, :, 1] = draw.integers(0, 99_999, (4, len(ENTRY_COMPONENTS)))
    fees[:, :, 2] = fees[:, :, 1]
    fees[:, :, 3] = draw.integers(1, 8 * FX, (4, len(ENTRY_COMPONENTS)))
    fees[:, 0, :3] = 34_640, 3358, 65_150
    fees[:, 1, :3] = 12_500, 0, 10**9
    fx = draw.integers(1, 8 * FX, rates.shape)
    bases = draw.integers(0, 60_000, (lines, 4))
    return CostSheet(layers, bases, rates, fx, starts, fees)


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_fast_booking_equals_the_decimal_one_on_every_line(seed: int) -> None:
    sheet = draw_sheet(seed)
    assert (book_quickly(sheet) == book_exactly(sheet)).all()


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_higher_duty_never_lowers_the_landed_cost(seed: int, more: int) -> None:
    sheet = draw_sheet(4 * seed + 1)
    before = book_quickly(sheet).sum(axis=1)
    sheet.rates[:, FIRST_DUTY] += more
    assert (book_quickly(sheet).sum(axis=1) >= before).all()


def test_an_amount_beyond_64_bits_is_refused_not_wrapped() -> None:
    sheet = draw_sheet(1)
    sheet.bases[0, 2] = 10**14
    with pytest.raises(AmountTooLarge):
        book_quickly(sheet)


def test_an_empty_rate_book_is_refused(facts: Any) -> None:
    with pytest.raises(MissingRate):
        facts.but(rates=RateBook([])).land()


def quoted(lines: pd.DataFrame, minor: object = 123_457, currency: str = "CNY") -> pd.DataFrame:
    return lines.assign(
        freight_minor=minor, freight_currency=currency, freight_rate="1180 CNY/m3", freight_from="2026-09-01",
        freight_source="seller's lanes", freight_retrieved_on="2026-09-01", freight_confidence="generated",
    )  # fmt: skip


def test_a_quoted_freight_is_shared_by_chargeable_weight_and_adds_up(facts: Any) -> None:
    skus = ["MAT", "RUG", "TOWEL"]
    lines = pd.concat(
        [facts.lines.iloc[[0]].assign(sku=sku, units=units) for sku, units in zip(skus, (7, 11, 3), strict=True)]
    )
    several = facts.but(
        lines=quoted(lines, currency="EUR"), products=pd.concat([facts.products.assign(sku=sku) for sku in skus])
    )
    freight = several.land().query("component == 'freight'").set_index("sku")
    assert freight["own_minor"].sum() == 123_457 and freight["amount_minor"].sum() == 123_457 * 8
    assert freight.loc["RUG", "own_minor"] == 64_668, "11 of 21 units of one weight"
    assert set(freight["source"]) == {"seller's lanes"} and set(freight["rate"]) == {"1180 CNY/m3"}
    assert set(freight["fx"]) == {"8"}
    assert set(facts.land()["component"]) == set(several.land()["component"])


def test_without_a_quote_freight_is_charged_per_kilogram(facts: Any) -> None:
    mixed = facts.but(lines=quoted(facts.lines).assign(freight_minor=[99, None, None, None]))
    assert amounts(mixed.land(), "E1")["freight"] == 99
    assert amounts(mixed.land(), "E2")["freight"] == 300 * 950


@pytest.mark.parametrize("change", [{"minor": -1}, {"minor": 1.5}, {"currency": ""}])
def test_a_quote_below_zero_in_parts_or_without_currency_is_refused(facts: Any, change: dict[str, Any]) -> None:
    with pytest.raises(UnusableCost, match="freight"):
        facts.but(lines=quoted(facts.lines, **change)).land()


def test_each_row_shows_the_exchange_rate_that_it_was_converted_with(facts: Any) -> None:
    landed = facts.land().set_index(["entry", "component"])
    assert landed.loc[("E3", "duty"), ["fx", "fx_from", "fx_source", "fx_confidence"]].tolist() == [
        "8", "2026-01-01", "generated", "generated"]  # fmt: skip
    assert landed.loc[("E3", "freight"), "fx"] == ""


def test_import_vat_says_what_it_is_charged_on(facts: Any) -> None:
    basis = facts.land().query("component == 'import_vat'").set_index("entry")["basis"]
    assert "CIF" in basis["E3"] and "onward transport is not stated" in basis["E3"]
    assert basis["E1"] == "share of customs value and duty"


def test_goods_that_leave_under_another_declaration_have_no_rebate(facts: Any) -> None:
    lanes = facts.lanes.assign(seller_exports=~facts.lanes["tax_included"])
    landed = facts.but(lanes=lanes).land()
    assert amounts(landed, "E4")["export_rebate"] == 0 and amounts(landed, "E3")["export_rebate"] < 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more=st.integers(1, 10**6), freight=st.integers(0, 10**9))
def test_duty_up_is_landed_cost_not_down_and_tax_included_freight_never_carries_it(
    facts: Any, more: int, freight: int
) -> None:
    plain = facts.but(lines=quoted(facts.lines, freight))
    dearer = plain.but(
        rates=RateBook(
            replace(rate, value=rate.value + Decimal(more).scaleb(-7)) if rate.kind == "duty" else rate
            for rate in facts.rates
        )
    )
    before, after = (case.land() for case in (plain, dearer))
    costs = [table.groupby("entry")["amount_minor"].sum() for table in (before, after)]
    assert (costs[1] >= costs[0]).all()
    ddp = after[(after["entry"] == "E4") & after["component"].str.match("duty|import_vat|mpf|hmf")]
    assert (ddp["amount_minor"] == 0).all()
