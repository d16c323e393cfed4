"""Forecasts of one peer, in this folder's own environment (requirements.lock).

    forecast.py INPUT.parquet OUTPUT.parquet PEER

INPUT: one row per (origin, series, week), sorted: units; weeks are numbers, those before the origin. OUTPUT: one row
per (origin, series, ahead 1 … 13): mean, p10 … p98, the peer's own quantiles (for a peer without any, its mean).
Prints JSON: CPU-seconds per origin (imports, reading and a first warm call excluded), and how many series the peer
refused (their last eight weeks carried on).
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

HORIZON = 13
QUANTILES = (0.1, 0.5, 0.75, 0.9, 0.98)
COLUMNS = ("mean", "p10", "p50", "p75", "p90", "p98")
LAGS = 13

History = list[np.ndarray]


def main(source: str, target: str, peer: str) -> None:
    """Forecast every series at every origin."""
    warnings.filterwarnings("ignore")
    frame = pd.read_parquet(source)
    forecast = PEERS[peer]()
    seconds, tables, refused = {}, [], 0
    for origin, rows in frame.groupby("origin", sort=True):
        starts = np.flatnonzero((rows["series"] != rows["series"].shift()).to_numpy())
        history = np.split(rows["units"].to_numpy(dtype=float), starts[1:])
        if not seconds:
            forecast(history[:40])
        started = time.process_time()
        values = forecast(history)
        seconds[int(origin)] = round(time.process_time() - started, 3)
        lost = ~np.isfinite(values).all(axis=(1, 2))
        refused += int(lost.sum())
        for number in np.flatnonzero(lost):
            values[number] = history[number][-8:].mean()
        table = pd.DataFrame(values.transpose(0, 2, 1).reshape(-1, len(COLUMNS)), columns=list(COLUMNS))
        table.insert(0, "origin", origin)
        table.insert(1, "series", np.repeat(rows["series"].to_numpy()[starts], HORIZON))
        table.insert(2, "ahead", np.tile(np.arange(1, HORIZON + 1), len(history)))
        tables.append(table)
    pd.concat(tables).to_parquet(target)
    print(json.dumps({"cpu_seconds": seconds, "refused": refused}))


def run_statsforecast(name: str) -> Callable[[History], np.ndarray]:
    """A model of statsforecast, series by series: its own intervals where it has any."""
    from statsforecast import models

    def forecast(history: History) -> np.ndarray:
        values = np.full((len(history), len(COLUMNS), HORIZON), np.nan)
        for number, units in enumerate(history):
            try:
                if name == "IMAPA":
                    values[number] = models.IMAPA().forecast(y=units, h=HORIZON)["mean"]
                    continue
                model = getattr(models, name)(season_length=1)
                drawn = model.forecast(y=units, h=HORIZON, level=[50, 80, 96])
                keys = ("mean", "lo-80", "mean", "hi-50", "hi-80", "hi-96")
                values[number] = [np.asarray(drawn[key]) for key in keys]
            except (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError):
                continue
        return values

    return forecast


def run_functime(history: History) -> np.ndarray:
    """functime's global linear autoregression on series scaled by their mean; no quantiles of its own."""
    import polars
    from functime.forecasting import linear_model

    values = np.full((len(history), len(COLUMNS), HORIZON), np.nan)
    scale = np.array([max(float(np.abs(units).mean()), 1e-9) for units in history])
    long = [number for number, units in enumerate(history) if len(units) > LAGS + 1]
    frame = polars.DataFrame(
        {
            "series": np.repeat(long, [len(history[number]) for number in long]),
            "week": np.concatenate([np.arange(len(history[number])) for number in long]),
            "units": np.concatenate([history[number] / scale[number] for number in long]),
        }
    )
    model = linear_model(freq="1i", lags=LAGS)
    model.fit(y=frame)
    drawn = model.predict(fh=HORIZON).sort(["series", "week"])
    series = drawn["series"].to_numpy()[::HORIZON].astype(int)
    ahead = drawn["units"].to_numpy().reshape(-1, HORIZON)
    values[series] = (ahead * scale[series, None])[:, None, :]
    return values


def run_lightgbm(differences: bool) -> Callable[[History], np.ndarray]:
    """One global LightGBM per quantile over all series and weeks ahead.

    Features at a week: the last 13 weeks, means of the last 4, 8, 13, 26, 52, weeks since a sale, share of zeros,
    deviation, largest, mean step, age, size, weeks ahead. Units are divided by the mean of the last 52 weeks, or
    (differences) counted from the last value and divided by the mean step. Learns at every second of the last 52
    weeks (differences: every fourth) at which a series has at least eight.
    """
    import lightgbm

    step = 4 if differences else 2

    def describe(weeks: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(series, feature), and base and unit of each series; `weeks` has the last 52, newest first, NaN before."""
        steps = np.abs(np.diff(weeks, axis=1))
        if differences:
            base, unit = weeks[:, 0], np.maximum(np.nanmean(steps, axis=1), 1e-9)
        else:
            base, unit = np.zeros(len(weeks)), np.maximum(np.nanmean(weeks, axis=1), 1e-9)
        late = (weeks - base[:, None]) / unit[:, None]
        sold = weeks > 0
        columns = [
            *late[:, :LAGS].T,
            *(np.nanmean(late[:, :span], axis=1) for span in (4, 8, 13, 26, 52)),
            np.where(sold.any(axis=1), sold.argmax(axis=1), 52),
            np.nanmean(np.where(np.isnan(weeks), np.nan, ~sold)[:, :26], axis=1),
            np.nanstd(late[:, :26], axis=1),
            np.nanmax(late[:, :26], axis=1),
            np.nanmean(steps, axis=1) / unit,
            age,
            np.log(unit),
        ]
        return np.column_stack(columns), base, unit

    def forecast(history: History) -> np.ndarray:
        ages = np.array([len(units) for units in history])
        newest = np.full((len(history), 104), np.nan)
        for row, units in zip(newest, history, strict=True):
            row[: min(104, len(units))] = units[::-1][:104]
        rows, wanted = [], []
        for back in range(step, 53, step):
            past = newest[:, back : back + 52]
            usable = (ages - back >= 8) & (np.nan_to_num(past) != 0).any(axis=1)
            if not usable.any():
                continue
            seen, base, unit = describe(past[usable], ages[usable] - back)
            for ahead in range(1, min(HORIZON, back) + 1):
                rows.append(np.column_stack([seen, np.full(len(seen), ahead)]))
                wanted.append((newest[usable, back - ahead] - base) / unit)
        table = lightgbm.Dataset(np.concatenate(rows), np.concatenate(wanted), free_raw_data=False)
        now, base, unit = describe(newest[:, :52], ages)
        values = np.empty((len(history), len(COLUMNS), HORIZON))
        for number, share in enumerate(QUANTILES, start=1):
            settings = {
                "objective": "quantile", "alpha": share, "num_leaves": 31, "learning_rate": 0.05,
                "min_data_in_leaf": 100, "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.8,
                "seed": 7, "num_threads": 1, "verbose": -1,
            }  # fmt: skip
            trees = lightgbm.train(settings, table, 120)
            for ahead in range(1, HORIZON + 1):
                rows_ahead = np.column_stack([now, np.full(len(now), ahead)])
                values[:, number, ahead - 1] = trees.predict(rows_ahead, num_threads=1) * unit + base
        values[:, 1:] = np.maximum.accumulate(values[:, 1:], axis=1)
        values[:, 0] = values[:, 2]
        return values

    return forecast


PEERS: dict[str, Callable[[], Callable[[History], np.ndarray]]] = {
    "AutoETS": lambda: run_statsforecast("AutoETS"),
    "AutoTheta": lambda: run_statsforecast("AutoTheta"),
    "DynamicOptimizedTheta": lambda: run_statsforecast("DynamicOptimizedTheta"),
    "IMAPA": lambda: run_statsforecast("IMAPA"),
    "functime": lambda: run_functime,
    "LightGBM": lambda: run_lightgbm(differences=False),
    "LightGBM differences": lambda: run_lightgbm(differences=True),
}

if __name__ == "__main__":
    main(*sys.argv[1:4])
