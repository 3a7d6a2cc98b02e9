"""The handling time to come, by weekday and time of day.

References
----------
.. [1] H. Bühlmann, E. Straub (1970), Glaubwürdigkeit für Schadensätze, Bulletin of the Swiss Association
   of Actuaries 70; in English H. Bühlmann, A. Gisler (2005), A Course in Credibility Theory, chapter 4.
"""

import numpy as np
import pandas as pd

from forecasting.history.panel import Horizon

# After four weeks a call counts half: as steady as a flat window of twelve weeks, and quicker to follow.
_HALF_LIFE_DAYS = 28.0
# What is older counts about 1% of that, and is not looked at.
_OLDEST_DAYS = 182
# A row is capped this many standard deviations (of one call, if exponential) above twice what is usual
# at its time of day: a forgotten open call of four hours counts as a long one, no true shape is touched.
_CAP_SD = 10.0


def handling_time(history: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the average handling time of each row, NaN where unknown, and the calls it averages.

    (talk + hold + after-call work) / handled in rows that have those totals, else `aht_s` as given.
    The calls are the handled ones, or for want of them those offered.
    """
    aht_s = history["aht_s"] if "aht_s" in history else pd.Series(np.nan, index=history.index)
    if "handled" not in history:
        return aht_s, history["offered"]
    handled = history["handled"]
    if {"talk_s", "acw_s"} <= set(history):
        seconds = history["talk_s"] + history["acw_s"]
        if "hold_s" in history:
            seconds += history["hold_s"]
        aht_s = (seconds / handled).where(handled > 0).fillna(aht_s)
    return aht_s, handled.fillna(history["offered"])


def forecast_aht_s(rows: pd.DataFrame, horizon: Horizon) -> np.ndarray:
    """Return the handling time of each interval to come, in seconds; NaN where history has none.

    The mean of one queue's handled calls, recent ones weighted more (half-life four weeks), times a
    factor of the time of day, one of the weekday, and one of the two together. Each factor is
    observed / expected seconds after the factors before it, drawn to 1 by its credibility [1]_: the
    more calls stand behind it, and the more such factors truly differ, the less. Both are measured
    in the history: nothing is tuned.
    """
    rows = rows[rows["start"] > rows["start"].iloc[-1] - pd.Timedelta(days=_OLDEST_DAYS)]
    aht_s, calls = handling_time(rows)
    known = (aht_s.notna() & (calls > 0)).to_numpy()
    if not known.any():
        return np.full(len(horizon.starts), np.nan)
    weight = calls.to_numpy()[known]
    day, *times = _times_of_week(rows["start"][known], horizon.minutes)
    _, *times_ahead = _times_of_week(horizon.starts, horizon.minutes)
    seconds = _capped(aht_s.to_numpy()[known], weight, times[0])
    recency = 0.5 ** ((day.max() - day) / _HALF_LIFE_DAYS)
    level = np.average(seconds, weights=weight * recency)
    ratio, factor, row = seconds / level, np.ones(len(horizon.starts)), np.arange(len(day))
    # All intervals of a day share its chance, so weekdays are compared by whole days.
    for code, ahead, unit in zip(times, times_ahead, (row, day - day.min(), row), strict=True):
        factors = credible_factors(ratio, weight, recency, code, unit)
        ratio, factor = ratio / factors[code], factor * factors[ahead]
    return level * factor


def _times_of_week(starts: pd.Series, minutes: int) -> tuple[np.ndarray, ...]:
    """Return each interval's day, and its numbers in the day, among the weekdays and in the week."""
    clock = starts.dt.tz_localize(None).to_numpy().astype("datetime64[m]").astype(int)
    day, slot = clock // 1440, clock % 1440 // minutes
    return day, slot, day % 7, day % 7 * (1440 // minutes) + slot


def _capped(aht_s: np.ndarray, calls: np.ndarray, slot: np.ndarray) -> np.ndarray:
    """Return handling times with those cut down that no time of day explains."""
    order = np.lexsort((aht_s, slot))
    n = np.bincount(slot)
    first = np.cumsum(n) - n
    seen = n > 0
    usual = np.zeros(len(n))
    middles = aht_s[order][first[seen] + (n[seen] - 1) // 2], aht_s[order][first[seen] + n[seen] // 2]
    usual[seen] = np.mean(middles, axis=0)
    return np.minimum(aht_s, usual[slot] * (2 + _CAP_SD / np.sqrt(calls)))


def credible_factors(
    ratio: np.ndarray, calls: np.ndarray, recency: np.ndarray, code: np.ndarray, unit: np.ndarray
) -> np.ndarray:
    """Return a factor for each time of the week: its mean ratio, drawn to 1 by its credibility [1]_.

    Bühlmann and Straub's credibility is calls / (calls + within / between), where `within` is the
    variance of one call between the units (rows, or days) of one time of the week, and `between` that
    of the true factors; both are unbiased moments. Weights that fade make fewer calls effective:
    (Σ calls × recency)² / Σ calls × recency².
    """
    ratio, calls, recency, code = _by_unit(ratio, calls, recency, code, unit)
    size = 7 * 1440

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(code, values, size)

    weight = calls * recency
    sums, squares = total(weight), total(weight * recency)
    seen = sums > 0
    mean = np.divide(total(weight * ratio), sums, out=np.ones(size), where=seen)
    effective = np.divide(sums**2, squares, out=np.zeros(size), where=seen)
    freedom = recency.sum() - (squares[seen] / sums[seen]).sum()
    room = effective.sum() - (effective**2).sum() / effective.sum()
    # One unit a time, or one time, teaches nothing of how times differ.
    if freedom < 1e-9 or room < 1e-9:
        return np.ones(size)
    within = (weight * (ratio - mean[code]) ** 2).sum() / freedom
    apart = (effective * (mean - np.average(mean, weights=effective)) ** 2).sum()
    between = max(0.0, (apart - (seen.sum() - 1) * within) / room)
    signal = effective * between
    share = np.divide(signal, signal + within, out=np.zeros(size), where=signal > 0)
    return 1 + share * (mean - 1)


def _by_unit(
    ratio: np.ndarray, calls: np.ndarray, recency: np.ndarray, code: np.ndarray, unit: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the four for each unit, all of whose rows have one code and one recency."""
    known, first, number = np.unique(unit, return_index=True, return_inverse=True)
    sums = np.bincount(number, calls, len(known))
    return np.bincount(number, calls * ratio, len(known)) / sums, sums, recency[first], code[first]
