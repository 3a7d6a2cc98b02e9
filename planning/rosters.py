"""Rosters of a site: what one was made from, what was found, and the folder that holds it all."""

from dataclasses import asdict, dataclass, field, replace
from math import nan
from pathlib import Path

import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import (
    ACTIVITIES,
    CHANGES,
    COVERAGE,
    DUTIES,
    OUTCOME,
    REQUIREMENT,
    SHIFT_PLAN,
    SHIFTS,
    Table,
    check,
    read,
)
from planning.service import expected_service, schedule_site
from planning.site import Site
from planning.steps import Progress, as_staffed
from scheduling import Change, Outcome, Schedule, read_people, reschedule
from scheduling.clock import minute, minutes_of

SITE_FILE = "site.toml"
_FOUND = {
    "shifts": SHIFTS,
    "activities": ACTIVITIES,
    "coverage": COVERAGE,
    "duties": DUTIES,
    "shift_plan": SHIFT_PLAN,
}


@dataclass(frozen=True, eq=False)
class Roster:
    """Who works when, and what it was made from, so that it can be changed later."""

    site: Site
    requirement: pd.DataFrame = field(repr=False)
    people: pd.DataFrame = field(repr=False)
    schedule: Schedule
    # The shifts of the weeks before.
    previous: pd.DataFrame | None = field(default=None, repr=False)
    # What was changed of the roster published before this one.
    changes: pd.DataFrame | None = field(default=None, repr=False)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name: what was found, then what it was made from."""
        outcome = pd.DataFrame([asdict(outcome) for outcome in self.schedule.outcome])
        found = {name: getattr(self.schedule, name) for name in _FOUND}
        tables = {
            **found,
            "outcome": check(outcome[OUTCOME.names()], OUTCOME),
            "changes": self.changes,
            "requirement": self.requirement,
            "people": self.people,
            "previous": self.previous,
        }
        return {name: table for name, table in tables.items() if table is not None}

    def kinds(self) -> dict[str, str]:
        """Return the clock times from which shifts are early, mid, late or, most of them, nights."""
        rules = self.site.shifts.roster
        night_min = minutes_of(rules.night_h)
        first = max(0, minute(rules.night_to) - night_min)
        last = max(minute(rules.late_from), minute(rules.night_from) - night_min)
        begins = {
            "early": first,
            "mid": minute(rules.early_before),
            "late": minute(rules.late_from),
            "night": last,
        }
        return {kind: f"{moment // 60:02}:{moment % 60:02}" for kind, moment in begins.items()}


def roster_site(
    requirement: pd.DataFrame,
    site: Site,
    people: pd.DataFrame,
    *,
    previous: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> Roster:
    """Give a site's people shifts that cover a requirement, with the service level that these give.

    `people` is a table `PEOPLE` (`scheduling.read_people`), `previous` a table `SHIFTS` of the weeks before;
    other arguments and what is raised are those of `scheduling.schedule`.
    """
    requirement = check(requirement, REQUIREMENT, zone=Site.expect(site, "site").zone)
    staffed = as_staffed(site, requirement)
    found = schedule_site(
        requirement,
        site,
        people,
        previous=previous,
        seed=seed,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    coverage = expected_service(found.coverage, requirement, staffed)
    return Roster(site, requirement, people, replace(found, coverage=coverage), previous)


def reschedule_site(
    published: Roster,
    change: Change,
    *,
    now: pd.Timestamp,
    requirement: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
    progress: Progress | None = None,
) -> Roster:
    """Mend a published roster after a change, or for a new requirement of the same days.

    Arguments and what is raised are those of `scheduling.reschedule`; the result holds the table `changes`.
    """
    site = published.site
    needed = published.requirement if requirement is None else check(requirement, REQUIREMENT, zone=site.zone)
    staffed = as_staffed(site, needed)
    found = reschedule(
        published.schedule,
        change,
        needed,
        site.shifts,
        published.people,
        now=now,
        previous=published.previous,
        seed=seed,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    coverage = expected_service(found.schedule.coverage, needed, staffed)
    schedule = replace(found.schedule, coverage=coverage)
    return Roster(site, needed, found.people, schedule, published.previous, found.changes)


def read_roster(folder: str | Path) -> Roster:
    """Read a roster from the folder that `callplan schedule --to` has written."""
    folder = Path(folder)
    if not (folder / SITE_FILE).is_file() or not (folder / "shifts.csv").is_file():
        raise Refused(str(folder), "no roster", "name a folder that `callplan schedule --to` has written")
    site = Site.from_toml(folder / SITE_FILE)

    def of(name: str, table: Table) -> pd.DataFrame | None:
        path = folder / f"{name}.csv"
        return read(path, table, site.zone) if path.is_file() else None

    outcome = read(folder / "outcome.csv", OUTCOME)
    found = {name: of(name, table) for name, table in _FOUND.items()}
    return Roster(
        site,
        read(folder / "requirement.csv", REQUIREMENT, site.zone),
        read_people(folder / "people.csv"),
        Schedule(
            **{name: table for name, table in found.items() if table is not None},
            # How many seconds a search took is not kept, so that the same roster is the same bytes.
            outcome=tuple(Outcome(**row, seconds=nan) for row in outcome.to_dict("records")),
        ),
        of("previous", SHIFTS),
        of("changes", CHANGES),
    )


def summarise_roster(roster: Roster) -> list[str]:
    """Return a roster in plain lines that name nobody: its size and cost, what is short, how fair it is."""
    schedule, days = roster.schedule, local_day(roster.requirement["start"])
    shifts = schedule.shifts
    lines = [
        f"{_day(days.min())} to {_day(days.max())} {days.max().year}: {len(roster.people):,} people, "
        f"{len(shifts):,} shifts, {shifts['paid_h'].sum():,.0f} paid hours."
    ]
    lines += [_cost(outcome) for outcome in schedule.outcome]
    if roster.changes is not None:
        changed = roster.changes["person"].nunique()
        days = "1 day" if len(roster.changes) == 1 else f"{len(roster.changes):,} days"
        lines.append(
            f"Changed from what was published: {days}, of {changed:,} in {len(roster.people):,} people."
        )
    return [*lines, _short(schedule.coverage), _fair(schedule.duties), *_service(roster)]


def _cost(outcome: Outcome) -> str:
    """Say what a roster costs, how near the best that is, and whether there was time enough."""
    if outcome.status == "optimal":
        return f"Cost {outcome.cost:,.1f}, the least possible."
    cut = "; the time limit cut the search" if outcome.stopped_by == "clock" else ""
    return f"Cost {outcome.cost:,.1f}, at most {outcome.gap:.1%} above the least possible{cut}."


def _short(coverage: pd.DataFrame) -> str:
    """Say how much of the need is not covered, and where most is missing."""
    hours = coverage["minutes"] / 60
    short, over = ((coverage[column] * hours).sum() for column in ("under", "over"))
    beyond = f"; {over:,.1f} hours are beyond the need."
    if short == 0:
        return f"Nothing is short{beyond}"
    worst = coverage.loc[coverage["under"].idxmax()]
    return (
        f"Short are {short:,.1f} of {(coverage['needed'] * hours).sum():,.1f} hours, most on "
        f"{_day(worst['start'])} at {worst['start']:%H:%M}: {worst['queue']} lacks {worst['under']:.3g} "
        f"of {worst['needed']:g}{beyond}"
    )


def _fair(duties: pd.DataFrame) -> str:
    """Say how evenly nights, weekends and late ends are spread, and how many wishes are granted."""
    spread = [
        _range(duties[column], words)
        for column, words in (("nights", "nights"), ("weekends", "weekends"), ("late_ends", "late ends"))
    ]
    wishes, granted = duties["wishes"].sum(), duties["wishes_met"].sum()
    return f"Each person has {', '.join(spread)}; {granted:,} of {wishes:,} wishes are granted."


def _range(counts: pd.Series, words: str) -> str:
    least, most = counts.min(), counts.max()
    if most == 0:
        return f"no {words}"
    return f"{least:,} {words}" if least == most else f"{least:,} to {most:,} {words}"


def _service(roster: Roster) -> list[str]:
    """Say what service level is to be expected over all calls of each queue that has a goal."""
    calls = roster.requirement[["queue", "start", "calls"]]
    rows = roster.schedule.coverage.dropna(subset=["service_level"]).merge(calls, on=["queue", "start"])
    rows = rows.assign(answered=rows["service_level"] * rows["calls"])
    sums = rows.groupby("queue")[["answered", "calls"]].sum()
    levels = [
        f"{queue} {row['answered'] / row['calls']:.1%}" for queue, row in sums.iterrows() if row["calls"]
    ]
    return [f"Expected service level: {', '.join(levels)}."] if levels else []


def _day(time: pd.Timestamp) -> str:
    return f"{time:%a} {time.day} {time:%b}"
