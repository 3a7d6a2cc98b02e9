"""A roster that was published, read back from its tables into slots and shifts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from callplan.errors import Refused, nearest
from callplan.tables import ACTIVITIES, SHIFTS, check
from scheduling.people import Person
from scheduling.results import no_rows
from scheduling.roster.grid import Grid, NDArray
from scheduling.roster.problem import BREAKS
from scheduling.rules import Rules
from scheduling.shapes import Break, Shape


class Tables(Protocol):
    """What is read of a published roster: a `Schedule`, or the tables as they stood in files."""

    @property
    def shifts(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def activities(self) -> pd.DataFrame: ...  # noqa: D102


@dataclass(frozen=True)
class Duty:
    """One shift with its breaks where they stand; `leave` is a break without an end before the shift's."""

    first: int  # slot
    last: int  # the slot after
    breaks: tuple[tuple[str, int, int], ...]  # kind, first slot, the slot after; in order
    paid_h: float
    name: str

    def cut(self, slot: int) -> "Duty":
        """Return the shift of somebody who goes at a slot; a break that has begun is ended first."""
        kept = tuple(pause for pause in self.breaks if pause[1] < slot)
        gone = max(slot, *(end for _, _, end in kept)) if kept else slot
        return replace(self, breaks=(*kept, ("leave", gone, self.last))) if gone < self.last else self

    def look(self, rules: Rules, step: int) -> Shape:
        """Return the shift's shape, every break at its one place.

        Leave is paid as the shift was: so much of it is unpaid as the breaks that it swallowed.
        """
        length = (self.last - self.first) * step
        unpaid = length - round(self.paid_h * 60)
        breaks: list[Break] = []
        for kind, begin, end in self.breaks:
            at, minutes = (begin - self.first) * step, (end - begin) * step
            if kind == "leave":
                paid = minutes - unpaid
                breaks += [Break("leave", paid, at, at, paid=True)] * (paid > 0)
                breaks += [Break("leave", unpaid, at + paid, at + paid, paid=False)] * (unpaid > 0)
            elif kind == "meal":
                breaks.append(Break("meal", minutes, at, at, rules.meal_paid))
                unpaid -= 0 if rules.meal_paid else minutes
            else:
                breaks.append(Break("rest", minutes, at, at, paid=True))
        return Shape(length, tuple(breaks))

    def words(self, grid: Grid) -> str:
        """Return the shift in words, by the clock.

        As in `09:00-17:30, meal 13:00`.
        """
        parts = [f"{grid.instant(self.first):%H:%M}-{grid.instant(self.last):%H:%M}"]
        for kind, said in (("meal", "meal"), ("rest", "rest"), ("leave", "leave from")):
            at = [f"{grid.instant(begin):%H:%M}" for what, begin, _ in self.breaks if what == kind]
            if at:
                # Leave is one stretch, of which a part may be unpaid.
                parts.append(f"{said} {' and '.join(at[:1] if kind == 'leave' else at)}")
        return ", ".join(parts)


Duties = dict[tuple[int, int], Duty]  # by person and day


def read_duties(published: Tables, grid: Grid, everyone: Sequence[Person]) -> tuple[Duties, NDArray]:
    """Return the published shifts, and the queue's number that each person serves in each slot, -1 for none.

    Raises `Refused` for shifts of people who are not in the table, outside the horizon, or off the grid.
    """
    source = "published"
    shifts, activities = (
        check(frame, table, f"{source} {table.name}") if len(frame) else no_rows(table)
        for frame, table in ((published.shifts, SHIFTS), (published.activities, ACTIVITIES))
    )
    number = {person.name: i for i, person in enumerate(everyone)}
    for name in pd.concat([shifts["person"], activities["person"]]).unique():
        if name not in number:
            raise Refused(f"{source}, person", f"{name!r} is not in people", nearest(name, number))
    served = np.full((len(everyone), len(grid.starts)), -1)
    breaks: dict[int, list[tuple[str, int, int]]] = {i: [] for i in number.values()}
    for row in activities.to_dict("records"):
        i, (begin, end) = number[row["person"]], _slots(grid, row, f"{source} activities")
        if row["activity"] == "work":
            served[i, max(0, begin) : end] = _queue(grid, row.get("queue"))
        else:
            breaks[i].append((row["activity"], begin, end))
    duties: Duties = {}
    for row in shifts.to_dict("records"):
        i, (first, last) = number[row["person"]], _slots(grid, row, f"{source} shifts")
        at = f"{source} shifts, {row['person']}, {row['start']:%Y-%m-%d %H:%M}"
        if not 0 <= first < len(grid.starts):
            raise Refused(at, "outside the requirement's days", _span(grid.days))
        place = i, int(grid.day[first])
        if place in duties:
            raise Refused(at, "a second shift of one day", "keep one of them")
        inside = tuple(pause for pause in breaks[i] if first <= pause[1] and pause[2] <= last)
        if len(inside) >= BREAKS:
            raise Refused(at, f"{len(inside)} breaks", f"a shift has {BREAKS - 1} at most")
        duties[place] = Duty(first, last, inside, row["paid_h"], row["shift"])
    return duties, served


def _slots(grid: Grid, row: dict, source: str) -> tuple[int, int]:
    edges = [
        (row[name] - grid.starts.iloc[0]) / pd.Timedelta(minutes=grid.minutes) for name in ("start", "end")
    ]
    if any(edge % 1 for edge in edges):
        raise Refused(
            f"{source}, {row['person']}, {row['start']:%Y-%m-%d %H:%M}",
            f"not on steps of {grid.minutes} minutes",
            "move it to those that the rules plan on",
        )
    return int(edges[0]), int(edges[1])


def _queue(grid: Grid, name: object) -> int:
    if isinstance(name, str) and name in grid.queues:
        return grid.queues.index(name)
    if pd.isna(name) and len(grid.queues) == 1:
        return 0
    raise Refused("published activities, queue", f"unknown queue {name!r}", nearest(str(name), grid.queues))


def _span(days: Sequence[date]) -> str:
    return f"they run from {days[0]} to {days[-1]}"
