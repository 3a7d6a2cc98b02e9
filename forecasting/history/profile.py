"""Day totals and day profiles: how many calls a day has, and how they spread over its slots."""

import numpy as np

from forecasting.history.panel import Panel

# A day of which less than this share is known has no total.
_LEAST_KNOWN = 0.5


def day_totals(panel: Panel) -> np.ndarray:
    """Return the calls of each day that has been, NaN where too little of it was counted.

    A day with gaps is scaled up by the share of its weekday's calls that its known slots hold.
    """
    counts = panel.usable
    known = np.isfinite(counts)
    expected = mean_profile(panel)[panel.weekday[: panel.past]]
    share = (expected * known).sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9)
    sums = np.where(known, counts, 0.0).sum(axis=1)
    # A weekday without any call is known for what it is.
    share = np.where(expected.sum(axis=1) > 0, share, known.any(axis=1))
    return np.where(share > _LEAST_KNOWN, sums / np.maximum(share, _LEAST_KNOWN), np.nan)


def mean_profile(panel: Panel) -> np.ndarray:
    """Return the mean calls of each weekday and slot (7 × slots) over all ordinary days, 0 where unknown."""
    weekday = panel.weekday[: panel.past]
    rows = [panel.usable[panel.ordinary & (weekday == number)] for number in range(7)]
    return np.nan_to_num(np.array([mean_rows(counts) for counts in rows]))


def mean_rows(counts: np.ndarray) -> np.ndarray:
    """Return the mean over rows, NaN where no row has a count."""
    known = np.isfinite(counts)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, counts, 0).sum(axis=0) / np.maximum(n, 1), np.nan)


def filled(panel: Panel) -> np.ndarray:
    """Return the usable counts with missing slots at what their weekday's profile makes of the day's rest."""
    counts = panel.usable
    known = np.isfinite(counts)
    profile = mean_profile(panel)
    # Slots that a weekday never had open take the shape of the other days.
    overall = profile.sum(axis=0)
    seen = profile > 0
    scale = (profile.sum(axis=1) / np.maximum((overall * seen).sum(axis=1), 1e-9))[:, None]
    expected = np.where(seen, profile, overall * scale)[panel.weekday[: panel.past]]
    ratio = (np.where(known, counts, 0).sum(axis=1) / np.maximum((expected * known).sum(axis=1), 1e-9))[
        :, None
    ]
    return np.where(known, counts, expected * ratio)


def last_weekdays(panel: Panel, origin: int, k: int) -> np.ndarray:
    """Return the mean of each weekday's last `k` ordinary days before the origin (7 × slots), or NaN."""
    weekday, ordinary = panel.weekday[:origin], panel.ordinary[:origin]
    return np.array(
        [mean_rows(panel.usable[:origin][ordinary & (weekday == number)][-k:]) for number in range(7)]
    )


def day_profile(panel: Panel, origin: int, days: int) -> np.ndarray:
    """Return the share of each day's calls in each slot, from the origin on, as on its last 8 weekdays."""
    known = last_weekdays(panel, origin, 8)
    overall = mean_rows(panel.usable[:origin][panel.ordinary[:origin]][-56:])
    shape = np.nan_to_num(np.where(np.isfinite(known), known, overall))
    return shares(panel, origin, shape[panel.weekday[origin : origin + days]])


def beyond_hours(shape: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return rows of slots with those that were never open, on any day, like the nearest one that was."""
    if not seen.any():
        return shape
    slots, known = np.arange(len(seen)), np.flatnonzero(seen)
    return shape[:, known[np.abs(np.subtract.outer(slots, known)).argmin(axis=1)]]


def shares(panel: Panel, origin: int, shape: np.ndarray) -> np.ndarray:
    """Return the shapes of the days from the origin on as shares of the day's total.

    A day's total is spread over the slots in which its weekday was open: those alone made it. What
    other slots get, if they are to open, comes on top.
    """
    shape = beyond_hours(shape, panel.ever_seen)
    seen = panel.seen[panel.weekday[origin : origin + len(shape)]]
    never = ~seen.any(axis=1, keepdims=True)
    total = np.where(seen | never, shape, 0).sum(axis=1, keepdims=True)
    return np.divide(shape, total, out=np.zeros_like(shape), where=total > 0)
