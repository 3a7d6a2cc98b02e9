"""A roster that was found, as the tables that it travels in."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from callplan.tables import ACTIVITIES, COVERAGE, DUTIES, SHIFT_PLAN, SHIFTS, check
from scheduling.people import PREFERENCES
from scheduling.results import Schedule, no_rows
from scheduling.roster.build import Built
from scheduling.roster.grid import Grid, NDArray
from scheduling.roster.menus import Shift
from scheduling.roster.past import NIGHT
from scheduling.roster.problem import State

_AWAY = -1  # of a slot on a shift: a break


def written(built: Built, state: State, served: NDArray | None = None) -> Schedule:
    """Return the tables of a roster, without an outcome.

    `served` names the queue by person and slot that each served as published: where they may, they stay.
    """
    worked = [_Worked(built, state, int(i), int(d)) for i, d in np.argwhere(state.rows >= 0)]
    serves = _queues_by_slot(built, state, worked, served)
    shifts = [shift.row() for shift in worked]
    activities = [row for shift in worked for row in shift.activities(serves)]
    activities += list(_days_away(built))
    return Schedule(
        shift_plan=_counted(worked),
        coverage=_coverage(built.grid, state.heads),
        outcome=(),
        shifts=_table(shifts, SHIFTS),
        activities=_table(activities, ACTIVITIES),
        duties=_table(_duties(built, worked), DUTIES),
    )


def _table(rows: list[dict[str, Any]], table: Any) -> pd.DataFrame:
    return check(pd.DataFrame(rows), table) if rows else no_rows(table)


class _Worked:
    """One shift that one person works."""

    def __init__(self, built: Built, state: State, i: int, d: int) -> None:
        self.grid, self.person, self.i, self.d = built.grid, built.crew[i], i, d
        self.shift: Shift = built.menus.shifts[state.rows[i, d]]
        breaks = self.shift.look.breaks
        self.begins = [int(slot) for slot in state.begins[i, d, : len(breaks)]]
        self.start = self.grid.instant(self.shift.first)
        self.end = self.grid.instant(self.shift.last)

    @property
    def name(self) -> str:
        """What the shift is called."""
        after = tuple((slot - self.shift.first) * self.grid.minutes for slot in self.begins)
        return self.shift.template or self.shift.look.name(after)

    def row(self) -> dict[str, Any]:
        """Return the row of the table `shifts`."""
        return {
            "person": self.person.name,
            "start": self.start,
            "end": self.end,
            "shift": self.name,
            "paid_h": self.shift.look.paid_h,
        }

    def slots(self) -> dict[int, str]:
        """Return what is done in each slot: work, meal or rest."""
        done = dict.fromkeys(range(self.shift.first, self.shift.last), "work")
        for pause, begin in zip(self.shift.look.breaks, self.begins, strict=True):
            for slot in range(begin, begin + pause.length_min // self.grid.minutes):
                done[slot] = pause.kind
        return done

    def activities(self, serves: NDArray) -> Iterator[dict[str, Any]]:
        """Return the rows of `activities`; `serves` is the queue's number by person and slot."""
        doing = [(slot, what, int(serves[self.i, slot])) for slot, what in self.slots().items()]
        for (what, queue), slots in groupby(doing, key=lambda part: part[1:]):
            numbers = [slot for slot, _, _ in slots]
            yield {
                "person": self.person.name,
                "start": self.grid.instant(numbers[0]),
                "end": self.grid.instant(numbers[-1] + 1),
                "activity": what,
                "queue": self.grid.queues[queue] if what == "work" else None,
            }


def _queues_by_slot(
    built: Built, state: State, worked: list[_Worked], served: NDArray | None = None
) -> NDArray:
    """Say which queue each person serves in each slot, so that `split` is met and few change queues.

    Who was to serve a queue comes first, then who goes on with it, then who has the higher level in it.
    """
    grid, p = built.grid, built.problem
    serves = np.full((len(built.crew), len(grid.starts)), _AWAY, np.int64)
    at_work: dict[tuple[int, int], list[int]] = {}
    for shift in worked:
        for slot, what in shift.slots().items():
            if what == "work":
                at_work.setdefault((int(p.person["skills"][shift.i]), slot), []).append(shift.i)
    for (s, slot), people in sorted(at_work.items(), key=lambda item: item[0][1]):
        free = set(people)
        for q in np.flatnonzero(state.split[s, :, slot]):

            def rank(i: int, q: int = int(q), slot: int = slot) -> tuple[bool, bool, int, int]:
                stays = served is not None and served[i, slot] == q
                goes_on = slot > 0 and serves[i, slot - 1] == q
                return not stays, not goes_on, -built.crew[i].skills.get(grid.queues[q], 0), i

            chosen = sorted(free, key=rank)[: state.split[s, q, slot]]
            serves[chosen, slot] = q
            free.difference_update(chosen)
    return serves


def _days_away(built: Built) -> Iterator[dict[str, Any]]:
    grid = built.grid
    for person in built.crew:
        for d, day in enumerate(grid.days):
            if day in person.leave | person.training:
                yield {
                    "person": person.name,
                    "start": grid.instant(grid.day_first[d]),
                    "end": grid.instant(grid.day_first[d + 1]),
                    "activity": "leave" if day in person.leave else "training",
                    "queue": None,
                }


def _coverage(grid: Grid, heads: NDArray) -> pd.DataFrame:
    """Return needed against staffed by interval: means over its slots."""
    rows = grid.rows
    parts = rows["minutes"].iloc[0] // grid.minutes
    slots = rows["slot"].to_numpy()[:, None] + np.arange(parts)
    staffed = heads[rows["number"].to_numpy()[:, None], slots]
    spare = staffed - rows["rostered"].to_numpy()[:, None]
    table = rows[["queue", "start", "minutes"]].assign(
        needed=rows["rostered"],
        staffed=staffed.mean(axis=1),
        over=np.maximum(spare, 0).mean(axis=1),
        under=np.maximum(-spare, 0).mean(axis=1),
    )
    return check(table, COVERAGE)


def _counted(worked: list[_Worked]) -> pd.DataFrame:
    """Return the shift plan: how many work which shift, by the queues that they may serve."""
    rows: dict[tuple[str, pd.Timestamp, str], dict[str, Any]] = {}
    for shift in worked:
        queue = ", ".join(sorted(shift.person.skills))
        row = rows.setdefault(
            (queue, shift.start, shift.name), {"queue": queue, **shift.row(), **_meal(shift), "heads": 0}
        )
        row["heads"] += 1
    return _table([{key: row[key] for key in SHIFT_PLAN.names()} for row in rows.values()], SHIFT_PLAN)


def _meal(shift: _Worked) -> dict[str, Any]:
    breaks = list(zip(shift.shift.look.breaks, shift.begins, strict=True))
    meals = [(pause, slot) for pause, slot in breaks if pause.kind == "meal"]
    rests = [
        (slot - shift.shift.first) * shift.grid.minutes for pause, slot in breaks if pause.kind == "rest"
    ]
    begin = shift.grid.instant(meals[0][1]) if meals else pd.NaT
    return {
        "meal_start": begin,
        "meal_end": begin + pd.Timedelta(minutes=meals[0][0].length_min if meals else 0),
        "rests_after": "|".join(f"{after / 60:g}" for after in rests) or None,
    }


def _duties(built: Built, worked: list[_Worked]) -> list[dict[str, Any]]:
    """Return what the roster asks of each person."""
    weeks = np.searchsorted(built.grid.week_first, np.arange(len(built.grid.days)), side="right")
    own: dict[int, list[_Worked]] = {i: [] for i in range(len(built.crew))}
    for shift in worked:
        own[shift.i].append(shift)
    rows = []
    for i, shifts in own.items():
        person = built.crew[i]
        days = {built.grid.days[shift.d] for shift in shifts}
        liked = sum(PREFERENCES[shift.shift.part] == person.prefers for shift in shifts)
        rows.append(
            {
                "person": person.name,
                "contract": person.contract,
                "shifts": len(shifts),
                "paid_h": float(sum(shift.shift.look.paid_h for shift in shifts)),
                "nights": sum(shift.shift.kind == NIGHT for shift in shifts),
                "weekends": len({weeks[s.d] for s in shifts if built.grid.days[s.d].weekday() >= 5}),
                "late_ends": sum(shift.shift.late_end for shift in shifts),
                "wishes": len(person.wishes_off) + (len(shifts) if person.prefers else 0),
                "wishes_met": len(person.wishes_off - days) + liked,
            }
        )
    return rows
