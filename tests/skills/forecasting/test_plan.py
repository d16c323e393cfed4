"""Forecast: what must hold for any history, and each rule of the manifest on a small case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.forecasting import forecast_demand
from skills.forecasting.outlook import FORECAST_COLUMNS
from skills.forecasting.policy import ForecastingPolicy
from skills.forecasting.weeks import BrokenHistory
from skills.vocabulary import QUANTILES

AS_OF = date(2025, 11, 24)
SHORT = ForecastingPolicy(horizon_weeks=14)
NO_EVENTS = pd.DataFrame(
    columns=["event", "first_day", "last_day", "country", "sku", "uplift_percent", "author", "expires"]
)
NO_OVERRIDES = pd.DataFrame(columns=["sku", "country", "weekly_units", "author", "reason", "expires"])
CUMULATIVE = [f"cum_{name}" for name in QUANTILES]


def past(
    series: dict[tuple[str, str], list[int]],
    out: dict[tuple[str, str], list[int]] | None = None,
    ends_before: int = 0,
) -> pd.DataFrame:
    """Series that all end in the week before AS_OF; `out` lists the censored positions."""
    frames = []
    for (sku, country), units in series.items():
        last = pd.Timestamp(AS_OF) - pd.Timedelta(weeks=1 + ends_before)
        weeks = pd.date_range(end=last, periods=len(units), freq="7D")
        in_stock = [place not in (out or {}).get((sku, country), []) for place in range(len(units))]
        frames.append(
            pd.DataFrame(
                {
                    "sku": sku,
                    "country": country,
                    "week": weeks,
                    "units": units,
                    "in_stock": in_stock,
                    "capped_units": 0,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def products(*skus: str, life_cycle: str = "steady") -> pd.DataFrame:
    return pd.DataFrame({"sku": list(skus), "category": "towels", "life_cycle": life_cycle})


def event(first: str, last: str, percent: float, expires: str = "2026-12-31", **other: str) -> pd.DataFrame:
    row = {"event": "deal", "country": "*", "sku": "*", "author": "Lin", **other}
    days = {"first_day": pd.Timestamp(first), "last_day": pd.Timestamp(last), "expires": pd.Timestamp(expires)}
    return pd.DataFrame([{**row, **days, "uplift_percent": percent}])


def override(
    sku: str, country: str, units: float, expires: str = "2026-12-31", author: str = "Lin"
) -> dict[str, Any]:
    return {
        "sku": sku,
        "country": country,
        "weekly_units": units,
        "author": author,
        "reason": "",
        "expires": pd.Timestamp(expires),
    }


def forecast(history: pd.DataFrame, **other: Any) -> pd.DataFrame:
    skus = sorted(set(history["sku"]))
    return forecast_demand(
        history,
        other.get("events", NO_EVENTS),
        other.get("overrides", NO_OVERRIDES),
        other.get("products", products(*skus)),
        other.get("as_of", AS_OF),
        other.get("policy", SHORT),
    )


def mean_of(frame: pd.DataFrame, country: str, week: int = 1, sku: str = "A") -> float:
    row = frame[(frame["sku"] == sku) & (frame["country"] == country) & (frame["weeks_ahead"] == week)]
    return float(row["mean"].item())


series = st.lists(st.one_of(st.just(0), st.integers(0, 60)), min_size=1, max_size=70)
histories = st.dictionaries(
    st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["US", "DE", "JP"])), series, min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 6))
def test_any_history_gives_a_sound_forecast(drawn: dict[tuple[str, str], list[int]], days: int) -> None:
    history = past(drawn)
    result = forecast(history, as_of=AS_OF + timedelta(days=days))
    pairs = {*drawn, *((sku, "*") for sku, _ in drawn)}
    assert set(zip(result["sku"], result["country"], strict=True)) == pairs
    assert len(result) == len(pairs) * SHORT.horizon_weeks
    assert tuple(result.columns) == FORECAST_COLUMNS
    numbers = result.select_dtypes("number")
    assert np.isfinite(numbers.to_numpy()).all()
    assert (numbers.drop(columns="event_percent") >= 0).all().all()
    for columns in (list(QUANTILES), CUMULATIVE):
        assert (np.diff(result[columns].to_numpy(), axis=1) >= 0).all(), "quantiles rise in p"
    for _, rows in result.groupby(["sku", "country"]):
        assert (np.diff(rows[["cum_mean", *CUMULATIVE]].to_numpy(), axis=0) >= 0).all(), "and over the weeks"
    whole = result[result["country"] == "*"].set_index(["sku", "weeks_ahead"])
    parts = result[result["country"] != "*"].groupby(["sku", "weeks_ahead"])
    assert (parts["mean"].sum().round(4) == whole["mean"]).all()
    for name in (*QUANTILES, *CUMULATIVE):
        assert (parts[name].max() <= whole[name]).all()


@settings(max_examples=20, deadline=None)
@given(histories, st.sampled_from([2, 4, 64]))
def test_ten_times_the_sales_are_ten_times_the_forecast(drawn: dict[tuple[str, str], list[int]], times: int) -> None:
    one = forecast(past(drawn))
    many = forecast(past({key: [times * units for units in values] for key, values in drawn.items()}))
    columns = ["mean", "cum_mean", *QUANTILES, *CUMULATIVE]
    assert (one["model"] == many["model"]).all()
    np.testing.assert_allclose(many[columns], times * one[columns], rtol=1e-3, atol=times * 1e-3)


@settings(max_examples=20, deadline=None)
@given(histories, st.integers(0, 2**31))
def test_the_order_of_rows_changes_nothing(drawn: dict[tuple[str, str], list[int]], seed: int) -> None:
    history = past(drawn)
    pd.testing.assert_frame_equal(forecast(history), forecast(history.sample(frac=1, random_state=seed)))


@pytest.mark.parametrize("weeks", [5, 20, 60])
def test_weeks_without_stock_do_not_lower_the_forecast(weeks: int) -> None:
    steady = [10, 12, 8, 10] * (weeks // 4) + [10] * (weeks % 4)
    places = list(range(weeks - 4, weeks))
    sold_out = [*steady[:-4], 0, 1, 0, 0]
    censored = mean_of(forecast(past({("A", "US"): sold_out}, {("A", "US"): places})), "US")
    read_as_zero = mean_of(forecast(past({("A", "US"): sold_out})), "US")
    assert censored == pytest.approx(10, abs=1.0)
    assert read_as_zero < 0.8 * censored


def test_a_stale_country_is_still_forecast_from_what_is_known() -> None:
    fresh = past({("A", "US"): [10] * 30})
    stale = past({("A", "CA"): [4] * 30}, ends_before=3)
    result = forecast(pd.concat([fresh, stale]))
    assert mean_of(result, "CA") == pytest.approx(4.0)
    assert mean_of(result, "*", week=14) == pytest.approx(14.0)
    assert str(result["week"].min())[:10] == "2025-11-24"


def test_a_thin_country_takes_its_share_of_the_skus_remaining_forecast() -> None:
    sparse = [0] * 40
    history = past(
        {
            ("A", "US"): [50] * 40,
            ("A", "DE"): [6 if week % 10 == 0 else 0 for week in range(40)],
            ("A", "JP"): [2 if week % 10 == 0 else 0 for week in range(40)],
            ("B", "US"): [3, *sparse[1:]],
        }
    )
    result = forecast(history)
    first = result[result["weeks_ahead"] == 1].set_index(["sku", "country"])
    assert first.loc[("A", "DE"), "model"] == first.loc[("A", "JP"), "model"] == "share of SKU"
    assert first.loc[("A", "DE"), "share"] == pytest.approx(0.75)
    assert first.loc[("A", "DE"), "mean"] == pytest.approx(3 * first.loc[("A", "JP"), "mean"], abs=2e-4)
    assert first.loc[("A", "US"), "model"] != "share of SKU"
    assert first.loc[("A", "*"), "model"] == "sum of countries"


def test_a_past_event_does_not_raise_the_level_and_a_coming_one_raises_its_week() -> None:
    units = [70] * 40
    units[-3] = 140
    known = pd.concat([event("2025-11-03", "2025-11-09", 100, "2025-11-10"), event("2025-12-01", "2025-12-07", 50)])
    result = forecast(past({("A", "US"): units}), events=known)
    assert mean_of(result, "US") == pytest.approx(70)
    assert mean_of(result, "US", week=2) == pytest.approx(105)
    assert mean_of(forecast(past({("A", "US"): units})), "US") > 72
    shown = result[(result["country"] == "*") & (result["weeks_ahead"] == 2)]
    assert shown["event_percent"].item() == pytest.approx(50)


@pytest.mark.parametrize(
    ("known", "week_two"),
    [
        (event("2025-12-01", "2025-12-02", 70), 12.0),
        (event("2025-12-01", "2025-12-02", 70, country="DE"), 10.0),
        (event("2025-12-01", "2025-12-02", 70, sku="B"), 10.0),
        (event("2025-12-01", "2025-12-02", 70, "2025-11-23"), 10.0),
        (event("2025-12-01", "2025-12-07", -250), 0.0),
        (event("2025-12-01", "2025-12-02", 70).assign(expires=pd.NaT), 12.0),
    ],
)
def test_an_event_acts_on_its_days_country_and_sku_until_it_expires(known: pd.DataFrame, week_two: float) -> None:
    assert mean_of(forecast(past({("A", "US"): [10] * 30}), events=known), "US", week=2) == pytest.approx(week_two)


def test_in_the_week_of_the_morning_an_event_counts_on_the_days_that_lie_ahead() -> None:
    """Wednesday, ten a week: a deal of Monday and Tuesday is over, one of Friday lifts one of the five days left."""
    for first, last, units in (
        ("2025-11-24", "2025-11-25", 5.0), ("2025-11-28", "2025-11-28", 5.7), ("2025-11-24", "2025-11-30", 8.5)
    ):  # fmt: skip
        known = event(first, last, 70)
        result = forecast(past({("A", "US"): [10] * 30}), events=known, as_of=AS_OF + timedelta(days=2))
        own = result[result["country"] == "US"].set_index("weeks_ahead")
        assert own.loc[1, "cum_mean"] == pytest.approx(units / 7 * 10, abs=1e-3)
        assert own.loc[2, "mean"] == 10


def test_units_of_a_week_that_an_event_says_nothing_was_sold_in_are_not_read() -> None:
    """A listing that was closed and sold all the same: the week is not known, and its units are not demand."""
    sold = {("A", "US"): [10] * 12 + [500] + [10] * 6, ("A", "DE"): [1, 0, 0, 0] * 4 + [1, 0, 0]}
    closed, policy = event("2025-10-06", "2025-10-12", -100), ForecastingPolicy(horizon_weeks=14, thin_weeks=30)
    assert past(sold)["week"].iloc[12] == pd.Timestamp("2025-10-06")
    left_out = past(sold, out={("A", "US"): [12], ("A", "DE"): [12]})
    pd.testing.assert_frame_equal(
        forecast(past(sold), events=closed, policy=policy), forecast(left_out, policy=policy)
    )


def test_an_override_replaces_the_weekly_mean_until_it_expires() -> None:
    history = past({("A", "US"): [10] * 30, ("A", "DE"): [5] * 30, ("A", "JP"): [15] * 30})
    rows = [
        override("A", "US", 22),
        override("A", "US", 99, "2025-11-23"),
        override("A", "DE", 1, "2025-12-31"),
        override("A", "DE", 7),
    ]
    result = forecast(history, overrides=pd.DataFrame(rows), events=event("2025-11-24", "2025-12-31", 100))
    first = result[result["weeks_ahead"] == 1].set_index("country")
    assert (first.loc["US", "mean"], first.loc["DE", "mean"]) == (22, 7)
    assert (first.loc["US", "model"], first.loc["JP", "model"] == "override") == ("override", False)
    assert first.loc["*", "mean"] == pytest.approx(22 + 7 + 30)


def test_an_override_of_the_whole_sku_is_shared_by_forecast() -> None:
    history = past({("A", "US"): [10] * 30, ("A", "DE"): [5] * 30, ("A", "JP"): [15] * 30})
    rows = pd.DataFrame([override("A", "*", 80), override("A", "JP", 20)])
    result = forecast(history, overrides=rows)
    assert [mean_of(result, country) for country in ("US", "DE", "JP", "*")] == [40, 20, 20, 80]


def test_an_override_starts_what_has_no_history() -> None:
    history = past({("A", "US"): [30] * 30, ("A", "DE"): [10] * 30})
    rows = pd.DataFrame([override("N", "*", 8), override("A", "JP", 3)])
    result = forecast(history, overrides=rows, products=products("A", "N"))
    assert [mean_of(result, country, sku="N") for country in ("US", "DE", "*")] == [6, 2, 8]
    assert mean_of(result, "JP") == 3
    assert result.loc[result["sku"] == "N", "p90"].gt(0).all()
    alone = forecast(history.iloc[:0], overrides=rows[rows["country"] == "JP"], products=products("A"))
    assert mean_of(alone, "JP") == 3


def test_demand_ends_with_the_life_of_the_sku() -> None:
    history = past({("A", "US"): [26] * 30})
    assert forecast(history, products=products("A", life_cycle="exit"))[["mean", *CUMULATIVE]].eq(0).all().all()
    fading = forecast(history, products=products("A", life_cycle="phase_out"), policy=ForecastingPolicy())
    assert [mean_of(fading, "US", week) for week in (1, 2, 26, 27)] == pytest.approx([26, 25, 1, 0])


def test_a_stated_last_day_of_sale_is_the_end_whatever_the_morning() -> None:
    history = past({("A", "US"): [28] * 30})
    last_day = forecast(history)["week"].min() + pd.Timedelta(days=7 * 4 + 2)
    dated = products("A", life_cycle="phase_out").assign(ends_on=last_day)
    ending = forecast(history, products=dated)
    # Monday to Wednesday of the fifth week are the last three days
    assert [mean_of(ending, "US", week) for week in (1, 4, 5, 6)] == pytest.approx([28, 28, 12, 0])
    unstated = products("A", life_cycle="phase_out").assign(ends_on=pd.NaT)
    assert forecast(history, products=unstated).equals(
        forecast(history, products=products("A", life_cycle="phase_out"))
    )
    steady = products("A").assign(ends_on=last_day)
    assert forecast(history, products=steady).equals(forecast(history, products=products("A")))


def test_in_the_week_that_sale_ends_only_days_from_the_morning_on_are_sold() -> None:
    history = past({("A", "US"): [28] * 30})
    wednesday = AS_OF + timedelta(days=2)
    for last_day, units in ((4, 12.0), (2, 4.0), (1, 0.0), (-3, 0.0)):
        dated = products("A", life_cycle="phase_out").assign(ends_on=pd.Timestamp(AS_OF + timedelta(days=last_day)))
        ending = forecast(history, products=dated, as_of=wednesday)
        own = ending[ending["country"] == "US"].set_index("weeks_ahead")
        assert own.loc[14, "cum_mean"] == pytest.approx(units), "Wednesday to the last day of sale, 4 a day"
        assert own.loc[2:, ["mean", *QUANTILES]].eq(0).all().all(), "nothing is sold in a week after it"


def test_an_override_does_not_sell_after_the_stated_last_day_of_sale() -> None:
    history = past({("A", "US"): [28] * 30})
    dated = products("A", life_cycle="phase_out").assign(ends_on=pd.Timestamp(AS_OF + timedelta(days=7 * 4 + 2)))
    set_by_hand = forecast(history, products=dated, overrides=pd.DataFrame([override("A", "*", 70)]))
    assert [mean_of(set_by_hand, "US", week) for week in (1, 4, 5, 6)] == pytest.approx([70, 70, 30, 0])


def test_two_seasons_give_a_seasonal_index_and_less_gives_none() -> None:
    wave = [1.0 + 0.8 * (1 if 20 <= week % 52 < 32 else -0.24) for week in range(104)]
    many = {(f"S{n}", "US"): [round((20 + n) * factor) for factor in wave] for n in range(8)}
    result = forecast(past(many), policy=ForecastingPolicy())
    rows = result[(result["sku"] == "S0") & (result["country"] == "US")].set_index("weeks_ahead")
    assert rows["season"].loc[26] > 1.6
    assert rows["season"].loc[5] < 0.9
    assert rows["mean"].loc[26] == pytest.approx(36, rel=0.1)
    young = forecast(past({key: units[1:] for key, units in many.items()}))
    assert young["season"].eq(1).all()


def test_noise_is_not_read_as_a_season() -> None:
    stream = np.random.Generator(np.random.PCG64(11))
    noise = {(f"S{n}", "US"): stream.poisson(20, 104).tolist() for n in range(10)}
    season = forecast(past(noise))["season"]
    assert season.between(0.93, 1.07).all()


def test_a_new_sku_is_forecast_by_its_mean() -> None:
    result = forecast(past({("A", "US"): [4, 8, 6]}), policy=ForecastingPolicy(thin_weeks=0))
    assert mean_of(result, "US") == 6
    assert result.loc[result["country"] == "US", "model"].eq("mean").all()


def launches() -> dict[tuple[str, str], list[int]]:
    """Ten towels, the eldest from the first week on, the others launched later: 4 weeks of 2, then 10 a week."""
    curve = [2] * 4 + [10] * 60
    return {(f"S{n}", "US"): curve[: 60 - n] for n in range(10)}


def test_a_sku_without_history_takes_the_launch_of_similar_skus_in_their_country() -> None:
    history = past(launches() | {("S0", "DE"): [3] * 60})
    known = products(*history["sku"].unique(), "N", life_cycle="launch")
    result = forecast(history, products=known)
    new = result[(result["sku"] == "N") & (result["country"] == "US")].set_index("weeks_ahead")
    assert new["model"].eq("launch of similar SKUs").all()
    assert new["mean"].tolist() == [2.0] * 4 + [10.0] * 10
    assert set(result.loc[result["sku"] == "N", "country"]) == {"*", "US"}
    steady = known.assign(life_cycle=known["life_cycle"].where(known["sku"] != "N", "steady"))
    assert "N" not in set(forecast(history, products=steady)["sku"])
    assert "N" not in set(forecast(history, products=known.assign(category=known["sku"]))["sku"])


def test_a_newcomer_is_as_unsure_as_its_analogues_differ() -> None:
    stream = np.random.Generator(np.random.PCG64(8))
    widths = []
    for factors in (np.full(40, 1.0), np.linspace(0.2, 1.8, 40)):
        sold = {(f"S{n}", "US"): stream.poisson(10 * factors[n], 60 - n % 20).tolist() for n in range(40)}
        history = past(sold)
        result = forecast(history, products=products(*history["sku"].unique(), "N", life_cycle="launch"))
        new = result[(result["sku"] == "N") & (result["country"] == "US")].iloc[-1]
        widths.append(new["cum_p90"] - new["cum_p50"])
    assert widths[1] > 1.5 * widths[0] > 0


def test_a_newcomers_own_weeks_scale_the_launch_of_its_analogues() -> None:
    result = forecast(past(launches() | {("N", "US"): [5]}))
    new = result[(result["sku"] == "N") & (result["country"] == "US")].set_index("weeks_ahead")
    assert new["model"].eq("launch of similar SKUs").all()
    # 2.5 × the curve in one week, believed by two thirds: 2 × 2, and from the fifth week 2 × 10
    assert new["mean"].iloc[[0, 3]].tolist() == pytest.approx([4.0, 20.0])


def test_the_first_week_counts_only_the_days_that_lie_ahead() -> None:
    history = past({("A", "US"): [7] * 30})
    result = forecast(history, as_of=date(2025, 11, 27))
    first = result[(result["country"] == "US") & (result["weeks_ahead"] <= 2)]
    assert first["mean"].tolist() == [7, 7]
    assert first["cum_mean"].tolist() == [4, 11]


def test_no_history_gives_an_empty_forecast_with_its_columns() -> None:
    result = forecast(past({("A", "US"): [1]}).iloc[:0])
    assert result.empty
    assert tuple(result.columns) == FORECAST_COLUMNS


@pytest.mark.parametrize("fault", ["twice", "negative", "infinite", "future", "tuesday", "star"])
def test_a_broken_history_is_refused_with_its_rows(fault: str) -> None:
    history = past({("A", "US"): [7] * 5})
    broken = {
        "twice": pd.concat([history, history.iloc[[0]]]),
        "negative": history.assign(units=-1),
        "infinite": history.assign(units=float("inf")),
        "future": history.assign(week=history["week"] + pd.Timedelta(weeks=1)),
        "tuesday": history.assign(week=[*history["week"][:4], history["week"].iloc[4] + pd.Timedelta(days=1)]),
        "star": history.assign(country="*"),
    }[fault]
    with pytest.raises(BrokenHistory, match=r"A .* 2025-1\d-\d\d .*build_history"):
        forecast(broken)
