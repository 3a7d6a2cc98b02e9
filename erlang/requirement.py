"""From a forecast to a requirement: how many agents each interval needs, and what service they give."""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.doubt import rate_quantile
from erlang.formulas import offered_load
from erlang.performance import performance
from erlang.swing import Swing
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
    lines: float | None = None,
) -> dict[str, Any]:
    """Return the requirement of one interval by itself, in the columns of `REQUIREMENT`.

    >>> answer = require_one(100, 30, 180, Target.parse("80/20"), shrinkage=0.3)
    >>> answer["agents"], f"{answer['service_level']:.2%}", answer["rostered"]
    (14, '88.84%', 20)
    """
    load = offered_load(calls, aht_s, minutes)
    agents, set_by = smallest_team(load, aht_s, target, patience_s=patience_s, lines=lines)
    result = performance(
        agents,
        load,
        aht_s,
        0.0 if target.within_s is None else target.within_s,
        patience_s=patience_s,
        lines=lines,
        convention=target.convention,
    )
    measures = ["service_level", "asa_s", "occupancy", "p_wait", "abandoned"]
    if lines is not None:
        measures.append("blocked")
    return {
        "calls": calls,
        "minutes": minutes,
        "aht_s": aht_s,
        "patience_s": patience_s,
        "lines": lines,
        "shrinkage": shrinkage,
        "load": float(load),
        "agents": int(agents),
        "rostered": int(rostered(agents, shrinkage)),
        **{name: float(getattr(result, name)) for name in measures},
        "set_by": str(set_by),
        "goal": str(target),
        "service_goal": target.service_level,
    }


def require(
    forecast: pd.DataFrame,
    target: Target,
    *,
    shrinkage: float = 0.0,
    patience_s: float | None = None,
    lines: float | None = None,
    lag: bool = True,
    confidence: float | None = None,
) -> pd.DataFrame:
    """Return the requirement (table `REQUIREMENT`) that meets `target` in every interval of a forecast.

    `shrinkage` is the share of rostered time away from the phones, breaks that the schedule places
    left out; `patience_s` the mean patience (None: callers never hang up); `lines` how many calls a
    queue can hold, talking and waiting (None: any number).

    With `lag` an interval is sized for the load as it was a handle time earlier (`lagged_load`): at
    first still that of before, then its own, and its service level is that of both, each for its share
    of the time. Without, each is sized by itself as if its load had always lasted (SIPP: stationary,
    independent, period by period). With a `confidence`, such as 0.8, it is sized for the rate of calls
    that is exceeded on a share 1 - confidence of days (`rate_quantile`): the goal is then met on 8 of 10
    days, where the forecast's mean alone meets it on about half. The service level stands there at the
    mean and at both ends of the forecast's band.

    Raises `Refused` where the handling time is unknown, or the forecast holds several models.
    """
    # Here, so that the formulas start without pandas.
    import pandas as pd

    from callplan.tables import FORECAST, REQUIREMENT, check

    if not isinstance(target, Target):
        raise Refused("target", f"found {target!r}", 'give a Target, such as Target.parse("80/20")')
    forecast = check(forecast, FORECAST)
    _refuse_versions(forecast)
    _refuse_crossed_bands(forecast)
    _refuse_unknown_handling(forecast)
    options: dict[str, Any] = {"patience_s": patience_s, "lines": lines, "lag": lag, "confidence": confidence}
    parts = [_require_queue(rows, target, **options) for _, rows in forecast.groupby("queue", sort=False)]
    requirement = pd.concat(parts) if parts else _require_queue(forecast, target, **options)
    requirement["rostered"], requirement["shrinkage"] = rostered(requirement["agents"], shrinkage), shrinkage
    return check(requirement, REQUIREMENT)


def swing_of(rows: pd.DataFrame, calls: ArrayLike, lag: bool) -> Swing:
    """Return the loads of one queue's rows of a table (start, minutes, aht_s) if these calls come.

    Where no call comes no handling time is known or needed: any will do.
    """
    volume, minutes = np.asarray(calls, dtype=float), rows["minutes"].to_numpy()
    aht_s = np.where(volume > 0, rows["aht_s"].to_numpy(float), 1.0)
    start_s = rows["start"].to_numpy("datetime64[s]").astype(float)
    return Swing.of(offered_load(volume, aht_s, minutes), aht_s, minutes, start_s, lag)


def _require_queue(
    forecast: pd.DataFrame,
    target: Target,
    *,
    patience_s: float | None,
    lines: float | None,
    lag: bool,
    confidence: float | None,
) -> pd.DataFrame:
    """Return the requirement of one queue, heads to roster left out."""
    calls = forecast["calls"].to_numpy()
    # Where no call is due no handling time is known or needed: any will do.
    timed = forecast.assign(aht_s=forecast["aht_s"].where(calls > 0, 1.0))
    aht_s = timed["aht_s"].to_numpy()

    callers: dict[str, Any] = {"patience_s": patience_s, "lines": lines}
    sized_for = swing_of(timed, calls if confidence is None else _rate(forecast, confidence), lag)
    agents, set_by = sized_for.smallest_team(aht_s, target, **callers)

    def level_of(volume: np.ndarray) -> np.ndarray:
        return swing_of(timed, volume, lag).service_level(agents, aht_s, target, **callers)

    def level_at(end: str) -> np.ndarray:
        known = forecast[end].notna().to_numpy()
        volume = forecast[end].fillna(forecast["calls"]).to_numpy()
        return np.where(known, level_of(volume), np.nan)

    result = performance(agents, swing_of(timed, calls, lag).mean, aht_s, 0.0, **callers)
    return (
        forecast[["queue", "start", "minutes", "calls", "aht_s"]]
        .assign(
            load=offered_load(calls, aht_s, forecast["minutes"].to_numpy()),
            sized_load=sized_for.mean,
            agents=agents,
            service_level=level_of(calls),
            service_level_lo=level_at("calls_hi"),
            service_level_hi=level_at("calls_lo"),
            asa_s=result.asa_s,
            occupancy=result.occupancy,
            abandoned=result.abandoned,
            blocked=result.blocked,
            set_by=set_by,
            goal=str(target),
            service_goal=target.service_level,
            within_s=target.within_s,
            convention=target.convention,
            patience_s=patience_s,
            lines=lines,
        )
        .astype(dict.fromkeys(("service_goal", "within_s", "patience_s", "lines"), float))
    )


def _rate(forecast: pd.DataFrame, confidence: float) -> np.ndarray:
    """Return the calls to size for, so that the goal is met on this share of days."""
    unknown = forecast["calls_hi"].isna() | forecast["level"].isna()
    if unknown.any():
        where = f"forecast, queue {forecast['queue'].iloc[0]}, start {forecast.loc[unknown, 'start'].iloc[0]}"
        raise Refused(where, "no band", "a confidence needs one: calls_hi and the level that it holds")
    return rate_quantile(forecast["calls"], forecast["calls_hi"], forecast["level"], confidence)


def _refuse_unknown_handling(forecast: pd.DataFrame) -> None:
    """Refuse calls whose handling time is unknown or nothing."""
    called = forecast["calls"] > 0
    for at_fault, found, do in (
        (called & forecast["aht_s"].isna(), "no handling time", "give the queue an aht_s"),
        (called & (forecast["aht_s"] == 0), "found 0", "give the queue an aht_s above 0"),
    ):
        if at_fault.any():
            queue = forecast.loc[at_fault, "queue"].iloc[0]
            raise Refused(f"forecast, queue {queue}, column aht_s", found, do)


def _refuse_crossed_bands(forecast: pd.DataFrame) -> None:
    """Refuse a band whose lower end lies above its upper end."""
    crossed = forecast["calls_lo"] > forecast["calls_hi"]
    if crossed.any():
        row = forecast[crossed].iloc[0]
        where = f"forecast, queue {row['queue']}, start {row['start']}"
        found = f"calls_lo {row['calls_lo']:g} above calls_hi {row['calls_hi']:g}"
        raise Refused(where, found, "the lower end of a band comes first")


def _refuse_versions(forecast: pd.DataFrame) -> None:
    """Refuse a forecast that says two things about one interval."""
    twice = forecast.duplicated(["queue", "start"])
    if twice.any():
        models = ", ".join(sorted(forecast["model"].unique()))
        cutoffs = forecast["cutoff"].nunique()
        raise Refused(
            "forecast", f"several versions ({models}; {cutoffs} cutoffs)", "keep one model and one cutoff"
        )
