"""What a local clock showed -> instants, in the hours around its change too.

A time that the clock showed twice is an instant only beside the other rows of the file: two rows of one
queue are its two passings. Such rows, and those at times that never were, wait until the file is read.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from callplan.instants import Dst
from callplan.intervals import pandas_zone
from intake.reading import Reading, Seen

_SHOW = "%Y-%m-%d %H:%M"


def localised(wall: np.ndarray, aware: np.ndarray, clock: ZoneInfo) -> pd.Series:
    """Return instants in UTC, NaT for what the clock showed twice or never.

    `wall` is in microseconds since 1970, of the clock, or of UTC where `aware`.
    """
    times = pd.Series(wall.astype("datetime64[us]"))
    local = times.mask(aware).dt.tz_localize(pandas_zone(clock), ambiguous="NaT", nonexistent="NaT")
    return local.dt.tz_convert("UTC").where(~aware, times.dt.tz_localize("UTC")).dt.as_unit("us")


@dataclass
class Held:
    """Rows at times that the clock showed twice or never."""

    clock: ZoneInfo
    dst: Dst
    column: str
    reading: Reading
    _frames: list[pd.DataFrame] = field(default_factory=list)

    def hold(self, frame: pd.DataFrame, unclear: np.ndarray) -> pd.DataFrame:
        """Keep rows aside whose time is not clear, and return the others."""
        if unclear.any():
            self._frames.append(frame[unclear])
        return frame[~unclear]

    def released(self, seen: Seen) -> pd.DataFrame | None:
        """Return the rows held whose instant is clear now; the others are refused."""
        if not self._frames:
            return None
        frame = self._resolved(pd.concat(self._frames))
        never, unclear = frame.pop("never").to_numpy(), frame.pop("unclear").to_numpy()
        if self.dst == "as_recorded":
            return self._as_recorded(frame, never, unclear, seen)
        or_so = 'or choose dst = "as_recorded"'
        self._refuse(frame, never, "does not exist", f"export it in UTC or with offsets, {or_so}")
        self._refuse(frame, unclear, "came twice", f"export both hours, {or_so}")
        return frame[~never & ~unclear]

    def _resolved(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with their starts, and whether they `never` were or are `unclear`.

        Two rows of a queue that name the same time are its first and its second passing. In an
        export that names ends the doubled times are those of the ends, or an hour of starts, each
        with the length added: whichever of them the file has twice.
        """
        alike = frame.groupby(["queue", "edge"], sort=False)["edge"]
        starts, never, unclear = [], [], []
        for wall_us, edge_us, passing, times in zip(
            frame["wall"], frame["edge"], alike.cumcount() % 2, alike.transform("size"), strict=True
        ):
            wall, edge, both = _local(wall_us), _local(edge_us), times % 2 == 0
            by_edge = self._comes(edge) == (2 if both else 1)
            at = self._instant(edge if by_edge else wall, passing if both else 0)
            starts.append(at - (edge - wall) if by_edge else at)
            never.append(not by_edge and self._comes(wall) == 0)
            unclear.append(not by_edge and self._comes(wall) == 2 and not both)
        start = pd.Series(pd.DatetimeIndex(starts).as_unit("us"), frame.index)
        return frame.assign(start=start, never=never, unclear=unclear)

    def _instant(self, wall: datetime, passing: int) -> datetime:
        return wall.replace(tzinfo=self.clock, fold=passing).astimezone(UTC)

    def _comes(self, wall: datetime) -> int:
        """Return how often the clock shows a time: not at all, once or twice."""
        first, second = self._instant(wall, 0), self._instant(wall, 1)
        if first.astimezone(self.clock).replace(tzinfo=None) != wall:
            return 0
        return 1 if first == second else 2

    def _as_recorded(
        self, frame: pd.DataFrame, never: np.ndarray, unclear: np.ndarray, seen: Seen
    ) -> pd.DataFrame:
        """Keep a time recorded once as its first passing, one that never was if its instant is free."""
        taken = never & seen.has(seen.keys(frame))
        self._refuse(frame, taken, "does not exist", "its instant has a row already: leave it out")
        for which, words in (
            (unclear, "that came twice, kept as its first passing"),
            (never & ~taken, "that does not exist, kept as if the clock had not been changed"),
        ):
            if which.any():
                first = _local(frame["wall"].iloc[int(which.argmax())])
                self.reading.remark(f"{first:{_SHOW}}: a time {words} ({int(which.sum())} rows such)")
        return frame[~taken]

    def _refuse(self, frame: pd.DataFrame, which: np.ndarray, what: str, do: str) -> None:
        walls = [_local(wall) for wall in frame.loc[which, "edge"]]
        found = [f"{wall:{_SHOW}} {what} in {self.clock} (the clock was changed)" for wall in walls]
        self.reading.refuse(frame.index[which], self.column, found, do)


def _local(wall_us: int) -> datetime:
    return datetime.fromtimestamp(wall_us / 1e6, UTC).replace(tzinfo=None)
