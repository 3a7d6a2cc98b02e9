"""What the activities cover, moment by moment, against the requirement and the table that says so."""

from typing import Any

import numpy as np
import pandas as pd

from scheduling.rules import Rules
from scheduling.verify.breaks import Breaks
from scheduling.verify.facts import minutes_since

_SAME = 1e-6  # heads


def recount(requirement: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return the requirement's rows with the heads `staffed`, `over`, `under`, their `square`, the `fewest`.

    `over` and `under` are means over the moments of the interval, so that both may be above 0 in one.
    """
    work = activities[activities["activity"] == "work"]
    parts = []
    for queue, rows in requirement.groupby("queue"):
        own = work[work["queue"] == queue]
        parts.append(_recount_one(rows, own))
    return pd.concat(parts, ignore_index=True)


def _recount_one(rows: pd.DataFrame, work: pd.DataFrame) -> pd.DataFrame:
    begin = np.array(minutes_since(rows["start"], "UTC"))
    minutes = rows["minutes"].to_numpy(dtype=float)
    came, left = (
        np.sort(minutes_since(work[column], "UTC")) if len(work) else np.empty(0)
        for column in ("start", "end")
    )
    # Between two of these moments nobody comes or goes.
    moments = np.unique(np.concatenate([begin, begin + minutes, came, left]))
    heads = np.searchsorted(came, moments, "right") - np.searchsorted(left, moments, "right")
    interval = np.searchsorted(begin, moments, "right") - 1
    inside = (interval >= 0) & (moments < (begin + minutes)[interval])
    lasts = np.diff(moments, append=moments[-1])[inside]
    interval, heads = interval[inside], heads[inside]
    surplus = heads - rows["rostered"].to_numpy()[interval]

    def mean(values: Any) -> np.ndarray:
        return np.bincount(interval, values * lasts, minlength=len(rows)) / minutes

    fewest = np.full(len(rows), np.inf)
    np.minimum.at(fewest, interval, heads)
    return rows.assign(
        staffed=mean(heads),
        over=mean(np.maximum(surplus, 0)),
        under=mean(np.maximum(-surplus, 0)),
        square=mean(surplus**2),
        fewest=fewest,
    )


def check_coverage(counted: pd.DataFrame, coverage: pd.DataFrame, rules: Rules, breaks: Breaks) -> None:
    """Find intervals below the floor, and those of which the table says something else."""
    for row in counted.to_dict("records"):
        floor = rules.queue(row["queue"]).heads_at_least or 0
        if row["fewest"] < floor:
            found = f"{row['fewest']:g} of {floor} heads"
            at = row["start"].timestamp() / 60
            breaks.at("floor", None, at, found, times=floor - row["fewest"], queue=row["queue"])
    stated = coverage.set_index(["queue", "start"])[["needed", "staffed", "over", "under"]]
    own = counted.set_index(["queue", "start"]).rename(columns={"rostered": "needed"})[list(stated)]
    beside = stated.index.difference(own.index)
    for queue, start in beside:
        found = "a row where nothing is required"
        breaks.at("coverage", None, start.timestamp() / 60, found, queue=queue)
    stated = stated.reindex(own.index)
    off = ~((stated - own).abs() <= _SAME).all(axis=1)
    for (queue, start), says, is_ in zip(
        own.index[off], stated[off].to_dict("records"), own[off].to_dict("records"), strict=True
    ):
        wrong = ", ".join(
            f"{name} {says[name]:g}, not {is_[name]:g}"
            for name in own
            if not abs(says[name] - is_[name]) <= _SAME
        )
        breaks.at("coverage", None, start.timestamp() / 60, wrong, queue=queue)
