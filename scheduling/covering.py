"""The linear program: which shifts, and how many heads on each, cover one unbroken opening span.

One column for each start and shape of a shift, one row for each interval: the heads at work there,
and those missing, are at least as many as needed (Dantzig 1954, "A comment on Edie's 'Traffic delays
at toll booths'", Journal of the Operations Research Society of America 2, 339-341).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulp

from callplan.errors import Infeasible
from scheduling.rules import Rules, Shape
from scheduling.solver import Solution, solve

# The solver may stop at a plan that costs at most this share more than the bound.
GAP = 0.001

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
    """Heads by place, the least any plan can cost, and whether the clock stopped a solver."""

    heads: dict[Place, int]
    bound: float
    timed_out: bool
    solver: str
    seconds: float


def cover(span: Span, places: Sequence[Place], rules: Rules, *, seed: int, time_limit_s: float) -> Cover:
    """Choose the heads of every place at least cost: paid hours and, dearer, hours of shortfall.

    A span of about a day is one program in whole heads. A longer one is planned day by day, as
    relax-and-fix does (Pochet and Wolsey 2006, "Production planning by mixed integer programming"):
    whole heads for the shifts that begin on this day, fractions for those of later days, those of
    earlier days fixed. All heads but the first day's are free to be fractions in the first program,
    so its bound holds for the whole span.

    Raises `Infeasible` where the solver finds no plan in its time.
    """
    day = 24 * 60 // span.minutes
    days = max(1, round(len(span.need) / day))
    left = list(span.need)  # heads still to find
    heads: dict[Place, int] = {}
    solutions: list[Solution] = []
    for today in range(days):
        begin, end = today * day, (today + 1) * day if today + 1 < days else len(left)
        ahead = [place for place in places if place[0] >= begin]
        problem, columns = _program(left, begin, end, ahead, rules, span.minutes)
        # A day that needs less than its share of the time leaves the rest to the others.
        share_s = (time_limit_s - sum(solution.seconds for solution in solutions)) / (days - today)
        solution = solve(problem, gap=GAP / days, seed=seed, time_limit_s=max(share_s, 0.0))
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
    return Cover(
        heads,
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
