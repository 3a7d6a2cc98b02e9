"""A finished roster read back from its tables into a state of the search."""

from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Refused
from scheduling.results import Schedule
from scheduling.roster.build import Built
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import State, blank


def loaded(built: Built, schedule: Schedule) -> State:
    """Return a finished roster as a state of the search.

    Raises `Refused` for somebody unknown, and for a shift that its person has not under these rules.
    """
    from scheduling.roster import search

    p, grid, state = built.problem, built.grid, blank(built.problem, 0)
    number = {person.name: i for i, person in enumerate(built.crew)}
    doing = schedule.activities[schedule.activities["activity"].isin(["meal", "rest"])]
    pauses = {name: np.sort(_slots(grid, own["start"])) for name, own in doing.groupby("person")}
    shifts = schedule.shifts
    edges = zip(shifts["person"], _slots(grid, shifts["start"]), _slots(grid, shifts["end"]), strict=True)
    for name, first, last in edges:
        i = number.get(name)
        d = int(grid.day[first]) if 0 <= first < len(grid.starts) else -1
        shift = _find(built, i, d, first, last) if i is not None and d >= 0 else None
        own = pauses.get(name, np.empty(0, int))
        own = own[(own >= first) & (own < last)]
        if i is None or shift is None or len(own) != p.shift["breaks"][shift]:
            found = f"{name}, {grid.instant(first):%Y-%m-%d %H:%M}: no shift of these people and rules"
            raise Refused("schedule", found, "give the people and rules that it was made with")
        state.rows[i, d] = shift
        state.begins[i, d, : len(own)] = own
    work = schedule.activities[schedule.activities["activity"] == "work"]
    spans = (_slots(grid, work[edge]) for edge in ("start", "end"))
    for name, queue, first, last in zip(work["person"], work["queue"], *spans, strict=True):
        q = grid.queues.index(queue)
        state.heads[q, first:last] += 1
        state.split[p.person["skills"][number[name]], q, first:last] += 1
    search.cost_of(p, state)
    return state


def _slots(grid: Any, instants: pd.Series) -> NDArray:
    passed = (instants - grid.starts.iloc[0]) / pd.Timedelta(minutes=grid.minutes)
    return passed.to_numpy(float).round().astype(int)


def _find(built: Built, i: int, d: int, first: int, last: int) -> int | None:
    """Return the number of a person's shift of a day from one slot to before another."""
    p = built.problem
    own = np.arange(*p.offered[p.person["menu"][i], d])
    if p.day["lock"][i, d] >= 0:
        own = np.append(own, p.day["lock"][i, d])
    fitting = own[(p.shift["first"][own] == first) & (p.shift["last"][own] == last)]
    return int(fitting[0]) if len(fitting) else None
