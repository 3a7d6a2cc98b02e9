"""The linear program of one open span: which shifts begin when, so that every interval is covered.

After G. B. Dantzig (1954), A comment on Edie's "Traffic delays at toll booths", Operations Research
2(3): a column for each kind of shift at each start, whole heads in it, and a row for each interval.
"""

from dataclasses import dataclass

import numpy as np
import pulp

from scheduling.rules import Rules, Shape
from scheduling.solver import Solution, solve


@dataclass(frozen=True)
class Begun:
    """Heads that begin one kind of shift in one interval of the span, counted from 0."""

    first: int
    shape: Shape
    heads: int


def cover(
    needed: np.ndarray,
    starts: list[int],
    shapes: list[Shape],
    minutes: int,
    rules: Rules,
    *,
    gap: float,
    time_limit_s: float,
    seed: int,
) -> tuple[list[Begun], Solution]:
    """Return the cheapest shifts for one span found, and how they were found.

    `needed` holds the heads for each interval, `starts` the intervals in which shifts may begin.
    Shifts end inside the span. A missing head is priced, not forbidden.
    """
    hours = minutes / 60
    problem = pulp.LpProblem("shifts", pulp.LpMinimize)
    begins = {
        f"b{first:04d}_{kind:03d}": (first, shape)
        for first in starts
        for kind, shape in enumerate(shapes)
        if first + shape.slots <= len(needed)
    }
    at_work: list[list] = [[] for _ in needed]
    cost = []
    for name, (first, shape) in begins.items():
        heads = problem.add_variable(name, lowBound=0, cat="Integer")
        cost.append(rules.cost_per_h * hours * shape.paid_slots() * heads)
        for slot in range(shape.slots):
            if shape.works(slot):
                at_work[first + slot].append(heads)
    missing = [problem.add_variable(f"missing{slot:04d}", 0, int(need)) for slot, need in enumerate(needed)]
    problem += pulp.lpSum(cost + [rules.under_cost_per_h * hours * short for short in missing])
    for slot, need in enumerate(needed):
        if need > 0:
            problem += pulp.lpSum([*at_work[slot], missing[slot]]) >= int(need)
    solution = solve(problem, gap=gap, time_limit_s=time_limit_s, seed=seed)
    begun = [Begun(*begins[name], heads=round(solution.values[name])) for name in begins]
    return [shift for shift in begun if shift.heads > 0], solution
