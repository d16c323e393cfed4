"""Forecasts against what happened: speed on the real seller, loss against naive rules, coverage of the 90 % quantile.

Real: year 1 of Online Retail II by week (../shared/data), forecasts made on four mornings, scored on the 4 and 13
weeks after each. Generated: the demo seller, forecast on its fixed morning, scored on the 13 weeks that follow; the
only set with two years, so the only one where a seasonal rule can compete. Out of scope: other libraries (peers of
the planning engine are measured apart).
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.forecasting import build_history, forecast_demand  # noqa: E402
from skills.forecasting.policy import ForecastingPolicy  # noqa: E402
from tasks.simulated import demo_demand  # noqa: E402

FIGURES = (
    "forecasting.real_cpu_seconds",
    "forecasting.real_peak_mib",
    "forecasting.real_series_per_cpu_second",
    "forecasting.real_loss_p50",
    "forecasting.real_loss_p90",
    "forecasting.real_coverage_p90_percent",
    "forecasting.demo_wape_percent",
    "forecasting.demo_coverage_p90_percent",
)
WEEKLY = ROOT.parent / "shared" / "data" / "online_retail_ii" / "weekly_y1_dev.csv.gz"
CUTOFFS = (date(2010, 5, 31), date(2010, 6, 28), date(2010, 8, 2), date(2010, 8, 30))
FULL = date(2010, 11, 29)
SPANS = (4, 13)
EVENTS = ["event", "first_day", "last_day", "country", "sku", "uplift_percent", "author", "expires"]
OVERRIDES = ["sku", "country", "weekly_units", "author", "reason", "expires"]


def main() -> int:
    """Measure every figure of this group."""
    if not WEEKLY.exists():
        print(f"{WEEKLY} is absent: the real set cannot be measured (README says how to get it).", file=sys.stderr)
        return 1
    sales = read_weekly()
    measure_speed(sales)
    measure_real(sales)
    measure_demo()
    return 0


def read_weekly() -> pd.DataFrame:
    """Weekly sums as sales of each Monday."""
    weekly = pd.read_csv(WEEKLY, parse_dates=["week"], dtype={"sku": str, "cc": str}, keep_default_na=False)
    return weekly.rename(columns={"cc": "country", "week": "day", "max_line": "largest_line_units"})


def forecast(sales: pd.DataFrame, as_of: date, horizon: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """History, forecast and CPU-seconds of the forecast alone."""
    policy = ForecastingPolicy(horizon_weeks=horizon)
    stock_outs = pd.DataFrame(columns=["sku", "country", "first_day", "last_day"])
    feeds = pd.DataFrame(columns=["country", "feed", "last_complete_day"])
    history = build_history(sales, stock_outs, feeds, as_of, policy)
    products = pd.DataFrame({"sku": history["sku"].unique(), "category": "gifts", "life_cycle": "steady"})
    started = time.process_time()
    result = forecast_demand(
        history, pd.DataFrame(columns=EVENTS), pd.DataFrame(columns=OVERRIDES), products, as_of, policy
    )
    return history, result, time.process_time() - started


def measure_speed(sales: pd.DataFrame) -> None:
    """Whole forecast of the real seller, 40 weeks ahead, compiled kernels warm."""
    forecast(sales, CUTOFFS[0], 4)
    seconds = [forecast(sales, FULL, 40)[2] for _ in range(3)]
    median = statistics.median(seconds)
    series = len(sales.loc[sales["day"] < pd.Timestamp(FULL), ["sku", "country"]].drop_duplicates())
    spread = round(max(seconds) - min(seconds), 3)
    record_figure("forecasting.real_cpu_seconds", round(median, 3), "CPU-seconds", target="<= 6", spread=spread)
    record_figure("forecasting.real_series_per_cpu_second", round(series / median), "series/CPU-second")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    record_figure("forecasting.real_peak_mib", round(peak), "MiB", target="<= 1024")


def score(result: pd.DataFrame, sales: pd.DataFrame, as_of: date, span: int) -> pd.DataFrame:
    """Rows of one horizon with `units` sold from as_of to its end, whole SKUs included."""
    start = pd.Timestamp(as_of)
    window = sales[(sales["day"] >= start) & (sales["day"] < start + pd.Timedelta(weeks=span))]
    pairs = window.groupby(["sku", "country"])["units"].sum().reset_index()
    whole = window.groupby("sku")["units"].sum().reset_index().assign(country="*")
    rows = result[result["weeks_ahead"] == span]
    return rows.merge(pd.concat([pairs, whole]), how="left", on=["sku", "country"]).fillna({"units": 0.0})


def pinball(units: pd.Series, quantile: pd.Series, share: float) -> float:
    """Mean pinball loss per unit sold."""
    miss = units - quantile
    return float(np.maximum(share * miss, (share - 1) * miss).sum() / units.sum())


def measure_real(sales: pd.DataFrame) -> None:
    """Loss against carrying the last four weeks on, and coverage, over all rows, cutoffs and spans."""
    ours: dict[str, list[float]] = {"p50": [], "p90": []}
    naive: dict[str, list[float]] = {"p50": [], "p90": []}
    covered = []
    for as_of in CUTOFFS:
        known = sales[sales["day"] < pd.Timestamp(as_of)]
        history, result, _ = forecast(known, as_of, max(SPANS))
        recent = history[history["week"] >= pd.Timestamp(as_of) - pd.Timedelta(weeks=4)]
        pairs = recent.groupby(["sku", "country"])["units"].sum().reset_index()
        whole = pairs.groupby("sku")["units"].sum().reset_index().assign(country="*")
        velocity = pd.concat([pairs, whole]).rename(columns={"units": "sold"})
        for span in SPANS:
            rows = score(result, sales, as_of, span).merge(velocity, how="left", on=["sku", "country"])
            covered.append(float((rows["units"] <= rows["cum_p90"]).mean()))
            for name, share in (("p50", 0.5), ("p90", 0.9)):
                ours[name].append(pinball(rows["units"], rows[f"cum_{name}"], share))
                naive[name].append(pinball(rows["units"], rows["sold"].fillna(0.0) * span / 4, share))
    for name in ours:
        record_figure(
            f"forecasting.real_loss_{name}",
            round(statistics.mean(ours[name]), 4),
            "pinball loss per unit sold",
            target="<= naive",
            peer="last four weeks carried on",
            peer_value=round(statistics.mean(naive[name]), 4),
        )
    percent = 100 * statistics.mean(covered)
    record_figure("forecasting.real_coverage_p90_percent", round(percent, 1), "percent", target="87 … 93")


def measure_demo() -> None:
    """The demo seller's 13 weeks after its morning, against the same weeks a year before."""
    lines = demo_demand.draw_lines()
    skus = np.array([row["sku"] for row in demo_demand.read_facts("demand")])
    first = pd.Timestamp(demo_demand.FIRST_DAY)
    orders = pd.DataFrame(
        {
            "sku": skus[lines.sku],
            "country": np.array(demo_demand.COUNTRIES)[lines.country],
            "day": first + pd.to_timedelta(lines.day, unit="D"),
            "units": lines.units,
        }
    )
    sales = orders.groupby(["sku", "country", "day"])["units"].agg(
        units="sum", lines="count", largest_line_units="max"
    )
    sales = sales.reset_index()
    as_of = demo_demand.AS_OF
    tables = {name: pd.DataFrame(demo_demand.read_facts(name)) for name in ("events", "overrides", "stock_outs")}
    for table in tables.values():
        for column in {"first_day", "last_day", "expires"} & set(table.columns):
            table[column] = pd.to_datetime(table[column])
        for column in {"uplift_percent", "weekly_units"} & set(table.columns):
            table[column] = table[column].astype(float)
    policy = ForecastingPolicy()
    feeds = pd.DataFrame(columns=["country", "feed", "last_complete_day"])
    history = build_history(sales, tables["stock_outs"], feeds, as_of, policy)
    products = pd.DataFrame(demo_demand.read_facts("products"))
    result = forecast_demand(history, tables["events"], tables["overrides"], products, as_of, policy)
    rows = score(result, sales, as_of, 13)
    year = sales.assign(day=sales["day"] + pd.Timedelta(weeks=52))
    last_year = score(result, year, as_of, 13)["units"]
    pairs = rows["country"] != "*"
    sold = rows.loc[pairs, "units"].sum()
    record_figure(
        "forecasting.demo_wape_percent",
        round(100 * float((rows["units"] - rows["cum_mean"])[pairs].abs().sum() / sold), 1),
        "percent of units, 13 weeks, SKU and country",
        target="<= seasonal naive",
        peer="same weeks a year before",
        peer_value=round(100 * float((rows["units"] - last_year)[pairs].abs().sum() / sold), 1),
    )
    covered = 100 * float((rows["units"] <= rows["cum_p90"])[pairs].mean())
    record_figure("forecasting.demo_coverage_p90_percent", round(covered, 1), "percent", target="87 … 93")


if __name__ == "__main__":
    sys.exit(main())
