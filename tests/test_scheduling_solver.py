"""The solvers' answers, read one way: statuses, bounds, values, and what else runs in the process."""

import highspy
import pulp
import pytest

from callplan.errors import Refused
from scheduling import solver
from scheduling.solver import solve


def knapsack(*, limit: int = 17) -> pulp.LpProblem:
    problem = pulp.LpProblem("knapsack", pulp.LpMinimize)
    xs = [problem.add_variable(f"x{i}", 0, 5, "Integer") for i in range(6)]
    problem += pulp.lpSum((3 + i) * x for i, x in enumerate(xs))
    problem += pulp.lpSum((2 + i % 3) * x for i, x in enumerate(xs)) >= limit
    return problem


@pytest.fixture(params=["HiGHS", "CBC"])
def name(request: pytest.FixtureRequest) -> str:
    if request.param == "CBC" and solver._cbc_class() is None:
        pytest.skip("no CBC here: PuLP 3 brings it, for PuLP 4 install coinor-cbc")
    return request.param


def test_a_proven_answer_is_its_own_bound(name: str) -> None:
    found = solve(knapsack(), gap=0, seed=1, time_limit_s=10, solver=name)
    # 17 = 3 x 4 + 3 + 2 costs 3 x 5 + 4 + 3.
    assert (found.status, found.solver, found.timed_out) == ("optimal", name, False)
    assert (found.objective, found.bound) == (pytest.approx(22), pytest.approx(22))
    assert sum((3 + i) * found.values[f"x{i}"] for i in range(6)) == pytest.approx(22)


def test_a_problem_without_whole_numbers_is_its_own_bound(name: str) -> None:
    problem = pulp.LpProblem("linear", pulp.LpMinimize)
    x = problem.add_variable("x", 0)
    problem += 2 * x
    problem += 3 * x >= 4
    found = solve(problem, gap=0, seed=0, time_limit_s=10, solver=name)
    assert (found.status, found.bound) == ("optimal", pytest.approx(8 / 3))


def test_a_problem_without_a_solution_gives_no_values(name: str) -> None:
    # The variables of such a problem hold numbers all the same, under some solvers.
    found = solve(knapsack(limit=1000), gap=0, seed=0, time_limit_s=10, solver=name)
    assert (found.status, found.values, found.objective) == ("infeasible", {}, None)


def test_no_time_is_not_the_same_as_no_solution() -> None:
    found = solve(knapsack(), gap=0, seed=0, time_limit_s=0, solver="HiGHS")
    assert (found.status, found.values, found.timed_out) == ("unknown", {}, True)


def test_another_user_of_the_solver_in_the_process_does_no_harm() -> None:
    # HiGHS shares its threads in a process, and solves nothing where two numbers of them are asked for.
    highspy.Highs.resetGlobalScheduler(True)
    try:
        knapsack().solve(pulp.HiGHS(msg=False, threads=2))
        assert solve(knapsack(), gap=0, seed=0, time_limit_s=10, solver="HiGHS").status == "optimal"
    finally:
        highspy.Highs.resetGlobalScheduler(True)


def test_the_seed_reaches_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Spy(pulp.HiGHS):
        def __init__(self, **options: object) -> None:
            made.append(options)
            super().__init__(**options)

    monkeypatch.setattr(pulp, "HiGHS", Spy)
    problem = knapsack()
    solve(problem, gap=0.01, seed=42, time_limit_s=7, solver="HiGHS")
    _, set_to = problem.solverModel.getOptionValue("random_seed")
    assert set_to == 42
    assert (made[0]["gapRel"], made[0]["timeLimit"]) == (0.01, 7)


def test_cbc_is_the_fallback_and_nothing_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulp.HiGHS, "available", lambda _self: False)
    monkeypatch.setattr(solver, "_cbc_class", lambda: object)
    assert solver._installed() == "CBC"
    monkeypatch.setattr(solver, "_cbc_class", lambda: None)
    with pytest.raises(Refused, match="solver: neither HiGHS nor CBC is there; install HiGHS"):
        solve(knapsack(), gap=0, seed=0, time_limit_s=1)
