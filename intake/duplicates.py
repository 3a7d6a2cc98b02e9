"""Rows that say an interval once more: how many, whether they differ, and what else tells them apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from callplan.errors import Refused
from intake.cells import of_values
from intake.clocks import NONE, Spelling, moments
from intake.numbers import Marks, durations
from intake.sources import Source

# Intervals with rows that differ, of which the other columns are looked at.
_MOST = 1_000
# What names persons and the like, though it may be a number.
_NAMES = r"(?i)agent|login|user|employee|operator|extension|team|site|channel|media|坐席|座席|工号|员工"


@dataclass
class Seen:
    """Which intervals have had a row: 16 bytes each, so that ten million fit in memory."""

    queues: dict[str, int] = field(default_factory=dict)
    minutes: dict[str, int] = field(default_factory=dict)
    """By queue, how long its intervals are."""
    _keys: list[np.ndarray] = field(default_factory=list)
    _values: list[np.ndarray] = field(default_factory=list)
    _rows: list[np.ndarray] = field(default_factory=list)

    def keys(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the number of each row's queue and start, minutes since 1970 in the lower half."""
        queue, names = pd.factorize(frame["queue"])
        number = np.array([self.queues.setdefault(name, len(self.queues)) for name in names], dtype=np.int64)
        minute = frame["start"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[m]")
        return (number[queue] << 32) + minute.astype(np.int64)

    def add(self, frame: pd.DataFrame, file: str, column: str) -> np.ndarray:
        """Note rows, labelled by their numbers, and return their keys; a queue has one length of interval."""
        for row, queue, minutes in frame[["queue", "minutes"]].drop_duplicates().itertuples():
            known = self.minutes.setdefault(queue, minutes)
            if known != minutes:
                raise Refused(
                    f"{file}, row {row}, column {column}",
                    f"the queue {queue} has intervals of {known} and of {minutes} minutes",
                    "export it with intervals of one length",
                )
        keys = self.keys(frame)
        self._keys.append(keys)
        said = np.zeros(len(frame), dtype=np.uint64)
        for _, values in frame.drop(columns="minutes").select_dtypes("number").items():
            said = said * np.uint64(1_000_003) + pd.util.hash_array(values.to_numpy())
        self._values.append((said >> np.uint64(32)).astype(np.uint32))
        self._rows.append(frame.index.to_numpy(np.int32))
        return keys

    def has(self, keys: np.ndarray) -> np.ndarray:
        """Tell which of these intervals have had a row."""
        return np.isin(keys, np.concatenate([*self._keys, np.empty(0, np.int64)]))

    def alike(self) -> pd.DataFrame:
        """Return the rows of intervals with more than one: row, key, and whether the interval's `differ`."""
        keys = np.concatenate([*self._keys, np.empty(0, np.int64)])
        order = np.argsort(keys, kind="stable")
        twice = keys[order][1:] == keys[order][:-1]
        at = order[np.append(twice, False) | np.append(False, twice)] if len(keys) else order
        values, rows = (
            np.concatenate([*parts, np.empty(0, kind)])
            for parts, kind in ((self._values, np.uint32), (self._rows, np.int32))
        )
        table = pd.DataFrame({"row": rows[at], "key": keys[at], "said": values[at]})
        return table.assign(differ=table.groupby("key")["said"].transform("nunique") > 1)

    def duplicates(self, alike: pd.DataFrame) -> pd.DataFrame:
        """Return the intervals that had more than one row, and how many too many."""
        known, times = np.unique(alike["key"], return_counts=True)
        names = np.array(list(self.queues), dtype=object)
        start = pd.to_datetime((known & 0xFFFFFFFF) * 60, unit="s", utc=True)
        return pd.DataFrame(
            {"queue": names[known >> 32] if len(known) else [], "start": start, "count": times - 1}
        )


def refuse_rows_apart(source: Source, alike: pd.DataFrame, unread: Sequence[str]) -> None:
    """Refuse a file whose rows for one interval differ, where a column that is not read tells them apart.

    Rows by agent are such: the last agent's calls are not the queue's.
    """
    differing = alike[alike["differ"]]
    differing = differing[differing["key"].isin(differing["key"].unique()[:_MOST])]
    if differing.empty or not unread:
        return
    found: dict[str, dict[int, str]] = {name: {} for name in unread}
    for batch in source.batches(unread):
        places = np.flatnonzero(np.isin(batch.rows, differing["row"])).tolist()
        for name, cells in batch.cells.items():
            for place in places:
                if cells.code[place] >= 0:
                    found[name][int(batch.rows[place])] = cells.text[int(cells.code[place])].as_py()
    for name, texts in found.items():
        said = differing.assign(text=differing["row"].map(texts)).sort_values("row")
        if said["text"].isna().any() or said.duplicated(["key", "text"]).any() or not _names(name, texts):
            continue
        one, other = said[said["key"] == said["key"].iloc[0]].iloc[:2].itertuples(index=False)
        raise Refused(
            f"{source.path.name}, row {other.row}, column {name}",
            f"{other.text!r}, and {one.text!r} in row {one.row}: one queue and interval, and other values",
            f"export it by queue and interval, not by {name}; or say apart = [{name!r}] in a profile",
        )


def _names(column: str, texts: dict[int, str]) -> bool:
    """Tell whether a column holds names, and no measure or time, which may differ as the values do."""
    if re.search(_NAMES, column):
        return True
    cells = of_values(list(texts.values()))
    times = moments(cells, Spelling("dmy"))
    amounts = durations(cells, Marks())
    return bool((np.isnan(amounts) & (times.day == NONE) & (times.clock == NONE)).all())
