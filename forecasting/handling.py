"""The handling time to come, by time of day."""

import numpy as np
import pandas as pd

from callplan.intervals import minute_of_day
from forecasting.panel import Horizon

# An interval's own handling time counts as much as the queue's once it rests on this many calls.
_PRIOR_CALLS = 50.0
_RECENT_DAYS = 56


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
        parts = [name for name in ("talk_s", "hold_s", "acw_s") if name in history]
        seconds = history[parts].sum(axis=1, min_count=len(parts))
        aht_s = (seconds / handled).where(handled > 0).fillna(aht_s)
    return aht_s, handled.fillna(history["offered"])


def forecast_aht_s(rows: pd.DataFrame, horizon: Horizon) -> np.ndarray:
    """Return the handling time of each interval to come, in seconds; NaN where history has none.

    The last eight weeks' mean at that time of day, weighted by handled calls, and drawn to the
    queue's mean where few calls stand behind it.
    """
    recent = rows[rows["start"] >= rows["start"].iloc[-1] - pd.Timedelta(days=_RECENT_DAYS)]
    aht_s, calls = handling_time(recent)
    known = aht_s.notna() & (calls > 0)
    if not known.any():
        return np.full(len(horizon.starts), np.nan)
    weight = calls[known].to_numpy()
    seconds = (aht_s * calls)[known].to_numpy()
    slot = minute_of_day(recent.loc[known, "start"]).to_numpy() // horizon.minutes
    size = 1440 // horizon.minutes
    overall = seconds.sum() / weight.sum()
    by_slot = np.bincount(slot, seconds, size) + _PRIOR_CALLS * overall
    return (by_slot / (np.bincount(slot, weight, size) + _PRIOR_CALLS))[horizon.slot]
