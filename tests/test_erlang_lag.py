"""The lag of one handle time: what the load of before does to an interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang.lag import lagged_load

LOADS = st.lists(st.floats(0, 500), min_size=1, max_size=30)


def retold(load: list[float], aht_s: float, minutes: int) -> list[float]:
    """Look at every second of the intervals, and at the load one handle time before it."""
    seconds = np.arange(minutes * 60 * len(load)) + 0.5
    before = np.clip((seconds - aht_s) // (minutes * 60), 0, None).astype(int)
    lagged = np.asarray(load)[before].reshape(len(load), -1).mean(axis=1)
    return [float(mean) if own else 0.0 for own, mean in zip(load, lagged, strict=True)]


@given(LOADS, st.integers(0, 9000), st.sampled_from([15, 30, 60]))
def test_it_is_the_mean_of_every_second_one_handle_time_before(
    load: list[float], aht_s: int, minutes: int
) -> None:
    assert lagged_load(load, aht_s, minutes).tolist() == pytest.approx(retold(load, aht_s, minutes), abs=1e-6)


@given(st.floats(0, 500), st.floats(0, 10_000))
def test_a_steady_load_stays(load: float, aht_s: float) -> None:
    assert lagged_load([load] * 5, aht_s, 30) == pytest.approx([load] * 5)


def test_a_gap_begins_anew() -> None:
    """What came before the night is over when the morning begins."""
    morning = 14 * 3600.0
    start_s = [0.0, 1800.0, morning, morning + 1800]
    assert lagged_load([60.0, 30.0, 12.0, 24.0], 300, 30, start_s).tolist() == [60, 35, 12, 22]


def test_each_interval_has_its_own_delay() -> None:
    """Calls of an hour in half hours: the load is that of two intervals before."""
    lagged = lagged_load([10.0, 20.0, 40.0, 80.0], [300, 300, 3600, 1800], 30)
    assert lagged.tolist() == pytest.approx([10, 20 - 10 / 6, 10, 40])


def test_nothing_is_lagged_without_intervals() -> None:
    assert lagged_load([], 300, 30).tolist() == []


def test_a_negative_handling_time_is_refused() -> None:
    with pytest.raises(Refused, match=r"^aht_s: found -1"):
        lagged_load([1.0], -1, 30)


def test_one_interval_keeps_its_load() -> None:
    assert lagged_load(12.0, 300, 30) == 12.0
    assert np.isscalar(lagged_load(12.0, 300, 30))


def test_an_unknown_is_a_gap_and_no_more() -> None:
    lagged = lagged_load([10.0, 20.0, np.nan, 40.0, 60.0], 900, 30)
    assert lagged.tolist() == pytest.approx([10, 15, np.nan, 40, 50], nan_ok=True)
    lagged = lagged_load([10.0, 20.0, 30.0], [900, np.nan, 900], 30)
    assert lagged.tolist() == pytest.approx([10, np.nan, 30], nan_ok=True)


def test_what_are_no_intervals_is_refused() -> None:
    with pytest.raises(Refused, match=r"^load: found an array of shape \(2, 2\); give one number for each"):
        lagged_load(np.ones((2, 2)), 300, 30)
    with pytest.raises(Refused, match=r"^minutes: found 0; it must be above 0"):
        lagged_load([1.0, 2.0], 300, [30, 0])
    with pytest.raises(Refused, match=r"^start_s: found an array of shape \(3,\)"):
        lagged_load([1.0, 2.0], 300, 30, [0, 1800, 3600])
