"""One person's weeks alone: whether all hard rules can be kept together, whoever else works.

Each rule adds its rows and no others, so that leaving one out is leaving out its rows.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd

from scheduling.contracts import PRICEABLE
from scheduling.entries import ANY
from scheduling.people import Person
from scheduling.roster.build import Built, build
from scheduling.roster.past import NIGHT
from scheduling.rules import Rules
from scheduling.why.program import Answer, Program

# What asks for work; all other rules are kept by who does nothing.
ASKING = ("fixed", "hours_per_week_min", "days_per_week_min")
_NEVER_PRICED = ("availability", "leave", "limits")


@dataclass(frozen=True, eq=False)
class Alone:
    """A person's shifts and rules in some weeks; `fixed 0`, `fixed 1` and so on are rules of their own."""

    person: Person
    rules: Rules
    built: Built  # of the person alone, every shift of the contract in it
    weeks: range

    @cached_property
    def days(self) -> range:
        """Days of the weeks."""
        first = self.built.problem.week_first
        return range(int(first[self.weeks.start]), int(first[self.weeks.stop]))

    @cached_property
    def hard(self) -> list[str]:
        """Rules that hold, by name, fixed shifts one by one; what a planner asks for comes first."""
        prices = self.rules.roster.prices
        due = [] if "fixed" in prices else [f"fixed {place}" for place in self.fixed]
        named = [rule for rule in PRICEABLE if rule not in (*prices, *ASKING, "floor")]
        asking = [rule for rule in ASKING if rule != "fixed" and rule not in prices]
        return [*due, *asking, *_NEVER_PRICED, *named]

    @cached_property
    def fixed(self) -> dict[int, int]:
        """The numbers of the fixed shifts in these weeks, by their place in the person's list."""
        grid, lock = self.built.grid, self.built.problem.day["lock"][0]
        days = {place: grid.days.index(start.date()) for place, (start, _) in enumerate(self.person.fixed)}
        return {place: int(lock[day]) for place, day in days.items() if day in self.days}

    @cached_property
    def shifts(self) -> dict[int, list[tuple[int, frozenset[str]]]]:
        """By day, each shift and the rules that it breaks by itself."""
        p, locked = self.built.problem, set(self.fixed.values())
        found = {}
        for d in self.days:
            numbers = {*range(*p.offered[0, d]), *(n for n in locked if self._day(n) == d)}
            found[d] = [(number, self._breaks(d, number)) for number in sorted(numbers)]
        return found

    def _day(self, number: int) -> int:
        return int(self.built.grid.day[self.built.problem.shift["first"][number]])

    def _breaks(self, d: int, number: int) -> frozenset[str]:
        grid, person, shift = self.built.grid, self.person, self.built.menus.shifts[number]
        begin = int(grid.clock[shift.first])
        end = begin + shift.look.length_min
        touched = grid.days[d : d + 1 + (shift.last > grid.day_first[d + 1])]
        window, limits = person.windows[grid.days[d].weekday()], person.terms.window_min
        inside = window and window[0] <= begin and end <= window[1]
        broken = {
            "leave": bool((person.leave | person.training) & set(touched)),
            "availability": not inside,
            "limits": begin < limits[0]
            or end > limits[1]
            or (shift.kind == NIGHT and not person.terms.nights),
        }
        return frozenset(rule for rule, is_broken in broken.items() if is_broken)

    def days_broken(self, rule: str, worked: Collection[int]) -> list[date]:
        """Return the days of those among some shifts that break a rule by themselves."""
        shifts = ((d, number, broken) for d, own in self.shifts.items() for number, broken in own)
        return [
            self.built.grid.days[d] for d, number, broken in shifts if number in worked and rule in broken
        ]

    @property
    def trained_h(self) -> float:
        """Paid hours of the days of training."""
        return self.person.training_h * sum(
            self.built.grid.days[d] in self.person.training for d in self.days
        )

    def answer(self, kept: Collection[str], aim: str = "") -> Answer | None:
        """Return the best of an aim under the rules kept, None where they cannot be kept together.

        The aim is the most `hours` or `days` worked, or the fewest shifts that break one rule which is not
        kept: `availability`, `leave` or `limits`. Without an aim any roster will do.
        """
        return Program(self, kept).solved(aim)


def alone(built: Built, i: int, rules: Rules, previous: pd.DataFrame | None) -> Alone:
    """Return the program of one person of a roster, over all of its weeks."""
    person = built.crew[i]
    terms = person.terms.replace(earliest=None, latest=None, nights=True)
    free = replace(person, terms=terms, windows=(ANY,) * 7)
    return Alone(
        person, rules, build(built.grid, (free,), rules, previous), range(len(built.problem.week_first) - 1)
    )
