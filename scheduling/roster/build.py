"""People, rules and a requirement as the arrays that the search reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scheduling.clock import DAY_MIN, minutes_of
from scheduling.contracts import KINDS, PRICEABLE
from scheduling.people import PREFERENCES, Person
from scheduling.roster.grid import Grid, NDArray
from scheduling.roster.menus import Menus, Shift, fixed_look
from scheduling.roster.past import read_past
from scheduling.roster.problem import (
    COVER,
    DAY,
    FREE,
    HARD,
    LIMIT,
    MENU,
    PERSON,
    QUEUE,
    RULES,
    SHIFT,
    WEEK,
    Demand,
    Problem,
)  # fmt: skip
from scheduling.rules import Rules
from scheduling.shapes import shape

NO_LIMIT = 1e9


@dataclass(frozen=True, eq=False)
class Built:
    """The arrays, and what their numbers mean."""

    problem: Problem
    grid: Grid
    crew: tuple[Person, ...]
    menus: Menus


def build(
    grid: Grid,
    crew: tuple[Person, ...],
    rules: Rules,
    previous: pd.DataFrame | None = None,
    *,
    menus: Menus | None = None,
) -> Built:
    """Return a roster's problem; nobody has a shift yet, and nothing was published.

    `menus` may hold shifts of single people already, such as those that were published.
    """
    menus = menus or Menus(grid, rules)
    menu = np.array([menus.number(person) for person in crew])
    lock = _locks(grid, crew, rules, menus, menu)
    sets = sorted({tuple(sorted(person.skills)) for person in crew})
    past = read_past(previous, grid, crew, rules)
    problem = Problem(
        demand=_demand(
            grid, rules, np.array([[queue in skills for queue in grid.queues] for skills in sets])
        ),
        day_first=grid.day_first,
        week_first=grid.week_first,
        weekend=grid.weekdays >= 5,
        bin_clock=np.unique(np.array([grid.clock[shift.first] for shift in menus.shifts], np.int64)),
        shift=_shifts(grid, menus),
        offered=np.stack([np.array(menus.first), np.array(menus.last)], axis=-1),
        menu=_menus(menus, crew, menu, rules),
        person=_people(grid, crew, menu, sets, past),
        day=_days(grid, crew, lock),
        limit=_limits(grid, crew, past),
        past_hours=past["past_hours"],
        rules=_rules(rules),
    )
    return Built(problem, grid, crew, menus)


def _demand(grid: Grid, rules: Rules, can: NDArray) -> Demand:
    hours = grid.minutes / 60
    terms = [rules.queue(name) for name in grid.queues]
    queue, price = np.zeros(len(terms), QUEUE), np.zeros(1, COVER)
    queue["under"] = [(own.under_cost_per_h or 0.0) * hours for own in terms]
    queue["over"] = [(own.over_cost_per_h or 0.0) * hours for own in terms]
    queue["square"] = rules.roster.uneven_cost_per_h * hours
    price["floor"] = rules.roster.prices.get("floor", HARD)
    floor = np.array([own.heads_at_least or 0 for own in terms], float)
    return Demand(grid.need, np.where(grid.open, floor[:, None], -1.0), can, queue, price)


def _shifts(grid: Grid, menus: Menus) -> NDArray:
    table = np.zeros(len(menus.shifts), SHIFT)
    for record, shift in zip(table, menus.shifts, strict=True):
        for name in ("first", "last", "cost", "part", "kind", "late_end"):
            record[name] = getattr(shift, name)
        record["paid_h"] = shift.look.paid_h
        record["clock"] = grid.clock[shift.first]
        record["breaks"] = len(shift.look.breaks)
        for k, pause in enumerate(shift.look.breaks):
            record["earliest"][k] = shift.first + pause.earliest_min // grid.minutes
            record["latest"][k] = shift.first + pause.latest_min // grid.minutes
            record["length"][k] = pause.length_min // grid.minutes
    table["bin"] = np.searchsorted(np.unique(table["clock"]), table["clock"])
    return table


def _people(
    grid: Grid, crew: Sequence[Person], menu: NDArray, sets: list[tuple[str, ...]], past: dict[str, NDArray]
) -> NDArray:
    table = np.zeros(len(crew), PERSON)
    for name in PERSON.names or ():
        if name.startswith("past_"):
            table[name] = past[name]
    table["menu"] = menu
    for record, person in zip(table, crew, strict=True):
        record["skills"] = sets.index(tuple(sorted(person.skills)))
        record["prefers"] = PREFERENCES.index(person.prefers) if person.prefers else -1
        record["training_h"] = person.training_h
        record["rest"] = grid.slots_of(minutes_of(person.terms.rest_h or 0))
        record["run_most"] = person.terms.days_in_a_row or NO_LIMIT
    return table


def _days(grid: Grid, crew: Sequence[Person], lock: NDArray) -> NDArray:
    """Return between which slots each day's shift must lie; a day away ends the night before it too."""
    table = np.zeros(lock.shape, DAY)
    table["lock"], table["was"] = lock, FREE
    for i, person in enumerate(crew):
        for d, day in enumerate(grid.days):
            record = table[i, d]
            record["trained"], record["wish_off"] = day in person.training, day in person.wishes_off
            window = person.windows[day.weekday()]
            away = day in person.leave | person.training
            if window and not away:
                record["first"], record["last"] = grid.slot_at(d, window[0]), grid.slot_at(d, window[1])
            if away and d:
                table[i, d - 1]["last"] = min(table[i, d - 1]["last"], grid.day_first[d])
    return table


def _locks(grid: Grid, crew: Sequence[Person], rules: Rules, menus: Menus, menu: NDArray) -> NDArray:
    """Return the shift that must stand on each day, written as one of its person's own if no menu has it."""
    lock = np.full((len(crew), len(grid.days)), FREE)
    for i, person in enumerate(crew):
        for start, end in person.fixed:
            day = grid.days.index(start.date())
            first = grid.slot_at(day, start.hour * 60 + start.minute)
            last = grid.slot_at(day, (end.date() - start.date()).days * DAY_MIN + end.hour * 60 + end.minute)
            lock[i, day] = find_shift(grid, menus, rules, person, menu[i], first, last)
    return lock


def find_shift(
    grid: Grid, menus: Menus, rules: Rules, person: Person, menu: int, first: int, last: int
) -> int:
    """Return the number of the shift from one slot to before another, added if the person's menu lacks it."""
    day = int(grid.day[first])
    for number in range(menus.first[menu][day], menus.last[menu][day]):
        if (menus.shifts[number].first, menus.shifts[number].last) == (first, last):
            return number
    minutes = (last - first) * grid.minutes
    if person.terms.templates:
        fitting = [name for name in person.terms.templates if rules.templates[name].length_min == minutes]
        if fitting:
            return menus.add(person, first, fixed_look(rules, fitting[0], grid.minutes), fitting[0])
    return menus.add(person, first, shape(person.terms.under(rules), minutes, grid.minutes))


def _limits(grid: Grid, crew: Sequence[Person], past: dict[str, NDArray]) -> NDArray:
    """Return what each person may and must work in each week, less for leave."""
    table = np.zeros((len(crew), len(grid.week_first) - 1), LIMIT)
    for i, person in enumerate(crew):
        terms = person.terms
        for w, (begin, end) in enumerate(zip(grid.week_first[:-1], grid.week_first[1:], strict=True)):
            away = sum(day in person.leave for day in grid.days[begin:end])
            most = max(0, terms.days_per_week - away)
            part = most / terms.days_per_week * (end - begin == WEEK)
            now = 0 if w else 1  # the first week may have begun before the horizon
            table[i, w] = (
                most - now * past["past_days_now"][i],
                int(terms.days_per_week_min * part),
                (terms.hours_per_week_max or NO_LIMIT) - now * past["past_hours_now"][i],
                terms.hours_per_week_min * part,
            )
    return table


def _rules(rules: Rules) -> NDArray:
    roster, table = rules.roster, np.zeros(1, RULES)
    record = table[0]
    for name, limit in (
        ("nights_most", roster.nights_in_a_row),
        ("weekends_most", roster.weekends_in_four),
        ("off_least", roster.days_off_joined),
        ("starts_most", roster.starts_within_min),
        ("period_most", roster.hours_per_period),
    ):
        record[name] = -1 if limit is None else limit
    for earlier, later in roster.forbidden:
        record["banned"][KINDS.index(earlier), KINDS.index(later)] = True
    for name in PRICEABLE:
        if name in (RULES.names or ()):
            record[name] = roster.prices.get(name, HARD)
    record["wish"], record["fair"] = roster.wish_cost, roster.fair_cost
    return table


def _menus(menus: Menus, crew: Sequence[Person], menu: NDArray, rules: Rules) -> NDArray:
    table = np.zeros(len(menus.of), MENU)
    for number, record in enumerate(table):
        own = menus.shifts[menus.first[number][0] : menus.last[number][-1]]
        paid = {shift.look.paid_h for shift in own}
        rest = max(minutes_of(crew[int(i)].terms.rest_h or 0) for i in np.flatnonzero(menu == number))
        record["tight"] = _tight(own, menus.grid, rest, rules)
        record["varied"] = len(paid) > 1
        record["paid_h"] = paid.pop() if len(paid) == 1 else 0.0
    return table


def _tight(own: Sequence[Shift], grid: Grid, rest_min: int, rules: Rules) -> bool:
    """Say whether two shifts, a day apart, may be too near one another, or of a forbidden order."""
    if rules.roster.forbidden or not own:
        return bool(own)
    clocks = [int(grid.clock[shift.first]) for shift in own]
    spread = max(clocks) - min(clocks)
    if rules.roster.starts_within_min is not None:
        spread = min(spread, rules.roster.starts_within_min)
    return DAY_MIN - spread - max(shift.look.length_min for shift in own) < rest_min
