"""The capacity plan: a year's forecast, what it needs, who is there, and the hires that close the gap."""

import warnings
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Remark
from callplan.intervals import first_instants
from callplan.tables import BALANCE, check
from planning.capacity.hires import Hires, hires_table, late, plan_hires, staff_of, ways
from planning.capacity.need import monday_after, needed, refuse_unseen
from planning.capacity.season import away_by_week
from planning.capacity.terms import Capacity, yearly_attrition
from planning.site import Site
from planning.steps import Progress, at_site
from scheduling import Hiring

_SAME_FTE = 1e-6


@dataclass(frozen=True, eq=False)
class CapacityPlan:
    """A plan by week. Without `[hiring]` in the site there is the need alone, and the others are None."""

    need: pd.DataFrame
    tried: pd.DataFrame = field(repr=False)
    balance: pd.DataFrame | None = field(default=None, repr=False)
    hires: pd.DataFrame | None = field(default=None, repr=False)
    late: pd.DataFrame | None = field(default=None, repr=False)
    ways: pd.DataFrame | None = field(default=None, repr=False)
    conventions: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that have rows, by name."""
        names = ("need", "tried", "balance", "hires", "late", "ways")
        found = {name: getattr(self, name) for name in names}
        return {name: table for name, table in found.items() if table is not None and len(table)}


def capacity(
    history: pd.DataFrame,
    site: Site,
    terms: Capacity,
    *,
    weeks: int = 52,
    start: date | str | None = None,
    seed: int = 0,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
) -> CapacityPlan:
    """Plan the capacity of so many weeks, from the Monday on or after `start`, or the history's end.

    Each half hour of the weeks is forecast and staffed by the site's goals; hours are summed, and divided
    by 1 - shrinkage and by full-time hours, not rounded. A week's band is the model's own, and never
    narrower than forecasts so far ahead have missed past weeks. Contracts stand in the site's `[hiring]`:
    all serve one pool. Hires, overtime and overflow keep the gap within `gap_at_most` FTE, at least cost.
    Heads that leave and learn are those of `scheduling.hiring_mix`; nothing is worth anything after the
    last week. Weeks run from Monday by the site's clock.

    Raises `Refused` where something is missing, `Infeasible` where no hires keep the terms.

    Four weeks of a queue with 100 calls in each hour from 9 to 17; 13 people are there, and 4 weeks of
    training come before the first work, so that hours are bought outside:

    >>> site = Site.from_dict({"zone": "Europe/Paris", "minutes": 60, "model": "mean_of_4",
    ...     "queues": {"sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240}},
    ...     "shifts": {"meal_min": 0, "contracts": {"FT": {"lengths_h": [8]}}},
    ...     "hiring": {"contracts": {"FT": {"monthly_attrition": 0, "training_weeks": 4}}}}, "site.toml")
    >>> days = pd.bdate_range("2024-01-01", "2024-03-29", tz="Europe/Paris")
    >>> start = pd.DatetimeIndex([day + pd.Timedelta(hours=hour) for day in days for hour in range(9, 17)])
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 100.0})
    >>> terms = Capacity(headcount={"FT": 13}, overflow_per_h=3.0)
    >>> plan = capacity(history, site, terms, weeks=4, start="2024-04-01")
    >>> plan.balance[["required_fte", "available_fte", "gap_fte", "overflow_fte", "cost"]].iloc[0].round(2)
    required_fte      14.29
    available_fte     13.00
    gap_fte           -1.29
    overflow_fte       1.29
    cost             674.29
    Name: 0, dtype: float64
    """
    weeks, seed = arguments.whole("weeks", weeks, 1), arguments.seed(seed)
    site, terms = Site.expect(site, "site"), Capacity.expect(terms, "terms")
    history = at_site(history, site)
    first = monday_after(history, None if start is None else arguments.day("start", start))
    refuse_unseen(history, first)
    hiring = None if site.hiring is None else terms.hiring(site.hiring)
    queues = sorted(set(history["queue"]) & set(site.queues))
    full_time_h = _full_time_h(site, hiring, terms, queues)
    found = needed(history, site, first, weeks, full_time_h, seed=seed, progress=progress)
    said = [
        f"FTE are hours / {full_time_h:g} h, a full-time week. Required hours are those on the phones / "
        "(1 - shrinkage), summed over the intervals and not rounded."
    ]
    if hiring is None:
        warnings.warn("no [hiring] in the site: the need alone is planned", Remark, stacklevel=2)
        return CapacityPlan(found.need, found.tried, conventions=tuple(said), summary=found.said)
    if progress:
        progress("hires")
    away = away_by_week(terms.season, found.day_h)
    spared = ((1 - away["leave"]) * (1 - away["absence"])).to_numpy()
    mondays = first_instants(
        pd.Series(pd.date_range(first, periods=weeks, freq="7D")), found.need["start"].dt.tz
    )
    required = found.need.groupby("start")["required_fte"].sum().reindex(mondays, fill_value=0.0).to_numpy()
    hires = plan_hires(
        site,
        hiring,
        terms,
        required,
        spared,
        sorted(found.need["queue"].unique()),
        full_time_h,
        seed=seed,
        time_limit_s=time_limit_s,
    )
    balance = _balance(hires, required, away, mondays)
    delays = late(hires, mondays)
    return CapacityPlan(
        found.need,
        found.tried,
        balance,
        hires_table(hires, mondays),
        delays,
        ways(hires, full_time_h),
        (*said, *_conventions(hires, terms, site, full_time_h)),
        (*found.said, *_summary(balance, hires, terms, delays)),
    )


def _full_time_h(site: Site, hiring: Hiring | None, terms: Capacity, queues: list[str]) -> float:
    if terms.full_time_h is not None or hiring is None:
        return terms.full_time_h or 40.0
    return max(week_h for _, week_h, _ in staff_of(site, hiring, queues, terms).values())


def _balance(found: Hires, required: np.ndarray, away: pd.DataFrame, mondays: pd.Series) -> pd.DataFrame:
    """Return each week's need beside what covers it (table `BALANCE`)."""
    heads, covered = found.heads, found.covered
    spared = ((1 - away["leave"]) * (1 - away["absence"])).to_numpy()
    table = pd.DataFrame(
        {
            "start": mondays,
            "required_fte": required,
            "heads": heads.employed.sum(axis=0),
            "hires": heads.hires.sum(axis=0),
            "in_training": heads.in_training.sum(axis=0),
            "leavers": heads.leavers.sum(axis=0),
            "productive_fte": covered.available / spared,
            "leave": away["leave"].to_numpy(),
            "absence": away["absence"].to_numpy(),
            "available_fte": covered.available,
            "gap_fte": covered.available - required,
            "overtime_fte": covered.overtime,
            "overflow_fte": covered.overflow,
            "short_fte": covered.short,
            "people_cost": covered.people_cost,
            "overtime_cost": covered.overtime_cost,
            "overflow_cost": covered.overflow_cost,
        }
    )
    table["cost"] = table[["people_cost", "overtime_cost", "overflow_cost"]].sum(axis=1)
    return check(table, BALANCE)


def _conventions(found: Hires, terms: Capacity, site: Site, full_time_h: float) -> list[str]:
    """Say what attrition, leave, absence and the prices mean here."""
    lines = []
    for name, of in zip(found.names, found.intake.terms, strict=True):
        given = (
            f", given as {terms.attrition[name]:.4g} a year, {terms.convention}"
            if name in terms.attrition
            else ""
        )
        year = [
            f"{yearly_attrition(of.monthly_attrition, kind):.1%} {kind}" for kind in ("simple", "compound")
        ]
        lines.append(f"Attrition of {name}{given}: {of.convention}; a year: {' or '.join(year)}.")
    season = terms.season
    if season.leave or season.absence:
        lines.append("Leave and absence come off the heads, beyond the shrinkage that the requirement holds.")
    else:
        lines.append("No leave and no absence beyond the shrinkage of the queues: none is given.")
    lines.append(f"The gap is available - required FTE; {terms.gap_at_most:g} FTE short are allowed.")
    if terms.overtime_most:
        lines.append(
            f"Overtime: at most {terms.overtime_most:.0%} of the hours available, paid "
            f"{1 + site.shifts.overtime_surcharge:g} times."
        )
    overflow = "none can be bought" if terms.overflow_per_h is None else f"{terms.overflow_per_h:g} an hour"
    lines.append(
        f"Overflow: {overflow}. Hours short are priced at {found.gap.prices.short / full_time_h:g} "
        "to compare ways."
    )
    return lines


def _summary(balance: pd.DataFrame, found: Hires, terms: Capacity, delays: pd.DataFrame) -> list[str]:
    """Say what the plan comes to."""
    lines = []
    for row, week in np.argwhere(found.heads.hires > 0):
        start = balance["start"].iloc[week]
        lines.append(f"Start {found.heads.hires[row, week]:.0f} of {found.names[row]} on {start:%Y-%m-%d}.")
    if not lines:
        lines.append("Nobody is to be hired.")
    short = balance[balance["short_fte"] > _SAME_FTE]
    worst = balance.loc[balance["gap_fte"].idxmin()]
    lines.append(
        f"The gap, before overtime and overflow, is widest in the week of {worst['start']:%Y-%m-%d}: "
        f"{worst['gap_fte']:+.1f} FTE."
    )
    if len(short):
        lines.append(
            f"{len(short)} weeks stay short beyond the {terms.gap_at_most:g} FTE allowed, by up to "
            f"{short['short_fte'].max():.1f} FTE (first {short['start'].iloc[0]:%Y-%m-%d}, last "
            f"{short['start'].iloc[-1]:%Y-%m-%d}): no class can be ready in time, or be taken on at all."
        )
    leavers, mean = balance["leavers"].sum(), balance["heads"].mean()
    if mean > 0:
        share = leavers / mean * 52.1775 / len(balance)
        lines.append(f"{leavers:.1f} people leave, {share:.1%} a year (leavers / average headcount).")
    total = balance["cost"].sum()
    proven = (
        "the least possible"
        if total - found.bound <= 1e-3 * total
        else f"the least possible is {found.bound:,.0f}"
    )
    if terms.overflow_per_h is not None:
        lines.append(f"Cost {total:,.0f}, {proven}.")
    else:
        lines.append(f"Cost {total:,.0f}.")
    if len(delays):
        one = delays[delays["weeks_late"] == 1]
        dear = one.loc[one["cost"].idxmax()]
        lines.append(
            f"Dearest to be late with: the {dear['people']:.0f} of {dear['contract']} of "
            f"{dear['start']:%Y-%m-%d}, {dear['cost']:,.0f} for the first week."
        )
    return lines
