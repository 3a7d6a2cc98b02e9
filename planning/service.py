"""What scheduled heads give callers."""

import numpy as np
import pandas as pd

from erlang import offered_load, performance
from planning.site import Queue


def service_levels(coverage: pd.DataFrame, calls: pd.Series, aht_s: pd.Series, queue: Queue) -> np.ndarray:
    """Return each interval's expected service level with the staffed heads, if `calls` come.

    Of the heads at work 1 - shrinkage are on the phones. NaN where the calls are unknown, or where
    the queue has no goal of a service level.
    """
    level = np.full(len(coverage), np.nan)
    if queue.within_s is None:
        return level
    known = calls.notna().to_numpy()
    level[known] = performance(
        coverage["staffed"].to_numpy()[known] * (1 - queue.shrinkage),
        offered_load(calls, aht_s, coverage["minutes"])[known],
        aht_s.to_numpy()[known],
        queue.within_s,
        patience_s=queue.patience_s,
        convention=queue.convention,
    ).service_level
    return level
