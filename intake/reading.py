"""What became of the rows of a file."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
