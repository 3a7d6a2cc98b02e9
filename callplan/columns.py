"""One column of a table: what it is called, holds and means; and its cells in their type."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import pandas_zone

Dtype = Literal["text", "instant", "whole", "number"]

# Characters that a CSV or a workbook does not give back as they were.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One column: what it is called, holds and means."""

    name: str
    dtype: Dtype
    unit: str
    meaning: str
    required: bool = True
    empty: bool = False  # may a cell be empty?
    low: float = 0.0
    high: float = np.inf


def typed(cells: pd.Series, column: Column, source: str) -> pd.Series:
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
    texts = cells.astype(object).map(str, na_action="ignore")
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
