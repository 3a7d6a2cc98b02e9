"""Commands from requirement to shifts and people: schedule, why, hire."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.door import (
    TABLE,
    TABLE_FILE,
    example,
    progress,
    put,
    read_site,
    with_output,
    with_seed,
    with_site,
)
from commands.rosters import check_hand_over, hand_over, rows_of, with_folder

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site

# Options of `callplan schedule` that need people.
OF_ROSTERS = {
    "--previous": "previous",
    "--to": "folder",
    "--calendars": "calendars",
    "--now": "now",
    "--pseudonyms": "key_file",
}


@click.command(
    epilog=example(
        "callplan schedule requirement.csv -o shift_plan.csv --coverage coverage.csv",
        "callplan schedule requirement.csv --people people.csv --to roster",
    )
)
@click.argument("requirement", type=TABLE_FILE)
@click.option("--people", type=TABLE_FILE, help="Who can work (`callplan columns people`): makes a roster.")
@click.option("--previous", type=TABLE_FILE, help="Their shifts of the weeks before: rules hold across.")
@with_folder("When it is published, for calendars.")
@click.option("--coverage", type=TABLE, help="Also write needed against staffed here.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=float,
    help="Seconds that the search may take.  [default: 60 for each queue of a plan; for a roster 60, and "
    "0.3 for each person]",
)
@with_seed
@with_site
@with_output
def schedule(requirement: str, people: str | None, site_file: str, **options: Any) -> None:
    """Cover REQUIREMENT with shifts at the least cost.

    Without people the result is a shift plan: how many work which shift. With --people it is a roster: who
    works when, by contracts and rules of site.toml.
    """
    if people is not None:
        _schedule_people(requirement, people, site_file, **options)
        return
    for option, name in OF_ROSTERS.items():
        if options.pop(name):
            raise Refused(option, "is for a roster", "give --people too")
    _schedule_heads(requirement, site_file, **options)


def _schedule_heads(
    requirement: str,
    site_file: str,
    coverage: str | None,
    time_limit_s: float | None,
    seed: int,
    **out: Any,
) -> None:
    """Plan how many work which shift."""
    from callplan.tables import REQUIREMENT, read
    from planning import as_staffed, expected_service, schedule_site

    site = read_site(site_file)
    needed = read(requirement, REQUIREMENT, site.zone)
    with progress() as say:
        say("shifts")
        found = schedule_site(needed, site, seed=seed, time_limit_s=time_limit_s)
    for outcome in found.outcome:
        click.echo(str(outcome), err=True)
    put(found.shift_plan, **out)
    if coverage is not None:
        put(expected_service(found.coverage, needed, as_staffed(site, needed)), None, coverage)


def _schedule_people(
    requirement: str,
    people: str,
    site_file: str,
    previous: str | None,
    coverage: str | None,
    time_limit_s: float | None,
    seed: int,
    style: str | None,
    output: str | None,
    **out: Any,
) -> None:
    """Roster people."""
    from planning import roster_site

    check_hand_over(out["folder"], out["calendars"], out["key_file"])
    if out["now"] and not out["calendars"]:
        raise Refused("--now", "there are no calendars to stamp", "add --calendars")
    site, needed, given = _read(requirement, people, previous, site_file)
    with progress() as say, rows_of(people):
        found = roster_site(needed, site, **given, seed=seed, time_limit_s=time_limit_s, progress=say)
    summary, tables = hand_over(found, Path(site_file), **out)
    click.echo("\n".join(summary), err=out["folder"] is None)
    if out["folder"] is None or output is not None:
        put(tables["shifts"], style, output)
    if coverage is not None:
        put(tables["coverage"], None, coverage)


def _read(
    requirement: str, people: str | None, previous: str | None, site_file: str
) -> "tuple[Site, pd.DataFrame, dict[str, Any]]":
    """Read the site, a requirement, and the people with their weeks before as far as they are given."""
    from callplan.tables import REQUIREMENT, SHIFTS, read
    from scheduling import read_people

    if previous and not people:
        raise Refused("--previous", "shifts of people, without people", "give --people too")
    site = read_site(site_file)
    return (
        site,
        read(requirement, REQUIREMENT, site.zone),
        {
            "people": read_people(people) if people else None,
            "previous": read(previous, SHIFTS, site.zone) if previous else None,
        },
    )


@click.command(epilog=example("callplan why requirement.csv --people people.csv", "callplan why roster"))
@click.argument("source", metavar="REQUIREMENT|FOLDER", type=click.Path(allow_dash=True))
@click.option("--people", type=TABLE_FILE, help="Who can work; without people a shift plan is looked at.")
@click.option("--previous", type=TABLE_FILE, help="Their shifts of the weeks before.")
@click.option("--windows", default=5, show_default=True, help="How many of the worst stretches to look into.")
@click.option("--ways", default=4, show_default=True, help="How many ways out of each.")
@click.option("--time-limit", "time_limit_s", default=60.0, show_default=True, help="Seconds.")
@with_seed
@with_site
@with_output
def why(
    source: str,
    people: str | None,
    previous: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Say why a schedule is short, or cannot be.

    The rules, people and days that conflict, and the cheapest ways out, each of them tried. Of a
    requirement, alone or with people, or of the roster in a folder.
    """
    from planning import read_roster
    from scheduling import why as conflicts

    given: dict[str, Any]
    if Path(source).is_dir():
        if people or previous:
            raise Refused("--people", f"{source} has its own", "leave it out, or give a requirement")
        roster, people = read_roster(source), "people.csv"
        site, needed = roster.site, roster.requirement
        given = {"people": roster.people, "previous": roster.previous, "schedule": roster.schedule}
    else:
        site, needed, given = _read(source, people, previous, site_file)
    with progress() as say, rows_of(people or ""):
        found = conflicts(needed, site.shifts, **given, **options, progress=say)
    if found.empty:
        click.echo("Nothing is short, and no rule is in the way.", err=True)
    elif style is None and output is None:
        _say_conflicts(found)
    else:
        put(found, style, output)


def _say_conflicts(found: "pd.DataFrame") -> None:
    """Print each trouble with its ways out, in sentences."""
    for _, ways in found.groupby("trouble"):
        click.echo(click.wrap_text(ways["because"].iloc[0], 100))
        for way in ways.to_dict("records"):
            cost = f"; cost {way['cost']:,.1f}" if way["mends_h"] > 0 else ""
            text = way["way_out"] + cost
            click.echo(click.wrap_text(text, 100, f"  {way['rank']}. ", "     "))
        click.echo()


@click.command(epilog=example("callplan hire requirement.csv --headcount FT40 20 -o hires.csv"))
@click.argument("requirement", type=TABLE_FILE)
@click.option(
    "--headcount",
    type=(str, float),
    multiple=True,
    metavar="CONTRACT PEOPLE",
    help="How many people are there now, all in full work; repeat.",
)
@click.option("--coverage", type=TABLE, help="Also write the hours needed and covered, week by week, here.")
@click.option("--time-limit", "time_limit_s", default=60.0, show_default=True, help="Seconds.")
@with_seed
@with_site
@with_output
def hire(
    requirement: str,
    headcount: tuple[tuple[str, float], ...],
    coverage: str | None,
    time_limit_s: float,
    seed: int,
    site_file: str,
    style: str | None,
    output: str | None,
) -> None:
    """Choose whom to hire when for the weeks of REQUIREMENT.

    Under which contract, by the [hiring] table of site.toml, so that pay, hiring, leaving and hours
    short cost least together.
    """
    from callplan.tables import REQUIREMENT, read
    from scheduling import hiring_mix

    site = read_site(site_file)
    if site.hiring is None:
        raise Refused(site_file, "no [hiring]", "add it (`callplan init` shows one)")
    needed = read(requirement, REQUIREMENT, site.zone)
    with progress() as say:
        say("hires")
        found = hiring_mix(
            needed, site.shifts, site.hiring, headcount=dict(headcount), seed=seed, time_limit_s=time_limit_s
        )
    for line in (*found.conventions, str(found.outcome)):
        click.echo(line, err=True)
    put(found.hires, style, output)
    if coverage is not None:
        put(found.coverage, None, coverage)
    elif style == "table" or (style is None and sys.stdout.isatty()):
        click.echo()
        put(found.coverage, "table")
