"""Text to instants in a site's time zone, and nothing guessed on the way.

Times are ISO 8601. With an offset (`2003-10-26 01:30-04:00`) a time is an instant. Without one it is
what the clock of the named zone showed, and a time that clock showed twice or never is refused,
unless the site says `dst = "as_recorded"`.
"""

import re
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import named_zone

Dst = Literal["refuse", "as_recorded"]

_OFFSET = r"(?:[Zz]|[+-]\d\d:?\d\d)$"
_SLASHED = r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2,4})"
_SHOW = "%Y-%m-%d %H:%M"


def parse(
    frame: pd.DataFrame, column: str, zone: str | None, dst: Dst, key: Sequence[str], source: str
) -> pd.DataFrame:
    """Return the frame with that column as instants in `zone`; refusals name the row.

    `key` are the columns that, with this one, tell rows apart: they show whether a doubled hour
    was recorded once or twice. Under `as_recorded` a row that no instant is left for is dropped,
    and every row touched is remarked.
    """
    cells = frame[column]
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        return frame if zone is None else frame.assign(**{column: cells.dt.tz_convert(named_zone(zone))})
    if zone is None:
        raise Refused(
            source, f"no time zone is named for {column}", 'set zone in site.toml, e.g. "Europe/Paris"'
        )
    tz = named_zone(zone)
    text = cells.map(_text, na_action="ignore").astype(object)
    aware = text.str.contains(_OFFSET, regex=True).eq(True)
    wall, instants = pd.Series(pd.NaT, cells.index, dtype="datetime64[us]"), None
    try:
        wall[~aware] = pd.to_datetime(text[~aware], format="ISO8601")
        instants = pd.to_datetime(text.where(aware), format="ISO8601", utc=True).dt.as_unit("us")
    except (ValueError, TypeError):
        raise _not_iso(text, column, source) from None
    instants = instants.dt.tz_convert(tz)
    local = wall.dt.tz_localize(tz, ambiguous="NaT", nonexistent="NaT")
    instants = instants.where(aware, local)
    touched = wall.notna() & local.isna()
    if not touched.any():
        return frame.assign(**{column: instants})
    if dst == "refuse":
        raise _off_clock(wall[touched], tz, column, source)
    return _as_recorded(frame, column, wall, instants, touched, key, source)


def _text(cell: object) -> str:
    """Return a cell as ISO text; a cell that Excel keeps as a date is one already."""
    if isinstance(cell, datetime):
        # Excel counts days in doubles: a microsecond off is its rounding.
        return pd.Timestamp(cell).round("s").isoformat()
    return str(cell).strip()


def _not_iso(text: pd.Series, column: str, source: str) -> Refused:
    """Find the first cell that is not ISO 8601, and say why."""
    for row, cell in text.dropna().items():
        try:
            pd.to_datetime([cell], format="ISO8601")
        except (ValueError, TypeError):
            where, found = f"{source}, row {row}, column {column}", f"found {cell!r}"
            slashed = re.match(_SLASHED, cell)
            if slashed and int(slashed[1]) <= 12 and int(slashed[2]) <= 12:
                found += ", which can be read day first and month first"
            return Refused(where, found, "write the year first: 2003-10-26 01:30")
    return Refused(
        f"{source}, column {column}", "times that cannot be read", "write them as 2003-10-26 01:30"
    )


def _off_clock(wall: pd.Series, tz: object, column: str, source: str) -> Refused:
    """Refuse the first local time that the zone's clock showed never or twice."""
    row, time = wall.index[0], wall.iloc[0]
    never = pd.isna(pd.Series([time]).dt.tz_localize(tz, ambiguous=np.array([True]), nonexistent="NaT")).iloc[
        0
    ]
    what = "does not exist" if never else "came twice"
    return Refused(
        f"{source}, row {row}, column {column}",
        f"{time:{_SHOW}} {what} in {tz} (the clock was changed)",
        'write its offset, or set dst = "as_recorded" in site.toml',
    )


def _as_recorded(
    frame: pd.DataFrame,
    column: str,
    wall: pd.Series,
    instants: pd.Series,
    touched: pd.Series,
    key: Sequence[str],
    source: str,
) -> pd.DataFrame:
    """Keep what a clock recorded in the hours around its change, where an instant is left for it.

    A time recorded twice is its first and its second passing; recorded once, the first. A time
    that never was is read as if the clock had not been changed yet, and dropped where that instant
    has a row already.
    """
    tz = instants.dt.tz
    others = [name for name in key if name != column]
    labels = pd.concat([frame.loc[touched, others], wall[touched].rename(column)], axis=1)
    passing = labels.groupby(list(labels.columns), dropna=False).cumcount()
    both = labels.groupby(list(labels.columns), dropna=False)[column].transform("size") > 1
    first = (passing == 0).to_numpy()
    kept = wall[touched].dt.tz_localize(tz, ambiguous=first, nonexistent="NaT")
    never = kept.isna()
    before = wall[touched][never].dt.tz_localize(tz, ambiguous=first[never], nonexistent="shift_backward")
    offset = before.dt.tz_localize(None) - before.dt.tz_convert("UTC").dt.tz_localize(None)
    kept[never] = (wall[touched][never] - offset).dt.tz_localize("UTC").dt.tz_convert(tz)
    result = frame.assign(**{column: instants.where(~touched, kept.reindex(instants.index))})
    taken = result.duplicated([*others, column], keep=False) & never.reindex(instants.index, fill_value=False)
    for row in labels.index:
        if never[row]:
            what = "does not exist"
            done = (
                "left out: its instant has a row already" if taken[row] else f"kept as {kept[row]:{_SHOW}%z}"
            )
        else:
            what = "came twice"
            done = f"kept as {'its' if both[row] else 'the'} {'first' if passing[row] == 0 else 'second'} passing"
        warnings.warn(
            f"{source}, row {row}: {wall[row]:{_SHOW}} {what} in {tz}; {done}", Remark, stacklevel=2
        )
    return result[~taken]
