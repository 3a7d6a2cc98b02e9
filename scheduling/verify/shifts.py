"""Each shift by itself: its shape, whose queues it serves, and whether the person may and can work it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import ceil

from scheduling.rules import Rules
from scheduling.verify.breaks import Breaks
from scheduling.verify.facts import DAY, Book, Span, clock_of, number, weekday
from scheduling.verify.kinds import is_night
from scheduling.verify.openings import Openings
from scheduling.verify.shape import shape_faults


def check_shifts(book: Book, rules: Rules, openings: Openings, days: Sequence[int], breaks: Breaks) -> None:
    """Find what is wrong with each shift, with the rows of leave and training, and with fixed shifts."""
    person, queues = book.person, frozenset(book.person.skills)
    starts = [part.at for part in book.activities]
    outside = set(range(len(starts)))
    for shift in book.shifts:
        places = range(bisect_left(starts, shift.at), bisect_left(starts, shift.end_at))
        parts = [book.activities[place] for place in places]
        outside -= set(places)
        opens = openings.begin(queues, shift)
        for fault in shape_faults(shift, parts, person.terms, rules, opens=opens):
            breaks.at("shape", person.name, shift.at, f"{shift} {fault}")
        for fault in _closed(shift, parts, queues, openings):
            breaks.at("shape", person.name, shift.at, f"{shift} {fault}")
        if not days[0] <= shift.day <= days[-1]:
            breaks.at("shape", person.name, shift.at, f"{shift} begins outside the horizon")
        for part in parts:
            if part.what == "work" and part.queue and part.queue not in queues:
                breaks.at("skill", person.name, part.at, f"{part} without the skill", queue=part.queue)
        _check_times(book, shift, rules, breaks)
    _check_absences(book, [book.activities[place] for place in sorted(outside)], breaks)
    _check_fixed(book, breaks)


def _closed(shift: Span, parts: Sequence[Span], queues: frozenset[str], openings: Openings) -> Iterator[str]:
    if not openings.hold(queues, shift):
        yield "is not within an opening of " + ", ".join(sorted(queues))
    for part in parts:
        if part.what == "work" and part.queue in queues and not openings.hold(frozenset([part.queue]), part):
            yield f"works for {part.queue} at {part}, when that is closed"


def _check_times(book: Book, shift: Span, rules: Rules, breaks: Breaks) -> None:
    """Leave and training, hours available, and the contract's own limits."""
    name, terms = book.person.name, book.person.terms
    touched = range(shift.day, ceil(shift.end_clock / DAY))
    for kind, absent in (("leave", book.leave), ("training", book.training)):
        if absent.intersection(touched):
            breaks.at("leave", name, shift.at, f"{shift} on a day of {kind}")
    window = book.person.windows[weekday(shift.day)]
    if not window or shift.begins < window[0] or shift.ends > window[1]:
        breaks.at("availability", name, shift.at, f"{shift} is outside the hours available")
    earliest, latest = terms.window_min
    if shift.begins < earliest or shift.ends > latest:
        breaks.at("limits", name, shift.at, f"{shift} is outside the hours of {book.person.contract}")
    if not terms.nights and is_night(shift, rules.roster):
        breaks.at("limits", name, shift.at, f"{shift} is a night, which {book.person.contract} has not")


def _check_absences(book: Book, rows: Sequence[Span], breaks: Breaks) -> None:
    """Find what stands outside shifts and is no day of leave or training, and such days without a row."""
    name = book.person.name
    due = {(day, "leave") for day in book.leave} | {(day, "training") for day in book.training}
    for row in rows:
        whole = row.begins == 0 and row.ends == DAY
        if whole and (row.day, row.what) in due:
            due.discard((row.day, row.what))
        elif row.what in ("leave", "training"):
            breaks.at("leave", name, row.at, f"{row.what} {row} that was not asked for")
        else:
            breaks.at("shape", name, row.at, f"{row.what} {row} outside any shift")
    for day, kind in sorted(due):
        breaks.on("leave", name, day, f"no row of {kind}")


def _check_fixed(book: Book, breaks: Breaks) -> None:
    there = {(shift.clock, shift.end_clock) for shift in book.shifts}
    for start, end in book.person.fixed:
        if (clock_of(start), clock_of(end)) not in there:
            text = f"no shift {start:%H:%M}-{end:%H:%M}"
            breaks.on("fixed", book.person.name, number(start.date()), text)
