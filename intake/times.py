"""The times of an export's rows: what the local clock showed, or instants, and how long each interval is."""

from dataclasses import dataclass

import numpy as np

from intake.clocks import MINUTE, NONE, moments
from intake.numbers import interval_minutes
from intake.rows import Rows

_DAY = 1440 * MINUTE
BY_INTERVAL = "daily totals cannot be used: export it by intervals of 15, 30 or 60 minutes"
_WRITE = "write it as 2024-05-06 09:30"
_YEARS = (1990, 2100)
_FIRST, _LAST = (
    (np.datetime64(f"{year}-01-01") - np.datetime64("1970-01-01")).astype(int) * _DAY
    for year in (_YEARS[0], _YEARS[1] + 1)
)


@dataclass(frozen=True)
class Walls:
    """Times in microseconds since 1970: of the local clock, or of UTC where a row gives its offset."""

    wall: np.ndarray
    aware: np.ndarray
    length: np.ndarray
    """Of a label such as 09:00-09:30; `NONE` where there is none."""


def walls(
    rows: Rows,
    ours: str,
    *,
    required: bool = True,
    dated_by: str | None = None,
    after: np.ndarray | None = None,
) -> Walls:
    """Return the times of a column.

    Times without a date have that of the column `dated_by`, or that of the times `after` which they come.
    """
    cells = rows.cells(ours)
    assert cells is not None
    said = moments(cells, rows.settled.spelling)
    day, clock, length, offset = (
        cells.take(known, NONE) for known in (said.day, said.clock, said.length, said.offset)
    )
    column = rows.columns[ours][0]
    there = cells.code >= 0
    rows.refuse(there & (day == NONE) & (clock == NONE), column, _WRITE)
    _refuse_far(rows, day, column)
    if dated_by and (dates := rows.cells(dated_by)) is not None:
        of_date = dates.take(moments(dates, rows.settled.spelling).day, NONE)
        _refuse_far(rows, of_date, rows.columns[dated_by][0])
        rows.refuse(
            (day == NONE) & (of_date == NONE), rows.columns[dated_by][0], "write the date as 2024-05-06"
        )
        day = np.where(day == NONE, of_date, day)
    if after is not None:
        of_after = np.where(after == NONE, NONE, after - after % _DAY)
        undated = (day == NONE) & (clock != NONE) & (of_after != NONE)
        past_midnight = undated & (of_after + clock < after - _DAY // 2)
        day = np.where(undated, of_after + past_midnight * _DAY, day)
    if required:
        rows.refuse(~there, column, "every row needs its time")
        rows.refuse(day == NONE, column, f"the date is missing; {_WRITE}")
    unread = (day == NONE) | ((clock == NONE) & there & (length != NONE))
    wall = np.where(unread, 0, day + np.where(clock == NONE, 0, clock))
    aware = (offset != NONE) & ~unread
    wall = np.where(aware, wall - np.where(offset == NONE, 0, offset), wall)
    return Walls(np.where(unread | ~there, NONE, wall), aware, length)


def _refuse_far(rows: Rows, day: np.ndarray, column: str) -> None:
    far = (day != NONE) & ((day < _FIRST) | (day >= _LAST))
    rows.refuse(far, column, f"its date is out of range ({_YEARS[0]} to {_YEARS[1]})")


@dataclass(frozen=True)
class Intervals:
    """Where each row's interval begins, by its clock (or in UTC, where `aware`), and how long it lasts."""

    wall: np.ndarray
    edge: np.ndarray
    """The time that the row itself names: its beginning, or its end."""
    aware: np.ndarray
    minutes: np.ndarray


def intervals(rows: Rows, minutes: int | None) -> Intervals:
    """Return the interval of each row; `minutes` is what all last whose rows do not say it themselves."""
    edge = next(ours for ours in ("start", "end", "date") if ours in rows.columns)
    named = walls(rows, edge, dated_by="date" if edge != "date" else None)
    by_label = named.length != NONE
    length = _lengths(rows, named, by_label, minutes)
    column = rows.columns[edge][0]
    rows.refuse(length == 1440, column, BY_INTERVAL)
    bad = (length < 1) | (1440 % np.maximum(length, 1) != 0)
    rows.refuse(bad, column, "the length of its interval is not clear; give minutes (--minutes 30)")
    at_end = ~by_label & (rows.profile.label == "end" or edge == "end")
    known = named.wall != NONE
    closes = at_end & ~named.aware & known & (named.wall % _DAY == 0) & rows.settled.midnight_closes
    ends = np.where(closes, named.wall + _DAY, named.wall)
    wall = np.where(known, ends - np.where(at_end, length, 0) * MINUTE, NONE)
    return Intervals(wall, ends, named.aware, length)


def _lengths(rows: Rows, named: Walls, by_label: np.ndarray, minutes: int | None) -> np.ndarray:
    """Return the minutes of each interval: from a column, from its label, from its two ends, or as told."""
    length = np.where(by_label, named.length // MINUTE, minutes or 0)
    if (cells := rows.cells("minutes")) is not None:
        stated = cells.take(interval_minutes(cells, rows.settled.marks), np.nan)
        bad = (cells.code >= 0) & ~((stated >= 1) & (stated % 1 == 0))
        rows.refuse(bad, rows.columns["minutes"][0], "give the interval's minutes, such as 30")
        length = np.where(np.isnan(stated), length, stated)
    elif "start" in rows.columns and "end" in rows.columns:
        finish = walls(rows, "end", required=False, dated_by="date")
        known = (finish.wall != NONE) & (named.wall != NONE) & ~by_label
        # 09:00 to 09:29:59 is half an hour; across a change of the clock the rest of an hour counts.
        apart = (finish.wall - named.wall + 59_999_999) // MINUTE
        length = np.where(known, apart % 1440, length)
    return np.nan_to_num(length).astype(np.int64)
