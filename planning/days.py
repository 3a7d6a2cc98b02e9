"""Intervals summed to days, as a planner reads them."""

import pandas as pd

from callplan.intervals import first_instants, local_day
from callplan.tables import DAYS, check
from planning.site import Site
from scheduling import Schedule


def by_day(
    site: Site,
    requirement: pd.DataFrame,
    coverage: pd.DataFrame,
    shift_plan: pd.DataFrame,
    delivered: pd.DataFrame | None = None,
    actual: pd.DataFrame | None = None,
    *,
    roster: Schedule | None = None,
) -> pd.DataFrame:
    """Return a plan day by day (table `DAYS`); with what came, beside what it would have got.

    A day's service level is weighted by calls, for a quiet interval counts as little as it holds. Paid are
    the hours of the shifts; of a roster, of what its people do.
    """
    key = ["queue", "start"]
    rows = coverage.merge(requirement[[*key, "calls"]], on=key)
    hours = rows["minutes"] / 60
    goal = rows["queue"].map({name: queue.service_level for name, queue in site.queues.items()}).astype(float)
    rows = rows.assign(needed_h=rows["needed"] * hours, staffed_h=rows["staffed"] * hours)
    rows["met"] = (rows["service_level"] >= goal).where(goal.notna())
    columns = ["calls", "needed_h", "staffed_h"]
    if delivered is not None and actual is not None:
        came = delivered[[*key, "service_level"]].rename(columns={"service_level": "delivered"})
        rows = rows.merge(came, on=key, how="left").merge(actual[[*key, "offered"]], on=key, how="left")
        rows["delivered_met"] = (rows["delivered"] >= goal).where(goal.notna() & rows["delivered"].notna())
    day = [rows["queue"], _day(rows["start"])]
    result = rows.groupby(day)[columns].sum()
    result["service_level"] = _weighted(rows, "service_level", "calls", day)
    result["met"] = rows["met"].astype(float).groupby(day).mean()
    if "delivered" in rows:
        result["offered"] = rows["offered"].groupby(day).sum(min_count=1)
        compared = rows["offered"].notna()
        result["error"] = (rows["calls"] - rows["offered"]).where(compared).groupby(day).sum(min_count=1)
        result["delivered"] = _weighted(rows, "delivered", "offered", day)
        result["delivered_met"] = rows["delivered_met"].astype(float).groupby(day).mean()
    staffed_h = result["staffed_h"]
    result["paid_h"] = (
        _paid(site, shift_plan, staffed_h) if roster is None else _paid_of_people(roster, staffed_h)
    )
    return check(result.reset_index(), DAYS)


def paid_work(roster: Schedule) -> pd.DataFrame:
    """Return when people begin to serve a queue: queue, person, start and paid hours.

    A shift's paid hours are parted by what its person does in it: a meal, or a break that is paid, goes to
    the queues that the person serves before and after.
    """
    work = roster.activities[roster.activities["activity"] == "work"]
    shifts = roster.shifts[["person", "start", "paid_h"]].assign(shift=roster.shifts["start"])
    rows = pd.merge_asof(work.sort_values("start"), shifts.sort_values("start"), on="start", by="person")
    worked = (rows["end"] - rows["start"]) / pd.Timedelta(hours=1)
    share = worked / worked.groupby([rows["person"], rows["shift"]]).transform("sum")
    return rows.assign(paid_h=rows["paid_h"] * share)[["queue", "person", "start", "paid_h"]]


def _paid_of_people(roster: Schedule, staffed_h: pd.Series) -> pd.Series:
    """Return the paid hours of each queue and day, by what people do."""
    if roster.shifts.empty:
        return 0.0 * staffed_h
    work = paid_work(roster)
    paid = work["paid_h"].groupby([work["queue"], _day(work["start"])]).sum()
    return paid.reindex(staffed_h.index).fillna(0.0)


def _paid(site: Site, shift_plan: pd.DataFrame, staffed_h: pd.Series) -> pd.Series:
    """Return the paid hours of each queue and day; those of a shared team by what its queues have staffed."""
    paid = shift_plan["paid_h"] * shift_plan["heads"]
    by_team = paid.groupby([shift_plan["queue"], _day(shift_plan["start"])]).sum()
    total = by_team.reindex(staffed_h.index).fillna(0.0)
    teams = {name: team.queues for name, team in site.shifts.teams.items()}
    for name, queues in sorted(teams.items()):
        if name in by_team.index:
            served = staffed_h[staffed_h.index.get_level_values(0).isin(queues)]
            share = served / served.groupby(level=1).transform("sum")
            hours = by_team[name].reindex(served.index.get_level_values(1)).to_numpy()
            total = total.add((share * hours).fillna(0.0), fill_value=0.0)
    return total


def _day(starts: pd.Series) -> pd.Series:
    return first_instants(local_day(starts), starts.dt.tz)


def _weighted(rows: pd.DataFrame, level: str, calls: str, day: list[pd.Series]) -> pd.Series:
    """Return the mean of a service level over each day's calls; NaN on a day without any."""
    known = rows[level].notna() & rows[calls].notna()
    weight = rows[calls].where(known)
    total = weight.groupby(day).sum()
    return (rows[level] * weight).groupby(day).sum() / total.where(total > 0)
