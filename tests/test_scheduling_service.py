"""Covering to the day's service level: held against brute force, and against what it is there to save."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from erlang import service_level
from scheduling import Rules, schedule
from scheduling.plan.service import concave_steps

ZONE = "Europe/Paris"
DAY = Rules(lengths_h=(2.0,), meal_min=0, cover="day", day_floor=0.5)
AHT_S, WITHIN_S, GOAL = 300.0, 20.0, 0.8


def tables(calls: list[float], *, minutes: int = 60, first: str = "2024-05-06 08:00") -> tuple:
    """Return a requirement that meets 80/20 in every interval, and what heads give (Erlang C)."""
    start = pd.date_range(first, periods=len(calls), freq=f"{minutes}min", tz=ZONE)
    heads = np.arange(0, 60)
    level = np.array(
        [service_level(heads, volume * AHT_S / 60 / minutes, AHT_S, WITHIN_S) for volume in calls]
    )
    level = np.where(heads == 0, 0.0, level)
    rostered = np.argmax(level >= GOAL, axis=1)
    requirement = pd.DataFrame(
        {
            "queue": "sales",
            "start": start,
            "minutes": minutes,
            "calls": calls,
            "rostered": np.where(np.array(calls) > 0, rostered, 0),
            "service_goal": GOAL,
        }
    )
    service = pd.DataFrame(
        {
            "queue": "sales",
            "start": np.repeat(start, len(heads)),
            "heads": np.tile(heads, len(calls)),
            "service_level": level.ravel(),
        }
    )
    return requirement, service[service["start"].isin(start[np.array(calls) > 0])], level


def answered(staffed: np.ndarray, calls: list[float], level: np.ndarray) -> float:
    share = [level[slot, int(heads)] for slot, heads in enumerate(staffed)]
    return float(np.average(share, weights=calls))


def test_the_cheapest_plan_of_a_short_day_equals_brute_force() -> None:
    calls = [20.0, 60.0, 50.0, 15.0]
    requirement, service, level = tables(calls)
    floor = np.argmax(level >= 0.5, axis=1)
    best = min(
        2 * sum(counts)
        for counts in itertools.product(range(12), repeat=3)
        for staffed in [np.convolve(counts, [1, 1])]
        if (staffed >= floor).all() and answered(staffed, calls, level) >= GOAL
    )
    found = schedule(requirement, DAY, service=service)
    staffed = found.coverage["staffed"].to_numpy()
    assert answered(staffed, calls, level) >= GOAL
    assert (staffed >= floor).all()
    assert found.outcome[0].cost == pytest.approx(best)
    # Every interval by itself costs more.
    assert schedule(requirement, DAY.replace(cover="interval")).outcome[0].cost > best


def test_two_days_of_small_teams_save_a_tenth_of_the_hours() -> None:
    hours = np.arange(48) % 24
    calls = (70 * np.exp(-(((hours - 12) / 4) ** 2)) + 2).round(2).tolist()
    requirement, service, level = tables(calls, first="2024-05-06")
    rules = DAY.replace(lengths_h=(4.0, 6.0, 8.0))
    by_day = schedule(requirement, rules, service=service)
    by_interval = schedule(requirement, rules.replace(cover="interval"))
    paid = [(plan.shift_plan["heads"] * plan.shift_plan["paid_h"]).sum() for plan in (by_interval, by_day)]
    assert requirement["rostered"].max() == 9
    assert 0.8 < paid[1] / paid[0] < 0.92
    staffed = by_day.coverage["staffed"].to_numpy()
    for day in (slice(0, 24), slice(24, 48)):
        assert answered(staffed[day], calls[day], level[day]) >= GOAL - 0.0005
    assert all(level[slot, int(heads)] >= 0.5 for slot, heads in enumerate(staffed))
    assert by_day.coverage["needed"].tolist() == requirement["rostered"].tolist()


def test_a_higher_floor_costs_more() -> None:
    requirement, service, _ = tables([10.0, 60.0, 40.0, 12.0, 8.0, 30.0])
    costs = [
        schedule(requirement, DAY.replace(day_floor=floor), service=service).outcome[0].cost
        for floor in (0.0, 0.5, 0.79)
    ]
    assert costs == sorted(costs)
    assert costs[0] < costs[2]


def test_heads_that_must_be_there_serve_the_day_too() -> None:
    requirement, service, level = tables([2.0, 60.0, 50.0, 2.0])
    rules = DAY.replace(heads_at_least=5)
    found = schedule(requirement, rules, service=service)
    staffed = found.coverage["staffed"].to_numpy()
    assert staffed.min() >= 5
    assert answered(staffed, [2.0, 60.0, 50.0, 2.0], level) >= GOAL
    assert found.outcome[0].cost <= schedule(requirement, rules.replace(cover="interval")).outcome[0].cost


def test_hours_without_calls_need_nobody() -> None:
    requirement, service, _ = tables([0.0, 0.0, 30.0, 30.0])
    found = schedule(requirement, DAY, service=service)
    assert found.coverage["staffed"].tolist()[0] == 0


def test_a_day_that_cannot_meet_its_goal_is_remarked() -> None:
    requirement, service, _ = tables([30.0, 60.0, 60.0, 30.0])
    with pytest.warns(
        Remark, match=r"sales: 1 days miss their service level of 80\.0%, .* 2024-05-06 with \d"
    ):
        schedule(requirement, DAY.replace(latest_start="09:00", lengths_h=(2.0,)), service=service)


def test_what_the_hull_hides_is_remarked() -> None:
    # One head gives 0, two give all: the hull takes half of the calls for answered by one.
    requirement, service, _ = tables([10.0, 10.0])
    service = service[service["heads"] <= 2].assign(service_level=lambda rows: (rows["heads"] == 2) * 1.0)
    with pytest.warns(Remark, match=r"1 days miss their service level of 50\.0%"):
        schedule(
            requirement.assign(service_goal=0.5),
            DAY.replace(day_floor=0.0, lengths_h=(2.0,)),
            service=service,
        )


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_the_hull_is_concave_above_the_points_and_touches_them(level: list[float]) -> None:
    level = np.maximum.accumulate(level).tolist()
    steps = concave_steps(np.array(level))
    slopes = [slope for _, slope in steps]
    assert slopes == sorted(slopes, reverse=True)
    edges = np.concatenate([[0], np.cumsum([width for width, _ in steps])])
    heights = level[0] + np.concatenate([[0], np.cumsum([width * slope for width, slope in steps])])
    hull = np.interp(np.arange(len(level)), edges, heights)
    assert (hull >= np.array(level) - 1e-9).all()
    np.testing.assert_allclose(hull[edges.astype(int)], np.array(level)[edges.astype(int)], atol=1e-9)


def test_half_hours_of_an_hour_are_its_own() -> None:
    # Meals of half an hour: the plan is made on half hours, each weighted by half of the calls.
    requirement, service, level = tables([40.0] * 8)
    rules = DAY.replace(lengths_h=(4.0, 8.0), meal_min=30, meal_from_h=8.0, meal_earliest_h=3.0)
    found = schedule(requirement, rules, service=service)
    assert found.coverage["staffed"].mod(1).isin([0, 0.5]).all()
    floor = int(np.argmax(level[0] >= 0.5))
    assert (found.coverage["staffed"] >= floor).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda need, _: (need, None), 'service: cover = "day" without a table of service'),
        (lambda need, service: (need.drop(columns="service_goal"), service), "queue sales: no service_goal"),
        (
            lambda need, service: (need, service[service["start"] > service["start"].min()]),
            "no row for sales",
        ),
        (
            lambda need, service: (need, service.assign(service_level=2.0)),
            "service, row 0, column service_level",
        ),
    ],
)
def test_what_is_missing_is_refused(change: object, message: str) -> None:
    requirement, service, _ = tables([30.0, 60.0])
    need, service = change(requirement, service)  # type: ignore[operator]
    with pytest.raises(Refused, match=message):
        schedule(need, DAY, service=service)
