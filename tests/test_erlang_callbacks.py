"""Scheduled callbacks: by hand, caller by caller, and what must hold for any day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang.channels.callbacks import Callbacks, with_callbacks

checked = settings(max_examples=150, deadline=None, derandomize=True)

volumes = st.lists(st.integers(0, 60), min_size=1, max_size=10)
settings_of_callbacks = st.fixed_dictionaries(
    {
        "take_up": st.sampled_from([0.0, 0.4, 1.0]),
        "within_s": st.sampled_from([None, 0.0, 1800.0, 5400.0]),
        "failure_rate": st.sampled_from([0.0, 0.3, 0.9]),
        "attempts": st.integers(1, 4),
        "failed_s": st.sampled_from([0.0, 45.0, 400.0]),
    }
)


def test_by_hand() -> None:
    """Half of the 20 and the 8 above the cap take one; one try in five fails, at a tenth of a call."""
    day = with_callbacks(
        [50, 38, 22, 25], 30, 300, cap=30, take_up=0.5, failure_rate=0.2, attempts=2, failed_s=30
    )
    reached, tries = 0.96, 1.2
    each = reached + (tries - reached) * 0.1
    first = 8 / each
    assert day.moved == pytest.approx([10, first + 5 / each - 10, 0, 0])
    assert day.made == pytest.approx([0, 0, first, 5 / each])
    assert day.calls == pytest.approx([40, 38 - day.moved[1], 30, 30])
    assert day.tries == pytest.approx(day.made * tries)
    assert day.lost == pytest.approx(day.made * 0.04)
    assert day.unplaced == pytest.approx([0, 14 - first - 5 / each, 0, 0])


def test_who_finds_no_room_in_time_stays_in_the_queue() -> None:
    calls = [100, 40, 90, 10]
    for within_s, moved in (
        (None, [50, 0, 40, 0]),
        (5400, [50, 0, 40, 0]),
        (3600, [10, 0, 40, 0]),
        (0, [0] * 4),
    ):
        day = with_callbacks(calls, 30, 300, cap=50, within_s=within_s)
        left = np.maximum(np.array(calls) - 50, 0) - moved
        if within_s in (None, 5400):
            # Those of the first peak asked first; they leave the last room to nobody else.
            assert day.made.tolist() == [0, 10, 0, 40]
            assert day.moved.tolist() == [50, 0, 0, 0]
            assert day.unplaced.tolist() == [0, 0, 40, 0]
        else:
            assert day.moved.tolist() == moved
            assert day.unplaced.tolist() == left.tolist()


def one_by_one(calls: list[int], cap: list[int], within: int) -> tuple[list[int], list[int]]:
    """Move whole calls, oldest first, each to the first interval with room."""
    made, moved, new = [0] * len(calls), [0] * len(calls), list(calls)
    for origin, came in enumerate(calls):
        for _ in range(came - cap[origin]):
            for later in range(origin + 1, min(origin + within + 1, len(calls))):
                if new[later] < cap[later]:
                    new[later] += 1
                    new[origin] -= 1
                    made[later] += 1
                    moved[origin] += 1
                    break
    return made, moved


@checked
@given(calls=volumes, cap=st.integers(0, 40), within=st.integers(0, 4))
def test_each_caller_gets_the_first_room(calls: list[int], cap: int, within: int) -> None:
    day = with_callbacks(calls, 15, 240, cap=cap, within_s=within * 900)
    made, moved = one_by_one(calls, [cap] * len(calls), within)
    assert day.made.tolist() == made
    assert day.moved.tolist() == moved


@checked
@given(calls=volumes, cap=st.integers(0, 40), how=settings_of_callbacks)
def test_callers_and_work_are_neither_made_nor_lost(calls: list[int], cap: int, how: dict) -> None:
    came, aht_s = np.array(calls, dtype=float), 240
    day = with_callbacks(calls, 30, aht_s, cap=cap, **how)
    stay = came - day.moved
    assert stay.sum() + day.made.sum() == pytest.approx(came.sum())
    assert day.moved + day.unplaced == pytest.approx(np.maximum(came - cap, 0) * how["take_up"])
    work_s = stay * aht_s + (day.made - day.lost) * aht_s
    work_s += (day.tries - (day.made - day.lost)) * how["failed_s"]
    assert day.calls * aht_s == pytest.approx(work_s)
    for name in ("calls", "moved", "made", "tries", "lost", "unplaced"):
        assert (getattr(day, name) >= -1e-9).all(), name
    # Callbacks fill no interval above its cap, and none that was above it before.
    assert (day.calls <= np.maximum(stay, cap) + 1e-9).all()
    assert (day.made[came >= cap] == 0).all()
    assert day.made[0] == 0


@checked
@given(calls=volumes, cap=st.integers(1, 40), how=settings_of_callbacks)
def test_more_time_leaves_fewer_in_the_queue(calls: list[int], cap: int, how: dict) -> None:
    soon = with_callbacks(calls, 30, 240, cap=cap, **{**how, "within_s": 1800})
    late = with_callbacks(calls, 30, 240, cap=cap, **{**how, "within_s": 5400})
    assert late.unplaced.sum() <= soon.unplaced.sum() + 1e-9
    at_once = with_callbacks(calls, 30, 240, cap=cap, **{**how, "within_s": 0})
    assert at_once.calls.tolist() == calls
    assert at_once.made.tolist() == [0] * len(calls)


def test_caps_and_lengths_by_interval() -> None:
    day = with_callbacks([20, 5, 5], [60, 30, 60], [200, 100, 400], cap=[10, 8, 20], within_s=3600)
    assert day.made.tolist() == [0, 3, 0]
    assert day.unplaced.tolist() == [7, 0, 0]
    # A failed try of 100 seconds is a whole call where calls take 100, and a quarter where they take 400.
    day = with_callbacks(
        [20, 5, 5], [60, 30, 60], [200, 100, 400], cap=[10, 8, 20], failure_rate=0.5, failed_s=100
    )
    assert day.made.tolist() == [0, 3, 7]
    assert day.calls.tolist() == [10, 8, 5 + 7 * 0.625]


def failing(**changes: object) -> Callbacks:
    return with_callbacks(**{"calls": [10, 20], "minutes": 30, "aht_s": 300, "cap": 15, **changes})


def test_bad_input_is_refused_by_name() -> None:
    for name in (
        "calls",
        "minutes",
        "aht_s",
        "cap",
        "take_up",
        "within_s",
        "failure_rate",
        "failed_s",
        "attempts",
    ):
        with pytest.raises(Refused, match=f"^{name}: found -2; it must be 0 or more"):
            failing(**{name: -2})
        with pytest.raises(Refused, match=f"^{name}: found NaN; give a number$"):
            failing(**{name: np.nan})
    for name in ("minutes", "aht_s"):
        with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
            failing(**{name: 0})
    for name in ("take_up", "failure_rate"):
        with pytest.raises(Refused, match=f"^{name}: found 30; a share lies between 0 and 1"):
            failing(**{name: 30})
    with pytest.raises(Refused, match=r"^failure_rate: found 1; it must be below 1"):
        failing(failure_rate=1)
    for attempts in (0, 1.5):
        with pytest.raises(Refused, match=f"^attempts: found {attempts}; give a whole number of tries"):
            failing(attempts=attempts)
    with pytest.raises(Refused, match=r"^calls: found an array of shape \(1, 2\); "):
        failing(calls=[[10, 20]])
