"""The integral behind Erlang A: a smooth hill with one top, however steep or wide.

The hill is exp(-c v + y (1 - e^-v)) over v >= 0, c at least 1. Its top is at 0 or at log(y/c), and at
a distance w from the top its logarithm has fallen by slope × w + weight × (w + e^-w - 1), with
slope = max(c - y, 0) and weight = min(c, y): no difference of large numbers, so that 64 points of
Gauss's quadrature carry its integrals to ten digits and more wherever c and y lie.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
# The hill ends where it is e^-40 of its top: what lies beyond is less than a double carries.
_FALL = 40.0


@dataclass(frozen=True)
class Hill:
    """Many hills at once, as multiples of their tops: float arrays of one length."""

    slope: np.ndarray
    weight: np.ndarray
    top: np.ndarray
    left: np.ndarray
    """Where the hill begins and ends, counted from the top."""
    right: np.ndarray

    @classmethod
    def of(cls, c: np.ndarray, y: np.ndarray) -> "Hill":
        """Find top and ends."""
        slope, weight = np.maximum(c - y, 0.0), np.minimum(c, y)
        top = np.log(np.maximum(y / c, 1.0))
        # Ends a little too far out, from w + e^-w - 1 >= w²/(w + 2) to the right and, to the left,
        # from e^w - w - 1 >= w²/2 put in once.
        steep = 2 * slope - _FALL
        right = 4 * _FALL / (steep + np.hypot(steep, np.sqrt(8 * _FALL * (slope + weight))))
        ratio = _FALL / np.where(top > 0, weight, 1.0)
        left = -np.minimum(top, np.log1p(ratio + np.sqrt(2 * ratio)))
        return cls(slope, weight, top, left, right)

    def fall(self, v: np.ndarray) -> np.ndarray:
        """Return by how much the logarithm at v is below that at the top."""
        return _fall(self.slope, self.weight, v - self.top)

    def area(
        self, until: np.ndarray | None = None, moment: Callable[[np.ndarray], np.ndarray] | None = None
    ) -> np.ndarray:
        """Return the integral over the hill, or over its part up to `until`, of it times `moment`."""
        right = self.right if until is None else np.clip(until - self.top, self.left, self.right)
        half = (right - self.left) / 2
        total = np.empty_like(half)
        # Some rows at a time, so that their points fit the processor's cache.
        for first in range(0, len(half), 256):
            rows = slice(first, first + 256)
            left, top, slope, weight = (
                of[rows, None] for of in (self.left, self.top, self.slope, self.weight)
            )
            w = left + half[rows, None] * (1 + _NODES)
            height = _WEIGHTS * np.exp(-_fall(slope, weight, w))
            total[rows] = (height if moment is None else height * moment(top + w)).sum(axis=1)
        return total * half


def _fall(slope: np.ndarray, weight: np.ndarray, w: np.ndarray) -> np.ndarray:
    return slope * w + weight * (w + np.expm1(-w))
