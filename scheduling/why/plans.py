"""Why a shift plan leaves demand uncovered: rules are left out one by one, and days planned anew."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.errors import Infeasible, Refused, Remark
from callplan.intervals import local_day
from callplan.tables import SHIFT_PLAN
from scheduling.plan.teams import groups
from scheduling.results import Schedule, no_rows
from scheduling.rules import Rules
from scheduling.shift_plan import plan_shifts
from scheduling.why import words
from scheduling.why.options import Option, options
from scheduling.why.trouble import NOTHING, Trouble, Way
from scheduling.why.windows import Window, lowered, windows
from scheduling.why.work import Work

_DAY = pd.Timedelta(days=1)
# One plan of a few days takes seconds at most; this is a guard.
_PLAN_S = 20.0


@dataclass(frozen=True, eq=False)
class Planned:
    """The cheapest plan of some demand, hard floors counted as need, so that there always is one."""

    shift_plan: pd.DataFrame
    coverage: pd.DataFrame
    paid: float  # what the shifts cost, shortage and surplus left aside

    def short_h(self, window: Window | None = None) -> float:
        """Return the hours of one agent that are missing, in a window or at any time."""
        rows = self.coverage
        if window:
            inside = (rows["start"] >= window.start) & (rows["start"] < window.end)
            rows = rows[inside & (rows["queue"] == window.queue)]
        return float((rows["under"] * rows["minutes"]).sum() / 60)


def planned(demand: pd.DataFrame, rules: Rules, seed: int) -> Planned:
    """Plan some demand; floors are need like any other, and a queue that no shift fits has nobody."""
    floors = demand["queue"].map(lambda queue: rules.queue(queue).heads_at_least or 0)
    demand = demand.assign(rostered=np.maximum(demand["rostered"], floors))
    free = {name: queue.replace(heads_at_least=0) for name, queue in rules.queues.items()}
    soft = rules.replace(heads_at_least=0, queues=free, cover="interval")
    parts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        for group in groups(sorted(demand["queue"].unique()), soft):
            parts.append(_planned_group(demand[demand["queue"].isin(group)], soft, seed))
    return Planned(
        pd.concat([part.shift_plan for part in parts], ignore_index=True),
        pd.concat([part.coverage for part in parts], ignore_index=True),
        sum(part.paid for part in parts),
    )


def _planned_group(demand: pd.DataFrame, rules: Rules, seed: int) -> Planned:
    try:
        plan = plan_shifts(demand, rules, seed=seed, time_limit_s=_PLAN_S)
    except Infeasible:
        rows = demand[["queue", "start", "minutes"]]
        nobody = rows.assign(needed=demand["rostered"], staffed=0.0, over=0.0, under=demand["rostered"])
        return Planned(no_rows(SHIFT_PLAN), nobody, 0.0)
    cost = plan.outcome[0].cost
    for queue, own in plan.coverage.groupby("queue"):
        terms, hours = rules.queue(str(queue)), own["minutes"] / 60
        cost -= float((own["under"] * hours).sum()) * (terms.under_cost_per_h or 0.0)
        cost -= float((own["over"] * hours).sum()) * (terms.over_cost_per_h or 0.0)
    return Planned(plan.shift_plan, plan.coverage, cost)


def short_plans(
    demand: pd.DataFrame, rules: Rules, schedule: Schedule | None, work: Work, at_most: int
) -> Iterator[Trouble]:
    """Give the worst shortages of a plan."""
    work.say("a plan, hard floors left aside")
    coverage = planned(demand, rules, work.seed).coverage if schedule is None else schedule.coverage
    found = windows(coverage, rules, at_most)
    for number, window in enumerate(found, start=1):
        work.say(f"shortage {number} of {len(found)}: {window}")
        yield _trouble(window, demand, rules, work)


def _trouble(window: Window, demand: pd.DataFrame, rules: Rules, work: Work) -> Trouble:
    """Leave rules out one by one, and plan the days about the window anew."""
    own = next(group for group in groups(sorted(demand["queue"].unique()), rules) if window.queue in group)
    days = local_day(demand["start"])
    first, last = (pd.Timestamp(at.date()) for at in (window.start, window.end))
    about = (days >= first - _DAY) & (days <= last + _DAY) | rules.cyclic
    near = demand[demand["queue"].isin(own) & about]
    before = planned(near, rules, work.seed)
    best: dict[str, Way] = {}  # by the rule that is eased
    for option in options(rules, window):
        if work.left_s <= 0:
            work.say("time is up: not every way out was tried")
            break
        try:
            after = planned(near, option.rules, work.seed)
        except Refused:
            continue  # such shifts do not fit the intervals
        way = _way(option, window, before, after)
        # Of lengths that mend the same the first, longest one stays.
        if way and (option.rule not in best or way.mends_h > best[option.rule].mends_h + NOTHING):
            best[option.rule] = way
    reason = (
        f"because of {words.listed(list(best), 'or')}" if best else "no rule of shifts alone is in the way"
    )
    return Trouble(
        window.queue,
        None,
        window.start,
        window.end,
        window.short,
        f"{window}; {reason}",
        (*best.values(), *lowered(window)),
    )


def _way(option: Option, window: Window, before: Planned, after: Planned) -> Way | None:
    """Return what an option mends, None if nothing in the window."""
    still, mended = after.short_h(window), before.short_h() - after.short_h()
    here = before.short_h(window) - still
    if min(here, mended) <= NOTHING:
        return None
    part = "all of it" if still < NOTHING else f"{here:g} of {here + still:g} h"
    text = f"{option.text(after.shift_plan, window)} (mends {part})"
    return Way(text, mended, max(0.0, after.paid - before.paid))
