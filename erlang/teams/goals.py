"""One goal held against many queues: what a team gives its callers, and whether that is enough."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from erlang.queues import Queue, queues

# A goal met to twelve digits is met: doubles carry little more. A cap on occupancy is stated in
# decimals, which the quotient of two doubles misses by more.
_SLACK = {"occupancy": 1e-10}
TWELVE_DIGITS = 1e-12

# What all rows may share: a number that is one in memory, spread over the rows.
COLUMNS = ("limit", "within_s", "aht_s", "patience_s", "lines")


@dataclass(frozen=True)
class Case:
    """A goal and the queues that must meet it, one a row: float arrays of one length."""

    goal: str
    convention: str
    limit: np.ndarray
    within_s: np.ndarray
    load: np.ndarray
    aht_s: np.ndarray
    patience_s: np.ndarray
    lines: np.ndarray

    def rows(self, index: np.ndarray | slice) -> "Case":
        """Return the case of some of the rows."""
        load = self.load[index]

        def picked(column: np.ndarray) -> np.ndarray:
            return np.broadcast_to(column[:1], load.shape) if shared(column) else column[index]

        columns: dict[str, Any] = {name: picked(getattr(self, name)) for name in COLUMNS}
        return replace(self, load=load, **columns)

    @property
    def endless(self) -> np.ndarray:
        """Where every caller gets in and waits for as long as it takes."""
        return np.isinf(self.patience_s) & np.isinf(self.lines)

    @property
    def uneven(self) -> np.ndarray:
        """Where more agents may serve worse, because who hangs up counts as good, or not at all.

        A call that is answered late was good as a short abandon. With lines a full team hangs on to those
        who would have hung up and left their line to others.
        """
        if self.goal != "service_level" or self.convention in ("offered", "answered"):
            return np.zeros(len(self.load), dtype=bool)
        return np.isfinite(self.patience_s) & (
            (self.convention == "short_positive") | np.isfinite(self.lines)
        )

    def measure(self, agents: np.ndarray) -> np.ndarray:
        """Return what the goal is about, for so many agents in each row."""
        value = np.empty(len(agents))
        n = agents.astype(float)
        for part, queue in queues(n, self.load, self.aht_s, self.patience_s, self.lines):
            value[part] = self.of_queue(queue, part)
        return value

    def of_queue(self, queue: Queue, part: np.ndarray | slice) -> np.ndarray:
        """Return what the goal is about, for the queues of a part of the rows."""
        if self.goal == "service_level":
            return queue.service_level(self.within_s[part], self.convention, 5.0)
        if self.goal == "p_wait":
            # Of accepted calls: a small team whose lines are full lets few callers wait.
            accepted = 1 - queue.blocked()
            return queue.p_wait / np.where(accepted > 0, accepted, 1.0)
        return getattr(queue, self.goal)()

    def met(self, value: np.ndarray) -> np.ndarray:
        """Tell whether a measure is good enough."""
        slack = 1 + _SLACK.get(self.goal, TWELVE_DIGITS)
        return value * slack >= self.limit if self.goal == "service_level" else value <= self.limit * slack

    def meets(self, agents: np.ndarray) -> np.ndarray:
        """Tell for each row whether so many agents meet the goal."""
        return self.met(self.measure(agents))

    def distance(self, value: np.ndarray) -> np.ndarray:
        """Return how far a measure is on the good side of the limit, in a scale where agents count evenly.

        Shares are compared by their log odds, seconds by their logarithm. Both are kept finite.
        """
        scale = np.log if self.goal == "asa_s" else _log_odds
        with np.errstate(all="ignore"):
            above = scale(value) - scale(self.limit)
        return np.clip(above if self.goal == "service_level" else -above, -40.0, 40.0)


def shared(column: np.ndarray) -> bool:
    """Tell whether a column is one number, spread over its rows."""
    return column.strides == (0,)


def _log_odds(share: np.ndarray) -> np.ndarray:
    inside = np.clip(share, 1e-300, 1 - 1e-16)
    return np.log(inside) - np.log1p(-inside)
