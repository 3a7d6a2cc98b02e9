"""How near the published forecasts came, at every level, and what each step on the way to them added."""

import warnings

import pandas as pd

import forecasting
from callplan.errors import Remark
from callplan.intervals import first_instants
from callplan.tables import FORECAST
from forecasting.accuracy.levels import local_period
from planning.publishing import CHAIN, PUBLISHED
from planning.site import Site

LEVELS = ("interval", "day", "week", "month")


def spans(rows: pd.DataFrame, by: str) -> pd.Series:
    """Return the first instant of each row's day, week or month; an interval's own start."""
    if by == "interval":
        return rows["start"]
    return first_instants(local_period(rows["start"], by), rows["start"].dt.tz)


def scores(
    rows: pd.DataFrame, history: pd.DataFrame, site: Site, by: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return errors and accuracy (tables `ERRORS`, `ACCURACY`) of one queue's published rows at a level.

    A week or month has the lead of its first day, however many versions say it: one row each.
    """
    said = rows[FORECAST.names()].assign(model=PUBLISHED)
    if by not in ("interval", "day"):
        said["cutoff"] = said.groupby(local_period(said["start"], by).to_numpy())["cutoff"].transform("first")
    name = str(rows["queue"].iloc[0])
    tolerance, calendar = site.tolerance_of(name), site.calendar_of(name)
    with warnings.catch_warnings():
        # Intervals without a count are said once, by day, for all levels.
        warnings.simplefilter("ignore", Remark)
        return (
            forecasting.errors(history, said, by=by, tolerance=tolerance, calendar=calendar),
            forecasting.accuracy(history, said, by=by, tolerance=tolerance, calendar=calendar),
        )


def value_added(steps: pd.DataFrame, came: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Return what each step of one queue's forecasts added (columns of table `VALUE_ADDED`), by level.

    `came` has start and offered. Compared are the intervals that every step of the queue says, so that
    all steps are measured by the same calls.
    """
    wide = steps.pivot_table(index="start", columns="step", values="calls", dropna=True)
    chain = [step for step in CHAIN if step in wide]
    both = wide[chain].reset_index().merge(came[["start", "offered"]], on="start").dropna()
    parts = []
    for by in LEVELS:
        sums = both.groupby(spans(both, by).to_numpy())[[*chain, "offered"]].sum()
        errors = sums[chain].sub(sums["offered"], axis=0)
        total = sums["offered"].sum()
        share = 1 / total if total > 0 else float("nan")
        wape = errors.abs().sum() * share
        within = errors.abs().le(tolerance * sums["offered"], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "step": chain,
                    "n": len(sums),
                    "wape": wape.to_numpy(),
                    "bias": (errors.sum() * share).to_numpy(),
                    "hit_rate": within.mean().to_numpy(),
                    "added": (-wape.diff()).to_numpy(),
                }
            ).assign(queue=steps["queue"].iloc[0], by=by)
        )
    return pd.concat(parts, ignore_index=True) if len(both) else parts[0][:0]
