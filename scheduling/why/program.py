"""The program of one person's weeks: each rule adds its rows and no others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pulp

from scheduling.clock import DAY_MIN
from scheduling.roster.past import NIGHT
from scheduling.roster.problem import WEEK
from scheduling.solver import solve

if TYPE_CHECKING:
    from scheduling.why.alone import Alone

_TIME_LIMIT_S = 20.0
_SAME = 1e-6
_FAR = 2  # days after a shift on which another may begin too early: both may last a day

_Terms = Sequence[tuple[pulp.LpVariable, float]]


class Answer(NamedTuple):
    """What an aim comes to, and the shifts worked."""

    value: float
    shifts: list[int]


class Program:
    """One column for each shift of a day, 0 or 1."""

    def __init__(self, own: "Alone", kept: Collection[str]) -> None:
        self.own, self.p, self.kept = own, own.built.problem, set(kept)
        self.problem = pulp.LpProblem("alone", pulp.LpMinimize)
        self.columns, self.contradiction = 0, False
        self.x: dict[int, pulp.LpVariable] = {}
        self.of_day: dict[int, list[int]] = defaultdict(list)
        self.broken: dict[str, list[pulp.LpVariable]] = defaultdict(list)
        self.trained = {d for d in own.days if self.p.day["trained"][0, d]}
        for d, shifts in own.shifts.items():
            for number, breaks in shifts:
                if not breaks & self.kept:
                    self.x[number] = self._column()
                    self.of_day[d].append(number)
                    for rule in breaks:
                        self.broken[rule].append(self.x[number])
            self._most(self._heads([d]), 1)
        for draw in (self._fixed, self._weeks, self._pairs, self._rows, self._weekends, self._periods):
            draw()

    def solved(self, aim: str) -> Answer | None:
        """Return the least of an aim, None where no roster keeps the rules."""
        days = list(self.own.days)
        sign, terms = {
            "hours": (-1.0, self._hours(days)),
            "days": (-1.0, self._heads(days)),
        }.get(aim, (1.0, [(column, 1.0) for column in self.broken.get(aim, [])]))
        self.problem += pulp.lpSum(sign * factor * column for column, factor in terms)
        if self.contradiction:
            return None
        if not self.columns:
            return Answer(0.0, [])
        found = solve(self.problem, gap=0.0, seed=0, time_limit_s=_TIME_LIMIT_S)
        if found.status == "infeasible":
            return None
        worked = [number for number, column in self.x.items() if found.values.get(column.name, 0.0) > 0.5]
        return Answer(sign * float(found.objective or 0.0), worked)

    def _column(self) -> pulp.LpVariable:
        self.columns += 1
        return self.problem.add_variable(f"x{self.columns:06d}", 0, 1, cat="Integer")

    def _heads(self, days: Iterable[int]) -> _Terms:
        return [(self.x[number], 1.0) for d in days for number in self.of_day[d]]

    def _hours(self, days: Iterable[int]) -> _Terms:
        paid = self.p.shift["paid_h"]
        return [(self.x[number], float(paid[number])) for d in days for number in self.of_day[d]]

    def _kinds(self, d: int, kind: int) -> _Terms:
        return [(self.x[n], 1.0) for n in self.of_day[d] if self.p.shift["kind"][n] == kind]

    def _most(self, terms: _Terms, limit: float) -> None:
        """Add a row, unless it could never be broken."""
        if sum(max(factor, 0.0) for _, factor in terms) > limit + _SAME:
            self.problem += pulp.lpSum(factor * column for column, factor in terms) <= limit + _SAME

    def _least(self, terms: _Terms, limit: float) -> None:
        if sum(factor for _, factor in terms) < limit - _SAME:
            self.contradiction = True
        elif limit > 0:
            self.problem += pulp.lpSum(factor * column for column, factor in terms) >= limit - _SAME

    def _fixed(self) -> None:
        for place, number in self.own.fixed.items():
            if f"fixed {place}" in self.kept:
                self._least([(self.x[number], 1.0)] if number in self.x else [], 1)

    def _weeks(self) -> None:
        for week in self.own.weeks:
            days = range(int(self.p.week_first[week]), int(self.p.week_first[week + 1]))
            limit, trained = self.p.limit[0, week], sum(d in self.trained for d in days)
            trained_h = trained * self.own.person.training_h
            if "days_per_week" in self.kept:
                self._most(self._heads(days), max(0, limit["days_most"] - trained))
            if "days_per_week_min" in self.kept:
                self._least(self._heads(days), limit["days_least"] - trained)
            if "hours_per_week" in self.kept:
                self._most(self._hours(days), max(0.0, limit["hours_most"] - trained_h))
            if "hours_per_week_min" in self.kept:
                self._least(self._hours(days), limit["hours_least"] - trained_h)
            if "starts_within" in self.kept and self.p.rules["starts_most"][0] >= 0:
                self._starts(days, week)
            if "days_off_joined" in self.kept and len(days) == WEEK and self.p.rules["off_least"][0] > 0:
                self._joined(days)

    def _starts(self, days: range, week: int) -> None:
        """All starts of a week lie in one arc of the clock."""
        within, clocks = int(self.p.rules["starts_most"][0]), self.p.shift["clock"]
        past = [int(c) for c in self.p.person["past_clocks"][0] if c >= 0 and week == 0]
        numbers = [number for d in days for number in self.of_day[d]]
        begins = sorted({int(clocks[number]) for number in numbers} | set(past))
        arcs = {
            begin: self._column() for begin in begins if all((c - begin) % DAY_MIN <= within for c in past)
        }
        self._most([(arc, 1.0) for arc in arcs.values()], 1)
        for number in numbers:
            inside = [arcs[b] for b in arcs if (int(clocks[number]) - b) % DAY_MIN <= within]
            self._most([(self.x[number], 1.0), *((arc, -1.0) for arc in inside)], 0)

    def _joined(self, days: range) -> None:
        length = int(self.p.rules["off_least"][0])
        blocks = []
        for first in range(days.start, days.stop - length + 1):
            block = range(first, first + length)
            if not self.trained & set(block):
                chosen = self._column()
                blocks.append((chosen, 1.0))
                for d in block:
                    self._most([(chosen, 1.0), *self._heads([d])], 1)
        self._least(blocks, 1)

    def _pairs(self) -> None:
        """Add what must not follow: shifts too near to one another, and kinds of shifts."""
        shift, rest = self.p.shift, int(self.p.person["rest"][0])
        past_end, past_kind = int(self.p.person["past_end"][0]), int(self.p.person["past_kind"][0])
        for d in self.own.days:
            for later in range(d + 1, d + 1 + _FAR) if "rest" in self.kept else ():
                for moment in sorted({int(shift["first"][n]) for n in self.of_day[later]}):
                    ends = [n for n in self.of_day[d] if shift["last"][n] + rest > moment]
                    begins = [n for n in self.of_day[later] if shift["first"][n] <= moment]
                    if ends:
                        self._most([(self.x[n], 1.0) for n in (*ends, *begins)], 1)
            if "rest" in self.kept:
                early = [n for n in self.of_day[d] if shift["first"][n] < past_end + rest]
                self._most([(self.x[n], 1.0) for n in early], 0)
            if "forbidden" in self.kept:
                for one, other in zip(*self.p.rules["banned"][0].nonzero(), strict=True):
                    before, after = self._kinds(d, one), self._kinds(d + 1, other)
                    if before and after:
                        self._most([*before, *after], 1)
                    if d == 0 and past_kind == one:
                        self._most(self._kinds(0, other), 0)

    def _rows(self) -> None:
        """Add the most days, and nights, one after the other."""
        p, days = self.p, self.own.days
        nights, runs = int(p.rules["nights_most"][0]), int(p.person["run_most"][0])
        for rule, most, past in (
            ("days_in_a_row", runs, int(p.person["past_run"][0])),
            ("nights_in_a_row", nights, int(p.person["past_nights"][0])),
        ):
            if rule not in self.kept or most < 0:
                continue
            before = past if days.start == 0 else 0
            for first in range(days.start - min(before, most), days.stop - most):
                span = range(max(first, days.start), first + most + 1)
                done = max(0, days.start - first)
                if rule == "days_in_a_row":
                    done += sum(d in self.trained for d in span)
                    self._most(self._heads(span), max(0, most - done))
                else:
                    self._most([term for d in span for term in self._kinds(d, NIGHT)], max(0, most - done))

    def _weekends(self) -> None:
        most = int(self.p.rules["weekends_most"][0])
        if "weekends_in_four" not in self.kept or most < 0:
            return
        person = self.p.person[0]
        worked: dict[int, list[tuple[pulp.LpVariable, float]]] = defaultdict(list)
        done = {-back: int(person["past_weekends"][3 - back]) for back in range(1, 4)}
        done[0] = int(person["past_weekend_now"])
        for week in self.own.weeks:
            column = self._column()
            worked[week] = [(column, 1.0)]
            for d in range(self.p.week_first[week], self.p.week_first[week + 1]):
                if self.p.weekend[d]:
                    self._most([*self._heads([d]), (column, -1.0)], 0)
        for week in self.own.weeks:
            four = range(week - 3, week + 1)
            own = [term for w in four if not done.get(w) for term in worked[w]]
            self._most(own, max(0, most - sum(done.get(w, 0) for w in four)))

    def _periods(self) -> None:
        most, past = float(self.p.rules["period_most"][0]), self.p.past_hours[0]
        if "hours_per_period" not in self.kept or most < 0:
            return
        for week in self.own.weeks:
            span = range(week - len(past), week + 1)
            before = sum(float(past[len(past) + w]) for w in span if w < 0)
            before += float(self.p.person["past_hours_now"][0]) if 0 in span else 0.0
            days = [d for w in span if w in self.own.weeks for d in self._days(w)]
            before += self.own.person.training_h * sum(d in self.trained for d in days)
            self._most(self._hours(days), max(0.0, most - before))

    def _days(self, week: int) -> range:
        return range(int(self.p.week_first[week]), int(self.p.week_first[week + 1]))
