"""A published roster under a change, before anything is mended: what falls, what is cut, what must stay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from callplan.errors import Refused
from scheduling.changes import Change, Swap
from scheduling.entries import parts
from scheduling.people import Person
from scheduling.roster.build import Built, build
from scheduling.roster.grid import Grid, NDArray
from scheduling.roster.menus import Menus
from scheduling.roster.problem import FREE, HARD, OFF, State, blank
from scheduling.roster.published import Duties, Duty


@dataclass(frozen=True, eq=False)
class Standing:
    """What is left of a published roster; arrays are by person and day."""

    grid: Grid
    published: Duties
    left: Duties
    absent: NDArray  # away on the day
    asked: NDArray  # settled by the change itself: a swap, or a day off
    begun: NDArray  # over, or begun before now
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)

    def leave_of(self, everyone: Sequence[Person]) -> dict[str, list[date]]:
        """Return whose days become leave: those away on which a shift was published that has not begun."""
        leave: dict[str, list[date]] = {}
        for i, d in sorted(self.published.keys() - self.left.keys()):
            day = self.grid.days[d]
            if self.absent[i, d] and day not in everyone[i].leave | everyone[i].training:
                leave.setdefault(everyone[i].name, []).append(day)
        return leave


def stand(change: Change, grid: Grid, everyone: Sequence[Person], published: Duties, now: int) -> Standing:
    """Apply a change to published shifts; what begins before the slot `now` stands."""
    shape = len(everyone), len(grid.days)
    over = grid.day_first[1:] <= now
    result = Standing(
        grid,
        published,
        dict(published),
        absent=np.zeros(shape, bool),
        asked=np.zeros(shape, bool),
        begun=np.broadcast_to(over, shape).copy(),
    )
    for place, duty in published.items():
        result.begun[place] |= duty.first < now
    number = {person.name: i for i, person in enumerate(everyone)}
    _send_away(result, change, everyone, number, now)
    for where, entry in enumerate(change.days_off):
        place = number[entry.person], grid.days.index(entry.day)
        _refuse_begun(result, place, f"change, days_off.{where}", entry.person)
        result.left.pop(place, None)
        result.asked[place] = True
        result.reasons[place] = "day off asked for"
    for where, swap in enumerate(change.swaps):
        _swap(result, swap, number, f"change, swaps.{where}")
    return result


def _send_away(
    result: Standing, change: Change, everyone: Sequence[Person], number: dict[str, int], now: int
) -> None:
    """Take off the shifts of who is away; one that has begun is cut."""
    grid, why = result.grid, {}
    for i, person in enumerate(everyone):
        for d, day in enumerate(grid.days):
            if day in person.leave | person.training:
                why[i, d] = "leave" if day in person.leave else "training"
    for absence in change.absences:
        for d, day in enumerate(grid.days):
            if absence.from_ <= day <= absence.until:
                why[number[absence.person], d] = absence.reason
    for place in why:
        result.absent[place] = True
    for (i, d), duty in result.published.items():
        away = [t for t in range(grid.day[duty.first], grid.day[duty.last - 1] + 1) if result.absent[i, t]]
        if not away:
            continue
        if not result.begun[i, d]:
            del result.left[i, d]
        elif duty.last > now:
            result.left[i, d] = duty.cut(max(now, int(grid.day_first[away[0]])))
        result.reasons[i, d] = why[i, away[0]]


def _swap(result: Standing, swap: Swap, number: dict[str, int], where: str) -> None:
    """Let two people each work what the other has, on every day of the swap."""
    grid, one, other = result.grid, number[swap.person], number[swap.with_]
    if (one, grid.days.index(swap.day)) not in result.left:
        raise Refused(where, f"{swap.person} has no shift on {swap.day}", "name the day of one")
    if swap.their_day and (other, grid.days.index(swap.their_day)) not in result.left:
        raise Refused(where, f"{swap.with_} has no shift on {swap.their_day}", "name the day of one")
    for day in swap.days:
        d = grid.days.index(day)
        for i, name in ((one, swap.person), (other, swap.with_)):
            _refuse_begun(result, (i, d), where, name)
            result.asked[i, d] = True
            result.reasons[i, d] = f"swap with {swap.with_ if i == one else swap.person}"
        mine, theirs = result.left.pop((one, d), None), result.left.pop((other, d), None)
        if mine:
            result.left[other, d] = mine
        if theirs:
            result.left[one, d] = theirs


def _refuse_begun(result: Standing, place: tuple[int, int], where: str, name: str) -> None:
    if result.begun[place]:
        found = f"{name}'s {result.grid.days[place[1]]} is over, or has begun"
        raise Refused(where, found, "name a later day")


def with_leave(people: pd.DataFrame, days: dict[str, list[date]]) -> pd.DataFrame:
    """Return the table `people` with days of leave more, and without fixed shifts on them."""
    names = people["person"].astype(str).str.strip()
    columns = {}
    for column in ("leave", "fixed"):
        cells = people[column] if column in people else pd.Series(None, people.index, dtype=object)
        columns[column] = cells.astype(object).where(cells.notna(), None)
    for name, more in days.items():
        texts = [day.isoformat() for day in more]
        at = people.index[names == name][0]
        columns["leave"][at] = "|".join([*parts(columns["leave"][at]), *texts])
        fixed = [part for part in parts(columns["fixed"][at]) if part[:10] not in texts]
        columns["fixed"][at] = "|".join(fixed) or None
    return people.assign(**columns)


@dataclass(frozen=True, eq=False)
class Ground:
    """What a search starts from."""

    built: Built
    rows: NDArray  # [person, day] shift that stands, or OFF
    fixed: NDArray  # [person, day] whether nothing else may be


def lay_ground(
    result: Standing,
    change: Change,
    everyone: tuple[Person, ...],
    menus: Menus,
    previous: pd.DataFrame | None,
    now: int,
) -> Ground:
    """Return the arrays in which each published shift is one of its own, breaks and all."""
    grid, rules = result.grid, menus.rules
    was, rows = (np.full(result.absent.shape, OFF) for _ in range(2))
    for numbers, duties in ((was, result.published), (rows, result.left)):
        for (i, d), duty in duties.items():
            same = numbers is rows and result.published.get((i, d)) == duty
            numbers[i, d] = was[i, d] if same else _number(menus, everyone[i], duty)
    built = build(grid, everyone, rules, previous, menus=menus)
    p = built.problem
    locked = [person.name in change.locked_people for person in everyone]
    days = [day in change.locked_days for day in grid.days]
    settled = np.array(locked)[:, None] | np.array(days) | result.begun | result.asked | result.absent
    _lock(built, rows, settled)
    p.day["was"] = was
    p.day["first"] = np.maximum(p.day["first"], now)
    for i, d in np.argwhere(result.absent):
        if d:
            p.day["last"][i, d - 1] = min(p.day["last"][i, d - 1], grid.day_first[d])
        week = np.searchsorted(grid.week_first, d, side="right") - 1
        p.limit["days_least"][i, week], p.limit["hours_least"][i, week] = 0, 0.0
    for i, d in np.argwhere((was >= 0) & ~settled):
        first, last = p.shift["first"][was[i, d]], p.shift["last"][was[i, d]]
        if first < p.day["first"][i, d] or last > p.day["last"][i, d]:
            p.day["was"][i, d], rows[i, d] = FREE, OFF
            result.reasons.setdefault((i, d), "not available")
    p.rules["change"] = _change_cost(change, built)
    return Ground(built, rows, settled)


def placed(built: Built, rows: NDArray) -> State:
    """Return the state in which these shifts are worked, each break as early as it may be."""
    from scheduling.roster import doors, search

    p = built.problem
    state = blank(p, 0)
    search.cost_of(p, state)
    state.rows[:] = rows
    for i, d in np.argwhere(rows >= 0):
        state.begins[i, d] = p.shift["earliest"][rows[i, d]]
        doors.place(p, state, int(i), int(d), search.IN)
    return state


def _number(menus: Menus, person: Person, duty: Duty) -> int:
    template = duty.name if person.terms.templates else ""
    return menus.add(person, duty.first, duty.look(menus.rules, menus.grid.minutes), template)


def _lock(built: Built, rows: NDArray, settled: NDArray) -> None:
    """Lock what is settled; a fixed shift that may be given up, and was, is free."""
    p = built.problem
    for i, d in np.argwhere((p.day["lock"] != FREE) & ~settled):
        fixed, own = p.shift[p.day["lock"][i, d]], p.shift[rows[i, d]]
        kept = rows[i, d] >= 0 and fixed["first"] == own["first"] and fixed["last"] == own["last"]
        if kept:
            p.day["lock"][i, d] = rows[i, d]
        elif "fixed" in built.menus.rules.roster.prices:
            p.day["lock"][i, d] = FREE
    p.day["lock"][settled] = rows[settled]
    p.rules["fixed"] = HARD


def _change_cost(change: Change, built: Built) -> float:
    if change.change_cost is not None:
        return change.change_cost
    hours = built.grid.minutes / 60
    return float(built.problem.demand.queue["under"].max() / hours)
