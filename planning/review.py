"""A plan beside what then came: forecast error at each level, and the service it would have given."""

from dataclasses import dataclass

import pandas as pd

import forecasting
from callplan.errors import Refused
from callplan.tables import ACCURACY, COVERAGE, ERRORS, HISTORY, check
from planning.days import by_day
from planning.plan import Plan
from planning.service import service_levels

LEVELS = ("interval", "day", "week")


@dataclass(frozen=True)
class Review:
    """What came in the planned days, and how the plan fared."""

    actual: pd.DataFrame
    errors: pd.DataFrame
    accuracy: pd.DataFrame
    delivered: pd.DataFrame
    days: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return dict(vars(self))


def review(plan: Plan, history: pd.DataFrame) -> Review:
    """Compare a plan with the calls that a history has for its days.

    `delivered` is the service level that the schedule would have given under those calls, with the
    handling time that the history has, or for want of that the planned one.

    Raises `Refused` where the history has none of the planned intervals.
    """
    history = check(history, HISTORY)
    planned = plan.forecast[["queue", "start"]]
    actual = history.merge(planned, on=["queue", "start"])
    if actual["offered"].notna().sum() == 0:
        raise Refused("history", "no call of the planned days", "give a history that reaches into them")
    everything = pd.concat([plan.history, actual], ignore_index=True)
    measures = {"tolerance": plan.site.tolerance, "calendar": plan.site.calendar}
    errors = [forecasting.errors(everything, plan.forecast, by=level, **measures) for level in LEVELS]
    accuracy = [forecasting.accuracy(everything, plan.forecast, by=level, **measures) for level in LEVELS]
    delivered = _delivered(plan, actual)
    return Review(
        actual=check(actual, HISTORY),
        errors=check(pd.concat(errors), ERRORS),
        accuracy=check(pd.concat(accuracy), ACCURACY),
        delivered=delivered,
        days=by_day(plan.site, plan.requirement, plan.coverage, plan.shift_plan, delivered, actual),
    )


def _delivered(plan: Plan, actual: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage with the service level under the calls that came."""
    key = ["queue", "start"]
    came = actual.assign(came_aht_s=forecasting.handling_time(actual)[0])
    rows = plan.coverage.merge(plan.requirement[[*key, "aht_s"]], on=key)
    rows = rows.merge(came[[*key, "offered", "came_aht_s"]], on=key, how="left")
    aht_s = rows["came_aht_s"].fillna(rows["aht_s"])
    for name, queue in plan.site.queues.items():
        its = rows["queue"] == name
        rows.loc[its, "service_level"] = service_levels(rows[its], rows.loc[its, "offered"], aht_s[its], queue)
    return check(rows[COVERAGE.names()], COVERAGE)
