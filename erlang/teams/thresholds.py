"""One target for many loads: a table of what each team can carry, and a quick look-up.

Where only the load differs from row to row it decides alone: the more calls, the more agents. For
every number of agents the largest load that meets a goal is found once: between a load that is shown
to meet it and one, a billionth above, that is shown to fail. A row is then looked up among these
thresholds, from a start that its load addresses directly; the few rows that lie in such a gap are
searched one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from erlang.teams import search
from erlang.teams.goals import COLUMNS, Case, shared

# So many rows at a time that what is worked out about them fits the processor's cache.
_CHUNK = 16384
# The gap between a load that meets a goal and one that fails, as a share of the load.
_GAP = 1e-9
# A table costs some searches for every number of agents that occurs.
_ROWS_PER_TEAM = 8
# A threshold that so many secants have not closed in on is halved instead.
_SECANTS = 10


def _load_decides(cases: Sequence[Case]) -> bool:
    """Tell whether rows differ in load alone, and no goal is met again under a larger load."""
    # With lines fewer callers hang up in the end, because more are blocked.
    never_again = all(case.goal != "abandoned" or np.isinf(case.lines[:1]).all() for case in cases)
    alike = all(shared(getattr(case, name)) for case in cases for name in COLUMNS)
    return never_again and alike and not any(case.rows(slice(1)).uneven.any() for case in cases)


def teams(cases: Sequence[Case], tell: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return what `search.teams` returns, by a table where there are rows enough to pay for one.

    The reasons are only worked out to `tell` them.
    """
    load = cases[0].load
    if len(load) < _ROWS_PER_TEAM or not _load_decides(cases):
        return search.teams(cases)
    ends = np.array([load.argmin(), load.argmax()])
    (fewest, most), _ = search.teams([case.rows(ends) for case in cases])
    if len(load) < _ROWS_PER_TEAM * (most - fewest + 1):
        return search.teams(cases)
    low, high = load[ends]
    table = _Table.of([case.rows(ends[:1]) for case in cases], np.arange(fewest - 1, most + 1), low, high)
    agents, reason, unsure = table.look_up(load, tell)
    rows = np.flatnonzero(unsure)
    if len(rows):
        agents[rows], reason[rows] = search.teams([case.rows(rows) for case in cases])
    return agents, reason


@dataclass(frozen=True)
class _Table:
    """Up to which load each number of agents meets each goal, and from which on it fails."""

    agents: np.ndarray
    meets: np.ndarray
    """One row a goal, one column a number of agents; the first goal is that the load can be carried."""
    fails: np.ndarray
    low: float
    high: float

    @classmethod
    def of(cls, cases: Sequence[Case], agents: np.ndarray, low: float, high: float) -> "_Table":
        """Find the thresholds between the loads `low` and `high`; the cases are of one row."""
        # Without patience and lines a team must be above the load, else it must be somebody.
        carried = agents.astype(float) if cases[0].endless[0] else np.where(agents > 0, np.inf, 0.0)
        bounds = [(np.nextafter(carried, 0.0), carried)]
        bounds += [_bounds(case, agents, low, high) for case in cases]
        meets, fails = (np.array(side) for side in zip(*bounds, strict=True))
        return cls(agents, meets, fails, low, high)

    def look_up(self, load: np.ndarray, tell: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return agents, reasons as in `search.teams`, and where no threshold decides."""
        carries, refuses = self.meets.min(axis=0), self.fails.min(axis=0)
        bins = min(8 * len(carries), 1 << 16)
        per_load = bins / max(self.high - self.low, 1e-9 * self.high, 1e-250)
        # Bins a little wider than they are, because a load is assigned to its bin with rounding.
        left, right = (self.low + (np.arange(bins + 1) + by) / per_load for by in (-1e-3, 1 + 1e-3))
        start = np.searchsorted(carries, left)
        steps = (np.searchsorted(carries, right) - start).max()
        agents, reason = np.empty(len(load), dtype="int64"), np.zeros(len(load), dtype="int8")
        unsure = np.empty(len(load), dtype=bool)
        for first in range(0, len(load), _CHUNK):
            chunk = slice(first, first + _CHUNK)
            x = load[chunk]
            column = start.take(((x - self.low) * per_load).astype(np.intp))
            for _ in range(steps):
                column += x > carries.take(column)
            np.add(column, self.agents[0], out=agents[chunk])
            fewer = column - 1
            np.less(x, refuses.take(fewer), out=unsure[chunk])
            if tell:
                self._judge(x, fewer, reason[chunk], unsure[chunk])
        return agents, reason, unsure

    def _judge(self, load: np.ndarray, fewer: np.ndarray, reason: np.ndarray, unsure: np.ndarray) -> None:
        """Put down the first goal that one agent fewer fails, and where a load is in some goal's gap."""
        for goal in reversed(range(len(self.meets))):
            failed = load > self.meets[goal].take(fewer)
            unsure |= failed & (load < self.fails[goal].take(fewer))
            np.copyto(reason, goal + 1, where=failed)


def _bounds(case: Case, agents: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each number of agents a load that meets the goal and one just above that fails.

    Where every load from `low` to `high` fails these are 0 and `low`, where every one meets `high` and inf.
    """
    meets, fails = np.zeros(len(agents)), np.full(len(agents), np.inf)

    def judge(rows: np.ndarray, load: np.ndarray) -> np.ndarray:
        """Narrow the bounds of some teams by a load, and return its distance to the limit."""
        tried = replace(case.rows(np.zeros(len(rows), dtype=np.intp)), load=load)
        value = tried.measure(agents[rows])
        met = tried.met(value)
        meets[rows[met]], fails[rows[~met]] = load[met], load[~met]
        return tried.distance(value)

    rows = np.arange(len(agents))
    judge(rows, np.full(len(rows), low))
    rows = np.flatnonzero(meets)
    judge(rows, np.full(len(rows), high))
    rows = np.flatnonzero((meets > 0) & (fails < np.inf))
    load = np.clip(agents[rows] - 0.5 * np.sqrt(agents[rows]), meets[rows], fails[rows])
    slope, last, before = 1.7 / np.sqrt(agents[rows]), load, np.full(len(rows), np.nan)
    attempt = 0
    while len(rows):
        distance = judge(rows, load)
        with np.errstate(all="ignore"):
            seen = (before - distance) / (load - last)
        slope = np.where(seen > 0, seen, slope)
        wide = fails[rows] - meets[rows] > _GAP * meets[rows]
        rows, last, before, slope = (of[wide] for of in (rows, load, distance, slope))
        attempt += 1
        load = _next_load(last + before / slope, meets[rows], fails[rows], halve=attempt > _SECANTS)
    return meets, fails


def _next_load(proposed: np.ndarray, meets: np.ndarray, fails: np.ndarray, halve: bool) -> np.ndarray:
    """Return the load to judge next: one that was proposed, moved so far in that the gap may close."""
    if halve:
        return (meets + fails) / 2
    inset = np.minimum(0.4 * _GAP * fails, (fails - meets) / 2)
    return np.clip(proposed, meets + inset, fails - inset)
