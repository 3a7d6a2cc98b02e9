"""How far the forecast may be off: its band as a distribution of the rate at which calls come.

The count of an interval scatters twice: the true rate differs from the forecast, and calls come by
chance around the true rate. The band holds both; a team is sized against the first, because the
formulas already hold the second.

References
----------
.. [1] G. Jongbloed, G. Koole (2001), Managing uncertainty in call centres using Poisson mixtures,
   Applied Stochastic Models in Business and Industry 17(4): counts are Poisson around a rate that is
   itself gamma distributed, and the team is sized for a quantile of the rate.
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri

from callplan.errors import Refused
from erlang.arguments import Values, broadcast, floats, unwrapped


def rate_quantile(calls: ArrayLike, calls_hi: ArrayLike, level: ArrayLike, confidence: float) -> Values:
    """Return the calls that the true rate exceeds on a share 1 - `confidence` of days [1]_.

    `calls` is the forecast mean, `calls_hi` the upper end of the band that holds `level` of counts.
    The rate is gamma distributed with that mean, and with the variance that the band leaves when the
    Poisson variance of the count, which is its mean, is taken off; where it leaves none the rate is known.

    100 calls, 130 at the upper end of an 80% band: a count's standard deviation is 23.4, the rate's 21.2.

    >>> round(float(rate_quantile(calls=100, calls_hi=130, level=0.8, confidence=0.8)), 1)
    117.2
    """
    share = floats("confidence", confidence)
    if share.ndim or not 0 < share < 1:
        raise Refused("confidence", f"found {confidence!r}", "a share between 0 and 1: 8 of 10 days is 0.8")
    mean, high, held = broadcast(calls=calls, calls_hi=calls_hi, level=level)
    if (wrong := (held <= 0) | (held >= 1)).any():
        raise Refused("level", f"found {held[wrong].flat[0]:g}", "a share between 0 and 1: 80% is 0.8")
    with np.errstate(all="ignore"):
        of_counts = (np.maximum(high - mean, 0) / ndtri((1 + held) / 2)) ** 2
        of_rate = of_counts - mean
        quantile = gammaincinv(mean**2 / of_rate, confidence) * of_rate / mean
    return unwrapped(np.where((of_rate > 0) & (mean > 0), quantile, mean) + 0 * (high + held))
