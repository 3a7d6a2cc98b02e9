# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""The search for a roster: take a few people's weeks out, put each back at its best, keep what is no dearer.

Ruin and recreate (Schrimpf and others 2000, Journal of Computational Physics 159, 139-171) with simulated
annealing. What makes it reach the bound are the prices: every slot has a dual price, learned from what
was missing on average, and the price of one head more bends around it (the augmented Lagrangian and the
method of multipliers: Hestenes 1969, Journal of Optimization Theory and Applications 4, 303-320). The
bend grows steeper from level to level, until at last only the real prices are left.
"""

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from scheduling.roster import cover
from scheduling.roster.cover import IN, OUT, compiled, part, place
from scheduling.roster.problem import FREE, OFF, TOGETHER, WEEK
from scheduling.roster.strain import strain
from scheduling.roster.week import best_week

# What the compiled modules beside this one say, as a number. numba keeps the compiled search until this
# file changes, and would not see a change of theirs: the number, which a test checks, makes it one of this.
KERNELS = "7004d6e54f67e62b"
# Steps between two looks at what is missing; the share of what was missing that dual prices move by.
LOOK_EVERY = 64
ALL_DAYS = -1  # of `only`
# How often one day alone of the weeks that were drawn may change.
ONE_DAY = 0.25
LEARN = 0.4
# Levels of the search: heads over which prices are smoothed, and temperatures as a share of what one head
# too few and one too many cost in a slot, at the first and at the last.
LEVELS = 80
SMOOTH = (18.0, 0.7)
WARM = (0.1, 0.015)
# Where unevenness, priced by its square, is most of what counts, prices bend by themselves, smaller moves
# help, and a few suffice: `polish` ends the work.
WARM_SQUARE = (0.25, 0.01)
ONE_DAY_SQUARE = 0.5

door = numba.njit(_nrt=False, cache=True, no_cfunc_wrapper=True)  # type: ignore[call-overload]


class Level(NamedTuple):
    """Steps of the search under the same prices."""

    smooth: float  # heads
    warm: float  # temperature, in money
    steps: int
    one_day: float = ONE_DAY


def levels(p: Any, jobs: int) -> list[Level]:
    """Return the levels of a search among so many weeks of people.

    The more weeks, the more steps; but where there are some hundred each head counts, and the last few
    misfits are hard to mend, so those take more than a few hundred.
    """
    queue = p.demand.queue
    unit = max((queue["under"] + queue["over"] + 10 * queue["square"]).max(), 1e-9)
    steps = min(500 + 8 * jobs**2, 300 + 200 * jobs, 13_500 + 5 * jobs // 2 + 326_250 // max(jobs, 1))
    if is_square(p):
        warm = unit * np.geomspace(*WARM_SQUARE, LEVELS)
        return [Level(0.0, money, steps // 4, ONE_DAY_SQUARE) for money in warm]
    return [
        Level(smooth, share * unit, steps)
        for smooth, share in zip(np.geomspace(*SMOOTH, LEVELS), np.geomspace(*WARM, LEVELS), strict=True)
    ]


def is_square(p: Any) -> bool:
    """Say whether unevenness, priced by its square, is most of what a head too few or too many costs."""
    queue = p.demand.queue
    return bool((10 * queue["square"] > queue["under"] + queue["over"]).all())


@compiled
def _place_week(p, state, i, w):
    """Put a person's week, whose shifts are in the rows, to work with breaks where heads are worth least."""
    cost = 0.0
    for d in range(p.week_first[w], p.week_first[w + 1]):
        if state.rows[i, d] >= 0:
            shift = p.shift[state.rows[i, d]]
            for k in range(shift.breaks):
                state.begins[i, d, k] = _least_missed(state.gain, p.person[i].skills, shift, k)
            cost += place(p, state, i, d, IN)
    return cost


@part
def _least_missed(gain, s, shift, k):
    """Return the slot in which a break is missed least."""
    best, at = 1e300, -1
    for t in range(shift.earliest[k], shift.latest[k] + 1):
        missed = 0.0
        for u in range(t, t + shift.length[k]):
            missed += gain[s, u]
        if missed < best - 1e-9:
            best, at = missed, t
    return at


@compiled
def _put_week(p, state, i, w, sign):
    """Put a person's week to work as it stands (`sign` IN), or take it out (OUT), still in the rows."""
    cost = 0.0
    for d in range(p.week_first[w], p.week_first[w + 1]):
        if state.rows[i, d] >= 0:
            cost += place(p, state, i, d, sign)
    return cost


@compiled
def revalue(p, state):
    """Split the heads at work anew between queues and value every slot, as after a change of prices."""
    for t in range(state.heads.shape[1]):
        if state.heads.shape[0] > 1:
            _split_anew(p, state, t)
        else:
            cover.value(p.demand, state, t)


@part
def _split_anew(p, state, t):
    sets, queues, _ = state.split.shape
    for s in range(sets):
        state.desk.present[s] = 0
        for q in range(queues):
            state.desk.present[s] += state.split[s, q, t]
            state.split[s, q, t] = 0
    for q in range(queues):
        state.heads[q, t] = 0
    cover.value(p.demand, state, t)
    for s in range(sets):
        for _ in range(state.desk.present[s]):
            cover.change(p.demand, state, s, t, IN)


def fill(p, state, order):
    """Give each person's week, in order, its best."""
    _change(p, state, order, len(order), np.inf, 1, 0.0)


@door
def cost_of(p, state):
    """Split heads anew; return what a roster costs: shifts, what is missing or too many, what people mind."""
    revalue(p, state)
    cost = cover.total(p.demand, state)
    for i in range(p.person.size):
        state.minds[i] = strain(p, state.desk, i, state.rows[i])
        cost += state.minds[i]
        for d in range(state.rows.shape[1]):
            if state.rows[i, d] >= 0:
                cost += p.shift[state.rows[i, d]].cost
    return cost


def anneal(p, state, jobs, steps, warm, one_day=ONE_DAY):
    """Try so many changes at a temperature `warm`, in money, then learn dual prices; the state is changed.

    `jobs` are the weeks that may be changed: person × weeks + week. `one_day` is how often one day alone
    of the weeks that were drawn may change.
    """
    _change(p, state, jobs, steps, warm, TOGETHER, one_day)


@door
def _change(p, state, jobs, steps, warm, together, one_day):
    """Do as `anneal`; up to `together` weeks are taken out at once, 1: one after the other, as they stand."""
    desk, now, weeks = state.desk, state.desk.now[0], p.week_first.size - 1
    revalue(p, state)
    for i in range(p.person.size):
        state.minds[i] = strain(p, desk, i, state.rows[i])
    _sort_jobs(desk, jobs, weeks)
    for step in range(steps):
        if step % LOOK_EVERY == 0:
            _look(p, state)
        count = _draw(desk, jobs.size, weeks, together)
        now.only = _below(now, WEEK) if together > 1 and _random(now) < one_day else ALL_DAYS
        if together == 1:
            now.out[0] = jobs[step % jobs.size]
        change = 0.0
        for k in range(count):
            change += _take_out(p, state, k)
        for k in range(count):
            change += _put_best(p, state, k)
        if change > 0 and _random(now) >= math.exp(-change / warm):
            _undo(p, state, count)
    now.only = ALL_DAYS
    _learn(p, state)


@part
def _look(p, state):
    """Note what is missing in every slot."""
    for q in range(state.heads.shape[0]):
        for t in range(state.heads.shape[1]):
            state.missing[q, t] += p.demand.need[q, t] - state.heads[q, t]
    state.desk.now[0].looks += 1


@part
def _learn(p, state):
    """Move the dual price of every slot by what was missing on average, as the method of multipliers does."""
    smooth, now = p.demand.price[0].smooth, state.desk.now[0]
    for q in range(state.heads.shape[0]):
        queue = p.demand.queue[q]
        for t in range(state.heads.shape[1]):
            if smooth > 0:
                bend = (queue.under + queue.over) / smooth
                dual = state.dual[q, t] + LEARN * bend * state.missing[q, t] / now.looks
                state.dual[q, t] = min(queue.under, max(-queue.over, dual))
            state.missing[q, t] = 0.0
    now.looks = 0


@compiled
def _put_best(p, state, k):
    """Put the k-th week that was drawn back at its best; return the change of the cost."""
    weeks, now = p.week_first.size - 1, state.desk.now[0]
    i, w = now.out[k] // weeks, now.out[k] % weeks
    for day in range(WEEK):
        now.kept[day] = FREE if now.only in (ALL_DAYS, day) else now.old_row[k, day]
    best_week(p, state, i, w)
    for d in range(p.week_first[w], p.week_first[w + 1]):
        state.rows[i, d] = now.week[d - p.week_first[w]]
    change = _place_week(p, state, i, w)
    state.minds[i] = strain(p, state.desk, i, state.rows[i])
    return change + state.minds[i]


@compiled
def _take_out(p, state, k):
    """Take the k-th week that was drawn out of work and rows, noted down; return the change of the cost."""
    now, weeks = state.desk.now[0], p.week_first.size - 1
    i, w = now.out[k] // weeks, now.out[k] % weeks
    change = _put_week(p, state, i, w, OUT) - state.minds[i]
    now.old_mind[k] = state.minds[i]
    for d in range(p.week_first[w], p.week_first[w + 1]):
        day = d - p.week_first[w]
        now.old_row[k, day] = state.rows[i, d]
        for b in range(state.begins.shape[2]):
            now.old_begins[k, day, b] = state.begins[i, d, b]
        state.rows[i, d] = OFF
    return change


@compiled
def _undo(p, state, count):
    """Put the weeks that were drawn back as they were noted down."""
    now, weeks = state.desk.now[0], p.week_first.size - 1
    for k in range(count):
        _put_week(p, state, now.out[k] // weeks, now.out[k] % weeks, OUT)
    for k in range(count):
        i, w = now.out[k] // weeks, now.out[k] % weeks
        state.minds[i] = now.old_mind[k]
        for d in range(p.week_first[w], p.week_first[w + 1]):
            day = d - p.week_first[w]
            state.rows[i, d] = now.old_row[k, day]
            for b in range(state.begins.shape[2]):
                state.begins[i, d, b] = now.old_begins[k, day, b]
        _put_week(p, state, i, w, IN)


@part
def _sort_jobs(desk, jobs, weeks):
    """Write the jobs down week by week."""
    count = 0
    for w in range(weeks):
        desk.jobs_first[w] = count
        for job in jobs:
            if job % weeks == w:
                desk.jobs[count] = job
                count += 1
    desk.jobs_first[weeks] = count


@part
def _draw(desk, jobs, weeks, together):
    """Draw the weeks to take out: those of different people in one week of the calendar."""
    now, out = desk.now[0], desk.now[0].out
    out[0] = desk.jobs[_below(now, jobs)]
    w = out[0] % weeks
    first, size = desk.jobs_first[w], desk.jobs_first[w + 1] - desk.jobs_first[w]
    count, wanted = 1, min(size, 2 + _below(now, together - 1) if together > 1 else 1)
    while count < wanted:
        out[count] = desk.jobs[first + _below(now, size)]
        fresh = True
        for k in range(count):
            fresh = fresh and out[k] != out[count]
        count += fresh
    return count


@part
def _random(now):
    """Return a number from 0 to below 1 (splitmix64, Steele and others 2014)."""
    now.random += np.uint64(0x9E3779B97F4A7C15)
    z = now.random
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@part
def _below(now, count):
    return int(_random(now) * count)
