"""Imports killed at any moment, and writers that come at once: nothing half done, nothing lost."""

import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callplan.store import open_store

BENCHMARK = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "store.py"))
NOW = datetime(2024, 6, 3, tzinfo=UTC)

# What two planners do at the same moment: each a process, which begins when it is told to.
PLANNER = """
import sys
from datetime import UTC, datetime
import pandas as pd
from callplan.errors import Refused
from callplan.store import open_store
address, who, task = sys.argv[1:]
now = datetime(2024, 6, 3, tzinfo=UTC)
start = pd.date_range("2024-06-10", periods=20_000, freq="30min", tz="UTC").as_unit("us")
with open_store(address) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        if task == "publish":
            steps = pd.DataFrame({"queue": "sales", "start": start[:48], "minutes": 30, "step": "naive"})
            version = {"queues": ["sales"], "first": "2024-06-10", "last": "2024-06-16", "model": "auto"}
            version |= {"cutoff": now, "settings": "{}", "input": "abc", "who": who, "at": now}
            print(store.publish(version, {"steps": steps.assign(calls=1.0)}))
        else:
            half = slice(None, 15_000) if who == "Ann" else slice(5_000, None)
            history = pd.DataFrame({"queue": "sales", "start": start[half], "minutes": 30})
            history["offered"] = float(len(who))
            done = store.put_history([history], file=who, digest=who, profile="generic", who=who, now=now)
            print(done.number, done.added, done.changed)
    except Refused as refused:
        print(refused)
"""


def at_once(address: str, task: str) -> list[str]:
    """Have Ann and Robert do something at the same moment; return what each was told."""
    open_store(address).close()
    planners = [
        subprocess.Popen(
            [sys.executable, "-c", PLANNER, address, who, task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in ("Ann", "Robert")
    ]
    for planner in planners:
        assert planner.stdout
        assert planner.stdout.readline() == "ready\n"
    for planner in planners:
        assert planner.stdin
        planner.stdin.write("\n")
        planner.stdin.flush()
    return [planner.communicate()[0].strip() for planner in planners]


def test_killed_at_any_moment_a_store_holds_all_of_a_file_or_nothing(new_store: Callable[[], str]) -> None:
    faults, imports = BENCHMARK["kill_loop"](new_store(), 4, seed=6)
    assert faults == []
    assert imports > 0


def test_the_witness_of_the_kills_sees_damage(tmp_path: Path) -> None:
    import duckdb

    path = str(tmp_path / "store.duckdb")
    with open_store(path) as store:
        for number in (1, 2):
            store.put_history(
                BENCHMARK["rewritten"](number),
                file="a",
                digest=str(number),
                profile="generic",
                who="Ann",
                now=NOW,
            )
    assert BENCHMARK["damage"](path) == ""
    with duckdb.connect(path) as connection:
        connection.execute("DELETE FROM history WHERE start = TIMESTAMPTZ '2021-01-01 00:00:00+00'")
    assert "after import 2" in BENCHMARK["damage"](path)


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_log_that_a_killed_process_left_is_replayed(tmp_path: Path, first: str) -> None:
    path = tmp_path / "store.duckdb"
    open_store(path).close()
    script = """
import os, signal, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("INSERT INTO notes VALUES (1, NULL, NULL, 'kept', 'Ann', now())")
connection.execute("BEGIN")
connection.execute("INSERT INTO notes VALUES (2, NULL, NULL, 'not kept', 'Ann', now())")
os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.with_name("store.duckdb.wal").exists()
    with open_store(path) as store:
        if first == "read":
            assert store.notes()["text"].tolist() == ["kept"]
        store.add_note({"text": "after", "who": "Ann", "at": NOW})
        assert store.notes()["text"].tolist() == ["kept", "after"]
    assert not path.with_name("store.duckdb.wal").exists()


def test_of_two_who_publish_at_once_one_is_told_of_the_other(new_store: Callable[[], str]) -> None:
    address = new_store()
    told = at_once(address, "publish")
    assert sorted(told, key=len)[0] == "1"
    winner, loser = ("Ann", told[1]) if told[0] == "1" else ("Robert", told[0])
    assert f"queue sales, 2024-06-10: published by {winner} at 2024-06-03 00:00 UTC as version 1" in loser
    with open_store(address) as store:
        assert store.versions()["who"].tolist() == [winner]
        assert len(store.published("steps", zone="UTC")) == 48


def test_two_imports_at_once_lose_nothing(new_store: Callable[[], str]) -> None:
    address = new_store()
    told = [tuple(map(int, line.split())) for line in at_once(address, "import")]
    assert sorted(told) == [(1, 15_000, 0), (2, 5_000, 10_000)]
    second = float(len(("Ann", "Robert")[told.index((2, 5_000, 10_000))]))
    with open_store(address) as store:
        counts = store.history(zone="UTC")["offered"].value_counts()
        assert counts.to_dict() == {second: 15_000, 9.0 - second: 5_000}
        store.undo_import(2, who="Cid", now=NOW)
        assert len(store.history(zone="UTC")) == 15_000
