"""A store in one DuckDB file, which is opened for each reading or writing, and let go after it."""

import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import Any

import duckdb
import pyarrow as pa

from callplan.errors import Refused
from callplan.schema import Column, Dtype
from callplan.store.backend import PAUSE_S, WAITING, Progress
from callplan.store.layout import declared, quoted, statements

_TYPES: dict[Dtype, str] = {
    "text": "TEXT",
    "instant": "TIMESTAMPTZ",
    "day": "DATE",
    "whole": "BIGINT",
    "number": "DOUBLE PRECISION",
}
# Ten million rows pass through this much memory; what does not fit lies in the folder beside the file.
_MEMORY = "400MB"
# One process has all its locks of a file in common: the first reader to leave would let go of all.
_ONE_AT_A_TIME = threading.Lock()


class DuckdbFile:
    """A store in a file.

    The connection is to an empty database in memory, which also holds what is staged: the file is
    attached to it only while it is read or written, and no primary key slows an import down.
    """

    schema = "main"

    def __init__(self, path: Path, wait_s: float, progress: Progress) -> None:
        self.where = str(path)
        self._path, self._wait_s, self._progress = path.absolute(), wait_s, progress
        self._spill = self._path.with_name(f".{path.name}.{os.getpid()}.spill")
        if path.is_dir() or not self._path.parent.is_dir():
            found = "this is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            raise Refused(self.where, found, "name a file for the store, such as store.duckdb")
        self._database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": _MEMORY,
                "temp_directory": str(self._spill),
                "preserve_insertion_order": "false",
                "threads": "4",
                "autoinstall_known_extensions": "false",
            },
        )
        self._database.execute("SET TimeZone = 'UTC'")
        if not path.exists():
            self._make()

    def _make(self) -> None:
        """Make an empty store elsewhere, and put it in its place whole, unless another was quicker."""
        part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
        try:
            with self._explained(), self._attached(part, ""):
                for statement in statements(_TYPES, keys=False):
                    self.run(statement)
            with suppress(FileExistsError):
                os.link(part, self._path)
        except OSError as fault:
            raise Refused(self.where, f"cannot be made ({fault.strerror})", "choose another place") from None
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the file together with other readers."""
        with self._explained(), self._attached(self._path, "(READ_ONLY)"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the file alone, for one transaction."""
        with self._explained(), self._attached(self._path, ""):
            self._sweep()
            self.run("BEGIN")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):
                    self.run("ROLLBACK")
                raise

    @contextmanager
    def staging(self, name: str, columns: tuple[Column, ...]) -> Iterator[None]:
        """Have a table in memory, or in the folder beside the file; the file itself is not held."""
        with self._explained():
            self.run(f"CREATE TEMP TABLE {quoted(name)} ({declared(columns, _TYPES)})")
            try:
                yield
            finally:
                self.run(f"DROP TABLE {quoted(name)}")

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Carry out a statement."""
        self._database.execute(sql, list(values))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query for text and numbers."""
        return self._database.execute(sql, list(values)).fetchall()

    def table(self, sql: str, values: Sequence[Any], columns: Sequence[Column]) -> pa.Table:  # noqa: ARG002
        """Return the rows of a query as Arrow: so instants need no pytz."""
        return self._database.sql(sql, params=list(values)).to_arrow_table()

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self._database.register("appended", rows)
        names = quoted(*rows.column_names)
        self.run(f"INSERT INTO {quoted(name)} ({names}) SELECT {names} FROM appended")
        self._database.unregister("appended")

    def close(self) -> None:
        """Let go of the memory, and of what was put aside on disk."""
        self._database.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    @contextmanager
    def _attached(self, path: Path, mode: str) -> Iterator[None]:
        """Have the file as the database that is in use, waiting for it while another process writes."""
        if not _ONE_AT_A_TIME.acquire(timeout=self._wait_s):
            raise self._busy()
        try:
            self._attach(path, mode)
            try:
                self.run("USE site")
                yield
            finally:
                self.run("USE memory")
                self.run("DETACH site")
        finally:
            _ONE_AT_A_TIME.release()

    def _attach(self, path: Path, mode: str) -> None:
        literal = str(path).replace("'", "''")
        tries = 1 + round(self._wait_s / PAUSE_S)
        for attempt in range(tries):
            try:
                self.run(f"ATTACH '{literal}' AS site {mode}")
                return
            except duckdb.Error as fault:
                if "Could not set lock" not in str(fault):
                    raise
                if attempt == 0 and tries > 1:
                    self._progress(WAITING)
                sleep(PAUSE_S)
        raise self._busy()

    def _busy(self) -> Refused:
        return Refused(
            self.where,
            f"another callplan has been using it for {self._wait_s:g} s",
            "try again when it is done; a team that writes at the same time is better served by PostgreSQL",
        )

    def _sweep(self) -> None:
        """Delete what killed imports had put aside on disk."""
        for left in self._path.parent.glob(f".{self._path.name}.*.spill"):
            process = int(left.name.split(".")[-2])
            if process != os.getpid() and not _runs(process):
                shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in a planner's words what DuckDB cannot do with the file."""
        try:
            yield
        except duckdb.Error as fault:
            text = str(fault)
            for sign, found, do in _FAULTS:
                if sign in text:
                    raise Refused(self.where, found, do) from fault
            raise


def _runs(process: int) -> bool:
    if os.name == "nt":  # where no file is deleted that is in use, and the signal 0 would end the process
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_NO_STORE = ("this is no store of callplan", "name another file, or move this one away")
_FAULTS = (
    ("not a valid DuckDB", *_NO_STORE),
    ("Cannot launch in-memory database", *_NO_STORE),
    (
        "Could not read enough bytes",
        "the file is cut short",
        "put a copy of it back, or import anew into another",
    ),
    ("with version number", "a newer DuckDB wrote this file", "update it: pip install --upgrade duckdb"),
    ("No space left", "the disk is full", "make room and run it again; nothing of it was kept"),
    ("Permission denied", "no permission to write it", "change the permission, or choose another place"),
    ("Read-only file system", "the folder cannot be written to", "choose another place"),
    (
        "Out of Memory",
        "more memory is needed than callplan takes",
        "make room on the disk, or split the file",
    ),
)
