"""Time and demand on the grid of a plan."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.errors import Remark
from callplan.intervals import local_day, minute_of_day
from scheduling.clock import DAY_MIN
from scheduling.rules import Band, QueueRules

WEEK_MIN = 7 * DAY_MIN


@dataclass(frozen=True, eq=False)
class Axis:
    """Slots of equal length, one after the other; in a cyclic plan the first follows the last."""

    starts: pd.Series
    step_min: int
    cyclic: bool

    @classmethod
    def of(cls, rows: pd.DataFrame, step_min: int, cyclic: bool) -> "Axis":
        """Return the slots from the first interval of the rows to the last; of whole weeks if cyclic."""
        first = rows["start"].min()
        end = (rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")).max()
        length_min = round((end - first) / pd.Timedelta(minutes=1))
        if cyclic:
            if length_min % WEEK_MIN and f"{first:%a %H:%M}" == f"{end:%a %H:%M}":
                text = f"{first:%Y-%m-%d} to {end:%Y-%m-%d}: the clock changes, so no shift runs over the end"
                warnings.warn(text, Remark, stacklevel=5)
            length_min = -(-length_min // WEEK_MIN) * WEEK_MIN
        starts = pd.Series(pd.date_range(first, periods=length_min // step_min, freq=f"{step_min}min"))
        return cls(starts, step_min, cyclic)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def clock(self) -> np.ndarray:
        """Minutes of the local day at which slots begin."""
        return minute_of_day(self.starts).to_numpy()

    @property
    def days(self) -> np.ndarray:
        """The local day of each slot, numbered in order."""
        return pd.factorize(local_day(self.starts))[0]

    def number(self, starts: pd.Series) -> np.ndarray:
        """Return the slots that begin at some instants of the grid."""
        elapsed = starts - self.starts.iloc[0]
        return (elapsed // pd.Timedelta(minutes=self.step_min)).to_numpy().astype(int)

    def surcharge(self, bands: Sequence[Band]) -> np.ndarray:
        """Return what a slot costs more by the bands, as a share; they add up where they overlap."""
        weekday, clock = self.starts.dt.day_of_week.tolist(), self.clock.tolist()
        total = np.zeros(len(self))
        for band in bands:
            held: dict[tuple[int, int], float] = {}
            for key in set(zip(weekday, clock, strict=True)):
                minutes = range(key[1], key[1] + self.step_min)
                inside = sum(band.holds((key[0] + at // DAY_MIN) % 7, at % DAY_MIN) for at in minutes)
                held[key] = band.surcharge * inside / self.step_min
            total += [held[key] for key in zip(weekday, clock, strict=True)]
        return total


@dataclass(frozen=True, eq=False)
class Demand:
    """What one queue needs: heads by slot, where it is open, and what missing them costs."""

    queue: str
    rows: pd.DataFrame
    slots: np.ndarray  # of each row the first slot
    parts: int  # slots of an interval
    need: np.ndarray  # by slot
    is_open: np.ndarray  # by slot
    rules: QueueRules

    @classmethod
    def of(cls, rows: pd.DataFrame, axis: Axis, rules: QueueRules) -> "Demand":
        """Put the rows of one queue's requirement on the grid."""
        parts = int(rows["minutes"].iloc[0]) // axis.step_min
        slots = axis.number(rows["start"])
        need, is_open = np.zeros(len(axis), int), np.zeros(len(axis), bool)
        for part in range(parts):
            need[slots + part] = rows["rostered"]
            is_open[slots + part] = True
        return cls(str(rows["queue"].iloc[0]), rows, slots, parts, need, is_open, rules)

    def means(self, by_slot: np.ndarray) -> np.ndarray:
        """Return the mean over the slots of each interval."""
        return by_slot[self.slots[:, None] + np.arange(self.parts)].mean(axis=1)
