"""Forecasts that drift: day errors that lean one way for longer than chance, or habit, allows.

Each day's error is divided by what is usual, and the quotients z are summed on two sides (CUSUM [1]_):
S = max(0, S + z - 0.5) for forecasts too high, the same of -z for those too low. A sum above 5.4 is an
alarm, and both sums begin again at 0. Of independent normal z that happens by chance once in 730 days on
average [2]_; a lean of one unit is found in 11 days, of two in 5, of three in 4. What leans the same way
within a week after an alarm is the same drift still, and makes it longer.

What is usual is the larger of two: the standard deviation that chance leaves to a perfect forecast, by
the history's own dispersion, and the queue's own habit: how far whole weeks were off lately. Errors of a
week go together, for one forecast made them, so the mean error of a week times the root of its days
says what a day may add to the sum. A queue whose weeks are always off by 8% has no drift when they are
off by 10%. No day counts for more than three units, so one day alone is never a drift. Days that the
calendar names, and days of outages or missing counts, are left out.

References
----------
.. [1] E. S. Page (1954), Continuous inspection schemes, Biometrika 41.
.. [2] D. Brook, D. A. Evans (1972), An approach to the probability distribution of cusum run length,
   Biometrika 59: the method by which the limit was computed, with z cut off at ±3.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from callplan.intervals import local_day
from callplan.schema import ALARMS

ALLOWANCE, LIMIT, MOST = 0.5, 5.4, 3.0
# A habit is learned from so many weeks at least, and from so many at most.
_LEAST_WEEKS, _MOST_WEEKS = 8, 26
_SAME_DRIFT_DAYS = 7
# Of normal errors half lie within so many standard deviations.
_HALF = float(ndtri(0.75))
# A mean absolute deviation is so many standard deviations of a normal count.
_OF_SD = np.sqrt(2 / np.pi)


@dataclass(frozen=True)
class Lean:
    """Errors that lean one way: the first of their days, that on which it shows, the last, the side."""

    since: int
    shown: int
    until: int
    sign: int  # 1: forecasts too high


def leans(z: np.ndarray) -> list[Lean]:
    """Return where standardised errors lean: since the sum of one side, that crossed the limit, was 0.

    >>> leans(np.array([0.0, -2.0, 2.0, 2.5, 2.4, 2.0, -0.1]))
    [Lean(since=2, shown=5, until=5, sign=1)]
    """
    sums, since = {1: 0.0, -1: 0.0}, {1: 0, -1: 0}
    found: list[Lean] = []
    for at, value in enumerate(np.clip(z, -MOST, MOST)):
        for sign in (1, -1):
            if sums[sign] == 0:
                since[sign] = at
            sums[sign] = max(0.0, sums[sign] + sign * value - ALLOWANCE)
        sign = max(sums, key=sums.__getitem__)
        if sums[sign] > LIMIT:
            last = found[-1] if found else None
            if last and last.sign == sign and since[sign] - last.until <= _SAME_DRIFT_DAYS:
                found[-1] = replace(last, until=at)
            else:
                found.append(Lean(since[sign], at, at, sign))
            sums = {1: 0.0, -1: 0.0}
    return found


def drift(days: pd.DataFrame, apart: np.ndarray) -> pd.DataFrame:
    """Return the alarms (columns of table `ALARMS`) of one queue's scored days, none where it holds still.

    `days` are rows of a ledger by day (queue, start, calls, offered, error, floor, own_floor), `apart`
    tells which of them the calendar or the data explain.
    """
    rows = days[~apart].sort_values("start", ignore_index=True)
    alarms = [_alarm(rows, lean) for lean in leans(standardised(rows))]
    return pd.DataFrame(alarms, columns=ALARMS.names())


def standardised(rows: pd.DataFrame) -> np.ndarray:
    """Return each day's error by what is usual, of one queue's ordinary days in the order of time."""
    chance = rows["own_floor"].fillna(rows["floor"]) / _OF_SD
    usual = np.maximum(chance, _habit(rows) * rows["calls"])
    error, usual = rows["error"].to_numpy(), np.asarray(usual, dtype=float)
    return np.divide(error, usual, out=np.zeros(len(rows)), where=usual > 0)


def _habit(rows: pd.DataFrame) -> np.ndarray:
    """Return for each day by what share the weeks before were off, as a day's standard deviation.

    Half of the weeks were off by less than 0.67 standard deviations of a week, and a week of n days has
    1/√n of a day's. 0 where too few weeks were scored before.
    """
    day = local_day(rows["start"])
    monday = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    weeks = rows.groupby(monday.to_numpy()).agg(
        error=("error", "sum"), offered=("offered", "sum"), n=("error", "size")
    )
    off = weeks["error"].abs() / weeks["offered"].where(weeks["offered"] > 0) * np.sqrt(weeks["n"])
    before = off.rolling(_MOST_WEEKS, min_periods=_LEAST_WEEKS).median().shift()
    return (before / _HALF).fillna(0.0).reindex(monday.to_numpy()).to_numpy()


def _alarm(rows: pd.DataFrame, lean: Lean) -> dict[str, object]:
    """Say an alarm: since when, which way, how much."""
    span = rows.iloc[lean.since : lean.until + 1]
    error, offered = span["error"].sum(), span["offered"].sum()
    same = int((np.sign(span["error"]) == lean.sign).sum())
    share = error / offered if offered > 0 else float(lean.sign)
    way = "high" if lean.sign > 0 else "low"
    since, until = span["start"].iloc[0], span["start"].iloc[-1]
    queue = span["queue"].iloc[0]
    text = (
        f"{queue}: from {_day(since)} to {_day(until)} the forecast was {abs(share):.1%} too {way}, by "
        f"{abs(error):,.0f} calls, and too {way} on {same} of {len(span)} ordinary days. A forecast as good "
        "as usual does so by chance about once in two years"
    )
    return {
        "queue": queue,
        "start": rows["start"].iloc[lean.shown],
        "since": since,
        "until": until,
        "lean": "over" if lean.sign > 0 else "under",
        "share": share,
        "days": len(span),
        "text": text,
    }


def _day(start: pd.Timestamp) -> str:
    return f"{start:%a} {start.day} {start:%b %Y}"
