"""One queue's day: calls that came and will come, heads at work, and the service level they give."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from erlang import Swing, swing_of
from planning.site import Queue

# An interval is over, with its answers counted or not; or it is to come, the one in progress too.
COUNTED, OVER, TO_COME = "counted", "over", "to come"


@dataclass(frozen=True, eq=False)
class QueueDay:
    """A queue's intervals of one day, in the order of time.

    `rows` has start, minutes, calls, aht_s, present, needed, counted (the service level that was counted,
    empty where it was not) and state. The day's service level is the mean of its intervals' levels,
    weighted by their calls: counted ones where the answers were counted, expected ones elsewhere.
    """

    name: str
    queue: Queue
    rows: pd.DataFrame = field(repr=False)
    now: pd.Timestamp

    @property
    def starts(self) -> pd.Series:
        """Left edges."""
        return self.rows["start"]

    @property
    def ends(self) -> pd.Series:
        """Right edges."""
        return self.rows["start"] + pd.to_timedelta(self.rows["minutes"], unit="min")

    @property
    def ahead(self) -> np.ndarray:
        """Which intervals are still to come."""
        return (self.rows["state"] == TO_COME).to_numpy()

    @property
    def calls(self) -> np.ndarray:
        """What came, or is expected."""
        return self.rows["calls"].to_numpy(float)

    @property
    def present(self) -> np.ndarray:
        """Heads at work."""
        return self.rows["present"].to_numpy(float)

    @property
    def aht_s(self) -> np.ndarray:
        """Handling times; where no call comes any will do."""
        return self.rows["aht_s"].where(self.rows["calls"] > 0, 1.0).fillna(1.0).to_numpy(float)

    def levels(self, calls: np.ndarray | None = None) -> np.ndarray:
        """Return each interval's service level with the heads present; other calls change those to come."""
        volume = self.calls if calls is None else calls
        every = np.arange(len(self.rows))
        expected = self._expected(self._swing(volume), self.present, every)
        counted = self.rows["counted"].to_numpy(float)
        return np.where(np.isnan(counted), expected, counted)

    def level(self, calls: np.ndarray | None = None, offered: np.ndarray | None = None) -> float:
        """Return the day's service level; `offered` are the calls it is a share of, if they are others."""
        volume = self.calls if calls is None else calls
        total = (volume if offered is None else offered).sum()
        return float(volume @ self.levels(calls) / total) if total > 0 else 1.0

    def gains(self, changes: Sequence[np.ndarray]) -> np.ndarray:
        """Return by how much each change of heads, by interval, moves the day's service level."""
        if not len(changes):
            return np.zeros(0)
        changed = np.array(changes) * self.ahead
        which, place = np.nonzero(changed)
        heads = np.maximum(self.present[place] + changed[which, place], 0.0)
        pairs, back = np.unique(np.stack([place, heads.round(9)]), axis=1, return_inverse=True)
        rows = pairs[0].astype(int)
        level = self._expected(self._swing(self.calls), pairs[1], rows)[back.ravel()]
        more = (level - self.levels()[place]) * self.calls[place]
        total = self.calls.sum()
        sums = np.bincount(which, more, minlength=len(changed))
        return np.asarray(sums / total if total > 0 else sums)

    def overlap(self, begin: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
        """Return the share of each interval that a span of time covers."""
        inside = np.minimum(self.ends, end) - np.maximum(self.starts, begin)
        share = inside / pd.to_timedelta(self.rows["minutes"], unit="min")
        return np.clip(share.to_numpy(float), 0.0, 1.0)

    def _swing(self, calls: np.ndarray) -> Swing:
        return swing_of(self.rows.assign(aht_s=self.aht_s), calls, self.queue.lag)

    def _expected(self, swing: Swing, heads: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return swing.service_level(
            heads * (1 - self.queue.shrinkage),
            self.aht_s,
            self.queue.target,
            patience_s=self.queue.patience_s,
            lines=self.queue.lines,
            rows=rows,
        )


def counted_levels(today: pd.DataFrame, queue: Queue, name: str) -> pd.Series:
    """Return the service level that each row of a history counted as the queue's goal counts it, or NaN.

    That takes `answered_within` at the goal's threshold, and the convention `offered`.
    """
    nothing = pd.Series(np.nan, today.index)
    if "answered_within" not in today or today["answered_within"].isna().all():
        return nothing
    same = today["within_s"].eq(queue.within_s) if "within_s" in today else pd.Series(True, today.index)
    if queue.convention != "offered" or not same.any():
        text = "its answers were not counted as the goal counts them: what it gave is expected, not counted"
        warnings.warn(f"{name}: {text}", Remark, stacklevel=3)
        return nothing
    share = today["answered_within"] / today["offered"].where(today["offered"] > 0)
    return share.where(same)


def refuse_without_goal(name: str, queue: Queue) -> None:
    """Refuse a queue of which no service level can be said."""
    if queue.service_level is None:
        raise Refused(f"queue {name}", "no goal for the service level", "set service_level and within_s")
