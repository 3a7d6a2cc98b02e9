"""Calendar regression on day totals × a day profile from the singular vectors of the day-by-interval matrix.

References
----------
.. [1] H. Shen, J. Z. Huang (2008), Interday forecasting and intraday updating of call center arrivals,
   Manufacturing & Service Operations Management 10(3).
.. [2] M. Gavish, D. L. Donoho (2014), The optimal hard threshold for singular values is 4/√3,
   IEEE Transactions on Information Theory 60(8).
"""

import numpy as np

from forecasting.calendar.daybook import DayBook
from forecasting.history.panel import Panel
from forecasting.history.profile import day_totals, filled, shares

_HALF_LIFE_DAYS = 56.0
_RIDGE = 0.5
_LEAST_CALLS = 5.0


def calendar_svd(panel: Panel, origins: np.ndarray, days: int, _seed: int) -> np.ndarray:
    """Return day totals of a calendar regression × a profile of few singular vectors [1]_.

    Logarithms of day totals are regressed on weekday, holidays, the days around them and the month's
    first and last working days, recent days weighted more. Of the square roots of counts only the
    singular vectors above the noise of counts [2]_ make the profile: few where volume is small.
    """
    totals, roots = day_totals(panel), np.sqrt(filled(panel) + 0.25)
    design = _design(panel.book)
    return np.array(
        [
            _totals(totals[:origin], design, origin, days)[:, None] * _profile(panel, roots, origin, days)
            for origin in origins
        ]
    )


def _design(book: DayBook) -> np.ndarray:
    """Return the regressors of each day (days × regressors)."""
    weekday = book.days.day_of_week.to_numpy()[:, None] == np.arange(7)
    near = (book.holiday != "", book.before != "", book.bridge, book.makeup)
    month = [book.working_day == n for n in (1, 2, 3)] + [book.working_days_left == n for n in (1, 2, 3)]
    since = [book.since_holiday == n for n in (1, 2)]
    return np.column_stack([np.ones(len(book)), weekday, *near, *month, *since]).astype(float)


def _totals(totals: np.ndarray, design: np.ndarray, origin: int, days: int) -> np.ndarray:
    """Return the day totals from the origin on, by weighted ridge regression of logarithms."""
    seen = np.flatnonzero(totals >= _LEAST_CALLS)
    if not len(seen):
        return np.full(days, np.nanmean(totals) if np.isfinite(totals).any() else 0.0)
    weight = 0.5 ** ((origin - seen) / _HALF_LIFE_DAYS)
    x, y = design[seen], np.log(totals[seen])
    centre = np.average(y, weights=weight)
    penalty = np.diag(np.r_[0.0, np.full(design.shape[1] - 1, _RIDGE)])
    effects = np.linalg.solve(x.T @ (weight[:, None] * x) + penalty, x.T @ (weight * (y - centre)))
    return np.exp(centre + design[origin : origin + days] @ effects)


def _profile(panel: Panel, roots: np.ndarray, origin: int, days: int) -> np.ndarray:
    """Return the share of its day's calls in each slot, for each day from the origin on."""
    seen = np.flatnonzero(panel.ordinary[:origin])
    weight = 0.5 ** ((origin - seen) / _HALF_LIFE_DAYS)
    left, size, right = np.linalg.svd(roots[seen], full_matrices=False)
    # The root of a Poisson count has variance 1/4.
    kept = max(1, int((size > 0.5 * (np.sqrt(len(seen)) + np.sqrt(roots.shape[1]))).sum()))
    scores = left[:, :kept] * size[:kept]
    weekday = panel.weekday
    overall = np.average(scores, axis=0, weights=weight)
    means = np.array([_mean_score(scores, weight, weekday[seen] == number, overall) for number in range(7)])
    shape = np.maximum(np.maximum(means @ right[:kept], 0.0) ** 2 - 0.25, 0.0)
    return shares(panel, origin, shape[weekday[origin : origin + days]])


def _mean_score(scores: np.ndarray, weight: np.ndarray, of: np.ndarray, overall: np.ndarray) -> np.ndarray:
    """Return a weekday's mean scores, those of all days where it has none."""
    return np.average(scores[of], axis=0, weights=weight[of]) if of.any() else overall
