"""The tables of a report: figures by period, day, week and month, the pattern, every convention."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from callplan.intervals import minute_of_day
from callplan.tables import FIGURES, PATTERN, check
from planning.figures import CONVENTIONS, SECTIONS, Lacking
from planning.management.calls import Calls, by_day, by_month, by_week, whole_spans
from planning.management.period import Period, edges
from planning.management.settings import ReportSettings

# What a trend shows, and how many weeks or months back.
TREND = ("offered", "answered", "service_level", "asa_s", "aht_s")
_BACK = 13
_ALL = tuple(dict.fromkeys(name for section in SECTIONS.values() for name in section))


def figures_of(
    queues: Sequence[Calls], every: Calls, span: Period, zone: str, settings: ReportSettings
) -> tuple[pd.DataFrame, dict[str, list[Lacking]]]:
    """Return the figures by period and day, and those of the trend by week and month (table `FIGURES`)."""
    parts, lacking = [], {}
    for own in [*queues, *([every] if len(queues) > 1 else [])]:
        convention = _convention(settings, own.name)
        part = own.within(span.first, span.last, zone)
        whole, lacking[own.name] = part.measured(_ALL, lambda starts: _first_of(starts, span), convention)
        parts += [whole.assign(by="period"), part.measured(_ALL, by_day, convention)[0].assign(by="day")]
        first = own.due["start"].min().date()
        for kind, grouping in (("week", by_week), ("month", by_month)):
            back = whole_spans(span, first, kind, _BACK)
            if back is not None:
                trend = own.within(*back, zone).measured(TREND, grouping, convention)[0]
                parts.append(trend.assign(by=kind))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table["start"] = _first_instants(table["start"], zone)
    return check(table[FIGURES.names()], FIGURES, zone=zone), lacking


def _convention(settings: ReportSettings, queue: str) -> str:
    """Return how a queue's service level is counted: as its last goal says."""
    own = [
        goal
        for goal in settings.goals
        if goal.figure == "service_level" and (goal.queue == queue or not goal.queue)
    ]
    latest = sorted(own, key=lambda goal: (bool(goal.queue), goal.valid_from))
    return latest[-1].convention if latest else "offered"


def thresholds(calls: Calls, span: Period, zone: str) -> tuple[float, ...]:
    """Return the seconds within which the history of these calls counts as in time."""
    rows = calls.within(span.first, span.last, zone).rows
    if "within_s" not in rows:
        return ()
    return tuple(sorted(float(within_s) for within_s in rows["within_s"].dropna().unique()))


def _first_of(starts: pd.Series, span: Period) -> pd.Series:
    return pd.Series(pd.Timestamp(span.first), starts.index)


def _first_instants(days: pd.Series, zone: str) -> pd.Series:
    known = {day: edges(day.date(), day.date(), zone)[0] for day in days.unique()}
    return days.map(known)


def pattern_of(queues: Sequence[Calls], span: Period, zone: str) -> pd.DataFrame:
    """Return the mean calls by weekday and time of day (table `PATTERN`)."""
    parts = []
    for own in queues:
        part = own.within(span.first, span.last, zone)
        rows = part.due[["queue", "start", "minutes"]].merge(
            part.rows[["queue", "start", "offered"]], on=["queue", "start"], how="left"
        )
        minute = minute_of_day(rows["start"])
        rows["clock"] = (minute // 60).map("{:02d}".format) + ":" + (minute % 60).map("{:02d}".format)
        rows["weekday"] = rows["start"].dt.day_of_week
        groups = rows.groupby(["queue", "weekday", "clock"])
        table = groups.agg(
            minutes=("minutes", "first"),
            start=("start", "min"),
            offered=("offered", "mean"),
            days=("offered", "count"),
        )
        parts.append(table.reset_index())
    return check(pd.concat(parts), PATTERN, zone=zone)


def conventions_of(queues: Sequence[Calls], every: Calls, span: Period, zone: str) -> pd.DataFrame:
    """Return the service level by each convention, and for one that lacks columns which these are."""
    found = []
    for own in [*queues, *([every] if len(queues) > 1 else [])]:
        part = own.within(span.first, span.last, zone)
        for convention in CONVENTIONS:
            table, lacking = part.measured(
                ["service_level"], lambda starts: _first_of(starts, span), convention
            )
            row: dict[str, Any] = {
                "queue": own.name,
                "convention": convention,
                "formula": CONVENTIONS[convention],
            }
            row |= {"lacks": ", ".join(lacking[0].columns) if lacking else ""}
            values = ("value", "numerator", "denominator")
            row |= {name: table[name].iloc[0] if len(table) else float("nan") for name in values}
            found.append(row)
    return pd.DataFrame(found)
