"""Commands that change a roster, reschedule and offers, and how any roster is handed over."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from callplan.errors import Refused
from commands.door import DAY, TABLE, TABLE_FILE, example, progress, put, with_output, with_seed
from commands.options import Instant

if TYPE_CHECKING:
    import pandas as pd

    from planning import Roster

FOLDER = click.Path(file_okay=False)
_DATE = r"\d{4}-\d\d-\d\d"


class Form(click.ParamType):
    """A text of one form, such as a person and a day, as its parts by name."""

    name = "text"

    def __init__(self, example: str, pattern: str) -> None:
        self.example, self.pattern = example, re.compile(pattern)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the parts that are there."""
        match = self.pattern.fullmatch(value.strip())
        if not match:
            self.fail(f'{value!r} is not written as in "{self.example}"', param, ctx)
        return {name: part for name, part in match.groupdict().items() if part}


AWAY = Form("Ann 2024-05-07..2024-05-08", rf"(?P<person>.+?) (?P<from_>{_DATE})(?:\.\.(?P<until>{_DATE}))?")
OFF = Form("Ann 2024-05-07", rf"(?P<person>.+?) (?P<day>{_DATE})")
SWAP = Form(
    "Ann 2024-05-07 Bo 2024-05-09",
    rf"(?P<person>.+?) (?P<day>{_DATE}) (?P<with_>.+?)(?: (?P<their_day>{_DATE}))?",
)


def with_folder(now: str) -> Callable[[Callable], Callable]:
    """Give a command the folder of a roster, and what of it may be left out; `now` says what that time is."""
    options = [
        click.option(
            "--to", "folder", type=FOLDER, help="Write the roster with all that belongs to it to this folder."
        ),
        click.option("--calendars", is_flag=True, help="With a calendar (.ics) for each person in it."),
        click.option("--now", type=Instant(), help=f"{now}  [default: by the clock]"),
        click.option(
            "--pseudonyms",
            "key_file",
            type=TABLE,
            help="Write P001, P002, ... instead of names. Who is who is kept in this file; who is there "
            "already keeps theirs.",
        ),
    ]

    def decorate(command: Callable) -> Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command(
    epilog=example(
        'callplan reschedule roster --sick "P01 2003-10-21..2003-10-22" --now 2003-10-21T06:00 --to roster2'
    )
)
@click.argument("published", metavar="FOLDER", type=FOLDER)
@click.option("--sick", type=AWAY, multiple=True, help=f'Who is sick when, as in "{AWAY.example}"; repeat.')
@click.option("--leave", type=AWAY, multiple=True, help="Who is on leave when, written the same; repeat.")
@click.option(
    "--day-off", "days_off", type=OFF, multiple=True, help=f'Who asks for a day off: "{OFF.example}".'
)
@click.option(
    "--swap",
    "swaps",
    type=SWAP,
    multiple=True,
    help=f'Who swaps with whom: "{SWAP.example}"; without the second day, what they have on the first.',
)
@click.option("--requirement", type=TABLE_FILE, help="New demand for the same days.")
@click.option("--lock-person", "locked_people", multiple=True, help="Whose days stay as published; repeat.")
@click.option(
    "--lock-day", "locked_days", type=DAY, multiple=True, help="A day that stays as published; repeat."
)
@click.option(
    "--change-cost",
    type=float,
    help="Price of changing one day of one person.  [default: that of an hour of a head missing]",
)
@with_folder("What has begun by then stands.")
@click.option("--time-limit", "time_limit_s", default=60.0, show_default=True, help="Seconds.")
@with_seed
@with_output
def reschedule(
    published: str,
    sick: tuple[dict[str, Any], ...],
    leave: tuple[dict[str, Any], ...],
    locked_days: tuple[datetime, ...],
    requirement: str | None,
    now: datetime | None,
    time_limit_s: float,
    seed: int,
    style: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Change the roster in FOLDER as little as pays.

    For who is sick, on leave or swaps, or for new demand. Without --to it only shows what would change.
    """
    from callplan.tables import REQUIREMENT, read
    from planning import read_roster, reschedule_site
    from scheduling import Change

    out = {name: options.pop(name) for name in ("folder", "calendars", "key_file")}
    check_hand_over(**out)
    if out["folder"] and Path(out["folder"]).resolve() == Path(published).resolve():
        raise Refused("--to", f"{published} holds the roster that was published", "name another folder")
    before = read_roster(published)
    absences = [
        {"until": entry["from_"], **entry, "reason": reason}
        for reason, entries in (("sick", sick), ("leave", leave))
        for entry in entries
    ]
    days = [day.date() for day in locked_days]
    change = Change.from_dict({"absences": absences, "locked_days": days, **options}, "change")
    needed = read(requirement, REQUIREMENT, before.site.zone) if requirement else None
    moment = at(now, before.site.zone)
    with progress() as say, rows_of("people.csv"):
        after = reschedule_site(
            before, change, now=moment, requirement=needed, seed=seed, time_limit_s=time_limit_s, progress=say
        )
    summary, tables = hand_over(after, Path(published) / "site.toml", now=now, **out)
    click.echo("\n".join(summary), err=True)
    if len(tables["changes"]) or output is not None:
        put(tables["changes"], style, output)


@click.command(
    epilog=example(
        "callplan offers roster --day 2003-10-22", "callplan offers roster --day 2003-10-22 --swap-for P01"
    )
)
@click.argument("published", metavar="FOLDER", type=FOLDER)
@click.option("--day", type=DAY, required=True, help="The day to mend.")
@click.option(
    "--swap-for", help="Who wants that day off: who could take the shift, and for which of their own."
)
@with_output
def offers(
    published: str, day: datetime, swap_for: str | None, style: str | None, output: str | None
) -> None:
    """Suggest overtime, extra shifts, time off and swaps.

    What could mend one day of the roster in FOLDER, the best first: each with the hours that it mends and
    what it costs. None of them breaks a hard rule.
    """
    from planning import read_roster
    from scheduling import offers as found_for

    roster = read_roster(published)
    with rows_of("people.csv"):
        found = found_for(
            roster.schedule,
            day,
            roster.requirement,
            roster.site.shifts,
            roster.people,
            previous=roster.previous,
            swap_for=swap_for,
        )
    if swap_for is not None:
        found = found[found["kind"] == "swap"]
    if found.empty:
        click.echo(f"Nobody could mend {day:%Y-%m-%d} at a price that pays.", err=True)
    else:
        put(found, style, output)


@contextmanager
def rows_of(people: str) -> Iterator[None]:
    """Name the file in what is refused of the people in it."""
    try:
        yield
    except Refused as fault:
        table, comma, row = fault.where.partition(",")
        if table != "people":
            raise
        raise Refused(f"{Path(people).name}{comma}{row}", fault.found, fault.do) from None


def at(now: datetime | None, zone: str) -> "pd.Timestamp":
    """Return an instant of the command line in the site's zone, or the one that it is."""
    import pandas as pd

    moment = now or datetime.now(UTC)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return pd.Timestamp(aware).tz_convert(zone)


def check_hand_over(folder: str | None, calendars: bool, key_file: str | None) -> None:
    """Refuse, before a search begins, what could not be written after it."""
    from reporting.roster_folder import check_folder

    if folder is None:
        if calendars:
            raise Refused("--calendars", "no folder to write them to", "give --to FOLDER")
        return
    check_folder(folder)
    if key_file is not None and Path(key_file).resolve().is_relative_to(Path(folder).resolve()):
        raise Refused("--pseudonyms", f"{key_file} lies in the folder that is handed on", "keep it elsewhere")


def hand_over(
    roster: "Roster",
    site_file: Path,
    folder: str | None,
    calendars: bool,
    key_file: str | None,
    now: datetime | None,
) -> "tuple[list[str], dict[str, pd.DataFrame]]":
    """Write a roster to its folder if it has one; return what it came to in words, and its tables."""
    from planning import summarise_roster
    from reporting.roster_folder import write_roster_folder

    for outcome in roster.schedule.outcome:
        click.echo(str(outcome), err=True)
    site, summary, tables = roster.site, summarise_roster(roster), roster.tables()
    if key_file is not None:
        tables = _hidden(tables, key_file)
    if folder is None:
        return summary, tables
    settings = {"site.toml": site_file.read_bytes()}
    if site.events:
        settings[site.events] = (site_file.parent / site.events).read_bytes()
    write_roster_folder(
        tables,
        folder,
        title=site.name,
        summary=summary,
        settings=settings,
        kinds=roster.kinds(),
        now=at(now, site.zone).to_pydatetime() if calendars else None,
    )
    written = f"The roster is {Path(folder) / 'roster.xlsx'}; the tables stand beside it."
    return [*summary, written], tables


def _hidden(tables: "dict[str, pd.DataFrame]", key_file: str) -> "dict[str, pd.DataFrame]":
    """Return the tables with pseudonyms; who is who goes to a file of its own."""
    import secrets

    from reporting.pseudonyms import draw_pseudonyms, pseudonymise, read_key, write_key

    people = {name for table in tables.values() if "person" in table for name in table["person"]}
    known = read_key(key_file) if Path(key_file).exists() else None
    key = draw_pseudonyms(people, seed=secrets.randbits(31), known=known)
    hidden = pseudonymise(tables, key)
    write_key(key, key_file)
    return hidden
