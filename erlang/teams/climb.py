"""Erlang C where every row differs: up from the load, one agent at a time, all rows at once.

With V = 1/B Erlang's recursion is V(n) = 1 + n/a × V(n-1), and a service level of s within T seconds,
or a chance to wait of 1 - s where T is 0, is reached when [1]_

    (n - a) V + a >= n × exp(-(n - a) T/AHT) / (1 - s).

A step is a handful of multiplications, and a team is seldom more than a few √load above the load.
The first V, for the first whole number above the load, is read from a polynomial. That is good to a
hundred-thousandth, so a row where the two sides are closer than _CLOSE is judged by the exact formula.

References
----------
.. [1] A. K. Erlang (1917), Solution of some problems in the theory of probabilities of
   significance in automatic telephone exchanges.
"""

import numpy as np

from erlang.formulas import blocking
from erlang.teams.goals import Case

# So many rows at a time that what is worked out about them fits the processor's cache.
_CHUNK = 16384
# Rows that are not there after so many steps go on together with those of other chunks.
_STEPS = 12
_CLOSE = 1e-4
_TERMS = 8
# A larger load takes more steps than a search takes trials.
_LARGEST = 2000.0


def applies(case: Case) -> bool:
    """Tell whether the goal can be climbed to, by rows enough to pay for the polynomials."""
    return bool(
        case.goal in ("service_level", "p_wait")
        and case.endless.all()
        and case.load.max() <= min(_LARGEST, len(case.load))
    )


def least(case: Case, low: np.ndarray) -> np.ndarray:
    """Return for each row the smallest number of agents, from `low` on, that meets the goal."""
    first_v = _polynomials(int(case.load.max()) + 1)
    agents = np.zeros(len(low))
    chunks = [slice(first, first + _CHUNK) for first in range(0, len(low), _CHUNK)]
    going = [_climb(_start(case.rows(chunk), chunk.start, first_v), agents) for chunk in chunks]
    while (state := np.concatenate(going, axis=1)).size:
        chunks = [slice(first, first + _CHUNK) for first in range(0, state.shape[1], _CHUNK)]
        going = [_climb(state[:, chunk], agents) for chunk in chunks]
    found = np.maximum(np.abs(agents).astype("int64"), low)
    # Rows too close to call carry a minus.
    close = np.flatnonzero((agents < 0) & (found > low))
    found[close] -= case.rows(close).meets(found[close] - 1)
    return found


def _start(case: Case, first: int, first_v: np.ndarray) -> np.ndarray:
    """Return a column for each row: its number, a, 1/a, n, V, the right side over n, its factor."""
    a = case.load
    n = np.floor(a)
    late, per_agent = case.limit, 0.0
    if case.goal == "service_level":
        late, per_agent = 1 - case.limit, case.within_s / case.aht_s
    v = np.zeros(len(a))
    at, middle = n.astype(np.intp), a - n - 0.5
    for terms in first_v[::-1]:
        v *= middle
        v += terms.take(at)
    n += 1
    state = np.empty((7, len(a)))
    state[0] = np.arange(first, first + len(a))
    state[1], state[2], state[3], state[4] = a, 1 / a, n, v / a
    state[5], state[6] = np.exp((a - n) * per_agent) / late, np.exp(-per_agent)
    return state


def _climb(state: np.ndarray, agents: np.ndarray) -> np.ndarray:
    """Go some steps up, put down the agents of rows that arrive, and return the others."""
    for _ in range(_STEPS):
        row, a, per_a, n, v, right, factor = state
        with np.errstate(all="ignore"):
            reached = ((n - a) * v + a) / (n * right)
        there = reached >= 1 + _CLOSE
        if there.any():
            done = row[there].astype(np.intp)
            agents[done] = np.copysign(n[there], agents[done])
            state, reached = state.compress(~there, axis=1), reached[~there]
            row, a, per_a, n, v, right, factor = state
        agents[row[reached > 1 - _CLOSE].astype(np.intp)] = -1
        n += 1
        v *= n * per_a
        v += 1
        right *= factor
    return state


def _polynomials(cells: int) -> np.ndarray:
    """Return a V at n = 1, 2, ... as a polynomial of a - (n - 1/2), one row a power, one column an n."""
    middle = np.cos(np.pi * (np.arange(_TERMS) + 0.5) / _TERMS) / 2
    n = np.arange(1.0, cells + 1)[:, None]
    a = n - 0.5 + middle
    v = a / blocking(*np.broadcast_arrays(n, a))
    # Not by a library that starts threads, which are slow to start and would go on spinning.
    return np.einsum("pm,nm->pn", np.linalg.inv(np.vander(middle, increasing=True)), v)
