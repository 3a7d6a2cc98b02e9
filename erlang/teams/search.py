"""The smallest team for one goal, row by row: a guess, a few secants, and a proof.

Whatever proposes a number of agents, a row is finished only when so many meet the goal and one fewer
fails. More agents never serve worse, so that is the true minimum; where they may (`Case.uneven`), the
search comes from below.

References
----------
.. [1] S. Halfin, W. Whitt (1981), Heavy-traffic limits for queues with many exponential servers,
   Operations Research 29(3): agents = load + β √load.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtri

from callplan.errors import Refused
from erlang.teams import climb
from erlang.teams.goals import Case
from erlang.teams.rough import RoughCase

# So many rows at a time that what is worked out about them fits the processor's cache.
_CHUNK = 32768
# A row that so many secants have not settled is halved instead.
_SECANTS = 12
# More agents than anybody has.
_NO_END = 2**40


def teams(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest teams that meet all goals, and why no smaller one does.

    The cases hold the same queues, all with calls, each with another goal. The reason is 1 where
    callers must be served at all, 2 for the first goal, 3 for the second and so on.
    """
    case = cases[0]
    # Queues without end need more agents than erlangs. Impatience and full lines thin them out, but
    # somebody must be there, even if a goal counts those who soon hang up as good.
    return together(cases, np.where(case.endless, np.floor(case.load) + 1, 1).astype("int64"), least)


def together(
    cases: Sequence[Case], low: np.ndarray, least: Callable[[Case, np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest teams from `low` on that meet all goals at once, and why, as `teams` does.

    `least` finds the smallest team, from some number on, for one goal.
    """
    agents, reason = low, np.ones(len(low), dtype="int8")
    for i, case in enumerate(cases):
        more = least(case, agents)
        reason[more > agents] = i + 2
        agents = more
    if len(cases) > 1:  # a goal that was met may fail again with the agents that a later one added
        again = np.flatnonzero(np.any([case.uneven for case in cases], axis=0) & (agents > low))
        if len(again):
            agents[again], further = together([case.rows(again) for case in cases], agents[again], least)
            reason[again] = np.where(further > 1, further, reason[again])
    return agents, reason


def least(case: Case, low: np.ndarray) -> np.ndarray:
    """Return for each row the smallest number of agents, from `low` on, that meets the goal."""
    if case.goal == "service_level":
        _refuse_unreachable(case)
    if climb.applies(case):
        return climb.least(case, low)
    agents = np.empty_like(low)
    for first in range(0, len(low), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        agents[chunk] = _least(case.rows(chunk), low[chunk])
    return agents


def _least(case: Case, low: np.ndarray) -> np.ndarray:
    """Choose the way: an exact quotient, the plain search, or the quick one."""
    if case.goal == "occupancy":
        agents = np.where(case.endless, ceil_ratio(case.load, case.limit), low)
        agents = np.maximum(agents, low)
        searched = np.flatnonzero(~case.endless)
    else:
        agents = low.copy()
        searched = np.arange(len(low))
    uneven = case.uneven[searched]
    for search, rows in ((gallop, searched[uneven]), (_two_looks, searched[~uneven])):
        if len(rows):
            agents[rows] = search(case.rows(rows), low[rows])
    return agents


def gallop(case: Case, low: np.ndarray) -> np.ndarray:
    """Return the smallest number of agents by doubling the step until the goal is met, then halving.

    A row that comes to the last team of use without meeting it is gone through one by one.
    """
    top = _top(case, low)
    fails, high = low - 1, low.copy()
    searching = np.flatnonzero(~case.meets(high))
    step = 1
    while len(searching):
        ended = high[searching] == top[searching]
        for row in searching[ended]:
            high[row] = _one_by_one(case.rows(np.array([row])), low[row], top[row])
            fails[row] = high[row] - 1
        searching = searching[~ended]
        fails[searching] = high[searching]
        high[searching] = np.minimum(high[searching] + step, top[searching])
        step *= 2
        searching = searching[~case.rows(searching).meets(high[searching])]
    while len(between := np.flatnonzero(high - fails > 1)):
        middle = (fails[between] + high[between]) // 2
        met = case.rows(between).meets(middle)
        high[between[met]] = middle[met]
        fails[between[~met]] = middle[~met]
    return high


def _one_by_one(case: Case, low: int, top: int) -> int:
    """Return the smallest number of agents from `low` to `top` for the only row of a case."""
    agents = np.arange(low, top + 1)
    value = case.rows(np.zeros(len(agents), dtype=np.intp)).measure(agents)
    met = case.met(value)
    if not met.any():
        raise _unreachable(case.load[0], case.lines[0], value.max())
    return int(agents[met.argmax()])


def _two_looks(case: Case, low: np.ndarray) -> np.ndarray:
    """Return the smallest number of agents: by a rough look where that settles it, else exactly."""
    if not (np.isfinite(case.patience_s).all() and np.isinf(case.lines).all()):
        return _secants(case, low)[0]
    rough = RoughCase.of(case)
    agents, nearest = _secants(rough, low)
    unsure = np.flatnonzero(rough.too_close(agents, nearest))
    if len(unsure):
        agents[unsure] = _secants(case.rows(unsure), low[unsure])[0]
    return agents


def _secants(case: Case, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest number of agents by secants through the two teams tried last.

    Beside it stands how near to the goal any team came that was tried.
    """
    top = _top(case, low)
    nearest = np.full(len(low), np.inf)
    fails, meets = low - 1, top + 1
    n, slope = np.clip(_guess(case), low, top).astype("int64"), _slope(case)
    rows, last, before = np.arange(len(low)), np.zeros(len(low)), np.zeros(len(low))
    for attempt in range(_SECANTS):
        value = case.measure(n)
        met, distance = case.met(value), case.distance(value)
        nearest[rows] = np.minimum(nearest[rows], np.abs(distance))
        meets[rows[met]] = n[met]
        fails[rows[~met]] = n[~met]
        if attempt:
            with np.errstate(all="ignore"):
                seen = (distance - before) / (n - last)
            slope = np.where(seen > 0, seen, slope)
        undecided = meets[rows] - fails[rows] > 1
        rows, n, distance, slope = (of[undecided] for of in (rows, n, distance, slope))
        if not len(rows):
            return meets, nearest
        case, last, before = case.rows(undecided), n, distance
        step = np.clip(np.ceil(-distance / slope), -n, n + 8)
        n = np.clip(n + step.astype("int64"), fails[rows] + 1, meets[rows] - 1)
    meets[rows] = gallop(case, fails[rows] + 1)
    nearest[rows] = 0.0
    return meets, nearest


def _guess(case: Case) -> np.ndarray:
    """Return the square-root staffing [1]_ of the load that does not hang up in the time allowed."""
    with np.errstate(all="ignore"):
        staying = np.where(np.isinf(case.patience_s), 1.0, np.exp(-case.within_s / case.patience_s))
    reserve = ndtri(case.limit) if case.goal == "service_level" else 0.5
    return np.ceil(case.load * staying + reserve * np.sqrt(case.load))


def _slope(case: Case) -> np.ndarray:
    """Return about how much nearer to the goal one more agent gets."""
    slope = 1.7 / np.sqrt(case.load)
    if case.goal == "service_level":  # those who wait for all it takes, wait a shorter time besides
        slope += np.where(case.endless, np.minimum(case.within_s / case.aht_s, 1.0), 0.0)
    return slope


def _top(case: Case, low: np.ndarray) -> np.ndarray:
    """Return the largest team of use: agents beyond the lines answer nobody, but spread the work."""
    if case.goal == "occupancy":
        return np.full(len(low), _NO_END)
    lines = np.where(np.isinf(case.lines), _NO_END, np.ceil(case.lines)).astype("int64")
    return np.maximum(lines, low)


def _refuse_unreachable(case: Case) -> None:
    """Refuse a service level that no team reaches, because too many calls are blocked."""
    limited = np.flatnonzero(np.isfinite(case.lines) & ~case.uneven)
    if len(limited):
        case = case.rows(limited)
        best = case.measure(np.ceil(case.lines))
        missed = np.flatnonzero(~case.met(best))
        if len(missed):
            i = missed[0]
            raise _unreachable(case.load[i], case.lines[i], best[i])


def _unreachable(load: float, lines: float, best: float) -> Refused:
    reach = f"{load:g} erlangs on {lines:g} lines reach {_down(best)} at most"
    return Refused("target, service_level", reach, "give more lines: blocked calls count as not answered")


def _down(share: float) -> str:
    """Say a share in percent, rounded down: what cannot be reached must not be promised."""
    return f"{np.floor(1000 * share) / 10:g}%"


def ceil_ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Round numerator / denominator up as their decimals say, not as doubles make of it.

    A double is off by some 1e-16 of itself, and more after 1 - 0.9999: what is within 1e-10 of a
    whole number is that number. Stated decimals never come so near to another one.
    """
    return np.ceil(numerator / denominator * (1 - 1e-10)).astype("int64")
