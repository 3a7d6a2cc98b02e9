"""The witness: a seeded simulation of calls, queues and teams, event by event.

It assumes nothing about steady states or exponential times, so it judges what the formulas say, and
what no formula covers: a whole day, several skills, callbacks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from callplan.errors import Refused, nearest
from erlang.simulation.callers import CallType, Lognormal, Team, number
from erlang.simulation.replications import Options, Simulation, run
from erlang.simulation.timetable import even, uneven

if TYPE_CHECKING:
    import pandas as pd


def simulate(
    call_types: Sequence[CallType],
    teams: Sequence[Team],
    *,
    minutes: float = 30.0,
    warm_up_min: float = 0.0,
    replications: int = 100,
    seed: int = 0,
    day_spread: float = 0.0,
    routing: str = "longest_wait",
    closing: str = "stay",
    convention: str = "offered",
    short_s: float = 5.0,
    records: bool = False,
) -> Simulation:
    """Return what becomes of calls in intervals of `minutes` that follow each other.

    Calls come at random (Poisson), at a rate that is constant in each interval. With `day_spread`
    each replication has a rate of its own: a factor, common to all queues, of mean 1 and that
    standard deviation (gamma). The first interval starts empty; with `warm_up_min` it is preceded by
    so many minutes of its own rates and agents, whose calls do not count.

    An arriving call goes to an idle agent of the team where its queue stands first among the
    skills; of several such teams, to the one given first. A freed agent takes, of all calls waiting
    in the queues of the team, the one that waits longest; with `routing="priority"` the one of the
    lowest priority, then the longest wait. Agents whose shift ends finish the call in hand.

    After the last interval no call comes. With `closing="stay"` its agents stay till all who wait are
    answered or have hung up; with `"leave"` they finish the call in hand, and who still waits is cut
    off and counts as abandoned.

    The same seed gives the same numbers, and the same callers whatever the teams and the routing: compare
    two plans with one seed, and most of the noise is common to both.

    >>> sales = CallType("sales", calls=100, aht_s=180, patience_s=120, within_s=20)
    >>> result = simulate([sales], [Team("sales", ["sales"], agents=12)], replications=50, seed=1)
    >>> row = result.intervals.iloc[0]
    >>> f"{row['service_level']:.0%} ({row['service_level_lo']:.0%} to {row['service_level_hi']:.0%})"
    '88% (85% to 91%)'
    """
    options = Options(replications, seed, day_spread, routing, closing, convention, short_s, records)
    _check_skills(call_types, teams)
    if not number("minutes", minutes):
        raise Refused("minutes", "found 0", "it must be above 0")
    timetable = even(call_types, teams, minutes, number("warm_up_min", warm_up_min), closing)
    return run(call_types, teams, timetable, options)


def simulate_staffed(
    staffed: "pd.DataFrame",
    *,
    patience_s: float | Mapping[str, float | None] | None = None,
    within_s: float | Mapping[str, float] = 20.0,
    lines: int | Mapping[str, int | None] | None = None,
    aht_cv: float | None = None,
    replications: int = 100,
    seed: int = 0,
    day_spread: float = 0.0,
    closing: str = "stay",
    convention: str = "offered",
    short_s: float = 5.0,
    records: bool = False,
) -> Simulation:
    """Return what becomes of the calls of a table: queue, start, minutes, calls, aht_s and agents.

    A table `REQUIREMENT` is one. Each queue has its own team; from the end of an interval to the next
    start its hours are over, and nobody calls. `patience_s`, `within_s` and `lines` (None: there is
    always one more) are one number for all queues, or a mapping by queue. Handling times are
    exponential, or lognormal with coefficient of variation `aht_cv`. With `day_spread` every local
    day has a factor of its own. The other arguments are those of `simulate`.

    At closing time the agents of the last interval stay till all who wait are answered or have hung up,
    with `closing="leave"` they finish the call in hand, and who still waits counts as abandoned. Who
    still waits when the hours begin again, as nobody was there to stay, is cut off then.

    `intervals` has the column `start` instead of `interval`.
    """
    options = Options(replications, seed, day_spread, "longest_wait", closing, convention, short_s, records)
    staffed = _checked(staffed)
    start_s = (staffed["start"] - staffed["start"].min()).dt.total_seconds().to_numpy()
    end_s = start_s + 60.0 * staffed["minutes"].to_numpy()
    day = staffed["start"].dt.tz_localize(None).dt.normalize().factorize(sort=True)[0]
    # Where no call is due no handling time is known or needed: any will do.
    aht_s = staffed["aht_s"].where(staffed["calls"] > 0, 1.0).to_numpy()
    calls, agents = staffed["calls"].to_numpy(), staffed["agents"].to_numpy()
    call_types, teams, opening = [], [], []
    for queue, rows in staffed.groupby("queue", sort=True).indices.items():
        handling = aht_s[rows] if aht_cv is None else Lognormal(aht_s[rows], aht_cv)
        patience, within, most = (
            _of(queue, values, name)
            for values, name in ((patience_s, "patience_s"), (within_s, "within_s"), (lines, "lines"))
        )
        call_types.append(CallType(str(queue), calls[rows], handling, patience, within, lines=most))
        teams.append(Team(str(queue), [str(queue)], agents[rows]))
        opening.append((start_s[rows], end_s[rows], day[rows]))
    result = run(call_types, teams, uneven(opening, teams, closing), options)
    intervals = result.intervals.drop(columns="interval")
    intervals.insert(1, "start", staffed["start"].array)
    intervals.insert(2, "minutes", staffed["minutes"].array)
    return replace(result, intervals=intervals)


def _check_skills(call_types: Sequence[CallType], teams: Sequence[Team]) -> None:
    """Refuse names that occur twice, and skills for queues that are none."""
    for name, given, kind in (("call_types", call_types, CallType), ("teams", teams, Team)):
        if not isinstance(given, Sequence) or not all(isinstance(one, kind) for one in given):
            raise Refused(name, f"found {given!r}", f"give a list of {kind.__name__}")
    if not call_types or not teams:
        raise Refused("simulation", "no queue or no team", "give at least one of each")
    queues = [call_type.name for call_type in call_types]
    for what, names in (("queue", queues), ("team", [team.name for team in teams])):
        for name in names:
            if names.count(name) > 1:
                raise Refused(f"{what} {name}", "found twice", "give each a name of its own")
    for team in teams:
        for skill in team.skills:
            if skill not in queues:
                raise Refused(f"team {team.name}, skills", f"found {skill!r}", nearest(str(skill), queues))


def _checked(staffed: "pd.DataFrame") -> "pd.DataFrame":
    """Return the columns of a staffed table that a simulation reads, checked and sorted."""
    from callplan.tables import REQUIREMENT, Table, check

    read = ("queue", "start", "minutes", "calls", "aht_s", "agents")
    columns = tuple(column for column in REQUIREMENT.columns if column.name in read)
    table = Table("staffed", "Agents on the phones, and the calls they are for.", ("queue", "start"), columns)
    staffed = check(staffed, table)[list(read)]
    if staffed.empty:
        raise Refused("staffed", "no rows", "give at least one interval")
    unknown = staffed["aht_s"].isna() & (staffed["calls"] > 0)
    if unknown.any():
        queue = staffed.loc[unknown, "queue"].iloc[0]
        raise Refused(f"staffed, queue {queue}, column aht_s", "no handling time", "give the queue an aht_s")
    return staffed


def _of(queue: Any, values: Any, name: str) -> Any:
    """Return what holds for a queue, of one value for all or a mapping by queue."""
    if not isinstance(values, Mapping):
        return values
    if queue not in values:
        raise Refused(name, f"nothing for queue {queue}", "give each queue its own, or one for all")
    return values[queue]
