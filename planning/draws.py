"""Weeks that may come: rates of calls drawn from a forecast's bands.

The bands say how far a count may be off by interval, by day and by week. A count scatters by chance around
its rate, which the queueing formulas hold already; what is drawn here is the rate. Its doubt has three parts:
a factor common to a day, those of the days of a week bound to each other, and what an interval has by
itself. They are such that the draws have the variance that the bands leave beyond chance: by interval,
by day and by week.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from callplan.errors import Refused
from callplan.intervals import local_day

SPANS, QUANTILES = ("interval", "day", "week"), (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class Doubt:
    """How far the rates of one queue's intervals may be off, relative to their means."""

    mean: np.ndarray
    day: np.ndarray
    """The place of each interval's day: 0, 1, ..."""
    common: np.ndarray
    """Variance of each day's factor."""
    between: float
    """Correlation between the factors of two days."""
    own: np.ndarray
    """Variance of each interval's own factor."""

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return `count` weeks of rates (weeks × intervals), in calls an interval."""
        days = len(self.common)
        shared = np.sqrt(self.between) * rng.standard_normal((count, 1))
        apart = np.sqrt(1 - self.between) * rng.standard_normal((count, days))
        # A lognormal factor of mean 1.
        variance = np.log1p(self.common)
        of_day = np.exp(np.sqrt(variance) * (shared + apart) - variance / 2)
        known = self.own > 1e-9
        shape = 1 / np.where(known, self.own, 1.0)
        own = np.where(known, rng.gamma(shape, size=(count, len(shape))) / shape, 1.0)
        return self.mean * of_day[:, self.day] * own


def doubt_of(forecast: pd.DataFrame, bands: pd.DataFrame) -> Doubt:
    """Return the doubt of one queue's forecast, from its bands (table `BANDS`) by interval, day and week.

    The bands need two quantiles or more, the same for each span.
    """
    mean = forecast["calls"].to_numpy(float)
    dates = local_day(forecast["start"])
    day, days = pd.factorize(dates)
    totals = np.bincount(day, mean)
    spread = _spread(bands, "interval").reindex(forecast["start"]).to_numpy()
    by_interval = np.maximum(np.nan_to_num(spread) - mean, 0.0)
    by_day = np.maximum(_by_local_day(bands, "day").reindex(days).fillna(0.0).to_numpy() - totals, 0.0)
    # Both hold a day's factor f: by_interval = f mean² + own, by_day = f total² + sum of own.
    squares = np.bincount(day, mean**2)
    beyond = by_day - np.bincount(day, by_interval)
    common = np.divide(beyond, totals**2 - squares, out=np.zeros_like(totals), where=totals**2 > squares)
    common = np.clip(common, 0.0, None)
    own = np.divide(
        np.maximum(by_interval - common[day] * mean**2, 0.0),
        mean**2 * (1 + common[day]),
        out=np.zeros_like(mean),
        where=mean > 0,
    )
    return Doubt(mean, day, common, _between(bands, days, totals, common, by_day), own)


def _between(
    bands: pd.DataFrame, days: pd.DatetimeIndex, totals: np.ndarray, common: np.ndarray, by_day: np.ndarray
) -> float:
    """Return the correlation between days that the bands of the weeks tell, 0 to 1."""
    whole = _by_local_day(bands, "week")
    week = days - pd.to_timedelta(days.day_of_week, unit="D")
    more = most = 0.0
    for monday, spread in whole.items():
        own = week == monday
        root = totals[own] * np.sqrt(common[own])
        more += spread - totals[own].sum() - by_day[own].sum()
        most += root.sum() ** 2 - (root**2).sum()
    return float(np.clip(more / most, 0.0, 1.0)) if most > 0 else 0.0


def _by_local_day(bands: pd.DataFrame, span: str) -> pd.Series:
    spread = _spread(bands, span)
    return pd.Series(spread.to_numpy(), local_day(pd.Series(spread.index)).to_numpy())


def _spread(bands: pd.DataFrame, span: str) -> pd.Series:
    """Return the variance of the counts of a span, by start: that of a normal one with these quantiles."""
    rows = bands[bands["span"] == span]
    wide = rows.pivot_table(index="start", columns="quantile", values="calls")
    if len(wide.columns) < 2:
        raise Refused("bands", f"no two quantiles by {span}", "give bands by interval, day and week")
    low, high = wide.columns.min(), wide.columns.max()
    return ((wide[high] - wide[low]) / (ndtri(high) - ndtri(low))) ** 2
