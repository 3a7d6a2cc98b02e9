"""One queue's history as a matrix: a row a day, a column a time on the clock.

Every model works on this matrix, and knows nothing of time zones, files or queues.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.intervals import complete, grid, local_day, minute_of_day, observed_hours, one_grid
from forecasting.calendar import Calendar


@dataclass(frozen=True)
class Panel:
    """Days that have been, with their calls (days × slots, NaN where closed or missing), and days to come."""

    days: pd.DatetimeIndex
    counts: np.ndarray
    holidays: np.ndarray
    """The name of each day's public holiday, empty where it is none."""
    future_days: pd.DatetimeIndex
    future_holidays: np.ndarray

    def weekdays(self) -> np.ndarray:
        """Return the weekday of each past day, Monday 0."""
        return self.days.day_of_week.to_numpy()

    def future_weekdays(self) -> np.ndarray:
        """Return the weekday of each day to come."""
        return self.future_days.day_of_week.to_numpy()

    def ordinary(self) -> np.ndarray:
        """Tell which past days can teach a weekday: some count is there, and no holiday is."""
        return np.isfinite(self.counts).any(axis=1) & (self.holidays == "")

    def seen(self) -> np.ndarray:
        """Tell for each weekday and slot whether any ordinary day had a count there."""
        known = np.isfinite(self.counts) & self.ordinary()[:, None]
        return np.array([known[self.weekdays() == weekday].any(axis=0) for weekday in range(7)])

    def ago(self, back: int, days: int) -> tuple["Panel", np.ndarray]:
        """Return the panel as it was `back` days ago, and the counts of the `days` days that followed."""
        now = len(self.days) - back
        followed = slice(now, now + days)
        then = Panel(
            self.days[:now],
            self.counts[:now],
            self.holidays[:now],
            self.days[followed],
            self.holidays[followed],
        )
        return then, self.counts[followed]


@dataclass(frozen=True)
class Horizon:
    """The due intervals of the days to come, each with its row and column in a panel's future."""

    starts: pd.Series
    day: np.ndarray
    slot: np.ndarray
    minutes: int


def build_panel(
    rows: pd.DataFrame, last: pd.Timestamp, days: int, calendar: Calendar
) -> tuple[Panel, Horizon]:
    """Lay one queue's history until the day `last` out by day and clock, and the `days` days after it."""
    hours = calendar.hours or observed_hours(rows)
    minutes = one_grid(rows)
    past = complete(rows, hours)
    first = local_day(rows["start"]).min()
    past_days = pd.date_range(first, last, freq="D")
    future_days = pd.date_range(last + pd.Timedelta(days=1), periods=days, freq="D")
    panel = Panel(
        past_days,
        by_day_and_slot(past, past["offered"], first, (len(past_days), 1440 // minutes)),
        calendar.holiday_names(past_days),
        future_days,
        calendar.holiday_names(future_days),
    )
    starts = grid(future_days[0].date(), future_days[-1].date(), minutes, rows["start"].dt.tz, hours)
    day = (local_day(starts) - future_days[0]).dt.days.to_numpy()
    return panel, Horizon(starts, day, minute_of_day(starts).to_numpy() // minutes, minutes)


def by_day_and_slot(
    rows: pd.DataFrame, values: pd.Series, first: pd.Timestamp, shape: tuple[int, int]
) -> np.ndarray:
    """Lay values out by day and slot; the two passings of a doubled hour share a cell as their mean."""
    day = (local_day(rows["start"]) - first).dt.days.to_numpy()
    slot = minute_of_day(rows["start"]).to_numpy() * shape[1] // 1440
    known = values.notna().to_numpy()
    sums, n = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (day[known], slot[known]), values.to_numpy()[known])
    np.add.at(n, (day[known], slot[known]), 1)
    return np.divide(sums, n, out=np.full(shape, np.nan), where=n > 0)
