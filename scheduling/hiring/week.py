"""One week as a linear program: what its shifts, in fractions of heads, can cover, and what a head is worth.

The program's prices say what one more head at work saves in each slot. They stay true, as a bound from
below, for any other week and any other number of heads (`Cut`): of such bounds the hiring plan is made
(Benders 1962, "Partitioning procedures for solving mixed-variables programming problems", Numerische
Mathematik 4, 238-252).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pulp

from callplan.errors import Infeasible
from scheduling.hiring.crew import Crew
from scheduling.solver import solve

Place = tuple[int, int]  # pool and slot
Sum = list[tuple[pulp.LpVariable, float]]


@dataclass(frozen=True, eq=False)
class Demand:
    """Heads needed in each week, by pool: queues that the same crews serve at the same price."""

    need: np.ndarray = field(repr=False)  # pools x weeks x slots
    under_cost_per_h: np.ndarray  # by pool
    minutes: int

    @property
    def most_paid(self) -> np.ndarray:
        """What a slot pays at most for a head at work: what it costs to have nobody there, by pool."""
        return self.under_cost_per_h * self.minutes / 60


@dataclass(frozen=True, eq=False)
class Cut:
    """A week costs at least `prices` x need - `worth` x heads, whatever is needed and whoever is there.

    >>> import numpy as np
    >>> cut = Cut(np.array([[1.0, 0.0, 2.0]]), np.array([3.0]))
    >>> cut.least(np.array([[2.0, 9.0, 4.0]]), np.array([1.5]))
    5.5
    """

    prices: np.ndarray  # pools x slots
    worth: np.ndarray  # of one head in the week, by crew

    def least(self, need: np.ndarray, heads: np.ndarray | float) -> float:
        """Return the cost that a week of this need and these heads cannot be below."""
        return float((self.prices * need).sum() - (self.worth * heads).sum())


@dataclass(frozen=True, eq=False)
class Week:
    """A covered week: what it costs beyond the heads' own pay, and the cut that it gives for others."""

    cost: float  # shortfall, hours beyond the paid week, surcharges
    extra: np.ndarray  # the latter two, by crew
    short_h: float
    cut: Cut


def cut_at(prices: np.ndarray, hour_prices: Sequence[float], crews: Sequence[Crew]) -> Cut:
    """Return the cut of any prices of the slots, none above what the slot pays at most.

    It holds whatever the prices are, for each crew's worth is computed here and not taken from a solver.
    """
    worth = [
        crew.worth(prices[list(crew.pools)].max(axis=0), hour_price)
        for crew, hour_price in zip(crews, hour_prices, strict=True)
    ]
    return Cut(prices, np.array(worth))


def cover_week(
    demand: Demand, week: int, heads: np.ndarray, crews: Sequence[Crew], *, seed: int, time_limit_s: float
) -> Week:
    """Cover a week at least cost with so many productive heads of each crew.

    A head works at most one shift a day and `days_per_week` a week. Heads who can serve several pools
    are shared out among them slot by slot. Raises `Infeasible` where time runs out.
    """
    problem, places = _program(demand, demand.need[:, week], np.maximum(heads, 0.0).tolist(), crews)
    solution = solve(problem, gap=0.0, seed=seed, time_limit_s=time_limit_s)
    if solution.status != "optimal":
        raise Infeasible(f"hiring: a week was not covered in {time_limit_s:.3g} s; give it more time")
    extra = np.array([_extra(number, crew, solution.values) for number, crew in enumerate(crews)])
    short_h = np.array([solution.values[f"under_{pool}_{slot:04d}"] for pool, slot in places])
    short_h *= demand.minutes / 60
    prices = demand.under_cost_per_h[[pool for pool, _ in places]] if places else 0.0
    return Week(
        float((prices * short_h).sum() + extra.sum()),
        extra,
        float(short_h.sum()),
        _cut(problem, demand, places, crews),
    )


def _program(
    demand: Demand, need: np.ndarray, heads: Sequence[float], crews: Sequence[Crew]
) -> tuple[pulp.LpProblem, list[Place]]:
    """Build the week's program; return it with the places that have a need, one of its first rows each."""
    problem = pulp.LpProblem("week", pulp.LpMinimize)
    cost = pulp.lpSum([])
    serving: dict[Place, Sum] = {}
    for pool, slot in np.argwhere(need > 0).tolist():
        under = problem.add_variable(f"under_{pool}_{slot:04d}", 0)
        cost.addterm(under, float(demand.most_paid[pool]))
        serving[pool, slot] = [(under, 1.0)]
    limits, of_hours = [], []
    for number, (crew, count) in enumerate(zip(crews, heads, strict=True)):
        on_shift = [problem.add_variable(f"heads_{number}_{shift:05d}", 0) for shift in range(len(crew.day))]
        beyond = problem.add_variable(f"beyond_{number}", 0, (crew.most_h - crew.least_h) * count)
        for variable, surcharge in zip(on_shift, crew.surcharge.tolist(), strict=True):
            cost.addterm(variable, surcharge)
        cost.addterm(beyond, crew.cost_per_h)
        limits += _serve(problem, number, crew, on_shift, serving)
        limits += _days(crew, on_shift, count)
        paid = zip(on_shift, crew.paid_h.tolist(), strict=True)
        of_hours.append(total([*paid, (beyond, -1.0)]) <= crew.least_h * count)
    problem += cost
    covered = [total(terms) >= float(need[place]) for place, terms in serving.items()]
    for row in [*covered, *limits, *of_hours]:
        problem += row
    return problem, list(serving)


def total(terms: Iterable[tuple[pulp.LpVariable, float]]) -> pulp.LpAffineExpression:
    """Return the sum of variables times factors, many times quicker than PuLP's own operators."""
    result = pulp.lpSum([])
    for variable, factor in terms:
        result.addterm(variable, factor)
    return result


def _serve(
    problem: pulp.LpProblem,
    number: int,
    crew: Crew,
    on_shift: list[pulp.LpVariable],
    serving: dict[Place, Sum],
) -> list[pulp.LpConstraint]:
    """Add a crew's heads to what serves the places; return the limits of those shared among several."""
    limits = []
    for slot in sorted({slot for pool, slot in serving if pool in crew.pools}):
        shifts = np.flatnonzero(crew.at_work[:, slot])
        there = [(on_shift[shift], float(crew.at_work[shift, slot])) for shift in shifts]
        wanting = [pool for pool in crew.pools if (pool, slot) in serving]
        if len(wanting) == 1:
            serving[wanting[0], slot].extend(there)
            continue
        shares = [(problem.add_variable(f"share_{number}_{pool}_{slot:04d}", 0), 1.0) for pool in wanting]
        for pool, share in zip(wanting, shares, strict=True):
            serving[pool, slot].append(share)
        limits.append(total([*shares, *((variable, -part) for variable, part in there)]) <= 0)
    return limits


def _days(crew: Crew, on_shift: list[pulp.LpVariable], count: float) -> list[pulp.LpConstraint]:
    """Return the limits of a crew's days: one shift a day, and so many days a week."""
    of_day = [[on_shift[shift] for shift in np.flatnonzero(crew.day == day)] for day in np.unique(crew.day)]
    return [
        *(pulp.lpSum(variables) <= count for variables in of_day),
        pulp.lpSum(on_shift) <= crew.days_per_week * count,
    ]


def _extra(number: int, crew: Crew, values: dict[str, float]) -> float:
    """Return what a crew costs beyond its heads' paid week."""
    heads = np.array([values[f"heads_{number}_{shift:05d}"] for shift in range(len(crew.day))])
    return float(crew.surcharge @ heads) + crew.cost_per_h * values[f"beyond_{number}"]


def _cut(problem: pulp.LpProblem, demand: Demand, places: list[Place], crews: Sequence[Crew]) -> Cut:
    """Return the cut of the solved program's prices: its first rows are slots, its last ones paid hours."""
    row_prices = np.array([row.pi for row in problem.constraints()])
    prices = np.zeros((demand.need.shape[0], demand.need.shape[2]))
    for place, price in zip(places, row_prices, strict=False):
        prices[place] = price
    hour_prices = np.maximum(-row_prices[-len(crews) :], 0.0)
    return cut_at(np.clip(prices, 0.0, demand.most_paid[:, None]), hour_prices.tolist(), crews)
