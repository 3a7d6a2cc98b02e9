"""Replications of a simulation: calls are drawn, played through the event loop, and counted.

Every queue of every replication has streams of random numbers of its own (arrivals, handling,
patience, callbacks), and draws by call. So one seed gives one set of callers, whoever answers them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callplan.errors import Refused, nearest
from erlang.queues import CONVENTIONS
from erlang.simulation.callers import CallType, Team, at, number
from erlang.simulation.tally import MEASURES, OUTCOMES, measures
from erlang.simulation.timetable import Stretch, Timetable

if TYPE_CHECKING:
    import pandas as pd

# What a caller of endless patience would have waited is not seen in calls that came.
_CHOICES = {
    "routing": ("longest_wait", "priority"),
    "closing": ("stay", "leave"),
    "convention": tuple(name for name in CONVENTIONS if name != "virtual"),
}


@dataclass(frozen=True)
class Options:
    """What every simulation is told, whatever its calls and teams."""

    replications: int
    seed: int
    day_spread: float
    routing: str
    closing: str
    convention: str
    short_s: float
    records: bool

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            found = getattr(self, name)
            if found not in choices:
                raise Refused(name, f"found {found!r}", nearest(str(found), choices))
        for name, least in (("replications", 1), ("seed", 0)):
            found = getattr(self, name)
            if not isinstance(found, int | np.integer) or isinstance(found, bool) or found < least:
                raise Refused(name, f"found {found!r}", f"give a whole number from {least} on")
        number("day_spread", self.day_spread)
        number("short_s", self.short_s)


@dataclass(frozen=True, eq=False)
class Simulation:
    """What became of the calls.

    `intervals` has a row for each queue and interval, `queues` one for each queue: how many calls were
    offered, answered, abandoned (hung up), blocked, called_back, or failed as a callback, as means of
    one replication; `service_level`, `asa_s`, `abandoned_share` and `p_wait`, each with its 95%
    confidence limits across replications, `.._lo` and `.._hi` (NaN where no call came, or of one
    replication). Offered is the sum of the five outcomes, and a call belongs to the interval in which it
    came. Only answered calls can be in time, or in `asa_s`: who was blocked or took a callback counts
    as offered, and as not answered.

    `teams` has the hours on the phones and on calls, and the occupancy: hours on calls between the
    first instant and the last border / hours on the phones. `records`, where asked for, has a row for each
    call, `arrived_s` counted from the first interval.
    """

    intervals: "pd.DataFrame"
    queues: "pd.DataFrame"
    teams: "pd.DataFrame"
    records: "pd.DataFrame | None"
    convention: str
    replications: int
    seed: int


def run(
    call_types: Sequence[CallType], teams: Sequence[Team], timetable: Timetable, options: Options
) -> Simulation:
    """Play all replications, and count."""
    import pandas as pd

    from erlang.simulation.counting import count
    from erlang.simulation.events import play

    centre = _centre(call_types, teams, options.routing)
    plan = timetable.border_s, timetable.staffed, timetable.cuts_off
    names = [call_type.name for call_type in call_types]
    within_s = np.array([call_type.within_s for call_type in call_types])
    rows = [int(stretch.interval[-1]) + 1 for stretch in timetable.stretches]
    first_row = np.cumsum([0, *rows])
    sums = np.zeros((options.replications, first_row[-1], len(MEASURES)))
    handling_s, records = np.zeros(len(teams)), []
    for replication in range(options.replications):
        calls = _drawn(call_types, timetable.stretches, first_row, options, replication)
        play(calls, *centre, *plan)
        count(calls, within_s, options.short_s, timetable.border_s[-1], sums[replication], handling_s)
        if options.records:
            records.append(_records(calls[calls["row"] >= 0], names, teams, replication))
    interval = np.concatenate([np.arange(n) for n in rows])
    by_interval = measures(sums, options.convention)
    by_queue = measures(np.add.reduceat(sums, first_row[:-1], axis=1), options.convention)
    return Simulation(
        pd.concat(
            [pd.DataFrame({"queue": np.repeat(names, rows), "interval": interval}), by_interval], axis=1
        ),
        pd.concat([pd.DataFrame({"queue": names}), by_queue], axis=1),
        _occupancy(teams, timetable, handling_s / options.replications),
        pd.concat(records, ignore_index=True) if options.records else None,
        options.convention,
        options.replications,
        options.seed,
    )


def _drawn(
    call_types: Sequence[CallType],
    stretches: Sequence[Stretch],
    first_row: np.ndarray,
    options: Options,
    replication: int,
) -> np.ndarray:
    """Return the calls of one replication, of all queues, in order of arrival."""
    factor = np.ones(1 + max(int(stretch.day.max()) for stretch in stretches))
    if options.day_spread:
        variance = options.day_spread**2
        factor = _stream(options.seed, replication).gamma(1 / variance, variance, len(factor))
    parts = []
    for queue, (call_type, stretch) in enumerate(zip(call_types, stretches, strict=True)):
        streams = [_stream(options.seed, replication, queue, purpose) for purpose in range(4)]
        calls = _calls(call_type, stretch, factor, streams, first_row[queue])
        calls["queue"] = queue
        parts.append(calls)
    if len(parts) == 1:
        return parts[0]
    together = np.concatenate(parts)
    return together.take(np.argsort(together["arrived_s"], kind="stable"))


def _calls(
    call_type: CallType,
    stretch: Stretch,
    factor: np.ndarray,
    streams: Sequence[np.random.Generator],
    first_row: int,
) -> np.ndarray:
    """Draw the calls of one queue, in order of arrival."""
    from erlang.simulation.events import CALL, NONE

    arrivals, handling, patience, callbacks = streams
    counts = arrivals.poisson(at(call_type.calls, stretch.interval) * stretch.size * factor[stretch.day])
    place = np.repeat(np.arange(len(counts)), counts)
    interval = stretch.interval[place]
    calls = np.zeros(len(place), CALL)
    # Given their number, Poisson arrivals are spread evenly.
    instants = arrivals.random(len(place)) * stretch.length_s[place] + stretch.start_s[place]
    calls["arrived_s"] = np.sort(instants)
    calls["row"] = np.where(stretch.counted[place], first_row + interval, NONE)
    calls["handle_s"] = call_type.aht_s.draw(handling, interval)
    calls["leaves_s"] = np.inf
    if call_type.patience_s is not None:
        calls["leaves_s"] = call_type.patience_s.draw(patience, interval)
    if call_type.callback is not None:
        accepting, failing = callbacks.random((2, len(place)))
        offer = call_type.callback
        calls["accepts"] = (accepting < offer.share) & (offer.after_s <= calls["leaves_s"])
        calls["fails"] = failing < offer.failed
        calls["leaves_s"] = np.where(calls["accepts"], offer.after_s, calls["leaves_s"])
    return calls


def _stream(seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def _centre(
    call_types: Sequence[CallType], teams: Sequence[Team], routing: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the queues as the event loop knows them, the teams of each, and the queues of each team."""
    from erlang.simulation.events import NONE, QUEUE

    queues = np.zeros(len(call_types), QUEUE)
    for queue, call_type in zip(queues, call_types, strict=True):
        queue["rank"] = call_type.priority if routing == "priority" else 0
        queue["lines"] = np.inf if call_type.lines is None else call_type.lines
        if call_type.callback is not None:
            queue["ring_back_s"] = call_type.callback.delay_s
            queue["failed_s"] = call_type.callback.failed_s
    names = [call_type.name for call_type in call_types]
    queues_of = np.full((len(teams), len(names)), NONE)
    teams_of = np.full((len(names), len(teams)), NONE)
    for row, team in zip(queues_of, teams, strict=True):
        row[: len(team.skills)] = [names.index(skill) for skill in team.skills]
    for row, name in zip(teams_of, names, strict=True):
        able = [place for place, team in enumerate(teams) if name in team.skills]
        # The team that prefers the queue most; of equals the one given first, for sorting is stable.
        row[: len(able)] = sorted(able, key=lambda place: teams[place].skills.index(name))
    return queues, teams_of, queues_of


def _occupancy(teams: Sequence[Team], timetable: Timetable, handling_s: np.ndarray) -> "pd.DataFrame":
    """Return the hours of each team on the phones and on calls, and what share the one is of the other."""
    import pandas as pd

    table = pd.DataFrame({"team": [team.name for team in teams]})
    table["staffed_h"], table["handled_h"] = timetable.staffed_s / 3600, handling_s / 3600
    return table.assign(occupancy=table["handled_h"] / table["staffed_h"].where(table["staffed_h"] > 0))


def _records(
    calls: np.ndarray, names: Sequence[str], teams: Sequence[Team], replication: int
) -> "pd.DataFrame":
    """Return one row for each call."""
    import pandas as pd

    taken = calls["team"] >= 0
    team_names = np.array([*(team.name for team in teams), None], dtype=object)
    return pd.DataFrame(
        {
            "replication": replication,
            "queue": np.array(names, dtype=object)[calls["queue"]],
            "arrived_s": calls["arrived_s"],
            "waited_s": calls["waited_s"],
            "team": team_names[calls["team"]],
            "handle_s": np.where(taken, calls["handle_s"], np.nan),
            "outcome": np.array(OUTCOMES, dtype=object)[calls["outcome"]],
        }
    )
