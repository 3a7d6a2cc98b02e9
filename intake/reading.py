"""What became of the rows of a file."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from callplan.schema import REFUSED
from intake.patience import Waits

_MOST_SHOWN = 1_000


@dataclass
class Reading:
    """Rows read, kept and refused; it fills while the batches of an export are read.

    rows_read = rows_kept + rows_refused + totals_skipped + the sum of duplicates["count"].
    """

    file: str
    rows_read: int = 0
    """Rows below the header that are not blank; of a log, calls."""
    rows_refused: int = 0
    totals_skipped: int = 0
    """Rows of totals, repeated headers and lines below the table."""
    remarks: list[str] = field(default_factory=list)
    """What a planner should know although the file was read."""
    duplicates: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"queue": [], "start": [], "count": []})
    )
    """Intervals that more than one row speaks of (the last counts), and how many rows too many."""
    waits: Waits | None = None
    """Of a log of calls how long each waited, for `intake.patience` and service levels at any threshold."""
    _refused: list[tuple[int, str | None, str, str]] = field(default_factory=list, repr=False)

    @property
    def rows_kept(self) -> int:
        """Return how many rows gave the values of an interval (or one call)."""
        twice = int(self.duplicates["count"].sum())
        return self.rows_read - self.rows_refused - self.totals_skipped - twice

    @property
    def refused(self) -> pd.DataFrame:
        """Return the rows that could not be used and why, as the table `refused`: the first 1,000."""
        frame = pd.DataFrame(self._refused, columns=["row", "column", "found", "do"])
        frame = frame.assign(file=self.file)[REFUSED.names()]
        return frame.sort_values("row", kind="stable", ignore_index=True)

    def refuse(self, rows: Iterable[int], column: str | None, found: Iterable[str], do: str) -> None:
        """Count rows that cannot be used; the first ones are shown."""
        for row, text in zip(rows, found, strict=True):
            self.rows_refused += 1
            if len(self._refused) < _MOST_SHOWN:
                self._refused.append((int(row), column, text, do))

    def remark(self, text: str) -> None:
        """Note something once."""
        if text not in self.remarks:
            self.remarks.append(text)


@dataclass
class Seen:
    """Which intervals have had a row: a number each, so that ten million fit in memory."""

    queues: dict[str, int] = field(default_factory=dict)
    _keys: list[np.ndarray] = field(default_factory=list)

    def keys(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the number of each row's queue and start, minutes since 1970 in the lower half."""
        queue, names = pd.factorize(frame["queue"])
        number = np.array([self.queues.setdefault(name, len(self.queues)) for name in names], dtype=np.int64)
        minute = frame["start"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[m]")
        return (number[queue] << 32) + minute.astype(np.int64)

    def add(self, keys: np.ndarray) -> None:
        """Note rows."""
        self._keys.append(keys)

    def has(self, keys: np.ndarray) -> np.ndarray:
        """Tell which of these intervals have had a row."""
        return np.isin(keys, np.concatenate([*self._keys, np.empty(0, np.int64)]))

    def duplicates(self) -> pd.DataFrame:
        """Return the intervals that had more than one row, and how many too many."""
        keys = np.concatenate([*self._keys, np.empty(0, np.int64)])
        self._keys = []
        keys.sort()
        known, times = np.unique(keys[np.flatnonzero(keys[1:] == keys[:-1])], return_counts=True)
        names = np.array(list(self.queues), dtype=object)
        start = pd.to_datetime((known & 0xFFFFFFFF) * 60, unit="s", utc=True)
        return pd.DataFrame(
            {"queue": names[known >> 32] if len(known) else [], "start": start, "count": times}
        )
