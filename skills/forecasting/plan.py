"""The decision: demand per SKU, country and week ahead, with quantiles."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting import adjust, analogy, engine, quantiles, seasons
from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.outlook import ANALOGY, EXITED, MODEL_NAMES, OVERRIDDEN, SHARED, SUMMED, Outlook
from skills.forecasting.panel import CHUNK, Panel, fill_panel, sum_rows
from skills.forecasting.policy import ForecastingPolicy
from skills.forecasting.weeks import Weeks, read_weeks
from skills.vocabulary import ALL_COUNTRIES


def forecast_demand(
    history: pd.DataFrame,
    events: pd.DataFrame,
    overrides: pd.DataFrame,
    products: pd.DataFrame,
    as_of: date,
    policy: ForecastingPolicy,
) -> pd.DataFrame:
    """Forecast every SKU and country, and every SKU as a whole (country `*`, the sum of its countries).

    Week 1 is the ISO week that contains `as_of`; cumulative columns run from `as_of` to the end of the week.

    Args:
        history: From `build_history`: one row per (sku, country, week).
        events: event, first_day, last_day, country, sku, uplift_percent, expires.
        overrides: sku, country, weekly_units, author, expires; replaces the weekly mean.
        products: sku, category, life_cycle; ends_on, the last day of sale of a phase-out (optional).
        as_of: The morning of the forecast.
        policy: Horizon, season, thin series, phase-out.

    Returns:
        One row per (sku, country, weeks_ahead), sorted: week (Monday), mean and p10 … p98 of that week, cum_mean and
        cum_p10 … cum_p98 [units], model, share (of the SKU's thin countries; 1 when forecast alone), season (index)
        and event_percent of that week [%].

    Raises:
        BrokenHistory: names rows that repeat, are negative, or lie outside the complete weeks.
    """
    return forecast_weeks(read_weeks(history, as_of), events, overrides, products, as_of, policy).frame()


def forecast_weeks(
    weeks: Weeks,
    events: pd.DataFrame,
    overrides: pd.DataFrame,
    products: pd.DataFrame,
    as_of: date,
    policy: ForecastingPolicy,
) -> Outlook:
    """The forecast of `forecast_demand`, from weeks that `count_weeks` counted, its frame not yet written."""
    live = adjust.read_overrides(overrides, as_of)
    unseen = pd.concat([_find_unseen(weeks, live), analogy.find_launches(weeks, products)], ignore_index=True)
    panel = fill_panel(weeks, unseen, as_of)
    if len(panel.skus) == 0:
        return _expect_nothing(policy.horizon_weeks)
    horizon, past = policy.horizon_weeks, panel.values.shape[1]
    mondays = panel.monday + 7 * np.arange(panel.week_one + horizon)
    sold = _count_sold(panel, live)
    event = adjust.measure_events(
        events, panel.skus, panel.countries, panel.sku_names, panel.country_names, mondays, as_of
    )
    adjust.deflate(panel.values, panel.known, event.kinds, event.factors[:, :past])
    categories = adjust.number_categories(products, panel.sku_names)
    category = categories[panel.skus]
    season = seasons.measure_seasons(
        panel.values, panel.known, panel.skus, category, panel.countries, policy.season_weeks, panel.week_one, horizon
    )
    adjust.deflate(panel.values, panel.known, season.kinds, season.factors[:, :past])

    series = engine.gather_series(
        panel.values, panel.known, panel.firsts, panel.ends, panel.skus, panel.countries, policy.thin_weeks
    )
    learned = engine.learn(series, policy.season_weeks)
    plain = _extend(series, learned, policy.season_weeks, panel.week_one, horizon)
    launches = analogy.follow_analogues(
        panel.values, panel.known, panel.firsts, panel.ends, panel.skus,
        category * len(panel.country_names) + panel.countries, panel.week_one, horizon,
    )  # fmt: skip
    plain[launches.rows] = launches.path
    ahead = mondays[panel.week_one :]
    fade = adjust.fade_life_cycle(products, panel.sku_names, ahead, policy.phase_out_weeks, as_of)
    event = adjust.Events(event.kinds, event.factors[:, panel.week_one :])
    season = seasons.Seasons(season.kinds, season.factors[:, panel.week_one :])
    mean = np.empty_like(plain)
    for start in range(0, len(mean), CHUNK):
        some = slice(start, start + CHUNK)
        factor = event.factors[event.kinds[some]] * season.factors[season.kinds[some]] * fade[panel.skus[some]]
        mean[some] = plain[some] * factor
    mean, overridden = _replace(mean, panel, live, sold)
    mean[overridden] *= adjust.share_on_sale(products, panel.sku_names[panel.skus[overridden]], ahead, as_of)
    mean = np.round(mean, 4)
    starts, weeks_ahead = panel.sku_starts, np.cumsum([_first_week_share(as_of), *np.ones(horizon - 1)])
    whole = np.add.reduceat(mean, starts, axis=0).round(4)
    ends = np.concatenate([panel.ends, series.finals])
    late, delays = np.unique(panel.week_one - ends, return_inverse=True)
    factors = learned.factors
    return Outlook(
        sku_names=panel.sku_names,
        country_names=panel.country_names,
        skus=panel.skus,
        countries=panel.countries,
        mondays=ahead,
        first_week=_first_week_share(as_of),
        plain=plain,
        mean=mean,
        whole=whole,
        spread=_widen(launches, learned, starts),
        pools=learned.pools,
        delays=delays,
        models=_name_models(series, learned, panel, fade, overridden, launches.rows),
        share=learned.share,
        ratio=learned.ratio,
        widths=quantiles.widen_weeks(weeks_ahead, factors.knots),
        weekly=quantiles.draw_factors(factors.weekly, factors.knots, late, horizon),
        cumulative=quantiles.draw_factors(factors.cumulative, factors.knots, late, horizon),
        categories=categories,
        seasons=season,
        events=event,
        fade=fade,
    )


def _find_unseen(weeks: Weeks, live: pd.DataFrame) -> pd.DataFrame:
    """Pairs that only an override knows; a SKU overridden as a whole is taken into every country of the seller."""
    named = live.loc[live["country"] != ALL_COUNTRIES, ["sku", "country"]]
    whole = live.loc[(live["country"] == ALL_COUNTRIES) & ~live["sku"].isin(weeks.sku_names), ["sku"]]
    countries = pd.DataFrame({"country": weeks.country_names})
    return pd.concat([named, whole.merge(countries, how="cross")], ignore_index=True)


def _extend(series: engine.Series, learned: engine.Learned, season_weeks: int, week_one: int, horizon: int) -> Floats:
    """(row, week ahead) without season and events; a row whose history ended earlier is carried over the gap."""
    gap = week_one - series.finals[series.base_sku]
    paths = engine.draw_chosen(series, learned, season_weeks, horizon + int(gap.max()))
    ahead = np.take_along_axis(paths, gap[:, None] + np.arange(horizon), axis=1)
    return np.asarray(learned.share[:, None] * ahead[series.base_of_row])


def _count_sold(panel: Panel, live: pd.DataFrame) -> Floats:
    """Per row, what its country has sold in all; only an override of a whole SKU asks."""
    if not (live["country"] == ALL_COUNTRIES).any():
        return np.zeros(len(panel.skus))
    by_country = np.bincount(panel.countries, weights=sum_rows(panel.values))
    return np.asarray(by_country.astype(np.float64)[panel.countries])


def _replace(mean: Floats, panel: Panel, live: pd.DataFrame, sold: Floats) -> tuple[Floats, Bools]:
    """Overrides: of one country, or of the whole SKU, then shared by forecast over the countries not set alone."""
    replaced = mean.copy()
    set_alone = np.zeros(len(mean), np.bool_)
    touched = np.zeros(len(mean), np.bool_)
    sku = adjust.find_codes(panel.sku_names, live["sku"])
    country = adjust.find_codes(panel.country_names, live["country"])
    wanted = live["weekly_units"].to_numpy(dtype=np.float64)
    for code, place, units in zip(sku, country, wanted, strict=True):
        if place >= 0:
            row = (panel.skus == code) & (panel.countries == place)
            replaced[row] = units
            set_alone |= row
    for code, name, units in zip(sku, live["country"], wanted, strict=True):
        rows = np.flatnonzero((panel.skus == code) & ~set_alone)
        if name != ALL_COUNTRIES or rows.size == 0:
            continue
        alone = np.add.reduce(replaced[(panel.skus == code) & set_alone], axis=0)
        left = np.maximum(units - alone, 0.0)
        weight = _first_positive(np.cumsum(mean[rows], axis=1)[:, -1], sold[rows])
        replaced[rows] = (weight / np.cumsum(weight)[-1])[:, None] * left
        touched[rows] = True
    return replaced, set_alone | touched


def _first_positive(*weights: Floats) -> Floats:
    """The first weights that are not all zero, else equal ones."""
    return next((weight for weight in weights if weight.any()), np.ones_like(weights[0]))


def _first_week_share(as_of: date) -> float:
    """Share of the first week that still lies ahead."""
    return (7 - as_of.weekday()) / 7.0


def _widen(launches: analogy.Launches, learned: engine.Learned, starts: Ints) -> Floats:
    """Spread per row and then per SKU [units per week], that of the analogues in it."""
    spread = learned.spread.copy()
    rows = len(spread) - len(starts)
    squares = np.zeros(rows)
    squares[launches.rows] = launches.spread * launches.spread
    spread[:rows] = np.sqrt(spread[:rows] * spread[:rows] + squares)
    spread[rows:] = np.sqrt(spread[rows:] * spread[rows:] + np.add.reduceat(squares, starts))
    return spread


def _name_models(
    series: engine.Series, learned: engine.Learned, panel: Panel, fade: Floats, overridden: Bools, launches: Ints
) -> Ints:
    """Number of each row's model in `MODEL_NAMES`."""
    members = np.bincount(series.base_of_row)[series.base_of_row]
    model = np.where(members > 1, MODEL_NAMES.index(SHARED), learned.chosen[series.base_of_row])
    model[launches] = MODEL_NAMES.index(ANALOGY)
    model = np.where((fade == 0.0).all(axis=1)[panel.skus], MODEL_NAMES.index(EXITED), model)
    model = np.where(overridden, MODEL_NAMES.index(OVERRIDDEN), model)
    whole = np.full(len(panel.sku_starts), MODEL_NAMES.index(SUMMED))
    return np.concatenate([model, whole]).astype(np.int64)


def _expect_nothing(horizon: int) -> Outlook:
    """Of a seller without a history."""
    names, rows, none, table = pd.Index([], dtype="str"), np.zeros(0, np.int64), np.zeros(0), np.zeros((0, horizon))
    return Outlook(
        names, names, rows, rows, np.zeros(horizon, np.int64), 1.0, table, table, table, none, rows, rows, rows,
        none, none, np.zeros(horizon), table, table, rows, seasons.Seasons(rows, table),
        adjust.Events(rows, table), table,
    )  # fmt: skip
