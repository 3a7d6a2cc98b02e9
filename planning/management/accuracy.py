"""How near the forecast of the period came: what was published, or for want of that a forecast in a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

import forecasting
from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import ACCURACY, FORECAST, check
from planning.management.calls import Calls
from planning.management.notes import Note
from planning.management.period import Period, edges
from planning.site import Site
from planning.tracking import track

if TYPE_CHECKING:
    from callplan.store import Store

_LEVELS = ("interval", "day", "week")


def accuracy_of(
    forecast: pd.DataFrame | None,
    store: Store | None,
    history: pd.DataFrame,
    site: Site,
    period: Period,
    now: datetime,
) -> tuple[pd.DataFrame | None, list[Note]]:
    """Return the accuracy of a period (table `ACCURACY`), and where it is from; None where there is none.

    The store's published versions go first, as the ledger scores them (`planning.track`).
    """
    notes = []
    if store is not None and len(store.versions(zone=site.zone)):
        try:
            ledger = track(store, site, since=period.first, until=period.last, now=now)
        except Refused as fault:
            notes.append(Note("accuracy_refused", {"why": str(fault)}))
        else:
            rows = ledger.accuracy
            rows = rows[rows["queue"].isin(site.queues) & rows["by"].isin(_LEVELS)]
            return rows.reset_index(drop=True), [Note("accuracy_published")]
    if forecast is None:
        return None, notes or [Note("accuracy_none")]
    try:
        return _scored(forecast, history, site, period), [*notes, Note("accuracy_file")]
    except Refused as fault:
        return None, [*notes, Note("accuracy_refused", {"why": str(fault)})]


def days_of(
    accuracy: pd.DataFrame | None, queues: Sequence[Calls], period: Period, zone: str
) -> dict[str, tuple[int, int]]:
    """Return of how many days of each queue the accuracy is, and how many were open."""
    if accuracy is None:
        return {}
    by_day = accuracy[accuracy["by"] == "day"]
    # Leads are apart, models are beside each other.
    compared = by_day.groupby(["queue", "model"])["n"].sum().groupby("queue").max()
    due = {own.name: own.within(period.first, period.last, zone).due["start"] for own in queues}
    return {
        name: (int(compared[name]), local_day(starts).nunique())
        for name, starts in due.items()
        if name in compared
    }


def _scored(forecast: pd.DataFrame, history: pd.DataFrame, site: Site, period: Period) -> pd.DataFrame:
    begin, end = edges(period.first, period.last, site.zone)
    rows = check(forecast, FORECAST, zone=site.zone)
    rows = rows[(rows["start"] >= begin) & (rows["start"] < end) & rows["queue"].isin(site.queues)]
    if rows.empty:
        raise Refused("forecast", "no interval of the period", "give the forecast of those days")
    parts = []
    for name, own in rows.groupby("queue"):
        for by in _LEVELS:
            parts.append(
                forecasting.accuracy(
                    history[history["queue"] == name],
                    own,
                    by=by,
                    tolerance=site.tolerance_of(str(name)),
                    calendar=site.calendar_of(str(name)),
                )
            )
    return check(pd.concat([part for part in parts if len(part)]), ACCURACY)
