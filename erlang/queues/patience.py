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
from typing import Self

import numpy as np

from erlang.formulas import blocking
from erlang.queues.hill import Hill


@dataclass(frozen=True, kw_only=True)
class ImpatientQueue:
    """Many queues at once whose callers hang up: float arrays of one shape, patience above 0."""

    n: np.ndarray
    a: np.ndarray
    aht_s: np.ndarray
    unit_s: np.ndarray
    """Seconds of one unit of v: the mean patience."""
    hill: Hill
    """e^-v g(v), as a multiple of its top."""
    area: np.ndarray
    """∫e^-v g, in that measure."""
    whole: np.ndarray
    """1 + y ∫e^-v g, in that measure."""
    busy: np.ndarray
    """Chance that a call does not find a free agent."""
    idle: np.ndarray
    """Chance that it does: what is left of 1, with all its digits."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray) -> Self:
        """Work out what all its quantities share."""
        with np.errstate(all="ignore"):
            return cls._over(Hill.of(n, a, patience_s / aht_s), n, a, aht_s, patience_s)

    @classmethod
    def _over(
        cls,
        hill: Hill,
        n: np.ndarray,
        a: np.ndarray,
        aht_s: np.ndarray,
        unit_s: np.ndarray,
        **more: np.ndarray,
    ) -> Self:
        foot, area = np.exp(hill.log(-hill.top)), hill.area()
        whole = foot + a * unit_s / aht_s * area
        b = blocking(n, a)
        free = (1 - b) * foot / whole
        unknown = 0 * (n + a + unit_s / aht_s)
        return cls(
            n=n,
            a=a,
            aht_s=aht_s,
            unit_s=unit_s,
            hill=hill,
            area=area,
            whole=whole,
            busy=np.where(a == 0, 0.0, b / (b + free)) + unknown,
            idle=np.where(a == 0, 1.0, free / (b + free)) + unknown,
            **more,
        )

    @property
    def p_wait(self) -> np.ndarray:
        """Chance to wait: whoever finds no free agent does."""
        return self.busy

    def blocked(self) -> np.ndarray:
        """Every caller gets in."""
        return 0 * self.busy

    def abandoned(self) -> np.ndarray:
        """Share of all calls that hang up while they wait."""
        return np.clip(self.hill.theta * self._waited, 0, 1)

    @cached_property
    def _waited(self) -> np.ndarray:
        """Mean time in queue of all calls, in units of v."""
        with np.errstate(all="ignore"):
            return self.busy * self.hill.waited(self._c) / self.whole

    def beyond(self, t_s: np.ndarray) -> np.ndarray:
        """Chance that V > t."""
        with np.errstate(all="ignore"):
            v = np.where(np.isinf(t_s), np.inf, t_s / self.unit_s)
            chance = self.busy * self.hill.beyond(self._c, v) / self.whole
        return (
            np.where(self.busy == 0, 0.0, np.where(np.isinf(v), 0.0, np.clip(chance, 0, 1))) + 0 * self.busy
        )

    def served_within(self, t_s: np.ndarray) -> np.ndarray:
        """Share of all calls that are answered within t."""
        return self._served(self.hill.area(until=t_s / self.unit_s))

    def answered(self) -> np.ndarray:
        """Share of all calls that an agent answers."""
        return self._served(self.area)

    def _served(self, area: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            reached = np.where(self.busy == 0, 0.0, self._c * area / self.whole)
            return np.clip(self.idle + self.busy * reached, 0, 1)

    def abandoned_within(self, t_s: np.ndarray) -> np.ndarray:
        """Share of all calls that hang up within t."""
        with np.errstate(invalid="ignore"):  # nobody's patience ends, however endless the time
            patient = np.where(self.hill.theta == 0, 1.0, np.exp(-self.hill.theta * t_s / self.unit_s))
        still_waiting = self.beyond(t_s) * patient
        return np.maximum(1 - self.blocked() - still_waiting - self.served_within(t_s), 0.0)

    def service_level(self, within_s: np.ndarray, convention: str, short_s: float) -> np.ndarray:
        """Service level under a convention of `CONVENTIONS`; 0 where its denominator is empty."""
        if convention == "virtual":
            return np.maximum(1 - self.blocked() - self.beyond(within_s), 0.0)
        served = self.served_within(within_s)
        if convention == "offered":
            return served
        if convention == "answered":
            return _share(served, self.answered())
        limit = within_s if convention.startswith("abandon") else np.full_like(within_s, short_s)
        gone = self.abandoned_within(limit)
        if convention in ("abandon_positive", "short_positive"):
            return np.minimum(served + gone, 1.0)
        return _share(served, 1 - gone)

    def asa_s(self) -> np.ndarray:
        """Mean wait of answered calls: those answered at once count with 0."""
        answered = self.answered()
        with np.errstate(all="ignore"):
            waits = self.unit_s * self._c * self.hill.area(moment=np.positive) / self.whole
            mean = self.busy * waits / answered
        return np.where(self.a == 0, 0.0, np.where(answered <= 0, np.inf, mean)) + 0 * self.busy

    def occupancy(self) -> np.ndarray:
        """Carried load / agents."""
        with np.errstate(all="ignore"):
            load = np.minimum(self.a * self.answered() / self.n, 1.0)
        return np.where(self.a == 0, 0.0, np.where(self.n == 0, 1.0, load)) + 0 * self.busy

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting, by Little's law."""
        return self.a / self.aht_s * self.unit_s * self._waited

    def wait_quantile_s(self, share: np.ndarray) -> np.ndarray:
        """Wait that this share of calls would not exceed if nobody hung up; endless where fewer get in."""
        late = 1 - share - self.blocked()
        at_once = self.idle >= share
        never = (late <= 0) | (self.n == 0)
        with np.errstate(all="ignore"):
            wait = np.where(at_once, 0.0, np.where(never, np.inf, self._overtaken(late)))
        return wait + 0 * (self.busy + share)

    def _overtaken(self, late: np.ndarray) -> np.ndarray:
        """Return t with P(V > t) = late.

        The logarithm of that chance bends downwards, so that Newton's steps close in from above.
        """
        end = (self.hill.top + self.hill.right) * self.unit_s
        # Past the hill's end the chance falls as e^(-ct).
        most = end + np.maximum(np.log(self.beyond(end) / late) / self.n * self.aht_s, 0.0)
        wait = np.zeros_like(late)
        for _ in range(100):
            beyond, v = self.beyond(wait), wait / self.unit_s
            density = np.exp(self.hill.log(v - self.hill.top) + self.hill.theta * v) / self.whole
            rate = self.busy * self.n / self.aht_s * density / beyond
            before = wait
            wait = np.clip(wait + np.log(beyond / late) / rate, 0.0, most)
            if not (np.abs(wait - before) > 1e-14 * wait).any():
                break
        return wait

    @property
    def _c(self) -> np.ndarray:
        return self.n * self.unit_s / self.aht_s


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole <= 0, 0.0, np.minimum(part / np.where(whole <= 0, 1.0, whole), 1.0))
