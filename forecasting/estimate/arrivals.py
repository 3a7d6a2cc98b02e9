"""Arrival profiles: how a week's calls lie over its days, and a day's over the clock.

References
----------
.. [1] A. Gelman, J. B. Carlin, H. S. Stern, D. B. Dunson, A. Vehtari, D. B. Rubin (2013), Bayesian Data
   Analysis, 3rd edition, section 3.4: counts of several kinds under a Dirichlet prior.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from callplan.errors import Refused, nearest
from callplan.intervals import complete, local_day, minute_of_day, observed_hours, one_grid
from callplan.settings import Settings
from callplan.tables import HISTORY, check
from forecasting.calendar.calendar import Calendar

# An interval's share of its own weekday counts as much as that of all days once it rests on this many calls.
_PRIOR_CALLS = 50.0

Weight = Annotated[float, Field(ge=0)]


class Profile(Settings):
    """How calls arrive: weights of the weekdays, and of each day's intervals from midnight.

    `week` has seven weights from Monday, `days` one row for every weekday alike or seven rows, of 24,
    48 or 96 weights each. Weights may be of any unit: only their proportions count. A weight of zero
    is closed. `holiday` is the share of its weekday's calls that comes on a public holiday.

    >>> Profile.named("office").cells(60).shape
    (7, 24)
    """

    name: str
    week: tuple[Weight, ...] = Field(min_length=7, max_length=7)
    days: tuple[tuple[Weight, ...], ...]
    holiday: Weight = 0.0
    meaning: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len(self.days) not in (1, 7):
            raise Refused("days", f"found {len(self.days)} rows", "give one for all weekdays, or seven")
        if {len(row) for row in self.days} not in ({24}, {48}, {96}):
            raise Refused("days", "rows of other lengths", "give 24, 48 or 96 weights for each day")
        if sum(self.week) == 0:
            raise Refused("week", "found no calls on any day", "give the weekdays' weights from Monday")
        if any(share > 0 and sum(self.days[i % len(self.days)]) == 0 for i, share in enumerate(self.week)):
            raise Refused("days", "a weekday with calls, but none on the clock", "give its weights")
        return self

    @classmethod
    def named(cls, name: str, where: str = "profile") -> "Profile":
        """Return a profile of the library (`profiles.toml`), all of whose shapes are assumptions."""
        if name not in profiles():
            raise Refused(where, f"unknown profile {name!r}", nearest(name, profiles()))
        return profiles()[name]

    def cells(self, minutes: int) -> np.ndarray:
        """Return each interval's share of the week's calls: weekdays × intervals of `minutes`, sum 1.

        Inside an interval of the profile calls come evenly.
        """
        rows = np.array([self.days[i % len(self.days)] for i in range(7)])
        quarters = np.repeat(rows, 96 // rows.shape[1], axis=1)
        shape = quarters.reshape(7, 1440 // minutes, -1).sum(axis=2)
        total = shape.sum(axis=1, keepdims=True)
        week = np.array(self.week)[:, None] / sum(self.week)
        return week * np.divide(shape, total, out=np.zeros_like(shape), where=total > 0)


@cache
def profiles() -> dict[str, Profile]:
    """Return the profiles of the library by name.

    >>> list(profiles())
    ['office', 'shop', 'service', 'evening', 'flat']
    """
    source = Path(__file__).with_name("profiles.toml")
    content = tomllib.loads(source.read_text(encoding="utf-8"))
    return {name: Profile.from_dict({"name": name} | rows, source.name) for name, rows in content.items()}


def profile_of(history: pd.DataFrame, queue: str, calendar: Calendar | None = None) -> Profile:
    """Return the arrival profile that a queue's history shows, to lend to one that has none.

    Shares are of the mean calls of each time of the week, public holidays and missing counts left out.
    Where calls are few an interval's share of its weekday is drawn to that of all days, by a Dirichlet
    prior worth 50 calls an interval [1]_. The calendar's holidays in the history give the share of a
    holiday, absent rows on them being closed; without any it is 0.
    """
    calendar = calendar or Calendar()
    history = check(history, HISTORY)
    own = history[history["queue"] == queue]
    if own.empty:
        raise Refused("queue", f"no history of {queue!r}", nearest(queue, history["queue"].unique()))
    rows, minutes = complete(own, calendar.hours or observed_hours(own)), one_grid(own)
    day = local_day(rows["start"])
    festive = day.isin(pd.DatetimeIndex(list(calendar.holidays(day.min().date(), day.max().date()))))
    cell = day.dt.day_of_week * (1440 // minutes) + minute_of_day(rows["start"]) // minutes
    learnt = rows["offered"].notna() & ~festive
    size = 7 * 1440 // minutes
    calls = np.bincount(cell[learnt], rows.loc[learnt, "offered"], size)
    times = np.bincount(cell[learnt], minlength=size)
    if calls.sum() == 0:
        raise Refused(f"queue {queue}", "no calls on ordinary days", "take a profile of the library")
    usual = np.divide(calls, times, out=np.zeros(size), where=times > 0)
    expected = usual[cell[festive]].sum()
    holiday = rows.loc[festive, "offered"].sum() / expected if expected > 0 else 0.0
    week = usual.reshape(7, -1)
    days = _drawn_together(week, times.reshape(7, -1))
    return Profile(
        name=queue,
        week=tuple(week.sum(axis=1).tolist()),
        days=tuple(tuple(row) for row in days.tolist()),
        holiday=float(holiday),
        meaning=f"measured {day.min():%Y-%m-%d} to {day.max():%Y-%m-%d}",
    )


def _drawn_together(usual: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return weights of each weekday's intervals, from their mean calls and how often each was seen."""
    seen = times > 0
    # What days show at a time of the clock, where the weekday is open then.
    common = np.where(seen, usual.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0)
    prior = _PRIOR_CALLS * seen.sum(axis=1, keepdims=True)
    share = np.divide(common, common.sum(axis=1, keepdims=True), out=np.zeros_like(common), where=common > 0)
    return usual * times.max() + prior * share
