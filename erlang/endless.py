"""Erlang C: callers who wait for as long as it takes (M/M/n).

The wait of those that wait is exponential with rate (agents - load) / AHT [1]_.

References
----------
.. [1] L. Kleinrock (1975), Queueing Systems, volume 1, section 3.5.
"""

from dataclasses import dataclass

import numpy as np

from erlang.formulas import waiting


@dataclass(frozen=True)
class PatientQueue:
    """Many queues at once whose callers never hang up: float arrays of one shape.

    Where the load reaches the agents the queue only grows: service level 0, waits endless.
    """

    n: np.ndarray
    a: np.ndarray
    aht_s: np.ndarray
    p_wait: np.ndarray

    @classmethod
    def of(cls, n: np.ndarray, a: np.ndarray, aht_s: np.ndarray) -> "PatientQueue":
        """Work out the chance to wait, which all other measures need."""
        return cls(n, a, aht_s, waiting(n, a))

    def service_level(self, within_s: np.ndarray, _convention: str, _short_s: float) -> np.ndarray:
        """Share of calls answered in time: every convention is the same where nobody hangs up."""
        with np.errstate(all="ignore"):
            late = np.where(np.isinf(within_s), 0.0, np.exp(-(self.n - self.a) * within_s / self.aht_s))
        return self._at_edges(1 - self.p_wait * late, growing=0.0)

    def asa_s(self) -> np.ndarray:
        """Mean wait of all calls."""
        with np.errstate(all="ignore"):
            return self._at_edges(self.p_wait * self.aht_s / self._spare(), growing=np.inf)

    def occupancy(self) -> np.ndarray:
        """Load / agents."""
        with np.errstate(all="ignore"):
            return self._at_edges(self.a / np.where(self.a == 0, 1.0, self.n), growing=1.0)

    def abandoned(self) -> np.ndarray:
        """Nobody hangs up."""
        return 0 * self.p_wait

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting, by Little's law."""
        with np.errstate(all="ignore"):
            return self._at_edges(self.p_wait * self.a / self._spare(), growing=np.inf)

    def _spare(self) -> np.ndarray:
        """Agents above the load; where there are no calls nobody waits, even for no agent."""
        return np.where(self.a == 0, 1.0, self.n - self.a)

    def _at_edges(self, values: np.ndarray, growing: float) -> np.ndarray:
        """Put in what holds where the queue only grows; NaN stays NaN."""
        return np.where((self.n <= self.a) & (self.a > 0), growing, values) + 0 * self.p_wait
