"""What scheduled heads give callers."""

import numpy as np
import pandas as pd

from callplan.tables import COVERAGE, check
from erlang import swing_of
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
            rows.loc[known, "service_level"] = _service_level(rows[known], queue)
    return check(rows.reindex(columns=COVERAGE.names()), COVERAGE)


def _service_level(rows: pd.DataFrame, queue: Queue) -> np.ndarray:
    swing = swing_of(rows, rows["calls"], queue.lag)
    on_the_phones = rows["staffed"].to_numpy() * (1 - queue.shrinkage)
    # Where no call comes no handling time is needed: any will do.
    aht_s = rows["aht_s"].where(rows["calls"] > 0, 1.0).to_numpy(float)
    return swing.service_level(
        on_the_phones, aht_s, queue.target, patience_s=queue.patience_s, lines=queue.lines
    )
