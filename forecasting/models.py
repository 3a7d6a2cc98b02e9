"""Forecasting models, each a function from a panel to the mean calls of its future days × slots.

References
----------
.. [1] A. C. Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter.
.. [2] S. J. Taylor, B. Letham (2018), Forecasting at scale, The American Statistician 72(1).
"""

import logging
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from forecasting.panel import Panel

Model = Callable[[Panel, int], np.ndarray]


def mean_of_weekdays(panel: Panel, k: int) -> np.ndarray:
    """Return the mean of the last `k` same weekdays, slot by slot, holidays and empty days passed over."""
    known = _known_means(panel, k)
    # A slot or weekday never seen takes the mean of all days.
    overall = _mean_rows(panel.counts[panel.ordinary()][-7 * k :])
    return np.nan_to_num(np.where(np.isnan(known), overall, known))


def seasonal_naive(panel: Panel, _seed: int) -> np.ndarray:
    """Return what came on the same weekday the last time."""
    return mean_of_weekdays(panel, 1)


def mean_of_4(panel: Panel, _seed: int) -> np.ndarray:
    """Return the mean of the last four same weekdays."""
    return mean_of_weekdays(panel, 4)


def mean_of_8(panel: Panel, _seed: int) -> np.ndarray:
    """Return the mean of the last eight same weekdays."""
    return mean_of_weekdays(panel, 8)


def structural(panel: Panel, _seed: int) -> np.ndarray:
    """Return a structural model of day totals × day profile [1]_.

    The logarithm of a day's total is a level that wanders, a weekly season and an autoregressive
    day; gaps and holidays are left out, which the Kalman filter takes as it finds them.
    """
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    totals = np.where(panel.ordinary(), day_totals(panel), np.nan)
    open_weekdays = np.unique(panel.weekdays()[totals > 0])
    # The season steps from open weekday to open weekday.
    due = np.isin(panel.weekdays(), open_weekdays)
    ahead = np.isin(panel.future_weekdays(), open_weekdays)
    period = len(open_weekdays)
    if due.sum() < 2 * period + 3 or not ahead.any():
        return mean_of_8(panel, 0)
    with warnings.catch_warnings():
        # A parameter at its limit, or slow convergence, still gives a forecast; the backtest judges it.
        warnings.simplefilter("ignore")
        season = {"seasonal": period} if period > 1 else {}
        fitted = UnobservedComponents(np.log1p(totals[due]), "llevel", autoregressive=1, **season).fit(disp=0)
    result = np.zeros(len(panel.future_days))
    result[ahead] = np.expm1(fitted.forecast(int(ahead.sum())))
    return np.maximum(result, 0)[:, None] * day_profile(panel)


def prophet(panel: Panel, seed: int) -> np.ndarray:
    """Return Prophet's forecast of day totals, with the calendar's holidays, × day profile [2]_."""
    # A planner has no use for its solver's log, nor for its report of a plotting package not there.
    for noisy in ("prophet.plot", "cmdstanpy"):
        logging.getLogger(noisy).disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import prophet as library

    named = np.concatenate([panel.holidays, panel.future_holidays])
    days = panel.days.append(panel.future_days)
    holidays = pd.DataFrame({"ds": days, "holiday": named})[named != ""]
    model = library.Prophet(
        daily_seasonality=False,
        weekly_seasonality=True,
        holidays=holidays if len(holidays) else None,
        uncertainty_samples=0,
    )
    totals = day_totals(panel)
    seen = np.isfinite(totals)
    if seen.sum() < 2:
        return mean_of_8(panel, 0)
    model.fit(pd.DataFrame({"ds": panel.days[seen], "y": totals[seen]}), seed=seed)
    means = model.predict(pd.DataFrame({"ds": panel.future_days}))["yhat"].to_numpy()
    return np.maximum(means, 0)[:, None] * day_profile(panel)


MODELS: dict[str, Model] = {
    "seasonal_naive": seasonal_naive,
    "mean_of_4": mean_of_4,
    "mean_of_8": mean_of_8,
    "structural": structural,
    "prophet": prophet,
}


def day_profile(panel: Panel) -> np.ndarray:
    """Return each future day's shape, the share of its calls in each slot, as on its last eight weekdays.

    A day's total is spread over the slots in which its weekday was open: those alone made it.
    """
    shape, known = mean_of_8(panel, 0), _known_means(panel, 8)
    seen = np.isfinite(known)
    never = ~seen.any(axis=1, keepdims=True)
    total = np.where(seen | never, shape, 0).sum(axis=1, keepdims=True)
    return np.divide(shape, total, out=np.zeros_like(shape), where=total > 0)


def day_totals(panel: Panel) -> np.ndarray:
    """Return each past day's calls, NaN on days without a count.

    A day with gaps is scaled up by the share of its weekday's calls that its known slots hold.
    """
    known = np.isfinite(panel.counts)
    usual = np.zeros((7, panel.counts.shape[1]))
    for weekday in range(7):
        usual[weekday] = np.nan_to_num(
            _mean_rows(panel.counts[panel.ordinary() & (panel.weekdays() == weekday)])
        )
    expected = usual[panel.weekdays()]
    share = (expected * known).sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9)
    sums = np.nansum(panel.counts, axis=1)
    return np.where(known.any(axis=1) & (share > 0.5), sums / np.maximum(share, 0.5), np.nan)


def _known_means(panel: Panel, k: int) -> np.ndarray:
    """Return for each future day the mean of its last `k` weekdays, NaN in slots they never had."""
    ordinary, weekdays = panel.ordinary(), panel.weekdays()
    means = [_mean_rows(panel.counts[ordinary & (weekdays == weekday)][-k:]) for weekday in range(7)]
    return np.array(means)[panel.future_weekdays()]


def _mean_rows(counts: np.ndarray) -> np.ndarray:
    """Return the mean over rows, NaN where no row has a count."""
    known = np.isfinite(counts)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, counts, 0).sum(axis=0) / np.maximum(n, 1), np.nan)
