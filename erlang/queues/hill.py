"""The integrals behind queues that callers leave: a smooth hill with one top, however steep or wide.

The hill is g(v) = exp(-(c + 1) v + y (1 - e^-v)) over v >= 0. Its top is at 0 or at log(y / (c + 1)), and
at a distance w from the top its logarithm has fallen by slope × w + weight × (w + e^-w - 1), with
slope = max(c + 1 - y, 0) and weight = min(c + 1, y): no difference of large numbers, so that 64 points
of Gauss's quadrature carry its integrals to ten digits and more wherever c and y lie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

Moment = Callable[[np.ndarray], np.ndarray]

# Gauss's points and weights between 0 and 1.
_NODES, _DOUBLED = np.polynomial.legendre.leggauss(64)
_POINTS, _WEIGHTS = (1 + _NODES) / 2, _DOUBLED / 2
# The hill ends where it is e^-40 of its top: what lies beyond is less than a double carries.
FALL = 40.0
# What is this wide to the right is a hill up to here, and a plain beyond.
PLAIN, FOOT = 12.0, 5.0


@dataclass(frozen=True, kw_only=True)
class Hill:
    """Many hills at once, as multiples of their tops: float arrays of one length."""

    slope: np.ndarray
    weight: np.ndarray
    top: np.ndarray
    left: np.ndarray
    """Where the hill begins and ends, counted from the top."""
    right: np.ndarray
    knee: np.ndarray
    """Where its slope may change within the width of a point: the quadrature takes either side by itself."""
    power: np.ndarray | None = None
    """By which the points before the knee are drawn to the left."""
    theta: float = 1.0
    """1 where v counts in mean patiences, 0 where nobody hangs up: the offered wait is e^(theta v) g."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, unit: np.ndarray) -> Self:
        """Find top and ends; `unit` is patience / AHT, so that c = n × unit and y = a × unit."""
        c, y = n * unit, a * unit
        # From the difference of the agents and the load, which is exact where they are close.
        excess = (n - a) * unit + 1
        slope, weight = np.maximum(excess, 0.0), np.minimum(c + 1, y)
        top = np.log1p(np.maximum(-excess, 0.0) / (c + 1))
        # Ends a little too far out, from w + e^-w - 1 >= w²/(w + 2) to the right, where e^v g must have
        # fallen too, and from e^w - w - 1 >= w²/2 put in once to the left. Beyond w = 40 all but e^-cv
        # is constant (`tail`).
        steep = 2 * (slope - 1) - FALL
        right = np.minimum(4 * FALL / (steep + np.hypot(steep, np.sqrt(8 * FALL * c))), FALL)
        ratio = FALL / np.where(top > 0, weight, 1.0)
        left = -np.minimum(top, np.log1p(ratio + np.sqrt(2 * ratio)))
        # A long way to the right is a plain, which begins a few units past the top.
        knee = np.where(right > PLAIN, FOOT, right)
        return cls(slope=slope, weight=weight, top=top, left=left, right=right, knee=knee)

    def log(self, w: np.ndarray) -> np.ndarray:
        """Return the logarithm of the hill at distances w from the top."""
        return self._log(slice(None), w[:, None])[:, 0]

    def beyond(self, c: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return c times the integral of e^(theta v) g from v on; past the hill's end it falls as e^-cv."""
        end = self.top + self.right
        tail = np.exp(self.log(self.right) + self.theta * end - c * np.maximum(v - end, 0.0))
        return c * self.area(since=v, moment=lambda x: np.exp(self.theta * x)) + tail

    def waited(self, c: np.ndarray) -> np.ndarray:
        """Return c times the integral of (e^(theta v) - 1) g / theta, or of v g where theta is 0."""
        end = self.top + self.right
        wait = np.expm1 if self.theta else np.positive
        return c * self.area(moment=wait) + np.exp(self.log(self.right)) * wait(end)

    def area(
        self,
        since: np.ndarray | None = None,
        until: np.ndarray | None = None,
        moment: Moment | None = None,
    ) -> np.ndarray:
        """Return the integral of the hill times `moment`, over the whole or from `since` to `until`."""
        left = self.left if since is None else np.clip(since - self.top, self.left, self.right)
        right = self.right if until is None else np.clip(until - self.top, self.left, self.right)
        return self._integral(left, right, moment)

    def _integral(self, left: np.ndarray, right: np.ndarray, moment: Moment | None) -> np.ndarray:
        """Integrate between two distances from the top."""
        total = 0 * (right - left)  # NaN where an end is
        knee = np.clip(self.knee, left, right)
        for start, end, power in ((left, knee, self.power), (knee, right, None)):
            wide = np.flatnonzero(end > start)
            # Some rows at a time, so that their points fit the processor's cache.
            for first in range(0, len(wide), 256):
                rows = wide[first : first + 256]
                points, weights = _POINTS, _WEIGHTS
                if power is not None:
                    p = power[rows, None]
                    points, weights = _POINTS**p, _WEIGHTS * p * _POINTS ** (p - 1)
                width = (end - start)[rows]
                w = start[rows, None] + width[:, None] * points
                height = weights * np.exp(self._log(rows, w))
                if moment is not None:
                    height *= moment(self.top[rows, None] + w)
                total[rows] += height.sum(axis=1) * width
        return total

    def _log(self, rows: np.ndarray | slice, w: np.ndarray) -> np.ndarray:
        """Return the logarithm of the hill of some rows at distances w from the top."""
        straight = -self.slope[rows, None] * w
        return straight - self.weight[rows, None] * bend(w) if self.theta else straight


def bend(w: np.ndarray) -> np.ndarray:
    """Return w + e^-w - 1, near 0 by its series: the difference would lose half the digits."""
    value = w + np.expm1(-w)
    near = np.abs(w) < 2e-3
    x = w[near]
    value[near] = x * x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6))))
    return value
