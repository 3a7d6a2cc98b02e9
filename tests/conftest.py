"""The tiny instance that every test may know by heart, and how property tests are run.

One queue, `sales`, in Paris, on the morning of Monday 6 May 2024, open 09:00-11:30, by half-hours:

    09:00   10 calls of 100 s
    09:30   30 calls of 200 s      the hour from 09:00: 40 calls, 7,000 s, AHT 175 s
    10:00    0 calls               zero: nobody called
    10:30   (no row)               missing: nobody knows
    11:00   20 calls of 150 s
    11:30   (no row)               closed: no row is due
"""

import itertools
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.hours import OpeningHours
from cli import main

# The same examples in every run: a test that passes today passes tomorrow.
hypothesis.settings.register_profile(
    "callplan",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("callplan")

TINY_ZONE = "Europe/Paris"


@pytest.fixture
def at_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[..., Result]]:
    """Give the command in an empty folder with these settings, and no store named outside of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLPLAN_STORE", raising=False)

    def with_settings(settings: str) -> Callable[..., Result]:
        Path("site.toml").write_text(settings, encoding="utf-8")
        return lambda *words: CliRunner().invoke(main, words)

    return with_settings


@pytest.fixture
def tiny_zone() -> str:
    return TINY_ZONE


@pytest.fixture
def tiny_hours() -> OpeningHours:
    return OpeningHours.parse({"mon": "09:00-11:30"})


@pytest.fixture
def tiny_history() -> pd.DataFrame:
    clock = ["09:00", "09:30", "10:00", "11:00"]
    return pd.DataFrame(
        {
            "queue": "sales",
            "start": pd.to_datetime([f"2024-05-06 {time}" for time in clock])
            .tz_localize(TINY_ZONE)
            .as_unit("us"),
            "minutes": 30,
            "offered": [10.0, 30.0, 0.0, 20.0],
            "aht_s": [100.0, 200.0, np.nan, 150.0],
        }
    )


@pytest.fixture
def tiny_csv() -> str:
    """Return `tiny_history` as it stands in a file, its times as the clock in Paris showed them."""
    return (
        "queue,start,minutes,offered,aht_s\n"
        "sales,2024-05-06 09:00,30,10,100\n"
        "sales,2024-05-06 09:30,30,30,200\n"
        "sales,2024-05-06 10:00,30,0,\n"
        "sales,2024-05-06 11:00,30,20,150\n"
    )


@pytest.fixture(scope="module")
def brief_search() -> Iterator[None]:
    """Search for rosters in a few levels instead of dozens, where it does not matter how good they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduling.roster.search.LEVELS", 8)
        yield


@pytest.fixture
def a_file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return a function that writes a file of that name and content, and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run a PostgreSQL server of our own, one for all tests of a process."""
    helper = runpy.run_path(str(Path(__file__).with_name("postgres_server.py")))
    if not helper["binaries"]():
        pytest.skip(helper["GET_IT"])
    with helper["server"]() as url:
        yield url


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return a function that gives the address of an empty store, on each kind of database.

    Of PostgreSQL there is one at a time: the next call empties it.
    """
    if request.param == "duckdb":
        numbers = itertools.count()
        return lambda: str(tmp_path / f"store-{next(numbers)}.duckdb")
    import psycopg

    url = request.getfixturevalue("postgres")

    def make() -> str:
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA IF EXISTS callplan CASCADE")
        return url

    return make
