"""A published roster and a change in, the roster after it out, with as few changes as pay."""

import time
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Infeasible, Refused
from callplan.tables import CHANGES, SHIFTS, check
from scheduling.changes import Change
from scheduling.people import DEMAND, check_openings, crew, horizon
from scheduling.results import Schedule, no_rows
from scheduling.roster.bound import lower_bound
from scheduling.roster.build import Built, build
from scheduling.roster.grid import Grid, NDArray, lay
from scheduling.roster.mend import mend
from scheduling.roster.menus import Menus
from scheduling.roster.problem import OFF, State
from scheduling.roster.published import Duty, Tables, read_duties
from scheduling.roster.roster import (
    BOUND_SHARE,
    Progress,
    Work,
    in_words,
    outcome,
    refusal,
)  # fmt: skip
from scheduling.roster.standing import Ground, Standing, lay_ground, placed, stand, with_leave
from scheduling.roster.tables import written
from scheduling.rules import Rules
from scheduling.verify import verify

# Rules that what stands can break only together with what does not.
LEAST = ("hours_per_week_min", "days_per_week_min", "fixed", "floor", "coverage", "duties")


@dataclass(frozen=True, eq=False)
class Rescheduled:
    """A roster after a change, what it changes for whom, and the people as the next change should find."""

    schedule: Schedule
    changes: pd.DataFrame = field(repr=False)  # the table `changes`
    people: pd.DataFrame = field(repr=False)  # with the days of leave that absences have become


def reschedule(
    published: Tables,
    change: Change,
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame,
    *,
    now: pd.Timestamp,
    previous: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
    progress: Progress | None = None,
) -> Rescheduled:
    """Mend a published roster after a change, for as few people and days as pay.

    `published` is the roster's `Schedule`, or anything with its tables `shifts` and `activities`. New
    demand comes as the new `requirement`, for the same days. Each day of a person that differs from what
    was published costs `change_cost`, so that nothing is touched that saves less; a shift kept is kept
    with its breaks. The start is what the change leaves of the published roster, not an empty one.

    - What began before `now` stands, as do `locked_people` and `locked_days`.
    - Who is away works on none of the days, nor on a shift that reaches into them. A day away on which a
      shift falls becomes a day of leave, one day of the week fewer; a day off stays off. Nobody is asked
      to make up the least hours and days of a week in which they are away.
    - Who is away from the middle of a shift (one that began before `now`) keeps it in `shifts`, and is paid
      for it: from `now` on the activity is leave, and nobody is counted.
    - In a swap each works what the other had, breaks included, on one day or two. A change of swaps alone
      touches nobody else.
    - Which queue somebody serves from `now` on may change; it is not counted as a change.

    Rules that the standing part breaks by itself (past rest that was cut short, a shift cut) are not held
    against the new roster; all others are judged by `verify`. The outcome's cost is without the price of
    changes, and its bound is of rosters made anew: the gap tells what leaving things as they are costs too.

    Raises `Refused` for people and days that are not of the roster, a `now` after its end, and swaps that
    break a hard rule, by its name; `Infeasible` where hard rules cannot be kept.

    >>> from scheduling.schedule import schedule
    >>> start = pd.date_range("2024-05-06 08:00", periods=10, freq="30min", tz="Europe/Paris")
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "rostered": 1})
    >>> people = pd.DataFrame({"person": ["Ann", "Bo"], "contract": ["own", "hired"], "skills": "sales"})
    >>> rules = Rules(lengths_h=[5], contracts={"own": {}, "hired": {"cost_per_h": 2.0}})
    >>> roster = schedule(requirement, rules, people)
    >>> sick = Change(absences=[{"person": "Ann", "from": "2024-05-06", "until": "2024-05-06"}])
    >>> after = reschedule(roster, sick, requirement, rules, people, now=start[0] - pd.Timedelta(hours=4))
    >>> after.changes[["person", "before", "after", "reason"]]
      person       before        after reason
    0    Ann  08:00-13:00          off   sick
    1     Bo          off  08:00-13:00  cover
    """
    began = time.perf_counter()
    change, rules = Change.expect(change, "change"), Rules.expect(rules, "rules")
    work = Work(arguments.seed(seed), time_limit_s, progress)
    if not time_limit_s > 0:
        raise Refused("time_limit_s", f"found {time_limit_s:g}", "give some seconds, more than 0")
    demand = check(requirement, DEMAND)[DEMAND.names()]
    before = None if previous is None else check(previous, SHIFTS, "previous")
    queues, days = sorted(demand["queue"].unique()), horizon(demand)
    everyone = crew(people, rules, queues=queues, days=days)
    check_openings(everyone, rules, demand)
    change.check([person.name for person in everyone], days)
    grid = lay(demand, rules, everyone)
    slot = _slot_of(now, grid)
    duties, served = read_duties(published, grid, everyone)
    standing = stand(change, grid, everyone, duties, slot)
    people = with_leave(people, standing.leave_of(everyone))
    everyone = crew(people, rules, queues=queues, days=days)
    ground = lay_ground(standing, change, everyone, Menus(grid, rules), before, slot)
    judge = _Judge(standing, ground, people, rules, demand, before, served, slot)
    state = placed(ground.built, ground.rows)
    if change.swaps:
        judge.check_swaps(state, change)
    work.say(f"{len(everyone)} people, {len(days)} days: the least that a roster made anew costs")
    bound = lower_bound(
        build(grid, everyone, rules, before), seed=seed, time_limit_s=time_limit_s * BOUND_SHARE
    ).cost
    in_time = True
    if not change.swaps or change.absences or change.days_off:
        state, in_time = mend(ground, state, work, began)
    schedule, cost = judge.judged(state)
    made = outcome(demand, cost, bound, in_time, time.perf_counter() - began)
    changes = _differences(standing, ground.built, state)
    return Rescheduled(replace(schedule, outcome=(made,)), changes, people)


def _slot_of(now: pd.Timestamp, grid: Grid) -> int:
    """Return the first slot that is not over or begun, the first of all before the roster."""
    if not isinstance(now, pd.Timestamp) or now.tzinfo is None:
        raise Refused("now", f"found {now!r}", "give an instant with its zone, a pandas.Timestamp")
    slot = max(0, ceil((now - grid.starts.iloc[0]) / pd.Timedelta(minutes=grid.minutes)))
    if slot >= len(grid.starts):
        raise Refused("now", f"{now} is after the end of the roster", f"its last day is {grid.days[-1]}")
    return slot


class _Judge:
    """Writes rosters and has the witness judge them, what stands by itself left aside."""

    def __init__(
        self, standing: Standing, ground: Ground, people: pd.DataFrame, rules: Rules,
        demand: pd.DataFrame, previous: pd.DataFrame | None, served: NDArray, now: int,
    ) -> None:  # fmt: skip
        self.standing, self.ground, self.people, self.rules = standing, ground, people, rules
        self.demand, self.previous, self.served, self.now = demand, previous, served, now

    def written(self, state: State) -> Schedule:
        """Return the tables; before now everyone served the queue that was published."""
        for s in range(len(state.split)):
            own = self.served[self.ground.built.problem.person["skills"] == s, : self.now]
            for q in range(len(state.heads)):
                state.split[s, q, : self.now] = (own == q).sum(axis=0)
        state.heads[:, : self.now] = state.split[:, :, : self.now].sum(axis=0)
        return written(self.ground.built, state, self.served)

    def judged(self, state: State) -> tuple[Schedule, float]:
        """Return the tables and what they cost; raise `Infeasible` for hard rules newly broken."""
        schedule = self.written(state)
        hard, cost = self._hard(schedule)
        fresh = hard[~self._stood(hard)] if len(hard) else hard
        if len(fresh):
            raise Infeasible(refusal(fresh))
        return schedule, cost

    def check_swaps(self, state: State, change: Change) -> None:
        """Refuse swaps that break hard rules which the roster without them keeps."""
        hard, _ = self._hard(self.written(placed(self.ground.built, state.rows)))
        names = {name for swap in change.swaps for name in (swap.person, swap.with_)}
        own = hard[hard["person"].isin(list(names)) & ~hard["rule"].isin(["coverage", "duties"])]
        fresh = own[~self._stood(own)] if len(own) else own
        if len(fresh):
            swaps = ", ".join(f"{swap.person} with {swap.with_}" for swap in change.swaps)
            raise Refused(f"swap of {swaps}", f"it breaks {in_words(fresh)}", "choose another day or person")

    def _hard(self, schedule: Schedule) -> tuple[pd.DataFrame, float]:
        verdict = verify(schedule, self.people, self.rules, requirement=self.demand, previous=self.previous)
        return verdict.broken[verdict.broken["price"].isna()], verdict.cost

    def _stood(self, hard: pd.DataFrame) -> NDArray:
        """Say which hard rules what stands breaks by itself, or the absence of people does."""
        begun = np.where(self.standing.begun, self.ground.rows, OFF)
        past, _ = self._hard(self.written(placed(self.ground.built, begun)))
        # A shift kept as published keeps its shape, such as overtime that no contract has.
        kept = np.where(self.standing.asked, OFF, self.ground.rows)
        left, _ = self._hard(self.written(placed(self.ground.built, kept)))
        known = pd.concat([past[~past["rule"].isin(LEAST)], left[left["rule"] == "shape"]])
        keys = set(known[["rule", "person", "start"]].itertuples(index=False, name=None))
        rows = hard.to_dict("records")
        return np.array(
            [(row["rule"], row["person"], row["start"]) in keys or self._spared(row) for row in rows]
        )

    def _spared(self, row: dict[Any, Any]) -> bool:
        """Say whether a rule asks for the least of who is away in the week, or of what is over."""
        grid = self.standing.grid
        if row["rule"] == "floor":
            return bool(grid.slot(row["start"]) < self.now)
        if row["rule"] not in LEAST or not isinstance(row["person"], str):
            return False
        names = [person.name for person in self.ground.built.crew]
        i, day = names.index(row["person"]), row["start"].date()
        if row["rule"] == "fixed":
            return bool(self.standing.begun[i, grid.days.index(day)])
        week = [d for d, other in enumerate(grid.days) if 0 <= (other - day).days < 7]
        return bool(self.standing.absent[i, week].any() or self.standing.begun[i, week].all())


def _differences(standing: Standing, built: Built, state: State) -> pd.DataFrame:
    """Return the table `changes`."""
    grid, rows = standing.grid, []
    for i, d in np.ndindex(state.rows.shape):
        duty = standing.published.get((i, d))
        words = duty.words(grid) if duty else "off"
        now = _duty(built, state, i, d).words(grid) if state.rows[i, d] >= 0 else "off"
        if words != now:
            rows.append(
                {
                    "person": built.crew[i].name,
                    "start": grid.instant(int(grid.day_first[d])),
                    "before": words,
                    "after": now,
                    "reason": standing.reasons.get((i, d), "cover"),
                }
            )
    return check(pd.DataFrame(rows), CHANGES) if rows else no_rows(CHANGES)


def _duty(built: Built, state: State, i: int, d: int) -> Duty:
    """Return a shift that somebody works, as it could be published."""
    shift, step = built.menus.shifts[state.rows[i, d]], built.grid.minutes
    breaks = [
        (pause.kind, int(begin), int(begin) + pause.length_min // step)
        for pause, begin in zip(shift.look.breaks, state.begins[i, d], strict=False)
    ]
    return Duty(shift.first, shift.last, tuple(breaks), shift.look.paid_h, shift.template)
