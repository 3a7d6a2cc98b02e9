"""Gaussian process: calendar regression on day totals × a day profile regressed the same way.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, chapter 2.
.. [2] H. Shen, J. Z. Huang (2008), Interday forecasting and intraday updating of call center arrivals,
   Manufacturing & Service Operations Management 10(3): total × profile, square roots of counts.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from forecasting.history.panel import Panel
from forecasting.history.profile import day_totals, filled, shares
from forecasting.models.kernels import shape_parts, summed, total_parts
from forecasting.models.regression import Rolling, likely_step, log_likelihood, regress, robust_noise
from forecasting.models.weekdays import mean_of_8

# What is older than two years and a season tells little, and so the cost stays bounded.
_WINDOW_DAYS = 800
# Variances that no part of the kernel explains: of a day's logarithm, of a share's square root.
TOTAL_NOISE, _SHAPE_NOISE = 0.09**2, 0.01**2
# How far a level may wander in a day, in logarithms: a settled queue, and one that grows.
_WALKS = (0.01, 0.03)
# Days with fewer calls have no shape; a weekday with fewer has no level of its own.
_LEAST_CALLS = 5.0


def gaussian_process(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return a Gaussian process's day totals [1]_ × day profile [2]_.

    Logarithms of day totals are a sum of effects: level and trend, weekday, recent days, day of the
    month, time of year, holidays and the days around them, events. Each is drawn to nothing unless the
    calls show it. Profiles are regressed on the same calendar as square roots of shares.
    """
    totals = regress_totals(panel, int(origins[0]))
    shapes = _regress_shapes(panel, int(origins[0]))
    return np.array(
        [
            totals.mean(origin, days)[:, None] * shares(panel, origin, shapes.mean(origin, days))
            if shapes.seen(origin)
            # Too few calls for the shape of any day, or none counted for years.
            else mean_of_8(panel, np.array([origin]), days, seed)[0]
            for origin in origins
        ]
    )


@dataclass(frozen=True, eq=False)
class Totals:
    """Day totals, as they can be forecast from any origin on."""

    rolling: Rolling
    places: np.ndarray
    """The days seen, as places in the panel."""
    first: int
    """The first origin."""
    centre: float
    thin: np.ndarray
    """Mean calls of the weekdays with hardly any call (7), NaN of the others."""
    weekday: np.ndarray

    def mean(self, origin: int, days: int) -> np.ndarray:
        """Return the calls expected on each of the days from the origin on."""
        level = self.rolling.mean(self._seen(origin), self._asked(origin, days))[:, 0]
        thin = self.thin[self.weekday[origin : origin + days]]
        return np.where(np.isnan(thin), np.exp(self.centre + level), thin)

    def doubt(self, origin: int, days: int) -> np.ndarray:
        """Return the covariance of their logarithms."""
        return self.rolling.covariance(self._seen(origin), self._asked(origin, days))

    def _seen(self, origin: int) -> int:
        return int(np.searchsorted(self.places, origin))

    def _asked(self, origin: int, days: int) -> slice:
        return slice(origin - self.first, origin - self.first + days)


@dataclass(frozen=True, eq=False)
class _Observed:
    """Logarithms of day totals inside the window, about their centre."""

    begin: int
    """The panel's day that the window begins with."""
    places: np.ndarray
    logs: np.ndarray
    noise: np.ndarray
    centre: float
    thin: np.ndarray
    walk: float
    step: int | None


# Asked for by the model and by its bands.
@lru_cache(maxsize=1)
def regress_totals(panel: Panel, first: int) -> Totals:
    """Regress a panel's day totals, to be asked from the origin `first` and any later one on."""
    kernel, seen = _kernel_and_observed(panel)
    asked = slice(first - seen.begin, None)
    rolling = regress(kernel, seen.noise, seen.logs[:, None], seen.places - seen.begin, asked)
    return Totals(rolling, seen.places, first, seen.centre, seen.thin, panel.weekday)


def effects_on(panel: Panel, day: int) -> dict[str, float]:
    """Return what each effect adds to the logarithm of a day's total, the centre as part of the level.

    The sum is the logarithm of `Totals.mean` for that day, asked from the panel's last day on.
    """
    kernel, seen = _kernel_and_observed(panel)
    places = seen.places - seen.begin
    weights = np.linalg.solve(kernel[np.ix_(places, places)] + np.diag(seen.noise), seen.logs)
    parts = total_parts(panel.book[seen.begin :], panel.past - seen.begin, seen.walk, seen.step)
    effects = {name: float(part[day - seen.begin, places] @ weights) for name, part in parts}
    return effects | {"level": effects["level"] + seen.centre}


def _kernel_and_observed(panel: Panel) -> tuple[np.ndarray, _Observed]:
    """Return the covariance of the window's days, and what was seen of them, outliers with more noise."""
    totals = day_totals(panel)
    weekday = panel.weekday[: panel.past]
    thin = _thin_weekdays(totals, weekday)
    begin = max(0, panel.past - _WINDOW_DAYS)
    usable = np.isfinite(totals) & np.isnan(thin[weekday])
    places = begin + np.flatnonzero(usable[begin:])
    logs = np.log(np.maximum(totals[places], 0.5))
    centre = float(np.median(logs[-60:])) if len(logs) else 0.0
    noise = TOTAL_NOISE + 1 / np.maximum(totals[places], 1.0)
    seen, values = places - begin, logs - centre
    book, past = panel.book[begin:], panel.past - begin
    # How the level moves is found by the likelihood.
    kernels = {walk: summed(total_parts(book, past, walk)) for walk in _WALKS}
    walk = max(_WALKS, key=lambda size: log_likelihood(kernels[size], noise, values, seen))
    kernel = kernels[walk]
    step = likely_step(kernel, noise, values, seen)
    if step is not None:
        kernel = summed(total_parts(book, past, walk, step))
    noise = robust_noise(kernel, noise, values, seen)
    return kernel, _Observed(begin, places, values, noise, centre, thin, walk, step)


def _thin_weekdays(totals: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Return the mean of half a year of each weekday that has hardly any call now (7), NaN of the others."""
    known = [totals[(weekday == number) & np.isfinite(totals)] for number in range(7)]
    now, long = (
        np.array([days[-count:].mean() if len(days) else np.nan for days in known]) for count in (8, 26)
    )
    return np.where(now < _LEAST_CALLS, long, np.nan)


@dataclass(frozen=True, eq=False)
class Shapes:
    """Day profiles, as they can be forecast from any origin on."""

    rolling: Rolling
    places: np.ndarray
    first: int

    def mean(self, origin: int, days: int) -> np.ndarray:
        """Return the shape of each of the days from the origin on, in parts of its day's calls."""
        asked = slice(origin - self.first, origin - self.first + days)
        return np.maximum(self.rolling.mean(self.seen(origin), asked), 0.0) ** 2

    def seen(self, origin: int) -> int:
        """Return how many days with a shape there are before the origin."""
        return int(np.searchsorted(self.places, origin))


def _regress_shapes(panel: Panel, first: int) -> Shapes:
    counts = filled(panel)
    totals = counts.sum(axis=1)
    begin = max(0, panel.past - _WINDOW_DAYS)
    usable = np.isfinite(panel.usable).any(axis=1) & (totals >= _LEAST_CALLS)
    places = begin + np.flatnonzero(usable[begin:])
    roots = np.sqrt(counts[places] / totals[places, None])
    noise = _SHAPE_NOISE + 1 / (4 * totals[places])
    kernel = summed(shape_parts(panel.book[begin:], panel.past - begin))
    return Shapes(regress(kernel, noise, roots, places - begin, slice(first - begin, None)), places, first)
