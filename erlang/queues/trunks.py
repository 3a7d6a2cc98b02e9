"""How many lines: the fewest at which no more than a share of the calls is blocked.

References
----------
.. [1] A. K. Erlang (1917), as in `erlang.formulas`: trunks without a queue.
.. [2] L. Kleinrock (1975), Queueing Systems, volume 1, section 3.6 (M/M/n/K).
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import Values, broadcast, refuse_above_one, refuse_zero, unwrapped
from erlang.formulas import blocking

# A share met to twelve digits is met: doubles carry little more.
_MET = 1 + 1e-12


def required_lines(
    load: ArrayLike, aht_s: ArrayLike, blocked: ArrayLike, *, agents: ArrayLike | None = None
) -> Values:
    """Return the least whole number of lines at which at most the share `blocked` of calls is blocked.

    Without `agents` a call holds its line while it is served and nobody waits for one (Erlang B [1]_):
    the trunks of a load. With agents the lines hold those who are served and those who wait, without
    hanging up (M/M/n/K [2]_): at least as many as agents. The handling time sets no number here, it
    only has to be one. Where no call comes no line is needed beyond the agents'.

    Raises `Refused` where no number of lines is enough: where the load exceeds the agents, at least
    1 - agents / load of the calls is blocked, however many may wait.

    >>> int(required_lines(load=84, aht_s=180, blocked=0.01))
    100
    >>> int(required_lines(load=10, aht_s=180, blocked=0.001, agents=14))
    26
    """
    a, aht, share, n = broadcast(
        load=load, aht_s=aht_s, blocked=blocked, agents=0.0 if agents is None else agents
    )
    for name, values in (("load", a), ("aht_s", aht), ("blocked", share), ("agents", n)):
        if np.isnan(values).any():
            raise Refused(name, "found NaN", "give a number: no lines can be counted for an unknown")
    refuse_zero(aht_s=aht, blocked=share)
    refuse_above_one(blocked=share)
    n, a, share = n.ravel(), a.ravel(), share.ravel()
    if agents is not None:
        _refuse_endless(n, a, share)
    formula = blocking if agents is None else lambda lines, a: _blocked(n, a, lines)
    fewest = np.ceil(n)
    lines = _least(lambda k: (a == 0) | (formula(k, a) <= share * _MET), fewest)
    return unwrapped(lines.astype("int64").reshape(aht.shape))


def _refuse_endless(n: np.ndarray, a: np.ndarray, share: np.ndarray) -> None:
    """Refuse what no number of lines reaches: blocking falls towards 1 - agents / load, and never to it."""
    with np.errstate(all="ignore"):
        least = np.where(a > n, 1 - n / a, 0.0)
    if (never := share <= least * _MET).any():
        raise Refused(
            "blocked",
            f"found {share[never][0]:g} with {n[never][0]:g} agents for {a[never][0]:g} erlangs",
            f"they block more than {least[never][0]:.3g} on any lines: give more agents",
        )


def _blocked(n: np.ndarray, a: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return the share blocked of M/M/n/K: state K against all, each place load / agents times the last."""
    m = lines - n
    with np.errstate(all="ignore"):
        fall = -np.where(np.abs(a - n) < n / 2, np.log1p((a - n) / n), np.log(a / n))
        places = np.where(fall == 0, m + 1, np.expm1((m + 1) * fall) / np.expm1(fall))
        share = 1 / (np.exp(m * fall) * (1 / blocking(n, a) - 1) + places)
    return np.where(n == 0, 1.0, share)


def _least(enough: Callable[[np.ndarray], np.ndarray], low: np.ndarray) -> np.ndarray:
    """Return for each row the smallest whole number, from `low` on, that is enough: gallop, then halve."""
    fails, meets, step = low - 1, low.copy(), 1.0
    while (short := ~enough(meets)).any():
        fails, meets = np.where(short, meets, fails), np.where(short, meets + step, meets)
        step *= 2
    while (between := meets - fails > 1).any():
        middle = np.floor((fails + meets) / 2)
        met = enough(middle)
        fails, meets = np.where(between & ~met, middle, fails), np.where(between & met, middle, meets)
    return meets
