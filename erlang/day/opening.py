"""One queue from its opening to its closing: the state at every border, and the service of each interval."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

# Seconds of a short abandon.
_SHORT_S = 5.0
# A difference in chance that no measure shows.
_SAME = 1e-9
# A share from which on nobody counts as answered.
_ALL = 1 - 1e-6
_EMPTY = np.ones((1, 1))


@dataclass(frozen=True, eq=False)
class Opening:
    """Intervals that follow each other, and the closing time after them, in which no call comes.

    Arrays hold a number for each interval and one for the closing time: agents, calls a second, rate
    at which a call in hand ends (once those of another mean are gone), seconds.
    """

    agents: np.ndarray
    arrival: np.ndarray
    ending: np.ndarray
    length: np.ndarray
    hang_up: float
    """Rate at which a waiting caller hangs up."""
    within_s: float
    convention: str
    whole: bool = False
    """Whether all measures are worked out, or only what the service level needs."""
    states: tuple[np.ndarray, ...] = ()
    """The state (see `erlang.day.transient`) at the start of each interval."""
    shares: tuple[np.ndarray, ...] = ()
    """What befell the callers of each interval, as `erlang.transient.interval` says it."""
    level: tuple[float, ...] = ()
    """Service level of each interval; 1 where no calls come."""

    @classmethod
    def of(
        cls,
        agents: np.ndarray,
        calls: np.ndarray,
        aht_s: np.ndarray,
        length_s: np.ndarray,
        closed_s: float,
        hang_up: float,
        within_s: float,
        convention: str,
    ) -> Self:
        """Return an opening of which nothing is worked out yet."""
        return cls(
            np.append(agents, agents[-1]).astype(float),
            np.append(calls / length_s, 0.0),
            1 / np.append(aht_s, aht_s[-1]),
            np.append(length_s, closed_s),
            hang_up,
            min(within_s, length_s.sum() + closed_s),
            convention,
        )

    def worked_out(self, *, whole: bool) -> Self:
        """Return the opening with the states and the service of all its intervals."""
        opening = replace(self, whole=whole)
        states, shares, level = [_EMPTY], [], []
        for i in range(len(self.agents) - 1):
            state, befell, served = opening._service(i, states[i])
            states.append(state)
            shares.append(befell)
            level.append(served)
        return replace(opening, states=tuple(states), shares=tuple(shares), level=tuple(level))

    def changed(self, i: int, agents: float, floor: float = -np.inf) -> Self | None:
        """Return the same opening with other agents in interval i; None if a service level is below `floor`.

        Only what can differ is worked out: from i on until the state is as it was, and the intervals
        before it whose callers still wait in it.
        """
        team = self.agents.copy()
        states, shares, level = list(self.states), list(self.shares), list(self.level)
        team[i] = agents
        if i == len(level) - 1:
            team[-1] = agents
        other = replace(self, agents=team)
        for j in range(i, len(level)):
            state, shares[j], level[j] = other._service(j, states[j])
            if level[j] < floor:
                return None
            same = j > i and _alike(state, states[j + 1]) and _alike(other.past[j + 1 :], self.past[j + 1 :])
            states[j + 1] = state
            if same:
                break
        for j in range(i - 1, -1, -1):
            before = level[j]
            _, shares[j], level[j] = other._service(j, states[j])
            if level[j] < floor:
                return None
            if abs(level[j] - before) < _SAME and self.length[j:i].sum() >= self.within_s:
                break
        return replace(other, states=tuple(states), shares=tuple(shares), level=tuple(level))

    def measures(self) -> dict[str, np.ndarray]:
        """Return the measures of all intervals by name, each of the calls that come in it."""
        waited, _, _, lost, wait_s, busy, queue = np.array(self.shares).T
        calls, agents = self.arrival[:-1] > 0, self.agents[:-1]
        with np.errstate(all="ignore"):
            asa_s = np.where(lost < _ALL, wait_s / (1 - lost), np.inf)
            occupancy = np.where(agents > 0, busy / agents, calls)
        return {
            "service_level": np.array(self.level),
            "p_wait": np.where(calls, waited, 0.0),
            "asa_s": np.where(calls, asa_s, 0.0),
            "abandoned": np.where(calls, lost, 0.0),
            "occupancy": np.clip(occupancy, 0, 1),
            "queue_end": queue,
        }

    def _service(self, i: int, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the state at the end of interval i, what befell its callers, and their service level."""
        after, shares = self._befalls(i, state, self.within_s, self.whole or self.convention == "answered")
        _, served, gone, lost, *_ = shares
        if self.arrival[i] == 0:
            return after, shares, 1.0
        if self.convention in ("short_positive", "net_offered"):
            gone = self._befalls(i, state, _SHORT_S, whole=False)[1][2]
        if self.convention == "answered":
            level = served / max(1 - lost, 1e-300)
        elif self.convention in ("abandon_positive", "short_positive"):
            level = served + gone
        elif self.convention in ("abandon_ignored", "net_offered"):
            level = served / max(1 - gone, 1e-300)
        else:
            level = served
        return after, shares, min(max(float(level), 0.0), 1.0)

    def _befalls(
        self, i: int, state: np.ndarray, within_s: float, whole: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        # Here, for numba takes its time to load.
        from erlang.day.transient import interval

        after, befell = interval(
            i,
            state,
            self.agents,
            self.past,
            self.hang_up,
            # A caller of endless patience is followed among callers who hang up.
            0.0 if self.convention == "virtual" else self.hang_up,
            within_s,
            whole,
        )
        befell[:-1] /= self.length[i]
        return after / after.sum(), befell

    @cached_property
    def past(self) -> np.ndarray:
        """Return what the pace of calls in hand depends on, see `erlang.day.pace.mixture`."""
        from erlang.day.pace import mixture

        return mixture(self.agents, self.arrival, self.ending, self.length, self.hang_up)


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two states are the same but for chances that no measure shows."""
    shape = np.maximum(one.shape, other.shape)
    difference = np.zeros(shape)
    difference[: one.shape[0], : one.shape[1]] = one
    difference[: other.shape[0], : other.shape[1]] -= other
    return bool(np.abs(difference).max() < _SAME)
