"""Breaks planned by interval and dealt to shifts, held against a column for every break of every shift."""

import itertools

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from scheduling import Rules, Schedule, schedule
from scheduling.shapes import Shape, shape

ZONE = "Europe/Paris"
RESTS = Rules(
    lengths_h=(2.0, 4.0, 5.0),
    meal_from_h=4.0,
    meal_earliest_h=1.5,
    meal_latest_h=2.5,
    rests_h=((0.5, 1.5), (-1.5, -0.5)),
    rests_from_h=4.0,
)


def requirement(heads: list[int], *, minutes: int = 30, first: str = "2024-05-06 08:00") -> pd.DataFrame:
    start = pd.date_range(first, periods=len(heads), freq=f"{minutes}min", tz=ZONE)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": minutes, "rostered": heads})


def breaks_of(row: pd.Series, rest_min: int = 15) -> list[tuple[float, float]]:
    """Return the breaks of a row of the shift plan, in minutes since it began."""
    minute = pd.Timedelta(minutes=1)
    found = []
    if pd.notna(row.meal_start):
        found.append(((row.meal_start - row.start) / minute, (row.meal_end - row.start) / minute))
    if isinstance(row.rests_after, str):
        for after in row.rests_after.split("|"):
            found.append((60 * float(after), 60 * float(after) + rest_min))
    return sorted(found)


def staffed_by_minute(found: Schedule, need: pd.DataFrame) -> np.ndarray:
    """Count the heads at work in each minute, straight from the shift plan."""
    first = need["start"].min()
    at_work = np.zeros(len(need) * int(need["minutes"].iloc[0]))
    for row in found.shift_plan.itertuples():
        begin, end = (int((edge - first) / pd.Timedelta(minutes=1)) for edge in (row.start, row.end))
        at_work[begin:end] += row.heads
        for away, back in breaks_of(row):
            at_work[begin + int(away) : begin + int(back)] -= row.heads
    return at_work


def explicit(heads: list[int], rules: Rules, step: int) -> float:
    """Return the least cost with a column for every start, length and set of breaks, in whole heads."""
    need = np.repeat(heads, 30 // step)
    problem = pulp.LpProblem("explicit", pulp.LpMinimize)
    at_work: list[list[pulp.LpVariable]] = [[] for _ in need]
    costs, count = [], 0
    for length in rules.lengths_min():
        form = shape(rules, length, step)
        choices = [range(pause.earliest_min, pause.latest_min + 1, step) for pause in form.breaks]
        for begin in range(0, len(need) * step - length + 1, 30):
            for begun in itertools.product(*choices):
                heads_on_it = problem.add_variable(f"x{count:06d}", 0, cat="Integer")
                count += 1
                costs.append(rules.cost_per_h * form.paid_h * heads_on_it)
                away = {
                    minute
                    for pause, at in zip(form.breaks, begun, strict=True)
                    for minute in range(at, at + pause.length_min, step)
                }
                for minute in set(range(0, length, step)) - away:
                    at_work[(begin + minute) // step].append(heads_on_it)
    for slot in range(len(need)):
        under = problem.add_variable(f"u{slot:04d}", 0)
        costs.append(rules.under_cost_per_h * step / 60 * under)
        at_work[slot].append(under)
    problem += pulp.lpSum(costs)
    for slot, needed in enumerate(need):
        problem += pulp.lpSum(at_work[slot]) >= int(needed)
    problem.solve(pulp.HiGHS(msg=False, gapRel=0))
    return float(pulp.value(problem.objective))


@settings(max_examples=25, deadline=None)
@given(
    heads=st.lists(st.integers(0, 5), min_size=10, max_size=14),
    lengths=st.sampled_from([(4.0,), (2.0, 4.0), (4.0, 5.0), (2.0, 4.0, 5.0)]),
)
def test_breaks_by_interval_cost_the_same_as_breaks_by_shift(heads: list[int], lengths: tuple) -> None:
    rules = RESTS.replace(lengths_h=lengths)
    found = schedule(requirement(heads), rules)
    assert found.outcome[0].cost == pytest.approx(explicit(heads, rules, 15), rel=0.001)


@settings(max_examples=30, deadline=None)
@given(
    heads=st.lists(st.integers(0, 9), min_size=12, max_size=40),
    meal_paid=st.booleans(),
    first=st.sampled_from(["2024-05-06 08:00", "2024-03-30 20:00"]),
)
def test_every_break_lies_in_its_window_and_is_counted(heads: list[int], meal_paid: bool, first: str) -> None:
    need = requirement(heads, first=first)
    found = schedule(need, RESTS.replace(meal_paid=meal_paid))
    for row in found.shift_plan.itertuples():
        length = (row.end - row.start) / pd.Timedelta(minutes=1)
        breaks = breaks_of(row)
        assert len(breaks) == (3 if length >= 240 else 0)
        assert row.paid_h == length / 60 - (0.5 if breaks and not meal_paid else 0)
        if not breaks:
            continue
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(breaks))
        rests = [begin for begin, end in breaks if end - begin == 15]
        meals = [begin for begin, end in breaks if end - begin == 30]
        assert 30 <= rests[0] <= 90
        assert length - 90 <= rests[1] <= length - 30
        assert 90 <= meals[0] <= 150
    by_minute = staffed_by_minute(found, need).reshape(len(need), -1)
    spare = by_minute - np.array(heads)[:, None]
    coverage = found.coverage
    np.testing.assert_allclose(coverage["staffed"], by_minute.mean(axis=1))
    np.testing.assert_allclose(coverage["over"], np.maximum(spare, 0).mean(axis=1))
    np.testing.assert_allclose(coverage["under"], np.maximum(-spare, 0).mean(axis=1))
    paid = (found.shift_plan["heads"] * found.shift_plan["paid_h"]).sum()
    assert found.outcome[0].cost == pytest.approx(paid + 10 * coverage["under"].sum() / 2)


def test_the_plan_of_a_week_with_rests_has_few_columns() -> None:
    # With a column for each set of breaks, half a million columns; the week takes a second or two.
    heads = np.random.default_rng(1).integers(20, 60, 336).tolist()
    rules = Rules(lengths_h=(4.0, 6.0, 8.5), rests_h=((1, 3), (-3, -1)))
    found = schedule(requirement(heads, first="2024-05-06"), rules)
    assert found.outcome[0].gap <= 0.005
    rested = found.shift_plan["rests_after"].notna()
    assert (rested == (found.shift_plan["paid_h"] > 4)).all()


def test_windows_that_overlap_part_in_the_middle() -> None:
    rules = Rules(rests_h=((1, 3), (-3, -1)))
    windows = [
        [(pause.kind, pause.earliest_min, pause.latest_min) for pause in shape(rules, length, 15).breaks]
        for length in (360, 510)
    ]
    assert windows == [
        [("rest", 60, 165), ("meal", 180, 225), ("rest", 255, 300)],
        [("rest", 60, 165), ("meal", 180, 300), ("rest", 330, 450)],
    ]
    assert shape(rules, 240, 15) == Shape(240)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"rests_h": ((3, 1),)}, r"rests_h: \[3, 1\] ends before it begins"),
        (
            {"rests_h": ((3, 3), (3, 3)), "meal_min": 0},
            r"shifts\.rests_h: no room for a rest of 15 min in a shift of",
        ),
        ({"rests_h": ((5.9, 6.5),)}, r"shifts\.rests_h: 5\.9 does not fit intervals of 15 minutes"),
        ({"rests_h": ((1, 2),), "rest_min": 7}, r"shifts\.rest_min: 7 does not fit intervals of 30 minutes"),
        ({"rests_h": ((1, 1),), "rest_min": 0}, "rest_min: found 0"),
    ],
)
def test_rests_that_cannot_be_are_refused(rules: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        schedule(requirement([1] * 24), Rules(**rules))


def test_an_explicit_case_of_one_shift() -> None:
    # Two heads, one needed throughout: each rests and eats while the other works.
    rules = Rules(lengths_h=(6.0,), rests_h=((1, 2),), under_cost_per_h=100)
    found = schedule(requirement([1] * 12), rules)
    assert found.shift_plan["heads"].sum() == 2
    assert found.coverage["under"].sum() == 0
    assert sorted(found.shift_plan["shift"]) == sorted(set(found.shift_plan["shift"]))
