"""A plan beside what then came: forecast error at each level, and the service it would have given."""

from dataclasses import dataclass

import pandas as pd

import forecasting
from callplan.errors import Refused
from callplan.tables import ACCURACY, ERRORS, HISTORY, check
from planning.days import by_day
from planning.plan import Plan
from planning.service import expected_service
from planning.steps import at_site

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


def has_come(plan: Plan, history: pd.DataFrame) -> bool:
    """Tell whether a history holds any count of the planned days."""
    return bool(_actual(plan, at_site(history, plan.site))["offered"].notna().any())


def _actual(plan: Plan, history: pd.DataFrame) -> pd.DataFrame:
    return history.merge(plan.forecast[["queue", "start"]], on=["queue", "start"])


def review(plan: Plan, history: pd.DataFrame) -> Review:
    """Compare a plan with the calls that a history has for its days.

    `delivered` is the service level that the schedule would have given under those calls, with the
    handling time that the history has, or for want of that the planned one.

    Raises `Refused` where the history has none of the planned intervals.
    """
    history = at_site(history, plan.site)
    actual = _actual(plan, history)
    if actual["offered"].isna().all():
        raise Refused("history", "no call of the planned days", "give a history that reaches into them")
    everything = pd.concat([plan.history, actual], ignore_index=True)
    tolerance, calendar = plan.site.tolerance, plan.site.calendar
    scored = [
        (
            forecasting.errors(everything, plan.forecast, by=by, tolerance=tolerance, calendar=calendar),
            forecasting.accuracy(everything, plan.forecast, by=by, tolerance=tolerance, calendar=calendar),
        )
        for by in LEVELS
    ]
    errors, accuracy = (pd.concat(frames) for frames in zip(*scored, strict=True))
    delivered = expected_service(plan.coverage, _calls_that_came(plan, actual), plan.site)
    return Review(
        actual=check(actual, HISTORY),
        errors=check(errors, ERRORS),
        accuracy=check(accuracy, ACCURACY),
        delivered=delivered,
        days=by_day(
            plan.site,
            plan.requirement,
            plan.coverage,
            plan.shift_plan,
            delivered,
            actual,
            roster=None if plan.roster is None else plan.roster.schedule,
        ),
    )


def _calls_that_came(plan: Plan, actual: pd.DataFrame) -> pd.DataFrame:
    """Return the planned intervals with the calls that came, and their handling time where known."""
    came = actual.assign(came_aht_s=forecasting.handling_time(actual)[0])
    rows = plan.requirement[["queue", "start", "aht_s"]].merge(
        came[["queue", "start", "offered", "came_aht_s"]], on=["queue", "start"], how="left"
    )
    return rows.assign(calls=rows["offered"], aht_s=rows["came_aht_s"].fillna(rows["aht_s"]))
