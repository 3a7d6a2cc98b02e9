"""Erlang's formulas, for whole and fractional numbers of agents.

References
----------
.. [1] A. K. Erlang (1917), Solution of some problems in the theory of probabilities of
   significance in automatic telephone exchanges.
.. [2] D. L. Jagerman (1974), Some properties of the Erlang loss function, Bell System Technical
   Journal 53(3): 1/B = a ∫ e^(-at) (1+t)^n dt, which continues B to fractional n.
.. [3] C. Loader (2000), Fast and accurate computation of binomial probabilities.
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc, gammaln

from erlang.arguments import Values, broadcast, refuse_zero, unwrapped

# Below this a double loses digits, and ratios of two such numbers are worth nothing.
TINY = 1e-280
# Below this the incomplete gamma function of a large team loses up to five digits.
_FAR_TAIL, _LARGE_TEAM = 1e-50, 1000


def offered_load(calls: ArrayLike, aht_s: ArrayLike, minutes: ArrayLike) -> Values:
    """Return the offered load in erlangs: calls × AHT / seconds of the interval.

    >>> float(offered_load(calls=100, aht_s=180, minutes=30))
    10.0
    """
    n_calls, aht, length = broadcast(calls=calls, aht_s=aht_s, minutes=minutes)
    refuse_zero(minutes=length)
    return unwrapped(n_calls * aht / (length * 60))


def erlang_b(agents: ArrayLike, load: ArrayLike) -> Values:
    """Return the share of calls blocked where nobody can wait (Erlang B) [1]_ [2]_.

    `agents` may be fractional, `load` is in erlangs. B(n, 0) is 0, B(0, a) is 1.

    >>> round(float(erlang_b(agents=10, load=8)), 6)
    0.121661
    """
    n, a = broadcast(agents=agents, load=load)
    return unwrapped(blocking(n, a))


def erlang_c(agents: ArrayLike, load: ArrayLike) -> Values:
    """Return the chance to wait, where callers wait for as long as it takes (Erlang C) [1]_.

    C = n B / (n - a + a B); 1 where the load reaches the agents and the queue only grows.

    >>> round(float(erlang_c(agents=14, load=10)), 4)
    0.1741
    """
    n, a = broadcast(agents=agents, load=load)
    return unwrapped(waiting(n, a))


def blocking(n: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return Erlang B of float arrays of one shape.

    1/B = Q(n+1, a) / pmf(n; a), with Q the upper regularised incomplete gamma function and pmf
    the Poisson probability: the integral of [2]_ in closed form.
    """
    with np.errstate(all="ignore"):
        tail = gammaincc(n + 1, a)
        b = np.asarray(poisson_pmf(n, a) / tail)
        # Where the tail vanishes the load is far above the agents, and the fraction soon converges.
        far = (tail < np.where(n > _LARGE_TEAM, _FAR_TAIL, TINY)) & (a > n)
        if far.any():
            b[far] = 1 / (a[far] * upper_fraction(n[far], a[far]))
    b = np.where(n == 0, 1.0, np.where(a == 0, 0.0, np.minimum(b, 1.0)))
    return np.where(np.isnan(n) | np.isnan(a), np.nan, b)


def waiting(n: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return Erlang C of float arrays of one shape."""
    with np.errstate(all="ignore"):
        b = blocking(n, a)
        c = n * b / (n - a + a * b)
    return np.where(a == 0, np.where(np.isnan(n), np.nan, 0.0), np.where(n <= a, 1.0, np.minimum(c, 1.0)))


def poisson_pmf(x: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return e^-mean mean^x / Γ(x+1), exact to the last digits at any size (saddle point [3]_)."""
    with np.errstate(all="ignore"):
        u = (mean - x) / x
        # x log(mean/x) + x - mean: near x without a difference of large numbers, far off without 1 + u.
        exponent = x * (np.where(np.abs(u) < 0.5, np.log1p(u), np.log(mean / x)) - u)
        r = 1 / (x * x)
        series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / x
        large = np.exp(exponent - series) / np.sqrt(2 * np.pi * x)
        small = np.exp(x * np.log(mean) - mean - gammaln(x + 1))
    return np.where(x >= 16, large, np.where(x == 0, np.exp(-mean), small))


def upper_fraction(n: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return Γ(n+1, a) e^a a^-(n+1) for n > -1 far below a, by Legendre's fraction (Lentz's method)."""
    b = a - n
    c = np.full_like(b, np.inf)
    d = 1 / b
    value = d
    for i in range(1, 500):
        numerator = -i * (i - 1 - n)
        b = b + 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        step = c * d
        value = value * step
        if np.all(np.abs(step - 1) < 5e-16):
            break
    return value
