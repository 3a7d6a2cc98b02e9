"""A store in a DuckDB file: who holds it, and which files are refused."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.store import Store, open_store

NOW = datetime(2024, 6, 3, tzinfo=UTC)
HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def another_process(path: Path, mode: str) -> Iterator[subprocess.Popen]:
    """Have another process hold the file, until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.communicate("\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_store(tmp_path / "store.duckdb") as store:
        put(store, "a.csv")
    return tmp_path / "store.duckdb"


def put(store: Store, file: str) -> None:
    start = [pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")]
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 1.0})
    store.put_history([history], file=file, digest=file, profile="generic", who="Ann", now=NOW)


def test_a_store_is_one_file_that_nobody_holds(path: Path) -> None:
    with open_store(path) as store:
        assert len(store.history(zone="UTC")) == 1
        duckdb.connect(str(path)).close()  # between two steps it can be written by another
        assert [left.name for left in path.parent.iterdir()] == ["store.duckdb"]


def test_while_another_process_writes_we_wait_and_say_why(path: Path) -> None:
    said: list[str] = []
    with another_process(path, "write") as other, open_waiting(path, said, other) as store:
        put(store, "b.csv")
        assert len(store.imports()) == 2
    assert said == ["another callplan is writing; waiting"]


@contextmanager
def open_waiting(path: Path, said: list[str], other: subprocess.Popen) -> Iterator[Store]:
    """Open a store that is held by a process, which goes away as soon as we say that we wait."""

    def progress(text: str) -> None:
        said.append(text)
        assert other.stdin
        other.stdin.write("\n")
        other.stdin.flush()

    with open_store(path, wait_s=30, progress=progress) as store:
        yield store


@pytest.mark.parametrize("wait_s", [0, 0.2])
def test_who_waits_too_long_is_told_what_to_do(path: Path, wait_s: float) -> None:
    with another_process(path, "write"), pytest.raises(Refused) as told:
        open_store(path, wait_s=wait_s)
    assert str(told.value) == (
        f"{path}: another callplan has been using it for {wait_s:g} s; "
        "try again when it is done; a team that writes at the same time is better served by PostgreSQL"
    )


def test_readers_do_not_wait_for_readers(path: Path) -> None:
    with another_process(path, "read"), open_store(path, wait_s=0) as store:
        assert len(store.history(zone="UTC")) == 1
        with pytest.raises(Refused, match="another callplan has been using it"):
            store.add_note({"text": "x", "who": "Ann", "at": NOW})


def test_two_stores_of_one_process_share_a_file(path: Path) -> None:
    with open_store(path) as one, open_store(path) as two:
        put(one, "b.csv")
        assert len(two.imports()) == 2
        put(two, "c.csv")
        assert len(one.imports()) == 3


def test_files_that_are_no_store_are_refused(tmp_path: Path) -> None:
    text, empty, other = (tmp_path / name for name in ("a.txt", "empty", "other.duckdb"))
    text.write_text("queue,start\n" * 1000)
    empty.touch()
    duckdb.connect(str(other)).execute("CREATE TABLE orders (number BIGINT)")
    for path, told in (
        (text, "this is no store of callplan; name another file, or move this one away"),
        (empty, "this is no store of callplan; name another file, or move this one away"),
        (other, "a database, but no store of callplan; name another, or move this one away"),
        (tmp_path, "this is a folder; name a file for the store, such as store.duckdb"),
        (tmp_path / "x" / "y", f"there is no folder {tmp_path / 'x'}; name a file for the store"),
    ):
        with pytest.raises(Refused) as refused:
            open_store(path)
        assert f"{path}: {told}" in str(refused.value)
    assert text.read_text().startswith("queue,start")


def test_a_store_of_a_newer_callplan_is_refused(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE layout SET number = number + 1")
    with pytest.raises(
        Refused, match=r"a store of layout 2; this callplan knows 1; update callplan to open it"
    ):
        open_store(path)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """Give a folder that cannot be written to, and be a user who keeps to that: root need not."""
    with tempfile.TemporaryDirectory() as name:
        with open_store(Path(name) / "store.duckdb") as store:
            put(store, "a.csv")
        (Path(name) / "store.duckdb").chmod(0o444)
        Path(name).chmod(0o555)
        root = os.getuid() == 0
        if root:
            os.seteuid(65534)
        yield Path(name)
        if root:
            os.seteuid(0)
        Path(name).chmod(0o755)


def test_a_folder_that_cannot_be_written_to_can_be_read(closed_folder: Path) -> None:
    with open_store(closed_folder / "store.duckdb") as store:
        assert len(store.history(zone="UTC")) == 1
        with pytest.raises(Refused, match="no permission to write it; change the permission, or choose"):
            put(store, "b.csv")
    with pytest.raises(Refused, match="no permission to write it"):
        open_store(closed_folder / "new.duckdb")


def test_what_killed_imports_left_beside_the_file_is_swept(path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone, alive = (path.with_name(f".store.duckdb.{process}.spill") for process in (ended.pid, 1))
    for folder in (gone, alive):
        folder.mkdir()
        (folder / "duckdb_temp_storage-0.tmp").touch()
    with open_store(path) as store:
        put(store, "b.csv")
    assert not gone.exists()
    assert alive.exists()


def test_a_quote_in_the_path_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "Ann's site, 客服"
    folder.mkdir()
    with open_store(folder / "it's.duckdb") as store:
        put(store, "a.csv")
        assert len(store.imports()) == 1
