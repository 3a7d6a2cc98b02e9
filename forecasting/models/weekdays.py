"""Means of the last same weekdays: what spreadsheets do, with holidays and odd days passed over."""

import numpy as np

from forecasting.history.panel import Panel
from forecasting.history.profile import beyond_hours, last_weekdays, mean_rows


def seasonal_naive(panel: Panel, origins: np.ndarray, days: int, _seed: int) -> np.ndarray:
    """Return what came on the same weekday the last time."""
    return _means(panel, origins, days, 1)


def mean_of_4(panel: Panel, origins: np.ndarray, days: int, _seed: int) -> np.ndarray:
    """Return the mean of the last four same weekdays."""
    return _means(panel, origins, days, 4)


def mean_of_8(panel: Panel, origins: np.ndarray, days: int, _seed: int) -> np.ndarray:
    """Return the mean of the last eight same weekdays."""
    return _means(panel, origins, days, 8)


def _means(panel: Panel, origins: np.ndarray, days: int, k: int) -> np.ndarray:
    result = []
    for origin in origins:
        means = last_weekdays(panel, origin, k)
        # A slot or weekday never seen takes the mean of all days.
        recent = panel.usable[:origin][panel.ordinary[:origin]][-7 * k :]
        means = np.where(np.isnan(means), mean_rows(recent), means)
        means = beyond_hours(np.nan_to_num(means), panel.ever_seen)
        result.append(means[panel.weekday[origin : origin + days]])
    return np.array(result)
