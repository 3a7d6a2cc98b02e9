"""Text to instants in a site's time zone, and nothing guessed on the way.

Times are ISO 8601. With an offset (`2003-10-26 01:30-04:00`) a time is an instant. Without one it is
what the clock of the named zone showed, and a time that clock showed twice or never is refused,
unless the site says `dst = "as_recorded"`.
"""

import re
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import named_zone, pandas_zone

Dst = Literal["refuse", "as_recorded"]

# The year first; then perhaps a time of day, and perhaps its offset from UTC. pandas alone would
# take "2003" and "now" for times too.
_ISO = re.compile(
    r"(?:19|20|21)\d\d(?:-\d\d?-\d\d?|/\d\d?/\d\d?|\d{4})"
    r"(?:[T ]\d\d?:?\d\d(?::?\d\d(?:\.\d{1,9})?)? ?(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_YEAR_LAST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}\b")
_SHOW = "%Y-%m-%d %H:%M"


def parse(
    frame: pd.DataFrame, column: str, zone: str | None, dst: Dst, key: Sequence[str], source: str
) -> pd.DataFrame:
    """Return the frame with that column as instants in `zone`; refusals name the row by its label.

    `key` are the columns that, with this one, tell rows apart: they show whether a doubled hour
    was recorded once or twice. Under `as_recorded` a row that no instant is left for is dropped,
    and every row touched is remarked.
    """
    cells = frame[column]
    if cells.isna().all():
        return frame
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        if zone is None:
            return frame
        return frame.assign(**{column: cells.dt.tz_convert(pandas_zone(named_zone(zone)))})
    if zone is None:
        first = cells.first_valid_index()
        where, text = f"{source}, row {first}, column {column}", str(cells[first])
        shape = _ISO.fullmatch(text)
        why = " (an offset changes with the clock, and names no zone)" if shape and shape["offset"] else ""
        do = f'name the site\'s, as in zone="Europe/Paris"{why}'
        raise Refused(where, f"found {text!r}, and no time zone", do)
    tz = named_zone(zone)
    # The same times stand in the rows of every queue: each is read once. An empty cell is number -1.
    number, known = pd.factorize(cells)
    texts = [str(cell).strip() for cell in known]
    parsed, aware = _read(texts)
    if parsed.isna().any():
        bad = int(parsed.isna().argmax())
        row = cells.index[number == bad][0]
        raise _not_iso(texts[bad], f"{source}, row {row}, column {column}")
    wall = parsed.dt.tz_localize(None).mask(aware)
    local = wall.dt.tz_localize(pandas_zone(tz), ambiguous="NaT", nonexistent="NaT")
    instants = parsed.dt.tz_convert(pandas_zone(tz)).where(aware, local)
    result = frame.assign(**{column: instants.array.take(number, allow_fill=True)})
    off_clock = wall.where(local.isna()).array.take(number, allow_fill=True)
    touched = pd.Series(off_clock, cells.index).dropna()
    if touched.empty:
        return result
    if dst == "as_recorded":
        return _as_recorded(result, column, touched, tz, key, source)
    row, time = touched.index[0], touched.iloc[0]
    raise Refused(
        f"{source}, row {row}, column {column}",
        f"{time:{_SHOW}} {_what(time, tz)} in {zone} (the clock was changed)",
        'write its offset, or choose dst = "as_recorded"',
    )


def _read(texts: list[str]) -> tuple[pd.Series, pd.Series]:
    """Read ISO times, as UTC where no offset is written, and tell which have one; others are NaT."""
    shapes = [_ISO.fullmatch(text) for text in texts]
    aware = pd.Series([bool(shape and shape["offset"]) for shape in shapes], dtype=bool)
    shaped = pd.Series([shape and shape[0] for shape in shapes], dtype=object)
    # Each kind apart: pandas 2 lends a time without offset the one of the time before it.
    with_offset, without = (
        pd.to_datetime(kind, format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
        for kind in (shaped.where(aware), shaped.mask(aware))
    )
    return with_offset.fillna(without), aware


def _not_iso(text: str, where: str) -> Refused:
    """Refuse a text that is no time, and say if two dates can be read in it."""
    found = f"found {text!r}"
    year_last = _YEAR_LAST.match(text)
    if year_last and int(year_last[1]) <= 12 and int(year_last[2]) <= 12:
        found += ", which can be read day first and month first"
    return Refused(where, found, "write times as 2003-10-26 01:30, the year first")


def _instant(time: datetime, tz: ZoneInfo, passing: int = 0) -> datetime:
    """Return when the clock showed that time; one it never showed is read as if it had not been changed."""
    return time.replace(tzinfo=tz, fold=min(passing, 1)).astimezone(UTC)


def _never(time: datetime, tz: ZoneInfo) -> bool:
    return _instant(time, tz).astimezone(tz).replace(tzinfo=None) != time


def _what(time: datetime, tz: ZoneInfo) -> str:
    return "does not exist" if _never(time, tz) else "came twice"


def _as_recorded(
    frame: pd.DataFrame, column: str, touched: pd.Series, tz: ZoneInfo, key: Sequence[str], source: str
) -> pd.DataFrame:
    """Keep what a clock recorded in the hours around its change, where an instant is left for it.

    A time recorded twice is its first and its second passing; recorded once, the first. A time
    that never was is dropped where its instant has a row already.
    """
    others = [name for name in key if name != column]
    names = [*others, column]
    recorded = frame.loc[touched.index, others].assign(**{column: touched})
    alike = recorded.groupby(names, dropna=False, observed=True)[column]
    passing, times = alike.cumcount(), alike.transform("size")
    never = touched.map(lambda time: _never(time, tz))
    instants = [_instant(t, tz, 0 if n else p) for t, n, p in zip(touched, never, passing, strict=True)]
    kept = pd.Series(pd.DatetimeIndex(instants).as_unit("us").tz_convert(pandas_zone(tz)), touched.index)
    result = frame.assign(**{column: frame[column].where(~frame.index.isin(touched.index), kept)})
    moved = result.loc[never.index[never], names]
    rest = pd.MultiIndex.from_frame(result.drop(index=moved.index)[names])
    taken = moved.index[pd.MultiIndex.from_frame(moved).isin(rest)]
    for row, time in touched.items():
        if row in taken:
            done = "left out: its instant has a row already"
        elif never[row]:
            done = f"kept as {kept[row]:{_SHOW}%z}"
        else:
            which = "first" if passing[row] == 0 else "second"
            done = f"kept as {'the' if times[row] == 1 else 'its'} {which} passing"
        warnings.warn(
            f"{source}, row {row}, column {column}: {time:{_SHOW}} {_what(time, tz)} in {tz}; {done}",
            Remark,
            stacklevel=2,
        )
    return result.drop(index=taken)
