"""From agents on the phones to seats, paid hours, FTE and people, month by month, in closed arithmetic."""

from math import ceil
from typing import Any, SupportsFloat

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from callplan.errors import Refused
from callplan.tables import QUOTE_MONTHS, check
from erlang.teams.search import ceil_ratio
from quoting.sizing.agents import Carried, agents_by_volume
from quoting.sizing.arrivals import WEEKS_A_MONTH
from quoting.terms.factors import Term
from quoting.terms.staff import Staff
from quoting.terms.terms import Terms

DAYS_A_YEAR = 365


def people(
    agent_h: ArrayLike,
    agents: ArrayLike,
    terms: Terms,
    efficiency: SupportsFloat,
    carried: Carried | None = None,
) -> pd.DataFrame:
    """Return seats, hours and people by month (table `QUOTE_MONTHS`).

    `agent_h` and `agents` (M,) are the hours on the phones and the concurrent peak of each active month,
    `efficiency` the share of scheduled hours that can be used. `carried` says what is handled; by default
    that of the quote's own volume.

    Nothing is rounded but seats, leaders and support, which are rounded up. FTE are full-time weeks, heads
    people with contracts of `staff.head_h`. Leavers and hires are those of `turnover`; hires make good those
    too who will not pass the training: it is paid all the same. They stand in the month from which they are
    needed, with all their cost; their class begins `training_weeks` before it, in whole days.
    """
    staff, months = terms.staff, terms.term.calendar
    hours, peak = np.asarray(agent_h, dtype=float), np.asarray(agents)
    if hours.shape != (len(months),) or peak.shape != hours.shape:
        found = f"shapes {hours.shape} and {peak.shape}"
        raise Refused("agent_h, agents", found, f"give one number for each of {len(months)} months")
    carried = agents_by_volume(terms).carried(0) if carried is None else carried
    paid_h = hours / (1 - staff.shrinkage) / float(efficiency)
    fte = paid_h / (staff.full_time_h * WEEKS_A_MONTH)
    heads = paid_h / (staff.head_h * WEEKS_A_MONTH)
    leavers, coming = turnover(heads, staff.attrition_a_month, terms.term)
    hires = coming / staff.training_passed
    training_days = ceil(round(7 * staff.training_weeks, 9))
    with np.errstate(invalid="ignore"):
        aht_s = carried.handling_h * 3600 / carried.handled
    span = staff.support_span
    table = {
        "start": pd.DatetimeIndex(months),
        "calls": carried.calls,
        "handled": carried.handled,
        "aht_s": aht_s,
        "agents": peak,
        "seats": seats_of(peak, staff),
        "agent_h": hours,
        "paid_h": paid_h,
        "fte": fte,
        "heads": heads,
        "begins_anew": begins_anew(terms.term).astype(int),
        "leavers": leavers,
        "hires": hires,
        "class_begins": pd.DatetimeIndex(months) - pd.Timedelta(days=training_days),
        "training_h": hires * (staff.training_weeks * staff.head_h + terms.other.special_training_h),
        "ramp_lost_h": coming * staff.ramp_weeks * staff.head_h * (1 - staff.ramp_share),
        "leaders": _led(fte, staff.leader_span),
        "support": np.zeros(len(fte)) if span is None else _led(fte, span),
        "night_share": carried.night_share,
        "weekend_share": carried.weekend_share,
        "holiday_share": min(terms.time_band.holidays_a_year / DAYS_A_YEAR, 1.0),
    }
    return check(pd.DataFrame(table), QUOTE_MONTHS)


def seats_of(agents: ArrayLike, staff: Staff) -> Any:
    """Return the seats for so many agents at the peak: × (1 + spare_seats), rounded up, exact in decimals.

    >>> staff = Staff(shrinkage=0.3, full_time_h=40, attrition=0, attrition_per="year", leader_span=12,
    ...               spare_seats=0.1)
    >>> int(seats_of(10, staff)), seats_of([11, 20], staff).tolist()
    (11, [13, 22])
    """
    peak = np.asarray(agents, dtype=float)
    return ceil_ratio(peak * (1 + staff.spare_seats), np.ones_like(peak))


def begins_anew(term: Term) -> np.ndarray:
    """Return for each active month whether the month before it is not worked, as it is with the first.

    >>> import datetime as dt
    >>> term = Term(kind="intermittent", start=dt.date(2027, 1, 1), months=12, active_months=(1, 11, 12))
    >>> begins_anew(term).tolist()
    [True, True, False]
    """
    months = [12 * day.year + day.month for day in term.calendar]
    return np.diff(months, prepend=0) > 1


def turnover(heads: np.ndarray, leaving: ArrayLike, term: Term) -> tuple[np.ndarray, np.ndarray]:
    """Return who leaves and who must come to be good, in each month (..., months), of such `heads`.

    Leavers are the share `leaving` of the mean of this month's heads and those of the month before. A month
    that begins anew has none before it: leavers are a share of its own heads, and everybody must come. A fall
    of heads has no cost: people go to other work, or leave and nobody comes for them.

    >>> import datetime as dt
    >>> term = Term(kind="intermittent", start=dt.date(2027, 1, 1), months=12, active_months=(1, 11, 12))
    >>> [people.tolist() for people in turnover(np.array([10.0, 10.0, 20.0]), 0.1, term)]
    [[1.0, 1.0, 1.5], [11.0, 11.0, 11.5]]
    """
    anew = begins_anew(term)
    before = np.where(anew, 0.0, np.roll(heads, 1, axis=-1))
    leavers = np.asarray(leaving) * np.where(anew, heads, (heads + before) / 2)
    return leavers, np.maximum(heads - before + leavers, 0.0)


def _led(fte: np.ndarray, span: float) -> np.ndarray:
    return ceil_ratio(fte, np.full(len(fte), span))
