"""Weekdays, clock times and people in the sentences that a planner reads."""

from collections.abc import Sequence
from datetime import date, datetime

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# So many people are named; more are counted.
NAMED = 4


def day(at: date) -> str:
    """Return a day with its weekday.

    >>> day(date(2024, 5, 7))
    'Tuesday 2024-05-07'
    """
    return f"{_WEEKDAYS[at.weekday()]} {at:%Y-%m-%d}"


def span(start: datetime, end: datetime) -> str:
    """Return a stretch of time by the local clock; an end on a later day names that day.

    >>> span(datetime(2024, 5, 7, 18), datetime(2024, 5, 7, 20))
    'Tuesday 2024-05-07 18:00 to 20:00'
    """
    midnight = f"{end:%H:%M}" == "00:00" and (end.date() - start.date()).days == 1
    until = "24:00" if midnight else f"{end:%H:%M}"
    later = "" if midnight or end.date() == start.date() else f"{day(end)} "
    return f"{day(start)} {start:%H:%M} to {later}{until}"


def clock(minutes: int) -> str:
    """Return minutes of the day as a clock time; beyond 24:00 it is of the next day.

    >>> clock(1020), clock(1560)
    ('17:00', '02:00 of the next day')
    """
    hours, rest = divmod(minutes, 60)
    return f"{hours:02}:{rest:02}" if minutes <= 1440 else f"{hours - 24:02}:{rest:02} of the next day"


def heads(number: float) -> str:
    """Return a number of heads as it is spoken of.

    >>> heads(65.71), heads(2.25)
    ('66', '2.2')
    """
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Return a few things one after the other.

    >>> listed(["Ann", "Ben", "Cid"])
    'Ann, Ben and Cid'
    """
    *before, last = parts or [""]
    return f"{', '.join(before)} {word} {last}" if before else last


def these(names: Sequence[str]) -> str:
    """Return people in brackets if they are few; many are only counted, by who writes the sentence.

    >>> these(["Ann", "Ben"]), these(["Ann", "Ben", "Cid", "Dot", "Eve"])
    (' (Ann and Ben)', '')
    """
    return f" ({listed(names)})" if len(names) <= NAMED else ""


def people(names: Sequence[str]) -> str:
    """Return people by name if they are few, and the first of them and their number otherwise.

    >>> people(["Ann", "Ben", "Cid", "Dot", "Eve", "Fay"])
    'Ann, Ben, Cid and 3 more'
    """
    if len(names) <= NAMED:
        return listed(list(names))
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"
