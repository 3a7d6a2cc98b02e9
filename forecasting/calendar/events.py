"""Events: the days that a planner knows will differ, such as a sale, a mailing or a strike."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field, field_validator, model_validator

from callplan import arguments, files
from callplan.errors import Refused
from callplan.schema import EVENTS
from callplan.settings import Settings
from callplan.tables import check

_PERCENT = re.compile(r"([+-]?)(\d+(?:\.\d+)?)\s*%")
_FACTOR = re.compile(r"\d+(?:\.\d+)?")
_MOST = 10.0
# A number from here on is more often meant as a percentage.
_DOUBTFUL = 5.0


class Event(Settings):
    """What happens from the day `date` to the day `until` (left out: on that day) in one queue or all (None).

    `effect` is a factor on the day's calls: 1.2 is a fifth more. It may be written as a text, "+20%"
    or "-15%". None leaves it to be learned from the earlier days of the same name.

    >>> Event(name="sale", date="2024-11-29", effect="+20%").effect
    1.2
    """

    name: str
    date: dt.date
    until: dt.date | None = None
    queue: str | None = None
    effect: float | None = Field(default=None, gt=0, le=_MOST)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not name.strip():
            raise Refused("", "it is empty", "name the event")
        return name

    @field_validator("date", "until", mode="before")
    @classmethod
    def _is_a_day(cls, value: Any) -> dt.date | None:
        return None if value is None else arguments.day("", value)

    @field_validator("effect", mode="before")
    @classmethod
    def _is_a_factor(cls, value: Any) -> Any:
        return _factor(value.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _in_order(self) -> "Event":
        if self.last < self.date:
            raise Refused("until", f"{self.last} lies before the date {self.date}", "swap them")
        return self

    @property
    def last(self) -> dt.date:
        """The last day of the event."""
        return self.until or self.date


def _factor(text: str) -> float:
    """Read an effect: `1.2`, `+20%` or `-15%`, and nothing that could mean another."""
    if percent := _PERCENT.fullmatch(text.replace("\N{MINUS SIGN}", "-")):
        sign, number = percent.groups()
        if not sign:
            do = f"say which way: +{number}% or -{number}%, as a text, or the factor such as 1.2"
            raise Refused("", f"found {text!r}", do)
        factor = round(1 + float(f"{sign}{number}") / 100, 12)
    elif _FACTOR.fullmatch(text):
        factor = float(text)
        if factor >= _DOUBTFUL:
            do = f"write +{factor:g}% for a percentage; a factor, such as 1.2, is below {_DOUBTFUL:g}"
            raise Refused("", f"found {text!r}", do)
    else:
        raise Refused("", f"found {text!r}", "write a factor such as 1.2, or +20% or -15%")
    if not 0 < factor <= _MOST:
        do = f"a factor lies above 0 and at most at {_MOST:g}; a day without calls is closed in the hours"
        raise Refused("", f"found {text!r}", do)
    return factor


def read_events(path: str | Path) -> tuple[Event, ...]:
    """Read events from .csv, .csv.gz, .parquet or .xlsx: the table `events` of `callplan columns`.

    An empty `queue`, or none, is every queue. Days are written the year first; an effect whose meaning
    is in doubt, such as 20, is refused with its row and column.
    """
    source = Path(path).name
    frame = files.load(path, EVENTS.names())
    if "effect" in frame and files.suffix(path) == ".xlsx":
        frame["effect"] = _percentages_as_text(frame["effect"], path)
    check(frame, EVENTS, source)
    # Rows come back sorted: now that their columns are known to be sound, their numbers go along as one.
    rows = check(frame.assign(file_row=frame.index), EVENTS, source)
    return tuple(_event(row, source) for row in rows.to_dict("records"))


def _event(row: dict[Any, Any], source: str) -> Event:
    """Return the event of a checked row."""
    fields = {name: row[name] for name in EVENTS.names() if name in row and pd.notna(row[name])}
    if fields.get("queue") == "all":
        del fields["queue"]
    try:
        return Event(**fields)
    except Refused as fault:
        where = f"{source}, row {row['file_row']}, column {fault.where}"
        raise Refused(where, fault.found, fault.do) from None


def _percentages_as_text(cells: pd.Series, path: str | Path) -> pd.Series:
    """Return cells of a workbook with percentages as Excel shows them: it keeps `+20%` as 0.2."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    header = [str(cell.value).strip() for cell in sheet[1]]
    column = header.index(str(cells.name)) + 1
    shown = {
        row: f"{100 * cell:.12g}%"
        for row, cell in cells.items()
        if isinstance(cell, int | float) and "%" in sheet.cell(int(str(row)), column).number_format
    }
    return cells.where(~cells.index.isin(shown), pd.Series(shown, dtype=object))
