"""The door of a store: `open_store`, and all that can be done with what it gives."""

from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from callplan.errors import Refused
from callplan.store.backend import Backend, Progress
from callplan.store.imports import Imports
from callplan.store.layout import LAYOUT
from callplan.store.records import Records
from callplan.store.versions import Versions


class Store(Imports, Versions, Records):
    """What a site keeps. Close it, or use it as a context manager.

    The database is held only while something is read or written, never in between.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def journal(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return all that was done, in order of time: at, who, what (import, publish ...), text."""
        lines = []
        for row in self.imports().to_dict("records"):
            counts = ", ".join(f"{row[name]:,} {name}" for name in ("added", "changed", "same"))
            name = f"import {row['import']}: {row['file']}"
            lines += _done_and_undone(row, "import", f"{name}, {counts} intervals", name)
        for row in self.versions().to_dict("records"):
            span = f"{row['first']:%Y-%m-%d} to {row['last']:%Y-%m-%d}"
            queues = row["queues"].replace("|", ", ")
            lines.append((row["at"], row["who"], "publish", f"version {row['version']}: {queues}, {span}"))
        for row in self.overrides().to_dict("records"):
            amount = f"{row['amount']:+.3g}" if row["kind"] != "set" else f"{row['amount']:g}"
            span = f"{row['first']:%Y-%m-%d} to {row['last']:%Y-%m-%d}"
            name = f"override {row['override']}: {row['queue']}, {span}"
            lines += _done_and_undone(
                row, "override", f"{name}, {row['kind']} {amount}, {row['reason']}", name
            )
        lines += [(row.at, row.who, "note", row.text) for row in self.notes().itertuples()]
        journal = pd.DataFrame(lines, columns=["at", "who", "what", "text"])
        journal["at"] = pd.to_datetime(journal["at"], utc=True).dt.as_unit("us").dt.tz_convert(zone)
        return journal.sort_values("at", kind="stable", ignore_index=True)


def _done_and_undone(row: dict, what: str, text: str, name: str) -> list[tuple]:
    done = (row["at"], row["who"], what, text)
    if pd.isna(row.get("undone", pd.NaT)):
        return [done]
    return [done, (row["undone"], row["undone_by"], "undo", name)]


def open_store(where: str | Path, *, wait_s: float = 10.0, progress: Progress | None = None) -> Store:
    """Open the store in a DuckDB file, or at a PostgreSQL address; make an empty one where there is none.

    Whoever finds it in use by another process that writes waits for up to `wait_s` seconds, and
    `progress` is told why. Raises `Refused` where it cannot be opened.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.duckdb") as store:
    ...     store.history(zone="Europe/Paris").columns.tolist()
    ['queue', 'start', 'minutes', 'offered']
    """
    database: Backend
    tell = progress or (lambda _: None)
    if str(where).startswith(("postgresql:", "postgres:")):
        from callplan.store.postgres import Postgres

        database = Postgres(str(where), wait_s, tell)
    else:
        from callplan.store.duckdb_file import DuckdbFile

        database = DuckdbFile(Path(where), wait_s, tell)
    try:
        _check_layout(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _check_layout(database: Backend) -> None:
    """Refuse a database that is not laid out as this callplan knows it."""
    there = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'layout' AND table_schema = ?"
    with database.reading():
        if database.rows(there, [database.schema]) == [(0,)]:
            raise Refused(
                database.where, "a database, but no store of callplan", "name another, or move this one away"
            )
        ((number,),) = database.rows("SELECT max(number) FROM layout")
    if number != LAYOUT:
        raise Refused(
            database.where,
            f"a store of layout {number}; this callplan knows {LAYOUT}",
            "update callplan to open it",
        )
