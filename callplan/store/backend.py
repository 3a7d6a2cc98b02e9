"""What the store asks of a database. The SQL is the same for all; `?` stands for a value."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pyarrow as pa

from callplan.schema import Column

Progress = Callable[[str], None]
PAUSE_S = 0.05
"""Between two tries to get hold of a store that another process writes to."""
WAITING = "another callplan is writing; waiting"


class Backend(Protocol):
    """One database, held only while it is read or written."""

    where: str
    """The store as people know it, without a password."""
    schema: str
    """The SQL schema that the tables are in."""

    def reading(self) -> AbstractContextManager[None]:
        """Hold the store for reading: all that is read inside belongs together."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the store alone, for one transaction: all of it is kept, or nothing."""

    def staging(self, name: str, columns: tuple[Column, ...]) -> AbstractContextManager[None]:
        """Have a table of one's own, which nobody else sees, for a while."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Carry out a statement."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query for text and numbers."""

    def table(self, sql: str, values: Sequence[Any], columns: Sequence[Column]) -> pa.Table:
        """Return the rows of a query that gives these columns, in this order."""

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table, its other columns empty."""

    def close(self) -> None:
        """Let go of the database."""
