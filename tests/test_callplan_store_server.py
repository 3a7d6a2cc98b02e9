"""A store in PostgreSQL: how an address is refused, and what is left of other people's tables."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pandas as pd
import psycopg
import pytest

from callplan.errors import Refused
from callplan.store import open_store

pytestmark = pytest.mark.xdist_group("postgres")
NOW = datetime(2024, 6, 3, tzinfo=UTC)


@pytest.fixture
def address(postgres: str) -> Iterator[str]:
    """Give the server's address; the store in it is deleted afterwards."""
    yield postgres
    with psycopg.connect(postgres) as connection:
        connection.execute("DROP SCHEMA IF EXISTS callplan CASCADE")


def put(address: str) -> None:
    start = [pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")]
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 1.0})
    with open_store(address) as store:
        store.put_history([history], file="a", digest="a", profile="generic", who="Ann", now=NOW)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace(":se%20", ":wrong"), "wrong user or password; correct the address"),
        (lambda url: url.replace(":se%20cret%401", ""), "the server wants a password; write it into"),
        (lambda url: url.replace("/postgres", "/nowhere"), "no such database or user; correct the address"),
        (lambda url: url.replace("planner:", "nobody:"), "wrong user or password; correct the address"),
        (lambda _: "postgresql://planner:se%20cret@127.0.0.1:1/x", "no server answers there; correct host"),
        (lambda _: "postgresql://planner:se%20cret@x.invalid/x", "the host is not known; correct the host"),
        (lambda url: url.replace("%40", "@"), "more than one @; write an @ inside the password as %40"),
        (lambda _: "postgresql://planner:secret@[/x", "does not understand it; write postgresql://user"),
        (lambda _: "postgresql://planner:secret@h/x?frobnicate=1", "does not understand it; write"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_in_one_line(
    address: str, change: Callable[[str], str], told: str
) -> None:
    with pytest.raises(Refused) as refused:
        open_store(change(address), wait_s=0)
    text = str(refused.value)
    assert told in text
    assert "\n" not in text
    for secret in ("cret", "se%20", "secret", "wrong:"):
        assert secret not in text


def test_a_store_has_a_schema_of_its_own(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.history (number BIGINT)")
        connection.execute("INSERT INTO public.history VALUES (1)")
    put(address)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM public.history").fetchone() == (1,)
        connection.execute("DROP TABLE public.history")


def test_a_day_of_history_is_there_once_by_the_databases_own_word(address: str) -> None:
    put(address)
    with psycopg.connect(address) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO callplan.history SELECT * FROM callplan.history")


def test_a_schema_that_is_no_store_and_a_newer_one_are_refused(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE SCHEMA callplan")
    with pytest.raises(Refused, match="a database, but no store of callplan"):
        open_store(address)
    with psycopg.connect(address) as connection:
        connection.execute("DROP SCHEMA callplan")
    put(address)
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE callplan.layout SET number = 9")
    with pytest.raises(Refused, match="a store of layout 9; this callplan knows 1; update callplan"):
        open_store(address)


def test_a_user_who_may_only_read_reads(address: str) -> None:
    put(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'r'")
        connection.execute("GRANT USAGE ON SCHEMA callplan TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA callplan TO reader")
        url = address.replace(f"planner:{quote('se cret@1')}", "reader:r")
        with open_store(url) as store:
            assert len(store.history(zone="UTC")) == 1
            with pytest.raises(Refused, match=r"this user may not do that; have it granted"):
                store.add_note({"text": "x", "who": "Ann", "at": NOW})
        connection.execute("DROP OWNED BY reader")
        connection.execute("DROP ROLE reader")


def test_a_writer_waits_for_another_and_readers_do_not(address: str) -> None:
    put(address)
    said: list[str] = []
    with open_store(address) as first, open_store(address, wait_s=0.2, progress=said.append) as second:
        with first._database.writing():
            assert len(second.history(zone="UTC")) == 1
            with pytest.raises(Refused, match=r"another callplan has been writing for 0\.2 s; try again"):
                second.add_note({"text": "x", "who": "Ann", "at": NOW})
        second.add_note({"text": "x", "who": "Ann", "at": NOW})
    assert said == ["another callplan is writing; waiting"]


def test_a_server_that_goes_away_is_told(address: str) -> None:
    put(address)
    with open_store(address) as store:
        with psycopg.connect(address) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'callplan'"
            )
        with pytest.raises(Refused, match="see whether the server runs, and try again"):
            store.history(zone="UTC")
