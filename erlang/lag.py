"""Staffing follows the load with the delay of the handle time.

A call keeps its agent busy for a handle time after it came, so the load of an interval is that of the
calls that came a handle time earlier: agents are needed later than the calls. Sizing each interval by
its own calls alone has too few agents where calls fall, and too many where they rise.

References
----------
.. [1] L. Green, P. Kolesar, J. Soares (2001), Improving the SIPP approach for staffing service systems
   that have cyclic demands, Operations Research 49(4).
.. [2] L. Green, P. Kolesar, J. Soares (2003), An improved heuristic for staffing telephone call centers
   with limited operating hours, Production and Operations Management 12(1): the mean of the lagged
   load over the interval ("Lag Avg"), as here.
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import Values, broadcast, floats, refuse_zero, unwrapped


def lagged_load(
    load: ArrayLike, aht_s: ArrayLike, minutes: ArrayLike, start_s: ArrayLike | None = None
) -> Values:
    """Return the mean load over each interval, as it was a handle time earlier, in erlangs [1]_ [2]_.

    `load` is the offered load of one queue's intervals in the order of time, `start_s` the second at
    which each begins (left out: one follows the other). After a gap or a NaN, and at the first interval,
    the calls of before are unknown or none: there the interval's own load stands for them, because agents
    that are sized for an empty beginning are too few as soon as it has filled. An interval without a
    call of its own has no load: who is talking then finishes, and nobody waits.

    Half hours with calls of 300 s: 5 of 30 minutes still follow the half hour before.

    >>> lagged_load(load=[24.0, 60.0, 30.0], aht_s=300, minutes=30).tolist()
    [24.0, 54.0, 35.0]
    """
    arrays = broadcast(load=load, aht_s=aht_s, minutes=minutes)
    shape = arrays[0].shape
    if len(shape) > 1:
        raise Refused("load", f"found an array of shape {shape}", "give one number for each interval")
    erlangs, delay_s, length = (np.atleast_1d(array) for array in arrays)
    refuse_zero(minutes=length)
    seconds = 60 * length
    start = np.cumsum(seconds) - seconds if start_s is None else np.atleast_1d(floats("start_s", start_s))
    if start.shape != erlangs.shape:
        raise Refused("start_s", f"found an array of shape {start.shape}", "give one for each interval")
    known = ~np.isnan(erlangs + delay_s + seconds)
    follows = np.r_[False, (start[1:] == (start + seconds)[:-1]) & known[1:] & known[:-1]]
    lagged = np.empty_like(erlangs)
    for rows in np.split(np.arange(erlangs.size), np.flatnonzero(~follows)):
        if rows.size:
            lagged[rows] = _lagged(erlangs[rows], delay_s[rows], start[rows], seconds[rows])
    return unwrapped(np.where(erlangs > 0, lagged, 0 * erlangs).reshape(shape))


def _lagged(load: np.ndarray, delay_s: np.ndarray, start: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return the lagged load of intervals without a gap: differences of the load summed over time."""
    edges = np.r_[start, start[-1] + seconds[-1]] - start[0]
    summed = np.r_[0.0, np.cumsum(load * seconds)]
    # Before the first interval the load is as in it, for as long as the longest delay.
    longest = delay_s.max()
    edges, summed = np.r_[-longest, edges], np.r_[-longest * load[0], summed]
    begin = start - start[0] - delay_s
    return (np.interp(begin + seconds, edges, summed) - np.interp(begin, edges, summed)) / seconds
