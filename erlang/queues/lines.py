"""A finite number of lines: who finds all of them taken is blocked (M/M/n/K [1]_ and M/M/n/K+M [2]_).

K lines are n agents and m = K - n places to wait. The offered wait V of accepted calls has a density at
v > 0 proportional to h(v) = e^(-cv) times the sum of z^k / k! over the places k < m. In units of the mean
patience z = y (1 - e^-v), with c and y as in `erlang.queues.patience`; where nobody hangs up z = y v in
units of the AHT. The sum is e^z Q(m, z), with Q the upper regularised incomplete gamma function: analytic
in m, which carries it on to fractional agents and places. Its growth is that of e^z times one minus Erlang B:
d/dz log(e^z Q(m, z)) = 1 - B(m - 1, z), so that h has one top.

In the measure in which state n weighs 1, c ∫h are the states in which a call is accepted and waits, and
1 + y ∫e^-v h those and state K: what is between the two is blocked.

References
----------
.. [1] L. Kleinrock (1975), Queueing Systems, volume 1, section 3.6 (M/M/n/K).
.. [2] W. Whitt (2005), Engineering solution of a basic call-center model, Management Science 51(2): the
   birth-and-death process of M/M/n/K with impatient callers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from scipy.special import gammaincc, gammaln

from erlang.formulas import TINY, blocking, upper_fraction
from erlang.queues.hill import FALL, FOOT, PLAIN, Hill
from erlang.queues.patience import ImpatientQueue
from erlang.queues.roots import crossing

# From here on Gauss's quadrature carries the edge that a fractional number of places has at v = 0.
_FEW = 8.0


@dataclass(frozen=True, kw_only=True)
class CutHill(Hill):
    """The hill e^(-theta v) h(v): that of an endless queue, cut off where the places run out (z near m)."""

    y: np.ndarray
    m: np.ndarray

    @classmethod
    def cut(cls, n: np.ndarray, a: np.ndarray, m: np.ndarray, unit: np.ndarray, theta: float) -> Self:
        """Find top, ends and knee; `unit` is the unit of v over the AHT."""
        c, y = n * unit, a * unit
        excess = (n - a) * unit + theta
        # Less than one place has an edge at 0 instead of a top: its ends are those of one place.
        places = np.maximum(m, 1.0)
        z = _top(c + theta, y, places, excess, theta)
        top = _wait(z, y, theta)
        hill = cls(
            slope=excess + theta * z,
            weight=y - theta * z,
            top=top,
            left=-top,
            right=top,
            theta=theta,
            y=y,
            m=places,
            knee=top,
        )
        longest = np.full_like(top, FALL if theta else np.inf)
        right = _reach(lambda w: -hill.log(w) - theta * w, FALL / (c + theta), longest)
        left = -_reach(lambda w: -hill.log(-w), FALL / np.maximum(-excess, TINY), top)
        cut = _wait(np.maximum(m - 8 * np.sqrt(m), 0.0), y, theta) - top
        plain = np.where(theta * right > PLAIN, FOOT, cut)
        return replace(
            hill,
            left=left,
            # No place, no hill: one of no width.
            right=np.where(m == 0, left, right),
            knee=np.where(m < _FEW, left + (right - left) / 8, plain),
            power=np.where(m < _FEW, 8.0, 1.0),
            m=np.where(m == 0, 1.0, m),
        )

    def _log(self, rows: np.ndarray | slice, w: np.ndarray) -> np.ndarray:
        y, m, top = self.y[rows, None], self.m[rows, None], self.top[rows, None]
        z_top, z = (y * (-np.expm1(-v) if self.theta else v) for v in (top, top + w))
        with np.errstate(all="ignore"):
            q_top, q = gammaincc(m, z_top), gammaincc(m, z)
            value = super()._log(rows, w) + np.log(q / q_top)
            far = (q < TINY) | (q_top < TINY)
            if far.any():
                one = np.where(q_top < TINY, z_top, 1.0)
                rate = (self.slope + self.weight)[rows, None]
                sums = _log_sum(m, z, q, one) - _log_sum(m, z_top, q_top, one)
                value = np.where(far, sums - rate * w, value)
        return value


def _log_sum(m: np.ndarray, z: np.ndarray, q: np.ndarray, one: np.ndarray) -> np.ndarray:
    """Return log(e^z Q(m, z) Γ(m) / one^m), where q = Q(m, z) may be too small to tell by its fraction."""
    m, z, q, one = np.broadcast_arrays(m, z, q, one)
    value = z + np.log(q) + gammaln(m) - m * np.log(one)
    far = q < TINY
    value[far] = m[far] * np.log(z[far] / one[far]) + np.log(upper_fraction(m[far] - 1, z[far]))
    return value


def _top(rate: np.ndarray, y: np.ndarray, m: np.ndarray, excess: np.ndarray, theta: float) -> np.ndarray:
    """Return z at the top: where (y - theta z) (1 - B(m - 1, z)) = c + theta, or 0."""
    z = np.zeros_like(y)
    inside = (excess < 0) & (m > 1)
    if inside.any():
        rate, y, m, excess = rate[inside], y[inside], m[inside], excess[inside]
        most = y * (m - 1) / rate
        if theta:
            most = np.minimum(most, -excess)
        z[inside] = crossing(
            lambda z: (y - theta * z) * (1 - blocking(m - 1, z)) - rate, np.zeros_like(y), most
        )
    return z


def _wait(z: np.ndarray, y: np.ndarray, theta: float) -> np.ndarray:
    """Return v where the mean number of callers who came and still wait is z: endless where it never is."""
    if theta:
        return np.where(
            z < y, -np.log1p(-np.minimum(z / np.where(y > 0, y, 1), 1)), np.where(z > 0, np.inf, 0.0)
        )
    return np.where(z > 0, z / y, 0.0)


def _reach(fall: Callable[[np.ndarray], np.ndarray], step: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return how far, but not beyond `most`, to go until a hill has fallen enough; a little too far."""
    near, far = np.zeros_like(step), np.minimum(step, most)
    while (short := (fall(far) < FALL) & (far < most)).any():
        near = np.where(short, far, near)
        far = np.where(short, np.minimum(2 * far, most), far)
    for _ in range(4):
        middle = (near + far) / 2
        enough = fall(middle) >= FALL
        near, far = np.where(enough, near, middle), np.where(enough, middle, far)
    return far


@dataclass(frozen=True, kw_only=True)
class LimitedQueue(ImpatientQueue):
    """Many queues at once with a finite number of lines: float arrays of one shape.

    Either all callers are impatient or none: the unit of v is the mean patience, or the AHT.
    """

    agents: np.ndarray
    """Those there are: more than the lines can never all talk."""
    m: np.ndarray

    @classmethod
    def limited(
        cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray | None, lines: np.ndarray
    ) -> Self:
        """Work out what all its quantities share; without `patience_s` nobody hangs up."""
        unit_s = aht_s if patience_s is None else patience_s
        talking = np.minimum(n, lines)
        m = lines - talking
        theta = 0.0 if patience_s is None else 1.0
        # No agent and no patience: all places are taken for ever, and nothing else is ever counted.
        stuck = talking + theta == 0
        with np.errstate(all="ignore"):
            hill = CutHill.cut(
                np.where(stuck, 1.0, talking), a, np.where(stuck, 0.0, m), unit_s / aht_s, theta
            )
            queue = cls._over(hill, talking, a, aht_s, unit_s, agents=n, m=m)
            return replace(queue, whole=np.where(stuck, np.inf, queue.whole))

    def beyond(self, t_s: np.ndarray) -> np.ndarray:
        """Chance that a call gets a line and V > t."""
        return np.where(self.m == 0, 0.0, super().beyond(t_s))

    @cached_property
    def p_wait(self) -> np.ndarray:
        """Chance to find no free agent, but a place."""
        return np.minimum(self.beyond(np.zeros_like(self.a)), self.busy)

    def blocked(self) -> np.ndarray:
        """Share of all calls that find all lines taken."""
        return self.busy - self.p_wait

    def occupancy(self) -> np.ndarray:
        """Carried load / all agents, those without a line too."""
        with np.errstate(all="ignore"):
            share = np.where(self.agents > self.n, self.n / self.agents, 1.0)
        return super().occupancy() * share

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting; where no agent ends a call and nobody hangs up, all places."""
        return np.where(np.isinf(self.whole) & (self.a > 0), self.m, super().queue_length())
