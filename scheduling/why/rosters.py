"""Why a roster of named people is short, or cannot be."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from math import ceil

import pandas as pd

from callplan.errors import Refused
from scheduling.people import crew, horizon
from scheduling.results import Schedule
from scheduling.roster.build import Built, build
from scheduling.roster.grid import lay
from scheduling.roster.problem import State, blank
from scheduling.roster.roster import Work as Search
from scheduling.roster.roster import jobs_of, search_roster
from scheduling.roster.tables import written
from scheduling.rules import Rules
from scheduling.why import words
from scheduling.why.easing import settled
from scheduling.why.extended import Extended, extend
from scheduling.why.hard import conflicts, suspects
from scheduling.why.loading import loaded
from scheduling.why.reasons import because, reasons
from scheduling.why.reshaped import Reshaped
from scheduling.why.stage import Stage, stage
from scheduling.why.trouble import NOTHING, Trouble
from scheduling.why.ways import MOST, ways
from scheduling.why.windows import lowered, windows
from scheduling.why.work import Work

# The part of the time in which a roster may be made where none is given.
_SEARCH = 0.4
# Steps for every week of a person after a search that the clock cut.
_STEPS = 10


def short_rosters(
    demand: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame,
    previous: pd.DataFrame | None,
    schedule: Schedule | None,
    work: Work,
    at_most: int,
) -> Iterator[Trouble]:
    """Give the people in conflict with themselves, then the worst shortages."""
    days, queues = horizon(demand), sorted(demand["queue"].unique())
    everyone = crew(people, rules, queues=queues, days=days)
    if schedule is None:
        work.say(f"{len(everyone)} people, {len(days)} days: a roster")
        schedule = _made(build(lay(demand, rules, everyone), everyone, rules, previous), work)
    elif len(schedule.coverage) != len(demand):
        raise Refused("schedule", "its coverage is of another requirement", "give the one it was made for")
    found = windows(schedule.coverage, rules, at_most)
    names = sorted({window.queue for window in found})
    each = max([min(MOST, ceil(2 * window.short) + 1) for window in found], default=0)
    extended = extend(demand, everyone, rules, previous, names, each)
    state = loaded(extended.built, schedule)
    at_odds = suspects(extended.built, state, len(everyone))
    if at_odds:
        work.say(f"{words.people([everyone[i].name for i in at_odds])}: rules that may conflict")
    yield from conflicts(extended.built, at_odds, rules, previous)
    reshaped = Reshaped(demand, rules, people, previous, schedule)
    for number, window in enumerate(found, start=1):
        work.say(f"shortage {number} of {len(found)}: {window}")
        spot = stage(extended.built, state, window)
        yield _trouble(spot, extended, rules, reshaped, work)


def _made(built: Built, work: Work) -> Schedule:
    """Return a roster, also one that breaks hard rules: where they conflict no other can be."""
    if not built.menus.shifts:
        return written(built, blank(built.problem, 0))
    search = Search(work.seed, work.time_limit_s * _SEARCH, work.progress)
    state, in_time = search_roster(built, search, 0.0, time.perf_counter())
    if not in_time:
        _cool(built, state)
    return written(built, state)


def _cool(built: Built, state: State) -> None:
    """Take better weeks alone, as a search does at its end: one that the clock cut has hardly begun to."""
    from scheduling.roster import search

    jobs = jobs_of(built)
    search.anneal(built.problem, state, jobs, _STEPS * len(jobs), NOTHING)
    search.cost_of(built.problem, state)


def _trouble(spot: Stage, extended: Extended, rules: Rules, reshaped: Reshaped, work: Work) -> Trouble:
    """Say why a window is short, and try ways out as long as there is time."""
    window, p = spot.window, spot.built.problem
    skilled = [i for i in range(extended.people) if window.queue in spot.built.crew[i].skills]
    jobs = [job for own in spot.jobs(skilled).values() for job in own]
    spot = replace(spot, state=settled(p, spot.state, jobs))
    found = reasons(spot, skilled)
    tried = []
    for way in chain(ways(spot, found, extended, rules), reshaped.ways(spot, skilled)):
        tried.append(way)
        if work.left_s <= 0:
            work.say("time is up: not every way out was tried")
            break
    return Trouble(
        window.queue,
        None,
        window.start,
        window.end,
        window.short,
        because(spot, found, rules),
        (*tried, *lowered(window)),
    )
