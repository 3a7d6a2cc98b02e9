"""The pace of calls in hand, where calls of several mean handling times are in hand together.

A call takes as long as calls did when it came, not when an agent took it: behind a border, as long as
calls of before wait or are in hand, they set the pace. The equations know only how many are there, so
the mean pace stands for them: that of the mix of calls in hand, as it was when the next in the queue came.

Imported only where a day is worked out, with `erlang.day.transient`.
"""

import math

import numpy as np
from numba import njit

_compiled = njit(cache=True, error_model="numpy")

# Moments of an interval at which the mix is known; between them it is interpolated.
_MOMENTS = 40


@_compiled
def paces(rate, first, last, c, answers, i, t, taken_s, grown, past, theta):  # type: ignore[no-untyped-def]
    """Write into `rate` the rate at which each call in hand ends, by k from `first` to `last`.

    Calls of several mean handling times may be in hand together: an agent who takes a call from a long
    queue takes one that came long before, with the mean of that time. Where k - c callers wait, the next
    one came when the callers behind began to come; the mean pace is the one at which calls would end
    then, had nobody waited. `t` is the second of interval i up to which callers came who count as
    waiting, `grown` by how much those have become fewer since; for `taken_s` seconds agents have taken
    calls of the interval, which those above a new number do not.
    """
    known = min(first, c)
    rate[known] = pace_before(0.0, answers, i, t, taken_s, past, theta)
    rate[known : c + 1] = rate[known]
    known, stride = c, max((last - c) // 48, 1)
    while known < last:
        k = min(known + stride, last)
        rate[k] = pace_before((k - c) * grown, answers, i, t, taken_s, past, theta)
        for between in range(known + 1, k):
            rate[between] = rate[known] + (rate[k] - rate[known]) * (between - known) / (k - known)
        known = k


@_compiled
def pace_before(queue, answers, i, t, taken_s, past, theta):  # type: ignore[no-untyped-def]
    """Return the pace of calls in hand as it was before the last callers, `queue` many, came.

    They came up to second t of interval i; `past` is that of `mixture`.
    """
    # A queue longer than its mean came no earlier than a caller at its end would wait.
    longest = math.log1p(queue * theta / (answers + 1e-9)) / theta if theta else math.inf
    while queue > 0:
        lam = past[i, 0]
        came = lam * (-math.expm1(-theta * t) / theta if theta else t)
        if queue < came:
            t -= min(-math.log1p(-queue * theta / lam) / theta if theta else queue / lam, longest)
            break
        if longest < t:
            t -= longest
            break
        if i == 0:
            return past[0, 2]
        queue = (queue - came) * math.exp(theta * t)
        longest -= t
        i -= 1
        t = past[i, 1]
        taken_s = t - past[i, 3]
    most = past[i, 1] - past[i, 3]
    place = _MOMENTS * math.sqrt(min(t, taken_s) / most) if most else 0.0
    left = min(int(place), _MOMENTS - 1)
    return past[i, 4 + left] + (place - left) * (past[i, 5 + left] - past[i, 4 + left])


@_compiled
def mixture(n, arrival, ending, length, theta):  # type: ignore[no-untyped-def]
    """Return for each interval what the pace of calls in hand depends on, if nobody had to wait.

    Calls a second, seconds, the rate at which calls that come in it end; the seconds from its start in
    which no agent takes a call, for more are busy than are scheduled; then the mean rate at which calls
    in hand end, at `_MOMENTS` + 1 moments from there to its end, close to each other at first. Calls
    flow as if there were no chance; but new agents begin with those who came before and wait.
    """
    past = np.zeros((len(n), 5 + _MOMENTS))
    past[:, 0], past[:, 1], past[:, 2] = arrival, length, ending
    held, queue = np.zeros(len(n)), 0.0
    for i in range(len(n)):
        taken = min(max(n[i] - held.sum(), 0.0), queue)
        held[i - 1] += taken
        queue -= taken
        busy, mu = held.sum(), ending[i]
        pace = (held * ending).sum() / busy if busy > 1e-9 else mu
        idle_s = min(math.log(max(busy / max(n[i], 1e-9), 1.0)) / pace, length[i])
        past[i, 3] = idle_s
        held *= np.exp(-ending * idle_s)
        queue = queue * math.exp(-theta * idle_s) + arrival[i] * idle_s * math.exp(-theta * idle_s / 2)
        for moment in range(_MOMENTS + 1):
            busy = held.sum()
            past[i, 4 + moment] = (held * ending).sum() / busy if busy > 1e-9 else mu
            h = (length[i] - idle_s) * (2 * moment + 1) / _MOMENTS**2
            if moment < _MOMENTS:
                held *= np.exp(-ending * h)
                new = arrival[i] * -math.expm1(-mu * h) / mu
                free = max(n[i] - held.sum(), 0.0)
                held[i] += min(queue + new, free)
                queue = max(queue * math.exp(-theta * h) + new - free, 0.0)
    return past
