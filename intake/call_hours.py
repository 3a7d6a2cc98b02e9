"""Intervals in which a log of calls proves that nobody called: zero, and neither closed nor missing."""

import itertools

import numpy as np
import pandas as pd

from callplan.hours import OpeningHours
from callplan.intervals import is_open
from intake.quality_weeks import Edges, microseconds

# Hours are read from as many weeks together, so that a change of hours is not smeared over years.
_BLOCK_WEEKS = 8
# A stretch without any call is closed where so many should have come: chance gives e^-15.
_CLOSED_CALLS = 15.0
# Slots beside a stretch that say what should have come.
_BESIDE = 4
# A day without a call was open if its chance is above this.
_EMPTY_DAY = 0.01


def empty_intervals(rows: pd.DataFrame, minutes: int, hours: OpeningHours | None) -> pd.Series:
    """Return the intervals of one queue, between its first and last call, to which zero calls came.

    `rows` are the intervals with calls (`start`, `calls`), sorted. With `hours` they are the open ones.
    Without, a weekday is open, within eight weeks, from its first slot with a call to its last, but for

    - stretches without any call in which, by the slots beside, 15 calls or more should have come;
    - hours parted by such a stretch with calls on fewer than half of the days: someone who called at night;
    - days without a call where chance seldom (below 1%) leaves none: closed, or not recorded.

    What stays unknown gets no zero. So with two calls a day the rate of what is left is some
    10% too high, with one a third: such queues need their hours.
    """
    edges = Edges.of(rows["start"], minutes)
    at = np.searchsorted(microseconds(edges.starts), microseconds(rows["start"]))
    calls = np.zeros(len(edges.starts))
    calls[at] = rows["calls"]
    open_ = _shown_open(edges, calls) if hours is None else is_open(hours, edges.starts, minutes)
    open_[: at[0]] = open_[at[-1] :] = False
    return edges.starts[open_ & (calls == 0)]


def _shown_open(edges: Edges, calls: np.ndarray) -> np.ndarray:
    """Tell which edges the calls themselves show as open."""
    count = len(edges.mondays)
    table = np.zeros((count, 7, 1440 // edges.minutes))
    np.add.at(table.reshape(count, -1), (edges.week, edges.place), calls)
    open_ = np.zeros(table.shape, dtype=bool)
    for block in np.array_split(np.arange(count), max(count // _BLOCK_WEEKS, 1)):
        for weekday in range(7):
            days = table[block, weekday]
            total = days.sum(axis=1)
            empty_by_chance = np.exp(-total.mean()) > _EMPTY_DAY
            open_days = (total > 0) | empty_by_chance
            open_[block, weekday] = open_days[:, None] & _open_slots(days[total > 0])
    return open_.reshape(count, -1)[edges.week, edges.place]


def _open_slots(days: np.ndarray) -> np.ndarray:
    """Tell which slots of a weekday are open, from the calls of its days."""
    total = days.sum(axis=0)
    result = np.zeros(len(total), dtype=bool)
    busy = np.flatnonzero(total).tolist()
    if not busy:
        return result
    # The slot of the median call lies in the hours that are certainly open.
    centre = int(np.searchsorted(total.cumsum(), total.sum() / 2))
    breaks = [n for n in range(1, len(busy)) if _closed(total, busy[n - 1] + 1, busy[n], centre)]
    for first, last in itertools.pairwise([0, *breaks, len(busy)]):
        stretch = slice(busy[first], busy[last - 1] + 1)
        result[stretch] = 2 * days[:, stretch].any(axis=1).sum() >= len(days)
    return result


def _closed(total: np.ndarray, first: int, last: int, centre: int) -> bool:
    """Tell whether the slots from `first` up to `last`, all without a call, were closed."""
    beside = total[last : last + _BESIDE] if first <= centre else total[max(first - _BESIDE, 0) : first]
    return bool((last - first) * beside.mean() >= _CLOSED_CALLS)
