"""How a store is laid out: one SQL table for each table that is kept, its types taken from the schema."""

from collections.abc import Mapping
from dataclasses import replace

from callplan.schema import (
    ACTIVITIES,
    BANDS,
    COVERAGE,
    FORECAST,
    HISTORY,
    IMPORTS,
    NOTES,
    OVERRIDES,
    PEOPLE,
    REQUIREMENT,
    SHIFT_PLAN,
    SHIFTS,
    STEPS,
    VERSIONS,
    Column,
    Dtype,
    Table,
)

LAYOUT = 1
"""Raised when the SQL tables change; a store of a higher number is refused."""

VERSIONED = {
    table.name: table
    for table in (
        STEPS, FORECAST, BANDS, REQUIREMENT, SHIFT_PLAN, SHIFTS, ACTIVITIES, COVERAGE, PEOPLE,
    )
}  # fmt: skip
"""The tables that a published version may have."""

WRITER = Column("import", "whole", "count", "the import that wrote the row")
REPLACED_BY = Column("replaced_by", "whole", "count", "the import that replaced the row")
VERSION = Column("version", "whole", "count", "the version's number")
_LAYOUT = Table("layout", "", (), (Column("number", "whole", "count", "the number of the layout"),))


def _kept_as(table: Table, *more: Column, key: tuple[str, ...] = ()) -> Table:
    own = tuple(column for column in table.columns if column.name not in [extra.name for extra in more])
    return replace(table, key=(*key, *(name for name in table.key if name not in key)), columns=(*more, *own))


KEPT = {
    table.name: table
    for table in (
        _LAYOUT,
        IMPORTS,
        _kept_as(HISTORY, WRITER),
        _kept_as(replace(HISTORY, name="history_before"), REPLACED_BY, WRITER, key=("replaced_by",)),
        VERSIONS,
        *(_kept_as(table, VERSION, key=("version",)) for table in VERSIONED.values()),
        OVERRIDES,
        NOTES,
    )
}
"""Every SQL table of a store."""


def quoted(*names: str, of: str = "") -> str:
    """Return names as SQL names, parted by commas; `of` is the table that they are of.

    >>> quoted("queue", "start", of="s")
    's."queue", s."start"'
    """
    prefix = f"{of}." if of else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def declared(columns: tuple[Column, ...], types: Mapping[Dtype, str]) -> str:
    """Return columns as CREATE TABLE wants them, in one database's types."""
    return ", ".join(f"{quoted(column.name)} {types[column.dtype]}" for column in columns)


def statements(types: Mapping[Dtype, str], *, keys: bool) -> list[str]:
    """Return what makes an empty store; `keys`: with primary keys."""
    result = []
    for table in KEPT.values():
        key = f", PRIMARY KEY ({quoted(*table.key)})" if keys and table.key else ""
        result.append(f"CREATE TABLE {quoted(table.name)} ({declared(table.columns, types)}{key})")
    return [*result, f"INSERT INTO {quoted('layout')} VALUES ({LAYOUT})"]
