"""What chance alone leaves of an error: Poisson, or as the history's own weeks scatter.

A count with mean m and over-dispersion φ has variance m + φ m²; φ = 0 is Poisson. Both are taken as
negative binomial where the whole distribution matters.

References
----------
.. [1] N. L. Johnson, A. W. Kemp, S. Kotz (2005), Univariate Discrete Distributions, 3rd ed., Wiley:
   mean deviations of the Poisson and the negative binomial.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2, nbinom, poisson

from forecasting.accuracy.levels import local_period

# Fewer comparisons than these tell too little of a variance: its estimate is out by half or so.
_LEAST = 10
# Beyond so many standard deviations a comparison holds a holiday, an outage or a new level, not chance.
_CLIP = 3.0
# Mean days of a month and of a quarter, in weeks.
_WEEKS = {"month": 365.25 / 12 / 7, "quarter": 365.25 / 4 / 7}


def beside_weeks(history: pd.DataFrame) -> pd.DataFrame:
    """Return each counted interval with the count of the same local time a week before and after.

    Columns queue, start, offered, before, after (NaN where there is none). Of a doubled hour the
    first passing stands.
    """
    rows = history.loc[history["offered"].notna(), ["queue", "start", "offered"]]
    clock = rows["start"].dt.tz_localize(None)
    number = pd.factorize(rows["queue"])[0]
    minute = ((clock - clock.min()) // pd.Timedelta(minutes=1)).to_numpy()
    week = 7 * 1440
    # One whole number for queue and local time, with a week to spare between queues.
    key = number * (minute.max(initial=0) + 2 * week) + minute
    key, first = np.unique(key, return_index=True)
    rows = rows.iloc[first]
    counts = rows["offered"].to_numpy()

    def at(wanted: np.ndarray) -> np.ndarray:
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        return np.where(key[place] == wanted, counts[place], np.nan)

    return rows.assign(before=at(key - week), after=at(key + week))


def naive_error(beside: pd.DataFrame, by: str) -> pd.Series:
    """Return for each queue the mean absolute error of repeating the counts of a week before.

    Days and weeks sum what was counted in both weeks, as errors sum what was forecast and counted.
    Months and quarters have none: no two begin on the same weekday, and few histories hold enough.
    """
    if by not in ("interval", "day", "week"):
        return pd.Series(dtype=float)
    pairs = beside[beside["before"].notna()]
    change = pairs["offered"] - pairs["before"]
    if by != "interval":
        change = change.groupby([pairs["queue"], local_period(pairs["start"], by)]).sum()
        return change.abs().groupby("queue").mean()
    return change.abs().groupby(pairs["queue"]).mean()


def own_dispersion(beside: pd.DataFrame, by: str) -> pd.Series:
    """Return each queue's own φ at a level, without any model; NaN where the history is too short.

    A count is compared with the mean of the same weekday and time a week before and a week after:
    d = y - (y₋ + y₊) / 2. A trend cancels, and for independent counts E d² = 1.5 (m + φ m²), from
    which φ follows by moments. Comparisons beyond three standard deviations are left out, and the
    rest scaled up for that as for a normal d; which they are, a median tells first. Intervals of
    days left out as days are left out too. So holidays, an outage or a new level do little harm
    while they touch less than a quarter of the comparisons, and each touches three.

    Days and weeks compare the sums of what was counted in all three weeks. A month or quarter is a
    sum of weeks taken as independent: φ of the week, divided by its number of weeks. At least ten
    comparisons are needed: three weeks of intervals, four of days, twelve of weeks. What comes and
    goes by the month counts as scatter, so for such a queue φ is on the high side.
    """
    triples = beside[beside["before"].notna() & beside["after"].notna()]
    days = local_period(triples["start"], "day").to_numpy()
    found = {}
    for queue, index in triples.groupby("queue").indices.items():
        counts = triples.iloc[index][["offered", "before", "after"]].to_numpy()
        day, of_day = np.unique(days[index], return_inverse=True)
        if by == "interval":
            _, ordinary = _over_dispersion(_sums(counts, of_day))
            found[queue], _ = _over_dispersion(counts[ordinary[of_day]])
        elif by == "day":
            found[queue], _ = _over_dispersion(_sums(counts, of_day))
        else:
            # Day 0 of numpy, 1 January 1970, was a Thursday.
            week = (day.astype("datetime64[D]").astype(int) + 3) // 7
            _, of_week = np.unique(week, return_inverse=True)
            found[queue], _ = _over_dispersion(_sums(counts, of_week[of_day]))
    return pd.Series(found, dtype=float) / _WEEKS.get(by, 1.0)


def _sums(counts: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.stack([np.bincount(group, weights=column) for column in counts.T], axis=1)


def _over_dispersion(counts: np.ndarray) -> tuple[float, np.ndarray]:
    """Return φ of counts × (count, a week before, a week after), and which of the comparisons it rests on."""
    count, before, after = counts.T
    if len(count) < _LEAST:
        return np.nan, np.ones(len(count), dtype=bool)
    square = (count - (before + after) / 2) ** 2 / 1.5
    mean = (count + before + after) / 3
    # The product of two independent counts has the mean m², which the square of one has not.
    product = (count * before + count * after + before * after) / 3
    phi = _by_median(square, mean)
    left = chi2.cdf(_CLIP**2, 3) / chi2.cdf(_CLIP**2, 1)  # E z² of a normal z cut off at ±_CLIP
    for _ in range(10):
        kept = square <= _CLIP**2 * (mean + phi * mean**2)
        excess, total = (square[kept] / left - mean[kept]).sum(), product[kept].sum()
        phi = max(0.0, float(excess / total)) if total > 0 else 0.0
    return phi, kept


def _by_median(square: np.ndarray, mean: np.ndarray) -> float:
    """Return the φ at which half of the comparisons lie within the median of a normal d, by bisection."""
    low, high = 0.0, 10.0
    for _ in range(20):
        middle = (low + high) / 2
        within = square <= chi2.median(1) * (mean + middle * mean**2)
        low, high = (low, middle) if 2 * within.sum() > len(within) else (middle, high)
    return high


def likely_mean(offered: pd.Series, calls: pd.Series) -> pd.Series:
    """Return what the mean of each count probably was: what came, drawn to the forecast where that is little.

    A count is its mean without bias, but the root of a small count is too low: of 0.5 expected calls
    √(2 × offered / π) leaves a floor of 0.35 on average where it is 0.61. The forecast alone would give
    every model a floor of its own. So the forecast weighs as much as one call of the mean of both.

    >>> likely_mean(pd.Series([0.0, 100.0]), pd.Series([0.5, 120.0])).round(2).tolist()
    [0.4, 100.18]
    """
    weight = (offered + calls) / (offered + calls + 2)
    return weight * offered + (1 - weight) * calls


def mean_deviation(mean: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Return E|X - m| of counts, in calls: 2 m (1 + φ k) P(X = k), k the whole part of m [1]_.

    For large Poisson counts it is √(2 m / π). NaN where `phi` is.

    >>> mean_deviation(np.array([0.5, 400.0]), np.zeros(2)).round(2).tolist()
    [0.61, 15.95]
    """
    whole = np.floor(mean)
    spread = np.where(phi > 1e-9, phi, 1.0)
    of_own = nbinom.pmf(whole, 1 / spread, 1 / (1 + spread * mean))
    chance = np.where(phi > 1e-9, of_own, poisson.pmf(whole, mean))
    return 2 * mean * (1 + phi * whole) * chance


def share_within(mean: np.ndarray, phi: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the chance that |X - m| is at most `tolerance` of X: the hits of a forecast that knows m.

    Exact, so of 5.5 expected calls it is 0: no whole number lies within 5% of that.

    >>> share_within(np.array([100.0, 200.0, 1000.0]), np.zeros(3), 0.05).round(2).tolist()
    [0.38, 0.52, 0.88]
    """
    lowest, highest = np.ceil(mean / (1 + tolerance)), np.floor(mean / (1 - tolerance))
    spread = np.where(phi > 1e-9, phi, 1.0)
    of_own, of_poisson = (
        chance(highest) - chance(lowest - 1)
        for chance in (
            nbinom(1 / spread, 1 / (1 + spread * mean)).cdf,
            poisson(mean).cdf,
        )
    )
    return np.where(np.isnan(phi), np.nan, np.where(phi > 1e-9, of_own, of_poisson))
