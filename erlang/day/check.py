"""What callers get through a day on which load and agents change, and the agents moved to repair it.

A requirement sizes each interval by itself, as if its load had always lasted. Here the day is one: what
waits at the end of an interval waits at the start of the next, and agents finish the call in hand when
their shift ends [1]_. The equations stand in `erlang.day.transient`.

References
----------
.. [1] A. Ingolfsson, E. Akhmetshina, S. Budge, Y. Li, X. Wu (2007), A survey and experimental comparison
   of service-level-approximation methods for nonstationary M(t)/M/s(t) queueing systems with exhaustive
   discipline, INFORMS Journal on Computing 19(2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from callplan.schema import FORECAST, REQUIREMENT, Column, Table
from erlang.day.opening import Opening
from erlang.day.repair import TOLERANCE, repaired
from erlang.targets import Target

if TYPE_CHECKING:
    import pandas as pd

# A queue that does not open again is looked at for so long after it closed.
_DAY_S = 86_400.0

_STAFFED = Table(
    "staffed",
    "Agents on the phones.",
    ("queue", "start"),
    (
        *(column for column in REQUIREMENT.columns if column.name in ("queue", "start")),
        Column("agents", "number", "agents", "on the phones: whole or in fractions"),
    ),
)
_VOLUME = Table(
    "forecast",
    "What will be offered.",
    ("queue", "start"),
    tuple(
        column
        for column in FORECAST.columns
        if column.name in ("queue", "start", "minutes", "calls", "aht_s")
    ),
)


@dataclass(frozen=True, eq=False)
class DayPerformance:
    """What callers get.

    `intervals` has a row for each queue and interval: minutes, calls, agents (those after the repair, if
    there was one), and of the calls that arrive in it service_level, p_wait, asa_s (mean wait of the
    answered), abandoned (share); then occupancy (busy time of scheduled agents / their time) and
    queue_end, the callers expected to wait when it ends. `goal` is the service level asked for, if one
    is; `added` and `removed` count agent-intervals; hours are of agents on the phones.
    """

    intervals: "pd.DataFrame"
    goal: float | None
    agent_hours: float
    agent_hours_before: float
    added: int = 0
    removed: int = 0
    repaired: bool = False

    def __str__(self) -> str:
        calls = self.intervals["calls"].to_numpy()
        level = self.intervals["service_level"].to_numpy()
        mean = float(level @ calls / calls.sum()) if calls.sum() else 1.0
        line = f"service level {mean:.1%}, lowest interval {level.min():.1%}"
        if self.goal is not None:
            short = int((level < self.goal - TOLERANCE).sum())
            below = f"more than {100 * TOLERANCE:g} point below {100 * self.goal:g}%"
            line += f"; {short} of {len(level)} intervals {below}"
        if not self.repaired:
            return f"{line}; {self.agent_hours:,.1f} agent-hours"
        more = self.agent_hours - self.agent_hours_before
        share = f" ({more / self.agent_hours_before:+.1%})" if self.agent_hours_before else ""
        return (
            f"repair: {self.added} agent-intervals added, {self.removed} removed; {more:+,.1f} agent-hours"
            f"{share} against the plan; {line}"
        )


def day_performance(
    staffed: "pd.DataFrame",
    forecast: "pd.DataFrame",
    target: Target,
    *,
    patience_s: float | None = None,
    repair: bool = False,
) -> DayPerformance:
    """Return what callers get in every interval, given who is on the phones and what is forecast.

    Parameters
    ----------
    staffed
        A table with queue, start and agents: those on the phones, whole or in fractions (a fraction
        works at that fraction of the pace). A `REQUIREMENT` is one; a `COVERAGE` is once it has a
        column agents with its heads, shrinkage taken off.
    forecast
        A table with queue, start, minutes, calls and aht_s, such as one model's `FORECAST`; the same
        intervals as `staffed`.
    target
        Its `within_s` and `convention` say what the service level counts (every convention is exact; a
        short abandon is one within 5 s); its `service_level` is the goal of a repair. Its other goals
        are not looked at.
    patience_s
        Mean patience in seconds, exponential; None: callers never hang up, and a queue may grow as
        long as it likes.
    repair
        Whether to move single agents until no interval is more than 0.01 below the goal and none would
        stay so with one agent fewer. From the first interval on, one that falls short gets the fewest
        agents that help, or the one before it some of them if that takes fewer in all; then, from the
        last to the first and again until nothing changes, agents are taken away one by one wherever
        every interval stays within 0.01 of the goal.

    Calls come at random, at a rate that is constant in each interval, each belongs to the interval in
    which it arrives, and is followed until it ends, over as many borders as that takes. Agents above
    a new, lower number finish the call in hand and take no other. Handling times are exponential with
    the mean of the interval in which the call came; where calls of several means are in hand together
    their average pace counts, which is that of the time when the next in the queue came. Every interval is
    within 0.01 of the simulation; where handling times jump by a fifth and more from one interval to the
    next, and a long queue carries over, it may be further off.

    A queue starts empty, at the start of the table and after every gap. When it closes no more calls
    come, and the agents of its last interval stay until all who wait are answered or have hung up, at
    most until it opens again, or for a day: who waits then counts as abandoned. An interval without
    calls has a service level of 1.

    Raises `Refused` where the two tables do not have the same intervals, a handling time is unknown,
    or a repair has no service level to reach.

    >>> import pandas as pd
    >>> start = pd.date_range("2024-05-06 09:00", periods=3, freq="30min", tz="Europe/Paris")
    >>> forecast = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30,
    ...                          "calls": [100.0, 130.0, 60.0], "aht_s": 180.0})
    >>> plan = forecast[["queue", "start"]].assign(agents=[13, 14, 9])
    >>> target = Target.parse("80/20")
    >>> print(day_performance(plan, forecast, target, patience_s=120))
    service level 83.6%, lowest interval 76.9%;
    1 of 3 intervals more than 1 point below 80%; 18.0 agent-hours
    >>> print(day_performance(plan, forecast, target, patience_s=120, repair=True))
    repair: 1 agent-intervals added, 2 removed; -0.5 agent-hours (-2.8%) against the plan;
    service level 82.6%, lowest interval 79.5%; 0 of 3 intervals more than 1 point below 80%
    """
    import pandas as pd

    hang_up = _hang_up_rate(patience_s)
    goal, within_s = _one("service_level", target.service_level), _one("within_s", target.within_s)
    if repair and goal is None:
        raise Refused("target", "no service level to repair for", "give one, such as Target.parse('80/20')")
    rows = _joined(staffed, forecast)
    before = rows["agents"].to_numpy()
    after, parts = before.copy(), []
    for where, closed_s in _openings(rows):
        opening = _opening(rows.iloc[where], closed_s, hang_up, within_s or 0.0, target.convention)
        if repair and goal is not None:
            opening = repaired(opening.worked_out(whole=False), goal)
        opening = opening.worked_out(whole=True)
        after[where] = opening.agents[:-1]
        parts.append(pd.DataFrame(opening.measures()))
    measures = pd.concat(parts, ignore_index=True)
    intervals = pd.concat([rows.drop(columns="aht_s").assign(agents=after), measures], axis=1)
    hours = rows["minutes"].to_numpy() / 60
    change = after - before
    return DayPerformance(
        intervals,
        goal,
        float(after @ hours),
        float(before @ hours),
        round(change[change > 0].sum()),
        round(-change[change < 0].sum()),
        repair,
    )


def _hang_up_rate(patience_s: float | None) -> float:
    """Return the rate at which a waiting caller hangs up, 0 where nobody does."""
    endless = np.inf if patience_s is None else patience_s
    if np.ndim(endless) or not endless > 0:
        raise Refused("patience_s", f"found {patience_s!r}", "give seconds above 0, or None: nobody hangs up")
    return float(1 / endless)


def _one(name: str, goal: ArrayLike | None) -> float | None:
    """Return a goal that is one number, or none."""
    if np.ndim(goal):  # type: ignore[arg-type]
        raise Refused(f"target, {name}", "several values", "a day is held against one: give one number")
    return None if goal is None else float(goal)  # type: ignore[arg-type]


def _joined(staffed: "pd.DataFrame", forecast: "pd.DataFrame") -> "pd.DataFrame":
    """Return queue, start, minutes, calls, agents and aht_s of every interval, by queue and start."""
    from callplan.tables import check

    volume = check(forecast, _VOLUME)[_VOLUME.names()]
    team = check(staffed, _STAFFED)[_STAFFED.names()]
    unknown = (volume["calls"] > 0) & ~(volume["aht_s"] > 0)
    if unknown.any():
        queue, aht_s = volume.loc[unknown, ["queue", "aht_s"]].iloc[0]
        found = "no handling time" if np.isnan(aht_s) else "found 0"
        raise Refused(f"forecast, queue {queue}, column aht_s", found, "give the queue an aht_s above 0")
    team["start"] = team["start"].dt.tz_convert(volume["start"].dt.tz)
    rows = volume.merge(team, on=["queue", "start"], how="outer", indicator="side")
    for side, has, lacks in (("left_only", "forecast", "staffed"), ("right_only", "staffed", "forecast")):
        alone = rows[rows["side"] == side]
        if len(alone):
            queue, start = alone[["queue", "start"]].iloc[0]
            raise Refused(
                f"{lacks}, queue {queue}",
                f"{len(alone)} intervals of the {has} table are not there (first {start})",
                "give both tables the same intervals, with 0 agents where nobody is on the phones",
            )
    names = ["queue", "start", "minutes", "calls", "agents", "aht_s"]
    return rows.sort_values(["queue", "start"], ignore_index=True)[names].astype({"minutes": "int64"})


def _openings(rows: "pd.DataFrame") -> Iterator[tuple[slice, float]]:
    """Yield the rows of each opening, without a gap, and the seconds for which it is closed after it."""
    same = (rows["queue"] == rows["queue"].shift(-1)).to_numpy()
    seconds = rows["minutes"].to_numpy() * 60.0
    gap = -rows["start"].diff(-1).dt.total_seconds().to_numpy() - seconds
    first = 0
    for last in np.flatnonzero(~same | (gap > 0)).tolist():
        yield slice(first, last + 1), min(gap[last], _DAY_S) if same[last] else _DAY_S
        first = last + 1


def _opening(
    rows: "pd.DataFrame", closed_s: float, hang_up: float, within_s: float, convention: str
) -> Opening:
    """Return one opening, of which nothing is worked out yet."""
    calls = rows["calls"].to_numpy()
    # Where no call comes those in hand go on at the pace of their own interval.
    aht_s = rows["aht_s"].where(calls > 0).ffill().bfill().fillna(1.0)
    return Opening.of(
        rows["agents"].to_numpy(),
        calls,
        aht_s.to_numpy(),
        rows["minutes"].to_numpy() * 60.0,
        closed_s,
        hang_up,
        within_s,
        convention,
    )
