"""The decision: demand per SKU, country and week ahead, with quantiles."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.forecasting import adjust, analogy, engine, models, quantiles
from skills.forecasting.arrays import Bools, Floats, Ints
from skills.forecasting.panel import Panel, read_panel
from skills.forecasting.policy import ForecastingPolicy
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, mark

FORECAST_COLUMNS = (
    "sku",
    "country",
    "weeks_ahead",
    "week",
    "mean",
    *QUANTILES,
    "cum_mean",
    *(f"cum_{name}" for name in QUANTILES),
    "model",
    "share",
    "season",
    "event_percent",
)
USUAL_CLASS = 4
"""Zero class (up to 30 % zero weeks) whose spread ÷ mean a row without a history takes."""
SHARED = mark("share of SKU")
SUMMED = mark("sum of countries")
OVERRIDDEN = mark("override")
EXITED = mark("exit")
ANALOGY = mark("launch of similar SKUs")


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
    live = adjust.read_overrides(overrides, as_of)
    unseen = pd.concat([_find_unseen(history, live), analogy.find_launches(history, products)], ignore_index=True)
    panel = read_panel(history, unseen, as_of)
    if len(panel.skus) == 0:
        return _frame_of_nothing()
    horizon = policy.horizon_weeks
    mondays = panel.monday + 7 * np.arange(panel.week_one + horizon)
    event = adjust.measure_events(
        events, panel.skus, panel.countries, panel.sku_names, panel.country_names, mondays, as_of
    )
    past = panel.values.shape[1]
    calm, known = adjust.deflate(panel.values, panel.known, event[:, :past])
    categories = adjust.number_categories(products, panel.sku_names)[panel.skus]
    season = adjust.measure_seasons(calm, known, categories, policy.season_weeks, panel.week_one, horizon)[categories]
    calm, known = adjust.deflate(calm, known, season[:, :past])

    series = engine.gather_series(
        calm, known, panel.firsts, panel.ends, panel.skus, panel.countries, policy.thin_weeks
    )
    learned = engine.learn(series, policy.season_weeks)
    plain = _extend(series, learned, policy.season_weeks, panel.week_one, horizon)
    kinds = (
        adjust.number_categories(products, panel.sku_names)[panel.skus] * len(panel.country_names) + panel.countries
    )
    launches = analogy.follow_analogues(
        calm, known, panel.firsts, panel.ends, panel.skus, kinds, panel.week_one, horizon
    )
    plain[launches.rows] = launches.path
    fade = adjust.fade_life_cycle(
        products, panel.sku_names, mondays[panel.week_one :], policy.phase_out_weeks
    )
    factor = event[:, panel.week_one :] * season[:, panel.week_one :] * fade[panel.skus]
    mean, overridden = _replace(plain * factor, panel, live)
    mean = np.round(mean, 4)

    starts = panel.sku_starts
    all_mean = np.concatenate([mean, np.round(np.add.reduceat(mean, starts, axis=0), 4)])
    all_plain = np.concatenate([plain, np.add.reduceat(plain, starts, axis=0)])
    weeks, cum_mean = _accumulate(all_mean, _first_week_share(as_of))
    spread = _scale_spread(all_mean, all_plain, _widen(launches, learned, starts), learned.ratio)
    delay = np.concatenate([panel.week_one - panel.ends, panel.week_one - series.finals])
    by_week, by_time = quantiles.spread_quantiles(
        all_mean, cum_mean, spread, weeks, delay, learned.pools, learned.factors
    )
    rows = len(panel.skus)
    for table in (by_week, by_time):
        # a whole is never below one of its parts
        table[:, rows:] = np.maximum(table[:, rows:], np.maximum.reduceat(table[:, :rows], starts, axis=1))
    return _frame(
        panel,
        mondays[panel.week_one :],
        {
            "mean": all_mean,
            **dict(zip(QUANTILES, np.round(by_week, 4), strict=True)),
            "cum_mean": cum_mean,
            **dict(zip((f"cum_{name}" for name in QUANTILES), np.round(by_time, 4), strict=True)),
            "share": _repeat(np.concatenate([learned.share, np.ones(len(starts))]), horizon),
            "season": np.concatenate([season[:, panel.week_one :], season[starts, panel.week_one :]]),
            "event_percent": 100.0
            * (
                np.concatenate([event[:, panel.week_one :], _whole_event(plain * fade[panel.skus], event, panel)])
                - 1.0
            ),
        },
        _name_models(series, learned, panel, fade, overridden, launches.rows),
    )


def _find_unseen(history: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    """Pairs that only an override knows; a SKU overridden as a whole is taken into every country of the seller."""
    named = live.loc[live["country"] != ALL_COUNTRIES, ["sku", "country"]]
    whole = live.loc[(live["country"] == ALL_COUNTRIES) & ~live["sku"].isin(history["sku"].unique()), ["sku"]]
    return pd.concat([named, whole.merge(history[["country"]].drop_duplicates(), how="cross")], ignore_index=True)


def _extend(series: engine.Series, learned: engine.Learned, season_weeks: int, week_one: int, horizon: int) -> Floats:
    """(row, week ahead) without season and events; a row whose history ended earlier is carried over the gap."""
    gap = week_one - series.finals[series.base_sku]
    paths = engine.draw_chosen(series, learned, season_weeks, horizon + int(gap.max()))
    ahead = np.take_along_axis(paths, gap[:, None] + np.arange(horizon), axis=1)
    return np.asarray(learned.share[:, None] * ahead[series.base_of_row])


def _replace(mean: Floats, panel: Panel, live: pd.DataFrame) -> tuple[Floats, Bools]:
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
    by_country = np.bincount(panel.countries, weights=np.cumsum(panel.values, axis=1)[:, -1])
    sold = by_country.astype(np.float64)[panel.countries]
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


def _accumulate(mean: Floats, first: float) -> tuple[Floats, Floats]:
    """Weeks, and demand, from as_of to the end of each week ahead."""
    horizon = mean.shape[1]
    part = np.ones(horizon)
    part[0] = first
    return np.cumsum(part), np.asarray(np.round(np.cumsum(mean * part, axis=1), 4))


def _widen(launches: analogy.Launches, learned: engine.Learned, starts: Ints) -> Floats:
    """Spread per row and then per SKU [units per week], that of the analogues in it."""
    spread = learned.spread.copy()
    rows = len(spread) - len(starts)
    squares = np.zeros(rows)
    squares[launches.rows] = launches.spread * launches.spread
    spread[:rows] = np.sqrt(spread[:rows] * spread[:rows] + squares)
    spread[rows:] = np.sqrt(spread[rows:] * spread[rows:] + np.add.reduceat(squares, starts))
    return spread


def _scale_spread(mean: Floats, plain: Floats, spread: Floats, ratio: Floats) -> Floats:
    """Spread [units per week], in proportion to what season, events, fading and overrides do to the mean so far.

    A row without a history of its own (an override) takes the spread that is usual for its mean.
    """
    reached, expected = np.cumsum(mean, axis=1), np.cumsum(plain, axis=1)
    weeks = np.arange(1, mean.shape[1] + 1)
    usual = ratio[USUAL_CLASS] * reached / weeks
    scaled = spread[:, None] * reached / np.where(expected > 0.0, expected, 1.0)
    return np.where((expected > 0.0) & (spread > 0.0)[:, None], scaled, usual)


def _whole_event(plain: Floats, event: Floats, panel: Panel) -> Floats:
    """Event factor of the whole SKU: that of its countries, weighted by their forecast."""
    starts = panel.sku_starts
    base = np.add.reduceat(plain, starts, axis=0)
    raised = np.add.reduceat(plain * event[:, panel.week_one :], starts, axis=0)
    return np.where(base > 0.0, raised / np.where(base > 0.0, base, 1.0), 1.0)


def _name_models(
    series: engine.Series, learned: engine.Learned, panel: Panel, fade: Floats, overridden: Bools, launches: Ints
) -> Ints:
    """Number of each row's model in `_MODEL_NAMES`."""
    members = np.bincount(series.base_of_row)[series.base_of_row]
    model = np.where(members > 1, _MODEL_NAMES.index(SHARED), learned.chosen[series.base_of_row])
    model[launches] = _MODEL_NAMES.index(ANALOGY)
    model = np.where((fade == 0.0).all(axis=1)[panel.skus], _MODEL_NAMES.index(EXITED), model)
    model = np.where(overridden, _MODEL_NAMES.index(OVERRIDDEN), model)
    whole = np.full(len(panel.sku_starts), _MODEL_NAMES.index(SUMMED))
    return np.concatenate([model, whole]).astype(np.int64)


_MODEL_NAMES = [*models.MODELS, SHARED, SUMMED, OVERRIDDEN, EXITED, ANALOGY]


def _repeat(per_row: Floats, horizon: int) -> Floats:
    return np.repeat(per_row[:, None], horizon, axis=1)


def _frame(panel: Panel, mondays: Ints, columns: dict[str, Floats], models: Ints) -> pd.DataFrame:
    """Rows sorted by SKU, the whole SKU first, then its countries."""
    horizon = len(mondays)
    whole = panel.skus[panel.sku_starts]
    skus = np.concatenate([panel.skus, whole])
    countries = np.concatenate([panel.countries + 1, np.zeros(len(whole), np.int64)])
    order = np.lexsort((countries, skus))
    row = np.repeat(order, horizon)
    names = pd.Series([ALL_COUNTRIES, *panel.country_names], dtype="str").array
    frame = {
        "sku": pd.Series(panel.sku_names, dtype="str").array.take(skus[row]),
        "country": names.take(countries[row]),
        "weeks_ahead": np.tile(np.arange(1, horizon + 1), len(order)),
        "week": np.tile(pd.to_datetime(mondays, unit="D").as_unit("us").to_numpy(), len(order)),
        "model": pd.Series(_MODEL_NAMES, dtype="str").array.take(models[row]),
    }
    frame |= {name: np.round(values[order], 4).reshape(-1) + 0.0 for name, values in columns.items()}
    return pd.DataFrame({name: frame[name] for name in FORECAST_COLUMNS})


def _frame_of_nothing() -> pd.DataFrame:
    texts = {"sku": "str", "country": "str", "model": "str", "weeks_ahead": "int64", "week": "datetime64[us]"}
    return pd.DataFrame({name: pd.Series(dtype=texts.get(name, "float64")) for name in FORECAST_COLUMNS})
