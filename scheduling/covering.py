"""The linear program: which shifts, and how many heads on each, cover one unbroken opening span.

One column for each start and shape of a shift, one row for each interval: the heads at work there,
and those missing, are at least as many as needed (Dantzig 1954, "A comment on Edie's 'Traffic delays
at toll booths'", Journal of the Operations Research Society of America 2, 339-341).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pulp

from callplan.errors import Infeasible
from scheduling.rules import Rules, Shape
from scheduling.solver import Solution, solve

# The solver may stop at a plan that costs at most this share more than the bound.
GAP = 0.001
# A plan made day by day is good enough if the bound shows that it costs at most this share too much.
ENOUGH = 0.005

Place = tuple[int, Shape]  # the interval in which a shift begins, and what it looks like


@dataclass(frozen=True)
class Span:
    """Unbroken opening of one queue: heads needed by interval, and whether a shift may begin there."""

    where: str  # names it in a refusal
    minutes: int
    need: Sequence[int]
    may_start: Sequence[bool]

    def places(self, shapes: Sequence[Shape]) -> list[Place]:
        """Return every shift that begins and ends inside the span."""
        fitting = [(shape, len(self.need) - shape.length_min // self.minutes) for shape in shapes]
        return [
            (start, shape)
            for start, allowed in enumerate(self.may_start)
            if allowed
            for shape, latest in fitting
            if start <= latest
        ]


@dataclass(frozen=True)
class Cover:
    """Heads by place, what they and the shortfall cost, and the least that any plan can cost."""

    heads: dict[Place, int]
    cost: float
    bound: float
    timed_out: bool
    solver: str
    seconds: float


def cover(span: Span, places: Sequence[Place], rules: Rules, *, seed: int, time_limit_s: float) -> Cover:
    """Choose the heads of every place at least cost: paid hours and, dearer, hours of shortfall.

    A span of about a day is one program. A longer one is planned day by day, which is many times
    quicker and most often as cheap. Where it may not be, as with few heads on few kinds of shifts,
    the span is tried as one program in the time left, and the cheaper plan is kept.

    Raises `Infeasible` where the solver finds no plan in its time.
    """
    days = max(1, round(len(span.need) * span.minutes / (24 * 60)))
    plan = _in_steps(days, span, places, rules, seed, time_limit_s)
    if days == 1 or plan.cost - plan.bound <= ENOUGH * plan.cost:
        return plan
    try:
        whole = _in_steps(1, span, places, rules, seed, time_limit_s - plan.seconds)
    except Infeasible:
        return replace(plan, timed_out=True)
    return replace(
        min(plan, whole, key=lambda found: found.cost),
        bound=max(plan.bound, whole.bound),
        timed_out=whole.timed_out,
        seconds=plan.seconds + whole.seconds,
    )


def _in_steps(
    steps: int, span: Span, places: Sequence[Place], rules: Rules, seed: int, time_limit_s: float
) -> Cover:
    """Relax and fix (Pochet and Wolsey 2006, "Production planning by mixed integer programming").

    A step decides, in whole heads, on the shifts that begin in its part of the span. Later ones may
    be fractions meanwhile, and what earlier steps decided stands. Every plan of the span solves the
    first step's program too, so that one's bound holds for all of them.
    """
    edges = [round(len(span.need) * step / steps) for step in range(steps + 1)]
    left = list(span.need)  # heads still to find
    heads: dict[Place, int] = {}
    solutions: list[Solution] = []
    for begin, end in pairwise(edges):
        ahead = [place for place in places if place[0] >= begin]
        problem, columns = _program(left, begin, end, ahead, rules, span.minutes)
        # A step that needs less than its share of the time leaves the rest to the others.
        share_s = time_limit_s - sum(solution.seconds for solution in solutions)
        share_s = max(share_s, 0.0) / (steps - len(solutions))
        solution = solve(problem, gap=GAP / steps, seed=seed, time_limit_s=share_s)
        if not solution.values:
            raise Infeasible(
                f"{span.where}: the solver found no plan in {share_s:.3g} s; "
                "give it more time, or fewer lengths and starts of shifts"
            )
        solutions.append(solution)
        for place in ahead:
            count = round(solution.values[columns[place]]) if place[0] < end else 0
            if count:
                heads[place] = count
                for interval in worked(place, span.minutes):
                    left[interval] -= count
    paid_h = sum(count * shape.paid_h for (_, shape), count in heads.items())
    under_h = sum(max(missing, 0) for missing in left) * span.minutes / 60
    return Cover(
        heads,
        cost=rules.cost_per_h * paid_h + rules.under_cost_per_h * under_h,
        bound=solutions[0].bound,
        timed_out=any(solution.timed_out for solution in solutions),
        solver=solutions[0].solver,
        seconds=sum(solution.seconds for solution in solutions),
    )


def worked(place: Place, minutes: int) -> list[int]:
    """Return the intervals of the span in which a shift is at work.

    >>> worked((2, Shape(length_min=120, meal_after_min=60, meal_min=30)), minutes=30)
    [2, 3, 5]
    """
    start, shape = place
    return [start + offset for offset in shape.at_work(minutes)]


def _program(
    left: Sequence[int], begin: int, end: int, places: Sequence[Place], rules: Rules, minutes: int
) -> tuple[pulp.LpProblem, dict[Place, str]]:
    """Build the program of the intervals from `begin` on, in whole heads for shifts that begin before `end`.

    Columns are named by number, filled up with zeros: PuLP 3 sorts them by name.
    """
    problem = pulp.LpProblem("cover", pulp.LpMinimize)
    costs = []
    at_work: list[list[pulp.LpVariable]] = [[] for _ in left]
    columns = {}
    offsets = {shape: shape.at_work(minutes) for _, shape in places}
    for number, (start, shape) in enumerate(places):
        kind = pulp.LpInteger if start < end else pulp.LpContinuous
        heads = problem.add_variable(f"heads_{number:06d}", 0, None, kind)
        columns[start, shape] = heads.name
        costs.append(rules.cost_per_h * shape.paid_h * heads)
        for offset in offsets[shape]:
            at_work[start + offset].append(heads)
    for interval in range(begin, len(left)):
        need = max(left[interval], 0)
        under = problem.add_variable(f"under_{interval:06d}", 0, need)
        costs.append(rules.under_cost_per_h * minutes / 60 * under)
        at_work[interval].append(under)
    problem += pulp.lpSum(costs)
    for interval in range(begin, len(left)):
        problem += pulp.lpSum(at_work[interval]) >= max(left[interval], 0)
    return problem, columns
