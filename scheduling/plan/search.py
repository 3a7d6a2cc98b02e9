"""The search for a plan: relax, decide day by day, and try the whole where that was not good enough.

Relax and fix (Pochet and Wolsey 2006, "Production planning by mixed integer programming"): a step decides,
in whole heads, on the shifts that begin on its day. Those of the day after may be fractions meanwhile, and
what earlier steps decided stands. The relaxation of the whole bounds every plan.
"""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from scheduling.plan.program import Part, Program
from scheduling.solver import SAME, Solution, solve

# The search may stop at a plan that costs at most this share more than the bound.
GAP = 0.001
# A plan made day by day is good enough if the bound shows that it costs at most this share too much.
ENOUGH = 0.005
# The days' programs may together cost this share more than their bounds.
STEP = 0.002
# What is decided at once.
DAY_H = 24
# A piece of less than so many hours is one program.
WHOLE_H = 36
# The choices of a plan, such as its templates, are decided first, in this share of the time, and mended
# in as much again: each may give way to one that stands so many places from it.
CHOICES = 0.2
NEAR = (-4, -2, -1, 1, 2, 4)
# A relaxation, and the details of a plan whose shifts are decided, have so long even if the time is up.
GRACE_S = 20.0


@dataclass(frozen=True, eq=False)
class Found:
    """The values of all columns, what they cost, and the least that any plan can cost."""

    values: np.ndarray = field(repr=False)
    cost: float
    bound: float
    days_apart: bool  # decided day by day, which was good enough
    timed_out: bool
    solver: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Impossible:
    """No plan keeps all hard rules (proven), or none was found in the time."""

    proven: bool


def search(
    program: Program, slots_per_hour: float, *, cyclic: bool, seed: int, time_limit_s: float
) -> Found | Impossible:
    """Find whole numbers for a program, at little more than the least cost; pieces apart are solved apart."""
    values = np.zeros(len(program.cost))
    found: list[Found] = []
    pieces = program.pieces()
    for number, (columns, rows) in enumerate(pieces):
        left_s = time_limit_s - sum(best.seconds for best in found)
        run = _Run(
            program.only(columns, rows, values),
            day=round(DAY_H * slots_per_hour),
            longest=round(WHOLE_H * slots_per_hour),
            cyclic=cyclic,
            seed=seed,
            left_s=max(left_s, 0.0) / (len(pieces) - number),
        )
        best = run.best()
        if isinstance(best, Impossible):
            return best
        values[columns] = best.values
        found.append(best)
    return Found(
        values,
        cost=float(program.cost @ values),
        bound=sum(best.bound for best in found),
        days_apart=any(best.days_apart for best in found),
        timed_out=any(best.timed_out for best in found),
        solver=found[0].solver,
        seconds=sum(best.seconds for best in found),
    )


@dataclass
class _Run:
    """The search for one piece of a program, with the time that it has."""

    program: Program
    day: int  # slots
    longest: int  # slots of a piece that is one program
    cyclic: bool
    seed: int
    left_s: float
    seconds: float = 0.0
    timed_out: bool = False
    solver: str = ""

    def best(self) -> Found | Impossible:
        """Search, and return the cheaper of a plan made day by day and one of the whole."""
        moments = self.program.moment[self.program.moment >= 0]
        self.first, self.last = int(moments.min()), int(moments.max())
        if self.last - self.first < self.longest:
            return self._as_a_whole(None, 0.0, GAP)
        relaxed = self._relaxed(self.program)
        if relaxed.status == "infeasible":
            return Impossible(proven=True)
        plan = self._day_by_day(relaxed) if relaxed.values else None
        # Which choices are best shows only when all is decided at once.
        gap = GAP if (self.program.part == Part.CHOICE).any() else ENOUGH
        if plan is None or self._cost(plan) - relaxed.bound > gap * self._cost(plan):
            return self._as_a_whole(plan, relaxed.bound, gap)
        return replace(self._told(plan, relaxed.bound), days_apart=True)

    def _as_a_whole(self, plan: np.ndarray | None, bound: float, gap: float) -> Found | Impossible:
        """Solve all at once, beginning with a plan if there is one; keep the cheaper."""
        whole = self._solve(self.program, self.program.part > Part.AMOUNT, self.left_s, gap=gap, start=plan)
        if whole.status == "infeasible":
            return Impossible(proven=True)
        exact = self._values(whole)
        plans = [
            found for found in (plan, None if exact is None else self._finished(exact)) if found is not None
        ]
        bound = max(bound, whole.bound)
        if not plans:
            # The relaxation's heads rounded up: not as cheap as could be, but a plan.
            relaxed = self._relaxed(self.program)
            values, bound = self._values(relaxed), max(bound, relaxed.bound)
            rounded = None if values is None else self._finished(np.ceil(values - SAME))
            if rounded is None:
                return Impossible(proven=False)
            plans = [rounded]
        return self._told(min(plans, key=self._cost), bound)

    def _relaxed(self, program: Program) -> Solution:
        """Solve with all but the choices in fractions, and these too if that takes too long."""
        choices = program.part == Part.CHOICE
        if choices.any():
            decided = self._solve(program, choices, self.left_s * CHOICES, gap=GAP)
            if decided.values:
                return self._swapped(decided)
            if decided.status == "infeasible":
                return decided
        return self._solve(program, np.zeros(len(choices), bool), max(self.left_s, GRACE_S))

    def _swapped(self, decided: Solution) -> Solution:
        """Put others in the place of choices one by one, as long as that makes the relaxation cheaper.

        Choices stand in the order of the clock, so that near ones do much the same.
        """
        program, best, stop_s = self.program, decided, self.left_s * (1 - CHOICES)
        columns, values = np.flatnonzero(program.part == Part.CHOICE), self._values(decided)
        assert values is not None
        chosen, improved = np.round(values[columns]), not decided.near(GAP)
        while improved:
            improved = False
            for place in np.flatnonzero(chosen):
                for other in place + np.array(NEAR):
                    if not 0 <= other < len(columns) or chosen[other] or not chosen[place]:
                        continue
                    if self.left_s <= stop_s:
                        return replace(best, bound=decided.bound)
                    trial = chosen.copy()
                    trial[[place, other]] = 0, 1
                    found = self._with_choices(columns, trial)
                    if found.cheaper(best):
                        best, chosen, improved = found, trial, True
        return replace(best, bound=decided.bound)

    def _with_choices(self, columns: np.ndarray, chosen: np.ndarray) -> Solution:
        """Relax all but the choices, which are made."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        lower[columns] = upper[columns] = chosen
        fixed = replace(self.program, lower=lower, upper=upper)
        return self._solve(fixed, np.zeros(len(lower), bool), GRACE_S)

    def _day_by_day(self, relaxed: Solution) -> np.ndarray | None:
        """Decide on the heads of one day after the other; None where that leads nowhere."""
        program = self.program
        values = self._values(relaxed)
        assert values is not None
        heads, choices = program.part == Part.HEADS, program.part == Part.CHOICE
        steps = range(self.first, self.last + 1, self.day)
        for number, begin in enumerate(steps):
            free = ~choices & ~(heads & (program.moment < begin))
            rows = np.ones(len(program.least), bool)
            if not self.cyclic:
                ahead = begin + 2 * self.day
                free &= (program.moment >= begin) & (program.moment < ahead)
                rows = (np.diff(program.matrix[:, free].tocsr().indptr) > 0) & (program.row_moment < ahead)
            step = program.only(free, rows, values)
            now = (step.part >= Part.SERVING) & (step.moment < begin + self.day)
            enough = STEP * max(relaxed.bound, 0.0) / len(steps)
            decided = self._decided(step, now, self.left_s / (len(steps) - number), enough)
            if decided is None:
                return None
            values[free] = decided
        return self._finished(values)

    def _decided(
        self, step: Program, now: np.ndarray, time_limit_s: float, enough: float
    ) -> np.ndarray | None:
        """Decide on some columns in whole numbers: heads are their relaxed value, rounded up or down.

        Whatever is lost by looking at no other numbers is small, and the search many times quicker.
        """
        relaxed = self._values(self._solve(step, np.zeros(len(now), bool), GRACE_S))
        if relaxed is None:
            return None
        heads, down = now & (step.part == Part.HEADS), np.floor(relaxed + SAME)
        near = replace(
            step,
            lower=np.where(heads, np.maximum(down, step.lower), step.lower),
            upper=np.where(heads, np.minimum(down + 1, step.upper), step.upper),
        )
        found = self._values(self._solve(near, now, time_limit_s, gap_abs=enough))
        if found is None:
            return np.where(heads, np.ceil(relaxed - SAME), relaxed)
        return np.where(now, np.round(found), found)

    def _finished(self, values: np.ndarray) -> np.ndarray | None:
        """Find everything else in whole numbers, where the heads are decided."""
        heads = self.program.part == Part.HEADS
        rest = self.program.only(~heads, np.ones(len(self.program.least), bool), values)
        found = self._values(self._solve(rest, rest.part > Part.AMOUNT, max(self.left_s, GRACE_S)))
        if found is None:
            return None
        result = np.round(values)
        result[~heads] = np.where(rest.part > Part.AMOUNT, np.round(found), found)
        return result

    def _solve(
        self,
        program: Program,
        whole: np.ndarray,
        time_limit_s: float,
        *,
        gap: float = 0.0,
        gap_abs: float = 0.0,
        start: np.ndarray | None = None,
    ) -> Solution:
        began = time.perf_counter()
        found = solve(
            program.problem(whole, start),
            gap=gap,
            gap_abs=gap_abs,
            seed=self.seed,
            time_limit_s=time_limit_s,
            warm=start is not None,
        )
        seconds = time.perf_counter() - began
        self.seconds += seconds
        self.left_s = max(self.left_s - seconds, 0.0)
        self.timed_out |= found.timed_out
        self.solver = found.solver
        return found

    def _values(self, found: Solution) -> np.ndarray | None:
        return np.array([found.values[name] for name in sorted(found.values)]) if found.values else None

    def _cost(self, values: np.ndarray) -> float:
        return float(self.program.cost @ values)

    def _told(self, values: np.ndarray, bound: float) -> Found:
        cost = self._cost(values)
        bound = min(max(bound, 0.0), cost)
        return Found(values, cost, bound, False, self.timed_out, self.solver, self.seconds)
