"""Prophet, on day totals with the calendar's holidays × profile, and on the raw intervals.

References
----------
.. [1] S. J. Taylor, B. Letham (2018), Forecasting at scale, The American Statistician 72(1).
"""

import logging
import warnings

import numpy as np
import pandas as pd

from forecasting.history.panel import Panel
from forecasting.history.profile import day_profile, day_totals
from forecasting.models.weekdays import mean_of_8


def prophet(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return Prophet's forecast of day totals, with the calendar's holidays, × day profile [1]_."""
    result = []
    for origin in origins:
        totals = day_totals(panel.before(origin))
        seen = np.isfinite(totals)
        if seen.sum() < 2:
            result.append(mean_of_8(panel, np.array([origin]), days, seed)[0])
            continue
        past = panel.book.days[:origin]
        ahead = panel.book.days[origin : origin + days]
        means = _fit(panel, past[seen], totals[seen], ahead, seed, daily=False)
        result.append(means[:, None] * day_profile(panel, origin, days))
    return np.array(result)


def prophet_intervals(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return Prophet's forecast of the intervals themselves, with daily and weekly seasons [1]_."""
    clock = pd.to_timedelta(np.arange(panel.counts.shape[1]) * panel.minutes, unit="min")
    result = []
    for origin in origins:
        counts = panel.usable[:origin]
        seen = np.isfinite(counts)
        past = (panel.book.days[:origin].to_numpy()[:, None] + clock.to_numpy())[seen]
        ahead = (panel.book.days[origin : origin + days].to_numpy()[:, None] + clock.to_numpy()).ravel()
        means = _fit(panel, pd.DatetimeIndex(past), counts[seen], pd.DatetimeIndex(ahead), seed, daily=True)
        result.append(means.reshape(days, -1))
    return np.array(result)


def _fit(
    panel: Panel, past: pd.DatetimeIndex, calls: np.ndarray, ahead: pd.DatetimeIndex, seed: int, daily: bool
) -> np.ndarray:
    """Fit Prophet to calls at these times, and return what it expects ahead, never below 0."""
    # A planner has no use for its solver's log, nor for its report of a plotting package not there.
    for noisy in ("prophet.plot", "cmdstanpy"):
        logging.getLogger(noisy).disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import prophet as library

    names = panel.book.holiday
    holidays = pd.DataFrame({"ds": panel.book.days, "holiday": names})[names != ""]
    model = library.Prophet(
        daily_seasonality=daily,
        weekly_seasonality=True,
        holidays=holidays if len(holidays) else None,
        uncertainty_samples=0,
    )
    model.fit(pd.DataFrame({"ds": past, "y": calls}), seed=seed)
    return np.maximum(model.predict(pd.DataFrame({"ds": ahead}))["yhat"].to_numpy(), 0)
