"""What scheduled heads give callers."""

import numpy as np
import pandas as pd

from callplan.tables import COVERAGE, check
from erlang import lagged_load, offered_load, performance
from planning.site import Queue, Site


def expected_service(coverage: pd.DataFrame, calls: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the coverage with each interval's expected service level, if those calls come.

    `calls` has the columns queue, start, calls and aht_s. Of the heads at work 1 - shrinkage are on
    the phones. The level stays empty where the calls are unknown, or the queue has no such goal.
    """
    rows = coverage.drop(columns="service_level", errors="ignore").merge(
        calls[["queue", "start", "calls", "aht_s"]], on=["queue", "start"], how="left"
    )
    for name in rows["queue"].unique():
        queue = site.queue(name)
        known = (rows["queue"] == name) & rows["calls"].notna()
        if queue.within_s is not None:
            rows.loc[known, "service_level"] = _service_level(rows[known], queue, queue.within_s)
    return check(rows.reindex(columns=COVERAGE.names()), COVERAGE)


def _service_level(rows: pd.DataFrame, queue: Queue, within_s: float) -> pd.Series:
    return performance(
        rows["staffed"] * (1 - queue.shrinkage),
        _load(rows, queue),
        rows["aht_s"],
        within_s,
        patience_s=queue.patience_s,
        lines=queue.lines,
        convention=queue.convention,
    ).service_level


def _load(rows: pd.DataFrame, queue: Queue) -> np.ndarray:
    """Return the load that callers meet, lagged where the queue is staffed so."""
    load = offered_load(rows["calls"], rows["aht_s"], rows["minutes"])
    if not queue.lag:
        return load
    start_s = rows["start"].to_numpy("datetime64[s]").astype(float)
    return lagged_load(load, rows["aht_s"], rows["minutes"], start_s)
