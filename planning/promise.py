"""What a finished schedule promises: its weeks played call by call, as they may come.

Each week drawn has rates of calls of its own (`planning.draws`) and heads present of its own, and is played
once by the simulation (`erlang.simulate_staffed`): so what a day of it gives scatters as a real day does, by
the forecast's doubt, by absence, and by chance. The mean of the draws is what the schedule gives; the plan's
own level, that of the mean forecast with nobody unexpectedly away, is higher, because a surplus of calls
costs more service than the same lack of them wins.

References
----------
.. [1] S. Aldor-Noiman, P. Feigin, A. Mandelbaum (2009), Workload forecasting for a call center: methodology
   and a case study, Annals of Applied Statistics 3(4): how doubt of the load becomes doubt of the service.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

import erlang
from callplan.errors import Refused
from callplan.intervals import first_instants, local_day
from callplan.tables import AT_RISK, PROMISE, check
from planning.draws import Doubt, doubt_of
from planning.site import Queue, Site
from scheduling.results import no_rows

# How many weeks are drawn; of these, how many for each scenario, and with a head more and a head fewer.
WEEKS, COMPARED, PAIRED = 200, 100, 50
# Weeks played at a time: what is drawn of their calls is held in memory.
_TOGETHER = 25
# A queue without a threshold of its own is counted within so many seconds, as `planning.simulation` does.
WITHIN_S = 20.0
MOST_AT_RISK = 5
_WEEK = pd.Timedelta(days=7)
_READ = ("offered", "answered", "abandoned", "service_level", "asa_s", "p_wait")

# Called after each batch of weeks, with how many calls it had.
Played = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Weeks:
    """The weeks of one queue, played: arrays of weeks × intervals."""

    rows: pd.DataFrame
    queue: Queue
    counted: np.ndarray
    """Calls that the service level is a share of."""
    in_time: np.ndarray
    offered: np.ndarray
    answered: np.ndarray
    abandoned: np.ndarray
    waited: np.ndarray
    wait_s: np.ndarray
    present: np.ndarray

    def measures(self, span: np.ndarray) -> dict[str, np.ndarray]:
        """Return each measure by week drawn, over the intervals that `span` (True or False) picks."""
        sums = {
            name: getattr(self, name)[:, span].sum(axis=1)
            for name in ("counted", "in_time", "offered", "answered", "abandoned", "waited", "wait_s")
        }
        own = self.rows[span]
        aht_s, seconds = own["aht_s"].fillna(0.0).to_numpy(), 60.0 * own["minutes"].to_numpy()
        busy_s = (self.answered[:, span] * aht_s).sum(axis=1)
        return {
            "service_level": _ratio(sums["in_time"], sums["counted"]),
            "asa_s": _ratio(sums["wait_s"], sums["answered"]),
            "abandoned": _ratio(sums["abandoned"], sums["offered"]),
            "p_wait": _ratio(sums["waited"], sums["offered"]),
            "occupancy": np.minimum(_ratio(busy_s, (self.present[:, span] * seconds).sum(axis=1)), 1.0),
        }

    def first(self, count: int) -> "Weeks":
        """Return the first so many weeks alone."""
        arrays: dict[str, Any] = {
            name: array[:count] for name, array in vars(self).items() if isinstance(array, np.ndarray)
        }
        return replace(self, **arrays)

    def level(self, span: np.ndarray | slice = slice(None)) -> float:
        """Return the service level over all weeks drawn; NaN where no call came."""
        counted = self.counted[:, span].sum()
        return float(self.in_time[:, span].sum() / counted) if counted else np.nan


def play_queue(
    rows: pd.DataFrame,
    doubt: Doubt,
    queue: Queue,
    *,
    weeks: int = WEEKS,
    heads_more: int = 0,
    seed: int = 0,
    played: Played | None = None,
) -> Weeks:
    """Play one queue's schedule under so many weeks drawn from its doubt.

    `rows` has the columns queue, start, minutes, aht_s and staffed (rostered heads), in the order of
    time. With `heads_more` every interval has a head more (1) or fewer (-1): of the same weeks, the same
    callers come, and the other heads are as present as before, so that the difference is theirs alone.
    """
    if heads_more not in (-1, 0, 1):
        raise Refused("heads_more", f"found {heads_more!r}", "give -1, 0 or 1")
    parts = []
    for batch, first in enumerate(range(0, weeks, _TOGETHER)):
        count = min(_TOGETHER, weeks - first)
        own = (seed, zlib.crc32(str(rows["queue"].iloc[0]).encode()), batch)
        rates = doubt.draw(count, np.random.default_rng((*own, 0)))
        present = _present(rows["staffed"].to_numpy(float), queue.shrinkage, count, heads_more, own)
        parts.append(
            _play(rows, rates, present, queue, int(np.random.default_rng((*own, 3)).integers(2**31)))
        )
        if played:
            played(float(rates.sum()))
    return Weeks(rows, queue, **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _present(
    staffed: np.ndarray, shrinkage: float, count: int, heads_more: int, own: tuple[int, ...]
) -> np.ndarray:
    """Return the heads present; one more or fewer is present as the others are."""
    # A roster whose people serve several queues has parts of heads: the last one is there as often as that.
    rng, extra = np.random.default_rng((*own, 1)), np.random.default_rng((*own, 2))
    whole = np.floor(staffed)
    heads = (whole + (rng.random((count, len(staffed))) < staffed - whole)).astype(int)
    present = rng.binomial(heads, 1 - shrinkage)
    chance = extra.random(present.shape)
    if heads_more > 0:
        return present + (chance < 1 - shrinkage)
    if heads_more < 0:
        # Of so many heads, the one taken away was present with just that share.
        return present - (chance * np.maximum(heads, 1) < present)
    return present


def _play(
    rows: pd.DataFrame, rates: np.ndarray, present: np.ndarray, queue: Queue, seed: int
) -> dict[str, np.ndarray]:
    """Play weeks one after the other as one long timetable."""
    count, length = rates.shape
    start = rows["start"].dt.tz_convert("UTC")
    apart = _WEEK * int(np.ceil((start.max() - start.min()) / _WEEK + 1))
    staffed = pd.DataFrame(
        {
            "queue": rows["queue"].iloc[0],
            "start": pd.concat([start + apart * week for week in range(count)], ignore_index=True),
            "minutes": np.tile(rows["minutes"], count),
            "calls": rates.ravel(),
            "aht_s": np.tile(rows["aht_s"], count),
            "agents": present.ravel(),
        }
    )
    # What a caller without end of patience would have waited is not seen in calls.
    convention = "offered" if queue.convention == "virtual" else queue.convention
    found = erlang.simulate_staffed(
        staffed,
        patience_s=queue.patience_s,
        within_s=WITHIN_S if queue.within_s is None else queue.within_s,
        lines=queue.lines,
        convention=convention,
        replications=1,
        seed=seed,
    ).intervals
    of = {name: found[name].to_numpy(float).reshape(count, length) for name in _READ}
    counted = of["answered"] if convention == "answered" else of["offered"]
    return {
        "counted": counted,
        "in_time": np.nan_to_num(of["service_level"]) * counted,
        "offered": of["offered"],
        "answered": of["answered"],
        "abandoned": of["abandoned"],
        "waited": np.nan_to_num(of["p_wait"]) * of["offered"],
        "wait_s": np.nan_to_num(of["asa_s"]) * of["answered"],
        "present": present,
    }


def play_site(
    forecast: pd.DataFrame,
    bands: pd.DataFrame,
    coverage: pd.DataFrame,
    site: Site,
    *,
    weeks: int = WEEKS,
    heads_more: int = 0,
    seed: int = 0,
    played: Played | None = None,
) -> dict[str, Weeks]:
    """Play the schedule of every queue of a forecast; `bands` are those of the same forecast.

    The queues' doubts are drawn independently of each other. Intervals that the coverage lacks have
    nobody at work.
    """
    result = {}
    for name, own in forecast.groupby("queue"):
        heads = coverage.loc[coverage["queue"] == name, ["start", "staffed"]]
        rows = own.merge(heads, on="start", how="left").fillna({"staffed": 0.0})
        result[str(name)] = play_queue(
            rows,
            doubt_of(rows, bands[bands["queue"] == name]),
            site.queue(str(name)),
            weeks=weeks,
            heads_more=heads_more,
            seed=seed,
            played=played,
        )
    return result


def promise_of(played: Mapping[str, Weeks]) -> pd.DataFrame:
    """Return what the weeks played promise, by queue, day and week (table `PROMISE`).

    A row each for the service level, for the share that hangs up where callers do, and for every other
    goal of the queue. `chance` is the share of the weeks drawn whose measure meets its goal.
    """
    rows = []
    for name, weeks in played.items():
        day = local_day(weeks.rows["start"])
        monday = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
        for by, of in (("day", day), ("week", monday)):
            for first in of.unique():
                span = (of == first).to_numpy()
                at = day[span].min() if by == "week" else first
                rows += [{"queue": name, "by": by, "start": at, **row} for row in _promised(weeks, span)]
    table = pd.DataFrame(rows)
    zone = next(iter(played.values())).rows["start"].dt.tz
    table["start"] = first_instants(table["start"], zone)
    return check(table[PROMISE.names()], PROMISE)


def _promised(weeks: Weeks, span: np.ndarray) -> list[dict]:
    """Return a row for each measure that matters to the queue."""
    goals = weeks.queue.target.goals()
    own = weeks.measures(span)
    calls = float(weeks.rows["calls"].to_numpy()[span].sum())
    wanted = {"service_level": None, **({"abandoned": None} if weeks.queue.patience_s else {}), **goals}
    rows = []
    for measure, limit in wanted.items():
        values = own[measure]
        known = values[~np.isnan(values)]
        low, middle, high = np.quantile(known, [0.1, 0.5, 0.9]) if len(known) else (np.nan,) * 3
        weight = weeks.offered[:, span].sum(axis=1)[~np.isnan(values)]
        expected = np.average(known, weights=weight) if weight.sum() else np.nan
        row = {"measure": measure, "calls": calls, "expected": expected}
        row |= {"p10": low, "p50": middle, "p90": high, "limit": limit}
        rows.append({**row, "chance": meets(measure, known, limit)})
    return rows


def meets(measure: str, values: np.ndarray, limit: float | None) -> float:
    """Return the share of values that meet a goal: a service level from it on, others up to it."""
    if limit is None or not len(values):
        return np.nan
    return float(((values >= limit) if measure == "service_level" else (values <= limit)).mean())


def at_risk_of(
    played: Mapping[str, Weeks], more: Mapping[str, Weeks], fewer: Mapping[str, Weeks]
) -> pd.DataFrame:
    """Return each queue's intervals most at risk (table `AT_RISK`): where most calls come too late.

    Ranked are calls expected beyond those that the goal lets be late. `more` and `fewer` are the same
    weeks with a head more and fewer in every interval; their effect is that on the weeks they share.
    """
    parts = []
    for name, weeks in played.items():
        goal = weeks.queue.service_level
        counted, late = weeks.counted.mean(axis=0), (weeks.counted - weeks.in_time).mean(axis=0)
        beyond = late - (0.0 if goal is None else 1 - goal) * counted
        level = _ratio(weeks.in_time.sum(axis=0), weeks.counted.sum(axis=0))
        shared = slice(len(more[name].counted))
        same = _ratio(weeks.in_time[shared].sum(axis=0), weeks.counted[shared].sum(axis=0))
        effect = {
            column: np.clip(level + _ratio(own.in_time.sum(axis=0), own.counted.sum(axis=0)) - same, 0, 1)
            for column, own in (("one_more", more[name]), ("one_fewer", fewer[name]))
        }
        by_week = _ratio(weeks.in_time, weeks.counted)
        known = ~np.isnan(by_week)
        met = (by_week >= (np.inf if goal is None else goal)).sum(axis=0)
        rows = weeks.rows[["queue", "start", "minutes", "calls", "staffed"]].assign(
            service_level=level,
            chance=np.nan if goal is None else _ratio(met, known.sum(axis=0)),
            late=late,
            **effect,
        )
        worst = np.argsort(-beyond, kind="stable")[:MOST_AT_RISK]
        worst = worst[beyond[worst] > 0]
        parts.append(rows.iloc[worst].assign(rank=np.arange(1, len(worst) + 1)))
    table = pd.concat([part for part in parts if len(part)] or parts[:1])
    return check(table[AT_RISK.names()], AT_RISK) if len(table) else no_rows(AT_RISK)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the quotient; NaN where the whole is nothing."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
