"""One day of a roster, and every single change of it that is worth offering to somebody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Refused, nearest
from callplan.tables import SHIFTS, check
from scheduling.changes import Change
from scheduling.people import DEMAND, Person, crew, horizon
from scheduling.results import Schedule
from scheduling.roster.grid import Grid, lay
from scheduling.roster.menus import Menus
from scheduling.roster.past import NIGHT
from scheduling.roster.problem import OFF
from scheduling.roster.published import Duty, Tables, read_duties
from scheduling.roster.standing import lay_ground, placed, stand
from scheduling.roster.tables import written
from scheduling.roster.trial import SAME, Moves, Trial
from scheduling.rules import Rules
from scheduling.shapes import shape

# Hours by which a shift may grow at either end, or lose its end.
OVERTIME_H = (1, 2)
TIME_OFF_H = (1, 2, 3, 4)
NO_SHIFT = (OFF, None)
_ONE = ("person", "start", "kind")  # of such offers only the best is made


@dataclass(frozen=True)
class Offer:
    """A row of the table, what it moves, and what it saves, cover included."""

    row: dict[str, Any]
    moves: Moves
    saves: float


class Desk:
    """A roster, a day of it, and what can be tried there."""

    def __init__(
        self, schedule: Tables, day: Any, requirement: pd.DataFrame, rules: Rules, people: pd.DataFrame,
        previous: pd.DataFrame | None, swap_for: str | None,
    ) -> None:  # fmt: skip
        rules, demand = Rules.expect(rules, "rules"), check(requirement, DEMAND)[DEMAND.names()]
        days, before = horizon(demand), None if previous is None else check(previous, SHIFTS, "previous")
        wanted = arguments.day("day", day)
        if wanted not in days:
            raise Refused("day", f"{wanted} is outside the roster", f"it runs from {days[0]} to {days[-1]}")
        self.d = days.index(wanted)
        self.crew = crew(people, rules, queues=sorted(demand["queue"].unique()), days=days)
        self.grid = lay(demand, rules, self.crew)
        duties, self.served = read_duties(schedule, self.grid, self.crew)
        nothing, menus = Change(change_cost=0.0), Menus(self.grid, rules)
        standing = stand(nothing, self.grid, self.crew, duties, 0)
        self.duties = {i: duty for (i, d), duty in standing.left.items() if d == self.d}
        self.swapper = None if swap_for is None else self._number_of(swap_for)
        # Shifts of other lengths than the menus have come first: the arrays are made from all.
        stretched = [
            (i, kind, _stretched(menus, self.crew[i], first, last))
            for i, duty in self.duties.items()
            for kind, first, last in _stretches(self.grid, duty)
        ]
        self.stretched = [(i, kind, number) for i, kind, number in stretched if number is not None]
        self.ground = lay_ground(standing, nothing, self.crew, menus, before, 0)
        self.trial = Trial(self.ground, placed(self.ground.built, self.ground.rows))

    def found(self) -> list[Offer]:
        """Return all offers, the best first; of those with one key only the best."""
        best: dict[tuple[Any, ...], Offer] = {}
        for offer in (*self._other_lengths(), *self._whole_days(), *self._extra(), *self._swaps()):
            key = tuple(offer.row[name] for name in _ONE)
            if key not in best or offer.saves > best[key].saves + SAME:
                best[key] = offer
        return sorted(best.values(), key=lambda offer: (-round(offer.saves, 6), *map(offer.row.get, _ONE)))

    def taken(self, offer: Offer) -> Schedule:
        """Return the tables of the roster with an offer in it."""
        self.trial.apply(offer.moves)
        return written(self.ground.built, self.trial.state, self.served)

    def _number_of(self, name: str) -> int:
        names = [person.name for person in self.crew]
        if name not in names:
            raise Refused("swap_for", f"unknown person {name!r}", nearest(name, names))
        if names.index(name) not in self.duties:
            raise Refused("swap_for", f"{name} has no shift on {self.grid.days[self.d]}", "name who has one")
        return names.index(name)

    def _other_lengths(self) -> Iterator[Offer]:
        """Overtime at either end of a shift, and its last hours off."""
        p = self.ground.built.problem
        for i, kind, number in self.stretched:
            duty, first, last = self.duties[i], int(p.shift["first"][number]), int(p.shift["last"][number])
            inside = p.day["first"][i, self.d] <= first and last <= p.day["last"][i, self.d]
            span = (first, duty.first) if first < duty.first else (min(last, duty.last), max(last, duty.last))
            if inside:
                moves = {(i, self.d): (number, _kept_breaks(p.shift[number], duty))}
                yield from self._offered(kind, i, span, moves)

    def _whole_days(self) -> Iterator[Offer]:
        for i, duty in self.duties.items():
            yield from self._offered("time off", i, (duty.first, duty.last), {(i, self.d): NO_SHIFT})

    def _extra(self) -> Iterator[Offer]:
        """Offer each person who is off the best shift that breaks nothing."""
        p, ranked = self.ground.built.problem, {}
        for i in range(len(self.crew)):
            if i in self.duties:
                continue
            menu = int(p.person["menu"][i])
            if menu not in ranked:
                worth = {number: self.trial.worth(i, number) for number in range(*p.offered[menu, self.d])}
                ranked[menu] = sorted((n for n in worth if worth[n] > SAME), key=lambda n: (-worth[n], n))
            for number in ranked[menu]:
                first, last = p.shift["first"][number], p.shift["last"][number]
                if p.day["first"][i, self.d] <= first and last <= p.day["last"][i, self.d]:
                    found = list(
                        self._offered("extra shift", i, (first, last), {(i, self.d): (number, None)})
                    )
                    yield from found
                    if found:
                        break

    def _swaps(self) -> Iterator[Offer]:
        """Find who could take the shift of `swapper`, or take it for one of their own."""
        a, d, rows = self.swapper, self.d, self.ground.rows
        if a is None:
            return
        span = self.duties[a].first, self.duties[a].last
        for b in range(len(self.crew)):
            taken = self._as_theirs(b, rows[a, d])
            if b == a or rows[b, d] != OFF or taken is None:
                continue
            moves = {(a, d): NO_SHIFT, (b, d): taken}
            yield from self._offered("swap", b, span, moves)
            for e in np.flatnonzero((rows[b] != OFF) & (rows[a] == OFF)):
                given = self._as_theirs(a, rows[b, e])
                if given is not None:
                    exchange = {**moves, (a, int(e)): given, (b, int(e)): NO_SHIFT}
                    yield from self._offered("swap", b, span, exchange, back=int(e))

    def _as_theirs(self, i: int, number: int) -> tuple[int, tuple[int, ...]] | None:
        """Return another's shift, breaks and all, as one on a person's own menu; None if it is not there."""
        p = self.ground.built.problem
        shift = p.shift[number]
        d, begins = int(self.grid.day[shift["first"]]), tuple(shift["earliest"][: shift["breaks"]].tolist())
        if shift["first"] < p.day["first"][i, d] or shift["last"] > p.day["last"][i, d]:
            return None
        for own in range(*p.offered[p.person["menu"][i], d]):
            other = p.shift[own]
            same = other["first"] == shift["first"] and other["last"] == shift["last"]
            if same and _in_windows(other, begins):
                return own, begins
        return None

    def _offered(
        self, kind: str, i: int, span: tuple[int, int], moves: Moves, back: int | None = None
    ) -> Iterator[Offer]:
        """Give an offer if it breaks no hard rule, and mends what its kind is for."""
        if self.trial.breaks_hard(moves):
            return
        weight = self.trial.weigh(moves)
        mends = 0.0 - (weight.surplus_h if kind == "time off" else weight.short_h)
        saves = -weight.cost - weight.cover
        if weight.floor > SAME or (kind == "time off" and weight.short_h > SAME):
            return
        if kind != "swap" and (mends <= SAME or saves <= SAME):
            return
        row = {
            "person": self.crew[i].name,
            "start": self.grid.instant(span[0]),
            "kind": kind,
            "end": self.grid.instant(span[1]),
            "hours": self.trial.paid_h(i, moves),
            "gain_h": mends,
            "cost": weight.cost,
            "with": self.crew[self.swapper].name if kind == "swap" and self.swapper is not None else None,
            "in_exchange": None if back is None else self._words(i, back),
        }
        yield Offer(row, moves, saves)

    def _words(self, i: int, d: int) -> str:
        shift = self.ground.built.menus.shifts[self.ground.rows[i, d]]
        first, last = self.grid.instant(shift.first), self.grid.instant(shift.last)
        return f"{first:%Y-%m-%d %H:%M}-{last:%H:%M}"


def _stretches(grid: Grid, duty: Duty) -> Iterator[tuple[str, int, int]]:
    """Give the spans that a shift could have with overtime, or without its last hours."""
    for hours in OVERTIME_H:
        yield "overtime", duty.first, duty.last + grid.slots_of(60 * hours)
        yield "overtime", duty.first - grid.slots_of(60 * hours), duty.last
    for hours in TIME_OFF_H:
        if duty.last - grid.slots_of(60 * hours) > duty.first:
            yield "time off", duty.first, duty.last - grid.slots_of(60 * hours)


def _stretched(menus: Menus, person: Person, first: int, last: int) -> int | None:
    """Return a shift of any length, added to the menus; None where the person may not work it."""
    grid, general = menus.grid, person.terms.under(menus.rules)
    is_open, closes = menus.openings(person)
    if person.terms.templates or first < 0 or last > closes[np.searchsorted(closes, first)]:
        return None
    minutes, moment = (last - first) * grid.minutes, int(grid.clock[first])
    opens = is_open[first] and (first == 0 or not is_open[first - 1])
    if not (opens or moment % general.start_every_min == 0) or not general.may_begin(moment, minutes):
        return None
    try:
        look = shape(general, minutes, grid.minutes)
    except Refused:  # no room for a break that such a shift must have
        return None
    if not menus.allows(person.terms, first, look):
        return None
    number = menus.add(person, first, look)
    return None if menus.shifts[number].kind == NIGHT and not person.terms.nights else number


def _kept_breaks(shift: Any, duty: Duty) -> tuple[int, ...] | None:
    """Return the slots of a shift's breaks where it keeps those that were published, if it can."""
    begins = tuple(begin for _, begin, _ in duty.breaks)
    return begins if _in_windows(shift, begins) else None


def _in_windows(shift: Any, begins: tuple[int, ...]) -> bool:
    windows = zip(shift["earliest"].tolist(), begins, shift["latest"].tolist(), strict=False)
    return len(begins) == shift["breaks"] and all(low <= begin <= high for low, begin, high in windows)
