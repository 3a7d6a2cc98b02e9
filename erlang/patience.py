"""Erlang A: callers whose patience is exponential hang up while they wait (M/M/n+M).

Everything follows from the offered wait V, the wait of a caller who would never hang up. With
θ = 1/patience, c = n × patience / AHT and y = load × patience / AHT, its density at V = v/θ > 0 is
proportional to g(v) = exp(-c v + y (1 - e^-v)), and that of those whom an agent reaches to e^-v g(v).
One integral by parts joins the two: c ∫g = 1 + y ∫e^-v g.

The integrals are incomplete gamma functions of c and y, but libraries lose them where both are
large: a long patience, a load just below the agents. The integrand is a smooth hill with one top
(its logarithm is concave), so Gauss's quadrature over the hill carries all cases, whole and
fractional agents, as fast at a patience of days as at one of seconds, and subtracts nothing large.

References
----------
.. [1] C. Palm (1957), Research on telephone traffic carried by full availability groups, Tele 1.
.. [2] O. Garnett, A. Mandelbaum, M. Reiman (2002), Designing a call center with impatient
   customers, Manufacturing & Service Operations Management 4(3).
.. [3] S. Zeltyn, A. Mandelbaum (2005), Call centers with impatient customers: many-server
   asymptotics of the M/M/n+G queue, Queueing Systems 51: the density of V.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from erlang.formulas import blocking
from erlang.hill import Hill


@dataclass(frozen=True)
class ImpatientQueue:
    """Many queues at once whose callers hang up: float arrays of one shape, patience above 0."""

    n: np.ndarray
    a: np.ndarray
    aht_s: np.ndarray
    patience_s: np.ndarray
    c: np.ndarray
    y: np.ndarray
    hill: Hill
    """e^-v g(v), as a multiple of its top."""
    area: np.ndarray
    """∫e^-v g, in that measure."""
    whole: np.ndarray
    """c ∫g, in that measure."""
    p_wait: np.ndarray
    """Chance that V > 0: that a call does not find a free agent."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray) -> "ImpatientQueue":
        """Work out what all its quantities share."""
        with np.errstate(all="ignore"):
            c, y = n * patience_s / aht_s, a * patience_s / aht_s
            hill = Hill.of(c + 1, y)
            foot, area = np.exp(-hill.fall(np.zeros_like(y))), hill.area()
            whole = foot + y * area
            b = blocking(n, a)
            p_wait = b / (b + (1 - b) * foot / whole)
        p_wait = np.where(np.isnan(n + a + c), np.nan, np.where(a == 0, 0.0, p_wait))
        return cls(n, a, aht_s, patience_s, c, y, hill, area, whole, p_wait)

    def abandoned(self) -> np.ndarray:
        """Share of all calls that hang up while they wait."""
        return self._abandoned

    @cached_property
    def _abandoned(self) -> np.ndarray:
        with np.errstate(all="ignore"):
            # c ∫(1 - e^-v) g; where c is small the hill ends too soon for that, but the difference is safe.
            lost = np.where(
                self.c > 5, self.c * self.hill.area(moment=np.expm1), self.whole - self.c * self.area
            )
            return np.clip(self.p_wait * lost / self.whole, 0, 1)

    def beyond(self, t_s: np.ndarray) -> np.ndarray:
        """Chance that V > t."""
        with np.errstate(all="ignore"):
            v = t_s / self.patience_s
            rest = np.exp(v - self.hill.fall(v)) + self.y * (self.area - self.hill.area(until=v))
            chance = np.where(np.isinf(v), 0.0, self.p_wait * rest / self.whole)
        return np.where(self.p_wait == 0, 0.0, np.clip(chance, 0, 1)) + 0 * self.p_wait

    def served_within(self, t_s: np.ndarray) -> np.ndarray:
        """Share of all calls that are answered within t."""
        with np.errstate(all="ignore"):
            reached = self.c * self.hill.area(until=t_s / self.patience_s) / self.whole
        served = 1 - self.p_wait * (1 - reached)
        return np.where(self.a == 0, 1.0, np.clip(served, 0, 1)) + 0 * self.p_wait

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
            waits = self.patience_s * self.c * self.hill.area(moment=lambda v: v) / self.whole
            mean = self.p_wait * waits / answered
        return np.where(self.a == 0, 0.0, np.where(answered <= 0, np.inf, mean)) + 0 * self.p_wait

    def occupancy(self) -> np.ndarray:
        """Carried load / agents."""
        with np.errstate(all="ignore"):
            busy = np.minimum(self.a * (1 - self.abandoned()) / self.n, 1.0)
        return np.where(self.a == 0, 0.0, np.where(self.n == 0, 1.0, busy)) + 0 * self.p_wait

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting, by Little's law: all wait P(abandon) × patience on average."""
        return self.a / self.aht_s * self.abandoned() * self.patience_s


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole <= 0, 0.0, np.minimum(part / np.where(whole <= 0, 1.0, whole), 1.0))
