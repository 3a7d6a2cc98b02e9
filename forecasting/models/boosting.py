"""Gradient boosted trees, by LightGBM: what the mean of the last eight same weekdays misses.

LightGBM does not come along: `pip install 'callplan[boosting]'`.

References
----------
.. [1] G. Ke and others (2017), LightGBM: a highly efficient gradient boosting decision tree, NeurIPS 30.
"""

import numpy as np

from callplan.errors import Refused
from forecasting.history.panel import Panel
from forecasting.history.profile import last_weekdays, mean_rows

# Weekly origins that are learned from, two years of them; with fewer than the least trees learn noise.
_MOST_ORIGINS, _LEAST_ORIGINS = 104, 4
# What was seen before an origin's first two weeks says too little of it.
_LEAST_DAYS = 14
# Leads beyond are forecast by what this one has taught.
_LONGEST_LEAD = 28
_LAGS = 4
_KINDS = ("", "public", "bridge", "before", "after", "observance")
_SPREAD = 0.05
_TREES = 150
_SETTINGS = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "lambda_l2": 10.0,
    # The same forecast on every machine, and no more than the core it was given.
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def boosting(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return the mean of the last weekdays × a factor of boosted trees with Poisson likelihood [1]_.

    The trees learn from the weekly origins before: the last four same weekdays and the level of the
    last weeks, as parts of that mean, the weekday, the time of day, the kind of day, the working day
    of the month, and the lead. All of it is known at the origin.
    """
    return np.array([_from_origin(panel.before(origin), origin, days, seed) for origin in origins])


def _from_origin(panel: Panel, origin: int, days: int, seed: int) -> np.ndarray:
    base, features = _known(panel, origin, days)
    # A week at least, so that it learns from every weekday, and from holidays on each.
    lead = int(np.clip(days, 7, _LONGEST_LEAD))
    earlier = np.arange(origin - 7, _LEAST_DAYS - 1, -7)[:_MOST_ORIGINS]
    if len(earlier) < _LEAST_ORIGINS:
        return base
    learned = [_known(panel, before, min(lead, origin - before)) for before in earlier]
    came = np.concatenate([panel.usable[before : before + lead] for before in earlier])
    usual = np.concatenate([usual for usual, _ in learned])
    known = np.isfinite(came) & (usual > 0)
    if not came[known].any():
        return base
    rows = np.concatenate([rows for _, rows in learned])[known]
    factor = _trees(rows, came[known], usual[known], features.reshape(base.size, -1), seed)
    return base * factor.reshape(base.shape)


def _trees(rows: np.ndarray, came: np.ndarray, usual: np.ndarray, asked: np.ndarray, seed: int) -> np.ndarray:
    """Fit trees to calls that are `usual` × a factor, and return the factors of what is asked."""
    try:
        import lightgbm
    except ImportError:
        do = "pip install 'callplan[boosting]'"
        raise Refused("model boosting", "LightGBM is not installed", do) from None
    learned = lightgbm.Dataset(rows, came, init_score=np.log(usual))
    booster = lightgbm.train({**_SETTINGS, "seed": seed}, learned, _TREES)
    return np.exp(booster.predict(asked, raw_score=True))


def _known(panel: Panel, origin: int, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the usual calls of the days from an origin on (days × slots), and what else is known there."""
    weekday, book = panel.weekday[origin : origin + days], panel.book[origin : origin + days]
    usual, lags = _usual(panel, origin), _last(panel, origin)
    known = np.isfinite(lags)
    parts = np.divide(lags, usual, out=np.full(lags.shape, np.nan), where=known & (usual > 0))
    sums, expected = (np.where(known, calls, 0.0).sum(axis=2) for calls in (lags, usual))
    levels = np.divide(sums, expected, out=np.full(sums.shape, np.nan), where=expected > 0)
    by_day = [
        weekday,
        (book.kind()[:, None] == np.array(_KINDS)).argmax(axis=1),
        book.working_day,
        book.working_days_left,
        book.since_holiday,
        [len(names) for names in book.events],
        np.minimum(np.arange(days), _LONGEST_LEAD - 1) // 7,
        *levels[:, weekday],
        *np.repeat(mean_rows(levels.T)[:, None], days, axis=1),
    ]
    shape = (days, panel.counts.shape[1])
    wide = [np.broadcast_to(np.asarray(value, float)[:, None], shape) for value in by_day]
    slot = np.broadcast_to(np.arange(float(shape[1])), shape)
    return usual[weekday], np.stack([*wide, slot, usual[weekday], *parts[:, weekday]], axis=2)


def _usual(panel: Panel, origin: int) -> np.ndarray:
    """Return the mean of the last eight same weekdays (7 × slots), a little of it spread over the day.

    So a slot without any call of late can still get some.
    """
    means = last_weekdays(panel, origin, 8)
    recent = panel.usable[:origin][panel.ordinary[:origin]][-56:]
    means = np.where(np.isfinite(means), means, mean_rows(recent))
    open_slots = np.isfinite(means)
    means = np.where(open_slots, means, 0.0)
    flat = means.sum(axis=1, keepdims=True) / np.maximum(open_slots.sum(axis=1, keepdims=True), 1)
    return np.where(open_slots, (1 - _SPREAD) * means + _SPREAD * flat, 0.0)


def _last(panel: Panel, origin: int) -> np.ndarray:
    """Return the last ordinary same weekdays before the origin (lags × 7 × slots), the nearest first."""
    result = np.full((_LAGS, 7, panel.counts.shape[1]), np.nan)
    weekday, ordinary = panel.weekday[:origin], panel.ordinary[:origin]
    for number in range(7):
        days = np.flatnonzero(ordinary & (weekday == number))[: -_LAGS - 1 : -1]
        result[: len(days), number] = panel.usable[days]
    return result
