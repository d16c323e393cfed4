"""Customs and economics read the same rate book and charge the same entry to the cent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.customs import charge_entry
from skills.customs.charge import LineFacts
from skills.customs.plan import Entry, EntryLine
from skills.customs.policy import CustomsPolicy
from skills.economics import quote_landed_cost
from skills.economics.policy import EconomicsPolicy
from skills.rates import RATE_COLUMNS, RateBook
from skills.vocabulary import Mode, Money
from tasks.files.reference import read_starter_rates

AS_OF = date(2026, 2, 2)
LAYERS = ("duty_301", "duty_fentanyl", "duty_reciprocal")
CODES = {"SHEET": "6302.60.00.20", "TOWEL": "6302.91.00.05", "CLOTH": "6307.10.20.27"}
LANE_RATES = [
    *((kind, "L", "0", "CNY/entry") for kind in
      ("pick_up", "export_terminal", "brokerage", "bond_isf", "drayage", "appointment", "exam")),
    ("freight", "L", "9.5", "CNY/kg"), ("insurance", "L", "0.003", "share"), ("prep", "US", "0.05", "USD/unit"),
]  # fmt: skip


def read_book() -> RateBook:
    """The starter rates, which hold duties and fees, and generated rows for the way there."""
    rest = ("2026-01-01", "2026-12-31", "generated", "2026-01-01", "generated")
    rows = [(*row, *rest) for row in LANE_RATES]
    return RateBook.from_frame(pd.concat([read_starter_rates(), pd.DataFrame(rows, columns=[*RATE_COLUMNS])]))


def charge_both(mode: Mode, values: dict[str, int]) -> tuple[dict[Any, int], dict[Any, int]]:
    """Amounts by (component, line) out of customs, and out of economics; a fee of the entry under no line."""
    book = read_book()
    lines = tuple(EntryLine(sku, CODES[sku], LineFacts(Money(value, "USD"))) for sku, value in sorted(values.items()))
    entry = Entry("E", "US", mode, "FOB", LAYERS, lines)
    charges = charge_entry(entry, book, CustomsPolicy(accept_unverified=True), AS_OF)
    landed = quote_landed_cost(
        pd.DataFrame([{"entry": "E", "sku": sku, "country": "US", "lane": "L", "units": 100,
                       "customs_value_minor": value, "customs_currency": "USD", "customs_method": "transaction",
                       "placement_minor": 0, "duty_layers": " ".join(("duty", *LAYERS)), "departs_on": "2026-02-05"}
                      for sku, value in values.items()]),
        pd.DataFrame([{"sku": sku, "unit_cost_minor": 100, "cost_currency": "CNY", "tooling_minor": 0,
                       "tooling_units": 1, "qc_pack_minor": 0, "weight_g": 300, "volume_cm3": 900, "hs_code": code,
                       "special_vat_invoice": False} for sku, code in CODES.items()]),
        pd.DataFrame([{"lane": "L", "country": "US", "mode": mode, "incoterm": "FOB", "tax_included": False,
                       "importer_of_record": "seller", "volumetric_divisor": 6000}]),
        pd.DataFrame({"country": ["US"]}), book, "CNY", EconomicsPolicy(accept_unverified=True), AS_OF,
    )  # fmt: skip
    of_entry = landed["component"].isin(["mpf", "hmf"])
    border = landed[of_entry | landed["component"].str.startswith("duty")].assign(
        line=landed["sku"].mask(of_entry, "")
    )
    assert set(border["rate_currency"]) - {"CNY"} == {"USD"}
    return tuple(  # type: ignore[return-value]
        {key: int(amount) for key, amount in frame.groupby(["component", "line"])[column].sum().items() if amount}
        for frame, column in ((charges, "amount_minor"), (border, "own_minor"))
    )


@pytest.mark.parametrize("mode", ["sea", "air"])
@pytest.mark.parametrize(
    ("values", "fee"),
    [
        ({"SHEET": 10_001, "TOWEL": 7_777, "CLOTH": 3}, 3_358),
        ({"SHEET": 1_234_567, "TOWEL": 777_777, "CLOTH": 55_555}, 7_163),
        ({"SHEET": 12_345_678, "TOWEL": 7_654_321, "CLOTH": 999_999}, 65_150),
    ],
    ids=["minimum", "between", "maximum"],
)
def test_one_entry_owes_the_same_in_customs_and_in_the_landed_cost(
    mode: Mode, values: dict[str, int], fee: int
) -> None:
    customs, economics = charge_both(mode, values)
    assert economics == customs
    assert customs[("mpf", "")] == fee
    assert (("hmf", "") in customs) == (mode == "sea")
    assert {component for component, line in customs if line} == {"duty", *LAYERS}
