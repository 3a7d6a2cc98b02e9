"""The rest of a day, given its calls until now."""

import warnings
from datetime import datetime, tzinfo

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import local_day, pandas_zone
from callplan.tables import FORECAST, HISTORY, check
from forecasting.doubt.counts import quantile
from forecasting.intraday.posterior import Prior, busier, outages, prior_of_band

# So many standard deviations off, a day is beyond what the update can follow.
_ODD_SD = 4.0
# Behind the name of the model whose forecast is updated.
_SUFFIX = " + today"


def update(forecast: pd.DataFrame, today: pd.DataFrame, now: datetime | str) -> pd.DataFrame:
    """Return the forecast (table `FORECAST`) of the rest of a day, given its calls until `now`.

    `forecast` is one of the day, of one model and cutoff, with bands; `today` (table `HISTORY`) has the
    day's calls, and may still be empty. An interval counts once it has ended by `now`, an instant or a
    time of the forecast's zone. The rest are the intervals that have not ended, the one in progress as a
    whole. The model is named `... + today` and the cutoff is `now`, so that `accuracy` tells the update
    from the forecast of the morning.

    How far each interval moves follows from the morning's band and from how many calls were due: few
    calls, or a narrow band, move little. What came lately tells most of what comes next
    (`forecasting/intraday/posterior.py`). A missing interval is not zero; zeros in place of many calls
    are remarked as an outage, and left out. Handling times stay as they are.

    Raises `Refused` where the forecast has no band, is of several models or cutoffs, has seen later
    calls than `now`, or has nothing left of the day.

    >>> start = pd.date_range("2024-05-06 09:00", periods=3, freq="h", tz="Europe/Paris")
    >>> morning = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "auto",
    ...     "cutoff": start[0], "calls": 200.0, "calls_lo": 165.0, "calls_hi": 236.0, "level": 0.8,
    ...     "aht_s": 240.0})
    >>> today = pd.DataFrame({"queue": "sales", "start": start[:1], "minutes": 60, "offered": [260.0]})
    >>> update(morning, today, "2024-05-06 10:00")[["model", "calls", "calls_hi"]].round(1)
              model  calls  calls_hi
    0  auto + today  239.0     268.7
    1  auto + today  234.5     266.2
    """
    forecast = check(forecast, FORECAST)
    now = _instant(now, forecast["start"].dt.tz)
    rows = _of_the_day(forecast, now)
    rows["offered"] = _counted(today, rows, now)
    parts = [_updated(of_queue, now) for _, of_queue in rows.groupby("queue")]
    rest = pd.concat(parts, ignore_index=True).drop(columns="offered")
    return rest.assign(model=rest["model"] + _SUFFIX, cutoff=now)


def _instant(now: datetime | str, zone: tzinfo) -> pd.Timestamp:
    """Return `now` as an instant; without an offset it is what the clock of the zone shows."""
    try:
        stamp = pd.Timestamp(datetime.fromisoformat(now) if isinstance(now, str) else now)
        if stamp.tzinfo is None:
            stamp = stamp.tz_localize(pandas_zone(zone), ambiguous="NaT", nonexistent="NaT")
        if pd.isna(stamp):
            raise ValueError
        return stamp.tz_convert(pandas_zone(zone)).as_unit("us")
    except (TypeError, ValueError, AttributeError):
        do = "give an instant, such as 2024-05-06 10:00, with its offset where the clock shows it twice"
        raise Refused("now", f"found {now!r}", do) from None


def _of_the_day(forecast: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return the forecast's rows of the day that `now` lies in, or refuse."""
    kinds = forecast[["model", "cutoff"]].drop_duplicates()
    if len(kinds) > 1:
        raise Refused("forecast", f"{len(kinds)} models and cutoffs", "give the rows of one")
    if kinds["model"].iloc[0].endswith(_SUFFIX):
        # Its band is what is left of the doubt, and would hardly move again.
        raise Refused("forecast", "an update already", "give the forecast of the morning")
    cutoff, day = kinds["cutoff"].iloc[0], local_day(forecast["start"])
    said = f"found {now:%Y-%m-%d %H:%M}"
    if cutoff > now:
        raise Refused("now", f"{said}, and the forecast has seen calls until {cutoff}", "give a later time")
    rows = forecast[day == now.tz_localize(None).normalize()].copy()
    if rows.empty:
        span = f"{day.min():%Y-%m-%d} to {day.max():%Y-%m-%d}"
        raise Refused("now", f"{said}, and the forecast has no interval of that day", f"it has {span}")
    end = _ends(rows).max()
    if end <= now:
        raise Refused("now", f"{said}, and the day's last interval ends at {end:%H:%M}", "nothing is left")
    if rows[["calls_hi", "level"]].isna().any(axis=None):
        raise Refused("forecast", "rows without a band", "an update weighs by it: fill calls_hi and level")
    return rows


def _ends(rows: pd.DataFrame) -> pd.Series:
    return rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")


def _counted(today: pd.DataFrame, rows: pd.DataFrame, now: pd.Timestamp) -> np.ndarray:
    """Return the calls of each of the day's intervals, NaN where not counted or not ended by `now`."""
    if today.empty:
        return np.full(len(rows), np.nan)
    today = check(today, HISTORY, "today")
    today["start"] = today["start"].dt.tz_convert(rows["start"].dt.tz)
    other = local_day(today["start"]) != now.tz_localize(None).normalize()
    if other.any():
        first = today.loc[other, "start"].iloc[0]
        _remark(f"today: {other.sum()} rows are of other days (first {first:%Y-%m-%d}), and left out")
    for queue in sorted(set(today["queue"]) - set(rows["queue"])):
        _remark(f"{queue}: counted today, but not forecast; left out")
    found = rows[["queue", "start", "minutes"]].merge(
        today[["queue", "start", "minutes", "offered"]],
        on=["queue", "start"],
        how="left",
        suffixes=("", "_today"),
    )
    unlike = found["minutes_today"].notna() & (found["minutes_today"] != found["minutes"])
    if unlike.any():
        first = found[unlike].iloc[0]
        lengths = f"intervals of {first['minutes_today']:.0f} minutes, {first['minutes']} in the forecast"
        raise Refused(f"today, queue {first['queue']}", lengths, "bring both to one length: aggregate")
    return found["offered"].where(_ends(found) <= now).to_numpy()


def _updated(rows: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return the rest of one queue's day, updated by what was counted."""
    ended = _ends(rows) <= now
    rest, due = rows[~ended], rows[ended & (rows["calls"] > 0)]
    seen = _usable(due)
    if seen.empty:
        _remark(f"{rows['queue'].iloc[0]}: no count until {now:%H:%M} to go by; the rest stays as it was")
    if seen.empty or rest.empty:
        return rest
    level = float(rows["level"].iloc[0])
    open_rows = rows[rows["calls"] > 0]
    mean, high = (open_rows[name].to_numpy() for name in ("calls", "calls_hi"))
    prior = prior_of_band(mean, high, (1 + level) / 2)
    hours, ahead = (
        ((part["start"] - rows["start"].iloc[0]) / pd.Timedelta(hours=1)).to_numpy() for part in (seen, rest)
    )
    more, variance = busier(prior, hours, seen["calls"].to_numpy(), seen["offered"].to_numpy(), ahead)
    _remark_on_odd_day(seen, prior, more)
    calls = np.maximum(rest["calls"].to_numpy() * (1 + more), 0.0)
    # Relative to the mean as it is now: as a gamma-distributed level and Poisson calls have it.
    dispersion = variance / np.maximum(1 + more, 1e-9) + prior.own / np.maximum(calls, 1e-9)
    low, high = (quantile(calls, dispersion, share) for share in ((1 - level) / 2, (1 + level) / 2))
    return rest.assign(calls=calls, calls_lo=low, calls_hi=high)


def _remark_on_odd_day(seen: pd.DataFrame, prior: Prior, more: np.ndarray) -> None:
    """Say when the day is so far off that the update, drawn to days as they have been, falls behind."""
    came, due = seen["offered"].sum(), seen["calls"].sum()
    if abs(came / due - 1) > _ODD_SD * np.sqrt(prior.variance + (1 + prior.own) / due):
        _remark(
            f"{seen['queue'].iloc[0]}: {came:,.0f} calls so far where {due:,.0f} were due, further off than "
            f"such days have been; the rest moves by {more.mean():+.0%}: see whether the counts are right"
        )


def _usable(due: pd.DataFrame) -> pd.DataFrame:
    """Return the ended intervals that tell how busy the day is; remark on the others."""
    counted = due[due["offered"].notna()]
    if counted.empty:
        return counted
    queue = due["queue"].iloc[0]
    if len(counted) < len(due):
        _remark(f"{queue}: {len(due) - len(counted)} of {len(due)} intervals so far have no count")
    out = outages(counted["calls"].to_numpy(), counted["offered"].to_numpy())
    if out.any():
        lost = counted[out]
        _remark(
            f"{queue}: no call in {len(lost)} intervals from {lost['start'].iloc[0]:%H:%M} where "
            f"{lost['calls'].sum():,.0f} were due: taken for an outage, and left out"
        )
    return counted[~out]


def _remark(text: str) -> None:
    warnings.warn(text, Remark, stacklevel=4)
