"""Check a table against its description, read one, write one.

What the tables are stands in `callplan.schema`; its names can be imported from here too.
"""

import re
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from callplan import files, instants
from callplan.errors import Refused, Remark, closest
from callplan.intervals import minute_of_day, named_zone, pandas_zone
from callplan.schema import *  # noqa: F403 (every table can be imported from here too)
from callplan.schema import TABLES, Column, Table
from callplan.schema import __all__ as _schema

__all__ = [*_schema, "check", "read", "remark_on_parts", "write"]

# Characters that a CSV or a workbook does not give back as they were.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def check(
    frame: pd.DataFrame, table: Table, source: str | None = None, *, zone: str | None = None
) -> pd.DataFrame:
    """Return the frame as the table says: columns typed and in order, rows sorted by the key.

    All its times come to be in one zone: the one named, or that of the first instant.

    Raises `Refused` with the row's index label (the file's row number after `read`), what was
    found there and what to do. Columns of the user's own stay at the end, unless their name is so
    near to one of ours that it must be a slip.

    >>> frame = pd.DataFrame({"queue": ["sales"], "minutes": [30], "offered": [-3.0],
    ...                       "start": [pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")]})
    >>> check(frame, HISTORY)
    Traceback (most recent call last):
    callplan.errors.Refused: history, row 0, column offered: found -3; it must be at least 0
    """
    source = source or table.name
    _check_names(frame, table, source)
    known = [column for column in table.columns if column.name in frame]
    ours = {column.name: _typed(frame[column.name], column, source) for column in known}
    times = [column.name for column in known if column.dtype == "instant"]
    if times:
        tz = ours[times[0]].dt.tz if zone is None else pandas_zone(named_zone(zone))
        ours |= {name: ours[name].dt.tz_convert(tz) for name in times}
    result = frame.assign(**ours)[[*ours, *(name for name in frame if name not in ours)]]
    _check_key(result, table, source)
    if {"minutes", "start"} <= ours.keys():
        _check_grid(result, source)
    return result.sort_values(_key(result, table), ignore_index=True)


def read(
    path: str | Path, table: Table, zone: str | None = None, dst: instants.Dst = "refuse"
) -> pd.DataFrame:
    """Read a table from .csv, .csv.gz, .parquet or .xlsx, and check it; `-` is CSV on standard input.

    `zone` names the site's time zone: CSV and Excel keep only an offset from UTC, or none.
    `dst="as_recorded"` keeps local times that the clock showed twice or never, where possible.
    """
    source = "standard input" if str(path) == "-" else Path(path).name
    as_text = [column.name for column in table.columns if column.dtype in ("text", "instant", "day")]
    frame = files.load(path, as_text)
    _check_names(frame, table, source)
    for column in table.columns:
        if column.dtype == "instant" and column.name in frame:
            frame = instants.parse(frame, column.name, zone, dst, table.key, source)
    return check(frame, table, source)


def remark_on_parts(frame: pd.DataFrame, table: Table) -> None:
    """Remark, queue by queue, on counts that are above the whole which they are a part of."""
    for part, whole in table.parts:
        if not {part, whole} <= set(frame):
            continue
        for queue, rows in frame[frame[part] > frame[whole]].groupby("queue"):
            first = rows.iloc[0]
            warnings.warn(
                f"{queue}: {part} is above {whole} in {len(rows):,} intervals (first {first['start']}: "
                f"{first[part]:g} of {first[whole]:g}); see how they are counted",
                Remark,
                stacklevel=3,
            )


def write(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table in the format of the suffix. A file in the way is replaced whole, or not at all.

    All comes back as it was, but that a workbook keeps 16 digits of a number.
    """
    files.save(frame, path)


def _check_names(frame: pd.DataFrame, table: Table, source: str) -> None:
    known, names = table.names(), [str(name) for name in frame.columns]
    for name in known:
        if names.count(name) > 1:
            raise Refused(source, f"two columns are called {name!r}", "rename or delete one")
    others = [name for name in names if name not in known]
    for column in table.columns:
        if column.required and column.name not in names:
            _refuse_another_table(names, table, source)
            meant = closest(column.name, others)
            there = ", ".join(names[:30]) or "none"
            raise Refused(
                source,
                f"no column {column.name!r} (there are: {there})",
                f"rename {meant!r} to {column.name!r}" if meant else "add it, or rename yours",
            )
    for name in others:
        # A slip is out by a letter or two, such as "aht" and "Offered"; "abandoned_pct" is the user's own.
        meant = closest(name, [other for other in known if other not in names], alike=0.75)
        if meant and abs(len(name) - len(meant)) <= 2:
            raise Refused(source, f"unknown column {name!r}", f"did you mean {meant}?")
    if frame.empty:
        raise Refused(source, "no rows", f"{_a(table.name)} table needs at least one")


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _refuse_another_table(names: Sequence[str], table: Table, source: str) -> None:
    """Refuse a table of another kind by that kind's name."""
    for other in TABLES.values():
        needed = {column.name for column in other.columns if column.required}
        if needed <= set(names) and not needed <= set(table.names()):
            raise Refused(source, f"{_a(other.name)} table", f"{_a(table.name)} table is needed here")


def _typed(cells: pd.Series, column: Column, source: str) -> pd.Series:
    """Return a column in its type, or refuse its first cell that is not of it."""
    if column.dtype == "text":
        cells = _texts(cells)
    if not column.empty:
        _refuse(cells, cells.isna(), column, source, f"every row needs one: {column.meaning}")
    if column.dtype == "text":
        spoilt = [text for text in cells.dropna().unique() if _CONTROL.search(text)]
        _refuse(cells, cells.isin(spoilt), column, source, "delete the control character")
        return cells
    if column.dtype == "instant":
        return _instants(cells, column, source)
    if column.dtype == "day":
        return _days(cells, column, source)
    return _numbers(cells, column, source)


def _refuse(cells: pd.Series, bad: pd.Series, column: Column, source: str, do: str) -> None:
    """Refuse the first bad cell, if there is one."""
    if bad.any():
        first = int(bad.to_numpy().argmax())
        found = cells.iloc[first]
        if pd.isna(found):
            shown = "an empty cell"
        elif isinstance(found, int | float | np.number):
            shown = f"found {found:.15g}"
        else:
            shown = f"found {str(found)!r}"
        raise Refused(f"{source}, row {cells.index[first]}, column {column.name}", shown, do)


def _texts(cells: pd.Series) -> pd.Series:
    """Return cells as text, empty ones in the one way that every pandas has for them."""
    known = cells.dtype == "str"
    texts = cells if known else cells.astype(object).map(str, na_action="ignore")
    empty = texts.isna() | (texts == "")
    if empty.all():
        return pd.Series([None] * len(cells), cells.index, dtype=object)
    return texts.where(~empty, None)


def _instants(cells: pd.Series, column: Column, source: str) -> pd.Series:
    if cells.isna().all():
        return pd.Series(pd.NaT, cells.index, dtype="datetime64[us, UTC]")
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        return cells.dt.tz_convert(pandas_zone(cells.dt.tz)).dt.as_unit("us")
    do = "localise it: .dt.tz_localize(zone)"
    first = cells.dropna().iloc[0]
    if not isinstance(first, datetime):
        do = "make it a time: pd.to_datetime(...), then .dt.tz_localize(zone)"
    elif first.tzinfo:
        do = "bring all to one time zone: pd.to_datetime(..., utc=True).dt.tz_convert(zone)"
    _refuse(cells, cells.notna(), column, source, do)
    return cells


def _days(cells: pd.Series, column: Column, source: str) -> pd.Series:
    """Return days, written as dates or as ISO text, as naive midnights."""
    if cells.isna().all():
        return pd.Series(pd.NaT, cells.index, dtype="datetime64[us]")
    try:
        parsed = instants.parse(cells.to_frame(), column.name, "UTC", "refuse", (), source)[column.name]
    except Refused as fault:
        raise Refused(fault.where, fault.found, "write days as 2003-10-26, the year first") from None
    days = parsed.dt.tz_localize(None).dt.as_unit("us")
    _refuse(cells, days.notna() & (days != days.dt.normalize()), column, source, "give the day alone")
    return days


def _numbers(cells: pd.Series, column: Column, source: str) -> pd.Series:
    # Truth and time are no numbers, though pandas would count them: timedeltas in nanoseconds.
    plain = cells.astype(str) if cells.dtype.kind in "bmM" else cells
    numbers = pd.to_numeric(plain, errors="coerce").astype(float)
    unknown = "; leave the cell empty where it is unknown" if column.empty else ""
    share = ": 85% is 0.85" if column.unit == "share" else ""
    for bad, do in (
        (numbers.isna() & cells.notna(), f"a number is needed{unknown}"),
        (np.isinf(numbers), "a finite number is needed"),
        (numbers < column.low, f"it must be at least {column.low:g}"),
        (numbers > column.high, f"it must be at most {column.high:g}{share}"),
    ):
        _refuse(cells, bad, column, source, do)
    if column.dtype == "whole":
        _refuse(cells, numbers % 1 != 0, column, source, "a whole number is needed")
        return numbers.astype("int64")
    return numbers


def _key(frame: pd.DataFrame, table: Table) -> list[str]:
    """Return the columns of the key that are there."""
    return [name for name in table.key if name in frame]


def _check_key(frame: pd.DataFrame, table: Table, source: str) -> None:
    key = _key(frame, table)
    twice = frame.duplicated(key).to_numpy()
    if twice.any():
        second = int(twice.argmax())
        values = frame[key].iloc[second]
        same = (frame[key] == values) | (frame[key].isna() & values.isna())
        first = int(same.all(axis=1).to_numpy().argmax())
        raise Refused(
            f"{source}, row {frame.index[second]}, columns {', '.join(key)}",
            f"{', '.join(map(str, values.dropna()))} stands in row {frame.index[first]} too",
            "keep one of them",
        )


def _check_grid(frame: pd.DataFrame, source: str) -> None:
    """Refuse intervals that begin beside the grid of their own length, or reach into the next."""
    starts, minutes = frame["start"], frame["minutes"]
    beside = (minute_of_day(starts) % minutes != 0) | (1440 % minutes != 0)
    beside |= (starts.dt.second != 0) | (starts.dt.microsecond != 0)
    if beside.any():
        row = int(beside.to_numpy().argmax())
        raise Refused(
            f"{source}, row {frame.index[row]}, column start",
            f"{starts.iloc[row]:%Y-%m-%d %H:%M:%S} is off the grid of {minutes.iloc[row]} minutes",
            "give left edges counted from midnight",
        )
    if (minutes != minutes.iloc[0]).any():
        ordered = frame[["queue", "start", "minutes"]].drop_duplicates().sort_values(["queue", "start"])
        gap = ordered.groupby("queue")["start"].diff().shift(-1)
        reach = (pd.to_timedelta(ordered["minutes"], unit="min") > gap).to_numpy()
        if reach.any():
            where = f"{source}, row {ordered.index[reach.argmax()]}, column minutes"
            raise Refused(where, "the interval reaches into the next one", "keep one length")
