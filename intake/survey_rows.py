"""What rows beside each other settle: what bare shares are out of, and which day an end of 00:00 closes."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.cells import Cells
from intake.clocks import MINUTE, NONE, Spelling, moments
from intake.profile import Profile
from intake.sources import Batch

_LATE, _EARLY, _DAY = 22 * 60 * MINUTE, 2 * 60 * MINUTE, 1440 * MINUTE


@dataclass
class ShareEvidence:
    """How many shares without a percent sign are above 1, and how many are not (zeros say nothing)."""

    above: int = 0
    up_to: int = 0

    def see(self, cells: Cells) -> None:
        """Take in a column of a batch."""
        bare = pc.match_substring_regex(cells.text, r"^\d*[.,]?\d+$")
        numbers = pc.cast(pc.replace_substring(cells.text.filter(bare), ",", "."), pa.float64())
        shares = numbers.to_numpy(zero_copy_only=False)
        times = np.bincount(cells.code[cells.code >= 0], minlength=len(cells.text))
        times = times[bare.to_numpy(zero_copy_only=False)]
        self.above += int(times[shares > 1].sum())
        self.up_to += int(times[(shares > 0) & (shares <= 1)].sum())

    def whole(self, column: str = "") -> tuple[float, str | None]:
        """Return what a bare share is out of, 1 or 100, and a remark where there are any.

        A column is percent where most of it is above 1. A few above 1 among shares are faults.
        """
        all_of = self.above + self.up_to
        if not all_of:
            return 1.0, None
        if self.above > self.up_to:
            return 100.0, f"{column} is read as percent: {self.above:,} of {all_of:,} are above 1"
        return 1.0, f"{column} is read as shares out of 1: {self.up_to:,} of {all_of:,} are not above 1"


@dataclass
class MidnightEvidence:
    """Whether an end of 00:00 has the date of the day that it closes, or of the day that begins.

    Beside 23:30 the former has the same date, the latter the next one. Where rows speak for both, dates
    are taken as they stand.
    """

    profile: Profile
    columns: dict[str, tuple[str, ...]]
    _closing: int = 0
    _opening: int = 0
    _edge: str = field(init=False)

    def __post_init__(self) -> None:
        ours = "start" if "start" in self.columns else "end"
        at_end = ours == "end" or self.profile.label == "end"
        self._edge = self.columns[ours][0] if at_end and ours in self.columns else ""

    def needs(self) -> list[str]:
        """Return the columns whose rows are compared."""
        return [self._edge, *self.columns.get("queue", ())[:1]] if self._edge else []

    def see(self, batch: Batch) -> None:
        """Take in a batch: the rows beside each 00:00 of the same queue."""
        if self._edge not in batch.cells:
            return
        cells = batch.cells[self._edge]
        said = moments(cells, Spelling("dmy"))
        dated = any_day(cells)
        # A workbook shows midnight as a date alone.
        known = np.where((said.clock == NONE) & (dated != NONE), 0, said.clock)
        clock = cells.take(np.where(said.length == NONE, known, NONE), NONE)
        self._opening += int((clock == _DAY).any())  # it has 24:00 for the end of a day
        if not (clock == 0).any():
            return
        day = cells.take(dated, NONE)
        if "date" in self.columns:
            day = np.where(day == NONE, batch.cells[self.columns["date"][0]].code, day)
        queue = np.zeros(len(day))
        if "queue" in self.columns:
            queue = batch.cells[self.columns["queue"][0]].code
        order = np.argsort(queue, kind="stable")
        queue, day, clock = queue[order], day[order], clock[order]
        for a, b in ((slice(1, None), slice(-1)), (slice(-1), slice(1, None))):
            beside = (clock[a] == 0) & (queue[a] == queue[b])
            late, early = clock[b] >= _LATE, (clock[b] > 0) & (clock[b] <= _EARLY)
            same = day[a] == day[b]
            self._closing += int((beside & same & late).sum())
            self._opening += int((beside & ((same & early) | (~same & late))).sum())

    def closes(self) -> bool:
        """Tell whether 00:00 is the end of the day whose date it has."""
        return self._closing > 0 and self._opening == 0

    def remark(self) -> str | None:
        """Say how an end of 00:00 is read, where that is not as it stands."""
        if self.closes():
            return f"{self._edge} 00:00 is the end of the day whose date it has, as the rows beside it show"
        if self._closing and self._opening:
            return f"{self._edge} 00:00 is read as dated, though some rows stand as if it closed that day"
        return None


def any_day(cells: Cells) -> np.ndarray:
    """Return of each different cell some day: the same for the same date, whatever its order means."""
    one, other = (moments(cells, Spelling(order)).day for order in ("dmy", "mdy"))
    return np.where(one == NONE, other, one)
