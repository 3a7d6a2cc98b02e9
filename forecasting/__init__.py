"""History -> forecast: models, calendars, bands, backtests, and measures of accuracy."""

from forecasting.accuracy.accuracy import accuracy, errors
from forecasting.accuracy.levels import LEVELS
from forecasting.accuracy.workload import workload_errors
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import DayBook, daybook
from forecasting.calendar.events import Event, read_events
from forecasting.estimate.arrivals import Profile, profile_of, profiles
from forecasting.estimate.estimate import Estimate, spread
from forecasting.explanation import Effect, explain
from forecasting.forecast import backtest, bands, forecast, known_model
from forecasting.history.handling import handling_time
from forecasting.history.repairs import repairs
from forecasting.intraday.update import update
from forecasting.models import AUTO, MODELS
from forecasting.outlook import LEAST_DAYS

__all__ = [
    "AUTO",
    "LEAST_DAYS",
    "LEVELS",
    "MODELS",
    "Calendar",
    "DayBook",
    "Effect",
    "Estimate",
    "Event",
    "Profile",
    "accuracy",
    "backtest",
    "bands",
    "daybook",
    "errors",
    "explain",
    "forecast",
    "handling_time",
    "known_model",
    "profile_of",
    "profiles",
    "read_events",
    "repairs",
    "spread",
    "update",
    "workload_errors",
]
