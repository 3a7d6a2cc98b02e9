"""The cells of one column: each different one once, and which of them each row has.

An export says the same dates, queues and small numbers over and over. Each is parsed once a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What exports write where there is nothing: missing, not zero.
EMPTY = (
    "",
    "-",
    "--",
    "---",
    "–",
    "—",
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "nan",
    "null",
    "none",
    "nil",
    "(null)",
    "#div/0!",
)
_EMPTY = pa.array(EMPTY)
_MOST_SHOWN = 40


@dataclass(frozen=True)
class Cells:
    """One column of a batch of rows."""

    code: np.ndarray
    """Which of `text` each row has; -1: an empty cell, in any of the spellings of `EMPTY`."""
    text: pa.StringArray
    """The different cells as text, without the blanks around them."""
    typed: np.ndarray | None = None
    """The same as numbers, times and durations, where a workbook or Parquet file has such; else None."""

    raw: np.ndarray | None = None
    """Which of `text` each row has, empty or not."""

    def named(self) -> "Cells":
        """Return the same as names: a queue may be called NA or None."""
        if self.raw is None:
            return self
        name = pc.is_in(pc.utf8_lower(self.text), value_set=pa.array(["na", "none", "nan", "nil"]))
        keep = np.append(name.to_numpy(zero_copy_only=False), False)[self.raw]
        return Cells(np.where(keep, self.raw, self.code), self.text, self.typed)

    def take(self, known: np.ndarray, empty: Any) -> np.ndarray:
        """Return what was found for each different cell, row by row, and `empty` for empty cells."""
        return np.append(known, np.array([empty], dtype=known.dtype))[self.code]

    def shown(self, row: int) -> str:
        """Return what stands in a row of the batch."""
        if self.code[row] < 0:
            return "an empty cell"
        text = self.text[int(self.code[row])].as_py()
        return f"found {text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + '...'!r}"

    def first_row(self, known: int) -> int:
        """Return the first row of the batch that has that cell."""
        return int((self.code == known).argmax())


def of_arrow(column: pa.DictionaryArray) -> Cells:
    """Return a column of text that Arrow has read."""
    text = pc.utf8_trim_whitespace(column.dictionary)
    return _marked(column.indices.to_numpy(zero_copy_only=False), text)


def of_values(values: Sequence[Any]) -> Cells:
    """Return a column of typed values: None, text, numbers, truth, dates, times and durations."""
    known: dict[Any, int] = {}
    # True == 1 and 1 == 1.0: the type belongs to the key.
    code = np.array([known.setdefault((type(value), value), len(known)) for value in values], dtype=np.int32)
    typed = np.empty(len(known), dtype=object)
    typed[:] = [value if isinstance(value, _TYPED) else None for _, value in known]
    text = pc.utf8_trim_whitespace(pa.array([_text(value) for _, value in known], type=pa.string()))
    return _marked(code, text, typed)


def _marked(code: np.ndarray, text: pa.StringArray, typed: np.ndarray | None = None) -> Cells:
    """Return cells, the empty ones marked as such."""
    empty = pc.is_in(pc.utf8_lower(text), value_set=_EMPTY).to_numpy(zero_copy_only=False)
    return Cells(np.where(np.append(empty, False)[code], -1, code), text, typed, code)


_TYPED = (int, float, date, time, timedelta)  # a datetime is a date


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        return f"{value:%Y-%m-%d}"
    return str(value)
