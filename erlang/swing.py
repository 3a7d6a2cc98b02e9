"""The two loads of an interval: at first still that of before, then its own.

With the lag of a handle time (`erlang.lag`) an interval begins under the load of the interval before, and
goes on under its own. Service does not answer to the mean of the two: a team that is right for the mean
is overrun for as long as the higher load lasts. So the service level of an interval is the mean of its
two service levels, each for its share of the time [1]_.

References
----------
.. [1] L. Green, P. Kolesar (1991), The pointwise stationary approximation for queues with nonstationary
   arrivals, Management Science 37(1): steady-state measures of each moment's load, averaged over time.
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from erlang.lag import lagged_load
from erlang.measures import service_level
from erlang.targets import Target, smallest_team
from erlang.teams.goals import TWELVE_DIGITS


@dataclass(frozen=True)
class Swing:
    """Loads of intervals: arrays of one length, in erlangs."""

    before: np.ndarray
    """The load at first, as it was before the interval."""
    own: np.ndarray
    """The load of the rest."""
    share: np.ndarray
    """The share of the interval that `before` lasts."""
    mean: np.ndarray

    @classmethod
    def of(
        cls, load: np.ndarray, aht_s: np.ndarray, minutes: np.ndarray, start_s: np.ndarray, lag: bool
    ) -> Swing:
        """Return the loads of one queue's intervals in the order of time; without the lag each its own.

        Where a handle time is as long as the interval, or longer, the lagged mean is the only load.
        """
        if not lag:
            return cls(load, load, np.zeros_like(load), load)
        mean = lagged_load(load, aht_s, minutes, start_s)
        share = np.minimum(aht_s / (60 * minutes), 1.0)
        with np.errstate(all="ignore"):
            before = np.where(share > 0, np.maximum(mean - (1 - share) * load, 0.0) / share, load)
        return cls(before, np.where(share == 1, mean, load), share, mean)

    def service_level(
        self,
        agents: ArrayLike,
        aht_s: np.ndarray,
        target: Target,
        *,
        patience_s: float | None = None,
        lines: float | None = None,
        rows: np.ndarray | slice = slice(None),
    ) -> np.ndarray:
        """Return the service level of some intervals, counted as the target counts it."""
        before, own = (
            service_level(
                agents,
                load[rows],
                aht_s[rows],
                0.0 if target.within_s is None else target.within_s,
                patience_s=patience_s,
                lines=lines,
                convention=target.convention,
            )
            for load in (self.before, self.own)
        )
        return self.share[rows] * before + (1 - self.share[rows]) * own

    def smallest_team(
        self, aht_s: np.ndarray, target: Target, *, patience_s: float | None, lines: float | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the smallest teams that meet every goal, and which goal set each.

        The service level is that of both loads, the other goals are judged at their mean. Where
        nobody hangs up the team is above the mean.
        """
        callers = {"patience_s": patience_s, "lines": lines}
        agents, set_by = smallest_team(self.mean, aht_s, target, **callers)
        goal = target.service_level
        if goal is None or not self.share.any():
            return agents, set_by
        endless = patience_s is None and lines is None
        least = np.where(self.mean > 0, np.floor(self.mean) + 1 if endless else 1, 0).astype("int64")
        by_load = least
        if len(target.goals()) > 1:
            rest = replace(target, service_level=None, within_s=None)
            least, least_by = smallest_team(self.mean, aht_s, rest, **callers)
        else:
            least_by = np.full(len(least), "load", dtype=object)

        def short(team: np.ndarray, rows: np.ndarray) -> np.ndarray:
            level = self.service_level(team[rows], aht_s, target, rows=rows, **callers)
            return level * (1 + TWELVE_DIGITS) < goal

        rows = np.flatnonzero((self.mean > 0) & (self.before != self.own))
        growing = rows[short(agents, rows)]
        while len(growing):
            agents[growing] += 1
            # On few lines more agents than lines help nobody.
            growing = growing[agents[growing] < (np.inf if lines is None else lines)]
            growing = growing[short(agents, growing)]
        shrinking = rows[agents[rows] > least[rows]]
        while len(shrinking):
            shrinking = shrinking[~short(agents - 1, shrinking)]
            agents[shrinking] -= 1
            shrinking = shrinking[agents[shrinking] > least[shrinking]]
        # As in `smallest_team`, of goals that need the same number the service level is named first.
        decides = (agents[rows] > by_load[rows]) & short(agents - 1, rows)
        set_by[rows] = np.where(decides, "service_level", least_by[rows])
        return agents, set_by
