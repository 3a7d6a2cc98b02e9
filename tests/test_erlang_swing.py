"""The two loads of an interval: what they average to, and the smallest team for both."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erlang import Swing, Target, day_performance, lagged_load, performance, require, smallest_team

LOADS = st.lists(st.floats(0.5, 60), min_size=2, max_size=6)
GOALS = [
    Target(service_level=0.8, within_s=20),
    Target(service_level=0.9, within_s=10, asa_s=15),
    Target(service_level=0.7, within_s=30, occupancy=0.8),
    Target(service_level=0.8, within_s=20, convention="abandon_ignored"),
]


def swing(load: list[float], aht_s: float, minutes: float = 30) -> tuple[Swing, np.ndarray]:
    n = len(load)
    times = np.full(n, aht_s), np.full(n, minutes), 60 * minutes * np.arange(n)
    return Swing.of(np.array(load), *times, lag=True), times[0]


@given(LOADS, st.floats(1, 4000), st.sampled_from([15.0, 30.0, 60.0]))
def test_the_two_loads_average_to_the_lagged_load(load: list[float], aht_s: float, minutes: float) -> None:
    both, _ = swing(load, aht_s, minutes)
    np.testing.assert_allclose(both.mean, lagged_load(load, aht_s, minutes))
    np.testing.assert_allclose(both.share * both.before + (1 - both.share) * both.own, both.mean, atol=1e-9)
    if aht_s < 60 * minutes:
        np.testing.assert_allclose(both.own, load)
        np.testing.assert_allclose(both.before[1:], load[:-1], rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(LOADS, st.floats(60, 1500), st.sampled_from([None, 60.0, 300.0]), st.sampled_from(GOALS))
def test_the_team_is_the_smallest_that_meets_all(
    load: list[float], aht_s: float, patience_s: float | None, target: Target
) -> None:
    both, times = swing(load, aht_s)
    team, set_by = both.smallest_team(times, target, patience_s=patience_s, lines=None)
    for i in range(len(load)):
        n = 0
        while True:
            n += 1
            if patience_s is None and n <= both.mean[i]:
                continue
            level = both.service_level(
                np.array([n]), times, target, patience_s=patience_s, rows=slice(i, i + 1)
            )[0]
            result = performance(n, both.mean[i], aht_s, 0, patience_s=patience_s)
            met = level >= 0.999999999999 * target.service_level
            met &= target.asa_s is None or result.asa_s <= target.asa_s
            met &= target.occupancy is None or result.occupancy <= target.occupancy * (1 + 1e-10)
            if met:
                break
        assert team[i] == n
    assert set(set_by) <= {"service_level", "asa_s", "occupancy", "load"}


def test_a_steady_load_needs_what_it_always_needs() -> None:
    both, times = swing([10.0, 10.0, 10.0], 300)
    team, set_by = both.smallest_team(times, GOALS[0], patience_s=None, lines=None)
    plain, by = smallest_team(10, 300, GOALS[0])
    assert team.tolist() == [plain] * 3
    assert set(set_by) == {str(by)}


def test_without_the_lag_each_interval_has_one_load() -> None:
    load = np.array([10.0, 30.0])
    alone = Swing.of(load, np.full(2, 300.0), np.full(2, 30.0), np.array([0.0, 1800]), lag=False)
    assert alone.before.tolist() == alone.own.tolist() == alone.mean.tolist() == [10, 30]


@pytest.mark.parametrize("patience_s", [60.0, 180.0, None])
@pytest.mark.parametrize("peak", [20, 120])
def test_through_a_day_of_steep_change_every_interval_is_near_its_goal(
    patience_s: float | None, peak: int
) -> None:
    """By the transient equations, which know nothing of lags."""
    shape = np.array([35, 50, 66, 80, 90, 96, 100, 94, 80, 70, 75, 86, 78, 62, 46, 34, 24]) / 100
    start = pd.date_range("2024-05-06 08:00", periods=len(shape), freq="30min", tz="Europe/Paris")
    ahead = pd.DataFrame({"queue": "sales", "start": start, "model": "m", "minutes": 30})
    ahead = ahead.assign(calls=shape * peak * 6, aht_s=300.0, cutoff=start[0])
    ahead = ahead.assign(calls_lo=np.nan, calls_hi=np.nan, level=np.nan)
    found = day_performance(
        require(ahead, GOALS[0], patience_s=patience_s), ahead, GOALS[0], patience_s=patience_s
    )
    assert found.intervals["service_level"].min() >= 0.79
    alone = require(ahead, GOALS[0], patience_s=patience_s, lag=False)
    worst = day_performance(alone, ahead, GOALS[0], patience_s=patience_s).intervals["service_level"].min()
    assert worst < 0.79
