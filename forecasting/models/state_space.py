"""State space models of day totals, by statsmodels: structural, SARIMA and Holt-Winters.

References
----------
.. [1] A. C. Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter.
.. [2] G. E. P. Box, G. M. Jenkins (1976), Time Series Analysis: Forecasting and Control, chapter 9.
.. [3] R. J. Hyndman, A. B. Koehler, J. K. Ord, R. D. Snyder (2008), Forecasting with Exponential Smoothing.
"""

import warnings
from collections.abc import Callable

import numpy as np

from forecasting.history.panel import Panel
from forecasting.history.profile import day_profile, day_totals
from forecasting.models.weekdays import mean_of_8

# Fits a series of a given season, and returns its forecast of so many steps.
Fit = Callable[[np.ndarray, int, int], np.ndarray]


def structural(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return a structural model of day totals × day profile [1]_.

    The logarithm of a day's total is a level that wanders, a weekly season and an autoregressive
    day; gaps and holidays are left out, which the Kalman filter takes as it finds them.
    """
    return _each_origin(panel, origins, days, seed, _structural)


def sarima(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return SARIMA (1,0,1)(0,1,1) of the logarithms of day totals, season a week, × day profile [2]_."""
    return _each_origin(panel, origins, days, seed, _sarima)


def holt_winters(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return Holt-Winters' smoothing of the logarithms of day totals × day profile [3]_.

    Level and weekly season, additive in logarithms and so multiplicative in calls. A day without a
    total stands at its weekday's last.
    """
    return _each_origin(panel, origins, days, seed, _holt_winters)


def _each_origin(panel: Panel, origins: np.ndarray, days: int, seed: int, fit: Fit) -> np.ndarray:
    return np.array([_from_origin(panel.before(origin), origin, days, seed, fit) for origin in origins])


def _from_origin(panel: Panel, origin: int, days: int, seed: int, fit: Fit) -> np.ndarray:
    totals = np.where(panel.ordinary, day_totals(panel), np.nan)
    past, ahead = panel.weekday[:origin], panel.weekday[origin : origin + days]
    open_weekdays = np.unique(past[totals > 0])
    # The season steps from open weekday to open weekday.
    due, due_ahead = np.isin(past, open_weekdays), np.isin(ahead, open_weekdays)
    period = len(open_weekdays)
    if due.sum() < 2 * period + 3 or not due_ahead.any():
        return mean_of_8(panel, np.array([origin]), days, seed)[0]
    with warnings.catch_warnings():
        # A parameter at its limit, or slow convergence, still gives a forecast; the backtest judges it.
        warnings.simplefilter("ignore")
        steps = fit(np.log1p(totals[due]), period, int(due_ahead.sum()))
    if not np.isfinite(steps).all():
        return mean_of_8(panel, np.array([origin]), days, seed)[0]
    result = np.zeros(days)
    result[due_ahead] = np.expm1(np.clip(steps, 0, None))
    return result[:, None] * day_profile(panel, origin, days)


def _structural(logs: np.ndarray, period: int, steps: int) -> np.ndarray:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    season = {"seasonal": period} if period > 1 else {}
    return UnobservedComponents(logs, "llevel", autoregressive=1, **season).fit(disp=0).forecast(steps)


def _sarima(logs: np.ndarray, period: int, steps: int) -> np.ndarray:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    season = {"seasonal_order": (0, 1, 1, period)} if period > 1 else {}
    return SARIMAX(logs, order=(1, 0, 1), **season).fit(disp=0, maxiter=50).forecast(steps)


def _holt_winters(logs: np.ndarray, period: int, steps: int) -> np.ndarray:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    season = {"seasonal": "add", "seasonal_periods": period} if period > 1 else {}
    return ExponentialSmoothing(_without_gaps(logs, period), **season).fit().forecast(steps)


def _without_gaps(logs: np.ndarray, period: int) -> np.ndarray:
    """Return the series with each gap at the value a season before, or for want of that after."""
    result = logs.copy()
    for step in range(len(result)):
        if np.isnan(result[step]):
            result[step] = result[step - period] if step >= period else np.nan
    for step in reversed(range(len(result))):
        if np.isnan(result[step]):
            result[step] = result[step + period] if step + period < len(result) else np.nanmean(logs)
    return result
