"""Exports into a site's store, and how far what it then holds can be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan.intervals import GRIDS, aggregate
from callplan.tables import QUALITY, check
from intake import Export, Profile, Reading, read_export
from intake.patience import patience
from intake.quality import quality
from planning.site import Site
from planning.steps import Progress
from scheduling.results import no_rows

if TYPE_CHECKING:
    from callplan.store import Put, Store

# Profiles of a site's own stand in this folder, beside its settings.
PROFILES = "profiles"
# Rows refused, and values replaced, that are told one by one.
SHOWN = 10
_EVER = pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")


@dataclass(frozen=True)
class Imported:
    """What one file brought: how it was read, what that did to the store, and from when to when it goes."""

    zone: str
    profile: str
    why: str
    reading: Reading
    put: Put
    first: pd.Timestamp
    last: pd.Timestamp
    queues: tuple[str, ...]


def own_profiles(folder: str | Path) -> tuple[Profile, ...]:
    """Return the profiles of a site's own, those in `profiles` in the folder of its settings."""
    return tuple(Profile.from_toml(path) for path in sorted(Path(folder, PROFILES).glob("*.toml")))


def import_file(
    store: Store,
    site: Site,
    path: str | Path,
    *,
    who: str,
    now: datetime,
    progress: Progress | None = None,
    **options: Any,
) -> Imported:
    """Read an export into the store: all of it that can be used, or nothing.

    `options` are those of `intake.read_export`; the zone is the site's unless one is given there. Rows that
    cannot be used stand in the result's `reading`, values that were replaced in its `put`. Raises
    `Refused` where the file as a whole cannot be read; the store is then as it was.
    """
    given = {"zone": site.zone, "dst": site.dst, "hours": site.hours()}
    export = read_export(path, **{**given, **options})
    span = _Span()
    put = store.put_history(
        span.over(_told(export, progress)),
        file=Path(path).name,
        digest=_digest(path),
        profile=export.profile.name,
        who=who,
        now=now,
        reading=lambda: (export.read.rows_read, export.read.rows_refused),
    )
    return Imported(
        zone=site.zone,
        profile=export.profile.name,
        why=export.why,
        reading=export.read,
        put=put,
        first=span.first,
        last=span.last,
        queues=tuple(sorted(span.queues)),
    )


def read_in_words(done: Imported) -> list[str]:
    """Say in lines what was read of a file and refused, the first rows one by one."""
    read, name = done.reading, done.reading.file
    twice = int(read.duplicates["count"].sum())
    counts = {"kept": read.rows_kept, "refused": read.rows_refused, "of totals": read.totals_skipped}
    counts["saying an interval once more"] = twice
    rows = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what == "kept")
    refused = [
        f"{name}, row {row['row']}{_column(row)}: {row['found']}; {row['do']}"
        for row in read.refused.to_dict("records")
    ]
    return [
        f"{name}: profile {done.profile} ({done.why}); {read.rows_read:,} rows read: {rows}",
        *_first(refused, read.rows_refused, f"{name}: and {{}} more rows refused"),
        *_patience(read),
    ]


def did_in_words(done: Imported) -> list[str]:
    """Say in lines what an import added to the store and changed there, the first values one by one."""
    put, name = done.put, done.reading.file
    if put.again:
        return [f"{name}: nothing to do, it was imported before, as number {put.number}"]
    did = f"{put.added:,} intervals added, {put.changed:,} changed, {put.same:,} as before"
    rows = put.replaced.assign(start=put.replaced["start"].dt.tz_convert(done.zone)).to_dict("records")
    replaced = [
        f"{row['queue']}, {row['start']:%Y-%m-%d %H:%M}, {row['column']}: {row['before'] or 'empty'} "
        f"replaced by {row['after'] or 'empty'}"
        for row in rows
    ]
    more = f"{name}: and {{}} more values replaced"
    return [f"{name}: import {put.number}: {did}", *_first(replaced, len(replaced), more)]


def _patience(read: Reading) -> list[str]:
    """Say how patient the callers of a log were, and where that belongs."""
    if read.waits is None:
        return []
    known = patience(read.waits).dropna(subset="patience_s")
    return [
        f"{row['queue']}: {row['abandoned']:,} of {row['calls']:,} callers who waited hung up: "
        f"patience_s = {row['patience_s']:.0f} (Kaplan-Meier: half would within "
        f"{'a time not seen' if pd.isna(row['median_s']) else format(row['median_s'], '.0f') + ' s'})"
        for row in known.to_dict("records")
    ]


def _column(row: dict[str, Any]) -> str:
    return f", column {row['column']}" if isinstance(row["column"], str) else ""


def _first(lines: list[str], count: int, more: str) -> list[str]:
    shown = lines[:SHOWN]
    return [*shown, more.format(f"{count - len(shown):,}")] if count > len(shown) else shown


class _Span:
    """From when to when histories go that pass by, and which queues they have."""

    def __init__(self) -> None:
        self.last, self.first = _EVER
        self.queues: set[str] = set()

    def over(self, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            self.first = min(self.first, frame["start"].min())
            self.last = max(self.last, frame["start"].max())
            self.queues.update(frame["queue"].unique())
            yield frame


def _told(export: Export, progress: Progress | None) -> Iterator[pd.DataFrame]:
    for frame in export.batches():
        if progress:
            progress(f"{export.path.name}: {export.read.rows_read:,} rows")
        yield frame


def _digest(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quality_site(
    store: Store,
    site: Site,
    *,
    queues: Iterable[str] | None = None,
    since: pd.Timestamp = _EVER[0],
    until: pd.Timestamp = _EVER[1],
    duplicates: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Grade the store's history, queue by queue and week by week (table `QUALITY`).

    Each queue is looked at as a whole; the weeks returned are those that hold an instant from `since` to
    `until`. Opening hours are those of the site where it states any. `duplicates` are as in `quality`.
    """
    names = store.extent()["queue"].tolist()
    hours, parts = site.hours(), []
    for name in names if queues is None else [name for name in names if name in set(queues)]:
        if progress:
            progress(f"{name}: quality")
        rows = store.history([name], zone=site.zone)
        lengths = rows["minutes"].unique()
        if len(lengths) > 1 or lengths[0] not in GRIDS:
            rows = aggregate(rows, max(site.minutes, *lengths))
        weeks = quality(rows, hours=hours, duplicates=duplicates)
        end = weeks["start"] + pd.Timedelta(days=7)
        parts.append(weeks[(end > since) & (weeks["start"] <= until)])
    parts = [part for part in parts if len(part)]
    return check(pd.concat(parts), QUALITY) if parts else no_rows(QUALITY)
