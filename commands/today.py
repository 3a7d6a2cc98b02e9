"""The commands of the day: intraday, adherence."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.door import PICTURE, TABLE, TABLE_FILE, draw, example, put, with_output, with_site
from commands.keeping import calls_kept, with_store
from commands.options import Instant, refuse_several, site_with, with_all, with_queues
from commands.rosters import FOLDER, at, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from planning import Roster, Site
    from planning.adherence import Adherence

_COUNTS = click.Choice(["abandoned", "deflected"])


def with_measures(command: Any) -> Any:
    """Give a command what callers are taken to do."""
    options = [
        click.option(
            "--callbacks",
            "callback_share",
            type=float,
            help="Of the callers beyond the goal, the share that takes a callback.  [default: 0.5]",
        ),
        click.option(
            "--callback-within",
            "callback_within_s",
            type=float,
            help="Call back within so many seconds.  [default: by the end of the day]",
        ),
        click.option(
            "--message-above",
            "message_above_s",
            type=float,
            help="Play a message where callers wait longer, seconds.  [default: 60]",
        ),
        click.option(
            "--message-share", type=float, help="Of their callers the share that leaves.  [default: 0.1]"
        ),
        click.option(
            "--message-counts",
            type=_COUNTS,
            help="Who leaves then counts as abandoned, or as never offered.  [default: abandoned]",
        ),
        click.option("--most", type=int, help="At most so many suggestions of a kind.  [default: 5]"),
    ]
    return with_all(options, command)


def with_log(command: Any) -> Any:
    """Give a command the meaning of the states of a log."""
    option = click.option(
        "--states",
        "states_file",
        type=TABLE_FILE,
        help="A TOML file with [states]: a state of the log = work, break, training or off.",
    )
    return option(command)


@click.command(
    epilog=example(
        "callplan intraday forecast.csv actual.csv --now 2003-10-20T12:00 --requirement requirement.csv",
        "callplan intraday forecast.csv actual.csv --now 2003-10-20T12:00 --roster roster",
    )
)
@click.argument("forecast", type=TABLE_FILE)
@click.argument("today", type=TABLE_FILE, required=False)
@click.option("--now", type=Instant(), help="The time it is.  [default: by the clock]")
@click.option(
    "--roster", "roster_folder", type=FOLDER, help="Who works: a folder of `callplan schedule --to`."
)
@click.option("--coverage", type=TABLE_FILE, help="Or how many: the column staffed of a table coverage.")
@click.option(
    "--requirement", type=TABLE_FILE, help="The morning's, for its goals; alone it is taken for met."
)
@with_measures
@click.option("--suggestions", type=TABLE, help="Also write what could be done here.")
@click.option("--log", type=TABLE_FILE, help="What people did: say adherence so far (with --roster).")
@with_log
@click.option("--figure", type=PICTURE, help="Draw the day so far and to come here (.png, .svg).")
@with_queues
@with_store
@with_site
@with_output
def intraday(
    forecast: str,
    today: str | None,
    now: datetime | None,
    roster_folder: str | None,
    coverage: str | None,
    requirement: str | None,
    suggestions: str | None,
    log: str | None,
    states_file: str | None,
    figure: str | None,
    queues: tuple[str, ...],
    store_at: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **measures: Any,
) -> None:
    """Say where the rest of a day is short, and what to do.

    FORECAST holds the day as forecast before, with its band, and TODAY the calls so far (or the store does):
    the rest is forecast anew, staffed, and held against who is there. Each suggestion says what it does to
    the day's service level.
    """
    from callplan.tables import COVERAGE, FORECAST, REQUIREMENT, read
    from planning import read_roster
    from planning.today import Measures
    from planning.today import intraday as look

    site = site_with(site_file, queues)
    moment = at(now, site.zone)
    ahead = _only(read(forecast, FORECAST, site.zone), queues)
    refuse_several(ahead, figure)
    roster = read_roster(roster_folder) if roster_folder else None
    with rows_of("people.csv"):
        found = look(
            ahead,
            _calls_of_today(today, queues, store_at, site, site_file, moment),
            site,
            now=moment,
            roster=roster,
            coverage=_only(read(coverage, COVERAGE, site.zone), queues) if coverage else None,
            requirement=_only(read(requirement, REQUIREMENT, site.zone), queues) if requirement else None,
            measures=Measures(**{name: value for name, value in measures.items() if value is not None}),
        )
    for line in found.summary:
        click.echo(line, err=True)
    if log is not None:
        click.echo(_kept(log, states_file, roster, site, moment).in_words(), err=True)
    if figure is not None:
        from reporting.today import plot_today

        draw(plot_today(found.intervals, found.now), figure)
    put(found.intervals, style, output)
    if suggestions is not None and len(found.suggestions):
        put(found.suggestions, None, suggestions)


def _only(table: "pd.DataFrame", queues: tuple[str, ...]) -> "pd.DataFrame":
    return table[table["queue"].isin(queues)] if queues else table


def _calls_of_today(
    today: str | None,
    queues: tuple[str, ...],
    store_at: str | None,
    site: "Site",
    site_file: str,
    moment: "pd.Timestamp",
) -> "pd.DataFrame":
    """Read the calls of the day from a file, or from the store; of the store's, those of the day alone."""
    from callplan.intervals import local_day

    calls = calls_kept(today, queues, store_at, site, site_file)
    if today is not None:
        return calls
    return calls[local_day(calls["start"]) == moment.tz_localize(None).normalize()]


def _kept(
    log: str, states_file: str | None, roster: "Roster | None", site: "Site", until: "pd.Timestamp | None"
) -> "Adherence":
    """Hold a log of states against a roster."""
    from callplan.tables import STATE_LOG, read
    from planning.adherence import States, adherence

    if roster is None:
        raise Refused("--log", "no roster to hold it against", "give --roster FOLDER")
    states = States.from_toml(states_file) if states_file else None
    entries = read(log, STATE_LOG, site.zone)
    return adherence(roster.schedule.shifts, roster.schedule.activities, entries, states, until=until)


@click.command(
    name="adherence", epilog=example("callplan adherence roster states.csv --deviations deviations.csv")
)
@click.argument("published", metavar="FOLDER", type=FOLDER)
@click.argument("log", type=TABLE_FILE)
@with_log
@click.option("--until", type=Instant(), help="Look at what is over by then.  [default: at all of it]")
@click.option("--deviations", type=TABLE, help="Also write the stretches in another state than planned here.")
@with_output
def adherence(
    published: str,
    log: str,
    states_file: str | None,
    until: datetime | None,
    deviations: str | None,
    style: str | None,
    output: str | None,
) -> None:
    """Hold a LOG of states against the roster in FOLDER.

    Adherence (minutes in the planned state / planned minutes) and conformance (worked / planned to work), by
    person and day. LOG has person, start, end or duration, and state.
    """
    from planning import read_roster

    roster = read_roster(published)
    moment = None if until is None else at(until, roster.site.zone)
    found = _kept(log, states_file, roster, roster.site, moment)
    for line in (*found.conventions, found.in_words()):
        click.echo(line, err=True)
    put(found.people, style, output)
    if deviations is not None and len(found.deviations):
        put(found.deviations, None, deviations)
