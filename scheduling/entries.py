"""Cells of the people's table: dates, wishes, skills, times available and fixed shifts, as they are written.

A fault is refused without a place; who reads the table adds the row and the column.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from callplan.errors import Refused, nearest
from callplan.hours import WEEKDAYS
from scheduling.clock import DAY_MIN

Window = tuple[int, int] | None  # from and to, in minutes after the day's midnight; None is off

# From one midnight to the next but one: no shift is longer than a day.
ANY: Window = (0, 2 * DAY_MIN)

_SPAN = re.compile(r"(\d\d?):([0-5]\d) ?- ?(\d\d?):([0-5]\d)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00)?)?")  # Excel gives days as midnights
_FIXED = re.compile(rf"(\d{{4}}-\d\d-\d\d) ({_SPAN.pattern})")


def parts(text: str | None) -> list[str]:
    """Return the items of a list, parted by | ; or ,.

    >>> parts("sales | support:2")
    ['sales', 'support:2']
    """
    return [part.strip() for part in re.split(r"[|;,]", text or "") if part.strip()]


def skills(text: str, known: Collection[str]) -> dict[str, int]:
    """Return the level of each queue served.

    >>> skills("sales|support:2", ["sales", "support"])
    {'sales': 1, 'support': 2}
    """
    levels: dict[str, int] = {}
    for part in parts(text):
        queue, colon, level = (piece.strip() for piece in part.partition(":"))
        if queue not in known:
            raise Refused("", f"unknown skill {queue!r}", nearest(queue, known))
        if queue in levels:
            raise Refused("", f"{queue} stands twice", "keep one of them")
        if colon and not re.fullmatch(r"[1-9]\d*", level):
            raise Refused("", f"found level {level!r}", "give a whole number of at least 1, as in support:2")
        levels[queue] = int(level or 1)
    return levels


def dates(text: str | None, days: Sequence[date]) -> set[date]:
    """Return the days of a list of dates and ranges; a range that reaches beyond `days` is cut there.

    Raises `Refused` for a date, or a whole range, outside `days`.
    """
    found: set[date] = set()
    for part in parts(text):
        first, _, last = part.partition("..")
        begin = _date(first)
        inside = _range(part, begin, _date(last) if last else begin) & set(days)
        if not inside:
            raise Refused("", f"{part} is outside the horizon", f"it runs from {days[0]} to {days[-1]}")
        found |= inside
    return found


def wishes(text: str | None, days: Sequence[date]) -> set[date]:
    """Return those of `days` that a list of dates, ranges and weekdays names; others are passed over."""
    found: set[date] = set()
    for part in parts(text):
        if part.lower() in WEEKDAYS:
            found |= {day for day in days if day.weekday() == WEEKDAYS.index(part.lower())}
        elif re.match(r"\d", part):
            first, _, last = part.partition("..")
            begin = _date(first)
            found |= _range(part, begin, _date(last) if last else begin) & set(days)
        else:
            raise Refused("", f"unknown weekday {part!r}", nearest(part, WEEKDAYS))
    return found


def _range(part: str, first: date, last: date) -> set[date]:
    if last < first:
        raise Refused("", f"{part} ends before it begins", "swap the two dates")
    return {first + timedelta(days=step) for step in range((last - first).days + 1)}


def _date(text: str) -> date:
    match = _DATE.fullmatch(text.strip())
    try:
        return date.fromisoformat(match[1] if match else text.strip())
    except ValueError:
        raise Refused("", f"found {text!r}", "write days as 2024-05-06, the year first") from None


def window(text: str) -> Window:
    """Return when somebody is available: `07:00-17:00`, `22:00-06:00`, `off` or `any`.

    >>> window("22:00-06:00"), window("off")
    ((1320, 1800), None)
    """
    word = text.strip().lower()
    if word in ("off", "any"):
        return ANY if word == "any" else None
    match = _SPAN.fullmatch(word)
    if not match:
        raise Refused("", f"found {text!r}", 'write times as "07:00-17:00", or off, or any')
    return _minutes(word, match)


def _minutes(text: str, match: re.Match[str]) -> tuple[int, int]:
    h1, m1, h2, m2 = (int(number) for number in match.groups()[-4:])
    first, last = h1 * 60 + m1, h2 * 60 + m2
    if last <= first:
        last += DAY_MIN
    if first >= DAY_MIN or last - first > DAY_MIN:
        raise Refused("", f"{text!r} is not on the clock", "give times from 00:00 to 24:00")
    return first, last


def week(general: str | None, days: Sequence[str | None]) -> tuple[Window, ...]:
    """Return the windows of Monday to Sunday in which a shift of that day must lie.

    A day that is open to anything reaches into the next as far as that one is available from midnight on.
    """
    stated = [window(text or general or "any") for text in days]
    return tuple(
        (0, DAY_MIN + _from_midnight(stated[(weekday + 1) % 7])) if own == ANY else own
        for weekday, own in enumerate(stated)
    )


def _from_midnight(following: Window) -> int:
    return min(following[1], DAY_MIN) if following and following[0] == 0 else 0


def fixed(text: str | None) -> tuple[tuple[datetime, datetime], ...]:
    """Return fixed shifts, start and end by the clock; an end before its start is on the next day.

    >>> fixed("2024-05-06 22:00-06:00")[0][1]
    datetime.datetime(2024, 5, 7, 6, 0)
    """
    found = []
    for part in parts(text):
        match = _FIXED.fullmatch(part)
        if not match:
            raise Refused("", f"found {part!r}", "write fixed shifts as 2024-05-06 09:00-17:30")
        midnight = datetime.combine(_date(match[1]), datetime.min.time())
        first, last = _minutes(match[2], match)
        found.append((midnight + timedelta(minutes=first), midnight + timedelta(minutes=last)))
    return tuple(sorted(found))
