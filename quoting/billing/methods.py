"""Ways of billing: what each month is charged, as arrays of shape (..., months).

`rate` is what one unit is charged, in the quote's currency and without tax. A call is a handled one,
unless a method says otherwise; one that is transferred is two. No month is charged less than nothing.
"""

import numpy as np

from callplan.errors import Refused
from quoting.billing.usage import Usage


def per_seat_month(usage: Usage, *, rate: float, minimum: float = 0.0) -> np.ndarray:
    """Charge each seat by the month, for at least `minimum` seats. A seat is a position, not a person."""
    return np.maximum(usage.seats, minimum) * rate


def base_plus_overage(usage: Usage, *, rate: float, base: float, included: float) -> np.ndarray:
    """Charge `base` a month with `included` calls in it, and `rate` for each call beyond them.

    Calls that a month leaves unused are lost: they do not pass to the next.
    """
    return base + np.maximum(usage.handled - included, 0) * rate


def per_call(usage: Usage, *, rate: float, base: float = 0.0) -> np.ndarray:
    """Charge `base` a month, and `rate` for each call from the first one on."""
    return base + usage.handled * rate


def per_call_minimum(usage: Usage, *, rate: float, minimum: float) -> np.ndarray:
    """Charge each call, and at least the money `minimum` in a month."""
    return np.maximum(usage.handled * rate, minimum)


def commission(usage: Usage, *, rate: float, success: float | None = None) -> np.ndarray:
    """Charge each success; its expectation, see `commission_spread`.

    `success` is the share of handled calls that succeed; without it `usage.successes` are charged.
    """
    return successes(usage, success) * rate


def seat_rental(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge each seat by the month, place and licence without the agent."""
    return usage.seats * rate


def hourly(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge each hour paid to an agent, away from the phones or on them."""
    return usage.paid_h * rate


def fte_month(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge each full-time equivalent by the month."""
    return usage.fte * rate


def project(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge the fixed sum `rate` for the whole term, spread evenly over its months."""
    return np.full(usage.seats.shape, rate / usage.seats.shape[-1])


def productive_hour(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge each hour logged in and ready for calls: paid hours less shrinkage."""
    return usage.productive_h * rate


def handling_minute(usage: Usage, *, rate: float) -> np.ndarray:
    """Charge each minute of talk, hold and after-call work."""
    return usage.handling_min * rate


def dead_band(
    usage: Usage,
    *,
    rate: float,
    baseline: float,
    band: float,
    additional: float | None = None,
    reduced: float | None = None,
) -> np.ndarray:
    """Charge `rate` a month while calls offered stay within `band`, a share, of the `baseline`.

    Beyond the band's edge each call more is charged `additional` (ARC), each call less is credited
    `reduced` (RRC); either is `rate / baseline` where it is left out. Only calls beyond the edge count,
    not those between it and the baseline.

    50,000 a month for 1,000 tickets, and 10%: from 900 to 1,100 nothing changes.

    >>> tickets = np.array([800.0, 900.0, 1000.0, 1100.0, 1200.0])
    >>> usage = Usage(*[tickets] * 8)
    >>> dead_band(usage, rate=50_000, baseline=1000, band=0.1, additional=40, reduced=30)
    array([47000., 50000., 50000., 50000., 54000.])
    """
    each = rate / baseline
    more = np.maximum(usage.calls - baseline * (1 + band), 0) * (each if additional is None else additional)
    less = np.maximum(baseline * (1 - band) - usage.calls, 0) * (each if reduced is None else reduced)
    return np.maximum(rate + more - less, 0)


def minimum_volume(usage: Usage, *, rate: float, minimum: float) -> np.ndarray:
    """Charge each call, and at least `minimum` calls in a month."""
    return np.maximum(usage.handled, minimum) * rate


def successes(usage: Usage, success: float | None) -> np.ndarray:
    """Return the successes expected by month: a share of handled calls, or else those of the funnel."""
    if success is not None:
        return usage.handled * success
    if not np.any(usage.successes):
        raise Refused(
            "commission, success",
            "no share of successes, and no outbound funnel",
            "give success, the share of handled calls that succeed",
        )
    return usage.successes
