"""The distribution of a count whose mean is itself in doubt: negative binomial, Poisson without doubt.

`dispersion` is φ of the variance mean + φ mean², that is, the squared relative error of the mean.

References
----------
.. [1] G. Jongbloed, G. Koole (2001), Managing uncertainty in call centres using Poisson mixtures,
   Applied Stochastic Models in Business and Industry 17(4).
"""

import numpy as np
from scipy.special import betainc, gammaincc
from scipy.stats import nbinom, poisson

_LEAST_DISPERSION = 1e-9


def at_most(count: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Return the probability of at most so many calls.

    >>> float(at_most(np.array(2.0), np.array(2.0), np.array(0.0)).round(4))
    0.6767
    """
    count, mean, dispersion = np.broadcast_arrays(np.asarray(count, float), mean, dispersion)
    mixed = dispersion > _LEAST_DISPERSION
    size = 1 / np.maximum(dispersion, _LEAST_DISPERSION)
    chance = np.empty(count.shape)
    above = np.maximum(count, 0) + 1
    chance[mixed] = betainc(size[mixed], above[mixed], (size / (size + mean))[mixed])
    chance[~mixed] = gammaincc(above[~mixed], mean[~mixed])
    return np.where(count < 0, 0.0, chance)


def rank(count: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Return where a count stands in its distribution, 0 to 1: fewer calls, and half of just as many."""
    return (at_most(count, mean, dispersion) + at_most(np.asarray(count) - 1, mean, dispersion)) / 2


def quantile(mean: np.ndarray, dispersion: np.ndarray, share: float) -> np.ndarray:
    """Return the count that stands at `share` of its distribution, between whole calls where need be.

    Whole numbers alone would hold more than their share where calls are few; a count k is therefore
    spread over k ± ½. A count lies between two quantiles if its `rank` lies between their shares.

    >>> quantile(np.array([0.0, 2.0, 1000.0]), np.array([0.0, 0.0, 0.01]), 0.9).round(1)
    array([   0. ,    4. , 1136.5])
    """
    mean, dispersion = np.broadcast_arrays(np.asarray(mean, float), dispersion)
    size = 1 / np.maximum(dispersion, _LEAST_DISPERSION)
    whole = np.where(
        dispersion > _LEAST_DISPERSION,
        nbinom.ppf(share, size, size / (size + mean)),
        poisson.ppf(share, mean),
    )
    low, high = at_most(whole - 1, mean, dispersion), at_most(whole, mean, dispersion)
    part = np.divide(share - low, high - low, out=np.full(mean.shape, 0.5), where=high > low)
    return np.where(mean > 0, np.maximum(whole - 0.5 + part, 0.0), 0.0)
