"""The history of a store: what files brought, what they replaced, and the way back."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

import pandas as pd

from callplan.errors import Refused, Remark
from callplan.schema import HISTORY, REPLACED, Column
from callplan.store import frames, merge
from callplan.store.drawer import Drawer, within
from callplan.store.layout import KEPT, quoted
from callplan.tables import check

_STAGED = (*HISTORY.columns, Column("seq", "whole", "rows", "the row's place in the file"))
_SHOWN = 1_000  # replaced values that an import returns
_EXTENT = (
    Column("queue", "text", "", ""),
    Column("first", "instant", "", ""),
    Column("last", "instant", "", ""),
    Column("rows", "whole", "", ""),
    Column("minutes", "whole", "", ""),
)


@dataclass(frozen=True)
class Put:
    """What an import did to the history, in intervals.

    `kept` of the intervals that count as same or changed have a value where the file has an empty
    cell: the value stays. `again`: the file was imported before, as that number, and nothing of it
    has been replaced or undone since; no new import was recorded.
    """

    number: int
    added: int
    changed: int
    same: int
    kept: int
    replaced: pd.DataFrame = field(repr=False, compare=False)
    """The first 1,000 values that were replaced: the table `replaced`, instants in UTC."""
    again: bool = False


@dataclass(frozen=True)
class _Staged:
    """What was put aside of a file: how many rows, which columns it has, the zone of its times."""

    rows: int = 0
    carried: frozenset[str] = frozenset()
    zone: tzinfo = UTC


class Imports(Drawer):
    """The drawer of the history."""

    def put_history(
        self,
        batches: Iterable[pd.DataFrame],
        *,
        file: str,
        digest: str,
        profile: str,
        who: str,
        now: datetime,
        reading: Callable[[], tuple[int, int]] | None = None,
    ) -> Put:
        """Import one file: all of it, or nothing.

        `batches` are histories, one after the other; where two have the same interval, the later row
        wins as a whole. Against what the store holds, a value replaces another, a cell that is empty
        or whose column the file lacks leaves what is there. The store is held only at the end, when
        the file has been read. `reading` then gives the rows read and refused; `digest` is the
        SHA-256 of the file's bytes.
        """
        at = frames.utc(now, "now")
        with self._database.staging("staged", _STAGED):
            staged = self._stage(batches, file)
            rows_read, rows_refused = reading() if reading else (staged.rows, 0)
            if not staged.rows:
                raise Refused(file, "no row of it can be used", "see what was refused, and mend the file")
            self._database.run(merge.SUPERSEDED)
            with self._database.writing():
                added, changed, same, kept = self._counts(staged.carried)
                before = self._same_file(digest) if added == changed == 0 else None
                number = before or self._next("imports")
                if not before:
                    for span in self._parts():
                        if changed:
                            self._database.run(merge.KEEP_BEFORE, [number, *span])
                        self._database.run(merge.MERGE, [*span, number])
                        if changed:
                            self._database.run(merge.WRITE_CHANGED, [*span, number])
                    self._refuse_overlap(file, staged.zone)
                    row = {
                        **{"import": number, "file": file, "digest": digest, "profile": profile},
                        **{"rows_read": rows_read, "rows_refused": rows_refused},
                        **{"added": added, "changed": changed, "same": same, "who": who, "at": at},
                        **self._span(),
                    }
                    self._add(KEPT["imports"], row)
                replaced = self._replaced(number, "UTC", _SHOWN) if changed else _nothing_replaced()
        if kept:
            warnings.warn(
                f"{file}: {kept:,} intervals have an empty cell where the store holds a value: it stays",
                Remark,
                stacklevel=2,
            )
        return Put(number, added, changed, same, kept, replaced, again=before is not None)

    def history(
        self,
        queues: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        zone: str,
    ) -> pd.DataFrame:
        """Return the history of those queues from `since` up to but without `until`, or all of it.

        Columns that no row has a value for are left out, if they may be; it may have no rows.
        """
        where, values = within(queues, since, until)
        sql = f"SELECT {quoted(*merge.NAMES)} FROM history {where} ORDER BY {merge.KEY}"
        with self._database.reading():
            return self._frame(sql, values, HISTORY.columns, zone)

    def extent(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return how far each queue reaches: queue, first, last, rows, minutes (the shortest)."""
        sql = (
            'SELECT "queue", min("start"), max("start"), count(*), min("minutes") FROM history '
            'GROUP BY "queue" ORDER BY "queue"'
        )
        with self._database.reading():
            return self._frame(sql, (), _EXTENT, zone)

    def undo_import(self, number: int, *, who: str, now: datetime) -> None:
        """Take the latest import that stands back: what it added goes, what it replaced returns."""
        at = frames.utc(now, "now")
        with self._database.writing():
            self._refuse_undo(number)
            old = quoted("import", *merge.NAMES)
            for sql in (
                'DELETE FROM history WHERE "import" = ?',
                f'INSERT INTO history ({old}) SELECT {old} FROM history_before WHERE "replaced_by" = ?',
                'DELETE FROM history_before WHERE "replaced_by" = ?',
            ):
                self._database.run(sql, [number])
            sql = 'UPDATE imports SET "undone" = ?, "undone_by" = ? WHERE "import" = ?'
            self._database.run(sql, [at, who, number])

    def imports(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return the table `imports`, undone ones too."""
        return self._all(KEPT["imports"], zone)

    def replaced(self, number: int, *, zone: str = "UTC") -> pd.DataFrame:
        """Return the table `replaced` of one import that stands; it may have no rows."""
        with self._database.reading():
            return self._replaced(number, zone)

    def _stage(self, batches: Iterable[pd.DataFrame], file: str) -> _Staged:
        """Put all batches aside, and remark on the columns of the user's own, which are not kept."""
        staged, own = _Staged(), set[str]()
        for batch in batches:
            if batch.empty:
                continue
            checked = check(batch, HISTORY, file)
            own |= {str(name) for name in checked if name not in merge.NAMES}
            rows = checked.assign(seq=range(staged.rows, staged.rows + len(checked)))
            self._database.append("staged", frames.to_arrow(rows, _STAGED))
            carried = staged.carried | set(checked).intersection(merge.VALUES)
            staged = _Staged(staged.rows + len(checked), carried, checked["start"].dt.tz)
        if own:
            text = f"{file}: the store keeps no columns of your own: {', '.join(sorted(own))}"
            warnings.warn(text, Remark, stacklevel=3)
        return staged

    def _counts(self, carried: frozenset[str]) -> tuple[int, int, int, int]:
        """Return how many intervals are added, changed and the same, and how many keep a value."""
        empty = " OR ".join(f'(s."{x}" IS NULL AND h."{x}" IS NOT NULL)' for x in sorted(carried))
        held = 'h."queue" IS NOT NULL'
        sql = f"""
            SELECT count(*), count(h."queue"), count(*) FILTER (WHERE {held} AND ({merge.DIFFERS})),
                count(*) FILTER (WHERE {held} AND ({empty}))
            FROM staged s LEFT JOIN history h ON {merge.ON}
        """
        ((every, known, changed, kept),) = self._database.rows(sql)
        return every - known, changed, known - changed, kept

    def _parts(self) -> list[tuple[str, str]]:
        """Return the first and the last queue of each part of what was staged."""
        parts: list[tuple[str, str]] = []
        size = merge.PART_ROWS
        sql = 'SELECT "queue", count(*) FROM staged GROUP BY "queue" ORDER BY "queue"'
        for queue, rows in self._database.rows(sql):
            if size + rows > merge.PART_ROWS:
                parts, size = [*parts, (queue, queue)], 0
            parts[-1], size = (parts[-1][0], queue), size + rows
        return parts

    def _same_file(self, digest: str) -> int | None:
        """Return the number of the latest import of these bytes that stands."""
        sql = 'SELECT max("import") FROM imports WHERE "digest" = ? AND "undone" IS NULL'
        return self._database.rows(sql, [digest])[0][0]

    def _refuse_overlap(self, file: str, zone: tzinfo) -> None:
        """Refuse an import after which an interval reaches into the next."""
        for queue, start, minutes in self._frame(merge.OVERLAP, (), HISTORY.columns[:3], "UTC").to_numpy():
            raise Refused(
                f"{file}, queue {queue}",
                f"with it, {minutes} minutes from {start.tz_convert(zone)} would reach into the next ones",
                "export it in intervals as long as those of the store, or undo the import that brought them",
            )

    def _span(self) -> dict[str, pd.Timestamp]:
        first, last = (Column(name, "instant", "", "") for name in ("first", "last"))
        span = self._frame('SELECT min("start"), max("start") FROM staged', (), (first, last), "UTC")
        return {"first": span["first"].iloc[0], "last": span["last"].iloc[0]}

    def _refuse_undo(self, number: int) -> None:
        standing = self._database.rows('SELECT "import" FROM imports WHERE "undone" IS NULL ORDER BY 1')
        if not standing:
            raise Refused(f"import {number}", "no import stands", "there is nothing to undo")
        if (number,) not in standing:
            known = self._database.rows('SELECT 1 FROM imports WHERE "import" = ?', [number])
            found = "it was undone before" if known else "there is no such import"
            raise Refused(f"import {number}", found, f"the latest that stands is {standing[-1][0]}")
        if (number,) != standing[-1]:
            later = f"import {standing[-1][0]} came later, and may rest on it"
            raise Refused(f"import {number}", later, "undo that one first")

    def _replaced(self, number: int, zone: str, most: int | None = None) -> pd.DataFrame:
        """Return the values that an import replaced: the row before beside the row that it wrote."""
        limit = f"LIMIT {most}" if most else ""
        keys = f'SELECT {merge.KEY} FROM history_before WHERE "replaced_by" = ? ORDER BY {merge.KEY} {limit}'
        # What an import wrote stands in the history, or among the rows that a later one replaced.
        after = f"""
            SELECT {quoted(*merge.NAMES, of="h")} FROM ({keys}) s JOIN (
                SELECT "import", {quoted(*merge.NAMES)} FROM history
                UNION ALL SELECT "import", {quoted(*merge.NAMES)} FROM history_before
            ) h ON {merge.ON} WHERE h."import" = ? ORDER BY 1, 2
        """
        before = (
            f'SELECT {quoted(*merge.NAMES)} FROM history_before WHERE "replaced_by" = ? ORDER BY 1, 2 {limit}'
        )
        old = self._frame(before, [number], HISTORY.columns, zone)
        new = self._frame(after, [number, number], HISTORY.columns, zone)
        parts = [
            pd.DataFrame(
                {"queue": old["queue"], "start": old["start"], "column": name}
                | {"before": _shown(old, name), "after": _shown(new, name)}
            )
            for name in merge.VALUES
            if name in new
        ]
        values = pd.concat([part[part["before"] != part["after"]] for part in parts]) if parts else None
        if values is None or values.empty:
            return _nothing_replaced(zone)
        values.insert(0, "import", number)
        return check(values.reset_index(drop=True), REPLACED).head(most or len(values))


def _shown(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return cells as people write them; what is empty, or not there, as an empty text."""
    if name not in rows:
        return pd.Series("", rows.index)
    cells = rows[name]
    texts = cells.map("{:.15g}".format) if cells.dtype.kind in "fi" else cells
    return texts.where(cells.notna(), "")


def _nothing_replaced(zone: str = "UTC") -> pd.DataFrame:
    empty = frames.schema(REPLACED.columns).empty_table()
    return frames.to_pandas(empty, REPLACED.columns, zone)
