"""The weekly run, as `callplan plan` does it from the site's store."""

import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.keeping import at_work, moment, whoever

if TYPE_CHECKING:
    import pandas as pd

    from callplan.store import Store
    from planning import Roster, Site
    from planning.weekly import Week

# Less than so much done, the time left is not said: it would be a guess.
_LEAST_DONE = 0.05
# A step that goes on is said again after so many seconds.
_EVERY_S = 5.0
ROSTER, PEOPLE, PREVIOUS, SCENARIOS, RUN = "roster", "people", "previous", "scenarios.toml", "run.txt"
TWO_LEVELS = (
    "What is planned, below, has the service level of the mean forecast with the mean of heads present; the "
    "promise, above, counts the forecast's doubt, absence and chance too, and is what to expect."
)
# What a plan with a history alone is not made from.
NOT_GIVEN: dict[str, str | None] = dict.fromkeys([f"{PEOPLE}.csv", f"{PREVIOUS}.csv", SCENARIOS])


@dataclass(frozen=True)
class Asked:
    """What a weekly run is asked for on the command line."""

    start: date | None
    days: int
    files: tuple[str, ...]
    people: str | None
    previous: str | None
    what_if: str | None
    time_limit_s: float | None
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
            time_limit_s=asked.time_limit_s,
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
    from planning import summarise
    from reporting.folder import write_folder
    from reporting.roster_folder import OWN

    site, roster = week.plan.site, week.plan.roster
    given = dict(zip(NOT_GIVEN, (asked.people, asked.previous, asked.what_if), strict=True))
    inputs = inputs_of(site, site_file, folder, given)
    inputs[RUN] = _run_in_words(week.plan.start, asked)
    fill = None
    if roster is not None and len(roster.schedule.shifts):
        inputs.pop(ROSTER, None)
        fill = partial(_fill_roster, roster, inputs)
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_folder(
        week.tables(),
        folder,
        title=site.name,
        summary=[*lines, *([TWO_LEVELS] if site.goals() else []), *summarise(week.plan)],
        remarks=week.remarks,
        goal=site.goals(),
        tolerance=site.tolerance,
        inputs=inputs,
        fill_more=fill,
        own=[f"{ROSTER}/{pattern}" for pattern in OWN] if fill else [],
    )


def _fill_roster(roster: "Roster", inputs: Mapping[str, bytes | None], new: Path) -> None:
    """Write a roster into the folder of a week, with the settings that it was made from."""
    from planning import summarise_roster
    from reporting.roster_folder import fill_roster

    site = roster.site
    settings = {name: inputs[name] for name in ("site.toml", site.events) if name}
    (new / ROSTER).mkdir()
    fill_roster(
        roster.tables(),
        new / ROSTER,
        title=site.name,
        summary=summarise_roster(roster),
        settings={name: content for name, content in settings.items() if content is not None},
        kinds=roster.kinds(),
    )


def inputs_of(
    site: "Site", site_file: Path, folder: Path, given: Mapping[str, str | None]
) -> dict[str, bytes | None]:
    """Return the files that a plan is made from by their names in its folder.

    None is what it has not, but a plan that stands in the folder may have had: it is set aside there.
    """
    made_from: dict[str, str | Path | None] = {}
    # In the folder of the settings such files are the user's own.
    if folder.resolve() != site_file.parent.resolve():
        made_from |= {ROSTER: None, RUN: None, **_events_before(folder), **given}
    made_from |= {name: path for name, path in given.items() if path}
    made_from["site.toml"] = site_file
    if site.events:
        made_from[site.events] = site_file.parent / site.events
    return {name: None if path is None else Path(path).read_bytes() for name, path in made_from.items()}


def _events_before(folder: Path) -> dict[str, None]:
    """Name the file of events of the plan that stands in a folder."""
    try:
        settings = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {settings["events"]: None} if settings.get("events") else {}


def _run_in_words(start: date, asked: Asked) -> bytes:
    limit = "" if asked.time_limit_s is None else f"time_limit_s = {asked.time_limit_s:g}\n"
    return f"start = {start}\ndays = {asked.days}\nseed = {asked.seed}\n{limit}".encode()


def refuse_of_store(history: str, **given: Any) -> None:
    """Refuse options of the weekly run beside a HISTORY, which is planned with alone."""
    for option, value in given.items():
        if value:
            found = f"beside {history}"
            raise Refused(f"--{option.replace('_', '-')}", found, "leave HISTORY out: the store has it")
