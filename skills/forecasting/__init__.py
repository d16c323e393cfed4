"""Forecasting: what each country will buy in each week ahead, and how sure that is."""

from skills.forecasting.explain import explain_forecast
from skills.forecasting.history import build_history, count_weeks
from skills.forecasting.plan import forecast_demand, forecast_weeks

__all__ = ["build_history", "count_weeks", "explain_forecast", "forecast_demand", "forecast_weeks"]
