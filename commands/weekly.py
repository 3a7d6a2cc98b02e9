"""The weekly run, as `callplan plan` does it from the site's store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.keeping import at_work, moment, whoever

if TYPE_CHECKING:
    import pandas as pd

    from callplan.store import Store
    from planning import Site
    from planning.weekly import Week

# Less than so much done, the time left is not said: it would be a guess.
_LEAST_DONE = 0.05
# A step that goes on is said again after so many seconds.
_EVERY_S = 5.0
ROSTER, PEOPLE, PREVIOUS, SCENARIOS, RUN = "roster", "people", "previous", "scenarios.toml", "run.txt"


@dataclass(frozen=True)
class Asked:
    """What a weekly run is asked for on the command line."""

    start: date | None
    days: int
    files: tuple[str, ...]
    people: str | None
    previous: str | None
    what_if: str | None
    output: str | None
    seed: int
    who: str | None
    now: datetime | None
    store_at: str | None


def run_week(asked: Asked, site: "Site", site_file: str) -> None:
    """Import, plan, play and write the folder of a week; say what it promises."""
    from planning.promised import summarise_week
    from planning.scenarios import WhatIf
    from planning.weekly import plan_from_store

    given = _people(asked, site)
    what_if = WhatIf.from_toml(asked.what_if) if asked.what_if else None
    # The first import makes the store.
    with at_work(asked.store_at, site, site_file, new=bool(asked.files)) as (store, say):
        _take_in(store, site, asked, site_file, say)
        week = plan_from_store(
            store,
            site,
            start=asked.start,
            days=asked.days,
            what_if=what_if,
            seed=asked.seed,
            progress=with_time_left(say),
            **given,
        )
        say("report")
        folder = Path(asked.output or Path("plan") / f"{week.plan.start}")
        lines = summarise_week(week)
        _write(week, folder, lines, asked, Path(site_file))
    for remark in week.remarks:
        click.echo(f"remark: {remark}", err=True)
    click.echo("\n".join([*lines, f"The report is {folder / 'report.html'}; the tables stand beside it."]))


def with_time_left(say: Callable[[str], None]) -> Callable[[str, float], None]:
    """Return what says a step and how long the rest will take, by the share of the work done so far."""
    begun = said = time.monotonic()
    before = ""

    def pace(line: str, done: float) -> None:
        nonlocal said, before
        now = time.monotonic()
        if line == before and now - said < _EVERY_S:
            return
        said, before = now, line
        left_s = (now - begun) * (1 - done) / done if done > _LEAST_DONE else None
        say(line if left_s is None else f"{line}; about {duration(left_s)} left")

    return pace


def duration(seconds: float) -> str:
    """Say how long something takes, no finer than it can be known.

    >>> duration(4.2), duration(75), duration(240)
    ('5 s', '75 s', '4 min')
    """
    return f"{5 * round(max(seconds, 5) / 5)} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _people(asked: Asked, site: "Site") -> "dict[str, pd.DataFrame | None]":
    """Read the people of a roster, and their shifts of the weeks before."""
    from callplan.tables import SHIFTS, read
    from scheduling import read_people

    if asked.previous and not asked.people:
        raise Refused("--previous", "shifts of people, without people", "give --people too")
    return {
        PEOPLE: read_people(asked.people) if asked.people else None,
        PREVIOUS: read(asked.previous, SHIFTS, site.zone) if asked.previous else None,
    }


def _take_in(store: "Store", site: "Site", asked: Asked, site_file: str, say: Callable[[str], None]) -> None:
    """Import what is new; a file that was imported before changes nothing."""
    from planning import did_in_words, import_file, own_profiles, read_in_words

    profiles = own_profiles(Path(site_file).parent)
    for file in asked.files:
        who, now = whoever(asked.who), moment(asked.now, site)
        done = import_file(store, site, file, who=who, now=now, progress=say, profiles=profiles)
        for line in [*read_in_words(done), *did_in_words(done)]:
            click.echo(line, err=True)


def _write(week: "Week", folder: Path, lines: list[str], asked: Asked, site_file: Path) -> None:
    """Write all that the run used and produced; a roster in a folder of its own inside."""
    from planning import summarise, summarise_roster
    from reporting.folder import write_folder
    from reporting.roster_folder import write_roster_folder

    site, settings = week.plan.site, {"site.toml": site_file.read_bytes()}
    if site.events:
        settings[site.events] = (site_file.parent / site.events).read_bytes()
    files = {f"{PEOPLE}.csv": asked.people, f"{PREVIOUS}.csv": asked.previous, SCENARIOS: asked.what_if}
    inputs = {name: Path(path).read_bytes() for name, path in files.items() if path}
    inputs[RUN] = f"start = {week.plan.start}\ndays = {asked.days}\nseed = {asked.seed}\n".encode()
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_folder(
        week.tables(),
        folder,
        title=site.name,
        summary=[*lines, *summarise(week.plan)],
        remarks=week.remarks,
        goal=site.goals(),
        tolerance=site.tolerance,
        inputs=inputs | settings,
    )
    roster = week.plan.roster
    if roster is not None and len(roster.schedule.shifts):
        write_roster_folder(
            roster.tables(),
            folder / ROSTER,
            title=site.name,
            summary=summarise_roster(roster),
            settings=settings,
            kinds=roster.kinds(),
        )


def refuse_of_store(history: str, **given: Any) -> None:
    """Refuse options of the weekly run beside a HISTORY, which is planned with alone."""
    for option, value in given.items():
        if value:
            found = f"beside {history}"
            raise Refused(f"--{option.replace('_', '-')}", found, "leave HISTORY out: the store has it")
