"""Commands of the weekly cycle: override a forecast, publish it, track it against what came."""

import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused, Remark
from commands.door import (
    DAY,
    PICTURE,
    TABLE_FILE,
    draw,
    example,
    put,
    read_site,
    with_output,
    with_seed,
    with_site,
)
from commands.keeping import at_work, moment, opened, whoever, with_store, with_who
from commands.options import Instant, site_with

if TYPE_CHECKING:
    import pandas as pd

    from planning import Ledger, Site

# What `track` can print, and the exit code of a level outside of its tolerance.
LISTS = ("ledger", "accuracy", "value_added", "worst", "alarms")
LEVELS = click.Choice(["interval", "day", "week", "month"])
OUTSIDE = 4


@click.group()
def override() -> None:
    """Lay what you know better over a forecast.

    An override is a layer on top, by queue, days and hours, with a reason. It is never mixed into the
    forecast; `publish` lays those that stand over it, and undoing one leaves no trace.
    """


@override.command(
    epilog=example('callplan override add sales --first 2003-10-14 --percent 5 --reason "mailing"')
)
@click.argument("queue")
@click.option("--first", type=DAY, required=True, help="The first day.")
@click.option("--last", type=DAY, help="The last day.  [default: the first]")
@click.option(
    "--hours", default="", help="Spans of local time, such as 09:00-12:00.  [default: the whole day]"
)
@click.option("--percent", type=float, help="Change every interval by so many percent: 5 is +5%.")
@click.option("--add", type=float, help="Change the calls of each day, in those hours, by so many.")
@click.option("--set", "set_to", type=float, help="Set the calls of each day, in those hours, to so many.")
@click.option("--reason", required=True, help="Why: somebody will ask.")
@with_who
@with_store
@with_site
def add(
    queue: str,
    first: datetime,
    last: datetime | None,
    percent: float | None,
    add: float | None,
    set_to: float | None,
    who: str | None,
    now: datetime | None,
    store_at: str | None,
    site_file: str,
    **said: Any,
) -> None:
    """Add an override for QUEUE; its number is printed."""
    from planning import Override, add_override

    site = read_site(site_file)
    kinds = {"percent": None if percent is None else percent / 100, "add": add, "set": set_to}
    given = [(kind, amount) for kind, amount in kinds.items() if amount is not None]
    if len(given) != 1:
        found = "none of them" if not given else " and ".join(f"--{kind}" for kind, _ in given)
        raise Refused("--percent, --add, --set", found, "give one")
    layer = Override.from_dict(
        {
            **{"queue": queue, "kind": given[0][0], "amount": given[0][1]},
            **{"first": first.date(), "last": (last or first).date(), **said},
        },
        "override",
    )
    with opened(store_at, site, site_file, new=True) as store:
        number = add_override(store, site, layer, who=whoever(who), now=moment(now, site))
    click.echo(f"override {number} stands; take it back with: callplan override undo {number}")


@override.command("list", epilog=example("callplan override list"))
@with_store
@with_site
@with_output
def list_(store_at: str | None, site_file: str, **out: Any) -> None:
    """List the overrides in words, those that were undone too; `export overrides` gives the numbers."""
    site = read_site(site_file)
    with opened(store_at, site, site_file) as store:
        layers = store.overrides(zone=site.zone)
    amounts = [
        f"{amount:+.1%}" if kind == "percent" else f"{amount:{'+' if kind == 'add' else ''}g} calls a day"
        for kind, amount in zip(layers["kind"], layers["amount"], strict=True)
    ]
    put(layers.assign(amount=amounts), **out)


@override.command(epilog=example("callplan override undo 1"))
@click.argument("number", type=int)
@with_who
@with_store
@with_site
def undo(number: int, who: str | None, now: datetime | None, store_at: str | None, site_file: str) -> None:
    """Take an override back."""
    site = read_site(site_file)
    with opened(store_at, site, site_file) as store:
        store.undo_override(number, who=whoever(who), now=moment(now, site))
    click.echo(f"override {number} is undone")


@override.command(epilog=example("callplan override apply forecast.csv -o layered.csv"))
@click.argument("forecast", type=TABLE_FILE)
@with_store
@with_site
@with_output
def apply(forecast: str, store_at: str | None, site_file: str, **out: Any) -> None:
    """Lay the overrides that stand over FORECAST, to staff it."""
    from callplan.tables import FORECAST, read
    from planning import overrides

    site = read_site(site_file)
    with opened(store_at, site, site_file) as store:
        layers = store.overrides(zone=site.zone)
    put(overrides.apply(read(forecast, FORECAST, site.zone), layers), **out)


@click.command(epilog=example("callplan publish forecast.csv --requirement requirement.csv"))
@click.argument("forecast", type=TABLE_FILE)
@click.option("--requirement", type=TABLE_FILE, help="The requirement made from it.")
@click.option("--roster", type=click.Path(exists=True, file_okay=False), help="The folder of the roster.")
@click.option(
    "--coverage", type=TABLE_FILE, help="What a schedule without names covers, instead of a roster."
)
@click.option("--final", type=TABLE_FILE, help="The forecast as you edited it by hand, if you did.")
@click.option("--replace", is_flag=True, help="In place of what was published of those days before.")
@with_seed
@with_who
@with_store
@with_site
def publish(
    forecast: str,
    requirement: str | None,
    roster: str | None,
    coverage: str | None,
    final: str | None,
    replace: bool,
    seed: int,
    who: str | None,
    now: datetime | None,
    store_at: str | None,
    site_file: str,
) -> None:
    """Freeze FORECAST as the one that the roster is made from.

    Kept with it: cutoff, model, settings, a digest of the history it saw, the naive forecast to measure it
    by, and the overrides that stand, as a layer of their own. `callplan track` scores what was published.
    """
    import planning
    from callplan.tables import COVERAGE, FORECAST, REQUIREMENT, read

    site = read_site(site_file)
    if roster and coverage:
        raise Refused("--roster and --coverage", "both are given", "give one: a roster has its coverage")
    ahead = read(forecast, FORECAST, site.zone)
    schedule = {"coverage": read(coverage, COVERAGE, site.zone)} if coverage else _scheduled(roster)
    with at_work(store_at, site, site_file, new=True) as (store, say):
        say("publishing")
        number = planning.publish(
            store,
            site,
            ahead,
            who=whoever(who),
            now=moment(now, site),
            requirement=read(requirement, REQUIREMENT, site.zone) if requirement else None,
            schedule=schedule,
            final=read(final, FORECAST, site.zone) if final else None,
            replace=replace,
            seed=seed,
        )
        row = store.versions(zone=site.zone).set_index("version").loc[number]
    days = f"{row['first']:%Y-%m-%d} to {row['last']:%Y-%m-%d}"
    click.echo(f"version {number}: {row['queues'].replace('|', ', ')}, {days}, published by {row['who']}")


def _scheduled(roster: str | None) -> "dict[str, pd.DataFrame] | None":
    """Return the tables of a roster's folder that a version keeps."""
    if roster is None:
        return None
    from planning import read_roster
    from planning.publishing import SCHEDULE

    found = read_roster(roster)
    tables = {**vars(found), **vars(found.schedule)}
    return {name: tables[name] for name in SCHEDULE if tables.get(name) is not None}


@click.command(epilog=example("callplan track", "callplan track --of worst"))
@click.option("--since", type=DAY, help="The first day.  [default: the first that was published]")
@click.option("--until", type=DAY, help="The last day.  [default: the last that is over]")
@click.option("--by", type=LEVELS, default="day", show_default=True, help="The level of the ledger printed.")
@click.option(
    "--of", "what", type=click.Choice(LISTS), default="ledger", show_default=True, help="The table to print."
)
@click.option(
    "--fail-outside",
    "fail_outside",
    type=LEVELS,
    help=f"End with {OUTSIDE} where a day (interval, week, month) is outside its tolerance.",
)
@click.option("--queue", help="Take this queue alone.")
@click.option("--figure", type=PICTURE, help="Draw the control chart of the days here (.png, .svg).")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False), help="Write report, workbook and tables here."
)
@click.option("--now", type=Instant(), help="What is over by then is scored.  [default: by the clock]")
@with_store
@with_site
@with_output
def track(
    since: datetime | None,
    until: datetime | None,
    by: str,
    what: str,
    fail_outside: str | None,
    queue: str | None,
    figure: str | None,
    folder: str | None,
    now: datetime | None,
    store_at: str | None,
    site_file: str,
    **out: Any,
) -> None:
    """Hold what was published against what came: the ledger.

    By interval, day, week and month: the error, whether it is within the tolerance, what kind of miss it was,
    and what it cost in hours, money and service level. Also what each step added, the worst intervals, and
    whether the forecast drifts.
    """
    import planning

    site = site_with(site_file, (queue,) if queue else ())
    if figure is not None and len(site.queues) > 1:
        raise Refused("--figure", "the site has several queues", "draw one: add --queue NAME")
    days = (since and since.date(), until and until.date())
    with at_work(store_at, site, site_file) as (store, say):
        say("the ledger")
        ledger = planning.track(store, site, since=days[0], until=days[1], now=moment(now, site))
    for line in ledger.verdicts:
        click.echo(line, err=True)
    for remark in ledger.remarks:
        warnings.warn(remark, Remark, stacklevel=2)
    _draw_and_write(ledger, site, figure, folder)
    rows = ledger.tables()[what]
    put(rows[rows["by"] == by] if "by" in rows else rows, **out)
    if fail_outside is not None:
        click.echo(ledger.outside_in_words(fail_outside), err=True)
        if len(ledger.outside(fail_outside)):
            click.get_current_context().exit(OUTSIDE)


def _draw_and_write(ledger: "Ledger", site: "Site", figure: str | None, folder: str | None) -> None:
    """Draw the control chart and write the report, where they are asked for."""
    if figure is not None:
        from reporting.tracking import plot_control_chart

        draw(plot_control_chart(ledger.ledger, ledger.alarms), figure)
    if folder is not None:
        from reporting.folder import write_folder

        write_folder(
            ledger.tables(),
            folder,
            title=site.name,
            summary=ledger.verdicts,
            remarks=ledger.remarks,
            tolerance=site.tolerance,
            currency=site.currency,
        )
        click.echo(f"{folder}/report.html: written, with the workbook and the tables", err=True)
