"""Sheets of a roster by person and interval, one a day: who does what when, and what the queues need."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from callplan.intervals import minute_of_day
from reporting.roster import AWAY, PAUSES, at_work, day_bounds, labels
from reporting.sheets import A3, BLUE, RED, Formats, on_paper
from reporting.words import day

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# No column is narrower in time.
_LEAST_STEP = 5
_QUEUE_FILLS = ("#A9D8F5", "#F5C96B", "#7FD1B3", "#E2B3CE", "#7FB3DE", "#EFA37C")
_PAUSE_DRESSES: dict[str, dict[str, Any]] = {
    "meal": {"bg_color": "#E4E6EA", "font_color": "#5F6670"},
    "rest": {"bg_color": "#5F6670", "font_color": "#FFFFFF"},
}
_COUNT_DRESSES: dict[str, dict[str, Any]] = {"needed": {}, "staffed": {}, "over": BLUE, "under": RED}
_CENTRE = {"align": "center", "font_size": 8, "shrink": True}
_FIRST_COUNT, _FIRST_COLUMN = 2, 2
# The counts of so many queues stay in sight above the people.
_MOST_FROZEN = 2

# What marks a queue or a pause: a letter, and the dress of its cells.
_Code = tuple[str, dict[str, Any]]


def write_days(
    book: "Workbook",
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    coverage: pd.DataFrame,
    days: Sequence[date],
) -> None:
    """Write a sheet a day: what each queue needs and has by interval, then everyone at work.

    The first to start are on top. A cell shows what goes on at its left edge; a night shift has its
    part on the sheets of both days.
    """
    codes, step, formats = _codes(activities, coverage), _step(activities, coverage), Formats(book)
    for on in days:
        first, last = day_bounds(on, coverage["start"])
        sheet = _DaySheet(book.add_worksheet(day(on)), formats, codes, first, last, step)
        sheet.write_clock()
        counted = coverage[(coverage["start"] >= first) & (coverage["start"] < last)]
        row = sheet.write_counts(counted)
        sheet.write_people(at_work(shifts, activities, first, last), row)
        on_paper(sheet.sheet, A3)


@dataclass(frozen=True)
class _DaySheet:
    """A sheet of one day: a column for every `step` minutes from its first instant to the next day's."""

    sheet: "Worksheet"
    formats: Formats
    codes: Mapping[str, _Code]
    first: pd.Timestamp
    last: pd.Timestamp
    step: int

    def columns(self, instants: pd.Series) -> pd.Series:
        """Return the first column that begins at or after each instant, the last but one past the end."""
        inside = instants.clip(self.first, self.last) - self.first
        return np.ceil(inside / pd.Timedelta(minutes=self.step)).astype(int) + _FIRST_COLUMN

    def write_clock(self) -> None:
        """Write the day, what the pauses look like, and the hours that the local clock shows."""
        self.sheet.write_string(
            0, 0, f"{day(self.first)} {self.first.year}", self.formats(bold=True, font_size=13)
        )
        self.sheet.write_url(0, 1, "internal:'People'!A1", self.formats(underline=1), "all days")
        for place, pause in enumerate(PAUSES):
            self._across(0, _FIRST_COLUMN + 4 * place, 4, pause, self._dress(pause))
        times = pd.date_range(self.first, self.last, freq=f"{self.step}min", inclusive="left").to_series()
        # Where the clock is put back an hour comes twice.
        hours = times.dt.strftime("%H %z")
        lengths = hours.groupby(hours, sort=False).size()
        head = self.formats(bold=True, align="left", bottom=1, left=1, font_size=8)
        column = _FIRST_COLUMN
        for hour, length in lengths.items():
            self._across(1, column, length, str(hour)[:2], head)
            column += length
        for place, text in enumerate(("Person", "Shift")):
            self.sheet.write_string(1, place, text, self.formats(bold=True, bottom=1))
        self.sheet.set_column(_FIRST_COLUMN, column - 1, 2.9 if self.step >= 30 else 2.3)

    def write_counts(self, coverage: pd.DataFrame) -> int:
        """Write what is needed and staffed, over and under, a row each; return the row below."""
        row = _FIRST_COUNT
        for queue, rows in coverage.groupby("queue"):
            self.sheet.write_string(
                row, 0, f"{self.codes[queue][0]}  {queue}", self._dress(queue, align="left")
            )
            lefts, length = self.columns(rows["start"]), rows["minutes"].iloc[0] // self.step
            for count, dress in _COUNT_DRESSES.items():
                self.sheet.write_string(row, 1, count)
                for column, heads in zip(lefts, rows[count], strict=True):
                    if heads or not dress:
                        form = self.formats(**_CENTRE, **dress, num_format="0" if heads % 1 == 0 else "0.0")
                        self._across(row, column, length, heads, form)
                row += 1
        few = coverage["queue"].nunique() <= _MOST_FROZEN
        self.sheet.freeze_panes(row if few else _FIRST_COUNT, _FIRST_COLUMN)
        return row

    def write_people(self, rows: pd.DataFrame, row: int) -> None:
        """Write a row for each person, and in it a cell for each interval of each thing they do."""
        lefts, rights = self.columns(rows["start"]), self.columns(rows["end"])
        row_of = {person: at for at, person in enumerate(dict.fromkeys(rows["person"]), start=row)}
        spans = rows[["person", "shift_start", "shift_end"]].drop_duplicates()
        texts = spans["shift_start"].dt.strftime("%H:%M") + "–" + spans["shift_end"].dt.strftime("%H:%M")
        texts = texts.groupby(spans["person"]).agg(", ".join)
        for person, text in texts.items():
            self.sheet.write_string(row_of[person], 0, person)
            self.sheet.write_string(row_of[person], 1, text)
        for person, label, left, right in zip(rows["person"], rows["label"], lefts, rights, strict=True):
            letter, form = self.codes[label][0], self._dress(label)
            for column in range(left, right):
                self.sheet.write_string(row_of[person], column, letter, form)
        self.sheet.set_column(0, 0, min(30, max(19, texts.index.str.len().max() + 2)))
        self.sheet.set_column(1, 1, max(13, texts.str.len().max() + 1))

    def _dress(self, label: str, **more: Any) -> "Format":
        return self.formats(**{**_CENTRE, **self.codes[label][1], **more})

    def _across(self, row: int, column: int, length: int, content: Any, form: "Format") -> None:
        """Write over so many columns as if they were one cell."""
        if length > 1:
            self.sheet.merge_range(row, column, row, column + length - 1, content, form)
        else:
            self.sheet.write(row, column, content, form)


def _codes(activities: pd.DataFrame, coverage: pd.DataFrame) -> dict[str, _Code]:
    """Give each queue a letter and a colour, the same on every day, and each pause its own."""
    queues = sorted({*labels(activities), *coverage["queue"]} - {*PAUSES, *AWAY})
    fills = itertools.cycle(_QUEUE_FILLS)
    codes = {
        queue: (xl_col_to_name(place), {"bg_color": fill, "font_color": "#40454D"})
        for place, (queue, fill) in enumerate(zip(queues, fills, strict=False))
    }
    return codes | {pause: (pause[0], dress) for pause, dress in _PAUSE_DRESSES.items()}


def _step(activities: pd.DataFrame, coverage: pd.DataFrame) -> int:
    """Return the minutes that every interval and every activity is a multiple of, but not fewer than five."""
    edges = [minute_of_day(activities[edge]) for edge in ("start", "end")]
    return max(_LEAST_STEP, int(np.gcd.reduce(np.concatenate([coverage["minutes"], *edges]))))
