"""What scheduled heads give callers."""

from math import ceil

import numpy as np
import pandas as pd

import scheduling
from callplan.tables import COVERAGE, REQUIREMENT, SERVICE, check
from erlang import swing_of
from planning.site import Queue, Site
from planning.steps import Progress, as_staffed
from scheduling import Schedule

# The heads looked at, as shares of those that the requirement asks for; and so many more, for small teams.
FEWEST, MOST, MORE = 0.5, 1.3, 6


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


def schedule_site(
    requirement: pd.DataFrame,
    site: Site,
    people: pd.DataFrame | None = None,
    *,
    previous: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> Schedule:
    """Cover a requirement by the site's shifts; where a plan covers days, with what heads give callers.

    With `people` it is a roster, by the site's contracts; the arguments are those of `scheduling.schedule`.
    """
    by_day = people is None and site.shifts.cover == "day"
    return scheduling.schedule(
        requirement,
        site.shifts,
        people,
        previous=previous,
        service=service_by_heads(requirement, site) if by_day else None,
        seed=seed,
        time_limit_s=time_limit_s,
        progress=progress,
    )


def service_by_heads(requirement: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the service level that any number of rostered heads would give (table `SERVICE`).

    Queues keep the goals, callers and shrinkage that their requirement was made with. Intervals without
    calls have no row.
    """
    requirement = check(requirement, REQUIREMENT)
    staffed = as_staffed(site, requirement)
    parts = [_by_heads(rows, staffed.queue(str(name))) for name, rows in requirement.groupby("queue")]
    return check(pd.concat(parts), SERVICE)


def _by_heads(rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    heads = [
        np.arange(int(FEWEST * most), ceil(MOST * most) + MORE) if calls > 0 else np.arange(0)
        for most, calls in zip(rows["rostered"], rows["calls"], strict=True)
    ]
    which = np.repeat(np.arange(len(rows)), [len(numbers) for numbers in heads])
    table = rows.iloc[which][["queue", "start"]].assign(heads=np.concatenate(heads))
    on_the_phones = table["heads"].to_numpy() * (1 - queue.shrinkage)
    swing = swing_of(rows, rows["calls"], queue.lag)
    table["service_level"] = swing.service_level(
        on_the_phones,
        rows["aht_s"].where(rows["calls"] > 0, 1.0).to_numpy(float),
        queue.target,
        patience_s=queue.patience_s,
        lines=queue.lines,
        rows=which,
    )
    return table
