"""What a local clock showed -> instants, in the hours around its change too.

A time that the clock showed twice is an instant only beside the other rows of the file: two rows of one
queue are its two passings, the later row the first of them where rows run newest first. Sorted by
the clock (02:00, 02:00, 02:30, 02:30) they prove nothing. Such rows, and those at times that never
were, wait until the file is read.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from callplan.instants import Dst
from callplan.intervals import pandas_zone
from intake.duplicates import Seen
from intake.reading import Reading

OR_AS_RECORDED = 'or choose dst = "as_recorded" (a key of site.toml)'
SORT = "sort it by time before it is exported, or export it in UTC"
_SHOW = "%Y-%m-%d %H:%M"
_SIX_HOURS_US, _DAY_US = 6 * 3_600_000_000, 24 * 3_600_000_000


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
    _run: dict[str, float] = field(default_factory=dict)
    """By queue the steps ahead in time from row to row, less those back, where such rows stand."""

    def hold(self, frame: pd.DataFrame, unclear: np.ndarray) -> pd.DataFrame:
        """Keep rows aside whose time is not clear, and return the others."""
        if unclear.any():
            self._frames.append(frame[unclear])
            steps = np.sign(frame.groupby("queue", sort=False)["edge"].diff())
            for queue, run in steps.groupby(frame["queue"], sort=False).sum().items():
                self._run[str(queue)] = self._run.get(str(queue), 0.0) + run
        return frame[~unclear]

    def released(self, seen: Seen) -> pd.DataFrame | None:
        """Return the rows held whose instant is clear now; the others are refused."""
        if not self._frames:
            return None
        frame = self._resolved(pd.concat(self._frames))
        never, unclear, mixed = (frame.pop(name).to_numpy() for name in ("never", "unclear", "mixed"))
        self._remark_on_mixed(frame, mixed)
        if self.dst == "as_recorded":
            return self._as_recorded(frame, never, unclear, seen)
        or_so = OR_AS_RECORDED
        self._refuse(frame, never, "does not exist", f"export it in UTC or with offsets, {or_so}")
        self._refuse(frame, unclear, "came twice", f"export both hours, {or_so}")
        unsorted = f"the order of the rows does not tell which is the first: {SORT}, {or_so}"
        self._refuse(frame, mixed, "came twice", unsorted)
        return frame[~never & ~unclear & ~mixed]

    def _resolved(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with their starts, and whether they `never` were or are `unclear`.

        Two rows of a queue that name the same time are its first and its second passing. In an
        export that names ends the doubled times are those of the ends, or an hour of starts, each
        with the length added: whichever of them the file has twice.
        """
        alike = frame.groupby(["queue", "edge"], sort=False)["edge"]
        number, pairs = alike.cumcount(), alike.transform("size") % 2 == 0
        run = frame["queue"].map(self._run)
        passings = (number % 2).where(run >= 0, 1 - number % 2)
        starts, never, unclear = [], [], []
        for wall_us, edge_us, passing, both in zip(
            frame["wall"], frame["edge"], passings, pairs, strict=True
        ):
            wall, edge = _local(wall_us), _local(edge_us)
            by_edge = self._comes(edge) == (2 if both else 1)
            at = self._instant(edge if by_edge else wall, passing if both else 0)
            starts.append(at - (edge - wall) if by_edge else at)
            never.append(not by_edge and self._comes(wall) == 0)
            unclear.append(not by_edge and self._comes(wall) == 2 and not both)
        start = pd.Series(pd.DatetimeIndex(starts).as_unit("us"), frame.index)
        if (pairs & (run < 0)).any():
            queue = frame["queue"][pairs & (run < 0)].iloc[0]
            self.reading.remark(
                f"rows run newest first ({queue}): of two for a time that came twice the later is the first"
            )
        mixed = pairs & ((run == 0) | _by_clock(frame, number, pairs)) & ~pd.Series(never, frame.index)
        return frame.assign(start=start, never=never, unclear=unclear, mixed=mixed)

    def _remark_on_mixed(self, frame: pd.DataFrame, mixed: np.ndarray) -> None:
        """Remark where the order of rows does not tell the passings apart, and they are kept."""
        if mixed.any() and self.dst == "as_recorded":
            first = _local(frame["edge"].iloc[int(mixed.argmax())])
            self.reading.remark(
                f"{first:{_SHOW}} came twice, and the order of the rows does not tell which is the first: "
                f"they are taken in the order of the file ({int(mixed.sum())} rows such)"
            )

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


def _by_clock(frame: pd.DataFrame, number: pd.Series, pairs: pd.Series) -> pd.Series:
    """Tell which rows of pairs stand in no hour that is whole before the same hour comes again."""
    # Six hours off, so that no doubled hour has a midnight in it.
    key = [frame["queue"], (frame["edge"] - _SIX_HOURS_US) // _DAY_US, number // 2]
    place = pd.Series(np.arange(len(frame), dtype=float), frame.index)
    last = place.where(pairs & (number % 2 == 0)).groupby(key).transform("max")
    return place.where(pairs & (number % 2 == 1)).groupby(key).transform("min") < last


def _local(wall_us: int) -> datetime:
    return datetime.fromtimestamp(wall_us / 1e6, UTC).replace(tzinfo=None)
