"""Forecasting: what each country will buy, with its uncertainty."""

from __future__ import annotations

from skills import forecasting
from tasks.capability import capability

build_history = capability(forecasting.build_history)
count_weeks = capability(forecasting.count_weeks)
forecast_weeks = capability(forecasting.forecast_weeks, timeout_seconds=900)
forecast_demand = capability(forecasting.forecast_demand, timeout_seconds=900)
explain_forecast = capability(forecasting.explain_forecast)
