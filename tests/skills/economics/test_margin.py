"""Net sales, margins, waterfall, what-if and flips."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from skills.economics import explain_margin, find_flips
from skills.economics.facts import UnusableCost


def test_tax_never_enters_net_sales(facts: Any) -> None:
    margin = facts.margin().set_index("entry")
    assert margin.loc["E1", "tax"] == 0, "sales tax is the marketplace's"
    assert margin.loc["E3", "tax"] == round(1999 * 8 * 19 / 119)
    assert margin.loc["E1", "net_sales"] == 14_393 - 720 - 432


def test_at_break_even_roas_nothing_is_left(facts: Any) -> None:
    line = facts.margin().iloc[0]
    assert abs(line["net_sales"] / line["break_even_roas"] - line["cm2"]) < Decimal("0.5")
    assert line["tax_basis"] == "sales without tax"


def test_the_waterfall_ends_at_cm3(facts: Any) -> None:
    margin = facts.margin()
    steps = explain_margin(margin)
    assert steps.groupby("entry")["amount_minor"].sum().tolist() == margin["cm3"].tolist()


def test_a_flip_is_where_the_margin_is_zero(facts: Any) -> None:
    flips = find_flips(facts.margin())
    row = flips[(flips["entry"] == "E1") & (flips["component"] == "freight") & (flips["flip"] == "cm3 is zero")]
    changed = facts.margin(freight=int(row["flips_at_minor"].iloc[0])).set_index("entry")
    assert changed.loc["E1", "cm3"] == 0
    assert (flips["flip"] == "better elsewhere").any()


def test_a_negative_price_or_an_unknown_component_is_refused(facts: Any) -> None:
    with pytest.raises(UnusableCost, match="MAT"):
        facts.but(prices=facts.prices.assign(price_minor=-1)).margin()
    with pytest.raises(UnusableCost, match="what-if"):
        facts.margin(magic=1)
