"""Spans of several days: planned day by day, held against one program of the whole span."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Infeasible, Refused
from scheduling import Rules, Schedule, schedule
from scheduling.covering import ENOUGH, Cover, Span, _in_steps, _program, cover
from scheduling.solver import solve

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


def cost_of(found: Cover, heads: list[int]) -> float:
    """Price a cover anew: paid hours at 1, missing heads at 10 an hour."""
    staffed = np.zeros(len(heads))
    for (start, shape), count in found.heads.items():
        staffed[[start + offset for offset in shape.at_work(60)]] += count
    paid_h = sum(
        count * (shape.length_min - shape.meal_min) / 60 for (_, shape), count in found.heads.items()
    )
    return paid_h + 10 * float(np.maximum(np.array(heads) - staffed, 0).sum())


@pytest.mark.parametrize("seed", [2, 9, 19, 21, 26, 38])
def test_the_bound_is_below_and_the_cost_close_to_the_cheapest_plan(seed: int) -> None:
    heads = drawn(seed)
    span = Span("night", 60, heads, [True] * 72)
    places = span.places(RULES.shapes(60))
    # The second witness: all three days in whole heads at once, to the end.
    witness, _ = _program(heads, 0, 72, places, RULES, 60)
    least = solve(witness, gap=0, seed=0, time_limit_s=60)
    assert least.status == "optimal"

    days = _in_steps(3, span, places, RULES, seed=0, time_limit_s=60)
    assert days.cost == cost_of(days, heads)
    assert 0.9 * least.objective < days.bound <= least.objective + 1e-6 < days.cost + 2e-6

    found = cover(span, places, RULES, seed=0, time_limit_s=60)
    assert found.cost == cost_of(found, heads)
    assert found.bound <= least.objective + 1e-6
    assert found.cost <= (1 + ENOUGH) * least.objective
    assert found.cost - found.bound <= ENOUGH * found.cost


def test_one_program_is_tried_where_days_apart_cost_more() -> None:
    heads = drawn(19)
    span = Span("night", 60, heads, [True] * 72)
    places = span.places(RULES.shapes(60))
    days = _in_steps(3, span, places, RULES, seed=0, time_limit_s=60)
    found = schedule(around_the_clock(heads), RULES).outcome[0]
    assert days.cost == 110
    assert (found.cost, found.bound, found.stopped_by) == (108, 108, "optimal")


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


def test_time_that_is_up_in_the_second_program_leaves_the_first_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps = _in_steps

    def none_for_one_program(steps: int, *args: object, **kwargs: object) -> Cover:
        if steps == 1:
            raise Infeasible("no time")
        return in_steps(steps, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("scheduling.covering._in_steps", none_for_one_program)
    found = schedule(around_the_clock(drawn(19)), RULES).outcome[0]
    assert (found.cost, found.status, found.stopped_by) == (110, "feasible", "clock")


def test_a_second_program_that_the_clock_stops_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps = _in_steps

    def stopped(steps: int, *args: object, **kwargs: object) -> Cover:
        found = in_steps(steps, *args, **kwargs)  # type: ignore[arg-type]
        return replace(found, bound=100.0, timed_out=True) if steps == 1 else found

    monkeypatch.setattr("scheduling.covering._in_steps", stopped)
    found = schedule(around_the_clock(drawn(19)), RULES).outcome[0]
    assert (found.cost, found.status, found.stopped_by) == (108, "feasible", "clock")
    assert 100 < found.bound < 108, "the first day's program has the better bound"


def test_a_meal_ends_before_its_shift() -> None:
    late = Rules(lengths_h=(6.0,), meal_earliest_h=5.0, meal_latest_h=6.0)
    assert [shape.name for shape in late.shapes(30)] == ["6h, meal after 5h"]


def test_a_plan_near_its_bound_says_that_days_were_planned_apart() -> None:
    found = schedule(around_the_clock(drawn(26)), RULES).outcome[0]
    assert (found.status, found.stopped_by) == ("feasible", "days")
    assert 0.001 < found.gap <= ENOUGH


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
