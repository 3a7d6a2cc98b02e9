"""A store in a schema of its own in a PostgreSQL database, for people who write at the same time."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import sleep
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg.conninfo import conninfo_to_dict

from callplan.errors import Refused
from callplan.schema import Column, Dtype
from callplan.store import frames
from callplan.store.backend import PAUSE_S, WAITING, Progress
from callplan.store.layout import declared, quoted, statements

_TYPES: dict[Dtype, str] = {
    "text": 'TEXT COLLATE "C"',  # sorted as Python sorts, wherever the server stands
    "instant": "TIMESTAMPTZ",
    "day": "DATE",
    "whole": "BIGINT",
    "number": "DOUBLE PRECISION",
}
_OLDEST = 150_000  # the first version with MERGE
_CONNECT_S = 10
_SESSION = ("search_path = callplan", "timezone = 'UTC'", "datestyle = 'ISO'")
# So that a killed writer soon lets go of the lock; not every server's system can tell.
_NOTICE_THE_DEAD = "client_connection_check_interval = '1s'"


class Postgres:
    """A store in a database; every writer takes the same lock, readers never wait."""

    schema = "callplan"

    def __init__(self, url: str, wait_s: float, progress: Progress) -> None:
        self.where = _without_password(url)
        self._wait_s, self._progress = wait_s, progress
        with self._explained():
            self._connection = psycopg.connect(
                url, autocommit=True, connect_timeout=_CONNECT_S, application_name="callplan"
            )
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Set the session, and make an empty store where there is none."""
        version = self._connection.info.server_version
        if version < _OLDEST:
            found = f"PostgreSQL {version // 10_000}"
            raise Refused(self.where, found, f"callplan needs {_OLDEST // 10_000} or later")
        for setting in _SESSION:
            self.run(f"SET {setting}")
        with suppress(psycopg.errors.InvalidParameterValue):
            self.run(f"SET {_NOTICE_THE_DEAD}")
        there = "SELECT count(*) FROM pg_namespace WHERE nspname = 'callplan'"
        if self.rows(there) == [(0,)]:
            with self.writing():
                if self.rows(there) == [(0,)]:  # nobody else has made it in the meantime
                    self.run("CREATE SCHEMA callplan")
                    for statement in statements(_TYPES, keys=True):
                        self.run(statement)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the store, whatever others write meanwhile."""
        with self._explained(), self._connection.transaction():
            self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer, for one transaction."""
        with self._explained(), self._connection.transaction():
            self._lock()
            yield

    @contextmanager
    def staging(self, name: str, columns: tuple[Column, ...]) -> Iterator[None]:
        """Have a table of this connection's own."""
        with self._explained():
            self.run(f"CREATE TEMP TABLE {quoted(name)} ({declared(columns, _TYPES)})")
            try:
                yield
            finally:
                if not self._connection.broken:
                    self.run(f"DROP TABLE {quoted(name)}")

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Carry out a statement."""
        self._connection.execute(_placed(sql), values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(_placed(sql), values).fetchall()

    def table(self, sql: str, values: Sequence[Any], columns: Sequence[Column]) -> pa.Table:
        """Return the rows of a query: copied out as CSV, which Arrow reads without a Python object each."""
        copied = io.BytesIO()
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY ({_placed(sql)}) TO STDOUT (FORMAT csv)", values) as copy,
        ):
            for block in copy:
                copied.write(block)
        schema = frames.schema(columns)
        if not copied.tell():
            return schema.empty_table()
        copied.seek(0)
        return pa.csv.read_csv(
            copied,
            read_options=pa.csv.ReadOptions(column_names=schema.names),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def append(self, name: str, rows: pa.Table) -> None:
        """Copy rows into a table."""
        written = io.BytesIO()
        pa.csv.write_csv(rows, written, pa.csv.WriteOptions(include_header=False))
        into = f"COPY {quoted(name)} ({quoted(*rows.column_names)}) FROM STDIN (FORMAT csv)"
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write(written.getbuffer())

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()

    def _lock(self) -> None:
        """Take the lock of all writers, which ends with the transaction."""
        tries = 1 + round(self._wait_s / PAUSE_S)
        for attempt in range(tries):
            if self.rows("SELECT pg_try_advisory_xact_lock(hashtext('callplan'))") == [(True,)]:
                return
            if attempt == 0 and tries > 1:
                self._progress(WAITING)
            sleep(PAUSE_S)
        raise Refused(
            self.where,
            f"another callplan has been writing for {self._wait_s:g} s",
            "try again when it is done",
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in a planner's words why the server did not do it."""
        try:
            yield
        except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as fault:
            told = str(fault)
            for sign, found, do in _FAULTS:
                if sign in told:
                    raise Refused(self.where, found, do) from fault
            raise Refused(
                self.where, told.splitlines()[0], "see whether the server runs, and try again"
            ) from fault


def _placed(sql: str) -> str:
    """Return the SQL with the driver's own mark for a value."""
    return sql.replace("?", "%s")


def _without_password(url: str) -> str:
    """Return an address to show, or refuse one that cannot be understood, without repeating it."""
    do = "write postgresql://user:password@host:5432/database"
    if url.partition("?")[0].count("@") > 1:
        raise Refused("the store's address", "more than one @", "write an @ inside the password as %40")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise Refused("the store's address", "PostgreSQL does not understand it", do) from None
    user, port = (f"{parts['user']}@" if "user" in parts else ""), parts.get("port", 5432)
    return f"postgresql://{user}{parts.get('host', '')}:{port}/{parts.get('dbname', '')}"


_FAULTS = (
    ("password authentication failed", "wrong user or password", "correct the address of the store"),
    ("no password supplied", "the server wants a password", "write it into the address: user:password@host"),
    ("does not exist", "no such database or user", "correct the address, or have it made: createdb NAME"),
    ("Connection refused", "no server answers there", "correct host and port, or start the server"),
    ("could not translate host name", "the host is not known", "correct the host in the address"),
    ("failed to resolve host", "the host is not known", "correct the host in the address"),
    ("Name or service not known", "the host is not known", "correct the host in the address"),
    ("timeout expired", "no answer in time", "see whether the server runs, and whether the network lets you"),
    ("permission denied", "this user may not do that", "have it granted by whoever runs the database"),
    ("No space left", "the server's disk is full", "make room and run it again; nothing of it was kept"),
    ("too many clients", "the server has no connection left", "try again in a moment"),
)
