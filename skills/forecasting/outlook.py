"""What is forecast, as arrays; its frame is written for the SKUs and columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.forecasting import models, quantiles
from skills.forecasting.adjust import Events
from skills.forecasting.arrays import Floats, Ints
from skills.forecasting.seasons import Seasons
from skills.vocabulary import ALL_COUNTRIES, QUANTILES, mark

CUMULATIVE = tuple(f"cum_{name}" for name in QUANTILES)
FORECAST_COLUMNS = (
    "sku",
    "country",
    "weeks_ahead",
    "week",
    "mean",
    *QUANTILES,
    "cum_mean",
    *CUMULATIVE,
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
MODEL_NAMES = [*models.MODELS, SHARED, SUMMED, OVERRIDDEN, EXITED, ANALOGY]
_SKUS_AT_ONCE = 512
_TEXTS = ("sku", "country", "model")


@dataclass(frozen=True)
class Outlook:
    """Demand of every (sku, country), a row each, sorted; and of every SKU as a whole.

    Attributes:
        skus: SKU of each row, a place in `sku_names`; each name has a row.
        countries: Country of each row, a place in `country_names`.
        mondays: Day number of each week ahead.
        first_week: Share of the first week that still lies ahead.
        plain: (row, week ahead) without season, events, life cycle and overrides.
        mean: (row, week ahead) units of that week.
        whole: (sku, week ahead) units of that week.
        spread, pools, delays, models: Per row, then per SKU: units per week, pool of its factors, place among the
            first axis of `weekly`, place in `MODEL_NAMES`.
        share: Per row: of what the SKU's thin countries are forecast together.
        ratio: Spread ÷ mean per zero class.
        widths: Per week ahead: what a spread of 1 comes to in demand from as_of.
        weekly, cumulative: From `draw_factors`.
        categories: Per SKU.
        seasons: Of each row, and of the categories; weeks ahead.
        events: Of each row, weeks ahead.
        fade: (sku, week ahead).
    """

    sku_names: pd.Index
    country_names: pd.Index
    skus: Ints
    countries: Ints
    mondays: Ints
    first_week: float
    plain: Floats
    mean: Floats
    whole: Floats
    spread: Floats
    pools: Ints
    delays: Ints
    models: Ints
    share: Floats
    ratio: Floats
    widths: Floats
    weekly: Floats
    cumulative: Floats
    categories: Ints
    seasons: Seasons
    events: Events
    fade: Floats

    def frame(self, columns: Sequence[str] = FORECAST_COLUMNS, skus: Iterable[str] | None = None) -> pd.DataFrame:
        """One row per (sku, country, weeks_ahead), sorted, the SKU as a whole (`*`) before its countries.

        Args:
            columns: Those of `FORECAST_COLUMNS` that are wanted.
            skus: These alone; None for all.

        Returns:
            Texts as categories, numbers with four decimals.
        """
        chosen = np.arange(len(self.sku_names))
        if skus is not None:
            found = self.sku_names.get_indexer(pd.Index(list(skus), dtype="str"))
            chosen = np.unique(found[found >= 0])
        begins = np.searchsorted(self.skus, np.arange(len(self.sku_names) + 1))
        counts = np.diff(begins)[chosen]
        horizon, size = len(self.mondays), int(counts.sum()) + len(chosen)
        row = np.empty(size, np.int64)
        numbers = {name: np.empty((size, horizon)) for name in columns if name in _NUMBERS}
        at = 0
        for start in range(0, len(chosen), _SKUS_AT_ONCE):
            own, count = chosen[start : start + _SKUS_AT_ONCE], counts[start : start + _SKUS_AT_ONCE]
            starts = np.cumsum(count) - count
            rows = np.repeat(begins[own] - starts, count) + np.arange(int(count.sum()))
            place = np.arange(len(rows)) + np.repeat(np.arange(len(own)), count) + 1
            place = np.concatenate([place, starts + np.arange(len(own))])
            until = at + len(place)
            row[at:until][place] = np.concatenate([rows, own + len(self.skus)])
            for name, values in self._reckon(own, rows, starts, set(numbers)).items():
                numbers[name][at:until][place] = np.round(values, 4) + 0.0
            at = until
        texts = {
            "sku": (np.concatenate([self.skus, np.arange(len(self.sku_names))]), self.sku_names),
            "country": (
                np.concatenate([self.countries + 1, np.zeros(len(self.sku_names), np.int64)]),
                pd.Index([ALL_COUNTRIES, *self.country_names], dtype="str"),
            ),
            "model": (self.models, pd.Index(MODEL_NAMES, dtype="str")),
        }
        days = pd.to_datetime(self.mondays, unit="D").as_unit("us").to_numpy()
        made = {
            **{
                name: pd.Categorical.from_codes(np.repeat(codes[row], horizon), names)
                for name, (codes, names) in texts.items()
                if name in columns
            },
            "weeks_ahead": np.tile(np.arange(1, horizon + 1), size),
            "week": np.tile(days, size),
            **{name: values.reshape(-1) for name, values in numbers.items()},
        }
        return pd.DataFrame({name: made[name] for name in columns}, copy=False)

    def _reckon(self, skus: Ints, rows: Ints, starts: Ints, wanted: set[str]) -> dict[str, Floats]:
        """The wanted columns of some SKUs: (row, then SKU, by week ahead), not rounded.

        Args:
            skus: Which.
            rows: Their rows.
            starts: Where the rows of each begin among them.
        """
        every = np.concatenate([rows, skus + len(self.skus)])
        mean = np.concatenate([self.mean[rows], self.whole[skus]])
        plain = self.plain[rows]
        part = np.ones(len(self.mondays))
        part[0] = self.first_week
        cum_mean = np.cumsum(mean * part, axis=1).round(4)
        found: dict[str, Floats] = {"mean": mean, "cum_mean": cum_mean}
        expected = np.concatenate([plain, np.add.reduceat(plain, starts, axis=0)])
        spread = self._scale(mean, expected, self.spread[every])
        for names, table, base, scale in (
            (tuple(QUANTILES), self.weekly, mean, spread),
            (CUMULATIVE, self.cumulative, cum_mean, spread * self.widths),
        ):
            if wanted.isdisjoint(names):
                continue
            if table is self.weekly:
                # a week after the last day of sale has no spread, whatever the weeks before had
                fade = np.concatenate([self.fade[self.skus[rows]], self.fade[skus]])
                scale = np.where((fade > 0.0) | (mean > 0.0), scale, 0.0)
            made = quantiles.spread_quantiles(base, scale, table[self.delays[every], self.pools[every]])
            if table is self.cumulative:
                made = np.maximum.accumulate(np.maximum.accumulate(made, axis=2), axis=0)
            # a whole is never below one of its parts
            parts = np.maximum.reduceat(made[:, : len(rows)], starts, axis=1)
            made[:, len(rows) :] = np.maximum(made[:, len(rows) :], parts)
            found |= dict(zip(names, made, strict=True))
        if "share" in wanted:
            share = np.concatenate([self.share[rows], np.ones(len(skus))])
            found["share"] = np.repeat(share[:, None], len(self.mondays), axis=1)
        if "season" in wanted:
            kinds = np.concatenate([self.seasons.kinds[rows], self.categories[skus]])
            found["season"] = self.seasons.factors[kinds]
        if "event_percent" in wanted:
            event = self.events.factors[self.events.kinds[rows]]
            whole = _weigh_events(plain * self.fade[self.skus[rows]], event, starts)
            found["event_percent"] = 100.0 * (np.concatenate([event, whole]) - 1.0)
        return {name: values for name, values in found.items() if name in wanted}

    def _scale(self, mean: Floats, plain: Floats, spread: Floats) -> Floats:
        """Spread [units per week], in proportion to what season, events, fading and overrides do to the mean so far.

        A row without a history of its own (an override) takes the spread that is usual for its mean.
        """
        reached, expected = np.cumsum(mean, axis=1), np.cumsum(plain, axis=1)
        weeks = np.arange(1, mean.shape[1] + 1)
        usual = self.ratio[USUAL_CLASS] * reached / weeks
        scaled = spread[:, None] * reached / np.where(expected > 0.0, expected, 1.0)
        return np.where((expected > 0.0) & (spread > 0.0)[:, None], scaled, usual)


_NUMBERS = frozenset(FORECAST_COLUMNS) - {*_TEXTS, "weeks_ahead", "week"}


def _weigh_events(plain: Floats, event: Floats, starts: Ints) -> Floats:
    """Event factor of the whole SKU: that of its countries, weighted by their forecast."""
    base = np.add.reduceat(plain, starts, axis=0)
    raised = np.add.reduceat(plain * event, starts, axis=0)
    return np.where(base > 0.0, raised / np.where(base > 0.0, base, 1.0), 1.0)
