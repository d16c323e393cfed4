"""Quotes side by side: landed cost, cash, days; what beats what; and what cannot be compared."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.sourcing import compare_quotes, explain_quote, plan_cash
from skills.sourcing import facts as words
from skills.sourcing import plan as notes
from skills.sourcing.facts import UnknownQuote, UnusableQuotes
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import MissingColumns

POLICY = SourcingPolicy()
DAY = date(2026, 11, 24)
NO_TERMS = pd.DataFrame({"country": pd.Series(dtype="str")})
QUICK = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def compare(
    quotes: pd.DataFrame, landed: pd.DataFrame, terms: pd.DataFrame = NO_TERMS, policy: SourcingPolicy = POLICY
) -> dict[str, dict[str, Any]]:
    """Quote → its row."""
    rows = compare_quotes(quotes, landed, terms, policy, DAY).to_dict("records")
    return {str(row["quote"]): {str(name): value for name, value in row.items()} for row in rows}


def sentences(row: dict[str, Any]) -> list[str]:
    return [sentence for sentence, _ in row["notes"]]


def test_the_cash_of_a_smallest_order_by_hand(quoted: Any, landing: Any) -> None:
    """100 units: 300.00 deposit, 700.00 balance, 200.00 freight, 100.00 duty, 150.00 VAT."""
    row = compare(quoted(), landing())["Q1"]
    assert (row["order_units"], row["cash_minor"], row["landed_minor"]) == (100, 145_000, 1185)
    assert (row["days_to_payout"], row["days_to_cash"]) == (5 + 20 + 7 + 30 + 5 + 7 + 14, 102)
    assert row["capital_minor"] == round(145_000 * 0.12 / (25 * 52))
    assert (row["rank"], row["dominated"], row["reason"]) == (1, False, notes.INVOICED)


def test_the_path_of_cash_week_by_week_by_hand(quoted: Any, landing: Any) -> None:
    path = plan_cash(quoted(), landing(), NO_TERMS, POLICY, DAY)
    assert path["week"].iloc[0] == pd.Timestamp("2026-11-22")
    moved = path[(path["in_minor"] > 0) | (path["out_minor"] > 0)]
    assert moved[["in_minor", "out_minor"]].to_numpy().tolist()[:6] == [
        [0, 30_000], [0, 70_000], [0, 20_000], [0, 25_000], [67_500, 0], [67_500, 0]
    ]  # fmt: skip
    assert path["balance_minor"].min() == -145_000
    assert path["balance_minor"].iloc[-1] == 4 * 75_000 - 145_000 + 15_000 + 11_500
    assert (path["week"].diff().dropna() == pd.Timedelta(days=7)).all()


def test_tooling_and_other_charges_are_cash_once(quoted: Any, landing: Any) -> None:
    row = compare(quoted({"tooling_minor": 50_000}), landing({"landed_minor": 1255, "tooling_minor": 50}))["Q1"]
    assert row["cash_minor"] == 145_000 + 50_000 + 100 * 20


def test_tooling_of_another_currency_is_taken_at_the_rate_of_the_unit_cost(quoted: Any, landing: Any) -> None:
    quotes = quoted({"currency": "USD", "unit_cost_minor": 140, "tooling_minor": 10_000})
    assert compare(quotes, landing({"unit_base_minor": 1000}))["Q1"]["cash_minor"] == 145_000 + 71_429


def test_the_reserve_the_terms_of_a_country_and_the_sample_move_the_days(quoted: Any, landing: Any) -> None:
    terms = pd.DataFrame([{"country": "DE", "payout_days": 21, "reserve_percent": 0}])
    assert compare(quoted(), landing(), terms)["Q1"]["days_to_payout"] == 95
    assert compare(quoted(), landing(), policy=SourcingPolicy(sample_first=False))["Q1"]["days_to_payout"] == 83


def test_an_invoiced_quote_has_its_rebate_and_one_without_has_none(quoted: Any, landing: Any) -> None:
    quotes = quoted({}, {"quote": "Q2", "supplier": "Lin", "vat_invoice": "no"})
    found = compare(quotes, landing({}, {"quote": "Q2", "landed_minor": 1300, "rebate_minor": 0}))
    assert (notes.INVOICED, {"rebate": "1.15 CNY", "days": 90}) in found["Q1"]["notes"]
    assert notes.NO_REBATE in sentences(found["Q2"])
    wrong = compare(quoted({"vat_invoice": "no"}), landing())["Q1"]
    assert (wrong["reason"], wrong["values"]) == (words.NOT_INVOICED, {"rebate": "1.15 CNY"})
    assert pd.isna(wrong["rank"])


def test_a_dominated_quote_says_by_which(quoted: Any, landing: Any) -> None:
    quotes = quoted({}, {"quote": "Q2", "supplier": "Lin"})
    found = compare(quotes, landing({}, {"quote": "Q2", "landed_minor": 1285, "unit_base_minor": 1100}))
    assert (found["Q2"]["rank"], found["Q2"]["dominated"], found["Q2"]["dominated_by"]) == (2, True, "Q1")
    assert found["Q2"]["reason"].format(**found["Q2"]["values"]) == (
        "Q1 of Hua lands at 11.85 CNY and takes 1450.00 CNY of cash: no more in anything, less in some."
    )


def test_a_small_dear_order_and_a_large_cheap_one_do_not_beat_each_other(quoted: Any, landing: Any) -> None:
    quotes = quoted({}, {"quote": "Q2", "moq_units": 1200})
    found = compare(quotes, landing({}, {"quote": "Q2", "landed_minor": 1150, "freight_minor": 165}))
    assert not found["Q1"]["dominated"] and not found["Q2"]["dominated"]
    assert found["Q2"]["cash_minor"] > found["Q1"]["cash_minor"]


def test_a_smallest_order_above_a_years_demand_says_so(quoted: Any, landing: Any) -> None:
    row = compare(quoted({"moq_units": 2000}), landing())["Q1"]
    assert (notes.ABOVE_YEAR, {"units": 2000, "demand": 1300}) in row["notes"]
    assert row["rank"] == 1


def test_an_expired_quote_keeps_its_numbers_and_loses_its_rank(quoted: Any, landing: Any) -> None:
    row = compare(quoted({"valid_until": pd.Timestamp("2026-11-23")}), landing())["Q1"]
    assert (row["reason"], row["values"]) == (words.EXPIRED, {"valid_until": "2026-11-23"})
    assert pd.isna(row["rank"]) and row["cash_minor"] == 145_000
    last_day = compare(quoted({"valid_until": pd.Timestamp("2026-11-24")}), landing())["Q1"]
    assert last_day["rank"] == 1
    assert compare(quoted({"valid_until": pd.NaT}), landing())["Q1"]["rank"] == 1


@pytest.mark.parametrize(
    ("quote", "landed", "said"),
    [
        ({"currency": ""}, {}, words.NO_CURRENCY),
        ({"currency": "yuan"}, {}, words.NO_CURRENCY),
        ({"currency": "USD"}, {"unit_base_minor": math.nan, "landed_minor": math.nan}, words.NO_RATE),
        ({}, {"duty_minor": math.nan}, words.NOT_LANDED),
        ({}, {"landed_minor": 900}, words.TOO_LITTLE),
        ({"deposit_percent": 130.0}, {}, words.BAD_NUMBER),
        ({"carton_units": 0}, {}, words.BAD_NUMBER),
        ({"unit_cost_minor": 0}, {}, words.BAD_NUMBER),
    ],
)
def test_what_cannot_be_priced_is_a_row_with_its_reason(
    quoted: Any, landing: Any, quote: dict[str, Any], landed: dict[str, Any], said: str
) -> None:
    row = compare(quoted(quote), landing(landed))["Q1"]
    assert row["reason"] == said
    assert row["reason"].format(**row["values"])
    assert pd.isna(row["rank"]) and pd.isna(row["cash_minor"])
    assert plan_cash(quoted(quote), landing(landed), NO_TERMS, POLICY, DAY).empty


def test_a_reason_that_came_with_the_landed_cost_is_passed_on(quoted: Any, landing: Any) -> None:
    landed = landing({"landed_minor": math.nan, "reason": "No duty rate for {code}.", "values": {"code": "6307"}})
    row = compare(quoted(), landed)["Q1"]
    assert row["reason"].format(**row["values"]) == "No duty rate for 6307."


def test_a_quote_that_was_not_landed_stands_beside_those_that_were(quoted: Any, landing: Any) -> None:
    found = compare(quoted({}, {"quote": "Q2"}), landing())
    assert (found["Q2"]["country"], found["Q2"]["reason"]) == ("DE", words.NOT_LANDED)
    alone = compare(quoted(), landing().iloc[:0])["Q1"]
    assert (alone["country"], alone["reason"]) == ("", words.NOT_LANDED)


def test_without_demand_or_net_price_the_cash_is_known_and_its_return_is_not(quoted: Any, landing: Any) -> None:
    for unknown, said in (("weekly_units", notes.NO_DEMAND), ("net_minor", notes.NO_NET)):
        row = compare(quoted(), landing({unknown: math.nan}))["Q1"]
        assert said in sentences(row)
        assert row["cash_minor"] == 145_000 and row["rank"] == 1
        assert pd.isna(row["days_to_cash"]) and pd.isna(row["days_to_payout"])


def test_the_first_payout_waits_for_the_first_whole_unit(quoted: Any, landing: Any) -> None:
    row = compare(quoted(), landing({"weekly_units": 0.25}))["Q1"]
    assert row["days_to_payout"] == 88 + 3 * 7
    assert pd.isna(row["days_to_cash"])


def test_an_order_that_does_not_earn_its_cash_back_says_so(quoted: Any, landing: Any) -> None:
    row = compare(quoted(), landing({"net_minor": 900}))["Q1"]
    assert pd.isna(row["days_to_cash"]) and notes.NOT_BACK in sentences(row)


def test_tables_that_contradict_themselves_are_refused(quoted: Any, landing: Any) -> None:
    with pytest.raises(UnusableQuotes, match="Several rows of supplier_quotes for Q1"):
        compare(quoted({}, {}), landing())
    with pytest.raises(UnusableQuotes, match="Several rows of landed for Q1 · DE"):
        compare(quoted(), landing({}, {}))
    with pytest.raises(UnusableQuotes, match="base currencies: CNY, EUR"):
        compare(quoted(), landing({}, {"country": "FR", "base_currency": "EUR"}))
    with pytest.raises(MissingColumns, match="supplier_quotes lacks the columns moq_units"):
        compare(quoted().drop(columns="moq_units"), landing())


def test_every_movement_of_a_quotes_cash_can_be_read(quoted: Any, landing: Any) -> None:
    steps = explain_quote(quoted(), landing(), NO_TERMS, POLICY, DAY, "Q1", "DE")
    known = steps.drop_duplicates("label").set_index("label")
    assert [known.loc["Deposit", name] for name in ("value", "note")] == ["-300.00", "2026-11-29 · -300.00 CNY"]
    assert known.loc["Cash needed", "value"] == "1450.00"
    assert known.loc["Cash is back", "value"] == "102"
    with pytest.raises(UnknownQuote, match="No quote Q9 in DE"):
        explain_quote(quoted(), landing(), NO_TERMS, POLICY, DAY, "Q9", "DE")
    refused = explain_quote(quoted({"currency": "?"}), landing(), NO_TERMS, POLICY, DAY, "Q1", "DE")
    assert (refused["label"].tolist(), refused["values"].tolist()) == ([words.NO_CURRENCY], [{"currency": "?"}])


# ---- what always holds ------------------------------------------------------------------------------------

offers = st.lists(
    st.fixed_dictionaries(
        {
            "unit": st.integers(1, 3000), "freight": st.integers(0, 900), "moq": st.integers(0, 3000),
            "lead": st.integers(0, 60), "tooling": st.integers(0, 90_000), "invoice": st.booleans(),
        }
    ),
    min_size=2,
    max_size=6,
)  # fmt: skip


def lay_out(found: list[dict[str, Any]], quoted: Any, landing: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    quotes = [
        {"quote": f"Q{at}", "unit_cost_minor": row["unit"], "moq_units": row["moq"], "lead_days": row["lead"],
         "tooling_minor": row["tooling"], "vat_invoice": "yes" if row["invoice"] else "no"}
        for at, row in enumerate(found)
    ]  # fmt: skip
    landed = [
        {"quote": f"Q{at}", "unit_base_minor": row["unit"], "freight_minor": row["freight"],
         "rebate_minor": row["unit"] // 10 * row["invoice"],
         "landed_minor": row["unit"] + row["freight"] + 100 - row["unit"] // 10 * row["invoice"]}
        for at, row in enumerate(found)
    ]  # fmt: skip
    return quoted(*quotes), landing(*landed)


@QUICK
@given(offers, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    quoted: Any, landing: Any, found: list[dict[str, Any]], random: Any
) -> None:
    quotes, landed = lay_out(found, quoted, landing)
    order = random.sample(range(len(found)), len(found))
    usual = compare_quotes(quotes, landed, NO_TERMS, POLICY, DAY)
    pd.testing.assert_frame_equal(
        usual, compare_quotes(quotes.iloc[order], landed.iloc[order[::-1]], NO_TERMS, POLICY, DAY)
    )


@QUICK
@given(offers, st.integers(1, 200), st.integers(0, 30))
def test_a_cheaper_and_faster_quote_never_ranks_worse(
    quoted: Any, landing: Any, found: list[dict[str, Any]], cheaper: int, faster: int
) -> None:
    better = {**found[0], "freight": max(0, found[0]["freight"] - cheaper), "lead": max(0, found[0]["lead"] - faster)}
    before = compare(*lay_out(found, quoted, landing))
    after = compare(*lay_out([better, *found[1:]], quoted, landing))
    assert after["Q0"]["rank"] <= before["Q0"]["rank"]
    beside = compare(*lay_out([*found, better], quoted, landing))
    assert better == found[0] or beside[f"Q{len(found)}"]["rank"] < beside["Q0"]["rank"]


@QUICK
@given(offers)
def test_ranks_are_whole_and_the_dominated_come_after_what_beats_them(
    quoted: Any, landing: Any, found: list[dict[str, Any]]
) -> None:
    rows = compare(*lay_out(found, quoted, landing))
    assert sorted(row["rank"] for row in rows.values()) == list(range(1, len(found) + 1))
    for row in rows.values():
        if row["dominated"]:
            other = rows[row["dominated_by"]]
            assert other["rank"] < row["rank"]
            assert other["landed_minor"] <= row["landed_minor"] and other["cash_minor"] <= row["cash_minor"]


@QUICK
@given(offers)
def test_the_path_of_cash_adds_up_and_is_never_deeper_than_the_cash_that_is_named(
    quoted: Any, landing: Any, found: list[dict[str, Any]]
) -> None:
    quotes, landed = lay_out(found, quoted, landing)
    rows, path = compare(quotes, landed), plan_cash(quotes, landed, NO_TERMS, POLICY, DAY)
    for quote, part in path.groupby("quote"):
        balance = (part["in_minor"] - part["out_minor"]).cumsum()
        assert balance.tolist() == part["balance_minor"].tolist()
        assert part["out_minor"].sum() == rows[str(quote)]["cash_minor"]
        assert -part["balance_minor"].min() <= rows[str(quote)]["cash_minor"]
