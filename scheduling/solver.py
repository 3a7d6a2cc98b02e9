"""Solve a PuLP problem, and say honestly what came of it.

PuLP's own status cannot be trusted alone: stopped by the clock it has reported `Optimal`, with or
without a solution, and the variables of an infeasible problem still hold values. So what HiGHS
itself says is read where it solved, and values are handed out only where there is a solution.
"""

import math
from dataclasses import dataclass
from typing import Any

import pulp

from callplan.errors import Infeasible


@dataclass(frozen=True)
class Solution:
    """A feasible solution: its cost, and the cost below which none exists."""

    values: dict[str, float]
    cost: float
    bound: float
    proven: bool
    solver: str


def solve(problem: pulp.LpProblem, *, gap: float, time_limit_s: float, seed: int) -> Solution:
    """Return the best solution found, at most `gap` above the bound unless the clock stopped it.

    HiGHS solves where it is installed, CBC otherwise. Raises `Infeasible` where no solution was
    found, in words that tell whether there is none or only none in time.
    """
    if pulp.HiGHS().available():
        return _with_highs(problem, gap, time_limit_s, seed)
    return _with_cbc(problem, gap, time_limit_s)


def _with_highs(problem: pulp.LpProblem, gap: float, time_limit_s: float, seed: int) -> Solution:
    import highspy

    # One thread and a seed: the same problem takes the same way to the same solution.
    problem.solve(pulp.HiGHS(msg=False, gapRel=gap, timeLimit=time_limit_s, threads=1, random_seed=seed))
    model = problem.solverModel
    status, info = model.getModelStatus(), model.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise _nothing_found(status == highspy.HighsModelStatus.kTimeLimit, time_limit_s)
    cost = info.objective_function_value
    bound = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else 0.0
    return Solution(_values(problem), cost, bound, status == highspy.HighsModelStatus.kOptimal, "HiGHS")


def _with_cbc(problem: pulp.LpProblem, gap: float, time_limit_s: float) -> Solution:
    # PuLP 3 brings CBC along, PuLP 4 finds one that is installed.
    cbc = pulp.PULP_CBC_CMD if hasattr(pulp, "PULP_CBC_CMD") else pulp.COIN_CMD
    # CBC's bound stays in its log: that of the relaxed problem is a weaker one, and as true.
    relaxed = _found_by(problem, cbc(msg=False, mip=False, timeLimit=time_limit_s))
    bound = pulp.value(problem.objective) if relaxed == "optimal" else 0.0
    found = _found_by(problem, cbc(msg=False, gapRel=gap, timeLimit=time_limit_s, threads=1))
    if found in ("infeasible", "nothing"):
        raise _nothing_found(found == "nothing", time_limit_s)
    cost = pulp.value(problem.objective)
    return Solution(_values(problem), cost, bound, found == "optimal", "CBC")


def _found_by(problem: pulp.LpProblem, solver: Any) -> str:
    """Solve, and return optimal, feasible, infeasible or nothing, in either major version of PuLP."""
    answer = problem.solve(solver)
    if hasattr(problem, "sol_status"):  # PuLP 3
        kinds = {
            pulp.LpSolutionOptimal: "optimal",
            pulp.LpSolutionIntegerFeasible: "feasible",
            pulp.LpSolutionInfeasible: "infeasible",
        }
        return kinds.get(problem.sol_status, "nothing")
    if answer.has_solution:  # PuLP 4
        return "optimal" if answer.status.name in ("Optimal", "GapLimit") else "feasible"
    return "infeasible" if answer.status.name == "Infeasible" else "nothing"


def _values(problem: pulp.LpProblem) -> dict[str, float]:
    return {variable.name: variable.value() for variable in problem.variables()}


def _nothing_found(out_of_time: bool, time_limit_s: float) -> Infeasible:
    if out_of_time:
        return Infeasible(
            f"no schedule was found in {time_limit_s:g} s; allow more time, or fewer kinds of shifts"
        )
    return Infeasible("no schedule meets these rules; loosen one")
