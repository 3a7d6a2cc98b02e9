"""The chain: history -> forecast -> requirement -> schedule, for one span of days."""

import dataclasses
import warnings
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import local_day
from callplan.tables import ASSUMPTIONS, OUTCOME, check
from planning import overrides as layers
from planning.days import by_day
from planning.rosters import Roster
from planning.service import expected_service, schedule_site
from planning.site import Site
from planning.steps import Progress, at_site, first_day, forecast_site, staff_site
from scheduling import Schedule, step_min

_NOT_IN_HISTORY = "site.toml, for the history has none"
# Seconds that the search for a roster may take, and for each person more.
_ROSTER_S, _PERSON_S = 60.0, 3.0
_GOALS = {
    "service_level": "service level",
    "asa_s": "average speed of answer, s",
    "abandoned": "share that hangs up",
    "occupancy": "occupancy",
    "p_wait": "share that waits",
}


@dataclass(frozen=True)
class Plan:
    """A planned span of days: each room's table, and what was assumed and remarked on the way."""

    site: Site
    start: date
    history: pd.DataFrame
    forecast: pd.DataFrame
    requirement: pd.DataFrame
    shift_plan: pd.DataFrame
    coverage: pd.DataFrame
    days: pd.DataFrame
    outcome: pd.DataFrame
    assumptions: pd.DataFrame
    remarks: tuple[str, ...]
    roster: Roster | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, in the order of the chain."""
        frames = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: frame for name, frame in frames.items() if isinstance(frame, pd.DataFrame)}


def plan(
    history: pd.DataFrame,
    site: Site,
    *,
    start: date | str | None = None,
    days: int = 7,
    overrides: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan the `days` local days from `start` on, by default those that follow the history's last day.

    The history is brought to the site's zone and intervals first (`at_site`). Its rows from `start` on
    are not looked at. Each queue of the history needs its settings in the site; handling times that the
    history lacks come from there, and are listed as assumptions. The `overrides` (table `OVERRIDES`) that
    stand are laid over the forecast. With `people` (table `PEOPLE`) the schedule is a roster, which follows
    the shifts of the weeks before, `previous`, and stands in `roster`. `time_limit_s` guards the search for
    shifts (left out: a minute for each queue; with people a minute, and 3 s for each). What the clock cut
    is remarked: another run may find another schedule.

    Raises `Refused` where something is missing, `Infeasible` where no schedule can exist.
    """
    step_min(Site.expect(site, "site").shifts, site.minutes)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Remark)
        history = at_site(history, site)
        first, day = first_day(history, start), local_day(history["start"])
        seen = history[day < pd.Timestamp(first)]
        if seen.empty:
            raise Refused(f"start {first}", f"the history begins on {day.min():%Y-%m-%d}", "plan a later day")
        forecast = forecast_site(seen, site, days=days, start=first, seed=seed, progress=progress)
        if overrides is not None:
            forecast = layers.apply(forecast, overrides)
        requirement = staff_site(forecast, site)
        if progress:
            progress("shifts")
        schedule = schedule_site(
            requirement,
            site,
            people,
            previous=previous,
            seed=seed,
            time_limit_s=_guard_s(people) if time_limit_s is None else time_limit_s,
            progress=progress if people is not None else None,
        )
        _remark_on_the_clock(schedule)
    coverage = expected_service(schedule.coverage, requirement, site)
    return Plan(
        site=site,
        start=first,
        history=seen.reset_index(drop=True),
        forecast=forecast,
        requirement=requirement,
        shift_plan=schedule.shift_plan,
        coverage=coverage,
        days=by_day(
            site, requirement, coverage, schedule.shift_plan, roster=None if people is None else schedule
        ),
        outcome=check(pd.DataFrame(schedule.outcome)[OUTCOME.names()], OUTCOME),
        assumptions=_assumptions(site, forecast, seen, overrides),
        remarks=tuple(dict.fromkeys(str(remark.message) for remark in caught)),
        roster=None
        if people is None
        else Roster(site, requirement, people, replace(schedule, coverage=coverage), previous),
    )


def _guard_s(people: pd.DataFrame | None) -> float | None:
    """Return the seconds that a search may take: so many that a laptop at work on other things has time."""
    return None if people is None else _ROSTER_S + _PERSON_S * len(people)


def _remark_on_the_clock(schedule: Schedule) -> None:
    """Say which search was cut by the clock: how far it came depends on the machine."""
    cut = [outcome.queue for outcome in schedule.outcome if outcome.stopped_by == "clock"]
    if cut:
        text = (
            f"{', '.join(cut)}: the search for shifts was cut by the clock, and another run may find others; "
            "give it more time with --time-limit"
        )
        warnings.warn(text, Remark, stacklevel=3)


def _assumptions(
    site: Site, forecast: pd.DataFrame, history: pd.DataFrame, overrides: pd.DataFrame | None
) -> pd.DataFrame:
    """List what a plan takes as given, queue by queue, and who says so."""
    rows = [("all", f"note {i}", note, "site.toml") for i, note in enumerate(site.notes, 1)]
    if site.currency:
        rows.append(("all", "currency of costs", site.currency, "site.toml"))
    rows += _events(site, forecast)
    if overrides is not None:
        laid = layers.laid_over(forecast, overrides)
        rows += [(one.queue, f"override {number}", one.in_words, "the store") for number, one in laid]
    for name in forecast["queue"].unique():
        queue = site.queue(name)
        goals = {_GOALS[goal]: f"{limit:g}" for goal, limit in queue.target.goals().items()}
        if queue.service_level is not None:
            share = f"{queue.service_level:.0%} within {queue.within_s:g} s"
            goals[_GOALS["service_level"]] = f"{share}, counted as {queue.convention}"
        rows += [(name, f"goal: {goal}", limit, "site.toml") for goal, limit in goals.items()]
        rows.append((name, "shrinkage", f"{queue.shrinkage:.1%}", "site.toml"))
        patience = "endless: nobody hangs up" if queue.patience_s is None else f"{queue.patience_s:g} s"
        rows.append((name, "patience", patience, "site.toml"))
        lag = "the load of one handle time earlier" if queue.lag else "each interval's own calls"
        rows.append((name, "agents follow", lag, "site.toml"))
        if queue.lines is not None:
            rows.append((name, "lines", f"{queue.lines}, talking and waiting", "site.toml"))
        if queue.confidence is not None:
            rows.append((name, "confidence", f"goals are met on {queue.confidence:.0%} of days", "site.toml"))
        known = forecasting.handling_time(history[history["queue"] == name])[0].notna().any()
        handling = ("by time of day", "history") if known else (f"{queue.aht_s:g} s", _NOT_IN_HISTORY)
        rows.append((name, "handling time", *handling))
        stated = site.calendar_of(name).hours is not None
        rows.append(
            (
                name,
                "opening hours",
                "as stated" if stated else "as seen",
                "site.toml" if stated else "history",
            )
        )
    return check(pd.DataFrame(rows, columns=ASSUMPTIONS.names()), ASSUMPTIONS)


def _events(site: Site, forecast: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """List the events of the days that are forecast, and what each does to the calls."""
    day, queues = local_day(forecast["start"]), set(forecast["queue"])
    rows = []
    for event in site.calendar.events:
        last, first = pd.Timestamp(event.last), pd.Timestamp(event.date)
        if day.between(first, last).any() and (event.queue is None or event.queue in queues):
            days = f"{event.date}" if event.last == event.date else f"{event.date} to {event.last}"
            effect = (
                "as learned from earlier ones" if event.effect is None else f"calls {event.effect - 1:+.0%}"
            )
            rows.append(
                (event.queue or "all", f"event: {event.name}, {days}", effect, site.events or "site.toml")
            )
    return rows
