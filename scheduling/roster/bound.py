"""The least that any roster can cost: a linear program over classes of like people.

People with one menu, one set of skills and the same hours available are one class, whose shifts are
fractions of heads. Of the rules between days it keeps the days of a week and leave alone, so no roster
costs less. Heads present, breaks taken and breaks due are carried from slot to slot, which leaves two
entries for each shift instead of one for every slot that it covers.

Among few people a fraction of a head is a large part of the cost: there the heads are whole ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from scheduling.people import Person
from scheduling.roster.attainable import next_attainable
from scheduling.roster.build import Built
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import HARD, Problem
from scheduling.solver import solve

# Heads are whole ones up to so many weeks of people, and for so many seconds.
FEW_WEEKS = 60
WHOLE_S = 10.0


@dataclass(frozen=True)
class Bound:
    """A cost that no roster is below, and the heads short and too many, times slots, that it has."""

    cost: float
    misfit: float


def lower_bound(built: Built, *, seed: int, time_limit_s: float) -> Bound:
    """Return the bound; its cost is 0 if the time does not suffice to find one."""
    p = built.problem
    weeks = len(p.week_first) - 1
    # Weeks that no shift joins are programs of their own.
    borders = p.day_first[p.week_first[1:-1]]
    joined = any(((p.shift["first"] < border) & (p.shift["last"] > border)).any() for border in borders)
    spans = [(0, weeks)] if joined else [(week, week + 1) for week in range(weeks)]
    total = misfit = 0.0
    for first, last in spans:
        program = _Program(built, first, last)
        solution = solve(
            program.problem, gap=0.0, seed=seed, time_limit_s=time_limit_s / len(spans), interior=True
        )
        least = solution.bound
        if len(p.person) * weeks <= FEW_WEEKS:
            program.count_whole_heads()
            seconds = min(WHOLE_S, time_limit_s / len(spans))
            least = max(least, solve(program.problem, gap=0.0, seed=seed, time_limit_s=seconds).bound)
        total += max(0.0, least)
        misfit += sum(solution.values.get(column, 0.0) for column in program.misfits)
    # The interior point's numbers are right to so many places.
    return Bound(next_attainable(p, built.grid.minutes, total * (1 - 1e-6)), misfit)


Terms = list[Any]  # of PuLP: variables, expressions and numbers


class _Program:
    """The program of some weeks. Columns are numbered: PuLP sorts them by name."""

    def __init__(self, built: Built, first_week: int, last_week: int) -> None:
        p = self.p = built.problem
        self.days = range(p.week_first[first_week], p.week_first[last_week])
        self.weeks = range(first_week, last_week)
        self.begin, self.end = int(p.day_first[self.days[0]]), int(p.day_first[self.days[-1] + 1])
        self.problem = pulp.LpProblem("roster", pulp.LpMinimize)
        self.columns = 0
        self.costs: list[pulp.LpAffineExpression] = []
        self.misfits: list[str] = []
        slots = self.end - self.begin
        # Heads at work, by set of skills and slot.
        self.work: list[list[Terms]] = [[[] for _ in range(slots)] for _ in p.demand.can]
        for people in _classes(p, built.crew, self.weeks):
            self._add_class(people)
        self._add_cover()
        self.problem += pulp.lpSum(self.costs)

    def count_whole_heads(self) -> None:
        """Make the program one of whole heads, whose bound is nearer to what a roster can cost."""
        parts = set(self.misfits)
        for column in self.problem.variables():
            if column.name not in parts:
                column.cat = pulp.LpInteger

    def _column(self, high: float | None = None) -> pulp.LpVariable:
        self.columns += 1
        return self.problem.add_variable(f"x{self.columns:07d}", 0, high)

    def _add_class(self, people: NDArray) -> None:
        """Add the shifts of a class: so many a week, and on each day so many as are there."""
        p, menu = self.p, int(self.p.person["menu"][people[0]])
        slots = self.end - self.begin
        starts: list[Terms] = [[] for _ in range(slots + 1)]
        ends: list[Terms] = [[] for _ in range(slots + 1)]
        pauses: dict[tuple[int, int], list[tuple[int, int, int, pulp.LpVariable]]] = {}
        for week in self.weeks:
            in_week = []
            for d in range(p.week_first[week], p.week_first[week + 1]):
                on_day = []
                for number in self._shifts(people, menu, d):
                    shift, heads = p.shift[number], self._column()
                    on_day.append(heads)
                    self.costs.append(float(shift["cost"]) * heads)
                    starts[shift["first"] - self.begin].append(heads)
                    ends[shift["last"] - self.begin].append(heads)
                    for k in range(shift["breaks"]):
                        window = (int(shift["earliest"][k]), int(shift["latest"][k]), int(shift["length"][k]))
                        # Of the same place in the shift, and as long.
                        pauses.setdefault((k, window[2]), []).append((*window, heads))
                if on_day:
                    there = p.day["last"][people, d] > p.day["first"][people, d]
                    self.problem += pulp.lpSum(on_day) <= int(there.sum())
                in_week += on_day
            # Days beyond may be had at their price: then a week has no more than seven.
            if in_week and p.rules[0]["days_per_week"] >= HARD:
                self.problem += pulp.lpSum(in_week) <= int(p.limit["days_most"][people, week].clip(0).sum())
        changes = [[*starts[t], *(-heads for heads in ends[t])] for t in range(slots)]
        for group in pauses.values():
            self._add_pauses(group, changes)
        self._carry(changes, self.work[p.person["skills"][people[0]]])

    def _shifts(self, people: NDArray, menu: int, d: int) -> list[int]:
        """Return the shifts of a day that somebody of a class may work."""
        p = self.p
        earliest, latest = p.day["first"][people, d].min(), p.day["last"][people, d].max()
        own = range(*p.offered[menu, d])
        fitting = [n for n in own if p.shift["first"][n] >= earliest and p.shift["last"][n] <= latest]
        stand = {int(n) for name in ("lock", "was") for n in p.day[name][people, d] if n >= 0}
        return sorted({*fitting, *stand})

    def _add_pauses(self, group: list[tuple[int, int, int, pulp.LpVariable]], changes: list[Terms]) -> None:
        """Let each shift's pause begin once in its window: as many as may by then, no fewer than must."""
        slots = self.end - self.begin
        may: list[Terms] = [[] for _ in range(slots)]
        must: list[Terms] = [[] for _ in range(slots)]
        for earliest, latest, _, heads in group:
            may[earliest - self.begin].append(heads)
            must[latest - self.begin].append(heads)
        length = group[0][2]
        waiting: Any = 0
        ahead: Any = 0
        opens = min(earliest for earliest, _, _, _ in group) - self.begin
        closes = max(latest for _, latest, _, _ in group) - self.begin
        for t in range(opens, closes + 1):
            begun = self._column()
            left, done = self._column(), self._column()
            self.problem += left == waiting + pulp.lpSum(may[t]) - begun
            self.problem += done == ahead + begun - pulp.lpSum(must[t])
            waiting, ahead = left, done
            changes[t].append(-begun)
            if t + length < slots:
                changes[t + length].append(begun)
        self.problem += waiting <= 0

    def _carry(self, changes: list[Terms], work: list[Terms]) -> None:
        """Count the heads at work from slot to slot."""
        now: Any = 0
        for t, change in enumerate(changes):
            if change:
                before, now = now, self._column()
                self.problem += now == before + pulp.lpSum(change)
            work[t].append(now)

    def _add_cover(self) -> None:
        """Split the heads at work between the queues and price what is missing and too many."""
        can, demand = self.p.demand.can, self.p.demand
        for t in range(self.end - self.begin):
            served: list[Terms] = [[] for _ in can[0]]
            for s, serves in enumerate(can):
                if not self.work[s][t]:
                    continue
                opened = serves & (demand.floor[:, self.begin + t] >= 0)
                parts = [(int(q), self._column()) for q in np.flatnonzero(opened)]
                self.problem += pulp.lpSum(part for _, part in parts) == pulp.lpSum(self.work[s][t])
                for queue, part in parts:
                    served[queue].append(part)
            for q, heads in enumerate(served):
                need = float(demand.need[q, self.begin + t])
                if need == 0 and not heads:
                    continue
                under, over = self._column(need), self._column()
                self.misfits += [under.name, over.name]
                self.costs += [float(demand.queue["under"][q]) * under, float(demand.queue["over"][q]) * over]
                self.problem += pulp.lpSum(heads) + under - over == need


def _classes(p: Problem, crew: tuple[Person, ...], weeks: range) -> Iterator[NDArray]:
    """Return the people of each class, by number; who is away for all of the weeks is in none."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, person in enumerate(crew):
        if (
            p.rules[0]["days_per_week"] < HARD
            or (p.limit["days_most"][i, weeks.start : weeks.stop] > 0).any()
        ):
            key = (int(p.person["menu"][i]), int(p.person["skills"][i]), person.windows)
            groups.setdefault(key, []).append(i)
    for members in groups.values():
        yield np.array(members)
