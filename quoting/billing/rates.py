"""A billing's figures joined with its method: its fees, and the rate that earns a price."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from callplan.errors import Refused
from quoting.billing import methods
from quoting.billing.usage import Usage
from quoting.terms.money import Billing

_HIGHEST = 1e15


@dataclass(frozen=True)
class Way:
    """One way of billing: its function, what one rate is paid for, and itself in words."""

    fees: Callable[..., np.ndarray]
    rate_unit: str
    what: str
    by_call: bool = False
    """Whether calls are counted for it; each leg of a transferred one counts."""


WAYS = {
    "per_seat_month": Way(
        methods.per_seat_month, "seat month", "each seat by the month, or the minimum of seats"
    ),
    "base_plus_overage": Way(
        methods.base_plus_overage,
        "call beyond those included",
        "a base a month with calls included, and each call beyond them",
        by_call=True,
    ),
    "per_call": Way(methods.per_call, "call", "each call, and a base a month", by_call=True),
    "per_call_minimum": Way(
        methods.per_call_minimum, "call", "each call, or the month's minimum of money", by_call=True
    ),
    "commission": Way(methods.commission, "success", "each success, here as many as expected", by_call=True),
    "seat_rental": Way(
        methods.seat_rental,
        "seat month",
        "each seat by the month without its agent: its cost is that of places and licences alone",
    ),
    "hourly": Way(methods.hourly, "paid hour", "each hour paid to an agent"),
    "fte_month": Way(methods.fte_month, "FTE month", "each full-time equivalent by the month"),
    "project": Way(methods.project, "term", "a fixed sum, spread evenly over the months"),
    "productive_hour": Way(methods.productive_hour, "productive hour", "each paid hour less shrinkage"),
    "handling_minute": Way(methods.handling_minute, "handling minute", "each minute of handling"),
    "dead_band": Way(
        methods.dead_band,
        "month",
        "a fixed fee within the band around the baseline; each call beyond its edge is charged or credited",
        by_call=True,
    ),
    "minimum_volume": Way(
        methods.minimum_volume, "call", "each call, or the month's minimum of calls", by_call=True
    ),
}


def fees(billing: Billing, usage: Usage, rate: float) -> np.ndarray:
    """Return what each month is charged at a rate, shape (..., months).

    >>> usage = Usage(*[np.array([500.0, 700.0])] * 8)
    >>> fees(Billing(method="per_call", base=1000), usage, 2.0)
    array([2000., 2400.])
    """
    return WAYS[billing.method].fees(usage, rate=rate, **figures(billing))


def figures(billing: Billing) -> dict[str, float]:
    """Return the figures that a billing gives beside its rate.

    >>> figures(Billing(method="per_call", base=1000))
    {'base': 1000.0}
    """
    given = billing.model_dump(exclude={"method", "rate"}, exclude_none=True)
    return {name: float(value) for name, value in given.items()}


def rate_for(billing: Billing, usage: Usage, revenue: float) -> float:
    """Return the rate that earns `revenue` over the term; `usage` has arrays of shape (months,).

    What is earned never falls as the rate rises, and is piecewise linear in it: the answer is the least
    rate that earns the revenue, found by bisection to the last digit of a double.

    Raises `Refused` where the rest of the fee alone earns more, or where the rate charges nothing.

    150 FTE for a month, at a cost of 194,887.34 and a mark-up of 20%:

    >>> usage = Usage(*[np.array([150.0])] * 8)
    >>> round(rate_for(Billing(method="fte_month"), usage, 194_887.34 * 1.2), 2)
    1559.1
    """

    def earned(rate: float) -> float:
        return float(fees(billing, usage, rate).sum())

    alone = earned(0.0)
    if alone > revenue * (1 + 1e-12):
        found = f"it earns {alone:,.2f} over the term at a rate of 0, above the price of {revenue:,.2f}"
        raise Refused(billing.method, found, "lower its base or minimum, or give the rate")
    if alone >= revenue:
        return 0.0
    low, high = 0.0, 1.0
    while earned(high) < revenue:
        low, high = high, 2 * high
        if high > _HIGHEST:
            found = f"no rate earns the price of {revenue:,.2f}: the rate charges next to nothing"
            raise Refused(billing.method, found, "lower what is included, or choose another method")
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if earned(middle) >= revenue else (middle, high)
    return high
