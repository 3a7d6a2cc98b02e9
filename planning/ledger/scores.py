"""How near the published forecasts came, at every level, and what each step on the way to them added."""

import warnings

import pandas as pd

import forecasting
from callplan.errors import Remark
from callplan.hours import OpeningHours
from callplan.intervals import first_instants, local_day, observed_hours
from callplan.tables import FORECAST
from forecasting.accuracy.levels import local_period
from planning.ledger.standing import open_days
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

    A week or month has the lead of its first day, however many versions say it: one row each. It holds
    those of its days that have a count, and its verdict says where these are not all that were open.
    """
    said = rows[FORECAST.names()].assign(model=PUBLISHED)
    if by not in ("interval", "day"):
        # A day that nobody counted is no gap in the others.
        said = said[rows["offered"].notna().groupby(local_day(rows["start"])).transform("any")].copy()
        said["cutoff"] = said.groupby(local_period(said["start"], by).to_numpy())["cutoff"].transform("first")
    name = str(rows["queue"].iloc[0])
    tolerance, calendar = site.tolerance_of(name), site.calendar_of(name)
    with warnings.catch_warnings():
        # Intervals without a count are said once, by day, for all levels.
        warnings.simplefilter("ignore", Remark)
        errors = forecasting.errors(history, said, by=by, tolerance=tolerance, calendar=calendar)
        accuracy = forecasting.accuracy(history, said, by=by, tolerance=tolerance, calendar=calendar)
    if by in ("interval", "day"):
        return errors, accuracy
    hours = observed_hours(history) if calendar.hours is None else calendar.hours
    return _marked(errors, accuracy, _scored_days(said, hours, by), by)


def _scored_days(said: pd.DataFrame, hours: OpeningHours, by: str) -> dict[pd.Timestamp, str]:
    """Say how much of a week or month is scored, by its first instant, if not all: `10 of 31 days`."""
    texts = {}
    for start, own in local_day(said["start"]).groupby(spans(said, by)):
        period = own.iloc[0].to_period("W-SUN" if by == "week" else "M")
        every = pd.date_range(period.start_time, period.end_time.normalize())
        due = open_days(hours, every).union(pd.DatetimeIndex(own.unique()))
        if own.nunique() < len(due):
            kind = "days" if len(due) == len(every) else "open days"
            texts[start] = f"{own.nunique()} of {len(due)} {kind}"
    return texts


def _marked(
    errors: pd.DataFrame, accuracy: pd.DataFrame, parts: dict[pd.Timestamp, str], by: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mark verdicts on weeks or months that are scored in part, one by one and summed up by lead."""
    marks = [f" ({parts[start]})" if start in parts else "" for start in errors["start"]]
    of_lead = pd.Series(marks, dtype=object).groupby(errors["lead_days"].to_numpy()).agg(list)
    summed = []
    for lead in accuracy["lead_days"]:
        own = of_lead[lead]
        partial = [mark for mark in own if mark]
        several = f" ({len(partial)} of {len(own)} {by}s in part)" if partial else ""
        summed.append(own[0] if len(own) == 1 else several)
    return (
        errors.assign(verdict=errors["verdict"] + marks),
        accuracy.assign(verdict=accuracy["verdict"] + summed),
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
                    "added": (wape.shift() - wape).to_numpy(),
                }
            ).assign(queue=steps["queue"].iloc[0], by=by)
        )
    return pd.concat(parts, ignore_index=True) if len(both) else parts[0][:0]
