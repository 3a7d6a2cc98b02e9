"""A typical week measured on a client's history, in place of a figure and a profile that somebody said.

The volume is our forecast of the four weeks after the history's last day (`forecasting.forecast`, model
auto), and not a mean of past weeks: it follows level, season and trend as far as the weeks before have
taught that to pay, it leaves outages out, and it comes with a cutoff and a band. Its mean by weekday and
time of day is the typical week. Where `traffic.months` or a peak month says how much those four weeks have
of a mean month, they are brought to that. What the history counts is taken as it reached the queue.
"""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import aggregate, minute_of_day, observed_hours, one_grid
from callplan.tables import HISTORY, read
from quoting.sizing.season import month_weights
from quoting.terms.terms import Terms

_DAYS, _YEAR = 28, 364
_LEVEL = 0.8


@dataclass(frozen=True, eq=False)
class Measured:
    """What a history shows: calls are weekdays × intervals of the whole day, closed ones 0."""

    calls: np.ndarray
    seen: np.ndarray
    """Which intervals the forecast has, being open in the history; of the others nothing is known."""
    aht_s: float
    """Of the history's calls; NaN where it holds none."""
    doubt: float
    """One standard deviation of a week's calls a year ahead, as a share: what the forecast's band says."""
    first: pd.Timestamp
    cutoff: pd.Timestamp
    """The last instant that the forecast saw."""


def measured(terms: Terms) -> Measured:
    """Return what the history of some terms shows of a typical week of the mean month.

    Raises `Refused` where it cannot be read, holds several queues, or intervals longer than the quote's.
    """
    path = terms.history_file
    if path is None:
        raise Refused("traffic.history", "there is none", "name a file beside quote.toml")
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    return _measured(path, stamp, terms.traffic.zone, terms.traffic.minutes, tuple(month_weights(terms)))


@lru_cache(maxsize=8)
def _measured(  # a file that changed, by its `stamp`, is read anew
    path: Path,
    stamp: int,  # noqa: ARG001
    zone: str,
    minutes: int,
    weights: tuple[float, ...],
) -> Measured:
    """Forecast once for all that is asked of one state of a file."""
    rows = _read(path, zone, minutes)
    ahead = forecasting.forecast(rows, _DAYS, level=_LEVEL)
    with warnings.catch_warnings():
        # The forecast has said all of it.
        warnings.simplefilter("ignore", Remark)
        ends = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)
        bands = forecasting.bands(rows, _YEAR, spans=["week"], quantiles=ends)
    weekday, minute = ahead["start"].dt.day_of_week, minute_of_day(ahead["start"])
    cell = (weekday * (1440 // minutes) + minute // minutes).to_numpy()
    size = 7 * 1440 // minutes
    week = np.bincount(cell, ahead["calls"], minlength=size).reshape(7, -1) / (_DAYS / 7)
    seen = np.bincount(cell, minlength=size).reshape(7, -1) > 0
    season = np.array(weights)[ahead["start"].dt.month.to_numpy() - 1].mean()
    if season == 0:
        found = f"no calls in the month of {ahead['start'].iloc[0]:%B}, but a history that has some"
        raise Refused("traffic.months", found, "give that month its weight")
    aht_s, calls = forecasting.handling_time(rows)
    known = (aht_s.notna() & (calls > 0)).to_numpy()
    mean_aht_s = float(np.average(aht_s[known], weights=calls[known])) if known.any() else np.nan
    cutoff, first = ahead["cutoff"].iloc[0], rows["start"].iloc[0]
    return Measured(week / season, seen, mean_aht_s, _doubt(bands), first, cutoff)


def _read(path: Path, zone: str, minutes: int) -> pd.DataFrame:
    """Return the history of one queue in intervals of the quote."""
    rows = read(path, HISTORY, zone)
    queues = rows["queue"].unique()
    if len(queues) > 1:
        found = f"{len(queues)} queues ({', '.join(map(str, queues[:5]))})"
        raise Refused(path.name, found, "a quote sizes one team: keep the rows of one queue")
    there = one_grid(rows)
    if there > minutes:
        found = f"intervals of {there} minutes, where traffic.minutes is {minutes}"
        raise Refused(path.name, found, f"set minutes = {there}: calls cannot be split")
    return rows if there == minutes else aggregate(rows, minutes, observed_hours(rows))


def _doubt(bands: pd.DataFrame) -> float:
    """Return one standard deviation of the last whole week's calls, as a share, from the ends of its band."""
    # The first week and the last may be cut.
    low, high = bands.pivot_table("calls", "start", "quantile").to_numpy()[-2]
    return float((high - low) / (high + low) / ndtri((1 + _LEVEL) / 2))
