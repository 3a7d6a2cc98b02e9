"""The last misfits, a day at a time: all its shifts chosen anew at once, by a program of whole numbers.

Where unevenness is priced by its square each head counts, and the search stops a little short of the best:
it moves a few people at a time. Everything but the day stands, so that each shift that a person may work on
it has a price of its own, and people with the same shifts at the same prices are counted together.
"""

from collections import defaultdict

import numpy as np
import pulp

from scheduling.roster.cover import IN, OUT
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import FREE, HARD, Problem, State
from scheduling.solver import solve

# Heads that a slot may have more or fewer than now.
REACH = 8
# Days are gone through until none gets better, but so often at most.
ROUNDS = 3
# A day of more columns stays as the search left it: it would take minutes.
COLUMNS_MOST = 2_000

# Shifts, each with what it costs more than the person's row as it stands.
Options = tuple[tuple[int, float], ...]


def polish(p: Problem, state: State, *, seed: int, time_limit_s: float) -> bool:
    """Choose the shifts of each day anew, the rest as it stands; return whether the time sufficed.

    The roster is changed in place. Only for one queue without a hard floor.
    """
    left_s = time_limit_s
    for _ in range(ROUNDS):
        better = False
        for d in range(len(p.day_first) - 1):
            gain, seconds = _polish_day(p, state, d, seed, left_s)
            better |= gain
            left_s -= seconds
            if left_s <= 0:
                return False
        if not better:
            break
    return True


def _polish_day(p: Problem, state: State, d: int, seed: int, time_limit_s: float) -> tuple[bool, float]:
    """Choose the shifts of a day anew; return whether that helped, and the seconds it took."""
    classes: dict[Options, list[int]] = defaultdict(list)
    for i in np.flatnonzero((state.rows[:, d] >= 0) & (p.day["lock"][:, d] == FREE)):
        options = _options(p, state, int(i), d)
        if len(options) > 1:
            classes[options].append(int(i))
    if not classes:
        return False, 0.0
    program = _Day(p, state, d, classes)
    if program.problem.numVariables() > COLUMNS_MOST:
        return False, 0.0
    solution = solve(program.problem, gap=0.0, gap_abs=1e-6, seed=seed, time_limit_s=time_limit_s)
    if solution.objective is None or solution.objective >= program.now - 1e-6:
        return False, solution.seconds
    for options, people in classes.items():
        chosen = [
            number
            for number, _ in options
            for _ in range(round(solution.values[program.name(options, number)]))
        ]
        for person, number in zip(people, chosen, strict=True):
            _work(p, state, person, d, number)
    return True, solution.seconds


def _options(p: Problem, state: State, i: int, d: int) -> Options:
    """Return the shifts that a person may work on a day, the rest of the row as it is, with their costs."""
    from scheduling.roster.doors import strain

    row, found = state.rows[i].copy(), []
    here, shifts = int(row[d]), p.shift
    for number in sorted({here, *range(*p.offered[p.person["menu"][i], d])}):
        shift, breaks = shifts[number], shifts["breaks"][number]
        fits = shift["first"] >= p.day["first"][i, d] and shift["last"] <= p.day["last"][i, d]
        stands = (shift["earliest"][:breaks] == shift["latest"][:breaks]).all()
        if number == here and not stands:
            return ()
        if number == here or (fits and stands):
            row[d] = number
            price = strain(p, state.desk, i, row) - state.minds[i]
            if price < HARD / 2:
                found.append((number, round(price + float(shift["cost"]), 9)))
    return tuple(found)


def _work(p: Problem, state: State, i: int, d: int, number: int) -> None:
    """Give a person another shift on a day; its breaks stand where they must."""
    from scheduling.roster.doors import place

    place(p, state, i, d, OUT)
    breaks = p.shift["breaks"][number]
    state.rows[i, d] = number
    state.begins[i, d, :breaks] = p.shift["earliest"][number, :breaks]
    place(p, state, i, d, IN)


class _Day:
    """The program of a day: how many of each class work which shift. `now` is what it costs as it stands."""

    def __init__(self, p: Problem, state: State, d: int, classes: dict[Options, list[int]]) -> None:
        self.problem, self.classes = pulp.LpProblem("day", pulp.LpMinimize), list(classes)
        numbers = sorted({number for options in classes for number, _ in options})
        first, last = int(p.shift["first"][numbers].min()), int(p.shift["last"][numbers].max())
        there = {number: _there(p, number, first, last) for number in numbers}
        fixed, costs, self.now = state.heads[0, first:last].copy(), [], 0.0
        at_work: list[list[pulp.LpVariable]] = [[] for _ in range(first, last)]
        for options, people in classes.items():
            heads = [self.problem.add_variable(self.name(options, n), 0, cat="Integer") for n, _ in options]
            self.problem += pulp.lpSum(heads) == len(people)
            costs += [price * head for (_, price), head in zip(options, heads, strict=True)]
            for (number, _), head in zip(options, heads, strict=True):
                for at in np.flatnonzero(there[number]):
                    at_work[at].append(head)
            for i in people:
                fixed -= there[int(state.rows[i, d])]
                self.now += dict(options)[int(state.rows[i, d])]
        for slot, working in enumerate(at_work):
            if working:
                t = first + slot
                costs += self._slot(p, t, int(fixed[slot]), int(state.heads[0, t]), working)
        self.problem += pulp.lpSum(costs)

    def name(self, options: Options, number: int) -> str:
        """Return the name of the variable: heads of a class on a shift."""
        return f"x{self.classes.index(options):04d}_{number:06d}"

    def _slot(
        self, p: Problem, t: int, fixed: int, now: int, heads: list[pulp.LpVariable]
    ) -> list[pulp.LpAffineExpression]:
        """Count the heads of a slot, and return what they cost: each head more its own price, ever dearer."""
        least, most = max(fixed, now - REACH), now + REACH
        costs = _priced(p, t, np.arange(least, most + 1))
        more = [self.problem.add_variable(f"y{t:06d}_{k:03d}", 0, 1) for k in range(most - least)]
        self.problem += fixed + pulp.lpSum(heads) == least + pulp.lpSum(more)
        self.now += float(costs[now - least] - costs[0])
        return [float(step) * head for step, head in zip(np.diff(costs), more, strict=True)]


def _there(p: Problem, number: int, first: int, last: int) -> NDArray:
    """Return 1 in the slots, from one to before another, in which a shift is at work."""
    shift, slots = p.shift[number], np.arange(first, last)
    there = (slots >= shift["first"]) & (slots < shift["last"])
    for k in range(shift["breaks"]):
        begin = shift["earliest"][k]
        there &= (slots < begin) | (slots >= begin + shift["length"][k])
    return there.astype(np.int64)


def _priced(p: Problem, t: int, heads: NDArray) -> NDArray:
    """Return what so many heads cost in a slot (`cover.priced`, without what the search smooths)."""
    queue, missing = p.demand.queue[0], p.demand.need[0, t] - heads
    cost = queue["square"] * missing**2 + np.where(
        missing > 0, queue["under"] * missing, -queue["over"] * missing
    )
    return cost + HARD * heads if p.demand.floor[0, t] < 0 else cost
