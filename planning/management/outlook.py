"""What lies ahead and behind: the weeks to come, and the same period a year before."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.tables import OUTLOOK, TRIED, YEARS, check
from planning.management.calls import Calls, by_week
from planning.management.notes import Note
from planning.management.period import Period, edges
from planning.site import Site
from planning.steps import Progress, bands_site, forecast_site
from planning.trials import past_weeks, widened
from scheduling.results import no_rows

# The band of the weeks to come.
_LEVEL = 0.8
# A year that lacks more of its open intervals than this share is not compared with.
_GAPS = 0.05


def outlook(
    history: pd.DataFrame, site: Site, period: Period, weeks: int, seed: int, progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame, list[Note]]:
    """Forecast the whole weeks that follow a period, from a history that ends with it.

    Returns them (table `OUTLOOK`), their bands as wide as the misses of past weeks call for, and how such
    forecasts have done (table `TRIED`).
    """
    if not weeks:
        return no_rows(OUTLOOK), no_rows(TRIED), []
    start = period.last + timedelta(days=1)
    until_monday = -start.weekday() % 7
    days = until_monday + 7 * weeks
    ends = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)
    try:
        ahead = forecast_site(history, site, days=days, start=start, seed=seed, progress=progress)
        bands = bands_site(
            history,
            site,
            days=days,
            spans=("week",),
            quantiles=ends,
            start=start,
            seed=seed,
        )
    except Refused as fault:
        return no_rows(OUTLOOK), no_rows(TRIED), [Note("outlook_refused", {"why": str(fault)})]
    monday = start + timedelta(days=until_monday)
    progress("past forecasts as far ahead")
    table = _by_week(ahead, bands, monday, site.zone)
    missed = past_weeks(history, site, list(table["queue"].unique()), monday, weeks, seed)
    table, tried = widened(table, missed, _LEVEL)
    return check(table, OUTLOOK, zone=site.zone), tried, []


def _by_week(ahead: pd.DataFrame, bands: pd.DataFrame, monday: date, zone: str) -> pd.DataFrame:
    """Sum a forecast to the weeks from a Monday on, each beside its band."""
    rows = ahead[ahead["start"] >= edges(monday, monday, zone)[0]]
    sums = rows.groupby(["queue", by_week(rows["start"])])["calls"].sum().reset_index()
    named = bands.assign(start=by_week(bands["start"])).drop_duplicates(
        ["queue", "start", "quantile"], keep="last"
    )
    wide = named.pivot(index=["queue", "start"], columns="quantile", values="calls")  # noqa: PD010
    wide = wide.reindex(pd.MultiIndex.from_frame(sums[["queue", "start"]]))
    sums = sums.assign(
        calls_lo=wide.iloc[:, 0].to_numpy(), calls_hi=wide.iloc[:, -1].to_numpy(), level=_LEVEL
    )
    first = [edges(day.date(), day.date(), zone)[0] for day in sums["start"]]
    return sums.assign(start=first)[OUTLOOK.names()]


def years(calls: Sequence[Calls], period: Period, zone: str) -> tuple[pd.DataFrame, list[Note]]:
    """Hold the calls of a period against those a year before (table `YEARS`).

    Where the history does not reach back, or lacks more than 5% of the open intervals then, nothing is
    compared. Both are said, and smaller gaps too.
    """
    earlier, rows, notes = period.year_before(), [], list[Note]()
    for own in calls:
        now, then = (own.within(span.first, span.last, zone) for span in (period, earlier))
        begin, _ = edges(earlier.first, earlier.last, zone)
        missing = int(len(then.due) - then.rows["offered"].notna().sum())
        reaches = len(then.due) and own.due["start"].min() < begin + pd.Timedelta(days=1)
        compared = reaches and missing <= _GAPS * len(then.due)
        before = then.rows["offered"].sum() if compared else np.nan
        if missing or not compared:
            key = "year_gaps" if compared else "year_missing" if reaches else "year_unknown"
            notes.append(Note(key, {"queue": own.name, "first": earlier.first, "missing": missing}))
        offered = now.rows["offered"].sum()
        change = offered / before - 1 if before > 0 else np.nan
        rows.append((own.name, period.first, earlier.first, offered, before, change))
    table = pd.DataFrame(rows, columns=YEARS.names())
    return check(table, YEARS), notes
