"""The published versions of a store: what the rosters were made from, frozen."""

import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import local_day
from callplan.schema import VERSIONS, Table
from callplan.store import frames
from callplan.store.drawer import Drawer, within
from callplan.store.layout import KEPT, VERSIONED, quoted
from callplan.tables import check

_ALL = f"SELECT {quoted(*VERSIONS.names())} FROM versions ORDER BY version"


class Versions(Drawer):
    """The drawer of the published versions."""

    def publish(
        self, version: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], *, replace: bool = False
    ) -> int:
        """Freeze a version with its tables, and return its number.

        `version` has the columns of the table `versions` but `version` and `replaced_by`, `queues` as
        a list; `tables` are named as in the schema, `steps` among them; those without rows are left
        out. A day of a queue is published once: where a version stands for one of them this is
        refused, with who published it and when, unless `replace`. Then the new one stands in its place
        for those days.
        """
        if "steps" not in tables:
            raise Refused("tables", "no table steps", "give what each step of the forecast said")
        queues = "|".join(_without_bar(queue) for queue in version["queues"])
        new = check(pd.DataFrame([{**version, "version": 1, "queues": queues}]), VERSIONS)
        checked = {
            name: _checked(rows, name) for name, rows in tables.items() if len(rows) or name == "steps"
        }
        with self._database.writing():
            number = self._next("versions")
            new["version"] = number
            self._database.append("versions", frames.to_arrow(new, VERSIONS.columns))
            versions = self._frame(_ALL, (), VERSIONS.columns, "UTC")
            spoken = _spoken_of(versions)
            taken = spoken[(spoken["by"] == number) & (spoken["version"] < number)]
            if len(taken) and not replace:
                raise _published_before(taken, versions, pd.Timestamp(version["at"]))
            stands = set(spoken["version"][spoken["version"] == spoken["by"]])
            gone = sorted(set(spoken["version"]) - stands)
            sql = 'UPDATE versions SET "replaced_by" = ? WHERE "replaced_by" IS NULL AND "version" = ANY(?)'
            self._database.run(sql, [number, gone])
            for name, rows in checked.items():
                self._database.append(name, frames.to_arrow(rows.assign(version=number), KEPT[name].columns))
        return number

    def versions(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return the table `versions`, replaced ones too."""
        return self._all(VERSIONS, zone)

    def version_table(self, version: int, name: str, *, zone: str) -> pd.DataFrame | None:
        """Return one table of one version as it was published, or None where it has none."""
        table = _versioned(name)
        sql = f"""
            SELECT {quoted(*table.names())} FROM {quoted(name)}
            WHERE "version" = ? ORDER BY {quoted(*table.key)}
        """
        with self._database.reading():
            rows = self._frame(sql, [version], table.columns, zone)
            known = [str(row[0]) for row in self._database.rows("SELECT version FROM versions ORDER BY 1")]
        if str(version) not in known:
            advice = nearest(str(version), known) if known else "nothing has been published"
            raise Refused(f"version {version}", "there is no such version", advice)
        return None if rows.empty else rows

    def published(
        self,
        name: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        queues: Iterable[str] | None = None,
        zone: str,
    ) -> pd.DataFrame:
        """Return one table of all versions, each where it stands, the column `version` in front.

        What a later version has taken over, day by day and queue by queue, is left out. A row of no
        queue of its version, such as a person's shift, is left out when all queues of its day are
        taken; bands and people when the whole version is.
        """
        table = _versioned(name)
        timed, queued = "start" in table.names(), "queue" in table.names()
        where, values = within(
            queues if queued else None,
            *((since, until) if timed else (None, None)),
            'version IN (SELECT version FROM versions WHERE "replaced_by" IS NULL)',
        )
        columns, key = KEPT[name].columns, KEPT[name].key
        names = quoted(*(column.name for column in columns))
        with self._database.reading():
            sql = f"SELECT {names} FROM {quoted(name)} {where} ORDER BY {quoted(*key)}"
            rows = self._frame(sql, values, columns, zone)
            spoken = _spoken_of(self._frame(_ALL, (), VERSIONS.columns, "UTC"))
        if rows.empty or not timed or "span" in rows:
            return rows
        return rows[~_taken_over(rows, spoken)].reset_index(drop=True)


def _versioned(name: str) -> Table:
    if name not in VERSIONED:
        raise Refused("table", f"a version has no table {name!r}", nearest(name, VERSIONED))
    return VERSIONED[name]


def _without_bar(queue: str) -> str:
    if "|" in queue:
        raise Refused(f"queue {queue!r}", "a | in its name", "it parts the queues of a list: rename it")
    return queue


def _checked(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check one table of a version; remark on the columns of the user's own, which are not kept."""
    table = _versioned(name)
    checked = check(rows.assign(version=1) if "version" in table.names() else rows, table)
    own = [str(column) for column in checked if column not in table.names()]
    if own:
        text = f"{name}: the store keeps no columns of your own: {', '.join(own)}"
        warnings.warn(text, Remark, stacklevel=4)
    return checked


def _spoken_of(versions: pd.DataFrame) -> pd.DataFrame:
    """Return each queue and day that a version speaks of, and the latest version that does (`by`)."""
    spoken = pd.DataFrame(
        [
            (row.version, queue, day)
            for row in versions.itertuples()
            for queue in row.queues.split("|")
            for day in pd.date_range(row.first, row.last, unit="us")
        ],
        columns=["version", "queue", "day"],
    )
    return spoken.assign(by=spoken.groupby(["queue", "day"])["version"].transform("max"))


def _published_before(taken: pd.DataFrame, versions: pd.DataFrame, now: pd.Timestamp) -> Refused:
    """Return the refusal that tells the second planner who was first."""
    first = taken[taken["version"] == taken["version"].max()].iloc[0]
    before = versions.set_index("version").loc[first["version"]]
    at = before["at"].tz_convert(now.tz)
    return Refused(
        f"queue {first['queue']}, {first['day']:%Y-%m-%d}",
        f"published by {before['who']} at {at:%Y-%m-%d %H:%M %Z} as version {first['version']}",
        "publish other days, or say that yours replaces it",
    )


def _taken_over(rows: pd.DataFrame, spoken: pd.DataFrame) -> pd.Series:
    """Tell of which rows a later version has taken over the queue and day, or the day wholly."""
    day = local_day(rows["start"])
    stands = spoken["version"] == spoken["by"]
    by_day = pd.MultiIndex.from_arrays([rows["version"], day])
    days = spoken[["version", "day"]]
    some, left = pd.MultiIndex.from_frame(days[~stands]), pd.MultiIndex.from_frame(days[stands])
    wholly = pd.Series(by_day.isin(some) & ~by_day.isin(left), rows.index)
    if "queue" not in rows:
        return wholly
    of_queue = pd.MultiIndex.from_arrays([rows["version"], rows["queue"]])
    own = of_queue.isin(pd.MultiIndex.from_frame(spoken[["version", "queue"]]))
    by_queue = pd.MultiIndex.from_arrays([rows["version"], rows["queue"], day])
    taken = by_queue.isin(pd.MultiIndex.from_frame(spoken.loc[~stands, ["version", "queue", "day"]]))
    return wholly.where(~own, taken)
