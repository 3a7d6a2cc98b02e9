"""The weekly run: from a store to a schedule and what it promises, beside last week and what might be."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan import arguments
from callplan.errors import Refused, Remark
from callplan.intervals import first_instants, local_day, named_zone
from callplan.tables import HISTORY, SCENARIOS, check
from planning.compare import Comparison, rows_of_plan
from planning.plan import Plan, plan
from planning.promise import COMPARED, PAIRED, WEEKS, Weeks, at_risk_of, promise_of
from planning.scenarios import Scenario, WhatIf
from planning.site import Site
from planning.steps import at_site
from planning.tracking import track
from planning.week_bands import bands_of

if TYPE_CHECKING:
    from callplan.store import Store

# Called with what is being done, and the share of the work that is done before.
Pace = Callable[[str, float], None]

# Seconds that steps take on an ordinary laptop, to tell how far the work is: a queue's forecast and shifts,
# a person's search, a million calls played.
_QUEUE_S, _PERSON_S, _MILLION_S = 4.0, 0.4, 0.3
# While the plan is made, no more than so much of it counts as done: it may take longer than expected.
_MOST_OF_PLAN = 0.9


@dataclass(frozen=True, eq=False)
class Week:
    """A week planned and what it promises: `callplan.tables` describes each table.

    `last_week` holds the tables of the ledger (`planning.track`) of the days before, where some were
    published; `overrides` those of the store; `played` the weeks that the promise was made from.
    """

    plan: Plan
    bands: pd.DataFrame
    promise: pd.DataFrame
    at_risk: pd.DataFrame
    scenarios: pd.DataFrame
    played: Mapping[str, Weeks] = field(repr=False)
    overrides: pd.DataFrame | None = None
    last_week: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    verdicts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        own = {name: getattr(self, name) for name in ("promise", "at_risk", "scenarios", "bands")}
        layers = {} if self.overrides is None or self.overrides.empty else {"overrides": self.overrides}
        return {**self.plan.tables(), **own, **layers, **self.last_week}


class _Work:
    """How much of the work is done, by the seconds that its steps are expected to take."""

    def __init__(self, pace: Pace | None, weeks: int, queues: int, people: int, scenarios: int) -> None:
        self.pace, self.weeks, self.scenarios, self.line = pace, weeks, scenarios, ""
        self.began = time.monotonic()
        self.shifts_s = _QUEUE_S * queues
        self.plan_s, self.done_s = self.shifts_s + _PERSON_S * people, 0.0

    def expect(self, calls: float) -> None:
        """Reckon how long all takes, where the days planned have so many calls."""
        plays_s = _MILLION_S * calls * self.weeks / 1e6
        of = {count: min(self.weeks, count) / self.weeks for count in (PAIRED, COMPARED)}
        self.first_s = self.plan_s + plays_s * (1 + 2 * of[PAIRED])
        self.each_s = self.shifts_s + 2 * of[COMPARED] * plays_s
        self.whole_s = self.first_s + self.scenarios * self.each_s

    def planning(self, line: str) -> None:
        """Say how far the plan is; how much of it is done is told by the clock alone."""
        self.done_s = min(time.monotonic() - self.began, _MOST_OF_PLAN * self.plan_s)
        self.say(line)

    def say(self, line: str) -> None:
        """Say what is being done."""
        self.line = line
        if self.pace:
            self.pace(line, min(self.done_s / self.whole_s, 1.0))

    def planned(self) -> None:
        """Count the plan as done."""
        self.done_s = self.plan_s

    def begin(self, scenario: int) -> None:
        """Count all before this scenario (0, 1, ...) as done."""
        self.done_s = self.first_s + scenario * self.each_s

    def played(self, calls: float) -> None:
        """Count calls that were played."""
        self.done_s += _MILLION_S * calls / 1e6
        self.say(self.line)


def plan_week(
    history: pd.DataFrame,
    site: Site,
    *,
    start: date | str | None = None,
    days: int = 7,
    overrides: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    what_if: WhatIf | None = None,
    weeks: int = WEEKS,
    seed: int = 0,
    time_limit_s: float | None = None,
    progress: Pace | None = None,
) -> Week:
    """Plan days as `planning.plan` does, and play the finished schedule under the forecast's doubt.

    `weeks` are drawn and played (`planning.promise`), a quarter of them again with a head more and a head
    fewer in every interval. Each scenario of `what_if` is played with the schedule as planned, where that
    fits, and planned anew, as a shift plan even where people are named.

    Raises what `planning.plan` raises, and `Refused` for a scenario that names an unknown queue.
    """
    if what_if is not None:
        what_if.check_against(site)
    scenarios = {} if what_if is None else what_if.scenarios
    work = _Work(progress, weeks, len(site.queues), 0 if people is None else len(people), len(scenarios))
    work.expect(_calls_of(history, days))
    remarks: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Remark)
        asked: dict[str, Any] = {"start": start, "days": days, "overrides": overrides, "seed": seed}
        asked |= {"people": people, "previous": previous, "time_limit_s": time_limit_s}
        planned = plan(history, site, progress=work.planning, **asked)
        work.expect(planned.forecast["calls"].sum())
        work.planned()
        work.say("playing the weeks that may come")
        run = Comparison(planned, bands_of(planned, days, seed), weeks, seed, work.played)
        played, other = run.whole(), run.with_heads()
        rows = rows_of_plan(planned, played, other)
        for place, (name, scenario) in enumerate(scenarios.items()):
            work.begin(place)
            work.say(f"what if: {name}")
            others, said = _scenario(run, name, scenario)
            rows, remarks = rows + others, remarks + said
        work.begin(len(scenarios))
        work.say("writing down")
    return Week(
        plan=planned,
        bands=run.bands,
        promise=promise_of(played),
        at_risk=at_risk_of(played, other[1], other[-1]),
        scenarios=check(pd.DataFrame(rows)[SCENARIOS.names()], SCENARIOS),
        played=played,
        overrides=overrides,
        remarks=tuple(
            dict.fromkeys(
                [*planned.remarks, *_said(caught), *_uncovered(planned), *_virtual(planned), *remarks]
            )
        ),
    )


def plan_from_store(
    store: Store, site: Site, *, start: date | str | None = None, days: int = 7, **options: Any
) -> Week:
    """Plan the days that follow the store's history, with its overrides, beside how last week fared.

    Options and what is raised are those of `plan_week`. The seven days before the first are tracked as if
    it began now, so that the same store gives the same week.
    """
    history = store.history(zone=site.zone)
    if history.empty:
        raise Refused("the store", "no history", "import one: callplan import FILES")
    unknown = sorted(set(history["queue"]) - set(site.queues))
    history = history[history["queue"].isin(site.queues)]
    if history.empty:
        found = f"no history of the site's queues, but of {', '.join(unknown)}"
        raise Refused("the store", found, "see site.toml")
    overrides = store.overrides(zone=site.zone)
    week = plan_week(at_site(history, site), site, start=start, days=days, overrides=overrides, **options)
    tables, verdicts, remarks = _last_week(store, site, week.plan.start)
    remarks += [f"queue {name} is in the store, but not in site.toml, and is left out" for name in unknown]
    remarks += _gaps(week.plan)
    said = tuple(dict.fromkeys([*week.remarks, *remarks]))
    return replace(week, last_week=tables, verdicts=tuple(verdicts), remarks=said)


def _calls_of(history: pd.DataFrame, days: int) -> float:
    """Return about how many calls so many days have: as many as on the mean day of the history."""
    rows, days = check(history, HISTORY), arguments.whole("days", days, 1)
    return float(rows["offered"].sum() / local_day(rows["start"]).nunique() * days)


def _scenario(run: Comparison, name: str, scenario: Scenario) -> tuple[list[dict], list[str]]:
    """Return the rows of a scenario, and what is remarked of it but not of the plan."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Remark)
        rows = run.scenario(name, scenario)
    said = [f"what if {name}: {text}" for text in _said(caught) if text not in run.planned.remarks]
    return rows, said


def _said(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(one.message) for one in caught if issubclass(one.category, Remark)]


def _last_week(store: Store, site: Site, first: date) -> tuple[dict[str, pd.DataFrame], list[str], list[str]]:
    """Return the ledger of the seven days before, what it says, and why there is none if so."""
    now = first_instants(pd.Series([pd.Timestamp(first)]), named_zone(site.zone))
    since, until = first - timedelta(days=7), first - timedelta(days=1)
    try:
        ledger = track(store, site, since=since, until=until, now=now.iloc[0].to_pydatetime())
    except Refused as fault:
        return {}, [], [f"last week is not tracked: {fault.found}"]
    tables = {name: table for name, table in ledger.tables().items() if len(table)}
    return tables, list(ledger.verdicts), list(ledger.remarks)


def _gaps(planned: Plan) -> list[str]:
    """Say which queue has no count in the week before the first day."""
    said = []
    since = pd.Timestamp(planned.start) - pd.Timedelta(days=7)
    for name, rows in planned.history.groupby("queue"):
        counted = rows["offered"].notna()
        last = local_day(rows.loc[counted, "start"]).max()
        if last < since and name in set(planned.forecast["queue"]):
            until = f"it is planned from what came until {last:%Y-%m-%d}"
            said.append(f"queue {name}: no count in the week before {planned.start}; {until}")
    return said


def _uncovered(planned: Plan) -> list[str]:
    """Say which queue nobody is scheduled for, in no open interval."""
    heads = planned.coverage.groupby("queue")["staffed"].max()
    return [
        f"queue {name}: the schedule covers no open interval, and nobody answers"
        for name in heads.index[heads == 0]
    ]


def _virtual(planned: Plan) -> list[str]:
    names = planned.forecast["queue"].unique()
    return [
        f"queue {name}: its promise counts hang-ups as offered; virtual waits are not seen in calls"
        for name in names
        if planned.site.queue(name).convention == "virtual"
    ]
