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
from callplan.intervals import first_instants, local_day, named_zone
from callplan.tables import TABLES
from planning.site import Site

if TYPE_CHECKING:
    from callplan.store import Store


@dataclass(frozen=True, eq=False)
class Spoken:
    """What was published of one queue's days, by the version that speaks of each; some may have no rows."""

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
        return Spoken(**{name: _spoken(store, name, own, queue, site.zone) for name in names})


def standing(
    store: Store, site: Site, since: date | str | None, until: date | str | None, now: datetime
) -> Standing:
    """Return what speaks of the days from `since` to `until` that are over; refuse where nothing does."""
    versions = store.versions()
    if versions.empty:
        raise Refused("the store", "no forecast was published", "`callplan publish` keeps one")
    days = _wanted(_said(versions, site.zone), since, until)
    speaks = days[days["ends"] <= now]
    if speaks.empty:
        found = (
            f"none of those days is over, and the first of them ends on {days['ends'].min():%Y-%m-%d %H:%M}"
        )
        raise Refused("published forecasts", found, "track once a day has passed")
    return Standing(speaks, tuple(_remarks(days, speaks)))


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
    return said[["queue", "day", "version", "begins", "ends", "late", "taken"]].sort_values(["queue", "day"])


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


def span_of(days: pd.Series) -> str:
    """Say how many different days there are, and from when to when.

    >>> span_of(pd.Series(pd.to_datetime(["2024-05-06", "2024-05-08", "2024-05-08"])))
    '2 days from 2024-05-06 to 2024-05-08'
    """
    first, last = days.min(), days.max()
    if first == last:
        return f"{first:%Y-%m-%d}"
    return f"{days.nunique()} days from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
