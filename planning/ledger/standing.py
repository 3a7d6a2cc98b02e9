"""Which published forecast speaks of a day: the one that stood when the day began.

A version that was replaced still speaks of the days that had begun by then. Where nothing was published
before a day began, the first published after it speaks: no version has seen its own days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from callplan import arguments
from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import first_instants, local_day, named_zone, observed_hours
from callplan.tables import TABLES
from planning.site import Site

if TYPE_CHECKING:
    from callplan.store import Store


@dataclass(frozen=True, eq=False)
class Spoken:
    """What was published of one queue's days, by the version that speaks of each; some may have no rows.

    `days` are the queue's days that a version speaks of, `published` tells when each version was.
    """

    days: pd.Series
    published: pd.Series
    forecast: pd.DataFrame
    steps: pd.DataFrame
    requirement: pd.DataFrame
    coverage: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Standing:
    """Which version speaks of each queue and day that is over, and what is to be said of the others."""

    speaks: pd.DataFrame
    remarks: tuple[str, ...]

    def queues(self) -> list[str]:
        """Return the queues of which anything was published."""
        return sorted(self.speaks["queue"].unique())

    def of(self, store: Store, site: Site, queue: str) -> Spoken:
        """Return what speaks of one queue."""
        own = self.speaks[self.speaks["queue"] == queue]
        names = ("forecast", "steps", "requirement", "coverage")
        tables = {name: _spoken(store, name, own, queue, site.zone) for name in names}
        published = own.drop_duplicates("version").set_index("version")["at"]
        return Spoken(days=own["day"], published=published, **tables)


def standing(
    store: Store, site: Site, since: date | str | None, until: date | str | None, now: datetime
) -> Standing:
    """Return what speaks of the days from `since` to `until` that are over; refuse where nothing does."""
    versions = store.versions()
    if versions.empty:
        raise Refused("the store", "no forecast was published", "`callplan publish` keeps one")
    said = _said(versions, site.zone)
    published = ", ".join(sorted(said["queue"].unique()))
    said = said[said["queue"].isin(site.queues)]
    if said.empty:
        raise Refused("the store", f"published are only {published}", "track the site that has them")
    days = _wanted(said, since, until)
    speaks = days[days["ends"] <= now]
    if speaks.empty:
        found = (
            f"none of those days is over, and the first of them ends on {days['ends'].min():%Y-%m-%d %H:%M}"
        )
        raise Refused("published forecasts", found, "track once a day has passed")
    return Standing(speaks, (*_remarks(days, speaks), *_unpublished(store, site, speaks)))


def _said(versions: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return what speaks of each queue and published day: version, begins, ends, late, taken.

    `late`: it was published after the day began; `taken`: another version has taken the day over since.
    """
    rows = versions[["version", "queues", "first", "last", "at"]].copy()
    rows["queue"] = rows["queues"].str.split("|")
    rows["day"] = [list(pd.date_range(*span)) for span in zip(rows["first"], rows["last"], strict=True)]
    rows = rows.explode("queue").explode("day", ignore_index=True)
    rows["day"] = pd.to_datetime(rows["day"])
    tz = named_zone(zone)
    rows["begins"] = first_instants(rows["day"], tz)
    rows["ends"] = first_instants(rows["day"] + pd.Timedelta(days=1), tz)
    rows["late"] = rows["at"] > rows["begins"]
    rows["taken"] = rows["version"] < rows.groupby(["queue", "day"])["version"].transform("max")
    rows = rows.sort_values(["at", "version"])
    stood = rows[~rows["late"]].drop_duplicates(["queue", "day"], keep="last")
    after = rows[rows["late"]].drop_duplicates(["queue", "day"], keep="first")
    said = pd.concat([stood, after]).drop_duplicates(["queue", "day"], keep="first")
    columns = ["queue", "day", "version", "at", "begins", "ends", "late", "taken"]
    return said[columns].sort_values(["queue", "day"])


def _wanted(days: pd.DataFrame, since: date | str | None, until: date | str | None) -> pd.DataFrame:
    """Return the days from `since` to `until`, both included."""
    kept = pd.Series(True, index=days.index)
    if since is not None:
        kept &= days["day"] >= pd.Timestamp(arguments.day("since", since))
    if until is not None:
        kept &= days["day"] <= pd.Timestamp(arguments.day("until", until))
    if not kept.any():
        found = f"published are {days['day'].min():%Y-%m-%d} to {days['day'].max():%Y-%m-%d}"
        raise Refused("since and until", f"no published day; {found}", "choose other days")
    return days[kept]


def _spoken(store: Store, name: str, speaks: pd.DataFrame, queue: str, zone: str) -> pd.DataFrame:
    """Return the rows of a published table that speak of one queue's days."""
    span = {"since": speaks["begins"].min(), "until": speaks["ends"].max()}
    parts = [store.published(name, **span, queues=[queue], zone=zone)]
    # What was taken over since is no longer among what stands, though it spoke.
    for version in speaks.loc[speaks["taken"], "version"].unique():
        rows = store.version_table(int(version), name, zone=zone)
        if rows is not None:
            parts.append(rows[rows["queue"] == queue].assign(version=version))
    found = [rows for rows in parts if len(rows)]
    if not found:
        return pd.DataFrame(columns=[*TABLES[name].names(), "version", "day"])
    keys = {"version", *TABLES[name].key}
    rows = pd.concat(found, ignore_index=True).drop_duplicates(sorted(keys))
    rows["day"] = local_day(rows["start"])
    kept = rows.merge(speaks[["queue", "day", "version"]], on=["queue", "day", "version"])
    return kept.sort_values("start", ignore_index=True)


def _remarks(days: pd.DataFrame, speaks: pd.DataFrame) -> list[str]:
    """Say which days are not scored yet, and which were published late."""
    said = []
    ahead = days.drop(index=speaks.index)
    if len(ahead):
        said.append(f"not over yet, and not scored: {span_of(ahead['day'])}")
    late = speaks[speaks["late"]]
    if len(late):
        said.append(
            "published after they began, for want of anything before, and scored all the same: "
            f"{span_of(late['day'])}"
        )
    return said


def _unpublished(store: Store, site: Site, speaks: pd.DataFrame) -> list[str]:
    """Say of which queues, and of which of their open days in between, nothing was published."""
    said, every = [], pd.date_range(speaks["day"].min(), speaks["day"].max())
    for name in site.queues:
        own = speaks.loc[speaks["queue"] == name, "day"]
        if own.empty:
            said.append(f"{name}: nothing published")
            continue
        silent = every[~every.isin(own)]
        if len(silent) and (hours := hours_of(store, site, name)) is not None:
            silent = open_days(hours, silent)
        if len(silent):
            said.append(f"{name}: not published: {span_of(pd.Series(silent))}")
    return said


def hours_of(store: Store, site: Site, name: str) -> OpeningHours | None:
    """Return a queue's opening hours, for want of stated ones as the store's history shows them."""
    stated = site.calendar_of(name).hours
    if stated is not None:
        return stated
    history = store.history([name], zone=site.zone)
    return None if history.empty else observed_hours(history)


def open_days(hours: OpeningHours, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return those of the days on which a queue is open."""
    return days[[bool(hours.on(day.date())) for day in days]]


def span_of(days: pd.Series) -> str:
    """Say how many different days there are, and from when to when.

    >>> span_of(pd.Series(pd.to_datetime(["2024-05-06", "2024-05-08", "2024-05-08"])))
    '2 days from 2024-05-06 to 2024-05-08'
    """
    first, last = days.min(), days.max()
    if first == last:
        return f"{first:%Y-%m-%d}"
    return f"{days.nunique()} days from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
