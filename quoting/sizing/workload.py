"""What becomes of calls before agents handle them: blocked ones, the IVR, repeats, overflow, legs, callbacks.

All is arithmetic on the calls of a week's intervals, in this order:

1. Blocked calls found no line and were not counted: what was counted is 1 - blocked of what came.
2. Those that the IVR contains never reach an agent.
3. Of the rest, a share p = (1 - first-call resolution) × repeating calls again, and again: the volume is
   base × (1 + p + p² + ...) = base / (1 - p).
4. Of an overflow only what comes above the threshold in an interval is ours, E[(N - a)+] of a Poisson count.
5. A transferred call is one more leg for the same team, in a time of its own.
6. Callbacks leave busy intervals for later ones of the same day that have room.

Escalated calls are work of a second tier besides: a team of its own, with the same goals.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from callplan.errors import Refused
from erlang import with_callbacks
from quoting.sizing.arrivals import WEEKS_A_MONTH, Arrivals, arrivals
from quoting.sizing.season import month_factors
from quoting.terms.terms import Terms
from quoting.terms.traffic import Workload


@dataclass(frozen=True, eq=False)
class Work:
    """Calls of both tiers, volumes × intervals, and their handling times."""

    calls: np.ndarray
    aht_s: float
    escalated: np.ndarray
    escalated_aht_s: float


def excess(mean: np.ndarray, above: float) -> np.ndarray:
    """Return the mean of max(N - above, 0) for Poisson counts N of these means.

    With k the whole part of `above` it is mean × P(N >= k) - above × P(N >= k + 1).

    >>> float(excess(np.array(20.0), 25).round(4))
    0.3308
    """
    k = np.floor(above)
    at_least_k = np.where(k > 0, gammainc(np.maximum(k, 1), mean), 1.0)
    return np.maximum(mean * at_least_k - above * gammainc(k + 1, mean), 0.0)


def reaching(workload: Workload) -> float:
    """Return how many calls reach the queue for each that was counted.

    >>> reaching(Workload(blocked=0.2, ivr_contained=0.2, first_call_resolution=0.75, repeating=0.8))
    1.25
    """
    again = (1 - workload.first_call_resolution) * workload.repeating
    return (1 - workload.ivr_contained) / (1 - workload.blocked) / (1 - again)


def work_of(came: Arrivals, terms: Terms, factors: np.ndarray) -> Work:
    """Return the work of a typical week at some volumes, each a `factor` (F,) of the mean month's."""
    workload, above = terms.traffic.workload, terms.time_band.above_calls
    if terms.direction.way == "outbound":
        return Work(np.multiply.outer(factors, came.calls), came.aht_s, np.zeros((1, 1)), came.aht_s)
    queue = reaching(workload) * came.calls
    # Above a threshold volumes do not scale, so each is worked out; else one is enough.
    volumes = queue[None] if above is None else excess(np.multiply.outer(factors, queue), above)
    legs = 1 + workload.transferred
    calls = off_peak(came, volumes * legs, workload.called_back)
    if above is None:
        calls = np.multiply.outer(factors, calls[0])
    aht_s = (came.aht_s + workload.transferred * (workload.transfer_aht_s or 0.0)) / legs
    return Work(calls, aht_s, calls / legs * workload.escalated, workload.escalation_aht_s or aht_s)


def refuse_no_calls(terms: Terms) -> None:
    """Refuse terms under which not one call comes to the team in the whole term."""
    if terms.direction.way == "outbound":
        return
    factors, came, above = month_factors(terms), arrivals(terms), terms.time_band.above_calls
    if factors.max() == 0:
        key = "months" if terms.traffic.months else "peak_month_factor"
        found = "no call comes in any active month of the term"
        raise Refused(f"traffic.{key}", found, "give its months their share, or see the term")
    if above is not None and work_of(came, terms, factors).calls.sum() * WEEKS_A_MONTH < 1:
        busiest = factors.max() * reaching(terms.traffic.workload) * came.calls.max()
        found = f"no call comes above {above:,g}: the busiest interval has {busiest:,.4g} on average"
        raise Refused("time_band.above_calls", found, "lower it")


def off_peak(came: Arrivals, calls: np.ndarray, called_back: float) -> np.ndarray:
    """Move callbacks to later intervals of the same day: `calls` are volumes × intervals.

    In an interval busier than the mean open one of its day, `called_back` of its callers take a callback,
    but not so many that it falls below that mean. They are made in the first later intervals that are below
    it; where there is no such interval callers stay.
    """
    if called_back == 0:
        return calls
    moved = calls.copy()
    for weekday in np.unique(came.weekday):
        day = came.weekday == weekday
        for row in moved:
            mean = row[day].mean()
            cap = np.maximum(mean, (1 - called_back) * row[day])
            row[day] = with_callbacks(row[day], came.minutes, 1.0, cap=cap).calls
    return moved
