"""What the commands around a site's store share: where it is, who does something, and when."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callplan.errors import Refused
from commands.door import TABLE_FILE, progress
from commands.options import Instant, calls_of, only, with_all

if TYPE_CHECKING:
    import pandas as pd

    from callplan.store import Store
    from planning import Site

SERVER = ("postgresql:", "postgres:")


def with_store(command: Callable) -> Callable:
    """Give a command the store."""
    option = click.option(
        "--store",
        "store_at",
        envvar="CALLPLAN_STORE",
        show_envvar=True,
        help="The store: a DuckDB file, or postgresql://...  [default: as in site.toml, or callplan.duckdb]",
    )
    return option(command)


def with_calls(command: Callable) -> Callable:
    """Give a command a history: a file, or what the site's store holds."""
    return click.argument("history", required=False, type=TABLE_FILE)(with_store(command))


def with_who(command: Callable) -> Callable:
    """Give a command who does it, and when."""
    options = [
        click.option(
            "--who", envvar="CALLPLAN_WHO", show_envvar=True, help="Who does it.  [default: the login]"
        ),
        click.option("--now", type=Instant(), help="When, kept in the journal.  [default: by the clock]"),
    ]
    return with_all(options, command)


def whoever(who: str | None) -> str:
    """Return who does something: as said, or the name of the login."""
    if who is not None:
        if not who.strip():
            raise Refused("--who", "nobody", "say who it is")
        return who
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Refused("--who", "the login has no name", "say who it is") from None


def moment(now: datetime | None, site: "Site") -> datetime:
    """Return when something is done: as said, or else now; without an offset it is on the site's clock."""
    if now is None:
        return datetime.now(UTC)
    from callplan.intervals import named_zone

    return now if now.tzinfo else now.replace(tzinfo=named_zone(site.zone))


def span_of(
    since: datetime | None, until: datetime | None, site: "Site"
) -> "tuple[datetime | None, datetime | None]":
    """Return when the first of some days begins and the last ends; None where no day is said."""
    import pandas as pd

    from callplan.intervals import first_instants, named_zone

    days = pd.Series([since, until and until + timedelta(days=1)], dtype="datetime64[us]")
    first, end = first_instants(days, named_zone(site.zone))
    return (first if since else None), (end if until else None)


@contextmanager
def opened(store_at: str | None, site: "Site", site_file: str, *, new: bool = False) -> "Iterator[Store]":
    """Open the store, and say on stderr if another process has to be waited for.

    Where there is none a `new` one is made, or else it is refused.
    """
    from callplan.store import open_store

    where = store_at or site.store
    if not where.startswith(SERVER):
        if "://" in where:
            found = f"found {where.partition(':')[0]}://"
            raise Refused("store", found, "name a file, or an address that begins with postgresql://")
        where = str(Path(site_file).parent / where) if store_at is None else where
        if not new and not Path(where).exists():
            raise Refused(where, "no store is there yet", "callplan import FILES makes one")
    with open_store(where, progress=lambda line: click.echo(line, err=True)) as store:
        yield store


@contextmanager
def at_work(
    store_at: str | None, site: "Site", site_file: str, *, new: bool = False
) -> "Iterator[tuple[Store, Callable]]":
    """Open the store as `opened` does, with somebody to tell how far the work is."""
    with progress() as say, opened(store_at, site, site_file, new=new) as store:
        yield store, say


def calls_kept(
    history: str | None, queues: tuple[str, ...], store_at: str | None, site: "Site", site_file: str
) -> "pd.DataFrame":
    """Read a history from a file, or that of the site's queues from its store; or of these queues alone."""
    if history is not None:
        return calls_of(history, site, queues)
    from planning import at_site

    with opened(store_at, site, site_file) as store:
        calls = store.history(queues or site.queues, zone=site.zone)
    if calls.empty:
        raise Refused("HISTORY", "no file named, and none of it in the store", "callplan import FILES")
    return only(at_site(calls, site), queues, "the store")
