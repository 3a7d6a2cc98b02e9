"""Prophet, with the country's holidays: on day totals × the day's shape, and on half hours."""

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd

from peers.past import Past

SAMPLES = 1000


def fitted(past: Past, days: pd.DatetimeIndex, calls: np.ndarray, *, daily: bool) -> Any:
    """Return Prophet fitted to calls at `days` (times, where `daily` seasons are asked for)."""
    for noisy in ("prophet.plot", "cmdstanpy", "prophet"):
        logging.getLogger(noisy).disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import prophet

        named = pd.DataFrame({"ds": pd.to_datetime(list(past.holidays)), "holiday": past.holidays.values()})
        model = prophet.Prophet(
            daily_seasonality=daily,
            weekly_seasonality=True,
            holidays=named if len(named) else None,
            uncertainty_samples=SAMPLES,
        )
        return model.fit(pd.DataFrame({"ds": days, "y": calls}), seed=1)


def samples(model: Any, days: pd.DatetimeIndex) -> np.ndarray:
    """Return draws of what may come at those times, times × draws, none below zero."""
    np.random.seed(1)
    return np.maximum(model.predictive_samples(pd.DataFrame({"ds": days}))["yhat"], 0)


def mean(model: Any, days: pd.DatetimeIndex) -> np.ndarray:
    """Return what Prophet expects at those times, never below zero."""
    model.uncertainty_samples = 0
    expected = model.predict(pd.DataFrame({"ds": days}))["yhat"].to_numpy()
    model.uncertainty_samples = SAMPLES
    return np.maximum(expected, 0)


def times(past: Past, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the clock times of every slot of those days, a day after the other."""
    minutes = 1440 // past.counts.shape[1]
    offsets = pd.to_timedelta(np.arange(past.counts.shape[1]) * minutes, unit="min")
    return pd.DatetimeIndex((days.to_numpy()[:, None] + offsets.to_numpy()).ravel())


def by_day(past: Past, quantiles: tuple[float, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return means of the days to come × slots, and quantiles of the day totals (days × quantiles)."""
    model = fitted(past, *past.day_totals(), daily=False)
    ahead = past.ahead[past.open_ahead()]
    bands = np.zeros((len(past.ahead), len(quantiles)))
    if quantiles:
        bands[past.open_ahead()] = np.quantile(samples(model, ahead), quantiles, axis=1).T
    return past.spread(mean(model, ahead)), bands


def fit_half_hours(past: Past) -> Any:
    """Return Prophet fitted to the half hours with a count."""
    known = np.isfinite(past.counts)
    return fitted(past, times(past, past.days)[known.ravel()], past.counts[known], daily=True)


def by_half_hour(past: Past, quantiles: tuple[float, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return means of the days to come × slots, and their quantiles (days × slots × quantiles)."""
    model = fit_half_hours(past)
    ahead, shape = times(past, past.ahead), (len(past.ahead), past.counts.shape[1])
    bands = np.zeros((*shape, len(quantiles)))
    if quantiles:
        bands = np.quantile(samples(model, ahead), quantiles, axis=1).T.reshape(bands.shape)
    # Where no call ever came the queue is closed, which Prophet cannot know.
    closed = past.weekday_means()[past.ahead.day_of_week] == 0
    return np.where(closed, 0, mean(model, ahead).reshape(shape)), np.where(closed[..., None], 0, bands)
