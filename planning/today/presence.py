"""Heads at work, interval by interval, from the activities of a roster."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

Span = tuple[pd.Timestamp, pd.Timestamp, str | None]  # from, until, the queue worked for


def work_of(activities: pd.DataFrame) -> list[Span]:
    """Return the spans of work."""
    work = activities[activities["activity"] == "work"]
    queue = work["queue"] if "queue" in work else pd.Series(None, work.index, dtype=object)
    named = [None if pd.isna(name) else str(name) for name in queue]
    return list(zip(work["start"], work["end"], named, strict=True))


def heads_at_work(spans: Iterable[Span], queue: str, starts: pd.Series, minutes: pd.Series) -> np.ndarray:
    """Return the mean heads of each interval; work that names no queue counts for every one."""
    own = [(begin, end) for begin, end, name in spans if name in (queue, None)]
    if not own:
        return np.zeros(len(starts))
    begins, ends = (pd.DatetimeIndex(side).as_unit("us").asi8 for side in zip(*own, strict=True))
    left = pd.DatetimeIndex(starts).as_unit("us").asi8
    length = minutes.to_numpy() * 60_000_000
    inside = np.minimum(ends[:, None], left + length) - np.maximum(begins[:, None], left)
    return np.asarray(np.clip(inside, 0, None).sum(axis=0) / length)


def time_of(spans: Iterable[Span]) -> pd.Timedelta:
    """Return how long spans are together."""
    return sum((end - begin for begin, end, _ in spans), pd.Timedelta(0))


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return what of the first spans lies in none of the others, whatever queue those are for."""
    left = list(spans)
    for begin, end, _ in others:
        left = [
            (first, last, queue)
            for start, stop, queue in left
            for first, last in ((start, min(stop, begin)), (max(start, end), stop))
            if first < last
        ]
    return left
