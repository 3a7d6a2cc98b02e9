"""Goals held against what came: each interval met, missed, excluded, quiet or missing; and the sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from callplan.tables import ATTAINMENT, COMPLIANCE, check
from planning.management.calls import Calls
from planning.management.notes import Note
from planning.management.period import Period
from planning.sla import Goal, spans_of
from scheduling.results import no_rows

STATES = ("met", "missed", "excluded", "no calls", "missing")


@dataclass(frozen=True)
class _Span:
    """One goal over the days on which it stood."""

    goal: Goal
    calls: Calls
    first: date
    last: date


def attained(
    goals: Sequence[Goal], calls: Sequence[Calls], together: Calls, period: Period, zone: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[Note]]:
    """Hold goals against calls: the tables `ATTAINMENT` and `COMPLIANCE`, and what is to be said of them."""
    rows, sums, notes = [], [], list[Note]()
    for own, of_these in _concerned(goals, calls, together):
        for goal, first, last in spans_of(of_these, period.first, period.last):
            span = _Span(goal, own.within(first, last, zone), first, last)
            if span.calls.due.empty:
                continue
            found = _why_not(span)
            notes += found
            intervals = None if any(note.stops for note in found) else _by_interval(span)
            if intervals is not None:
                rows.append(intervals)
            sums.append(_sum_of(span, intervals, period.days))
    attainment = check(pd.concat(rows)[ATTAINMENT.names()], ATTAINMENT) if rows else no_rows(ATTAINMENT)
    compliance = check(pd.DataFrame(sums)[COMPLIANCE.names()], COMPLIANCE) if sums else no_rows(COMPLIANCE)
    return attainment, compliance, notes


def _concerned(
    goals: Sequence[Goal], calls: Sequence[Calls], together: Calls
) -> list[tuple[Calls, list[Goal]]]:
    """Return the goals of one figure and queue, with its calls; its own goals go before general ones."""
    found = []
    for figure in dict.fromkeys(goal.figure for goal in goals):
        of_figure = [goal for goal in goals if goal.figure == figure]
        pooled = [goal for goal in of_figure if goal.together]
        if pooled:
            found.append((together, pooled))
        for own in calls:
            named = [goal for goal in of_figure if goal.queue == own.name]
            general = [goal for goal in of_figure if not goal.queue and not goal.together]
            if named or general:
                found.append((own, named or general))
    return found


def _why_not(span: _Span) -> list[Note]:
    """Say why a goal cannot be held against these calls, or on what it rests."""
    goal, calls = span.goal, span.calls
    _, lacking = calls.measured([goal.figure], pd.Series.copy, goal.convention)
    about = {"queue": calls.name, "goal": goal.figure}
    if lacking:
        return [Note("goal_lacks", {**about, "columns": ", ".join(lacking[0].columns)}, stops=True)]
    if goal.within_s is None:
        return []
    counted = calls.rows["within_s"].dropna().unique() if "within_s" in calls.rows else []
    wrong = sorted(float(within_s) for within_s in counted if within_s != goal.within_s)
    if wrong:
        said = ", ".join(f"{within_s:g}" for within_s in wrong)
        return [Note("threshold_differs", {**about, "within_s": goal.within_s, "counted": said}, stops=True)]
    if not len(counted):
        return [Note("threshold_unknown", {**about, "within_s": goal.within_s})]
    return []


def _by_interval(span: _Span) -> pd.DataFrame:
    """Return each interval's state."""
    goal, calls = span.goal, span.calls
    table, _ = calls.counting().measured([goal.figure], pd.Series.copy, goal.convention)
    every = calls.due.groupby("start").agg(minutes=("minutes", "first"), reason=("reason", "first"))
    left = calls.due[calls.due["reason"].isna()].groupby("start").size().reindex(every.index)
    found = table.set_index("start").reindex(every.index) if len(table) else every.assign(value=np.nan)
    intervals = found["intervals"] if "intervals" in found else pd.Series(0, every.index)
    value = found["value"].astype(float)
    excluded, missing = left.isna(), intervals.fillna(0) < left.fillna(0)
    met = value.map(goal.met_by)
    cases = [excluded, missing, value.isna(), met.astype(bool)]
    state = np.select(cases, ["excluded", "missing", "no calls", "met"], "missed")
    offered = calls.rows.groupby("start")["offered"].sum(min_count=1).reindex(every.index)
    return pd.DataFrame(
        {
            "queue": calls.name,
            "goal": goal.figure,
            "start": every.index,
            "minutes": every["minutes"].to_numpy(),
            "target": goal.target,
            "value": value.where(~(excluded | missing)).to_numpy(),
            "calls": offered.to_numpy(),
            "state": state,
            "reason": every["reason"].where(excluded).to_numpy(),
        }
    )


def _sum_of(span: _Span, intervals: pd.DataFrame | None, period_days: int) -> dict[str, Any]:
    """Return a goal's row of `COMPLIANCE`: empty values where it could not be held against anything."""
    goal, calls = span.goal, span.calls
    days = (span.last - span.first).days + 1
    value = with_all = {"value": np.nan, "numerator": np.nan, "denominator": np.nan}
    states = pd.Series(0, index=list(STATES))
    if intervals is None:
        states["missing"] = len(calls.due["start"].unique())
    else:
        states += intervals["state"].value_counts().reindex(states.index).fillna(0).astype(int)
        value, with_all = (_whole(part, goal) for part in (calls.counting(), calls))
    reached = value["value"]
    state = "missing" if reached != reached else "met" if goal.met_by(reached) else "missed"
    return {
        **{"queue": calls.name, "goal": goal.figure, "first": span.first, "last": span.last},
        **{"target": goal.target, **value, "with_all": with_all["value"], "state": state},
        **{name: states[name] for name in ("met", "missed", "excluded", "missing")},
        "quiet": states["no calls"],
        "credit": goal.credit_of(reached) * days / period_days,
        "bonus": goal.bonus_of(reached) * days / period_days,
        "within_s": np.nan if goal.within_s is None else goal.within_s,
        "convention": goal.convention if goal.within_s is not None else None,
    }


def _whole(calls: Calls, goal: Goal) -> dict[str, float]:
    """Return value, numerator and denominator of a goal's figure over all of the calls."""
    table, _ = calls.measured([goal.figure], lambda starts: pd.Series(0, starts.index), goal.convention)
    parts = ["value", "numerator", "denominator"]
    return dict(table[parts].iloc[0]) if len(table) else dict.fromkeys(parts, np.nan)
