"""Demand, season, growth and competition of a niche; and what bad input leaves of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from skills.selection import explorer, plan, products, volume
from skills.selection.facts import UnusableNiches
from skills.selection.plan import METRICS, SIGNS, Measured
from skills.vocabulary import MissingColumns

Tables = dict[str, pd.DataFrame]
Make = Callable[..., Tables]
Measure = Callable[..., Measured]
SEASON = (0.4, 0.4, 0.6, 0.9, 1.4, 1.9, 2.1, 1.7, 1.1, 0.6, 0.5, 0.4)
LAST_WEEK = pd.Timestamp("2026-11-15")


def only(measured: Measured) -> dict[str, Any]:
    assert len(measured.metrics) == 1
    return dict(measured.metrics.iloc[0])


def seasonal(weeks: int, rise_a_week: float = 0.0, level: float = 1000.0) -> list[float]:
    days = [LAST_WEEK - pd.Timedelta(days=7 * back - 3) for back in reversed(range(weeks))]
    return [(level + rise_a_week * at) * SEASON[day.month - 1] for at, day in enumerate(days)]


def reasons(measured: Measured) -> dict[str, dict[str, Any]]:
    return {row["reason"]: row["values"] for row in measured.degradations.to_dict("records")}


def test_volume_is_the_mean_of_the_last_four_known_weeks(niche: Make, measure: Measure) -> None:
    rising = niche("tea", weeks=10, volume=[100.0 * week for week in range(1, 11)])
    row = only(measure(rising))
    assert row["volume"] == row["volume_recent"] == 850
    assert row["weeks_known"] == 10


def test_growth_compares_a_quarter_with_the_quarter_before(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea", weeks=26, volume=[100.0] * 13 + [150.0] * 13)))
    assert row["growth_90d_percent"] == 50
    assert math.isnan(only(measure(niche("tea", weeks=15) | {"opportunities": pd.DataFrame()}))["growth_90d_percent"])


@pytest.mark.parametrize("weeks", [104, 156])
def test_a_season_is_no_growth_once_a_year_is_known(niche: Make, measure: Measure, weeks: int) -> None:
    row = only(measure(niche("mat", weeks=weeks, volume=seasonal(weeks))))
    bare = seasonal(weeks)
    raw = 100 * (sum(bare[-13:]) / sum(bare[-26:-13]) - 1)
    assert raw < -50
    assert abs(row["growth_90d_percent"]) < abs(raw) / 2
    assert row["season_peak_month"] == 7
    assert row["season_ratio"] > 1.6


def test_more_years_take_more_of_the_season_out(niche: Make, measure: Measure) -> None:
    growths = [
        abs(only(measure(niche("mat", weeks=52 * years, volume=seasonal(52 * years))))["growth_90d_percent"])
        for years in (1, 2, 4)
    ]
    assert growths[0] > growths[1] > growths[2]


def test_a_trend_is_not_mistaken_for_a_season(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea", weeks=104, volume=[1000.0 + 20 * week for week in range(104)])))
    assert row["season_ratio"] < 1.03
    assert pd.isna(row["season_peak_month"])
    assert row["growth_90d_percent"] == pytest.approx(100 * 13 * 20 / (1000 + 20 * 84), abs=1.5)


def test_without_a_year_the_season_stays_in_and_it_is_said(niche: Make, measure: Measure) -> None:
    measured = measure(niche("tea", weeks=51))
    assert pd.isna(only(measured)["season_ratio"])
    assert reasons(measured)[volume.NO_SEASON] == {"rows": 1, "country": "US", "needed": 52}
    assert volume.NO_SEASON not in reasons(measure(niche("tea", weeks=60)))


def test_a_missing_week_is_unknown_and_not_nothing(niche: Make, measure: Measure) -> None:
    tables = niche("tea", weeks=30)
    gap = LAST_WEEK - pd.Timedelta(days=7)
    measured = measure(tables | {"volumes": tables["volumes"].loc[lambda rows: rows["week"] != gap]})
    assert only(measured)["volume"] == 1000
    assert only(measured)["weeks_known"] == 29
    assert reasons(measured)[volume.MISSING_WEEKS]["weeks"] == "2026-11-08"


def test_a_term_below_the_reported_ranks_has_no_searches_that_week(
    niche: Make, market: Callable[..., Tables], measure: Measure
) -> None:
    rare, usual = niche("rare", weeks=30), niche("usual", weeks=30)
    thin = rare["volumes"][rare["volumes"]["week"] < LAST_WEEK]
    row = measure(market(rare | {"volumes": thin}, usual)).metrics.set_index("niche").loc["rare"]
    assert row["volume"] == 750


def test_what_comes_after_the_morning_changes_nothing(
    niche: Make, market: Callable[..., Tables], measure: Measure
) -> None:
    tables = market(niche("tea", weeks=60), niche("mat", weeks=60, volume=[50.0 * week for week in range(60)]))
    as_of = date(2026, 8, 3)
    later = {
        "volumes": ("week", ["volume"]), "search_terms": ("week", ["click_share", "conversion_share"]),
        "search_queries": ("week", ["clicks_total"]), "catalog_items": ("seen_on", ["price_minor", "reviews"]),
        "opportunities": ("exported_on", ["return_share"]),
    }  # fmt: skip
    changed = dict(tables)
    for name, (day, columns) in later.items():
        changed[name] = tables[name].copy()
        future = changed[name][day] + pd.Timedelta(days=7 if day == "week" else -1) > pd.Timestamp(as_of)
        assert future.any()
        for column in columns:
            changed[name][column] = changed[name][column].where(~future, 7)
    before, after = measure(tables, as_of), measure(changed, as_of)
    pd.testing.assert_frame_equal(before.metrics, after.metrics)
    pd.testing.assert_frame_equal(before.gaps, after.gaps)


def test_click_shares_are_of_all_clicks(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea", reported=0.6)))
    assert row["click_share_top3"] == pytest.approx(0.75 * 0.6, abs=1e-4)
    assert row["click_share_top5"] == pytest.approx(0.95 * 0.6, abs=1e-4)
    assert row["brand_share_top3"] == row["brand_share_top20"] == pytest.approx(0.6, abs=1e-4)
    assert row["top_brand"] == "Maker 0"
    assert row["unserved"] == pytest.approx(0.4, abs=1e-4)


def test_prices_weigh_by_clicks(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea")))
    assert (row["price_low_minor"], row["price_minor"], row["price_high_minor"]) == (900, 1000, 1300)
    assert row["currency"] == "USD"


def test_reviews_come_at_the_pace_between_two_sights(niche: Make, measure: Measure) -> None:
    assert only(measure(niche("tea")))["reviews_per_month"] == pytest.approx(80 / 80 * 30.4, abs=0.1)
    once = niche("tea")
    once["catalog_items"] = once["catalog_items"].drop_duplicates("asin")
    assert only(measure(once))["reviews_per_month"] == pytest.approx(580 / 692 * 30.4, rel=0.1)


def test_launches_count_as_won_from_the_declared_share(niche: Make, measure: Measure) -> None:
    fresh = niche("tea", launched="2026-08-01") | {"opportunities": pd.DataFrame()}
    row = only(measure(fresh, success_share_percent=10.0))
    assert (row["launches_180d"], row["launches_succeeded_180d"]) == (6, 4)
    assert row["launch_success_share"] == pytest.approx(4 / 6, abs=1e-4)
    old = only(measure(niche("tea") | {"opportunities": pd.DataFrame()}))
    assert (old["launches_180d"], old["launches_succeeded_180d"]) == (0, 0)


def test_the_explorer_fills_what_nothing_else_knows_and_says_so(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea", weeks=15)))
    assert row["return_share"] == 0.04
    assert (row["launches_180d"], row["launches_succeeded_180d"]) == (8, 2)
    assert row["growth_90d_percent"] == 5
    assert set(row["from_explorer"].split(";")) == {
        "growth_90d_percent", "growth_180d_percent", "launches_180d", "launches_succeeded_180d", "return_share",
    }  # fmt: skip


def test_an_index_of_the_rank_is_no_volume_unless_the_explorer_states_one(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    tables["volumes"] = tables["volumes"].assign(volume_basis="rank only")
    row = only(measure(tables))
    assert (row["volume_basis"], row["volume"]) == (explorer.EXPLORER, round(13_000 * 7 / 90, 1))
    alone = measure(tables | {"opportunities": pd.DataFrame()})
    assert only(alone)["volume_basis"] == "rank only"
    assert reasons(alone)[volume.INDEX_ONLY]["rows"] == 1


def test_conversion_counts_a_query_once_however_many_own_products_it_shows(niche: Make, measure: Measure) -> None:
    assert only(measure(niche("tea")))["conversion_percent"] == 10


def test_stock_returns_and_own_products_are_said(niche: Make, measure: Measure) -> None:
    row = only(measure(niche("tea", stock=("no", "yes", "yes", "yes", "", "")), own=("TEA2",)))
    assert row["out_of_stock_share"] == pytest.approx(0.3 / 0.87, abs=1e-4)
    assert row["return_topics"] == "too small"
    assert row["own"]
    assert not only(measure(niche("tea"), own=("ELSE",)))["own"]


# ---- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "empty", ["search_terms", "search_queries", "catalog_items", "feedback_topics", "opportunities"]
)
def test_an_empty_table_is_said_and_the_rest_is_measured(niche: Make, measure: Measure, empty: str) -> None:
    measured = measure(niche("tea") | {empty: pd.DataFrame()})
    assert reasons(measured)[plan.NO_TABLE]["table"] == empty
    assert only(measured)["volume"] == 1000


def test_with_every_table_empty_only_the_niche_is_left(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    bare = {name: table if name == "niches" else pd.DataFrame() for name, table in tables.items()}
    measured = measure(bare)
    row = only(measured)
    assert (row["volume"], row["products"], row["label"]) == (1000, 0, "tea cloth")
    assert math.isnan(row["unmet"])
    assert {volume.NO_WEEKS, plan.NO_CLICKS} <= set(reasons(measured))
    assert measured.gaps.empty and measured.prices.empty and measured.weeks.empty
    nothing = measure(dict.fromkeys(tables, pd.DataFrame()))
    assert list(nothing.metrics.columns) == [*METRICS, *SIGNS] and nothing.metrics.empty


def test_another_currency_within_a_country_counts_in_no_price(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    foreign = tables["catalog_items"]["asin"] == "TEA5"
    tables["catalog_items"] = tables["catalog_items"].assign(
        currency=tables["catalog_items"]["currency"].where(~foreign, "CAD"),
        price_minor=tables["catalog_items"]["price_minor"].where(~foreign, 99_000),
    )
    measured = measure(tables)
    said = reasons(measured)[products.CURRENCY_MIX]
    assert (said["rows"], said["currency"], said["products"]) == (1, "USD", "TEA5")
    assert measured.prices["high_minor"].max() < 99_000
    assert only(measured)["products"] == 6


def test_a_product_without_a_price_is_named(niche: Make, measure: Measure) -> None:
    measured = measure(niche("tea", prices=(900, 1000, 0, 1200, 0, 1400)))
    assert reasons(measured)[products.NO_PRICE]["products"] == "TEA2, TEA4"
    assert measured.prices["products"].sum() == 4


def test_a_price_seen_earlier_stands_in_for_one_not_seen(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    last = tables["catalog_items"]["seen_on"] == pd.Timestamp("2026-11-20")
    tables["catalog_items"] = tables["catalog_items"].assign(
        price_minor=tables["catalog_items"]["price_minor"].where(~last, 0)
    )
    assert only(measure(tables))["price_minor"] == 1000


def test_a_niche_twice_in_a_country_is_refused_by_name(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    with pytest.raises(UnusableNiches, match="tea"):
        measure(tables | {"niches": pd.concat([tables["niches"]] * 2)})


def test_a_table_without_a_column_is_refused_by_name(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    with pytest.raises(MissingColumns, match="catalog_items lacks the columns rating"):
        measure(tables | {"catalog_items": tables["catalog_items"].drop(columns="rating")})


def test_the_order_of_rows_changes_nothing(niche: Make, market: Callable[..., Tables], measure: Measure) -> None:
    tables = market(niche("tea"), niche("mat", weeks=60), niche("tea", country="DE", currency="EUR"))
    mixed = {name: table.sample(frac=1, random_state=3) for name, table in tables.items()}
    one, other = measure(tables), measure(mixed)
    for name in ("metrics", "gaps", "weeks", "prices", "degradations"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_no_frame_is_changed_in_place(niche: Make, measure: Measure) -> None:
    tables = niche("tea")
    kept = {name: table.copy() for name, table in tables.items()}
    measure(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, kept[name])
