"""How a store takes three years of 200 queues, and what kill -9 leaves of it.

    python benchmarks/store.py [--quick]

Ten million half-hours with ten columns, generated, are imported into a DuckDB file batch by batch, each
in a process of its own whose peak memory is told; then a week of one queue is read, and a month of all
queues is imported again with other values. A tenth of the rows goes into PostgreSQL, if its programs are
here, and into SQLite as planners' scripts do it: executemany, one primary key. Then imports that rewrite
every row are killed at random moments, again and again: each time the store must hold all of the last
import or nothing of it. `--quick`: a tenth of the rows, fewer kills. Exits 1 where a target is missed.
"""

import argparse
import json
import random
import resource
import runpy
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

QUEUES, YEARS, BATCH = 200, 3, 1_000
NOW = datetime(2024, 1, 1, tzinfo=UTC)
ZONE = "Europe/Paris"
IMPORT_S, MEMORY_MB, SLICE_S = 180, 1_000, 0.5
KILLED_ROWS = 20_000


def batches(intervals: int, first: str = "2021-01-01", factor: float = 1.0) -> Iterator[pd.DataFrame]:
    """Give half-hours of 200 queues, 200,000 rows at a time."""
    names = [f"queue {number:03d}" for number in range(QUEUES)]
    starts = pd.date_range(first, periods=intervals, freq="30min", tz=ZONE).as_unit("us")
    for place in range(0, intervals, BATCH):
        part = starts[place : place + BATCH]
        calls = np.random.default_rng(place).poisson(20, QUEUES * len(part)) * factor
        seconds = {
            "talk_s": 180.5 * calls,
            "hold_s": 12.25 * calls,
            "acw_s": 31.0 * calls,
            "wait_s": 9.1 * calls,
        }
        yield pd.DataFrame(
            {
                "queue": np.repeat(names, len(part)),
                "start": part.take(np.tile(np.arange(len(part)), QUEUES)),
                "minutes": 30,
                **{
                    "offered": calls,
                    "handled": np.floor(0.9 * calls),
                    "abandoned": calls - np.floor(0.9 * calls),
                },
                **seconds,
            }
        )


def put(address: str, intervals: int, first: str, factor: float) -> dict[str, float]:
    """Import so many half-hours of all queues; return the seconds, the peak memory, what was done."""
    from callplan.store import open_store

    begun = time.perf_counter()
    with open_store(address) as store:
        done = store.put_history(
            batches(intervals, first, factor),
            **{
                "file": first,
                "digest": f"{first} {factor}",
                "profile": "generic",
                "who": "bench",
                "now": NOW,
            },
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"s": time.perf_counter() - begun, "mb": peak, "added": done.added, "changed": done.changed}


def peer(path: str, intervals: int) -> dict[str, float]:
    """Do the same with SQLite and executemany."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(path)) as database:
        columns = list(next(batches(1)))
        marks = ", ".join("?" * len(columns))
        database.execute(f"CREATE TABLE history ({', '.join(columns)}, PRIMARY KEY (queue, start))")
        for batch in batches(intervals):
            rows = batch.assign(start=batch["start"].dt.tz_convert("UTC").astype(str))
            database.executemany(
                f"INSERT OR REPLACE INTO history VALUES ({marks})", rows.itertuples(index=False)
            )
        database.commit()
    return {"s": time.perf_counter() - begun, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def apart(part: str, *arguments: object) -> dict[str, float]:
    """Run a part in a process of its own, so that the memory is its own too."""
    command = [sys.executable, __file__, "--part", part, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def slice_s(address: str) -> float:
    """Return the seconds that a week of one queue takes in an open store, the best of three."""
    from callplan.store import open_store

    since, until = (pd.Timestamp(day, tz=ZONE) for day in ("2021-01-03", "2021-01-10"))
    seconds = []
    with open_store(address) as store:
        for _ in range(3):
            begun = time.perf_counter()
            rows = store.history(["queue 077"], since, until, zone=ZONE)
            seconds.append(time.perf_counter() - begun)
            assert len(rows) == 336
    return min(seconds)


def rewritten(number: int) -> Iterator[pd.DataFrame]:
    """Give the file of that number: every row says the number, and there is one row more each time."""
    starts = pd.date_range("2021-01-01", periods=KILLED_ROWS + number, freq="30min", tz="UTC").as_unit("us")
    file = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "offered": float(number)})
    for place in range(0, len(file), 5_000):
        yield file.iloc[place : place + 5_000]


def rewrite(address: str) -> None:
    """Import one such file after the other, until killed."""
    from callplan.store import open_store

    with open_store(address) as store:
        number = len(store.imports())
        print("importing", flush=True)
        while True:
            number += 1
            store.put_history(
                rewritten(number),
                **{
                    "file": str(number),
                    "digest": str(number),
                    "profile": "generic",
                    "who": "bench",
                    "now": NOW,
                },
            )


def damage(address: str) -> str:
    """Return what is wrong with a store after a kill; nothing, if all is whole."""
    from callplan.store import open_store

    with open_store(address) as store:
        number, history = len(store.imports()), store.history(zone="UTC")
        replaced = len(store.replaced(number)) if number else 0
    rows = KILLED_ROWS + number if number else 0
    expected = (rows, {float(number)} if number else set(), max(rows - 1, 0) if number > 1 else 0)
    found = (len(history), set(history["offered"]), replaced)
    return (
        ""
        if found == expected
        else f"after import {number}: rows, values, replaced are {found}, not {expected}"
    )


def kill_loop(address: str, kills: int, seed: int = 0) -> tuple[list[str], int]:
    """Kill imports at random moments; return what was damaged, and how many imports were whole."""
    from callplan.store import open_store

    moments, faults = random.Random(seed), []
    for _ in range(kills):
        command = [sys.executable, __file__, "--part", "rewrite", address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "importing\n"
            time.sleep(moments.uniform(0, 1.5))
            process.send_signal(signal.SIGKILL)
        faults += filter(None, [damage(address)])
    with open_store(address) as store:
        return faults, len(store.imports())


def told(name: str, value: float, unit: str, most: float | None = None) -> bool:
    """Print a line of the table; return whether its target is met."""
    met = most is None or value <= most
    target = "" if most is None else f"at most {most:g} {unit}: {'met' if met else 'MISSED'}"
    print(f"{name:<52}{value:>12,.2f} {unit:<7}{target}")
    return met


def measure(kind: str, address: str, intervals: int, *, targets: bool) -> bool:
    """Print what one database does with so many half-hours of 200 queues."""
    rows = intervals * QUEUES
    first = apart("put", address, intervals, "2021-01-01", 1)
    assert first["added"] == rows
    print(f"{kind}: {rows:,} rows, {rows / first['s']:,.0f} rows/s")
    met = told("  import", first["s"], "s", IMPORT_S if targets else None)
    met &= told("  its peak memory", first["mb"], "MB", MEMORY_MB if targets else None)
    met &= told("  a week of one queue", slice_s(address), "s", SLICE_S)
    month = min(intervals, 31 * 48)
    again = apart("put", address, month, "2021-01-01", 1.5)
    assert again["changed"] + again["added"] <= month * QUEUES
    told(f"  a month again ({again['changed']:,} rows changed)", again["s"], "s")
    return met & told("  its peak memory", again["mb"], "MB", MEMORY_MB if targets else None)


def killed(kind: str, address: str, kills: int) -> bool:
    """Print what a loop of kills leaves."""
    faults, imports = kill_loop(address, kills)
    print(
        f"{kind}: {kills} imports killed, {imports} were whole, {len(faults)} stores damaged",
        *faults,
        sep="\n",
    )
    return not faults and imports > 0


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, fewer kills")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        return part(*arguments.part)
    intervals = YEARS * 365 * 48 // (10 if arguments.quick else 1)
    few, kills = intervals // 10, 4 if arguments.quick else 60
    helper = runpy.run_path(str(Path(__file__).parents[1] / "tests" / "postgres_server.py"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.duckdb"
        met = measure("DuckDB", str(file), intervals, targets=True)
        told("  the file", file.stat().st_size / 2**20, "MB")
        met &= killed("DuckDB", str(Path(folder) / "killed.duckdb"), kills)
        if helper["binaries"]():
            with helper["server"]() as url:
                met &= measure("PostgreSQL", url, few, targets=False)
            with helper["server"]() as url:
                met &= killed("PostgreSQL", url, kills // 2)
        else:
            print(helper["GET_IT"])
        theirs = apart("peer", Path(folder) / "peer.sqlite", few)
        print(f"SQLite, executemany: {few * QUEUES:,} rows, {few * QUEUES / theirs['s']:,.0f} rows/s")
        told("  import", theirs["s"], "s")
        told("  the file", (Path(folder) / "peer.sqlite").stat().st_size / 2**20, "MB")
    return int(not met)


def part(name: str, address: str, *more: str) -> int:
    """Run one part in this process."""
    if name == "rewrite":
        rewrite(address)
    elif name == "peer":
        print(json.dumps(peer(address, int(more[0]))))
    else:
        print(json.dumps(put(address, int(more[0]), more[1], float(more[2]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
