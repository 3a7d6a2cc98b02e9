"""When calls come and who is there: intervals on one axis of seconds, for the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callplan.errors import Refused
from erlang.simulation.callers import CallType, Team, at


@dataclass(frozen=True)
class Stretch:
    """The stretches of time in which calls of one queue come, each at a constant rate."""

    start_s: np.ndarray
    length_s: np.ndarray
    size: np.ndarray
    """How much of an interval it is: 1 but for warming up."""
    interval: np.ndarray
    """The interval whose numbers hold."""
    counted: np.ndarray
    """Whether its calls count: not so while warming up."""
    day: np.ndarray
    """The day it belongs to: a random day rate is common to all of them."""


@dataclass(frozen=True)
class Timetable:
    """Stretches of each queue; borders at which teams change (by teams) and queues close (by queues)."""

    stretches: tuple[Stretch, ...]
    border_s: np.ndarray
    staffed: np.ndarray
    cuts_off: np.ndarray
    staffed_s: np.ndarray
    """The agents of each team, summed over the seconds of the intervals that count."""


def even(
    call_types: Sequence[CallType], teams: Sequence[Team], minutes: float, warm_up_min: float, closing: str
) -> Timetable:
    """Return the timetable of intervals that all have one length and follow each other."""
    intervals = _common_length(call_types, teams)
    number = np.arange(intervals)
    start_s, length_s = number * minutes * 60.0, np.full(intervals, minutes * 60.0)
    stretch = Stretch(
        start_s, length_s, np.ones(intervals), number, np.full(intervals, True), np.zeros(intervals, int)
    )
    staffed = np.column_stack([np.broadcast_to(np.array(team.agents), intervals) for team in teams])
    staffed_s = staffed.sum(axis=0) * minutes * 60.0
    if warm_up_min:
        stretch = Stretch(
            np.append(-warm_up_min * 60.0, start_s),
            np.append(warm_up_min * 60.0, length_s),
            np.append(warm_up_min / minutes, stretch.size),
            np.append(0, number),
            np.append(False, stretch.counted),
            np.append(0, stretch.day),
        )
        staffed = np.vstack([staffed[:1], staffed])
    leave = closing == "leave"
    cuts_off = np.zeros((len(staffed) + 1, len(call_types)), bool)
    cuts_off[-1] = leave
    return Timetable(
        (stretch,) * len(call_types),
        np.append(stretch.start_s, stretch.start_s[-1] + stretch.length_s[-1]),
        np.vstack([staffed, 0 * staffed[-1:] if leave else staffed[-1:]]).astype("int64"),
        cuts_off,
        staffed_s,
    )


def uneven(
    opening: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], teams: Sequence[Team], closing: str
) -> Timetable:
    """Return the timetable of queues that have hours of their own, and each a team of its own.

    `opening` holds for each queue the seconds at which its intervals start and end, in order, and
    the day of each. From an end to the next start it is closed.
    """
    border_s = np.unique(np.concatenate([edge for start_s, end_s, _ in opening for edge in (start_s, end_s)]))
    staffed = np.zeros((len(border_s), len(teams)), "int64")
    cuts_off = np.zeros((len(border_s), len(teams)), bool)
    for queue, ((start_s, end_s, _), team) in enumerate(zip(opening, teams, strict=True)):
        latest = np.searchsorted(start_s, border_s, side="right") - 1
        shut = (latest < 0) | (border_s >= end_s[latest])
        agents = np.array(team.agents, "int64")
        present = latest >= 0 if closing == "stay" else ~shut
        staffed[present, queue] = at(agents, latest[present])
        # Agents who stay empty the queue; what they leave is cut off when it opens again.
        closes, opens = shut & ~np.append(True, shut[:-1]), ~shut & np.append(True, shut[:-1])
        cuts_off[:, queue] = opens if closing == "stay" else closes
    stretches = tuple(
        Stretch(
            start_s, end_s - start_s, np.ones(len(day)), np.arange(len(day)), np.full(len(day), True), day
        )
        for start_s, end_s, day in opening
    )
    staffed_s = [
        (at(np.array(team.agents), np.arange(len(day))) * (end_s - start_s)).sum()
        for (start_s, end_s, day), team in zip(opening, teams, strict=True)
    ]
    return Timetable(stretches, border_s, staffed, cuts_off, np.array(staffed_s))


def _common_length(call_types: Sequence[CallType], teams: Sequence[Team]) -> int:
    """Return the number of intervals: whatever is given for each of them is as long."""
    lengths = {f"team {team.name}, agents": len(team.agents) for team in teams}
    for call_type in call_types:
        for name in ("calls", "aht_s", "patience_s"):
            values = getattr(call_type, name)
            values = getattr(values, "mean_s", values if name == "calls" else (0,))
            lengths[f"queue {call_type.name}, {name}"] = len(values)
    intervals = max(lengths.values())
    for where, length in lengths.items():
        if length not in (1, intervals):
            raise Refused(where, f"{length} intervals where others have {intervals}", "give one for each")
    return intervals
