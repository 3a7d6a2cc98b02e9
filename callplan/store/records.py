"""Overrides and notes: what people laid over the numbers, and wrote beside them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from callplan.errors import Refused
from callplan.schema import NOTES, OVERRIDES, Table
from callplan.store import frames
from callplan.store.drawer import Drawer


class Records(Drawer):
    """The drawer of overrides and notes."""

    def add_override(self, row: Mapping[str, Any]) -> int:
        """Keep an override: the columns of the table `overrides` but its number, which is returned."""
        return self._keep(OVERRIDES, row)

    def undo_override(self, number: int, *, who: str, now: datetime) -> None:
        """Take an override back: it stays on record, with who undid it and when."""
        at = frames.utc(now, "now")
        with self._database.writing():
            found = self._database.rows('SELECT "undone_by" FROM overrides WHERE "override" = ?', [number])
            if not found:
                raise Refused(f"override {number}", "there is no such override", "give the number of one")
            if found[0][0]:
                raise Refused(f"override {number}", f"{found[0][0]} undid it before", "nothing is left to do")
            sql = 'UPDATE overrides SET "undone_by" = ?, "undone" = ? WHERE "override" = ?'
            self._database.run(sql, [who, at, number])

    def overrides(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return the table `overrides`, undone ones too."""
        return self._all(OVERRIDES, zone)

    def add_note(self, row: Mapping[str, Any]) -> int:
        """Keep a note: the columns of the table `notes` but its number, which is returned."""
        return self._keep(NOTES, row)

    def notes(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return the table `notes`."""
        return self._all(NOTES, zone)

    def _keep(self, table: Table, row: Mapping[str, Any]) -> int:
        with self._database.writing():
            number = self._next(table.name)
            self._add(table, {**row, table.key[0]: number})
        return number
