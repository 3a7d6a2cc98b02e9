"""A roster as calendars: one iCalendar file (RFC 5545) for each person, for a phone or an office calendar."""

import hashlib
import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan.errors import Refused
from callplan.files import replacing
from reporting.roster import AWAY, labels

if TYPE_CHECKING:
    from icalendar import Event

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "callplan")
# What Windows keeps for itself, whatever the suffix.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
# A name may have 255 bytes; the rest is for the suffix and what tells two alike apart.
_MOST_BYTES = 200


def write_calendars(
    shifts: pd.DataFrame, activities: pd.DataFrame, folder: str | Path, *, now: datetime
) -> list[Path]:
    """Write one .ics file for each person into a folder, made if need be; return their paths.

    Times are instants in UTC, which every calendar shows in its own zone; `now`, with a zone, is when
    the roster was published. An event keeps its identifier as long as person and start stay: a calendar
    that takes the file again moves its end and does not add a second one. A shift that is gone stays
    there until it is deleted, or the calendar is imported anew. Same input, same bytes.
    """
    folder = Path(folder)
    if now.tzinfo is None:
        raise Refused("now", f"{now} has no time zone", "give an instant, such as datetime.now(UTC)")
    if not folder.parent.is_dir():
        raise Refused(str(folder), f"there is no folder {folder.parent}", "make it first")
    if folder.exists() and not folder.is_dir():
        raise Refused(str(folder), "a file, not a folder", "name another")
    folder.mkdir(exist_ok=True)
    worked, done = _by_person(shifts), _by_person(activities.assign(label=labels(activities)))
    paths = []
    for person, name in file_names({*worked, *done}).items():
        paths.append(folder / name)
        with replacing(paths[-1]) as part:
            part.write_bytes(_calendar(person, worked.get(person, []), done.get(person, []), now))
    return paths


def file_names(people: Iterable[str]) -> dict[str, str]:
    """Return a file name for each person, safe on every system and different from all others.

    Letters of every script stay. People whose names come out alike have a digest of their own name
    behind it, so that nobody gets another's file when somebody joins or leaves.

    >>> file_names(["Ana/Bo", "../x", "王伟"])
    {'../x': 'x.ics', 'Ana/Bo': 'Ana_Bo.ics', '王伟': '王伟.ics'}
    >>> list(file_names(["Bo", "bo"]).values())
    ['Bo-e52e1c.ics', 'bo-3d099d.ics']
    """
    cleaned = {person: _cleaned(person) for person in sorted(people)}
    alike = Counter(name.casefold() for name in cleaned.values())
    return {
        person: f"{name}.ics"
        if alike[name.casefold()] == 1
        else f"{name}-{hashlib.sha256(person.encode()).hexdigest()[:6]}.ics"
        for person, name in cleaned.items()
    }


def _cleaned(person: str) -> str:
    """Return a name without what a file system could take for something else."""
    # Letters, digits and the marks on them; everything else parts words.
    composed = unicodedata.normalize("NFC", person)
    kept = [char if char in ".-" or unicodedata.category(char)[0] in "LNM" else "_" for char in composed]
    name = re.sub("_+", "_", "".join(kept)).lstrip("._-")
    name = name.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip("._-")
    return f"_{name}" if not name or _DEVICES.fullmatch(name.partition(".")[0]) else name


def _by_person(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the rows of each person as records, in the order of time."""
    rows: dict[str, list[Any]] = {}
    for row in table.sort_values("start").itertuples(index=False):
        rows.setdefault(row.person, []).append(row)
    return rows


def _calendar(person: str, shifts: list[Any], doings: list[Any], now: datetime) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    for name, value in (("prodid", "-//callplan//roster//EN"), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add("x-wr-calname", f"Roster of {person}")
    for shift in shifts:
        inside = [_line(doing) for doing in doings if doing.start >= shift.start and doing.end <= shift.end]
        lines = [f"Paid: {shift.paid_h:g} h. Times of {shift.start.tz}:", *inside]
        span = [time.to_pydatetime().astimezone(UTC) for time in (shift.start, shift.end)]
        calendar.add_component(_event(person, shift.start, span, f"Shift {shift.shift}", now, lines))
    for away in (doing for doing in doings if doing.activity in AWAY):
        # The end of a whole-day event is the day after its last.
        days = [away.start.date(), away.end.date()]
        calendar.add_component(_event(person, away.start, days, away.activity.capitalize(), now, ()))
    return calendar.to_ical()


def _line(doing: Any) -> str:
    return f"{doing.start:%H:%M}–{doing.end:%H:%M} {doing.label}"


def _event(
    person: str,
    start: pd.Timestamp,
    span: Sequence[date],
    name: str,
    now: datetime,
    lines: Sequence[str],
) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'{person} {start.timestamp():.0f}')}@callplan")
    event.add("dtstamp", now)
    event.add("dtstart", span[0])
    event.add("dtend", span[1])
    event.add("summary", name)
    if lines:
        event.add("description", "\n".join(lines))
    return event
