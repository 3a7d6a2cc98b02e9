"""A rough look at impatient queues, a few times quicker than the exact one.

A search asks of most numbers of agents only on which side of a goal they lie, and most lie far from
it. Fewer points of Gauss's quadrature, over the part of the hill that matters, tell that; where they
say that a row is close to its goal, the exact integral is asked.
"""

from dataclasses import replace
from typing import Self

import numpy as np

from erlang.queues.hill import Hill, Moment
from erlang.queues.patience import ImpatientQueue
from erlang.teams.goals import Case

# A row is close where its log odds are nearer to those of the goal than this, and than this times 8
# for one agent. What the rough look misses is a third of it and less, mostly a thousandth, as long as
# the goal is no share near to 0 or 1.
_CLOSE = 2e-3
_EXTREME = 0.04
_NODES, _DOUBLED = np.polynomial.legendre.leggauss(20)
_POINTS, _WEIGHTS = (1 + _NODES) / 2, _DOUBLED / 2
# So many rows at a time that their points fit the processor's cache.
_CHUNK = 512
# The ends of a hill are where it is e^-40 of its top. So much nearer, it is e^-15 and less.
_NEARER = 0.55


class RoughHill(Hill):
    """Hills whose areas are good to a millionth of the whole."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, unit: np.ndarray) -> Self:
        """Find top and ends."""
        hill = super().of(n, a, unit)
        from_zero = hill.left == -hill.top
        left = np.where(from_zero, hill.left, _NEARER * hill.left)
        return replace(hill, left=left, right=_NEARER * hill.right)

    def _integral(
        self, left: np.ndarray, right: np.ndarray, moment: Moment | None, _power: np.ndarray | None = None
    ) -> np.ndarray:
        width, total = right - left, np.empty_like(left)
        for first in range(0, len(left), _CHUNK):
            rows = slice(first, first + _CHUNK)
            w = left[rows] + _POINTS[:, None] * width[rows]
            height = np.exp(-self.slope[rows] * w - self.weight[rows] * (w + np.expm1(-w)))
            height = height if moment is None else height * moment(self.top[rows] + w)
            total[rows] = np.einsum("p,pr->r", _WEIGHTS, height)
        return total * width


class RoughQueue(ImpatientQueue):
    """Queues whose callers hang up, over rough hills."""

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray) -> Self:
        """Work out what all its quantities share."""
        with np.errstate(all="ignore"):
            return cls._over(RoughHill.of(n, a, patience_s / aht_s), n, a, aht_s, patience_s)


class RoughCase(Case):
    """A goal for impatient queues with any number of lines."""

    @classmethod
    def of(cls, case: Case) -> "RoughCase":
        """Return the same case for a rough look."""
        return cls(**vars(case))

    def too_close(self, agents: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """Tell where a rough look does not decide, `distance` being that of the nearest team tried."""
        share = self.limit if self.goal != "asa_s" else np.full_like(self.limit, 0.5)
        extreme = np.minimum(share, 1 - share) < _EXTREME
        return extreme | (distance < _CLOSE * (1 + 8 / agents))

    def measure(self, agents: np.ndarray) -> np.ndarray:
        """Return what the goal is about, to about five digits."""
        queue = RoughQueue.of(agents.astype(float), self.load, self.aht_s, self.patience_s)
        return self.of_queue(queue, slice(None))
