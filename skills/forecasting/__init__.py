"""Forecasting: what each country will buy in each week ahead, and how sure that is."""

from skills.forecasting.explain import explain_forecast
from skills.forecasting.history import build_history
from skills.forecasting.plan import forecast_demand

__all__ = ["build_history", "explain_forecast", "forecast_demand"]
