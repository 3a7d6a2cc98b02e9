"""A roster as it stands, and the shortage in it that is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduling.roster.build import Built
from scheduling.roster.problem import OFF, Problem, State
from scheduling.why.trouble import NOTHING
from scheduling.why.windows import Window


@dataclass(frozen=True)
class Stage:
    """A roster, and the shortage that is looked at: slots of one queue."""

    built: Built
    state: State
    window: Window
    queue: int
    slots: range

    @property
    def days(self) -> range:
        """Days of the window."""
        day = self.built.grid.day
        return range(int(day[self.slots[0]]), int(day[self.slots[-1]]) + 1)

    @property
    def weeks(self) -> range:
        """Weeks of the window."""
        week_first = self.built.grid.week_first
        first, last = np.searchsorted(week_first, (self.days[0], self.days[-1]), side="right") - 1
        return range(int(first), int(last) + 1)

    def short_h(self, state: State, *, here: bool) -> float:
        """Return the hours of one agent that are missing, in the window (`here`) or at any time."""
        demand = self.built.problem.demand
        missing = np.maximum(np.maximum(demand.need, demand.floor) - state.heads, 0)
        part = missing[self.queue, self.slots] if here else missing
        return float(part.sum()) * self.built.grid.minutes / 60

    def jobs(self, people: Iterable[int]) -> dict[int, list[int]]:
        """Return the weeks of the window of some people, as the search numbers them."""
        weeks = len(self.built.problem.week_first) - 1
        return {i: [i * weeks + week for week in self.weeks] for i in people}


def stage(built: Built, state: State, window: Window) -> Stage:
    """Put a window on the grid of a roster."""
    grid = built.grid
    slots = range(grid.slot(window.start), grid.slot(window.end))
    return Stage(built, state, window, grid.queues.index(window.queue), slots)


def told(spot: Stage, here: float, mended: float) -> str:
    """Say in brackets how many hours of a window's shortage something mends, and how many at any time."""
    whole = spot.short_h(spot.state, here=True)
    part = "all of it" if whole - here < NOTHING else f"{here:.4g} of {whole:.4g} h"
    if mended - here > NOTHING:
        return f" (mends {part}, and {mended - here:.4g} h at other times)"
    if here - mended > NOTHING:
        return f" (mends {part}, of which {here - mended:.4g} h are then short at other times)"
    return f" (mends {part})"


def paid(p: Problem, state: State) -> float:
    """Return what the shifts of a roster cost."""
    return float(p.shift["cost"][state.rows[state.rows != OFF]].sum())
