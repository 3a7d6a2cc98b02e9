"""Erlang A: callers whose patience is exponential hang up while they wait (M/M/n+M).

Everything follows from the offered wait V, the wait of a caller who would never hang up. With
θ = 1/patience, c = n × patience / AHT and y = load × patience / AHT, its density for V > 0 is
proportional to exp(-c θ t + y (1 - exp(-θ t))), whose integrals are incomplete gamma functions:
closed forms for whole and fractional agents, as fast at a patience of hours as at one of seconds.

References
----------
.. [1] C. Palm (1957), Research on telephone traffic carried by full availability groups, Tele 1.
.. [2] O. Garnett, A. Mandelbaum, M. Reiman (2002), Designing a call center with impatient
   customers, Manufacturing & Service Operations Management 4(3).
.. [3] S. Zeltyn, A. Mandelbaum (2005), Call centers with impatient customers: many-server
   asymptotics of the M/M/n+G queue, Queueing Systems 51: the density of V.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from erlang.formulas import TINY, blocking, poisson_pmf

# The mean wait of the answered has no closed form; its integrand is smooth, and 96 points carry
# it to the last digits over the span where it is not below e^-40 of its peak.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_SPAN = 40.0


@dataclass(frozen=True)
class ImpatientQueue:
    """Many queues at once whose callers hang up: float arrays of one shape, patience above 0."""

    n: np.ndarray
    a: np.ndarray
    aht_s: np.ndarray
    patience_s: np.ndarray
    c: np.ndarray
    y: np.ndarray
    p_wait: np.ndarray
    """Chance that V > 0: that a call does not find a free agent."""
    k: np.ndarray
    """pmf(c; y) / P(c, y), with P the lower regularised incomplete gamma function."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray) -> "ImpatientQueue":
        """Work out what all its quantities share."""
        with np.errstate(all="ignore"):
            c, y = n * patience_s / aht_s, a * patience_s / aht_s
            k = _inverse_kummer(c, y)
            b = blocking(n, a)
            p_wait = b / (b + (1 - b) * k)
        p_wait = np.where(a == 0, 0.0, np.where(n == 0, 1.0, p_wait))
        return cls(n, a, aht_s, patience_s, c, y, np.where(np.isnan(n + a + c), np.nan, p_wait), k)

    def abandoned(self) -> np.ndarray:
        """Share of all calls that hang up while they wait."""
        with np.errstate(all="ignore"):
            share = self.p_wait * (1 - (1 - self.k) * self.n / self.a)
        return (
            np.where(self.a == 0, 0.0, np.where(self.n == 0, 1.0, np.maximum(share, 0.0))) + 0 * self.p_wait
        )

    def beyond(self, t_s: np.ndarray) -> np.ndarray:
        """Chance that V > t."""
        with np.errstate(all="ignore"):
            chance = self.p_wait * self._ratio(0, t_s / self.patience_s)
        return np.where(self.p_wait == 0, 0.0, chance)

    def served_within(self, t_s: np.ndarray) -> np.ndarray:
        """Share of all calls that are answered within t."""
        with np.errstate(all="ignore"):
            waited = (
                (self._ratio(1, np.zeros_like(t_s)) - self._ratio(1, t_s / self.patience_s)) * self.n / self.a
            )
        served = 1 - self.p_wait * (1 - waited)
        return np.where(self.a == 0, 1.0, np.where(self.n == 0, 0.0, np.clip(served, 0, 1))) + 0 * self.p_wait

    def abandoned_within(self, t_s: np.ndarray) -> np.ndarray:
        """Share of all calls that hang up within t."""
        still_waiting = self.beyond(t_s) * np.exp(-t_s / self.patience_s)
        return np.maximum(1 - still_waiting - self.served_within(t_s), 0.0)

    def service_level(self, within_s: np.ndarray, convention: str, short_s: float) -> np.ndarray:
        """Service level under a convention of `CONVENTIONS`; 0 where its denominator is empty."""
        if convention == "virtual":
            return 1 - self.beyond(within_s)
        served = self.served_within(within_s)
        if convention == "offered":
            return served
        if convention == "answered":
            return _share(served, 1 - self.abandoned())
        limit = within_s if convention.startswith("abandon") else np.full_like(within_s, short_s)
        gone = self.abandoned_within(limit)
        if convention in ("abandon_positive", "short_positive"):
            return np.minimum(served + gone, 1.0)
        return _share(served, 1 - gone)

    def asa_s(self) -> np.ndarray:
        """Mean wait of answered calls: those answered at once count with 0."""
        answered = 1 - self.abandoned()
        with np.errstate(all="ignore"):
            waited = self.p_wait * (1 - self.k) * self.n / self.a
            mean = waited / answered * self.patience_s * _mean_of_density(self.c + 1, self.y)
        return np.where(self.a == 0, 0.0, np.where(answered <= 0, np.inf, mean)) + 0 * self.p_wait

    def occupancy(self) -> np.ndarray:
        """Carried load / agents."""
        with np.errstate(all="ignore"):
            busy = self.a * (1 - self.abandoned()) / self.n
        return np.where(self.a == 0, 0.0, np.where(self.n == 0, 1.0, busy)) + 0 * self.p_wait

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting, by Little's law: all wait P(abandon) × patience on average."""
        return self.a / self.aht_s * self.abandoned() * self.patience_s

    def _ratio(self, order: int, v: np.ndarray) -> np.ndarray:
        """Return P(c + order, y e^-v) / P(c, y), also where both are too small for doubles."""
        z = self.y * np.exp(-v)
        whole = gammainc(self.c, self.y)
        ratio = gammainc(self.c + order, z) / whole
        far = (whole < TINY) & (self.y > 0)
        if far.any():
            c, y = self.c[far], self.y[far]
            scale = np.exp(-y * np.expm1(-v[far]) - c * v[far]) * (z[far] / (c + 1)) ** order
            ratio = ratio.copy()
            ratio[far] = scale * self.k[far] * _kummer(c + order, z[far])
        return ratio


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole <= 0, 0.0, np.minimum(part / np.where(whole <= 0, 1.0, whole), 1.0))


def _inverse_kummer(c: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return 1 / M(1, c+1, y) = pmf(c; y) / P(c, y), between 0 and 1."""
    tail = gammainc(c, y)
    k = poisson_pmf(c, y) / tail
    far = (tail < TINY) & (c > y)
    if far.any():
        k = k.copy()
        k[far] = 1 / _kummer(c[far], y[far])
    return np.minimum(k, 1.0)


def _kummer(c: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Kummer's M(1, c+1, y) for y below c, by Gauss's continued fraction (Lentz's method)."""
    b = c
    value = b
    ratio, d = value, np.zeros_like(b)
    for i in range(1, 500):
        numerator = (i // 2) * y if i % 2 == 0 else -(c + i // 2) * y
        b = b + 1
        d = 1 / (b + numerator * d)
        ratio = b + numerator / ratio
        step = ratio * d
        value = value * step
        if np.all(np.abs(step - 1) < 1e-16):
            break
    return c / value


def _mean_of_density(c: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean of the density on v > 0 proportional to exp(-c v + y (1 - e^-v))."""

    def height(v: np.ndarray) -> np.ndarray:
        return -c * v - y * np.expm1(-v)

    peak = np.maximum(np.log(y / c), 0.0)
    top = height(peak)
    # The logarithm of the density is concave, so Newton's steps approach either end from outside.
    low, high = np.zeros_like(peak), (_SPAN + y - top) / c
    for _ in range(60):
        high = high - (height(high) - top + _SPAN) / (y * np.exp(-high) - c)
        low = np.where(
            height(low) < top - _SPAN, low - (height(low) - top + _SPAN) / (y * np.exp(-low) - c), low
        )
    half = (high - low) / 2
    mass, moment = np.zeros_like(peak), np.zeros_like(peak)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        v = low + half * (1 + node)
        density = weight * np.exp(height(v) - top)
        mass += density
        moment += density * v
    return moment / mass
