"""One queue's history as weeks under each other, so that each interval stands below those of its weekday."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from callplan.hours import OpeningHours
from callplan.intervals import grid, is_open, local_day, minute_of_day, one_grid

# Same weekdays on either side that say what is usual.
NEAR_WEEKS = 6
# Weeks on either side that say, for want of stated hours, when the queue is open.
_HOURS_WEEKS = 8
# With fewer weeks than this, other days of the file say what is usual too.
_FEW_WEEKS = 4
_WHOLE_AND_PARTS = ("offered", "handled", "abandoned", "answered_within")


@dataclass(frozen=True)
class Edges:
    """Every left edge that the local clock shows over some days, and where in its week it stands."""

    minutes: int
    starts: pd.Series
    week: np.ndarray  # counted from that of the first day
    place: np.ndarray  # in its week: weekday × intervals of a day + time of day
    mondays: pd.Series  # naive midnights

    @classmethod
    def of(cls, starts: pd.Series, minutes: int) -> "Edges":
        """Return the edges from the local day of the first of these starts to that of the last."""
        days = local_day(starts)
        edges = grid(days.min().date(), days.max().date(), minutes, starts.dt.tz)
        monday = days.min() - pd.Timedelta(days=days.min().weekday())
        day = (local_day(edges) - monday).dt.days.to_numpy()
        place = day % 7 * (1440 // minutes) + minute_of_day(edges).to_numpy() // minutes
        mondays = pd.Series(pd.date_range(monday, periods=day[-1] // 7 + 1, freq="7D", unit="us"))
        return cls(minutes, edges, day // 7, place, mondays)

    def between(self, first: int, last: int) -> "Edges":
        """Return the edges of the weeks from that of edge `first` to that of edge `last`."""
        weeks = slice(self.week[first], self.week[last] + 1)
        part = slice(*np.searchsorted(self.week, [weeks.start, weeks.stop]))
        return Edges(
            self.minutes,
            self.starts[part].reset_index(drop=True),
            self.week[part] - weeks.start,
            self.place[part],
            self.mondays[weeks].reset_index(drop=True),
        )


@dataclass(frozen=True)
class Weeks:
    """What one queue's history says of each edge; `nan` where it says nothing."""

    edges: Edges
    due: np.ndarray  # is a count due at the edge?
    open: np.ndarray  # the same, beyond the first and the last row too
    offered: np.ndarray
    handled: np.ndarray
    aht_s: np.ndarray
    excess: dict[str, np.ndarray]  # by what is wrong, calls of parts above their whole; 0 where none

    @classmethod
    def of(cls, rows: pd.DataFrame, edges: Edges, hours: OpeningHours | None) -> "Weeks":
        """Lay out the rows of one queue, sorted by start; without hours the rows show when it is open."""
        instants = microseconds(rows["start"])
        first, last = np.searchsorted(microseconds(edges.starts), instants[[0, -1]])
        edges = edges.between(first, last)
        of_edges = microseconds(edges.starts)
        at = np.searchsorted(of_edges, instants)
        has_row = np.zeros(len(of_edges), dtype=bool)
        has_row[at] = True
        if hours is None:
            there = _table(edges, has_row.astype(float), 0.0) > 0
            usually = _usually_there(there)
            if len(edges.mondays) < _FEW_WEEKS:
                usually |= _in_a_gap(there)
            open_ = has_row | usually[edges.week, edges.place]
        else:
            open_ = is_open(hours, edges.starts, edges.minutes)
        inside = (of_edges >= instants[0]) & (of_edges <= instants[-1])

        def laid(values: pd.Series) -> np.ndarray:
            result = np.full(len(of_edges), np.nan)
            result[at] = values.to_numpy(dtype=float)
            return result

        handled = laid(rows["handled"]) if "handled" in rows else np.full(len(of_edges), np.nan)
        due = open_ & inside
        excess = {what: np.where(due, np.nan_to_num(laid(by)), 0.0) for what, by in _excess(rows).items()}
        return cls(edges, due, open_, laid(rows["offered"]), handled, laid(_aht_s(rows)), excess)

    @property
    def count(self) -> int:
        """How many weeks there are."""
        return len(self.edges.mondays)

    @cached_property
    def day(self) -> np.ndarray:
        """The day of each edge, counted from the first Monday."""
        return self.edges.week * 7 + self.edges.place // (1440 // self.edges.minutes)

    @cached_property
    def usual(self) -> np.ndarray:
        """Calls that usually come at each edge; `nan` where nothing tells."""
        return self.usual_of(np.where(self.due, self.offered, np.nan))

    @cached_property
    def weight(self) -> np.ndarray:
        """The share of each edge in the history's calls; never 0, so that a quiet hour counts a little."""
        known = self.usual[self.due & np.isfinite(self.usual)]
        mean = known.mean() if known.size and known.any() else 1.0
        return np.where(np.isfinite(self.usual), self.usual, mean) + 0.01 * mean

    @cached_property
    def lacks_aht(self) -> np.ndarray:
        """Tell the edges with calls and without a handling time, in a queue that has such times."""
        if not np.isfinite(self.aht_s).any():
            return np.zeros(len(self.due), dtype=bool)
        return self.due & (self.calls > 0) & ~np.isfinite(self.aht_s)

    @property
    def calls(self) -> np.ndarray:
        """Calls that handling times are of: handled, or offered where that is not known."""
        return np.where(np.isfinite(self.handled), self.handled, self.offered)

    def usual_of(self, values: np.ndarray) -> np.ndarray:
        """Return what stands at the same weekday and time in the weeks around, its extremes left out."""
        table = _table(self.edges, values, np.nan)
        usual = middle_of_weeks_around(table)
        if self.count < _FEW_WEEKS:
            days = table.reshape(self.count * 7, -1)
            known = np.isfinite(days).any(axis=0)
            other = np.full(days.shape[1], np.nan)
            other[known] = np.nanmedian(days[:, known], axis=0)
            usual = np.where(np.isfinite(usual), usual, np.tile(other, 7))
        return usual[self.edges.week, self.edges.place]

    def by_week(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of each week over its edges."""
        return np.bincount(self.edges.week, values, minlength=self.count)

    def by_day(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of each day, as weeks × weekdays."""
        return np.bincount(self.day, values, minlength=7 * self.count).reshape(-1, 7)


def middle_of_weeks_around(table: np.ndarray) -> np.ndarray:
    """Return for each week (row) the mean of the weeks around it without the highest and lowest sixth.

    It is `nan` where fewer than two are known. A median would say 0 of what comes every third week.
    """
    near = np.full((2 * NEAR_WEEKS, *table.shape), np.nan)
    for step in range(1, min(NEAR_WEEKS, len(table) - 1) + 1):
        near[2 * step - 2, step:] = table[:-step]
        near[2 * step - 1, :-step] = table[step:]
    # nan goes last.
    near.sort(axis=0)
    known = np.isfinite(near).sum(axis=0)
    off = np.where(known >= 3, np.maximum(known // 6, 1), 0)
    rank = np.arange(len(near)).reshape(-1, *[1] * table.ndim)
    kept = (rank >= off) & (rank < known - off)
    total = np.where(kept, near, 0.0).sum(axis=0)
    return np.divide(total, known - 2 * off, out=np.full(table.shape, np.nan), where=known >= 2)


def _usually_there(there: np.ndarray) -> np.ndarray:
    """Tell at which places of each week more than half of the weeks around have a row.

    A week without any row says nothing about hours; it is held to the weeks around it.
    """
    present = np.flatnonzero(there.any(axis=1))
    rows = np.concatenate([np.zeros((1, there.shape[1])), there[present].cumsum(axis=0)])
    # The place of each week among those that have rows, or where it would stand.
    number = np.searchsorted(present, np.arange(len(there)))
    itself = np.isin(np.arange(len(there)), present)
    low = np.maximum(number - _HOURS_WEEKS, 0)
    high = np.minimum(number + _HOURS_WEEKS + itself, len(present))
    others = rows[high] - rows[low] - there
    return 2 * others > (high - low - itself)[:, None]


def _in_a_gap(there: np.ndarray) -> np.ndarray:
    """Tell which places lie between the rows of their own day, and have one on half of all days."""
    days = there.reshape(len(there) * 7, -1)
    between = np.maximum.accumulate(days, axis=1) & np.maximum.accumulate(days[:, ::-1], axis=1)[:, ::-1]
    often = 2 * days.sum(axis=0) >= days.any(axis=1).sum()
    return (between & often).reshape(there.shape)


def _table(edges: Edges, values: np.ndarray, empty: float) -> np.ndarray:
    """Return values as weeks × places; of the doubled hour the second passing stays."""
    table = np.full((len(edges.mondays), 7 * 1440 // edges.minutes), empty)
    table[edges.week, edges.place] = values
    return table


def _excess(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return by how many calls parts are above their whole, 0 where by no more than rounding gives."""
    calls = {name: rows[name] for name in _WHOLE_AND_PARTS if name in rows}
    found = {}
    if "handled" in calls:
        found["more handled than offered"] = (calls["handled"] - calls["offered"]).clip(lower=0)
    if {"handled", "abandoned"} <= set(calls):
        above = calls["handled"] + calls["abandoned"] - calls["offered"]
        known = found["more handled than offered"] > 0
        found["handled and abandoned above offered"] = above.where(~known & (above > 0.5), 0.0)
    if {"handled", "answered_within"} <= set(calls):
        above = calls["answered_within"] - calls["handled"]
        # Rebuilt from a share of three digits it may be off by so much.
        rounding = 0.5 + 0.005 * calls["offered"].fillna(0)
        found["more answered in time than handled"] = above.where(above > rounding, 0.0)
    return found


def _aht_s(rows: pd.DataFrame) -> pd.Series:
    """Return handling times as they stand, or from their totals."""
    if "aht_s" in rows:
        return rows["aht_s"]
    if not {"talk_s", "handled"} <= set(rows):
        return pd.Series(np.nan, rows.index)
    parts = [name for name in ("talk_s", "hold_s", "acw_s") if name in rows]
    return rows[parts].sum(axis=1, skipna=False) / rows["handled"].where(rows["handled"] > 0)


def microseconds(starts: pd.Series) -> np.ndarray:
    """Return instants as whole microseconds since 1970."""
    return starts.dt.tz_convert("UTC").dt.as_unit("us").to_numpy(dtype="datetime64[us]").astype("int64")


def edges_of(history: pd.DataFrame) -> dict[int, Edges]:
    """Return the edges of each length of interval in a history."""
    lengths = {one_grid(rows) for _, rows in history.groupby("queue", observed=True)}
    return {minutes: Edges.of(history["start"], minutes) for minutes in lengths}
