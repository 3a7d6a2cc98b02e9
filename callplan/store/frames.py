"""Between a store and pandas: Arrow tables, typed by the schema."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa

from callplan.errors import Refused
from callplan.intervals import named_zone, pandas_zone
from callplan.schema import Column

_ARROW = {
    "text": pa.string(),
    "instant": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "whole": pa.int64(),
    "number": pa.float64(),
}


def schema(columns: Iterable[Column]) -> pa.Schema:
    """Return the columns as Arrow types them; instants in UTC."""
    return pa.schema([(column.name, _ARROW[column.dtype]) for column in columns])


def to_arrow(frame: pd.DataFrame, columns: Iterable[Column]) -> pa.Table:
    """Return those columns that the frame has, NaN as empty."""
    there = [column for column in columns if column.name in frame]
    return pa.Table.from_pandas(
        frame[[column.name for column in there]], schema=schema(there), preserve_index=False
    )


def to_pandas(table: pa.Table, columns: Sequence[Column], zone: str) -> pd.DataFrame:
    """Return a frame as `callplan.tables.check` would: optional columns without any value left out."""
    tz = pandas_zone(named_zone(zone))
    series = {}
    for column, cells in zip(columns, table.columns, strict=True):
        if not column.required and cells.null_count == len(cells):
            continue
        typed = cells.cast(_ARROW[column.dtype])
        values = typed.to_pandas(date_as_object=False)
        if column.dtype == "instant":
            values = values.dt.as_unit("us").dt.tz_convert(tz)
        elif column.dtype == "day":
            values = values.dt.as_unit("us")
        series[column.name] = values
    return pd.DataFrame(series)


def utc(instant: datetime, name: str) -> datetime:
    """Return an instant in UTC, or refuse one without a zone."""
    if instant.tzinfo is None:
        raise Refused(name, f"{instant} has no time zone", "give an instant with its zone")
    return instant.astimezone(UTC)
