"""Schedule efficiency: how much of the scheduled hours the requirement can use, measured on shift plans."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

import scheduling
from callplan.errors import Refused
from erlang import rostered
from quoting.sizing.agents import requirement
from quoting.terms.terms import Terms

# A Monday far from any change of a clock, in a zone that has none.
_MONDAY = pd.Timestamp("2001-01-01", tz="UTC")
# A guard: a typical week is planned in a few seconds.
_LIMIT_S = 20.0
# Less than that is what numbers of a computer leave behind.
_SOME_H = 1e-6


@dataclass(frozen=True)
class Efficiency:
    """The share of scheduled hours that can be used; hours a week where it was measured, else None."""

    share: float
    needed_h: float | None = None
    """Hours that the requirement asks for, shrinkage included."""
    scheduled_h: float | None = None
    """Paid hours of the shifts."""
    bound_h: float | None = None
    """No plan under these rules has fewer, as the cost's bound tells."""
    short_h: float = 0.0
    """Hours of the requirement that the shifts leave open."""
    said: str = ""

    def __float__(self) -> float:
        return self.share


def efficiency(terms: Terms, progress: Callable[[str], None] | None = None) -> Efficiency:
    """Return the schedule efficiency that is given, or measure it on shift plans of a typical week.

    The mean month's week is covered by the shifts of `staff.shifts`, at least cost, and comes again and
    again, so that a night may run over its end. Needed are agents / (1 - shrinkage) in every interval, not
    rounded; the share is what of that the shifts cover, over their paid hours. Rounded heads, shifts that
    reach beyond a peak and paid breaks all count against it: breaks that shifts place belong in no shrinkage.

    Raises `Refused` for rules that a quote cannot be measured by, `Infeasible` where no shift fits.
    """
    staff = terms.staff
    if isinstance(staff.schedule_efficiency, float):
        return Efficiency(staff.schedule_efficiency, said="given, not measured")
    if staff.shifts.cover == "day":
        raise Refused("staff.shifts.cover", "found 'day'", "a quote covers every interval: leave it out")
    week = requirement(terms, 1.0)
    starts = _MONDAY + pd.to_timedelta(week["weekday"] * 1440 + week["minute"], unit="min")
    agents = week["agents"].to_numpy()
    demand = pd.DataFrame(
        {
            "queue": "quote",
            "start": starts,
            "minutes": week["minutes"],
            "rostered": rostered(agents, staff.shrinkage),
        }
    )
    if not agents.any():
        raise Refused("staff.schedule_efficiency", "nobody is needed", "give a share, or see the traffic")
    if progress:
        progress(f"shift plans of a typical week, at most {_LIMIT_S:g} s")
    plan = scheduling.schedule(demand, staff.shifts.replace(cyclic=True), time_limit_s=_LIMIT_S)
    hours = demand["minutes"].to_numpy() / 60
    needed = agents / (1 - staff.shrinkage)
    used = np.minimum(plan.coverage["staffed"].to_numpy(), needed)
    needed_h, used_h = float(needed @ hours), float(used @ hours)
    scheduled_h = float((plan.shift_plan["heads"] * plan.shift_plan["paid_h"]).sum())
    (outcome,) = plan.outcome
    share = min(used_h / scheduled_h, 1.0)
    said = (
        f"shift plans of a typical week can use {used_h:,.1f} of {scheduled_h:,.1f} paid hours; "
        f"{outcome.status}, no plan costs less than {1 - outcome.gap:.1%} of theirs"
    )
    if outcome.stopped_by == "clock":
        said += "; the search ran out of time, so that another computer may find another plan"
    if needed_h - used_h > _SOME_H:
        said += f"; {needed_h - used_h:,.1f} h that are needed stay open"
    return Efficiency(share, needed_h, scheduled_h, scheduled_h * (1 - outcome.gap), needed_h - used_h, said)
