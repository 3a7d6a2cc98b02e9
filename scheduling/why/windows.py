"""Where a schedule is short: stretches of time of one queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scheduling.rules import Rules
from scheduling.why.trouble import NOTHING, Way
from scheduling.why.words import heads, span


@dataclass(frozen=True)
class Window:
    """A stretch of time in which one queue lacks heads."""

    queue: str
    start: pd.Timestamp
    end: pd.Timestamp
    short: float  # heads missing, the mean
    needed: float  # heads, the mean
    hours: float  # of one agent, missing
    fewest: float  # heads at work at the worst moment
    floor: int | None  # the hard floor, where heads are below it

    def __str__(self) -> str:
        floor = f", {self.floor} being the least that must be there" if self.floor else ""
        when = span(self.start, self.end)
        return f"{when} {self.queue} is short by {heads(self.short)} of {heads(self.needed)}{floor}"


def windows(coverage: pd.DataFrame, rules: Rules, at_most: int) -> list[Window]:
    """Return where a table `coverage` is short: below hard floors first, then by hours of heads missing.

    A stretch is parted where less than half is missing of what is at its worst, so that a long, light
    shortage does not hide a short, heavy one.

    >>> start = pd.date_range("2024-05-06 09:00", periods=4, freq="30min", tz="Europe/Paris")
    >>> coverage = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "needed": 5.0,
    ...                          "staffed": [5.0, 2.0, 3.0, 5.0], "under": [0.0, 3.0, 2.0, 0.0]})
    >>> print(windows(coverage, Rules(), 5)[0])
    Monday 2024-05-06 09:30 to 10:30 sales is short by 2.5 of 5
    """
    found = []
    for queue, own in coverage.groupby("queue"):
        rows = own.sort_values("start", ignore_index=True)
        floor = rules.queue(str(queue)).heads_at_least or 0
        below = np.maximum(floor - rows["staffed"].to_numpy(float), 0)
        under = np.maximum(rows["under"].to_numpy(float), below)
        ends = rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")
        run = (rows["start"] != ends.shift()).cumsum().to_numpy()
        hard = floor if "floor" not in rules.roster.prices else 0
        for first, last in _stretches(under, run):
            part = slice(first, last)
            hours = float((under[part] * rows["minutes"][part]).sum() / 60)
            found.append(
                Window(
                    queue=str(queue),
                    start=rows["start"][first],
                    end=ends[last - 1],
                    short=float(under[part].mean()),
                    needed=float(np.maximum(rows["needed"][part], floor).mean()),
                    hours=hours,
                    fewest=float(rows["staffed"][part].min()),
                    floor=hard if hard and (below[part] > NOTHING).any() else None,
                )
            )
    found.sort(key=lambda window: (window.floor is None, -window.hours, window.start))
    return found[:at_most]


def _stretches(under: Any, run: Any) -> list[tuple[int, int]]:
    """Return the rows from and to before which is short, each about one peak."""
    left, found = under.copy(), []
    while left.max() > NOTHING:
        peak = first = last = int(left.argmax())
        least = max(left[peak] / 2, NOTHING)
        while first > 0 and run[first - 1] == run[peak] and left[first - 1] >= least:
            first -= 1
        while last + 1 < len(left) and run[last + 1] == run[peak] and left[last + 1] >= least:
            last += 1
        found.append((first, last + 1))
        left[first : last + 1] = 0
    return found


def lowered(window: Window) -> Iterator[Way]:
    """Give the way out of a hard floor that is always there: to ask for less."""
    if window.floor:
        yield Way(f"lower heads_at_least of {window.queue} to {int(window.fewest)} then", 0.0, 0.0)
