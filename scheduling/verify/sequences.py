"""Shifts one after the other: rest between them, days in a row, weeks, weekends and periods."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scheduling.rules import Rules
from scheduling.verify.breaks import Breaks
from scheduling.verify.facts import DAY, Book, Span, monday, weekday
from scheduling.verify.kinds import is_night, kind

_SAME = 1e-6  # hours


def check_sequences(book: Book, rules: Rules, days: Sequence[int], breaks: Breaks) -> None:
    """Find what is wrong between the shifts of one person, those of the weeks before among them."""
    _check_pairs(book, rules, days[0], breaks)
    _check_rows(book, rules, days, breaks)
    _check_weeks(book, rules, days, breaks)
    _check_windows(book, rules, days, breaks)


def _check_pairs(book: Book, rules: Rules, first_day: int, breaks: Breaks) -> None:
    name, roster, rest_h = book.person.name, rules.roster, book.person.terms.rest_h or 0.0
    everything = [*book.before, *book.shifts]
    for one, other in pairwise(everything):
        if other.day < first_day:
            continue
        hours = (other.at - one.end_at) / 60
        if hours < rest_h - 1e-9:
            breaks.at("rest", name, other.at, f"{hours:g} h of rest before {other}, not {rest_h:g}")
        if one.day == other.day:
            breaks.at("one_shift_a_day", name, other.at, f"{other} after {one} on the same day")
        if other.day == one.day + 1:
            both = kind(one, roster), kind(other, roster)
            if both in {tuple(pair) for pair in roster.forbidden}:
                breaks.at("forbidden", name, other.at, f"{both[1]} the day after {both[0]}")


def _check_rows(book: Book, rules: Rules, days: Sequence[int], breaks: Breaks) -> None:
    """Days worked, and nights, one after the other."""
    name, roster = book.person.name, rules.roster
    everything = [*book.before, *book.shifts]
    worked = {shift.day for shift in everything} | book.training
    nights = {shift.day for shift in everything if is_night(shift, roster)}
    for rule, places, most, word in (
        ("days_in_a_row", worked, book.person.terms.days_in_a_row, "day worked"),
        ("nights_in_a_row", nights, roster.nights_in_a_row, "night"),
    ):
        for day, length in _lengths(places):
            if most is not None and length > most and day >= days[0]:
                breaks.on(rule, name, day, f"{word} number {length} in a row, of {most}")


def _lengths(places: set[int]) -> Iterator[tuple[int, int]]:
    """Give each day with how many there are in a row up to it."""
    length, last = 0, None
    for day in sorted(places):
        length = length + 1 if last is not None and day == last + 1 else 1
        last = day
        yield day, length


def _check_weeks(book: Book, rules: Rules, days: Sequence[int], breaks: Breaks) -> None:
    """Check each week by itself; what the shifts before the horizon break alone is not counted again."""
    name, roster, inside = book.person.name, rules.roster, set(days)
    for week in sorted({monday(day) for day in days}):
        before = [shift for shift in book.before if monday(shift.day) == week]
        shifts = before + [shift for shift in book.shifts if monday(shift.day) == week]
        trained = {day for day in book.training if monday(day) == week}
        worked = {shift.day for shift in shifts} | trained
        full = all(day in inside for day in range(week, week + 7))
        _check_days(book, week, len(worked), len({shift.day for shift in before}), full, breaks)
        paid_h = sum(shift.paid_h for shift in shifts) + len(trained) * book.person.training_h
        _check_hours(book, week, paid_h, sum(shift.paid_h for shift in before), full, breaks)
        joined = max((length for _, length in _lengths(set(range(week, week + 7)) - worked)), default=0)
        due = roster.days_off_joined
        if full and due is not None and joined < due:
            breaks.on("days_off_joined", name, week, f"{joined} days off in a row at most, not {due}")
        within, spread = roster.starts_within_min, _spread(shifts)
        if within is not None and spread > max(within, _spread(before)):
            breaks.on("starts_within", name, week, f"starts {spread:g} min apart, not {within}")


def _cap(book: Book, week: int) -> int:
    """Return the most days of a week, those of leave taken off."""
    absent = sum(monday(day) == week for day in book.leave)
    return max(0, book.person.terms.days_per_week - absent)


def _check_days(book: Book, week: int, worked: int, already: int, full: bool, breaks: Breaks) -> None:
    name, terms, most = book.person.name, book.person.terms, _cap(book, week)
    if worked > max(most, already):
        text = f"{worked} days, not {most} at most"
        breaks.on("days_per_week", name, week, text, times=worked - max(most, already))
    least = int(terms.days_per_week_min * most / terms.days_per_week + 1e-9)
    if full and worked < least:
        breaks.on("days_per_week_min", name, week, f"{worked} days, not {least}", times=least - worked)


def _check_hours(book: Book, week: int, paid_h: float, already_h: float, full: bool, breaks: Breaks) -> None:
    name, terms = book.person.name, book.person.terms
    most = terms.hours_per_week_max
    if most is not None and paid_h > max(most, already_h) + _SAME:
        text = f"{paid_h:g} h, not {most:g} at most"
        breaks.on("hours_per_week", name, week, text, times=paid_h - max(most, already_h))
    least = terms.hours_per_week_min * _cap(book, week) / terms.days_per_week
    if full and paid_h < least - _SAME:
        breaks.on("hours_per_week_min", name, week, f"{paid_h:g} h, not {least:g}", times=least - paid_h)


def _spread(shifts: Sequence[Span]) -> float:
    """Return the minutes of the shortest stretch of the clock, round midnight too, that holds all starts."""
    begins = sorted({shift.begins for shift in shifts})
    if len(begins) < 2:
        return 0
    return DAY - max(later - earlier for earlier, later in pairwise([*begins, begins[0] + DAY]))


def _check_windows(book: Book, rules: Rules, days: Sequence[int], breaks: Breaks) -> None:
    """Weekends and hours in any so many weeks in a row that end inside the horizon."""
    name, roster = book.person.name, rules.roster
    for week in sorted({monday(day) for day in days}):
        most, limit = roster.weekends_in_four, roster.hours_per_period
        already, worked = (_weekends(shifts, week) for shifts in (book.before, book.before + book.shifts))
        if most is not None and worked > max(most, already) and days[-1] >= week + 5:
            text = f"{worked} weekends of four, not {most}"
            breaks.on("weekends_in_four", name, week, text, times=worked - max(most, already))
        if limit is None:
            continue
        first = week - 7 * (roster.period_weeks - 1)
        before_h, own_h = (_hours(shifts, first, week + 7) for shifts in (book.before, book.shifts))
        own_h += book.person.training_h * sum(first <= day < week + 7 for day in book.training)
        beyond = own_h + before_h - max(limit, before_h)
        if beyond > _SAME:
            text = f"{own_h + before_h:g} h in {roster.period_weeks} weeks, not {limit:g}"
            breaks.on("hours_per_period", name, week, text, times=beyond)


def _weekends(shifts: Sequence[Span], week: int) -> int:
    """Count the weekends worked among the four that end with a week."""
    worked = {monday(shift.day) for shift in shifts if weekday(shift.day) >= 5}
    return sum(week - 7 * back in worked for back in range(4))


def _hours(shifts: Sequence[Span], first: int, last: int) -> float:
    return sum(shift.paid_h for shift in shifts if first <= shift.day < last)
