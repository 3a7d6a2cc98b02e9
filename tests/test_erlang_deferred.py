"""Work that may wait: item by item, by hand, and what must hold for any day."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang.channels.deferred import required_deferred, work_off

checked = settings(max_examples=150, deadline=None, derandomize=True)

# A day in intervals: items that come, agents at work (none where closed).
days = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 3, 10, 25.5, 80]),
        st.sampled_from([0, 0, 1, 2, 2.5, 7]),
        st.sampled_from([15, 30, 60]),
    ),
    min_size=1,
    max_size=8,
).filter(lambda day: any(agents for _, agents, _ in day))
limits_s = st.sampled_from([0.0, 300.0, 3600.0, 7000.0, 20_000.0, 86_400.0, math.inf])
backlogs = st.sampled_from([0.0, 5.0, 60.0])


PIECES = 100


def finished(
    when: np.ndarray, work: np.ndarray, minutes: list[float], agents: list[float], forever: float
) -> np.ndarray:
    """Take one piece after the other to its end, walking through the intervals, again and again."""
    ends = np.full(len(when), math.inf)
    interval, now, closes = 0, 0.0, minutes[0] * 60.0
    for piece, (came, todo) in enumerate(zip(when, work, strict=True)):
        while now < forever:
            n, now = agents[interval % len(agents)], max(now, came)
            able = max(closes - now, 0.0) * n
            if able > todo or (able == todo and n):
                now += todo / n
                ends[piece] = now
                break
            todo -= able
            now = max(now, closes)
            interval += 1
            closes += minutes[interval % len(minutes)] * 60
    return ends


@checked
@given(day=days, within_s=limits_s, backlog=backlogs, aht_s=st.sampled_from([60.0, 240.0]))
def test_each_item_is_done_as_if_followed_by_itself(
    day: list[tuple[float, float, int]], within_s: float, backlog: float, aht_s: float
) -> None:
    items, agents, minutes = (list(column) for column in zip(*day, strict=True))
    # Items in pieces, in the order in which they come; those of the backlog first.
    starts = np.cumsum([0, *minutes[:-1]]) * 60
    length = np.array(minutes) * 60 / PIECES
    when = (starts[:, None] + length[:, None] * (np.arange(PIECES) + 0.5)).ravel()
    when = np.append(np.zeros(PIECES), when)
    size = np.repeat([backlog, *items], PIECES) / PIECES
    ends = finished(when, size * aht_s, minutes, agents, forever=1e7)

    result = work_off(items, minutes, aht_s, agents, within_s=within_s, backlog=backlog)
    for end, left in zip(np.cumsum(minutes) * 60, result.backlog, strict=True):
        waiting = size[when <= end].sum() - size[ends <= end + 1e-6].sum()
        assert waiting == pytest.approx(left, abs=2 * size.max() + 1e-9)
    # A piece comes and goes in one lump: it is out by its own length and by its work.
    lump_s = length.max() + size.max() * aht_s / min(n for n in agents if n)
    for bound_s, side in ((within_s - lump_s, -1), (within_s + lump_s, 1)):
        if bound_s >= 0:
            bound = work_off(items, minutes, aht_s, agents, within_s=bound_s, backlog=backlog).in_time
            in_time = (ends - when <= within_s).reshape(-1, PIECES)[1:].mean(axis=1)
            seen = np.where(np.array(items) > 0, in_time, 1.0)
            # The one piece at work when the doors close goes on the next day.
            assert (side * (bound - seen) >= -2.5 / PIECES).all()


def test_by_hand() -> None:
    """Ten an hour come for two hours; two agents of ten items an hour start an hour late."""
    result = work_off([10, 10, 0], 60, 360, [0, 1, 2], within_s=1.5 * 3600)
    assert result.done.tolist() == [0, 10, 10]
    assert result.backlog.tolist() == [10, 10, 0]
    # Of the first hour each waits one hour; of the second the last, half an hour, the first a full one.
    assert result.in_time.tolist() == [1, 1, 1]
    assert work_off([10, 10, 0], 60, 360, [0, 1, 2], within_s=0.75 * 3600).in_time.tolist() == [0, 0.5, 1]
    assert work_off([10, 10, 0], 60, 360, [0, 1, 2], within_s=0.75 * 3600).share == 0.25


def test_a_backlog_is_done_first() -> None:
    result = work_off([10, 0], 60, 360, [2, 2], within_s=3600, backlog=20)
    assert result.done.tolist() == [20, 10]
    assert result.backlog.tolist() == [10, 0]
    # What comes at t hours is done at 1 + t/2 hours: it waits between half an hour and one.
    assert result.in_time.tolist() == [1, 1]
    assert work_off([10, 0], 60, 360, [2, 2], within_s=0.75 * 3600, backlog=20).share == pytest.approx(0.5)


def test_the_same_agents_come_again_for_what_is_left() -> None:
    """Mail of the evening is done the next morning, in the order it came."""
    evening = work_off([0, 0, 30], [480, 600, 360], 600, [0, 1, 0], within_s=8 * 3600)
    assert evening.backlog.tolist() == [0, 0, 30]
    # Comes from 18:00 to 24:00, done from 8:00 to 13:00: 14 hours for the first, 13 for the last.
    assert evening.share == 0
    assert work_off([0, 0, 30], [480, 600, 360], 600, [0, 1, 0], within_s=13.5 * 3600).share == pytest.approx(
        0.5
    )
    nobody = work_off([5, 5], 60, 300, 0, within_s=math.inf)
    assert (nobody.share, nobody.backlog.tolist(), nobody.done.tolist()) == (0, [5, 10], [0, 0])


@checked
@given(day=days, within_s=limits_s, backlog=backlogs)
def test_items_are_neither_made_nor_lost(
    day: list[tuple[float, float, int]], within_s: float, backlog: float
) -> None:
    items, agents, minutes = (np.array(column, dtype=float) for column in zip(*day, strict=True))
    aht_s = np.linspace(60, 240, len(items))
    result = work_off(items, minutes, aht_s, agents, within_s=within_s, backlog=backlog)
    before = np.append(backlog, result.backlog[:-1])
    assert result.done + result.backlog == pytest.approx(before + items, abs=1e-9)
    assert (result.done >= -1e-9).all()
    assert (result.backlog >= -1e-9).all()
    assert ((result.in_time >= 0) & (result.in_time <= 1)).all()
    assert result.in_time[items == 0].tolist() == [1] * (items == 0).sum()
    assert result.share == pytest.approx((items * result.in_time).sum() / items.sum() if items.any() else 1)
    # No more is done than agents can, and nobody is idle while something waits.
    able = agents * minutes * 60
    assert (result.done * 60 <= able + 1e-6).all()
    same = work_off(items, minutes, 120, agents, within_s=within_s, backlog=backlog)
    waiting = same.backlog > 1e-9
    assert same.done[waiting] * 120 == pytest.approx(able[waiting])


@checked
@given(day=days, within_s=limits_s, backlog=backlogs, more=st.floats(0.01, 3))
def test_more_agents_more_time_and_less_backlog_serve_better(
    day: list[tuple[float, float, int]], within_s: float, backlog: float, more: float
) -> None:
    items, agents, minutes = (np.array(column, dtype=float) for column in zip(*day, strict=True))
    base = work_off(items, minutes, 240, agents, within_s=within_s, backlog=backlog)
    for better in (
        work_off(items, minutes, 240, agents + more, within_s=within_s, backlog=backlog),
        work_off(items, minutes, 240, agents, within_s=within_s + 600 * more, backlog=backlog),
        work_off(items, minutes, 240, agents, within_s=within_s, backlog=backlog / (1 + more)),
    ):
        assert (better.in_time >= base.in_time - 1e-9).all()
        assert (better.backlog <= base.backlog + 1e-9).all()


@checked
@given(day=days, within_s=limits_s)
def test_cutting_an_interval_in_two_changes_nothing(
    day: list[tuple[float, float, int]], within_s: float
) -> None:
    items, agents, minutes = (np.array(column, dtype=float) for column in zip(*day, strict=True))
    whole = work_off(items, minutes, 240, agents, within_s=within_s, backlog=4)
    halves = work_off(
        np.repeat(items / 2, 2),
        np.repeat(minutes / 2, 2),
        240,
        np.repeat(agents, 2),
        within_s=within_s,
        backlog=4,
    )
    assert halves.backlog[1::2] == pytest.approx(whole.backlog, abs=1e-9)
    assert halves.in_time.reshape(-1, 2).mean(axis=1) == pytest.approx(whole.in_time, abs=1e-9)
    assert halves.share == pytest.approx(whole.share, abs=1e-9)


@checked
@given(day=days, within_s=limits_s)
def test_a_plan_that_repeats_is_the_end_of_many_in_a_row(
    day: list[tuple[float, float, int]], within_s: float
) -> None:
    items, agents, minutes = (np.array(column, dtype=float) for column in zip(*day, strict=True))
    agents[-1] += math.ceil(max((items * 240 - agents * minutes * 60).sum(), 0) / minutes[-1] / 60)
    repeated = work_off(items, minutes, 240, agents, within_s=within_s, backlog=None)
    days_in_row = 4
    row = work_off(
        np.tile(items, days_in_row),
        np.tile(minutes, days_in_row),
        240,
        np.tile(agents, days_in_row),
        within_s=within_s,
    )
    assert row.backlog[-len(items) :] == pytest.approx(repeated.backlog, abs=1e-9)
    assert row.in_time[-len(items) :] == pytest.approx(repeated.in_time, abs=1e-9)


@checked
@given(
    day=days,
    within_s=st.sampled_from([1800.0, 14_400.0, 90_000.0]),
    share=st.sampled_from([0.5, 0.8, 1.0]),
    backlog=st.sampled_from([None, 0.0, 40.0]),
)
def test_the_team_found_is_the_smallest(
    day: list[tuple[float, float, int]], within_s: float, share: float, backlog: float | None
) -> None:
    items, agents, minutes = (np.array(column, dtype=float) for column in zip(*day, strict=True))
    is_open = agents > 0
    able_s, work_s = minutes[is_open].sum() * 60, items.sum() * 240

    def enough(n: int) -> bool:
        if n * able_s < work_s:
            return False
        result = work_off(items, minutes, 240, n * is_open, within_s=within_s, backlog=backlog)
        return result.share >= share - 1e-11

    goal = {"within_s": within_s, "share": share, "open": is_open, "backlog": backlog}
    if not enough(5000):
        with pytest.raises(Refused, match=r"^share: "):
            required_deferred(items, minutes, 240, **goal)
        return
    team = required_deferred(items, minutes, 240, **goal)
    assert enough(team)
    assert team == 0 or not enough(team - 1)
    assert (team == 0) == (not items.any())


def test_the_team_keeps_up_exactly_in_decimals() -> None:
    """35.7 hours of work in 0.85 hours: 42 agents, where doubles say a little more."""
    assert required_deferred(35.7, 51, 3600, within_s=1e9, share=0.5) == 42
    assert required_deferred([0, 0], 60, 300, within_s=60, share=1) == 0


def test_a_share_that_no_team_reaches_is_refused() -> None:
    with pytest.raises(
        Refused,
        match=r"^share: found 0.8, and no team does more than 0.5\d* in time; open longer, or give more",
    ):
        required_deferred([10, 10], 60, 300, within_s=60, share=0.8, open=[False, True])
    # However much waits at the start, some team clears it in time.
    assert required_deferred(10, 60, 300, within_s=600, share=0.9, backlog=10**6) > 250_000
    with pytest.raises(Refused, match=r"^minutes: found 0; "):
        required_deferred(10, 0, 300, within_s=600, share=0.9)
    with pytest.raises(Refused, match=r"^open: no interval is open; "):
        required_deferred([10, 10], 60, 300, within_s=60, share=0.8, open=False)
    for share in (1.2, 80):
        with pytest.raises(Refused, match=f"^share: found {share}; a share lies between 0 and 1"):
            required_deferred(10, 60, 300, within_s=60, share=share)


def test_bad_input_is_refused_by_name() -> None:
    good = {"items": [10, 20], "minutes": 60, "aht_s": 300, "agents": 2, "within_s": 3600}
    for name in ("items", "minutes", "aht_s", "agents", "within_s", "backlog"):
        with pytest.raises(Refused, match=f"^{name}: found -2; it must be 0 or more"):
            work_off(**{**good, name: -2})
        with pytest.raises(Refused, match=f"^{name}: found NaN; give a number$"):
            work_off(**{**good, name: np.nan})
    for name in ("minutes", "aht_s"):
        with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
            work_off(**{**good, name: 0})
    with pytest.raises(Refused, match=r"^items: found an array of shape \(2, 1\); give one number for each"):
        work_off(**{**good, "items": [[10], [20]]})
    with pytest.raises(Refused, match=r"^items: found an array of shape \(0,\); "):
        work_off(**{**good, "items": []})
    with pytest.raises(Refused, match=r"^backlog: it grows from plan to plan; "):
        work_off(**{**good, "agents": 1, "backlog": None})
