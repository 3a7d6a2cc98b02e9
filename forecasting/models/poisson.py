"""Poisson regression of interval counts on Fourier terms of the time of day, by weekday.

References
----------
.. [1] P. McCullagh, J. A. Nelder (1989), Generalized Linear Models, chapter 6.
.. [2] J. Weinberg, L. D. Brown, J. R. Stroud (2007), Bayesian forecasting of an inhomogeneous Poisson
   process with applications to call center data, JASA 102: day level × smooth profile by weekday.
"""

import warnings

import numpy as np

from forecasting.calendar.daybook import DayBook
from forecasting.history.panel import Panel
from forecasting.history.profile import day_totals, mean_profile

# Cosines over the open hours in which a weekday may depart from the others; fewer where no fit is found.
_TERMS = (6, 2, 0)
# The days that are learned from, how their weight fades, and how fast the level moves.
_WINDOW_DAYS = 730
_HALF_LIFE_DAYS = 91.0
_LEVEL_DAYS = 14.0
# What each weekday and kind of day is believed to be like any other for, in calls.
_PRIOR_CALLS = 3.0


def poisson(panel: Panel, origins: np.ndarray, days: int, _seed: int) -> np.ndarray:
    """Return Poisson regressions: level × usual profile × e^(weekday × time of day + kind of day) [1]_ [2]_.

    The level is that of the weeks around; with the usual profile it is the offset. Each weekday departs
    from that by a few cosines over the open hours, each kind of day (public holiday, the day before,
    an event ...) by a factor. Counts of the same weekday, kind and slot enter as their sum, which says
    as much of their mean as they do apart.
    """
    return np.array([_from_origin(panel.before(origin), origin, days) for origin in origins])


def _from_origin(panel: Panel, origin: int, days: int) -> np.ndarray:
    totals, kinds = day_totals(panel), _kinds(panel.book)
    seen = np.flatnonzero(np.isfinite(totals) & (panel.ordinary | (kinds[:origin] != "")))[-_WINDOW_DAYS:]
    if not (totals[seen] > 0).any():
        return np.zeros((days, panel.counts.shape[1]))
    usual = mean_profile(panel).sum(axis=1)[panel.weekday[seen]]
    levels = _levels(totals[seen], usual, seen, panel.ordinary[seen], np.append(seen, origin))
    # A kind of day never seen is like any other day.
    named = np.unique(["", *kinds[seen]])
    codes = np.searchsorted(named, np.where(np.isin(kinds, named), kinds, "").astype(str))
    groups = panel.weekday * len(named) + codes
    weight = 0.5 ** ((origin - seen) / _HALF_LIFE_DAYS)
    sums, exposure = _summed(panel.usable[seen], weight, levels[:-1], groups[seen], 7 * len(named))
    return levels[-1] * _fit(sums, exposure)[groups[origin : origin + days]]


def _kinds(book: DayBook) -> np.ndarray:
    """Return what kind a day is of: holiday and the like, its events, or empty."""
    events = np.array([", ".join(names) for names in book.events], dtype=object)
    return np.where(events != "", events, book.kind())


def _levels(
    totals: np.ndarray, usual: np.ndarray, days: np.ndarray, ordinary: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """Return the level of the days asked: totals of the ordinary days around, in parts of the usual ones."""
    near = np.exp(-np.abs(np.subtract.outer(asked, days[ordinary])) / _LEVEL_DAYS)
    expected = near @ usual[ordinary]
    return np.divide(near @ totals[ordinary], expected, out=np.ones(len(asked)), where=expected > 0)


def _summed(
    counts: np.ndarray, weight: np.ndarray, levels: np.ndarray, groups: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted calls of each group of days and slot, and the exposure they came in."""
    known = np.isfinite(counts)
    sums, exposure = np.zeros((2, size, counts.shape[1]))
    np.add.at(sums, groups, weight[:, None] * np.where(known, counts, 0.0))
    np.add.at(exposure, groups, (weight * levels)[:, None] * known)
    return sums, exposure


def _fit(sums: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Return the mean calls of each group (7 weekdays × kinds) and slot at an exposure of 1."""
    slots = np.flatnonzero(exposure.any(axis=0))
    first, end = slots[0], slots[-1] + 1
    usual = _usual(sums[:, first:end], exposure[:, first:end])
    prior = _PRIOR_CALLS / usual.sum()
    calls = sums[:, first:end] + prior * usual
    expected = (exposure[:, first:end] + prior) * usual
    # Weekdays have a part whether seen or not, kinds of day where seen.
    present = exposure.any(axis=1) | (np.arange(len(sums)) % (len(sums) // 7) == 0)
    means = usual * _factors(calls, expected, present)
    return means[:, np.clip(np.arange(sums.shape[1]) - first, 0, end - first - 1)]


def _factors(calls: np.ndarray, expected: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return the factor on what is usual of each group and slot, fitted to the groups that are present."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    for terms in _TERMS:
        design = _design(len(calls) // 7, calls.shape[1], terms)
        x = design[present].reshape(-1, design.shape[2])
        model = GLM(calls[present].ravel(), x, Poisson(), exposure=expected[present].ravel())
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = model.fit(np.zeros(x.shape[1]), tol=1e-6)
        except ValueError:
            # Where hardly anyone calls for hours on end, the steps can run away.
            continue
        if fitted.converged:
            return np.exp(design @ fitted.params)
    return np.ones(calls.shape)


def _usual(sums: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Return the mean calls of each slot over all days, never quite 0; the mean of all where unknown."""
    calls, room = sums.sum(axis=0), exposure.sum(axis=0)
    mean = calls.sum() / room.sum()
    usual = np.divide(calls, room, out=np.full(len(calls), mean), where=room > 0)
    return np.maximum(usual, 1e-3 * mean)


def _design(kinds: int, slots: int, terms: int) -> np.ndarray:
    """Return the regressors of each group and slot (7 weekdays × kinds, slots, regressors)."""
    waves = np.arange(min(terms, slots - 1) + 1)
    cosines = np.cos(np.pi * np.outer(np.arange(slots) + 0.5, waves) / slots)
    by_weekday = np.einsum("wv,sk->wsvk", np.eye(7), cosines).reshape(7, 1, slots, -1)
    by_kind = np.eye(kinds)[:, None, 1:]
    shape = (7, kinds, slots)
    parts = [np.broadcast_to(part, (*shape, part.shape[-1])) for part in (by_weekday, by_kind)]
    return np.concatenate(parts, axis=3).reshape(7 * kinds, slots, -1)
