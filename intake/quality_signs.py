"""Signs that a count or a handling time in a history is wrong: outages, outliers, levels that jump."""

import numpy as np

from intake.quality_weeks import Weeks, middle_of_weeks_around

# A zero is suspicious where fewer than one such file in a hundred would hold it by chance.
_CHANCE = 0.01
# A handling time is an outlier at this many of the queue's own deviations, and by this factor.
_AHT_SD, _AHT_FACTOR = 8.0, 2.0
# From normal quartiles to a standard deviation.
_MAD = 1.4826
# A day counts as known where the intervals counted usually hold this share of its calls.
_KNOWN_SHARE = 0.95
# Fewer usual calls than this are too little to tell a level from.
_LEVEL_CALLS = 30.0
# A level is odd, or has shifted, at this many deviations of the queue's own weeks.
_LEVEL_SD = 5.0
# A level has shifted by at least this factor, and so for these weeks.
_SHIFT_FACTOR, _SHIFT_WEEKS = 1.5, 6
# Weeks on either side that must show most of a shift already: a ramp does not.
_STEP_WEEKS, _STEP_SHARE = 2, 0.7


def suspicious_zeros(weeks: Weeks) -> np.ndarray:
    """Tell which edges hold a zero of an outage, or of a gap that was written as 0.

    A run of zeros in a day is taken as a whole. What usually comes in it is brought to the level of
    the rest of its day, so that a quiet holiday is no outage. The chance of none, where the variance is D
    times the mean, is that of a negative binomial: D^(-mean / (D - 1)), at D = 1 the Poisson exp(-mean).
    """
    known = weeks.due & np.isfinite(weeks.offered) & np.isfinite(weeks.usual)
    zero = known & (weeks.offered == 0)
    if not zero.any():
        return zero
    # Runs among the due edges: closed hours between two zeros do not part them.
    at = np.flatnonzero(weeks.due)
    new = np.diff(zero[at], prepend=False) | (np.diff(weeks.day[at], prepend=-1) != 0)
    run = new.cumsum()
    usual = np.where(known, weeks.usual, 0.0)[at]
    mean = np.bincount(run, usual)[run]
    came, comes = (
        weeks.by_day(np.where(known, values, 0.0)).ravel()[weeks.day[at]]
        for values in (weeks.offered, weeks.usual)
    )
    level = np.minimum((came + 1) / (np.maximum(comes - mean, 0) + 1), 1.0)
    spread = dispersion(weeks)
    decay = 1.0 if spread == 1 else np.log(spread) / (spread - 1)
    result = np.zeros_like(zero)
    result[at] = zero[at] & (np.exp(-mean * level * decay) < _CHANCE / len(at))
    return result


def dispersion(weeks: Weeks) -> float:
    """Return the variance of the queue's counts / their mean, at least 1, by the median deviation."""
    busy = weeks.due & np.isfinite(weeks.offered) & (weeks.usual >= 1)
    if not busy.any():
        return 1.0
    score = (weeks.offered[busy] - weeks.usual[busy]) / np.sqrt(weeks.usual[busy])
    return max(1.0, (_MAD * float(np.median(np.abs(score)))) ** 2)


def aht_outliers(weeks: Weeks) -> np.ndarray:
    """Tell which handling times are far from the usual of their weekday and time of day.

    The mean of n calls varies by sqrt(t² + s² / n) in logarithms: s from intervals of few calls, t from
    those of many, both by the median. So one long call alone is no fault, fifty of them are.
    """
    calls = weeks.calls
    known = weeks.due & np.isfinite(weeks.aht_s) & (calls > 0)
    result = np.zeros_like(known)
    if not known.any():
        return result
    # An average below a second is no handling time, and has no logarithm to speak of.
    seconds = np.log(np.maximum(np.where(known, weeks.aht_s, np.nan), 1.0))
    off = seconds - weeks.usual_of(seconds)
    known &= np.isfinite(off)
    if not known.any():
        return result
    off, calls = np.abs(off[known]), calls[known]
    few = calls <= np.median(calls)
    single = _MAD * np.median(off[few] * np.sqrt(calls[few]))
    steady = _MAD * np.median(off[~few]) if (~few).any() else 0.0
    own = np.sqrt(steady**2 + single**2 / calls)
    result[known] = (off > _AHT_SD * own) & (off > np.log(_AHT_FACTOR))
    return result


def levels(weeks: Weeks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how each week's calls stand to the usual, by how much it is odd, and where the level shifts.

    The first is calls / the usual (`nan`: too little to tell). The second is the logarithm that the week is
    off the weeks before, those after and both, whichever is least, so that a new level is not odd; it is 0
    where the queue's weeks vary as much anyway. The third is the factor from one level to the next (1: no
    shift). Only whole days count, each beside the same weekdays.
    """
    counted = np.isfinite(weeks.offered) & weeks.due
    total = weeks.by_day(np.where(counted, weeks.offered, 0.0))
    whole, part = (weeks.by_day(np.where(edges, weeks.weight, 0.0)) for edges in (weeks.open, counted))
    total[(part < _KNOWN_SHARE * whole) | (part == 0)] = np.nan
    around, span = middle_of_weeks_around(total), _SHIFT_WEEKS
    before, after, later = (
        _median_of(total, steps) for steps in (range(-span, 0), range(span), range(1, span + 1))
    )
    level = _ratio(total, around)
    off = np.abs(np.log(np.maximum([level, _ratio(total, before), _ratio(total, later)], 1e-9)))
    deviation = _deviation(level, np.nansum(around, axis=1))
    odd = np.where(np.isfinite(level), np.fmin.reduce(off), 0.0)
    step = _median_of(total, range(_STEP_WEEKS)), _median_of(total, range(-_STEP_WEEKS, 0))
    long, short = (np.log(np.maximum(ratio, 1e-9)) for ratio in (_ratio(after, before), _ratio(*step)))
    shift = _shifts(long, short, deviation)
    return level, np.where(odd > _LEVEL_SD * deviation, odd, 0.0), shift


def _deviation(level: np.ndarray, usual: np.ndarray) -> float:
    """Return by how much the logarithm of a week's level varies: as it did, and at least by chance."""
    known = level > 0
    if not known.any():
        return 0.0
    return max(_MAD * float(np.median(np.abs(np.log(level[known])))), np.sqrt(1 / usual[known].min()))


def _shifts(long: np.ndarray, short: np.ndarray, deviation: float) -> np.ndarray:
    """Return the factor by which the level shifted with a week and stayed so, else 1.

    `long` and `short` are the logarithms of what came in many and in few weeks from this one on / before it.
    """
    result = np.ones(len(long))
    least = max(np.log(_SHIFT_FACTOR), _LEVEL_SD * deviation)
    far = (np.abs(long) >= least) & (short * np.sign(long) >= _STEP_SHARE * np.abs(long))
    for week in np.flatnonzero(far):
        near = slice(max(week - _SHIFT_WEEKS // 2, 0), week + _SHIFT_WEEKS // 2 + 1)
        # Of weeks that see the same shift it is the one where the step is greatest.
        if np.nanmax(np.abs(short[near])) == abs(short[week]):
            result[week] = np.exp(long[week])
    return result


def _median_of(total: np.ndarray, steps: range) -> np.ndarray:
    """Return for each week the median of the weeks that many steps away; `nan` where half are not known."""
    near = np.full((len(steps), *total.shape), np.nan)
    for place, step in enumerate(steps):
        weeks = np.arange(max(-step, 0), min(len(total), len(total) - step))
        near[place, weeks] = total[weeks + step]
    # nan goes last.
    near.sort(axis=0)
    known = np.isfinite(near).sum(axis=0)
    low, high = (
        np.take_along_axis(near, place[None], axis=0)[0]
        for place in (np.maximum(known - 1, 0) // 2, np.minimum(known // 2, len(steps) - 1))
    )
    return np.where(2 * known >= len(steps), (low + high) / 2, np.nan)


def _ratio(came: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return came / usual of each week over the days where both are known; `nan` where that is too little."""
    both = np.isfinite(came) & np.isfinite(usual)
    some, all_ = (np.where(both, values, 0.0).sum(axis=1) for values in (came, usual))
    return np.divide(some, all_, out=np.full(len(some), np.nan), where=all_ >= _LEVEL_CALLS)
