"""What a roster costs, and what it asks of each person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from callplan.hours import WEEKDAYS
from callplan.intervals import pandas_zone
from scheduling.rules import Rules
from scheduling.verify.breaks import Breaks
from scheduling.verify.facts import DAY, Book, Span, minutes_since, monday, number, weekday
from scheduling.verify.kinds import by_start, ends_late, is_night

_PIECE_MIN = 15


def paid_cost(books: Iterable[Book], rules: Rules, zone: Any) -> float:
    """Return what the paid hours of everyone cost, with overtime and the surcharges of bands."""
    beyond, paid = rules.overtime_from_h, ("work", "rest", "meal") if rules.meal_paid else ("work", "rest")
    cost = 0.0
    for book in books:
        hours = sum(shift.paid_h for shift in book.shifts)
        if beyond is not None:
            hours += rules.overtime_surcharge * sum(max(0.0, shift.paid_h - beyond) for shift in book.shifts)
        if rules.bands:
            spans = (part for part in book.activities if part.what in paid)
            hours += sum(_surcharged_h(piece, rules) for part in spans for piece in _pieces(part, zone))
        cost += hours * (book.person.terms.cost_per_h or 0.0)
    return cost


def _pieces(part: Span, zone: Any) -> Iterator[tuple[float, float]]:
    """Give a stretch of time as (clock, minutes); in short pieces where the clock is changed within it."""
    if part.end_clock - part.clock == part.minutes:
        yield part.clock, part.minutes
        return
    edges = [part.at + step for step in range(0, int(part.minutes), _PIECE_MIN)]
    instants = pd.Series(pd.to_datetime([edge * 60 for edge in edges], unit="s", utc=True))
    clocks = minutes_since(instants.dt.tz_convert(pandas_zone(zone)), zone)
    for clock, at, end in zip(clocks, edges, [*edges[1:], part.end_at], strict=True):
        yield clock, end - at


def _surcharged_h(piece: tuple[float, float], rules: Rules) -> float:
    """Return the hours of a stretch inside bands, each times the band's surcharge."""
    clock, minutes = piece
    total = 0.0
    for day in range(int(clock // DAY), int((clock + minutes) // DAY) + 1):
        for band in rules.bands:
            if WEEKDAYS[weekday(day)] not in band.days:
                continue
            first, last = (time.hour * 60 + time.minute for time in (band.from_, band.to))
            inside = [(first, last)] if first < last else [(0, last), (first, DAY)]
            for begin, end in inside:
                shared = min(clock + minutes, day * DAY + end) - max(clock, day * DAY + begin)
                total += band.surcharge * max(0.0, shared) / 60
    return total


def cover_cost(counted: pd.DataFrame, rules: Rules) -> tuple[float, float, float]:
    """Return what the hours missing cost, those too many, and the squares of both."""
    under = over = square = 0.0
    for queue, rows in counted.groupby("queue"):
        priced, hours = rules.queue(str(queue)), rows["minutes"] / 60
        under += (rows["under"] * hours).sum() * (priced.under_cost_per_h or 0.0)
        over += (rows["over"] * hours).sum() * (priced.over_cost_per_h or 0.0)
        square += (rows["square"] * hours).sum() * rules.roster.uneven_cost_per_h
    return float(under), float(over), float(square)


def duty(book: Book, rules: Rules) -> dict[str, Any]:
    """Return a person's row of the table `duties`."""
    person, roster, shifts = book.person, rules.roster, book.shifts
    days = {shift.day for shift in shifts}
    off = {number(day) for day in person.wishes_off}
    granted = len(off - days)
    if person.prefers:
        granted += sum(by_start(shift, roster) == person.prefers for shift in shifts)
    return {
        "person": person.name,
        "contract": person.contract,
        "shifts": len(shifts),
        "paid_h": sum(shift.paid_h for shift in shifts),
        "nights": sum(is_night(shift, roster) for shift in shifts),
        "weekends": len({monday(day) for day in days if weekday(day) >= 5}),
        "late_ends": sum(ends_late(shift, roster) for shift in shifts),
        "wishes": len(off) + (len(shifts) if person.prefers else 0),
        "wishes_met": granted,
    }


def fair_costs(duties: Sequence[Mapping[str, Any]], rules: Rules) -> tuple[float, float]:
    """Return what wishes not granted cost, and what unevenness does."""
    missed = [row["wishes"] - row["wishes_met"] for row in duties]
    squares = sum(row[name] ** 2 for row in duties for name in ("nights", "weekends", "late_ends"))
    squares += sum(count**2 for count in missed)
    return rules.roster.wish_cost * sum(missed), rules.roster.fair_cost * squares


def check_duties(
    own: Sequence[Mapping[str, Any]], stated: pd.DataFrame, first_day: int, breaks: Breaks
) -> None:
    """Find people of whom the table says something else."""
    says = {row["person"]: row for row in stated.to_dict("records")}
    for row in own:
        theirs = says.pop(row["person"], {})
        wrong = [
            f"{name} {theirs.get(name)}, not {value}"
            for name, value in row.items()
            if not _same(theirs.get(name), value)
        ]
        if wrong:
            breaks.on("duties", row["person"], first_day, ", ".join(wrong))
    for name in says:
        breaks.on("duties", name, first_day, "nobody of that name")


def _same(stated: Any, own: Any) -> bool:
    return stated == own or (isinstance(own, float) and stated is not None and abs(stated - own) <= 1e-6)
