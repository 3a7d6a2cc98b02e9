"""What a history holds that models must not learn from: outages, outliers, and days unlike their weekday."""

import itertools
from dataclasses import replace

import numpy as np

from forecasting.history.panel import Panel

# Same weekdays on either side that say what is usual.
_NEAR_WEEKS = 6
# Calls that must be missing before zeros are an outage: chance gives e^-30.
_OUTAGE_CALLS = 30.0
# An interval this many of the queue's own standard deviations off is no count of calls.
_INTERVAL_SD = 8.0
# A day this many of the queue's own deviations off, and by this factor, is an outlier ...
_DAY_SD, _DAY_FACTOR = 5.0, 1.3
# ... unless as many days in a row lean the same way: then the level has moved.
_SHIFT_DAYS, _LEANING_SD = 5, 2.0


def clean(panel: Panel) -> tuple[Panel, np.ndarray]:
    """Return the panel without what models are not to learn from, and the reason by day and slot.

    A reason is empty where nothing was done, and `gap` where nothing was counted or all is closed. What
    is usual at a slot is the median of the same weekdays nearby, scaled to the day.
    """
    past = panel.past
    counts = panel.usable
    usual = usual_counts(panel, counts)
    special = _special(panel)[:past]
    outage = _outages(counts, usual) & (special == "")[:, None]
    counts = np.where(outage, np.nan, counts)
    outlier = _outlying_intervals(counts, usual) & (special == "")[:, None]
    counts = np.where(outlier, np.nan, counts)
    odd_day = _outlying_days(counts, usual, special)
    # Next to a holiday an odd day is one of its kind, and not of its weekday.
    near = _near_holiday(panel)
    special = np.where(odd_day & (near != ""), near, special)
    odd_day &= near == ""
    reasons = np.full(counts.shape, "", dtype=object)
    reasons[np.broadcast_to((special != "")[:, None], counts.shape)] = np.repeat(
        special[special != ""], counts.shape[1]
    )
    reasons[odd_day] = "outlier: the day"
    reasons[outlier] = "outlier"
    reasons[outage] = "outage"
    reasons[np.isnan(panel.counts)] = "gap"
    usable = np.where(odd_day[:, None], np.nan, counts)
    ordinary = np.isfinite(usable).any(axis=1) & (special == "")
    if not ordinary.any():
        ordinary = np.isfinite(usable).any(axis=1)
    return replace(panel, usable=usable, outage=outage, ordinary=ordinary), reasons


def usual_counts(panel: Panel, counts: np.ndarray) -> np.ndarray:
    """Return the median of the same slot on the nearest same weekdays, NaN where there is none."""
    past, slots = counts.shape
    near = np.full((2 * _NEAR_WEEKS, past, slots), np.nan)
    plain = np.where((_special(panel)[:past] == "")[:, None], counts, np.nan)
    for week in range(1, _NEAR_WEEKS + 1):
        step = 7 * week
        if step < past:
            near[2 * week - 2, step:] = plain[:-step]
            near[2 * week - 1, :-step] = plain[step:]
    # Sorting is several times quicker than nanmedian: NaN goes last.
    near.sort(axis=0)
    known = np.isfinite(near).sum(axis=0)
    middle = [
        np.take_along_axis(near, place[None], 0)[0] for place in (np.maximum(known - 1, 0) // 2, known // 2)
    ]
    return np.where(known > 0, (middle[0] + middle[1]) / 2, np.nan)


def _special(panel: Panel) -> np.ndarray:
    """Return why a day is unlike its weekday, empty where it is not: holiday, bridge or event."""
    book = panel.book
    return np.array(
        [
            f"holiday: {holiday}"
            if holiday
            else "bridge day"
            if bridge
            else f"event: {events[0]}"
            if events
            else ""
            for holiday, bridge, events in zip(book.holiday, book.bridge, book.events, strict=True)
        ],
        dtype=object,
    )


def _near_holiday(panel: Panel) -> np.ndarray:
    """Return which holiday a past day stands next to, working days counted; empty where none."""
    book, past = panel.book, panel.past
    after = (book.after != "") | (book.since_holiday == 1)
    before = (book.before != "") | (book.until_holiday == 1)
    return np.select([after, before], ["after a holiday", "before a holiday"], "").astype(object)[:past]


def _outages(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Tell where a run of zeros stands in place of many calls."""
    zero = counts == 0
    result = np.zeros(counts.shape, dtype=bool)
    for day in np.flatnonzero(np.nansum(np.where(zero, usual, 0), axis=1) > _OUTAGE_CALLS):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], zero[day], [False]]).astype(int)))
        for first, last in edges.reshape(-1, 2):
            if np.nansum(usual[day, first:last]) > _OUTAGE_CALLS:
                result[day, first:last] = True
    return result


def _outlying_intervals(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Tell which single intervals are far off what the rest of their day leads to expect."""
    known = np.isfinite(counts) & np.isfinite(usual)
    total, expected = (np.where(known, values, 0).sum(axis=1, keepdims=True) for values in (counts, usual))
    scaled = usual * np.divide(total, expected, out=np.ones_like(total), where=expected > 0)
    score = np.where(known, (counts - scaled) / np.sqrt(scaled + 1), 0.0)
    # A handful of calls at night is no fault, however rare.
    busy = known & (scaled >= 1)
    own = max(1.0, 1.4826 * float(np.median(np.abs(score[busy])))) if busy.any() else 1.0
    odd = busy & (np.abs(score) > _INTERVAL_SD * own)
    # Many odd intervals in a day are another shape of day, not faults.
    return odd & (odd.sum(axis=1, keepdims=True) <= 2)


def _outlying_days(counts: np.ndarray, usual: np.ndarray, special: np.ndarray) -> np.ndarray:
    """Tell which days are far off their neighbours, each by itself."""
    known = np.isfinite(counts) & np.isfinite(usual)
    total, expected = (np.where(known, values, 0).sum(axis=1) for values in (counts, usual))
    due = known.any(axis=1) & (special == "")
    ratio = np.where(due, np.log((total + 1) / (expected + 1)), 0.0)
    if not due.any():
        return due
    own = max(0.05, 1.4826 * float(np.median(np.abs(ratio[due]))))
    score = ratio / np.sqrt(own**2 + 1 / (expected + 1))
    odd = due & (np.abs(score) > _DAY_SD) & (np.abs(ratio) > np.log(_DAY_FACTOR))
    # A day that only leans the same way does not end a run.
    leaning = np.where(np.abs(score) > _LEANING_SD, np.sign(ratio), 0.0)
    return odd & ~_in_long_runs(leaning, due)


def _in_long_runs(leaning: np.ndarray, due: np.ndarray) -> np.ndarray:
    """Tell which days belong to a run that leans to one side, long enough to be a new level."""
    result = np.zeros(len(leaning), dtype=bool)
    places = np.flatnonzero(due)
    signs = leaning[places]
    edges = np.flatnonzero(np.diff(signs, prepend=np.nan, append=np.nan) != 0)
    for first, last in itertools.pairwise(edges):
        if last - first >= _SHIFT_DAYS:
            result[places[first:last]] = True
    return result
