"""A time axis of open intervals only: nights are narrow gaps, days are labelled and set apart."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callplan.intervals import local_day, minute_of_day
from reporting.dress import GREY, PALE
from reporting.words import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# A closed night is drawn this wide.
_GAP_MINUTES = 60

# Up to so many days, the clock is labelled every so many hours.
_CLOCK_STEPS = ((1, 1), (2, 3), (8, 6))


class OpenTime:
    """Places the intervals of one or more tables side by side, in minutes from the first.

    Time runs on through a change of the clock; it jumps where no table has a row.
    """

    def __init__(self, *tables: pd.DataFrame) -> None:
        rows = pd.concat([table[["start", "minutes"]] for table in tables])
        rows = rows.drop_duplicates("start").sort_values("start", ignore_index=True)
        ends = rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")
        self.starts = rows["start"]
        self.shut = (rows["start"] > ends.shift()).to_numpy()
        minutes = rows["minutes"].to_numpy()
        self.rights = np.cumsum(minutes + _GAP_MINUTES * self.shut)
        self.lefts = self.rights - minutes

    @property
    def edges(self) -> np.ndarray:
        """The edges of all intervals and of the gaps between them."""
        return np.unique(np.concatenate([self.lefts, self.rights]))

    def steps(self, table: pd.DataFrame, column: str) -> np.ndarray:
        """Return a column as one value between every two `edges`, empty in the gaps."""
        return np.insert(self._values(table, column), np.flatnonzero(self.shut), np.nan)

    def points(self, table: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a column at the middle of its intervals, with an empty point in each gap."""
        gaps = np.flatnonzero(self.shut)
        middles = (self.lefts + self.rights) / 2
        return np.insert(middles, gaps, self.lefts[gaps]), self.steps(table, column)

    def draw(self, ax: "Axes") -> None:
        """Label the axis by days, and by hours of the clock where there is room."""
        days = local_day(self.starts)
        first = np.flatnonzero(days != days.shift())
        ends = np.append(self.rights[first[1:] - 1], self.rights[-1])
        for left, before in zip(self.lefts[first[1:]], ends, strict=False):
            ax.axvline((left + before) / 2, color=PALE, linewidth=0.8, zorder=0)
        names = [day(days[row]) for row in first]
        if len(first) > 10:
            names = _first_of_weeks(days.iloc[first], names)
        step_hours = next((hours for most, hours in _CLOCK_STEPS if len(first) <= most), None)
        if step_hours:
            whole = np.flatnonzero(minute_of_day(self.starts) % (60 * step_hours) == 0)
            ax.set_xticks(self.lefts[whole], [f"{self.starts[row]:%H}" for row in whole], minor=True)
        # Hours stay where a day's name stands over them.
        ax.xaxis.remove_overlapping_locs = False
        ax.set_xticks((self.lefts[first] + ends) / 2, names)
        ax.tick_params("x", which="minor", length=2, labelsize=7, labelcolor=GREY, color=GREY)
        ax.tick_params(
            "x", which="major", length=0, labelsize=8 if step_hours else 7, pad=14 if step_hours else 5
        )
        ax.set_xlim(self.lefts[0] - 20, self.rights[-1] + 20)
        ax.set_xlabel(f"local time, {self.starts.dt.tz}", fontsize=8, color=GREY)

    def _values(self, table: pd.DataFrame, column: str) -> np.ndarray:
        return table.set_index("start")[column].reindex(self.starts).to_numpy(dtype=float)


def draw_clock(ax: "Axes", zero: pd.Timestamp, left: float, right: float) -> None:
    """Label an axis of hours since `zero` with the times that the local clock shows then."""
    ticks = np.arange(np.ceil(left), right + 0.01, 1 if right - left <= 9 else 2)
    ax.set_xticks(ticks, [f"{zero + pd.Timedelta(hours=tick):%H:%M}" for tick in ticks], fontsize=8)
    ax.set_xlim(left, right)
    ax.set_xlabel(f"local time, {zero.tz}", fontsize=8, color=GREY)


def _first_of_weeks(days: pd.Series, names: list[str]) -> list[str]:
    """Keep the name of each week's first day, or of every second, third ... one: as many as fit."""
    weeks = days.dt.to_period("W-SUN")
    count = weeks.ne(weeks.shift()).cumsum().to_numpy() - 1
    every = -(-(count[-1] + 1) // 9)
    new = np.diff(count, prepend=-1) > 0
    return [
        name if first and week % every == 0 else ""
        for name, first, week in zip(names, new, count, strict=True)
    ]
