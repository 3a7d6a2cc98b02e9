"""One queue's history as a matrix: a row a day, a column a time on the clock.

Every model works on this matrix, and knows nothing of time zones, files or queues.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from callplan.intervals import complete, grid, local_day, minute_of_day, observed_hours, one_grid
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import DayBook, daybook


@dataclass(frozen=True, eq=False)
class Panel:
    """Days that have been and days to come, with what is known of both."""

    book: DayBook
    """What the calendar says of each day, those to come included."""
    counts: np.ndarray
    """Calls of the days that have been (days × slots), NaN where closed or missing."""
    usable: np.ndarray
    """What models learn from: without the effects known of events, outages and outliers NaN."""
    outage: np.ndarray
    """Where in them zeros stand in place of calls."""
    ordinary: np.ndarray
    """Which of the days that have been can teach a weekday: they have counts, and nothing special on them."""
    minutes: int

    @property
    def past(self) -> int:
        """How many days have been."""
        return len(self.counts)

    @cached_property
    def weekday(self) -> np.ndarray:
        """The weekday of each day, Monday 0."""
        return self.book.days.day_of_week.to_numpy()

    @cached_property
    def came(self) -> np.ndarray:
        """What forecasts are held against: calls without the effects known of events, NaN in an outage."""
        return np.where(self.outage, np.nan, self.counts / self.book.effect[: self.past, None])

    @cached_property
    def ever_seen(self) -> np.ndarray:
        """Whether any ordinary day had a count, for each slot."""
        return np.asarray(self.seen.any(axis=0))

    @cached_property
    def seen(self) -> np.ndarray:
        """Whether any ordinary day had a count, for each weekday and slot."""
        known = np.isfinite(self.usable) & self.ordinary[:, None]
        weekday = self.weekday[: self.past]
        return np.array([known[weekday == number].any(axis=0) for number in range(7)])

    def before(self, origin: int) -> "Panel":
        """Return the panel as it was when the day `origin` was the next to come."""
        return replace(
            self,
            counts=self.counts[:origin],
            usable=self.usable[:origin],
            outage=self.outage[:origin],
            ordinary=self.ordinary[:origin],
        )


def raw_panel(book: DayBook, counts: np.ndarray, minutes: int) -> Panel:
    """Return a panel as it was counted: nothing repaired, every day with a count an ordinary one."""
    usable, none = counts / book.effect[: len(counts), None], np.zeros(counts.shape, dtype=bool)
    return Panel(book, counts, usable, none, np.isfinite(counts).any(axis=1), minutes)


@dataclass(frozen=True, eq=False)
class Horizon:
    """The due intervals of the days to come, each with its row and column in a panel's future."""

    starts: pd.Series
    day: np.ndarray
    slot: np.ndarray
    minutes: int


def build_panel(
    rows: pd.DataFrame, last: pd.Timestamp, days: int, known_days: int, calendar: Calendar
) -> tuple[Panel, Horizon]:
    """Lay one queue's history until the day `last` out by day and clock, and the `days` days after it.

    Of `known_days` days after it the book tells. Nothing is repaired yet.
    """
    queue = str(rows["queue"].iloc[0])
    hours = calendar.hours or observed_hours(rows)
    minutes = one_grid(rows)
    past = complete(rows, hours)
    first = local_day(rows["start"]).min()
    book = daybook(calendar, queue, pd.date_range(first, last + pd.Timedelta(days=known_days)))
    size = len(book) - known_days
    counts = by_day_and_slot(past, past["offered"], first, (size, 1440 // minutes))
    panel = raw_panel(book, counts, minutes)
    ahead = book.days[size : size + days]
    starts = grid(ahead[0].date(), ahead[-1].date(), minutes, rows["start"].dt.tz, hours)
    day = (local_day(starts) - ahead[0]).dt.days.to_numpy()
    return panel, Horizon(starts, day, minute_of_day(starts).to_numpy() // minutes, minutes)


def by_day_and_slot(
    rows: pd.DataFrame, values: pd.Series, first: pd.Timestamp, shape: tuple[int, int]
) -> np.ndarray:
    """Lay values out by day and slot; the two passings of a doubled hour share a cell as their mean."""
    day = (local_day(rows["start"]) - first).dt.days.to_numpy()
    slot = minute_of_day(rows["start"]).to_numpy() * shape[1] // 1440
    known = values.notna().to_numpy()
    cell = (day * shape[1] + slot)[known]
    n = np.bincount(cell, minlength=shape[0] * shape[1])
    sums = np.bincount(cell, values.to_numpy()[known], shape[0] * shape[1])
    return np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0).reshape(shape)
