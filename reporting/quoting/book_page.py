"""A sheet of a quote's workbook, written from the top down; formulas stand with the numbers of the code."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reporting.sheets import Formats, on_paper
from reporting.words import missing

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

# Months stand in the same columns on every sheet, so that a name means its row in this month.
TOTAL, FIRST = 2, 3
INPUT: dict[str, Any] = {"bg_color": "#FFF2CC", "border": 1, "border_color": "#BF9000", "locked": False}
GREY = "#5A616B"
_TOTALS: dict[str, Callable[[Any], Any]] = {"SUM": np.sum, "MAX": np.max, "AVERAGE": np.mean}
NUMBERS = {
    "money": "#,##0.00",
    "rate": "#,##0.0000",
    "count": "#,##0",
    "mean": "#,##0.0",
    "fine": "#,##0.00",
    "share": "0.0%",
    "percent": "0.00%",
    "change": "+0%;-0%;0%",
    "number": "General",
    "month": "mmm yyyy",
    "day": "d mmm yyyy",
    "text": "",
}


@dataclass(frozen=True)
class Column:
    """A column of a table that is held: its name in the frame, its heading, how its cells are written."""

    name: str
    heading: str
    kind: str = "text"


@dataclass
class Ledger:
    """What the sheets of one workbook share: its formats, its months, and the numbers of the code by name."""

    book: "Workbook"
    months: Sequence[dt.date]
    currency: str
    values: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.formats = Formats(self.book)

    @property
    def last(self) -> int:
        """The column of the last month."""
        return FIRST + len(self.months) - 1


class Page:
    """A sheet that is filled from the top down."""

    def __init__(
        self,
        ledger: Ledger,
        title: str,
        lead: str,
        widths: Mapping[int, float] | None = None,
        heading: str = "",
    ) -> None:
        self.ledger, self.title, self.row = ledger, title, 0
        self.sheet = ledger.book.get_worksheet_by_name(title)
        self.sheet.hide_gridlines(2)
        for column, width in (widths or {0: 46, 1: 12, TOTAL: 16}).items():
            self.sheet.set_column(column, column, width)
        self.sheet.protect(
            "", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
        )
        on_paper(self.sheet)
        self.say(heading or title, bold=True, font_size=14)
        self.say(lead, font_color=GREY)
        self.row += 1

    def say(self, text: str, **dress: Any) -> None:
        """Write one line of text."""
        self.sheet.write_string(self.row, 0, text, self.ledger.formats(**dress))
        self.row += 1

    def paragraph(self, text: str, last: int = FIRST + 5, letters: int = 140) -> None:
        """Write a text of several lines over the columns up to `last`, which hold so many letters a line."""
        form = self.ledger.formats(text_wrap=True, valign="top")
        self.sheet.merge_range(self.row, 0, self.row, last, "", form)
        self.sheet.write_string(self.row, 0, text, form)
        self.sheet.set_row(self.row, 15 * -(-len(text) // letters))
        self.row += 1

    def head(self, text: str) -> None:
        """Write the heading of a part, a line above it empty."""
        self.row += 1
        self.say(text, bold=True, font_size=12, font_color="#0072B2")

    def months(self, total: str = "Term", unit: str = "Unit", *, freeze: bool = True) -> None:
        """Write the row of the months, and keep it in sight."""
        top = self.ledger.formats(bold=True, bottom=1)
        right = self.ledger.formats(bold=True, bottom=1, align="right", num_format=NUMBERS["month"])
        self.sheet.write_string(self.row, 0, "", top)
        self.sheet.write_string(self.row, 1, unit, self.ledger.formats(bold=True, bottom=1, indent=1))
        self.sheet.write_string(self.row, TOTAL, total, right)
        for column, month in enumerate(self.ledger.months, FIRST):
            self.sheet.write_datetime(self.row, column, dt.datetime(month.year, month.month, 1), right)  # noqa: DTZ001
        self.header = self.row
        self.row += 1
        if freeze:
            self.sheet.set_column(FIRST, self.ledger.last, 13)
            self.sheet.freeze_panes(self.row, FIRST)

    def line(
        self,
        label: str,
        unit: str,
        values: Sequence[float] | np.ndarray,
        formula: str = "",
        *,
        first: str = "",
        name: str = "",
        kind: str = "money",
        total: str = "",
        bold: bool = False,
    ) -> int:
        """Write a line by month and return its row; `first` is the first month's formula where it differs.

        Without a formula the numbers are held. In a formula `{here}` is the month's column, `{left}` that
        of the month before. `name` comes to mean the cell of this line in whichever month it is used,
        `<name>_total` its total, `<name>_months` all its months.
        """
        dress: dict[str, Any] = {"bold": True} if bold else {}
        form = self.ledger.formats(num_format=NUMBERS[kind], **dress)
        self.sheet.write_string(self.row, 0, label, self.ledger.formats(**dress))
        self.sheet.write_string(self.row, 1, unit, self.ledger.formats(font_color=GREY, indent=1, **dress))
        for place, value in enumerate(values):
            column = FIRST + place
            said = first if first and not place else formula
            if missing(value):
                self.sheet.write_blank(self.row, column, None, form)
            elif said:
                said = said.replace("{left}", letters(column - 1)).replace("{here}", letters(column))
                self.sheet.write_formula(self.row, column, said, form, float(value))
            else:
                self.sheet.write_number(self.row, column, float(value), form)
        if name:
            self.ledger.book.define_name(name, f"='{self.title}'!A${self.row + 1}")
            first, last = letters(FIRST), letters(self.ledger.last)
            span = f"='{self.title}'!${first}${self.row + 1}:${last}${self.row + 1}"
            self.ledger.book.define_name(f"{name}_months", span)
        if total:
            self._total(values, name, total, form)
        self.row += 1
        return self.row - 1

    def _total(self, values: Sequence[float] | np.ndarray, name: str, total: str, form: Any) -> None:
        whole = float(_TOTALS[total](values))
        first, last = letters(FIRST), letters(self.ledger.last)
        said = f"={total}({first}{self.row + 1}:{last}{self.row + 1})"
        self.sheet.write_formula(self.row, TOTAL, said, form, whole)
        if name:
            self.name(f"{name}_total", self.row, TOTAL, whole)

    def name(self, name: str, row: int, column: int, value: float) -> None:
        """Give a cell a name, and remember the number that the code has for it."""
        self.ledger.book.define_name(name, f"='{self.title}'!${letters(column)}${row + 1}")
        self.ledger.values[name] = value

    def top(self, headings: Sequence[tuple[str, str]], column: int = 0) -> None:
        """Write the headings of a table: each a text and the kind of its cells."""
        for place, (text, kind) in enumerate(headings, column):
            side = "left" if kind == "text" else "right"
            dress = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "align": side}
            dress |= {"indent": 1} if place and side == "left" else {}
            self.sheet.write_string(self.row, place, text, self.ledger.formats(**dress))
        self.row += 1

    def cell(self, column: int, value: Any, kind: str = "text", formula: str = "", **dress: Any) -> None:
        """Write one cell of the current row: text stays text, and nothing stays empty."""
        if NUMBERS[kind]:
            dress["num_format"] = NUMBERS[kind]
        elif column and "align" not in dress:
            # Else a text sticks to the number on its left.
            dress |= {"align": "left", "indent": 1}
        form = self.ledger.formats(**dress)
        if formula:
            self.sheet.write_formula(self.row, column, formula, form, "" if missing(value) else value)
        elif missing(value):
            self.sheet.write_blank(self.row, column, None, form)
        elif isinstance(value, bool | str):
            self.sheet.write_string(self.row, column, _text(value), form)
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(self.row, column, pd.Timestamp(value).to_pydatetime(), form)
        else:
            self.sheet.write_number(self.row, column, float(value), form)

    def table(self, frame: pd.DataFrame, columns: Sequence[Column]) -> tuple[int, int]:
        """Write those columns of a table that there are; return its first and its last row."""
        there = [column for column in columns if column.name in frame]
        self.sheet.set_row(self.row, 45)
        self.top([(column.heading, column.kind) for column in there])
        first = self.row
        for record in frame[[column.name for column in there]].itertuples(index=False):
            for place, (value, column) in enumerate(zip(record, there, strict=True)):
                self.cell(place, value, column.kind)
            self.row += 1
        return first, self.row - 1

    def series(self, name: str, row: int, **dress: Any) -> dict[str, Any]:
        """Return a line by month as the series of a chart."""
        span = (FIRST, self.ledger.last)
        return {
            "name": name,
            "categories": [self.title, self.header, span[0], self.header, span[1]],
            "values": [self.title, row, span[0], row, span[1]],
            **dress,
        }

    def chart(self, chart: "Chart", title: str, unit: str, text: str, *, by_month: bool = True) -> None:
        """Put a chart below what is written, `text` saying what it shows, and go on beneath it."""
        chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
        lines = {"visible": True, "line": {"color": "#D9DCE1"}}
        chart.set_y_axis({"name": unit, "num_format": NUMBERS["count"], "major_gridlines": lines})
        if by_month:
            step = max(1, len(self.ledger.months) // 18)
            chart.set_x_axis({"text_axis": True, "num_format": "mmm yy", "interval_unit": step})
        chart.set_legend({"position": "top"})
        chart.set_size({"width": 900, "height": 320})
        self.row += 1
        self.sheet.insert_chart(self.row, 0, chart, {"description": text})
        self.row += 17


def letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    >>> letters(0), letters(3), letters(26)
    ('A', 'D', 'AA')
    """
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def in_words(name: str) -> str:
    """Return the name of a method, a goal or a measure as people read it.

    >>> in_words("fte_month"), in_words("asa_s"), in_words("service_level")
    ('FTE month', 'ASA', 'service level')
    """
    return {"fte_month": "FTE month", "asa_s": "ASA", "p_wait": "chance to wait"}.get(
        name, name.replace("_", " ")
    )


def kind_of(number: float) -> str:
    """Return how a number of any kind is written, small ones with more places.

    >>> kind_of(60_000.0), kind_of(0.1132), kind_of(13_808.2)
    ('count', 'rate', 'mean')
    """
    return "count" if number == round(number) else "rate" if abs(number) < 1 else "mean"


def _text(value: bool | str) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")
