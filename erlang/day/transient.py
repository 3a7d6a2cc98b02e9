"""The equations of M(t)/M/n(t)+M, compiled: one interval of constant rates, and the border into the next.

The state is `y[e, k]`, the chance of k callers in the system and e agents too many. While no more
agents are busy than are scheduled e is 0, and min(k, agents) callers have an agent. Where the schedule
has dropped, e agents more than scheduled are at the end of a call, and k counts the scheduled agents,
all busy, and the queue: the next call that ends sends its agent home and leaves the queue as it is. So
e only falls, and each level of e is a birth-death chain that feeds the level below, k being the same.
A fraction of an agent works at that fraction of the pace, and has room for one caller.

Callers are followed by those ahead of them, for later arrivals do not matter to them: in the same
coordinates, with k the scheduled agents and the callers ahead, until an agent takes them.

Steps in time are those of the two-stage, second-order, L-stable method of Alexander [1]_: each stage
is an implicit step, one tridiagonal solution a level. They are short after a border, where things
change fast, and grow by a quarter each. States with a chance below 1e-8 at the ends are left out, and
let in again before each step as far as four standard deviations of it reach.

In all of them `team` is (agents n, the callers c they have room for, rate μ at which a call ends,
rate θ at which a waiting caller hangs up), and `edges` the first and the last k and the highest e.
Imported only where a day is worked out: loading numba and the compiled code takes about a second.

References
----------
.. [1] R. Alexander (1977), Diagonally implicit Runge-Kutta methods for stiff O.D.E.'s, SIAM Journal
   on Numerical Analysis 14(6).
"""

import math

import numpy as np
from numba import njit

from erlang.day.pace import paces

_compiled = njit(cache=True, error_model="numpy")

_STAGE = 1 - math.sqrt(0.5)
_SECOND = (1 - _STAGE) / _STAGE
_TINY = 1e-8
_GROWTH = 1.25
_FRONT = 0.7
# Callers' seconds that no measure shows: followed no further.
_NOBODY = 1e-7


@_compiled
def implicit(y, edges, team, lam, own, followed, g, w):  # type: ignore[no-untyped-def]
    """Solve (1 - g A) y = y in place, level by level from the highest, by Thomas's method.

    A is the generator of the state, or, if `followed`, of a caller who hangs up at rate `own`.
    """
    n, c, rate, theta = team
    lo, hi, levels = edges
    for e in range(levels, -1, -1):
        low = c if followed or e else lo
        agents = 0.0 if e else n
        death = agents * rate[low] if followed else 0.0
        feeding, leaving = g * (n + e + 1), n + e if e else 0.0
        if e and not theta:
            # Nobody leaves the queue: no state feeds the one before it.
            for k in range(c, hi + 1):
                value = y[e, k]
                if e < levels:
                    value += feeding * rate[k] * y[e + 1, k]
                if k > c:
                    value += g * lam * y[e, k - 1]
                y[e, k] = value / (1 + g * (lam + leaving * rate[k] + own))
            continue
        for k in range(low, hi + 1):
            above = birth = 0.0
            if k < hi:
                above, birth = min(k + 1, agents) * rate[k + 1] + max(k + 1 - c, 0) * theta, lam
            value, pivot = y[e, k], 1 + g * (birth + death + leaving * rate[k] + own)
            if e < levels and k >= c:
                value += feeding * rate[k] * y[e + 1, k]
            if k > low:
                value += g * lam * y[e, k - 1]
                pivot -= g * lam * w[k - 1]
            scale = 1 / pivot
            w[k], y[e, k] = g * above * scale, value * scale
            death = above
        for k in range(hi - 1, low - 1, -1):
            y[e, k] += w[k] * y[e, k + 1]


@_compiled
def step(rows, edges, team, lam, own, h, start, total, w):  # type: ignore[no-untyped-def]
    """Move `rows` on by h seconds in place, and add their integral over these seconds to `total`.

    With `lam` below 0 the first row is of callers who are followed; else it is the state, and those
    of it who wait join the second row. What waits in a row of callers joins the next one, which so
    holds the seconds they have waited.
    """
    c = team[1]
    lo, hi, levels = edges
    for stage in range(2):
        g, weight = _STAGE * h, h * (_STAGE if stage else 1 - _STAGE)
        for r in range(len(rows)):
            y, followed = rows[r], r > 0 or lam < 0
            for e in range(levels + 1):
                for k in range(c if followed or e else lo, hi + 1):
                    if stage:
                        y[e, k] = start[r, e, k] + _SECOND * (y[e, k] - start[r, e, k])
                    else:
                        start[r, e, k] = y[e, k]
                    if r and k >= c:
                        y[e, k] += g * rows[r - 1, e, k]
            implicit(y, edges, team, 0.0 if followed else lam, own if followed else 0.0, followed, g, w)
            for e in range(levels + 1):
                for k in range(c if followed or e else lo, hi + 1):
                    total[r, e, k] += weight * y[e, k]


@_compiled
def trim(rows, edges, c):  # type: ignore[no-untyped-def]
    """Leave out the levels and the ends of k where the first row has no chance."""
    lo, hi, levels = edges
    y = rows[0]
    while levels:
        for k in range(c, hi + 1):
            if abs(y[levels, k]) > _TINY:
                break
        else:
            for r in range(len(rows)):
                for k in range(c, hi + 1):
                    rows[r, levels, k] = 0.0
            levels -= 1
            continue
        break
    while hi > max(lo, c):
        for e in range(levels + 1):
            if abs(y[e, hi]) > _TINY:
                break
        else:
            for r in range(len(rows)):
                for e in range(levels + 1):
                    rows[r, e, hi] = 0.0
            hi -= 1
            continue
        break
    while lo < hi and abs(y[0, lo]) < _TINY:
        y[0, lo] = 0.0
        lo += 1
    edges[0], edges[1], edges[2] = lo, hi, levels


@_compiled
def widen(edges, most, n, c, mu, theta, lam, h):  # type: ignore[no-untyped-def]
    """Let in the states that a step of h seconds can reach."""
    lo, hi, levels = edges
    down = (0.0 if levels else min(hi, n) * mu) + max(hi - c, 0) * theta
    hi += int(max(lam - down, 0.0) * h + 4 * math.sqrt((lam + down) * h)) + 10
    down = min(lo, n) * mu + max(lo - c, 0) * theta
    lo -= int(max(down - lam, 0.0) * h + 4 * math.sqrt((lam + down) * h)) + 10
    edges[0] = max(min(lo, c) if levels else lo, 0)
    edges[1] = min(max(hi, c), most)


@_compiled
def entered(rows, c, new, room, depth):  # type: ignore[no-untyped-def]
    """Return rows of c agents as they are when the agents become `new`, with `room` in the queue.

    Busy agents above the new number go on with their call; new ones take the callers who wait. Empty
    rows are put after them, until there are `depth`.
    """
    _, levels, size = rows.shape
    moved = np.zeros((depth, max(c + levels - new, 1), new + room + 1))
    for e in range(levels):
        for k in range(c if e else 0, size):
            busy, queue = min(k, c) + e, max(k - c, 0)
            for r in range(len(rows)):
                moved[r, max(busy - new, 0), min(busy, new) + queue] += rows[r, e, k]
    return moved


@_compiled
def room(y, c, n, lam, mu, theta, length):  # type: ignore[no-untyped-def]
    """Return how many callers can wait in an interval, but for a chance of 1e-12 or so.

    Those there already, the load that the agents cannot carry, and eight standard deviations; where
    callers hang up never more than if no agent worked at all.
    """
    queue = max(y.shape[1] - 1 - min(c, math.ceil(n)), 0)
    excess, few = max(c + len(y) - 1 - n, 0.0), max(n, 1.0)
    leaving = min(length, (math.log(1 + excess / few) + 10 / few) / mu) if excess else 0.0
    most = queue + lam * leaving + max(lam - n * mu, 0.0) * length + 8 * math.sqrt((lam + n * mu) * length)
    if theta:
        idle = max(queue, lam / theta)
        most = min(most, idle + 8 * math.sqrt(idle))
    return int(most) + 20


@_compiled
def follow(rows, i, rest, within, n, past, theta, own, mixed):  # type: ignore[no-untyped-def]
    """Follow callers from `rest` seconds before the end of interval i on, for `within` seconds.

    Return the shares that hung up, that still wait, and that waited when the last interval ended;
    then the seconds waited: by all together, by those who hung up, by those at the end.
    """
    result = np.zeros(6)
    edges = np.array([math.ceil(n[i]), rows.shape[2] - 1, rows.shape[1] - 1])
    came, length, mu, waited = past[i, 1] - rest, past[:, 1], past[i, 2], 0.0
    rate = np.full(rows.shape[2] + math.ceil(n.max()), mu)
    for at in range(i, len(n)):
        c = math.ceil(n[at])
        if at > i:
            before = math.ceil(n[at - 1])
            left = rows[:, : edges[2] + 1, : edges[1] + 1].copy()
            size = edges[1] - before
            rows = entered(left, before, c, size, len(left))
            # Whom a new agent takes waits no longer.
            for r in range(len(rows)):
                for k in range(c):
                    rows[r, 0, k] = 0.0
            edges[0], edges[1], edges[2] = c, rows.shape[2] - 1, rows.shape[1] - 1
            rest = length[at]
        span, done = min(rest, within), 0.0
        start, total, w = np.empty_like(rows), np.zeros_like(rows), np.empty(rows.shape[2])
        h = 2 / (n[at] * mu + theta + 1e-9)
        while span - done > 1e-9 and rows[0].sum() > _NOBODY:
            trim(rows, edges, c)
            edges[0] = c
            # A long queue reaches its agent all at once: a step is shorter than that takes.
            queue = edges[1] - c + edges[2] + 1
            h = min(h, span / 12, _FRONT * math.sqrt(queue) / (n[at] * mu + theta * queue + 1e-9))
            h = span - done if span - done < 1.5 * h else h
            if mixed:
                since = waited + done + h / 2
                taken_s, grown = max(came + since - past[i, 3], 0.0), math.exp(theta * since)
                paces(rate, c, edges[1], c, n[at] * mu, i, came, taken_s, grown, past, theta)
            step(rows, edges, (n[at], c, rate, theta), -1.0, own, h, start, total, w)
            done += h
            h *= _GROWTH
        result[0] += own * total[0].sum()
        result[3] += total[0].sum()
        if len(rows) > 1:
            result[4] += own * total[1].sum()
        within -= span
        waited += span
        if within < 1e-9 or rows[0].sum() < _NOBODY:
            result[1] = rows[0].sum()
            return result
    result[2] = rows[0].sum()
    if len(rows) > 1:
        result[5] = rows[1].sum()
    return result


@_compiled
def advance(rows, edges, n, i, past, theta, begun, span, h, total, start, w, rate, mixed):  # type: ignore[no-untyped-def]
    """Move state and callers on by `span` seconds in place, in steps from h on; return the next step."""
    c, done, lam = math.ceil(n), 0.0, past[i, 0]
    while span - done > 1e-9:
        now = span - done if span - done < 1.5 * h else h
        trim(rows, edges, c)
        widen(edges, rows.shape[2] - 1, n, c, past[i, 2], theta, lam, now)
        if mixed:
            t = begun + done + now / 2
            paces(
                rate, edges[0], edges[1], c, n * past[i, 2], i, t, max(t - past[i, 3], 0.0), 1.0, past, theta
            )
        step(rows, edges, (n, c, rate, theta), lam, theta, now, start, total, w)
        done += now
        h *= _GROWTH
    return h


@_compiled
def interval(i, y, n, past, theta, own, within, whole):  # type: ignore[no-untyped-def]
    """Return the state at the end of interval i and what befell those who called in it.

    `y` is the state at its start, in terms of the agents of interval i - 1; `past` is that of
    `erlang.day.pace`; callers hang up at rate `theta`, the one who is followed at rate `own`. The last of
    the intervals is the closing time.

    The measures are of callers who come one a second: how many had to wait, were answered and hung up
    within `within`; how many never were answered, and the wait of the others (these two only if
    `whole`); then seconds of busy agents among those scheduled, and callers waiting at its end.
    """
    before, c = math.ceil(n[i - 1]) if i else 0, math.ceil(n[i])
    lam, length, mu = past[i, 0], past[i, 1], past[i, 2]
    slowest, fastest = past[: i + 1, 4:].min(), past[: i + 1, 4:].max()
    mixed = fastest - slowest > 1e-3 * mu
    queue = room(y, before, n[i], lam, slowest, theta, length)
    rows = entered(y.reshape((1, y.shape[0], y.shape[1])), before, c, queue, 3 if whole else 1)
    edges = np.array([0, rows.shape[2] - 1, rows.shape[1] - 1])
    start, w, rate = np.empty_like(rows), np.empty(rows.shape[2]), np.full(rows.shape[2], mu)
    # A caller whose seconds end within the interval meets constant rates: all of these are followed as
    # one, unless the pace changes. Those of the last seconds are followed across the border, cell by cell.
    crossing = min(within, length)
    plain = 6 if mixed else 1
    late = min(max(math.ceil(24 * crossing / length), 2), 24) if crossing else 0
    h = 2 / (lam + n[i] * mu + theta + 1e-9)
    result, spent, end = np.zeros(7), np.zeros(3), 0.0
    for cell in range(plain + late):
        span = (length - crossing) / plain if cell < plain else crossing / late
        total = np.zeros_like(rows)
        h = min(h, length / 32)
        h = advance(rows, edges, n[i], i, past, theta, end, span, h, total, start, w, rate, mixed)
        end += span
        served = 0.0
        for e in range(total.shape[1]):
            for k in range(total.shape[2]):
                result[5] += (n[i] if e else min(k, n[i])) * total[0, e, k]
                if k < c:
                    served += total[0, e, k]
                    total[0, e, k] = 0.0
        waited = total[0].sum()
        for r in range(1, len(rows)):
            spent[r] += total[r].sum()
        rest = length - end + span / 2
        ends = follow(total[:1].copy(), i, rest, within, n, past, theta, own, mixed)
        result[0] += waited
        result[1] += served + waited - ends[0] - ends[1] - ends[2]
        result[2] += ends[0]
    if whole:
        ends = follow(rows[1:].copy(), i, 0.0, np.inf, n, past, theta, theta, mixed)
        result[3] = theta * spent[1] + ends[0] + ends[2]
        result[4] = spent[1] - theta * spent[2] + ends[3] - ends[4] - ends[5]
    for k in range(c, rows.shape[2]):
        for e in range(rows.shape[1]):
            result[6] += (k - c) * rows[0, e, k]
    trim(rows, edges, c)
    state = rows[0, : edges[2] + 1, : edges[1] + 1].copy()
    return state, result
