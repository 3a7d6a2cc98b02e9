"""How busy the rest of a day is, given what came until now: arrays of one queue and one day.

The calls of an interval are mean × (1 + x), where x is how much busier than expected it is, and vary
about that with variance (1 + own) × mean. All x of the day have the variance τ² and hang together: the
correlation of two falls with the time between them, so that an hour tells most of the next one. This is
the conditional normal law, linear in what came, of [1]_, with a covariance of two numbers that the
morning's band already tells (`forecasting/doubt/doubt.py`) in place of singular vectors to be learned.

References
----------
.. [1] H. Shen, J. Z. Huang (2008), Interday forecasting and intraday updating of call center arrivals,
   Manufacturing & Service Operations Management 10(3): penalised updating of the rest of a day.
.. [2] P. J. Huber (1964), Robust estimation of a location parameter, Annals of Mathematical
   Statistics 35(1): an observation too far off counts as if it were nearer.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from forecasting.doubt.counts import at_most

# Correlation falls to 1/e over so many hours: about what a bank's, a bank's and four help desks' days show.
_HOURS = 8.0
# So many standard deviations off what the other intervals say, an interval counts as if it were nearer.
_FAR_SD = 3.0
# A day never seen the like of could be anything, up to a factor.
_MOST_VARIANCE = 0.25
# Calls that must be missing before zeros are an outage: chance gives e^-30.
_OUTAGE_CALLS = 30.0
_STEPS = 30


@dataclass(frozen=True)
class Prior:
    """What is believed of a day before it begins."""

    variance: float
    """τ², of the relative error that the day's intervals have in common."""
    own: float
    """The variance that an interval has by itself, in parts of its mean, beyond Poisson."""

    def covariance(self, hours: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return the covariance of x between intervals that begin at these hours."""
        return self.variance * np.exp(-np.abs(np.subtract.outer(hours, others)) / _HOURS)


def prior_of_band(mean: np.ndarray, high: np.ndarray, share: float) -> Prior:
    """Return what a day's bands say: their upper ends `high` stand at `share` of the counts' law.

    The variance of a count beyond Poisson is τ² mean² + own × mean: busy intervals tell the one, quiet
    intervals the other.

    >>> from forecasting.doubt.counts import quantile
    >>> mean = np.array([5.0, 50.0, 500.0])
    >>> prior = prior_of_band(mean, quantile(mean, 0.04 + 0.5 / mean, 0.9), 0.9)
    >>> print(round(prior.variance, 3), round(prior.own, 3))
    0.04 0.5
    """
    beyond = _dispersion(mean, high, share) * mean**2
    (variance, own), _ = nnls(np.column_stack([mean**2, mean]), beyond)
    return Prior(min(variance, _MOST_VARIANCE), own)


def _dispersion(mean: np.ndarray, high: np.ndarray, share: float) -> np.ndarray:
    """Return φ of the counts whose quantile at `share`, as `counts.quantile` has it, is `high`."""
    whole = np.floor(high + 0.5)
    part = high + 0.5 - whole
    low, most = np.full(len(mean), np.log(1e-6)), np.full(len(mean), np.log(4.0))
    for _ in range(_STEPS):
        middle = (low + most) / 2
        below, up_to = (at_most(count, mean, np.exp(middle)) for count in (whole - 1, whole))
        narrow = below + part * (up_to - below) > share
        low, most = np.where(narrow, middle, low), np.where(narrow, most, middle)
    return np.exp((low + most) / 2)


def busier(
    prior: Prior, hours: np.ndarray, mean: np.ndarray, came: np.ndarray, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the expectation and the variance of x at the hours `ahead`, given what came at `hours`.

    A mean of what came over `mean`, drawn to 0: never beyond the least and the most of it, and never
    less for more calls. An interval too far off what the others say counts as if it were nearer [2]_.
    Where x is the same all day, the law is that of a gamma-distributed level and Poisson calls.

    >>> hours, mean = np.array([9.0]), np.array([100.0])
    >>> x, variance = busier(Prior(0.01, 0.0), hours, mean, np.array([120.0]), hours)
    >>> x.round(3), variance.round(4)
    (array([0.1]), array([0.005]))
    """
    ratio, noise = came / mean - 1, (1 + prior.own) / mean
    seen = prior.covariance(hours, hours)
    weights = np.linalg.solve(seen + np.diag(noise), np.eye(len(hours)))
    smooth, reach = seen @ weights, _FAR_SD * np.sqrt(noise)
    taken = ratio
    for _ in range(_STEPS):
        told = smooth @ taken
        taken = np.clip(ratio, told - reach, told + reach)
    across = prior.covariance(ahead, hours)
    variance = prior.variance - np.einsum("as,st,at->a", across, weights, across)
    return across @ (weights @ taken), np.maximum(variance, 0.0)


def outages(mean: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Tell where zeros in a row stand in place of many calls.

    >>> outages(np.array([20.0, 20.0, 20.0]), np.array([0.0, 0.0, 18.0]))
    array([ True,  True, False])
    """
    zero = came == 0
    run = np.cumsum(np.diff(zero, prepend=False))
    return zero & (np.bincount(run, mean)[run] > _OUTAGE_CALLS)
