"""Commands that list what a site's store holds, and give it back: history, export."""

from datetime import datetime
from typing import Any

import click

from callplan.errors import Refused
from commands.door import DAY, example, put, read_site, with_output, with_site
from commands.keeping import moment, opened, span_of, whoever, with_store, with_who
from commands.options import with_queues


@click.command(epilog=example("callplan history", "callplan history --of journal"))
@click.option(
    "--of",
    "what",
    type=click.Choice(["queues", "journal", "imports", "versions", "overrides", "notes"]),
    default="queues",
    show_default=True,
    help="What to list.",
)
@click.option("--note", help="Write this down beside the numbers, with who and when.")
@click.option("--queue", help="The queue that the note is about.")
@click.option("--day", type=DAY, help="The day that the note is about.")
@with_who
@with_store
@with_site
@with_output
def history(
    what: str,
    note: str | None,
    queue: str | None,
    day: datetime | None,
    who: str | None,
    now: datetime | None,
    store_at: str | None,
    site_file: str,
    **out: Any,
) -> None:
    """List what the site's store holds.

    Its queues from when to when; or all that was done, in order of time; or the imports, the published
    versions, the overrides, the notes.
    """
    site = read_site(site_file)
    with opened(store_at, site, site_file, new=note is not None) as store:
        if note is not None:
            if not note.strip():
                raise Refused("--note", "nothing", "write something")
            row = {"queue": queue and site.queue(queue) and queue, "day": day and day.date(), "text": note}
            number = store.add_note({**row, "who": whoever(who), "at": moment(now, site)})
            click.echo(f"note {number} is kept", err=True)
            return
        rows = store.extent(zone=site.zone) if what == "queues" else getattr(store, what)(zone=site.zone)
    put(rows, **out)


# What `export` gives back, and the table of the store that holds it.
KEPT = {
    "forecasts": "forecast",
    "bands": "bands",
    "steps": "steps",
    "requirements": "requirement",
    "rosters": "shifts",
    "activities": "activities",
    "shift_plans": "shift_plan",
    "coverage": "coverage",
}


@click.command(epilog=example("callplan export history -o calls.csv"))
@click.argument("what", type=click.Choice(["history", *KEPT, "imports", "versions", "overrides", "notes"]))
@with_queues
@click.option("--since", type=DAY, help="The first day.")
@click.option("--until", type=DAY, help="The last day.")
@with_store
@with_site
@with_output
def export(
    what: str,
    queues: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    store_at: str | None,
    site_file: str,
    **out: Any,
) -> None:
    """Give back what the site's store holds, in the columns of `callplan columns`.

    Of what was published, that which stands: each row has the number of its version.
    """
    site = read_site(site_file)
    first, end = span_of(since, until, site)
    which: dict[str, Any] = {"queues": queues or None, "since": first, "until": end, "zone": site.zone}
    with opened(store_at, site, site_file) as store:
        if what == "history":
            rows = store.history(**which)
        elif what in KEPT:
            rows = store.published(KEPT[what], **which)
        else:
            rows = getattr(store, what)(zone=site.zone)
    if rows.empty:
        raise Refused(what, "nothing there", "see `callplan history` for what is")
    put(rows, **out)
