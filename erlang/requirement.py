"""From a forecast to a requirement: how many agents each interval needs, and what service they give."""

from typing import TYPE_CHECKING, Any

import numpy as np

from callplan.errors import Refused
from erlang.formulas import offered_load
from erlang.performance import performance
from erlang.targets import Target, rostered, smallest_team

if TYPE_CHECKING:
    import pandas as pd


def require_one(
    calls: float,
    minutes: float,
    aht_s: float,
    target: Target,
    *,
    shrinkage: float = 0.0,
    patience_s: float | None = None,
) -> dict[str, Any]:
    """Return the requirement of one interval by itself, in the columns of `REQUIREMENT`.

    >>> answer = require_one(100, 30, 180, Target.parse("80/20"), shrinkage=0.3)
    >>> answer["agents"], f"{answer['service_level']:.2%}", answer["rostered"]
    (14, '88.84%', 20)
    """
    load = offered_load(calls, aht_s, minutes)
    agents, set_by = smallest_team(load, aht_s, target, patience_s=patience_s)
    within_s = 0.0 if target.within_s is None else target.within_s
    result = performance(agents, load, aht_s, within_s, patience_s=patience_s, convention=target.convention)
    return {
        "calls": calls,
        "load": float(load),
        "agents": int(agents),
        "rostered": int(rostered(agents, shrinkage)),
        "service_level": float(result.service_level),
        "asa_s": float(result.asa_s),
        "occupancy": float(result.occupancy),
        "p_wait": float(result.p_wait),
        "abandoned": float(result.abandoned),
        "set_by": str(set_by),
    }


def require(
    forecast: "pd.DataFrame", target: Target, *, shrinkage: float = 0.0, patience_s: float | None = None
) -> "pd.DataFrame":
    """Return the requirement (table `REQUIREMENT`) that meets `target` in every interval of a forecast.

    Each interval is sized by itself, as if its load had always lasted (stationary, independent,
    period by period). `shrinkage` is the share of rostered time away from the phones, breaks that
    the schedule places left out; `patience_s` the mean patience (None: callers never hang up). The
    service level at the ends of the forecast's band stands beside that at its mean.

    Raises `Refused` where the handling time is unknown, or the forecast holds several models.
    """
    # Here, so that the formulas start without pandas.
    from callplan.tables import FORECAST, REQUIREMENT, check

    forecast = check(forecast, FORECAST)
    _refuse_versions(forecast)
    unknown = forecast["aht_s"].isna() & (forecast["calls"] > 0)
    if unknown.any():
        queue = forecast.loc[unknown, "queue"].iloc[0]
        raise Refused(f"forecast, queue {queue}, column aht_s", "no handling time", "give the queue an aht_s")
    calls, minutes = forecast["calls"].to_numpy(), forecast["minutes"].to_numpy()
    # Where no call is due no handling time is known or needed: any will do.
    aht_s = forecast["aht_s"].where(forecast["calls"] > 0, 1.0).to_numpy()
    if (aht_s == 0).any():
        queue = forecast.loc[aht_s == 0, "queue"].iloc[0]
        raise Refused(f"forecast, queue {queue}, column aht_s", "found 0", "give the queue an aht_s above 0")
    load = offered_load(calls, aht_s, minutes)
    agents, set_by = smallest_team(load, aht_s, target, patience_s=patience_s)
    within_s = 0.0 if target.within_s is None else target.within_s

    def service_level_at(volume: np.ndarray) -> np.ndarray:
        known = ~np.isnan(volume)
        level = np.full(len(volume), np.nan)
        level[known] = performance(
            agents[known],
            offered_load(volume, aht_s, minutes)[known],
            aht_s[known],
            within_s,
            patience_s=patience_s,
            convention=target.convention,
        ).service_level
        return level

    result = performance(agents, load, aht_s, within_s, patience_s=patience_s, convention=target.convention)
    requirement = forecast[["queue", "start", "minutes", "calls", "aht_s"]].assign(
        load=load,
        agents=agents,
        rostered=rostered(agents, shrinkage),
        service_level=result.service_level,
        service_level_lo=service_level_at(forecast["calls_hi"].to_numpy()),
        service_level_hi=service_level_at(forecast["calls_lo"].to_numpy()),
        asa_s=result.asa_s,
        occupancy=result.occupancy,
        abandoned=result.abandoned,
        set_by=set_by,
    )
    return check(requirement, REQUIREMENT)


def _refuse_versions(forecast: "pd.DataFrame") -> None:
    """Refuse a forecast that says two things about one interval."""
    twice = forecast.duplicated(["queue", "start"])
    if twice.any():
        models = ", ".join(sorted(forecast["model"].unique()))
        cutoffs = forecast["cutoff"].nunique()
        raise Refused(
            "forecast", f"several versions ({models}; {cutoffs} cutoffs)", "keep one model and one cutoff"
        )
