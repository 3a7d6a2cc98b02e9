"""Every shift that people of one contract and one set of skills may work, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scheduling.clock import between, minute, minutes_of
from scheduling.contracts import Contract
from scheduling.people import Person
from scheduling.roster.grid import Grid, NDArray, past_midnight, since_midnight
from scheduling.roster.past import NIGHT, part_of
from scheduling.rules import Rules
from scheduling.shapes import Break, Shape, shape


@dataclass(frozen=True)
class Shift:
    """One shift that may be worked, on one day, its breaks still free to move in their windows."""

    first: int  # slot
    last: int  # the slot after
    look: Shape
    template: str  # the fixed shift's name, or empty
    cost: float  # with the cheapest place of unpaid breaks
    part: int
    kind: int
    late_end: bool


@dataclass(eq=False)
class Menus:
    """Shifts by number, and who may choose from which: shifts of one menu and day stand together."""

    grid: Grid
    rules: Rules
    shifts: list[Shift] = field(default_factory=list)
    first: list[list[int]] = field(default_factory=list)  # [menu][day]
    last: list[list[int]] = field(default_factory=list)
    of: dict[tuple[object, ...], int] = field(default_factory=dict)

    def number(self, person: Person) -> int:
        """Return the number of a person's menu, written when first asked for."""
        hours = {
            "days_per_week": 7,
            "days_per_week_min": 0,
            "hours_per_week_min": 0.0,
            "hours_per_week_max": None,
        }
        key = (person.terms.replace(**hours), frozenset(person.skills))
        if key not in self.of:
            self.of[key] = len(self.of)
            self._write(person)
        return self.of[key]

    def add(self, person: Person, first: int, look: Shape, template: str = "") -> int:
        """Return the number of a shift of one person alone, such as a fixed one, on no menu."""
        self.shifts.append(self._shift(person.terms, first, look, template))
        return len(self.shifts) - 1

    def openings(self, person: Person) -> tuple[NDArray, NDArray]:
        """Return by slot whether anything the person serves is open, and the slots in which nothing is."""
        queues = [self.grid.queues.index(queue) for queue in person.skills]
        is_open: NDArray = np.any(self.grid.open[queues], axis=0)
        return is_open, np.flatnonzero(~np.append(is_open, False))

    def _write(self, person: Person) -> None:
        self.first.append([])
        self.last.append([])
        is_open, closes = self.openings(person)
        for day in range(len(self.grid.days)):
            self.first[-1].append(len(self.shifts))
            for first, look, template in self._places(person.terms, is_open, day):
                until = closes[np.searchsorted(closes, first)]
                if first + self.grid.slots_of(look.length_min) <= until and self.allows(
                    person.terms, first, look
                ):
                    found = self._shift(person.terms, first, look, template)
                    if person.terms.nights or found.kind != NIGHT:
                        self.shifts.append(found)
            self.last[-1].append(len(self.shifts))

    def _places(self, terms: Contract, is_open: NDArray, day: int) -> Iterator[tuple[int, Shape, str]]:
        """Return where each shift may begin on a day, openings left aside."""
        grid = self.grid
        slots = range(grid.day_first[day], grid.day_first[day + 1])
        if terms.templates:
            starts = {int(grid.clock[slot]): slot for slot in reversed(slots)}
            for name in terms.templates:
                slot = starts.get(self.rules.templates[name].start_min)
                if slot is not None:
                    yield slot, fixed_look(self.rules, name, grid.minutes), name
            return
        general = terms.under(self.rules)
        looks = [shape(general, length, grid.minutes) for length in general.lengths_min()]
        for slot in slots:
            opens = is_open[slot] and (slot == 0 or not is_open[slot - 1])
            if grid.clock[slot] % general.start_every_min == 0 or opens:
                for look in looks:
                    if general.may_begin(int(grid.clock[slot]), look.length_min):
                        yield slot, look, ""

    def allows(self, terms: Contract, first: int, look: Shape) -> bool:
        """Say whether a contract allows a shift by the clock; nights left aside."""
        last = first + self.grid.slots_of(look.length_min)
        if not self.rules.overnight and past_midnight(self.grid, first, last):
            return False
        begin, end = since_midnight(self.grid, first, last)
        return terms.window_min[0] <= begin and end <= terms.window_min[1]

    @cached_property
    def _pay(self) -> NDArray:
        """Sum until each slot of what paid hours cost, in units of what one hour of the person costs."""
        rate = np.ones(len(self.grid.starts))
        moments = list(zip(self.grid.weekdays[self.grid.day].tolist(), self.grid.clock.tolist(), strict=True))
        for band in self.rules.bands:
            rate += [band.surcharge * band.holds(weekday, moment) for weekday, moment in moments]
        return _sums(rate * self.grid.minutes / 60)

    @cached_property
    def _night_min(self) -> NDArray:
        """Minutes of the night until each slot."""
        roster = self.rules.roster
        night = [between(moment, roster.night_from, roster.night_to) for moment in self.grid.clock.tolist()]
        return _sums(np.array(night) * self.grid.minutes)

    def _shift(self, terms: Contract, first: int, look: Shape, template: str) -> Shift:
        roster, step = self.rules.roster, self.grid.minutes
        last = first + self.grid.slots_of(look.length_min)
        cost = self._pay[last] - self._pay[first]
        for pause in look.breaks:
            if not pause.paid:
                starts = np.arange(first + pause.earliest_min // step, first + pause.latest_min // step + 1)
                cost -= (self._pay[starts + pause.length_min // step] - self._pay[starts]).max()
        if self.rules.overtime_from_h is not None:
            cost += self.rules.overtime_surcharge * max(0.0, look.paid_h - self.rules.overtime_from_h)
        begin, end = since_midnight(self.grid, first, last)
        part = part_of(begin, self.rules)
        night = self._night_min[last] - self._night_min[first] >= minutes_of(roster.night_h)
        return Shift(
            first,
            last,
            look,
            template,
            cost=float(cost * (terms.cost_per_h or 0.0)),
            part=part,
            kind=NIGHT if night else part,
            late_end=end > minute(roster.late_end),
        )


def _sums(values: NDArray) -> NDArray:
    return np.concatenate([[0.0], np.cumsum(values)])


def fixed_look(rules: Rules, name: str, step: int) -> Shape:
    """Return what a fixed shift looks like: its meals where they stand, rests in their windows."""
    template = rules.templates[name]
    meals = [
        Break("meal", end - begin, begin - template.start_min, begin - template.start_min, rules.meal_paid)
        for begin, end in template.meals
    ]
    rests = shape(rules.replace(contracts={}, meal_min=0), template.length_min, step).breaks
    return Shape(template.length_min, tuple(sorted((*meals, *rests), key=lambda pause: pause.earliest_min)))
