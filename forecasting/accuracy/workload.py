"""The error of the workload, calls × handling time, told apart into that of each."""

import warnings

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import local_day
from callplan.tables import FORECAST, HISTORY, WORKLOAD, check
from forecasting.accuracy.levels import LEVELS, local_period, weeks_ahead
from forecasting.history.handling import handling_time

_SERIES = ["queue", "model", "weeks"]
_SHARES = ["wape", "volume_part", "aht_part", "bias", "volume_bias", "aht_bias"]


def workload_errors(history: pd.DataFrame, forecast: pd.DataFrame, *, by: str = "interval") -> pd.DataFrame:
    """Return how far each model's workload was off (table `WORKLOAD`), by weeks of lead, at the level `by`.

    The workload of an interval is its offered calls × handling time: a caller who hung up counts as
    much as one who was served. That of a day (week, month, quarter) is the sum, and its handling time
    the sum of seconds / the sum of calls, never a mean of means.

    With f, F calls and a, A handling times, forecast and actual, each error is split at the midpoint:
    f·a - F·A = (f - F)(a + A)/2 + (a - A)(f + F)/2, the part of the calls and that of the handling time.
    `bias` is the sum of `volume_bias` and `aht_bias`, and `wape` of `volume_part` and `aht_part`: there a
    part counts against the other where it made misses smaller. `aht_wape` is the handling time's own
    error, both weighted by the calls handled, as if every call had been foreseen.

    Only intervals with a count and both handling times are compared, a remark counts the others; where
    no call came the actual handling time is taken for the forecast one. Of several cutoffs as far back
    the latest speaks. Raises `Refused` where nothing can be compared.

    >>> start = pd.date_range("2024-05-06 09:00", periods=1, tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": [100.0],
    ...     "aht_s": 200.0})
    >>> forecast = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "m",
    ...     "cutoff": start[0], "calls": [110.0], "calls_lo": 0.0, "calls_hi": 300.0, "level": 0.8,
    ...     "aht_s": 190.0})
    >>> workload_errors(history, forecast)[["wape", "volume_part", "aht_part", "aht_wape"]]
        wape  volume_part  aht_part  aht_wape
    0  0.045       0.0975   -0.0525      0.05
    """
    if by not in LEVELS:
        raise Refused("by", f"unknown level {by!r}", nearest(by, LEVELS))
    history, forecast = check(history, HISTORY), check(forecast, FORECAST)
    aht_s, handled = handling_time(history)
    came = history[["queue", "start", "offered"]].assign(came_aht_s=aht_s, handled=handled)
    rows = forecast[["queue", "model", "cutoff", "start", "calls", "aht_s"]].merge(
        came, on=["queue", "start"], how="left"
    )
    rows["came_aht_s"] = rows["came_aht_s"].where(rows["offered"] != 0, rows["aht_s"])
    known = rows[["offered", "aht_s", "came_aht_s"]].notna().all(axis=1)
    if not known.any():
        found = "no interval with calls and handling times in both"
        raise Refused("forecast and history", found, "give the history of the days forecast, with `aht_s`")
    if not known.all():
        text = f"{(~known).sum():,} of {len(rows):,} forecast intervals have no count or no handling time"
        warnings.warn(f"{text}, and are not compared", Remark, stacklevel=2)
    each = _errors(_speaking(rows[known], by))
    groups = each.groupby(_SERIES)
    result = groups.sum()
    shares = result[_SHARES].div(result["seconds"].where(result["seconds"] > 0), axis=0)
    shares["aht_wape"] = result["aht_off"] / result["handled_s"].where(result["handled_s"] > 0)
    result = shares.assign(n=groups.size(), workload_h=result["seconds"] / 3600, by=by).reset_index()
    result["lead_days"] = 7 * result["weeks"]
    return check(result[WORKLOAD.names()], WORKLOAD)


def _speaking(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the sums of each period and lead: calls and seconds, of the latest cutoff."""
    seen = local_day(rows["cutoff"] - pd.Timedelta(microseconds=1))
    lead = (local_day(rows["start"]) - seen).dt.days
    rows = rows.assign(weeks=weeks_ahead(lead))
    rows["lead"] = lead if by in ("interval", "day") else rows["weeks"]
    rows["period"] = rows["start"] if by == "interval" else local_period(rows["start"], by)
    rows = rows.sort_values("cutoff", kind="stable")
    rows = rows.drop_duplicates(["queue", "start", "model", "lead"], keep="last")
    for calls, aht_s, seconds in (
        ("calls", "aht_s", "said_s"),
        ("offered", "came_aht_s", "seconds"),
        ("handled", "aht_s", "handled_said_s"),
        ("handled", "came_aht_s", "handled_s"),
    ):
        rows[seconds] = rows[calls] * rows[aht_s]
    sums = ["calls", "offered", "said_s", "seconds", "handled_said_s", "handled_s"]
    return rows.groupby([*_SERIES, "lead", "period"])[sums].sum()


def _errors(sums: pd.DataFrame) -> pd.DataFrame:
    """Return each period's error in seconds, and what calls and handling times have of it."""
    error = sums["said_s"] - sums["seconds"]
    said, came = sums["said_s"] / sums["calls"], sums["seconds"] / sums["offered"]
    # Without calls a handling time is not known, and calls alone were off.
    said, came = said.fillna(came), came.fillna(said)
    volume = ((sums["calls"] - sums["offered"]) * (said + came) / 2).fillna(0.0)
    aht = ((said - came) * (sums["calls"] + sums["offered"]) / 2).fillna(0.0)
    return sums.assign(
        wape=error.abs(),
        volume_part=np.sign(error) * volume,
        aht_part=np.sign(error) * aht,
        bias=error,
        volume_bias=volume,
        aht_bias=aht,
        aht_off=(sums["handled_said_s"] - sums["handled_s"]).abs(),
    )
