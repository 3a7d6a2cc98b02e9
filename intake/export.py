"""An export, read in batches: `read_export`, and `history_of` for small files and notebooks."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.instants import Dst
from callplan.intervals import minute_of_day, named_zone, pandas_zone
from callplan.schema import HISTORY
from callplan.tables import check
from intake.call_rows import call_rows
from intake.clocks import ORDERS, Order
from intake.duplicates import Seen, refuse_rows_apart
from intake.headers import Wanted
from intake.measures import measures
from intake.passings import Held, localised
from intake.profile import Profile
from intake.reading import Reading
from intake.rows import Rows
from intake.sources import Batch, Source, open_source
from intake.survey import Settled, survey
from intake.times import intervals
from intake.told import NO_QUEUE, give, lacks_of_calls, minutes_of, refuse_lacking, remark_on_unread


@dataclass(frozen=True)
class Export:
    """A file that was recognised and surveyed; its rows are read by `batches`, once."""

    path: Path
    profile: Profile
    why: str
    """How the profile was found."""
    zone: str
    read: Reading
    """What became of the rows; it fills while they are read."""
    _source: Source = field(repr=False)
    _columns: dict[str, tuple[str, ...]] = field(repr=False)
    _settled: Settled = field(repr=False)
    _options: "_Options" = field(repr=False)
    _unread: list[str] = field(repr=False)

    def batches(self) -> Iterator[pd.DataFrame]:
        """Give checked HISTORY frames in the file's order; times that the clock showed twice come last.

        Raises `Refused` at the end if no row could be used.
        """
        if self.read.rows_read:
            raise Refused(self.path.name, "its rows were read already", "call read_export again")
        frames = self._from_calls() if self.profile.layout == "calls" else self._from_intervals()
        empty = True
        for frame in frames:
            empty = False
            yield frame
        if empty:
            self._refuse_nothing()

    def calls(self) -> Iterator[pd.DataFrame]:
        """Give the calls of a log as frames: queue, arrival, answer, end and what else it has of each.

        Rows are labelled by their numbers in the file. Only for profiles with a row a call.
        """
        clock = named_zone(self.profile.zone or self.zone)
        for rows in self._rows():
            frame = call_rows(rows, self._options.queue, clock, self.zone, self._options.dst)
            if len(frame):
                yield frame

    def _from_calls(self) -> Iterator[pd.DataFrame]:
        from intake.call_log import CallTally

        options = self._options
        if options.minutes is None or options.within_s is None:
            lacking = lacks_of_calls(options.minutes, options.within_s)
            raise Refused(self.path.name, "a log of calls, to be counted by interval", give(lacking))
        tally = CallTally(options.minutes, options.within_s, options.short_s or 5.0)
        for calls in self.calls():
            tally.add(calls)
        for row, column, found, do in tally.refused.itertuples(index=False):
            theirs = self._columns.get(column, (column,))[0]
            self.read.refuse([row], theirs, [found], do)
        self.read.rows_refused += tally.rows_refused - len(tally.refused)
        self.read.waits = tally.waits
        if tally.rows_read > tally.rows_refused:
            yield tally.history(options.hours)

    def _rows(self) -> Iterator[Rows]:
        """Give the rows of each batch, without those that are none."""
        wanted = list(dict.fromkeys(name for theirs in self._columns.values() for name in theirs))
        for batch in self._source.batches(wanted):
            _take_misfits(batch, self.read)
            if len(batch.rows):
                rows = Rows(batch, self.profile, self._columns, self._settled, self.read)
                rows.skip_what_is_no_row()
                yield rows

    def _from_intervals(self) -> Iterator[pd.DataFrame]:
        clock, seen = named_zone(self.profile.zone or self.zone), Seen()
        edge = next(self._columns[ours][0] for ours in ("start", "end", "date") if ours in self._columns)
        held = Held(clock, self._options.dst, edge, self.read)
        for rows in self._rows():
            frame = held.hold(*self._parsed(rows, clock))
            yield from self._checked(frame, seen, edge)
        released = held.released(seen)
        if released is not None:
            yield from self._checked(released, seen, edge)
        alike = seen.alike()
        refuse_rows_apart(self._source, alike, self._unread)
        twice = seen.duplicates(alike)
        twice["start"] = twice["start"].dt.tz_convert(pandas_zone(named_zone(self.zone)))
        self.read.duplicates = twice
        if len(twice):
            first, differ = twice.iloc[0], alike.loc[alike["differ"], "key"].nunique()
            self.read.remark(
                f"{twice['count'].sum():,} rows say an interval once more, the later counts (first "
                f"{first['queue']}, {first['start']:%Y-%m-%d %H:%M}); of these {len(twice):,} intervals "
                f"{differ:,} had other values before"
            )

    def _parsed(self, rows: Rows, clock: ZoneInfo) -> tuple[pd.DataFrame, np.ndarray]:
        """Return the good rows of a batch, labelled by their numbers, and whose times are not clear."""
        options = self._options
        times = intervals(rows, options.minutes)
        columns = {"queue": rows.queues(options.queue), "minutes": times.minutes}
        columns |= measures(rows, options.within_s, options.short_s)
        columns |= {"wall": times.wall, "edge": times.edge}
        if (channel := rows.texts("channel")) is not None:
            columns["channel"] = channel
        good = np.flatnonzero(rows.good)
        starts = localised(times.wall[good], times.aware[good], clock)
        edges = localised(times.edge[good], times.aware[good], clock)
        frame = pd.DataFrame({name: values[good] for name, values in columns.items()}, rows.batch.rows[good])
        return frame.assign(start=starts.array), (starts.isna() | edges.isna()).to_numpy()

    def _checked(self, frame: pd.DataFrame, seen: Seen, edge: str) -> Iterator[pd.DataFrame]:
        """Refuse rows beside the grid, keep the later of two, and check the rest as a history."""
        if frame.empty:
            return
        frame = frame.drop(columns=["wall", "edge"])
        frame["start"] = frame["start"].dt.tz_convert(pandas_zone(named_zone(self.zone)))
        starts = frame["start"]
        beside = minute_of_day(starts) % frame["minutes"] != 0
        beside |= (starts.dt.second != 0) | (starts.dt.microsecond != 0)
        if beside.any():
            found = [f"{at:%Y-%m-%d %H:%M:%S} is off the grid" for at in starts[beside]]
            self.read.refuse(
                frame.index[beside], edge, found, "intervals begin on the grid of their own length"
            )
            frame = frame[~beside]
        keys = seen.add(frame, self.path.name, self._columns.get("minutes", (edge,))[0])
        last = ~pd.Series(keys).duplicated(keep="last").to_numpy()
        if last.any():
            yield check(frame[last], HISTORY, self.path.name, zone=self.zone)

    def _refuse_nothing(self) -> None:
        read, totals = self.read.rows_read, self.read.totals_skipped
        found = f"no row that could be used ({read:,} rows, {totals:,} of totals)"
        refused = self.read.refused
        if len(refused):
            first = refused.iloc[0]
            found += f"; first row {first['row']}, column {first['column']}: {first['found']}; {first['do']}"
        raise Refused(self.path.name, found, "see docs/import.md")


@dataclass(frozen=True)
class _Options:
    minutes: int | None
    queue: str | None
    dst: Dst
    within_s: float | None
    short_s: float | None
    hours: Mapping[str, OpeningHours] | None


def read_export(
    path: str | Path,
    *,
    zone: str | None,
    profile: str | Profile = "auto",
    date_order: Order | None = None,
    minutes: int | None = None,
    encoding: str | None = None,
    queue: str | None = None,
    dst: Dst = "refuse",
    profiles: Iterable[Profile] = (),
    within_s: float | None = None,
    short_s: float | None = None,
    hours: Mapping[str, OpeningHours] | None = None,
) -> Export:
    """Recognise an export of another system and settle how it is written; its rows are read later.

    `zone` is the site's, never guessed. `profile` is a name, "auto", or a profile of your own; `profiles`
    are further ones, tried first. `date_order` (dmy, mdy, ymd) says what 05/06/2024 means where no
    date of the file does. `minutes` and `queue` serve where the file does not tell, `within_s` and
    `short_s` are the thresholds of its counts (of a log of calls: those to count by). `hours` by queue say
    where a log without a call proves a zero. `dst` is as in `callplan.instants`.

    A fault of the file as a whole raises `Refused`; a faulty row is refused alone, in `Export.read`.
    """
    path = Path(path)
    if zone is None:
        raise Refused(path.name, "no time zone", "name the site's: zone (--zone Europe/Paris)")
    named_zone(zone)
    if date_order is not None and date_order not in ORDERS:
        raise Refused("date_order", f"found {date_order!r}", f"choose from {', '.join(ORDERS)}")
    if dst not in get_args(Dst):
        raise Refused("dst", f"found {dst!r}", f"choose from {', '.join(get_args(Dst))}")
    source = open_source(path, Wanted(profile, tuple(profiles)), encoding)
    header = source.header
    columns = header.profile.resolve(header.columns)
    nameless = "queue" not in columns and not queue
    try:
        settled = survey(source, header.profile, columns, date_order)
    except Refused as fault:
        if not nameless:
            raise
        raise Refused(fault.where, f"{fault.found}; {NO_QUEUE}", f"{fault.do}; {give(['queue'])}") from None
    reading = Reading(path.name, remarks=[*source.remarks, *settled.remarks])
    minutes, unclear = minutes_of(path, header.profile, columns, settled, minutes, reading)
    within_s = within_s if within_s is not None else header.profile.within_s
    short_s = short_s if short_s is not None else header.profile.short_s
    if nameless or unclear:
        of_calls = lacks_of_calls(minutes, within_s) if header.profile.layout == "calls" else []
        refuse_lacking(path, nameless=nameless, unclear=unclear, of_calls=of_calls)
    _remark_on_credit(header.profile, reading)
    read = {name for theirs in columns.values() for name in theirs}
    unread = [name for name in header.columns if name and name not in read]
    remark_on_unread(unread, reading)
    options = _Options(minutes, queue, dst, within_s, short_s, hours)
    return Export(path, header.profile, header.why, zone, reading, source, columns, settled, options, unread)


def _remark_on_credit(profile: Profile, reading: Reading) -> None:
    if profile.credited != "arrival":
        moment = {"end": "ends", "answer": "is answered"}[profile.credited]
        reading.remark(
            f"{profile.name} counts a call in the interval in which it {moment}, not in which it arrived"
        )


def _take_misfits(batch: Batch, reading: Reading) -> None:
    for misfit in batch.misfits:
        reading.rows_read += 1
        if misfit.is_line:
            reading.totals_skipped += 1
        else:
            do = "every row needs as many cells as the header"
            reading.refuse([misfit.row], None, [misfit.found], do)


def history_of(path: str | Path, *, zone: str | None, **how: object) -> tuple[pd.DataFrame, Reading]:
    """Return a whole export as one history, and what became of its rows; the same arguments as `read_export`.

    Of several rows for an interval the last counts. What is noteworthy is warned as a `Remark`.
    """
    export = read_export(path, zone=zone, **how)  # type: ignore[arg-type]
    frames = pd.concat(export.batches(), ignore_index=True)
    history = check(frames.drop_duplicates(["queue", "start"], keep="last"), HISTORY, export.path.name)
    for remark in export.read.remarks:
        warnings.warn(f"{export.path.name}: {remark}", Remark, stacklevel=2)
    return history, export.read
