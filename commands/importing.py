"""Commands that bring calls into a site's store, and say how far they can be trusted: import, check."""

import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused, Remark, closest
from commands.door import PICTURE, TABLE, draw, example, put, read_site, with_output, with_site
from commands.keeping import at_work, moment, opened, whoever, with_store, with_who
from commands.options import with_all

if TYPE_CHECKING:
    import pandas as pd

    from callplan.store import Store
    from planning import Imported, Site

FILES = click.Path(dir_okay=False)
# The exit code of work that was done in part: what failed is listed.
IN_PART = 5


def with_export(command: Callable) -> Callable:
    """Give a command what an export does not tell of itself."""
    options = [
        click.option(
            "--profile",
            default="auto",
            show_default=True,
            help="How the files are written: a profile that ships, one in the folder profiles beside "
            "site.toml, or a file (.toml).",
        ),
        click.option("--zone", help="The zone of times without an offset.  [default: the site's]"),
        click.option(
            "--date-order",
            type=click.Choice(["dmy", "mdy", "ymd"]),
            help="What 05/06/2024 means, where no date of the file tells.",
        ),
        click.option("--encoding", help="The encoding of text, where its bytes do not tell, such as gbk."),
        click.option("--minutes", type=int, help="Length of the intervals, where the file does not tell it."),
        click.option("--queue", help="The queue's name, where the file has none."),
        click.option(
            "--within",
            "within_s",
            type=float,
            help="Seconds within which answers count: of logs, or where the file does not say.",
        ),
        click.option("--short", "short_s", type=float, help="Seconds within which an abandon is short."),
        click.option("--refused", "refused_file", type=TABLE, help="Write every row refused to this file."),
    ]
    return with_all(options, command)


@click.command("import", epilog=example("callplan import history.csv"))
@click.argument("files", nargs=-1, type=FILES)
@with_export
@click.option("--undo", type=int, help="Undo the import of this number instead, the latest that stands.")
@with_who
@with_store
@with_site
@with_output
def import_(
    files: tuple[str, ...],
    undo: int | None,
    who: str | None,
    now: datetime | None,
    store_at: str | None,
    site_file: str,
    refused_file: str | None,
    style: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Read FILES, exports of an ACD, into the site's store.

    Each file comes in wholly, or not at all. What cannot be used of it is refused row by row. What the
    store holds already stays as it is, and a changed value replaces the older one. Prints how far
    the weeks that were touched can be trusted. Ends with 5 where some rows or files were refused.
    """
    site = read_site(site_file)
    if (undo is None) == (not files):
        raise Refused(
            "FILES and --undo", "both or neither", "give one: files to import, or an import to undo"
        )
    if undo is not None:
        with opened(store_at, site, site_file) as store:
            store.undo_import(undo, who=whoever(who), now=moment(now, site))
        click.echo(f"import {undo} is undone: the history is as it was before", err=True)
        return
    from planning import did_in_words

    options = _as_read(options, site_file)
    with at_work(store_at, site, site_file, new=True) as (store, say):
        done = _import_each(store, site, files, (whoever(who), moment(now, site)), options, say)
        for line in (line for one in done for line in did_in_words(one)):
            click.echo(line, err=True)
        weeks = _graded(store, site, done, say)
    _hand_over(weeks, done, len(files), refused_file, style, output)


@click.command(epilog=example("callplan check", "callplan check history.csv --figure quality.png"))
@click.argument("files", nargs=-1, type=FILES)
@with_export
@click.option("--figure", type=PICTURE, help="Draw the grades by queue and week here (.png, .svg).")
@with_store
@with_site
@with_output
def check(
    files: tuple[str, ...],
    refused_file: str | None,
    figure: str | None,
    store_at: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Say how far the history can be trusted.

    Of each queue and week: what is missing, doubled, suspiciously zero, handled above offered, an outlier, on
    a new level; and a grade from A to D. With FILES, as `import` would read them, and nothing is kept;
    without, what the store holds.
    """
    from planning import quality_site

    site, done = read_site(site_file), []
    if files:
        options = _as_read(options, site_file)
        with (
            TemporaryDirectory() as aside,
            at_work(f"{aside}/store", site, site_file, new=True) as (store, say),
        ):
            done = _import_each(store, site, files, ("check", moment(None, site)), options, say)
            weeks = _graded(store, site, done, say)
    else:
        with at_work(store_at, site, site_file) as (store, say):
            weeks = quality_site(store, site, progress=say)
    if weeks.empty:
        raise Refused("the store", "no history", "import one: callplan import FILES")
    if figure is not None:
        from reporting.quality import plot_quality

        draw(plot_quality(weeks), figure)
    _hand_over(weeks, done, len(files), refused_file, style, output)


def _as_read(options: dict[str, Any], site_file: str) -> dict[str, Any]:
    """Return the options of `read_export` that were given, with the profiles of the site's own."""
    from intake import Profile
    from planning import own_profiles

    given = {name: value for name, value in options.items() if value is not None}
    if given["profile"].endswith(".toml"):
        given["profile"] = Profile.from_toml(given["profile"])
    return {**given, "profiles": own_profiles(Path(site_file).parent)}


def _import_each(
    store: "Store",
    site: "Site",
    files: Sequence[str],
    by: tuple[str, datetime],
    options: dict[str, Any],
    say: Callable[[str], None],
) -> "list[Imported]":
    """Import each file and say what came of it; one that is refused does not keep the others out."""
    from planning import import_file, read_in_words

    done = []
    for file in files:
        try:
            one = import_file(store, site, file, who=by[0], now=by[1], progress=say, **options)
        except Refused as fault:
            if len(files) == 1:
                raise
            click.echo(f"callplan: {fault}", err=True)
            continue
        for remark in one.reading.remarks:
            warnings.warn(f"{one.reading.file}: {remark}", Remark, stacklevel=2)
        for line in read_in_words(one):
            click.echo(line, err=True)
        for queue in sorted(set(one.queues) - set(site.queues)):
            meant = closest(queue, site.queues, alike=0.8)
            do = f"did you mean {meant}?" if meant else "add it to forecast it"
            warnings.warn(f"{queue}: no queue of site.toml yet; {do}", Remark, stacklevel=2)
        done.append(one)
    if not done:
        raise Refused("FILES", "none could be used", "see above")
    return done


def _graded(
    store: "Store", site: "Site", done: "list[Imported]", say: Callable[[str], None]
) -> "pd.DataFrame":
    """Return the quality of the weeks that the files speak of."""
    import pandas as pd

    from planning import quality_site

    return quality_site(
        store,
        site,
        queues={queue for one in done for queue in one.queues},
        since=min(one.first for one in done),
        until=max(one.last for one in done),
        duplicates=pd.concat([one.reading.duplicates for one in done], ignore_index=True),
        progress=say,
    )


def _hand_over(
    weeks: "pd.DataFrame",
    done: "list[Imported]",
    files: int,
    refused_file: str | None,
    style: str | None,
    output: str | None,
) -> None:
    """Print the quality of weeks, at a terminal the doubtful alone; end with 5 if anything was refused."""
    import pandas as pd

    counts = weeks["grade"].value_counts()
    grades = ", ".join(f"{counts[grade]:,} {grade}" for grade in sorted(counts.index))
    click.echo(f"weeks graded, by queue: {grades}", err=True)
    doubtful = weeks[weeks["grade"] != "A"]
    at_terminal = output is None and style is None and sys.stdout.isatty()
    if not at_terminal or len(doubtful):
        put(doubtful if at_terminal else weeks, style, output)
    if refused_file is not None and done:
        put(pd.concat([one.reading.refused for one in done], ignore_index=True), style, refused_file)
    if len(done) < files or any(one.reading.rows_refused for one in done):
        click.get_current_context().exit(IN_PART)
