"""All that a model asks about a day: holiday or next to one, bridge, last working day of its month, event."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.country import Named, country_days
from forecasting.calendar.events import Event

# Working days around a holiday that are still counted from it: a working week.
_NEAR = 5
# Days looked at beyond the months asked for, more than a working week and its weekends. What wraps
# round the ends of arrays stays in there.
_MARGIN = timedelta(days=14)


@dataclass(frozen=True, eq=False)
class DayBook:
    """What is known of consecutive days beforehand, one entry a day; a slice of it is a day book too.

    A working day is neither a public holiday nor of the country's weekend, or is a weekend day made up.
    """

    days: pd.DatetimeIndex
    """The local days, as naive midnights."""
    holiday: np.ndarray
    """Name of the public holiday, empty where there is none; the same in every year."""
    observance: np.ndarray
    """Name of a day that many spend otherwise although it is no public holiday, such as Christmas Eve."""
    school_holiday: np.ndarray
    """Name of the school holiday, such as Summer Break, where the subdivision tells it."""
    before: np.ndarray
    """Name of the next day's public holiday, on a day that is none itself."""
    after: np.ndarray
    """Name of the previous day's public holiday, on a day that is none itself."""
    bridge: np.ndarray
    """Whether it is a single working day between days off, one of them a holiday of the working week."""
    makeup: np.ndarray
    """Whether it is a weekend day that is worked in exchange for a day off."""
    working_day: np.ndarray
    """Number of the working day in its month, from 1; 0 where it is none."""
    working_days_left: np.ndarray
    """The same counted from the month's end: its last working day is 1."""
    since_holiday: np.ndarray
    """Working days since a holiday of the working week, 1 to 5: 1 is the first after it; 0 beyond, or off."""
    until_holiday: np.ndarray
    """The same ahead: 1 is the last working day before it."""
    events: np.ndarray
    """Names of the events whose effect is to be learned, as a tuple."""
    effect: np.ndarray
    """Factor on the day's calls, of all events whose effect is given; 1.0 where none is."""

    def __len__(self) -> int:
        return len(self.days)

    def __getitem__(self, where: slice) -> "DayBook":
        return DayBook(*(getattr(self, field.name)[where] for field in fields(self)))

    def eventful(self) -> np.ndarray:
        """Tell on which days an event is whose effect is to be learned."""
        return np.array([bool(names) for names in self.events])

    def rare(self) -> np.ndarray:
        """Tell which days are unlike their weekday: holidays, the days around them, events to be learned."""
        return (self.kind() != "") | (self.since_holiday == 1) | self.eventful()

    def kind(self) -> np.ndarray:
        """Return what a day is like, for pooling: public, bridge, before, after, observance, or empty."""
        kinds = {
            "public": self.holiday != "",
            "bridge": self.bridge,
            "before": self.before != "",
            "after": self.after != "",
            "observance": self.observance != "",
        }
        return np.select(list(kinds.values()), list(kinds), "").astype(object)


def daybook(calendar: Calendar, queue: str, days: pd.DatetimeIndex) -> DayBook:
    """Return what a calendar knows of a queue's days: consecutive, as naive midnights.

    What is said of a day does not depend on which other days are asked for.

    >>> book = daybook(Calendar("FR"), "sales", pd.date_range("2012-05-15", "2012-05-18"))
    >>> [book.holiday[2], book.before[1], book.after[3]]
    ['Ascension Day', 'Ascension Day', 'Ascension Day']
    >>> book.bridge.tolist()
    [False, False, False, True]
    """
    Calendar.expect(calendar, "calendar")
    if (
        not len(days)
        or days.tz is not None
        or not days.equals(pd.date_range(days[0].date(), days[-1].date()))
    ):
        raise Refused("days", f"found {days[:3].tolist()} ...", "give consecutive days as naive midnights")
    book = _book(calendar.country, calendar.subdivision, days[0].date(), days[-1].date())
    learned, effect = _events_on(calendar.for_queue(queue).events, days[0].date(), len(days))
    return replace(book, days=days, events=learned, effect=effect)


@lru_cache(maxsize=64)
def _book(country: str | None, subdivision: str | None, first: date, last: date) -> DayBook:
    """Return the day book of a country, without events; queues share it, so its arrays are read only."""
    begin = first.replace(day=1) - _MARGIN
    end = (last.replace(day=28) + timedelta(days=4)).replace(day=1) + _MARGIN
    span = np.arange(np.datetime64(begin), np.datetime64(end))
    dates = span.tolist()
    known = country_days(country, subdivision, begin.year, end.year)
    holiday = _names(known.holidays, dates)
    public, weekend = holiday != "", np.array([known.is_weekend(day) for day in dates])
    makeup = np.array([day in known.makeup for day in dates]) & weekend & ~public
    off = public | (weekend & ~makeup)
    # A holiday at the weekend shuts nobody out who could have called on that day.
    shut = public & ~weekend
    number, left = _working_days(~off, span)
    book = DayBook(
        pd.DatetimeIndex(span),
        holiday,
        _names(known.observances, dates),
        _names(known.school_holidays, dates),
        np.where(public, "", np.roll(holiday, -1)),
        np.where(public, "", np.roll(holiday, 1)),
        ~off & np.roll(off, 1) & np.roll(off, -1) & (np.roll(shut, 1) | np.roll(shut, -1)),
        makeup,
        number,
        left,
        _since(shut, ~off),
        _since(shut[::-1], ~off[::-1])[::-1],
        np.full(len(span), None),
        np.ones(len(span)),
    )[(first - begin).days : (last - begin).days + 1]
    for field in fields(book)[1:]:
        getattr(book, field.name).setflags(write=False)
    return book


def _names(named: Named, dates: list[date]) -> np.ndarray:
    return np.array([named.get(day, "") for day in dates], dtype=object)


def _working_days(working: np.ndarray, span: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each working day in its month, counted from the begin and from the end."""
    month = span.astype("datetime64[M]").astype(int)
    month -= month[0]
    in_month = np.bincount(month, working)
    before = np.concatenate([[0], np.cumsum(in_month)[:-1]])[month]
    number = np.cumsum(working) - before
    left = in_month[month] - number + 1
    return np.where(working, number, 0).astype(int), np.where(working, left, 0).astype(int)


def _since(shut: np.ndarray, working: np.ndarray) -> np.ndarray:
    """Return how many working days ago the days were shut, on working days up to a week after."""
    count = np.cumsum(working)
    ago = count - np.maximum.accumulate(np.where(shut, count, -_NEAR))
    return np.where(working & (ago <= _NEAR), ago, 0)


def _events_on(events: Sequence[Event], first: date, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the events to be learned of `n` days from `first` on, and the product of the known effects."""
    learned: list[list[str]] = [[] for _ in range(n)]
    effect = np.ones(n)
    for event in events:
        where = slice(max((event.date - first).days, 0), max((event.last - first).days + 1, 0))
        if event.effect is not None:
            effect[where] *= event.effect
        else:
            for names in learned[where]:
                names.append(event.name)
    return np.fromiter((tuple(sorted(names)) for names in learned), dtype=object, count=n), effect


def remark_on_events(queue: str, past: DayBook, ahead: DayBook) -> None:
    """Remark on each event to come that states no effect and that no past day can teach."""
    taught = set(chain(*past.events))
    for name in sorted(set(chain(*ahead.events)) - taught):
        day = next(day for day, names in zip(ahead.days, ahead.events, strict=True) if name in names)
        warnings.warn(
            f"queue {queue}: event {name} of {day:%Y-%m-%d} has no effect given and never came in the "
            "history: it changes nothing; give its effect, such as +20%",
            Remark,
            stacklevel=3,
        )
