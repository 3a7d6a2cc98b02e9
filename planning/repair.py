"""A requirement held against the day as a whole, and mended agent by agent."""

import warnings

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from erlang import day_performance, rate_quantile, rostered
from planning.site import Queue

_MEASURES = ["service_level", "asa_s", "occupancy", "abandoned"]


def repaired(requirement: pd.DataFrame, forecast: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    """Return the requirement of one queue with single agents moved until every interval is near its goal.

    Its measures are then those of the day as a whole, at the forecast's mean and at the ends of its
    band. With a confidence the day is mended for the rate of calls that it asks for. What it cost
    is remarked.
    """
    name = requirement["queue"].iloc[0]
    if queue.service_level is None:
        raise Refused(f"queue {name}, --repair", "no service level to repair to", "give one: 80/20")
    if queue.lines is not None:
        left = f"queue {name}: left as it is, for the day check of a repair knows no lines"
        warnings.warn(left, Remark, stacklevel=3)
        return requirement
    sized_for = forecast
    if queue.confidence is not None:
        rate = rate_quantile(forecast["calls"], forecast["calls_hi"], forecast["level"], queue.confidence)
        sized_for = forecast.assign(calls=rate)
    mended = day_performance(requirement, sized_for, queue.target, patience_s=queue.patience_s, repair=True)
    warnings.warn(f"queue {name}: {mended}", Remark, stacklevel=3)
    agents = mended.intervals["agents"].to_numpy().astype("int64")
    changed = agents != requirement["agents"].to_numpy()
    requirement = requirement.assign(
        agents=agents,
        rostered=rostered(agents, queue.shrinkage),
        set_by=requirement["set_by"].mask(changed, "repair"),
    )

    def day_of(calls: pd.Series) -> pd.DataFrame:
        volume = forecast.assign(calls=calls.fillna(forecast["calls"]))
        return day_performance(requirement, volume, queue.target, patience_s=queue.patience_s).intervals

    mean = day_of(forecast["calls"])
    ends = {
        column: np.where(forecast[end].notna(), day_of(forecast[end])["service_level"], np.nan)
        for column, end in (("service_level_lo", "calls_hi"), ("service_level_hi", "calls_lo"))
    }
    return requirement.assign(**{column: mean[column].to_numpy() for column in _MEASURES}, **ends)
