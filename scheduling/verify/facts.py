"""A schedule's tables as plain facts: who is present when, in minutes that pass and in minutes of the clock.

Both count from the start of 1970: `at` along UTC, `clock` along the local clock. A local day is its number
since then, a week that of its Monday.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from callplan.intervals import pandas_zone
from scheduling.people import Person

DAY = 1440
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (the start of the clock's minutes, in any zone)


def weekday(day: int) -> int:
    """Return the weekday of a day, Monday 0; 1 January 1970 was a Thursday.

    >>> weekday(0)
    3
    """
    return (day + 3) % 7


def monday(day: int) -> int:
    """Return the Monday of a day's week."""
    return day - weekday(day)


def number(day: date) -> int:
    """Return a date as the number of its day."""
    return (day - _EPOCH.date()).days


def clock_of(moment: datetime) -> float:
    """Return a time of the local clock in minutes."""
    return (moment - _EPOCH).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one person's time; `what` is the shift's name or the activity."""

    at: float
    end_at: float
    clock: float
    end_clock: float
    what: str
    paid_h: float = 0.0
    queue: str | None = None

    @property
    def day(self) -> int:
        """The local day on which it begins."""
        return int(self.clock // DAY)

    @property
    def begins(self) -> float:
        """Minutes of the clock since that day's midnight."""
        return self.clock % DAY

    @property
    def ends(self) -> float:
        """Minutes of the clock since the same midnight, above 1440 on the next day."""
        return self.end_clock - self.day * DAY

    @property
    def minutes(self) -> float:
        """How long it lasts, in minutes that pass."""
        return self.end_at - self.at

    def __str__(self) -> str:
        start, end = (f"{int(m) // 60 % 24:02}:{int(m) % 60:02}" for m in (self.clock, self.end_clock))
        return f"{start}-{end}"


@dataclass(frozen=True, slots=True)
class Book:
    """All that the tables say of one person, each list in order of time."""

    person: Person
    shifts: list[Span] = field(default_factory=list)
    before: list[Span] = field(default_factory=list)  # shifts of the weeks before
    activities: list[Span] = field(default_factory=list)

    @property
    def training(self) -> set[int]:
        """Days of training."""
        return {number(day) for day in self.person.training}

    @property
    def leave(self) -> set[int]:
        """Days of leave."""
        return {number(day) for day in self.person.leave}


def minutes_since(instants: pd.Series, zone: Any) -> list[float]:
    """Return the minutes that the clock of a zone shows since the start of 1970."""
    clock = instants.dt.tz_convert(pandas_zone(zone)).dt.tz_localize(None)
    return ((clock - _EPOCH) / pd.Timedelta(minutes=1)).tolist()


def spans(table: pd.DataFrame, zone: Any) -> list[tuple[str, Span]]:
    """Return the rows of `shifts` or `activities`, each with the name of its person, in order of time."""
    if table.empty:
        return []
    ordered = table.sort_values("start", kind="stable")
    edges = [minutes_since(ordered[column], tz) for tz in ("UTC", zone) for column in ("start", "end")]
    what = ordered["shift" if "shift" in ordered else "activity"].tolist()
    paid = ordered["paid_h"].tolist() if "paid_h" in ordered else [0.0] * len(ordered)
    queues = ordered["queue"].astype(object) if "queue" in ordered else pd.Series(None, ordered.index, object)
    queue = queues.where(queues.notna(), None).tolist()
    rows = (Span(*row) for row in zip(*edges, what, paid, queue, strict=True))
    return list(zip(ordered["person"].tolist(), rows, strict=True))


def books(
    everyone: Sequence[Person], shifts: pd.DataFrame, activities: pd.DataFrame, previous: pd.DataFrame | None,
    *, first_day: int, zone: Any,
) -> tuple[dict[str, Book], list[tuple[str, Span]]]:  # fmt: skip
    """Return each person's book, and the rows of people whom nobody knows."""
    found = {person.name: Book(person) for person in everyone}
    strangers = []
    for table, kind in ((shifts, "shifts"), (activities, "activities")):
        for name, span in spans(table, zone):
            if name in found:
                getattr(found[name], kind).append(span)
            else:
                strangers.append((name, span))
    for name, span in spans(previous, zone) if previous is not None else []:
        if name in found and span.day < first_day:
            found[name].before.append(span)
    return found, strangers
