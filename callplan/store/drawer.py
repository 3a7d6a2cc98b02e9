"""What the drawers of a store share: rows in, frames out, numbers counted from 1."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from callplan.schema import Column, Table
from callplan.store import frames
from callplan.store.backend import Backend
from callplan.store.layout import quoted
from callplan.tables import check


class Drawer:
    """A part of a store. All of its methods but the public ones expect that the store is held."""

    def __init__(self, database: Backend) -> None:
        self._database = database

    def _frame(self, sql: str, values: Sequence[Any], columns: Sequence[Column], zone: str) -> pd.DataFrame:
        return frames.to_pandas(self._database.table(sql, values, columns), columns, zone)

    def _all(self, table: Table, zone: str) -> pd.DataFrame:
        """Return a whole table, in the order of its key."""
        sql = f"SELECT {quoted(*table.names())} FROM {quoted(table.name)} ORDER BY {quoted(*table.key)}"
        with self._database.reading():
            return self._frame(sql, (), table.columns, zone)

    def _add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Add one row, checked against the table."""
        checked = check(pd.DataFrame([dict(row)]), table)
        self._database.append(table.name, frames.to_arrow(checked, table.columns))

    def _next(self, name: str) -> int:
        """Return the next number of a table whose first column counts from 1."""
        counter = name.removesuffix("s")
        sql = f"SELECT COALESCE(max({quoted(counter)}), 0) + 1 FROM {quoted(name)}"
        return self._database.rows(sql)[0][0]


def within(
    queues: Iterable[str] | None, since: datetime | None, until: datetime | None, *more: str
) -> tuple[str, list[Any]]:
    """Return the WHERE of a query for some queues, a span of instants and what else, and its values."""
    conditions, values = list(more), list[Any]()
    if queues is not None:
        conditions.append('"queue" = ANY(?)')
        values.append(list(queues))
    for name, sign, instant in (("since", ">=", since), ("until", "<", until)):
        if instant is not None:
            conditions.append(f'"start" {sign} ?')
            values.append(frames.utc(instant, name))
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), values
