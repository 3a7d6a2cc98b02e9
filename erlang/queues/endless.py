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

    def blocked(self) -> np.ndarray:
        """Every caller gets in."""
        return 0 * self.p_wait

    def wait_quantile_s(self, share: np.ndarray) -> np.ndarray:
        """Wait that this share of calls does not exceed."""
        with np.errstate(all="ignore"):
            wait = np.log(self.p_wait / (1 - share)) * self.aht_s / self._spare()
        growing = np.where(share > 0, np.inf, 0.0)
        return self._at_edges(np.where(self.p_wait <= 1 - share, 0.0, wait), growing) + 0 * share

    def queue_length(self) -> np.ndarray:
        """Mean number of callers waiting, by Little's law."""
        with np.errstate(all="ignore"):
            return self._at_edges(self.p_wait * self.a / self._spare(), growing=np.inf)

    def _spare(self) -> np.ndarray:
        """Agents above the load; where there are no calls nobody waits, even for no agent."""
        return np.where(self.a == 0, 1.0, self.n - self.a)

    def _at_edges(self, values: np.ndarray, growing: float | np.ndarray) -> np.ndarray:
        """Put in what holds where the queue only grows; NaN stays NaN."""
        return np.where((self.n <= self.a) & (self.a > 0), growing, values) + 0 * self.p_wait
