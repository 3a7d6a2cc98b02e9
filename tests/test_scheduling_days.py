"""Spans of several days: planned day by day, held against one program of the whole span."""

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from scheduling import Rules, Schedule, schedule
from scheduling.plan import search
from scheduling.plan.search import ENOUGH, Found

ZONE = "Europe/Paris"
RULES = Rules(lengths_h=(5.0, 8.0), meal_min=60, meal_latest_h=4.0)


def around_the_clock(heads: list[int], *, minutes: int = 60, first: str = "2024-05-06") -> pd.DataFrame:
    start = pd.date_range(first, periods=len(heads), freq=f"{minutes}min", tz=ZONE)
    return pd.DataFrame({"queue": "night", "start": start, "minutes": minutes, "rostered": heads})


def drawn(seed: int) -> list[int]:
    """Return three days of few heads. On some of them a plan made day by day is not the cheapest."""
    return np.random.default_rng(seed).integers(0, 3, 72).tolist()


def minutes_staffed(found: Schedule, need: pd.DataFrame) -> list[set[int]]:
    """Count heads at work minute by minute, and return the counts that occur in each interval."""
    first = need["start"].min()
    length = int(need["minutes"].iloc[0])
    at_work = np.zeros(len(need) * length, dtype=int)
    for shift in found.shift_plan.itertuples():
        edges = [shift.start, shift.meal_start, shift.meal_end, shift.end]
        if pd.isna(shift.meal_start):
            edges = [shift.start, shift.end]
        worked = [int((edge - first) / pd.Timedelta(minutes=1)) for edge in edges]
        for begin, end in zip(worked[::2], worked[1::2], strict=True):
            at_work[begin:end] += shift.heads
    return [set(part.tolist()) for part in np.split(at_work, len(need))]


def cost_of(found: Schedule) -> float:
    """Price a plan anew: paid hours at 1, missing heads at 10 an hour."""
    paid_h = (found.shift_plan["heads"] * found.shift_plan["paid_h"]).sum()
    return float(paid_h + 10 * found.coverage["under"].sum())


def least_cost(heads: list[int]) -> float:
    """Return the cheapest plan's cost, by a program with a column for every start, length and meal."""
    problem = pulp.LpProblem("witness", pulp.LpMinimize)
    at_work: list[list[pulp.LpVariable]] = [[] for _ in heads]
    costs = []
    kinds = [(5, None), *((8, meal) for meal in (3, 4))]
    for number, (length, meal) in enumerate(kinds):
        for first in range(len(heads) - length + 1):
            x = problem.add_variable(f"x{number}_{first:04d}", 0, cat="Integer")
            costs.append((length - (meal is not None)) * x)
            for hour in set(range(length)) - {meal}:
                at_work[first + hour].append(x)
    for hour, column in enumerate(at_work):
        column.append(problem.add_variable(f"u{hour:04d}", 0))
        costs.append(10 * column[-1])
    problem += pulp.lpSum(costs)
    for column, need in zip(at_work, heads, strict=True):
        problem += pulp.lpSum(column) >= need
    problem.solve(pulp.HiGHS(msg=False, gapRel=0))
    return float(pulp.value(problem.objective))


@pytest.mark.parametrize("seed", [2, 9, 19, 21, 26, 38])
def test_the_bound_is_below_and_the_cost_close_to_the_cheapest_plan(seed: int) -> None:
    heads = drawn(seed)
    rules = RULES.replace(meal_from_h=6.0)
    least = least_cost(heads)
    found = schedule(around_the_clock(heads), rules)
    outcome = found.outcome[0]
    assert outcome.cost == pytest.approx(cost_of(found))
    assert 0.9 * least < outcome.bound <= least + 1e-6
    assert least - 1e-6 <= outcome.cost <= (1 + ENOUGH) * least
    assert outcome.cost - outcome.bound <= ENOUGH * outcome.cost


def test_the_whole_is_tried_where_days_apart_cost_more(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = []
    as_a_whole = search._Run._as_a_whole

    def spied(run: search._Run, plan: np.ndarray | None, bound: float, gap: float) -> Found:
        assert plan is not None
        found = as_a_whole(run, plan, bound, gap)
        costs.append((run._cost(plan), found.cost))
        return found

    monkeypatch.setattr(search._Run, "_as_a_whole", spied)
    outcomes = [schedule(around_the_clock(drawn(seed)), RULES).outcome[0] for seed in range(40, 60)]
    assert costs, "days apart were always near enough"
    assert all(whole <= days for days, whole in costs)
    assert any(whole < days - 0.5 for days, whole in costs)
    assert all(outcome.gap <= ENOUGH for outcome in outcomes)


@settings(max_examples=15, deadline=None)
@given(heads=st.lists(st.integers(0, 4), min_size=30, max_size=80), clock_changes=st.booleans())
def test_coverage_is_what_the_shifts_do_minute_by_minute(heads: list[int], clock_changes: bool) -> None:
    # On 2024-03-31 the clock goes forward, and that day has 23 hours.
    need = around_the_clock(heads, first="2024-03-30 12:00" if clock_changes else "2024-05-06")
    found = schedule(need, RULES)
    staffed = found.coverage["staffed"].tolist()
    assert minutes_staffed(found, need) == [{count} for count in staffed]
    assert (found.coverage["over"] - found.coverage["under"]).tolist() == [
        count - head for count, head in zip(staffed, heads, strict=True)
    ]
    plan = found.shift_plan
    assert (plan["end"] <= need["start"].max() + pd.Timedelta(hours=1)).all()
    paid_h = (plan["heads"] * plan["paid_h"]).sum()
    outcome = found.outcome[0]
    assert outcome.cost == pytest.approx(paid_h + 10 * found.coverage["under"].sum())
    assert outcome.bound <= outcome.cost
    assert outcome.gap == pytest.approx((outcome.cost - outcome.bound) / outcome.cost if outcome.cost else 0)


def test_a_shift_over_the_clock_change_lasts_its_hours() -> None:
    # 2024-03-31 has no 02:00: eight hours present from 22:00 end at 07:00 on the clock.
    need = around_the_clock([1] * 8, first="2024-03-30 22:00")
    shift = schedule(need, Rules(lengths_h=(8.0,), meal_min=60, meal_latest_h=4.0)).shift_plan.iloc[0]
    assert str(shift["end"]) == "2024-03-31 07:00:00+02:00"
    assert shift["paid_h"] == 7
    assert shift["meal_end"] - shift["meal_start"] == pd.Timedelta(hours=1)


@pytest.mark.parametrize("seed", [0, 7])
def test_several_days_come_out_the_same_each_time(seed: int) -> None:
    need = around_the_clock(drawn(3) * 2)
    first, second = (schedule(need, RULES, seed=seed) for _ in range(2))
    pd.testing.assert_frame_equal(first.shift_plan, second.shift_plan)
    assert first.outcome == second.outcome


def test_queues_are_planned_apart() -> None:
    alone = around_the_clock(drawn(1))
    other = around_the_clock(drawn(4)).assign(queue="sales")
    both = schedule(pd.concat([other, alone]), RULES)
    night = both.shift_plan[both.shift_plan["queue"] == "night"]
    pd.testing.assert_frame_equal(night, schedule(alone, RULES).shift_plan)
    assert [outcome.queue for outcome in both.outcome] == ["night", "sales"]


@pytest.mark.parametrize("solver", ["HiGHS", "CBC"])
@pytest.mark.parametrize("days", [1, 3])
def test_time_that_is_up_leaves_a_plan_and_says_so(
    days: int, solver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if solver == "CBC":
        monkeypatch.setattr(pulp.HiGHS, "available", lambda _self: False)
    heads = np.random.default_rng(4).integers(0, 6, days * 48).tolist()
    need = around_the_clock(heads, minutes=30)
    found = schedule(need, Rules(), time_limit_s=1e-6)
    outcome = found.outcome[0]
    assert outcome.solver == solver
    if days == 3:
        assert (outcome.status, outcome.stopped_by) == ("feasible", "clock")
    assert outcome.cost == pytest.approx(
        (found.shift_plan["heads"] * found.shift_plan["paid_h"]).sum() + 5 * found.coverage["under"].sum()
    )
    # A plan, and no bad one: the rounded relaxation.
    best = schedule(need, Rules()).outcome[0]
    assert best.bound - 1e-6 <= outcome.cost <= 1.2 * best.cost
    assert 0.9 * best.cost <= outcome.bound <= best.cost


def test_a_cheaper_plan_found_before_the_whole_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = search.solve

    def out_of_time(problem: pulp.LpProblem, **options: object) -> object:
        # The whole is the only one that starts from a plan.
        if options.get("warm"):
            options["time_limit_s"] = 0.0
        return solve(problem, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(search, "solve", out_of_time)
    monkeypatch.setattr(search, "ENOUGH", -1.0)
    found = schedule(around_the_clock(drawn(19)), RULES)
    assert found.outcome[0].cost == pytest.approx(cost_of(found))
    assert found.outcome[0].cost <= 1.1 * least_cost(drawn(19))


def test_a_meal_ends_before_its_shift() -> None:
    late = Rules(lengths_h=(6.0,), meal_earliest_h=5.0, meal_latest_h=6.0)
    plan = schedule(around_the_clock([1] * 12, minutes=30), late).shift_plan
    assert set(plan["shift"]) == {"6h, meal after 5h"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed: found -1; give a whole number from 0"),
        ({"seed": 2**31}, "seed: found 2147483648"),
        ({"time_limit_s": 0}, "time_limit_s: found 0; give some seconds"),
        ({"time_limit_s": float("nan")}, "time_limit_s: found nan"),
    ],
)
def test_options_are_checked(options: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        schedule(around_the_clock([1] * 8), RULES, **options)


@pytest.mark.parametrize("price", [float("inf"), float("nan")])
def test_a_price_is_a_finite_number(price: float) -> None:
    with pytest.raises(Refused, match="under_cost_per_h: found"):
        Rules.from_dict({"under_cost_per_h": price}, "site.toml")


def test_intervals_of_two_lengths_in_one_queue_are_refused() -> None:
    mixed = pd.concat([around_the_clock([1] * 8), around_the_clock([1] * 8, minutes=30, first="2024-05-07")])
    with pytest.raises(Refused, match="queue night: intervals of 30 and 60 minutes"):
        schedule(mixed, RULES)
