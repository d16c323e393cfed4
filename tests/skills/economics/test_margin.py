"""Net sales, margins, waterfall, what-if and flips."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from skills.economics import explain_margin, find_flips, quote_margin
from skills.economics.explain import LABELS
from skills.economics.facts import UnusableCost
from skills.economics.policy import EconomicsPolicy
from skills.rates import RateBook, UnverifiedRate
from skills.vocabulary import MissingColumns


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


def test_every_step_has_a_name_for_the_reader(facts: Any) -> None:
    steps = explain_margin(facts.margin())
    assert (steps["label"] != "").all()
    named = steps.set_index("step")["label"].to_dict()
    assert named["duty_301"] == "Additional duty"
    assert named.keys() - LABELS.keys() == {"duty_301"}
    assert set(LABELS) == named.keys() - {"duty_301"}
    assert set(find_flips(facts.margin())["label"]) <= set(named.values())


def test_without_a_margin_nothing_is_explained_and_a_missing_column_is_refused(facts: Any) -> None:
    margin = facts.margin()
    for explain in (explain_margin, find_flips):
        assert explain(margin.iloc[:0]).columns.equals(explain(margin).columns)
        with pytest.raises(MissingColumns, match="The table margin lacks the columns net_sales"):
            explain(margin.drop(columns="net_sales"))
    for column in ("price_minor", "tax_in_price"):
        with pytest.raises(MissingColumns, match=f"The table prices lacks the columns {column}"):
            facts.but(prices=facts.prices.drop(columns=column)).margin()


def test_a_tax_nobody_has_checked_is_refused_in_a_margin_too(facts: Any) -> None:
    doubtful = RateBook(
        replace(rate, confidence="unverified") if (rate.kind, rate.key) == ("vat", "DE") else rate
        for rate in facts.rates
    )
    with pytest.raises(UnverifiedRate, match="vat rate for DE"):
        quote_margin(facts.land(), facts.prices, {}, doubtful, "CNY", EconomicsPolicy(), date(2026, 9, 1))
    assert len(
        quote_margin(
            facts.land(), facts.prices, {}, doubtful, "CNY", EconomicsPolicy(accept_unverified=True), date(2026, 9, 1)
        )
    ) == len(facts.margin())
