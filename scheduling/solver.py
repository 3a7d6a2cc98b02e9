"""The one place where a solver runs and its answer is read: status, bound and values, the same for all.

PuLP 3 and 4 and the solvers behind them say different things about the same end. PuLP 3 calls a plan that
CBC had to stop at "Optimal", and leaves values in the variables of a problem that has no solution.
"""

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pulp

from callplan.errors import Refused

# Objective and bound that differ by less than this share are the same number to a solver.
SAME = 1e-6

Status = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True)
class Solution:
    """What a solver found. Without a solution there are no values, whatever the variables hold."""

    status: Status  # optimal: proven; feasible: not proven; infeasible: none exists; unknown: none found
    values: dict[str, float] = field(repr=False)  # by name of the variable
    objective: float | None
    bound: float  # nothing can be below it; -inf where nothing is known
    timed_out: bool
    solver: str
    seconds: float = field(compare=False)

    def near(self, gap: float) -> bool:
        """Say whether the solution is within a share of its bound."""
        return self.objective is not None and self.objective - self.bound <= gap * abs(self.objective)

    def cheaper(self, other: "Solution") -> bool:
        """Say whether it costs less than another, by more than a solver's rounding."""
        if self.objective is None or other.objective is None:
            return self.objective is not None
        return self.objective < other.objective - SAME * max(1.0, abs(other.objective))


@dataclass(frozen=True)
class _Answer:
    """What one solver said, in words common to all."""

    found: bool
    bound: float
    infeasible: bool
    timed_out: bool


@dataclass(frozen=True)
class _Order:
    """How a problem is to be solved."""

    gap: float
    gap_abs: float
    seed: int
    time_limit_s: float
    warm: bool
    interior: bool


def solve(
    problem: pulp.LpProblem,
    *,
    gap: float,
    seed: int,
    time_limit_s: float,
    gap_abs: float = 0.0,
    warm: bool = False,
    interior: bool = False,
    solver: str | None = None,
) -> Solution:
    """Minimise a problem until its solution is within `gap` of the bound, as a share, or within `gap_abs`.

    `solver` is `HiGHS` or `CBC`; without it HiGHS, and CBC where HiGHS is not installed. A `warm` one
    starts from the initial values of the variables. `interior` is for large problems without whole
    numbers of which the bound alone is of interest: HiGHS goes through the inside, and not to a corner.

    >>> problem = pulp.LpProblem("example", pulp.LpMinimize)
    >>> heads = problem.add_variable("heads", 0, cat="Integer")
    >>> problem += 4 * heads
    >>> problem += 2 * heads >= 5
    >>> solution = solve(problem, gap=0.0, seed=0, time_limit_s=10)
    >>> solution.status, solution.values, solution.bound
    ('optimal', {'heads': 3.0}, 12.0)
    """
    name = solver or _installed()
    began = time.perf_counter()
    answer = _SOLVERS[name](problem, _Order(gap, gap_abs, seed, time_limit_s, warm, interior))
    seconds = time.perf_counter() - began
    if not answer.found:
        status: Status = "infeasible" if answer.infeasible else "unknown"
        return Solution(status, {}, None, answer.bound, answer.timed_out, name, seconds)
    values = {variable.name: float(variable.varValue) for variable in problem.variables()}
    objective = float(pulp.value(problem.objective))
    bound = min(answer.bound, objective)
    proven = objective - bound <= SAME * max(1.0, abs(objective))
    status = "optimal" if proven else "feasible"
    return Solution(status, values, objective, bound, answer.timed_out, name, seconds)


def _installed() -> str:
    if pulp.HiGHS().available():
        return "HiGHS"
    if _cbc_class() is not None:
        return "CBC"
    raise Refused("solver", "neither HiGHS nor CBC is there", "install HiGHS: pip install highspy")


def _highs(problem: pulp.LpProblem, order: _Order) -> _Answer:
    # Not by `threads`: HiGHS solves nothing once two numbers of threads meet in one process.
    options: dict[str, Any] = {"random_seed": order.seed, "parallel": "off"}
    if order.gap_abs:
        options["gapAbs"] = order.gap_abs
    if order.interior:
        options |= {"solver": "ipm", "run_crossover": "off"}
    door = _warm_highs() if order.warm else pulp.HiGHS
    problem.solve(door(msg=False, gapRel=order.gap, timeLimit=order.time_limit_s, **options))
    highs = problem.solverModel
    info, state = highs.getInfo(), highs.modelStatusToString(highs.getModelStatus())
    # The bound of a problem without whole numbers is its optimum; HiGHS leaves 0 in `mip_dual_bound`.
    linear = info.objective_function_value if state == "Optimal" else float("-inf")
    return _Answer(
        found=highs.solutionStatusToString(info.primal_solution_status) == "Feasible",
        bound=info.mip_dual_bound if problem.isMIP() else linear,
        infeasible=state == "Infeasible",
        timed_out=state == "Time limit reached",
    )


def _warm_highs() -> Any:
    """Return PuLP's door to HiGHS, which leaves initial values behind, with them."""
    import highspy

    class Warm(pulp.HiGHS):
        def callSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802
            start = highspy.HighsSolution()
            start.col_value = [variable.varValue for variable in lp.variables()]
            lp.solverModel.setSolution(start)
            super().callSolver(lp)

    return Warm


def _cbc(problem: pulp.LpProblem, order: _Order) -> _Answer:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "cbc.log")
        door = _cbc_class()
        said = problem.solve(
            door(
                msg=False,
                gapRel=order.gap,
                gapAbs=order.gap_abs or None,
                timeLimit=order.time_limit_s,
                warmStart=order.warm,
                # Of 0 CBC makes the time of day.
                options=[f"randomSeed {order.seed + 1}"],
                logPath=str(log),
            )
        )
        text = log.read_text(encoding="utf-8", errors="replace")
    if isinstance(said, int):  # PuLP 3
        found = problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
        infeasible = problem.sol_status == pulp.LpSolutionInfeasible
    else:
        found, infeasible = said.has_solution, said.status == pulp.const.LpSolveStatus.Infeasible
    # PuLP does not hand on CBC's bound. The log names it unless it is the objective itself.
    stated = re.search(r"^Lower bound:\s+(\S+)", text, re.MULTILINE)
    bound = float(stated[1]) if stated else float(pulp.value(problem.objective)) if found else float("-inf")
    return _Answer(found, bound, infeasible, timed_out="Stopped on time" in text)


def _cbc_class() -> Any:
    """Return PuLP's door to CBC: the one bundled with PuLP 3, or an installed one; None without."""
    for name in ("PULP_CBC_CMD", "COIN_CMD"):
        door = getattr(pulp, name, None)
        if door is not None and door(msg=False).available():
            return door
    return None


_SOLVERS: dict[str, Callable[[pulp.LpProblem, _Order], _Answer]] = {"HiGHS": _highs, "CBC": _cbc}
