"""The grid of a roster: slots of elapsed time from the first midnight of the horizon to the last."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np
import pandas as pd

from callplan.intervals import minute_of_day, one_grid
from scheduling.clock import DAY_MIN
from scheduling.people import Person, horizon
from scheduling.rules import Rules
from scheduling.shapes import step_min

NDArray = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Grid:
    """Slots, days and weeks, and what each queue needs in a slot."""

    minutes: int  # of a slot
    days: list[date]
    starts: pd.Series  # [t] left edge of the slot
    queues: list[str]
    need: NDArray  # [q, t] heads
    open: NDArray  # [q, t]
    rows: pd.DataFrame  # the requirement, with the slot of each row and the queue's number

    @cached_property
    def clock(self) -> NDArray:
        """Minutes of the local day at the left edge of each slot."""
        return minute_of_day(self.starts).to_numpy()

    @cached_property
    def day(self) -> NDArray:
        """Number of the local day of each slot."""
        return np.searchsorted(self.day_first, np.arange(len(self.starts)), side="right") - 1

    @cached_property
    def day_first(self) -> NDArray:
        """First slot of each day, and the slot after the last day."""
        midnights = pd.Series(pd.to_datetime([*self.days, _next(self.days[-1])])).dt.tz_localize(
            self.starts.dt.tz, nonexistent="shift_forward", ambiguous=True
        )
        passed = (midnights - self.starts.iloc[0]) / pd.Timedelta(minutes=self.minutes)
        return np.ceil(passed.to_numpy()).astype(np.int64)

    @cached_property
    def week_first(self) -> NDArray:
        """First day of each week, the first and last perhaps cut, and the day after the last."""
        mondays = [number for number, day in enumerate(self.days) if number and day.weekday() == 0]
        return np.array([0, *mondays, len(self.days)])

    @property
    def weekdays(self) -> NDArray:
        """Weekday of each day; Monday is 0."""
        return np.array([day.weekday() for day in self.days])

    def slots_of(self, minutes: float) -> int:
        """Return minutes as whole slots, rounded up."""
        return -int(-minutes // self.minutes)

    def slot_at(self, day: int, moment: int) -> int:
        """Return the first slot of a day at or after a minute of its clock; from 1440 on, of the next day."""
        while moment >= DAY_MIN and day < len(self.days):
            day, moment = day + 1, moment - DAY_MIN
        if day == len(self.days):
            return len(self.starts)
        begin, end = self.day_first[day], self.day_first[day + 1]
        later = np.flatnonzero(self.clock[begin:end] >= moment)
        return int(begin + later[0]) if later.size else int(end)

    def instant(self, slot: int) -> pd.Timestamp:
        """Return the left edge of a slot, also of the one after the last."""
        return self.starts.iloc[0] + pd.Timedelta(minutes=int(slot) * self.minutes)

    def slot(self, instant: pd.Timestamp) -> int:
        """Return the slot that begins at an instant, negative before the horizon."""
        return round((instant - self.starts.iloc[0]) / pd.Timedelta(minutes=self.minutes))


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def lay(requirement: pd.DataFrame, rules: Rules, crew: tuple[Person, ...]) -> Grid:
    """Lay the grid of a requirement on which all shifts of the crew fit."""
    minutes = one_grid(requirement)
    terms = {person.contract: person.terms for person in crew}.values()
    step = 0
    for contract in terms:
        step = gcd(step, minutes)
        if contract.templates:
            for name in contract.templates:
                edges = [edge for span in rules.templates[name].spans for edge in span]
                step = gcd(step, *edges)
                if rules.has_rests(rules.templates[name].length_min):
                    step = gcd(step, rules.rest_min)
        else:
            step = gcd(step, step_min(contract.under(rules), minutes))
    days = horizon(requirement)
    zone = requirement["start"].dt.tz
    begin, end = (
        pd.Timestamp(day).tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
        for day in (days[0], _next(days[-1]))
    )
    starts = pd.Series(pd.date_range(begin, end, freq=f"{step}min", inclusive="left"))
    queues = sorted(requirement["queue"].unique())
    need = np.zeros((len(queues), len(starts)))
    is_open = np.zeros((len(queues), len(starts)), bool)
    rows = requirement.assign(
        slot=((requirement["start"] - begin) // pd.Timedelta(minutes=step)).astype(int),
        number=[queues.index(name) for name in requirement["queue"]],
    )
    parts = minutes // step
    for number, slot, heads in rows[["number", "slot", "rostered"]].itertuples(index=False):
        need[number, slot : slot + parts] = heads
        is_open[number, slot : slot + parts] = True
    return Grid(step, days, starts, queues, need, is_open, rows)


def past_midnight(grid: Grid, first: int, last: int) -> bool:
    """Say whether a shift from one slot to before another goes on after the midnight of its day."""
    return last > grid.day_first[grid.day[first] + 1]


def since_midnight(grid: Grid, first: int, last: int) -> tuple[int, int]:
    """Return the clock minutes at which a shift begins and ends; an end on the next day is beyond 1440."""
    begin = int(grid.clock[first])
    inside = last - 1
    end = int(grid.clock[inside]) + grid.minutes
    return begin, end + DAY_MIN * int(grid.day[inside] > grid.day[first])
