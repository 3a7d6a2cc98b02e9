"""What can be done about the calls: callbacks out of the peaks, and a message to those who wait."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from erlang import asa_s, offered_load, service_level, with_callbacks
from planning.today.day import QueueDay
from planning.today.measures import Measures

_SAME = 1e-6
# Halvings of a range of calls: far below one call.
_HALVINGS = 40


def calls_at_goal(day: QueueDay) -> np.ndarray:
    """Return the calls of each interval that the heads present serve at the goal, by themselves."""
    minutes, aht_s = day.rows["minutes"].to_numpy(float), day.aht_s
    agents = day.present * (1 - day.queue.shrinkage)
    low = np.zeros(len(agents))
    # With impatient callers a load above the agents can still be served at a low goal.
    high = 4 * (agents + 1) * minutes * 60 / aht_s
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        level = service_level(
            agents,
            offered_load(middle, aht_s, minutes),
            aht_s,
            day.queue.within_s or 0.0,
            patience_s=day.queue.patience_s,
            lines=day.queue.lines,
            convention=day.queue.convention,
        )
        meets = np.asarray(level) >= (day.queue.service_level or 0.0)
        low, high = np.where(meets, middle, low), np.where(meets, high, middle)
    return np.where(agents > 0, low, 0.0)


def callbacks(day: QueueDay, measures: Measures) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield callbacks for the rest of the day, and the day's service level with them.

    A callback counts as a call where it is made. Callers beyond what the heads present serve at the goal
    are offered one where there is room in time (`erlang.with_callbacks`).
    """
    ahead = day.ahead
    if measures.callback_share == 0 or not ahead.any():
        return
    found = with_callbacks(
        day.calls[ahead],
        day.rows["minutes"].to_numpy(float)[ahead],
        day.aht_s[ahead],
        cap=calls_at_goal(day)[ahead],
        take_up=measures.callback_share,
        within_s=measures.callback_within_s,
    )
    moved = found.moved.sum()
    if moved < 1:
        return
    calls = day.calls.copy()
    calls[ahead] = found.calls
    offered, made = (np.flatnonzero(ahead)[part > _SAME] for part in (found.moved, found.made))
    first = max(day.starts[offered[0]], day.now)
    said = (
        f"offer callbacks from {first:%H:%M} to {day.ends[offered[-1]]:%H:%M}: {moved:.0f} callers are "
        f"called back from {day.starts[made[0]]:%H:%M} to {day.ends[made[-1]]:%H:%M}, if "
        f"{measures.callback_share:.0%} of those beyond the goal take one"
    )
    yield _row("callbacks", day, offered, said, float(moved)), day.level(calls)


def message(day: QueueDay, measures: Measures) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield a message in the intervals with a long wait, and the day's service level with it."""
    agents, minutes = day.present * (1 - day.queue.shrinkage), day.rows["minutes"].to_numpy(float)
    wait_s = asa_s(
        agents,
        offered_load(day.calls, day.aht_s, minutes),
        day.aht_s,
        patience_s=day.queue.patience_s,
        lines=day.queue.lines,
    )
    long = day.ahead & (np.asarray(wait_s) > measures.message_above_s) & (day.calls > 0)
    if measures.message_share == 0 or not long.any():
        return
    leave = day.calls * measures.message_share * long
    lost = measures.message_counts == "abandoned"
    after = day.level(day.calls - leave, offered=day.calls if lost else None)
    said = (
        f"play a message where callers wait more than {measures.message_above_s:g} s, as expected "
        f"in {long.sum()} intervals: {leave.sum():.0f} of their callers leave, if "
        f"{measures.message_share:.0%} do; they count as {measures.message_counts}"
    )
    yield _row("message", day, np.flatnonzero(long), said, float(leave.sum())), after


def _row(kind: str, day: QueueDay, places: np.ndarray, said: str, calls: float) -> dict[str, Any]:
    return {
        "kind": kind,
        "person": None,
        "start": max(day.starts[places[0]], day.now),
        "end": day.ends[places[-1]],
        "what": said,
        "hours": 0.0,
        "cost": 0.0,
        "calls": calls,
    }
