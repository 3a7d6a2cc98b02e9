"""The door of the management report: one client's week or month, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from callplan.errors import Refused, nearest
from callplan.intervals import local_day
from planning.figures import CONVENTIONS, Lacking
from planning.management import outlook as ahead
from planning.management.accuracy import accuracy_of, days_of
from planning.management.attainment import attained
from planning.management.calls import (
    Calls,
    calls_of,
    excluded,
    known_exclusions,
    together,
)
from planning.management.notes import Note
from planning.management.period import Period, edges, last_day_over
from planning.management.settings import ReportSettings
from planning.management.tables import conventions_of, figures_of, pattern_of, thresholds
from planning.outbound import OutboundReport, outbound_report
from planning.site import Site
from planning.sla import Settlement, settle
from planning.steps import Progress, at_site

if TYPE_CHECKING:
    from callplan.store import Store


@dataclass(frozen=True, eq=False)
class ManagementReport:
    """One client's week or month; `callplan.tables` describes each table.

    `lacking` holds, by queue, the figures that its history cannot give with the columns they need.
    `within_s` has the thresholds that it counts by, `conventions` the service level by each convention, with
    the columns lacking for it. `accuracy` may be None; `accuracy_days` says of how many of
    a queue's open days it is.
    """

    client: str
    zone: str
    currency: str
    period: Period
    queues: tuple[str, ...]
    figures: pd.DataFrame
    pattern: pd.DataFrame
    attainment: pd.DataFrame
    compliance: pd.DataFrame
    settlement: Settlement
    exclusions: pd.DataFrame
    years: pd.DataFrame
    outlook: pd.DataFrame
    tried: pd.DataFrame
    conventions: pd.DataFrame
    accuracy: pd.DataFrame | None
    accuracy_days: Mapping[str, tuple[int, int]]
    passed_through: Mapping[str, pd.DataFrame]
    outbound: OutboundReport | None
    lacking: Mapping[str, Sequence[Lacking]]
    within_s: Mapping[str, tuple[float, ...]]
    notes: tuple[Note, ...]

    @property
    def convention_of(self) -> dict[str, str]:
        """The name of each way to count a service level, by its formula."""
        return {formula: name for name, formula in CONVENTIONS.items()}


@dataclass(frozen=True, eq=False)
class Given:
    """What a report may be given beside the history."""

    exclusions: pd.DataFrame | None = None
    forecast: pd.DataFrame | None = None
    store: Store | None = None
    outbound: pd.DataFrame | None = None
    outbound_review: pd.DataFrame | None = None
    passed_through: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def management_report(
    history: pd.DataFrame,
    site: Site,
    settings: ReportSettings,
    *,
    now: datetime,
    given: Given | None = None,
    period: str | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> ManagementReport:
    """Compute the report of one client for a week or month.

    Days that are not over at `now` are left out, open intervals that nobody counted are missing, not zero;
    both are said. Nothing after the period is looked at: the same report comes out whenever it is made.

    Raises `Refused` where no day of the period is over, or nothing was counted in it.
    """
    given = given or Given()
    say = progress or (lambda _: None)
    span, notes = _over(Period.read(period or settings.period, _today(now, site)), now, site.zone)
    begin, end = edges(span.first, span.last, site.zone)
    history = at_site(history, site)
    history = history[history["start"] < end]
    exclusions = None if given.exclusions is None else known_exclusions(given.exclusions, site)
    names, missing = _queues(history, site, settings, begin)
    site, history = site.only(names), history[history["queue"].isin(names)]
    say("the figures")
    queues = [excluded(calls_of(history, site, name, span.last), exclusions) for name in names]
    every = together(queues)
    figures, lacking = figures_of(queues, every, span, site.zone, settings)
    attainment, compliance, goal_notes = attained(settings.goals, queues, every, span, site.zone)
    years, year_notes = ahead.years(queues, span, site.zone)
    accuracy, accuracy_notes = accuracy_of(given.forecast, given.store, history, site, span, now)
    weeks, tried, others = ahead.outlook(history, site, span, settings.outlook_weeks, seed, say)
    outbound, outbound_notes = _outbound(given, span, settings)
    others += outbound_notes
    accuracy_days = days_of(accuracy, queues, span, site.zone)
    accuracy_notes += [
        Note("accuracy_days", {"queue": name, "days": days, "due": due})
        for name, (days, due) in accuracy_days.items()
        if days < due
    ]
    gaps = _gaps(queues, span, site.zone)
    return ManagementReport(
        client=settings.client,
        zone=site.zone,
        currency=site.currency,
        period=span,
        queues=tuple(names),
        figures=figures,
        pattern=pattern_of(queues, span, site.zone),
        attainment=attainment,
        compliance=compliance,
        settlement=settle(list(compliance["credit"]), list(compliance["bonus"]), settings.fee),
        exclusions=_touching(exclusions, every, begin, end),
        years=years,
        outlook=weeks,
        tried=tried,
        conventions=conventions_of(queues, every, span, site.zone)
        if settings.conventions
        else pd.DataFrame(),
        accuracy=accuracy,
        accuracy_days=accuracy_days,
        passed_through=dict(given.passed_through),
        outbound=outbound,
        lacking=lacking,
        within_s={one.name: thresholds(one, span, site.zone) for one in (*queues, every)},
        notes=(*notes, *missing, *gaps, *goal_notes, *year_notes, *accuracy_notes, *others),
    )


def _outbound(
    given: Given, span: Period, settings: ReportSettings
) -> tuple[OutboundReport | None, list[Note]]:
    """Report the outbound results of the period, or say that there are none in it."""
    rows, ends = given.outbound, (pd.Timestamp(span.first), pd.Timestamp(span.last))
    if rows is None and not settings.outbound:
        return None, []
    if rows is None or not pd.to_datetime(rows["date"]).between(*ends).any():
        return None, [Note("outbound_none", {"first": span.first, "last": span.last})]
    found = outbound_report(rows, span.first, span.last, settings.outbound_targets, given.outbound_review)
    return found, []


def _today(now: datetime, site: Site) -> date:
    return (pd.Timestamp(last_day_over(now, site.zone)) + pd.Timedelta(days=1)).date()


def _over(period: Period, now: datetime, zone: str) -> tuple[Period, list[Note]]:
    """Cut a period off after the last day that is over, and say so."""
    last = last_day_over(now, zone)
    if last < period.first:
        found = f"{period.first} to {period.last}: none of these days is over"
        raise Refused("period", found, f"the last day that is over is {last}; name an earlier period")
    if last >= period.last:
        return period, []
    left_out = {"first": (pd.Timestamp(last) + pd.Timedelta(days=1)).date(), "last": period.last}
    return period.until(last), [Note("days_not_over", left_out)]


def _queues(
    history: pd.DataFrame, site: Site, settings: ReportSettings, begin: pd.Timestamp
) -> tuple[list[str], list[Note]]:
    """Return the queues that have a count in the period, and a note for each other."""
    for name in settings.queues:
        if name not in site.queues:
            raise Refused("queues", f"no queue {name!r}", nearest(name, site.queues))
    for goal in settings.goals:
        wanted = settings.queues or tuple(site.queues)
        if goal.queue and goal.queue not in wanted:
            raise Refused("goals", f"no queue {goal.queue!r}", nearest(goal.queue, wanted))
    counted = history[history["offered"].notna() & (history["start"] >= begin)]["queue"]
    there = set(counted.unique())
    names = [name for name in (settings.queues or site.queues) if name in there]
    if not names:
        raise Refused("history", "no call was counted in the period", "import it, or name another period")
    others = [name for name in (settings.queues or site.queues) if name not in there]
    return names, [Note("queue_not_counted", {"queue": name}) for name in others]


def _gaps(queues: Sequence[Calls], span: Period, zone: str) -> list[Note]:
    """Say which open intervals nobody counted, and which queues began in the period."""
    notes = []
    for own in queues:
        first = local_day(own.rows["start"]).min().date()
        if first > span.first:
            notes.append(Note("queue_new", {"queue": own.name, "first": first}))
        part = own.within(span.first, span.last, zone)
        counted = part.rows[part.rows["offered"].notna()]
        gone = part.due[~part.due["start"].isin(counted["start"])]
        if len(gone):
            days = set(local_day(part.due["start"])) - set(local_day(counted["start"]))
            values = {"queue": own.name, "missing": len(gone), "due": len(part.due), "days": len(days)}
            notes.append(Note("missing", values))
    return notes


def _touching(
    exclusions: pd.DataFrame | None, every: Calls, begin: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """Return the exclusions that reach into the period."""
    if exclusions is None:
        return pd.DataFrame(columns=["start", "end", "reason", "queue"])
    rows = exclusions[(exclusions["start"] < end) & (exclusions["end"] > begin)]
    named = rows["queue"] if "queue" in rows else pd.Series(None, rows.index, dtype=object)
    rows = rows.assign(queue=named.where(named.notna() & ~named.isin(["", "all"]), None))
    ours = rows["queue"].isna() | rows["queue"].isin(every.due["queue"].unique())
    return rows[ours].reset_index(drop=True)
