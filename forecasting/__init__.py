"""History -> forecast: models, calendars, bands, backtests, and measures of accuracy."""

from forecasting.accuracy import LEVELS, accuracy, errors
from forecasting.calendar import Calendar
from forecasting.forecast import AUTO, KNOWN_MODELS, backtest, forecast, known_model
from forecasting.handling import handling_time
from forecasting.models import MODELS

__all__ = [
    "AUTO",
    "KNOWN_MODELS",
    "LEVELS",
    "MODELS",
    "Calendar",
    "accuracy",
    "backtest",
    "errors",
    "forecast",
    "handling_time",
    "known_model",
]
