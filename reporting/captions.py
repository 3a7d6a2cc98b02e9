"""Each figure in a sentence, built from its table: for who cannot see it, and under it for who can."""

from datetime import date

import pandas as pd

from callplan.intervals import local_day
from reporting.parts import busiest_day
from reporting.roster import at_work, away, day_bounds
from reporting.words import day, moment


def describe_forecast(forecast: pd.DataFrame, actual: pd.DataFrame | None = None) -> str:
    """Say how many calls are forecast, when most, and how many came."""
    most = forecast.loc[forecast["calls"].idxmax()]
    text = (
        f"{forecast['calls'].sum():,.0f} calls are forecast for {_days(forecast)}, most at "
        f"{moment(most['start'])} ({most['calls']:,.0f} in {most['minutes']} minutes)"
    )
    if actual is None:
        return text + "."
    counted = actual[actual["offered"].notna() & actual["start"].isin(forecast["start"])]
    text += f"; {counted['offered'].sum():,.0f} came"
    if len(counted) < len(forecast):
        text += f" in the {len(counted):,} of {len(forecast):,} intervals that were counted"
    return text + "."


def describe_requirement(requirement: pd.DataFrame) -> str:
    """Say how many heads are needed when."""
    most = requirement.loc[requirement["rostered"].idxmax()]
    return (
        f"Between {requirement['rostered'].min():,} and {most['rostered']:,} rostered heads are needed for "
        f"{_days(requirement)}, most at {moment(most['start'])}: {most['agents']:,} on the phones "
        f"for a load of {most['load']:,.1f} erlangs."
    )


def describe_coverage(coverage: pd.DataFrame) -> str:
    """Say where the schedule falls short of the need, and where it goes beyond."""
    short = coverage[coverage["under"] > 0]
    beyond = coverage[coverage["over"] > 0]
    text = f"In {len(coverage) - len(short):,} of {len(coverage):,} intervals the need is covered"
    if len(short):
        worst = short.loc[short["under"].idxmax()]
        text += f"; at most {worst['under']:,g} heads are short, at {moment(worst['start'])}"
    if len(beyond):
        most = beyond.loc[beyond["over"].idxmax()]
        text += f"; at most {most['over']:,g} are to spare, at {moment(most['start'])}"
    return text + "."


def describe_service_level(
    coverage: pd.DataFrame, delivered: pd.DataFrame | None = None, goal: float | None = None
) -> str:
    """Say between what service levels the intervals lie, and how many meet the goal."""
    text = f"As planned, the service level of an interval lies between {_levels(coverage, goal)}"
    if delivered is not None:
        text += f"; with the calls that came, between {_levels(delivered, goal)}"
    return text + "."


def describe_errors(errors: pd.DataFrame, tolerance: float = 0.05) -> str:
    """Say how far off the days were, and how many stayed within the tolerance."""
    share = errors["error"] / errors["offered"].where(errors["offered"] > 0)
    if share.isna().all():
        return "No calls came, so the error has no percentage."
    return (
        f"The error of a day lies between {share.min():+.1%} and {share.max():+.1%}; "
        f"{errors['within'].sum()} of {len(errors)} days are within ±{tolerance:.0%}."
    ).replace("-", "−")


def describe_control_chart(ledger: pd.DataFrame, alarms: pd.DataFrame | None = None, by: str = "day") -> str:
    """Say how many of a ledger's days were within the tolerance, what chance explains, what drifted."""
    rows = ledger[ledger["by"] == by]
    outside = rows[rows["within"] == 0]
    noise = int(outside["verdict"].str.startswith("within noise").sum())
    text = (
        f"{len(rows) - len(outside):,} of {len(rows):,} {by}s are within ±{rows['tolerance'].iloc[0]:.0%}; "
        f"of the {len(outside):,} others chance explains {noise:,}"
    )
    own = [] if alarms is None else alarms[alarms["queue"].isin(rows["queue"])].to_dict("records")
    drifts = [f"{day(alarm['since'])} to {day(alarm['until'])} ({alarm['share']:+.1%})" for alarm in own]
    return (text + (f"; the forecast drifted {', '.join(drifts)}" if drifts else "") + ".").replace("-", "−")


def describe_value_added(value_added: pd.DataFrame, by: str = "day") -> str:
    """Say the error of each step of a published forecast."""
    rows = value_added[value_added["by"] == by].set_index("step")
    if rows["wape"].isna().all():
        return "No calls came, so the error has no percentage."
    steps = [step for step in ("naive", "statistical", "override", "published") if step in rows.index]
    said = ", ".join(f"{step} {rows['wape'][step]:.1%}" for step in steps)
    return f"Error by {by} (WAPE), step by step: {said}."


def describe_shift_plan(shift_plan: pd.DataFrame) -> str:
    """Say how many work on the day that is drawn, and from when to when."""
    rows = busiest_day(shift_plan)
    first = rows["start"].min()
    return (
        f"On {day(first)}, {rows['heads'].sum():,} heads work, "
        f"the first from {first:%H:%M}, the last until {rows['end'].max():%H:%M}."
    )


def describe_day(shifts: pd.DataFrame, activities: pd.DataFrame, on: date) -> str:
    """Say how many work on a day of the roster, from when to when, and who is away."""
    first, last = day_bounds(on, shifts["start"])
    rows = at_work(shifts, activities, first, last)
    text = (
        f"On {day(on)}, {rows['person'].nunique():,} people work, the first from "
        f"{max(first, rows['start'].min()):%H:%M}, the last until {rows['end'].max():%H:%M}"
    )
    return ", ".join([text, *away(activities, first, last)]) + "."


def describe_days(days: pd.DataFrame) -> str:
    """Say how the hours needed, staffed and paid compare."""
    return (
        f"For {_days(days)}, {days['needed_h'].sum():,.0f} hours are needed, "
        f"{days['staffed_h'].sum():,.0f} staffed and {days['paid_h'].sum():,.0f} paid."
    )


def _days(table: pd.DataFrame) -> str:
    days = local_day(table["start"])
    first, last = days.min(), days.max()
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def _levels(coverage: pd.DataFrame, goal: float | None) -> str:
    level = coverage["service_level"]
    text = f"{level.min():.0%} and {level.max():.0%}"
    if goal is None:
        return text
    return f"{text} ({(level >= goal).sum():,} of {level.count():,} meet {goal:.0%})"
