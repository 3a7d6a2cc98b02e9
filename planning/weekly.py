"""The weekly run: from a store to a schedule and what it promises, beside last week and what might be."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import first_instants, local_day, named_zone
from callplan.tables import SCENARIOS, check
from planning.compare import Comparison, rows_of_plan
from planning.plan import Plan, plan
from planning.promise import COMPARED, PAIRED, WEEKS, Weeks, at_risk_of, promise_of
from planning.scenarios import WhatIf
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

    def __init__(self, pace: Pace | None, weeks: int) -> None:
        self.pace, self.weeks, self.line = pace, weeks, ""
        self.done_s, self.whole_s = 0.0, np.inf
        self.first_s = self.each_s = 0.0

    def expect(self, planned: Plan, done_s: float, scenarios: int) -> None:
        """Reckon what is left, once the plan stands."""
        shifts_s, plays_s = _QUEUE_S * len(planned.forecast["queue"].unique()), self._plays_s(planned)
        of = {count: min(self.weeks, count) / self.weeks for count in (PAIRED, COMPARED)}
        each_s = shifts_s + 2 * of[COMPARED] * plays_s
        self.first_s, self.each_s = done_s + plays_s * (1 + 2 * of[PAIRED]), each_s
        self.done_s, self.whole_s = done_s, self.first_s + scenarios * each_s

    def _plays_s(self, planned: Plan) -> float:
        return _MILLION_S * planned.forecast["calls"].sum() * self.weeks / 1e6

    def say(self, line: str) -> None:
        """Say what is being done."""
        self.line = line
        if self.pace:
            self.pace(line, min(self.done_s / self.whole_s, 1.0))

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
    work = _Work(progress, weeks)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Remark)
        asked: dict[str, Any] = {"start": start, "days": days, "overrides": overrides, "seed": seed}
        planned = plan(history, site, people=people, previous=previous, progress=work.say, **asked)
        work.expect(planned, _QUEUE_S * len(site.queues) + _PERSON_S * _count(people), len(scenarios))
        work.say("playing the weeks that may come")
        run = Comparison(planned, bands_of(planned, days, seed), weeks, seed, work.played)
        played, other = run.whole(), run.with_heads()
        rows = rows_of_plan(planned, played, other)
        for place, (name, scenario) in enumerate(scenarios.items()):
            work.begin(place)
            work.say(f"what if: {name}")
            rows += run.scenario(name, scenario)
        work.begin(len(scenarios))
        work.say("writing down")
    said = (str(one.message) for one in caught if issubclass(one.category, Remark))
    return Week(
        plan=planned,
        bands=run.bands,
        promise=promise_of(played),
        at_risk=at_risk_of(played, other[1], other[-1]),
        scenarios=check(pd.DataFrame(rows)[SCENARIOS.names()], SCENARIOS),
        played=played,
        overrides=overrides,
        remarks=tuple(dict.fromkeys([*planned.remarks, *said, *_uncovered(planned), *_virtual(planned)])),
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


def _count(people: pd.DataFrame | None) -> int:
    return 0 if people is None else len(people)


def _last_week(store: Store, site: Site, first: date) -> tuple[dict[str, pd.DataFrame], list[str], list[str]]:
    """Return the ledger of the seven days before, what it says, and why there is none if so."""
    now = first_instants(pd.Series([pd.Timestamp(first)]), named_zone(site.zone))
    since, until = first - timedelta(days=7), first - timedelta(days=1)
    try:
        ledger = track(store, site, since=since, until=until, now=now.iloc[0].to_pydatetime())
    except Refused as fault:
        return {}, [], [f"last week is not tracked: {fault}"]
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
