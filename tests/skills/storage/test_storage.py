"""Storage: fees as dated steps with their exemptions, and the way out of stock that will not sell."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from skills.rates import Rate, RateBook
from skills.storage import add_cliffs, explain_exits, measure_cliffs, plan_exits
from skills.storage.cohorts import BANDS, list_assessments, split_ages
from skills.storage.policy import StoragePolicy
from skills.storage.rules import FeeRules, UnusableRule

AS_OF = date(2026, 11, 23)
RULES = Path(__file__).parents[3] / "skills" / "storage" / "assets" / "fee_rules.csv"


def fee_rules() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(RULES.read_text(encoding="utf-8")), dtype="str", keep_default_na=False)


def rate(kind: str, key: str, value: str, unit: str, first: date, last: date | None = None) -> Rate:
    return Rate(kind, key, Decimal(value), unit, first, last, "a test", AS_OF, "generated")


def book(*more: Rate) -> RateBook:
    always = date(2020, 1, 1)
    return RateBook(
        [
            rate("fx", "CNY", "7", "CNY per USD", always),
            rate("storage_fee", "US", "30", "USD/m3/month", always, date(2026, 12, 31)),
            *more,
        ]
    )


def health(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "sku": "T-1", "country": "US", "fnsku": "X1", "days_of_supply_30": 100.0, "days_of_supply_90": 100.0,
        "units_7d": 50.0, "days_in_fba": 400.0, "awd_percent": np.nan, **dict.fromkeys(BANDS, 0.0),
    }  # fmt: skip
    return pd.DataFrame([row | cells])


def accounts(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {"country": "US", "utilisation_weeks": 10.0, "average_m3": 50.0, "seller_days": 2000.0}
    return pd.DataFrame([row | cells])


def products(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "sku": "T-1", "category": "towels", "weight_kg": 0.4, "length_cm": 30.0, "width_cm": 20.0, "height_cm": 10.0,
    }  # fmt: skip
    return pd.DataFrame([row | cells])


def forecast(weekly: float, sku: str = "T-1") -> pd.DataFrame:
    weeks = range(1, 41)
    return pd.DataFrame(
        {
            "sku": sku,
            "country": "US",
            "weeks_ahead": weeks,
            "week": pd.date_range(AS_OF, periods=40, freq="7D"),
            "mean": weekly,
            "cum_mean": [weekly * week for week in weeks],
        }
    )


def contribution(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "sku": "T-1", "country": "US", "wait_reason": "", "price": 10_000.0, "referral": 1_500.0,
        "fulfilment": 3_500.0, "returns": 200.0, "refunds": 300.0, "product_cost": 2_000.0,
        "weight_kg": 0.4, "cm3": 6_000.0,
    }  # fmt: skip
    return pd.DataFrame([row | cells])


NO_MOVES = pd.DataFrame(columns=["sku", "country", "to_country", "lane", "cost_base_minor", "value_base_minor"])


def cliff(fee: str, stock: pd.DataFrame, weekly: float = 10.0, account: pd.DataFrame | None = None) -> pd.Series:
    account = accounts() if account is None else account
    found = measure_cliffs(
        stock, account, products(), forecast(weekly), fee_rules(), book(), StoragePolicy(), "CNY", AS_OF
    )
    rows = found[found["fee"] == fee]
    assert len(rows) == 1
    return rows.iloc[0]


def exits(stock: pd.DataFrame, weekly: float, policy: StoragePolicy | None = None, **money: object) -> pd.DataFrame:
    return plan_exits(
        stock, products(), forecast(weekly), contribution(**money), NO_MOVES, fee_rules(), book(),
        policy or StoragePolicy(), "CNY", AS_OF,
    )  # fmt: skip


def test_a_low_inventory_level_costs_its_fee_on_every_unit_that_will_be_sold() -> None:
    row = cliff("low_inventory", health(days_of_supply_30=10.0, days_of_supply_90=20.0), weekly=70.0)
    # the greater of both days of supply counts: 20, so the middle tier of a light product, 0.63 USD at 7 CNY
    assert (row["state"], row["now"], row["distance"]) == ("charged", 20.0, -8.0)
    assert row["fee_base_minor"] == 63 * 7 * 70
    assert row["units_to_clear"] == (28 - 10) * 10


@pytest.mark.parametrize(
    ("cells", "measure"),
    [
        ({"units_7d": 19.0}, "units_7d"),
        ({"days_in_fba": 100.0}, "days_in_fba"),
        ({"awd_percent": 70.0}, "awd_percent"),
    ],
)
def test_a_fee_that_a_product_is_exempt_from_claims_no_money_and_moves_no_unit(
    cells: dict[str, float], measure: str
) -> None:
    row = cliff("low_inventory", health(days_of_supply_30=1.0, days_of_supply_90=1.0, **cells))
    assert (row["state"], row["exemption"], row["fee_base_minor"], row["units_to_clear"]) == ("exempt", measure, 0, 0)


def test_what_decides_an_exemption_and_is_not_known_is_said_to_be_unknown() -> None:
    row = cliff("low_inventory", health(days_of_supply_30=1.0, days_of_supply_90=1.0, days_in_fba=np.nan))
    assert (row["state"], row["exemption"], row["fee_base_minor"]) == ("unknown", "days_in_fba", 0)


def test_ages_are_looked_at_on_the_fifteenth_of_each_month() -> None:
    assert list_assessments(date(2026, 11, 14), 2) == [date(2026, 11, 15), date(2026, 12, 15)]
    assert list_assessments(date(2026, 11, 15), 2) == [date(2026, 12, 15), date(2027, 1, 15)]
    assert list_assessments(date(2026, 12, 20), 1) == [date(2027, 1, 15)]


def test_the_aged_surcharge_is_that_of_the_tier_that_the_oldest_units_are_in_then() -> None:
    # 30 units of 181 to 270 days; on 15 December, 22 days on, they are 218, 248 and 278 days old and none is sold
    row = cliff("aged", health(age_181_270=30.0), weekly=0.0)
    cubic_feet = 6000 / 28316.846592
    expected = 10 * cubic_feet * 700 * (1.00 + 1.50 + 3.80)
    assert (row["state"], str(row["falls_on"].date()), row["units"]) == ("charged", "2026-12-15", 30)
    assert row["fee_base_minor"] == round(expected)


def test_units_that_will_be_sold_before_the_day_are_not_charged() -> None:
    # 10 a week: 31.4 units gone by 15 December, so nothing of the 30 is left
    assert cliff("aged", health(age_181_270=30.0), weekly=10.0)["state"] == "clear"


def test_above_a_year_the_least_per_unit_counts_when_it_is_more_than_the_volume() -> None:
    small = products(length_cm=5.0, width_cm=5.0, height_cm=1.0)
    found = measure_cliffs(
        health(age_366_455=3.0), accounts(), small, forecast(0.0), fee_rules(), book(), StoragePolicy(), "CNY", AS_OF
    )
    row = found[found["fee"] == "aged"].iloc[0]
    # 403, 433 and 463 days old on 15 December: 0.30, 0.30 and 0.35 USD, well above 6.90 and 7.90 USD per cubic foot
    assert row["fee_base_minor"] == (30 + 30 + 35) * 7


def test_a_category_without_the_lower_tiers_is_not_charged_there() -> None:
    found = measure_cliffs(
        health(age_91_180=3.0), accounts(), products(category="Shoes"), forecast(0.0), fee_rules(), book(),
        StoragePolicy(months=6), "CNY", AS_OF,
    )  # fmt: skip
    row = found[found["fee"] == "aged"].iloc[0]
    first = measure_cliffs(
        health(age_91_180=3.0), accounts(), products(), forecast(0.0), fee_rules(), book(), StoragePolicy(months=6),
        "CNY", AS_OF,
    )  # fmt: skip
    assert row["falls_on"] > first[first["fee"] == "aged"].iloc[0]["falls_on"]


def test_an_exempt_category_is_measured_against_its_own_first_tier() -> None:
    # shoes of 240 days are in a tier that bags, shoes and clothing do not pay; at 271 they are charged
    shoes = measure_cliffs(
        health(age_181_270=3.0), accounts(), products(category="Shoes"), forecast(0.0), fee_rules(), book(),
        StoragePolicy(), "CNY", AS_OF,
    )  # fmt: skip
    row = shoes[shoes["fee"] == "aged"].iloc[0]
    # the oldest third is 256 days old, 278 on 15 December
    assert (row["state"], row["step_at"], row["distance"], row["units"]) == ("near", 271.0, 15.0, 1)
    everyone = pd.concat([fee_rules(), aged_exemption("")], ignore_index=True)
    found = measure_cliffs(
        health(age_456=3.0), accounts(), products(), forecast(0.0), everyone, book(), StoragePolicy(), "CNY", AS_OF
    )
    row = found[found["fee"] == "aged"].iloc[0]
    assert (row["state"], row["fee_base_minor"], row["units_to_clear"]) == ("exempt", 0, 0)


def aged_exemption(categories: str) -> pd.DataFrame:
    """An exemption from the aged surcharge at every age."""
    row = fee_rules().query("fee == 'aged' and role == 'exempt'").iloc[[0]]
    return row.assign(from_value="", below_value="", categories=categories)


def test_a_fee_by_volume_of_a_product_of_unknown_size_claims_no_money() -> None:
    later = rate("storage_fee", "US", "90", "USD/m3/month", date(2027, 1, 1))
    found = measure_cliffs(
        health(age_366_455=3.0), accounts(), products(height_cm=np.nan), forecast(0.0), fee_rules(), book(later),
        StoragePolicy(), "CNY", AS_OF,
    ).set_index("fee")  # fmt: skip
    for fee in ("aged", "season"):
        assert (found.loc[fee, "state"], found.loc[fee, "fee_base_minor"]) == ("unknown", 0)


def test_days_of_supply_that_are_half_known_charge_nothing_unless_one_is_long_enough() -> None:
    for cells in ({"days_of_supply_30": 10.0, "days_of_supply_90": np.nan},
                  {"days_of_supply_30": np.nan, "days_of_supply_90": 10.0}):  # fmt: skip
        row = cliff("low_inventory", health(**cells))
        assert (row["state"], row["fee_base_minor"]) == ("unknown", 0)
    assert cliff("low_inventory", health(days_of_supply_30=50.0, days_of_supply_90=np.nan))["state"] == "clear"


def test_one_exemption_that_holds_is_enough_where_another_is_not_known() -> None:
    account = accounts(utilisation_weeks=30.0, average_m3=np.nan, seller_days=100.0)
    row = cliff("utilisation", health(age_0_90=90.0), account=account)
    assert (row["state"], row["exemption"]) == ("exempt", "seller_days")


def test_the_ages_that_utilisation_leaves_out_are_those_of_the_dated_rule() -> None:
    rules = fee_rules()
    young = (rules["fee"] == "utilisation") & (rules["measure"] == "age_days")
    longer = rules.assign(below_value=rules["below_value"].mask(young, "61"))
    found = measure_cliffs(
        health(age_0_90=90.0, age_91_180=10.0), accounts(utilisation_weeks=30.0), products(), forecast(0.0), longer,
        book(), StoragePolicy(), "CNY", AS_OF,
    )  # fmt: skip
    assert found[found["fee"] == "utilisation"].iloc[0]["units"] == 30 + 10


def test_an_exemption_by_what_nobody_measures_is_refused_by_name() -> None:
    rules = fee_rules().replace({"measure": {"units_7d": "units_30d"}})
    with pytest.raises(UnusableRule, match=r"goes by units_30d\. Expected one of units_7d"):
        measure_cliffs(health(), accounts(), products(), forecast(9.0), rules, book(), StoragePolicy(), "CNY", AS_OF)


def test_storage_that_gets_dearer_on_a_known_day_is_told_before_it_does() -> None:
    later = rate("storage_fee", "US", "90", "USD/m3/month", date(2027, 1, 1))
    found = measure_cliffs(
        health(age_0_90=100.0), accounts(), products(), forecast(0.0), fee_rules(), book(later), StoragePolicy(),
        "CNY", AS_OF,
    )  # fmt: skip
    row = found[found["fee"] == "season"].iloc[0]
    assert str(row["falls_on"].date()) == "2027-01-01"
    assert row["fee_base_minor"] == round(100 * 0.006 * 60 * 700)


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"utilisation_weeks": 10.0}, "clear"), ({"utilisation_weeks": 19.0}, "near"),
        ({"utilisation_weeks": 30.0}, "charged"), ({"utilisation_weeks": 30.0, "seller_days": 100.0}, "exempt"),
        ({"utilisation_weeks": 30.0, "average_m3": 0.5}, "exempt"), ({"utilisation_weeks": np.nan}, "unknown"),
    ],
)  # fmt: skip
def test_storage_utilisation_speaks_of_the_account(cells: dict[str, float], state: str) -> None:
    row = cliff("utilisation", health(age_0_90=90.0, age_91_180=10.0), account=accounts(**cells))
    assert (row["sku"], row["state"]) == ("*", state)
    if state == "charged":  # 60 of the 90 younger units are above 30 days, and all the others
        assert (row["units"], row["fee_base_minor"]) == (70, round(70 * 6000 / 28316.846592 * 0.76 * 700))


def test_a_rule_in_a_strange_unit_is_refused_by_name() -> None:
    strange = fee_rules().assign(unit=lambda rows: rows["unit"].replace("USD/unit", "USD/pallet"))
    with pytest.raises(UnusableRule, match=r"low_inventory is 0\.89 USD/pallet"):
        FeeRules(strange, book(), "CNY", AS_OF).charges("low_inventory", "US", AS_OF)


def test_stock_that_sells_out_before_any_fee_is_left_alone() -> None:
    assert exits(health(age_0_90=100.0), weekly=50.0).empty


def test_stock_that_never_sells_is_liquidated_where_that_brings_more_than_removal() -> None:
    row = exits(health(age_366_455=300.0), weekly=0.0).iloc[0]
    assert (row["option"], row["units"], row["excess_units"]) == ("liquidation", 300, 300)
    # 5 % of the price each, at once, against storage and surcharge until the end and 5 % then
    assert row["gain_base_minor"] == row["liquidation_gain_base_minor"]
    assert row["gain_base_minor"] > row["removal_gain_base_minor"]
    assert row["hold_base_minor"] < 0


def test_holding_stands_when_every_way_out_brings_less() -> None:
    row = exits(health(age_91_180=200.0), weekly=8.0).iloc[0]
    assert (row["option"], row["gain_base_minor"]) == ("hold", 0)
    assert max(row["removal_gain_base_minor"], row["liquidation_gain_base_minor"]) < 0


def test_a_move_that_pays_more_is_chosen_and_names_its_lane() -> None:
    moves = pd.DataFrame(
        {"sku": ["T-1"], "country": ["US"], "to_country": ["CA"], "lane": ["US-CA"], "cost_base_minor": [500],
         "value_base_minor": [4000]}
    )  # fmt: skip
    found = plan_exits(
        health(age_366_455=300.0), products(), forecast(0.0), contribution(), moves, fee_rules(), book(),
        StoragePolicy(), "CNY", AS_OF,
    )  # fmt: skip
    row = found.iloc[0]
    assert (row["option"], row["to_country"], row["lane"]) == ("move", "CA", "US-CA")


def test_a_discount_also_lowers_what_is_charged_on_the_price() -> None:
    # 100 units that sell out at once either way: nothing but the price moves
    policy = StoragePolicy(discounts_percent=(10,), demand_per_discount=0.0)
    stock = health(age_366_455=100.0)
    row = exits(stock, weekly=20.0, policy=policy).iloc[0]
    assert row["discount_gain_base_minor"] == -round(0.10 * (10_000 - 1_500 - 300) * 100)


@pytest.mark.parametrize("percent", [0, -10, 100])
def test_a_discount_that_is_none_or_gives_all_away_is_no_policy(percent: int) -> None:
    with pytest.raises(ValidationError, match="discounts_percent"):
        StoragePolicy(discounts_percent=(percent,))


def test_a_discount_costs_what_it_gives_away_on_units_that_sell() -> None:
    policy = StoragePolicy(discounts_percent=(10,), demand_per_discount=10.0, months=6, least_gain_minor=0)
    # 10 a week become 20: in the 173 days until 15 May 494.3 of the 1,000 sell, each for 10 % of 8,200 less
    row = exits(health(age_0_90=1000.0), weekly=10.0, policy=policy).iloc[0]
    assert row["option"] == "discount"
    assert row["cost_base_minor"] == round(820 * 20 * 173 / 7)


def test_a_size_that_stands_in_is_charged_and_not_taken_for_none() -> None:
    stock, unmeasured = health(age_366_455=300.0), products(weight_kg=np.nan, length_cm=np.nan)
    found = plan_exits(
        stock, unmeasured, forecast(0.0), contribution(), NO_MOVES, fee_rules(), book(), StoragePolicy(), "CNY", AS_OF
    )
    pd.testing.assert_frame_equal(found, exits(stock, weekly=0.0))


def test_a_gain_below_the_seller_s_least_is_not_proposed() -> None:
    huge = StoragePolicy(least_gain_minor=10**12)
    assert exits(health(age_366_455=300.0), weekly=0.0, policy=huge).iloc[0]["option"] == "hold"


def test_the_explanation_names_what_every_way_out_brings() -> None:
    found = exits(health(age_366_455=300.0), weekly=0.0)
    steps = explain_exits(found)
    shown = dict(zip(steps["label"], steps["value"], strict=True))
    assert shown["Liquidation"] == found.iloc[0]["liquidation_gain_base_minor"]
    assert shown["Units held"] == 300


@given(st.lists(st.integers(0, 10_000), min_size=6, max_size=6))
@settings(max_examples=50, deadline=None)
def test_no_unit_is_lost_between_bands_and_cohorts(bands: list[int]) -> None:
    cohorts = split_ages(pd.DataFrame([dict(zip(BANDS, bands, strict=True))]))
    assert int(cohorts.units.sum()) == sum(bands)
    assert (np.diff(cohorts.ages) < 0).all()


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_more_aged_stock_never_lowers_the_surcharge(few: int, more: int, weekly: int) -> None:
    def charge(units: int) -> int:
        found = measure_cliffs(
            health(age_271_365=float(units)), accounts(), products(), forecast(float(weekly)), fee_rules(), book(),
            StoragePolicy(), "CNY", AS_OF,
        )  # fmt: skip
        rows = found[found["fee"] == "aged"]
        return int(rows["fee_base_minor"].sum()) if (rows["falls_on"] == "2026-12-15").any() else 0

    assert charge(few) <= charge(few + more)


def test_the_order_of_rows_changes_nothing() -> None:
    stock = pd.concat([health(sku=f"T-{n}", age_366_455=50.0 * n) for n in (1, 2, 3)], ignore_index=True)
    goods = pd.concat([products(sku=f"T-{n}") for n in (1, 2, 3)], ignore_index=True)
    wanted = pd.concat([forecast(float(n), f"T-{n}") for n in (1, 2, 3)], ignore_index=True)
    money = pd.concat([contribution(sku=f"T-{n}") for n in (1, 2, 3)], ignore_index=True)

    def plan(rows: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
        return plan_exits(rows, goods, demand, money, NO_MOVES, fee_rules(), book(), StoragePolicy(), "CNY", AS_OF)

    pd.testing.assert_frame_equal(plan(stock, wanted), plan(stock[::-1], wanted[::-1]))


def test_units_that_lift_a_product_out_of_the_fee_are_worth_what_they_save_and_an_exempt_one_has_none() -> None:
    quotes = pd.concat([contribution(), contribution(sku="T-2")], ignore_index=True)
    stock = pd.concat(
        [health(days_of_supply_30=10.0, days_of_supply_90=20.0),
         health(sku="T-2", days_of_supply_30=10.0, days_of_supply_90=20.0, units_7d=19.0)],
        ignore_index=True,
    )  # fmt: skip
    goods = pd.concat([products(), products(sku="T-2")], ignore_index=True)
    wanted = pd.concat([forecast(70.0), forecast(70.0, "T-2")], ignore_index=True)
    found = measure_cliffs(stock, accounts(), goods, wanted, fee_rules(), book(), StoragePolicy(), "CNY", AS_OF)
    lifted = add_cliffs(quotes, found).set_index("sku")
    assert lifted["cliff_units"].to_dict() == {"T-1": 180, "T-2": 0}
    # 0.63 USD at 7 CNY on 70 units a week, for 30 days, spread over 180 units
    assert lifted.loc["T-1", "cliff_value"] == pytest.approx(63 * 7 * 70 * 30 / 7 / 180, abs=1e-4)
    assert lifted.loc["T-2", "cliff_value"] == 0.0
