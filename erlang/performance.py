"""What a team of some size gives its callers: every measure at once, under a named convention.

Without patience callers wait for as long as it takes (Erlang C), with it they hang up (Erlang A). With a
number of lines some find them all taken (M/M/n/K), and with redials the lost call again (Erlang X).
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused, nearest
from erlang.arguments import Values, broadcast, refuse_above_one, refuse_zero, unwrapped
from erlang.queues import CONVENTIONS, Queue, queues
from erlang.queues.retrials import attempts_per_call

# Where attempts are endless: more than any finite load in sight, as a multiple of the agents.
_SWAMP = 1e15


@dataclass(frozen=True)
class Performance:
    """Measures of the same shape as the arguments; shares are of all calls, 0 to 1."""

    p_wait: Values
    service_level: Values
    asa_s: Values
    occupancy: Values
    abandoned: Values
    queue_length: Values
    blocked: Values
    attempts: Values


def performance(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Performance:
    """Return every measure of `agents` (whole or fractional) under `load` erlangs.

    Parameters are scalars or arrays that broadcast: `aht_s` and `within_s` in seconds,
    `patience_s` the mean patience (None or endless: nobody hangs up), `lines` how many callers can talk or
    wait (fractional like the agents; None or endless: any number), `redial` the share of calls blocked or
    hung up that come again, `convention` one of `CONVENTIONS`, `short_s` the limit of a short abandon.

    Shares are of all calls. A blocked call counts as offered and not answered in every convention, and
    does not wait: `p_wait` is the chance to get a line but no agent at once. Agents beyond the lines
    are idle and count in the occupancy. ASA is the mean wait of answered calls.

    With redials a call may be several attempts: `attempts` says how many, `load` is that of the calls
    themselves, and shares are of attempts (`erlang.queues.retrials`).

    Where every lost call comes again (1) until it is served, and the load reaches the agents, attempts
    are endless and none of them is served; without patience and lines no call is lost and none redials.

    Without patience and lines a load that reaches the agents gives a queue that only grows: everyone
    waits, service level 0, ASA endless. With no calls, nobody waits.

    >>> result = performance(agents=14, load=10, aht_s=180, within_s=20)
    >>> f"{result.service_level:.2%} {result.asa_s:.1f} s {result.occupancy:.2%}"
    '88.84% 7.8 s 71.43%'
    >>> result = performance(agents=177, load=200, aht_s=300, within_s=20, patience_s=60)
    >>> f"{result.service_level:.1%} answered in time, {result.abandoned:.1%} hung up"
    '80.2% answered in time, 12.4% hung up'
    >>> result = performance(agents=14, load=10, aht_s=180, within_s=20, patience_s=120, lines=20, redial=0.5)
    >>> f"{result.blocked:.2%} blocked, {result.attempts:.3f} attempts a call"
    '0.12% blocked, 1.013 attempts a call'
    """
    names = [field.name for field in fields(Performance)]
    values = measured(
        names,
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )
    return Performance(*values)


def measured(
    names: Sequence[str],
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike,
    patience_s: ArrayLike | None,
    lines: ArrayLike | None,
    redial: ArrayLike,
    *,
    convention: str = "offered",
    short_s: float = 5.0,
    share: ArrayLike = 0.0,
) -> list[Values]:
    """Return the measures named, and work out no others; `share` is that of a quantile of the wait."""
    if convention not in CONVENTIONS:
        raise Refused("convention", f"found {convention!r}", nearest(convention, CONVENTIONS))
    if broadcast(short_s=short_s)[0].ndim:
        raise Refused("short_s", f"found {short_s!r}", "give one number")
    arrays = broadcast(
        agents=agents,
        load=load,
        aht_s=aht_s,
        within_s=within_s,
        patience_s=np.inf if patience_s is None else patience_s,
        lines=np.inf if lines is None else lines,
        redial=redial,
        share=share,
    )
    shape = arrays[0].shape
    n, a, aht, within, patience, k, again, part = (array.ravel() for array in arrays)
    # Where no call comes, none takes any time.
    aht = np.where((a == 0) & (aht == 0), 1.0, aht)
    refuse_zero(aht_s=aht, patience_s=patience)
    refuse_above_one(redial=again, share=part)
    attempts = attempts_per_call(n, a, aht, patience, k, again)
    endless = np.isinf(attempts)
    a = np.where(endless, _SWAMP * np.maximum(n, 1), a * np.where(endless, 1, attempts))
    result = np.empty((len(names), a.size))
    for rows, queue in queues(n, a, aht, patience, k):
        for name, row in zip(names, result, strict=True):
            if name == "attempts":
                row[rows] = attempts[rows] + 0 * queue.p_wait
            elif name == "service_level":
                row[rows] = queue.service_level(within[rows], convention, short_s)
            elif name == "wait_quantile_s":
                row[rows] = queue.wait_quantile_s(part[rows])
            else:
                row[rows] = _value(queue, name, growing=endless[rows] & np.isinf(k[rows]))
    result[:, np.isnan(n + a + aht + patience + k + again)] = np.nan
    for name, asked in (("service_level", within), ("wait_quantile_s", part)):
        if name in names:
            result[names.index(name), np.isnan(asked)] = np.nan
    return [unwrapped(row.reshape(shape)) for row in result]


def _value(queue: Queue, name: str, growing: np.ndarray) -> np.ndarray:
    """Return a measure that needs no argument; the waits of a queue that only grows are endless."""
    if name == "p_wait":
        return queue.p_wait
    value = getattr(queue, name)()
    return np.where(growing, np.inf, value) if name in ("asa_s", "queue_length") else value
