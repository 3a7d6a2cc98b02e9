"""What becomes of a roster when people may do more than their rules allow.

A person's best week beside everyone else's is the search's own; a rule is left out by its price.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from scheduling.contracts import PRICEABLE
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import HARD, Problem, State, blank
from scheduling.why.stage import Stage
from scheduling.why.trouble import NOTHING

# Who mends less than this share of what the first did is not asked.
LEAST = 0.25


# What a step changes; the rest of a state is scratch paper.
_CHANGES = ("heads", "split", "gain", "rows", "begins", "minds", "saved", "moves", "reached")


def copied(state: State) -> State:
    """Return a state that can be changed by itself."""
    return state._replace(**{name: getattr(state, name).copy() for name in _CHANGES})


def fitted(p: Problem, state: State) -> State:
    """Return a copy of a state that is valued as a changed problem would have it."""
    from scheduling.roster import search

    kept = {name: getattr(state, name).copy() for name in ("heads", "split", "rows", "begins")}
    fresh = blank(p, 0)._replace(**kept)
    search.cost_of(p, fresh)
    return fresh


def strains(p: Problem, who: NDArray, rows: NDArray) -> NDArray:
    """Return what rows of shifts would cost those who worked them, beyond their hours; people by number."""
    from scheduling.roster import search

    own = {name: getattr(p, name)[who] for name in ("person", "day", "limit", "past_hours")}
    part = p._replace(**own)
    state = blank(part, 0)._replace(rows=rows)
    search.cost_of(part, state)
    return state.minds


def respond(p: Problem, state: State, jobs: Iterable[int]) -> None:
    """Give each of some weeks its best beside all others, where that is cheaper than what it has."""
    from scheduling.why.step import step

    for job in jobs if len(p.shift) else ():
        step(p, state, job)


def settled(p: Problem, state: State, jobs: Sequence[int]) -> State:
    """Return a roster none of whose weeks, of some, is bettered alone: later gains are due to rules."""
    best = fitted(p, state)
    for _ in range(3):
        before = best.rows.copy()
        respond(p, best, jobs)
        if (best.rows == before).all():
            break
    return best


def without(p: Problem, rules: Iterable[str]) -> Problem:
    """Return the problem with some rules left out."""
    table = p.rules.copy()
    for rule in rules:
        table[rule] = 0.0
        if rule == "starts_within":
            table["starts_most"] = -1
    return p._replace(rules=table)


def hard_only(p: Problem) -> Problem:
    """Return the problem in which nothing is minded but breaks of hard rules."""
    table = p.rules.copy()
    for rule in (*PRICEABLE, "change", "wish", "fair"):
        if rule in table.dtype.names and table[rule][0] < HARD:
            table[rule] = 0.0
    return p._replace(rules=table)


def with_lifted_price(p: Problem) -> Problem:
    """Return the problem with shortage so dear, in every queue, that any shift is worth it."""
    table = p.demand.queue.copy()
    table["under"] *= HARD / 100 / table["under"].max()
    return p._replace(demand=p.demand._replace(queue=table))


def with_days_locked(p: Problem, state: State, people: Iterable[int], free: range) -> Problem:
    """Return the problem in which some people's other days stay as they are."""
    day = p.day.copy()
    others = np.setdiff1d(np.arange(day.shape[1]), np.arange(free.start, free.stop))
    rows = np.ix_(np.fromiter(people, int), others)
    day["lock"][rows] = state.rows[rows]
    return p._replace(day=day)


Change = Callable[[int, State], None]  # does to a state what one person more may do


def helpers(
    spot: Stage, state: State, people: Iterable[int], change: Change, at_most: int
) -> tuple[State, list[int]]:
    """Let those who mend most of the window do so, one after the other; return the roster, and who they are.

    What one person mends is no more than it was with fewer others at it (lazy greedy, Minoux 1978), so that
    few need be tried again.
    """
    waiting = [(-np.inf, i) for i in people]
    heapq.heapify(waiting)
    chosen: list[int] = []
    first = 0.0
    while waiting and len(chosen) < at_most:
        _, i = heapq.heappop(waiting)
        tried = copied(state)
        change(i, tried)
        mended = spot.short_h(state, here=True) - spot.short_h(tried, here=True)
        whole = spot.short_h(state, here=False) - spot.short_h(tried, here=False)
        if mended <= max(NOTHING, first * LEAST) or whole <= NOTHING:
            continue
        if waiting and mended < -waiting[0][0] - NOTHING:
            heapq.heappush(waiting, (-mended, i))
            continue
        state, first = tried, first or mended
        chosen.append(i)
    return state, chosen
