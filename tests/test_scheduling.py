"""Shift plans: brute force on tiny cases, recomputed coverage, honest statuses, refusals."""

import itertools
import warnings
from datetime import date

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Infeasible, Refused, Remark
from callplan.intervals import grid
from callplan.tables import COVERAGE, SHIFT_PLAN, check
from scheduling import Rules, Schedule, schedule
from scheduling.shapes import Break, Shape, shape, step_min
from scheduling.solver import solve

ZONE = "Europe/Paris"
SMALL = Rules(lengths_h=(2.0, 3.0), meal_from_h=3.0, meal_min=60, meal_earliest_h=1.0, meal_latest_h=2.0)


def requirement(heads: list[int], *, minutes: int = 60, first: str = "2024-05-06 08:00") -> pd.DataFrame:
    start = pd.date_range(first, periods=len(heads), freq=f"{minutes}min", tz=ZONE)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": minutes, "rostered": heads})


def recomputed(found: Schedule, need: pd.DataFrame) -> list[int]:
    """Count the heads at work in each interval, straight from the shift table."""
    staffed = []
    for row in need.itertuples():
        heads = 0
        for shift in found.shift_plan.itertuples():
            present = shift.queue == row.queue and shift.start <= row.start < shift.end
            eating = pd.notna(shift.meal_start) and shift.meal_start <= row.start < shift.meal_end
            heads += shift.heads * (present and not eating)
        staffed.append(heads)
    return staffed


def brute_force(heads: list[int], rules: Rules) -> float:
    """Return the least cost over every way to put heads on each shift with each meal (hours of 60 min)."""
    rows, paid_h = [], []
    for length in map(int, rules.lengths_h):
        meal = rules.meal_min > 0 and length >= rules.meal_from_h
        meals = (
            range(int(rules.meal_earliest_h), min(int(rules.meal_latest_h), length - 2) + 1)
            if meal
            else [None]
        )
        for first, away in itertools.product(range(len(heads) - length + 1), meals):
            rows.append(
                [first <= slot < first + length and slot - first != away for slot in range(len(heads))]
            )
            paid_h.append(length - meal)
    work, paid = np.array(rows, dtype=int), np.array(paid_h)
    places = rows
    least = np.inf
    for counts in itertools.product(range(max(heads) + 1), repeat=len(places)):
        missing = np.maximum(np.array(heads) - counts @ work, 0).sum()
        least = min(least, rules.cost_per_h * (counts @ paid) + rules.under_cost_per_h * missing)
    return float(least)


@pytest.mark.parametrize(
    ("heads", "rules"),
    [
        ([1, 2, 1], SMALL),
        ([2, 0, 2, 1], SMALL),
        ([1, 1, 2, 2], SMALL),
        ([1, 0, 0, 1], SMALL.replace(under_cost_per_h=1.5)),
        ([2, 2, 1, 1, 1], Rules(lengths_h=(2.0, 4.0), meal_min=0)),
    ],
)
def test_tiny_cases_equal_brute_force(heads: list[int], rules: Rules) -> None:
    found = schedule(requirement(heads), rules).outcome[0]
    assert found.cost == pytest.approx(brute_force(heads, rules), rel=0.001)
    assert found.bound <= found.cost + 1e-9


@settings(max_examples=40, deadline=None)
@given(
    heads=st.lists(st.integers(0, 12), min_size=8, max_size=24),
    cut=st.integers(0, 20),
    lengths=st.sets(st.sampled_from([2.0, 3.0, 4.0, 6.0]), min_size=1),
)
def test_every_plan_keeps_its_rules(heads: list[int], cut: int, lengths: set[float]) -> None:
    need = requirement(heads, minutes=30).drop(index=cut, errors="ignore").reset_index(drop=True)
    rules = Rules(lengths_h=tuple(lengths), meal_from_h=4.0, meal_earliest_h=1.5, meal_latest_h=2.5)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Remark)
            found = schedule(need, rules)
    except Infeasible:
        spans = [len(part) for part in np.split(heads, [cut, cut + 1] if cut < len(heads) else [])]
        assert max(spans) < min(lengths) * 2
        return
    coverage, plan = found.coverage, found.shift_plan
    assert coverage["staffed"].tolist() == recomputed(found, need)
    assert (coverage["over"] - coverage["under"] == coverage["staffed"] - coverage["needed"]).all()
    assert not ((coverage["over"] > 0) & (coverage["under"] > 0)).any()
    starts = set(need["start"])
    for shift in plan.itertuples():
        length = (shift.end - shift.start) / pd.Timedelta(hours=1)
        assert length in lengths
        inside = pd.date_range(shift.start, shift.end, freq="30min", inclusive="left")
        assert set(inside) <= starts, "a shift runs into closed time"
        if length >= 4:
            assert shift.meal_end - shift.meal_start == pd.Timedelta(minutes=30)
            assert 1.5 <= (shift.meal_start - shift.start) / pd.Timedelta(hours=1) <= 2.5
            assert shift.paid_h == length - 0.5
        else:
            assert pd.isna(shift.meal_start)
            assert shift.paid_h == length
    outcome = found.outcome[0]
    paid = (plan["heads"] * plan["paid_h"]).sum() if len(plan) else 0
    assert outcome.cost == pytest.approx(paid + 10 * coverage["under"].sum() / 2)
    assert outcome.bound <= outcome.cost + 1e-9
    assert outcome.gap <= 0.001 + 1e-9


def test_the_tables_are_what_they_say() -> None:
    half_hours = requirement([3] * 24, minutes=30)
    both = pd.concat([half_hours, half_hours.assign(queue="support", rostered=2)])
    found = schedule(both, Rules(lengths_h=(4.0, 8.0)))
    pd.testing.assert_frame_equal(check(found.shift_plan, SHIFT_PLAN), found.shift_plan)
    pd.testing.assert_frame_equal(check(found.coverage, COVERAGE), found.coverage)
    assert [outcome.queue for outcome in found.outcome] == ["sales", "support"]
    assert set(found.shift_plan["shift"]) <= {"4h", *(f"8h, meal after {h:g}h" for h in (3, 3.5, 4, 4.5, 5))}


def test_shifts_run_over_midnight_where_the_queue_never_closes() -> None:
    start = grid(date(2024, 5, 6), date(2024, 5, 7), 60, ZONE)
    need = pd.DataFrame({"queue": "night", "start": start, "minutes": 60, "rostered": 1})
    plan = schedule(need, Rules(lengths_h=(8.0,), meal_min=0)).shift_plan
    assert (plan["end"].dt.date > plan["start"].dt.date).any()


def test_hours_are_hours_that_pass_when_the_clock_changes() -> None:
    # The clock goes back at 03:00: the night has an hour more than it shows.
    start = grid(date(2024, 10, 26), date(2024, 10, 27), 60, ZONE)
    night = start[(start >= "2024-10-26 23:00") & (start < "2024-10-27 07:00")]
    need = pd.DataFrame({"queue": "night", "start": night, "minutes": 60, "rostered": 1})
    assert len(need) == 9
    found = schedule(need, Rules(lengths_h=(9.0,), meal_min=0))
    shift = found.shift_plan.iloc[0]
    assert (str(shift["start"]), str(shift["end"])) == (
        "2024-10-26 23:00:00+02:00",
        "2024-10-27 07:00:00+01:00",
    )
    assert shift["paid_h"] == 9


def test_shifts_begin_on_their_step_of_the_clock() -> None:
    rules = Rules(lengths_h=(2.0,), start_every_min=60)
    plan = schedule(requirement([1] * 12, minutes=30, first="2024-05-06 08:30"), rules).shift_plan
    # A queue that opens beside the steps has a shift from its first minute on all the same.
    assert set(plan["start"].iloc[1:].dt.minute) == {0}
    assert str(plan["start"].iloc[0]) == "2024-05-06 08:30:00+02:00"


def test_a_shortfall_is_priced_not_forbidden() -> None:
    # One head missing for one hour is cheaper than a shift of four.
    found = schedule(requirement([1, 1, 1, 1, 1]), Rules(lengths_h=(4.0,), under_cost_per_h=2.0))
    assert found.coverage["under"].sum() == 1
    assert found.outcome[0].cost == pytest.approx(6.0)


def test_nothing_needed_gives_an_empty_plan() -> None:
    found = schedule(requirement([0] * 10), Rules(lengths_h=(4.0,)))
    assert found.shift_plan.empty
    assert list(found.shift_plan) == SHIFT_PLAN.names()
    assert found.coverage["staffed"].sum() == 0
    assert (found.outcome[0].cost, found.outcome[0].gap) == (0, 0)


def test_a_span_too_short_for_any_shift_is_remarked_and_stays_uncovered() -> None:
    need = pd.concat([requirement([2] * 8), requirement([3], first="2024-05-06 20:00")], ignore_index=True)
    with pytest.warns(Remark, match="sales has 3 agent-hours where no shift can be"):
        found = schedule(need, Rules(lengths_h=(4.0,)))
    assert found.coverage["under"].tolist() == [0] * 8 + [3]
    assert found.outcome[0].cost == pytest.approx(16 + 30)


def test_no_shift_fits_at_all() -> None:
    with pytest.raises(
        Infeasible, match=r"longest opening lasts 2 h, and the shortest shift 4 h; add a shorter one"
    ):
        schedule(requirement([1, 1]), Rules(lengths_h=(4.0,)))


def test_the_same_input_gives_the_same_plan() -> None:
    heads = np.random.default_rng(0).integers(20, 60, 28).tolist()
    first, second = (schedule(requirement(heads, minutes=30), Rules(), seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.shift_plan, second.shift_plan)
    assert first.outcome == second.outcome


def infeasible_problem() -> pulp.LpProblem:
    problem = pulp.LpProblem("impossible", pulp.LpMinimize)
    x = problem.add_variable("x", lowBound=0, upBound=1, cat="Integer")
    problem += 1 * x
    problem += x >= 2
    return problem


def hard_problem() -> pulp.LpProblem:
    """Return a set of knapsacks that no solver ends in a moment."""
    rng = np.random.default_rng(1)
    problem = pulp.LpProblem("hard", pulp.LpMinimize)
    xs = [problem.add_variable(f"x{i:03d}", 0, 1, "Integer") for i in range(120)]
    slack = [problem.add_variable(f"s{j:02d}", 0) for j in range(40)]
    problem += pulp.lpSum(slack)
    for j, short in enumerate(slack):
        weights = rng.integers(100, 1000, len(xs))
        total = pulp.lpSum(int(w) * x for w, x in zip(weights, xs, strict=True))
        problem += total + short >= int(weights.sum() // 2) + j
        problem += total - short <= int(weights.sum() // 2) + j
    return problem


@pytest.fixture(params=["HiGHS", "CBC"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Solve with HiGHS, then without: CBC is the fallback that PuLP 3 brings along."""
    if request.param == "CBC":
        monkeypatch.setattr(pulp.HiGHS, "available", lambda _self: False)
        cbc = pulp.PULP_CBC_CMD if hasattr(pulp, "PULP_CBC_CMD") else pulp.COIN_CMD
        if not cbc(msg=False).available():
            pytest.skip("no CBC here: PuLP 3 brings it, for PuLP 4 install coinor-cbc")
    return request.param


def test_an_infeasible_problem_gives_no_values(solver: str) -> None:
    found = solve(infeasible_problem(), gap=0, seed=0, time_limit_s=10)
    assert (found.status, found.values, found.objective) == ("infeasible", {}, None)


def test_a_search_that_the_clock_stops_is_not_called_optimal(solver: str) -> None:
    found = solve(hard_problem(), gap=0, seed=0, time_limit_s=1)
    assert found.timed_out
    assert found.status in ("feasible", "unknown")
    assert found.status == "unknown" or found.bound < found.objective


def test_both_solvers_agree(solver: str) -> None:
    found = schedule(requirement([2, 4, 5, 3, 2, 6, 4, 1]), SMALL).outcome[0]
    assert found.solver == solver
    assert found.status == "optimal"
    assert found.cost == pytest.approx(28.0)
    assert found.bound <= found.cost


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"lengths_h": (0.0,)}, "lengths_h.0: found 0"),
        ({"lengths_h": (25.0,)}, "lengths_h.0: found 25"),
        ({"lengths_h": ()}, "lengths_h"),
        ({"start_every_min": 7}, "start_every_min: 7 does not divide a day"),
        ({"meal_earliest_h": 5.0, "meal_latest_h": 4.0}, "meal_latest_h: 4 is before meal_earliest_h"),
        ({"meal_earliest_h": 6.0, "meal_latest_h": 7.0}, "does not end before a shift of 6 h"),
        ({"under_cost_per_h": 0.5}, "under_cost_per_h: 0.5 is not more than cost_per_h"),
        ({"cost_per_h": -1.0}, "cost_per_h"),
        ({"length_h": (4.0,)}, "did you mean lengths_h"),
    ],
)
def test_faulty_rules_are_refused_by_name(rules: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Rules(**rules)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"lengths_h": (4.25,)}, "lengths_h: 4.25 does not fit intervals of 30 minutes"),
        ({"meal_min": 22}, "meal_min: 22 does not fit"),
        ({"meal_earliest_h": 3.25}, "meal_earliest_h: 3.25 does not fit"),
        ({"start_every_min": 45, "lengths_h": (4.5,)}, "start_every_min: 45 does not fit"),
    ],
)
def test_rules_that_do_not_fit_the_grid_are_refused(rules: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        schedule(requirement([1] * 24, minutes=30), Rules(**rules))


def test_rules_say_early_whether_they_fit_a_grid() -> None:
    with pytest.raises(Refused) as refused:
        step_min(Rules(meal_min=60), 60)
    assert str(refused.value) == (
        "shifts.lengths_h: 8.5 does not fit intervals of 60 minutes; use steps of 1 h, or shorter intervals"
    )
    assert step_min(Rules(), 30) == 30
    assert step_min(Rules(lengths_h=(4.0, 9.0), meal_min=60), 60) == 60
    # A meal of half an hour parts the hour.
    assert step_min(Rules(), 60) == 30


def test_rules_of_another_kind_are_refused() -> None:
    for rules in ({}, None, {"lengths_h": (4.0,)}):
        with pytest.raises(Refused, match=r"^rules: found .*; give Rules\(\.\.\.\)$"):
            schedule(requirement([1] * 8), rules)  # type: ignore[arg-type]


def test_a_requirement_is_checked() -> None:
    with pytest.raises(Refused, match="requirement, row 0, column rostered: found -1"):
        schedule(requirement([-1]), SMALL)
    with pytest.raises(Refused, match="no column 'rostered'"):
        schedule(requirement([1]).drop(columns="rostered"), SMALL)


def test_shapes_have_names_and_paid_hours() -> None:
    form = shape(SMALL, 180, 60)
    assert form == Shape(180, (Break("meal", 60, 60, 60, paid=False),))
    assert (form.paid_h, form.name((60,))) == (2, "3h, meal after 1h")
