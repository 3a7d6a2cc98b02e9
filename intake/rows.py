"""A batch of an export's rows -> columns of a history, and of each faulty row what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from intake import totals
from intake.cells import Cells
from intake.profile import Profile
from intake.reading import Reading
from intake.sources import Batch
from intake.survey import Settled

_CONTROL = "[\x00-\x08\x0b-\x1f]"


@dataclass
class Rows:
    """The rows of a batch that are still good; a row is refused for its first fault."""

    batch: Batch
    profile: Profile
    columns: dict[str, tuple[str, ...]]
    """The file's columns that each of ours comes from."""
    settled: Settled
    reading: Reading
    good: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.batch.rows), dtype=bool)

    def cells(self, ours: str) -> Cells | None:
        """Return the file's column for one of ours."""
        return self.batch.cells[self.columns[ours][0]] if ours in self.columns else None

    def refuse(
        self, bad: np.ndarray, column: str | None, do: str, found: Sequence[str] | None = None
    ) -> None:
        """Refuse rows, by what stands in a column of the file, or by what was `found`."""
        places = np.flatnonzero(bad & self.good)
        if not len(places):
            return
        self.good[places] = False
        if found is None:
            cells = self.batch.cells[str(column)]
            found = [cells.shown(int(place)) for place in places]
        self.reading.refuse(self.batch.rows[places], column, found, do)

    def skip_what_is_no_row(self) -> None:
        """Leave out blank rows, rows of totals and repeated headers; count all but the blank ones."""
        filled = np.zeros(len(self.good), dtype=bool)
        for column in self.batch.cells.values():
            filled |= column.code >= 0
        self.good &= filled
        self.reading.rows_read += int(self.good.sum())
        total = self._says_totals()
        for ours in ("date", "start", "end", "arrival", "offered"):
            # The names of the columns, printed again at the top of each page.
            if (cells := self.cells(ours)) is not None:
                name = self.columns[ours][0]
                total |= cells.take(pc.equal(cells.text, name).to_numpy(zero_copy_only=False), False)
        total &= self.good
        self.reading.totals_skipped += int(total.sum())
        self.good &= ~total

    def _says_totals(self) -> np.ndarray:
        """Tell which rows are totals: the word stands in the queue, the date or the time of the row.

        A queue may be called Total Care: there the word must stand alone, or the row have no time.
        """
        words = totals.pattern(self.profile.totals)
        result, timed = np.zeros(len(self.good), dtype=bool), np.ones(len(self.good), dtype=bool)
        for ours in ("date", "start", "end", "arrival"):
            if (cells := self.cells(ours)) is not None:
                result |= _matches(cells, f"(^|\\W)({words})(\\W|$)")
                timed &= cells.code >= 0
        if (cells := self.cells("queue")) is not None:
            alone = f"^({words})( ?[:：])?$|^all (queues|skills|splits)$|^全部$"
            result |= _matches(cells, alone) | (~timed & _matches(cells, f"(^|\\W)({words})(\\W|$)"))
        return result

    def texts(self, ours: str) -> np.ndarray | None:
        """Return a column as text, None where it is empty."""
        cells = self.cells(ours)
        if cells is None:
            return None
        return cells.take(np.array([*cells.text.to_pylist()], dtype=object), None)

    def queues(self, otherwise: str | None) -> np.ndarray:
        """Return each row's queue, with what tells its rows apart: sales, sales / Chat."""
        cells = self.cells("queue")
        if cells is None:
            return np.full(len(self.good), otherwise, dtype=object)
        cells = cells.named()
        if otherwise is None:
            self.refuse(cells.code < 0, self.columns["queue"][0], "every row needs its queue")
        spoilt = pc.match_substring_regex(cells.text, _CONTROL).to_numpy(zero_copy_only=False)
        self.refuse(cells.take(spoilt, False), self.columns["queue"][0], "delete the control character")
        names = cells.take(np.array(cells.text.to_pylist(), dtype=object), otherwise)
        unsaid = {"", *(value.lower() for value in self.profile.apart_but)}
        for column in self.columns.get("apart", ()):
            more = self.batch.cells[column]
            known = [text if text.lower() not in unsaid else "" for text in more.text.to_pylist()]
            part = more.take(np.array([f" / {text}" if text else "" for text in known], dtype=object), "")
            if any(known):
                self.reading.remark(
                    f"rows of one queue are told apart by {column}, as in {column} = {max(known)}"
                )
                names = np.where(pd.isna(names), names, names.astype(str) + part).astype(object)
        return names


def _matches(cells: Cells, pattern: str) -> np.ndarray:
    found = pc.match_substring_regex(pc.utf8_lower(cells.text), pattern).to_numpy(zero_copy_only=False)
    return cells.take(found, False)
