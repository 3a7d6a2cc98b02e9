"""The busy-hour method and the interval method side by side, and why they differ."""

from typing import Any

import numpy as np
import pandas as pd

from callplan.hours import WEEKDAYS
from callplan.tables import SIZING_METHODS, check
from quoting.sizing.agents import requirement
from quoting.sizing.arrivals import Arrivals, arrivals
from quoting.sizing.efficiency import Efficiency
from quoting.sizing.people import seats_of
from quoting.sizing.season import month_factors
from quoting.sizing.teams import team_of
from quoting.sizing.workload import work_of
from quoting.terms.terms import Terms

# Below this share two figures are the same to a reader.
_ALIKE = 0.005


def methods(terms: Terms, efficiency: Efficiency) -> pd.DataFrame:
    """Size the busiest month by one busy hour and by every interval (table `SIZING_METHODS`).

    The busy hour: factor × calls of the mean open day -> erlangs -> agents -> seats, and hours as if that
    team sat all open hours. It is worked out with the factor that was given, and with the one that the
    history or the profile shows. Erlangs are those of the first tier.
    """
    came, peak = arrivals(terms), float(month_factors(terms).max())
    week = requirement(terms, peak)
    hours = week["minutes"] / 60
    busiest = week.loc[week["load"].idxmax()]
    by_interval = _row(
        terms,
        efficiency,
        method="every interval",
        factor=np.nan,
        calls=busiest["calls"] * 60 / came.minutes,
        load=busiest["load"],
        agents=week["agents"].max(),
        staffed_h=(week["agents"] * hours).sum(),
        reason=f"each of {len(week)} open intervals has the team that its own calls need for every goal; "
        f"the busiest is {_when(busiest)}",
    )
    rows = []
    for source, factor in _factors(terms, came).items():
        calls, load, agents = _busy_hour(came, terms, peak * factor)
        row = {"factor": factor, "calls": calls, "load": load, "agents": agents}
        row = _row(
            terms, efficiency, method=f"busy hour, factor {source}", **row, staffed_h=agents * hours.sum()
        )
        rows.append(row | {"reason": _reason(row, by_interval, came, week, terms)})
    table = pd.DataFrame([*rows, by_interval])
    return check(table.assign(n=np.arange(1, len(table) + 1)), SIZING_METHODS)


def _factors(terms: Terms, came: Arrivals) -> dict[str, float]:
    """Return the busy-hour factors there are, by their source."""
    given = terms.traffic.busy_hour_factor
    shown = "measured on the history" if terms.traffic.history else "of the profile"
    return ({} if given is None else {"given": given}) | {shown: came.busy_hour_factor}


def _busy_hour(came: Arrivals, terms: Terms, share: float) -> tuple[float, float, int]:
    """Return calls an hour, erlangs and agents of an hour with this share of the mean open day."""
    once, calls = np.zeros(1, dtype=int), np.array([came.day_calls * came.minutes / 60])
    hour = Arrivals(once, once, came.minutes, calls, came.aht_s, came.days, came.day_calls)
    work = work_of(hour, terms, np.array([share]))
    team = team_of(hour, work, terms)
    agents = int(team.agents[0, 0] + team.second_tier[0, 0])
    return float(work.calls[0, 0] * 60 / came.minutes), float(team.load[0, 0]), agents


def _row(terms: Terms, efficiency: Efficiency, **row: Any) -> dict[str, Any]:
    """Return a row with its seats and its FTE of the busiest month."""
    staff = terms.staff
    paid_h = row["staffed_h"] / (1 - staff.shrinkage) / float(efficiency)
    return row | {"seats": seats_of(row["agents"], staff), "fte": paid_h / staff.full_time_h}


def _reason(
    row: dict[str, Any], by_interval: dict[str, Any], came: Arrivals, week: pd.DataFrame, terms: Terms
) -> str:
    """Say in words why one busy hour gives another answer than every interval."""
    busiest = week.loc[week["load"].idxmax()]
    if busiest["load"] == 0:
        return "no calls reach the team: it has minimum_agents"
    why = _why(row["factor"], busiest, came, week, terms)
    there = f"where the busiest interval ({_when(busiest)}) has {busiest['load']:.1f}"
    more = row["agents"] - by_interval["agents"]
    agents = f"{_apart(more)} agent{'' if abs(more) == 1 else 's'}" if more else "as many agents at the peak"
    idle = row["staffed_h"] - by_interval["staffed_h"]
    hours = f"{_apart(idle)} than the intervals need" if idle else "as many as they need"
    return (
        f"{row['load']:.1f} erlangs, {there}{': ' if why else ''}{', '.join(why)}; {agents}. "
        f"In all open hours that team sits {row['staffed_h']:,.0f} h a week, {hours}"
    )


def _why(factor: float, busiest: pd.Series, came: Arrivals, week: pd.DataFrame, terms: Terms) -> list[str]:
    """Name what parts the busiest interval from the busy hour of the mean open day."""
    days = week.groupby("weekday")["calls"].sum()
    of_day = days[busiest["weekday"]] / days[days > 0].mean()
    clock = week[(week["weekday"] == busiest["weekday"]) & (week["minute"] // 60 == busiest["minute"] // 60)]
    of_hour = busiest["calls"] / clock["calls"].mean()
    shown, called_back = came.busy_hour_factor, terms.traffic.workload.called_back
    named = (
        (
            abs(factor / shown - 1) > _ALIKE,
            f"the busiest hour has {shown:.1%} of the mean open day, not {factor:.1%}",
        ),
        (of_day - 1 > _ALIKE, f"its day has {of_day:.2f} times the calls of the mean open day"),
        (of_hour - 1 > _ALIKE, f"it has {of_hour:.2f} times the calls of the mean interval of its hour"),
        (called_back > 0, f"{called_back:.0%} of the callers of busy intervals are called back later"),
    )
    return [text for holds, text in named if holds]


def _apart(difference: float) -> str:
    return f"{abs(difference):,.0f} {'more' if difference > 0 else 'fewer'}"


def _when(row: pd.Series) -> str:
    return f"{WEEKDAYS[int(row['weekday'])]} {int(row['minute']) // 60:02}:{int(row['minute']) % 60:02}"
