"""Scheduled callbacks: calls above what one wants to staff are called back when there is room.

Plain arithmetic on the volumes. In an interval with more calls than its cap, a share of the calls
above it takes a callback, in the first later interval with room below its cap: those who asked first
are called first. A callback is offered only where there is room in time; all other callers stay in
the queue, in the interval in which they called. The requirement is then made from the new calls.

A try that reaches nobody costs some seconds. With a failure rate f and up to k tries, independent of
each other, 1 - f^k are reached after (1 - f^k) / (1 - f) tries on average: a geometric distribution,
cut off. All tries of a callback are taken to fall into its interval. When to offer callbacks from
minute to minute, and what their promise does to the queue, is another question [1]_.

References
----------
.. [1] M. Armony, C. Maglaras (2004), On customer contact centers with a call-back option: customer
   decisions, routing rules, and system design, Operations Research 52(2).
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import refuse_above_one
from erlang.channels.intervals import known, over_intervals


@dataclass(frozen=True)
class Callbacks:
    """What callbacks make of the calls, by interval.

    Nothing is made or lost: over the day the calls that stay in the queue (those that came, less
    `moved`) and the callbacks `made` are the calls that came. The work of `calls` is that of those
    that stay, of the callbacks that reach their caller, and of the failed tries.
    """

    calls: np.ndarray
    """What is to be staffed, in calls of the interval's handling time."""
    moved: np.ndarray
    """Callers of the interval who are called back later."""
    made: np.ndarray
    """Callers called back in the interval."""
    tries: np.ndarray
    """Tries to reach them."""
    lost: np.ndarray
    """Of `made`, those whom no try reaches."""
    unplaced: np.ndarray
    """Callers of the interval who would take a callback, but find no room in time: they stay in the queue."""


def with_callbacks(
    calls: ArrayLike,
    minutes: ArrayLike,
    aht_s: ArrayLike,
    *,
    cap: ArrayLike,
    take_up: float = 1.0,
    within_s: float | None = None,
    failure_rate: float = 0.0,
    attempts: int = 1,
    failed_s: float = 0.0,
) -> Callbacks:
    """Move calls out of the peaks of a day into later intervals with room, as callbacks.

    `calls`, `minutes` (the length of an interval), `aht_s` and `cap` (the calls that one wants to staff
    in it; a erlangs are a × minutes × 60 / aht_s) are numbers, or arrays over the intervals of a day.
    Of the calls above the cap the share `take_up` takes a callback if it can be made within `within_s`
    seconds, from the start of the interval of the call to the start of that of the callback (None: by
    the end of the day). A try fails with probability `failure_rate` and then takes `failed_s` seconds;
    up to `attempts` tries are made.

    >>> day = with_callbacks([60, 130, 80, 70], 30, 300, cap=100)
    >>> day.calls.tolist(), day.moved.tolist()
    ([60.0, 100.0, 100.0, 80.0], [0.0, 30.0, 0.0, 0.0])

    Where one try in four fails and takes two minutes, and there are two tries:

    >>> day = with_callbacks([60, 130, 80, 70], 30, 300, cap=100, failure_rate=0.25, attempts=2, failed_s=120)
    >>> day.calls.round(1).tolist(), f"{day.tries.sum():.1f} tries, {day.lost.sum():.1f} never reached"
    ([60.0, 100.0, 100.0, 81.9], '37.5 tries, 1.9 never reached')
    """
    n_calls, n_minutes, aht, limit = over_intervals(calls=calls, minutes=minutes, aht_s=aht_s, cap=cap)
    accepted, fails = known(take_up=take_up, failure_rate=failure_rate)
    refuse_above_one(take_up=accepted, failure_rate=fails)
    if fails == 1:
        raise Refused("failure_rate", "found 1", "it must be below 1: some tries reach their caller")
    endless = np.inf if within_s is None else within_s
    at_most, seconds, within = known(attempts=attempts, failed_s=failed_s, within_s=endless)
    if at_most < 1 or at_most % 1:
        raise Refused("attempts", f"found {at_most:g}", "give a whole number of tries, 1 or more")
    reached = 1 - fails**at_most
    tries = reached / (1 - fails)
    # What a callback takes, in calls: its caller if reached, and the tries that fail.
    each = reached + (tries - reached) * seconds / aht
    wanted = np.maximum(n_calls - limit, 0.0) * accepted
    starts = np.append(0.0, np.cumsum(n_minutes[:-1])) * 60
    made, unplaced = _place(wanted, np.maximum(limit - n_calls, 0.0) / each, starts, float(within))
    moved = wanted - unplaced
    return Callbacks(
        calls=n_calls - moved + made * each,
        moved=moved,
        made=made,
        tries=made * tries,
        lost=made * (1 - reached),
        unplaced=unplaced,
    )


def _place(
    wanted: np.ndarray, room: np.ndarray, starts: np.ndarray, within_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give each callback the first later room; return those made in each interval, those of it left over."""
    made, left = np.zeros_like(wanted), wanted.copy()
    waiting: deque[int] = deque()  # intervals with callers not yet called back, the oldest first
    for here, spare in enumerate(room):
        while waiting and starts[here] - starts[waiting[0]] > within_s:
            waiting.popleft()
        while waiting and spare > 0:
            taken = min(left[waiting[0]], spare)
            spare -= taken
            made[here] += taken
            left[waiting[0]] -= taken
            if left[waiting[0]] == 0:
                waiting.popleft()
        if left[here] > 0:
            waiting.append(here)
    return made, left
