"""Gaussian process regression from every origin at once.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, algorithm 2.1
   and equation 5.12.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, lapack, solve_triangular

# Values that a kernel is judged by: half a year of days.
_LATE = 182
# Days on either side of a step, and how many times likelier (e to this) it must make the values.
_STEP_DAYS, _STEP_GAIN = 5, 8.0


@dataclass(frozen=True, eq=False)
class Rolling:
    """A regression of values on the places where they were seen, asked at other places.

    The Cholesky factor of the first k observations is the leading block of that of all of them, so one
    factorisation serves the forecasts from every origin [1]_.
    """

    whitened: np.ndarray
    """The values, whitened by the factor (observations × columns)."""
    weights: np.ndarray
    """The covariance with the places asked, whitened the same (observations × places)."""
    prior: np.ndarray
    """The covariance of the places asked before anything was seen (places × places)."""

    def mean(self, seen: int, places: slice) -> np.ndarray:
        """Return the expectation at these places after the first `seen` observations."""
        return self.weights[:seen, places].T @ self.whitened[:seen]

    def covariance(self, seen: int, places: slice) -> np.ndarray:
        """Return the covariance at these places after the first `seen` observations."""
        weights = self.weights[:seen, places]
        return self.prior[places, places] - weights.T @ weights


def regress(
    kernel: np.ndarray, noise: np.ndarray, values: np.ndarray, seen: np.ndarray, asked: slice
) -> Rolling:
    """Regress `values` (observations × columns), seen at these places of the kernel, in their order.

    `noise` is the variance of each observation. `asked` are the places that forecasts may ask for.
    """
    factor = cholesky(_noisy(kernel, noise, seen), lower=True, overwrite_a=True, check_finite=False)

    def whiten(b: np.ndarray) -> np.ndarray:
        return solve_triangular(factor, b, lower=True, check_finite=False)

    return Rolling(whiten(values), whiten(kernel[seen, asked]), kernel[asked, asked])


def log_likelihood(kernel: np.ndarray, noise: np.ndarray, values: np.ndarray, seen: np.ndarray) -> float:
    """Return the logarithm of the likelihood of the last values, each given all before, up to a constant.

    So a kernel is judged by what it would have forecast of late.
    """
    factor = cholesky(_noisy(kernel, noise, seen), lower=True, overwrite_a=True, check_finite=False)
    whitened = solve_triangular(factor, values, lower=True, check_finite=False)
    return float((-(whitened**2) / 2 - np.log(factor.diagonal()))[-_LATE:].sum())


def likely_step(kernel: np.ndarray, noise: np.ndarray, values: np.ndarray, seen: np.ndarray) -> int | None:
    """Return the place from which on all values have moved by one amount, if that is far likelier than not.

    A step of variance 1 adds a kernel of rank one, so its gain in log-likelihood has a closed form.
    """
    # From a new level on some days must have been seen, and before it too.
    starts = seen[_STEP_DAYS:-_STEP_DAYS]
    if not len(starts):
        return None
    factor = cholesky(_noisy(kernel, noise, seen), lower=True, overwrite_a=True, check_finite=False)
    after = (seen[:, None] >= starts).astype(float)
    steps, whitened = (solve_triangular(factor, b, lower=True, check_finite=False) for b in (after, values))
    size = 1 + (steps**2).sum(axis=0)
    gain = ((steps.T @ whitened) ** 2 / size - np.log(size)) / 2
    best = int(gain.argmax())
    return int(starts[best]) if gain[best] > _STEP_GAIN else None


def robust_noise(kernel: np.ndarray, noise: np.ndarray, values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the variances, raised where a value is far from what all the others say of it.

    Beyond three standard deviations left out one by one [1]_ the weight falls with the fourth power.
    """
    # LAPACK has no inverse of an empty matrix.
    if not len(seen):
        return noise
    factor = cholesky(_noisy(kernel, noise, seen), lower=True, overwrite_a=True, check_finite=False)
    inverse, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    precision = (inverse**2).sum(axis=0)
    left_out = np.abs(inverse.T @ (inverse @ values)) / precision
    return noise * np.maximum(left_out * np.sqrt(precision) / 3, 1) ** 4


def _noisy(kernel: np.ndarray, noise: np.ndarray, seen: np.ndarray) -> np.ndarray:
    result = kernel[np.ix_(seen, seen)]
    result[np.diag_indices_from(result)] += noise
    return result
