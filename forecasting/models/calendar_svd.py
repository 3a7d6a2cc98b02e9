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
    # The few days above it would speak for all the others.
    if not len(seen) or np.nanmean(totals) < _LEAST_CALLS:
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
    # The eigenvectors of the small square are the right singular vectors of the days.
    square, vectors = np.linalg.eigh(roots[seen].T @ roots[seen])
    # The root of a Poisson count has variance 1/4, so noise alone has singular values up to this.
    noise = 0.5 * (np.sqrt(len(seen)) + np.sqrt(roots.shape[1]))
    kept = vectors[:, max(1, int((square > noise**2).sum())) * -1 :]
    # A weekday's mean scores lean a little on those of all days, wholly where it has none.
    weight = 0.5 ** ((origin - seen) / _HALF_LIFE_DAYS)
    of_weekday = (panel.weekday[seen] == np.arange(7)[:, None]) * weight + 1e-6 * weight
    means = of_weekday @ (roots[seen] @ kept) / of_weekday.sum(axis=1, keepdims=True)
    shape = np.maximum(np.maximum(means @ kept.T, 0.0) ** 2 - 0.25, 0.0)
    return shares(panel, origin, shape[panel.weekday[origin : origin + days]])
