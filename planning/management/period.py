"""The week or month that a report is about, and which of its days are over."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from callplan.errors import Refused
from callplan.intervals import first_instants, named_zone

ADVICE = 'say "week" or "month" (the last that is over), or name one: 2026-10, 2026-W43'


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included: a week from Monday, or a month of the calendar."""

    kind: str
    first: date
    last: date

    @classmethod
    def read(cls, text: str, today: date) -> "Period":
        """Return the period that a text names, as seen from today.

        >>> Period.read("2026-10", date(2026, 11, 3)).last
        datetime.date(2026, 10, 31)
        >>> Period.read("week", date(2026, 11, 3)).first
        datetime.date(2026, 10, 26)
        """
        if text == "week":
            monday = today - timedelta(days=today.weekday() + 7)
            return cls("week", monday, monday + timedelta(days=6))
        if text == "month":
            last = today.replace(day=1) - timedelta(days=1)
            return cls("month", last.replace(day=1), last)
        try:
            if found := re.fullmatch(r"(\d{4})-W(\d{2})", text):
                monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
                return cls("week", monday, monday + timedelta(days=6))
            if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
                first = date(int(found[1]), int(found[2]), 1)
                return cls("month", first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        except ValueError:
            pass
        raise Refused("period", f"found {text!r}", ADVICE)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def until(self, last: date) -> "Period":
        """Return the same period, cut off after a day."""
        return Period(self.kind, self.first, min(self.last, last))

    def year_before(self) -> "Period":
        """Return the same month of the year before, or the same week: 52 weeks earlier.

        >>> Period.read("2026-W43", date(2026, 11, 3)).year_before().first
        datetime.date(2025, 10, 20)
        """
        if self.kind == "week":
            back = timedelta(weeks=52)
            return Period("week", self.first - back, self.last - back)
        first = self.first.replace(year=self.first.year - 1)
        whole = Period.read(f"{first:%Y-%m}", first)
        # A part of a month is held against as many days.
        return whole.until(first + timedelta(days=self.days - 1)) if self._is_cut() else whole

    def _is_cut(self) -> bool:
        return (self.last + timedelta(days=1)).day != 1


def last_day_over(now: datetime, zone: str) -> date:
    """Return the last local day that is over at a moment."""
    if now.tzinfo is None:
        raise Refused("now", f"{now} without a time zone", "give it with one")
    return now.astimezone(named_zone(zone)).date() - timedelta(days=1)


def edges(first: date, last: date, zone: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first instant of a local day, and the first after another one."""
    days = pd.Series([first, last + timedelta(days=1)], dtype="datetime64[us]")
    begin, end = first_instants(days, named_zone(zone))
    return begin, end
