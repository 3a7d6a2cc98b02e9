"""A requirement and people in, a roster out: who works when, on what, with which breaks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from callplan.errors import Infeasible
from scheduling.people import check_openings, crew, horizon
from scheduling.results import Outcome, Schedule
from scheduling.roster.bound import lower_bound
from scheduling.roster.build import Built, build
from scheduling.roster.grid import NDArray, lay
from scheduling.roster.polish import polish
from scheduling.roster.problem import HARD, State, blank, copied
from scheduling.roster.tables import written
from scheduling.rules import Rules
from scheduling.verify import verify

# Levels of the search between two words on how far it is.
TELL_EVERY = 8
# The bound is worth so much of the time at most.
BOUND_SHARE = 0.35
# Cost and bound that differ by less than this share are the same.
SAME = 1e-6

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """How long a search may take, what it starts from, and whom it tells."""

    seed: int
    time_limit_s: float
    progress: Progress | None

    def say(self, what: str) -> None:
        """Tell how far the search is."""
        if self.progress is not None:
            self.progress(what)


def make_roster(
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame,
    *,
    previous: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
    progress: Progress | None = None,
) -> Schedule:
    """Give named people shifts that cover a checked requirement; see `scheduling.schedule`."""
    began = time.perf_counter()
    days = horizon(requirement)
    everyone = crew(people, rules, queues=sorted(requirement["queue"].unique()), days=days)
    check_openings(everyone, rules, requirement)
    built = build(lay(requirement, rules, everyone), everyone, rules, previous)
    work = Work(seed, time_limit_s, progress)
    work.say(f"{len(everyone)} people, {len(days)} days: the least that it can cost")
    bound = lower_bound(built, seed=seed, time_limit_s=time_limit_s * BOUND_SHARE).cost
    state, in_time = search_roster(built, work, bound, began)
    schedule = written(built, state)
    return checked(
        schedule, people, rules, requirement, previous, bound, in_time, time.perf_counter() - began
    )


def search_roster(built: Built, work: Work, bound: float, began: float) -> tuple[State, bool]:
    """Search for a roster from nothing; return it, and whether the time sufficed."""
    # numba takes a second to load: only who makes a roster pays for it.
    from scheduling.roster import search

    p, jobs = built.problem, jobs_of(built)
    state = blank(p, work.seed)
    if not len(jobs):
        return state, True
    work.say("the first roster")
    levels, in_time = search.levels(p, len(jobs)), True
    least, best = np.inf, state
    for number, level in enumerate(levels):
        p.demand.price["smooth"] = level.smooth
        if number == 0:
            search.fill(p, state, np.random.default_rng(work.seed).permutation(jobs))
        if time.perf_counter() - began > work.time_limit_s:
            in_time = False
            break
        search.anneal(p, state, jobs, level.steps, level.warm, level.one_day)
        p.demand.price["smooth"] = 0.0
        cost = search.cost_of(p, state)
        if cost < least:
            least, best = cost, copied(state)
        if number % TELL_EVERY == TELL_EVERY - 1:
            work.say(f"{(number + 1) / len(levels):.0%} searched, {_gap(least, bound)}")
    p.demand.price["smooth"] = 0.0
    search.cost_of(p, best)
    if in_time and search.is_square(p) and len(p.demand.queue) == 1 and (p.demand.floor <= 0).all():
        work.say("each day once more, exactly")
        left_s = work.time_limit_s - (time.perf_counter() - began)
        in_time = polish(p, best, seed=work.seed, time_limit_s=left_s)
        search.cost_of(p, best)
    return best, in_time


def jobs_of(built: Built) -> NDArray:
    """Return the weeks that people can work in, as person × weeks + week."""
    p = built.problem
    people, weeks = np.nonzero((p.limit["days_most"] > 0) | (p.rules[0]["days_per_week"] < HARD))
    return people * (len(built.problem.week_first) - 1) + weeks


def _gap(cost: float, bound: float) -> str:
    """Say how far the best roster so far is from the bound."""
    if bound <= 0 or cost <= 0:
        return f"cost {cost:,.0f}"
    return f"cost {cost:,.0f}, at most {max(0.0, (cost - bound) / cost):.1%} above the least possible"


def checked(
    schedule: Schedule,
    people: pd.DataFrame,
    rules: Rules,
    requirement: pd.DataFrame,
    previous: pd.DataFrame | None,
    bound: float,
    in_time: bool,
    seconds: float,
) -> Schedule:
    """Return a roster with its outcome, after the witness has judged it.

    Raises `Infeasible` where a hard rule is broken, naming the first ones.
    """
    verdict = verify(schedule, people, rules, requirement=requirement, previous=previous)
    if verdict.hard:
        raise Infeasible(refusal(verdict.broken[verdict.broken["price"].isna()]))
    return replace(schedule, outcome=(outcome(requirement, verdict.cost, bound, in_time, seconds),))


def outcome(requirement: pd.DataFrame, cost: float, bound: float, in_time: bool, seconds: float) -> Outcome:
    """Say how good a roster of a cost is, beside a bound."""
    cost = round(cost, 6)
    if bound > cost + SAME * max(1.0, cost):
        # What a roster undercuts bounds nothing.
        bound = 0.0
    bound = min(bound, cost)
    proven = cost - bound <= SAME * max(1.0, cost)
    return Outcome(
        queue=", ".join(sorted(requirement["queue"].unique())),
        status="optimal" if proven else "feasible",
        cost=cost,
        bound=cost if proven else bound,
        gap=0.0 if proven else (cost - bound) / cost,
        stopped_by="optimal" if proven else "steps" if in_time else "clock",
        solver="search",
        seconds=seconds,
    )


def refusal(hard: pd.DataFrame) -> str:
    """Return the first of some hard rules broken, in a sentence."""
    return (
        f"no roster keeps every hard rule: {in_words(hard)}; `callplan why` names the ways out, "
        "and a price in [shifts.roster.prices] makes a rule soft"
    )


def in_words(broken: pd.DataFrame) -> str:
    """Return the first broken rules of a table."""
    named = []
    for row in broken.head(3).to_dict("records"):
        who = row["person"] if isinstance(row["person"], str) else row["queue"]
        named.append(f"{row['rule']} ({who}, {row['start']:%Y-%m-%d}: {row['found']})")
    more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
    return "; ".join(named) + more
