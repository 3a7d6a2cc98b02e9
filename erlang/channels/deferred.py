"""Work that may wait (mail, tickets): a share to be done within hours or days, the backlog carried over.

Such work queues for hours, so that chance hardly matters and Erlang C does not apply: what counts is
how the backlog grows where more comes than is done, and shrinks where less does. Work is taken as a
fluid: the items of an interval come evenly over it, the agents work without a break, the oldest item
first. Work that has come and work that is done are then broken lines over time [1]_, and whether an
item is done in time is read off them exactly, without steps or simulation.

The clock of an item runs on while the doors are closed. After the last interval the same agents come
again, interval by interval, for what has come and is not done yet: a day stands before another such
day, a week before another such week.

References
----------
.. [1] G. F. Newell (1982), Applications of Queueing Theory, 2nd edition, chapter 2: the
   deterministic fluid approximation, and cumulative curves.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import refuse_above_one
from erlang.channels.intervals import known, over_intervals
from erlang.teams.search import ceil_ratio

# As a share of all work: what is less is the rounding of sums over many intervals, or of a ceiling.
_ROUNDING = 1e-10
# A team so many times as large as the work is delayed by closed doors alone.
_MANY = 1000


@dataclass(frozen=True)
class WorkedOff:
    """What becomes of deferred work, by interval."""

    done: np.ndarray
    """Items finished in the interval."""
    backlog: np.ndarray
    """Items waiting or in hand at its end."""
    in_time: np.ndarray
    """Share of the items that came in it which are done in time; 1 where none came."""
    share: float
    """Share of all items that came which are done in time."""


def work_off(
    items: ArrayLike,
    minutes: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    *,
    within_s: float,
    backlog: float | None = 0.0,
) -> WorkedOff:
    """Return how `agents` work off the `items` that come in each interval, the oldest first.

    `items`, `minutes` (the length of an interval), `aht_s` (seconds of work on an item) and `agents`
    (0 where closed; fractions allowed) are numbers, or arrays over consecutive intervals. An item is
    in time if it is done within `within_s` seconds of its coming, by the clock, closed hours included.
    The time that one agent needs for one item is taken as short beside that.

    `backlog` items already wait at the start, of the first interval's handling time; they are done
    first and not counted in the shares. None is for a plan that repeats: what it leaves over each time
    at its end, which is refused where the agents do not keep up and the backlog only grows.

    >>> day = work_off(items=[0, 60, 60, 0], minutes=60, aht_s=300, agents=[0, 4, 4, 4], within_s=900)
    >>> day.done.tolist(), day.backlog.tolist()
    ([0.0, 48.0, 48.0, 24.0], [0.0, 12.0, 24.0, 0.0])
    >>> day.in_time.tolist(), day.share
    ([1.0, 1.0, 0.0, 1.0], 0.5)
    """
    n_items, n_minutes, aht, n = over_intervals(items=items, minutes=minutes, aht_s=aht_s, agents=agents)
    within = float(known(within_s=within_s)[0])
    seconds, work = n_minutes * 60, n_items * aht
    net = work - n * seconds
    if backlog is not None:
        waiting = float(known(backlog=backlog)[0] * aht[0])
    elif net.sum() <= _ROUNDING * work.sum():
        waiting = _left(0.0, net)[-1]
    else:
        raise Refused(
            "backlog", "it grows from plan to plan", "give the backlog at the start, or more agents"
        )
    in_time = np.where(n_items > 0, _in_time(seconds, work, n, waiting, within), 1.0)
    # From seconds of work to items: those at the start, then interval by interval.
    items_come = waiting / aht[0] + np.append(0.0, np.cumsum(n_items))
    work_come = waiting + np.append(0.0, np.cumsum(work))
    work_done = work_come - _left(waiting, net)
    items_done = np.interp(work_done, np.append(0.0, work_come), np.append(0.0, items_come))
    items_done = np.maximum.accumulate(items_done)
    total = n_items.sum()
    share = float(n_items @ in_time / total) if total > 0 else 1.0
    return WorkedOff(np.diff(items_done), (items_come - items_done)[1:], in_time, share)


def required_deferred(
    items: ArrayLike,
    minutes: ArrayLike,
    aht_s: ArrayLike,
    *,
    within_s: float,
    share: float,
    open: ArrayLike = True,
    backlog: float | None = 0.0,
) -> int:
    """Return the smallest whole team, the same in every open interval, that does `share` in time.

    `open` is true where the team works. The team also keeps up: it can do all the items that come,
    so that the backlog does not grow from one such plan to the next. The other arguments are those of
    `work_off`; 0 where no items come.

    Raises `Refused` where no team can do it, since too much comes too long before the doors open.

    A mailbox that fills round the clock and is worked from 8 to 18, day after day. A team of five keeps
    up; that 90% are done within twelve hours takes twelve, since the night's mail is due in the morning:

    >>> worked = [8 <= hour < 18 for hour in range(24)]
    >>> mail = dict(items=[20] * 24, minutes=60, aht_s=360, open=worked, backlog=None)
    >>> required_deferred(**mail, within_s=14 * 3600, share=1)
    5
    >>> required_deferred(**mail, within_s=12 * 3600, share=0.9)
    12
    """
    n_items, n_minutes, aht, is_open = over_intervals(items=items, minutes=minutes, aht_s=aht_s, open=open)
    goal = known(share=share)[0]
    refuse_above_one(share=goal)
    if not n_items.any():
        return 0
    open_s = n_minutes[is_open > 0].sum() * 60
    if open_s == 0:
        raise Refused("open", "no interval is open", "say when the team works")
    keeps_up = int(ceil_ratio(n_items @ aht, open_s))
    # So many that nothing but closed doors delays an item, whatever waits at the start.
    most = _MANY * int(ceil_ratio(n_items @ aht + (backlog or 0.0) * aht[0], open_s))

    def reached(agents: int) -> float:
        team = np.where(is_open > 0, agents, 0)
        return work_off(n_items, n_minutes, aht, team, within_s=within_s, backlog=backlog).share

    best = reached(most)
    if best < goal * (1 - _ROUNDING):
        raise Refused(
            "share",
            f"found {goal:.4g}, and no team does more than {best:.4g} in time",
            "open longer, or give more time",
        )
    teams = range(keeps_up, most + 1)
    return teams[bisect_left(teams, float(goal) * (1 - _ROUNDING), key=reached)]


def _left(waiting: float, net: np.ndarray) -> np.ndarray:
    """Return the work left at every edge, from what comes less what could be done in each interval."""
    level = waiting + np.append(0.0, np.cumsum(net))
    return level - np.minimum(np.minimum.accumulate(level), 0.0)


def _in_time(
    seconds: np.ndarray, work: np.ndarray, n: np.ndarray, waiting: float, within_s: float
) -> np.ndarray:
    """Return by interval the share of its time in which what comes will be done within `within_s`."""
    edges = np.append(0.0, np.cumsum(seconds))
    come = waiting + np.append(0.0, np.cumsum(work))
    times, done = _done(seconds, work, n, waiting, within_s)
    # Between these moments both lines are straight: as things come, and as they are done in time.
    moments = np.unique(np.append(edges, np.clip(times - within_s, 0.0, edges[-1])))
    ahead = np.interp(moments + within_s, times, done) - np.interp(moments, edges, come)
    ahead = np.where(np.abs(ahead) <= _ROUNDING * come[-1], 0.0, ahead)
    low, high = np.minimum(ahead[:-1], ahead[1:]), np.maximum(ahead[:-1], ahead[1:])
    crossing = high / np.where(low < high, high - low, 1.0)
    part = np.where(low >= 0, 1.0, np.where(high <= 0, 0.0, crossing))
    interval = np.searchsorted(edges, (moments[:-1] + moments[1:]) / 2) - 1
    return np.bincount(interval, part * np.diff(moments), len(seconds)) / seconds


def _done(
    seconds: np.ndarray, work: np.ndarray, n: np.ndarray, waiting: float, within_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the line of work done: their times, and the work done by then.

    The line goes on with the same agents for `within_s`, or until all is done.
    """
    net, able = work - n * seconds, (n * seconds).sum()
    rounds = min(within_s / seconds.sum(), _left(waiting, net)[-1] / able) if able > 0 else 0.0
    again = int(np.ceil(rounds))
    seconds, n = np.tile(seconds, 1 + again), np.tile(n, 1 + again)
    work = np.append(work, np.zeros(len(seconds) - len(work)))
    net = work - n * seconds
    edges = np.append(0.0, np.cumsum(seconds))
    come = waiting + np.append(0.0, np.cumsum(work))
    left = _left(waiting, net)
    # A corner inside an interval: the moment from which nothing is left.
    cleared = np.flatnonzero((left[:-1] > 0) & (left[:-1] + net < 0))
    since = seconds[cleared] * left[cleared] / -net[cleared]
    times = np.append(edges, edges[cleared] + since)
    done = np.append(come - left, come[cleared] + work[cleared] * since / seconds[cleared])
    order = np.argsort(times, kind="stable")
    return times[order], done[order]
