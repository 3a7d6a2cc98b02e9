"""Numbers, durations and shares out of text, in the spellings of the field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.cells import Cells

SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
# Blanks and apostrophes only ever part thousands: 1 234, 1'234.
_BLANKS = "[\\s\u00a0\u202f\u2009'’]"
# 4:00, :45, 00:04:00, 1 day, 00:00:10 and 1.00:00:10 (days), 00:04:00.500
_CLOCK = r"^(?:(?P<d>\d+)(?: ?days?,? *| ?d,? +|\.))?(?:(?P<h>\d+):)?(?P<m>\d*):(?P<s>[0-5]?\d(?:[.,]\d+)?)$"
# 240s, 4m 0s, 1 h 5 min, 4分0秒
_WORDS = (
    r"^(?:(?P<d>[\d.]+) ?(?:d|days?|天)[, ]*)?(?:(?P<h>[\d.]+) ?(?:h|hrs?|hours?|小时|时)[, ]*)?"
    r"(?:(?P<m>[\d.]+) ?(?:m|mins?|minutes?|分钟?)[, ]*)?(?:(?P<s>[\d.]+) ?(?:s|secs?|seconds?|秒)[, ]*)?"
    r"(?:(?P<ms>[\d.]+) ?(?:ms|msecs?|milliseconds?|毫秒))?$"
)
# PT4M, PT1H30M
_ISO = r"^pt(?:(?P<h>[\d.]+)h)?(?:(?P<m>[\d.]+)m)?(?:(?P<s>[\d.]+)s)?$"
_PARTS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_LENGTHS = {"quarter.?hour(ly)?": "15", "half.?hour(ly)?": "30", "hour(ly)?": "60", "daily|day": "1440"}
_EXCEL_ZERO = date(1899, 12, 31)  # Excel's 1 is the day after


@dataclass(frozen=True)
class Marks:
    """How a file writes numbers: its decimal mark; the other one parts thousands."""

    decimal: str = "."

    @property
    def thousands(self) -> str:
        """Return the mark that parts thousands."""
        return "," if self.decimal == "." else "."


def numbers(cells: Cells, marks: Marks) -> np.ndarray:
    """Return each different cell as a number; NaN where it is none.

    >>> from intake.cells import of_values
    >>> numbers(of_values(["1.234,5", "1 234", "many"]), Marks(decimal=","))
    array([1234.5, 1234. ,    nan])
    """
    return _with_typed(cells, _plain(cells.text, marks), lambda value: float(value))


def durations(cells: Cells, marks: Marks, unit: str = "s") -> np.ndarray:
    """Return each different cell as seconds; a number without a unit of its own is in `unit`.

    >>> from intake.cells import of_values
    >>> durations(of_values(["240", "4:00", "00:04:00", "1 day, 00:00:10", "4m 0s"]), Marks())
    array([  240.,   240.,   240., 86410.,   240.])
    """
    plain = _plain(cells.text, marks) * SECONDS[unit]
    rest = np.isnan(plain)
    if rest.any():
        plain[rest] = _spelt(pc.utf8_lower(cells.text.filter(pa.array(rest))))
    return _with_typed(cells, plain, lambda value: _typed_seconds(value, SECONDS[unit]))


def shares(cells: Cells, marks: Marks, whole: float) -> np.ndarray:
    """Return each different cell as a share: 81.2% is 0.812, and a bare number is out of `whole`.

    >>> from intake.cells import of_values
    >>> shares(of_values(["81.2%", "50"]), Marks(), whole=100)
    array([0.812, 0.5  ])
    """
    signed = pc.ends_with(cells.text, "%").to_numpy(zero_copy_only=False)
    found = numbers(Cells(cells.code, pc.utf8_rtrim(cells.text, "% "), cells.typed), marks)
    return found / np.where(signed, 100.0, whole)


def interval_minutes(cells: Cells, marks: Marks) -> np.ndarray:
    """Return interval lengths in minutes: 30, 30 min, PT30M, 00:30, 1800 s, half hour, daily."""
    text = pc.utf8_lower(cells.text)
    for words, length in _LENGTHS.items():
        text = pc.replace_substring_regex(text, f"^({words})$", length)
    # An interval of 00:30 is half an hour, where a call of 00:30 is half a minute.
    text = pc.replace_substring_regex(text, r"^(\d\d?:\d\d)$", r"\1:00")
    return durations(Cells(cells.code, text, cells.typed), marks, "min") / 60


def _plain(text: pa.StringArray, marks: Marks) -> np.ndarray:
    """Return texts as numbers, NaN where one is none."""
    if not pc.all(pc.utf8_is_decimal(text), min_count=0).as_py():
        text = pc.replace_substring_regex(text, f"(\\d){_BLANKS}(\\d)", r"\1\2")
        text = pc.replace_substring_regex(text, f"(\\d){_BLANKS}(\\d)", r"\1\2")
        grouped = f"^[+-]?\\d{{1,3}}(\\{marks.thousands}\\d{{3}})+(\\{marks.decimal}\\d*)?$"
        are_grouped = pc.match_substring_regex(text, grouped)
        text = pc.if_else(are_grouped, pc.replace_substring(text, marks.thousands, ""), text)
        if marks.decimal == ",":
            # A point that parts no thousands is no mark of this file: it must not become one.
            text = pc.if_else(pc.match_substring(text, "."), "", pc.replace_substring(text, ",", "."))
        text = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None)
        text = pc.replace_substring_regex(text, r"^\+", "")
    return pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False).astype(float)


def _spelt(text: pa.StringArray) -> np.ndarray:
    """Return durations that are spelt with colons or units, in seconds; NaN where one is none."""
    seconds = np.full(len(text), np.nan)
    for pattern in (_CLOCK, _WORDS, _ISO):
        found = pc.extract_regex(text, pattern)
        rows = np.isnan(seconds) & found.is_valid().to_numpy(zero_copy_only=False)
        rows &= pc.greater(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False)
        if not rows.any():
            continue
        written = {name.name: part for name, part in zip(found.type, found.flatten(), strict=True)}
        parts = {
            name: _plain(pc.replace_substring(pc.if_else(pc.equal(part, ""), "0", part), ",", "."), Marks())
            for name, part in written.items()
        }
        if pattern is _CLOCK:
            # Below an hour written out, minutes end at 59; alone they may be 75.
            alone = pc.fill_null(pc.equal(written["h"], ""), False).to_numpy(zero_copy_only=False)
            rows &= (parts["m"] < 60) | alone
        total = sum(value * _PARTS[name] for name, value in parts.items())
        seconds[rows] = np.asarray(total)[rows]
    return seconds


def _with_typed(cells: Cells, found: np.ndarray, convert: Callable[[Any], float]) -> np.ndarray:
    """Put in what cells that are no text hold themselves: their text may be rounded or ambiguous."""
    if cells.typed is not None:
        for place, value in enumerate(cells.typed):
            if value is not None:
                try:
                    found[place] = convert(value)
                except TypeError:  # a date where a number is due
                    found[place] = np.nan
    return found


def _typed_seconds(value: Any, unit_s: float) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date) and value.year > 1900:
        return np.nan
    if isinstance(value, date):  # how Excel shows a duration of a day and more
        days = date(value.year, value.month, value.day) - _EXCEL_ZERO
        rest = _typed_seconds(value.time(), unit_s) if isinstance(value, datetime) else 0.0
        return days.total_seconds() + rest
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return float(value) * unit_s
